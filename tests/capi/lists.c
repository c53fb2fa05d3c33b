/* Lists in the arena of a batch: a house made in one call, and everything that a list can be wrong in. */
#include "check.h"

#include <stddef.h>
#include <stdlib.h>

/* A caller's arena can be a structure of their own. */
typedef struct house_arena {
    char texts[32]; /* "balconyNew Hall2031-02-0312" */
    boxoffice_seat_item seats[3];
    boxoffice_room_limits limits;
} house_arena;

enum { NAME_AT = 0, TITLE_AT = 7, DATE_AT = 15, NUMBERS_AT = 25 };

static void fill_arena(house_arena *arena) {
    const boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    int i;
    memset(arena, 0, sizeof *arena);
    memcpy(arena->texts, "balconyNew Hall2031-02-03123", 28);
    for (i = 0; i < 3; ++i) {
        arena->seats[i].number_offset = NUMBERS_AT + (uint32_t)i;
        arena->seats[i].number_length = 1;
        arena->seats[i].price = 100 + i;
        arena->seats[i].x = i;
        arena->seats[i].y = -0.5;
    }
    arena->seats[1].section_offset = NAME_AT;
    arena->seats[1].section_length = 7;
    arena->seats[1].row_offset = NAME_AT;
    arena->seats[1].row_length = 3;
    arena->seats[1].label_offset = TITLE_AT + 4;
    arena->seats[1].label_length = 4;
    arena->seats[2].is_blocked = 1;
    arena->limits = limits;
    arena->limits.active_capacity = 7;
}

static boxoffice_command new_room(void) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = BOXOFFICE_COMMAND_CREATE_ROOM;
    command.text_offset = NAME_AT;
    command.text_length = 7;
    command.list_offset = offsetof(house_arena, limits);
    command.list_count = 1;
    return command;
}

static boxoffice_command new_concert(int64_t room) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = BOXOFFICE_COMMAND_CREATE_CONCERT;
    command.room = room;
    command.text_offset = TITLE_AT;
    command.text_length = 8;
    command.text2_offset = DATE_AT;
    command.text2_length = 10;
    command.list_offset = offsetof(house_arena, seats);
    command.list_count = 3;
    return command;
}

static boxoffice_command more_seats(int64_t concert, uint32_t first, uint32_t count) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = BOXOFFICE_COMMAND_ADD_SEATS;
    command.concert = concert;
    command.list_offset = (uint32_t)(offsetof(house_arena, seats) + first * sizeof(boxoffice_seat_item));
    command.list_count = count;
    return command;
}

static void test_house_in_one_batch(test_office *it, const char *arena) {
    boxoffice_command commands[4];
    boxoffice_outcome outcomes[4];
    boxoffice_concert concert;
    boxoffice_seat seats[4];
    boxoffice_room room;
    size_t count = 0;
    commands[0] = new_room();
    commands[1] = new_concert(it->room);
    commands[2] = new_concert(99);
    commands[3] = new_room();
    commands[3].kind = BOXOFFICE_COMMAND_CHANGE_ROOM;
    commands[3].room = it->room;
    CHECK_OK(boxoffice_execute(it->office, commands, 4, arena, sizeof(house_arena), outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[0].id > 0);
    CHECK(outcomes[1].status == BOXOFFICE_OK && outcomes[1].id > 0);
    CHECK(outcomes[2].status == BOXOFFICE_UNKNOWN_ROOM && outcomes[2].id == 0);
    CHECK(outcomes[3].status == BOXOFFICE_OK);
    CHECK_OK(boxoffice_find_room(it->office, TEXT("balcony"), &room, NULL));
    CHECK(room.id == outcomes[0].id && room.limits.active_capacity == 7);
    CHECK_OK(boxoffice_find_room(it->office, TEXT("main"), &room, NULL));
    CHECK(room.limits.active_capacity == 7);
    CHECK_OK(boxoffice_get_concert(it->office, outcomes[1].id, &concert, NULL));
    CHECK(strcmp(concert.title, "New Hall") == 0 && strcmp(concert.date, "2031-02-03") == 0);
    CHECK_OK(boxoffice_list_seats(it->office, concert.id, 0, seats, 4, &count, NULL));
    CHECK(count == 3 && strcmp(seats[0].number, "1") == 0 && seats[0].price == 100 && seats[0].y == -0.5);
    CHECK(strcmp(seats[1].section, "balcony") == 0 && strcmp(seats[1].row, "bal") == 0 && seats[1].x == 1);
    CHECK(strcmp(seats[1].label, "Hall") == 0 && seats[1].state == BOXOFFICE_SEAT_STATE_AVAILABLE);
    CHECK(strcmp(seats[2].label, "3") == 0 && seats[2].state == BOXOFFICE_SEAT_STATE_BLOCKED);

    /* Added to the test's concert, which has a 1, a 2 and a 3: all or none. */
    commands[0] = more_seats(it->concert, 2, 1);
    commands[1] = more_seats(99, 2, 1);
    commands[2] = more_seats(it->concert, 2, 0);
    CHECK_OK(boxoffice_execute(it->office, commands, 3, arena, sizeof(house_arena), outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_SEAT_EXISTS && outcomes[0].amount == 0);
    CHECK(outcomes[1].status == BOXOFFICE_UNKNOWN_CONCERT);
    CHECK(outcomes[2].status == BOXOFFICE_INVALID_ARGUMENT); /* no seats, as of boxoffice_add_seats */
}

static void test_added(test_office *it, house_arena *arena) {
    boxoffice_command command = more_seats(it->concert, 0, 3);
    boxoffice_outcome outcome;
    boxoffice_seat_counts counts;
    memcpy(arena->texts + NUMBERS_AT, "789", 3);
    CHECK_OK(boxoffice_execute(it->office, &command, 1, (const char *)arena, sizeof *arena, &outcome, NULL));
    CHECK(outcome.status == BOXOFFICE_OK && outcome.amount == 3);
    CHECK_OK(boxoffice_count_seats(it->office, it->concert, &counts, NULL));
    CHECK(counts.available == 6 && counts.blocked == 1);
    memcpy(arena->texts + NUMBERS_AT, "123", 3);
}

/* A good command, and then this one, of which the arena has `size` bytes: refused, named, and nothing of either done. */
static void refuse(test_office *it, const boxoffice_command *malformed, const house_arena *arena, size_t size,
                   boxoffice_status wanted) {
    boxoffice_command commands[2];
    boxoffice_outcome outcomes[2];
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    boxoffice_room room;
    char *exact = malloc(size); /* so that a sanitizer sees what is read behind it */
    memcpy(exact, arena, size);
    commands[0] = new_room();
    commands[0].list_offset = 0; /* the good one: a user, whose name is all that it needs */
    commands[0].list_count = 0;
    commands[0].kind = BOXOFFICE_COMMAND_CREATE_USER;
    commands[1] = *malformed;
    CHECK_STATUS(boxoffice_execute(it->office, commands, 2, exact, size, outcomes, &error), wanted);
    CHECK(strstr(error.message, "command 1") != NULL);
    CHECK(outcomes[0].id == 0 && outcomes[1].status == 0);
    CHECK_STATUS(boxoffice_find_room(it->office, TEXT("balcony"), &room, NULL), BOXOFFICE_UNKNOWN_ROOM);
    free(exact);
}

static void test_lists_outside_the_arena(test_office *it, const house_arena *arena) {
    const size_t size = sizeof *arena;
    boxoffice_command command = new_concert(it->room);
    uint32_t offset;
    command.list_count = 1;
    for (offset = 1; offset < 8; ++offset) { /* misaligned: nothing else is wrong with the item */
        house_arena shifted = *arena;
        command.list_offset = (uint32_t)offsetof(house_arena, seats) + offset;
        memcpy((char *)&shifted + command.list_offset, &arena->seats[0], sizeof arena->seats[0]);
        refuse(it, &command, &shifted, size, BOXOFFICE_INVALID_ARGUMENT);
    }
    command.list_offset = (uint32_t)size; /* behind it */
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_offset = (uint32_t)(size + 8);
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_offset = UINT32_MAX - 7;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_offset = (uint32_t)(size - sizeof(boxoffice_seat_item) + 8); /* the last item sticks out */
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command = new_concert(it->room);
    refuse(it, &command, arena, offsetof(house_arena, limits) - 8, BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = UINT32_MAX; /* its bytes are more than 32 bits */
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = 0x10000000; /* and these are a multiple of 2^32 */
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command = more_seats(it->concert, 0, 1000);
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command = new_room();
    command.list_offset += 4;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command = new_room();
    command.list_count = 0;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = 2;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.list_count = 1;
    refuse(it, &command, arena, size - 8, BOXOFFICE_INVALID_ARGUMENT);
    command.list_offset = (uint32_t)size; /* not even its struct_size */
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
}

static void test_malformed_items(test_office *it, const house_arena *arena) {
    const size_t size = sizeof *arena;
    const boxoffice_command command = new_concert(it->room);
    const boxoffice_command room = new_room();
    house_arena wrong;
    int i;
#define REFUSED(which, what)                                          \
    do {                                                              \
        wrong = *arena;                                               \
        what;                                                         \
        refuse(it, &which, &wrong, size, BOXOFFICE_INVALID_ARGUMENT); \
    } while (0)
    REFUSED(command, wrong.seats[2].number_offset = (uint32_t)size);
    REFUSED(command, wrong.seats[2].section_length = UINT32_MAX);
    REFUSED(command, (wrong.seats[0].row_offset = UINT32_MAX, wrong.seats[0].row_length = 2));
    REFUSED(command, (wrong.seats[0].label_offset = (uint32_t)size - 1, wrong.seats[0].label_length = 2));
    REFUSED(command, wrong.seats[1].is_blocked = 2);
    REFUSED(command, wrong.seats[1].reserved32 = 1);
    REFUSED(command, (wrong.seats[0].category_offset = (uint32_t)size, wrong.seats[0].category_length = 1));
    for (i = 0; i < 5; ++i) REFUSED(command, wrong.seats[2].reserved[i] = INT64_MIN);
    REFUSED(room, wrong.limits.struct_size = 0);
    REFUSED(room, wrong.limits.struct_size = UINT32_MAX);
    REFUSED(room, wrong.limits.reserved32 = 1);
    for (i = 0; i < 4; ++i) REFUSED(room, wrong.limits.reserved[i] = 1);
#undef REFUSED
}

static int has_list(int32_t kind) {
    switch (kind) {
        case BOXOFFICE_COMMAND_CREATE_ROOM:
        case BOXOFFICE_COMMAND_CHANGE_ROOM:
        case BOXOFFICE_COMMAND_CREATE_CONCERT:
        case BOXOFFICE_COMMAND_ADD_SEATS:
        case BOXOFFICE_COMMAND_HOLD_SEATS:
        case BOXOFFICE_COMMAND_CHANGE_SALE:
        case BOXOFFICE_COMMAND_SET_TARIFF:
        case BOXOFFICE_COMMAND_CANCEL: return 1;
        default: return 0;
    }
}

static int reads_flag(int32_t kind) {
    return kind == BOXOFFICE_COMMAND_HOLD_SEATS || kind == BOXOFFICE_COMMAND_CHANGE_CONCERT ||
           kind == BOXOFFICE_COMMAND_REFUND;
}

static void test_malformed_commands(test_office *it, const house_arena *arena) {
    const size_t size = sizeof *arena;
    boxoffice_command command;
    int32_t kind;
    int i;
    for (kind = BOXOFFICE_COMMAND_CREATE_USER; kind <= BOXOFFICE_COMMAND_REFUND; ++kind) {
        command = new_concert(it->room); /* its date is right */
        command.kind = kind;
        if (!has_list(kind)) refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
        command.list_count = 0;
        command.flag = reads_flag(kind) ? 2 : 1;
        refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    }
    command = new_concert(it->room);
    command.text2_length = 9;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_DATE);
    command.text2_length = 0;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_DATE);
    command.text2_offset = (uint32_t)size - 1;
    command.text2_length = 2;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    command.kind = BOXOFFICE_COMMAND_CHANGE_CONCERT;
    command.text2_length = 9;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT); /* outside the arena */
    command.text2_offset = DATE_AT;
    command.list_count = 0;
    refuse(it, &command, arena, size, BOXOFFICE_INVALID_DATE);
    for (i = 0; i < 2; ++i) {
        command = new_concert(it->room);
        command.reserved[i] = INT64_MAX;
        refuse(it, &command, arena, size, BOXOFFICE_INVALID_ARGUMENT);
    }
}

void test_lists(void) {
    test_office it;
    house_arena arena;
    char unaligned[sizeof(house_arena) + 1];
    int64_t user = 0;
    open_test_office(&it, NULL);
    fill_arena(&arena);
    test_lists_outside_the_arena(&it, &arena);
    test_malformed_items(&it, &arena);
    test_malformed_commands(&it, &arena);
    CHECK_STATUS(boxoffice_find_user(it.office, TEXT("balcony"), &user, NULL), BOXOFFICE_UNKNOWN_USER);
    memcpy(unaligned + 1, &arena, sizeof arena);
    test_house_in_one_batch(&it, unaligned + 1);
    test_added(&it, &arena);
    CHECK_OK(boxoffice_close(&it.office));
}
