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
///
/// Everything else is refused: a hold that expired never revives, what is terminal stays so. Invariants H1 to H3.

#include <array>
#include <cstdint>

#include "boxoffice/domain/transition.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// `cancelled` (a refunded sale) is reserved.
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
    friend bool operator==(const Reservation&, const Reservation&) = default;
};

/// The state at `now`, expiry included. H1: held iff held_at ≤ now < deadline and nothing else became of it.
inline ReservationState state_at(const Reservation& reservation, Time now) {
    return reservation.state == ReservationState::held && passed(reservation.deadline, now) ? ReservationState::expired
                                                                                            : reservation.state;
}

inline bool is_live_hold(const Reservation& reservation, Time now) {
    return state_at(reservation, now) == ReservationState::held;
}

/// Is it a live hold? If not, the refusal says what became of it.
inline Result<void> check_held(const Reservation& reservation, Time now) {
    switch (state_at(reservation, now)) {
        case ReservationState::held: return {};
        case ReservationState::confirmed: return refuse(ErrorCode::already_paid);
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

/// Writes down that its time ran out; it did at its deadline, not when this was noticed.
inline void expire(Reservation& reservation) {
    demand(reservation.state == ReservationState::held, "expire: the reservation is not held");
    reservation.state = ReservationState::expired;
    reservation.finished_at = reservation.deadline;
}

}  // namespace boxoffice
