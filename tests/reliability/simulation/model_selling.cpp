/// Holding, paying, and taking back: see model.hpp.

#include <algorithm>
#include <set>
#include <utility>

#include "reliability/simulation/model.hpp"

namespace boxoffice::simulation {

// ---- what has run out ---------------------------------------------------------------------------------------------------

void Model::free_seat(const Reservation& reservation) {
    auto& seat = rows.seats.at(reservation.seat);
    if (seat.claim != reservation.id) return;
    seat.state = SeatState::available;
    seat.claim = {};
    seat.held_until = never;
}

void Model::expire(Reservation& reservation) {
    reservation.state = ReservationState::expired;
    reservation.finished_at = reservation.deadline;
    free_seat(reservation);
}

void Model::expire_holds_of(UserId user) {
    for (auto& [id, one] : rows.reservations)
        if (one.user == user && one.state == ReservationState::held && is_over(one.deadline)) expire(one);
}

void Model::expire_claim(SeatId id) {
    const auto seat = rows.seats.find(id);
    if (seat == rows.seats.end() || seat->second.state != SeatState::held) return;
    auto& claim = rows.reservations.at(seat->second.claim);
    if (is_over(claim.deadline)) expire(claim);
}

void Model::expire_payment(PaymentId id) {
    const auto found = rows.payments.find(id);
    if (found == rows.payments.end()) return;
    auto& payment = found->second;
    if (payment.state != PaymentState::requested || !is_over(payment.deadline)) return;
    payment.state = PaymentState::failed;
    payment.finished_at = payment.deadline;
}

ReservationState Model::state_of(const Reservation& one) const {
    const auto called_off_at = rows.concerts.at(one.concert).called_off_at;
    const bool is_called_off = is_over(called_off_at);
    switch (one.state) {
        case ReservationState::held:
        case ReservationState::expired:
            if (is_called_off && one.deadline > called_off_at) return ReservationState::released;
            return is_over(one.deadline) ? ReservationState::expired : ReservationState::held;
        case ReservationState::confirmed:
            return is_called_off ? ReservationState::cancelled : ReservationState::confirmed;
        default: return one.state;
    }
}

// ---- orders -------------------------------------------------------------------------------------------------------------

std::vector<Reservation*> Model::order_of(OrderId order) {
    std::vector<Reservation*> all;
    for (auto& [id, one] : rows.reservations)
        if (one.order == order) all.push_back(&one);
    return all;
}

std::vector<Reservation*> Model::live_of(OrderId order) {
    auto live = order_of(order);
    std::erase_if(live, [&](const Reservation* one) { return !is_held(*one); });
    return live;
}

std::vector<Reservation*> Model::live_of_turn(UserId user, TokenId token) {
    std::vector<Reservation*> live;
    for (auto& [id, one] : rows.reservations)
        if (one.user == user && one.token == token && is_held(one)) live.push_back(&one);
    return live;
}

const Sale* Model::sale_in_force(ConcertId concert) const {
    const auto behind = rows.sales.upper_bound({concert, std::numeric_limits<std::int64_t>::max()});
    if (behind == rows.sales.begin()) return nullptr;
    const auto& [id, sale] = *std::prev(behind);
    return id.concert == concert ? &sale : nullptr;
}

Duration Model::hold_ttl_of(const Sale& sale) const {
    return sale.terms.hold_ttl == Duration::zero() ? options_.hold_ttl : sale.terms.hold_ttl;
}

Model::Decided<void> Model::check_types_of(const Wanted& wanted) const {
    std::map<TypeId, std::int64_t> counts;
    for (const auto& item : wanted.items)
        if (item.type) ++counts[item.type];
    for (const auto& [id, how_many] : counts) {
        const auto type = rows.types.find(id);
        if (type == rows.types.end() || type->second.concert != wanted.concert)
            return tl::unexpected(ErrorCode::unknown_type);
    }
    for (const auto& [id, how_many] : counts) {
        const auto& type = rows.types.at(id);
        if (type.max_per_order > 0 && how_many > type.max_per_order) return tl::unexpected(ErrorCode::type_rule);
        if (type.needs && !counts.contains(type.needs)) return tl::unexpected(ErrorCode::type_rule);
    }
    return {};
}

Model::Decided<std::vector<Points>> Model::prices_of(const Wanted& wanted, const Sale& sale) const {
    std::vector<Points> prices;
    for (const auto& item : wanted.items) {
        const auto& facts = rows.seats.at(item.seat).facts;
        const auto price = rows.prices.find({{wanted.concert, sale.tariff}, facts.category, item.type});
        if (price == rows.prices.end() && item.type) return tl::unexpected(ErrorCode::type_rule);
        prices.push_back(price == rows.prices.end() ? facts.price : price->second);
    }
    return prices;
}

/// The documents' order of checks: turn, on sale, existence, limits, types, prices, seats, total.
Model::Decided<HeldOrder> Model::hold(const Wanted& wanted) {
    auto& place = rows.places.at(wanted.token);
    if (!has_turn(place) || is_over(place.turn_until)) return tl::unexpected(ErrorCode::not_your_turn);
    const auto concert = rows.concerts.find(wanted.concert);
    if (concert == rows.concerts.end()) return tl::unexpected(ErrorCode::unknown_concert);
    if (concert->second.room != place.room) return tl::unexpected(ErrorCode::not_your_turn);
    if (concert->second.called_off_at != never) return tl::unexpected(ErrorCode::called_off);
    const auto& sale = *sale_in_force(wanted.concert);
    const auto& terms = sale.terms;
    if (terms.is_paused || now_ < terms.opens_at || now_ >= terms.closes_at)
        return tl::unexpected(ErrorCode::not_on_sale);
    for (const auto& item : wanted.items) {
        const auto seat = rows.seats.find(item.seat);
        if (seat == rows.seats.end() || seat->second.concert != wanted.concert)
            return tl::unexpected(ErrorCode::unknown_seat);
    }
    std::set<OrderId> held;
    std::int64_t claims = 0;
    for (const auto& [id, one] : rows.reservations) {
        if (one.user != wanted.user) continue;
        if (is_held(one)) held.insert(one.order);
        if (one.concert == wanted.concert && (is_held(one) || one.state == ReservationState::confirmed)) ++claims;
    }
    const auto count = static_cast<std::int64_t>(wanted.items.size());
    if (static_cast<std::int64_t>(held.size()) >= options_.holds_per_user) return tl::unexpected(ErrorCode::hold_limit);
    if (count > terms.seats_per_order) return tl::unexpected(ErrorCode::order_limit);
    if (terms.seats_per_user > 0 && claims + count > terms.seats_per_user)
        return tl::unexpected(ErrorCode::purchase_limit);
    if (const auto types = check_types_of(wanted); !types) return tl::unexpected(types.error());
    const auto prices = prices_of(wanted, sale);
    if (!prices) return tl::unexpected(prices.error());
    for (const auto& item : wanted.items)
        if (rows.seats.at(item.seat).state != SeatState::available) return tl::unexpected(ErrorCode::seat_unavailable);
    HeldOrder answer;
    for (const auto price : *prices) answer.total.value += price.value;
    if (answer.total > amount_max) return tl::unexpected(ErrorCode::invalid_argument);
    if (wanted.expect_total && *wanted.expect_total != answer.total) return tl::unexpected(ErrorCode::price_changed);

    answer.deadline = later(now_, hold_ttl_of(sale));
    for (std::size_t i = 0; i < wanted.items.size(); ++i) {
        const auto& item = wanted.items[i];
        Reservation one;
        one.id = fresh<ReservationId>();
        if (i == 0) answer.order = one.id;
        one.user = wanted.user;
        one.seat = item.seat;
        one.concert = wanted.concert;
        one.token = wanted.token;
        one.price = (*prices)[i];
        one.held_at = now_;
        one.deadline = answer.deadline;
        one.order = answer.order;
        one.sale = sale.id.version;
        one.type = item.type;
        auto& seat = rows.seats.at(item.seat);
        seat.state = SeatState::held;
        seat.claim = one.id;
        seat.held_until = one.deadline;
        answer.items.push_back({one.id, item.seat, item.type, one.price});
        rows.reservations[one.id] = std::move(one);
    }
    place.deadline = std::max(place.deadline, answer.deadline);
    return answer;
}

void Model::meet(const HoldSeat& command) {
    meet_place(command.user, command.token);
    expire_holds_of(command.user);
    expire_claim(command.seat);
}

void Model::meet(const HoldSeats& command) {
    meet_place(command.user, command.token);
    expire_holds_of(command.user);
    for (const auto& item : command.items) expire_claim(item.seat);
}

Model::Decided<Held> Model::decide(const HoldSeat& command) {
    const auto& place = rows.places.at(command.token);
    if (!has_turn(place) || is_over(place.turn_until)) return tl::unexpected(ErrorCode::not_your_turn);
    const auto seat = rows.seats.find(command.seat);
    if (seat == rows.seats.end()) return tl::unexpected(ErrorCode::unknown_seat);
    const std::vector<OrderItem> items{{command.seat, {}}};
    const auto held = hold({command.user, command.token, seat->second.concert, items});
    if (!held) return tl::unexpected(held.error());
    return Held{held->order, command.seat, held->total, held->deadline};
}

Model::Decided<HeldOrder> Model::decide(const HoldSeats& command) {
    return hold({command.user, command.token, command.concert, command.items, command.expect_total});
}

void Model::meet(const BlockSeat& command) { expire_claim(command.seat); }

void Model::meet(const ReleaseHold& command) {
    const auto found = rows.reservations.find(command.reservation);
    if (found == rows.reservations.end()) return;
    if (found->second.state == ReservationState::held && is_over(found->second.deadline)) expire(found->second);
}

void Model::meet(const ReleaseOrder& command) {
    for (auto* one : order_of(command.order))
        if (one->state == ReservationState::held && is_over(one->deadline)) expire(*one);
}

Model::Decided<Done> Model::decide(const ReleaseHold& command) {
    const auto found = rows.reservations.find(command.reservation);
    if (found == rows.reservations.end() || found->second.user != command.user)
        return tl::unexpected(ErrorCode::unknown_reservation);
    auto& one = found->second;
    if (!is_held(one)) {
        if (state_of(one) == ReservationState::released) return Done{};
        if (one.state == ReservationState::confirmed) return tl::unexpected(ErrorCode::already_paid);
        if (one.state == ReservationState::cancelled) return tl::unexpected(ErrorCode::hold_released);
        return tl::unexpected(ErrorCode::hold_expired);
    }
    if (live_of(one.order).size() > 1 && is_pending(one.payment)) return tl::unexpected(ErrorCode::payment_pending);
    one.state = ReservationState::released;
    one.finished_at = now_;
    free_seat(one);
    return Done{};
}

/// Of an order of which nothing is held.
Model::Decided<void> Model::check_not_over(OrderId order) {
    bool has_expired = false;
    for (const auto* one : order_of(order)) {
        if (state_of(*one) == ReservationState::confirmed) return tl::unexpected(ErrorCode::already_paid);
        has_expired = has_expired || state_of(*one) == ReservationState::expired;
    }
    if (has_expired) return tl::unexpected(ErrorCode::hold_expired);
    return {};
}

Model::Decided<Left> Model::decide(const ReleaseOrder& command) {
    const auto first = rows.reservations.find(command.order);
    if (first == rows.reservations.end() || first->second.user != command.user || first->second.order != command.order)
        return tl::unexpected(ErrorCode::unknown_reservation);
    const auto live = live_of(command.order);
    if (live.empty()) {
        if (const auto over = check_not_over(command.order); !over) return tl::unexpected(over.error());
        return Left{};
    }
    for (auto* one : live) {
        one->state = ReservationState::released;
        one->finished_at = now_;
        free_seat(*one);
    }
    return Left{static_cast<std::int64_t>(live.size())};
}

// ---- money --------------------------------------------------------------------------------------------------------------

void Model::move(AccountId from, AccountId to, Points amount) {
    rows.balances[from].value -= amount.value;
    rows.balances[to].value += amount.value;
}

bool Model::has_room(UserId user, Points amount) const {
    return rows.balances.at(account_of(user)).value + amount.value <= balance_max.value;
}

Model::Decided<Recharged> Model::decide(const Recharge& command) {
    if (!rows.users.contains(command.user)) return tl::unexpected(ErrorCode::unknown_user);
    if (!has_room(command.user, command.amount)) return tl::unexpected(ErrorCode::balance_limit);
    const auto cash = rows.balances.find(cash_account);
    const auto issued = cash == rows.balances.end() ? 0 : -cash->second.value;
    if (issued + command.amount.value > options_.issue_limit.value) return tl::unexpected(ErrorCode::issue_limit);
    move(cash_account, account_of(command.user), command.amount);
    const auto id = fresh<TransferId>();
    return Recharged{id, rows.balances.at(account_of(command.user))};
}

bool Model::is_pending(PaymentId id) const {
    const auto payment = rows.payments.find(id);
    return payment != rows.payments.end() && payment->second.state == PaymentState::requested &&
           !is_over(payment->second.deadline);
}

template <class C>
void Model::meet_payment(const C& command) {
    meet_place(command.user, command.token);
    for (const auto* one : order_of(command.reservation)) expire_payment(one->payment);
    expire_holds_of(command.user);
}
void Model::meet(const Pay& command) { meet_payment(command); }
void Model::meet(const BeginPayment& command) { meet_payment(command); }
void Model::meet(const CapturePayment& command) { meet_payment(command); }
void Model::meet(const ReconcilePayment& command) { expire_payment(command.payment); }

template <class C>
Model::Decided<std::vector<Reservation*>> Model::payable(const C& command) {
    const auto first = rows.reservations.find(command.reservation);
    if (first == rows.reservations.end() || first->second.user != command.user ||
        first->second.order != command.reservation)
        return tl::unexpected(ErrorCode::reservation_mismatch);
    if (rows.concerts.at(first->second.concert).called_off_at != never) return tl::unexpected(ErrorCode::called_off);
    auto live = live_of(command.reservation);
    if (live.empty()) {
        if (const auto over = check_not_over(command.reservation); !over) return tl::unexpected(over.error());
        return tl::unexpected(ErrorCode::hold_released);
    }
    if (first->second.token != command.token) return tl::unexpected(ErrorCode::not_your_turn);
    return live;
}

namespace {

Points total_of(const std::vector<Reservation*>& holds) {
    Points total;
    for (const auto* one : holds) total.value += one->price.value;
    return total;
}

}  // namespace

template <class C>
Model::Decided<std::vector<Reservation*>> Model::check_payment(const C& command) {
    if (!has_turn(rows.places.at(command.token))) return tl::unexpected(ErrorCode::not_your_turn);
    auto holds = payable(command);
    if (!holds) return holds;
    if (is_pending(holds->front()->payment)) return tl::unexpected(ErrorCode::payment_pending);
    if (rows.balances.at(account_of(command.user)) < total_of(*holds))
        return tl::unexpected(ErrorCode::insufficient_points);
    return holds;
}

Payment& Model::add_payment(OrderId order, UserId user, Points amount, Time deadline) {
    Payment payment;
    payment.id = fresh<PaymentId>();
    payment.reservation = order;
    payment.user = user;
    payment.amount = amount;
    payment.requested_at = now_;
    payment.deadline = deadline;
    const auto id = payment.id;
    return rows.payments[id] = std::move(payment);
}

std::vector<PaidItem> Model::items_of(const Payment& payment) {
    std::vector<PaidItem> items;
    for (const auto* one : order_of(payment.reservation)) {
        if (one->payment != payment.id) continue;
        const auto& facts = rows.seats.at(one->seat).facts;
        items.push_back({one->id, one->seat, one->type, one->price, facts.number, facts.label});
    }
    return items;
}

Paid Model::capture(const std::vector<Reservation*>& holds, Payment& payment) {
    payment.state = PaymentState::captured;
    payment.finished_at = now_;
    payment.reconciled_at = now_;
    move(account_of(payment.user), sales_of(holds.front()->concert), payment.amount);
    for (auto* one : holds) {
        one->state = ReservationState::confirmed;
        one->payment = payment.id;
        one->finished_at = now_;
        auto& seat = rows.seats.at(one->seat);
        seat.state = SeatState::sold;
        seat.held_until = never;
    }
    const auto token = holds.front()->token;
    if (live_of_turn(payment.user, token).empty()) end(rows.places.at(token), PlaceState::completed, now_);
    return {payment.id, payment.reservation, payment.amount, rows.balances.at(account_of(payment.user)), now_, {}};
}

Model::Decided<Paid> Model::decide(const Pay& command) {
    const auto holds = check_payment(command);
    if (!holds) return tl::unexpected(holds.error());
    return capture(*holds, add_payment(command.reservation, command.user, total_of(*holds), now_));
}

Model::Decided<PaymentBegun> Model::decide(const BeginPayment& command) {
    const auto holds = check_payment(command);
    if (!holds) return tl::unexpected(holds.error());
    const Reservation first = *holds->front();
    // All payments of a hold together last no longer than one beyond its first deadline.
    const auto hold_ttl = hold_ttl_of(rows.sales.at({first.concert, first.sale}));
    const auto latest = std::max(first.held_at + hold_ttl + options_.capture_ttl, first.deadline);
    const auto deadline = std::min(now_ + options_.capture_ttl, latest);
    const auto& payment = add_payment(command.reservation, command.user, total_of(*holds), deadline);
    for (auto* one : *holds) {
        one->payment = payment.id;
        if (deadline <= one->deadline) continue;
        one->deadline = deadline;
        rows.seats.at(one->seat).held_until = deadline;
    }
    auto& place = rows.places.at(command.token);
    if (deadline > first.deadline) place.deadline = std::max(place.deadline, deadline);
    return PaymentBegun{payment.id, payment.reservation, payment.amount, deadline};
}

Model::Decided<Paid> Model::decide(const CapturePayment& command) {
    const auto found = rows.payments.find(command.payment);
    if (found == rows.payments.end() || found->second.user != command.user ||
        found->second.reservation != command.reservation)
        return tl::unexpected(ErrorCode::unknown_payment);
    auto& payment = found->second;
    const auto balance = rows.balances.at(account_of(command.user));
    if (payment.state == PaymentState::captured)
        return Paid{payment.id, payment.reservation, payment.amount, balance, payment.finished_at, {}};
    const auto holds = payable(command);
    if (!holds) return tl::unexpected(holds.error());
    if (!is_pending(payment.id)) return tl::unexpected(ErrorCode::payment_failed);
    if (balance < payment.amount) return tl::unexpected(ErrorCode::insufficient_points);
    payment.transaction_key = command.transaction_key;
    return capture(*holds, payment);
}

/// What a gateway said, early or late: an approval that is written down stays the one to take back.
Model::Decided<Done> Model::decide(const FailPayment& command) {
    const auto found = rows.payments.find(command.payment);
    if (found == rows.payments.end() || found->second.user != command.user ||
        found->second.reservation != command.reservation)
        return tl::unexpected(ErrorCode::unknown_payment);
    auto& payment = found->second;
    const auto& key = command.transaction_key;
    if (payment.state == PaymentState::captured) return tl::unexpected(ErrorCode::already_paid);
    if (payment.state == PaymentState::requested) {
        payment.state = PaymentState::failed;
        payment.finished_at = std::min(now_, payment.deadline);
        payment.transaction_key = key;
        if (key.empty() && !command.is_unclear) payment.reconciled_at = now_;
        return Done{};
    }
    const bool is_open = payment.reconciled_at == never;
    if (key.empty()) {
        if (is_open && !command.is_unclear && payment.transaction_key.empty()) payment.reconciled_at = now_;
    } else if (key != payment.transaction_key && (!is_open || payment.transaction_key.empty())) {
        payment.transaction_key = key;
        payment.reconciled_at = never;
    }
    return Done{};
}

Model::Decided<Done> Model::decide(const ReconcilePayment& command) {
    const auto found = rows.payments.find(command.payment);
    if (found == rows.payments.end()) return tl::unexpected(ErrorCode::unknown_payment);
    auto& payment = found->second;
    if (payment.state == PaymentState::captured) return tl::unexpected(ErrorCode::already_paid);
    if (payment.state == PaymentState::requested) return tl::unexpected(ErrorCode::payment_pending);
    if (!payment.transaction_key.empty() && payment.transaction_key != command.transaction_key)
        return tl::unexpected(ErrorCode::invalid_argument);
    if (payment.reconciled_at != never) return Done{};
    payment.transaction_key = command.transaction_key;
    payment.reconciled_at = now_;
    return Done{};
}

// ---- taking back --------------------------------------------------------------------------------------------------------

void Model::give_back(Reservation& reservation, Points amount) {
    if (amount == Points{0}) return;
    move(sales_of(reservation.concert), account_of(reservation.user), amount);
    reservation.refunded.value += amount.value;
}

void Model::cancel_sale(Reservation& reservation, Points amount) {
    reservation.state = ReservationState::cancelled;
    reservation.cancelled_at = now_;
    free_seat(reservation);
    give_back(reservation, amount);
}

/// What comes back of it to a buyer who cancels now.
Model::Decided<Points> Model::refund_of(const Reservation& reservation) const {
    const Points left{reservation.price.value - reservation.refunded.value};
    if (reservation.state == ReservationState::cancelled) return Points{0};
    if (reservation.state != ReservationState::confirmed) return tl::unexpected(ErrorCode::not_paid);
    if (rows.concerts.at(reservation.concert).called_off_at != never) return left;
    for (const auto& step : rows.sales.at({reservation.concert, reservation.sale}).terms.refund_steps)
        if (now_ < step.until) return std::min(left, Points{reservation.price.value * step.thousandths / 1'000});
    return tl::unexpected(ErrorCode::cancel_closed);
}

void Model::meet(const Cancel& command) {
    for (const auto id : command.reservations) meet(ReleaseHold{{}, id});
}
void Model::meet(const Refund& command) { meet(ReleaseHold{{}, command.reservation}); }

Model::Decided<Cancelled> Model::decide(const Cancel& command) {
    std::vector<std::pair<Reservation*, Points>> moves;
    Points in_all;
    for (const auto id : command.reservations) {
        const auto found = rows.reservations.find(id);
        if (found == rows.reservations.end() || found->second.user != command.user)
            return tl::unexpected(ErrorCode::unknown_reservation);
        const auto amount = refund_of(found->second);
        if (!amount) return tl::unexpected(amount.error());
        moves.emplace_back(&found->second, *amount);
        in_all.value += amount->value;
    }
    if (!has_room(command.user, in_all)) return tl::unexpected(ErrorCode::balance_limit);
    Cancelled answer;
    for (auto& [one, amount] : moves) {
        if (one->state != ReservationState::cancelled) cancel_sale(*one, amount);
        answer.items.push_back({one->id, one->refunded});
        answer.refund.value += one->refunded.value;
    }
    answer.balance = rows.balances.at(account_of(command.user));
    return answer;
}

Model::Decided<Refunded> Model::decide(const Refund& command) {
    const auto found = rows.reservations.find(command.reservation);
    if (found == rows.reservations.end()) return tl::unexpected(ErrorCode::unknown_reservation);
    auto& one = found->second;
    const bool is_sold = one.state == ReservationState::confirmed;
    if (!is_sold && one.state != ReservationState::cancelled) return tl::unexpected(ErrorCode::not_paid);
    if (one.refunded.value + command.amount.value > one.price.value) return tl::unexpected(ErrorCode::invalid_argument);
    if (!has_room(one.user, command.amount)) return tl::unexpected(ErrorCode::balance_limit);
    if (command.cancel && is_sold)
        cancel_sale(one, command.amount);
    else
        give_back(one, command.amount);
    return Refunded{one.id, command.amount, one.refunded};
}

/// Ends claims of a concert that was called off, up to `max`. One more is looked at, to see whether there are more: the first by
/// their seats' ids, and of those the first by their own.
void Model::sweep(ConcertId id, std::int64_t max, Swept& swept) {
    std::set<ReservationId> claims;
    for (const auto& [seat, row] : rows.seats)
        if (row.concert == id && row.claim && std::ssize(claims) <= max) claims.insert(row.claim);
    bool is_all = std::ssize(claims) <= max;
    for (const auto claim : claims) {
        if (swept.refunded + swept.released >= max) {
            is_all = false;
            break;
        }
        auto& one = rows.reservations.at(claim);
        if (one.state == ReservationState::held) {
            ++swept.released;
            if (is_over(one.deadline)) {
                expire(one);
                continue;
            }
            one.state = ReservationState::released;
            one.finished_at = now_;
            free_seat(one);
        } else if (const Points left{one.price.value - one.refunded.value}; has_room(one.user, left)) {
            cancel_sale(one, left);
            ++swept.refunded;
        } else {
            ++swept.stuck;
        }
    }
    swept.more = !is_all && swept.refunded + swept.released > 0;
    if (is_all && swept.stuck == 0) rows.concerts.at(id).is_settled = true;
}

Model::Decided<Swept> Model::decide(const SweepRefunds& command) {
    const auto concert = rows.concerts.find(command.concert);
    if (concert == rows.concerts.end()) return tl::unexpected(ErrorCode::unknown_concert);
    Swept swept;
    if (concert->second.called_off_at != never) sweep(command.concert, command.max, swept);
    return swept;
}

}  // namespace boxoffice::simulation
