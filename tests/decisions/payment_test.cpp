#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("paying moves the points, sells the seat and ends the turn, in one commit") {
    Office office;
    const auto concert = office.concert("2026-12-24", {{"12", 80}});
    const auto mina = office.comes_with("mina", 100);
    const auto held = office.hold(mina, "12");
    office.wait(seconds{9});
    const auto sequence = office.last_sequence();
    const auto paid = office.pay(mina, held.reservation);
    CHECK(paid.reservation == held.reservation);
    CHECK(paid.amount == Points{80});
    CHECK(paid.balance == Points{20});
    CHECK(paid.paid_at == opening + seconds{9});
    CHECK(office.balance(mina.user) == 20);
    CHECK(office.state_of_seat("12") == "sold");
    CHECK(office.state_of(mina, held.reservation) == "confirmed");
    CHECK(office.history(mina, paid.payment) == std::vector<std::string>{"requested", "approved", "captured"});
    CHECK(office.kinds(sequence) ==
          std::vector<std::string>{"payment_captured", "reservation_confirmed", "place_completed"});
    for (const auto& event : office.events(sequence)) CHECK(event.at == opening + seconds{9});
    CHECK(office.last(EventKind::payment_captured).amount == 80);
    const auto transfer = office->transfers(mina.user, 1)->front();
    CHECK(transfer.from == account_of(mina.user));
    CHECK(transfer.to == sales_of(concert));
    CHECK(transfer.amount == Points{80});
    CHECK(transfer.kind == TransferKind::payment);
    CHECK(transfer.payment == paid.payment);
    const auto payment = *office->payment(mina.user, paid.payment);
    CHECK(payment.state == PaymentState::captured);
    CHECK(payment.payment.finished_at == paid.paid_at);
    CHECK(outcome(office.peek(mina)) == "place_completed");
    CHECK(office.audit() == "");
}

TEST_CASE("a balance of exactly the price pays; one point less does not, and leaves everything as it was") {
    Office office;
    office.concert("2026-12-24", {{"12", 80}});
    const auto mina = office.comes_with("mina", 79);
    const auto held = office.hold(mina, "12");
    const auto before = office.dump();
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "insufficient_points");
    CHECK(outcome(office.try_pay(mina, held.reservation, "key")) == "insufficient_points");
    CHECK(outcome(office.try_begin(mina, held.reservation)) == "insufficient_points");
    CHECK(office.dump() == before);  // a refusal writes no payment row
    office.recharge(mina.user, 1);
    CHECK(office.pay(mina, held.reservation, "key").balance == Points{0});
    CHECK(office.audit() == "");
}

TEST_CASE("a price of 0 is paid with no transfer") {
    Office office;
    office.concert("2026-12-24", {{"12", 0}});
    const auto mina = office.comes("mina");
    const auto paid = office.pay(mina, office.hold(mina, "12").reservation);
    CHECK(paid.amount == Points{0});
    CHECK(office->transfers(mina.user, 10)->empty());
    CHECK(office.state_of_seat("12") == "sold");
    CHECK(office.history(mina, paid.payment) == std::vector<std::string>{"requested", "approved", "captured"});
    CHECK(office.audit() == "");
}

TEST_CASE("the price is the seat's when it was held") {
    Office office;
    office.concert("2026-12-24", {{"12", amount_max.value}});
    const auto mina = office.comes_with("mina", amount_max.value);
    const auto held = office.hold(mina, "12");
    CHECK(held.price == amount_max);
    CHECK(office.pay(mina, held.reservation).balance == Points{0});
    CHECK(office.audit() == "");
}

TEST_CASE("paying is refused in the order token, turn, existence, ownership, state, money") {
    Office office{room_for(2)};
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto late = office.comes("late");
    const auto of_mina = office.hold(mina, "1");
    const auto pay = [&](UserId user, TokenId token, ReservationId id, const std::string& key = {}) {
        const auto paid = outcome(office->execute(Pay{user, token, id, key}));
        CHECK(outcome(office->execute(BeginPayment{user, token, id, key})) == paid);
        return paid;
    };
    const ReservationId nowhere{5};
    CHECK(pay(mina.user, yuna.token, nowhere, "bad key") == "invalid_argument");
    CHECK(pay(mina.user, yuna.token, nowhere) == "invalid_token");
    CHECK(pay(mina.user, TokenId{}, of_mina.reservation) == "invalid_token");
    CHECK(pay(UserId{}, mina.token, of_mina.reservation) == "invalid_token");
    CHECK(pay(late.user, late.token, nowhere) == "not_your_turn");
    CHECK(pay(late.user, late.token, of_mina.reservation) == "not_your_turn");
    CHECK(pay(yuna.user, yuna.token, nowhere) == "reservation_mismatch");
    CHECK(pay(yuna.user, yuna.token, ReservationId{}) == "reservation_mismatch");
    CHECK(pay(yuna.user, yuna.token, of_mina.reservation) == "reservation_mismatch");  // another's looks like none
    CHECK(pay(mina.user, mina.token, of_mina.reservation) == "insufficient_points");   // money last
    (void)office.try_release(mina, of_mina.reservation);
    CHECK(pay(mina.user, mina.token, of_mina.reservation) == "hold_released");  // state before money
    const auto again = office.hold(mina, "2");
    office.wait_until(again.deadline);
    const auto sequence = office.last_sequence();
    CHECK(pay(mina.user, mina.token, again.reservation) == "not_your_turn");  // the place ended with the hold
    CHECK(office.kinds(sequence).front() == "place_expired");
    CHECK(office.audit() == "");
}

TEST_CASE("a hold is paid before its deadline or never") {
    const auto offset = GENERATE(std::int64_t{-1}, std::int64_t{0}, std::int64_t{1});
    Office office{options_with([](Options& o) {
        o.hold_ttl = minutes{1};
        o.main_room.active_ttl = minutes{10};
    })};
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto held = office.hold(mina, "1");
    office.wait_until(held.deadline + Duration{offset});
    CAPTURE(offset);
    const auto sequence = office.last_sequence();
    if (offset < 0) {
        CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok");
    } else {
        CHECK(outcome(office.try_pay(mina, held.reservation)) == "hold_expired");
        CHECK(office.kinds(sequence) == std::vector<std::string>{"hold_expired"});
        CHECK(office.last(EventKind::hold_expired).deadline == held.deadline);
        CHECK(office.balance(mina.user) == 50);
        CHECK(office.state_of_seat("1") == "available");
    }
    CHECK(office.audit() == "");
}

TEST_CASE("what is paid is not paid again") {
    Office office{options_with([](Options& o) { o.holds_per_user = 2; })};
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
    const auto mina = office.comes_with("mina", 200);
    const auto one = office.hold(mina, "1");
    (void)office.hold(mina, "2");  // so that the turn goes on
    (void)office.pay(mina, one.reservation);
    CHECK(outcome(office.try_pay(mina, one.reservation)) == "already_paid");
    CHECK(outcome(office.try_begin(mina, one.reservation)) == "already_paid");
    CHECK(office.balance(mina.user) == 150);
}

TEST_CASE("a place completes when its user's last live hold is paid, and the next one is let in") {
    Office office{options_with([](Options& o) {
        o.holds_per_user = 2;
        o.main_room.active_capacity = 1;
    })};
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    const auto mina = office.comes("mina");
    const auto next = office.comes("next");
    const auto one = office.hold(mina, "1");
    const auto two = office.hold(mina, "2");
    (void)office.pay(mina, one.reservation);
    CHECK(office.is_turn(mina));
    CHECK_FALSE(office.is_turn(next));
    (void)office.pay(mina, two.reservation);
    CHECK(outcome(office.peek(mina)) == "place_completed");
    CHECK(office.is_turn(next));
    CHECK(office.audit() == "");
}

TEST_CASE("a hold that ran out does not keep a place from completing") {
    Office office{options_with([](Options& o) {
        o.holds_per_user = 2;
        o.hold_ttl = minutes{2};
    })};
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    const auto mina = office.comes("mina");
    (void)office.hold(mina, "1");
    office.wait(minutes{1});
    const auto two = office.hold(mina, "2");
    office.wait(minutes{1});
    (void)office.pay(mina, two.reservation);
    CHECK(outcome(office.try_arrive(mina)) == "place_completed");
    CHECK(office.last(EventKind::hold_expired).deadline == opening + minutes{2});
    CHECK(office.audit() == "");
}

TEST_CASE("a hold is paid with the place that made it") {
    Office office;
    const auto vip = office.room("vip");
    office.concert("2026-12-24", {{"1", 0}});
    const auto mina = office.comes("mina");
    const auto in_vip = office.join(mina.user, vip);
    const auto held = office.hold(mina, "1");
    CHECK(outcome(office.try_pay(in_vip, held.reservation)) == "not_your_turn");
    CHECK(outcome(office.try_begin(in_vip, held.reservation)) == "not_your_turn");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok");
}

TEST_CASE("recharging is for users, with positive amounts, up to the limits") {
    Office office{options_with([](Options& o) { o.issue_limit = Points{1'000'000'000'500}; })};
    const auto mina = office.user("mina");
    CHECK(outcome(office.try_recharge(mina, 0)) == "invalid_argument");
    CHECK(outcome(office.try_recharge(mina, -5)) == "invalid_argument");
    CHECK(outcome(office.try_recharge(mina, amount_max.value + 1)) == "invalid_argument");
    CHECK(outcome(office.try_recharge(mina, 5, "a b")) == "invalid_argument");
    CHECK(outcome(office.try_recharge(UserId{}, 5)) == "unknown_user");
    CHECK(outcome(office.try_recharge(UserId{1}, 5)) == "unknown_user");  // the cash account is nobody's
    CHECK(outcome(office.try_recharge(UserId{1}, 0)) == "invalid_argument");
    CHECK(office.recharge(mina, amount_max.value) == amount_max.value);
    CHECK(office.recharge(mina, 499) == amount_max.value + 499);
    CHECK(outcome(office.try_recharge(mina, 2)) == "issue_limit");
    CHECK(office.recharge(mina, 1) == amount_max.value + 500);
    CHECK(outcome(office.try_recharge(mina, 1)) == "issue_limit");
    CHECK(office.last(EventKind::points_recharged).amount == 1);
    CHECK(office.audit() == "");
}

TEST_CASE("a balance reaches 2^53 - 1 and no more") {
    Office office;
    const auto mina = office.user("mina");
    std::vector<Command> many(9'007, Recharge{mina, amount_max, ""});
    for (const auto& done : office->execute(many)) REQUIRE(outcome(done) == "ok");
    const auto room_left = balance_max.value - office.balance(mina);
    CHECK(outcome(office.try_recharge(mina, amount_max.value)) == "balance_limit");
    CHECK(outcome(office.try_recharge(mina, room_left + 1)) == "balance_limit");
    CHECK(office.recharge(mina, room_left) == balance_max.value);
    CHECK(outcome(office.try_recharge(mina, 1)) == "balance_limit");
    CHECK(outcome(office.try_recharge(office.user("yuna"), 1)) == "ok");
    CHECK(office.audit() == "");
}
