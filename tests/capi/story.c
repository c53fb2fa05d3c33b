/* Every function, as it is meant to be used, and its expected refusals. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static void test_version(void) {
    CHECK(strcmp(boxoffice_version(), BOXOFFICE_VERSION) == 0);
    CHECK(boxoffice_abi() == BOXOFFICE_ABI);
    CHECK(strcmp(boxoffice_status_name(BOXOFFICE_SEAT_UNAVAILABLE), "seat_unavailable") == 0);
    CHECK(strcmp(boxoffice_status_name(BOXOFFICE_OK), "ok") == 0);
    CHECK(strcmp(boxoffice_status_name(12345), "unknown") == 0);
    CHECK(strlen(boxoffice_status_message(BOXOFFICE_BUSY)) > 10);
    CHECK(strcmp(boxoffice_event_name(20), "seat_held") == 0);
    CHECK(strcmp(boxoffice_event_name(-1), "unknown") == 0);
}

static void test_ids(void) {
    char text[BOXOFFICE_ID_TEXT_SIZE];
    int64_t id = 0;
    CHECK_OK(boxoffice_id_text(388400145978465528, text, NULL));
    CHECK(strcmp(text, "0ARYZVZXW377R") == 0);
    CHECK_OK(boxoffice_id_parse(TEXT("0ARYZVZXW377R"), &id, NULL));
    CHECK(id == 388400145978465528);
    CHECK_STATUS(boxoffice_id_text(0, text, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_text(-5, text, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_parse(TEXT("0ARYZVZXW377r"), &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_parse(TEXT("ZZZZZZZZZZZZZ"), &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(id == 0);
}

/* Seats that are not for sale, and the bounds of what says so. */
static void test_new_seats(test_office *it) {
    boxoffice_new_seat seat;
    boxoffice_seat found;
    int64_t concert = 0;
    memset(&seat, 0, sizeof seat);
    seat.number = "7";
    seat.number_length = 1;
    seat.is_blocked = 1;
    CHECK_OK(
        boxoffice_create_concert(it->office, TEXT("2029-12-31"), TEXT("Old Year"), it->room, &seat, 1, &concert, NULL));
    CHECK_OK(boxoffice_find_seat(it->office, concert, TEXT("7"), 0, &found, NULL));
    CHECK(found.state == BOXOFFICE_SEAT_STATE_BLOCKED && strcmp(found.label, "7") == 0);
    seat.number = "8";
    seat.is_blocked = 2;
    CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
    seat.is_blocked = 0;
    seat.reserved32 = 1;
    CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
    seat.reserved32 = 0;
    seat.label_length = 1; /* without a text */
    CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
    seat.label = "\xff";
    CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
    seat.label = "8";
    CHECK_OK(boxoffice_add_seats(it->office, concert, &seat, 1, NULL));
}

static void test_house(test_office *it) {
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_new_seat seat = {.number = "11", .number_length = 2, .price = 50, .label = "eleven", .label_length = 6};
    boxoffice_concert concert;
    boxoffice_concert concerts[4];
    boxoffice_date dates[4];
    boxoffice_seat one;
    boxoffice_seat seats[8];
    boxoffice_seat_counts counts;
    boxoffice_seat_changes changes;
    char version[40];
    boxoffice_room room;
    int64_t id = 0;
    int64_t found = 0;
    size_t count = 0;

    CHECK_OK(boxoffice_create_user(it->office, TEXT("\xEA\xB9\x80\xEB\xAF\xBC\xEC\x95\x84"), &id, NULL));
    CHECK_OK(boxoffice_find_user(it->office, TEXT("\xEA\xB9\x80\xEB\xAF\xBC\xEC\x95\x84"), &found, NULL));
    CHECK(id > 0 && id == found);
    CHECK_STATUS(boxoffice_create_user(it->office, TEXT("\xEA\xB9\x80\xEB\xAF\xBC\xEC\x95\x84"), &id, NULL),
                 BOXOFFICE_USER_EXISTS);
    CHECK(id == 0);
    CHECK_STATUS(boxoffice_find_user(it->office, TEXT("nobody"), &found, NULL), BOXOFFICE_UNKNOWN_USER);

    limits.active_capacity = 7;
    CHECK_OK(boxoffice_create_room(it->office, TEXT("balcony"), &limits, &id, NULL));
    CHECK_STATUS(boxoffice_create_room(it->office, TEXT("balcony"), &limits, &found, NULL), BOXOFFICE_ROOM_EXISTS);
    limits.active_capacity = 8;
    CHECK_OK(boxoffice_change_room(it->office, id, &limits, NULL));
    CHECK_OK(boxoffice_find_room(it->office, TEXT("balcony"), &room, NULL));
    CHECK(room.id == id && room.limits.active_capacity == 8 && strcmp(room.name, "balcony") == 0);
    CHECK_STATUS(boxoffice_change_room(it->office, 99, &limits, NULL), BOXOFFICE_UNKNOWN_ROOM);
    CHECK_STATUS(boxoffice_find_room(it->office, TEXT("attic"), &room, NULL), BOXOFFICE_UNKNOWN_ROOM);

    CHECK_OK(boxoffice_add_seats(it->office, it->concert, &seat, 1, NULL));
    CHECK_STATUS(boxoffice_add_seats(it->office, it->concert, &seat, 1, NULL), BOXOFFICE_SEAT_EXISTS);
    CHECK_STATUS(boxoffice_add_seats(it->office, 99, &seat, 1, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    test_new_seats(it);
    CHECK_STATUS(boxoffice_create_concert(it->office, TEXT("2030-02-30"), TEXT("x"), it->room, NULL, 0, &id, NULL),
                 BOXOFFICE_INVALID_DATE);
    CHECK_STATUS(boxoffice_create_concert(it->office, TEXT("2030-02-03"), TEXT("x"), 99, NULL, 0, &id, NULL),
                 BOXOFFICE_UNKNOWN_ROOM);
    CHECK_OK(boxoffice_find_concert(it->office, TEXT("2030-01-01"), &concert, NULL));
    CHECK(concert.id == it->concert && strcmp(concert.title, "New Year") == 0 &&
          strcmp(concert.date, "2030-01-01") == 0);
    CHECK_OK(boxoffice_get_concert(it->office, it->concert, &concert, NULL));
    CHECK_STATUS(boxoffice_get_concert(it->office, 99, &concert, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_find_concert(it->office, TEXT("2030-01-02"), &concert, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_create_concert(it->office, TEXT("2030-01-05"), TEXT("A"), it->room, NULL, 0, &id, NULL));
    CHECK_OK(boxoffice_create_concert(it->office, TEXT("2030-01-05"), TEXT("B"), it->room, NULL, 0, &id, NULL));
    CHECK_STATUS(boxoffice_find_concert(it->office, TEXT("2030-01-05"), &concert, NULL), BOXOFFICE_AMBIGUOUS_CONCERT);
    CHECK_OK(boxoffice_list_concerts(it->office, TEXT("2030-01-01"), concerts, 4, &count, NULL));
    CHECK(count == 3);
    CHECK_STATUS(boxoffice_list_concerts(it->office, TEXT("2030-01-01"), NULL, 0, &count, NULL), BOXOFFICE_TOO_SMALL);
    CHECK(count == 3);
    CHECK_OK(boxoffice_list_dates(it->office, TEXT("2030-01-01"), dates, 4, &count, NULL));
    CHECK(count == 1 && strcmp(dates[0].text, "2030-01-01") == 0);

    CHECK_OK(boxoffice_find_seat(it->office, it->concert, TEXT("11"), 0, &one, NULL));
    CHECK(one.price == 50 && one.state == BOXOFFICE_SEAT_STATE_AVAILABLE && one.held_until_us == BOXOFFICE_NEVER);
    CHECK(strcmp(one.number, "11") == 0 && strcmp(one.label, "eleven") == 0);
    CHECK_STATUS(boxoffice_find_seat(it->office, it->concert, TEXT("12"), 0, &one, NULL), BOXOFFICE_UNKNOWN_SEAT);
    CHECK_OK(boxoffice_find_seat(it->office, it->concert, TEXT("11"), 0, &one, NULL));
    CHECK_OK(boxoffice_block_seat(it->office, one.id, NULL));
    CHECK_OK(boxoffice_block_seat(it->office, one.id, NULL));
    CHECK_OK(boxoffice_count_seats(it->office, it->concert, &counts, NULL));
    CHECK(counts.blocked == 1 && counts.available == 4);
    CHECK_OK(boxoffice_list_seats(it->office, it->concert, 0, seats, 8, &count, NULL));
    CHECK(count == 5 && strcmp(seats[1].number, "2") == 0 && strcmp(seats[3].number, "10") == 0);
    CHECK(seats[4].state == BOXOFFICE_SEAT_STATE_BLOCKED);
    CHECK_OK(boxoffice_list_seats_since(it->office, it->concert, 0, NULL, 0, &changes, seats, 8, &count, NULL));
    CHECK(count == 5 && changes.is_whole == 1 && strlen(changes.version) == 32 && changes.counts.blocked == 1);
    CHECK(changes.lapses_at_us == BOXOFFICE_NEVER);
    CHECK_OK(boxoffice_unblock_seat(it->office, one.id, NULL));
    memcpy(version, changes.version, sizeof version);
    CHECK_OK(boxoffice_list_seats_since(it->office, it->concert, 0, version, strlen(version), &changes, seats, 8,
                                        &count, NULL));
    CHECK(count == 1 && changes.is_whole == 0 && strcmp(changes.version, version) != 0);
    CHECK(seats[0].id == one.id && seats[0].state == BOXOFFICE_SEAT_STATE_AVAILABLE);
    CHECK_OK(
        boxoffice_list_seats_since(it->office, it->concert, 0, changes.version, 32, &changes, NULL, 0, &count, NULL));
    CHECK(count == 0 && changes.is_whole == 0 && changes.counts.available == 5);
    CHECK_STATUS(boxoffice_list_seats_since(it->office, 99, 0, NULL, 0, &changes, seats, 8, &count, NULL),
                 BOXOFFICE_UNKNOWN_CONCERT);
    CHECK(changes.version[0] == 0);
    CHECK_STATUS(boxoffice_block_seat(it->office, 99, NULL), BOXOFFICE_UNKNOWN_SEAT);
    CHECK_STATUS(boxoffice_unblock_seat(it->office, 99, NULL), BOXOFFICE_UNKNOWN_SEAT);
    CHECK_STATUS(boxoffice_count_seats(it->office, 99, &counts, NULL), BOXOFFICE_UNKNOWN_CONCERT);
}

static void test_turns(void) {
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    test_office it;
    boxoffice_joined first;
    boxoffice_joined second;
    boxoffice_peeked peeked;
    boxoffice_claims claims;
    boxoffice_arrived claimed;
    boxoffice_stats stats;
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    int64_t released = 0;
    int64_t a;
    int64_t b;
    limits.active_capacity = 1;
    limits.queue_capacity = 1;
    options.main_room = &limits;
    open_test_office(&it, &options);
    a = make_user(&it, "a");
    b = make_user(&it, "b");
    CHECK_OK(boxoffice_join(it.office, a, it.room, &first, NULL));
    CHECK_OK(boxoffice_join(it.office, b, it.room, &second, NULL));
    CHECK(first.state == BOXOFFICE_PLACE_STATE_ADMITTED && second.state == BOXOFFICE_PLACE_STATE_WAITING);
    CHECK(second.claims.position == 2);
    CHECK_OK(boxoffice_join(it.office, b, it.room, &second, NULL));
    CHECK(second.again == 1 && second.claims.position == 2);
    CHECK_STATUS(boxoffice_join(it.office, make_user(&it, "c"), it.room, &second, NULL), BOXOFFICE_QUEUE_FULL);
    CHECK_STATUS(boxoffice_join(it.office, 99, it.room, &second, NULL), BOXOFFICE_UNKNOWN_USER);
    CHECK_STATUS(boxoffice_join(it.office, a, 99, &second, NULL), BOXOFFICE_UNKNOWN_ROOM);
    CHECK_OK(boxoffice_join(it.office, b, it.room, &second, NULL));

    CHECK_OK(boxoffice_token_text(it.office, &second.claims, text, NULL));
    CHECK(strlen(text) == 68);
    CHECK_OK(boxoffice_authenticate(it.office, TEXT(text), &claims, NULL));
    CHECK(claims.user == b && claims.token == second.claims.token);
    CHECK_OK(boxoffice_peek(it.office, TEXT(text), &peeked, NULL));
    CHECK(peeked.is_turn == 0 && peeked.ahead == 0 && peeked.estimated_wait_us < 0 && peeked.next_poll_us > 0);
    CHECK_STATUS(boxoffice_await_turn(it.office, TEXT(text), 3, 50000, &peeked, NULL), BOXOFFICE_NOT_YOUR_TURN);
    CHECK_STATUS(boxoffice_arrive(it.office, b, second.claims.token, &claimed, NULL), BOXOFFICE_NOT_YOUR_TURN);
    CHECK_OK(boxoffice_leave(it.office, a, first.claims.token, &released, NULL));
    CHECK(released == 0);
    CHECK_OK(boxoffice_await_turn(it.office, TEXT(text), 1, 0, &peeked, NULL));
    CHECK(peeked.is_turn == 1);
    CHECK_OK(boxoffice_arrive(it.office, b, second.claims.token, &claimed, NULL));
    CHECK(claimed.turn_until_us == it.clock.wall_us + 300000000);
    CHECK_OK(boxoffice_get_stats(it.office, &stats, NULL));
    CHECK(stats.admitted == 1 && stats.waiting == 0 && stats.users == 3);
    CHECK_OK(boxoffice_leave(it.office, b, second.claims.token, NULL, NULL));
    CHECK_STATUS(boxoffice_peek(it.office, TEXT(text), &peeked, NULL), BOXOFFICE_PLACE_LEFT);
    text[10] = text[10] == 'A' ? 'B' : 'A';
    CHECK_STATUS(boxoffice_peek(it.office, TEXT(text), &peeked, NULL), BOXOFFICE_INVALID_TOKEN);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_sale(test_office *it) {
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_held again;
    boxoffice_paid paid;
    boxoffice_paid same;
    boxoffice_payment payment;
    boxoffice_payment_begun begun;
    boxoffice_reservation reservation;
    boxoffice_reservation reservations[4];
    boxoffice_transfer transfers[4];
    boxoffice_ticked ticked;
    boxoffice_seat seat;
    size_t count = 0;
    int64_t balance = 0;
    const int64_t user = make_user(it, "buyer");
    const int64_t other = make_user(it, "other");
    int64_t token = make_turn(it, user);

    CHECK_STATUS(boxoffice_recharge(it->office, user, 0, NULL, 0, &recharged, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_recharge(it->office, 99, 5, NULL, 0, &recharged, NULL), BOXOFFICE_UNKNOWN_USER);
    CHECK_OK(boxoffice_recharge(it->office, user, 150, TEXT("r1"), &recharged, NULL));
    CHECK_OK(boxoffice_recharge(it->office, user, 150, TEXT("r1"), &recharged, NULL));
    CHECK(recharged.balance == 150);
    CHECK_STATUS(boxoffice_recharge(it->office, user, 151, TEXT("r1"), &recharged, NULL),
                 BOXOFFICE_IDEMPOTENCY_CONFLICT);

    CHECK_STATUS(boxoffice_hold_seat(it->office, other, token, it->seats[0], NULL, 0, &held, NULL),
                 BOXOFFICE_INVALID_TOKEN);
    CHECK_STATUS(boxoffice_hold_seat(it->office, user, token, 99, NULL, 0, &held, NULL), BOXOFFICE_UNKNOWN_SEAT);
    CHECK_OK(boxoffice_hold_seat(it->office, user, token, it->seats[0], TEXT("h1"), &held, NULL));
    CHECK_OK(boxoffice_hold_seat(it->office, user, token, it->seats[0], TEXT("h1"), &again, NULL));
    CHECK(memcmp(&held, &again, sizeof held) == 0);
    CHECK_STATUS(boxoffice_hold_seat(it->office, user, token, it->seats[1], NULL, 0, &again, NULL),
                 BOXOFFICE_HOLD_LIMIT);
    CHECK_STATUS(boxoffice_block_seat(it->office, it->seats[0], NULL), BOXOFFICE_SEAT_UNAVAILABLE);
    CHECK_OK(boxoffice_find_seat(it->office, it->concert, TEXT("1"), user, &seat, NULL));
    CHECK(seat.state == BOXOFFICE_SEAT_STATE_HELD && seat.is_mine == 1 && seat.held_until_us == held.deadline_us);
    CHECK_OK(boxoffice_release_hold(it->office, user, held.reservation, NULL));
    CHECK_OK(boxoffice_release_hold(it->office, user, held.reservation, NULL));
    CHECK_STATUS(boxoffice_release_hold(it->office, other, held.reservation, NULL), BOXOFFICE_UNKNOWN_RESERVATION);

    CHECK_OK(boxoffice_hold_seat(it->office, user, token, it->seats[1], NULL, 0, &held, NULL));
    CHECK_STATUS(boxoffice_pay(it->office, user, token, 99, NULL, 0, &paid, NULL, NULL),
                 BOXOFFICE_RESERVATION_MISMATCH);
    CHECK_OK(boxoffice_pay(it->office, user, token, held.reservation, TEXT("p1"), &paid, NULL, NULL));
    CHECK_OK(boxoffice_pay(it->office, user, token, held.reservation, TEXT("p1"), &same, NULL, NULL));
    CHECK(memcmp(&paid, &same, sizeof paid) == 0);
    CHECK(paid.amount == 100 && paid.balance == 50);
    CHECK_OK(boxoffice_balance(it->office, user, &balance, NULL));
    CHECK(balance == 50);
    CHECK_STATUS(boxoffice_balance(it->office, 99, &balance, NULL), BOXOFFICE_UNKNOWN_USER);
    CHECK_OK(boxoffice_get_payment(it->office, user, paid.payment, &payment, NULL));
    CHECK(payment.state == BOXOFFICE_PAYMENT_STATE_CAPTURED && payment.step_count == 3);
    CHECK(payment.steps[0].state == BOXOFFICE_PAYMENT_STATE_REQUESTED &&
          payment.steps[2].state == BOXOFFICE_PAYMENT_STATE_CAPTURED);
    CHECK_STATUS(boxoffice_get_payment(it->office, other, paid.payment, &payment, NULL), BOXOFFICE_UNKNOWN_PAYMENT);
    CHECK_OK(boxoffice_get_reservation(it->office, user, held.reservation, &reservation, NULL));
    CHECK(reservation.state == BOXOFFICE_RESERVATION_STATE_CONFIRMED && strcmp(reservation.seat_number, "2") == 0);
    CHECK(strcmp(reservation.seat_label, "2") == 0 && strcmp(reservation.seat_section, "stalls") == 0);
    CHECK(strcmp(reservation.seat_row, "") == 0);
    CHECK_STATUS(boxoffice_get_reservation(it->office, other, held.reservation, &reservation, NULL),
                 BOXOFFICE_UNKNOWN_RESERVATION);
    CHECK_OK(boxoffice_list_reservations(it->office, user, 0, reservations, 4, &count, NULL));
    CHECK(count == 2 && reservations[0].id == held.reservation);
    CHECK_OK(boxoffice_list_transfers(it->office, user, 0, transfers, 4, &count, NULL));
    CHECK(count == 2 && transfers[0].kind == BOXOFFICE_TRANSFER_KIND_PAYMENT &&
          transfers[1].kind == BOXOFFICE_TRANSFER_KIND_RECHARGE);

    token = make_turn(it, user);
    CHECK_OK(boxoffice_recharge(it->office, user, 1000, NULL, 0, &recharged, NULL));
    CHECK_OK(boxoffice_hold_seat(it->office, user, token, it->seats[2], NULL, 0, &held, NULL));
    CHECK_OK(boxoffice_begin_payment(it->office, user, token, held.reservation, TEXT("b1"), &begun, NULL));
    CHECK_STATUS(boxoffice_begin_payment(it->office, user, token, held.reservation, NULL, 0, &begun, NULL),
                 BOXOFFICE_PAYMENT_PENDING);
    CHECK_OK(boxoffice_begin_payment(it->office, user, token, held.reservation, TEXT("b1"), &begun, NULL));
    CHECK_OK(boxoffice_fail_payment(it->office, user, held.reservation, begun.payment, TEXT("pg-1"), NULL));
    CHECK_STATUS(boxoffice_capture_payment(it->office, user, token, held.reservation, begun.payment, NULL, 0, NULL, 0,
                                           &paid, NULL, NULL),
                 BOXOFFICE_PAYMENT_FAILED);
    CHECK_OK(boxoffice_begin_payment(it->office, user, token, held.reservation, TEXT("b1"), &begun, NULL));
    CHECK_OK(boxoffice_capture_payment(it->office, user, token, held.reservation, begun.payment, TEXT("pg-2"),
                                       TEXT("c1"), &paid, NULL, NULL));
    CHECK_STATUS(boxoffice_fail_payment(it->office, user, held.reservation, begun.payment, NULL, 0, NULL),
                 BOXOFFICE_ALREADY_PAID);
    CHECK_OK(boxoffice_get_payment(it->office, user, begun.payment, &payment, NULL));
    CHECK(strcmp(payment.transaction_key, "pg-2") == 0);

    token = make_turn(it, other);
    CHECK_OK(boxoffice_hold_seat(it->office, other, token, it->seats[3], NULL, 0, &held, NULL));
    CHECK_STATUS(boxoffice_pay(it->office, other, token, held.reservation, NULL, 0, &paid, NULL, NULL),
                 BOXOFFICE_INSUFFICIENT_POINTS);
    move_clock(&it->clock, 300000000);
    CHECK_STATUS(boxoffice_release_hold(it->office, other, held.reservation, NULL), BOXOFFICE_HOLD_EXPIRED);
    CHECK_OK(boxoffice_tick(it->office, 0, &ticked, NULL));
    CHECK(ticked.expired >= 1 && ticked.more == 0);
}

static void test_events(test_office *it) {
    boxoffice_event events[128];
    boxoffice_violation violations[2];
    size_t count = 0;
    size_t i;
    int64_t now = 0;
    CHECK_OK(boxoffice_list_events(it->office, 0, events, 128, &count, NULL));
    CHECK(count > 20 && count < 128);
    for (i = 0; i < count; ++i) CHECK(events[i].sequence == (int64_t)i + 1);
    CHECK_OK(boxoffice_list_events(it->office, (int64_t)count - 1, events, 1, &count, NULL));
    CHECK(count == 1);
    CHECK_STATUS(boxoffice_list_events(it->office, 0, NULL, 0, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_audit(it->office, violations, 2, &count, NULL));
    CHECK(count == 0);
    CHECK_OK(boxoffice_audit(it->office, NULL, 0, &count, NULL));
    CHECK_OK(boxoffice_now(it->office, &now, NULL));
    CHECK(now == it->clock.wall_us);
}

static void test_file(void) {
    char dir[] = "/tmp/boxoffice-c-XXXXXX";
    char path[64];
    char copy[64];
    boxoffice_office *office = NULL;
    boxoffice_office *second = NULL;
    int64_t user = 0;
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/sale.db", dir);
    snprintf(copy, sizeof copy, "%s/copy.db", dir);
    CHECK_OK(boxoffice_open(TEXT(path), NULL, &office, NULL));
    CHECK_OK(boxoffice_create_user(office, TEXT("kept"), &user, NULL));
    CHECK_OK(boxoffice_backup(office, TEXT(copy), 0, NULL));
    CHECK_STATUS(boxoffice_backup(office, TEXT(copy), 0, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_open(TEXT(copy), NULL, &second, NULL));
    CHECK_OK(boxoffice_find_user(second, TEXT("kept"), &user, NULL));
    CHECK_OK(boxoffice_close(&second));
    CHECK_OK(boxoffice_close(&office));
    CHECK_OK(boxoffice_open(TEXT(path), NULL, &office, NULL));
    CHECK_OK(boxoffice_find_user(office, TEXT("kept"), &user, NULL));
    CHECK_OK(boxoffice_close(&office));
    CHECK_STATUS(boxoffice_open(TEXT("/nowhere/at/all.db"), NULL, &office, NULL), BOXOFFICE_STORAGE);
    CHECK(office == NULL);
    CHECK_OK(boxoffice_open(TEXT(":memory:"), NULL, &office, NULL));
    CHECK_STATUS(boxoffice_backup(office, TEXT("/tmp/never"), 0, NULL), BOXOFFICE_UNSUPPORTED);
    CHECK_OK(boxoffice_close(&office));
    unlink(path);
    unlink(copy);
    snprintf(path, sizeof path, "%s/sale.db-lock", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/copy.db-lock", dir);
    unlink(path);
    CHECK(rmdir(dir) == 0);
}

void test_story(void) {
    test_office it;
    test_version();
    test_ids();
    test_turns();
    test_file();
    open_test_office(&it, NULL);
    test_house(&it);
    test_sale(&it);
    test_events(&it);
    CHECK_OK(boxoffice_close(&it.office));
}
