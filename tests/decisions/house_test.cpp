#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

std::string create_concert(Office& office, CreateConcert command) {
    return outcome(office->execute(std::move(command)));
}

CreateConcert concert_in(Office& office) {
    return {*parse_date("2026-12-24"), "Eve", office->main_room(), {{"1", "A", "1", Points{100}, 1.5, -2.5}}};
}

NewSeat numbered(const std::string& number) { return {number, "", "", Points{0}}; }

}  // namespace

TEST_CASE("a user has an external id of their own, and an empty account") {
    Office office;
    const auto mina = office.user("mina");
    CHECK(office->user("mina")->id == mina);
    CHECK(office->user(mina)->external_id == "mina");
    CHECK(office->user(mina)->created_at == opening);
    CHECK(office.balance(mina) == 0);
    CHECK(outcome(office->execute(CreateUser{"mina"})) == "user_exists");
    CHECK(outcome(office->execute(CreateUser{"Mina"})) == "ok");  // compared as bytes
    CHECK(outcome(office->execute(CreateUser{""})) == "invalid_argument");
    CHECK(outcome(office->execute(CreateUser{std::string(255, 'a')})) == "ok");
    CHECK(outcome(office->execute(CreateUser{std::string(256, 'a')})) == "invalid_argument");
    CHECK(outcome(office->execute(CreateUser{"a\xED\xA0\x80"})) == "invalid_argument");
    CHECK(outcome(office->user("nobody")) == "unknown_user");
    CHECK(outcome(office->user(UserId{})) == "unknown_user");
    CHECK(outcome(office->user(UserId{5})) == "unknown_user");
}

TEST_CASE("a room has a name of its own; main is always there") {
    Office office;
    CHECK(office->room("main")->id == office->main_room());
    const auto vip = office.room("vip");
    CHECK(office->room("vip")->id == vip);
    CHECK(outcome(office->execute(CreateRoom{"vip", {}})) == "room_exists");
    CHECK(outcome(office->execute(CreateRoom{"main", {}})) == "room_exists");
    CHECK(outcome(office->execute(CreateRoom{"", {}})) == "invalid_argument");
    CHECK(outcome(office->room("nowhere")) == "unknown_room");

    RoomLimits limits;
    limits.active_capacity = -1;
    CHECK(outcome(office->execute(CreateRoom{"bad", limits})) == "invalid_argument");
    CHECK(outcome(office->execute(ChangeRoom{vip, limits})) == "invalid_argument");
    limits = {};
    limits.waiting_ttl = hours{24} + us;  // longer than identity_ttl
    CHECK(outcome(office->execute(CreateRoom{"bad", limits})) == "invalid_argument");
    CHECK(outcome(office->execute(ChangeRoom{vip, limits})) == "invalid_argument");
    CHECK(outcome(office->execute(CreateRoom{"vip", limits})) == "invalid_argument");  // shape before existence
    CHECK(outcome(office->execute(ChangeRoom{RoomId{}, limits})) == "invalid_argument");
    limits.waiting_ttl = hours{24};
    CHECK(outcome(office->execute(ChangeRoom{vip, limits})) == "ok");
    CHECK(outcome(office->execute(ChangeRoom{RoomId{}, {}})) == "unknown_room");
    CHECK(outcome(office->execute(ChangeRoom{RoomId{9}, {}})) == "unknown_room");
}

TEST_CASE("the limits of a room live in the store, and a change is an event") {
    Office office;
    RoomLimits limits;
    limits.active_capacity = 3;
    office.change_room(limits);
    CHECK(office->room("main")->limits == limits);
    const auto changed = office.last(EventKind::room_changed);
    CHECK(changed.room == office->main_room());
    CHECK(changed.amount == 3);

    office.close();
    Office again{room_for(77), nullptr, office.shared_store()};  // the options made the room once, and no more
    CHECK(again->room("main")->limits == limits);
}

TEST_CASE("a concert comes with its first seats") {
    Office office;
    const auto eve = must(office->execute(concert_in(office)), "create").id;
    const auto concert = *office->concert(eve);
    CHECK(to_text(concert.date) == "2026-12-24");
    CHECK(concert.title == "Eve");
    CHECK(concert.room == office->main_room());
    CHECK(concert.created_at == opening);
    const auto seat = office->seat(eve, "1")->seat;
    CHECK(seat.facts == SeatFacts{"1", "A", "1", Points{100}, 1.5, -2.5, "1"});
    CHECK(office.last(EventKind::concert_created).amount == 1);

    auto without_seats = concert_in(office);
    without_seats.seats.clear();
    CHECK(create_concert(office, without_seats) == "ok");
}

TEST_CASE("a concert is refused where something of it is wrong, shape before existence") {
    Office office;
    const auto with = [&](auto change) {
        auto command = concert_in(office);
        change(command);
        return create_concert(office, command);
    };
    const auto before = office.dump();
    CHECK(with([](CreateConcert& c) { c.room = RoomId{}; }) == "unknown_room");
    CHECK(with([](CreateConcert& c) { c.room = RoomId{5}; }) == "unknown_room");
    CHECK(with([](CreateConcert& c) { c.title = ""; }) == "invalid_argument");
    CHECK(with([](CreateConcert& c) { c.title = std::string(201, 't'); }) == "invalid_argument");
    CHECK(with([](CreateConcert& c) { c.date = Date{std::chrono::days{-1}}; }) == "invalid_date");
    CHECK(with([](CreateConcert& c) { c.date = Date{std::chrono::year{9999} / 12 / 31} + std::chrono::days{1}; }) ==
          "invalid_date");
    CHECK(with([](CreateConcert& c) { c.seats.push_back(c.seats[0]); }) == "seat_exists");
    CHECK(with([](CreateConcert& c) { c.seats[0].number = ""; }) == "invalid_argument");
    CHECK(with([](CreateConcert& c) { c.seats[0].price = Points{-1}; }) == "invalid_argument");
    CHECK(with([](CreateConcert& c) { c.title = "", c.room = RoomId{}; }) == "invalid_argument");
    CHECK(with([](CreateConcert& c) { c.seats.push_back(c.seats[0]), c.room = RoomId{}; }) == "seat_exists");
    CHECK(office.dump() == before);
    CHECK(with([](CreateConcert& c) { c.date = Date{}; }) == "ok");
    CHECK(with([](CreateConcert& c) { c.date = Date{std::chrono::year{9999} / 12 / 31}; }) == "ok");
}

TEST_CASE("a date far outside the calendar does not wrap into it") {
    Office office;
    for (const int days : {24'000'000, 30'000'000, 100'000'000, 2'000'000'000, -2'000'000'000}) {
        auto command = concert_in(office);
        command.date = Date{std::chrono::days{days}};
        CAPTURE(days, to_text(command.date));
        CHECK(create_concert(office, command) == "invalid_date");
    }
}

TEST_CASE("seats are added all or none") {
    Office office;
    const auto concert = office.concert("2026-12-24", {{"1", 10}});
    const auto add = [&](std::vector<NewSeat> seats, ConcertId to) {
        return outcome(office->execute(AddSeats{to, std::move(seats)}));
    };
    CHECK(add({{"2", "", "", Points{5}}, {"3", "", "", Points{5}}}, concert) == "ok");
    CHECK(office.last(EventKind::seats_added).amount == 2);
    CHECK(office.available() == std::vector<std::string>{"1", "2", "3"});

    const auto before = office.dump();
    CHECK(add({{"4", "", "", Points{5}}, {"1", "", "", Points{5}}}, concert) == "seat_exists");
    CHECK(add({{"4", "", "", Points{5}}, {"4", "", "", Points{5}}}, concert) == "seat_exists");
    CHECK(add({{"4", "", "", Points{5}}, {"5", "", "", Points{-5}}}, concert) == "invalid_argument");
    CHECK(add({}, concert) == "invalid_argument");
    CHECK(add({{"4", "", "", Points{5}}}, ConcertId{}) == "unknown_concert");
    CHECK(add({{"4", "", "", Points{5}}}, ConcertId{8}) == "unknown_concert");
    CHECK(add({}, ConcertId{8}) == "invalid_argument");
    CHECK(office.dump() == before);

    const auto other = office.concert("2026-12-25", {});
    CHECK(add({{"1", "", "", Points{5}}}, other) == "ok");  // unique in its concert only
}

TEST_CASE("a seat made blocked is off sale from the start, and told of as one blocked later is") {
    Office office;
    auto command = concert_in(office);
    command.seats = {{.number = "1", .price = Points{10}}, {.number = "2", .price = Points{}, .is_blocked = true}};
    const auto sequence = office.last_sequence();
    const auto concert = must(office->execute(command), "create").id;
    CHECK(office.kinds(sequence) == std::vector<std::string>{"concert_created", "seat_blocked"});
    CHECK(office.last(EventKind::concert_created).amount == 2);
    CHECK(office.last(EventKind::seat_blocked).seat == office.seat("2", concert));
    CHECK(office.last(EventKind::seat_blocked).concert == concert);
    CHECK(office.state_of_seat("2", concert) == "blocked");

    const AddSeats more{concert,
                        {{.number = "3", .price = Points{5}, .is_blocked = true}, {.number = "4", .price = {}}}};
    CHECK(outcome(office->execute(more)) == "ok");
    CHECK(office.last(EventKind::seat_blocked).seat == office.seat("3", concert));
    CHECK(office.available(concert) == std::vector<std::string>{"1", "4"});
    CHECK(*office->seat_counts(concert) == SeatCounts{2, 0, 0, 2});
    CHECK(office.audit() == "");
    CHECK(outcome(office->execute(UnblockSeat{office.seat("3", concert)})) == "ok");
    CHECK(office.available(concert) == std::vector<std::string>{"1", "3", "4"});
    CHECK(office.audit() == "");
}

TEST_CASE("blocking takes a seat off sale, and unblocking puts it back") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    CHECK(outcome(office.try_block("1")) == "ok");
    CHECK(office.state_of_seat("1") == "blocked");
    CHECK(office.available() == std::vector<std::string>{"2"});
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_block("1")) == "ok");  // already: done, and nothing happens
    CHECK(office.last_sequence() == sequence);

    CHECK(outcome(office.try_unblock("1")) == "ok");
    CHECK(office.state_of_seat("1") == "available");
    CHECK(outcome(office.try_unblock("1")) == "ok");
    CHECK(office.kinds(sequence) == std::vector<std::string>{"seat_unblocked"});

    CHECK(outcome(office->execute(BlockSeat{SeatId{}})) == "unknown_seat");
    CHECK(outcome(office->execute(BlockSeat{SeatId{3}})) == "unknown_seat");
    CHECK(outcome(office->execute(UnblockSeat{SeatId{}})) == "unknown_seat");
    CHECK(outcome(office->execute(UnblockSeat{SeatId{3}})) == "unknown_seat");
}

TEST_CASE("blocking a held or sold seat is refused; an expired hold is retired first") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}, {"2", 0}});
    const auto mina = office.comes("mina");
    const auto held = office.hold(mina, "1");
    CHECK(outcome(office.try_block("1")) == "seat_unavailable");
    CHECK(outcome(office.try_unblock("1")) == "ok");  // not blocked: done, and still held
    CHECK(office.state_of_seat("1") == "held");

    office.wait_until(held.deadline - us);
    CHECK(outcome(office.try_block("1")) == "seat_unavailable");
    office.wait(us);
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_block("1")) == "ok");
    CHECK(office.kinds(sequence) == std::vector<std::string>{"hold_expired", "seat_blocked"});
    CHECK(office.last(EventKind::hold_expired).deadline == held.deadline);

    const auto yuna = office.comes("yuna");
    (void)office.pay(yuna, office.hold(yuna, "2").reservation);
    CHECK(outcome(office.try_block("2")) == "seat_unavailable");
    CHECK(outcome(office.try_hold(office.comes("hana"), "1")) == "seat_unavailable");
    CHECK(office.audit() == "");
}

TEST_CASE("a concert moves to another room only while nobody holds a seat of it") {
    Office office{options_with([](Options& o) { o.hold_ttl = minutes{1}, o.capture_ttl = minutes{1}; })};
    const auto balcony = office.room("balcony");
    const auto other = office.concert("2026-12-25", {{"1", 0}});
    const auto concert = office.concert("2026-12-24", {{"1", 10}, {"2", 10}, {"3", 0}});
    const auto move = [&](RoomId room, std::int64_t version) {
        return office->execute(ChangeConcert{concert, *parse_date("2026-12-24"), "moved", never, false, version, room});
    };
    CHECK(outcome(move(RoomId{5}, 1)) == "unknown_room");
    CHECK(outcome(move(balcony, 2)) == "stale_version");
    CHECK(outcome(move(RoomId{}, 1)) == "unknown_room");

    const auto mina = office.comes("mina");
    const auto held = office.hold(mina, "1");
    CHECK(outcome(move(balcony, 1)) == "seats_held");
    CHECK(outcome(move(office->main_room(), 1)) == "ok");  // where it is already
    office.wait_until(held.deadline - us);
    CHECK(outcome(move(balcony, 2)) == "seats_held");
    office.wait(us);
    CHECK(outcome(move(balcony, 2)) == "ok");  // a hold that has run out is none, retired or not
    CHECK(office.last(EventKind::concert_changed).room == balcony);
    CHECK(must(office->concert(concert), "concert").room == balcony);

    // A payment under way keeps the hold, to its last moment; what is sold hinders nobody, nor does another concert's hold.
    const auto juno = office.comes_with("juno", 100, balcony);
    const auto begun = office.begin(juno, office.hold(juno, "2").reservation);
    CHECK(outcome(move(office->main_room(), 3)) == "seats_held");
    CHECK(outcome(office.try_capture(juno, begun)) == "ok");
    const auto hana = office.comes("hana");
    CHECK(outcome(office->execute(HoldSeat{hana.user, hana.token, office.seat("1", other), {}})) == "ok");
    CHECK(outcome(move(office->main_room(), 3)) == "ok");
    const auto yuna = office.comes_with("yuna", 100);
    const auto late = office.begin(yuna, office.hold(yuna, "1").reservation);
    office.wait_until(late.deadline - us);
    CHECK(outcome(move(balcony, 4)) == "seats_held");
    office.wait(us);
    CHECK(outcome(move(balcony, 4)) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("who has a place in the room that a concert was in keeps it, and joins the new room for the concert") {
    Office office;
    const auto balcony = office.room("balcony");
    const auto other = office.concert("2026-12-25", {{"1", 0}});
    const auto concert = office.concert("2026-12-24", {{"1", 0}});
    const auto mina = office.comes("mina");
    CHECK(office.is_turn(mina));
    must(office->execute(ChangeConcert{concert, *parse_date("2026-12-24"), "x", never, false, 1, balcony}), "move");
    CHECK(office.is_turn(mina));
    CHECK(outcome(office.try_hold(mina, "1")) == "not_your_turn");
    CHECK(outcome(office->execute(HoldSeat{mina.user, mina.token, office.seat("1", other), {}})) == "ok");
    const auto again = office.join(mina.user, balcony);
    CHECK(outcome(office->execute(ReleaseHold{
              mina.user, must(office->reservations(mina.user, 1), "hold").front().reservation.id})) == "ok");
    CHECK(outcome(office.try_hold(again, "1")) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("in a batch a concert moves after what comes before it, and before what comes behind it") {
    Office office;
    const auto balcony = office.room("balcony");
    const auto concert = office.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    const auto mina = office.comes("mina");
    const auto juno = office.comes("juno", balcony);
    const auto held = office.hold(mina, "1");
    ChangeConcert move{concert, *parse_date("2026-12-24"), "x", never, false, 1, balcony};
    const std::vector<Command> batch{move,  // refused: it is held
                                     ReleaseHold{mina.user, held.reservation},
                                     HoldSeat{mina.user, mina.token, office.seat("2"), {}},
                                     move,  // refused: another one is
                                     ReleaseOrder{mina.user, ReservationId{5}},
                                     Leave{mina.user, mina.token},
                                     move,
                                     HoldSeat{juno.user, juno.token, office.seat("2"), {}}};
    std::vector<std::string> outcomes;
    for (const auto& one : office->execute(batch)) outcomes.push_back(outcome(one));
    CHECK(outcomes ==
          std::vector<std::string>{"seats_held", "ok", "ok", "seats_held", "unknown_reservation", "ok", "ok", "ok"});
    CHECK(office.audit() == "");
}

TEST_CASE("a concert of which nothing was ever held goes as if it had never been") {
    Office office;
    const auto stays = office.concert("2026-12-24", {{"1", 0}});
    (void)office.hold(office.comes("mina"), "1");
    const auto rows = [&] {  // but for the outbox, which tells of it
        auto text = office.dump();
        return text.substr(0, text.find("events"));
    };
    const auto before = rows();
    const auto concert = office.concert("2026-12-25", {{"1", 10}, {"2", 10}});
    const auto seat = office.seat("1");
    const auto full = office.type("full");
    (void)office.type("child", 1, full);
    office.set_tariff({{"", full, Points{5}}, {"", TypeId{}, Points{6}}});
    CHECK(outcome(office.try_block("2")) == "ok");
    office.call_off();
    CHECK(outcome(office->execute(DeleteConcert{ConcertId{5}, 1})) == "unknown_concert");
    CHECK(outcome(office->execute(DeleteConcert{ConcertId{}, 1})) == "unknown_concert");
    CHECK(outcome(office->execute(DeleteConcert{concert, 1})) == "stale_version");  // calling off was a change
    CHECK(outcome(office->execute(DeleteConcert{concert, 2})) == "ok");
    CHECK(rows() == before);
    const auto told = office.last(EventKind::concert_deleted);
    CHECK((told.concert == concert && !told.seat && told.amount == 0));
    CHECK(office.audit() == "");

    CHECK(outcome(office->execute(DeleteConcert{concert, 2})) == "unknown_concert");
    CHECK(outcome(office->concert(concert)) == "unknown_concert");
    CHECK(outcome(office->sale(concert)) == "unknown_concert");
    CHECK(outcome(office->tariff(concert)) == "unknown_concert");
    CHECK(outcome(office->ticket_types(concert)) == "unknown_concert");
    CHECK(outcome(office->seats(concert)) == "unknown_concert");
    CHECK(outcome(office->seat_counts(concert)) == "unknown_concert");
    CHECK(outcome(office->sales_report(concert)) == "unknown_concert");
    CHECK(outcome(office->seat(concert, "1")) == "unknown_seat");
    CHECK(outcome(office->execute(AddSeats{concert, {numbered("3")}})) == "unknown_concert");
    CHECK(outcome(office->execute(CallOff{concert, ""})) == "unknown_concert");
    CHECK(outcome(office->execute(SweepRefunds{concert})) == "unknown_concert");
    CHECK(outcome(office->execute(ChangeSale{concert, {}, 2})) == "unknown_concert");
    CHECK(outcome(office->execute(CreateType{concert, "adult", 0, {}})) == "unknown_concert");
    CHECK(outcome(office->execute(BlockSeat{seat})) == "unknown_seat");
    const auto juno = office.comes("juno");
    CHECK(outcome(office->execute(HoldSeat{juno.user, juno.token, seat, {}})) == "unknown_seat");
    CHECK(outcome(office->execute(HoldSeats{juno.user, juno.token, concert, {{seat}}})) == "unknown_concert");
    CHECK(must(office->concerts(Date{}), "concerts").size() == 1);
    CHECK(must(office->stats(), "stats").seats.all() == 1);
    CHECK(office.tick().expired == 0);
    CHECK(must(office->concert(stays), "it stays").version == 1);
}

TEST_CASE("a concert of which anything was ever held stays") {
    Office office;
    const auto is_kept = [&](const std::function<void(const Buyer&)>& happens) {
        static int count = 0;
        const auto concert = office.concert("2026-12-24", {{"1", 10}});
        happens(office.comes_with("u" + std::to_string(++count), 10));
        const auto before = office.dump();
        const auto version = must(office->concert(concert), "concert").version;
        CHECK(outcome(office->execute(DeleteConcert{concert, version})) == "has_history");
        CHECK(office.dump() == before);
        CHECK(office.audit() == "");
    };
    is_kept([&](const Buyer& buyer) { (void)office.hold(buyer, "1"); });
    is_kept(
        [&](const Buyer& buyer) { must(office.try_release(buyer, office.hold(buyer, "1").reservation), "release"); });
    is_kept([&](const Buyer& buyer) { office.wait_until(office.hold(buyer, "1").deadline); });
    is_kept([&](const Buyer& buyer) {
        office.wait_until(office.hold(buyer, "1").deadline);
        (void)office.tick();
    });
    is_kept([&](const Buyer& buyer) { (void)office.pay(buyer, office.hold(buyer, "1").reservation); });
    is_kept([&](const Buyer& buyer) {
        const auto paid = office.pay(buyer, office.hold(buyer, "1").reservation);
        must(office.try_refund(paid.reservation, 10, true, "k"), "refund");
    });
    is_kept([&](const Buyer& buyer) {
        (void)office.hold(buyer, "1");
        office.call_off();
        (void)office.sweep();
        office.wait(hours{48});
        (void)office.tick();
    });
}

TEST_CASE("a concert's id may be ahead of its time, and a hold of it behind the id: it stays all the same") {
    const auto store = std::make_shared<MemoryStore>();
    const auto clock = std::make_shared<VirtualClock>(opening);
    Office one{{}, nullptr, store, clock};
    Office other{{}, nullptr, store, clock};
    CreateConcert large{*parse_date("2026-12-24"), "large", one->main_room(), {}};
    for (int i = 0; i < 9'000; ++i)
        large.seats.push_back(numbered(std::to_string(i)));  // two milliseconds' ids and more
    const std::vector<Command> batch{large, CreateConcert{large.date, "small", large.room, {numbered("1")}}};
    const auto made = std::get<Created<ConcertId>>(must(one->execute(batch).back(), "concert")).id;
    const auto mina = other.comes("mina");
    const auto seat = must(other->seat(made, "1"), "seat").seat.id;
    const auto held = must(other->execute(HoldSeat{mina.user, mina.token, seat, {}}), "hold");
    REQUIRE(held.reservation.value < made.value);
    must(other.try_release(mina, held.reservation), "release");
    CHECK(outcome(one->execute(DeleteConcert{made, 1})) == "has_history");
    CHECK(outcome(other->execute(DeleteConcert{made, 1})) == "has_history");
}

TEST_CASE("in a batch a concert goes after what comes before it, and is gone for what comes behind it") {
    Office office;
    const auto concert = office.concert("2026-12-24", {{"1", 0}});
    const auto held = office.concert("2026-12-25", {{"1", 0}});
    const auto mina = office.comes("mina");
    const auto seat = office.seat("1", concert);
    const std::vector<Command> batch{AddSeats{concert, {numbered("2")}},
                                     DeleteConcert{concert, 1},
                                     HoldSeat{mina.user, mina.token, seat, {}},
                                     AddSeats{concert, {numbered("3")}},
                                     HoldSeat{mina.user, mina.token, office.seat("1", held), {}},
                                     DeleteConcert{held, 1},
                                     DeleteConcert{concert, 1}};
    std::vector<std::string> outcomes;
    for (const auto& one : office->execute(batch)) outcomes.push_back(outcome(one));
    CHECK(outcomes == std::vector<std::string>{"ok", "ok", "unknown_seat", "unknown_concert", "ok", "has_history",
                                               "unknown_concert"});
    CHECK(office.audit() == "");
}
