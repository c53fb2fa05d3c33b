#include "boxoffice/domain/waiting_room.hpp"


#include "support/catch.hpp"
#include "support/outcome.hpp"
#include "support/refuses.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;
using boxoffice::testing::refuses;

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr Duration us{1};

const Time start = Time{*parse_date("2026-12-01")};

TokenId token_at(Time t) { return TokenId{tsid::first_at(t) + 1}; }

Room room_of(std::int64_t capacity, std::int64_t rate = 0) {
    Room room;
    room.id = RoomId{7};
    room.limits.active_capacity = capacity;
    room.limits.admissions_per_second = rate;
    return room;
}

Place place_in(Room& room, Time now = start) { return *join(room, UserId{room.last_position + 1}, token_at(now), now); }

Place admitted_in(Room& room, Time now = start) {
    auto place = place_in(room, now);
    admit(room, place, now);
    return place;
}

}  // namespace

TEST_CASE("the life of a place is the table of the header") {
    Room room = room_of(10);
    Place place = place_in(room);
    CHECK(place.state == PlaceState::waiting);  // join
    CHECK(room.waiting_count == 1);

    SECTION("waiting, its turn comes: admitted") {
        admit(room, place, start);
        CHECK(place.state == PlaceState::admitted);
        CHECK(place.admitted_at == start);
        CHECK(room.waiting_count == 0);
        CHECK(room.admitted_count == 1);
        CHECK(room.serving == place.position);
    }
    SECTION("waiting, leave: left") {
        finish(room, place, PlaceState::left, start + us);
        CHECK(place.state == PlaceState::left);
        CHECK(place.finished_at == start + us);
        CHECK(room.waiting_count == 0);
        CHECK(room.admitted_count == 0);
    }
    SECTION("waiting, waiting_ttl after issue has passed: expired") {
        CHECK(state_at(place, room.limits, start + hours{24} - us) == PlaceState::waiting);
        CHECK(state_at(place, room.limits, start + hours{24}) == PlaceState::expired);
        CHECK(state_at(place, room.limits, start + hours{24} + us) == PlaceState::expired);
    }
    SECTION("admitted, last live hold is paid: completed") {
        admit(room, place, start);
        finish(room, place, PlaceState::completed, start + us);
        CHECK(place.state == PlaceState::completed);
        CHECK(room.admitted_count == 0);
    }
    SECTION("admitted, leave: left") {
        admit(room, place, start);
        finish(room, place, PlaceState::left, start + us);
        CHECK(place.state == PlaceState::left);
        CHECK(room.admitted_count == 0);
    }
    SECTION("admitted, its deadline has passed: expired") {
        admit(room, place, start);
        CHECK(state_at(place, room.limits, start + seconds{60} - us) == PlaceState::admitted);
        CHECK(state_at(place, room.limits, start + seconds{60}) == PlaceState::expired);
        CHECK(state_at(place, room.limits, start + seconds{60} + us) == PlaceState::expired);
    }
    SECTION("what is finished stays so, whatever the time") {
        admit(room, place, start);
        for (const auto end : {PlaceState::completed, PlaceState::left, PlaceState::expired}) {
            Room copy = room;
            Place finished = place;
            finish(copy, finished, end, start);
            CHECK(state_at(finished, room.limits, start) == end);
            CHECK(state_at(finished, room.limits, start + hours{100}) == end);
            CHECK_FALSE(is_live(finished, room.limits, start));
            CHECK_FALSE(arrive(finished, room.limits, start));
        }
    }
}

TEST_CASE("S3: each transition of a place demands its state before it") {
    using State = PlaceState;
    for (const auto state : {State::waiting, State::admitted, State::completed, State::left, State::expired}) {
        CAPTURE(state);
        Room room;
        Place place;
        place.token = TokenId{tsid::first_at(start)};
        const auto again = [&] {
            place.state = state;
            place.deadline = start + seconds{60};
        };
        again();
        CHECK(refuses([&] { admit(room, place, start); }) == (state != State::waiting));
        CHECK(refuses([&] { again(), extend(place, start); }) == (state != State::admitted));
        const bool is_live_state = state == State::waiting || state == State::admitted;
        CHECK(refuses([&] { again(), finish(room, place, State::left, start); }) == !is_live_state);
        CHECK(refuses([&] { again(), finish(room, place, State::expired, start); }) == !is_live_state);
        CHECK(refuses([&] { again(), finish(room, place, State::completed, start); }) == (state != State::admitted));
    }
}

TEST_CASE("why a place has no turn") {
    CHECK(outcome(reason_of(PlaceState::waiting)) == "not_your_turn");
    CHECK(outcome(reason_of(PlaceState::completed)) == "place_completed");
    CHECK(outcome(reason_of(PlaceState::left)) == "place_left");
    CHECK(outcome(reason_of(PlaceState::expired)) == "place_expired");
    CHECK(name_of(PlaceState::waiting) == "waiting");
    CHECK(name_of(PlaceState::expired) == "expired");
}

TEST_CASE("showing up moves the deadline from arrive_ttl to active_ttl, once") {
    Room room = room_of(1);
    Place place = admitted_in(room);
    CHECK(place.deadline == start + seconds{60});
    CHECK(place.arrived_at == never);
    CHECK(place.turn_until == never);

    SECTION("just before the claim's deadline") {
        const auto now = start + seconds{60} - us;
        CHECK(arrive(place, room.limits, now));
        CHECK(place.arrived_at == now);
        CHECK(place.turn_until == now + minutes{5});
        CHECK(place.deadline == now + minutes{5});
        CHECK_FALSE(arrive(place, room.limits, now + us));
        CHECK(place.arrived_at == now);
        CHECK(place.deadline == now + minutes{5});
    }
    SECTION("exactly at it, or after: too late") {
        CHECK_FALSE(arrive(place, room.limits, start + seconds{60}));
        CHECK_FALSE(arrive(place, room.limits, start + seconds{60} + us));
        CHECK(place.arrived_at == never);
    }
    SECTION("a waiting place cannot show up") {
        Place waiting = place_in(room);
        CHECK_FALSE(arrive(waiting, room.limits, start));
        CHECK(waiting.deadline == never);
    }
}

TEST_CASE("a turn ends at its deadline; new holds end at turn_until; a hold carries the place on") {
    Room room = room_of(1);
    Place place = admitted_in(room);
    arrive(place, room.limits, start);
    const auto until = start + minutes{5};

    CHECK(outcome(check_turn(place, room.limits, until - us)) == "ok");
    CHECK(outcome(check_turn_for_hold(place, room.limits, until - us)) == "ok");
    CHECK(outcome(check_turn(place, room.limits, until)) == "not_your_turn");
    CHECK(outcome(check_turn_for_hold(place, room.limits, until)) == "not_your_turn");

    extend(place, start + minutes{9});
    CHECK(outcome(check_turn(place, room.limits, until)) == "ok");
    CHECK(outcome(check_turn_for_hold(place, room.limits, until)) == "not_your_turn");
    CHECK(outcome(check_turn_for_hold(place, room.limits, until - us)) == "ok");
    CHECK(outcome(check_turn(place, room.limits, start + minutes{9} - us)) == "ok");
    CHECK(outcome(check_turn(place, room.limits, start + minutes{9})) == "not_your_turn");
    extend(place, start + minutes{2});  // never back
    CHECK(place.deadline == start + minutes{9});

    Place waiting = place_in(room);
    CHECK(outcome(check_turn(waiting, room.limits, start)) == "not_your_turn");
}

TEST_CASE("waiting ends at the same microsecond for one place and for the whole line") {
    RoomLimits limits;
    limits.waiting_ttl = minutes{10};
    const auto issued = start + std::chrono::milliseconds{3};
    const auto token = TokenId{tsid::first_at(issued) + 4'000'000};  // any node and counter of that millisecond
    CHECK(issued_at(token) == issued);
    CHECK(waiting_until(token, limits) == issued + minutes{10});
    for (const auto offset : {-std::int64_t{1'000}, -std::int64_t{1}, std::int64_t{0}, std::int64_t{1},
                              std::int64_t{999}, std::int64_t{1'000}}) {
        const auto now = issued + minutes{10} + Duration{offset};
        CAPTURE(offset);
        CHECK((token < first_still_waiting(limits, now)) == passed(waiting_until(token, limits), now));
    }
}

TEST_CASE("positions are given in order and never again") {
    Room room = room_of(0);
    for (Position wanted = 1; wanted <= 5; ++wanted) {
        auto place = place_in(room);
        CHECK(place.position == wanted);
        CHECK(place.room == room.id);
        finish(room, place, PlaceState::left, start);
    }
    CHECK(room.waiting_count == 0);
    CHECK(room.last_position == 5);
    CHECK(place_in(room).position == 6);
}

TEST_CASE("queue_capacity bounds those who wait, not those who walk in") {
    Room room = room_of(0);
    room.limits.queue_capacity = 2;
    (void)place_in(room);
    (void)place_in(room);
    CHECK(outcome(join(room, UserId{3}, token_at(start), start)) == "queue_full");
    CHECK(room.last_position == 2);
    CHECK(room.waiting_count == 2);

    Room nobody_waits = room_of(1);
    nobody_waits.limits.queue_capacity = 0;
    auto first = join(nobody_waits, UserId{1}, token_at(start), start);
    REQUIRE(outcome(first) == "ok");
    admit(nobody_waits, *first, start);
    CHECK(outcome(join(nobody_waits, UserId{2}, token_at(start), start)) == "queue_full");
    finish(nobody_waits, *first, PlaceState::left, start);
    CHECK(outcome(join(nobody_waits, UserId{2}, token_at(start), start)) == "ok");

    Room shut = room_of(0);
    shut.limits.queue_capacity = 0;
    CHECK(outcome(join(shut, UserId{1}, token_at(start), start)) == "queue_full");
}

TEST_CASE("a newcomer behind those who wait has to wait, even while there is room") {
    Room room = room_of(10);
    room.limits.queue_capacity = 1;
    (void)place_in(room);  // not admitted yet
    CHECK(outcome(join(room, UserId{2}, token_at(start), start)) == "queue_full");
}

TEST_CASE("as many are admissible as there are free slots") {
    Room room = room_of(3);
    CHECK(admissible_count(room, start) == 3);
    (void)admitted_in(room);
    CHECK(admissible_count(room, start) == 2);
    (void)admitted_in(room);
    (void)admitted_in(room);
    CHECK(admissible_count(room, start) == 0);

    room.limits.active_capacity = 1;  // lowering it only stops admission
    CHECK(admissible_count(room, start) == 0);
    CHECK(room.admitted_count == 3);
    room.limits.active_capacity = 4;
    CHECK(admissible_count(room, start) == 1);
    CHECK(admissible_count(room_of(0), start) == 0);
}

TEST_CASE("a rate admits one at a time, evenly spaced, and saves up no burst") {
    Room room = room_of(100, 4);
    CHECK(admission_interval(room.limits) == Duration{250'000});
    CHECK(admissible_count(room, start) == 1);
    (void)admitted_in(room);
    CHECK(room.next_admission_at == start + Duration{250'000});
    CHECK(admissible_count(room, start) == 0);
    CHECK(admissible_count(room, start + Duration{249'999}) == 0);
    CHECK(admissible_count(room, start + Duration{250'000}) == 1);
    CHECK(admissible_count(room, start + Duration{250'001}) == 1);
    CHECK(admissible_count(room, start + hours{1}) == 1);  // an idle hour is not 14,400 admissions

    (void)admitted_in(room, start + hours{1});
    CHECK(room.next_admission_at == start + hours{1} + Duration{250'000});
    CHECK(admissible_count(room, start + hours{1}) == 0);

    Room full = room_of(0, 4);
    CHECK(admissible_count(full, start + hours{1}) == 0);
}

TEST_CASE("the interval of a rate is rounded up, so that no second sees one more") {
    RoomLimits limits;
    limits.admissions_per_second = 3;
    CHECK(admission_interval(limits) == Duration{333'334});
    limits.admissions_per_second = 1'000'000;
    CHECK(admission_interval(limits) == Duration{1});
    limits.admissions_per_second = 999'999;
    CHECK(admission_interval(limits) == Duration{2});
    limits.admissions_per_second = 1;
    CHECK(admission_interval(limits) == Duration{1'000'000});
    limits.admissions_per_second = 0;
    CHECK(admission_interval(limits) == Duration{0});
}

TEST_CASE("a room is due when someone waits and a slot is free, frees, or the rate allows") {
    Room room = room_of(1);
    CHECK(due_at(room) == never);  // nobody waits
    auto first = place_in(room);
    CHECK(passed(due_at(room), start));  // a free slot
    admit(room, first, start);
    CHECK(due_at(room) == never);
    (void)place_in(room);
    CHECK(due_at(room) == first.deadline);  // when the slot may free
    CHECK(room.next_lapse_at == start + seconds{60});

    finish(room, first, PlaceState::left, start);
    CHECK(passed(due_at(room), start));

    Room spaced = room_of(10, 1);
    (void)admitted_in(spaced);
    (void)place_in(spaced);
    CHECK(due_at(spaced) == start + seconds{1});
    Room shut = room_of(0);
    (void)place_in(shut);
    CHECK(due_at(shut) == never);
}

TEST_CASE("next_lapse_at is never later than an admitted place's deadline") {
    Room room = room_of(10);
    const auto late = admitted_in(room, start + seconds{5});
    CHECK(room.next_lapse_at == late.deadline);
    const auto later_one = admitted_in(room, start + seconds{9});
    CHECK(later_one.deadline > late.deadline);
    CHECK(room.next_lapse_at == late.deadline);
}

TEST_CASE("the limits of a room are checked at their bounds") {
    const auto with = [](auto change) {
        RoomLimits limits;
        change(limits);
        return outcome(check(limits));
    };
    CHECK(with([](RoomLimits&) {}) == "ok");
    for (auto member : {&RoomLimits::active_capacity, &RoomLimits::queue_capacity}) {
        CHECK(with([&](RoomLimits& l) { l.*member = 0; }) == "ok");
        CHECK(with([&](RoomLimits& l) { l.*member = 1'000'000'000; }) == "ok");
        CHECK(with([&](RoomLimits& l) { l.*member = -1; }) == "invalid_argument");
        CHECK(with([&](RoomLimits& l) { l.*member = 1'000'000'001; }) == "invalid_argument");
    }
    CHECK(with([](RoomLimits& l) { l.admissions_per_second = 1'000'000; }) == "ok");
    CHECK(with([](RoomLimits& l) { l.admissions_per_second = 1'000'001; }) == "invalid_argument");
    CHECK(with([](RoomLimits& l) { l.admissions_per_second = -1; }) == "invalid_argument");
    for (auto member : {&RoomLimits::arrive_ttl, &RoomLimits::active_ttl, &RoomLimits::waiting_ttl}) {
        CHECK(with([&](RoomLimits& l) { l.*member = Duration{1'000}; }) == "ok");
        CHECK(with([&](RoomLimits& l) { l.*member = Duration{999}; }) == "invalid_argument");
        CHECK(with([&](RoomLimits& l) { l.*member = hours{24 * 366}; }) == "ok");
        CHECK(with([&](RoomLimits& l) { l.*member = hours{24 * 366} + us; }) == "invalid_argument");
        CHECK(with([&](RoomLimits& l) { l.*member = -us; }) == "invalid_argument");
    }
    CHECK(outcome(check_room_name("m")) == "ok");
    CHECK(outcome(check_room_name("")) == "invalid_argument");
    CHECK(outcome(check_room_name(std::string(64, 'r'))) == "ok");
    CHECK(outcome(check_room_name(std::string(65, 'r'))) == "invalid_argument");
}

TEST_CASE("the rate of admissions is unknown under ten of them") {
    AdmissionRate rate;
    CHECK_FALSE(rate.gap());
    rate.observe(100, start);
    CHECK_FALSE(rate.gap());
    rate.observe(109, start + seconds{9});
    CHECK_FALSE(rate.gap());  // nine
    rate.observe(110, start + seconds{10});
    CHECK(rate.gap() == Duration{1'000'000});    // ten
    rate.observe(110, start + hours{1});  // nothing moved: no sample
    CHECK(rate.gap() == Duration{1'000'000});
    rate.observe(105, start + hours{1});  // an old look
    CHECK(rate.gap() == Duration{1'000'000});
}

TEST_CASE("the rate follows the last samples and forgets the old ones") {
    AdmissionRate rate;
    Position serving = 0;
    auto now = start;
    for (int i = 0; i < 40; ++i) rate.observe(++serving, now += seconds{10});
    CHECK(rate.gap() == Duration{10'000'000});
    for (int i = 0; i < 32; ++i) rate.observe(++serving, now += seconds{1});
    CHECK(rate.gap() == Duration{1'000'000});
}
