#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

Options holds_of_user(std::int64_t count) {
    return options_with([&](Options& o) { o.holds_per_user = count; });
}

}  // namespace

TEST_CASE("a hold makes the seat this user's until the deadline") {
    Office office;
    office.concert("2026-12-24", {{"12", 80}, {"13", 80}});
    const auto mina = office.comes("mina");
    office.wait(seconds{5});
    const auto held = office.hold(mina, "12");
    CHECK(held.seat == office.seat("12"));
    CHECK(held.price == Points{80});
    CHECK(held.deadline == opening + seconds{5} + minutes{5});
    CHECK(office.available() == std::vector<std::string>{"13"});
    const auto seen = *office->reservation(mina.user, held.reservation);
    CHECK(seen.state == ReservationState::held);
    CHECK(seen.seat_number == "12");
    CHECK(to_text(seen.date) == "2026-12-24");
    CHECK(seen.reservation.held_at == opening + seconds{5});
    CHECK(seen.reservation.token == mina.token);
    const auto event = office.last(EventKind::seat_held);
    CHECK(event.amount == 80);
    CHECK(event.deadline == held.deadline);
    CHECK(event.reservation == held.reservation);
    CHECK(office.audit() == "");
}

TEST_CASE("a hold needs the user's own token, a turn, a seat behind it, and a free hand, in this order") {
    Office office{room_for(2)};
    const auto other_room = office.room("other");
    const auto elsewhere = office.concert("2026-12-25", {{"1", 10}}, other_room);
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}, {"3", 10}});
    const auto hold = [&](UserId user, TokenId token, SeatId seat, const std::string& key = {}) {
        return outcome(office->execute(HoldSeat{user, token, seat, key}));
    };
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto late = office.comes("late");
    (void)office.hold(yuna, "3");
    const auto free = office.seat("1");
    const auto taken = office.seat("3");
    const auto seat_elsewhere = office.seat("1", elsewhere);
    const SeatId nowhere{5};

    CHECK(hold(mina.user, yuna.token, nowhere, "bad key") == "invalid_argument");  // shape first
    CHECK(hold(mina.user, yuna.token, nowhere) == "invalid_token");                // then whose token it is
    CHECK(hold(mina.user, TokenId{}, free) == "invalid_token");
    CHECK(hold(mina.user, TokenId{9}, free) == "invalid_token");
    CHECK(hold(UserId{}, mina.token, free) == "invalid_token");
    CHECK(hold(late.user, late.token, nowhere) == "not_your_turn");  // then the turn
    CHECK(hold(mina.user, mina.token, nowhere) == "unknown_seat");   // then existence
    CHECK(hold(mina.user, mina.token, SeatId{}) == "unknown_seat");
    CHECK(hold(mina.user, mina.token, seat_elsewhere) == "not_your_turn");  // a turn of another room is none
    CHECK(hold(mina.user, mina.token, taken) == "seat_unavailable");        // then the state
    CHECK(hold(mina.user, mina.token, free) == "ok");
    CHECK(hold(mina.user, mina.token, taken) == "hold_limit");  // the user's hands before the seat's
    CHECK(hold(mina.user, mina.token, seat_elsewhere) == "not_your_turn");
    CHECK(hold(mina.user, mina.token, nowhere) == "unknown_seat");
    CHECK(office.audit() == "");
}

TEST_CASE("a refused hold changes nothing beside showing up") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    (void)office.hold(mina, "1");
    (void)office.try_arrive(yuna);
    const auto before = office.dump();
    CHECK(outcome(office.try_hold(yuna, "1")) == "seat_unavailable");
    CHECK(outcome(office.try_hold(yuna, "1", "key")) == "seat_unavailable");
    CHECK(outcome(office.try_hold(mina, "1")) == "hold_limit");
    CHECK(office.dump() == before);
}

TEST_CASE("blocked and sold seats cannot be held") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    const auto mina = office.comes("mina");
    (void)office.pay(mina, office.hold(mina, "1").reservation);
    (void)office.try_block("2");
    const auto yuna = office.comes("yuna");
    CHECK(outcome(office.try_hold(yuna, "1")) == "seat_unavailable");
    CHECK(outcome(office.try_hold(yuna, "2")) == "seat_unavailable");
    (void)office.try_unblock("2");
    CHECK(outcome(office.try_hold(yuna, "2")) == "ok");
}

TEST_CASE("holds_per_user bounds the live holds of a user in all rooms together") {
    Office office{holds_of_user(2)};
    const auto vip = office.room("vip");
    office.concert("2026-12-25", {{"1", 10}}, vip);
    const auto in_vip_seat = office.seat("1");
    office.concert("2026-12-24", {{"1", 0}, {"2", 10}, {"3", 10}});
    const auto mina = office.comes("mina");
    const auto in_vip = office.join(mina.user, vip);
    const auto one = office.hold(mina, "1");
    (void)office.hold(mina, "2");
    CHECK(outcome(office.try_hold(mina, "3")) == "hold_limit");
    CHECK(outcome(office->execute(HoldSeat{in_vip.user, in_vip.token, in_vip_seat, ""})) == "hold_limit");
    (void)office.pay(mina, one.reservation);  // a purchase is no live hold
    CHECK(outcome(office->execute(HoldSeat{in_vip.user, in_vip.token, in_vip_seat, ""})) == "ok");
    CHECK(outcome(office.try_hold(mina, "3")) == "hold_limit");
    CHECK(office.audit() == "");
}

TEST_CASE("a hold that is released no longer counts") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}, {"3", 10}});
    const auto mina = office.comes("mina");
    const auto one = office.hold(mina, "1");
    CHECK(outcome(office.try_hold(mina, "2")) == "hold_limit");
    CHECK(outcome(office.try_release(mina, one.reservation)) == "ok");
    office.wait(minutes{4});
    const auto two = office.hold(mina, "2");
    CHECK(outcome(office.try_hold(mina, "3")) == "hold_limit");
    CHECK(two.deadline == opening + minutes{9});
}

TEST_CASE("a hold that has run out no longer counts, from its deadline on") {
    Office office{options_with([](Options& o) {
        o.hold_ttl = minutes{1};
        o.main_room.active_ttl = minutes{30};
    })};
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    const auto mina = office.comes("mina");
    const auto one = office.hold(mina, "1");
    office.wait(minutes{1} - us);
    CHECK(outcome(office.try_hold(mina, "2")) == "hold_limit");
    office.wait(us);
    CHECK(outcome(office.try_hold(mina, "2")) == "ok");
    CHECK(office.state_of(mina, one.reservation) == "expired");
    CHECK(office.audit() == "");
}

TEST_CASE("at hold_ttl the seat is on sale again, to others and to the same user") {
    Office office{options_with([](Options& o) {
        o.hold_ttl = minutes{1};
        o.main_room.active_ttl = minutes{30};
    })};
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto held = office.hold(mina, "1");
    office.wait(seconds{30});
    (void)office.try_arrive(yuna);
    office.wait(seconds{30} - us);
    CHECK(outcome(office.try_hold(yuna, "1")) == "seat_unavailable");
    CHECK(office.state_of(mina, held.reservation) == "held");
    office.wait(us);
    CHECK(office.available() == std::vector<std::string>{"1"});  // at that very moment, whether or not anyone looks
    CHECK(office.state_of(mina, held.reservation) == "expired");
    const auto sequence = office.last_sequence();
    SECTION("another takes it") {
        CHECK(outcome(office.try_hold(yuna, "1")) == "ok");
        CHECK(outcome(office.try_pay(mina, held.reservation)) == "hold_expired");
    }
    SECTION("the same user takes it again, with a new reservation") {
        const auto again = office.hold(mina, "1");
        CHECK(again.reservation != held.reservation);
    }
    CHECK(office.kinds(sequence) == std::vector<std::string>{"hold_expired", "seat_held"});
    const auto expired = office.last(EventKind::hold_expired);
    CHECK(expired.deadline == held.deadline);
    CHECK(expired.reservation == held.reservation);
    CHECK(office.audit() == "");
}

TEST_CASE("a hold carries its place on to its own deadline, but makes no time for new holds") {
    Office office{room_for(1)};
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    const auto mina = office.comes_with("mina", 100);
    const auto next = office.comes("next");
    (void)office.try_arrive(mina);
    const auto turn_until = opening + minutes{5};
    office.wait_until(turn_until - us);
    const auto held = office.hold(mina, "1");  // the last moment for a hold
    CHECK(office.peek(mina)->deadline == held.deadline);
    CHECK(held.deadline == turn_until - us + minutes{5});
    CHECK(outcome(office.try_release(mina, held.reservation)) == "ok");

    SECTION("one microsecond later there is no new hold, though the place lives on") {
        office.wait(us);
        CHECK(office.is_turn(mina));
        CHECK(outcome(office.try_hold(mina, "2")) == "not_your_turn");
        CHECK_FALSE(office.is_turn(next));
    }
    SECTION("the place ends where its last hold would have") {
        office.wait_until(held.deadline - us);
        CHECK(office.is_turn(mina));
        office.wait(us);
        CHECK(outcome(office.peek(mina)) == "place_expired");
        CHECK(office.is_turn(next));
    }
}

TEST_CASE("after active_ttl a live hold can still be paid") {
    Office office{room_for(1)};
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    const auto mina = office.comes_with("mina", 100);
    (void)office.try_arrive(mina);
    office.wait(minutes{4});
    const auto held = office.hold(mina, "1");
    office.wait_until(held.deadline - us);
    CHECK(outcome(office.try_hold(mina, "2")) == "not_your_turn");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok");
    CHECK(office.audit() == "");
}

TEST_CASE("releasing gives the seat back at once; again it is done already") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto held = office.hold(mina, "1");
    const auto release = [&](UserId user, ReservationId id) { return outcome(office->execute(ReleaseHold{user, id})); };
    CHECK(release(yuna.user, held.reservation) == "unknown_reservation");  // another's
    CHECK(release(mina.user, ReservationId{}) == "unknown_reservation");
    CHECK(release(mina.user, ReservationId{7}) == "unknown_reservation");
    CHECK(office.state_of_seat("1") == "held");

    CHECK(release(mina.user, held.reservation) == "ok");
    CHECK(office.state_of_seat("1") == "available");
    CHECK(office.state_of(mina, held.reservation) == "released");
    const auto sequence = office.last_sequence();
    CHECK(release(mina.user, held.reservation) == "ok");
    CHECK(office.last_sequence() == sequence);
    (void)office.hold(yuna, "1");
    CHECK(release(mina.user, held.reservation) == "ok");  // and does not touch who holds it now
    CHECK(office.state_of_seat("1") == "held");
    CHECK(office.is_turn(mina));  // the place goes on
    CHECK(office.audit() == "");
}

TEST_CASE("what is paid or has run out cannot be released") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}, {"2", 10}});
    const auto mina = office.comes("mina");
    const auto paid = office.hold(mina, "1");
    (void)office.pay(mina, paid.reservation);
    CHECK(outcome(office.try_release(mina, paid.reservation)) == "already_paid");

    const auto yuna = office.comes("yuna");
    const auto lapsed = office.hold(yuna, "2");
    office.wait_until(lapsed.deadline);
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_release(yuna, lapsed.reservation)) == "hold_expired");
    CHECK(office.kinds(sequence) == std::vector<std::string>{"hold_expired"});  // met, and retired
    CHECK(outcome(office.try_release(yuna, lapsed.reservation)) == "hold_expired");
    CHECK(office.audit() == "");
}

TEST_CASE("a place that lapsed between peek and hold has no turn") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes("mina");
    CHECK(office.is_turn(mina));
    office.wait(minutes{5} - us);
    CHECK(office.is_turn(mina));
    office.wait(us);
    const auto sequence = office.last_sequence();
    CHECK(outcome(office.try_hold(mina, "1")) == "not_your_turn");
    CHECK(office.kinds(sequence) == std::vector<std::string>{"place_expired"});
    CHECK(office.last(EventKind::place_expired).deadline == opening + minutes{5});
}
