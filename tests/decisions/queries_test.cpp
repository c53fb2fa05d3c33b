#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("dates are those with a seat available now, from the given day on, ascending, each once") {
    Office office;
    office.concert("2026-12-26", {{"1", 10}});
    office.concert("2026-12-24", {{"1", 10}});
    office.concert("2026-12-24", {{"1", 10}});
    office.concert("2026-12-23", {});
    office.concert("2026-12-22", {{"1", 10}});
    (void)office.try_block("1");
    office.concert("2026-12-25", {{"1", 10}});
    const auto dates = [&](const std::string& from) {
        std::vector<std::string> texts;
        for (const auto day : must(office->dates(must(parse_date(from), from)), "dates")) texts.push_back(to_text(day));
        return texts;
    };
    CHECK(dates("1970-01-01") == std::vector<std::string>{"2026-12-24", "2026-12-25", "2026-12-26"});
    CHECK(dates("2026-12-25") == std::vector<std::string>{"2026-12-25", "2026-12-26"});
    CHECK(dates("2026-12-27").empty());

    const auto held = office.hold(office.comes("mina"), "1");  // the only seat of the 25th
    CHECK(dates("2026-12-25") == std::vector<std::string>{"2026-12-26"});
    office.wait_until(held.deadline - us);
    CHECK(dates("2026-12-25") == std::vector<std::string>{"2026-12-26"});
    office.wait(us);
    CHECK(dates("2026-12-25") == std::vector<std::string>{"2026-12-25", "2026-12-26"});
}

TEST_CASE("a date names its only concert") {
    Office office;
    const auto day = *parse_date("2026-12-24");
    CHECK(outcome(office->concert(day)) == "unknown_concert");
    const auto first = office.concert("2026-12-24", {});
    office.concert("2026-12-25", {});
    CHECK(office->concert(day)->id == first);
    CHECK(office->concert(first)->date == day);
    office.concert("2026-12-24", {});
    CHECK(outcome(office->concert(day)) == "ambiguous_concert");
    CHECK(outcome(office->concert(ConcertId{5})) == "unknown_concert");
    CHECK(outcome(office->concert(ConcertId{})) == "unknown_concert");
    CHECK(office->concerts(day)->size() == 3);
    CHECK(office->concerts(day + std::chrono::days{1})->size() == 1);
}

TEST_CASE("seats are listed in natural order of their numbers") {
    Office office;
    office.concert("2026-12-24", {{"10", 1}, {"B-10", 1}, {"2", 1}, {"B-9", 1}, {"1", 1}, {"02", 1}});
    CHECK(office.available() == std::vector<std::string>{"1", "02", "2", "10", "B-9", "B-10"});
    std::vector<std::string> map;
    for (const auto& seat : must(office->seat_map(office.last_concert()), "map")) map.push_back(seat.seat.facts.number);
    CHECK(map == office.available());
    CHECK(outcome(office->available_seats(ConcertId{5})) == "unknown_concert");
    CHECK(outcome(office->seat_map(ConcertId{5})) == "unknown_concert");
    CHECK(outcome(office->seat(office.last_concert(), "3")) == "unknown_seat");
    CHECK(outcome(office->seat(ConcertId{5}, "1")) == "unknown_seat");
}

TEST_CASE("the map of seats shows every state, and to whom a claim belongs only to its owner") {
    Office office{options_with([](Options& o) { o.holds_per_user = 2; })};
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}, {"3", 0}, {"4", 0}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto paid = office.hold(mina, "1");
    const auto held = office.hold(mina, "2");
    (void)office.pay(mina, paid.reservation);
    (void)office.try_block("3");
    const auto map_of = [&](UserId user) {
        std::vector<std::string> rows;
        for (const auto& seat : must(office->seat_map(office.last_concert(), user), "map"))
            rows.push_back(seat.seat.facts.number + " " + std::string{name_of(seat.state)} +
                           (seat.is_mine ? " mine" : ""));
        return rows;
    };
    const std::vector<std::string> of_others{"1 sold", "2 held", "3 blocked", "4 available"};
    CHECK(map_of(mina.user) == std::vector<std::string>{"1 sold mine", "2 held mine", "3 blocked", "4 available"});
    CHECK(map_of(yuna.user) == of_others);
    CHECK(map_of(UserId{}) == of_others);
    CHECK(office->seat(office.last_concert(), "2", mina.user)->is_mine);
    CHECK_FALSE(office->seat(office.last_concert(), "2", yuna.user)->is_mine);
    CHECK_FALSE(office->seat(office.last_concert(), "2")->is_mine);
    CHECK(office->seat(office.last_concert(), "1", mina.user)->is_mine);
    CHECK(*office->seat_counts(office.last_concert()) == SeatCounts{1, 1, 1, 1});

    office.wait_until(held.deadline);
    CHECK(map_of(mina.user) == std::vector<std::string>{"1 sold mine", "2 available", "3 blocked", "4 available"});
    CHECK_FALSE(office->seat(office.last_concert(), "2", mina.user)->is_mine);
    CHECK(*office->seat_counts(office.last_concert()) == SeatCounts{2, 0, 1, 1});
}

TEST_CASE("reservations are one's own, newest first, by pages") {
    Office office{options_with([](Options& o) { o.holds_per_user = 9; })};
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}, {"3", 0}, {"4", 0}, {"5", 0}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    std::vector<ReservationId> ids;
    for (const auto* number : {"1", "2", "3", "4"}) ids.push_back(office.hold(mina, number).reservation);
    const auto other = office.hold(yuna, "5");
    const auto page = [&](std::int64_t limit, ReservationId before = {}) {
        std::vector<ReservationId> found;
        for (const auto& view : must(office->reservations(mina.user, limit, before), "reservations"))
            found.push_back(view.reservation.id);
        return found;
    };
    CHECK(page(10) == std::vector{ids[3], ids[2], ids[1], ids[0]});
    CHECK(page(3) == std::vector{ids[3], ids[2], ids[1]});
    CHECK(page(3, ids[1]) == std::vector{ids[0]});
    CHECK(page(3, ids[0]).empty());
    for (const std::int64_t limit : {0, -1, 1'001}) {
        CHECK(outcome(office->reservations(mina.user, limit)) == "invalid_argument");
        CHECK(outcome(office->transfers(mina.user, limit)) == "invalid_argument");
    }
    CHECK(outcome(office->reservations(mina.user, 1'000)) == "ok");
    CHECK(outcome(office->reservation(mina.user, ids[0])) == "ok");
    CHECK(outcome(office->reservation(mina.user, other.reservation)) == "unknown_reservation");
    CHECK(outcome(office->reservation(UserId{}, ids[0])) == "unknown_reservation");
    CHECK(outcome(office->reservation(mina.user, ReservationId{})) == "unknown_reservation");
}

TEST_CASE("payments are one's own") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}});
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    const auto paid = office.pay(mina, office.hold(mina, "1").reservation);
    CHECK(outcome(office->payment(mina.user, paid.payment)) == "ok");
    CHECK(outcome(office->payment(yuna.user, paid.payment)) == "unknown_payment");
    CHECK(outcome(office->payment(mina.user, PaymentId{})) == "unknown_payment");
    CHECK(outcome(office->payment(UserId{}, paid.payment)) == "unknown_payment");
}

TEST_CASE("a balance and its transfers are a user's, and no system account's") {
    Office office;
    const auto concert = office.concert("2026-12-24", {{"1", 30}});
    const auto mina = office.comes("mina");
    for (const std::int64_t amount : {10, 20, 30}) office.recharge(mina.user, amount);
    (void)office.pay(mina, office.hold(mina, "1").reservation);
    CHECK(office.balance(mina.user) == 30);
    std::vector<std::int64_t> amounts;
    for (const auto& transfer : must(office->transfers(mina.user, 3), "transfers"))
        amounts.push_back(transfer.amount.value);
    CHECK(amounts == std::vector<std::int64_t>{30, 30, 20});
    const auto last = office->transfers(mina.user, 3)->back().id;
    CHECK(office->transfers(mina.user, 3, last)->size() == 1);
    CHECK(office->transfers(mina.user, 3, last)->front().amount == Points{10});

    for (const auto stranger : {UserId{}, UserId{5}, UserId{cash_account.value}, UserId{concert.value}}) {
        CHECK(outcome(office->balance(stranger)) == "unknown_user");
        const auto transfers = office->transfers(stranger, 10);
        CHECK((!transfers || transfers->empty()));
    }
}

TEST_CASE("a token tells its user while it is one of this office and not too old") {
    Office office;
    const auto mina = office.comes("mina");
    const auto claims = *office->authenticate(mina.text);
    CHECK(claims.user == mina.user);
    CHECK(claims.token == mina.token);
    CHECK(claims.room == office->main_room());
    CHECK(claims.position == 1);
    const auto issued = issued_at(mina.token);
    for (const std::string text : {"", "x", "AAAA"}) {
        CHECK(outcome(office->authenticate(text)) == "invalid_token");
        CHECK(outcome(office->peek(text)) == "invalid_token");
        CHECK(outcome(office->await_turn(text, 1, Duration{0})) == "invalid_token");
    }
    // Signed, but no token that a join gave: peeking a room that is not there was a fault once.
    CHECK(outcome(office->peek(office->token_text({mina.token, mina.user, RoomId{5}, 1}))) == "invalid_token");
    office.wait_until(issued + hours{24} - us);
    CHECK(outcome(office->authenticate(mina.text)) == "ok");  // though its place is long over
    CHECK(outcome(office->peek(mina.text)) == "place_expired");
    office.wait(us);
    CHECK(outcome(office->authenticate(mina.text)) == "invalid_token");
    CHECK(outcome(office->peek(mina.text)) == "invalid_token");
    office.wait(us);
    CHECK(outcome(office->authenticate(mina.text)) == "invalid_token");
}

TEST_CASE("awaiting a turn is bounded in attempts") {
    Office office{room_for(1)};
    const auto a = office.comes("a");
    const auto b = office.comes("b");
    CHECK(outcome(office->await_turn(a.text, 0, seconds{1})) == "invalid_argument");
    CHECK(outcome(office->await_turn(a.text, 1, -us)) == "invalid_argument");
    CHECK(office->await_turn(a.text, 1, Duration{0})->is_turn);
    const auto begun = office.now();
    CHECK(outcome(office->await_turn(b.text, 3, seconds{10})) == "not_your_turn");
    CHECK(office.now() == begun + seconds{20});  // between the attempts, and not after the last
    const auto turn = office->await_turn(b.text, 100, seconds{10});
    CHECK(turn->is_turn);
    CHECK(office.now() == begun + minutes{5});  // when a's turn ends
}

TEST_CASE("stats count what is live now") {
    Office office{room_for(2)};
    office.concert("2026-12-24", {{"1", 0}, {"2", 0}});
    const auto a = office.comes("a");
    (void)office.comes("b");
    (void)office.comes("c");
    (void)office.hold(a, "1");
    auto stats = *office->stats();
    CHECK(stats.users == 3);
    CHECK(stats.admitted == 2);
    CHECK(stats.waiting == 1);
    CHECK(stats.seats == SeatCounts{1, 1, 0, 0});
    office.wait(seconds{60});
    CHECK(office->stats()->admitted == 1);  // b never showed up
    office.wait(minutes{4});
    stats = *office->stats();
    CHECK(stats.admitted == 0);
    CHECK(stats.seats == SeatCounts{2, 0, 0, 0});
}

TEST_CASE("a store in memory has no file to be copied") {
    Office office;
    CHECK(outcome(office->backup("copy")) == "unsupported");
}
