/* The on-sale story in C: people queue for twelve seats, eight inside at a time; each holds a seat, recharges and pays; a
 * retried payment has one effect; the audit has the last word.
 *
 *     sale [sale.db]        ":memory:" by default
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxoffice.h"

enum { BUYERS = 40, SEATS = 12, INSIDE = 8, PRICE = 120 };

static boxoffice_error error = BOXOFFICE_ERROR_INIT;

/* Ends the program with the library's own words. */
static void must(boxoffice_status status, const char *what) {
    if (status == BOXOFFICE_OK) return;
    fprintf(stderr, "%s: %s: %s\n", what, boxoffice_status_name(status), error.message);
    exit(1);
}

static int64_t make_concert(boxoffice_office *office, int64_t room) {
    boxoffice_new_seat seats[SEATS];
    char numbers[SEATS][8];
    int64_t concert = 0;
    int i;
    memset(seats, 0, sizeof seats);
    for (i = 0; i < SEATS; ++i) {
        seats[i].number_length = (size_t)snprintf(numbers[i], sizeof numbers[i], "A-%d", i + 1);
        seats[i].number = numbers[i];
        seats[i].price = PRICE;
    }
    must(boxoffice_create_concert(office, "2030-12-24", 10, "Winter", 6, room, seats, SEATS, &concert, &error),
         "concert");
    return concert;
}

/* One buyer's turn. 1: bought a seat; 0: none was left. */
static int buy(boxoffice_office *office, int64_t concert, const boxoffice_claims *who, int number) {
    boxoffice_seat seats[SEATS];
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_paid paid;
    boxoffice_paid again;
    char key[32];
    const size_t key_length = (size_t)snprintf(key, sizeof key, "buyer-%d", number);
    size_t count = 0;
    size_t i;
    must(boxoffice_recharge(office, who->user, 150, key, key_length, &recharged, &error), "recharge");
    must(boxoffice_list_available_seats(office, concert, seats, SEATS, &count, &error), "seats");
    for (i = 0; i < count; ++i) {
        const boxoffice_status status =
            boxoffice_hold_seat(office, who->user, who->token, seats[i].id, key, key_length, &held, &error);
        if (status == BOXOFFICE_SEAT_UNAVAILABLE) continue; /* somebody was faster: the next one */
        must(status, "hold");
        must(boxoffice_pay(office, who->user, who->token, held.reservation, key, key_length, &paid, NULL, &error),
             "pay");
        must(boxoffice_pay(office, who->user, who->token, held.reservation, key, key_length, &again, NULL, &error),
             "pay again");
        if (memcmp(&paid, &again, sizeof paid) != 0) must(BOXOFFICE_INTERNAL, "a retry had another answer");
        return 1;
    }
    must(boxoffice_leave(office, who->user, who->token, NULL, &error), "leave");
    return 0;
}

int main(int argc, char **argv) {
    const char *const path = argc > 1 ? argv[1] : ":memory:";
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_office *office = NULL;
    boxoffice_room room;
    boxoffice_joined joined[BUYERS];
    boxoffice_seat_counts counts;
    size_t broken = 0;
    int64_t concert;
    int sold = 0;
    int i;

    limits.active_capacity = INSIDE;
    options.main_room = &limits;
    must(boxoffice_open(path, strlen(path), &options, &office, &error), "open");
    must(boxoffice_find_room(office, "main", 4, &room, &error), "room");
    concert = make_concert(office, room.id);

    for (i = 0; i < BUYERS; ++i) { /* all of them come at once */
        char name[32];
        const size_t length = (size_t)snprintf(name, sizeof name, "buyer-%d", i);
        int64_t user = 0;
        must(boxoffice_create_user(office, name, length, &user, &error), "user");
        must(boxoffice_join(office, user, room.id, &joined[i], &error), "join");
    }
    printf("%d in line, %d inside\n", BUYERS, INSIDE);

    for (i = 0; i < BUYERS; ++i) { /* each in turn: paying or leaving lets the next one in */
        char token[BOXOFFICE_TOKEN_TEXT_SIZE];
        boxoffice_peeked peeked;
        must(boxoffice_token_text(office, &joined[i].claims, token, &error), "token");
        must(boxoffice_await_turn(office, token, strlen(token), 3, 50000, &peeked, &error), "turn");
        sold += buy(office, concert, &joined[i].claims, i);
    }

    must(boxoffice_count_seats(office, concert, &counts, &error), "count");
    must(boxoffice_audit(office, NULL, 0, &broken, &error), "audit");
    printf("%d sold, %d left; audit: %s\n", sold, (int)counts.available, broken == 0 ? "clean" : "NOT clean");
    must(boxoffice_close(&office), "close");
    return broken == 0 && sold == SEATS && counts.sold == SEATS ? 0 : 1;
}
