#include <optional>

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a retry with the same key gives the first answer and has no effect") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes("mina");
    const auto recharged = *office.try_recharge(mina.user, 100, "k");
    const auto held = office.hold(mina, "1", "k");
    const auto paid = office.pay(mina, held.reservation, "k");
    office.recharge(mina.user, 5);
    const auto before = office.dump();
    for (int i = 0; i < 3; ++i) {
        CHECK(*office.try_recharge(mina.user, 100, "k") == recharged);
        CHECK(office.hold(mina, "1", "k") == held);  // after the place is finished and the seat sold
        CHECK(office.pay(mina, held.reservation, "k") == paid);
    }
    CHECK(paid.balance == Points{50});  // the first answer, though the balance is another now
    CHECK(office.balance(mina.user) == 55);
    CHECK(office.dump() == before);
    CHECK(office.audit() == "");
}

TEST_CASE("one key names one request of a user and an operation") {
    Office office{options_with([](Options& o) { o.holds_per_user = 3; })};
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    CHECK(outcome(office.try_recharge(mina.user, 100, "k")) == "ok");
    CHECK(outcome(office.try_recharge(mina.user, 101, "k")) == "idempotency_conflict");
    CHECK(outcome(office.try_recharge(yuna.user, 101, "k")) == "ok");
    CHECK(outcome(office.try_recharge(mina.user, 101, "K")) == "ok");
    const auto one = office.hold(mina, "1", "k");
    CHECK(outcome(office.try_hold(mina, "2", "k")) == "idempotency_conflict");
    const auto two = office.hold(mina, "2");
    CHECK(outcome(office.try_pay(mina, one.reservation, "k")) == "ok");
    CHECK(outcome(office.try_pay(mina, two.reservation, "k")) == "idempotency_conflict");
    const auto begun = office.begin(mina, two.reservation, "k");
    CHECK(outcome(office.try_begin(mina, one.reservation, "k")) == "idempotency_conflict");
    CHECK(outcome(office.try_capture(mina, begun, "k")) == "ok");
    CHECK(outcome(office.try_capture(mina, {PaymentId{7}, two.reservation, {}, {}}, "k")) == "idempotency_conflict");
}

TEST_CASE("the key of an order names its seats, in their order, and the total that was expected") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}, {"3", 50}});
    office.sell_up_to(3);
    const auto mina = office.comes("mina");
    const auto ask = [&](const std::vector<std::string>& seats, std::optional<Points> expected) {
        auto command = office.order_of(mina, seats);
        command.expect_total = expected;
        command.key = "k";
        return outcome(office->execute(command));
    };
    CHECK(ask({"1", "2"}, Points{100}) == "ok");
    CHECK(ask({"1", "2"}, Points{100}) == "ok");
    CHECK(ask({"1", "2"}, std::nullopt) == "idempotency_conflict");
    CHECK(ask({"1", "2"}, Points{99}) == "idempotency_conflict");
    CHECK(ask({"2", "1"}, Points{100}) == "idempotency_conflict");
    CHECK(ask({"1", "3"}, Points{100}) == "idempotency_conflict");
    CHECK(ask({"1"}, Points{100}) == "idempotency_conflict");
}

TEST_CASE("without a key every request is one of its own") {
    Office office;
    const auto mina = office.user("mina");
    office.recharge(mina, 10);
    office.recharge(mina, 10);
    CHECK(office.balance(mina) == 20);
}

TEST_CASE("a refusal leaves the key free") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto of_yuna = office.hold(yuna, "1");
    CHECK(outcome(office.try_hold(mina, "1", "k")) == "seat_unavailable");
    const auto held = office.hold(mina, "2", "k");  // another request with the same key
    CHECK(outcome(office.try_pay(mina, held.reservation, "k")) == "insufficient_points");
    CHECK(outcome(office.try_pay(mina, of_yuna.reservation, "k")) == "reservation_mismatch");
    office.recharge(mina.user, 50, "k");
    CHECK(outcome(office.try_pay(mina, held.reservation, "k")) == "ok");
}

TEST_CASE("a key is let go exactly at idempotency_ttl") {
    const auto offset = GENERATE(std::int64_t{-1}, std::int64_t{0}, std::int64_t{1});
    const auto swept = GENERATE(false, true);
    CAPTURE(offset, swept);
    Office office;
    const auto mina = office.user("mina");
    const auto first = *office.try_recharge(mina, 10, "k");
    office.wait(hours{24} + Duration{offset});
    if (swept) (void)office.tick();
    const auto again = *office.try_recharge(mina, 10, "k");
    if (offset < 0) {
        CHECK(again == first);
        CHECK(outcome(office.try_recharge(mina, 11, "k")) == "idempotency_conflict");
        return;
    }
    CHECK(again.balance == Points{20});
    CHECK(*office.try_recharge(mina, 10, "k") == again);  // remembered anew, from its own time on
    CHECK(outcome(office.try_recharge(mina, 11, "k")) == "idempotency_conflict");
    office.wait(hours{24} - us);
    CHECK(*office.try_recharge(mina, 10, "k") == again);
    CHECK(office.audit() == "");
}

TEST_CASE("idempotency is asked before the turn, and after whose token it is") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto held = office.hold(mina, "1", "k");
    office.leave(mina);
    CHECK(office.hold(mina, "1", "k") == held);
    CHECK(outcome(office->execute(HoldSeat{mina.user, mina.token, SeatId{5}, "k"})) == "idempotency_conflict");
    CHECK(outcome(office->execute(HoldSeat{mina.user, yuna.token, held.seat, "k"})) == "invalid_token");
    CHECK(outcome(office->execute(HoldSeat{mina.user, mina.token, SeatId{5}, "free"})) == "not_your_turn");

    const auto again = office.join(mina.user);  // the token is no part of the request
    CHECK(office.hold(again, "1", "k") == held);
    CHECK(outcome(office.try_hold(again, "1", "free")) == "ok");
}

TEST_CASE("a replay within one batch is a replay") {
    Office office;
    const auto mina = office.user("mina");
    const std::vector<Command> commands{Recharge{mina, Points{10}, "k"}, Recharge{mina, Points{10}, "k"},
                                        Recharge{mina, Points{11}, "k"}};
    const auto outcomes = office->execute(commands);
    REQUIRE(outcome(outcomes[0]) == "ok");
    CHECK(*outcomes[0] == *outcomes[1]);
    CHECK(outcome(outcomes[2]) == "idempotency_conflict");
    CHECK(office.balance(mina) == 10);
}
