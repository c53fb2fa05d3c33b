// Every store finds what keys name, and no more.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("what is absent is not there, and loads append", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, town());
    const auto view = must(store->read());

    std::vector<User> users{sample_user(7)};
    UserKeys user_keys;
    user_keys.ids = as_ids<UserId>({101, 999});
    user_keys.external_ids = {"user-102", "USER-102", "user-10", ""};
    must(view->users().load(user_keys, users));
    REQUIRE(users.size() == 3);
    CHECK(users[0] == sample_user(7));
    CHECK(sorted(ids_of(users)) == Ids{7, 101, 102});

    CHECK(load(view->users(), UserKeys{}).empty());
    CHECK(load(view->rooms(), RoomKeys{}).empty());
    CHECK(load(view->concerts(), ConcertKeys{}).empty());
    CHECK(load(view->seats(), SeatKeys{}).empty());
    CHECK(load(view->places(), PlaceKeys{}).empty());
    CHECK(load(view->reservations(), ReservationKeys{}).empty());
    CHECK(load(view->accounts(), AccountKeys{}).empty());
    CHECK(load(view->payments(), PaymentKeys{}).empty());
    CHECK(load(view->idempotency(), IdempotencyKeys{}).empty());
    CHECK(load(view->leases(), LeaseKeys{}).empty());
    CHECK(load(view->leases(), LeaseKeys{true}).empty());
    CHECK(load(view->token_keys(), TokenKeyKeys{}).empty());

    ConcertKeys concert_keys;
    concert_keys.ids = as_ids<ConcertId>({20, 21, 22});
    CHECK(ids_of(load(view->concerts(), concert_keys)) == Ids{21});
    SeatKeys seat_keys;
    seat_keys.ids = as_ids<SeatId>({1});
    seat_keys.numbers = {{concert, "1"}};
    CHECK(load(view->seats(), seat_keys).empty());
    PlaceKeys place_keys;
    place_keys.tokens = as_ids<TokenId>({1});
    place_keys.live_of = {{ann, main_room}};
    place_keys.lines = {{main_room, never, TokenId{int64_max}, 10}, {RoomId{99}, never, TokenId{int64_max}, 10}};
    CHECK(load(view->places(), place_keys).empty());
    ReservationKeys reservation_keys;
    reservation_keys.ids = as_ids<ReservationId>({1});
    reservation_keys.held_by = {ann};
    reservation_keys.lapsed = never;
    CHECK(load(view->reservations(), reservation_keys).empty());
    PaymentKeys payment_keys;
    payment_keys.ids = as_ids<PaymentId>({1});
    payment_keys.lapsed = never;
    CHECK(load(view->payments(), payment_keys).empty());
    IdempotencyKeys record_keys;
    record_keys.ids = {{ann, Operation::hold, "k"}};
    CHECK(load(view->idempotency(), record_keys).empty());
}

TEST_CASE("one load may name thousands of keys", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(3000);
    for (std::int64_t i = 1; i <= 3000; ++i)
        add(changes.seats, sample_seat(10'000 + i, concert, "N-" + std::to_string(i)));
    commit(*store, changes);
    const auto view = must(store->read());

    UserKeys by_id;
    UserKeys by_name;
    SeatKeys by_number;
    for (std::int64_t i = 1; i <= 3000; ++i) {
        by_id.ids.push_back(UserId{100 + i});
        by_name.external_ids.push_back("user-" + std::to_string(100 + i));
        by_number.numbers.emplace_back(concert, "N-" + std::to_string(i));
    }
    CHECK(sorted(ids_of(load(view->users(), by_id))) == range(3000, 100));
    CHECK(sorted(ids_of(load(view->users(), by_name))) == range(3000, 100));
    CHECK(sorted(ids_of(load(view->seats(), by_number))) == range(3000, 10'000));
}

TEST_CASE("rooms are found by name, by what is due, and all", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    Changes changes;
    add(changes.rooms, sample_room(11, "main"));  // nobody waits
    auto full = sample_room(12, "full");
    full.waiting_count = 1;
    full.limits.active_capacity = full.admitted_count = 2;
    full.next_lapse_at = after_first_moment(60);
    add(changes.rooms, full);
    auto paced = sample_room(13, "paced");
    paced.waiting_count = 1;
    paced.limits.admissions_per_second = 10;
    paced.next_admission_at = after_first_moment(90);
    add(changes.rooms, paced);
    auto free = sample_room(14, "free");
    free.waiting_count = 1;
    free.next_lapse_at = after_first_moment(1000);
    add(changes.rooms, free);
    commit(*store, changes);

    const auto due = [&](Time now) {
        RoomKeys keys;
        keys.due = now;
        return sorted(ids_of(load(must(store->read())->rooms(), keys)));
    };
    CHECK(due(first_moment) == Ids{14});
    CHECK(due(after_first_moment(60) - Duration{1}) == Ids{14});
    CHECK(due(after_first_moment(60)) == Ids{12, 14});
    CHECK(due(after_first_moment(90) - Duration{1}) == Ids{12, 14});
    CHECK(due(after_first_moment(90)) == Ids{12, 13, 14});
    CHECK(due(after_first_moment(100'000)) == Ids{12, 13, 14});

    RoomKeys keys;
    keys.names = {"full", "Main", "nowhere"};
    keys.ids = as_ids<RoomId>({13, 99});
    CHECK(sorted(ids_of(load(must(store->read())->rooms(), keys))) == Ids{12, 13});
    keys = {};
    keys.all = true;
    CHECK(sorted(ids_of(load(must(store->read())->rooms(), keys))) == Ids{11, 12, 13, 14});

    // A change moves a room among those that are due.
    changes = {};
    full.next_lapse_at = after_first_moment(300);
    change(changes.rooms, full);
    free.waiting_count = 0;
    change(changes.rooms, free);
    commit(*store, changes);
    CHECK(due(after_first_moment(60)).empty());
    CHECK(due(after_first_moment(300)) == Ids{12, 13});
}

TEST_CASE("seats are found by number within their concert", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.concerts, sample_concert(22, main_room, day(2026, 12, 25)));
    add(changes.seats, sample_seat(301, concert, "2"));
    add(changes.seats, sample_seat(302, concert, "02"));
    add(changes.seats, sample_seat(303, concert, "a"));
    add(changes.seats, sample_seat(304, concert, "A"));
    add(changes.seats, sample_seat(305, ConcertId{22}, "2"));
    commit(*store, changes);
    const auto numbered = [&](ConcertId of, const std::string& number) {
        SeatKeys keys;
        keys.numbers = {{of, number}};
        return ids_of(load(must(store->read())->seats(), keys));
    };
    CHECK(numbered(concert, "2") == Ids{301});
    CHECK(numbered(concert, "02") == Ids{302});
    CHECK(numbered(concert, "a") == Ids{303});
    CHECK(numbered(concert, "A") == Ids{304});
    CHECK(numbered(ConcertId{22}, "2") == Ids{305});
    CHECK(numbered(ConcertId{22}, "A").empty());
    CHECK(numbered(concert, "002").empty());
    CHECK(numbered(concert, "").empty());
}

TEST_CASE("a user's live place in a room is found, lapsed or not", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(3);
    add(changes.rooms, sample_room(12, "other"));
    const RoomId other{12};
    add(changes.places, finished_place(waiting_place(1001, main_room, ann, 1), PlaceState::left, first_moment));
    add(changes.places, admitted_place(1002, main_room, ann, 2, after_first_moment(-1000)));
    add(changes.places, waiting_place(1003, other, ann, 1));
    add(changes.places,
        finished_place(admitted_place(1004, main_room, ben, 3, first_moment), PlaceState::completed, first_moment));
    commit(*store, changes);
    const auto live_of = [&](UserId user, RoomId room) {
        PlaceKeys keys;
        keys.live_of = {{user, room}};
        return ids_of(load(must(store->read())->places(), keys));
    };
    CHECK(live_of(ann, main_room) == Ids{1002});
    CHECK(live_of(ann, other) == Ids{1003});
    CHECK(live_of(ben, main_room).empty());
    CHECK(live_of(UserId{103}, other).empty());

    PlaceKeys both;
    both.live_of = {{ann, main_room}, {ben, main_room}, {ann, other}};
    both.tokens = as_ids<TokenId>({1001, 1004, 999});
    CHECK(sorted(ids_of(load(must(store->read())->places(), both))) == Ids{1001, 1002, 1003, 1004});

    // Live until the row says otherwise; then another may take its stead in the same commit.
    changes = {};
    add(changes.places, waiting_place(1005, main_room, ann, 4));
    change(changes.places, finished_place(admitted_place(1002, main_room, ann, 2, after_first_moment(-1000)),
                                          PlaceState::expired, after_first_moment(-1000)));
    commit(*store, changes);
    CHECK(live_of(ann, main_room) == Ids{1005});
}

TEST_CASE("a line gives lapsed turns by deadline, and the turn that ends next", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(7);
    add(changes.rooms, sample_room(12, "other"));
    add(changes.places, admitted_place(1001, main_room, UserId{101}, 1, after_first_moment(30)));
    add(changes.places, admitted_place(1002, main_room, UserId{102}, 2, after_first_moment(10)));
    add(changes.places, admitted_place(1003, main_room, UserId{103}, 3, after_first_moment(20)));
    add(changes.places, admitted_place(1004, main_room, UserId{104}, 4, after_first_moment(40)));
    add(changes.places, admitted_place(1005, RoomId{12}, UserId{105}, 1, after_first_moment(1)));
    add(changes.places, finished_place(admitted_place(1006, main_room, UserId{106}, 5, after_first_moment(5)),
                                       PlaceState::expired, after_first_moment(5)));
    add(changes.places, waiting_place(1007, main_room, UserId{107}, 6));
    commit(*store, changes);
    const auto admitted = [&](Time now) { return line_of(*store, {main_room, now, TokenId{}, 0}).admitted; };
    CHECK(admitted(first_moment) == Ids{1002});
    CHECK(admitted(after_first_moment(10) - Duration{1}) == Ids{1002});
    CHECK(admitted(after_first_moment(10)) == Ids{1002, 1003});
    CHECK(admitted(after_first_moment(20)) == Ids{1002, 1003, 1001});
    CHECK(admitted(after_first_moment(39)) == Ids{1002, 1003, 1001, 1004});
    CHECK(admitted(after_first_moment(40)) == Ids{1002, 1003, 1001, 1004});
    CHECK(line_of(*store, {main_room, first_moment, TokenId{}, 0}).waiting.empty());
}

TEST_CASE("a line gives who has waited too long, and who is next, by position", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(9);
    add(changes.rooms, sample_room(12, "other"));
    // Tokens of several processes: their order is not quite that of the positions.
    const Ids tokens{1001, 1004, 1002, 1003, 1006, 1005, 1007};
    for (std::size_t i = 0; i < tokens.size(); ++i)
        add(changes.places, waiting_place(tokens[i], main_room, UserId{101 + static_cast<std::int64_t>(i)},
                                          static_cast<Position>(i + 1)));
    add(changes.places, waiting_place(900, RoomId{12}, UserId{108}, 1));
    add(changes.places, finished_place(waiting_place(901, main_room, UserId{109}, 8), PlaceState::left, first_moment));
    commit(*store, changes);
    const auto waiting = [&](std::int64_t still, std::int64_t next) {
        return line_of(*store, {main_room, first_moment, TokenId{still}, next}).waiting;
    };
    CHECK(waiting(0, 0).empty());
    CHECK(waiting(1001, 0).empty());
    CHECK(waiting(0, 3) == Ids{1001, 1004, 1002});
    CHECK(waiting(0, 100) == tokens);
    CHECK(waiting(1002, 0) == Ids{1001});
    CHECK(waiting(1002, 1) == Ids{1001, 1004});
    // Those below 1004 first or among the others: each by position.
    const auto some = waiting(1004, 2);
    Ids too_long;
    Ids next;
    for (const auto token : some) (token < 1004 ? too_long : next).push_back(token);
    CHECK(too_long == Ids{1001, 1002, 1003});
    CHECK(next == Ids{1004, 1006});
    CHECK(sorted(waiting(int64_max, 0)) == sorted(tokens));
    CHECK(waiting(int64_max, 5).size() == tokens.size());

    // Two lines in one load do not mix.
    PlaceKeys two;
    two.lines = {{main_room, first_moment, TokenId{}, 1}, {RoomId{12}, first_moment, TokenId{}, 1}};
    CHECK(sorted(ids_of(load(must(store->read())->places(), two))) == Ids{900, 1001});
}

TEST_CASE("reservations are found by id, by who holds, and when they have lapsed", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    add(changes.places, admitted_place(1002, main_room, ben, 2, after_first_moment(3600)));
    const auto reserve = [&](std::int64_t n, UserId user, std::int64_t token, std::int64_t seconds, bool is_held) {
        auto seat = sample_seat(300 + n, concert, std::to_string(n));
        auto reservation = held_reservation(400 + n, user, seat, TokenId{token}, after_first_moment(seconds));
        if (is_held)
            take(seat, reservation.id, reservation.deadline);
        else
            release(reservation, first_moment);
        add(changes.seats, seat);
        add(changes.reservations, reservation);
    };
    reserve(1, ann, 1001, 30, true);
    reserve(2, ann, 1001, 10, true);
    reserve(3, ann, 1001, 5, false);
    reserve(4, ben, 1002, 20, true);
    commit(*store, changes);

    const auto view = must(store->read());
    const auto lapsed = [&](Time now) {
        ReservationKeys keys;
        keys.lapsed = now;
        return ids_of(load(view->reservations(), keys));
    };
    CHECK(lapsed(after_first_moment(10) - Duration{1}).empty());
    CHECK(lapsed(after_first_moment(10)) == Ids{402});
    CHECK(lapsed(after_first_moment(20)) == Ids{402, 404});
    CHECK(lapsed(after_first_moment(100'000)) == Ids{402, 404, 401});

    ReservationKeys keys;
    keys.held_by = {ann};
    CHECK(sorted(ids_of(load(view->reservations(), keys))) == Ids{401, 402});
    keys.held_by = {ann, ben, UserId{999}};
    CHECK(sorted(ids_of(load(view->reservations(), keys))) == Ids{401, 402, 404});
    keys.held_by.clear();
    keys.ids = as_ids<ReservationId>({403, 404, 405});
    CHECK(sorted(ids_of(load(view->reservations(), keys))) == Ids{403, 404});
}

TEST_CASE("payments are found by id, and when their time to capture has passed", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    for (std::int64_t n = 1; n <= 4; ++n) {
        auto seat = sample_seat(300 + n, concert, std::to_string(n));
        const auto reservation = held_reservation(400 + n, ann, seat, TokenId{1001}, after_first_moment(3600));
        take(seat, reservation.id, reservation.deadline);
        add(changes.seats, seat);
        add(changes.reservations, reservation);
        auto payment = requested_payment(500 + n, reservation, after_first_moment(50 - 10 * n));
        if (n == 4) {
            payment.state = PaymentState::failed;
            payment.finished_at = first_moment;
        }
        add(changes.payments, payment);
    }
    commit(*store, changes);
    const auto view = must(store->read());
    const auto lapsed = [&](Time now) {
        PaymentKeys keys;
        keys.lapsed = now;
        return ids_of(load(view->payments(), keys));
    };
    CHECK(lapsed(after_first_moment(20) - Duration{1}).empty());
    CHECK(lapsed(after_first_moment(20)) == Ids{503});
    CHECK(lapsed(after_first_moment(30)) == Ids{503, 502});
    CHECK(lapsed(after_first_moment(100'000)) == Ids{503, 502, 501});
    PaymentKeys keys;
    keys.ids = as_ids<PaymentId>({504, 505, 501});
    CHECK(sorted(ids_of(load(view->payments(), keys))) == Ids{501, 504});
}

TEST_CASE("accounts and idempotency records are found by their whole key", "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.accounts, sample_account(1, AccountKind::cash, -5));
    add(changes.accounts, sample_account(ann.value, AccountKind::user, 5));
    for (const auto operation : {Operation::hold, Operation::pay})
        for (const auto user : {ann, ben})
            add(changes.idempotency, sample_record(user, operation, "key", first_moment));
    add(changes.idempotency, sample_record(ann, Operation::hold, "KEY", first_moment));
    commit(*store, changes);
    const auto view = must(store->read());
    AccountKeys accounts;
    accounts.ids = as_ids<AccountId>({101, 1, 102});
    CHECK(sorted(ids_of(load(view->accounts(), accounts))) == Ids{1, 101});
    const auto found = [&](UserId user, Operation operation, const std::string& key) {
        IdempotencyKeys keys;
        keys.ids = {{user, operation, key}};
        const auto rows = load(view->idempotency(), keys);
        return rows.size() == 1 && rows[0].id == keys.ids[0];
    };
    CHECK(found(ann, Operation::hold, "key"));
    CHECK(found(ann, Operation::hold, "KEY"));
    CHECK(found(ben, Operation::pay, "key"));
    CHECK_FALSE(found(ben, Operation::hold, "KEY"));
    CHECK_FALSE(found(ann, Operation::recharge, "key"));
    CHECK_FALSE(found(ann, Operation::hold, "ke"));
}

TEST_CASE("a look-up gives at most lookup_max rows, those of a tick tick_max, the earliest", "[store][lookup][bulk]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    constexpr auto more = lookup_max + 2;
    auto changes = town(2 * more);
    // The deadlines run against the ids, so that an answer in order of ids is found out.
    const auto deadline_of = [](std::int64_t n) { return after_first_moment(2 * more - n); };
    for (std::int64_t n = 1; n <= more; ++n) {
        add(changes.places, admitted_place(1'000'000 + n, main_room, UserId{100 + n}, n, deadline_of(n)));
        auto seat = sample_seat(2'000'000 + n, concert, std::to_string(n));
        const auto reservation =
            held_reservation(3'000'000 + n, UserId{100 + n}, seat, TokenId{1'000'000 + n}, deadline_of(n));
        take(seat, reservation.id, reservation.deadline);
        add(changes.seats, seat);
        add(changes.reservations, reservation);
        add(changes.payments, requested_payment(4'000'000 + n, reservation, deadline_of(n)));
    }
    // So do the tokens of those who wait run against their positions.
    for (std::int64_t n = 1; n <= more; ++n)
        add(changes.places, waiting_place(5'000'000 - n, main_room, UserId{100 + more + n}, more + n));
    commit(*store, changes);

    const auto view = must(store->read());
    const auto earliest = [](std::int64_t offset, std::int64_t most) {
        Ids ids;
        for (std::int64_t n = more; n > more - most; --n) ids.push_back(offset + n);
        return ids;
    };
    ReservationKeys reservations;
    reservations.lapsed = after_first_moment(5 * more);
    CHECK(ids_of(load(view->reservations(), reservations)) == earliest(3'000'000, tick_max));
    PaymentKeys payments;
    payments.lapsed = after_first_moment(5 * more);
    CHECK(ids_of(load(view->payments(), payments)) == earliest(4'000'000, tick_max));

    auto admitted = line_of(*store, {main_room, after_first_moment(5 * more), TokenId{}, 0}).admitted;
    REQUIRE(admitted.size() >= static_cast<std::size_t>(lookup_max));
    CHECK(admitted.size() <= static_cast<std::size_t>(lookup_max + 1));  // and the one that comes next
    admitted.resize(static_cast<std::size_t>(lookup_max));
    CHECK(admitted == earliest(1'000'000, lookup_max));
    const LineKey of_a_tick{main_room, after_first_moment(5 * more), TokenId{}, 0, tick_max};
    admitted = line_of(*store, of_a_tick).admitted;
    REQUIRE(admitted.size() >= static_cast<std::size_t>(tick_max));
    CHECK(admitted.size() <= static_cast<std::size_t>(tick_max + 1));
    admitted.resize(static_cast<std::size_t>(tick_max));
    CHECK(admitted == earliest(1'000'000, tick_max));

    Ids first_in_line;
    for (std::int64_t n = 1; n <= lookup_max; ++n) first_in_line.push_back(5'000'000 - n);
    CHECK(line_of(*store, {main_room, first_moment, TokenId{int64_max}, 5}).waiting == first_in_line);
    first_in_line.resize(static_cast<std::size_t>(tick_max));
    CHECK(line_of(*store, {main_room, first_moment, TokenId{int64_max}, 5, tick_max}).waiting == first_in_line);
    // The last two positions have the lowest tokens; nobody else waits too long.
    const LineKey two_too_old{main_room, first_moment, TokenId{5'000'000 - more + 2}, 1};
    CHECK(sorted(line_of(*store, two_too_old).waiting) == Ids{5'000'000 - more, 5'000'000 - more + 1, 5'000'000 - 1});
    // All but the first two wait too long.
    const LineKey two_left{main_room, first_moment, TokenId{5'000'000 - 2}, 5};
    auto waiting = line_of(*store, two_left).waiting;
    const auto is_next = [](std::int64_t token) { return token >= 5'000'000 - 2; };
    CHECK(std::count_if(waiting.begin(), waiting.end(), is_next) == 2);
    CHECK(waiting.size() == static_cast<std::size_t>(lookup_max + 2));
}

TEST_CASE("orders are found whole, claims by concert and counted by user, unsettled concerts by themselves",
          "[store][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    auto off = sample_concert(22, main_room, day(2026, 12, 25));
    off.called_off_at = first_moment;
    off.is_settled = false;
    add(changes.concerts, off);
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    const auto reserve = [&](std::int64_t n, UserId user, ConcertId of, std::int64_t order, ReservationState state) {
        auto seat = sample_seat(300 + n, of, std::to_string(n));
        auto reservation = held_reservation(400 + n, user, seat, TokenId{1001}, after_first_moment(30));
        reservation.order = ReservationId{400 + order};
        reservation.state = state;
        if (is_claim(state)) take(seat, reservation.id, reservation.deadline);
        if (state == ReservationState::confirmed) sell(seat);
        add(changes.seats, seat);
        add(changes.reservations, reservation);
    };
    using State = ReservationState;
    reserve(5, ann, concert, 5, State::held);
    reserve(1, ann, concert, 1, State::released);
    reserve(2, ann, concert, 1, State::held);
    reserve(4, ann, concert, 1, State::confirmed);
    reserve(3, ben, concert, 3, State::confirmed);
    reserve(6, ann, ConcertId{22}, 6, State::confirmed);
    reserve(7, ann, ConcertId{22}, 7, State::cancelled);
    reserve(8, ann, ConcertId{22}, 8, State::expired);
    commit(*store, changes);

    const auto view = must(store->read());
    const auto with = [&](const ReservationKeys& keys) { return ids_of(load(view->reservations(), keys)); };
    ReservationKeys keys;
    keys.of_order = as_ids<ReservationId>({401});
    CHECK(sorted(with(keys)) == Ids{401, 402, 404});
    keys.of_order = as_ids<ReservationId>({405, 402, 999});  // one that is no order's first is found alone
    CHECK(sorted(with(keys)) == Ids{402, 405});
    keys.of_order.clear();
    keys.held_by = {ann};
    CHECK(sorted(with(keys)) == Ids{402, 405});
    keys.held_by.clear();
    keys.claims_in = {{concert, 3}};
    CHECK(with(keys) == Ids{402, 403, 404});
    keys.claims_in = {{concert, 10}, {ConcertId{22}, 10}, {ConcertId{99}, 10}};
    CHECK(sorted(with(keys)) == Ids{402, 403, 404, 405, 406});

    // One live hold of a concert, if it has one: held, and its deadline not passed.
    const auto held_in = [&](ConcertId of, Time now) {
        ReservationKeys one;
        one.held_in = {{of, now}};
        return load(view->reservations(), one);
    };
    const auto live = held_in(concert, after_first_moment(30) - Duration{1});
    REQUIRE(live.size() == 1);
    CHECK((live[0].concert == concert && live[0].state == ReservationState::held));
    CHECK(held_in(concert, after_first_moment(30)).empty());
    CHECK(held_in(ConcertId{22}, first_moment).empty());
    CHECK(held_in(ConcertId{99}, first_moment).empty());

    const ClaimKeys claims{{{ann, concert}, {ben, concert}, {ann, ConcertId{22}}, {ben, ConcertId{22}}}};
    CHECK(load(view->claims(), claims) == std::vector{Claims{ann, concert, 3}, Claims{ben, concert, 1},
                                                      Claims{ann, ConcertId{22}, 1}, Claims{ben, ConcertId{22}, 0}});
    ConcertKeys concerts;
    concerts.unsettled = true;
    CHECK(ids_of(load(view->concerts(), concerts)) == Ids{22});
}

TEST_CASE("a stage that asks for every kind of row is answered what each load is", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, HeldTown{}.changes());
    const auto keys = keys_of_all_kinds();
    const auto compare = [&](View& view) {
        StageRows together;
        StageRows alone;
        must(view.load_stage(keys, together));
        for_each_loaded(keys, alone, [&](const auto& some, auto& rows) {
            CHECK(some.any());
            must(view.load(some, rows));
        });
        CHECK(together.users.size() == 2);
        CHECK(together.claims == std::vector<Claims>{{ann, concert, 1}, {ben, concert, 0}});
        const auto check_equal = [](const auto& one, const auto& other) {
            const bool is_equal = one == other;
            CHECK(is_equal);
        };
        check_equal(together.users, alone.users);
        check_equal(together.rooms, alone.rooms);
        check_equal(together.concerts, alone.concerts);
        check_equal(together.seats, alone.seats);
        check_equal(together.places, alone.places);
        check_equal(together.reservations, alone.reservations);
        check_equal(together.accounts, alone.accounts);
        check_equal(together.payments, alone.payments);
        check_equal(together.idempotency, alone.idempotency);
        check_equal(together.leases, alone.leases);
        check_equal(together.sales, alone.sales);
        check_equal(together.tariffs, alone.tariffs);
        check_equal(together.types, alone.types);
        check_equal(together.claims, alone.claims);
    };
    compare(*must(store->read()));
    compare(*must(store->begin()));
}
