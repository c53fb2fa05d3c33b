#pragma once
/// The outbox: one immutable row for each thing that happened, in commit order, written in the commit of its effect.
/// A consumer reads `events_after(sequence)` and can rebuild every state from it; `deadline` lets it compute expiry
/// without waiting for the event that notices it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

// clang-format off
/// Kind, stable number, what its fields mean beside the ids.
#define BOXOFFICE_EVENTS(X)                                                            \
    X(user_created,           1)                                                       \
    X(room_created,           2) /* amount: active_capacity */                         \
    X(room_changed,           3) /* amount: active_capacity */                         \
    X(concert_created,        4) /* amount: seats */                                   \
    X(seats_added,            5) /* amount: seats */                                   \
    X(seat_blocked,           6)                                                       \
    X(seat_unblocked,         7)                                                       \
    X(sale_changed,           8) /* subject: the version in force from now on */       \
    X(tariff_changed,         9) /* the same */                                        \
    X(place_joined,          10) /* amount: position */                                \
    X(place_admitted,        11) /* amount: position; deadline: to show up */          \
    X(place_arrived,         12) /* deadline: of the turn */                           \
    X(place_completed,       13)                                                       \
    X(place_left,            14)                                                       \
    X(place_expired,         15) /* deadline: when it did */                           \
    X(seat_held,             20) /* amount: price; deadline: of the hold */            \
    X(hold_kept,             21) /* deadline: the hold's new one (a payment began) */  \
    X(hold_released,         22)                                                       \
    X(hold_expired,          23) /* deadline: when it did */                           \
    X(reservation_confirmed, 24) /* amount: price */                                   \
    X(order_held,            25) /* amount: total; deadline; it is complete */         \
    X(reservation_cancelled, 26) /* amount: what comes back */                         \
    X(points_recharged,      30) /* amount: points */                                  \
    X(payment_requested,     31) /* amount: points; deadline: to capture */            \
    X(payment_captured,      32) /* amount: points */                                  \
    X(payment_failed,        33) /* deadline: when its time ran out, if it did */      \
    X(payment_approved,      34) /* too late: the approval is to be taken back */      \
    X(payment_reconciled,    35) /* it failed, and nothing is charged, or no more */   \
    X(points_refunded,       36) /* amount: points */                                  \
    X(type_created,          40) /* subject: the ticket type */                        \
    X(concert_changed,       41) /* subject: its version; room: it moved there */      \
    X(concert_called_off,    42)                                                       \
    X(concert_settled,       43) /* called off, and all of it was given back */        \
    X(concert_deleted,       44) /* with all that was of it; nothing was ever held */
// clang-format on

enum class EventKind : std::int32_t {
#define X(name, number) name = number,
    BOXOFFICE_EVENTS(X)
#undef X
};

template <>
inline constexpr std::array enum_names<EventKind>{
#define X(name, number) EnumName{EventKind::name, #name},
    BOXOFFICE_EVENTS(X)
#undef X
};

struct Event {
    std::int64_t sequence = 0;  ///< 1, 2, 3 … without gaps, in commit order
    Time at{};                  ///< the commit's time; never earlier than the event before it
    EventKind kind = EventKind::user_created;
    UserId user{};
    RoomId room{};
    TokenId token{};
    ConcertId concert{};
    SeatId seat{};
    ReservationId reservation{};
    PaymentId payment{};
    std::int64_t amount = 0;
    Time deadline = never;
    OrderId order{};           ///< see order_of
    std::int64_t subject = 0;  ///< what else the kind says it is about
    friend bool operator==(const Event&, const Event&) = default;
};

/// The order that an event is about. `order` is there where the event names no reservation, or one with another id than the
/// order's, which is that of its first. (seat_held names it with the first of several, too: order_held follows in the same commit.)
constexpr OrderId order_of(const Event& event) { return event.order ? event.order : event.reservation; }

/// Where the outbox stands: the last event's sequence (0: none yet) and time, which is the last committed time.
struct LastEvent {
    std::int64_t sequence = 0;
    Time at{};
};

/// Do the events of a commit follow on: their sequences without a gap, and time not backwards? (E1, T1; a store asks.)
inline Result<void> check_sequence(const std::vector<Event>& events, LastEvent last) {
    for (const auto& event : events) {
        if (event.sequence != last.sequence + 1)
            return refuse(ErrorCode::internal, "events: a sequence does not follow the last one");
        if (last.sequence > 0 && event.at < last.at)
            return refuse(ErrorCode::internal, "events: a time is before the last one");
        last = {event.sequence, event.at};
    }
    return {};
}

/// The kinds that pruning leaves: the audit reads the history of capacities. (And the last event, from which all goes on.)
inline constexpr std::array lasting_events{EventKind::room_created, EventKind::room_changed};

constexpr bool is_lasting(EventKind kind) {
    return std::find(lasting_events.begin(), lasting_events.end(), kind) != lasting_events.end();
}

}  // namespace boxoffice
