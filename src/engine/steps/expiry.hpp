#pragma once
/// A command that meets an expired row retires it first: writes down what became of it, at its own deadline.

#include <utility>

#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// Writes down that a hold's time ran out, and puts its seat back on sale. Nothing if it did not.
inline void retire_hold(WorkingSet& set, const Moment& moment, ReservationId id) {
    const auto* found = set.reservations.find(id);
    if (found == nullptr || found->state != ReservationState::held || is_live_hold(*found, moment.now)) return;
    Reservation reservation = *found;
    expire(reservation);
    Seat seat = set.seats.get(reservation.seat);
    if (seat.claim == reservation.id) {
        open(seat);
        set.put(std::move(seat));
    }
    auto expired = reservation_event(EventKind::hold_expired, reservation);
    expired.deadline = reservation.deadline;
    set.add(std::move(expired));
    set.put(std::move(reservation));
    set.count_retired();
}

inline void retire_holds_of(WorkingSet& set, const Moment& moment, UserId user) {
    for (const auto id : set.held_by(user)) retire_hold(set, moment, id);
}

/// Writes down that a place's time ran out. Nothing if it did not.
inline void retire_place(WorkingSet& set, const Moment& moment, TokenId token) {
    Place place = set.places.get(token);
    if (place.finished_at != never) return;
    Room room = set.rooms.get(place.room);
    if (is_live(place, room.limits, moment.now)) return;
    const auto deadline = deadline_of(place, room.limits);
    finish(room, place, PlaceState::expired, deadline);
    set.add(Event{.kind = EventKind::place_expired,
                  .user = place.user,
                  .room = place.room,
                  .token = place.token,
                  .deadline = deadline});
    set.put(std::move(place));
    set.put(std::move(room));
    set.count_retired();
}

/// Writes down that a payment failed; `at` is now, or for one whose time ran out its deadline.
inline void fail_payment(WorkingSet& set, Payment payment, const Reservation& reservation, Time at,
                         Time reconciled_at = never) {
    set.add(fail(payment, at, reconciled_at));
    auto failed = payment_event(EventKind::payment_failed, payment, reservation);
    if (passed(payment.deadline, at)) failed.deadline = payment.deadline;
    set.add(std::move(failed));
    set.put(std::move(payment));
}

/// Writes down that a payment's time ran out. Nothing if it did not.
inline void retire_payment(WorkingSet& set, const Moment& moment, PaymentId id) {
    const auto* payment = set.payments.find(id);
    if (payment == nullptr || payment->state != PaymentState::requested || !passed(payment->deadline, moment.now))
        return;
    fail_payment(set, *payment, set.reservations.get(payment->reservation), payment->deadline);
    set.count_retired();
}

/// Retires the hold on a seat, if there is one and its time ran out.
inline void retire_claim(WorkingSet& set, const Moment& moment, SeatId id) {
    const auto* seat = set.seats.find(id);
    if (seat != nullptr && seat->state == SeatState::held) retire_hold(set, moment, seat->claim);
}

}  // namespace boxoffice::steps
