#include <limits>
#include <set>

#include "support/faulty_store.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("joining admits at once while there is room, and then gives places in line") {
    Office office{room_for(2)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto c = office.comes("c");
    const auto d = office.comes("d");
    CHECK(office.is_turn(a));
    CHECK(office.is_turn(b));
    CHECK_FALSE(office.is_turn(c));
    const auto peeked = *office.peek(d);
    CHECK_FALSE(peeked.is_turn);
    CHECK(peeked.position == 4);
    CHECK(peeked.ahead == 1);
    CHECK_FALSE(peeked.estimated_wait);
    CHECK(peeked.occurred_at == opening);
    CHECK(peeked.deadline == issued_at(d.token) + hours{24});
    CHECK(peeked.next_poll > Duration{0});
    CHECK(peeked.next_poll <= seconds{20});
    CHECK(office->room("main")->serving == 2);
    CHECK(office.audit() == "");
}

TEST_CASE("joining needs a user and a room") {
    Office office;
    const auto mina = office.user("mina");
    CHECK(outcome(office.try_join(UserId{})) == "unknown_user");
    CHECK(outcome(office.try_join(UserId{5})) == "unknown_user");
    CHECK(outcome(office.try_join(mina, RoomId{5})) == "unknown_room");
    CHECK(outcome(office->execute(Join{mina, RoomId{}})) == "unknown_room");
    CHECK(outcome(office->execute(Join{UserId{5}, RoomId{5}})) == "unknown_user");  // the user before the room
}

TEST_CASE("joining again returns the same place, waiting or admitted") {
    Office office{room_for(1)};
    const auto a = office.user("a");
    const auto b = office.user("b");
    const auto first = *office.try_join(a);
    const auto second = *office.try_join(b);
    CHECK(first.state == PlaceState::admitted);
    CHECK(second.state == PlaceState::waiting);
    CHECK_FALSE(first.again);
    CHECK(first.identity_until == issued_at(first.claims.token) + hours{24});
    const auto sequence = office.last_sequence();
    office.wait(seconds{30});
    for (const auto& [user, joined] : {std::pair{a, first}, std::pair{b, second}}) {
        const auto again = *office.try_join(user);
        CHECK(again.again);
        CHECK(again.claims == joined.claims);
        CHECK(again.state == joined.state);
        CHECK(again.identity_until == joined.identity_until);
    }
    CHECK(office.last_sequence() == sequence);  // and has no effect; above all it does not show up
}

TEST_CASE("a place that ended is not returned: joining gives a new one behind the others") {
    Office office{room_for(1)};
    const auto a = office.user("a");
    const auto first = office.join(a);
    SECTION("it was left") { office.leave(first); }
    SECTION("it expired, at exactly arrive_ttl") { office.wait(seconds{60}); }
    SECTION("it was completed") {
        office.concert("2026-12-24", {{"1", 0}});
        (void)office.pay(first, office.hold(first, "1").reservation);
    }
    const auto second = office.join(a);
    CHECK(second.token != first.token);
    CHECK(second.position == 2);
    CHECK(office.is_turn(second));
    CHECK(office.audit() == "");
}

TEST_CASE("an admitted place has until arrive_ttl to show up") {
    Office office{room_for(1)};
    const auto a = office.comes("a");
    SECTION("just before: its turn runs from then") {
        office.wait(seconds{60} - us);
        const auto peeked = *office.peek(a);
        CHECK(peeked.is_turn);
        CHECK(peeked.deadline == office.now() + minutes{5});
        CHECK(office.last(EventKind::place_arrived).deadline == office.now() + minutes{5});
    }
    SECTION("exactly at it: too late") {
        office.wait(seconds{60});
        CHECK(outcome(office.peek(a)) == "place_expired");
        CHECK(outcome(office.try_arrive(a)) == "place_expired");
        const auto expired = office.last(EventKind::place_expired);
        CHECK(expired.deadline == opening + seconds{60});
        CHECK(expired.token == a.token);
    }
    SECTION("just after: too late, and the event tells the true time") {
        office.wait(seconds{60} + us);
        CHECK(outcome(office.try_arrive(a)) == "place_expired");
        CHECK(office.last(EventKind::place_expired).deadline == opening + seconds{60});
        CHECK(office.last(EventKind::place_expired).at == opening + seconds{60} + us);
    }
}

TEST_CASE("a turn shorter than the time to show up ends for those who wait when it ends, not later") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.main_room.arrive_ttl = seconds{40};
        o.main_room.active_ttl = seconds{10};
    })};
    const auto first = office.comes("first");
    const auto second = office.comes("second");
    office.wait(seconds{1});
    CHECK(must(office.try_arrive(first), "arrive").deadline == opening + seconds{11});
    CHECK(office.audit() == "");
    office.wait(seconds{10} - us);
    CHECK_FALSE(office.is_turn(second));
    office.wait(us);
    CHECK(office.is_turn(second));
}

TEST_CASE("who was admitted in a batch ends in time for those who wait, whatever the batch does to the room") {
    Office office{room_for(2)};
    auto limits = office->options().main_room;
    limits.arrive_ttl = seconds{60};
    office.change_room(limits);
    const auto gone = office.comes("gone");  // until when it had to show up stays the room's bound
    office.leave(gone);
    office.wait(seconds{61});
    const auto stays = office.comes("stays");
    CHECK(must(office.try_arrive(stays), "arrive").deadline == office.now() + minutes{5});
    const auto [a, b] = std::pair{office.user("a"), office.user("b")};
    const auto outcomes = office->execute(std::vector<Command>{
        Join{a, office->main_room()}, Join{b, office->main_room()}, ChangeRoom{office->main_room(), limits}});
    CHECK(std::get<Joined>(*outcomes[0]).state == PlaceState::admitted);
    CHECK(office.audit() == "");
    office.wait(seconds{60});
    CHECK(std::get<Joined>(*office->execute(std::vector<Command>{Join{b, office->main_room()}})[0]).state ==
          PlaceState::admitted);
}

TEST_CASE("showing up counts once; claiming again answers the same") {
    Office office;
    const auto a = office.comes("a");
    const auto first = *office.try_arrive(a);
    CHECK(first.deadline == opening + minutes{5});
    CHECK(first.turn_until == opening + minutes{5});
    office.wait(minutes{5} - us);
    const auto sequence = office.last_sequence();
    CHECK(*office.try_arrive(a) == first);
    CHECK(office.peek(a)->deadline == first.deadline);
    CHECK(office.last_sequence() == sequence);
    office.wait(us);
    CHECK(outcome(office.try_arrive(a)) == "place_expired");
    CHECK(outcome(office.peek(a)) == "place_expired");
}

TEST_CASE("the first command of an admitted place shows up, even when it is refused") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}});
    const auto a = office.comes("a");
    const auto sequence = office.last_sequence();
    SECTION("a hold of no seat") {
        CHECK(outcome(office->execute(HoldSeat{a.user, a.token, SeatId{5}, ""})) == "unknown_seat");
    }
    SECTION("a payment of no reservation") {
        CHECK(outcome(office.try_pay(a, ReservationId{5})) == "reservation_mismatch");
    }
    SECTION("a beginning of a payment of no reservation") {
        CHECK(outcome(office.try_begin(a, ReservationId{5})) == "reservation_mismatch");
    }
    SECTION("a capture of no payment") {
        CHECK(outcome(office.try_capture(a, {PaymentId{5}, ReservationId{5}, {}, {}})) == "unknown_payment");
    }
    CHECK(office.kinds(sequence) == std::vector<std::string>{"place_arrived"});
    CHECK(office.last(EventKind::place_arrived).token == a.token);
    CHECK(office.last(EventKind::place_arrived).deadline == opening + minutes{5});
}

TEST_CASE("a command of a malformed shape does not even meet its place") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}});
    const auto a = office.comes("a");
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_hold(a, "1", "a key with blanks")) == "invalid_argument");
    CHECK(office.last_sequence() == sequence);
}

TEST_CASE("claiming and leaving need the user's own token") {
    Office office{room_for(1)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto sequence = office.last_sequence();
    for (const auto& [user, token] : {std::pair{b.user, a.token}, std::pair{a.user, TokenId{}},
                                      std::pair{a.user, TokenId{5}}, std::pair{UserId{}, a.token}}) {
        CHECK(outcome(office->execute(Arrive{user, token})) == "invalid_token");
        CHECK(outcome(office->execute(Leave{user, token})) == "invalid_token");
    }
    CHECK(office.last_sequence() == sequence);  // another's attempt does not show up for one
    CHECK(outcome(office.try_arrive(b)) == "not_your_turn");
}

TEST_CASE("leaving gives the place up, releases its holds and lets the next one in") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.holds_per_user = 2;
    })};
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto one = office.hold(a, "1");
    const auto two = office.hold(a, "2");
    const auto sequence = office.last_sequence();
    CHECK(office.leave(a) == 2);
    CHECK(office.kinds(sequence) ==
          std::vector<std::string>{"hold_released", "hold_released", "place_left", "place_admitted"});
    CHECK(office.state_of(a, one.reservation) == "released");
    CHECK(office.state_of(a, two.reservation) == "released");
    CHECK(office.available() == std::vector<std::string>{"1", "2"});
    CHECK(office.is_turn(b));
    CHECK(office.leave(a) == 0);  // given up already: done
    CHECK(outcome(office.try_arrive(a)) == "place_left");
    CHECK(outcome(office.peek(a)) == "place_left");
    CHECK(outcome(office.try_hold(a, "1")) == "not_your_turn");
    CHECK(outcome(office.try_pay(a, one.reservation)) == "not_your_turn");
    CHECK(office.audit() == "");
}

TEST_CASE("leaving while waiting gives up one's place in line, and the one behind moves up") {
    Office office{room_for(1)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto c = office.comes("c");
    office.leave(b);
    CHECK(outcome(office.try_arrive(b)) == "place_left");
    CHECK_FALSE(office.peek(b)->is_turn);  // a place that left may read as waiting until serving passes it
    office.leave(a);
    CHECK(office.is_turn(c));
    CHECK(outcome(office.peek(b)) == "place_left");
    CHECK(office.audit() == "");
}

TEST_CASE("a place that is over cannot be left") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}});
    const auto a = office.comes("a");
    SECTION("completed") {
        (void)office.pay(a, office.hold(a, "1").reservation);
        CHECK(outcome(office.try_leave(a)) == "place_completed");
        CHECK(outcome(office.try_arrive(a)) == "place_completed");
        CHECK(outcome(office.peek(a)) == "place_completed");
    }
    SECTION("expired") {
        office.wait(seconds{60});
        CHECK(outcome(office.try_leave(a)) == "place_expired");
        CHECK(office.last(EventKind::place_expired).deadline == opening + seconds{60});
    }
}

TEST_CASE("holds that ran out are not released by leaving") {
    Office office{options_with([](Options& o) { o.hold_ttl = seconds{10}; })};
    office.concert("2026-12-24", {{"1", 10}});
    const auto a = office.comes("a");
    const auto held = office.hold(a, "1");
    office.wait(seconds{10});
    CHECK(office.leave(a) == 0);
    CHECK(office.state_of(a, held.reservation) == "expired");
    CHECK(office.last(EventKind::hold_expired).deadline == held.deadline);
}

TEST_CASE("waiting ends waiting_ttl after the issue of the token") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 0;
        o.main_room.waiting_ttl = minutes{10};
    })};
    const auto a = office.comes("a");
    office.wait(minutes{10} - us);
    CHECK_FALSE(office.is_turn(a));
    CHECK(outcome(office.try_arrive(a)) == "not_your_turn");
    office.wait(us);
    CHECK(outcome(office.peek(a)) == "place_expired");
    CHECK(outcome(office.try_arrive(a)) == "place_expired");
    CHECK(office.last(EventKind::place_expired).deadline == opening + minutes{10});
    CHECK(office->room("main")->waiting_count == 0);
    CHECK(office.join(a.user).position == 2);
}

TEST_CASE("who waited too long is passed over") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.main_room.waiting_ttl = minutes{4};
    })};
    const auto a = office.comes("a");
    (void)office.try_arrive(a);
    const auto b = office.comes("b");
    office.wait(minutes{3});
    const auto c = office.comes("c");
    office.wait(minutes{2});  // a's turn ends; b has waited five minutes, c two
    CHECK(office.is_turn(c));
    CHECK(outcome(office.peek(b)) == "place_expired");
    CHECK(office.audit() == "");
}

TEST_CASE("the queue is full where queue_capacity wait") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.main_room.queue_capacity = 1;
    })};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto c = office.user("c");
    CHECK(outcome(office.try_join(c)) == "queue_full");
    CHECK(outcome(office.try_join(b.user)) == "ok");  // who waits already is told again
    CHECK(outcome(office.try_join(a.user)) == "ok");
    office.leave(b);
    CHECK(outcome(office.try_join(c)) == "ok");
}

TEST_CASE("places that waited too long do not fill the queue") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 0;
        o.main_room.queue_capacity = 1;
        o.main_room.waiting_ttl = minutes{1};
    })};
    (void)office.comes("a");
    const auto b = office.user("b");
    office.wait(minutes{1} - us);
    CHECK(outcome(office.try_join(b)) == "queue_full");
    office.wait(us);
    CHECK(outcome(office.try_join(b)) == "ok");
}

TEST_CASE("a queue of capacity 0 lets in whom it need not keep waiting") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.main_room.queue_capacity = 0;
    })};
    const auto a = office.comes("a");
    const auto b = office.user("b");
    CHECK(outcome(office.try_join(b)) == "queue_full");
    office.wait(seconds{60});
    CHECK(outcome(office.try_join(b)) == "ok");  // a never showed up
    CHECK(outcome(office.peek(a)) == "place_expired");
}

TEST_CASE("lowering the capacity only stops admission; raising it lets people in") {
    Office office{room_for(3)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    office.change_room(room_for(1).main_room);
    const auto c = office.comes("c");
    CHECK(office.is_turn(a));
    CHECK(office.is_turn(b));
    CHECK_FALSE(office.is_turn(c));
    office.leave(a);
    CHECK_FALSE(office.is_turn(c));
    const auto d = office.comes("d");
    office.change_room(room_for(3).main_room);
    CHECK(office.is_turn(c));
    CHECK(office.is_turn(d));
    CHECK(office.audit() == "");
}

TEST_CASE("a rate admits evenly spaced, however long nobody came") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 100;
        o.main_room.admissions_per_second = 2;
    })};
    office.wait(hours{1});
    std::vector<Buyer> buyers;
    for (int i = 0; i < 4; ++i) buyers.push_back(office.comes("u" + std::to_string(i)));
    for (int admitted = 1; admitted <= 4; ++admitted) {
        for (int i = 0; i < 4; ++i) {
            CAPTURE(admitted, i);
            CHECK(office.is_turn(buyers[static_cast<std::size_t>(i)]) == (i < admitted));
        }
        office.wait(Duration{499'999});
        if (admitted < 4) CHECK_FALSE(office.is_turn(buyers[static_cast<std::size_t>(admitted)]));
        office.wait(us);
    }
    CHECK(office.audit() == "");
}

TEST_CASE("the wait is estimated from the last admissions, and unknown under ten of them") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1'000;
        o.main_room.admissions_per_second = 1;
    })};
    for (int i = 0; i < 30; ++i) (void)office.comes("u" + std::to_string(i));
    const auto last = office.comes("last");
    for (int second = 1; second <= 12; ++second) {
        const auto peeked = *office.peek(last);
        CAPTURE(second, peeked.ahead, peeked.estimated_wait.value_or(Duration{-1}).count());
        if (peeked.ahead > 20) CHECK_FALSE(peeked.estimated_wait);
        if (peeked.ahead < 19) CHECK(peeked.estimated_wait == Duration{(peeked.ahead + 1) * 1'000'000});
        CHECK(peeked.next_poll <= seconds{20});
        office.wait(seconds{1});
    }
    // A host can sign whatever it likes: an endless line, but no overflow.
    auto claims = must(office->authenticate(last.text), "claims");
    claims.position = std::numeric_limits<Position>::max() / 2;
    const auto endless = must(office->peek(office->token_text(claims)), "peek");
    CHECK(endless.estimated_wait == Duration::max());
    CHECK(endless.next_poll <= seconds{20});
}

TEST_CASE("people who join together do not come back together") {
    Office office{room_for(0)};
    std::set<std::int64_t> polls;
    for (int i = 0; i < 50; ++i) polls.insert(office.peek(office.comes("u" + std::to_string(i)))->next_poll.count());
    CHECK(polls.size() > 25);
    CHECK(*polls.begin() >= 10'000'000);
    CHECK(*polls.rbegin() <= 20'000'000);
}

TEST_CASE("rooms do not disturb each other") {
    Office office{room_for(1)};
    const auto vip = office.room("vip", room_for(1).main_room);
    const auto a = office.user("a");
    const auto in_main = office.join(a);
    const auto in_vip = office.join(a, vip);
    CHECK(in_main.token != in_vip.token);
    CHECK(in_vip.position == 1);
    CHECK(office.is_turn(in_main));
    CHECK(office.is_turn(in_vip));
    office.leave(in_main);
    CHECK(office.is_turn(in_vip));
}

TEST_CASE("a snapshot answers those who wait as peek does, and asks no store") {
    auto faults = std::make_shared<Faults>();
    Office office{room_for(1), nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto c = office.comes("c");
    const auto snapshot = [&](const Buyer& buyer) { return must(office->peek_snapshot(buyer.text), "snapshot"); };
    (void)office.peek(c);  // looks whether other processes have committed

    for (const auto point : {FaultPoint::begin, FaultPoint::read}) faults->plan(point, FaultKind::storage, 1'000);
    const auto seen = snapshot(c);
    const auto peeked = must(office.peek(c), "peek");
    REQUIRE(seen);
    CHECK_FALSE(seen->is_turn);
    CHECK(seen->position == 3);
    CHECK(seen->ahead == 1);
    CHECK(seen->deadline == peeked.deadline);
    CHECK(seen->next_poll == peeked.next_poll);
    CHECK(seen->occurred_at == peeked.occurred_at);
    CHECK_FALSE(snapshot(a));  // whose turn it is, the store knows
    CHECK(faults->struck() == 0);
    CHECK(outcome(office->peek_snapshot("nonsense")) == "invalid_token");

    office.wait(office->options().snapshot_age_max - us);
    CHECK(snapshot(c));
    office.wait(us);
    CHECK_FALSE(snapshot(c));  // time to look for others' admissions
    faults->clear();
    (void)office.peek(c);
    CHECK(snapshot(c));

    office.wait(minutes{1});  // a never showed up: an admission is due
    (void)office->stats();
    CHECK_FALSE(snapshot(b));
    CHECK(office.is_turn(b));
    CHECK_FALSE(snapshot(b));
    CHECK(snapshot(c));
    office.wait(hours{24});
    CHECK(outcome(office->peek_snapshot(c.text)) == "invalid_token");
}

TEST_CASE("a look says what peek says, and leaves arriving to whoever looks") {
    auto faults = std::make_shared<Faults>();
    Office office{room_for(1), nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    const auto look = [&](const Buyer& buyer) { return must(office->look(buyer.text), "look"); };

    faults->plan(FaultPoint::begin, FaultKind::busy, 1'000);  // another process is deciding, and stays
    const auto first = look(a);
    CHECK(first.peeked.is_turn);
    CHECK(first.peeked.deadline == office.now() + office->options().main_room.arrive_ttl);
    REQUIRE(first.arrive);
    CHECK(outcome(office->peek(a.text)) == "busy");
    CHECK_FALSE(look(b).peeked.is_turn);
    CHECK_FALSE(look(b).arrive);
    faults->clear();

    const auto arrived = must(office->execute(*first.arrive), "arrive");
    const auto again = look(a);
    CHECK_FALSE(again.arrive);
    CHECK(again.peeked.deadline == arrived.deadline);
    CHECK(must(office->peek(a.text), "peek").deadline == arrived.deadline);
    office.leave(a);
    CHECK(outcome(office->look(a.text)) == "place_left");
    CHECK(look(b).arrive);
    CHECK(outcome(office->look("nonsense")) == "invalid_token");
}
