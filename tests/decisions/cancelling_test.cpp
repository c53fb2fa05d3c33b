// Cancelling, refunding, a concert called off, and the report of it all.

#include <algorithm>

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// Four seats at 100; who cancels in the first hour gets 90 %, in the second 50 %, later nothing.
struct RefundHall {
    RefundHall() : office{room_for(99)} {
        office.concert("2026-12-24", {{"1", 100}, {"2", 100}, {"3", 100}, {"4", 101}});
        Terms terms;
        terms.seats_per_order = 4;
        terms.refund_steps = {{opening + hours{1}, 900}, {opening + hours{2}, 500}};
        office.change_sale(terms);
    }
    /// A user who has bought those seats for the sum of their prices.
    std::vector<ReservationId> bought(const Buyer& buyer, const std::vector<std::string>& numbers) {
        const auto order = office.hold_all(buyer, numbers);
        office.pay(buyer, order.order);
        std::vector<ReservationId> ids;
        for (const auto& item : order.items) ids.push_back(item.reservation);
        return ids;
    }
    Office office;
};

}  // namespace

TEST_CASE("cancelling takes the claim back: the seat is on sale, the terms' part with who paid, the rest a fee") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2"});
    const auto before = office.last_sequence();
    const auto cancelled = must(office.try_cancel(mina.user, {ids[1]}), "cancel");
    CHECK((cancelled.refund == Points{90} && cancelled.balance == Points{390}));
    CHECK(office.kinds(before) == std::vector<std::string>{"reservation_cancelled", "points_refunded"});
    CHECK(office.last(EventKind::reservation_cancelled).amount == 90);
    CHECK(office.state_of_seat("2") == "available");
    CHECK(office.state_of_seat("1") == "sold");
    CHECK(office.state_of(mina, ids[1]) == "cancelled");
    CHECK(must(office->reservation(mina.user, ids[1]), "row").reservation.refunded == Points{90});
    CHECK(office.sales() == 110);
    const auto transfer = must(office->transfers(mina.user, 1), "transfers").front();
    CHECK((transfer.kind == TransferKind::refund && transfer.reservation == ids[1] && transfer.amount == Points{90}));
    CHECK(outcome(office.try_hold(office.comes("next"), "2")) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("at exactly until the next step holds, after the last none") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2", "3", "4"});
    office.wait_until(opening + hours{1} - us);
    CHECK(must(office.try_cancel(mina.user, {ids[0]}), "a").refund == Points{90});
    office.wait(us);
    CHECK(must(office.try_cancel(mina.user, {ids[1]}), "b").refund == Points{50});
    office.wait_until(opening + hours{2} - us);
    CHECK(must(office.try_cancel(mina.user, {ids[3]}), "c").refund == Points{50});  // floor of 50.5
    office.wait(us);
    CHECK(outcome(office.try_cancel(mina.user, {ids[2]})) == "cancel_closed");
    CHECK(office.state_of(mina, ids[2]) == "confirmed");
    CHECK(office.audit() == "");
}

TEST_CASE("several reservations are cancelled all or none, and again with the same answer") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2"});
    const auto other = hall.bought(office.comes_with("other", 500), {"3"});
    CHECK(outcome(office.try_cancel(mina.user, {ids[0], other[0]})) == "unknown_reservation");
    CHECK(outcome(office.try_cancel(mina.user, {ids[0], ReservationId{5}})) == "unknown_reservation");
    CHECK(office.state_of(mina, ids[0]) == "confirmed");
    const auto first = must(office.try_cancel(mina.user, ids, "k"), "cancel");
    CHECK(first.refund == Points{180});
    CHECK(must(office.try_cancel(mina.user, ids, "k"), "replay") == first);
    office.wait(hours{3});  // the terms would give nothing now, and nothing moves
    const auto balance = office.balance(mina.user);
    CHECK(must(office.try_cancel(mina.user, ids), "again").refund == Points{180});
    CHECK(office.balance(mina.user) == balance);
    CHECK(outcome(office.try_cancel(mina.user, {ids[0]}, "k")) == "idempotency_conflict");
    CHECK(office.audit() == "");
}

TEST_CASE("only what is paid is cancelled; the shape is 1 to 50, none twice") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto held = office.hold(mina, "1");
    CHECK(outcome(office.try_cancel(mina.user, {held.reservation})) == "not_paid");
    (void)office.try_release(mina, held.reservation);
    CHECK(outcome(office.try_cancel(mina.user, {held.reservation})) == "not_paid");
    CHECK(outcome(office.try_cancel(mina.user, {})) == "invalid_argument");
    CHECK(outcome(office.try_cancel(mina.user, {held.reservation, held.reservation})) == "invalid_argument");
    CHECK(outcome(office.try_cancel(mina.user, std::vector<ReservationId>(51))) == "invalid_argument");
}

TEST_CASE("any part of an order is given back for what it cost, also what another part needed") {
    RefundHall hall;
    auto& office = hall.office;
    const auto full = office.type("full");
    const auto child = office.type("child", 0, full);
    office.set_tariff({{"", full, Points{80}}, {"", child, Points{20}}});
    const auto mina = office.comes_with("mina", 500);
    auto command = office.order_of(mina, {"1", "2", "3"});
    command.items[0].type = full;
    command.items[1].type = command.items[2].type = child;
    const auto order = must(office->execute(command), "hold");
    office.pay(mina, order.order);
    CHECK(must(office.try_cancel(mina.user, {order.items[0].reservation}), "full").refund == Points{72});
    CHECK(must(office.try_cancel(mina.user, {order.items[2].reservation}), "child").refund == Points{18});
    CHECK(office.state_of(mina, order.items[1].reservation) == "confirmed");
    CHECK(office.audit() == "");
}

TEST_CASE(
    "cancelled in parts and then as a whole, by the buyer and by the house: each seat is free once, all figures agree") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2", "3"});
    CHECK(outcome(office.try_cancel(mina.user, {ids[0]})) == "ok");
    CHECK(outcome(office.try_refund(ids[1], 100, true, "a")) == "ok");
    CHECK(outcome(office.try_cancel(mina.user, ids)) == "ok");
    CHECK(outcome(office.try_refund(ids[0], 0, true, "b")) == "ok");
    CHECK(office.available().size() == 4);
    const auto counts = must(office->seat_counts(office.last_concert()), "counts");
    CHECK((counts.available == 4 && counts.sold == 0 && counts.held == 0));
    const auto report = must(office->sales_report(office.last_concert()), "report");
    CHECK(report.total == SalesRow{"", TypeId{}, 0, 3, Points{300}, Points{280}});
    CHECK((report.net == Points{20} && report.balance == report.net));
    CHECK(office.balance(mina.user) == 480);
    CHECK(office.audit() == "");
}

TEST_CASE("what was cancelled is refunded further though its seat was sold again") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto ids = hall.bought(mina, {"1"});
    CHECK(outcome(office.try_cancel(mina.user, ids)) == "ok");
    const auto next = office.comes_with("next", 100);
    const auto theirs = hall.bought(next, {"1"});
    CHECK(must(office.try_refund(ids[0], 10, true, "fee"), "refund").refunded == Points{100});
    CHECK(office.balance(mina.user) == 100);
    CHECK(office.balance(next.user) == 0);
    CHECK(office.state_of(next, theirs[0]) == "confirmed");
    CHECK(office.state_of_seat("1") == "sold");
    CHECK(office.audit() == "");
}

TEST_CASE("a price of nothing is cancelled without a transfer") {
    RefundHall hall;
    auto& office = hall.office;
    office.set_tariff({{"", TypeId{}, Points{0}}});
    const auto mina = office.comes("mina");
    const auto ids = hall.bought(mina, {"1"});
    CHECK(must(office.try_cancel(mina.user, ids), "cancel").refund == Points{0});
    CHECK(must(office->transfers(mina.user, 10), "transfers").empty());
    CHECK(office.audit() == "");
}

TEST_CASE("what has no room in the payer's balance does not come back") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto ids = hall.bought(mina, {"1"});
    for (auto left = balance_max.value; left > 0; left -= amount_max.value)
        office.recharge(mina.user, std::min(left, amount_max.value));
    CHECK(outcome(office.try_cancel(mina.user, ids)) == "balance_limit");
    CHECK(outcome(office.try_refund(ids[0], 1, false, "k")) == "balance_limit");
    CHECK(office.state_of(mina, ids[0]) == "confirmed");
}

TEST_CASE("selling, cancelling and holding again work in their order within a batch") {
    RefundHall hall;
    auto& office = hall.office;
    const auto a = office.comes_with("a", 500);
    const auto b = office.comes_with("b", 500);
    const auto ids = hall.bought(a, {"1"});
    const std::vector<Command> batch{office.order_of(b, {"1"}), Cancel{a.user, ids, {}}, office.order_of(b, {"1"})};
    const auto outcomes = office->execute(batch);
    CHECK(outcome(outcomes[0]) == "seat_unavailable");
    CHECK(outcome(outcomes[1]) == "ok");
    CHECK(outcome(outcomes[2]) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("the house refunds up to the price, in parts, and may leave the seat sold") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto id = hall.bought(mina, {"1"})[0];
    CHECK(outcome(office.try_refund(id, 10, false, "")) == "invalid_argument");  // two equal ones may both be meant
    const auto first = must(office.try_refund(id, 10, false, "a"), "refund");
    CHECK((first.amount == Points{10} && first.refunded == Points{10}));
    CHECK(must(office.try_refund(id, 10, false, "a"), "replay") == first);
    CHECK(must(office.try_refund(id, 10, false, "b"), "another").refunded == Points{20});
    CHECK(outcome(office.try_refund(id, 10, true, "a")) == "idempotency_conflict");
    CHECK(office.state_of(mina, id) == "confirmed");
    CHECK(outcome(office.try_refund(id, 81, false, "c")) == "invalid_argument");
    CHECK(must(office.try_refund(id, 0, true, "d"), "cancel").refunded == Points{20});
    CHECK(office.state_of_seat("1") == "available");
    CHECK(must(office.try_refund(id, 80, true, "e"), "the fee").refunded == Points{100});
    CHECK(outcome(office.try_refund(id, 1, false, "f")) == "invalid_argument");
    CHECK(outcome(office.try_refund(ReservationId{5}, 1, false, "g")) == "unknown_reservation");
    CHECK(outcome(office.try_refund(office.hold(office.comes("x"), "2").reservation, 0, false, "h")) == "not_paid");
    CHECK(office.balance(mina.user) == 100);
    CHECK(office.sales() == 0);
    CHECK(office.audit() == "");
}

TEST_CASE("why the house gave points back stands on the transfer, for good, and nowhere else") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 200);
    const auto ids = hall.bought(mina, {"1", "2"});
    const std::string longest(200, 'r');
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a", longest + "r")) == "invalid_argument");
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a", "two\nlines")) == "invalid_argument");
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a", longest)) == "ok");
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a", longest)) == "ok");  // the same one
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a", "noise")) == "idempotency_conflict");
    CHECK(outcome(office.try_refund(ids[0], 10, false, "a")) == "idempotency_conflict");
    CHECK(outcome(office.try_refund(ids[0], 0, false, "b", "nothing moves")) == "ok");
    CHECK(outcome(office.try_refund(ids[0], 20, true, "c", "좌석 불량")) == "ok");
    CHECK(outcome(office.try_cancel(mina.user, {ids[1]})) == "ok");
    const auto transfers = must(office->transfers(mina.user, 10), "transfers");
    std::vector<std::string> reasons;
    for (const auto& transfer : transfers) reasons.push_back(transfer.reason);
    // Cancelled, given back twice, paid, recharged.
    CHECK(reasons == std::vector<std::string>{"", "좌석 불량", longest, "", ""});
    CHECK(office.audit() == "");
}

TEST_CASE("who cancels after the house gave a part back gets no more than is left") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto ids = hall.bought(mina, {"1"});
    CHECK(outcome(office.try_refund(ids[0], 60, false, "a")) == "ok");
    const auto cancelled = must(office.try_cancel(mina.user, ids), "cancel");
    CHECK(cancelled.balance == Points{100});
    CHECK(cancelled.items[0].refund == Points{100});
    CHECK(office.audit() == "");
}

TEST_CASE("a concert called off sells nothing more; its holds read released, its sales cancelled, at once") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2"});
    const auto holder = office.comes_with("holder", 500);
    const auto held = office.hold(holder, "3");
    const auto asked = office.comes_with("asked", 500);
    const auto begun = office.begin(asked, office.hold(asked, "4").reservation);
    const auto at = office.call_off();
    CHECK(office.last(EventKind::concert_called_off).concert == office.last_concert());
    office.wait(seconds{1});
    CHECK(office.call_off() == at);
    CHECK(office.state_of(mina, ids[0]) == "cancelled");
    CHECK(office.state_of(holder, held.reservation) == "released");
    CHECK(outcome(office.try_hold(office.comes("late"), "1")) == "called_off");
    CHECK(outcome(office.try_pay(holder, held.reservation)) == "called_off");
    CHECK(outcome(office.try_begin(holder, held.reservation)) == "called_off");
    CHECK(outcome(office.try_capture(asked, begun)) == "called_off");
    CHECK(must(office->dates(Date{}), "dates").empty());
    CHECK(office.audit() == "");

    const auto swept = office.sweep();
    CHECK((swept.refunded == 2 && swept.released == 2 && swept.stuck == 0 && !swept.more));
    CHECK(office.balance(mina.user) == 500);
    CHECK(office.sales() == 0);
    CHECK(office.sweep() == Swept{});
    CHECK(office.available().size() == 4);
    CHECK(office.audit() == "");
    CHECK(outcome(office->execute(CallOff{ConcertId{5}, ""})) == "unknown_concert");
    CHECK(outcome(office->execute(CallOff{office.last_concert(), std::string(201, 'x')})) == "invalid_argument");
    CHECK(outcome(office->execute(SweepRefunds{ConcertId{5}})) == "unknown_concert");
    CHECK(outcome(office->execute(SweepRefunds{office.last_concert(), 0})) == "invalid_argument");
    CHECK(outcome(office->execute(SweepRefunds{office.last_concert(), 10'001})) == "invalid_argument");
}

TEST_CASE("calling off one concert takes nothing of another") {
    RefundHall hall;
    auto& office = hall.office;
    const auto first = office.last_concert();
    const auto mina = office.comes_with("mina", 500);
    const auto of_first = hall.bought(mina, {"1"});
    office.concert("2026-12-25", {{"1", 70}, {"2", 70}});
    const auto again = office.join(mina.user);
    const auto of_second = office.hold(again, "1").reservation;
    office.pay(again, of_second);
    const auto held = office.hold(office.comes("holder"), "2");
    office.call_off(first);
    (void)office.tick();
    CHECK(office.balance(mina.user) == 430);
    CHECK(office.state_of(mina, of_first[0]) == "cancelled");
    CHECK(office.state_of(mina, of_second) == "confirmed");
    CHECK(office.state_of_seat("2") == "held");
    CHECK(office.sales() == 70);
    CHECK(held.deadline > office.now());
    CHECK(office.audit() == "");
}

TEST_CASE("a hold of a concert called off stays released, though its deadline comes before the sweep") {
    RefundHall hall;
    auto& office = hall.office;
    const auto held = office.hold(office.comes("over"), "4");
    office.wait_until(held.deadline);
    const auto lapsing = office.comes("holder");
    const auto order = office.hold_all(lapsing, {"1", "2"});
    office.wait_until(order.deadline - us);
    const auto quick = office.comes("quick");
    const auto live = office.hold(quick, "3").reservation;
    office.call_off();
    CHECK(office.state_of(lapsing, order.order) == "released");
    CHECK(outcome(office.try_release(quick, live)) == "ok");
    CHECK(office.state_of_seat("3") == "available");
    office.wait(us);
    CHECK(office.state_of(lapsing, order.order) == "released");
    SECTION("nobody has swept: giving back what reads released is done") {
        CHECK(outcome(office.try_release(lapsing, order.order)) == "ok");
        CHECK(must(office.try_release_order(lapsing, order.order), "release").released == 0);
    }
    SECTION("a sweep") { CHECK(office.sweep().released == 3); }  // and the one that was over
    SECTION("a tick") { (void)office.tick(); }
    for (const auto& item : order.items) CHECK(office.state_of(lapsing, item.reservation) == "released");
    CHECK(must(office->order(lapsing.user, order.order), "order").total == Points{0});
    CHECK(outcome(office.try_release(lapsing, order.order)) == "ok");
    CHECK(must(office.try_release_order(lapsing, order.order), "release").released == 0);
    const auto over = must(office->user("over"), "over").id;
    CHECK(must(office->reservation(over, held.reservation), "row").state == ReservationState::expired);
    CHECK(outcome(office->execute(ReleaseHold{over, held.reservation})) == "hold_expired");
    CHECK(office.audit() == "");
}

TEST_CASE("until its points have moved, a sale of a concert called off says that all of the rest is to come") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto id = hall.bought(mina, {"1"})[0];
    CHECK(outcome(office.try_refund(id, 30, false, "a")) == "ok");
    office.wait(hours{5});  // the terms would give nothing
    office.call_off();
    const auto promised = must(office->reservation(mina.user, id), "row");
    CHECK((promised.state == ReservationState::cancelled && promised.reservation.refunded == Points{30}));
    CHECK(promised.refund == Points{70});
    CHECK(office.balance(mina.user) == 30);
    (void)office.sweep();
    const auto moved = must(office->reservation(mina.user, id), "row");
    CHECK(moved.reservation.refunded == Points{100});
    CHECK_FALSE(moved.refund);
    CHECK(office.balance(mina.user) == 100);
}

TEST_CASE("a sweep gives back in full, whatever the terms, row by row, each once") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    const auto ids = hall.bought(mina, {"1", "2", "3", "4"});
    CHECK(outcome(office.try_refund(ids[3], 1, false, "a")) == "ok");
    office.wait(hours{5});             // cancelling has closed
    CHECK(office.sweep() == Swept{});  // it is not called off
    office.call_off();
    CHECK(must(office.try_cancel(mina.user, {ids[0]}), "by oneself").refund == Points{100});
    const std::vector<Command> batch{SweepRefunds{office.last_concert(), 2}, SweepRefunds{office.last_concert(), 2}};
    const auto outcomes = office->execute(batch);
    const auto first = std::get<Swept>(*outcomes[0]);
    const auto second = std::get<Swept>(*outcomes[1]);
    CHECK((first.refunded == 2 && first.more));
    CHECK((second.refunded == 1 && !second.more));
    CHECK(office.balance(mina.user) == 500);
    CHECK(office.audit() == "");
}

TEST_CASE("who has no room in the balance is left, counted, and tried again") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto ids = hall.bought(mina, {"1"});
    const auto other = hall.bought(office.comes_with("other", 100), {"2"});
    for (auto left = balance_max.value; left > 0; left -= amount_max.value)
        office.recharge(mina.user, std::min(left, amount_max.value));
    office.call_off();
    const auto swept = office.sweep();
    CHECK((swept.refunded == 1 && swept.stuck == 1 && !swept.more));
    CHECK(office.sweep().stuck == 1);
    CHECK_FALSE(office.tick().more);
    CHECK(office.audit() == "");
    office.concert("2026-12-31", {{"1", 100}});
    office.pay(office.join(mina.user), office.hold(office.join(mina.user), "1").reservation);
    (void)office.tick();
    CHECK(office.balance(mina.user) == balance_max.value);
    CHECK(office.state_of(mina, ids[0]) == "cancelled");
    CHECK(office.audit() == "");
}

TEST_CASE("ticks give back what is left of concerts that were called off, and then write nothing") {
    RefundHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 500);
    (void)hall.bought(mina, {"1", "2"});
    (void)office.hold(office.comes("holder"), "3");
    office.call_off();
    CHECK(office.tick().expired == 3);
    CHECK(office.balance(mina.user) == 500);
    const auto before = office.last_sequence();
    CHECK(office.tick().expired == 0);
    CHECK(office.last_sequence() == before);
    CHECK(must(office->concert(office.last_concert()), "concert").is_settled);
    CHECK(office.audit() == "");
}

TEST_CASE("a tick is short also where several concerts were called off, and counts each row once") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 99;
        o.hold_ttl = minutes{1};
    })};
    for (const auto* date : {"2026-12-24", "2026-12-25"}) {
        std::vector<SeatPrice> seats;
        for (int i = 0; i < 400; ++i) seats.push_back({std::to_string(i), 1});
        office.concert(date, seats);
        office.sell_up_to(50);
        for (int buyer = 0; buyer < 8; ++buyer) {
            std::vector<std::string> numbers;
            for (int i = 0; i < 50; ++i) numbers.push_back(std::to_string(50 * buyer + i));
            const auto who = office.comes_with(date + std::to_string(buyer), 50);
            office.pay(who, office.hold_all(who, numbers).order);
        }
        office.call_off();
    }
    const auto first = office.tick();
    CHECK((first.expired == tick_max && first.more));
    const auto second = office.tick();
    CHECK((second.expired == 800 - tick_max && !second.more));
    CHECK(office.tick() == Ticked{});
    CHECK(office.audit() == "");
}

TEST_CASE("a report counts what was sold, cancelled and given back, by category and type") {
    RefundHall hall;
    auto& office = hall.office;
    const auto full = office.type("full");
    office.set_tariff({{"", full, Points{80}}});
    const auto mina = office.comes_with("mina", 500);
    auto command = office.order_of(mina, {"1", "2", "3"});
    command.items[0].type = full;
    command.items[1].type = full;
    const auto order = must(office->execute(command), "hold");
    office.pay(mina, order.order);
    must(office.try_cancel(mina.user, {order.items[0].reservation}), "cancel");
    const auto report = must(office->sales_report(office.last_concert()), "report");
    REQUIRE(report.rows.size() == 2);
    CHECK(report.rows[0] == SalesRow{"", TypeId{}, 1, 0, Points{100}, Points{0}});
    CHECK(report.rows[1] == SalesRow{"", full, 1, 1, Points{160}, Points{72}});
    CHECK(report.total == SalesRow{"", TypeId{}, 2, 1, Points{260}, Points{72}});
    CHECK((report.net == Points{188} && report.balance == report.net));
    CHECK(outcome(office->sales_report(ConcertId{5})) == "unknown_concert");

    const auto cash = must(office->cash_report(opening, office.now() + us), "cash");
    CHECK((cash.recharge_count == 1 && cash.recharged == Points{500}));
    CHECK(must(office->cash_report(office.now() + us, never), "none") == CashFlow{});
    CHECK(must(office->cash_report(Time::min(), never), "all").recharged == Points{500});
    CHECK(outcome(office->cash_report(never, opening)) == "invalid_argument");
}
