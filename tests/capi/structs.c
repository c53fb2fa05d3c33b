/* Structures of other sizes: from an older caller, from a newer one, and from one that forgot. */
#include "check.h"

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
    it.error.struct_size = sizeof it.error;
    CHECK_STATUS(boxoffice_now(NULL, &now, &it.error), BOXOFFICE_INVALID_HANDLE);
    CHECK(strlen(it.error.message) > 10);
    CHECK(it.guard[0] == 0x5A);
}

void test_structs(void) {
    test_options();
    test_error_sizes();
}
