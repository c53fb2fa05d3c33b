#include "boxoffice/domain/payment.hpp"

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

TEST_CASE("a requested payment fails at its deadline; captured and failed are terminal") {
    const auto deadline = from_us(1'000'000);
    const Duration us{1};
    Payment payment;
    payment.deadline = deadline;
    CHECK(state_at(payment, deadline - us) == PaymentState::requested);
    CHECK(state_at(payment, deadline) == PaymentState::failed);
    CHECK(state_at(payment, deadline + us) == PaymentState::failed);
    for (const auto end : {PaymentState::captured, PaymentState::failed}) {
        payment.state = end;
        CHECK(state_at(payment, deadline - us) == end);
        CHECK(state_at(payment, deadline + us) == end);
    }
}

TEST_CASE("a gateway's transaction key has up to 255 bytes of plain text") {
    CHECK(outcome(check_transaction_key("")) == "ok");
    CHECK(outcome(check_transaction_key(std::string(255, 'k'))) == "ok");
    CHECK(outcome(check_transaction_key(std::string(256, 'k'))) == "invalid_argument");
    CHECK(outcome(check_transaction_key("a\tb")) == "invalid_argument");
    CHECK(outcome(check_transaction_key("\xFF")) == "invalid_argument");
}

TEST_CASE("states of payments have stable numbers and names") {
    CHECK(static_cast<int>(PaymentState::requested) == 1);
    CHECK(static_cast<int>(PaymentState::approved) == 2);
    CHECK(static_cast<int>(PaymentState::captured) == 3);
    CHECK(static_cast<int>(PaymentState::failed) == 4);
    CHECK(name_of(PaymentState::requested) == "requested");
    CHECK(name_of(PaymentState::approved) == "approved");
    CHECK(name_of(PaymentState::captured) == "captured");
    CHECK(name_of(PaymentState::failed) == "failed");
}
