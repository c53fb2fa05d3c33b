#include "boxoffice/domain/reservation.hpp"

#include "support/catch.hpp"
#include "support/outcome.hpp"
#include "support/refuses.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;
using boxoffice::testing::refuses;

namespace {

constexpr Duration us{1};
const Time held_at = from_us(2'000'000'000'000'000);
const Time deadline = held_at + std::chrono::minutes{5};

Reservation held() {
    Reservation reservation;
    reservation.id = ReservationId{1};
    reservation.held_at = held_at;
    reservation.deadline = deadline;
    return reservation;
}

}  // namespace

TEST_CASE("the life of a reservation is the table of the header") {
    Reservation reservation = held();
    SECTION("held, pay, before deadline: confirmed") {
        confirm(reservation, PaymentId{5}, deadline - us);
        CHECK(reservation.state == ReservationState::confirmed);
        CHECK(reservation.payment == PaymentId{5});
        CHECK(reservation.finished_at == deadline - us);
    }
    SECTION("held, release, or leave: released") {
        release(reservation, held_at + us);
        CHECK(reservation.state == ReservationState::released);
        CHECK(reservation.finished_at == held_at + us);
    }
    SECTION("held, deadline has passed: expired, at its deadline and not when that was noticed") {
        expire(reservation);
        CHECK(reservation.state == ReservationState::expired);
        CHECK(reservation.finished_at == deadline);
    }
}

TEST_CASE("a hold is live from held_at until just before its deadline") {
    const auto reservation = held();
    CHECK(is_live_hold(reservation, held_at));
    CHECK(is_live_hold(reservation, deadline - us));
    CHECK_FALSE(is_live_hold(reservation, deadline));
    CHECK_FALSE(is_live_hold(reservation, deadline + us));
    CHECK(state_at(reservation, deadline - us) == ReservationState::held);
    CHECK(state_at(reservation, deadline) == ReservationState::expired);
}

TEST_CASE(
    "of a concert called off a hold reads released for good, a sale cancelled, whatever is written down and when") {
    using State = ReservationState;
    const auto off = deadline - us;
    const auto open = held();
    auto noticed_late = held();
    expire(noticed_late);
    auto sold = held();
    confirm(sold, PaymentId{5}, held_at);
    CHECK(state_at(open, off, off - us) == State::held);
    CHECK(state_at(sold, off, off - us) == State::confirmed);
    for (const auto now : {off, deadline, deadline + us}) {
        CHECK(state_at(open, off, now) == State::released);
        CHECK(state_at(sold, off, now) == State::cancelled);
    }
    CHECK(state_at(noticed_late, off, deadline) == State::released);
    // What was over before is what it was.
    CHECK(state_at(open, deadline, deadline) == State::expired);
    CHECK(state_at(noticed_late, deadline, deadline + us) == State::expired);
    CHECK(state_at(noticed_late, never, deadline) == State::expired);
}

TEST_CASE("S3: each transition of a reservation demands that it is held") {
    using State = ReservationState;
    for (const auto state : {State::held, State::confirmed, State::released, State::expired, State::cancelled}) {
        CAPTURE(state);
        const auto in = [&] {
            auto reservation = held();
            reservation.state = state;
            return reservation;
        };
        auto one = in();
        CHECK(refuses([&] { confirm(one, PaymentId{5}, held_at); }) == (state != State::held));
        CHECK(refuses([&] { one = in(), release(one, held_at); }) == (state != State::held));
        CHECK(refuses([&] { one = in(), expire(one); }) == (state != State::held));
        CHECK(refuses([&] { one = in(), keep(one, PaymentId{5}, deadline); }) == (state != State::held));
    }
    auto late = held();
    CHECK(refuses([&] { confirm(late, PaymentId{5}, deadline); }));
    CHECK(refuses([&] { release(late, deadline); }));
}

TEST_CASE("a hold is what it was made of, for hold_ttl; a payment keeps it longer, never shorter") {
    const Holding of{UserId{1}, SeatId{2}, ConcertId{3}, TokenId{4}, Points{5}};
    auto made = hold(ReservationId{9}, of, held_at, std::chrono::minutes{5});
    CHECK(made.state == ReservationState::held);
    CHECK((made.user == of.user && made.seat == of.seat && made.concert == of.concert && made.token == of.token));
    CHECK(
        (made.price == of.price && made.held_at == held_at && made.deadline == deadline && made.finished_at == never));
    CHECK_FALSE(keep(made, PaymentId{6}, deadline));
    CHECK((made.deadline == deadline && made.payment == PaymentId{6}));
    CHECK(keep(made, PaymentId{7}, deadline + us));
    CHECK((made.deadline == deadline + us && made.payment == PaymentId{7}));
}

TEST_CASE("what is no longer held says what became of it, and nothing revives it") {
    CHECK(outcome(check_held(held(), deadline - us)) == "ok");
    CHECK(outcome(check_held(held(), deadline)) == "hold_expired");
    CHECK(outcome(check_held(held(), deadline + us)) == "hold_expired");

    auto paid = held();
    confirm(paid, PaymentId{5}, held_at);
    auto given_back = held();
    release(given_back, held_at);
    auto lapsed = held();
    expire(lapsed);
    auto cancelled = held();
    cancelled.state = ReservationState::cancelled;
    for (const auto now : {held_at, deadline - us, deadline, deadline + us}) {
        CHECK(outcome(check_held(paid, now)) == "already_paid");
        CHECK(outcome(check_held(given_back, now)) == "hold_released");
        CHECK(outcome(check_held(lapsed, now)) == "hold_expired");
        CHECK(outcome(check_held(cancelled, now)) == "hold_released");
        for (const auto& reservation : {paid, given_back, lapsed, cancelled}) {
            CHECK_FALSE(is_live_hold(reservation, now));
            CHECK(state_at(reservation, now) == reservation.state);
        }
    }
}

TEST_CASE("states of reservations have stable numbers and names") {
    CHECK(static_cast<int>(ReservationState::held) == 1);
    CHECK(static_cast<int>(ReservationState::confirmed) == 2);
    CHECK(static_cast<int>(ReservationState::released) == 3);
    CHECK(static_cast<int>(ReservationState::expired) == 4);
    CHECK(static_cast<int>(ReservationState::cancelled) == 5);
    CHECK(name_of(ReservationState::held) == "held");
    CHECK(name_of(ReservationState::confirmed) == "confirmed");
    CHECK(name_of(ReservationState::released) == "released");
    CHECK(name_of(ReservationState::expired) == "expired");
    CHECK(name_of(ReservationState::cancelled) == "cancelled");
}
