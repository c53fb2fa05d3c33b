#include "boxoffice/domain/seating.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/outcome.hpp"
#include "support/refuses.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;
using boxoffice::testing::refuses;

namespace {

constexpr Duration us{1};
const Time until = from_us(2'000'000'000'000'000);

Seat held_seat() {
    Seat seat;
    take(seat, ReservationId{9}, until);
    return seat;
}

}  // namespace

TEST_CASE("the states of a seat are the table of the header") {
    Seat seat;
    CHECK(seat.state == SeatState::available);
    SECTION("available, hold: held") {
        take(seat, ReservationId{9}, until);
        CHECK(seat.state == SeatState::held);
        CHECK(seat.claim == ReservationId{9});
        CHECK(seat.held_until == until);
    }
    SECTION("available, block: blocked") {
        block(seat);
        CHECK(seat.state == SeatState::blocked);
        CHECK_FALSE(static_cast<bool>(seat.claim));
    }
    SECTION("held, pay: sold, for ever, to the one who held it") {
        seat = held_seat();
        sell(seat);
        CHECK(seat.state == SeatState::sold);
        CHECK(seat.claim == ReservationId{9});
        CHECK(seat.held_until == never);
        CHECK(state_at(seat, until + us) == SeatState::sold);
    }
    SECTION("held, release: available") {
        seat = held_seat();
        open(seat);
        CHECK(seat == Seat{});
    }
    SECTION("held, deadline passed: available at that very moment") {
        seat = held_seat();
        CHECK(state_at(seat, until - us) == SeatState::held);
        CHECK(state_at(seat, until) == SeatState::available);
        CHECK(state_at(seat, until + us) == SeatState::available);
    }
    SECTION("blocked, unblock: available") {
        block(seat);
        open(seat);
        CHECK(seat == Seat{});
    }
}

TEST_CASE("only an available seat can be held") {
    Seat seat;
    CHECK(outcome(check_available(seat, until)) == "ok");
    seat = held_seat();
    CHECK(outcome(check_available(seat, until - us)) == "seat_unavailable");
    CHECK(outcome(check_available(seat, until)) == "ok");
    sell(seat);
    CHECK(outcome(check_available(seat, until)) == "seat_unavailable");
    Seat off_sale;
    block(off_sale);
    CHECK(outcome(check_available(off_sale, until)) == "seat_unavailable");
}

TEST_CASE("S3: each transition of a seat demands its state before it") {
    const auto in = [](SeatState state) {
        Seat seat;
        seat.state = state;
        return seat;
    };
    for (const auto state : {SeatState::available, SeatState::held, SeatState::sold, SeatState::blocked}) {
        CAPTURE(state);
        auto seat = in(state);
        CHECK(refuses([&] { take(seat, ReservationId{9}, until); }) == (state != SeatState::available));
        CHECK(refuses([&] { seat = in(state), keep(seat, until); }) == (state != SeatState::held));
        CHECK(refuses([&] { seat = in(state), sell(seat); }) == (state != SeatState::held));
        CHECK(refuses([&] { seat = in(state), open(seat); }) == (state == SeatState::available));
        CHECK(refuses([&] { seat = in(state), block(seat); }) == (state != SeatState::available));
    }
}

TEST_CASE("a kept seat is held until the new deadline") {
    Seat seat = held_seat();
    keep(seat, until + Duration{10});
    CHECK(state_at(seat, until) == SeatState::held);
    CHECK(state_at(seat, until + Duration{10}) == SeatState::available);
    CHECK(seat.claim == ReservationId{9});
}

TEST_CASE("counts of seats add up") {
    SeatCounts counts;
    for (const auto state : {SeatState::available, SeatState::available, SeatState::held, SeatState::sold,
                             SeatState::sold, SeatState::sold, SeatState::blocked})
        counts.count(state);
    CHECK(counts == SeatCounts{2, 1, 3, 1});
    CHECK(counts.all() == 7);
}

TEST_CASE("what a host says of a seat is checked at its bounds") {
    const auto with = [](auto change) {
        NewSeat seat{"1", "", "", Points{100}};
        change(seat);
        return outcome(check(seat));
    };
    CHECK(with([](NewSeat&) {}) == "ok");
    CHECK(with([](NewSeat& s) { s.number = ""; }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.number = std::string(64, '9'); }) == "ok");
    CHECK(with([](NewSeat& s) { s.number = std::string(65, '9'); }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.number = "1\n"; }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.section = std::string(64, 's'); }) == "ok");
    CHECK(with([](NewSeat& s) { s.section = std::string(65, 's'); }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.row = std::string(64, 'r'); }) == "ok");
    CHECK(with([](NewSeat& s) { s.row = std::string(65, 'r'); }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.label = std::string(64, 'l'); }) == "ok");
    CHECK(with([](NewSeat& s) { s.label = std::string(65, 'l'); }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.label = "1\t"; }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.price = Points{0}; }) == "ok");
    CHECK(with([](NewSeat& s) { s.price = amount_max; }) == "ok");
    CHECK(with([](NewSeat& s) { s.price = Points{-1}; }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.price = Points{amount_max.value + 1}; }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.x = -1e300; }) == "ok");
    CHECK(with([](NewSeat& s) { s.x = std::nan(""); }) == "invalid_argument");
    CHECK(with([](NewSeat& s) { s.y = std::numeric_limits<double>::infinity(); }) == "invalid_argument");
}

TEST_CASE("a seat without a label is read by its number") {
    CHECK(facts_of({.number = "A-1", .price = Points{5}}).label == "A-1");
    CHECK(facts_of({.number = "A-1", .price = Points{5}, .label = "1"}) ==
          SeatFacts{"A-1", "", "", Points{5}, 0, 0, "1"});
}

TEST_CASE("a title has 1 to 200 bytes") {
    CHECK(outcome(check_title("")) == "invalid_argument");
    CHECK(outcome(check_title("콘서트")) == "ok");
    CHECK(outcome(check_title(std::string(200, 't'))) == "ok");
    CHECK(outcome(check_title(std::string(201, 't'))) == "invalid_argument");
}

TEST_CASE("states of seats have stable numbers and names") {
    CHECK(static_cast<int>(SeatState::available) == 1);
    CHECK(static_cast<int>(SeatState::held) == 2);
    CHECK(static_cast<int>(SeatState::sold) == 3);
    CHECK(static_cast<int>(SeatState::blocked) == 4);
    CHECK(name_of(SeatState::available) == "available");
    CHECK(name_of(SeatState::held) == "held");
    CHECK(name_of(SeatState::sold) == "sold");
    CHECK(name_of(SeatState::blocked) == "blocked");
}
