/// The working copy behind sheets, without a store: versions, deadlines, and what is remembered.

#include <set>

#include "seat_sheets/looks.hpp"

namespace boxoffice::testing {
namespace {

using Numbers = std::vector<std::string>;

constexpr ConcertId rolled{7};

Seat seat(std::int64_t id, const std::string& number) {
    Seat row;
    row.id = SeatId{id};
    row.concert = rolled;
    row.facts.number = number;
    return row;
}

/// Ids are not in the order of the numbers.
SeatRoll roll_of(std::int64_t count, Time now = opening) {
    std::vector<Seat> rows;
    for (std::int64_t i = 1; i <= count; ++i) rows.push_back(seat(1'000'000 - i, std::to_string(i)));
    return {Concert{rolled, {}, "c", RoomId{1}, opening}, std::move(rows), {10, now}};
}

SeatMove held(std::int64_t number, Time until, ReservationId claim = ReservationId{1}) {
    return {SeatId{1'000'000 - number}, SeatState::held, claim, until, 1};
}
SeatMove is(std::int64_t number, SeatState state) { return {SeatId{1'000'000 - number}, state, {}, never, 1}; }

SeatVersion version_of(SeatRoll& roll) { return roll.sheet()->version(); }

Event event(EventKind kind, std::int64_t number, Time at = opening, ReservationId reservation = ReservationId{1},
            Time deadline = never) {
    return {.at = at,
            .kind = kind,
            .concert = rolled,
            .seat = SeatId{1'000'000 - number},
            .reservation = reservation,
            .deadline = deadline};
}

}  // namespace

TEST_CASE("a version's text is 32 hexadecimal digits, and read back only as it is written", "[seat_sheets]") {
    const SeatVersion version{0x0123456789abcdef, 0xfedcba9876543210};
    CHECK(to_text(version) == "0123456789abcdeffedcba9876543210");
    CHECK(parse_seat_version("0123456789abcdeffedcba9876543210") == version);
    for (const auto* bad :
         {"", "0", "0123456789abcdeffedcba987654321", "0123456789abcdeffedcba98765432100",
          "0123456789ABCDEFfedcba9876543210", "0123456789abcdeffedcba987654321g", "0123456789abcdef edcba9876543210"})
        CHECK_FALSE(parse_seat_version(bad));
}

TEST_CASE("a version is the same for ever", "[seat_sheets]") {
    // Other processes may run another release: whoever changes these numbers changes what versions mean.
    auto roll = roll_of(3);
    CHECK(to_text(version_of(roll)) == "eb72dd4421d41a216e6c55cb884bbece");
    REQUIRE(roll.put(held(2, opening + minutes{5})));
    CHECK(to_text(version_of(roll)) == "144a0089862e8cc30f1994e07292b5de");
}

TEST_CASE("whatever is seen of a seat moves the version, and nothing else does", "[seat_sheets]") {
    auto roll = roll_of(300);
    std::set<std::string> versions{to_text(version_of(roll))};
    const auto is_new = [&] { return versions.insert(to_text(version_of(roll))).second; };
    for (const std::int64_t number : {1, 2, 256, 257, 300}) {
        CAPTURE(number);
        REQUIRE(roll.put(held(number, opening + seconds{60})));
        CHECK(is_new());
        REQUIRE(roll.put(held(number, opening + seconds{61})));
        CHECK(is_new());
        REQUIRE(roll.put(held(number, opening + seconds{61}, ReservationId{2})));  // it is another's: "mine" changes
        CHECK(is_new());
        auto again = held(number, opening + seconds{61}, ReservationId{2});
        again.row_version = 7;
        REQUIRE(roll.put(again));
        CHECK_FALSE(is_new());
        REQUIRE(roll.put(is(number, SeatState::sold)));
        CHECK(is_new());
        REQUIRE(roll.put(is(number, SeatState::blocked)));
        CHECK(is_new());
    }
    for (const std::int64_t number : {1, 2, 256, 257, 300}) REQUIRE(roll.put(is(number, SeatState::available)));
    CHECK(version_of(roll) == version_of(*std::make_unique<SeatRoll>(roll_of(300))));  // it looks as it did
    CHECK(version_of(roll) != version_of(*std::make_unique<SeatRoll>(roll_of(299))));
}

TEST_CASE("a hold is seen until its deadline and no longer, without a commit", "[seat_sheets]") {
    auto roll = roll_of(3);
    const auto empty = version_of(roll);
    const auto deadline = opening + seconds{60};
    REQUIRE(roll.put(held(2, deadline)));
    const auto sheet = roll.sheet();
    CHECK(sheet->lapses_at() == deadline);
    roll.lapse(deadline - us);
    CHECK(roll.sheet() == sheet);
    roll.lapse(deadline);
    CHECK(roll.sheet()->state(1) == SeatState::available);
    CHECK(roll.sheet()->lapses_at() == never);
    CHECK(version_of(roll) == empty);
    CHECK(sheet->state(1) == SeatState::held);  // what was handed out stays as it was
    CHECK(sheet->counts() == SeatCounts{2, 1, 0, 0});
    CHECK(roll.sheet()->counts() == SeatCounts{3, 0, 0, 0});
    const auto lapsed = roll.sheet();
    REQUIRE(roll.put(is(2, SeatState::available)));  // somebody writes it down
    CHECK(version_of(roll) == empty);
    CHECK(lapsed->row(1).state == SeatState::held);
    CHECK(roll.sheet()->row(1).state == SeatState::available);
}

TEST_CASE("a hold that is kept longer, sold or held anew does not end at its first deadline", "[seat_sheets]") {
    auto roll = roll_of(4);
    const auto first = opening + seconds{60};
    for (const std::int64_t number : {1, 2, 3, 4}) REQUIRE(roll.put(held(number, first)));
    REQUIRE(roll.put(held(1, first + seconds{30})));
    REQUIRE(roll.put(is(2, SeatState::sold)));
    REQUIRE(roll.put(is(3, SeatState::available)));
    REQUIRE(roll.put(held(3, first + seconds{10}, ReservationId{2})));
    CHECK(roll.sheet()->lapses_at() == first);
    roll.lapse(first);
    CHECK(roll.sheet()->counts() == SeatCounts{1, 2, 1, 0});
    CHECK(roll.sheet()->lapses_at() == first + seconds{10});
    roll.lapse(first + seconds{30});
    CHECK(roll.sheet()->counts() == SeatCounts{3, 0, 1, 0});
}

TEST_CASE("a commit that was decided before a deadline and seen after it shows what it wrote", "[seat_sheets]") {
    auto roll = roll_of(2);
    const auto deadline = opening + seconds{60};
    REQUIRE(roll.put(held(1, deadline)));
    roll.lapse(deadline + seconds{1});
    REQUIRE(roll.put(held(1, deadline + seconds{30})));  // it was kept
    CHECK(roll.sheet()->state(0) == SeatState::held);
    REQUIRE(roll.put(held(2, deadline)));  // and this was held, but is over already
    CHECK(roll.sheet()->state(1) == SeatState::available);
    roll.lapse(deadline + seconds{30});
    CHECK(roll.sheet()->counts() == SeatCounts{2, 0, 0, 0});
}

TEST_CASE("holds that are over without a commit do not pile up", "[seat_sheets]") {
    auto roll = roll_of(2);
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(roll.put(held(1, opening + seconds{60 + i})));
        if (i % 2 == 0) REQUIRE(roll.put(is(1, SeatState::available)));
    }
    REQUIRE(roll.put(held(2, opening + seconds{30})));
    CHECK(roll.sheet()->lapses_at() == opening + seconds{30});
    roll.lapse(opening + seconds{30});
    CHECK(roll.sheet()->lapses_at() == opening + seconds{60 + 9'999});
}

TEST_CASE("since a version, what looks different now is told, and only that", "[seat_sheets]") {
    auto roll = roll_of(600);
    const auto first = version_of(roll);
    CHECK(numbers(roll.since(first)).empty());
    REQUIRE(roll.put(held(300, opening + seconds{60})));
    REQUIRE(roll.put(is(2, SeatState::blocked)));
    const auto second = version_of(roll);
    REQUIRE(roll.put(is(300, SeatState::available)));
    REQUIRE(roll.put(is(599, SeatState::sold)));
    CHECK(numbers(roll.since(first)) == Numbers{"2", "599"});  // 300 looks as it did
    CHECK(numbers(roll.since(second)) == Numbers{"300", "599"});
    CHECK(numbers(roll.since(version_of(roll))).empty());
    CHECK_FALSE(roll.since(first).is_whole);
    CHECK(roll.since(first).sheet == roll.sheet());
    const auto whole = roll.since(SeatVersion{1, 2});
    CHECK(whole.is_whole);
    CHECK(whole.changed.size() == 600);
    CHECK(roll.since({}).is_whole);
}

TEST_CASE("since a version, what has lapsed is told", "[seat_sheets]") {
    auto roll = roll_of(3);
    REQUIRE(roll.put(held(1, opening + seconds{10})));
    REQUIRE(roll.put(held(3, opening + seconds{20})));
    const auto version = version_of(roll);
    roll.lapse(opening + seconds{10});
    CHECK(numbers(roll.since(version)) == Numbers{"1"});
    roll.lapse(opening + seconds{20});
    CHECK(numbers(roll.since(version)) == Numbers{"1", "3"});
}

TEST_CASE("what changed too long ago is told as a whole", "[seat_sheets]") {
    auto roll = roll_of(10);
    const auto first = version_of(roll);
    std::vector<SeatVersion> versions;
    for (int i = 0; i < 2'000; ++i) {
        REQUIRE(roll.put(held(1, opening + seconds{60 + i})));
        versions.push_back(version_of(roll));
    }
    CHECK(roll.since(first).is_whole);
    CHECK(roll.since(versions[900]).is_whole);
    CHECK_FALSE(roll.since(versions[1'000]).is_whole);
    CHECK(numbers(roll.since(versions[1'000])) == Numbers{"1"});
}

TEST_CASE("all rows read anew move it on from where it was, unless there are more seats", "[seat_sheets]") {
    auto roll = roll_of(3);
    REQUIRE(roll.put(held(1, opening + seconds{60})));
    const auto first = version_of(roll);
    std::vector<Seat> rows;
    for (std::int64_t i = 1; i <= 3; ++i) rows.push_back(seat(1'000'000 - i, std::to_string(i)));
    rows[1].state = SeatState::sold;
    rows[1].claim = ReservationId{4};
    REQUIRE(roll.refresh(rows, opening));
    CHECK(numbers(roll.since(first)) == Numbers{"1", "2"});
    CHECK(roll.sheet()->counts() == SeatCounts{2, 0, 1, 0});
    rows.pop_back();
    CHECK_FALSE(roll.refresh(rows, opening));
    rows.push_back(seat(5, "3"));
    CHECK_FALSE(roll.refresh(rows, opening));
}

TEST_CASE("a seat that is not known here is not taken", "[seat_sheets]") {
    auto roll = roll_of(3);
    CHECK_FALSE(roll.put(held(4, opening + seconds{60})));
    CHECK_FALSE(roll.retrace(event(EventKind::seat_held, 4)));
    CHECK_FALSE(roll.retrace({.kind = EventKind::seats_added, .concert = rolled}));
    CHECK_FALSE(roll.retrace({.kind = EventKind::concert_created, .concert = rolled}));
    CHECK_FALSE(roll.retrace(event(static_cast<EventKind>(99), 1)));
}

TEST_CASE("another process' events lead through the versions that it had", "[seat_sheets]") {
    const auto deadline = opening + seconds{60};
    auto theirs = roll_of(4);
    auto ours = roll_of(4);
    std::vector<SeatVersion> versions;
    const auto put = [&](Time at, const SeatMove& row) {
        theirs.lapse(at);
        versions.push_back(version_of(theirs));
        REQUIRE(theirs.put(row));
        versions.push_back(version_of(theirs));
    };
    put(opening, held(1, deadline));
    put(opening, held(2, deadline + seconds{1}, ReservationId{2}));
    put(opening, is(3, SeatState::blocked));
    put(opening, held(1, deadline + seconds{5}));
    put(deadline + seconds{1}, is(3, SeatState::available));  // while the hold of 2 is over, and nobody has said so
    put(deadline + seconds{1}, is(2, SeatState::available));
    auto sold = is(1, SeatState::sold);
    sold.claim = ReservationId{1};
    put(deadline + seconds{2}, sold);
    put(deadline + seconds{2}, held(4, deadline + seconds{9}, ReservationId{4}));
    put(deadline + seconds{3}, is(4, SeatState::available));

    const auto late = deadline + seconds{1};
    for (const auto& one : {event(EventKind::seat_held, 1, opening, ReservationId{1}, deadline),
                            event(EventKind::payment_requested, 1, opening, ReservationId{1}, deadline),
                            event(EventKind::seat_held, 2, opening, ReservationId{2}, deadline + seconds{1}),
                            event(EventKind::seat_blocked, 3, opening, {}),
                            event(EventKind::hold_kept, 1, opening, ReservationId{1}, deadline + seconds{5}),
                            event(EventKind::seat_unblocked, 3, late, {}),
                            event(EventKind::hold_expired, 2, late, ReservationId{2}, late),
                            event(EventKind::payment_captured, 1, late + seconds{1}),
                            event(EventKind::reservation_confirmed, 1, late + seconds{1}),
                            event(EventKind::seat_held, 4, late + seconds{1}, ReservationId{4}, deadline + seconds{9}),
                            event(EventKind::hold_released, 4, late + seconds{2}, ReservationId{4})})
        REQUIRE(ours.retrace(one));
    for (const auto& version : versions) CHECK_FALSE(ours.since(version).is_whole);
    CHECK(version_of(ours) == version_of(theirs));
    CHECK(text_of(looks(*ours.sheet())) == text_of(looks(*theirs.sheet())));
}

}  // namespace boxoffice::testing
