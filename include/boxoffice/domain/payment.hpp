#pragma once
/// The record of paying one order, and its history.
///
///     from        what happens                                        to          history row
///     (none)      begin (or pay, which does it all)                   requested   requested
///     requested   capture: points move, the seat is sold              captured    approved, captured
///     requested   the gateway declines, or the time to capture ends   failed      failed
///     failed      the gateway approved all the same, and too late     failed      approved
///     failed      nothing is charged, or no more                      failed      reconciled
///
/// Captured and failed are terminal. A payment with points alone goes through all of it in one commit. A refusal
/// writes no payment. Invariants P1 and P2.
///
/// A payment is *reconciled* once the gateway is known to charge for it what the office sold: when it is captured, when the
/// gateway declines it, when its approval was taken back. One that failed and is not reconciled may have charged its payer for
/// nothing: such payments are listed (BoxOffice::unreconciled_payments) until someone finds out.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/domain/reservation.hpp"
#include "boxoffice/domain/transition.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Approved and reconciled are states of a step only.
enum class PaymentState : std::int32_t { requested = 1, approved = 2, captured = 3, failed = 4, reconciled = 5 };

template <>
inline constexpr std::array enum_names<PaymentState>{
    EnumName{PaymentState::requested, "requested"},   EnumName{PaymentState::approved, "approved"},
    EnumName{PaymentState::captured, "captured"},     EnumName{PaymentState::failed, "failed"},
    EnumName{PaymentState::reconciled, "reconciled"},
};

struct Payment {
    PaymentId id;
    ReservationId reservation;  ///< the order's first
    UserId user;
    Points amount;
    PaymentState state = PaymentState::requested;
    Time requested_at{};
    Time deadline{};              ///< of a requested one: captured before this, or failed
    Time finished_at = never;     ///< when it was captured or failed
    std::string transaction_key;  ///< the gateway's name for it (0 to 255 bytes)
    Time reconciled_at = never;   ///< never: whether its payer is charged for nothing is not known
    std::int32_t step_count = 0;  ///< rows of its history
    friend bool operator==(const Payment&, const Payment&) = default;
};

/// One immutable row of a payment's history.
struct PaymentStep {
    PaymentId payment;
    std::int32_t index = 0;  ///< 0, 1, 2 … within the payment
    PaymentState state = PaymentState::requested;
    Time at{};
    std::string transaction_key;
    friend bool operator==(const PaymentStep&, const PaymentStep&) = default;
};

/// The state at `now`: a request whose time to be captured has passed has failed.
inline PaymentState state_at(const Payment& payment, Time now) {
    return payment.state == PaymentState::requested && passed(payment.deadline, now) ? PaymentState::failed
                                                                                     : payment.state;
}

/// Has it failed at `now`, with nobody knowing whether its payer was charged?
inline bool is_unreconciled_at(const Payment& payment, Time now) {
    return payment.reconciled_at == never && state_at(payment, now) == PaymentState::failed;
}

/// The next row of a payment's history.
inline PaymentStep next_step(Payment& payment, PaymentState state, Time at) {
    const auto index = std::exchange(payment.step_count, next_number(payment.step_count));
    return {payment.id, index, state, at, payment.transaction_key};
}

/// How long a payment that begins now keeps its seat: `capture_ttl`, but all payments together no more than that beyond
/// the hold's first deadline, so that beginning again and again does not keep a seat for ever.
inline Time capture_deadline(const Reservation& reservation, Duration hold_ttl, Duration capture_ttl, Time now) {
    const auto latest = later(later(reservation.held_at, hold_ttl), capture_ttl);
    return std::min(later(now, capture_ttl), std::max(latest, reservation.deadline));
}

/// A payment and what is added to its history.
struct PaymentBegins {
    Payment payment;
    PaymentStep step;
};

/// Of `order`, whose reservations cost `amount` together.
inline PaymentBegins begin(PaymentId id, OrderId order, UserId user, Points amount, Time now, Time deadline) {
    Payment payment;
    payment.id = id;
    payment.reservation = order;
    payment.user = user;
    payment.amount = amount;
    payment.requested_at = now;
    payment.deadline = deadline;
    auto step = next_step(payment, PaymentState::requested, now);
    return {std::move(payment), std::move(step)};
}

inline std::array<PaymentStep, 2> capture(Payment& payment, Time now) {
    demand(payment.state == PaymentState::requested, "capture: the payment is not under way");
    payment.state = PaymentState::captured;
    payment.finished_at = now;
    payment.reconciled_at = now;
    auto approved = next_step(payment, PaymentState::approved, now);
    auto captured = next_step(payment, PaymentState::captured, now);
    return {std::move(approved), std::move(captured)};
}

/// `at`: now, or for one whose time ran out its deadline. `reconciled_at`: now where it is known that nothing is charged.
inline PaymentStep fail(Payment& payment, Time at, Time reconciled_at = never) {
    demand(payment.state == PaymentState::requested, "fail: the payment is not under way");
    payment.state = PaymentState::failed;
    payment.finished_at = at;
    payment.reconciled_at = reconciled_at;
    return next_step(payment, PaymentState::failed, at);
}

/// The gateway approved a payment that had failed: the approval is to be taken back.
inline PaymentStep approve_late(Payment& payment, const std::string& transaction_key, Time now) {
    demand(payment.state == PaymentState::failed, "approve_late: the payment has not failed");
    payment.transaction_key = transaction_key;
    payment.reconciled_at = never;
    return next_step(payment, PaymentState::approved, now);
}

/// Nothing is charged for a payment that failed, or no more.
inline PaymentStep reconcile(Payment& payment, Time now) {
    demand(payment.state == PaymentState::failed && payment.reconciled_at == never,
           "reconcile: the payment is not listed");
    payment.reconciled_at = now;
    return next_step(payment, PaymentState::reconciled, now);
}

/// Of one of the reservations that it pays.
inline Event payment_event(EventKind kind, const Payment& payment, const Reservation& reservation) {
    auto event = reservation_event(kind, reservation);
    event.user = payment.user;
    event.payment = payment.id;
    event.amount = payment.amount.value;
    return event;
}

/// Of all that it pays together: as of the order's first reservation, which tells the order where there are several.
inline Event order_event(EventKind kind, const Payment& payment, const Reservation& first, bool is_several) {
    auto event = payment_event(kind, payment, first);
    if (!is_several) return event;
    event.order = payment.reservation;
    event.reservation = {};
    event.seat = {};
    return event;
}

inline Result<void> check_transaction_key(std::string_view key) { return check_text(key, 0, 255, "transaction_key"); }

}  // namespace boxoffice
