#include <functional>
#include <stdexcept>

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A gateway that does what the story says.
class Gateway final : public PaymentGateway {
  public:
    Result<Approval> approve(const PaymentRequest& request) override {
        asked.push_back(request);
        return on_approve ? on_approve(request) : Approval{"tx-" + std::to_string(asked.size())};
    }
    void cancel(const PaymentRequest& request, const Approval& approval) override {
        cancelled.push_back(approval.transaction_key);
        if (cancel_throws) throw std::runtime_error("the line is dead");
        CHECK(request.payment == asked.back().payment);
    }

    std::function<Result<Approval>(const PaymentRequest&)> on_approve;
    std::vector<PaymentRequest> asked;
    std::vector<std::string> cancelled;
    bool cancel_throws = false;
};

struct Story {
    explicit Story(Options options = {}) : office{std::move(options), gateway} {
        office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
        mina = office.comes_with("mina", 100);
        held = office.hold(mina, "1");
    }

    std::shared_ptr<Gateway> gateway = std::make_shared<Gateway>();
    Office office;
    Buyer mina;
    Held held;
};

Options short_hold() {
    return options_with([](Options& o) {
        o.hold_ttl = minutes{1};
        o.capture_ttl = minutes{1};
        o.main_room.active_ttl = minutes{10};
    });
}

}  // namespace

TEST_CASE("the gateway is asked between begin and capture, and its name for the payment is kept") {
    Story s;
    const auto paid = s.office.pay(s.mina, s.held.reservation, "key");
    REQUIRE(s.gateway->asked.size() == 1);
    CHECK(s.gateway->asked[0].payment == paid.payment);
    CHECK(s.gateway->asked[0].reservation == s.held.reservation);
    CHECK(s.gateway->asked[0].user == s.mina.user);
    CHECK(s.gateway->asked[0].amount == Points{50});
    CHECK(s.gateway->cancelled.empty());
    const auto payment = *s.office->payment(s.mina.user, paid.payment);
    CHECK(payment.payment.transaction_key == "tx-1");
    CHECK(payment.history.back().transaction_key == "tx-1");
    CHECK(s.office.history(s.mina, paid.payment) == std::vector<std::string>{"requested", "approved", "captured"});
    CHECK(s.office.balance(s.mina.user) == 50);

    CHECK(s.office.pay(s.mina, s.held.reservation, "key") == paid);  // a retry: the same answer, and nobody is asked
    CHECK(s.gateway->asked.size() == 1);
    CHECK(s.office.audit() == "");
}

TEST_CASE("with a gateway, paying with points alone is refused before anything else") {
    Story s;
    CHECK(outcome(s.office->execute(Pay{s.mina.user, s.mina.token, s.held.reservation, ""})) == "gateway_required");
    CHECK(outcome(s.office->execute(Pay{UserId{}, TokenId{}, ReservationId{}, ""})) == "gateway_required");
    CHECK(outcome(s.office->execute(Pay{UserId{}, TokenId{}, ReservationId{}, "bad key"})) == "invalid_argument");
}

TEST_CASE("a declined payment has failed; the hold stays, and the same key pays again") {
    Story s;
    s.gateway->on_approve = [](const PaymentRequest&) -> Result<Approval> {
        return refuse(ErrorCode::internal, "card stolen");
    };
    const auto declined = s.office.try_pay(s.mina, s.held.reservation, "key");
    CHECK(outcome(declined) == "payment_declined");
    CHECK(declined.error().detail == "card stolen");
    const auto first = s.gateway->asked[0].payment;
    CHECK(s.office.history(s.mina, first) == std::vector<std::string>{"requested", "failed"});
    CHECK(s.office.state_of_seat("1") == "held");
    CHECK(s.office.balance(s.mina.user) == 100);

    s.gateway->on_approve = nullptr;
    const auto paid = s.office.pay(s.mina, s.held.reservation, "key");
    CHECK(paid.payment != first);
    CHECK(s.office.balance(s.mina.user) == 50);
    CHECK(s.office.audit() == "");
}

TEST_CASE("a gateway that throws leaves the payment under way, and a retry asks for the same one") {
    Story s;
    s.gateway->on_approve = [](const PaymentRequest&) -> Result<Approval> { throw std::runtime_error("no route"); };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "internal");
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "other-key")) == "payment_pending");
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation)) == "payment_pending");
    s.gateway->on_approve = nullptr;
    const auto paid = s.office.pay(s.mina, s.held.reservation, "key");
    REQUIRE(s.gateway->asked.size() == 2);
    CHECK(s.gateway->asked[0].payment == s.gateway->asked[1].payment);
    CHECK(paid.payment == s.gateway->asked[0].payment);
    CHECK(s.office.audit() == "");
}

TEST_CASE("a gateway that runs out of memory is a fault, and not the end of the host") {
    Story s;
    s.gateway->on_approve = [](const PaymentRequest&) -> Result<Approval> { throw std::bad_alloc{}; };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "out_of_memory");
    s.gateway->on_approve = [](const PaymentRequest&) -> Result<Approval> { throw 7; };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "internal");
}

TEST_CASE("regression: a payment has failed even if taking its approval back throws") {
    Story s;
    s.gateway->cancel_throws = true;
    s.gateway->on_approve = [&](const PaymentRequest&) -> Result<Approval> {
        REQUIRE(s.office->execute(ReleaseHold{s.mina.user, s.held.reservation}));
        return Approval{"stuck"};
    };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "internal");
    const auto view = *s.office->payment(s.mina.user, s.gateway->asked[0].payment);
    CHECK(view.payment.state == PaymentState::failed);
    CHECK(s.office.audit() == "");
}

TEST_CASE("a slow gateway: the payment's time runs out, its approval is taken back, the hold lives on") {
    Story s;
    s.gateway->on_approve = [&](const PaymentRequest&) -> Result<Approval> {
        s.office.wait(minutes{1});
        return Approval{"late"};
    };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "payment_failed");
    CHECK(s.gateway->cancelled == std::vector<std::string>{"late"});
    const auto view = *s.office->payment(s.mina.user, s.gateway->asked[0].payment);
    CHECK(view.payment.state == PaymentState::failed);
    CHECK(view.payment.finished_at == opening + minutes{1});
    CHECK(s.office.balance(s.mina.user) == 100);
    CHECK(s.office.state_of_seat("1") == "held");
    s.gateway->on_approve = nullptr;
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "ok");
    CHECK(s.office.audit() == "");
}

TEST_CASE("a gateway just in time captures; the seat is kept for capture_ttl from the beginning") {
    const auto offset = GENERATE(std::int64_t{-1}, std::int64_t{0}, std::int64_t{1});
    CAPTURE(offset);
    Story s{short_hold()};
    s.office.wait(minutes{1} - us);  // the last moment of the hold
    s.gateway->on_approve = [&](const PaymentRequest&) -> Result<Approval> {
        s.office.wait(minutes{1} + Duration{offset});
        return Approval{"tx"};
    };
    const auto paid = s.office.try_pay(s.mina, s.held.reservation, "key");
    if (offset < 0) {
        CHECK(outcome(paid) == "ok");
        CHECK(s.gateway->cancelled.empty());
    } else {
        CHECK(outcome(paid) == "hold_expired");
        CHECK(s.gateway->cancelled == std::vector<std::string>{"tx"});
        CHECK(s.office.state_of_seat("1") == "available");
        CHECK(s.office.balance(s.mina.user) == 100);
        CHECK(s.office.last(EventKind::hold_expired).deadline == opening + minutes{2} - us);
    }
    CHECK(s.office.audit() == "");
}

TEST_CASE("a hold that is given back while the gateway is asked is not paid") {
    Story s;
    s.gateway->on_approve = [&](const PaymentRequest&) -> Result<Approval> {
        (void)s.office.try_release(s.mina, s.held.reservation);
        return Approval{"tx"};
    };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "hold_released");
    CHECK(s.gateway->cancelled == std::vector<std::string>{"tx"});
    CHECK(s.office.history(s.mina, s.gateway->asked[0].payment) ==
          std::vector<std::string>{"requested", "failed", "reconciled"});
    CHECK(s.office.audit() == "");
}

TEST_CASE("points that were spent while the gateway was asked are not there to be moved") {
    Story s{options_with([](Options& o) { o.holds_per_user = 2; })};
    const auto second = s.office.hold(s.mina, "2");
    s.office.concert("2026-12-25", {{"1", 60}});
    s.gateway->on_approve = [&](const PaymentRequest& request) -> Result<Approval> {
        if (s.gateway->asked.size() > 1) return Approval{"inner"};
        const auto begun = must(s.office.try_begin(s.mina, second.reservation), "begin");
        CHECK(outcome(s.office.try_capture(s.mina, begun)) == "ok");
        CHECK(request.amount == Points{50});
        return Approval{"outer"};
    };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "ok");
    CHECK(s.office.balance(s.mina.user) == 0);
    CHECK(s.office.audit() == "");
}

TEST_CASE("a gateway's name that is too long is refused, the approval taken back and the payment failed") {
    Story s;
    s.gateway->on_approve = [](const PaymentRequest&) -> Result<Approval> { return Approval{std::string(256, 'x')}; };
    CHECK(outcome(s.office.try_pay(s.mina, s.held.reservation, "key")) == "invalid_argument");
    CHECK(s.gateway->cancelled.size() == 1);
    CHECK(s.office.history(s.mina, s.gateway->asked[0].payment) ==
          std::vector<std::string>{"requested", "failed", "reconciled"});
}

TEST_CASE("the halves of a payment can be called one by one") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto yuna = office.comes_with("yuna", 50);
    const auto held = office.hold(mina, "1");
    const auto sequence = office.last_sequence();
    const auto begun = office.begin(mina, held.reservation, "b");
    CHECK(begun.deadline == opening + minutes{1});
    CHECK(begun.amount == Points{50});
    CHECK(office.kinds(sequence) == std::vector<std::string>{"payment_requested"});
    CHECK(office.last(EventKind::payment_requested).deadline == begun.deadline);
    CHECK(office.begin(mina, held.reservation, "b") == begun);
    CHECK(outcome(office.try_begin(mina, held.reservation)) == "payment_pending");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "payment_pending");

    CHECK(outcome(office.try_capture(yuna, begun)) == "unknown_payment");
    CHECK(outcome(office.try_capture({mina.user, yuna.token, "", 0}, begun)) == "invalid_token");
    CHECK(outcome(office.try_capture(mina, {begun.payment, ReservationId{5}, {}, {}})) == "unknown_payment");
    CHECK(outcome(office.try_capture(mina, {PaymentId{}, held.reservation, {}, {}})) == "unknown_payment");
    CHECK(outcome(office.try_capture(mina, begun, "bad key")) == "invalid_argument");
    CHECK(outcome(office.try_capture(mina, begun, "", std::string(256, 'x'))) == "invalid_argument");
    CHECK(outcome(office.try_fail(yuna, begun)) == "unknown_payment");
    CHECK(outcome(office.try_fail(mina, {begun.payment, ReservationId{5}, {}, {}})) == "unknown_payment");
    CHECK(outcome(office.try_fail(mina, begun, "a\n")) == "invalid_argument");

    const auto paid = *office.try_capture(mina, begun, "c");
    CHECK(paid.balance == Points{0});
    CHECK(*office.try_capture(mina, begun, "c") == paid);
    CHECK(outcome(office.try_fail(mina, begun)) == "already_paid");
    office.recharge(mina.user, 7);
    CHECK(office.try_capture(mina, begun, "c")->balance == Points{0});  // with the same key the very same
    CHECK(office.try_capture(mina, begun)->balance == Points{7});       // without one, the balance of now
    CHECK(office.begin(mina, held.reservation, "b") == begun);
    CHECK(office.audit() == "");
}

TEST_CASE("a payment that failed is not captured, and failing it again is done already") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto held = office.hold(mina, "1");
    const auto begun = office.begin(mina, held.reservation, "b");
    CHECK(outcome(office.try_fail(mina, begun, "tx-9")) == "ok");
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_fail(mina, begun)) == "ok");
    CHECK(office.last_sequence() == sequence);
    CHECK(outcome(office.try_capture(mina, begun)) == "payment_failed");
    CHECK(office->payment(mina.user, begun.payment)->payment.transaction_key == "tx-9");

    const auto again = office.begin(mina, held.reservation, "b");  // the key is free again
    CHECK(again.payment != begun.payment);
    CHECK(outcome(office.try_capture(mina, begun)) == "payment_failed");
    CHECK(outcome(office.try_capture(mina, again)) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("capture_ttl ends a payment at exactly its deadline") {
    const auto offset = GENERATE(std::int64_t{-1}, std::int64_t{0}, std::int64_t{1});
    CAPTURE(offset);
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto held = office.hold(mina, "1");
    const auto begun = office.begin(mina, held.reservation, "b");
    office.wait_until(begun.deadline + Duration{offset});
    if (offset < 0) {
        CHECK(outcome(office.try_begin(mina, held.reservation)) == "payment_pending");
        CHECK(outcome(office.try_capture(mina, begun)) == "ok");
        CHECK(office.audit() == "");
        return;
    }
    CHECK(office->payment(mina.user, begun.payment)->state == PaymentState::failed);  // seen at once
    CHECK(outcome(office.try_capture(mina, begun)) == "payment_failed");
    const auto again = office.begin(mina, held.reservation, "b");
    CHECK(again.payment != begun.payment);
    CHECK(outcome(office.try_capture(mina, again)) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("a payment whose time ran out is retired by the command that meets it") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto held = office.hold(mina, "1");
    const auto begun = office.begin(mina, held.reservation);
    office.wait_until(begun.deadline + seconds{3});
    const auto sequence = office.last_sequence();
    SECTION("a capture, which is refused") { CHECK(outcome(office.try_capture(mina, begun)) == "payment_failed"); }
    SECTION("a payment with points") { CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok"); }
    SECTION("another beginning") { CHECK(outcome(office.try_begin(mina, held.reservation)) == "ok"); }
    SECTION("a failing") { CHECK(outcome(office.try_fail(mina, begun)) == "ok"); }
    SECTION("the sweeper") { CHECK(office.tick().expired == 1); }
    CHECK(office.kinds(sequence).front() == "payment_failed");
    CHECK(office.last(EventKind::payment_failed).deadline == begun.deadline);
    CHECK(office.last(EventKind::payment_failed).payment == begun.payment);
    const auto view = *office->payment(mina.user, begun.payment);
    CHECK(view.payment.state == PaymentState::failed);
    CHECK(view.payment.finished_at == begun.deadline);
    CHECK(view.history.back().at == begun.deadline);
    CHECK(office.audit() == "");
}

TEST_CASE("a beginning keeps the seat, but beginning again and again does not keep it for ever") {
    Office office{short_hold()};
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto held = office.hold(mina, "1");
    office.wait(seconds{50});
    auto begun = office.begin(mina, held.reservation);
    CHECK(begun.deadline == opening + seconds{110});
    CHECK(office.last(EventKind::hold_kept).deadline == begun.deadline);
    CHECK(office->reservation(mina.user, held.reservation)->reservation.deadline == begun.deadline);
    (void)office.try_fail(mina, begun);
    office.wait(seconds{55});
    begun = office.begin(mina, held.reservation);
    CHECK(begun.deadline == opening + minutes{2});  // hold_ttl and capture_ttl after the hold was made, and no later
    (void)office.try_fail(mina, begun);
    office.wait_until(opening + minutes{2} - us);
    begun = office.begin(mina, held.reservation);
    CHECK(begun.deadline == opening + minutes{2});
    (void)office.try_fail(mina, begun);
    office.wait(us);
    CHECK(outcome(office.try_begin(mina, held.reservation)) == "hold_expired");
    CHECK(office.available() == std::vector<std::string>{"1"});
    CHECK(office.audit() == "");
}

TEST_CASE("a kept hold carries its place on: a live hold implies a live place") {
    Office office{options_with([](Options& o) {
        o.hold_ttl = minutes{1};
        o.capture_ttl = minutes{5};
        o.main_room.active_ttl = minutes{1};
        o.main_room.active_capacity = 1;
    })};
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto next = office.comes("next");
    const auto begun = office.begin(mina, office.hold(mina, "1").reservation);
    CHECK(begun.deadline == opening + minutes{5});
    office.wait(minutes{3});
    CHECK_FALSE(office.is_turn(next));
    CHECK(office.peek(mina)->deadline == begun.deadline);
    CHECK(outcome(office.try_capture(mina, begun)) == "ok");
    CHECK(office.is_turn(next));
    CHECK(office.audit() == "");
}
