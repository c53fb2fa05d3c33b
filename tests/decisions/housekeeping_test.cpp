#include <set>

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a tick retires what has expired and nobody has met, with the true deadlines") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 3;
        o.hold_ttl = minutes{2};
    })};
    office.concert("2026-12-24", {{"1", 10}});
    const auto holder = office.comes_with("holder", 100);
    const auto absent = office.comes("absent");
    const auto payer = office.comes("payer");
    const auto held = office.hold(holder, "1");
    const auto begun = office.begin(holder, held.reservation);
    (void)office.try_arrive(payer);
    CHECK(office.tick().expired == 0);

    office.wait(seconds{60});  // the absent one's claim and the payment
    auto sequence = office.last_sequence();
    auto ticked = office.tick();
    CHECK(ticked.expired == 2);
    CHECK_FALSE(ticked.more);
    auto kinds = office.kinds(sequence);
    CHECK(std::set<std::string>(kinds.begin(), kinds.end()) ==
          std::set<std::string>{"payment_failed", "place_expired"});
    CHECK(office.last(EventKind::payment_failed).payment == begun.payment);
    CHECK(office->payment(holder.user, begun.payment)->history.back().at == begun.deadline);
    CHECK(office.last(EventKind::place_expired).token == absent.token);
    CHECK(office.last(EventKind::place_expired).deadline == opening + seconds{60});

    office.wait(hours{1});
    sequence = office.last_sequence();
    CHECK(office.tick().expired == 3);  // two places and a hold
    CHECK(office.last(EventKind::hold_expired).deadline == held.deadline);
    CHECK(office.last(EventKind::hold_expired).at == office.now());
    CHECK(office.tick().expired == 0);
    CHECK(office->room("main")->admitted_count == 0);
    CHECK(office.audit() == "");
}

TEST_CASE("in a batch, a tick counts what it retired itself") {
    Office office{options_with([](Options& o) { o.hold_ttl = minutes{1}; })};
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    (void)office.hold(mina, "1");
    (void)office.try_arrive(yuna);
    office.wait(minutes{2});
    const std::vector<Command> commands{HoldSeat{yuna.user, yuna.token, office.seat("1"), ""}, Tick{}, Tick{}};
    const auto outcomes = office->execute(commands);
    REQUIRE(outcome(outcomes[0]) == "ok");  // it met the hold that had run out
    CHECK(std::get<Ticked>(*outcomes[1]).expired == 0);
    CHECK(std::get<Ticked>(*outcomes[2]).expired == 0);
}

TEST_CASE("a tick lets in those whose turn it is") {
    Office office{room_for(1)};
    (void)office.comes("a");
    const auto b = office.comes("b");
    office.wait(seconds{60});
    (void)office.tick();
    CHECK(office.last(EventKind::place_admitted).token == b.token);
}

TEST_CASE("a tick is refused where it is told of events that cannot be") {
    Office office;
    CHECK(outcome(office->execute(Tick{-1})) == "invalid_argument");
    CHECK(outcome(office->execute(Tick{0})) == "ok");
}

TEST_CASE("a tick does no more than so much, and says that there is more") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 0;
        o.main_room.waiting_ttl = minutes{1};
    })};
    constexpr std::int64_t crowd = tick_max + 7;
    std::vector<Command> commands;
    for (std::int64_t i = 0; i < crowd; ++i) commands.emplace_back(CreateUser{"u" + std::to_string(i)});
    const auto users = office->execute(commands);
    commands.clear();
    for (const auto& user : users)
        commands.emplace_back(Join{std::get<Created<UserId>>(*user).id, office->main_room()});
    (void)office->execute(commands);
    CHECK(office->room("main")->waiting_count == crowd);
    office.wait(minutes{2});
    auto ticked = office.tick();
    CHECK(ticked.expired == tick_max);
    CHECK(ticked.more);
    ticked = office.tick();
    CHECK(ticked.expired == 7);
    CHECK_FALSE(ticked.more);
    CHECK(office->room("main")->waiting_count == 0);
    CHECK(office.audit() == "");
}

TEST_CASE("a tick prunes finished tokens after identity_ttl, and no others") {
    Office office{options_with([](Options& o) {
        o.main_room.active_ttl = hours{100};
        o.main_room.arrive_ttl = hours{100};
    })};
    const auto over = office.comes("over");
    const auto live = office.comes("live");
    office.leave(over);
    const auto place_rows = [&] {
        const auto dump = office.dump();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = dump.find("\ntokens ", at)) != std::string::npos; ++at) ++count;
        return count;
    };
    office.wait(hours{24} - milliseconds{1});
    (void)office.tick();
    CHECK(place_rows() == 2);
    office.wait(milliseconds{2});
    (void)office.tick();
    CHECK(place_rows() == 1);
    CHECK(outcome(office.try_arrive(live)) == "ok");
    CHECK(outcome(office.try_arrive(over)) == "invalid_token");
    CHECK(office.audit() == "");
}

TEST_CASE("a tick prunes the events that the host has consumed; sequences go on, those of rooms stay") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}});
    const auto mina = office.comes_with("mina", 5);
    const auto last = office.last_sequence();
    (void)office.tick(0);
    CHECK(office.events().size() == static_cast<std::size_t>(last));
    (void)office.tick(2);
    CHECK(office.events(0).front().kind == EventKind::room_created);
    CHECK(office.events(1).front().sequence == 3);
    (void)office.tick(1'000'000);
    (void)office.hold(mina, "1");
    CHECK(office.last_sequence() == last + 2);
    CHECK(office.balance(mina.user) == 5);
    CHECK(office.audit() == "");
}

TEST_CASE("every kind of event appears, in commit order, numbered without a gap") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.hold_ttl = minutes{1};
        o.capture_ttl = minutes{1};
    })};
    const auto concert = office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    office.room("vip");
    office.change_room(office->options().main_room);
    (void)office->execute(AddSeats{concert, {{"3", "", "", Points{0}}}});
    (void)office.try_block("3");
    (void)office.try_unblock("3");
    const auto mina = office.comes_with("mina", 100);
    (void)office.comes("absent");
    const auto lapsed = office.hold(mina, "1");
    office.wait_until(lapsed.deadline);
    (void)office.try_release(mina, office.hold(mina, "1").reservation);
    const auto held = office.hold(mina, "1");
    office.wait(seconds{30});
    const auto failed = office.begin(mina, held.reservation);
    (void)office.try_fail(mina, failed);
    (void)office.try_fail(mina, failed, "tx");  // an approval that comes too late
    CHECK(office->execute(ReconcilePayment{failed.payment, "tx"}));
    (void)office.try_capture(mina, office.begin(mina, held.reservation));
    office.wait(seconds{60});
    office.leave(office.comes("leaver"));
    const auto second = office.concert("2026-12-25", {{"1", 10}, {"2", 10}});
    office.sell_up_to(2);
    office.set_tariff({{"", office.type("full"), Points{5}}});
    (void)office->execute(ChangeConcert{second, *parse_date("2026-12-26"), "moved", never, false, 1});
    const auto group = office.comes_with("group", 100);
    office.pay(group, office.hold_all(group, {"1", "2"}).order);
    office.call_off();
    CHECK(office.sweep().refunded == 2);
    CHECK(office->execute(DeleteConcert{office.concert("2026-12-27", {{"1", 10}}), 1}));

    std::set<std::string> seen;
    std::int64_t sequence = 0;
    Time before{};
    for (const auto& event : office.events()) {
        CHECK(event.sequence == ++sequence);
        CHECK(event.at >= before);
        before = event.at;
        seen.insert(std::string{name_of(event.kind)});
    }
    const std::set<std::string> all{
#define X(name, number) #name,
        BOXOFFICE_EVENTS(X)
#undef X
    };
    CHECK(seen == all);
    CHECK(office->events_after(sequence - 2, 10)->size() == 2);
    CHECK(office->events_after(0, 3)->size() == 3);
    CHECK(office->events_after(sequence, 10)->empty());
    CHECK(outcome(office->events_after(0, 0)) == "invalid_argument");
    CHECK(outcome(office->events_after(0, 100'001)) == "invalid_argument");
    CHECK(office.audit() == "");
}
