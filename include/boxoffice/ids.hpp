#pragma once
/// Identifiers. Every row's key is a TSID: 42 bits of milliseconds since 2020-01-01 UTC, 10 bits of node,
/// 12 bits of counter. It sorts by time, and its text is 13 characters of Crockford's base 32.
/// (The format: github.com/f4b6a3/tsid-creator. Ids are not secrets.)

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "boxoffice/time.hpp"

namespace boxoffice {

/// An id of one kind of thing; ids of different kinds do not mix. The value 0 means "none".
template <class Tag>
struct Id {
    std::int64_t value = 0;
    constexpr explicit operator bool() const noexcept { return value != 0; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using UserId = Id<struct UserTag>;
using RoomId = Id<struct RoomTag>;
using TokenId = Id<struct TokenTag>;
using ConcertId = Id<struct ConcertTag>;
using SeatId = Id<struct SeatTag>;
using ReservationId = Id<struct ReservationTag>;
using AccountId = Id<struct AccountTag>;
using TransferId = Id<struct TransferTag>;
using PaymentId = Id<struct PaymentTag>;
using TypeId = Id<struct TypeTag>;
/// An order bears the id of its first reservation, as an account bears its owner's.
using OrderId = ReservationId;

namespace tsid {

inline constexpr std::int64_t epoch_ms = 1'577'836'800'000;  // 2020-01-01T00:00:00Z
inline constexpr int node_bits = 10;
inline constexpr int counter_bits = 12;
inline constexpr int node_count = 1 << node_bits;
inline constexpr std::int64_t ms_end = std::int64_t{1} << 41;  ///< ids are positive: they end in 2089
inline constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
inline constexpr std::size_t text_length = 13;

inline std::int64_t ms_of(Time t) {
    return std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count() - epoch_ms;
}

/// When the id was made, to the millisecond.
inline Time time_of(std::int64_t id) {
    const auto ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(id) >> (node_bits + counter_bits));
    return Time{std::chrono::milliseconds{ms + epoch_ms}};
}

/// Which node made the id.
constexpr int node_of(std::int64_t id) { return static_cast<int>(id >> counter_bits) & (node_count - 1); }

/// The least id that could be made at `t` or later; clamped to the range of ids.
inline std::int64_t first_at(Time t) {
    const auto ms = ms_of(t);
    if (ms <= 0) return 0;
    if (ms >= ms_end) return std::numeric_limits<std::int64_t>::max();
    return ms << (node_bits + counter_bits);
}

inline std::string to_text(std::int64_t id) {
    auto bits = static_cast<std::uint64_t>(id);
    std::string out(text_length, '0');
    for (auto at = text_length; at-- > 0; bits >>= 5) out[at] = alphabet[bits & 31];
    return out;
}

/// The inverse of to_text; only its own output is accepted (upper case, 13 characters, no overflow).
inline std::optional<std::int64_t> parse(std::string_view text) {
    if (text.size() != text_length || text[0] > 'F') return std::nullopt;
    std::uint64_t bits = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 5 | digit;
    }
    return static_cast<std::int64_t>(bits);
}

}  // namespace tsid

template <class Tag>
std::string to_text(Id<Tag> id) {
    return tsid::to_text(id.value);
}

template <class IdType>
std::optional<IdType> parse_id(std::string_view text) {
    const auto value = tsid::parse(text);
    if (!value || *value <= 0) return std::nullopt;
    return IdType{*value};
}

/// Makes TSIDs, strictly increasing whatever `now` does. Not thread-safe: the engine owns one and uses it
/// under its writer's lock. When a millisecond's 4,096 ids are used up it runs ahead of `now`. Beyond the last
/// millisecond that an id can hold it makes none: one more would be negative, or one that was made before.
class IdSource {
  public:
    /// Goes on with `node`, above `floor` (the last id made for that node, or 0) and above all made before.
    void use_node(int node, std::int64_t floor) {
        node_ = node;
        const auto used_ms = std::max(last_, floor) >> (tsid::node_bits + tsid::counter_bits);
        next_ms_min_ = used_ms + 1;
    }

    /// Throws std::out_of_range when the ids are used up.
    template <class IdType>
    IdType next(Time now) {
        const auto ms = std::max(tsid::ms_of(now), std::int64_t{0});
        const auto last_ms = last_ >> (tsid::node_bits + tsid::counter_bits);
        const auto counter = last_ & ((1 << tsid::counter_bits) - 1);
        if (ms > last_ms || next_ms_min_ > last_ms) {
            last_ = compose(std::max(ms, next_ms_min_), 0);
        } else if (counter + 1 < (1 << tsid::counter_bits)) {
            ++last_;
        } else {
            last_ = compose(last_ms + 1, 0);
        }
        return IdType{last_};
    }

    [[nodiscard]] std::int64_t last() const { return last_; }
    [[nodiscard]] int node() const { return node_; }

  private:
    [[nodiscard]] std::int64_t compose(std::int64_t ms, std::int64_t counter) const {
        if (ms >= tsid::ms_end) throw std::out_of_range("ids end in 2089: the clock is wrong, or was");
        return ms << (tsid::node_bits + tsid::counter_bits) | std::int64_t{node_} << tsid::counter_bits | counter;
    }

    int node_ = 0;
    std::int64_t last_ = 0;
    std::int64_t next_ms_min_ = 1;
};

}  // namespace boxoffice

template <class Tag>
struct std::hash<boxoffice::Id<Tag>> {
    std::size_t operator()(boxoffice::Id<Tag> id) const noexcept {
        // Ids made one after another differ in few low bits: spread them (the finaliser of MurmurHash3).
        auto x = static_cast<std::uint64_t>(id.value);
        x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
        return static_cast<std::size_t>(x ^ x >> 33);
    }
};
