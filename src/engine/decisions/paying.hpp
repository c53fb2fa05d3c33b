#pragma once
/// Decisions about paying: all at once, or in two halves with a gateway between them, and what became of those that failed.

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/holding.hpp"
#include "engine/steps/payments.hpp"

namespace boxoffice {

/// What the three that pay a hold share.
template <steps::PaysHold C>
struct PayingDecision : Deciding<C> {
    void name_keys(const C& command, const Moment&, Keys& keys) const override {
        steps::name_payment_keys(command, keys);
    }

    void name_more_keys(const C& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_more_payment_keys(command, set, keys);
    }

    void name_line(const C& command, const WorkingSet& set, const Moment&, std::vector<RoomId>& rooms) const override {
        steps::name_line_of(command.token, set, rooms);
    }

    void meet(const C& command, WorkingSet& set, const Moment& moment) const override {
        steps::meet_payment(command, set, moment);
    }

    Result<void> identify(const C& command, const WorkingSet& set, const Moment&) const override {
        BOXOFFICE_TRY(steps::place_of(set, command.user, command.token));
        return {};
    }

    void complete(typename C::Answer& answer, const WorkingSet& set) const override {
        if constexpr (std::same_as<typename C::Answer, Paid>)
            answer.items = steps::paid_items(set, answer.reservation, answer.payment);
    }
};

template <>
struct Decision<Pay> final : PayingDecision<Pay> {
    [[nodiscard]] Operation operation() const override { return Operation::pay; }

    [[nodiscard]] RequestHash hash(const Pay& command) const override {
        return crypto::hash_request(Operation::pay, {command.reservation.value});
    }

    Result<void> check(const Pay& command, const Options&) const override { return check_idempotency_key(command.key); }

    Result<void> identify(const Pay& command, const WorkingSet& set, const Moment& moment) const override {
        if (moment.has_gateway) return refuse(ErrorCode::gateway_required);
        return PayingDecision::identify(command, set, moment);
    }

    Result<Paid> decide(const Pay& command, WorkingSet& set, const Moment& moment) const override {
        const auto& place = set.places.get(command.token);
        BOXOFFICE_TRY_VALUE(const auto order, steps::check_payment(command, set, moment, place));
        // Captured in the same commit, so that any time from now on does for its deadline.
        auto payment = steps::begin_payment(set, moment, order, command.user, moment.now);
        return steps::capture_payment(set, moment, order, std::move(payment));
    }
};

template <>
struct Decision<BeginPayment> final : PayingDecision<BeginPayment> {
    [[nodiscard]] Operation operation() const override { return Operation::begin_payment; }

    [[nodiscard]] RequestHash hash(const BeginPayment& command) const override {
        return crypto::hash_request(Operation::begin_payment, {command.reservation.value});
    }

    Result<void> check(const BeginPayment& command, const Options&) const override {
        return check_idempotency_key(command.key);
    }

    void name_more_keys(const BeginPayment& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_more_payment_keys(command, set, keys);
        if (const auto* record = set.idempotency.find(id_of(command)))
            keys.payments.ids.push_back(PaymentId{record->answer.at(0)});
    }

    /// A payment that failed had no effect that is left.
    bool stands(const PaymentBegun& before, const WorkingSet& set, const Moment& moment) const override {
        return state_at(set.payments.get(before.payment), moment.now) != PaymentState::failed;
    }

    Result<PaymentBegun> decide(const BeginPayment& command, WorkingSet& set, const Moment& moment) const override {
        const auto& place = set.places.get(command.token);
        BOXOFFICE_TRY_VALUE(const auto order, steps::check_payment(command, set, moment, place));

        const Reservation first = set.reservations.get(order.first());
        const auto& sale = set.sales.get({first.concert, first.sale});
        const auto deadline =
            capture_deadline(first, steps::hold_ttl_of(sale, moment), moment.options.capture_ttl, moment.now);
        auto payment = steps::begin_payment(set, moment, order, command.user, deadline);
        auto requested = order_event(EventKind::payment_requested, payment, first, order.is_several());
        requested.deadline = payment.deadline;
        set.add(std::move(requested));
        for (const auto id : order.holds) keep_for(set, payment, set.reservations.get(id));
        if (set.reservations.get(first.id).deadline > first.deadline) {
            Place kept = place;
            extend(kept, payment.deadline);
            set.put(std::move(kept));
        }
        const PaymentBegun answer{payment.id, payment.reservation, payment.amount, payment.deadline};
        set.put(std::move(payment));
        return answer;
    }

  private:
    /// Its hold and its seat last as long as the payment, if that is longer.
    static void keep_for(WorkingSet& set, const Payment& payment, Reservation reservation) {
        if (keep(reservation, payment.id, payment.deadline)) {
            Seat seat = set.seats.get(reservation.seat);
            keep(seat, reservation.deadline);
            set.put(std::move(seat));
            auto kept = payment_event(EventKind::hold_kept, payment, reservation);
            kept.deadline = reservation.deadline;
            set.add(std::move(kept));
        }
        set.put(std::move(reservation));
    }
};

template <>
struct Decision<CapturePayment> final : PayingDecision<CapturePayment> {
    [[nodiscard]] Operation operation() const override { return Operation::capture; }

    [[nodiscard]] RequestHash hash(const CapturePayment& command) const override {
        return crypto::hash_request(Operation::capture, {command.payment.value, command.reservation.value});
    }

    Result<void> check(const CapturePayment& command, const Options&) const override {
        BOXOFFICE_TRY(check_idempotency_key(command.key));
        return check_transaction_key(command.transaction_key);
    }

    void name_keys(const CapturePayment& command, const Moment&, Keys& keys) const override {
        keys.payments.ids.push_back(command.payment);
        steps::name_payment_keys(command, keys);
    }

    /// Asks no turn of its own: a live hold implies a live place (H3), and the gateway has approved.
    Result<Paid> decide(const CapturePayment& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* found,
                            steps::payment_of(set, command.user, command.reservation, command.payment));
        Payment payment = *found;
        const auto& account = set.accounts.get(account_of(command.user));
        if (payment.state == PaymentState::captured)
            return Paid{payment.id, payment.reservation, payment.amount, account.balance, payment.finished_at, {}};
        BOXOFFICE_TRY_VALUE(const auto order, steps::payable(command, set, moment));
        if (state_at(payment, moment.now) == PaymentState::failed) return refuse(ErrorCode::payment_failed);
        BOXOFFICE_TRY(check_funds(account, payment.amount));

        payment.transaction_key = command.transaction_key;
        return steps::capture_payment(set, moment, order, std::move(payment));
    }
};

template <>
struct Decision<FailPayment> final : Deciding<FailPayment> {
    Result<void> check(const FailPayment& command, const Options&) const override {
        return check_transaction_key(command.transaction_key);
    }

    void name_keys(const FailPayment& command, const Moment&, Keys& keys) const override {
        keys.payments.ids.push_back(command.payment);
        keys.reservations.ids.push_back(command.reservation);
    }

    /// The hold stays as it is, until its deadline: the user can pay again.
    Result<Done> decide(const FailPayment& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* found,
                            steps::payment_of(set, command.user, command.reservation, command.payment));
        Payment payment = *found;
        if (payment.state == PaymentState::captured) return refuse(ErrorCode::already_paid);
        if (payment.state == PaymentState::failed) {
            hear_of_failed(command, set, moment, std::move(payment));
            return Done{};
        }
        payment.transaction_key = command.transaction_key;
        const bool is_known = command.transaction_key.empty() && !command.is_unclear;
        const auto at = std::min(moment.now, payment.deadline);
        steps::fail_payment(set, std::move(payment), set.reservations.get(command.reservation), at,
                            is_known ? moment.now : never);
        return Done{};
    }

  private:
    /// What the gateway said of a payment that had failed before: its time had run out, or another caller gave it up.
    static void hear_of_failed(const FailPayment& command, WorkingSet& set, const Moment& moment, Payment payment) {
        const bool is_open = payment.reconciled_at == never;
        if (command.transaction_key.empty()) {  // it declined, so a payment of which nothing was known is reconciled
            if (is_open && !command.is_unclear && payment.transaction_key.empty())
                steps::reconcile_payment(set, moment, std::move(payment));
            return;
        }
        // It approved. An approval that is written down and not yet taken back stays the one to take back.
        if (command.transaction_key == payment.transaction_key || (is_open && !payment.transaction_key.empty())) return;
        set.add(approve_late(payment, command.transaction_key, moment.now));
        set.add(payment_event(EventKind::payment_approved, payment, set.reservations.get(payment.reservation)));
        set.put(std::move(payment));
    }
};

template <>
struct Decision<ReconcilePayment> final : Deciding<ReconcilePayment> {
    Result<void> check(const ReconcilePayment& command, const Options&) const override {
        return check_transaction_key(command.transaction_key);
    }

    void name_keys(const ReconcilePayment& command, const Moment&, Keys& keys) const override {
        keys.payments.ids.push_back(command.payment);
    }

    void name_more_keys(const ReconcilePayment& command, const WorkingSet& set, Keys& keys) const override {
        if (const auto* payment = set.payments.find(command.payment))
            keys.reservations.ids.push_back(payment->reservation);
    }

    void meet(const ReconcilePayment& command, WorkingSet& set, const Moment& moment) const override {
        steps::retire_payment(set, moment, command.payment);
    }

    /// A key that is written down must be named, so that an approval that came meanwhile is not taken for one that never was.
    Result<Done> decide(const ReconcilePayment& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.payments.find(command.payment);
        if (found == nullptr) return refuse(ErrorCode::unknown_payment);
        Payment payment = *found;
        if (payment.state == PaymentState::captured) return refuse(ErrorCode::already_paid);
        if (payment.state != PaymentState::failed) return refuse(ErrorCode::payment_pending);
        if (!payment.transaction_key.empty() && payment.transaction_key != command.transaction_key)
            return refuse(ErrorCode::invalid_argument, "transaction_key: not the one that is written down");
        if (payment.reconciled_at != never) return Done{};
        payment.transaction_key = command.transaction_key;
        steps::reconcile_payment(set, moment, std::move(payment));
        return Done{};
    }
};

}  // namespace boxoffice
