/* An outcome says of a command what its function answers, member by member, and nothing else: every kind is executed in the
 * batch of one office, and called in another that is its twin. */
#include "check.h"

typedef struct twins {
    test_office batch;
    test_office single;
} twins;

static boxoffice_command kind_of(int32_t kind) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = kind;
    return command;
}

/* Of a command done, with nothing to tell. */
static boxoffice_outcome done(void) {
    boxoffice_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    return outcome;
}

/* Executes the command in the batch's office; every byte of its outcome is that of `wanted`. */
#define CHECK_OUTCOME(it, command, arena, arena_size, wanted)                                              \
    do {                                                                                                   \
        boxoffice_outcome got;                                                                             \
        CHECK_OK(boxoffice_execute((it)->batch.office, &(command), 1, (arena), (arena_size), &got, NULL)); \
        CHECK(memcmp(&got, &(wanted), sizeof got) == 0);                                                   \
    } while (0)

static void move_clocks(twins *it, int64_t span_us) {
    move_clock(&it->batch.clock, span_us);
    move_clock(&it->single.clock, span_us);
}

static void test_house(twins *it) {
    struct {
        char texts[32];
        boxoffice_room_limits limits;
        boxoffice_seat_item item;
    } arena;
    const boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_CREATE_ROOM);
    boxoffice_outcome wanted = done();
    boxoffice_new_seat seat;
    memset(&seat, 0, sizeof seat);
    memset(&arena, 0, sizeof arena);
    seat.number = "9";
    seat.number_length = 1;
    memcpy(arena.texts, "r2030-01-029", 12);
    arena.limits = limits;
    arena.item.number_offset = 11;
    arena.item.number_length = 1;
    command.text_length = 1;
    command.list_offset = 32;
    command.list_count = 1;
    CHECK_OK(boxoffice_create_room(it->single.office, TEXT("r"), &limits, &wanted.id, NULL));
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command.kind = BOXOFFICE_COMMAND_CHANGE_ROOM;
    command.room = wanted.id;
    CHECK_OK(boxoffice_change_room(it->single.office, wanted.id, &limits, NULL));
    wanted = done();
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command.kind = BOXOFFICE_COMMAND_CREATE_CONCERT;
    command.text2_offset = 1;
    command.text2_length = 10;
    command.list_offset = 32 + sizeof limits;
    CHECK_OK(boxoffice_create_concert(it->single.office, TEXT("2030-01-02"), TEXT("r"), command.room, &seat, 1,
                                      &wanted.id, NULL));
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command.kind = BOXOFFICE_COMMAND_ADD_SEATS;
    command.concert = it->batch.concert;
    CHECK_OK(boxoffice_add_seats(it->single.office, it->single.concert, &seat, 1, NULL));
    wanted = done();
    wanted.amount = 1; /* what a caller of the function knows */
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command = kind_of(BOXOFFICE_COMMAND_BLOCK_SEAT);
    command.seat = it->batch.seats[3];
    CHECK_OK(boxoffice_block_seat(it->single.office, it->single.seats[3], NULL));
    wanted = done();
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
    command.kind = BOXOFFICE_COMMAND_UNBLOCK_SEAT;
    CHECK_OK(boxoffice_unblock_seat(it->single.office, it->single.seats[3], NULL));
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
}

static void test_join(twins *it, boxoffice_command *who) {
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_JOIN);
    boxoffice_outcome wanted = done();
    boxoffice_joined joined;
    int again;
    command.user = who->user;
    command.room = it->batch.room;
    for (again = 0; again < 2; ++again) {
        CHECK_OK(boxoffice_join(it->single.office, who->user, it->single.room, &joined, NULL));
        CHECK(joined.again == again);
        wanted.id = joined.claims.token;
        wanted.position = joined.claims.position;
        wanted.state = joined.state;
        wanted.flag = joined.again;
        wanted.time_us = joined.identity_until_us;
        CHECK_OUTCOME(it, command, NULL, 0, wanted);
    }
    who->token = joined.claims.token;
}

/* A user with 500 points and a place that has arrived, as a command with those members. */
static boxoffice_command test_buyer(twins *it) {
    static const char name[] = "buyer";
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_CREATE_USER);
    boxoffice_outcome wanted = done();
    boxoffice_recharged recharged;
    boxoffice_arrived arrived;
    command.text_length = 5;
    CHECK_OK(boxoffice_create_user(it->single.office, TEXT(name), &wanted.id, NULL));
    CHECK_OUTCOME(it, command, name, 5, wanted);

    command = kind_of(BOXOFFICE_COMMAND_RECHARGE);
    command.user = wanted.id;
    command.amount = 500;
    CHECK_OK(boxoffice_recharge(it->single.office, command.user, 500, NULL, 0, &recharged, NULL));
    wanted = done();
    wanted.id = recharged.transfer;
    wanted.balance = recharged.balance;
    CHECK_OUTCOME(it, command, NULL, 0, wanted);

    test_join(it, &command);
    command.kind = BOXOFFICE_COMMAND_ARRIVE;
    CHECK_OK(boxoffice_arrive(it->single.office, command.user, command.token, &arrived, NULL));
    wanted = done();
    wanted.time_us = arrived.deadline_us;
    wanted.time2_us = arrived.turn_until_us;
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
    return command;
}

/* Holds a seat; the reservation stands in `who` from then on. */
static void test_hold(twins *it, boxoffice_command *who, int64_t seat) {
    boxoffice_command command = *who;
    boxoffice_outcome wanted = done();
    boxoffice_held held;
    command.kind = BOXOFFICE_COMMAND_HOLD_SEAT;
    command.seat = seat;
    CHECK_OK(boxoffice_hold_seat(it->single.office, who->user, who->token, seat, NULL, 0, &held, NULL));
    wanted.id = held.reservation;
    wanted.amount = held.price;
    wanted.time_us = held.deadline_us;
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
    who->reservation = held.reservation;
}

static void test_begin(twins *it, boxoffice_command *who) {
    boxoffice_command command = *who;
    boxoffice_outcome wanted = done();
    boxoffice_payment_begun begun;
    command.kind = BOXOFFICE_COMMAND_BEGIN_PAYMENT;
    CHECK_OK(
        boxoffice_begin_payment(it->single.office, who->user, who->token, who->reservation, NULL, 0, &begun, NULL));
    wanted.id = begun.payment;
    wanted.amount = begun.amount;
    wanted.time_us = begun.deadline_us;
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
    who->payment = begun.payment;
}

static boxoffice_outcome outcome_of(const boxoffice_paid *paid) {
    boxoffice_outcome outcome = done();
    outcome.id = paid->payment;
    outcome.amount = paid->amount;
    outcome.balance = paid->balance;
    outcome.time_us = paid->paid_at_us;
    return outcome;
}

static void test_payments(twins *it, boxoffice_command who) {
    static const char transaction[] = "tx";
    boxoffice_outcome wanted = done();
    boxoffice_paid paid;
    test_hold(it, &who, it->batch.seats[0]);
    who.kind = BOXOFFICE_COMMAND_RELEASE_HOLD;
    CHECK_OK(boxoffice_release_hold(it->single.office, who.user, who.reservation, NULL));
    CHECK_OUTCOME(it, who, NULL, 0, wanted);

    test_hold(it, &who, it->batch.seats[0]);
    test_begin(it, &who);
    who.kind = BOXOFFICE_COMMAND_FAIL_PAYMENT;
    who.text_length = 2;
    CHECK_OK(
        boxoffice_fail_payment(it->single.office, who.user, who.reservation, who.payment, TEXT(transaction), NULL));
    CHECK_OUTCOME(it, who, transaction, 2, wanted);
    who.kind = BOXOFFICE_COMMAND_RECONCILE_PAYMENT;
    CHECK_OK(boxoffice_reconcile_payment(it->single.office, who.payment, TEXT(transaction), NULL));
    CHECK_OUTCOME(it, who, transaction, 2, wanted);
    who.text_length = 0;

    test_begin(it, &who);
    move_clocks(it, 7);
    who.kind = BOXOFFICE_COMMAND_CAPTURE_PAYMENT;
    who.text_length = 2;
    CHECK_OK(boxoffice_capture_payment(it->single.office, who.user, who.token, who.reservation, who.payment,
                                       TEXT(transaction), NULL, 0, &paid, NULL));
    wanted = outcome_of(&paid);
    CHECK_OUTCOME(it, who, transaction, 2, wanted);
    who.text_length = 0;

    test_join(it, &who);
    test_hold(it, &who, it->batch.seats[1]);
    who.kind = BOXOFFICE_COMMAND_PAY;
    CHECK_OK(boxoffice_pay(it->single.office, who.user, who.token, who.reservation, NULL, 0, &paid, NULL));
    wanted = outcome_of(&paid);
    CHECK_OUTCOME(it, who, NULL, 0, wanted);
}

static void test_tick(twins *it, int32_t more) {
    const boxoffice_command command = kind_of(BOXOFFICE_COMMAND_TICK);
    boxoffice_outcome wanted = done();
    boxoffice_ticked ticked;
    CHECK_OK(boxoffice_tick(it->single.office, 0, &ticked, NULL));
    CHECK(ticked.expired > 0 && ticked.more == more);
    wanted.amount = ticked.expired;
    wanted.flag = ticked.more;
    CHECK_OUTCOME(it, command, NULL, 0, wanted);
}

static void test_end(twins *it, boxoffice_command who) {
    boxoffice_outcome wanted = done();
    boxoffice_joined joined;
    int i;
    test_join(it, &who);
    test_hold(it, &who, it->batch.seats[2]);
    who.kind = BOXOFFICE_COMMAND_LEAVE;
    CHECK_OK(boxoffice_leave(it->single.office, who.user, who.token, &wanted.amount, NULL));
    CHECK(wanted.amount == 1);
    CHECK_OUTCOME(it, who, NULL, 0, wanted);

    /* More places lapse than one tick retires. */
    for (i = 0; i < 600; ++i) {
        char name[16];
        snprintf(name, sizeof name, "u%d", i);
        (void)boxoffice_join(it->batch.office, make_user(&it->batch, name), it->batch.room, &joined, NULL);
        (void)boxoffice_join(it->single.office, make_user(&it->single, name), it->single.room, &joined, NULL);
    }
    move_clocks(it, 2 * 86400000000);
    test_tick(it, 1);
    test_tick(it, 0);
}

void test_outcomes(void) {
    twins it;
    boxoffice_command who;
    open_test_office(&it.batch, NULL);
    open_test_office(&it.single, NULL);
    CHECK(it.batch.seats[0] == it.single.seats[0]); /* twins: they make the same ids */
    test_house(&it);
    who = test_buyer(&it);
    test_payments(&it, who);
    test_end(&it, who);
    CHECK_OK(boxoffice_close(&it.batch.office));
    CHECK_OK(boxoffice_close(&it.single.office));
}
