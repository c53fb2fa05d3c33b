#pragma once
/// What of a request an idempotency key stands for: all that is asked, the token aside.

#include <string>
#include <vector>

#include "boxoffice/commands.hpp"

namespace boxoffice::simulation {

struct RequestOf {
    Operation operation;
    std::vector<std::int64_t> words;
    std::string text{};
};

inline RequestOf request_of(const HoldSeat& c) { return {Operation::hold, {c.seat.value}}; }
inline RequestOf request_of(const Recharge& c) { return {Operation::recharge, {c.amount.value}}; }
inline RequestOf request_of(const Pay& c) { return {Operation::pay, {c.reservation.value}}; }
inline RequestOf request_of(const BeginPayment& c) { return {Operation::begin_payment, {c.reservation.value}}; }
inline RequestOf request_of(const CapturePayment& c) {
    return {Operation::capture, {c.payment.value, c.reservation.value}};
}
inline RequestOf request_of(const HoldSeats& c) {
    RequestOf request{Operation::hold_order, {c.concert.value, c.expect_total ? c.expect_total->value : -1}};
    for (const auto& item : c.items) {
        request.words.push_back(item.seat.value);
        request.words.push_back(item.type.value);
    }
    return request;
}
inline RequestOf request_of(const Cancel& c) {
    RequestOf request{Operation::cancel, {}};
    for (const auto id : c.reservations) request.words.push_back(id.value);
    return request;
}
inline RequestOf request_of(const Refund& c) {
    return {Operation::refund, {c.reservation.value, c.amount.value, c.cancel ? 1 : 0}, c.reason};
}

}  // namespace boxoffice::simulation
