// Terms, tariffs and types: when a concert is sold, at which prices, and that a promise is kept.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

struct TermsHall {
    TermsHall() : office{room_for(99)} { office.concert("2026-12-24", {{"1", 40}, {"2", 40}, {"3", 40}, {"4", 40}}); }
    Office office;
};

Terms terms_with(const std::function<void(Terms&)>& change) {
    Terms terms;
    terms.seats_per_order = 4;
    change(terms);
    return terms;
}

}  // namespace

TEST_CASE("a concert is made with the seed's terms: always on sale, one seat an order, paid for good") {
    TermsHall hall;
    const auto sale = must(hall.office->sale(hall.office.last_concert()), "sale");
    CHECK((sale.id.version == 1 && sale.terms == Terms{} && sale.tariff == 0 && sale.made_at == opening));
    const auto mina = hall.office.comes_with("mina", 100);
    CHECK(outcome(hall.office.try_hold_all(mina, {"1", "2"})) == "order_limit");
    const auto paid = hall.office.pay(mina, hall.office.hold(mina, "1").reservation);
    CHECK(outcome(hall.office.try_cancel(mina.user, {paid.reservation})) == "cancel_closed");
    CHECK(outcome(hall.office->sale(ConcertId{5})) == "unknown_concert");
}

TEST_CASE("at opens_at exactly it is on sale, at closes_at exactly it is not") {
    TermsHall hall;
    auto& office = hall.office;
    const auto opens = office.now() + minutes{10};
    const auto closes = office.now() + minutes{20};
    office.change_sale(terms_with([&](Terms& t) { t.opens_at = opens, t.closes_at = closes; }));
    const auto early = office.comes("early");
    const auto refused = office.try_hold(early, "1");
    REQUIRE(outcome(refused) == "not_on_sale");
    CHECK(refused.error().about == std::vector{to_us(opens)});
    office.wait_until(opens - us);
    CHECK(outcome(office.try_hold(office.comes("a"), "1")) == "not_on_sale");
    office.wait(us);
    CHECK(outcome(office.try_hold(office.comes("b"), "1")) == "ok");
    office.wait_until(closes - us);
    const auto last = office.comes_with("last", 100);
    const auto held = office.hold(last, "2");
    office.wait(us);
    const auto late = office.try_hold(office.comes("late"), "3");
    REQUIRE(outcome(late) == "not_on_sale");
    CHECK(late.error().about.empty());
    CHECK(outcome(office.try_pay(last, held.reservation)) == "ok");  // what is held is paid
    CHECK(office.audit() == "");
}

TEST_CASE("a pause stops new holds, not the payment of one") {
    TermsHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    const auto held = office.hold(mina, "1");
    office.change_sale(terms_with([](Terms& t) { t.is_paused = true; }));
    CHECK(outcome(office.try_hold(office.comes("late"), "2")) == "not_on_sale");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok");
    office.change_sale(terms_with([](Terms&) {}));
    CHECK(outcome(office.try_hold(office.comes("later"), "2")) == "ok");
}

TEST_CASE("who changes terms that changed meanwhile is refused") {
    TermsHall hall;
    auto& office = hall.office;
    const auto concert = office.last_concert();
    CHECK(must(office->execute(ChangeSale{concert, Terms{}, 1}), "change").version == 2);
    CHECK(outcome(office->execute(ChangeSale{concert, Terms{}, 1})) == "stale_version");
    CHECK(outcome(office->execute(SetTariff{concert, {}, 1})) == "stale_version");
    CHECK(must(office->execute(SetTariff{concert, {}, 2}), "tariff").version == 3);
    CHECK(outcome(office->execute(ChangeSale{ConcertId{5}, Terms{}, 1})) == "unknown_concert");
    CHECK(outcome(office->execute(SetTariff{ConcertId{5}, {}, 1})) == "unknown_concert");
    CHECK(office.last(EventKind::tariff_changed).subject == 3);
    const std::vector<Command> batch{ChangeSale{concert, Terms{}, 3}, ChangeSale{concert, Terms{}, 4}};
    for (const auto& done : office->execute(batch)) CHECK(outcome(done) == "ok");
}

TEST_CASE("terms out of range are refused") {
    TermsHall hall;
    const auto with = [&](const std::function<void(Terms&)>& change) {
        return outcome(hall.office->execute(ChangeSale{hall.office.last_concert(), terms_with(change), 1}));
    };
    const auto now = hall.office.now();
    CHECK(with([](Terms& t) { t.seats_per_order = 0; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.seats_per_order = 51; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.seats_per_user = -1; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.seats_per_user = 10'001; }) == "invalid_argument");
    CHECK(with([&](Terms& t) { t.opens_at = t.closes_at = now; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.opens_at = Time{} - us; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.hold_ttl = seconds{1} - us; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.hold_ttl = hours{24} + us; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.refund_steps = {{never, 1'001}}; }) == "invalid_argument");
    CHECK(with([](Terms& t) { t.refund_steps = {{never, -1}}; }) == "invalid_argument");
    CHECK(with([&](Terms& t) { t.refund_steps = {{now, 5}, {now, 4}}; }) == "invalid_argument");
    CHECK(with([&](Terms& t) {
              for (int i = 0; i < 9; ++i) t.refund_steps.push_back({now + seconds{i}, 1});
          }) == "invalid_argument");
    CHECK(with([&](Terms& t) {
              t = {now, now + us, true, 50, 10'000, hours{24}, {}};
              for (int i = 0; i < 8; ++i) t.refund_steps.push_back({now + seconds{i}, 1'000 - i});
          }) == "ok");
}

TEST_CASE("a hold keeps the terms under which it was made: its price, deadline and what comes back") {
    TermsHall hall;
    auto& office = hall.office;
    office.change_sale(terms_with([](Terms& t) { t.hold_ttl = minutes{9}, t.refund_steps = {{never, 750}}; }));
    office.set_tariff({{"", TypeId{}, Points{24}}});
    const auto mina = office.comes_with("mina", 100);
    const auto order = office.hold_all(mina, {"1", "2"});
    CHECK((order.total == Points{48} && order.deadline == office.now() + minutes{9}));
    office.change_sale(terms_with([](Terms& t) { t.hold_ttl = seconds{10}, t.is_paused = true; }));
    office.set_tariff({{"", TypeId{}, Points{99}}});
    office.wait(minutes{8});
    CHECK(office.pay(mina, order.order).amount == Points{48});
    CHECK(must(office.try_cancel(mina.user, {order.order}), "cancel").refund == Points{18});
    CHECK(office.audit() == "");
}

TEST_CASE("a payment keeps a seat no longer than the terms of its hold and capture_ttl") {
    TermsHall hall;
    auto& office = hall.office;
    office.change_sale(terms_with([](Terms& t) { t.hold_ttl = seconds{60}; }));
    const auto mina = office.comes_with("mina", 100);
    const auto held = office.hold(mina, "1");
    office.wait(seconds{50});
    const auto first = office.begin(mina, held.reservation);
    CHECK(first.deadline == held.deadline + seconds{50});
    office.wait(seconds{40});
    CHECK(outcome(office.try_fail(mina, first)) == "ok");
    CHECK(office.begin(mina, held.reservation).deadline == held.deadline + seconds{60});
}

TEST_CASE("V1: a price is its category's and type's, and without a type the seat's own where the tariff has none") {
    TermsHall hall;
    auto& office = hall.office;
    CreateConcert command{*parse_date("2026-12-25"), "tariff", office->main_room(), {}};
    for (const auto* number : {"A1", "A2", "A3", "B1"}) {
        NewSeat seat{number, "", "", Points{100}};
        seat.category = std::string{number}.substr(0, 1);
        command.seats.push_back(seat);
    }
    const auto concert = must(office->execute(command), "concert").id;
    const auto full = must(office->execute(CreateType{concert, "full", 0, {}}), "full").id;
    const auto child = must(office->execute(CreateType{concert, "child", 2, full}), "child").id;
    CHECK(must(office->execute(ChangeSale{concert, terms_with([](Terms&) {}), 1}), "terms").version == 2);
    CHECK(must(office->execute(
                   SetTariff{concert, {{"A", full, Points{80}}, {"A", child, Points{0}}, {"B", full, Points{60}}}, 2}),
               "tariff")
              .version == 3);
    const auto seat = [&](const char* number) { return office.seat(number, concert); };
    int users = 0;
    const auto hold = [&](std::vector<OrderItem> items, std::optional<Points> expect = {}) {
        const auto buyer = office.comes("u" + std::to_string(++users));
        return office->execute(HoldSeats{buyer.user, buyer.token, concert, std::move(items), expect, {}});
    };
    const auto family = hold({{seat("A1"), full}, {seat("A2"), child}, {seat("A3"), child}});
    REQUIRE(outcome(family) == "ok");
    CHECK(family->total == Points{80});
    CHECK(family->items[1].type == child);
    CHECK(outcome(hold({{seat("B1"), child}})) == "type_rule");  // no price there
    const auto plain = hold({{seat("B1")}}, Points{100});
    CHECK(outcome(plain) == "ok");
    CHECK(must(office->tariff(concert), "tariff").size() == 3);
    CHECK(must(office->ticket_types(concert), "types").front().name == "child");
    CHECK(outcome(office->tariff(ConcertId{5})) == "unknown_concert");
    CHECK(outcome(office->ticket_types(ConcertId{5})) == "unknown_concert");
    CHECK(office.audit() == "");
}

TEST_CASE("types go together: so many an order, and only beside the one that is needed") {
    TermsHall hall;
    auto& office = hall.office;
    office.sell_up_to(4);
    const auto full = office.type("full");
    const auto child = office.type("child", 2, full);
    office.set_tariff({{"", full, Points{10}}, {"", child, Points{5}}});
    const auto hold = [&](const std::vector<TypeId>& types) {
        static int users = 0;
        const auto buyer = office.comes("t" + std::to_string(++users));
        auto command = office.order_of(buyer, {});
        for (std::size_t i = 0; i < types.size(); ++i)
            command.items.push_back({office.seat(std::to_string(i + 1)), types[i]});
        const auto done = office->execute(command);
        if (done) CHECK(outcome(office.try_release_order(buyer, done->order)) == "ok");
        return outcome(done);
    };
    CHECK(hold({child}) == "type_rule");
    CHECK(hold({child, TypeId{}}) == "type_rule");
    CHECK(hold({child, full}) == "ok");
    CHECK(hold({full, child, child}) == "ok");
    CHECK(hold({full, child, child, child}) == "type_rule");
    CHECK(hold({TypeId{5}}) == "unknown_type");
    const auto other =
        must(office->execute(CreateConcert{*parse_date("2026-12-26"), "x", office->main_room(), {}}), "x");
    const auto foreign = must(office->execute(CreateType{other.id, "foreign", 0, {}}), "foreign").id;
    CHECK(hold({foreign}) == "unknown_type");
}

TEST_CASE("an order's limit counts seats of all types together, a type's limit that type alone") {
    TermsHall hall;
    auto& office = hall.office;
    office.sell_up_to(3);
    const auto full = office.type("full");
    const auto child = office.type("child", 1);
    office.set_tariff({{"", full, Points{10}}, {"", child, Points{5}}});
    const auto hold = [&](const std::string& user, const std::vector<TypeId>& types) {
        const auto buyer = office.comes(user);
        auto command = office.order_of(buyer, {});
        for (std::size_t i = 0; i < types.size(); ++i)
            command.items.push_back({office.seat(std::to_string(i + 1)), types[i]});
        const auto done = office->execute(command);
        if (done) CHECK(outcome(office.try_release_order(buyer, done->order)) == "ok");
        return outcome(done);
    };
    CHECK(hold("a", {full, full, child, TypeId{}}) == "order_limit");  // no type has more than the order may have
    CHECK(hold("b", {child, child}) == "type_rule");
    CHECK(hold("c", {full, full, child}) == "ok");  // that one type is used up stops no other
}

TEST_CASE("what a sale refuses it refuses alike as one seat and in an order") {
    TermsHall hall;
    auto& office = hall.office;
    const auto mina = office.comes_with("mina", 100);
    office.pay(mina, office.hold(mina, "4").reservation);
    const auto holder = office.comes("holder");
    (void)office.hold(holder, "3");
    const auto again = office.join(mina.user);
    const auto refused = [&](const Buyer& buyer, const std::string& number) {
        const auto one = outcome(office.try_hold(buyer, number));
        CHECK(outcome(office.try_hold_all(buyer, {number})) == one);
        return one;
    };
    CHECK(refused(again, "4") == "seat_unavailable");
    CHECK(refused(again, "3") == "seat_unavailable");
    CHECK(refused(holder, "1") == "hold_limit");
    office.change_sale(terms_with([](Terms& t) { t.seats_per_user = 1; }));
    CHECK(refused(again, "1") == "purchase_limit");
    office.change_sale(terms_with([](Terms& t) { t.is_paused = true; }));
    CHECK(refused(again, "1") == "not_on_sale");
    office.change_sale(terms_with([&](Terms& t) { t.opens_at = office.now() + us; }));
    CHECK(refused(again, "1") == "not_on_sale");
    office.change_sale(terms_with([&](Terms& t) { t.closes_at = office.now(); }));
    CHECK(refused(again, "1") == "not_on_sale");
    office.call_off();
    CHECK(refused(again, "1") == "called_off");
    CHECK(office.available().size() == 2);
}

TEST_CASE("a type has a name of its own in its concert, and needs one that is there") {
    TermsHall hall;
    auto& office = hall.office;
    const auto concert = office.last_concert();
    const auto full = office.type("full");
    CHECK(outcome(office->execute(CreateType{concert, "full", 0, {}})) == "type_exists");
    CHECK(outcome(office->execute(CreateType{concert, "", 0, {}})) == "invalid_argument");
    CHECK(outcome(office->execute(CreateType{concert, "x", 51, {}})) == "invalid_argument");
    CHECK(outcome(office->execute(CreateType{concert, "x", 0, TypeId{5}})) == "unknown_type");
    CHECK(outcome(office->execute(CreateType{ConcertId{5}, "x", 0, {}})) == "unknown_concert");
    CHECK(office.last(EventKind::type_created).subject == full.value);
    for (int i = 1; i < 100; ++i) office.type("t" + std::to_string(i));
    CHECK(outcome(office->execute(CreateType{concert, "one too many", 0, {}})) == "invalid_argument");
}

TEST_CASE("a tariff has one price a category and type, of types that the concert has") {
    TermsHall hall;
    auto& office = hall.office;
    const auto set = [&](std::vector<TariffRow> rows) {
        return outcome(office->execute(SetTariff{office.last_concert(), std::move(rows), 1}));
    };
    CHECK(set({{"A", TypeId{}, Points{1}}, {"A", TypeId{}, Points{2}}}) == "invalid_argument");
    CHECK(set({{"A", TypeId{}, Points{-1}}}) == "invalid_argument");
    CHECK(set({{std::string(65, 'A'), TypeId{}, Points{1}}}) == "invalid_argument");
    CHECK(set({{"A", TypeId{5}, Points{1}}}) == "unknown_type");
    std::vector<TariffRow> many;
    for (int i = 0; i < 501; ++i) many.push_back({std::to_string(i), TypeId{}, Points{1}});
    CHECK(set(many) == "invalid_argument");
    many.pop_back();
    CHECK(set(many) == "ok");
}

TEST_CASE("who expects another total is refused, and told what it is now") {
    TermsHall hall;
    auto& office = hall.office;
    office.sell_up_to(4);
    const auto mina = office.comes("mina");
    auto command = office.order_of(mina, {"1", "2"});
    command.expect_total = Points{80};
    office.set_tariff({{"", TypeId{}, Points{50}}});
    const auto refused = office->execute(command);
    REQUIRE(outcome(refused) == "price_changed");
    CHECK(refused.error().about == std::vector<std::int64_t>{100});
    CHECK(office.available().size() == 4);
    command.expect_total = Points{100};
    CHECK(outcome(office->execute(command)) == "ok");
}

TEST_CASE("opening a sale and holding work in their order within a batch, prices too") {
    TermsHall hall;
    auto& office = hall.office;
    const auto concert = office.last_concert();
    office.change_sale(terms_with([](Terms& t) { t.is_paused = true; }));
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const std::vector<Command> batch{office.order_of(a, {"1", "2"}), ChangeSale{concert, terms_with([](Terms&) {}), 2},
                                     SetTariff{concert, {{"", TypeId{}, Points{7}}}, 3},
                                     office.order_of(b, {"1", "2"})};
    const auto outcomes = office->execute(batch);
    CHECK(outcome(outcomes[0]) == "not_on_sale");
    REQUIRE(outcome(outcomes[3]) == "ok");
    CHECK(std::get<HeldOrder>(*outcomes[3]).total == Points{14});
    CHECK(office.audit() == "");
}

TEST_CASE("a total above 10^12 is no order") {
    TermsHall hall;
    auto& office = hall.office;
    office.concert("2026-12-25", {{"1", amount_max.value}, {"2", 1}});
    office.sell_up_to(2);
    CHECK(outcome(office.try_hold_all(office.comes("rich"), {"1", "2"})) == "invalid_argument");
    CHECK(outcome(office.try_hold_all(office.comes("richer"), {"1"})) == "ok");
}

TEST_CASE("a concert's facts change by version; a hidden one is in no list") {
    TermsHall hall;
    auto& office = hall.office;
    const auto concert = office.last_concert();
    const auto starts = office.now() + hours{48};
    const ChangeConcert change{concert, *parse_date("2026-12-31"), "moved", starts, true, 1};
    CHECK(must(office->execute(change), "change").version == 2);
    CHECK(outcome(office->execute(change)) == "stale_version");
    const auto now = must(office->concert(concert), "concert");
    CHECK((now.title == "moved" && now.starts_at == starts && now.is_hidden && to_text(now.date) == "2026-12-31"));
    CHECK(must(office->concerts(Date{}), "concerts").empty());
    CHECK(must(office->dates(Date{}), "dates").empty());
    CHECK(outcome(office->concert(*parse_date("2026-12-31"))) == "unknown_concert");
    CHECK(outcome(office.try_hold(office.comes("knows it"), "1")) == "ok");
    CHECK(outcome(office->execute(ChangeConcert{concert, *parse_date("2026-12-31"), "", never, false, 2})) ==
          "invalid_argument");
    CHECK(outcome(office->execute(ChangeConcert{concert, last_date + std::chrono::days{1}, "x", never, false, 2})) ==
          "invalid_date");
    CHECK(outcome(office->execute(ChangeConcert{concert, Date{} - std::chrono::days{1}, "x", never, false, 2})) ==
          "invalid_date");
    CHECK(to_text(last_date) == "9999-12-31");
    CHECK(outcome(office->execute(ChangeConcert{ConcertId{5}, *parse_date("2026-12-31"), "x", never, false, 1})) ==
          "unknown_concert");
    CHECK(office.last(EventKind::concert_changed).subject == 2);
}
