#include "boxoffice/domain/payment.hpp"

#include "support/catch.hpp"
#include "support/outcome.hpp"
#include "support/refuses.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;
using boxoffice::testing::refuses;

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

TEST_CASE("S3: each transition of a payment demands its state before it, and writes its history") {
    const auto now = from_us(1'000'000);
    for (const auto state : {PaymentState::requested, PaymentState::captured, PaymentState::failed}) {
        CAPTURE(state);
        const auto in = [&] {
            Payment payment;
            payment.state = state;
            return payment;
        };
        auto one = in();
        CHECK(refuses([&] { (void)capture(one, now); }) == (state != PaymentState::requested));
        CHECK(refuses([&] { one = in(), (void)fail(one, now); }) == (state != PaymentState::requested));
        CHECK(refuses([&] { one = in(), (void)approve_late(one, "key", now); }) == (state != PaymentState::failed));
        CHECK(refuses([&] { one = in(), (void)reconcile(one, now); }) == (state != PaymentState::failed));
    }
    Reservation reservation;
    reservation.id = ReservationId{3};
    auto [payment, first] = begin(PaymentId{8}, reservation.id, UserId{5}, Points{70}, now, now + Duration{9});
    CHECK(payment.amount == Points{70});
    CHECK((first.index == 0 && first.state == PaymentState::requested));
    const auto failed = fail(payment, now + Duration{9});
    CHECK((failed.index == 1 && failed.state == PaymentState::failed && payment.reconciled_at == never));
    const auto late = approve_late(payment, "key", now + Duration{10});
    CHECK((late.index == 2 && late.state == PaymentState::approved && late.transaction_key == "key"));
    const auto back = reconcile(payment, now + Duration{11});
    CHECK((back.index == 3 && back.state == PaymentState::reconciled && payment.reconciled_at == now + Duration{11}));
    CHECK(refuses([&, again = payment]() mutable { (void)reconcile(again, now); }));
}

TEST_CASE(
    "a payment keeps its seat for capture_ttl, and all of a hold's payments together no more beyond its first deadline") {
    using std::chrono::seconds;
    Reservation reservation;
    reservation.held_at = from_us(0);
    reservation.deadline = from_us(0) + seconds{300};
    const auto at = [&](Duration now) {
        return capture_deadline(reservation, seconds{300}, seconds{60}, from_us(0) + now);
    };
    CHECK(at(seconds{10}) == from_us(0) + seconds{70});
    CHECK(at(seconds{299}) == from_us(0) + seconds{359});
    reservation.deadline = from_us(0) + seconds{359};
    CHECK(at(seconds{350}) == from_us(0) + seconds{360});
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
