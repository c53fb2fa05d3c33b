/* Every text of a seat comes out where it went in, by itself: of a single call and of a batch, in memory and in a file. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

enum { TEXT_COUNT = 5 };

/* Where a text of the three structures stands. */
typedef struct seat_text {
    size_t in;      /* of boxoffice_new_seat: the pointer; its length is behind it */
    size_t item;    /* of boxoffice_seat_item: the offset; its length is behind it */
    size_t out;     /* of boxoffice_seat */
    const char *of; /* a value of its own */
} seat_text;

#define SEAT_TEXT(name, value)                                                            \
    {                                                                                     \
        offsetof(boxoffice_new_seat, name), offsetof(boxoffice_seat_item, name##_offset), \
            offsetof(boxoffice_seat, name), value                                         \
    }
static const seat_text texts[TEXT_COUNT] = {SEAT_TEXT(number, "A-1"), SEAT_TEXT(section, "stalls"),
                                            SEAT_TEXT(row, "row 7"), SEAT_TEXT(label, "by the door"),
                                            SEAT_TEXT(category, "best")};

static void set_text(boxoffice_new_seat *seat, const seat_text *text, const char *value, size_t length) {
    memcpy((char *)seat + text->in, &value, sizeof value);
    memcpy((char *)seat + text->in + sizeof value, &length, sizeof length);
}

static void set_item(boxoffice_seat_item *item, const seat_text *text, uint32_t offset, uint32_t length) {
    memcpy((char *)item + text->item, &offset, sizeof offset);
    memcpy((char *)item + text->item + sizeof offset, &length, sizeof length);
}

/* An arena: texts of so many bytes each, then an item that names them. */
typedef struct seat_arena {
    char texts[TEXT_COUNT][72];
    boxoffice_seat_item item;
} seat_arena;

static void fill(boxoffice_new_seat *seat, seat_arena *arena) {
    int i;
    memset(seat, 0, sizeof *seat);
    memset(arena, 0, sizeof *arena);
    for (i = 0; i < TEXT_COUNT; ++i) {
        const size_t length = strlen(texts[i].of);
        set_text(seat, &texts[i], texts[i].of, length);
        memcpy(arena->texts[i], texts[i].of, length);
        set_item(&arena->item, &texts[i], (uint32_t)((size_t)i * sizeof arena->texts[0]), (uint32_t)length);
    }
}

static boxoffice_status add_by_batch(test_office *it, int64_t concert, const seat_arena *arena) {
    boxoffice_command command;
    boxoffice_outcome outcome;
    memset(&command, 0, sizeof command);
    command.kind = BOXOFFICE_COMMAND_ADD_SEATS;
    command.concert = concert;
    command.list_offset = offsetof(seat_arena, item);
    command.list_count = 1;
    CHECK_OK(boxoffice_execute(it->office, &command, 1, (const char *)arena, sizeof *arena, &outcome, NULL));
    return outcome.status;
}

static void check_texts(test_office *it, int64_t concert) {
    boxoffice_seat seat;
    size_t count = 0;
    int i;
    CHECK_OK(boxoffice_list_seats(it->office, concert, 0, &seat, 1, &count, NULL));
    CHECK(count == 1);
    for (i = 0; i < TEXT_COUNT; ++i) CHECK(strcmp((const char *)&seat + texts[i].out, texts[i].of) == 0);
}

static int64_t new_concert(test_office *it) {
    int64_t concert = 0;
    CHECK_OK(boxoffice_create_concert(it->office, TEXT("2031-01-01"), TEXT("x"), it->room, NULL, 0, &concert, NULL));
    return concert;
}

/* Too long, or not UTF-8: of each text. */
static void test_refused(test_office *it, const char *value, size_t length) {
    const int64_t concert = new_concert(it);
    boxoffice_new_seat seat;
    seat_arena arena;
    int i;
    for (i = 0; i < TEXT_COUNT; ++i) {
        fill(&seat, &arena);
        set_text(&seat, &texts[i], value, length);
        CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
        memcpy(arena.texts[i], value, length);
        set_item(&arena.item, &texts[i], (uint32_t)((size_t)i * sizeof arena.texts[0]), (uint32_t)length);
        CHECK(add_by_batch(it, concert, &arena) == BOXOFFICE_INVALID_ARGUMENT);
        if (i == 0) continue; /* the number is what it is found by */
        set_text(&seat, &texts[i], NULL, 1);
        CHECK_STATUS(boxoffice_add_seats(it->office, concert, &seat, 1, NULL), BOXOFFICE_INVALID_ARGUMENT);
    }
}

static void test_texts(const char *path, size_t path_length) {
    test_office it;
    boxoffice_new_seat seat;
    seat_arena arena;
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room room;
    int64_t single;
    int64_t batch;
    char too_long[65];
    memset(&it, 0, sizeof it);
    it.clock.wall_us = 1800000000000000;
    options.clock = clock_of(&it.clock);
    CHECK_OK(boxoffice_open(path, path_length, &options, &it.office, NULL));
    CHECK_OK(boxoffice_find_room(it.office, TEXT("main"), &room, NULL));
    it.room = room.id;
    fill(&seat, &arena);
    single = new_concert(&it);
    CHECK_OK(boxoffice_add_seats(it.office, single, &seat, 1, NULL));
    check_texts(&it, single);
    batch = new_concert(&it);
    CHECK(add_by_batch(&it, batch, &arena) == BOXOFFICE_OK);
    check_texts(&it, batch);
    memset(too_long, 'x', sizeof too_long);
    test_refused(&it, too_long, sizeof too_long);
    test_refused(&it, "\xFF", 1);
    CHECK_OK(boxoffice_close(&it.office));
}

void test_seats(void) {
    char directory[] = "/tmp/boxoffice-seats-XXXXXX";
    char path[64];
    test_texts(TEXT(":memory:"));
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/seats.db", directory);
    test_texts(TEXT(path));
    remove(path);
    snprintf(path, sizeof path, "%s/seats.db-lock", directory);
    remove(path);
    rmdir(directory);
}
