/* Real C99 against the C ABI: every function, and what a C caller can do wrong. */
#include "check.h"

int checks_made = 0;
int checks_failed = 0;

static int64_t read_wall(void *context) { return ((test_clock *)context)->wall_us; }
static int64_t read_steady(void *context) { return ((test_clock *)context)->steady_us; }
static void let_pass(void *context, int64_t span_us) { move_clock((test_clock *)context, span_us); }

void move_clock(test_clock *clock, int64_t span_us) {
    clock->wall_us += span_us;
    clock->steady_us += span_us;
}

boxoffice_clock clock_of(test_clock *clock) {
    boxoffice_clock out = {read_wall, read_steady, let_pass, NULL};
    out.context = clock;
    return out;
}

void open_test_office(test_office *it, const boxoffice_options *options) {
    static const char *const numbers[4] = {"1", "10", "2", "3"};
    boxoffice_options own = BOXOFFICE_OPTIONS_INIT;
    boxoffice_new_seat seats[4];
    boxoffice_seat listed[4];
    boxoffice_room room;
    size_t count = 0;
    int i;
    memset(it, 0, sizeof *it);
    memset(seats, 0, sizeof seats);
    it->clock.wall_us = 1800000000000000;
    if (options != NULL) own = *options;
    own.clock = clock_of(&it->clock);
    CHECK_OK(boxoffice_open(TEXT(":memory:"), &own, &it->office, NULL));
    CHECK_OK(boxoffice_find_room(it->office, TEXT("main"), &room, NULL));
    it->room = room.id;
    for (i = 0; i < 4; ++i) {
        seats[i].number = numbers[i];
        seats[i].number_length = strlen(numbers[i]);
        seats[i].section = "stalls";
        seats[i].section_length = 6;
        seats[i].price = 100;
        seats[i].x = i;
    }
    CHECK_OK(boxoffice_create_concert(it->office, TEXT("2030-01-01"), TEXT("New Year"), it->room, seats, 4,
                                      &it->concert, NULL));
    CHECK_OK(boxoffice_list_available_seats(it->office, it->concert, listed, 4, &count, NULL));
    CHECK(count == 4);
    for (i = 0; i < 4; ++i) it->seats[i] = listed[i].id;
}

int64_t make_user(test_office *it, const char *external_id) {
    int64_t user = 0;
    CHECK_OK(boxoffice_create_user(it->office, TEXT(external_id), &user, NULL));
    return user;
}

int64_t make_turn(test_office *it, int64_t user) {
    boxoffice_joined joined;
    CHECK_OK(boxoffice_join(it->office, user, it->room, &joined, NULL));
    CHECK(joined.state == BOXOFFICE_PLACE_STATE_ADMITTED);
    return joined.claims.token;
}

void let_order(test_office *it, int64_t seats_per_order) {
    boxoffice_sale sale;
    CHECK_OK(boxoffice_get_sale(it->office, it->concert, &sale, NULL));
    sale.terms.seats_per_order = seats_per_order;
    CHECK_OK(boxoffice_change_sale(it->office, it->concert, &sale.terms, sale.version, NULL, NULL));
}

void fill_balance(test_office *it, int64_t user) {
    static const int64_t most = 9007199254740991; /* 2^53 - 1 */
    boxoffice_recharged recharged;
    int64_t balance = 0;
    CHECK_OK(boxoffice_balance(it->office, user, &balance, NULL));
    while (balance < most) {
        const int64_t left = most - balance;
        if (boxoffice_recharge(it->office, user, left < 1000000000000 ? left : 1000000000000, NULL, 0, &recharged,
                               NULL) != BOXOFFICE_OK)
            break;
        balance = recharged.balance;
    }
    CHECK(balance == most);
}

int main(void) {
    test_story();
    test_arguments();
    test_handles();
    test_structs();
    test_batch();
    test_outcomes();
    test_seats();
    test_selling();
    test_cancelling();
    test_sale_structs();
    test_lists();
    test_submitting();
    test_callbacks();
    printf("%d passed, %d failed\n", checks_made - checks_failed, checks_failed);
    return checks_failed == 0 && checks_made > 0 ? 0 : 1;
}
