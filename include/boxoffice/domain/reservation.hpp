#pragma once
/// The life of a reservation. A buyer whose turn it is holds one seat for `hold_ttl`; paying confirms the
/// reservation and the seat is theirs; letting go releases it; doing neither in time expires it, and the seat is
/// on sale again at that very moment, whether or not anyone has looked. (The seed: "임시 배정 시간 내에 결제가
/// 완료되지 않으면, 좌석 배정이 자동으로 해제됩니다.")
///
///     from     what happens          to
///     (none)   hold                  held
///     held     pay, before deadline  confirmed
///     held     release, or leave     released
///     held     deadline has passed   expired
///     confirmed  cancel              cancelled
///
/// Everything else is refused: a hold that expired never revives, what is terminal stays so. Invariants H1 to H3, R1, R3.
///
/// Reservations that one command makes together are an *order*: of one user, concert and turn, with one deadline, paid by one
/// payment. It bears the id of its first reservation and has no state of its own; one seat held alone is an order of one.
/// Invariants O1 to O4.

#include <array>
#include <cstdint>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/domain/transition.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

enum class ReservationState : std::int32_t { held = 1, confirmed = 2, released = 3, expired = 4, cancelled = 5 };

template <>
inline constexpr std::array enum_names<ReservationState>{
    EnumName{ReservationState::held, "held"},           EnumName{ReservationState::confirmed, "confirmed"},
    EnumName{ReservationState::released, "released"},   EnumName{ReservationState::expired, "expired"},
    EnumName{ReservationState::cancelled, "cancelled"},
};

struct Reservation {
    ReservationId id;
    UserId user;
    SeatId seat;
    ConcertId concert;
    TokenId token;  ///< the place whose turn made the hold
    Points price;   ///< the seat's, when it was held
    ReservationState state = ReservationState::held;
    Time held_at{};
    Time deadline{};
    Time finished_at = never;  ///< when it was confirmed or released, or its deadline ran out
    PaymentId payment;         ///< under way, or the one that confirmed it
    OrderId order{};           ///< the order that it is part of; its own id where it is the first
    std::int64_t sale = 0;     ///< the version of the concert's terms under which it was held
    TypeId type{};             ///< who the price is for
    Points refunded{};         ///< of the price, so far
    Time cancelled_at = never;
    friend bool operator==(const Reservation&, const Reservation&) = default;
};

/// The state at `now`, expiry included. H1: held iff held_at ≤ now < deadline and nothing else became of it.
inline ReservationState state_at(const Reservation& reservation, Time now) {
    return reservation.state == ReservationState::held && passed(reservation.deadline, now) ? ReservationState::expired
                                                                                            : reservation.state;
}

/// The same where the concert was called off: from then on what was held is released and what was sold cancelled, for good and
/// whatever their rows say. One whose deadline came later, before a sweep, may have been written down as expired.
inline ReservationState state_at(const Reservation& reservation, Time called_off_at, Time now) {
    if (!passed(called_off_at, now)) return state_at(reservation, now);
    switch (reservation.state) {
        case ReservationState::held:
        case ReservationState::expired:
            return passed(reservation.deadline, called_off_at) ? ReservationState::expired : ReservationState::released;
        case ReservationState::confirmed: return ReservationState::cancelled;
        default: return reservation.state;
    }
}

/// Does its row claim the seat, whether or not a hold has lapsed?
constexpr bool is_claim(ReservationState state) {
    return state == ReservationState::held || state == ReservationState::confirmed;
}

/// What the house may still give back.
inline Points refundable(const Reservation& reservation) {
    return Points{reservation.price.value - reservation.refunded.value};
}

inline bool is_live_hold(const Reservation& reservation, Time now) {
    return state_at(reservation, now) == ReservationState::held;
}

/// Is it a live hold? If not, the refusal says what became of it.
inline Result<void> check_held(const Reservation& reservation, Time now) {
    switch (state_at(reservation, now)) {
        case ReservationState::held: return {};
        case ReservationState::confirmed: return refuse(ErrorCode::already_paid);
        case ReservationState::cancelled:
        case ReservationState::released: return refuse(ErrorCode::hold_released);
        default: return refuse(ErrorCode::hold_expired);
    }
}

/// Who holds what, and for how much.
struct Holding {
    UserId user;
    SeatId seat;
    ConcertId concert;
    TokenId token;
    Points price;
    OrderId order{};  ///< none: it is the first
    std::int64_t sale = 0;
    TypeId type{};
};

/// A new hold, for `hold_ttl` from now on.
inline Reservation hold(ReservationId id, const Holding& of, Time now, Duration hold_ttl) {
    Reservation reservation;
    reservation.id = id;
    reservation.user = of.user;
    reservation.seat = of.seat;
    reservation.concert = of.concert;
    reservation.token = of.token;
    reservation.price = of.price;
    reservation.order = of.order ? of.order : id;
    reservation.sale = of.sale;
    reservation.type = of.type;
    reservation.held_at = now;
    reservation.deadline = later(now, hold_ttl);
    return reservation;
}

/// A payment has begun, and the hold lasts at least until `until`. True if that is longer than before.
inline bool keep(Reservation& reservation, PaymentId payment, Time until) {
    demand(reservation.state == ReservationState::held, "keep: the reservation is not held");
    reservation.payment = payment;
    const bool is_longer = until > reservation.deadline;
    if (is_longer) reservation.deadline = until;
    return is_longer;
}

inline void confirm(Reservation& reservation, PaymentId payment, Time now) {
    demand(is_live_hold(reservation, now), "confirm: the reservation is not held");
    reservation.state = ReservationState::confirmed;
    reservation.payment = payment;
    reservation.finished_at = now;
}

inline void release(Reservation& reservation, Time now) {
    demand(is_live_hold(reservation, now), "release: the reservation is not held");
    reservation.state = ReservationState::released;
    reservation.finished_at = now;
}

/// Its seat goes back on sale; what of the price comes back is another matter.
inline void cancel(Reservation& reservation, Time now) {
    demand(reservation.state == ReservationState::confirmed, "cancel: the reservation is not confirmed");
    reservation.state = ReservationState::cancelled;
    reservation.cancelled_at = now;
}

/// `amount` more of the price went back.
inline void refund(Reservation& reservation, Points amount) {
    demand(reservation.payment && amount >= Points{0} && amount <= refundable(reservation),
           "refund: more than was paid");
    reservation.refunded.value += amount.value;
}

/// What happened to it, for the outbox.
inline Event reservation_event(EventKind kind, const Reservation& reservation) {
    return Event{.kind = kind,
                 .user = reservation.user,
                 .token = reservation.token,
                 .concert = reservation.concert,
                 .seat = reservation.seat,
                 .reservation = reservation.id,
                 .order = reservation.order == reservation.id ? OrderId{} : reservation.order};
}

/// Writes down that its time ran out; it did at its deadline, not when this was noticed.
inline void expire(Reservation& reservation) {
    demand(reservation.state == ReservationState::held, "expire: the reservation is not held");
    reservation.state = ReservationState::expired;
    reservation.finished_at = reservation.deadline;
}

}  // namespace boxoffice
