/* The functions that boxoffice.go takes, with the office as a number.
 *
 * A boxoffice_office * is a slot and a generation, and no address. Go's garbage collector looks at every pointer there is, and
 * ends the program where one points to where nothing can be; so in Go the office is a uintptr, and is made a pointer here. */
#include <boxoffice.h>
#include <stdint.h>

typedef boxoffice_status status;

static status shim_open(const char *path, size_t length, uintptr_t *office, boxoffice_error *error) {
    boxoffice_office *opened = NULL;
    status answer = boxoffice_open(path, length, NULL, &opened, error);
    *office = (uintptr_t)opened;
    return answer;
}

static status shim_close(uintptr_t office) {
    boxoffice_office *opened = (boxoffice_office *)office;
    return boxoffice_close(&opened);
}

static status shim_find_room(uintptr_t office, const char *name, size_t length, boxoffice_room *room,
                             boxoffice_error *error) {
    return boxoffice_find_room((boxoffice_office *)office, name, length, room, error);
}

static status shim_create_user(uintptr_t office, const char *name, size_t length, int64_t *user,
                               boxoffice_error *error) {
    return boxoffice_create_user((boxoffice_office *)office, name, length, user, error);
}

static status shim_find_user(uintptr_t office, const char *name, size_t length, int64_t *user, boxoffice_error *error) {
    return boxoffice_find_user((boxoffice_office *)office, name, length, user, error);
}

static status shim_create_concert(uintptr_t office, const char *date, size_t date_length, const char *title,
                                  size_t title_length, int64_t room, const boxoffice_new_seat *seats, size_t count,
                                  int64_t *concert, boxoffice_error *error) {
    return boxoffice_create_concert((boxoffice_office *)office, date, date_length, title, title_length, room, seats,
                                    count, concert, error);
}

static status shim_find_concert(uintptr_t office, const char *date, size_t length, boxoffice_concert *concert,
                                boxoffice_error *error) {
    return boxoffice_find_concert((boxoffice_office *)office, date, length, concert, error);
}

static status shim_list_available_seats(uintptr_t office, int64_t concert, boxoffice_seat *seats, size_t capacity,
                                        size_t *count, boxoffice_error *error) {
    return boxoffice_list_available_seats((boxoffice_office *)office, concert, seats, capacity, count, error);
}

static status shim_join(uintptr_t office, int64_t user, int64_t room, boxoffice_joined *joined,
                        boxoffice_error *error) {
    return boxoffice_join((boxoffice_office *)office, user, room, joined, error);
}

static status shim_token_text(uintptr_t office, const boxoffice_claims *claims, char *text, boxoffice_error *error) {
    return boxoffice_token_text((boxoffice_office *)office, claims, text, error);
}

static status shim_authenticate(uintptr_t office, const char *token, size_t length, boxoffice_claims *claims,
                                boxoffice_error *error) {
    return boxoffice_authenticate((boxoffice_office *)office, token, length, claims, error);
}

static status shim_peek(uintptr_t office, const char *token, size_t length, boxoffice_peeked *peeked,
                        boxoffice_error *error) {
    return boxoffice_peek((boxoffice_office *)office, token, length, peeked, error);
}

static status shim_recharge(uintptr_t office, int64_t user, int64_t amount, const char *key, size_t key_length,
                            boxoffice_recharged *recharged, boxoffice_error *error) {
    return boxoffice_recharge((boxoffice_office *)office, user, amount, key, key_length, recharged, error);
}

static status shim_hold_seat(uintptr_t office, int64_t user, int64_t token, int64_t seat, const char *key,
                             size_t key_length, boxoffice_held *held, boxoffice_error *error) {
    return boxoffice_hold_seat((boxoffice_office *)office, user, token, seat, key, key_length, held, error);
}

static status shim_pay(uintptr_t office, int64_t user, int64_t token, int64_t reservation, const char *key,
                       size_t key_length, boxoffice_paid *paid, boxoffice_error *error) {
    return boxoffice_pay((boxoffice_office *)office, user, token, reservation, key, key_length, paid, NULL, error);
}

static status shim_list_reservations(uintptr_t office, int64_t user, int64_t before,
                                     boxoffice_reservation *reservations, size_t capacity, size_t *count,
                                     boxoffice_error *error) {
    return boxoffice_list_reservations((boxoffice_office *)office, user, before, reservations, capacity, count, error);
}

static status shim_audit(uintptr_t office, size_t *count, boxoffice_error *error) {
    return boxoffice_audit((boxoffice_office *)office, NULL, 0, count, error);
}
