#pragma once
/// Taking a sale back, and giving points back.

#include <string>
#include <utility>

#include "engine/steps/places.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// The rows behind a reservation that taking it back changes or reads.
inline void name_refund_keys(const Reservation& reservation, Keys& keys) {
    keys.concerts.ids.push_back(reservation.concert);
    keys.seats.ids.push_back(reservation.seat);
    keys.sales.ids.push_back({reservation.concert, reservation.sale});
    keys.accounts.ids.push_back(account_of(reservation.user));
    keys.accounts.ids.push_back(sales_of(reservation.concert));
}

/// Moves `amount` of its price from its concert's sales to who paid. It was checked; zero moves nothing.
inline void give_back(WorkingSet& set, const Moment& moment, Reservation& reservation, Points amount,
                      const std::string& reason = {}) {
    if (amount == Points{0}) return;
    Account sales = set.accounts.get(sales_of(reservation.concert));
    Account payer = set.accounts.get(account_of(reservation.user));
    Transfer transfer{.id = moment.ids.next<TransferId>(moment.now),
                      .from = sales.id,
                      .to = payer.id,
                      .amount = amount,
                      .kind = TransferKind::refund,
                      .payment = reservation.payment,
                      .at = moment.now,
                      .reservation = reservation.id,
                      .reason = reason};
    apply(transfer, sales, payer);
    refund(reservation, amount);
    auto refunded = reservation_event(EventKind::points_refunded, reservation);
    refunded.payment = reservation.payment;
    refunded.amount = amount.value;
    set.add(std::move(refunded));
    set.add(std::move(transfer));
    set.put(std::move(sales));
    set.put(std::move(payer));
}

/// Takes a sale back: its seat is on sale again. The caller puts the reservation.
inline void cancel_sale(WorkingSet& set, const Moment& moment, Reservation& reservation, Points refund,
                        const std::string& reason = {}) {
    cancel(reservation, moment.now);
    Seat seat = set.seats.get(reservation.seat);
    open(seat);
    set.put(std::move(seat));
    auto cancelled = reservation_event(EventKind::reservation_cancelled, reservation);
    cancelled.payment = reservation.payment;
    cancelled.amount = refund.value;
    set.add(std::move(cancelled));
    give_back(set, moment, reservation, refund, reason);
}

/// What is left of a concert that was called off: holds end, sales are given back in full. Counts in `swept`, and as retired.
inline void sweep_claim(WorkingSet& set, const Moment& moment, ReservationId id, Swept& swept) {
    Reservation reservation = set.reservations.get(id);
    if (reservation.state == ReservationState::held) {
        ++swept.released;
        if (!is_live_hold(reservation, moment.now)) return retire_hold(set, moment, id);
        release_hold(set, moment, std::move(reservation));
        return set.count_retired();
    }
    const auto left = refundable(reservation);
    if (!check_room_for(set.accounts.get(account_of(reservation.user)), left)) {
        ++swept.stuck;
        return;
    }
    cancel_sale(set, moment, reservation, left);
    set.put(std::move(reservation));
    set.count_retired();
    ++swept.refunded;
}

/// Writes down that nothing of it is left to be given back.
inline void settle(WorkingSet& set, Concert concert) {
    if (concert.is_settled) return;
    concert.is_settled = true;
    set.add(Event{.kind = EventKind::concert_settled, .concert = concert.id});
    set.put(std::move(concert));
}

}  // namespace boxoffice::steps
