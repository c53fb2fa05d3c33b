#pragma once
/// Concerts and their seats.
///
/// The states of a seat, which the tests repeat as a table; "held" lasts until `held_until` and no longer,
/// whatever the row says:
///
///     from        what happens                  to
///     (new)       made                          available, or blocked where it is not for sale
///     available   hold                          held
///     available   block                         blocked
///     held        pay                           sold
///     held        release, or deadline passed   available
///     blocked     unblock                       available
///     sold        cancel                        available
///
/// Every write names the seat and the version it saw; invariants S1 to S3 of src/README.md.

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "boxoffice/domain/transition.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

struct Concert {
    ConcertId id;
    Date date{};
    std::string title;  ///< 1 to 200 bytes
    RoomId room;        ///< hold and pay need a turn in this waiting room
    Time created_at{};
    Time starts_at = never;      ///< never: not told
    bool is_hidden = false;      ///< not shown in lists of concerts and dates; who knows its id can buy
    std::int64_t version = 1;    ///< counts its changes
    Time called_off_at = never;  ///< it will not take place; what was sold is given back
    std::string call_off_reason{};
    bool is_settled = true;  ///< called off, and a hold or sale is left: false
    friend bool operator==(const Concert&, const Concert&) = default;
};

inline bool is_called_off(const Concert& concert) { return concert.called_off_at != never; }

enum class SeatState : std::int32_t { available = 1, held = 2, sold = 3, blocked = 4 };

template <>
inline constexpr std::array enum_names<SeatState>{
    EnumName{SeatState::available, "available"},
    EnumName{SeatState::held, "held"},
    EnumName{SeatState::sold, "sold"},
    EnumName{SeatState::blocked, "blocked"},
};

/// What a host says of a seat that it makes. `number` names it: text, unique in its concert (1 to 64 bytes), and often
/// made by a machine. `label` is what people read beside section and row, and need not be unique (up to 64 bytes; empty:
/// the number). Section and row are free (up to 64 bytes); x and y are plan coordinates in the plan's own unit. A blocked
/// one is off sale from the start: nobody can have held it before.
struct NewSeat {
    std::string number;
    std::string section{};
    std::string row{};
    Points price;
    double x = 0;
    double y = 0;
    std::string label{};
    bool is_blocked = false;
    std::string category{};  ///< what the tariff calls it (up to 64 bytes; empty: the one that has no name)
    friend bool operator==(const NewSeat&, const NewSeat&) = default;
};

/// What is kept of it. The label is never empty; whether the seat is blocked is its state.
struct SeatFacts {
    std::string number;
    std::string section;
    std::string row;
    Points price;
    double x = 0;
    double y = 0;
    std::string label;
    std::string category{};
    friend bool operator==(const SeatFacts&, const SeatFacts&) = default;
};

// Whoever takes a seat apart binds all of its members, so that a new one does not compile before it was thought of there.

inline SeatFacts facts_of(const NewSeat& seat) {
    const auto& [number, section, row, price, x, y, label, is_blocked, category] = seat;
    return {number, section, row, price, x, y, label.empty() ? number : label, category};
}

struct Seat {
    SeatId id;
    ConcertId concert;
    SeatFacts facts;
    SeatState state = SeatState::available;
    ReservationId claim;       ///< of a held or sold seat
    Time held_until = never;   ///< of a held seat
    std::int64_t version = 0;  ///< counts the commits that wrote it; the working set moves it, a store checks it
    friend bool operator==(const Seat&, const Seat&) = default;
};

/// Seats of a concert by their state at one time; they add up to all of its seats.
struct SeatCounts {
    std::int64_t available = 0;
    std::int64_t held = 0;
    std::int64_t sold = 0;
    std::int64_t blocked = 0;
    [[nodiscard]] std::int64_t all() const { return available + held + sold + blocked; }
    void count(SeatState state, std::int64_t more = 1) {
        switch (state) {
            case SeatState::available: available += more; break;
            case SeatState::held: held += more; break;
            case SeatState::sold: sold += more; break;
            case SeatState::blocked: blocked += more; break;
        }
    }
    friend bool operator==(const SeatCounts&, const SeatCounts&) = default;
};

inline Result<void> check_reason(std::string_view reason) { return check_text(reason, 0, 200, "reason"); }

inline Result<void> check_title(std::string_view title) { return check_text(title, 1, 200, "title"); }

inline Result<void> check(const NewSeat& seat) {
    const auto& [number, section, row, price, x, y, label, is_blocked, category] = seat;
    BOXOFFICE_TRY(check_text(number, 1, 64, "seat number"));
    BOXOFFICE_TRY(check_text(section, 0, 64, "section"));
    BOXOFFICE_TRY(check_text(row, 0, 64, "row"));
    BOXOFFICE_TRY(check_text(label, 0, 64, "label"));
    BOXOFFICE_TRY(check_text(category, 0, 64, "category"));
    BOXOFFICE_TRY(check_price(price));
    if (!std::isfinite(x) || !std::isfinite(y)) return refuse(ErrorCode::invalid_argument, "x, y: finite numbers");
    return {};
}

inline SeatState state_at(const Seat& seat, Time now) {
    return seat.state == SeatState::held && passed(seat.held_until, now) ? SeatState::available : seat.state;
}

/// Can the seat be held at `now`? (Asked before anything is written; `take` then cannot fail.)
inline Result<void> check_available(const Seat& seat, Time now) {
    if (state_at(seat, now) != SeatState::available) return refuse(ErrorCode::seat_unavailable);
    return {};
}

inline void take(Seat& seat, ReservationId claim, Time until) {
    demand(seat.state == SeatState::available, "take: the seat is not available");
    seat.state = SeatState::held;
    seat.claim = claim;
    seat.held_until = until;
}

/// Holds it for longer.
inline void keep(Seat& seat, Time until) {
    demand(seat.state == SeatState::held, "keep: the seat is not held");
    seat.held_until = until;
}

inline void sell(Seat& seat) {
    demand(seat.state == SeatState::held, "sell: the seat is not held");
    seat.state = SeatState::sold;
    seat.held_until = never;
}

/// Back on sale: after a release, an expiry, a cancelling, or an unblocking.
inline void open(Seat& seat) {
    demand(seat.state != SeatState::available, "open: the seat is available");
    seat.state = SeatState::available;
    seat.claim = {};
    seat.held_until = never;
}

inline void block(Seat& seat) {
    demand(seat.state == SeatState::available, "block: the seat is not available");
    seat.state = SeatState::blocked;
}

}  // namespace boxoffice
