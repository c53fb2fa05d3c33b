#pragma once
/// How a SeatVersion is summed up. Other processes and other releases must come to the same, so it never changes.

#include <cstdint>

#include "boxoffice/seat_sheet.hpp"

namespace boxoffice {

/// How a seat stands now, beside what never changes.
struct SeatLook {
    SeatState state = SeatState::available;
    Time held_until = never;  ///< of a held seat
    ReservationId claim;      ///< of a held or sold seat: whoever has it sees it as theirs
    friend bool operator==(const SeatLook&, const SeatLook&) = default;
};

namespace seat_version {

/// The finalizer of SplitMix64: every bit of the argument moves every bit of the result.
constexpr std::uint64_t mix(std::uint64_t bits) {
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

constexpr SeatVersion hash(std::int64_t id, const SeatLook& look) {
    const auto bits = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
    const auto half = [&](std::uint64_t seed) {
        auto sum = mix(bits(id) ^ seed);
        sum = mix(sum + bits(look.held_until == never ? 0 : to_us(look.held_until)));
        sum = mix(sum + bits(look.claim.value));
        return mix(sum + static_cast<std::uint64_t>(look.state));
    };
    return {half(0x9e3779b97f4a7c15), half(0xd1b54a32d192ed03)};
}

/// Of a concert without seats.
constexpr SeatVersion of(ConcertId concert) { return hash(concert.value, {}); }

/// What a seat that stands so adds to it.
constexpr SeatVersion of(SeatId seat, const SeatLook& look) { return hash(seat.value, look); }

constexpr SeatVersion plus(const SeatVersion& a, const SeatVersion& b) { return {a.high + b.high, a.low + b.low}; }
constexpr SeatVersion minus(const SeatVersion& a, const SeatVersion& b) { return {a.high - b.high, a.low - b.low}; }

}  // namespace seat_version
}  // namespace boxoffice
