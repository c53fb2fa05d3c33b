/* Handles: NULL, closed, closed twice, garbage, after fork, and closed while a call is inside. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void test_bad_handles(void) {
    test_office it;
    boxoffice_office *copy;
    boxoffice_office *null_office = NULL;
    int64_t now = 0;
    uintptr_t garbage;
    CHECK_OK(boxoffice_close(NULL));
    CHECK_OK(boxoffice_close(&null_office));
    CHECK_STATUS(boxoffice_now(NULL, &now, NULL), BOXOFFICE_INVALID_HANDLE);
    for (garbage = 1; garbage != 0; garbage <<= 3)
        CHECK_STATUS(boxoffice_now((boxoffice_office *)garbage, &now, NULL), BOXOFFICE_INVALID_HANDLE);
    open_test_office(&it, NULL);
    copy = it.office;
    CHECK_OK(boxoffice_now(copy, &now, NULL));
    CHECK_OK(boxoffice_close(&it.office));
    CHECK(it.office == NULL);
    CHECK_OK(boxoffice_close(&it.office));
    CHECK_STATUS(boxoffice_now(copy, &now, NULL), BOXOFFICE_INVALID_HANDLE);
    open_test_office(&it, NULL); /* in the same slot: the stale handle must not reach it */
    CHECK_STATUS(boxoffice_now(copy, &now, NULL), BOXOFFICE_INVALID_HANDLE);
    CHECK_STATUS(boxoffice_close(&copy), BOXOFFICE_INVALID_HANDLE);
    CHECK(copy == NULL);
    CHECK_OK(boxoffice_now(it.office, &now, NULL));
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_fork(void) {
    test_office it;
    boxoffice_joined joined;
    pid_t child;
    int status = 0;
    open_test_office(&it, NULL);
    CHECK_OK(boxoffice_join(it.office, make_user(&it, "buyer"), it.room, &joined, NULL));
    child = fork();
    if (child == 0) {
        int64_t now = 0;
        int64_t user = 0;
        char text[BOXOFFICE_TOKEN_TEXT_SIZE];
        if (boxoffice_now(it.office, &now, NULL) != BOXOFFICE_FORKED) _exit(1);
        /* Nor what asks neither clock nor store: its locks may have been caught in the middle of something. */
        if (boxoffice_token_text(it.office, &joined.claims, text, NULL) != BOXOFFICE_FORKED) _exit(7);
        if (boxoffice_create_user(it.office, TEXT("child"), &user, NULL) != BOXOFFICE_FORKED) _exit(2);
        if (boxoffice_close(&it.office) != BOXOFFICE_FORKED) _exit(3);
        if (boxoffice_open(TEXT(":memory:"), NULL, &it.office, NULL) != BOXOFFICE_OK) _exit(4);
        if (boxoffice_create_user(it.office, TEXT("child"), &user, NULL) != BOXOFFICE_OK) _exit(5);
        if (boxoffice_close(&it.office) != BOXOFFICE_OK) _exit(6);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(make_user(&it, "parent") > 0);
    CHECK_OK(boxoffice_close(&it.office));
}

/* A clock whose wait blocks until it is told to go on, so that a call is surely inside. */
typedef struct gate {
    test_clock clock;
    atomic_int inside;
    atomic_int go;
} gate;

static int64_t gate_wall(void *context) { return ((gate *)context)->clock.wall_us; }
static int64_t gate_steady(void *context) { return ((gate *)context)->clock.steady_us; }
static void gate_wait(void *context, int64_t span_us) {
    gate *const it = (gate *)context;
    (void)span_us;
    atomic_store(&it->inside, 1);
    while (!atomic_load(&it->go)) usleep(100);
}

typedef struct waiter {
    boxoffice_office *office;
    char token[BOXOFFICE_TOKEN_TEXT_SIZE];
    boxoffice_status status;
} waiter;

static void *wait_inside(void *argument) {
    waiter *const it = (waiter *)argument;
    boxoffice_peeked peeked;
    it->status = boxoffice_await_turn(it->office, TEXT(it->token), 2, 1000, &peeked, NULL);
    return NULL;
}

static void *close_office(void *argument) {
    boxoffice_office *office = (boxoffice_office *)argument;
    return (void *)(intptr_t)boxoffice_close(&office);
}

static void test_close_during_a_call(void) {
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    gate clock;
    waiter it;
    boxoffice_room room;
    boxoffice_joined joined;
    pthread_t waiting;
    pthread_t closing;
    int64_t user = 0;
    int64_t now = 0;
    void *closed = NULL;
    boxoffice_status status;
    memset(&clock.clock, 0, sizeof clock.clock);
    clock.clock.wall_us = 1800000000000000;
    atomic_init(&clock.inside, 0);
    atomic_init(&clock.go, 0);
    limits.active_capacity = 0;
    options.main_room = &limits;
    options.clock.wall_us = gate_wall;
    options.clock.steady_us = gate_steady;
    options.clock.wait_us = gate_wait;
    options.clock.context = &clock;
    CHECK_OK(boxoffice_open(TEXT(":memory:"), &options, &it.office, NULL));
    CHECK_OK(boxoffice_find_room(it.office, TEXT("main"), &room, NULL));
    CHECK_OK(boxoffice_create_user(it.office, TEXT("w"), &user, NULL));
    CHECK_OK(boxoffice_join(it.office, user, room.id, &joined, NULL));
    CHECK_OK(boxoffice_token_text(it.office, &joined.claims, it.token, NULL));
    CHECK(pthread_create(&waiting, NULL, wait_inside, &it) == 0);
    while (!atomic_load(&clock.inside)) usleep(100);
    CHECK_OK(boxoffice_now(it.office, &now, NULL)); /* others go on while a call blocks */
    CHECK(pthread_create(&closing, NULL, close_office, it.office) == 0);
    do status = boxoffice_now(it.office, &now, NULL);
    while (status == BOXOFFICE_OK);
    CHECK(status == BOXOFFICE_CLOSED); /* closing has begun, and waits for the call inside */
    {
        boxoffice_office *copy = it.office;
        CHECK_STATUS(boxoffice_close(&copy), BOXOFFICE_CLOSED);
    }
    atomic_store(&clock.go, 1);
    CHECK(pthread_join(waiting, NULL) == 0);
    CHECK(pthread_join(closing, &closed) == 0);
    CHECK((boxoffice_status)(intptr_t)closed == BOXOFFICE_OK);
    CHECK(it.status == BOXOFFICE_CLOSED); /* closing ended its wait */
    CHECK_STATUS(boxoffice_now(it.office, &now, NULL), BOXOFFICE_INVALID_HANDLE);
}

void test_handles(void) {
    test_bad_handles();
    test_fork();
    test_close_during_a_call();
}
