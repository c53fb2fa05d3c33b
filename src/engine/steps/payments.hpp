#pragma once
/// What paying a hold takes, whether at once or with a gateway between its two halves.

#include <concepts>
#include <utility>
#include <vector>

#include "boxoffice/commands.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/places.hpp"

namespace boxoffice::steps {

template <class C>
concept PaysHold = std::same_as<C, Pay> || std::same_as<C, BeginPayment> || std::same_as<C, CapturePayment>;

template <PaysHold C>
void name_payment_keys(const C& command, Keys& keys) {
    keys.places.tokens.push_back(command.token);
    keys.reservations.of_order.push_back(command.reservation);
    keys.reservations.held_by.push_back(command.user);
    keys.accounts.ids.push_back(account_of(command.user));
}

template <PaysHold C>
void name_more_payment_keys(const C& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
    name_seats_of_holds(command.user, set, keys);
    for (const auto id : set.order(command.reservation)) {
        const auto& reservation = set.reservations.get(id);
        keys.seats.ids.push_back(reservation.seat);
        keys.concerts.ids.push_back(reservation.concert);
        keys.sales.ids.push_back({reservation.concert, reservation.sale});
        keys.accounts.ids.push_back(sales_of(reservation.concert));
        keys.payments.ids.push_back(reservation.payment);
    }
}

template <PaysHold C>
void meet_payment(const C& command, WorkingSet& set, const Moment& moment) {
    if (const auto place = place_of(set, command.user, command.token)) settle_line(set, moment, (*place)->room);
    meet_place(set, moment, command.user, command.token);
    for (const auto id : set.order(command.reservation)) retire_payment(set, moment, set.reservations.get(id).payment);
    retire_holds_of(set, moment, command.user);
}

/// The live holds of one order, which are paid together.
struct PayableOrder {
    OrderId id;
    std::vector<ReservationId> holds;
    Points total;
    ReservationId first() const { return holds.front(); }
    bool is_several() const { return holds.size() > 1 || holds.front() != id; }
};

/// The order's live holds, if they are the payer's own, and of the place that pays.
template <PaysHold C>
Result<PayableOrder> payable(const C& command, const WorkingSet& set, const Moment& moment) {
    const auto* first = set.reservations.find(command.reservation);
    if (first == nullptr || first->user != command.user || first->order != command.reservation)
        return refuse(ErrorCode::reservation_mismatch);
    if (is_called_off(set.concerts.get(first->concert))) return refuse(ErrorCode::called_off);
    PayableOrder order{command.reservation, live_holds_in(set, moment, command.reservation), Points{}};
    if (order.holds.empty()) {
        BOXOFFICE_TRY(check_not_over(set, moment, command.reservation));
        return refuse(ErrorCode::hold_released);
    }
    if (first->token != command.token)
        return refuse(ErrorCode::not_your_turn, "the hold belongs to another place in line");
    for (const auto id : order.holds) order.total.value += set.reservations.get(id).price.value;
    return order;
}

/// Is another payment of the reservation under way?
inline Result<void> check_no_payment_pending(const Reservation& reservation, const WorkingSet& set,
                                             const Moment& moment) {
    const auto* payment = set.payments.find(reservation.payment);
    if (payment != nullptr && state_at(*payment, moment.now) == PaymentState::requested)
        return refuse(ErrorCode::payment_pending);
    return {};
}

/// The checks before a payment in the design's order: (signature and idempotency by the caller), turn, existence, ownership,
/// state, money.
template <PaysHold C>
Result<PayableOrder> check_payment(const C& command, const WorkingSet& set, const Moment& moment, const Place& place) {
    BOXOFFICE_TRY(check_turn(place, set.rooms.get(place.room).limits, moment.now));
    BOXOFFICE_TRY_VALUE(auto order, payable(command, set, moment));
    BOXOFFICE_TRY(check_no_payment_pending(set.reservations.get(order.first()), set, moment));
    BOXOFFICE_TRY(check_funds(set.accounts.get(account_of(command.user)), order.total));
    return order;
}

/// A payment with its first row of history; the caller puts the payment.
inline Payment begin_payment(WorkingSet& set, const Moment& moment, const PayableOrder& order, UserId user,
                             Time deadline) {
    auto [payment, step] =
        begin(moment.ids.next<PaymentId>(moment.now), order.id, user, order.total, moment.now, deadline);
    set.payments.expect_none(payment.id);
    set.add(std::move(step));
    return std::move(payment);
}

/// Moves what was paid for an order to its concert's sales.
inline void debit(WorkingSet& set, const Moment& moment, const Payment& payment, ConcertId concert) {
    if (payment.amount == Points{0}) return;
    Account account = set.accounts.get(account_of(payment.user));
    Account sales = set.accounts.get(sales_of(concert));
    const Transfer transfer{.id = moment.ids.next<TransferId>(moment.now),
                            .from = account.id,
                            .to = sales.id,
                            .amount = payment.amount,
                            .kind = TransferKind::payment,
                            .payment = payment.id,
                            .at = moment.now};
    apply(transfer, account, sales);
    set.add(transfer);
    set.put(std::move(account));
    set.put(std::move(sales));
}

/// Everything a captured payment does, in one commit (P1): points move, the seats are sold, the reservations confirmed, the
/// payment and its history recorded, and the place completed if this was its last live hold. All checks were made.
inline Paid capture_payment(WorkingSet& set, const Moment& moment, const PayableOrder& order, Payment payment) {
    demand(order.total == payment.amount, "capture: the order's price is another than was asked for");
    const Reservation first = set.reservations.get(order.first());
    debit(set, moment, payment, first.concert);
    for (auto& step : capture(payment, moment.now)) set.add(std::move(step));
    set.add(order_event(EventKind::payment_captured, payment, first, order.is_several()));
    for (const auto id : order.holds) {
        Reservation reservation = set.reservations.get(id);
        Seat seat = set.seats.get(reservation.seat);
        sell(seat);
        set.put(std::move(seat));
        confirm(reservation, payment.id, moment.now);
        auto confirmed = payment_event(EventKind::reservation_confirmed, payment, reservation);
        confirmed.amount = reservation.price.value;
        set.add(std::move(confirmed));
        set.put(std::move(reservation));
    }
    const Paid answer{payment.id,     payment.reservation,
                      payment.amount, set.accounts.get(account_of(payment.user)).balance,
                      moment.now,     {}};
    const auto user = payment.user;
    set.put(std::move(payment));
    if (live_holds_of(set, moment, user, first.token).empty())
        finish_place(set, moment, first.token, PlaceState::completed);
    return answer;
}

/// What of the order a captured payment bought, in order.
inline std::vector<PaidItem> paid_items(const WorkingSet& set, OrderId order, PaymentId payment) {
    const auto all = set.order(order);
    std::vector<PaidItem> items;
    items.reserve(all.size());
    for (const auto id : all) {
        const auto& reservation = set.reservations.get(id);
        if (reservation.payment != payment) continue;
        const auto& facts = set.seats.get(reservation.seat).facts;
        items.push_back({id, reservation.seat, reservation.type, reservation.price, facts.number, facts.label});
    }
    return items;
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
