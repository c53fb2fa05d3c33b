/* The structures of terms and orders, of other sizes and with room that is not zero; and the same in the arena of a batch. */
#include "check.h"

#include <stddef.h>

static int is_zero(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    size_t i;
    for (i = 0; i < size; ++i)
        if (at[i] != 0) return 0;
    return 1;
}
#define CHECK_RESERVED(one) CHECK(is_zero((one).reserved, sizeof(one).reserved))

static boxoffice_command command_of(int32_t kind, const test_office *it, uint32_t count) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.concert = it->concert;
    command.version = 1;
    command.list_count = count;
    return command;
}

/* Executes it with the list at the beginning of the arena. */
static boxoffice_status execute(test_office *it, const boxoffice_command *command, const void *list, size_t size,
                                boxoffice_outcome *outcome) {
    const boxoffice_status status = boxoffice_execute(it->office, command, 1, list, size, outcome, NULL);
    return status == BOXOFFICE_OK ? outcome->status : status;
}

/* The terms are refused as such, by the function and in a batch. */
static void refuse_terms(test_office *it, const boxoffice_terms *terms) {
    const boxoffice_command command = command_of(BOXOFFICE_COMMAND_CHANGE_SALE, it, 1);
    boxoffice_outcome outcome;
    CHECK_STATUS(boxoffice_change_sale(it->office, it->concert, terms, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(execute(it, &command, terms, sizeof *terms, &outcome), BOXOFFICE_INVALID_ARGUMENT);
}

static void test_terms(void) {
    const boxoffice_terms defaults = BOXOFFICE_TERMS_INIT;
    struct {
        boxoffice_terms terms;
        int64_t unknown;
    } newer;
    test_office it;
    boxoffice_terms terms = defaults;
    boxoffice_command command;
    boxoffice_outcome outcome;
    boxoffice_sale sale;
    int i;
    open_test_office(&it, NULL);
#define REFUSED(what)              \
    do {                           \
        terms = defaults;          \
        what;                      \
        refuse_terms(&it, &terms); \
    } while (0)
    REFUSED(terms.struct_size = 0);
    REFUSED(terms.struct_size = UINT32_MAX);
    REFUSED(terms.is_paused = 2);
    REFUSED(terms.opens_at_us = -1);
    REFUSED(terms.closes_at_us = 0);
    REFUSED(terms.seats_per_order = 0);
    REFUSED(terms.seats_per_order = BOXOFFICE_ORDER_SIZE_MAX + 1);
    REFUSED(terms.seats_per_user = 10001);
    REFUSED(terms.hold_ttl_us = 999999);
    REFUSED(terms.hold_ttl_us = INT64_MIN);
    REFUSED(terms.refund_step_count = -1);
    REFUSED(terms.refund_step_count = BOXOFFICE_REFUND_STEPS_MAX + 1);
    REFUSED((terms.refund_step_count = 1, terms.refund_steps[0].thousandths = 1001));
    REFUSED(terms.refund_step_count = 2); /* each ends later than the one before */
    for (i = 0; i < 16; ++i) REFUSED(terms.reserved[i] = 1);
    for (i = 0; i < 2; ++i) REFUSED((terms.refund_step_count = 1, terms.refund_steps[0].reserved[i] = 1));
#undef REFUSED
    CHECK_OK(boxoffice_get_sale(it.office, it.concert, &sale, NULL));
    CHECK(sale.version == 1);

    terms = defaults;
    terms.struct_size = offsetof(boxoffice_terms, seats_per_order); /* an older caller: the defaults behind it */
    terms.seats_per_order = -5;
    terms.opens_at_us = 7;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 1, NULL, NULL));
    memset(&newer, 0, sizeof newer);
    newer.terms = defaults;
    newer.terms.struct_size = sizeof newer;
    newer.terms.seats_per_user = 3;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &newer.terms, 2, NULL, NULL));
    command = command_of(BOXOFFICE_COMMAND_CHANGE_SALE, &it, 1);
    command.version = 3;
    CHECK_STATUS(execute(&it, &command, &newer, sizeof newer, &outcome), BOXOFFICE_OK);
    CHECK_STATUS(execute(&it, &command, &newer, sizeof newer - 8, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    newer.unknown = 1;
    CHECK_STATUS(boxoffice_change_sale(it.office, it.concert, &newer.terms, 4, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(execute(&it, &command, &newer, sizeof newer, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = 0;
    CHECK_STATUS(execute(&it, &command, &newer, sizeof newer, &outcome), BOXOFFICE_INVALID_ARGUMENT);

    memset(&sale, 0x5A, sizeof sale);
    CHECK_OK(boxoffice_get_sale(it.office, it.concert, &sale, NULL));
    CHECK(sale.version == 4 && sale.terms.struct_size == sizeof sale.terms && sale.terms.seats_per_user == 3);
    CHECK(is_zero(sale.terms.refund_steps, sizeof sale.terms.refund_steps));
    CHECK_RESERVED(sale);
    CHECK_RESERVED(sale.terms);
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &sale.terms, 4, NULL, NULL)); /* what came out can go in */
    CHECK_OK(boxoffice_close(&it.office));
}

typedef struct price_arena {
    boxoffice_price_item items[2];
    char texts[8];
} price_arena;

static void test_prices(void) {
    test_office it;
    boxoffice_new_price price;
    boxoffice_price listed[1];
    price_arena arena;
    boxoffice_command command;
    boxoffice_outcome outcome;
    size_t count = 0;
    int i;
    open_test_office(&it, NULL);
    command = command_of(BOXOFFICE_COMMAND_SET_TARIFF, &it, 1);
    memset(&arena, 0, sizeof arena);
    memcpy(arena.texts, "stalls", 6);
    arena.items[0].category_offset = offsetof(price_arena, texts);
    arena.items[0].category_length = 6;
    arena.items[0].price = 70;
    arena.items[1] = arena.items[0];
    for (i = 0; i < 2; ++i) {
        memset(&price, 0, sizeof price);
        price.reserved[i] = 1;
        CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, &price, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
        arena.items[0].reserved[i] = 1;
        CHECK_STATUS(execute(&it, &command, &arena, sizeof arena, &outcome), BOXOFFICE_INVALID_ARGUMENT);
        arena.items[0].reserved[i] = 0;
    }
    memset(&price, 0, sizeof price);
    price.category_length = 1; /* without a text */
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, &price, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    price.category = "\xFF";
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, &price, 1, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    arena.items[0].category_length = 60; /* beyond the arena */
    CHECK_STATUS(execute(&it, &command, &arena, sizeof arena, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    arena.items[0].category_length = 6;
    command.list_count = 2; /* two prices for one category and type */
    CHECK_STATUS(execute(&it, &command, &arena, sizeof arena, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = 1;
    command.list_offset = 4;
    CHECK_STATUS(execute(&it, &command, &arena, sizeof arena, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    command.list_offset = 0;
    CHECK_STATUS(execute(&it, &command, &arena, sizeof arena, &outcome), BOXOFFICE_OK);
    CHECK(outcome.amount == 2);
    memset(listed, 0x5A, sizeof listed);
    CHECK_OK(boxoffice_list_tariff(it.office, it.concert, listed, 1, &count, NULL));
    CHECK(count == 1 && strcmp(listed[0].category, "stalls") == 0 && listed[0].price == 70 && listed[0].type == 0);
    CHECK_RESERVED(listed[0]);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_items(void) {
    test_office it;
    boxoffice_order_item items[BOXOFFICE_ORDER_SIZE_MAX + 1];
    boxoffice_held_order held;
    boxoffice_held_item held_items[1];
    boxoffice_order order;
    boxoffice_reservation rows[1];
    boxoffice_command command;
    boxoffice_outcome outcome;
    size_t count = 0;
    int64_t user;
    int64_t token;
    int i;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    command = command_of(BOXOFFICE_COMMAND_HOLD_SEATS, &it, 1);
    command.user = user;
    command.token = token;
    memset(items, 0, sizeof items);
    items[0].seat = it.seats[0];
    for (i = 0; i < 2; ++i) {
        items[0].reserved[i] = INT64_MIN;
        CHECK_STATUS(
            boxoffice_hold_seats(it.office, user, token, it.concert, items, 1, NULL, NULL, 0, &held, NULL, NULL),
            BOXOFFICE_INVALID_ARGUMENT);
        CHECK_STATUS(execute(&it, &command, items, sizeof items, &outcome), BOXOFFICE_INVALID_ARGUMENT);
        items[0].reserved[i] = 0;
    }
    command.flag = 1; /* they cost 99 */
    command.amount = 99;
    CHECK_STATUS(execute(&it, &command, items, sizeof items, &outcome), BOXOFFICE_PRICE_CHANGED);
    command.list_count = BOXOFFICE_ORDER_SIZE_MAX + 1;
    CHECK_STATUS(execute(&it, &command, items, sizeof items, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = BOXOFFICE_ORDER_SIZE_MAX + 2; /* beyond the arena */
    CHECK_STATUS(execute(&it, &command, items, sizeof items, &outcome), BOXOFFICE_INVALID_ARGUMENT);
    command.kind = BOXOFFICE_COMMAND_CANCEL;
    command.flag = 0;
    command.list_count = sizeof items / (sizeof(int64_t)) + 1;
    CHECK_STATUS(execute(&it, &command, items, sizeof items, &outcome), BOXOFFICE_INVALID_ARGUMENT);

    memset(&held, 0x5A, sizeof held);
    memset(held_items, 0x5A, sizeof held_items);
    CHECK_OK(
        boxoffice_hold_seats(it.office, user, token, it.concert, items, 1, NULL, NULL, 0, &held, held_items, NULL));
    CHECK_RESERVED(held);
    CHECK_RESERVED(held_items[0]);
    memset(&order, 0x5A, sizeof order);
    memset(rows, 0x5A, sizeof rows);
    CHECK_OK(boxoffice_get_order(it.office, user, held.order, &order, rows, 1, &count, NULL));
    CHECK_RESERVED(order);
    CHECK_RESERVED(rows[0]);
    CHECK_OK(boxoffice_close(&it.office));
}

void test_sale_structs(void) {
    test_terms();
    test_prices();
    test_items();
}
