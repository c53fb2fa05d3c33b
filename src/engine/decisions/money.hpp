#pragma once
/// Decisions about points: recharge, pay, and the two halves of a payment with a gateway between them. See decide.hpp for
/// what the functions of a command are.

#include "engine/decisions/holding.hpp"

namespace boxoffice {

// ---- Recharge ---------------------------------------------------------------------------------------------------

inline steps::Request request_of(const Recharge& command) {
    return {{command.user, Operation::recharge, command.key},
            crypto::hash_request(Operation::recharge, {command.amount.value})};
}

inline Result<void> check(const Recharge& command, const Options&) {
    BOXOFFICE_TRY(check_amount(command.amount));
    return check_idempotency_key(command.key);
}

inline void name_keys(const Recharge& command, Keys& keys) {
    keys.idempotency.ids.push_back(request_of(command).id);
    keys.users.ids.push_back(command.user);
    keys.accounts.ids.push_back(account_of(command.user));
    keys.accounts.ids.push_back(cash_account);
}

/// The cash account, which is made by the first recharge.
inline Account cash_of(const WorkingSet& set, Time now) {
    if (const auto* account = set.accounts.find(cash_account)) return *account;
    return Account{cash_account, AccountKind::cash, Points{}, now, now};
}

inline Result<Recharged> decide(const Recharge& command, WorkingSet& set, const Moment& moment) {
    const auto request = request_of(command);
    const auto before = steps::recall<Recharged>(set, moment, request);
    if (!before) return tl::unexpected(before.error());
    if (*before) return **before;

    if (!command.user || set.users.find(command.user) == nullptr) return refuse(ErrorCode::unknown_user);
    Account cash = cash_of(set, moment.now);
    Account account = set.accounts.get(account_of(command.user));
    BOXOFFICE_TRY(check_recharge(cash, account, command.amount, moment.options.issue_limit));

    const Transfer transfer{.id = moment.ids.next<TransferId>(moment.now),
                            .from = cash.id,
                            .to = account.id,
                            .amount = command.amount,
                            .kind = TransferKind::recharge,
                            .payment = {},
                            .at = moment.now};
    apply(transfer, cash, account);
    const Recharged answer{transfer.id, account.balance};
    set.add(Event{.kind = EventKind::points_recharged, .user = command.user, .amount = command.amount.value});
    set.add(transfer);
    set.put(std::move(cash));
    set.put(std::move(account));
    return steps::remember(set, moment, request, answer);
}

// ---- what Pay, BeginPayment and CapturePayment share ------------------------------------------------------------

template <class C>
concept PaysHold = std::same_as<C, Pay> || std::same_as<C, BeginPayment> || std::same_as<C, CapturePayment>;

inline void name_payment_keys(UserId user, TokenId token, ReservationId reservation, Keys& keys) {
    keys.places.tokens.push_back(token);
    keys.reservations.ids.push_back(reservation);
    keys.reservations.held_by.push_back(user);
    keys.accounts.ids.push_back(account_of(user));
}

template <PaysHold C>
void name_more_payment_keys(const C& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
    name_seats_of_holds(command.user, set, keys);
    const auto* reservation = command.reservation ? set.reservations.find(command.reservation) : nullptr;
    if (reservation == nullptr) return;
    keys.seats.ids.push_back(reservation->seat);
    keys.accounts.ids.push_back(sales_of(reservation->concert));
    keys.payments.ids.push_back(reservation->payment);
}

template <PaysHold C>
void name_line(const C& command, const WorkingSet& set, std::vector<RoomId>& rooms) {
    name_line_of(command.token, set, rooms);
}

/// The reservation, if it is the payer's own, and a live hold of the place that pays.
template <PaysHold C>
Result<const Reservation*> payable(const C& command, const WorkingSet& set, const Moment& moment) {
    const auto* reservation = command.reservation ? set.reservations.find(command.reservation) : nullptr;
    if (reservation == nullptr || reservation->user != command.user) return refuse(ErrorCode::reservation_mismatch);
    BOXOFFICE_TRY(check_held(*reservation, moment.now));
    if (reservation->token != command.token)
        return refuse(ErrorCode::not_your_turn, "the hold belongs to another place in line");
    return reservation;
}

/// Is another payment of the reservation under way?
inline Result<void> check_no_payment_pending(const Reservation& reservation, const WorkingSet& set, const Moment& moment) {
    const auto* payment = reservation.payment ? set.payments.find(reservation.payment) : nullptr;
    if (payment != nullptr && state_at(*payment, moment.now) == PaymentState::requested)
        return refuse(ErrorCode::payment_pending);
    return {};
}

inline Event payment_event(EventKind kind, const Payment& payment, const Reservation& reservation) {
    return Event{.kind = kind,
                 .user = payment.user,
                 .token = reservation.token,
                 .concert = reservation.concert,
                 .seat = reservation.seat,
                 .reservation = reservation.id,
                 .payment = payment.id,
                 .amount = payment.amount.value};
}

/// Appends to the payment's history; the caller puts the payment.
inline void add_step(WorkingSet& set, Payment& payment, PaymentState state, Time at) {
    set.add(PaymentStep{payment.id, payment.step_count++, state, at, payment.transaction_key});
}

/// Writes down that a payment failed; `at` is now, or for one whose time ran out its deadline.
inline void fail_payment(WorkingSet& set, Payment payment, const Reservation& reservation, Time at) {
    payment.state = PaymentState::failed;
    payment.finished_at = at;
    add_step(set, payment, PaymentState::failed, at);
    auto failed = payment_event(EventKind::payment_failed, payment, reservation);
    if (passed(payment.deadline, at)) failed.deadline = payment.deadline;
    set.add(std::move(failed));
    set.put(std::move(payment));
}

/// Writes down that a payment's time ran out. Nothing if it did not.
inline void retire_payment(WorkingSet& set, const Moment& moment, PaymentId id) {
    const auto* payment = id ? set.payments.find(id) : nullptr;
    if (payment == nullptr || payment->state != PaymentState::requested || !passed(payment->deadline, moment.now)) return;
    fail_payment(set, *payment, set.reservations.get(payment->reservation), payment->deadline);
    set.count_retired();
}

template <PaysHold C>
void meet(const C& command, WorkingSet& set, const Moment& moment) {
    if (const auto place = steps::place_of(set, command.user, command.token))
        steps::settle_line(set, moment, (*place)->room);
    steps::meet_place(set, moment, command.user, command.token);
    if (const auto* reservation = command.reservation ? set.reservations.find(command.reservation) : nullptr)
        retire_payment(set, moment, reservation->payment);
    steps::retire_holds_of(set, moment, command.user);
}

/// Everything a captured payment does, in one commit (P1): points move, the seat is sold, the reservation confirmed, the
/// payment and its history recorded, and the place completed if this was its last live hold. All checks were made.
inline Paid capture(WorkingSet& set, const Moment& moment, Reservation reservation, Payment payment) {
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
    payment.state = PaymentState::captured;
    payment.finished_at = moment.now;
    payment.reconciled_at = moment.now;
    add_step(set, payment, PaymentState::approved, moment.now);
    add_step(set, payment, PaymentState::captured, moment.now);
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

inline Payment request_payment(WorkingSet& set, const Moment& moment, const Reservation& reservation, Time deadline) {
    Payment payment;
    payment.id = moment.ids.next<PaymentId>(moment.now);
    set.payments.expect_none(payment.id);
    payment.reservation = reservation.id;
    payment.user = reservation.user;
    payment.amount = reservation.price;
    payment.requested_at = moment.now;
    payment.deadline = deadline;
    add_step(set, payment, PaymentState::requested, moment.now);
    return payment;
}

/// The checks before a payment in the design's order: signature, (idempotency by the caller), turn, existence, ownership,
/// state, money. The reservation may be paid with `price` points.
template <PaysHold C>
Result<const Reservation*> check_payment(const C& command, const WorkingSet& set, const Moment& moment, const Place& place) {
    BOXOFFICE_TRY(check_turn(place, set.rooms.get(place.room).limits, moment.now));
    const auto reservation = payable(command, set, moment);
    if (!reservation) return reservation;
    BOXOFFICE_TRY(check_no_payment_pending(**reservation, set, moment));
    BOXOFFICE_TRY(check_funds(set.accounts.get(account_of(command.user)), (*reservation)->price));
    return reservation;
}

// ---- Pay --------------------------------------------------------------------------------------------------------

inline steps::Request request_of(const Pay& command) {
    return {{command.user, Operation::pay, command.key}, crypto::hash_request(Operation::pay, {command.reservation.value})};
}

inline Result<void> check(const Pay& command, const Options&) { return check_idempotency_key(command.key); }

inline void name_keys(const Pay& command, Keys& keys) {
    keys.idempotency.ids.push_back(request_of(command).id);
    name_payment_keys(command.user, command.token, command.reservation, keys);
}

inline void name_more_keys(const Pay& command, const WorkingSet& set, Keys& keys) {
    name_more_payment_keys(command, set, keys);
}

inline Result<Paid> decide(const Pay& command, WorkingSet& set, const Moment& moment) {
    if (moment.has_gateway) return refuse(ErrorCode::gateway_required);
    const auto place = steps::place_of(set, command.user, command.token);
    if (!place) return tl::unexpected(place.error());
    const auto request = request_of(command);
    const auto before = steps::recall<Paid>(set, moment, request);
    if (!before) return tl::unexpected(before.error());
    if (*before) return **before;
    const auto reservation = check_payment(command, set, moment, **place);
    if (!reservation) return tl::unexpected(reservation.error());

    auto payment = request_payment(set, moment, **reservation, moment.now);
    return steps::remember(set, moment, request, capture(set, moment, **reservation, std::move(payment)));
}

// ---- BeginPayment -----------------------------------------------------------------------------------------------

inline steps::Request request_of(const BeginPayment& command) {
    return {{command.user, Operation::begin_payment, command.key},
            crypto::hash_request(Operation::begin_payment, {command.reservation.value})};
}

inline Result<void> check(const BeginPayment& command, const Options&) { return check_idempotency_key(command.key); }

inline void name_keys(const BeginPayment& command, Keys& keys) {
    keys.idempotency.ids.push_back(request_of(command).id);
    name_payment_keys(command.user, command.token, command.reservation, keys);
}

inline void name_more_keys(const BeginPayment& command, const WorkingSet& set, Keys& keys) {
    name_more_payment_keys(command, set, keys);
    const auto request = request_of(command);
    if (const auto* record = request.id.key.empty() ? nullptr : set.idempotency.find(request.id))
        keys.payments.ids.push_back(PaymentId{record->answer.at(0)});
}

/// How long a payment that begins now keeps its seat: `capture_ttl`, but all payments together no more than that beyond
/// the hold's first deadline, so that beginning again and again does not keep a seat for ever.
inline Time capture_deadline(const Reservation& reservation, const Options& options, Time now) {
    const auto latest = later(later(reservation.held_at, options.hold_ttl), options.capture_ttl);
    return std::min(later(now, options.capture_ttl), std::max(latest, reservation.deadline));
}

inline Result<PaymentBegun> decide(const BeginPayment& command, WorkingSet& set, const Moment& moment) {
    const auto found = steps::place_of(set, command.user, command.token);
    if (!found) return tl::unexpected(found.error());
    const auto request = request_of(command);
    const auto before = steps::recall<PaymentBegun>(set, moment, request);
    if (!before) return tl::unexpected(before.error());
    // A payment that failed had no effect that is left: the key is free again.
    if (*before && state_at(set.payments.get((*before)->payment), moment.now) != PaymentState::failed) return **before;
    const auto checked = check_payment(command, set, moment, **found);
    if (!checked) return tl::unexpected(checked.error());

    Reservation reservation = **checked;
    auto payment = request_payment(set, moment, reservation, capture_deadline(reservation, moment.options, moment.now));
    auto requested = payment_event(EventKind::payment_requested, payment, reservation);
    requested.deadline = payment.deadline;
    set.add(std::move(requested));
    reservation.payment = payment.id;
    if (payment.deadline > reservation.deadline) {
        reservation.deadline = payment.deadline;
        Seat seat = set.seats.get(reservation.seat);
        keep(seat, reservation.deadline);
        set.put(std::move(seat));
        Place place = **found;
        extend(place, reservation.deadline);
        set.put(std::move(place));
        auto kept = payment_event(EventKind::hold_kept, payment, reservation);
        kept.deadline = reservation.deadline;
        set.add(std::move(kept));
    }
    const PaymentBegun answer{payment.id, reservation.id, payment.amount, payment.deadline};
    set.put(std::move(reservation));
    set.put(std::move(payment));
    return steps::remember(set, moment, request, answer);
}

// ---- CapturePayment ---------------------------------------------------------------------------------------------

inline steps::Request request_of(const CapturePayment& command) {
    return {{command.user, Operation::capture, command.key}, crypto::hash_request(Operation::capture, {command.payment.value})};
}

inline Result<void> check(const CapturePayment& command, const Options&) {
    BOXOFFICE_TRY(check_idempotency_key(command.key));
    return check_transaction_key(command.transaction_key);
}

inline void name_keys(const CapturePayment& command, Keys& keys) {
    keys.idempotency.ids.push_back(request_of(command).id);
    keys.payments.ids.push_back(command.payment);
    name_payment_keys(command.user, command.token, command.reservation, keys);
}

inline void name_more_keys(const CapturePayment& command, const WorkingSet& set, Keys& keys) {
    name_more_payment_keys(command, set, keys);
}

/// The payment, if it is this user's and of this reservation.
inline Result<const Payment*> payment_of(const WorkingSet& set, UserId user, ReservationId reservation, PaymentId id) {
    const auto* payment = id ? set.payments.find(id) : nullptr;
    if (payment == nullptr || payment->user != user || payment->reservation != reservation)
        return refuse(ErrorCode::unknown_payment);
    return payment;
}

/// Asks no turn of its own: a live hold implies a live place (H3), and the gateway has approved.
inline Result<Paid> decide(const CapturePayment& command, WorkingSet& set, const Moment& moment) {
    const auto place = steps::place_of(set, command.user, command.token);
    if (!place) return tl::unexpected(place.error());
    const auto request = request_of(command);
    const auto before = steps::recall<Paid>(set, moment, request);
    if (!before) return tl::unexpected(before.error());
    if (*before) return **before;
    const auto found = payment_of(set, command.user, command.reservation, command.payment);
    if (!found) return tl::unexpected(found.error());
    Payment payment = **found;
    const auto& account = set.accounts.get(account_of(command.user));
    if (payment.state == PaymentState::captured)
        return Paid{payment.id, payment.reservation, payment.amount, account.balance, payment.finished_at};
    const auto reservation = payable(command, set, moment);
    if (!reservation) return tl::unexpected(reservation.error());
    if (state_at(payment, moment.now) == PaymentState::failed) return refuse(ErrorCode::payment_failed);
    BOXOFFICE_TRY(check_funds(account, payment.amount));

    payment.transaction_key = command.transaction_key;
    return steps::remember(set, moment, request, capture(set, moment, **reservation, std::move(payment)));
}

// ---- FailPayment ------------------------------------------------------------------------------------------------

inline Result<void> check(const FailPayment& command, const Options&) {
    return check_transaction_key(command.transaction_key);
}

inline void name_keys(const FailPayment& command, Keys& keys) {
    keys.payments.ids.push_back(command.payment);
    keys.reservations.ids.push_back(command.reservation);
}

/// Writes down that nothing is charged for a payment that failed, or no more.
inline void reconcile(WorkingSet& set, const Moment& moment, Payment payment) {
    payment.reconciled_at = moment.now;
    add_step(set, payment, PaymentState::reconciled, moment.now);
    set.add(payment_event(EventKind::payment_reconciled, payment, set.reservations.get(payment.reservation)));
    set.put(std::move(payment));
}

/// What the gateway said of a payment that had failed before: its time had run out, or another caller gave it up.
inline void hear_of_failed(const FailPayment& command, WorkingSet& set, const Moment& moment, Payment payment) {
    const bool is_open = payment.reconciled_at == never;
    if (command.transaction_key.empty()) {  // it declined, so a payment of which nothing was known is reconciled
        if (is_open && !command.is_unclear && payment.transaction_key.empty()) reconcile(set, moment, std::move(payment));
        return;
    }
    // It approved. An approval that is written down and not yet taken back stays the one to take back.
    if (command.transaction_key == payment.transaction_key || (is_open && !payment.transaction_key.empty())) return;
    payment.transaction_key = command.transaction_key;
    payment.reconciled_at = never;
    add_step(set, payment, PaymentState::approved, moment.now);
    set.add(payment_event(EventKind::payment_approved, payment, set.reservations.get(payment.reservation)));
    set.put(std::move(payment));
}

/// The hold stays as it is, until its deadline: the user can pay again.
inline Result<Done> decide(const FailPayment& command, WorkingSet& set, const Moment& moment) {
    const auto found = payment_of(set, command.user, command.reservation, command.payment);
    if (!found) return tl::unexpected(found.error());
    Payment payment = **found;
    if (payment.state == PaymentState::captured) return refuse(ErrorCode::already_paid);
    if (payment.state == PaymentState::failed) {
        hear_of_failed(command, set, moment, std::move(payment));
        return Done{};
    }
    payment.transaction_key = command.transaction_key;
    if (command.transaction_key.empty() && !command.is_unclear) payment.reconciled_at = moment.now;
    const auto at = std::min(moment.now, payment.deadline);
    fail_payment(set, std::move(payment), set.reservations.get(command.reservation), at);
    return Done{};
}

// ---- ReconcilePayment -------------------------------------------------------------------------------------------

inline Result<void> check(const ReconcilePayment& command, const Options&) {
    return check_transaction_key(command.transaction_key);
}

inline void name_keys(const ReconcilePayment& command, Keys& keys) { keys.payments.ids.push_back(command.payment); }

inline void name_more_keys(const ReconcilePayment& command, const WorkingSet& set, Keys& keys) {
    if (const auto* payment = command.payment ? set.payments.find(command.payment) : nullptr)
        keys.reservations.ids.push_back(payment->reservation);
}

inline void meet(const ReconcilePayment& command, WorkingSet& set, const Moment& moment) {
    retire_payment(set, moment, command.payment);
}

/// A key that is written down must be named, so that an approval that came meanwhile is not taken for one that never was.
inline Result<Done> decide(const ReconcilePayment& command, WorkingSet& set, const Moment& moment) {
    const auto* found = command.payment ? set.payments.find(command.payment) : nullptr;
    if (found == nullptr) return refuse(ErrorCode::unknown_payment);
    Payment payment = *found;
    if (payment.state == PaymentState::captured) return refuse(ErrorCode::already_paid);
    if (payment.state != PaymentState::failed) return refuse(ErrorCode::payment_pending);
    if (!payment.transaction_key.empty() && payment.transaction_key != command.transaction_key)
        return refuse(ErrorCode::invalid_argument, "transaction_key: not the one that is written down");
    if (payment.reconciled_at != never) return Done{};
    payment.transaction_key = command.transaction_key;
    reconcile(set, moment, std::move(payment));
    return Done{};
}

}  // namespace boxoffice
