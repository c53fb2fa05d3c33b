#pragma once
/// The record of paying one reservation, and its history.
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

#include <cstdint>
#include <string>

#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Approved and reconciled are states of a step only.
enum class PaymentState : std::int32_t { requested = 1, approved = 2, captured = 3, failed = 4, reconciled = 5 };

template <>
inline constexpr std::array names<PaymentState>{
    Named{PaymentState::requested, "requested"},
    Named{PaymentState::approved, "approved"},
    Named{PaymentState::captured, "captured"},
    Named{PaymentState::failed, "failed"},
    Named{PaymentState::reconciled, "reconciled"},
};

struct Payment {
    PaymentId id;
    ReservationId reservation;
    UserId user;
    Points amount;
    PaymentState state = PaymentState::requested;
    Time requested_at{};
    Time deadline{};             ///< of a requested one: captured before this, or failed
    Time finished_at = never;    ///< when it was captured or failed
    std::string transaction_key; ///< the gateway's name for it (0 to 255 bytes)
    Time reconciled_at = never;  ///< never: whether its payer is charged for nothing is not known
    std::int32_t step_count = 0; ///< rows of its history
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

inline Result<void> check_transaction_key(std::string_view key) { return check_text(key, 0, 255, "transaction_key"); }

}  // namespace boxoffice
