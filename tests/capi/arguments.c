/* What a caller can get wrong in the arguments: NULLs, bad UTF-8, edges of INT64, buffers too small. Each is an answer. */
#include "check.h"

static void test_nulls(test_office *it) {
    boxoffice_seat_changes changes;
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    boxoffice_office *const office = it->office;
    size_t count = 7;
    int64_t id = 7;
    boxoffice_seat seats[1];
    CHECK_STATUS(boxoffice_open(NULL, 0, NULL, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    {
        boxoffice_office *none = NULL;
        CHECK_STATUS(boxoffice_open(NULL, 0, NULL, &none, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(boxoffice_open(NULL, 5, NULL, &none, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(boxoffice_open("a\0b", 3, NULL, &none, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK(none == NULL);
    }
    CHECK_STATUS(boxoffice_create_user(office, NULL, 3, &id, &error), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(error.code == BOXOFFICE_INVALID_ARGUMENT && strstr(error.message, "NULL") != NULL && id == 0);
    CHECK_STATUS(boxoffice_create_user(office, TEXT("x"), NULL, &error), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_find_user(office, TEXT("x"), NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_room(office, TEXT("x"), NULL, &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_change_room(office, it->room, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_find_room(office, TEXT("main"), NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_concert(office, TEXT("2030-01-01"), TEXT("x"), it->room, NULL, 3, &id, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_concert(office, NULL, 0, TEXT("x"), it->room, NULL, 0, &id, NULL),
                 BOXOFFICE_INVALID_DATE);
    CHECK_STATUS(boxoffice_add_seats(office, it->concert, NULL, 2, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_add_seats(office, it->concert, NULL, 0, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats(office, it->concert, 0, NULL, 3, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats(office, it->concert, 0, seats, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_find_concert(office, TEXT("2030-01-01"), NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_concert(office, it->concert, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_concerts(office, TEXT("2030-01-01"), NULL, 1, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_dates(office, TEXT("2030-01-01"), NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_available_seats(office, it->concert, NULL, 1, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats_since(office, it->concert, 0, NULL, 0, NULL, seats, 1, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats_since(office, it->concert, 0, NULL, 1, &changes, seats, 1, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats_since(office, it->concert, 0, NULL, 0, &changes, NULL, 1, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats_since(office, it->concert, 0, NULL, 0, &changes, seats, 1, NULL, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_seats_since(office, it->concert, 0, NULL, 0, &changes, seats, 1, &count, NULL),
                 BOXOFFICE_TOO_SMALL);
    CHECK(count == 4 && changes.version[0] == 0);
    CHECK_STATUS(boxoffice_find_seat(office, it->concert, TEXT("1"), 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_count_seats(office, it->concert, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_join(office, 1, it->room, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_token_text(office, NULL, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_authenticate(office, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_peek(office, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_await_turn(office, NULL, 0, 1, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_arrive(office, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_leave(office, 1, 1, NULL, NULL), BOXOFFICE_INVALID_TOKEN);
    CHECK_STATUS(boxoffice_hold_seat(office, 1, 1, 1, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_reservation(office, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_reservations(office, 1, 0, NULL, 1, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_recharge(office, 1, 1, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_balance(office, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_transfers(office, 1, 0, NULL, 1, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_pay(office, 1, 1, 1, NULL, 0, NULL, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_begin_payment(office, 1, 1, 1, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_capture_payment(office, 1, 1, 1, 1, NULL, 0, NULL, 0, NULL, NULL, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_fail_payment(office, 1, 1, 1, NULL, 4, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_payment(office, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_unreconciled_payments(office, 0, NULL, 1, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_reconcile_payments(office, 1, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_reconcile_payment(office, 1, NULL, 4, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_reconcile_payment(office, 1, NULL, 0, NULL), BOXOFFICE_UNKNOWN_PAYMENT);
    CHECK_STATUS(boxoffice_execute(office, NULL, 1, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_execute(office, NULL, 0, NULL, 0, NULL, NULL));
    CHECK_STATUS(boxoffice_tick(office, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_stats(office, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_commit_stats(office, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_list_events(office, 0, NULL, 1, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_audit(office, NULL, 1, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_backup(office, NULL, 0, 0, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_now(office, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_text(1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_parse(NULL, 0, &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_id_parse(TEXT("0ARYZVZXW377R"), NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
}

static void test_texts(test_office *it) {
    static const char *const bad[] = {"",         "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80",
                                      "\xE2\x82", "a\x01",    "\x7F",         "\xC2\x85"};
    char longest[BOXOFFICE_EXTERNAL_ID_MAX + 1];
    char key[257];
    int64_t id = 0;
    size_t i;
    const int64_t user = make_user(it, "texts");
    boxoffice_recharged recharged;
    for (i = 0; i < sizeof bad / sizeof bad[0]; ++i)
        CHECK_STATUS(boxoffice_create_user(it->office, TEXT(bad[i]), &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    memset(longest, 'x', sizeof longest);
    CHECK_OK(boxoffice_create_user(it->office, longest, BOXOFFICE_EXTERNAL_ID_MAX, &id, NULL));
    CHECK_STATUS(boxoffice_create_user(it->office, longest, BOXOFFICE_EXTERNAL_ID_MAX + 1, &id, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_user(it->office, "a\0b", 3, &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
    memset(key, 'k', sizeof key);
    CHECK_OK(boxoffice_recharge(it->office, user, 1, key, 255, &recharged, NULL));
    CHECK_STATUS(boxoffice_recharge(it->office, user, 1, key, 256, &recharged, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_recharge(it->office, user, 1, TEXT("two words"), &recharged, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
}

static void test_edges(test_office *it) {
    static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};
    boxoffice_joined joined;
    boxoffice_held held;
    boxoffice_paid paid;
    boxoffice_recharged recharged;
    boxoffice_reservation reservation;
    boxoffice_reservation page[1];
    boxoffice_claims claims;
    boxoffice_peeked peeked;
    boxoffice_ticked ticked;
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    int64_t balance = 0;
    size_t count = 0;
    size_t i;
    const int64_t user = make_user(it, "edges");
    for (i = 0; i < sizeof edges / sizeof edges[0]; ++i) {
        const int64_t e = edges[i];
        CHECK_STATUS(boxoffice_join(it->office, e, it->room, &joined, NULL), BOXOFFICE_UNKNOWN_USER);
        CHECK_STATUS(boxoffice_join(it->office, user, e, &joined, NULL), BOXOFFICE_UNKNOWN_ROOM);
        CHECK_STATUS(boxoffice_hold_seat(it->office, e, e, e, NULL, 0, &held, NULL), BOXOFFICE_INVALID_TOKEN);
        CHECK_STATUS(boxoffice_pay(it->office, e, e, e, NULL, 0, &paid, NULL, NULL), BOXOFFICE_INVALID_TOKEN);
        CHECK_STATUS(boxoffice_get_reservation(it->office, e, e, &reservation, NULL), BOXOFFICE_UNKNOWN_RESERVATION);
        CHECK_STATUS(boxoffice_balance(it->office, e, &balance, NULL), BOXOFFICE_UNKNOWN_USER);
        CHECK(boxoffice_recharge(it->office, user, e, NULL, 0, &recharged, NULL) != BOXOFFICE_OK);
        CHECK_STATUS(boxoffice_block_seat(it->office, e, NULL), BOXOFFICE_UNKNOWN_SEAT);
        CHECK_OK(boxoffice_list_reservations(it->office, user, e < 0 ? 0 : e, page, 1, &count, NULL));
        memset(&claims, 0, sizeof claims);
        claims.token = claims.user = claims.room = claims.position = e;
        CHECK_STATUS(boxoffice_token_text(it->office, &claims, text, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK(text[0] == 0);
        CHECK(boxoffice_peek(it->office, TEXT(text), &peeked, NULL) != BOXOFFICE_OK);
    }
    CHECK_STATUS(boxoffice_list_reservations(it->office, user, 0, NULL, 0, &count, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_tick(it->office, -1, &ticked, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_await_turn(it->office, TEXT("x"), 0, 0, &peeked, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_await_turn(it->office, TEXT("x"), 1, -1, &peeked, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_await_turn(it->office, TEXT("x"), INT32_MAX, 60000000, &peeked, NULL),
                 BOXOFFICE_INVALID_TOKEN);
    CHECK_STATUS(boxoffice_await_turn(it->office, TEXT("x"), 2, 60000001, &peeked, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_await_turn(it->office, TEXT("x"), 2, INT64_MAX, &peeked, NULL), BOXOFFICE_INVALID_ARGUMENT);
}

/* Found by the fuzz target: a signed position at the edge of INT64 overflowed when it was peeked. */
static void test_position_that_no_place_has(void) {
    static const int64_t positions[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1000000000001, INT64_MAX};
    test_office it;
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_joined joined;
    boxoffice_peeked peeked;
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    size_t i;
    limits.active_capacity = 0;
    options.main_room = &limits;
    open_test_office(&it, &options);
    CHECK_OK(boxoffice_join(it.office, make_user(&it, "waits"), it.room, &joined, NULL));
    CHECK(joined.state == BOXOFFICE_PLACE_STATE_WAITING);
    for (i = 0; i < sizeof positions / sizeof positions[0]; ++i) {
        joined.claims.position = positions[i];
        CHECK_STATUS(boxoffice_token_text(it.office, &joined.claims, text, NULL), BOXOFFICE_INVALID_ARGUMENT);
    }
    joined.claims.position = 1000000000000;
    CHECK_OK(boxoffice_token_text(it.office, &joined.claims, text, NULL));
    CHECK_OK(boxoffice_peek(it.office, TEXT(text), &peeked, NULL));
    CHECK(peeked.is_turn == 0);
    CHECK_OK(boxoffice_close(&it.office));
}

/* Found by reading: what a clock tells at the edges of INT64 overflowed the times reckoned from it, and ids end in 2089. */
static void test_clocks_at_the_edges(void) {
    static const int64_t walls[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 4102444800000000, INT64_MAX};
    size_t i;
    for (i = 0; i < sizeof walls / sizeof walls[0]; ++i) {
        test_clock clock;
        boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
        boxoffice_office *office = NULL;
        boxoffice_ticked ticked;
        int64_t user = 0;
        int64_t now = -1;
        size_t broken = 7;
        clock.wall_us = walls[i];
        clock.steady_us = 0;
        options.clock = clock_of(&clock);
        CHECK_OK(boxoffice_open(TEXT(":memory:"), &options, &office, NULL));
        CHECK_OK(boxoffice_now(office, &now, NULL));
        CHECK(now == (walls[i] <= 0 ? 0 : 3471292800000000)); /* 1970-01-01, 2080-01-01 */
        CHECK_OK(boxoffice_create_user(office, TEXT("x"), &user, NULL));
        CHECK(user > 0);
        CHECK_OK(boxoffice_tick(office, 0, &ticked, NULL));
        CHECK_OK(boxoffice_audit(office, NULL, 0, &broken, NULL));
        CHECK(broken == 0);
        CHECK_OK(boxoffice_close(&office));
    }
}

static void test_buffers(test_office *it) {
    boxoffice_seat seats[5];
    size_t count = 0;
    memset(seats, 0x5A, sizeof seats);
    CHECK_STATUS(boxoffice_list_seats(it->office, it->concert, 0, seats, 3, &count, NULL), BOXOFFICE_TOO_SMALL);
    CHECK(count == 4);
    CHECK(seats[0].id == 0x5A5A5A5A5A5A5A5A); /* nothing was written */
    CHECK_OK(boxoffice_list_seats(it->office, it->concert, 0, seats, 4, &count, NULL));
    CHECK(count == 4 && seats[3].id > 0);
    CHECK(seats[4].id == 0x5A5A5A5A5A5A5A5A);
}

void test_arguments(void) {
    test_office it;
    open_test_office(&it, NULL);
    test_nulls(&it);
    test_texts(&it);
    test_edges(&it);
    test_position_that_no_place_has();
    test_clocks_at_the_edges();
    test_buffers(&it);
    CHECK_OK(boxoffice_close(&it.office));
}
