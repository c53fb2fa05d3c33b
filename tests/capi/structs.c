/* Structures of other sizes: from an older caller, from a newer one, and from one that forgot. */
#include "check.h"

#include <stddef.h>

static boxoffice_status open_with(const boxoffice_options *options) {
    boxoffice_office *office = NULL;
    const boxoffice_status status = boxoffice_open(TEXT(":memory:"), options, &office, NULL);
    CHECK((status == BOXOFFICE_OK) == (office != NULL));
    boxoffice_close(&office);
    return status;
}

static void test_options(void) {
    struct {
        boxoffice_options options;
        char unknown[16];
    } newer;
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_token_key keys[2];
    CHECK_OK(open_with(NULL));
    CHECK_OK(open_with(&options));
    options.struct_size = 0;
    CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_ARGUMENT);
    options.struct_size = 16; /* an older caller, who knew the first members only */
    options.hold_ttl_us = -1; /* is behind those */
    CHECK_OK(open_with(&options));
    options.struct_size = sizeof options;
    CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_OPTIONS);

    memset(&newer, 0, sizeof newer);
    {
        const boxoffice_options defaults = BOXOFFICE_OPTIONS_INIT;
        newer.options = defaults;
    }
    newer.options.struct_size = sizeof newer;
    CHECK_OK(open_with(&newer.options));
    newer.unknown[15] = 1;
    CHECK_STATUS(open_with(&newer.options), BOXOFFICE_INVALID_ARGUMENT);
    newer.options.struct_size = UINT32_MAX;
    CHECK_STATUS(open_with(&newer.options), BOXOFFICE_INVALID_ARGUMENT);

    {
        const boxoffice_options defaults = BOXOFFICE_OPTIONS_INIT;
        options = defaults;
        options.durability = 7;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_OPTIONS);
        options = defaults;
        options.holds_per_user = 0;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_OPTIONS);
        options = defaults;
        limits.struct_size = 3;
        options.main_room = &limits;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_ARGUMENT);
        options = defaults;
        options.token_key_count = 2;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_ARGUMENT);
        memset(keys, 0, sizeof keys);
        keys[0].id = keys[1].id = 5;
        options.token_keys = keys;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_OPTIONS);
        keys[1].id = 6;
        CHECK_OK(open_with(&options));
    }
}

/* A path of three bytes a character, cut at each of them: the last character of what is told is whole. */
static void test_error_texts(void) {
    char path[400];
    size_t shift;
    for (shift = 0; shift < 3; ++shift) {
        boxoffice_office *office = NULL;
        boxoffice_error error = BOXOFFICE_ERROR_INIT;
        size_t length = 0;
        size_t begin;
        memcpy(path, "/nowhere/xx", 11);
        for (length = 9 + shift; length + 3 < 250; length += 3) memcpy(path + length, "\xEA\xB0\x80", 3);
        CHECK_STATUS(boxoffice_open(path, length, NULL, &office, &error), BOXOFFICE_STORAGE);
        begin = strlen(error.message);
        CHECK(begin > sizeof error.message - 4 && begin < sizeof error.message);
        while (begin > 0 && ((unsigned char)error.message[begin - 1] & 0xC0) == 0x80) --begin;
        CHECK(begin > 0 && (unsigned char)error.message[begin - 1] == 0xEA && error.message[begin + 1] != '\0' &&
              error.message[begin + 2] == '\0');
    }
}

static void test_error_sizes(void) {
    struct {
        boxoffice_error error;
        char guard[8];
    } it;
    int64_t now = 0;
    memset(&it, 0x5A, sizeof it);
    it.error.struct_size = 0; /* forgotten: left alone */
    CHECK_STATUS(boxoffice_now(NULL, &now, &it.error), BOXOFFICE_INVALID_HANDLE);
    CHECK(it.error.code == 0x5A5A5A5A);
    it.error.struct_size = 8; /* one that ends before the message */
    CHECK_STATUS(boxoffice_now(NULL, &now, &it.error), BOXOFFICE_INVALID_HANDLE);
    CHECK(it.error.code == BOXOFFICE_INVALID_HANDLE && it.error.message[0] == 0x5A);
    it.error.struct_size = offsetof(boxoffice_error, about_count); /* one that ends with it */
    CHECK_STATUS(boxoffice_now(NULL, &now, &it.error), BOXOFFICE_INVALID_HANDLE);
    CHECK(strlen(it.error.message) > 10 && it.error.about_count == 0x5A5A5A5A && it.error.about[0] != 0);
    it.error.struct_size = sizeof it.error;
    CHECK_STATUS(boxoffice_now(NULL, &now, &it.error), BOXOFFICE_INVALID_HANDLE);
    CHECK(strlen(it.error.message) > 10 && it.error.about_count == 0 && it.error.reserved32 == 0);
    CHECK(it.error.about[0] == 0 && it.error.about[BOXOFFICE_ORDER_SIZE_MAX - 1] == 0);
    CHECK(it.guard[0] == 0x5A);
}

/* What goes in with room to grow that is not zero: it may mean what this library does not know. */
static void test_reserved_in(void) {
    test_office it;
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    const boxoffice_room_limits defaults = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_room_limits limits = defaults;
    boxoffice_token_key key;
    boxoffice_new_seat seat;
    boxoffice_claims claims;
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    int64_t id = 0;
    int i;
    open_test_office(&it, NULL);
    options.main_room = &limits;
    for (i = -1; i < 4; ++i) {
        limits = defaults;
        if (i < 0) limits.reserved32 = 1;
        if (i >= 0) limits.reserved[i] = INT64_MIN;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(boxoffice_create_room(it.office, TEXT("x"), &limits, &id, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(boxoffice_change_room(it.office, it.room, &limits, NULL), BOXOFFICE_INVALID_ARGUMENT);
    }
    limits = defaults;
    limits.struct_size = offsetof(boxoffice_room_limits, reserved); /* a caller who has no such room */
    limits.reserved[0] = 1;
    CHECK_OK(boxoffice_create_room(it.office, TEXT("x"), &limits, &id, NULL));
    options.main_room = NULL;
    options.token_keys = &key;
    options.token_key_count = 1;
    for (i = -1; i < 1; ++i) {
        memset(&key, 0, sizeof key);
        key.id = 5;
        CHECK_OK(open_with(&options));
        if (i < 0) key.reserved32 = 1;
        if (i >= 0) key.reserved[i] = 1;
        CHECK_STATUS(open_with(&options), BOXOFFICE_INVALID_ARGUMENT);
    }
    for (i = -1; i < 4; ++i) {
        memset(&seat, 0, sizeof seat);
        seat.number = "9";
        seat.number_length = 1;
        if (i < 0) seat.reserved32 = INT32_MIN;
        if (i >= 0) seat.reserved[i] = 1;
        CHECK_STATUS(boxoffice_add_seats(it.office, it.concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(boxoffice_create_concert(it.office, TEXT("2030-01-01"), TEXT("x"), it.room, &seat, 1, &id, NULL),
                     BOXOFFICE_INVALID_ARGUMENT);
    }
    for (i = 0; i < 2; ++i) {
        memset(&claims, 0, sizeof claims);
        claims.token = claims.user = claims.room = claims.position = 1;
        CHECK_OK(boxoffice_token_text(it.office, &claims, text, NULL));
        claims.reserved[i] = 1;
        CHECK_STATUS(boxoffice_token_text(it.office, &claims, text, NULL), BOXOFFICE_INVALID_ARGUMENT);
    }
    CHECK_OK(boxoffice_close(&it.office));
}

static int is_zero(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    size_t i;
    for (i = 0; i < size; ++i)
        if (at[i] != 0) return 0;
    return 1;
}

/* Room to grow of what comes out is zero, also of the elements of an array that nobody zeroed. */
#define CHECK_RESERVED(one) CHECK(is_zero((one).reserved, sizeof(one).reserved))

static void test_reserved_out(void) {
    test_office it;
    boxoffice_seat seats[4];
    boxoffice_concert concerts[1];
    boxoffice_transfer transfers[1];
    boxoffice_reservation reservations[1];
    boxoffice_payment payments[1];
    boxoffice_payment_begun begun;
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_event events[64];
    boxoffice_seat_changes changes;
    boxoffice_room room;
    int64_t user;
    int64_t token;
    size_t count = 0;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_recharge(it.office, user, 500, NULL, 0, &recharged, NULL));
    CHECK_OK(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL));
    CHECK_OK(boxoffice_begin_payment(it.office, user, token, held.reservation, NULL, 0, &begun, NULL));
    CHECK_OK(boxoffice_fail_payment(it.office, user, held.reservation, begun.payment, TEXT("t"), NULL));
    memset(seats, 0x5A, sizeof seats);
    memset(concerts, 0x5A, sizeof concerts);
    memset(transfers, 0x5A, sizeof transfers);
    memset(reservations, 0x5A, sizeof reservations);
    memset(&changes, 0x5A, sizeof changes);
    memset(payments, 0x5A, sizeof payments);
    memset(events, 0x5A, sizeof events);
    memset(&room, 0x5A, sizeof room);
    CHECK_OK(boxoffice_list_seats(it.office, it.concert, user, seats, 4, &count, NULL));
    CHECK_RESERVED(seats[0]);
    CHECK_RESERVED(seats[3]);
    CHECK_OK(boxoffice_list_seats_since(it.office, it.concert, user, NULL, 0, &changes, seats, 4, &count, NULL));
    CHECK_RESERVED(changes);
    CHECK_RESERVED(changes.counts);
    CHECK(changes.reserved32 == 0);
    CHECK_OK(boxoffice_list_concerts(it.office, TEXT("2030-01-01"), concerts, 1, &count, NULL));
    CHECK_RESERVED(concerts[0]);
    CHECK(concerts[0].reserved32 == 0);
    CHECK_OK(boxoffice_list_transfers(it.office, user, 0, transfers, 1, &count, NULL));
    CHECK_RESERVED(transfers[0]);
    CHECK(transfers[0].reserved32 == 0);
    CHECK_OK(boxoffice_list_reservations(it.office, user, 0, reservations, 1, &count, NULL));
    CHECK_RESERVED(reservations[0]);
    CHECK(reservations[0].reserved32 == 0);
    CHECK_OK(boxoffice_list_unreconciled_payments(it.office, 0, payments, 1, &count, NULL));
    CHECK(count == 1 && payments[0].step_count > 0 && payments[0].step_count < 4);
    CHECK_RESERVED(payments[0]);
    CHECK_RESERVED(payments[0].steps[0]);
    CHECK(payments[0].steps[0].reserved32 == 0);
    CHECK(is_zero(&payments[0].steps[payments[0].step_count],
                  sizeof payments[0].steps[0])); /* steps that are not there */
    CHECK_OK(boxoffice_list_events(it.office, 0, events, 64, &count, NULL));
    CHECK(count > 3);
    CHECK_RESERVED(events[count - 1]);
    CHECK(events[count - 1].reserved32 == 0);
    CHECK_OK(boxoffice_find_room(it.office, TEXT("main"), &room, NULL));
    CHECK_RESERVED(room);
    CHECK_RESERVED(room.limits);
    CHECK_OK(boxoffice_change_room(it.office, it.room, &room.limits, NULL)); /* what came out can go in */
    CHECK_OK(boxoffice_close(&it.office));
}

void test_structs(void) {
    test_options();
    test_error_texts();
    test_error_sizes();
    test_reserved_in();
    test_reserved_out();
}
