// Orders: several seats held, paid and given back together.

#include <set>

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A hall of ten seats at 10, 20, 30 … points, four an order.
struct OrderHall {
    explicit OrderHall(Options options = room_for(9)) : office{std::move(options)} {
        std::vector<SeatPrice> seats;
        for (int i = 1; i <= 10; ++i) seats.push_back({std::to_string(i), 10 * i});
        office.concert("2026-12-24", seats);
        office.sell_up_to(4);
    }
    Office office;
};

std::vector<std::int64_t> ids_of(Office& office, const std::vector<std::string>& numbers) {
    std::vector<std::int64_t> ids;
    for (const auto& number : numbers) ids.push_back(office.seat(number).value);
    return ids;
}

}  // namespace

TEST_CASE("an order holds its seats together, until one deadline, for the sum of their prices") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto before = office.last_sequence();
    const auto order = office.hold_all(mina, {"3", "1", "2"});
    CHECK(order.total == Points{60});
    REQUIRE(order.items.size() == 3);
    CHECK(order.order == order.items[0].reservation);
    CHECK(order.items[0].seat == office.seat("3"));
    CHECK(order.items[1].price == Points{10});
    CHECK(order.deadline == office.now() + minutes{5});
    for (const auto* number : {"1", "2", "3"}) CHECK(office.state_of_seat(number) == "held");
    CHECK(office.kinds(before) ==
          std::vector<std::string>{"place_arrived", "seat_held", "seat_held", "seat_held", "order_held"});
    const auto held = office.last(EventKind::order_held);
    CHECK((held.order == order.order && held.amount == 60 && held.deadline == order.deadline));
    CHECK(office.last(EventKind::seat_held).order == order.order);

    const auto seen = must(office->order(mina.user, order.order), "order");
    CHECK((seen.total == Points{60} && seen.deadline == order.deadline && seen.reservations.size() == 3));
    CHECK(outcome(office->order(mina.user, order.items[1].reservation)) == "unknown_reservation");
    const auto stranger = office.comes("stranger");
    CHECK(outcome(office->order(stranger.user, order.order)) == "unknown_reservation");
    CHECK(office.audit() == "");
}

TEST_CASE(
    "every event about an order's reservations and payments tells the order, by its id or its first reservation's") {
    OrderHall hall;
    auto& office = hall.office;
    Terms terms;
    terms.seats_per_order = 4;
    terms.refund_steps = {{never, 1'000}};
    office.change_sale(terms);
    const auto before = office.last_sequence();
    const auto mina = office.comes_with("mina", 200);
    const auto order = office.hold_all(mina, {"1", "2", "3"});
    CHECK(outcome(office.try_release(mina, order.items[2].reservation)) == "ok");
    must(office.try_capture(mina, office.begin(mina, order.order)), "capture");
    CHECK(outcome(office.try_cancel(mina.user, {order.order})) == "ok");
    const auto lapsing = office.hold_all(office.comes("late"), {"4", "5"});
    office.wait_until(lapsing.deadline);
    (void)office.tick();
    const auto alone = office.hold(office.comes("one"), "6").reservation;
    std::set<OrderId> orders;
    for (const auto& event : must(office->events_after(before, 100), "events"))
        if (event.reservation || event.order) {
            orders.insert(order_of(event));
            const bool is_of_several = order_of(event) != alone;
            CHECK((event.order == event.reservation) ==
                  (event.kind == EventKind::seat_held && is_of_several && event.reservation == order_of(event)));
        }
    CHECK(orders == std::set<OrderId>{order.order, lapsing.order, alone});
}

TEST_CASE("a seat held alone is an order of one, and tells of no order") {
    OrderHall hall;
    const auto mina = hall.office.comes("mina");
    const auto held = hall.office.hold(mina, "1");
    CHECK(must(hall.office->order(mina.user, held.reservation), "order").reservations.size() == 1);
    const auto event = hall.office.last(EventKind::seat_held);
    CHECK((!event.order && event.subject == 0));
    const auto one = hall.office.comes("one");
    (void)hall.office.hold_all(one, {"2"});
    CHECK_FALSE(hall.office.last(EventKind::seat_held).order);
}

TEST_CASE("O2: all of an order is held, or nothing; the refusal names every seat that cannot be had") {
    OrderHall hall;
    auto& office = hall.office;
    (void)office.hold(office.comes("first"), "2");
    (void)office.try_block("4");
    const auto mina = office.comes("mina");
    const auto refused = office.try_hold_all(mina, {"1", "2", "3", "4"});
    REQUIRE(outcome(refused) == "seat_unavailable");
    CHECK(refused.error().about == ids_of(office, {"2", "4"}));
    CHECK(refused.error().detail == "2, 4");
    CHECK(office.state_of_seat("1") == "available");
    CHECK(office.state_of_seat("3") == "available");
    CHECK(outcome(office.try_hold_all(mina, {"1", "3"})) == "ok");
    // One's own held seat is as unavailable as any.
    CHECK(outcome(office.try_hold_all(office.comes("late"), {"1"})) == "seat_unavailable");
    CHECK(office.audit() == "");
}

TEST_CASE("the shape of an order: 1 to 50 seats, none twice, of one concert") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes("mina");
    CHECK(outcome(office.try_hold_all(mina, {})) == "invalid_argument");
    CHECK(outcome(office.try_hold_all(mina, {"1", "1"})) == "invalid_argument");
    auto many = office.order_of(mina, {});
    for (std::int64_t i = 1; i <= 51; ++i) many.items.push_back({SeatId{i}});
    CHECK(outcome(office->execute(many)) == "invalid_argument");
    many.items.pop_back();
    CHECK(outcome(office->execute(many)) == "unknown_seat");
    auto elsewhere = office.order_of(mina, {"1"});
    office.concert("2026-12-25", {{"1", 5}});
    elsewhere.items.push_back({office.seat("1")});
    CHECK(outcome(office->execute(elsewhere)) == "unknown_seat");
    elsewhere.concert = ConcertId{5};
    CHECK(outcome(office->execute(elsewhere)) == "unknown_concert");
}

TEST_CASE("limits: seats an order, orders a user at once, seats a user and concert") {
    OrderHall hall{options_with([](Options& o) {
        o.main_room.active_capacity = 9;
        o.holds_per_user = 2;
    })};
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 1'000);
    CHECK(outcome(office.try_hold_all(mina, {"1", "2", "3", "4", "5"})) == "order_limit");
    const auto first = office.hold_all(mina, {"1", "2"});
    (void)office.hold_all(mina, {"3", "4"});
    CHECK(outcome(office.try_hold_all(mina, {"5"})) == "hold_limit");
    CHECK(outcome(office.try_hold(mina, "5")) == "hold_limit");
    office.pay(mina, first.order);

    Terms terms;
    terms.seats_per_order = 4;
    terms.seats_per_user = 5;
    office.change_sale(terms);
    CHECK(outcome(office.try_hold_all(mina, {"5", "6"})) == "purchase_limit");
    CHECK(outcome(office.try_hold_all(mina, {"5"})) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("the limit a user counts what is held or bought and not given back, in one batch as one by one") {
    OrderHall hall;
    auto& office = hall.office;
    Terms terms;
    terms.seats_per_order = 4;
    terms.seats_per_user = 3;
    terms.refund_steps = {{never, 1'000}};
    office.change_sale(terms);
    const auto mina = office.comes_with("mina", 1'000);
    const auto order = office.hold_all(mina, {"1", "2"});
    office.pay(mina, order.order);
    const auto again = office.join(mina.user);
    CHECK(outcome(office.try_hold_all(again, {"3", "4"})) == "purchase_limit");
    const std::vector<Command> batch{Cancel{mina.user, {order.order}, {}}, office.order_of(again, {"3", "4"})};
    const auto outcomes = office->execute(batch);
    CHECK(outcome(outcomes[0]) == "ok");
    CHECK(outcome(outcomes[1]) == "ok");
    CHECK(office.audit() == "");
    // A hold that lapsed counts no more.
    office.wait(minutes{5});
    const auto third = office.join(mina.user);
    CHECK(outcome(office.try_hold_all(third, {"5", "6"})) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("terms that set a limit count for the commands behind them in the batch") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes("mina");
    Terms terms;
    terms.seats_per_user = 1;
    terms.seats_per_order = 2;
    const std::vector<Command> batch{ChangeSale{office.last_concert(), terms, 2}, office.order_of(mina, {"1", "2"}),
                                     HoldSeat{mina.user, mina.token, office.seat("3"), {}}};
    const auto outcomes = office->execute(batch);
    CHECK(outcome(outcomes[0]) == "ok");
    CHECK(outcome(outcomes[1]) == "purchase_limit");
    CHECK(outcome(outcomes[2]) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("seats whose hold lapses exactly now are free for an order") {
    OrderHall hall;
    auto& office = hall.office;
    const auto lapsing = office.hold_all(office.comes("first"), {"1", "2"});
    office.wait_until(lapsing.deadline - us);
    const auto mina = office.comes("mina");
    CHECK(outcome(office.try_hold_all(mina, {"1", "3"})) == "seat_unavailable");
    office.wait(us);
    CHECK(outcome(office.try_hold_all(mina, {"1", "2", "3"})) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("one payment pays all of an order that is held: one transfer, every seat sold") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2", "3"});
    CHECK(outcome(office.try_pay(mina, order.items[1].reservation)) == "reservation_mismatch");
    CHECK(outcome(office.try_release(mina, order.items[1].reservation)) == "ok");
    const auto before = office.last_sequence();
    const auto paid = office.pay(mina, order.order, "k");
    CHECK((paid.amount == Points{40} && paid.balance == Points{60} && paid.reservation == order.order));
    CHECK(office.kinds(before) == std::vector<std::string>{"payment_captured", "reservation_confirmed",
                                                           "reservation_confirmed", "place_completed"});
    const auto captured = office.last(EventKind::payment_captured);
    CHECK((captured.order == order.order && !captured.reservation && captured.amount == 40));
    CHECK(office.last(EventKind::reservation_confirmed).amount == 30);
    CHECK(office.state_of_seat("1") == "sold");
    CHECK(office.state_of_seat("2") == "available");
    CHECK(office.pay(mina, order.order, "k") == paid);
    CHECK(must(office->transfers(mina.user, 10), "transfers").size() == 2);
    CHECK(office.audit() == "");
}

TEST_CASE("an order is paid though its first seat was given back") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2"});
    CHECK(outcome(office.try_release(mina, order.order)) == "ok");
    CHECK(office.pay(mina, order.order).amount == Points{20});
    CHECK(office.last(EventKind::payment_captured).order == order.order);
    CHECK(outcome(office.try_pay(office.join(mina.user), order.order)) == "already_paid");
    CHECK(office.audit() == "");
}

TEST_CASE("I1: a payment says what it bought, and a replay the same whatever became of it") {
    OrderHall hall;
    auto& office = hall.office;
    Terms terms;
    terms.seats_per_order = 4;
    terms.refund_steps = {{never, 1'000}};
    office.change_sale(terms);
    const auto mina = office.comes_with("mina", 200);
    const auto order = office.hold_all(mina, {"3", "1", "2", "4"});
    const auto begun = office.begin(mina, order.order);
    CHECK(outcome(office.try_fail(mina, begun)) == "ok");  // its reservations have named a payment before
    CHECK(outcome(office.try_release(mina, order.items[1].reservation)) == "ok");
    const auto paid = office.pay(mina, order.order, "k");
    REQUIRE(paid.items.size() == 3);
    CHECK(paid.items[0] == PaidItem{order.order, office.seat("3"), TypeId{}, Points{30}, "3", "3"});
    CHECK(paid.items[1].reservation == order.items[2].reservation);
    CHECK(paid.items[2].seat_number == "4");
    CHECK(outcome(office.try_cancel(mina.user, {order.order})) == "ok");
    CHECK(office.pay(mina, order.order, "k") == paid);

    const auto one = office.comes_with("one", 100);
    const auto alone = office.pay(one, office.hold(one, "5").reservation);
    CHECK((alone.items.size() == 1 && alone.items[0].price == Points{50} && alone.items[0].seat_label == "5"));
}

TEST_CASE("a captured payment says what it bought each time it is asked to be captured") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 200);
    const auto order = office.hold_all(mina, {"1", "2"});
    const auto begun = office.begin(mina, order.order);
    const auto first = must(office.try_capture(mina, begun), "capture");
    REQUIRE(first.items.size() == 2);
    CHECK(first.items[1].reservation == order.items[1].reservation);
    CHECK(must(office.try_capture(mina, begun), "again") == first);
    CHECK(must(office.try_capture(mina, begun, "k"), "with a key") == first);
    CHECK(must(office.try_capture(mina, begun, "k"), "replay") == first);
    auto of_another = begun;
    of_another.reservation = order.items[1].reservation;
    CHECK(outcome(office.try_capture(mina, of_another, "k")) == "idempotency_conflict");
}

TEST_CASE("an order for nothing is paid without a transfer") {
    OrderHall hall;
    auto& office = hall.office;
    office.concert("2026-12-25", {{"1", 0}, {"2", 0}});
    office.sell_up_to(2);
    const auto mina = office.comes("mina");
    CHECK(office.pay(mina, office.hold_all(mina, {"1", "2"}).order).amount == Points{0});
    CHECK(must(office->transfers(mina.user, 10), "transfers").empty());
    CHECK(office.audit() == "");
}

TEST_CASE("while the gateway is asked for an order, only all of it can be given back") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2"});
    office.wait(minutes{4} + seconds{30});
    const auto begun = office.begin(mina, order.order);
    CHECK(begun.amount == Points{30});
    const auto kept = must(office->order(mina.user, order.order), "order");
    CHECK(kept.deadline == begun.deadline);
    CHECK(office.audit() == "");
    CHECK(outcome(office.try_release(mina, order.items[1].reservation)) == "payment_pending");
    CHECK(outcome(office.try_release_order(mina, order.order)) == "ok");
    CHECK(outcome(office.try_capture(mina, begun)) == "hold_released");
    CHECK(office.available().size() == 10);
    CHECK(office.audit() == "");
}

TEST_CASE("when the payment has failed, a part can be given back again, and the rest is paid") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2", "3"});
    const auto begun = office.begin(mina, order.order);
    CHECK(outcome(office.try_fail(mina, begun)) == "ok");
    CHECK(outcome(office.try_release(mina, order.items[2].reservation)) == "ok");
    const auto second = office.begin(mina, order.order);
    CHECK(must(office.try_capture(mina, second), "capture").amount == Points{30});
    CHECK(office.audit() == "");
}

TEST_CASE("an order is given back as a whole, once") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2", "3"});
    CHECK(outcome(office.try_release(mina, order.items[0].reservation)) == "ok");
    CHECK(must(office.try_release_order(mina, order.order), "release").released == 2);
    CHECK(must(office.try_release_order(mina, order.order), "again").released == 0);
    CHECK(office.available().size() == 10);
    const auto stranger = office.comes("stranger");
    CHECK(outcome(office.try_release_order(stranger, order.order)) == "unknown_reservation");
    CHECK(outcome(office.try_release_order(mina, order.items[1].reservation)) == "unknown_reservation");
    CHECK(outcome(office.try_pay(mina, order.order)) == "hold_released");

    const auto paid = office.hold_all(mina, {"4", "5"});
    office.pay(mina, paid.order);
    CHECK(outcome(office.try_release_order(mina, paid.order)) == "already_paid");
    const auto lapsed = office.hold_all(stranger, {"6", "7"});
    office.wait_until(lapsed.deadline);
    CHECK(outcome(office.try_release_order(stranger, lapsed.order)) == "hold_expired");
    CHECK(outcome(office.try_pay(stranger, lapsed.order)) == "not_your_turn");
    CHECK(office.audit() == "");
}

TEST_CASE("leaving gives back every seat of an order") {
    OrderHall hall;
    const auto mina = hall.office.comes("mina");
    (void)hall.office.hold_all(mina, {"1", "2", "3"});
    CHECK(hall.office.leave(mina) == 3);
    CHECK(hall.office.available().size() == 10);
}

TEST_CASE("the same key gives the same order again, another order is a conflict") {
    OrderHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2"}, "k");
    CHECK(office.hold_all(mina, {"1", "2"}, "k") == order);
    CHECK(outcome(office.try_hold_all(mina, {"2", "1"}, "k")) == "idempotency_conflict");
    CHECK(outcome(office.try_hold_all(mina, {"1", "2", "3"}, "k")) == "idempotency_conflict");
    office.pay(mina, order.order);
    CHECK(office.hold_all(mina, {"1", "2"}, "k") == order);
    CHECK(office.audit() == "");
}

TEST_CASE("of two overlapping orders in a batch the first wins whole, the second changes nothing") {
    OrderHall hall;
    auto& office = hall.office;
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const std::vector<Command> batch{office.order_of(a, {"1", "2", "3"}), office.order_of(b, {"3", "4", "5"})};
    const auto outcomes = office->execute(batch);
    CHECK(outcome(outcomes[0]) == "ok");
    REQUIRE(outcome(outcomes[1]) == "seat_unavailable");
    CHECK(outcomes[1].error().about == ids_of(office, {"3"}));
    CHECK(office.state_of_seat("4") == "available");
    CHECK(office.audit() == "");
}

TEST_CASE("of what two offices held in one moment the audit does not ask which came first") {
    const auto store = std::make_shared<MemoryStore>();
    const auto clock = std::make_shared<VirtualClock>(opening);
    const auto options = options_with([](Options& o) { o.holds_per_user = 2; });
    Office first{options, nullptr, store, clock};
    Office second{options, nullptr, store, clock};
    const auto concert = first.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    Terms one_each;
    one_each.seats_per_user = 1;
    first.change_sale(one_each);
    const auto buyer = first.comes("buyer");
    const auto of_second =
        must(second->execute(HoldSeat{buyer.user, buyer.token, second.seat("1", concert), {}}), "hold in the second");
    first.change_sale({});
    const auto of_first = first.hold(buyer, "2");
    CHECK(of_first.reservation < of_second.reservation);  // though it came later
    CHECK(first.audit() == "");
}
