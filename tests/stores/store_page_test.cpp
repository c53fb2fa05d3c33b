// Pages come in the order told, cursors and limits hold, and counts leave out what has expired.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("concerts come by date, then id", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    Changes changes;
    add(changes.rooms, sample_room(main_room.value, "main"));
    add(changes.concerts, sample_concert(21, main_room, day(2026, 12, 24)));
    add(changes.concerts, sample_concert(22, main_room, day(2026, 1, 1)));
    add(changes.concerts, sample_concert(24, main_room, day(2026, 6, 1)));
    add(changes.concerts, sample_concert(23, main_room, day(2026, 6, 1)));
    commit(*store, changes);
    const auto view = must(store->read());
    const auto from = [&](Date first) { return ids_of(must(view->concerts_from(first))); };
    CHECK(from(day(1970, 1, 1)) == Ids{22, 23, 24, 21});
    CHECK(from(day(2026, 1, 2)) == Ids{23, 24, 21});
    CHECK(from(day(2026, 6, 1)) == Ids{23, 24, 21});
    CHECK(from(day(2026, 12, 24)) == Ids{21});
    CHECK(from(day(2026, 12, 25)).empty());
}

TEST_CASE("seats come in the natural order of their numbers", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.concerts, sample_concert(22, main_room, day(2026, 12, 25)));
    const std::vector<std::string> numbers{"1", "02", "2", "10", "A-2", "A-10", "B-1", "b-1", "가-1"};
    std::vector<std::string> shuffled = numbers;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937{7});
    std::int64_t id = 300;
    for (const auto& number : shuffled) add(changes.seats, sample_seat(++id, concert, number));
    add(changes.seats, sample_seat(400, ConcertId{22}, "5"));
    commit(*store, changes);
    const auto view = must(store->read());
    std::vector<std::string> found;
    for (const auto& seat : must(view->seats_of(concert))) found.push_back(seat.facts.number);
    CHECK(found == numbers);
    CHECK(std::is_sorted(found.begin(), found.end(), natural_less));
    CHECK(ids_of(must(view->seats_of(ConcertId{22}))) == Ids{400});
    CHECK(must(view->seats_of(ConcertId{23})).empty());
}

TEST_CASE("reservations and transfers come newest first, in pages", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    add(changes.places, admitted_place(1002, main_room, ben, 2, after_first_moment(3600)));
    add(changes.seats, sample_seat(301, concert, "1"));
    for (std::int64_t n = 1; n <= 5; ++n) {
        auto released = held_reservation(400 + n, n == 3 ? ben : ann, sample_seat(301, concert, "1"),
                                         TokenId{n == 3 ? 1002 : 1001}, after_first_moment(n));
        release(released, first_moment);
        add(changes.reservations, released);
    }
    for (const auto& account :
         {sample_account(1, AccountKind::cash, -4), sample_account(concert.value, AccountKind::sales, 2),
          sample_account(ann.value, AccountKind::user, 1), sample_account(ben.value, AccountKind::user, 1)})
        add(changes.accounts, account);
    changes.transfers = {sample_transfer(601, cash_account, account_of(ann), 1),
                         sample_transfer(602, account_of(ann), sales_of(concert), 1),
                         sample_transfer(603, cash_account, account_of(ben), 2),
                         sample_transfer(604, cash_account, account_of(ann), 1),
                         sample_transfer(605, account_of(ben), sales_of(concert), 1)};
    commit(*store, changes);
    const auto view = must(store->read());

    const auto reservations = [&](UserId user, std::int64_t before, std::int64_t limit) {
        return ids_of(must(view->reservations_of(user, ReservationId{before}, limit)));
    };
    CHECK(reservations(ann, 0, 10) == Ids{405, 404, 402, 401});
    CHECK(reservations(ann, 0, 2) == Ids{405, 404});
    CHECK(reservations(ann, 404, 2) == Ids{402, 401});
    CHECK(reservations(ann, 403, 1) == Ids{402});
    CHECK(reservations(ann, 401, 5).empty());
    CHECK(reservations(ben, 0, 5) == Ids{403});
    CHECK(reservations(UserId{999}, 0, 5).empty());

    const auto transfers = [&](AccountId account, std::int64_t before, std::int64_t limit) {
        return ids_of(must(view->transfers_of(account, TransferId{before}, limit)));
    };
    CHECK(transfers(account_of(ann), 0, 10) == Ids{604, 602, 601});
    CHECK(transfers(account_of(ann), 0, 2) == Ids{604, 602});
    CHECK(transfers(account_of(ann), 602, 5) == Ids{601});
    CHECK(transfers(cash_account, 0, 2) == Ids{604, 603});
    CHECK(transfers(sales_of(concert), 605, 5) == Ids{602});
    CHECK(transfers(AccountId{999}, 0, 5).empty());
}

TEST_CASE("payments that are not reconciled come oldest first, once their time has run out", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    add(changes.seats, sample_seat(301, concert, "1"));
    auto held = held_reservation(401, ann, sample_seat(301, concert, "1"), TokenId{1001}, after_first_moment(900));
    release(held, first_moment);
    add(changes.reservations, held);
    for (std::int64_t n = 1; n <= 6; ++n)
        add(changes.payments, requested_payment(500 + n, held, after_first_moment(10 * n)));
    auto& captured = changes.payments[1].entity;
    captured.state = PaymentState::captured;
    captured.reconciled_at = first_moment;
    changes.payments[3].entity.state = PaymentState::failed;  // before its time ran out
    commit(*store, changes);
    Changes more;
    more.payments.push_back({changes.payments[0].entity, false});
    more.payments[0].entity.state = PaymentState::failed;
    more.payments[0].entity.reconciled_at = after_first_moment(20);
    more.payments[0].entity.step_count = 3;
    commit(*store, more);
    const auto view = must(store->read());
    const auto open = [&](std::int64_t at, std::int64_t after, std::int64_t limit) {
        return ids_of(must(view->unreconciled_payments(after_first_moment(at), PaymentId{after}, limit)));
    };
    CHECK(open(0, 0, 10) == Ids{504});
    CHECK(open(30, 0, 10) == Ids{503, 504});
    CHECK(open(60, 0, 10) == Ids{503, 504, 505, 506});
    CHECK(open(60, 0, 2) == Ids{503, 504});
    CHECK(open(60, 504, 2) == Ids{505, 506});
    CHECK(open(60, 506, 2).empty());
    PaymentKeys one;
    one.ids = {PaymentId{501}};
    std::vector<Payment> rows;
    must(view->payments().load(one, rows));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0] == more.payments[0].entity);
}

TEST_CASE("events come in order, after a sequence, and the last one is known", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    CHECK(must(must(store->read())->last_event()).sequence == 0);
    CHECK(must(must(store->begin())->last_event()).at == Time{});
    CHECK(must(must(store->read())->events_after(0, 10)).empty());
    Changes changes;
    for (std::int64_t n = 1; n <= 12; ++n)
        changes.events.push_back(sample_event(n, EventKind::user_created, after_first_moment(n / 2)));
    commit(*store, changes);
    const auto view = must(store->read());
    const auto after = [&](std::int64_t sequence, std::int64_t limit) {
        return ids_of(must(view->events_after(sequence, limit)));
    };
    CHECK(after(0, 3) == Ids{1, 2, 3});
    CHECK(after(3, 3) == Ids{4, 5, 6});
    CHECK(after(9, 100) == Ids{10, 11, 12});
    CHECK(after(12, 1).empty());
    CHECK(after(int64_max, 1).empty());
    CHECK(must(view->last_event()).sequence == 12);
    CHECK(must(view->last_event()).at == after_first_moment(6));
}

TEST_CASE("counts leave out what has expired at now", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(6);
    add(changes.concerts, sample_concert(22, main_room, day(2026, 12, 25)));
    auto brief = sample_room(12, "brief");
    brief.limits.waiting_ttl = std::chrono::seconds{10};
    add(changes.rooms, brief);
    const auto token_at = [](Time at) { return tsid::first_at(at); };
    add(changes.places, admitted_place(token_at(first_moment) + 1, main_room, UserId{101}, 1, after_first_moment(100)));
    add(changes.places, admitted_place(token_at(first_moment) + 2, main_room, UserId{102}, 2, after_first_moment(200)));
    add(changes.places, waiting_place(token_at(first_moment) + 3, main_room, UserId{103}, 3));
    add(changes.places, waiting_place(token_at(first_moment) + 4, RoomId{12}, UserId{104}, 1));
    add(changes.places, waiting_place(token_at(after_first_moment(5)), RoomId{12}, UserId{105}, 2));
    add(changes.places, finished_place(waiting_place(token_at(first_moment) + 6, main_room, UserId{106}, 4),
                                       PlaceState::left, first_moment));
    const TokenId token{token_at(first_moment) + 1};
    const auto seat_of = [&](std::int64_t n, ConcertId of, SeatState state, std::int64_t seconds) {
        auto seat = sample_seat(300 + n, of, std::to_string(n));
        auto reservation = held_reservation(400 + n, ann, seat, token, after_first_moment(seconds));
        if (state == SeatState::blocked) block(seat);
        if (state == SeatState::held || state == SeatState::sold) {
            take(seat, reservation.id, reservation.deadline);
            if (state == SeatState::sold) sell(seat), confirm(reservation, {}, first_moment);
            add(changes.reservations, reservation);
        }
        add(changes.seats, seat);
    };
    seat_of(1, concert, SeatState::available, 0);
    seat_of(2, concert, SeatState::held, 10);
    seat_of(3, concert, SeatState::held, 20);
    seat_of(4, concert, SeatState::sold, 5);
    seat_of(5, concert, SeatState::blocked, 0);
    seat_of(6, ConcertId{22}, SeatState::held, 30);
    commit(*store, changes);

    const auto seats = [&](ConcertId of, Time now) { return must(must(store->read())->seat_counts(of, now)); };
    CHECK(seats(concert, after_first_moment(10) - Duration{1}) == SeatCounts{1, 2, 1, 1});
    CHECK(seats(concert, after_first_moment(10)) == SeatCounts{2, 1, 1, 1});
    CHECK(seats(concert, after_first_moment(20)) == SeatCounts{3, 0, 1, 1});
    CHECK(seats(ConcertId{22}, after_first_moment(20)) == SeatCounts{0, 1, 0, 0});
    CHECK(seats(ConcertId{23}, first_moment) == SeatCounts{});

    const auto counts = [&](Time now) { return must(must(store->read())->counts(now)); };
    CHECK(counts(first_moment).users == 6);
    CHECK(counts(first_moment).waiting == 3);
    CHECK(counts(first_moment).admitted == 2);
    CHECK(counts(first_moment).seats == SeatCounts{1, 3, 1, 1});
    CHECK(counts(after_first_moment(10) - Duration{1}).waiting == 3);
    CHECK(counts(after_first_moment(10)).waiting == 2);
    CHECK(counts(after_first_moment(15)).waiting == 1);
    CHECK(counts(after_first_moment(20)).seats == SeatCounts{3, 1, 1, 1});
    CHECK(counts(after_first_moment(100) - Duration{1}).admitted == 2);
    CHECK(counts(after_first_moment(100)).admitted == 1);
    CHECK(counts(after_first_moment(200)).admitted == 0);
    CHECK(counts(after_first_moment(86'400)).waiting == 0);

    // Counts follow the rows when those change.
    changes = {};
    auto freed = sample_seat(302, concert, "2");
    freed.version = 2;
    change(changes.seats, freed);
    auto lapsed = held_reservation(402, ann, freed, token, after_first_moment(10));
    expire(lapsed);
    change(changes.reservations, lapsed);
    change(changes.places, finished_place(admitted_place(token_at(first_moment) + 2, main_room, UserId{102}, 2,
                                                         after_first_moment(200)),
                                          PlaceState::left, first_moment));
    commit(*store, changes);
    CHECK(seats(concert, first_moment) == SeatCounts{2, 1, 1, 1});
    CHECK(counts(first_moment).admitted == 1);
}

TEST_CASE("what was sold is told by category and type, and what was issued by its time", "[store][page]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    const auto full = sample_type(201, concert, "full");
    changes.ticket_types = {full};
    add(changes.places, admitted_place(1001, main_room, ann, 1, after_first_moment(3600)));
    const auto reserve = [&](std::int64_t n, const std::string& category, TypeId type, std::int64_t price,
                             ReservationState state, std::int64_t refunded) {
        auto seat = sample_seat(300 + n, concert, std::to_string(n));
        seat.facts.category = category;
        auto reservation = held_reservation(400 + n, ann, seat, TokenId{1001}, after_first_moment(30));
        reservation.price = Points{price};
        reservation.type = type;
        reservation.state = state;
        reservation.refunded = Points{refunded};
        if (is_claim(state)) take(seat, reservation.id, reservation.deadline);
        if (state == ReservationState::confirmed) sell(seat);
        add(changes.seats, seat);
        add(changes.reservations, reservation);
    };
    using State = ReservationState;
    reserve(1, "B", {}, 10, State::confirmed, 0);
    reserve(2, "A", full.id, 20, State::confirmed, 3);
    reserve(3, "A", full.id, 30, State::cancelled, 30);
    reserve(4, "A", {}, 40, State::confirmed, 0);
    reserve(5, "A", {}, 50, State::held, 0);
    reserve(6, "A", {}, 60, State::released, 0);
    reserve(7, "C", {}, 70, State::expired, 0);
    const auto transfer = [&](std::int64_t at, std::int64_t amount, TransferKind kind) {
        // Ids are made with the time.
        auto row =
            sample_transfer(tsid::first_at(after_first_moment(at)) + amount, cash_account, account_of(ann), amount);
        row.at = after_first_moment(at);
        row.kind = kind;
        changes.transfers.push_back(row);
    };
    transfer(10, 1, TransferKind::recharge);
    transfer(20, 2, TransferKind::recharge);
    transfer(20, 8, TransferKind::refund);
    transfer(30, 4, TransferKind::recharge);
    commit(*store, changes);

    const auto view = must(store->read());
    CHECK(must(view->sales_of_concert(concert)) == std::vector{SalesRow{"A", TypeId{}, 1, 0, Points{40}, Points{0}},
                                                               SalesRow{"A", full.id, 1, 1, Points{50}, Points{33}},
                                                               SalesRow{"B", TypeId{}, 1, 0, Points{10}, Points{0}}});
    CHECK(must(view->sales_of_concert(ConcertId{99})).empty());
    const auto between = [&](std::int64_t from, std::int64_t to) {
        return must(view->cash_between(after_first_moment(from), after_first_moment(to)));
    };
    CHECK(between(10, 20) == CashFlow{1, Points{1}});
    CHECK(between(10, 21) == CashFlow{2, Points{3}});
    CHECK(between(31, 90) == CashFlow{});
    CHECK(must(view->cash_between(Time::min(), never)) == CashFlow{3, Points{7}});
}
