#pragma once
/// What paying a hold takes, whether at once or with a gateway between its two halves.

#include <concepts>
#include <utility>

#include "boxoffice/commands.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/places.hpp"

namespace boxoffice::steps {

template <class C>
concept PaysHold = std::same_as<C, Pay> || std::same_as<C, BeginPayment> || std::same_as<C, CapturePayment>;

template <PaysHold C>
void name_payment_keys(const C& command, Keys& keys) {
    keys.places.tokens.push_back(command.token);
    keys.reservations.ids.push_back(command.reservation);
    keys.reservations.held_by.push_back(command.user);
    keys.accounts.ids.push_back(account_of(command.user));
}

template <PaysHold C>
void name_more_payment_keys(const C& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
    name_seats_of_holds(command.user, set, keys);
    const auto* reservation = set.reservations.find(command.reservation);
    if (reservation == nullptr) return;
    keys.seats.ids.push_back(reservation->seat);
    keys.accounts.ids.push_back(sales_of(reservation->concert));
    keys.payments.ids.push_back(reservation->payment);
}

template <PaysHold C>
void meet_payment(const C& command, WorkingSet& set, const Moment& moment) {
    if (const auto place = place_of(set, command.user, command.token)) settle_line(set, moment, (*place)->room);
    meet_place(set, moment, command.user, command.token);
    if (const auto* reservation = set.reservations.find(command.reservation))
        retire_payment(set, moment, reservation->payment);
    retire_holds_of(set, moment, command.user);
}

/// The reservation, if it is the payer's own, and a live hold of the place that pays.
template <PaysHold C>
Result<const Reservation*> payable(const C& command, const WorkingSet& set, const Moment& moment) {
    const auto* reservation = set.reservations.find(command.reservation);
    if (reservation == nullptr || reservation->user != command.user) return refuse(ErrorCode::reservation_mismatch);
    BOXOFFICE_TRY(check_held(*reservation, moment.now));
    if (reservation->token != command.token)
        return refuse(ErrorCode::not_your_turn, "the hold belongs to another place in line");
    return reservation;
}

/// Is another payment of the reservation under way?
inline Result<void> check_no_payment_pending(const Reservation& reservation, const WorkingSet& set, const Moment& moment) {
    const auto* payment = set.payments.find(reservation.payment);
    if (payment != nullptr && state_at(*payment, moment.now) == PaymentState::requested)
        return refuse(ErrorCode::payment_pending);
    return {};
}

/// The checks before a payment in the design's order: (signature and idempotency by the caller), turn, existence, ownership,
/// state, money. The reservation may be paid with `price` points.
template <PaysHold C>
Result<const Reservation*> check_payment(const C& command, const WorkingSet& set, const Moment& moment, const Place& place) {
    BOXOFFICE_TRY(check_turn(place, set.rooms.get(place.room).limits, moment.now));
    BOXOFFICE_TRY_VALUE(const auto* reservation, payable(command, set, moment));
    BOXOFFICE_TRY(check_no_payment_pending(*reservation, set, moment));
    BOXOFFICE_TRY(check_funds(set.accounts.get(account_of(command.user)), reservation->price));
    return reservation;
}

/// A payment with its first row of history; the caller puts the payment.
inline Payment begin_payment(WorkingSet& set, const Moment& moment, const Reservation& reservation, Time deadline) {
    auto [payment, step] = begin(moment.ids.next<PaymentId>(moment.now), reservation, moment.now, deadline);
    set.payments.expect_none(payment.id);
    set.add(std::move(step));
    return std::move(payment);
}

/// Everything a captured payment does, in one commit (P1): points move, the seat is sold, the reservation confirmed, the
/// payment and its history recorded, and the place completed if this was its last live hold. All checks were made.
inline Paid capture_payment(WorkingSet& set, const Moment& moment, Reservation reservation, Payment payment) {
    Account account = set.accounts.get(account_of(payment.user));
    if (payment.amount > Points{0}) {
        Account sales = set.accounts.get(sales_of(reservation.concert));
        const Transfer transfer{.id = moment.ids.next<TransferId>(moment.now),
                                .from = account.id,
                                .to = sales.id,
                                .amount = payment.amount,
                                .kind = TransferKind::payment,
                                .payment = payment.id,
                                .at = moment.now};
        apply(transfer, account, sales);
        set.add(transfer);
        set.put(account);
        set.put(std::move(sales));
    }
    Seat seat = set.seats.get(reservation.seat);
    sell(seat);
    set.put(std::move(seat));
    confirm(reservation, payment.id, moment.now);
    for (auto& step : capture(payment, moment.now)) set.add(std::move(step));
    set.add(payment_event(EventKind::payment_captured, payment, reservation));
    set.add(payment_event(EventKind::reservation_confirmed, payment, reservation));
    const Paid answer{payment.id, reservation.id, payment.amount, account.balance, moment.now};
    const auto user = reservation.user;
    const auto token = reservation.token;
    set.put(std::move(payment));
    set.put(std::move(reservation));
    if (live_holds_of(set, moment, user, token).empty()) finish_place(set, moment, token, PlaceState::completed);
    return answer;
}

/// The payment, if it is this user's and of this reservation.
inline Result<const Payment*> payment_of(const WorkingSet& set, UserId user, ReservationId reservation, PaymentId id) {
    const auto* payment = set.payments.find(id);
    if (payment == nullptr || payment->user != user || payment->reservation != reservation)
        return refuse(ErrorCode::unknown_payment);
    return payment;
}

/// Writes down that nothing is charged for a payment that failed, or no more.
inline void reconcile_payment(WorkingSet& set, const Moment& moment, Payment payment) {
    set.add(reconcile(payment, moment.now));
    set.add(payment_event(EventKind::payment_reconciled, payment, set.reservations.get(payment.reservation)));
    set.put(std::move(payment));
}

}  // namespace boxoffice::steps
