/// The way of a payment through a gateway, and of those that failed with nobody knowing whether their payer was charged.
///
/// The gateway charges in its own time and place, and the process can die at any moment. So each step is written down before
/// the next is taken, and what is not known stays listed:
///
///     dies before or in approve       requested; its time runs out: failed, not reconciled, no key
///     dies between approve and capture  the same
///     dies between a refused capture and cancel   failed, not reconciled, its key written down
///     dies after cancel               the same: it is cancelled once more

#include <string>
#include <utility>

#include "engine/engine.hpp"

namespace boxoffice {
namespace {

FailPayment failing(const PaymentRequest& request, std::string transaction_key, bool is_unclear) {
    return {request.user, request.reservation, request.payment, std::move(transaction_key), is_unclear};
}

/// The transaction key, or none where it is not one that can be written down.
std::string kept_key(const Approval& approval) {
    return check_transaction_key(approval.transaction_key) ? approval.transaction_key : std::string{};
}

/// Asks the gateway for a payment that began, and captures it.
Result<Paid> pay_through(BoxOffice& office, PaymentGateway& gateway, CapturePayment capture,
                         const PaymentRequest& request) {
    BOXOFFICE_TRY_VALUE(const auto known, office.payment(request.user, request.payment));
    if (known.payment.state == PaymentState::captured) return office.execute(std::move(capture));
    const auto approval = gateway.approve(request);
    if (!approval) {
        const bool is_unclear = range_of(approval.error().code) == ErrorRange::fault;
        const auto failed = office.execute(failing(request, {}, is_unclear));
        if (!failed) return tl::unexpected(failed.error());
        return refuse(ErrorCode::payment_declined, approval.error().detail);
    }
    capture.transaction_key = approval->transaction_key;
    auto paid = office.execute(std::move(capture));
    // A refusal or mistake is final. After a fault the capture may still have been written: the caller retries with the
    // same key, and finds out.
    if (!paid && range_of(paid.error().code) != ErrorRange::fault) {
        // First, so that it is written down even if taking the approval back fails. What another caller captured is kept.
        const auto failed = office.execute(failing(request, kept_key(*approval), true));
        const bool is_sold = !failed && failed.error().code == ErrorCode::already_paid;
        if (!is_sold && gateway.try_cancel(request, *approval))
            (void)office.execute(ReconcilePayment{request.payment, kept_key(*approval)});
    }
    return paid;
}

/// One payment of a sweep. True: it is reconciled, and `done` counts it. False, or an error: it stays listed.
Result<bool> sweep_one(BoxOffice& office, PaymentGateway& gateway, const Payment& payment, Reconciled& done) {
    const PaymentRequest request{payment.id, payment.reservation, payment.user, payment.amount};
    // Whoever lists it knows that its time has run out; only when that is written down can no other process capture it.
    if (payment.state == PaymentState::requested) BOXOFFICE_TRY(office.execute(failing(request, {}, true)));
    Approval approval{payment.transaction_key};
    if (payment.transaction_key.empty()) {
        // Its approval may be under way until then.
        const auto now = office.now();
        if (!now) return tl::unexpected(now.error());
        if (!passed(later(payment.requested_at, office.options().capture_ttl), *now)) return false;
        auto found = gateway.find(request);
        if (!found) return false;
        if (!*found) {
            BOXOFFICE_TRY(office.execute(ReconcilePayment{payment.id, {}}));
            ++done.uncharged;
            return true;
        }
        approval = std::move(**found);
        if (const auto key = kept_key(approval); !key.empty())
            BOXOFFICE_TRY(office.execute(failing(request, key, true)));
    }
    if (!gateway.try_cancel(request, approval)) return false;
    BOXOFFICE_TRY(office.execute(ReconcilePayment{payment.id, kept_key(approval)}));
    ++done.taken_back;
    return true;
}

Result<Reconciled> sweep(BoxOffice& office, PaymentGateway* gateway, std::int64_t limit, PaymentId after) {
    BOXOFFICE_TRY_VALUE(const auto listed, office.unreconciled_payments(limit, after));
    Reconciled done;
    for (const auto& one : listed) {
        bool is_reconciled = false;
        try {
            const auto swept =
                gateway != nullptr ? sweep_one(office, *gateway, one.payment, done) : Result<bool>{false};
            // The store's fault is everybody's; it goes on from here the next time.
            if (!swept && range_of(swept.error().code) == ErrorRange::fault) return tl::unexpected(swept.error());
            is_reconciled = swept.value_or(false);
        } catch (...) {  // the gateway's: it must not keep the others from being swept
        }
        if (!is_reconciled) ++done.open;
    }
    if (static_cast<std::int64_t>(listed.size()) == limit) done.next = listed.back().payment.id;
    return done;
}

}  // namespace

Result<Paid> BoxOffice::pay(UserId user, TokenId token, ReservationId reservation, IdempotencyKey key) {
    const auto& gateway = engine_->ports.gateway;
    if (gateway == nullptr) return execute(Pay{user, token, reservation, std::move(key)});
    BOXOFFICE_TRY_VALUE(const auto begun, execute(BeginPayment{user, token, reservation, key}));
    return guarded([&] {
        return pay_through(*this, *gateway, {user, token, reservation, begun.payment, {}, std::move(key)},
                           {begun.payment, reservation, user, begun.amount});
    });
}

Result<Reconciled> BoxOffice::reconcile_payments(std::int64_t limit, PaymentId after) {
    return guarded([&] { return sweep(*this, engine_->ports.gateway.get(), limit, after); });
}

}  // namespace boxoffice
