#include <boxoffice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static boxoffice_error error = BOXOFFICE_ERROR_INIT;

static void must(boxoffice_status status) {
    if (status == BOXOFFICE_OK) return;
    fprintf(stderr, "sale: %s: %s\n", boxoffice_status_name(status), error.message);
    exit(1);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "sale.db";
    boxoffice_office *office = NULL;
    boxoffice_new_seat hall[10];
    char numbers[10][8], key[32];
    boxoffice_room room;
    boxoffice_concert concert;
    boxoffice_joined place;
    boxoffice_recharged recharged;
    boxoffice_seat seats[10];
    boxoffice_held held;
    boxoffice_paid paid;
    int64_t user, id;
    size_t i, count, key_length;

    must(boxoffice_open(path, strlen(path), NULL, &office, &error));
    must(boxoffice_find_room(office, "main", 4, &room, &error));
    if (boxoffice_find_concert(office, "2026-12-24", 10, &concert, &error) ==
        BOXOFFICE_UNKNOWN_CONCERT) { /* the first run makes the house */
        memset(hall, 0, sizeof hall);
        for (i = 0; i < 10; ++i) {
            hall[i].number = numbers[i];
            hall[i].number_length = (size_t)snprintf(numbers[i], sizeof numbers[i], "A-%d", (int)i + 1);
            hall[i].price = 99000;
        }
        must(boxoffice_create_concert(office, "2026-12-24", 10, "Winter", 6, room.id, hall, 10, &id, &error));
        must(boxoffice_create_user(office, "jiyeon", 6, &id, &error));
    }
    must(boxoffice_find_concert(office, "2026-12-24", 10, &concert, &error));
    must(boxoffice_find_user(office, "jiyeon", 6, &user, &error));
    must(boxoffice_join(office, user, room.id, &place, &error)); /* admitted at once while there is room */
    key_length = (size_t)snprintf(key, sizeof key, "%lld", (long long)place.claims.token); /* sent again: one effect */
    must(boxoffice_recharge(office, user, 100000, key, key_length, &recharged, &error));
    must(boxoffice_list_available_seats(office, concert.id, seats, 10, &count, &error));
    if (count == 0) return puts("sold out"), boxoffice_close(&office), 0;
    must(boxoffice_hold_seat(office, user, place.claims.token, seats[0].id, key, key_length, &held, &error));
    must(boxoffice_pay(office, user, place.claims.token, held.reservation, key, key_length, &paid, NULL, &error));
    printf("seat %lld is sold, balance: %lld\n", (long long)seats[0].id, (long long)paid.balance);
    boxoffice_close(&office);
    return 0;
}
