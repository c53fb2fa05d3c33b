// What a commit must not do: the last line of defence against a bug in the engine.

#include <cstdint>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a commit that breaks a rule of the tables changes nothing, and the store goes on", "[store][backstop]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    const HeldTown held;
    auto sound = held.changes();
    add(sound.seats, sample_seat(302, concert, "2"));
    add(sound.accounts, sample_account(1, AccountKind::cash, -100));
    add(sound.accounts, sample_account(ann.value, AccountKind::user, 100));
    sound.transfers.push_back(sample_transfer(601, cash_account, account_of(ann), 100));
    add(sound.payments, requested_payment(501, held.reservation, after_first_moment(60)));
    sound.payment_steps.push_back({PaymentId{501}, 0, PaymentState::requested, first_moment, ""});
    sound.sales = {sample_sale(concert, 1)};
    sound.tariff_prices = {{SaleId{concert, 1}, {"A", TypeId{}, Points{1}}}};
    sound.ticket_types = {sample_type(201, concert, "full")};
    add(sound.leases, NodeLease{3, first_moment, 0});
    add(sound.token_keys, TokenKey{1, {}});
    commit(*store, sound);
    const auto before = dump_of(*store);

    // Something sound first, so that a commit done by halves shows.
    Changes changes;
    add(changes.users, sample_user(900));
    changes.events.push_back(sample_event(2, EventKind::user_created));
    const auto refused = [&] {
        const auto code = failed_commit(*store, changes);
        CHECK(code == ErrorCode::internal);
        CHECK(dump_of(*store) == before);
    };

    SECTION("a user's id twice") { add(changes.users, sample_user(101)), refused(); }
    SECTION("an external id twice") {
        auto twin = sample_user(901);
        twin.external_id = "user-101";
        add(changes.users, twin), refused();
    }
    SECTION("an external id twice in one commit") {
        auto twin = sample_user(901);
        twin.external_id = "user-900";
        add(changes.users, twin), refused();
    }
    SECTION("a room's name twice") { add(changes.rooms, sample_room(12, "main")), refused(); }
    SECTION("a room's id twice") { add(changes.rooms, sample_room(11, "other")), refused(); }
    SECTION("a room that is not there") { change(changes.rooms, sample_room(12, "other")), refused(); }
    SECTION("a concert's id twice") {
        add(changes.concerts, sample_concert(21, main_room, day(2027, 1, 1))), refused();
    }
    SECTION("a version of a concert's terms twice") { changes.sales = {sample_sale(concert, 1)}, refused(); }
    SECTION("a price of a version twice") {
        changes.tariff_prices = {{SaleId{concert, 1}, {"A", TypeId{}, Points{2}}}}, refused();
    }
    SECTION("a price below zero") {
        changes.tariff_prices = {{SaleId{concert, 1}, {"B", TypeId{}, Points{-1}}}}, refused();
    }
    SECTION("a type's name twice in its concert") {
        changes.ticket_types = {sample_type(202, concert, "full")}, refused();
    }
    SECTION("more back than the price") {
        auto reservation = held.reservation;
        reservation.refunded = Points{reservation.price.value + 1};
        change(changes.reservations, reservation), refused();
    }
    SECTION("a seat's number twice in its concert") { add(changes.seats, sample_seat(303, concert, "2")), refused(); }
    SECTION("a seat without a label") {
        auto seat = sample_seat(303, concert, "3");
        seat.facts.label.clear();
        add(changes.seats, seat), refused();
    }
    SECTION("a held seat without a claim") {
        auto seat = sample_seat(303, concert, "3");
        seat.state = SeatState::held;
        add(changes.seats, seat), refused();
    }
    SECTION("a blocked seat with a claim") {
        auto seat = sample_seat(303, concert, "3");
        seat.state = SeatState::blocked;
        seat.claim = ReservationId{401};
        add(changes.seats, seat), refused();
    }
    SECTION("a seat's id twice") { add(changes.seats, sample_seat(302, concert, "3")), refused(); }
    SECTION("a seat that is not there") {
        auto seat = sample_seat(303, concert, "3");
        seat.version = 2;
        change(changes.seats, seat), refused();
    }
    SECTION("a seat written at its own version") { change(changes.seats, sample_seat(302, concert, "2")), refused(); }
    SECTION("a seat written two versions on") {
        auto seat = sample_seat(302, concert, "2");
        seat.version = 3;
        change(changes.seats, seat), refused();
    }
    SECTION("a second live claim of a seat") {
        add(changes.places, admitted_place(1002, main_room, ben, 2, after_first_moment(3600)));
        add(changes.reservations, held_reservation(402, ben, held.seat, TokenId{1002}, after_first_moment(60))),
            refused();
    }
    SECTION("a sale of a seat that is held") {
        add(changes.places, admitted_place(1002, main_room, ben, 2, after_first_moment(3600)));
        auto sale = held_reservation(402, ben, held.seat, TokenId{1002}, after_first_moment(60));
        confirm(sale, {}, first_moment);
        add(changes.reservations, sale), refused();
    }
    SECTION("two live claims of a seat in one commit") {
        for (const std::int64_t id : {402, 403})
            add(changes.reservations,
                held_reservation(id, ann, sample_seat(302, concert, "2"), held.place.token, after_first_moment(60)));
        refused();
    }
    SECTION("a reservation's id twice") {
        auto twin =
            held_reservation(401, ann, sample_seat(302, concert, "2"), held.place.token, after_first_moment(60));
        add(changes.reservations, twin), refused();
    }
    SECTION("a reservation that is not there") {
        auto absent =
            held_reservation(402, ann, sample_seat(302, concert, "2"), held.place.token, after_first_moment(60));
        change(changes.reservations, absent), refused();
    }
    SECTION("a second live place of a user in a room") {
        add(changes.places, waiting_place(1002, main_room, ann, 2)), refused();
    }
    SECTION("a position twice in a room") { add(changes.places, waiting_place(1002, main_room, ben, 1)), refused(); }
    SECTION("a position twice, of a finished place") {
        add(changes.places, finished_place(waiting_place(1002, main_room, ben, 1), PlaceState::left, first_moment));
        refused();
    }
    SECTION("a token's id twice") { add(changes.places, waiting_place(1001, main_room, ben, 2)), refused(); }
    SECTION("a place that is not there") { change(changes.places, waiting_place(1002, main_room, ben, 2)), refused(); }
    SECTION("a user's balance below zero") {
        change(changes.accounts, sample_account(ann.value, AccountKind::user, -1)), refused();
    }
    SECTION("a user's balance above the greatest") {
        change(changes.accounts, sample_account(ann.value, AccountKind::user, balance_max.value + 1)), refused();
    }
    SECTION("an account's id twice") { add(changes.accounts, sample_account(1, AccountKind::cash, 0)), refused(); }
    SECTION("an account that is not there") {
        change(changes.accounts, sample_account(ben.value, AccountKind::user, 0)), refused();
    }
    SECTION("a transfer's id twice") {
        changes.transfers.push_back(sample_transfer(601, cash_account, account_of(ann), 5)), refused();
    }
    SECTION("a transfer of nothing") {
        changes.transfers.push_back(sample_transfer(602, cash_account, account_of(ann), 0)), refused();
    }
    SECTION("a payment's id twice") {
        add(changes.payments, requested_payment(501, held.reservation, after_first_moment(60))), refused();
    }
    SECTION("a second capture of a reservation") {
        for (const std::int64_t id : {502, 503}) {
            auto captured = requested_payment(id, held.reservation, after_first_moment(60));
            captured.state = PaymentState::captured;
            captured.finished_at = first_moment;
            add(changes.payments, captured);
        }
        refused();
    }
    SECTION("a payment that is not there") {
        change(changes.payments, requested_payment(502, held.reservation, after_first_moment(60))), refused();
    }
    SECTION("a payment's step twice") {
        changes.payment_steps.push_back({PaymentId{501}, 0, PaymentState::failed, first_moment, ""}), refused();
    }
    SECTION("a lease's node twice") { add(changes.leases, NodeLease{3, first_moment, 5}), refused(); }
    SECTION("a lease that is not there") { change(changes.leases, NodeLease{4, first_moment, 5}), refused(); }
    SECTION("a token key's id twice") { add(changes.token_keys, TokenKey{1, {}}), refused(); }
    SECTION("an event's sequence twice") {
        changes.events.push_back(sample_event(2, EventKind::place_joined)), refused();
    }
    SECTION("an event's sequence again") {
        changes.events.front().sequence = 1;
        refused();
    }

    Changes good;
    add(good.users, sample_user(900));
    good.events.push_back(sample_event(2, EventKind::user_created));
    commit(*store, good);
    CHECK(must(must(store->read())->counts(first_moment)).users == 3);
    CHECK(must(must(store->read())->last_event()).sequence == 2);
}

TEST_CASE("a seat, a place and a claim may pass on within one commit", "[store][backstop]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    HeldTown held;
    commit(*store, held.changes());

    // Ann's hold and turn run out. Ben gets the seat, Ann joins again; the new rows are named before the old ones.
    Changes changes;
    const auto ben_place = admitted_place(1002, main_room, ben, 2, after_first_moment(9000));
    const auto ann_again = waiting_place(1003, main_room, ann, 3);
    const auto ben_hold = held_reservation(402, ben, held.seat, ben_place.token, after_first_moment(9000));
    add(changes.reservations, ben_hold);
    add(changes.places, ben_place);
    add(changes.places, ann_again);
    expire(held.reservation);
    change(changes.reservations, held.reservation);
    change(changes.places, finished_place(held.place, PlaceState::expired, held.place.deadline));
    change(changes.seats, held_seat(held.seat, ben_hold.id, ben_hold.deadline));
    commit(*store, changes);

    const auto view = must(store->read());
    ReservationKeys reservations;
    reservations.held_by = {ann, ben};
    CHECK(load(view->reservations(), reservations) == std::vector{ben_hold});
    PlaceKeys places;
    places.live_of = {{ann, main_room}};
    CHECK(load(view->places(), places) == std::vector{ann_again});
}
