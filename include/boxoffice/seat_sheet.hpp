#pragma once
/// A concert's seats as everybody sees them at one moment: a snapshot that many share, and a version to ask by for what has
/// changed since.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/domain/seating.hpp"

namespace boxoffice {

/// How a concert's seats stand, in 128 bits: which there are, the state of each, of a held one until when, and of a held or sold
/// one whose reservation it is. It follows from that alone, so it is equal wherever and whenever they stand the same: in every
/// process that has the store open, after a restart, and also when they stand again as they did before. It is a sum over the
/// seats, so that a change costs the seat that changed. (That two that differ have one version is left to chance, and no secret stands behind it.)
struct SeatVersion {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    /// The value 0, which no concert has, means "none".
    constexpr explicit operator bool() const noexcept { return high != 0 || low != 0; }
    friend constexpr bool operator==(const SeatVersion&, const SeatVersion&) = default;
};

/// 32 hexadecimal digits.
std::string to_text(const SeatVersion& version);
/// The inverse; only its own output is accepted.
std::optional<SeatVersion> parse_seat_version(std::string_view text);

/// A seat of a sheet.
struct SeatShown {
    SeatId id;
    const SeatFacts& facts;  ///< as long as the sheet lives
    SeatState state = SeatState::available;
    Time held_until = never;  ///< of a held seat
    ReservationId claim;      ///< of a held or sold seat
};

/// Immutable: share it among threads, and keep it as long as you like; its memory goes with its last owner. Seats are counted
/// from 0, in natural order of their numbers.
class SeatSheet {
  public:
    /// How a seat's row stands, and what is seen of it: a hold that has lapsed is still in its row.
    struct Standing {
        ReservationId claim;
        Time held_until = never;
        std::int64_t row_version = 0;
        SeatState row_state = SeatState::available;
        SeatState state = SeatState::available;
    };
    /// Seats that stand together in memory: sheets share the blocks in which they are alike.
    using Block = std::array<Standing, 256>;
    /// What does not change, once for all sheets.
    struct Plan {
        Concert concert;
        std::vector<SeatId> ids;
        std::vector<SeatFacts> facts;
    };
    struct Parts {
        std::shared_ptr<const Plan> plan;
        std::vector<std::shared_ptr<const Block>> blocks;
        SeatVersion version;
        SeatCounts counts;
        Time lapses_at = never;
    };

    explicit SeatSheet(Parts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] const Concert& concert() const { return parts_.plan->concert; }
    [[nodiscard]] const SeatVersion& version() const { return parts_.version; }
    [[nodiscard]] const SeatCounts& counts() const { return parts_.counts; }
    /// When the next hold ends by itself; never: no seat is held.
    [[nodiscard]] Time lapses_at() const { return parts_.lapses_at; }

    [[nodiscard]] std::size_t size() const { return parts_.plan->ids.size(); }
    [[nodiscard]] SeatState state(std::size_t index) const { return standing(index).state; }
    [[nodiscard]] SeatShown operator[](std::size_t index) const {
        const auto& one = standing(index);
        const bool is_held = one.state == SeatState::held;
        const bool is_claimed = is_held || one.state == SeatState::sold;
        return {parts_.plan->ids[index], parts_.plan->facts[index], one.state, is_held ? one.held_until : never,
                is_claimed ? one.claim : ReservationId{}};
    }
    /// The seat's row, as it was written last.
    [[nodiscard]] Seat row(std::size_t index) const {
        const auto& one = standing(index);
        return {parts_.plan->ids[index], concert().id,   parts_.plan->facts[index], one.row_state, one.claim,
                one.held_until,          one.row_version};
    }

  private:
    [[nodiscard]] const Standing& standing(std::size_t index) const {
        constexpr auto size = std::tuple_size_v<Block>;
        return (*parts_.blocks[index / size])[index % size];
    }

    Parts parts_;
};

/// What has changed since a version.
struct SeatChanges {
    std::shared_ptr<const SeatSheet> sheet;  ///< as it is now, with the version to ask by next time
    std::vector<std::uint32_t> changed;      ///< the seats that look different now, ascending; of a whole answer all
    std::vector<std::uint32_t> mine;         ///< the asking user's holds and purchases, ascending
    bool is_whole = false;                   ///< the version is none that is known here, or too long ago
};

}  // namespace boxoffice
