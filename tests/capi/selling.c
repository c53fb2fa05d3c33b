/* Orders, and the terms on which they are sold: as they are meant to be used, and their expected refusals. */
#include "check.h"

/* Holds so many of the office's seats, from one on, for nobody in particular. */
static boxoffice_status hold(test_office *it, int64_t user, int64_t token, int first, size_t count,
                             boxoffice_held_order *order, boxoffice_held_item *held, boxoffice_error *error) {
    boxoffice_order_item items[4];
    size_t i;
    memset(items, 0, sizeof items);
    for (i = 0; i < count; ++i) items[i].seat = it->seats[first + (int)i];
    return boxoffice_hold_seats(it->office, user, token, it->concert, items, count, NULL, NULL, 0, order, held, error);
}

static void test_three_of_three(void) {
    test_office it;
    boxoffice_held_order order;
    boxoffice_held_item held[3];
    boxoffice_order now;
    boxoffice_reservation rows[3];
    boxoffice_recharged recharged;
    boxoffice_paid paid;
    boxoffice_paid_item items[BOXOFFICE_ORDER_SIZE_MAX];
    boxoffice_event events[64];
    size_t count = 0;
    int64_t user;
    int64_t token;
    int i;
    open_test_office(&it, NULL);
    let_order(&it, 3);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_recharge(it.office, user, 500, NULL, 0, &recharged, NULL));
    CHECK_OK(hold(&it, user, token, 0, 3, &order, held, NULL));
    CHECK(order.order == held[0].reservation && order.total == 300);
    CHECK(order.deadline_us == it.clock.wall_us + 300000000);
    for (i = 0; i < 3; ++i) CHECK(held[i].seat == it.seats[i] && held[i].price == 100 && held[i].type == 0);
    CHECK_STATUS(hold(&it, user, token, 3, 1, &order, NULL, NULL), BOXOFFICE_HOLD_LIMIT);
    CHECK(order.order == 0);

    order.order = held[0].reservation;
    CHECK_OK(boxoffice_get_order(it.office, user, order.order, &now, rows, 3, &count, NULL));
    CHECK(now.id == order.order && now.total == 300 && now.deadline_us == it.clock.wall_us + 300000000 && count == 3);
    for (i = 0; i < 3; ++i) CHECK(rows[i].id == held[i].reservation && rows[i].order == order.order);
    CHECK(rows[0].sale == 2 && rows[0].type == 0 && rows[0].refunded == 0);
    CHECK(rows[0].cancelled_at_us == BOXOFFICE_NEVER);
    CHECK_STATUS(boxoffice_get_order(it.office, user, order.order, &now, rows, 2, &count, NULL), BOXOFFICE_TOO_SMALL);
    CHECK(count == 3 && now.id == 0);
    CHECK_STATUS(boxoffice_get_order(it.office, user, held[1].reservation, &now, rows, 3, &count, NULL),
                 BOXOFFICE_UNKNOWN_RESERVATION);

    CHECK_OK(boxoffice_release_hold(it.office, user, held[1].reservation, NULL)); /* the others stay */
    CHECK_STATUS(boxoffice_pay(it.office, user, token, held[2].reservation, NULL, 0, &paid, NULL, NULL),
                 BOXOFFICE_RESERVATION_MISMATCH);
    memset(items, 0x5A, sizeof items);
    CHECK_OK(boxoffice_pay(it.office, user, token, order.order, TEXT("k"), &paid, items, NULL));
    CHECK(paid.reservation == order.order && paid.amount == 200 && paid.balance == 300 && paid.item_count == 2);
    CHECK(items[0].reservation == order.order && items[1].reservation == held[2].reservation);
    CHECK(items[1].seat == it.seats[2] && items[1].price == 100 && items[1].type == 0);
    CHECK(strcmp(items[1].seat_number, rows[2].seat_number) == 0 &&
          strcmp(items[1].seat_label, rows[2].seat_label) == 0);
    CHECK(items[0].reserved[0] == 0 && items[2].reservation == 0 && items[2].seat_label[0] == 0);
    memset(items, 0x5A, sizeof items);
    CHECK_OK(boxoffice_pay(it.office, user, token, order.order, TEXT("k"), &paid, items, NULL)); /* again, the same */
    CHECK(paid.item_count == 2 && items[1].reservation == held[2].reservation && items[2].reservation == 0);
    CHECK_OK(boxoffice_get_order(it.office, user, order.order, &now, rows, 3, &count, NULL));
    CHECK(now.total == 200 && now.deadline_us == BOXOFFICE_NEVER &&
          rows[1].state == BOXOFFICE_RESERVATION_STATE_RELEASED);
    CHECK_STATUS(boxoffice_release_order(it.office, user, order.order, NULL, NULL), BOXOFFICE_ALREADY_PAID);

    CHECK_OK(boxoffice_list_events(it.office, 0, events, 64, &count, NULL));
    for (i = 0; i < (int)count && strcmp(boxoffice_event_name(events[i].kind), "sale_changed") != 0; ++i) continue;
    CHECK(i < (int)count && events[i].subject == 2 && events[i].order == 0);
    for (i = 0; i < (int)count && strcmp(boxoffice_event_name(events[i].kind), "order_held") != 0; ++i) continue;
    CHECK(i < (int)count && events[i].order == order.order && events[i].amount == 300 && events[i].reservation == 0);
    CHECK_OK(boxoffice_audit(it.office, NULL, 0, &count, NULL));
    CHECK(count == 0);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_all_or_none(void) {
    test_office it;
    boxoffice_held_order order;
    boxoffice_held_item held[4];
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    boxoffice_seat_counts counts;
    int64_t released = 7;
    int64_t first;
    int64_t first_token;
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    let_order(&it, 4);
    first = make_user(&it, "first");
    first_token = make_turn(&it, first);
    user = make_user(&it, "second");
    token = make_turn(&it, user);
    CHECK_OK(hold(&it, first, first_token, 1, 2, &order, NULL, NULL));
    memset(held, 0x5A, sizeof held);
    CHECK_STATUS(hold(&it, user, token, 0, 4, &order, held, &error), BOXOFFICE_SEAT_UNAVAILABLE);
    CHECK(error.about_count == 2 && error.about[0] == it.seats[1] && error.about[1] == it.seats[2]);
    CHECK(error.about[2] == 0 && strstr(error.message, "2, 3") != NULL);
    CHECK(order.order == 0 && held[0].reservation == 0 && held[3].seat == 0);
    CHECK_OK(boxoffice_count_seats(it.office, it.concert, &counts, &error));
    CHECK(counts.held == 2 && error.about_count == 0 && error.about[0] == 0);

    CHECK_OK(hold(&it, user, token, 3, 1, &order, held, NULL));
    CHECK(held[0].seat == it.seats[3]);
    CHECK_OK(boxoffice_release_order(it.office, user, order.order, &released, NULL));
    CHECK(released == 1);
    CHECK_OK(boxoffice_release_order(it.office, user, order.order, &released, NULL));
    CHECK(released == 0);
    CHECK_STATUS(boxoffice_release_order(it.office, first, order.order, NULL, NULL), BOXOFFICE_UNKNOWN_RESERVATION);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_shapes(void) {
    test_office it;
    boxoffice_order_item items[BOXOFFICE_ORDER_SIZE_MAX + 1];
    boxoffice_held_order order;
    boxoffice_held_item held[4];
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    memset(items, 0, sizeof items);
    items[0].seat = items[1].seat = it.seats[0];
#define HOLD(count) \
    boxoffice_hold_seats(it.office, user, token, it.concert, items, (count), NULL, NULL, 0, &order, held, NULL)
    CHECK_STATUS(HOLD(0), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(HOLD(2), BOXOFFICE_INVALID_ARGUMENT); /* a seat twice */
    CHECK_STATUS(HOLD(BOXOFFICE_ORDER_SIZE_MAX + 1), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(HOLD(SIZE_MAX), BOXOFFICE_INVALID_ARGUMENT); /* nothing of it is read, nor written */
    items[1].seat = it.seats[1];
    CHECK_STATUS(HOLD(2), BOXOFFICE_ORDER_LIMIT);
    items[0].seat = 99;
    CHECK_STATUS(HOLD(1), BOXOFFICE_UNKNOWN_SEAT);
    items[0].seat = it.seats[0];
    items[0].type = 99;
    CHECK_STATUS(HOLD(1), BOXOFFICE_UNKNOWN_TYPE);
#undef HOLD
    items[0].type = 0;
    CHECK_STATUS(boxoffice_hold_seats(it.office, user, token, it.concert, NULL, 1, NULL, NULL, 0, &order, NULL, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_hold_seats(it.office, user, token, it.concert, items, 1, NULL, NULL, 0, NULL, NULL, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_hold_seats(it.office, user, token, 99, items, 1, NULL, NULL, 0, &order, NULL, NULL),
                 BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_hold_seats(it.office, user, 99, it.concert, items, 1, NULL, NULL, 0, &order, NULL, NULL),
                 BOXOFFICE_INVALID_TOKEN);
    CHECK_OK(boxoffice_close(&it.office));
}

/* What it costs, if one minds; and with a key, the same order again. */
static void test_total(void) {
    test_office it;
    boxoffice_order_item item;
    boxoffice_held_order order;
    boxoffice_held_order again;
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    int64_t total = 99;
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    memset(&item, 0, sizeof item);
    item.seat = it.seats[0];
    CHECK_STATUS(
        boxoffice_hold_seats(it.office, user, token, it.concert, &item, 1, &total, TEXT("k"), &order, NULL, &error),
        BOXOFFICE_PRICE_CHANGED);
    CHECK(error.about_count == 1 && error.about[0] == 100);
    total = 100;
    CHECK_OK(boxoffice_hold_seats(it.office, user, token, it.concert, &item, 1, &total, TEXT("k"), &order, NULL, NULL));
    CHECK_OK(boxoffice_hold_seats(it.office, user, token, it.concert, &item, 1, &total, TEXT("k"), &again, NULL, NULL));
    CHECK(memcmp(&order, &again, sizeof order) == 0);
    CHECK_STATUS(
        boxoffice_hold_seats(it.office, user, token, it.concert, &item, 1, NULL, TEXT("k"), &again, NULL, NULL),
        BOXOFFICE_IDEMPOTENCY_CONFLICT);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_window(void) {
    test_office it;
    boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
    boxoffice_sale sale;
    boxoffice_held_order order;
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    int64_t version = 7;
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_get_sale(it.office, it.concert, &sale, NULL));
    CHECK(sale.concert == it.concert && sale.version == 1 && sale.tariff == 0 && sale.made_at_us == it.clock.wall_us);
    CHECK(memcmp(&sale.terms, &terms, sizeof terms) == 0); /* the defaults are the macro's */
    CHECK_STATUS(boxoffice_get_sale(it.office, 99, &sale, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK(sale.version == 0 && sale.terms.struct_size == 0);

    terms.opens_at_us = it.clock.wall_us + 10;
    terms.closes_at_us = it.clock.wall_us + 20;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 1, &version, NULL));
    CHECK(version == 2);
    CHECK_STATUS(boxoffice_change_sale(it.office, it.concert, &terms, 1, &version, NULL), BOXOFFICE_STALE_VERSION);
    CHECK(version == 0);
    CHECK_STATUS(boxoffice_change_sale(it.office, 99, &terms, 1, NULL, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_change_sale(it.office, it.concert, NULL, 2, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(hold(&it, user, token, 0, 1, &order, NULL, &error), BOXOFFICE_NOT_ON_SALE);
    CHECK(error.about_count == 1 && error.about[0] == terms.opens_at_us);
    move_clock(&it.clock, 10);
    CHECK_OK(hold(&it, user, token, 0, 1, &order, NULL, NULL));
    CHECK_OK(boxoffice_release_order(it.office, user, order.order, NULL, NULL));
    move_clock(&it.clock, 10);
    CHECK_STATUS(hold(&it, user, token, 0, 1, &order, NULL, &error), BOXOFFICE_NOT_ON_SALE);
    CHECK(error.about_count == 0);

    terms.closes_at_us = BOXOFFICE_NEVER;
    terms.is_paused = 1;
    terms.hold_ttl_us = 2000000;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 2, NULL, NULL));
    CHECK_STATUS(hold(&it, user, token, 0, 1, &order, NULL, NULL), BOXOFFICE_NOT_ON_SALE);
    terms.is_paused = 0;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 3, NULL, NULL));
    CHECK_OK(hold(&it, user, token, 0, 1, &order, NULL, NULL));
    CHECK(order.deadline_us == it.clock.wall_us + 2000000);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_purchase_limit(void) {
    test_office it;
    boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
    boxoffice_held_order order;
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    terms.seats_per_order = 4;
    terms.seats_per_user = 2;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 1, NULL, NULL));
    CHECK_STATUS(hold(&it, user, token, 0, 3, &order, NULL, NULL), BOXOFFICE_PURCHASE_LIMIT);
    CHECK_OK(hold(&it, user, token, 0, 2, &order, NULL, NULL));
    CHECK_OK(boxoffice_close(&it.office));
}

/* Two more seats, in the category "best". Their ids. */
static void add_best(test_office *it, int64_t ids[2]) {
    boxoffice_new_seat seats[2];
    boxoffice_seat found;
    int i;
    memset(seats, 0, sizeof seats);
    for (i = 0; i < 2; ++i) {
        seats[i].number = i == 0 ? "B1" : "B2";
        seats[i].number_length = 2;
        seats[i].price = 300;
        seats[i].category = "best";
        seats[i].category_length = 4;
    }
    CHECK_OK(boxoffice_add_seats(it->office, it->concert, seats, 2, NULL));
    for (i = 0; i < 2; ++i) {
        CHECK_OK(boxoffice_find_seat(it->office, it->concert, TEXT(i == 0 ? "B1" : "B2"), 0, &found, NULL));
        CHECK(strcmp(found.category, "best") == 0);
        ids[i] = found.id;
    }
}

static void test_types_and_tariff(void) {
    test_office it;
    boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
    boxoffice_ticket_type types[2];
    boxoffice_new_price prices[2];
    boxoffice_price listed[3];
    boxoffice_order_item items[2];
    boxoffice_held_order order;
    boxoffice_held_item held[2];
    boxoffice_sale sale;
    int64_t best[2];
    int64_t full = 0;
    int64_t child = 0;
    int64_t none = 7;
    int64_t version = 0;
    int64_t user;
    int64_t token;
    size_t count = 0;
    open_test_office(&it, NULL);
    add_best(&it, best);
    terms.seats_per_order = 2;
    CHECK_OK(boxoffice_change_sale(it.office, it.concert, &terms, 1, NULL, NULL));
    CHECK_OK(boxoffice_create_type(it.office, it.concert, TEXT("full"), 0, 0, &full, NULL));
    CHECK_OK(boxoffice_create_type(it.office, it.concert, TEXT("child"), 1, full, &child, NULL));
    CHECK_STATUS(boxoffice_create_type(it.office, it.concert, TEXT("child"), 0, 0, &none, NULL), BOXOFFICE_TYPE_EXISTS);
    CHECK_STATUS(boxoffice_create_type(it.office, it.concert, TEXT("x"), 0, 99, &none, NULL), BOXOFFICE_UNKNOWN_TYPE);
    CHECK_STATUS(boxoffice_create_type(it.office, it.concert, TEXT("x"), 51, 0, &none, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_type(it.office, it.concert, "", 0, 0, 0, &none, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_create_type(it.office, 99, TEXT("x"), 0, 0, &none, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK(none == 0);
    CHECK_OK(boxoffice_list_types(it.office, it.concert, types, 2, &count, NULL));
    CHECK(count == 2 && types[0].id == child && types[1].id == full && strcmp(types[0].name, "child") == 0);
    CHECK(types[0].concert == it.concert && types[0].max_per_order == 1 && types[0].needs == full);
    CHECK(types[0].created_at_us == it.clock.wall_us && types[1].needs == 0);
    CHECK_STATUS(boxoffice_list_types(it.office, 99, types, 2, &count, NULL), BOXOFFICE_UNKNOWN_CONCERT);

    memset(prices, 0, sizeof prices);
    prices[0].category = prices[1].category = "best";
    prices[0].category_length = prices[1].category_length = 4;
    prices[0].type = full;
    prices[0].price = 250;
    prices[1].type = child;
    prices[1].price = 120;
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, prices, 2, 1, &version, NULL), BOXOFFICE_STALE_VERSION);
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, NULL, 1, 2, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, prices, 501, 2, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_set_tariff(it.office, it.concert, prices, 2, 2, &version, NULL));
    CHECK(version == 3);
    CHECK_OK(boxoffice_get_sale(it.office, it.concert, &sale, NULL));
    CHECK(sale.version == 3 && sale.tariff == 3 && sale.terms.seats_per_order == 2);
    CHECK_OK(boxoffice_list_tariff(it.office, it.concert, listed, 3, &count, NULL));
    CHECK(count == 2 && strcmp(listed[0].category, "best") == 0 && listed[0].type == full && listed[0].price == 250);
    CHECK(listed[1].type == child && listed[1].price == 120);
    prices[0].type = 99;
    CHECK_STATUS(boxoffice_set_tariff(it.office, it.concert, prices, 1, 3, NULL, NULL), BOXOFFICE_UNKNOWN_TYPE);

    user = make_user(&it, "parent");
    token = make_turn(&it, user);
    memset(items, 0, sizeof items);
    items[0].seat = best[0];
    items[0].type = child;
    items[1].seat = best[1];
    items[1].type = full;
#define HOLD(count) \
    boxoffice_hold_seats(it.office, user, token, it.concert, items, (count), NULL, NULL, 0, &order, held, NULL)
    CHECK_STATUS(HOLD(1), BOXOFFICE_TYPE_RULE); /* a child alone */
    items[1].type = child;
    CHECK_STATUS(HOLD(2), BOXOFFICE_TYPE_RULE); /* two */
    items[1].type = full;
    items[1].seat = it.seats[0];
    CHECK_STATUS(HOLD(2), BOXOFFICE_TYPE_RULE); /* no price there */
    items[1].seat = best[1];
    CHECK_OK(HOLD(2));
#undef HOLD
    CHECK(order.total == 370 && held[0].price == 120 && held[0].type == child && held[1].price == 250);
    CHECK_OK(boxoffice_set_tariff(it.office, it.concert, NULL, 0, 3, &version, NULL));
    CHECK_OK(boxoffice_list_tariff(it.office, it.concert, listed, 3, &count, NULL));
    CHECK(version == 4 && count == 0);
    CHECK_STATUS(boxoffice_list_tariff(it.office, 99, listed, 3, &count, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_move(void) {
    test_office it;
    boxoffice_concert concert;
    boxoffice_held held;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    int64_t room = 0;
    int64_t user;
    int64_t token;
    open_test_office(&it, NULL);
    CHECK_OK(boxoffice_create_room(it.office, TEXT("balcony"), &limits, &room, NULL));
    user = make_user(&it, "one");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL));
#define MOVE(room)                                                                                                \
    boxoffice_change_concert(it.office, it.concert, TEXT("2030-01-03"), TEXT("x"), BOXOFFICE_NEVER, 0, (room), 1, \
                             NULL, NULL)
    CHECK_STATUS(MOVE(99), BOXOFFICE_UNKNOWN_ROOM);
    CHECK_STATUS(MOVE(room), BOXOFFICE_SEATS_HELD);
    CHECK_OK(boxoffice_release_hold(it.office, user, held.reservation, NULL));
    CHECK_OK(MOVE(room));
#undef MOVE
    CHECK_OK(boxoffice_get_concert(it.office, it.concert, &concert, NULL));
    CHECK(concert.room == room && concert.version == 2);
    CHECK_STATUS(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL),
                 BOXOFFICE_NOT_YOUR_TURN);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_delete(void) {
    test_office it;
    boxoffice_concert concert;
    boxoffice_seat seat;
    boxoffice_held held;
    boxoffice_new_seat seats[1];
    int64_t made = 0;
    int64_t user;
    memset(seats, 0, sizeof seats);
    seats[0].number = "1";
    seats[0].number_length = 1;
    open_test_office(&it, NULL);
    CHECK_OK(boxoffice_create_concert(it.office, TEXT("2030-01-05"), TEXT("x"), it.room, seats, 1, &made, NULL));
    CHECK_STATUS(boxoffice_delete_concert(it.office, made, 2, NULL), BOXOFFICE_STALE_VERSION);
    CHECK_STATUS(boxoffice_delete_concert(it.office, 99, 1, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_delete_concert(it.office, made, 1, NULL));
    CHECK_STATUS(boxoffice_delete_concert(it.office, made, 1, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_get_concert(it.office, made, &concert, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_find_seat(it.office, made, TEXT("1"), 0, &seat, NULL), BOXOFFICE_UNKNOWN_SEAT);

    user = make_user(&it, "one");
    CHECK_OK(boxoffice_hold_seat(it.office, user, make_turn(&it, user), it.seats[0], NULL, 0, &held, NULL));
    CHECK_OK(boxoffice_release_hold(it.office, user, held.reservation, NULL));
    CHECK_STATUS(boxoffice_delete_concert(it.office, it.concert, 1, NULL), BOXOFFICE_HAS_HISTORY);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_change_concert(void) {
    test_office it;
    boxoffice_concert concert;
    boxoffice_concert concerts[1];
    boxoffice_date dates[1];
    int64_t version = 7;
    size_t count = 7;
    open_test_office(&it, NULL);
    CHECK_OK(boxoffice_get_concert(it.office, it.concert, &concert, NULL));
    CHECK(concert.version == 1 && concert.is_hidden == 0 && concert.starts_at_us == BOXOFFICE_NEVER);
    CHECK(concert.called_off_at_us == BOXOFFICE_NEVER);
    CHECK_OK(boxoffice_change_concert(it.office, it.concert, TEXT("2030-01-03"), TEXT("Later"), 1893679200000000, 1, 0,
                                      1, &version, NULL));
    CHECK(version == 2);
    CHECK_OK(boxoffice_get_concert(it.office, it.concert, &concert, NULL));
    CHECK(concert.version == 2 && concert.is_hidden == 1 && concert.starts_at_us == 1893679200000000);
    CHECK(strcmp(concert.date, "2030-01-03") == 0 && strcmp(concert.title, "Later") == 0);
    CHECK_OK(boxoffice_list_concerts(it.office, TEXT("2030-01-01"), concerts, 1, &count, NULL));
    CHECK(count == 0);
    CHECK_OK(boxoffice_list_dates(it.office, TEXT("2030-01-01"), dates, 1, &count, NULL));
    CHECK(count == 0);
#define CHANGE(date, hidden, version)                                                                               \
    boxoffice_change_concert(it.office, it.concert, TEXT(date), TEXT("x"), BOXOFFICE_NEVER, (hidden), 0, (version), \
                             NULL, NULL)
    CHECK_STATUS(CHANGE("2030-01-03", 0, 1), BOXOFFICE_STALE_VERSION);
    CHECK_STATUS(CHANGE("2030-02-30", 0, 2), BOXOFFICE_INVALID_DATE);
    CHECK_STATUS(CHANGE("2030-01-03", 2, 2), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(CHANGE("2030-01-03", 0, 2));
#undef CHANGE
    CHECK_STATUS(boxoffice_change_concert(it.office, 99, TEXT("2030-01-03"), TEXT("x"), 0, 0, 0, 1, NULL, NULL),
                 BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_list_concerts(it.office, TEXT("2030-01-01"), concerts, 1, &count, NULL));
    CHECK(count == 1 && concerts[0].version == 3);
    CHECK_OK(boxoffice_close(&it.office));
}

void test_selling(void) {
    test_three_of_three();
    test_all_or_none();
    test_shapes();
    test_total();
    test_window();
    test_purchase_limit();
    test_types_and_tariff();
    test_change_concert();
    test_move();
    test_delete();
}
