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
    boxoffice_command deleting = kind_of(BOXOFFICE_COMMAND_DELETE_CONCERT);
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

    deleting.concert = wanted.id;
    deleting.version = 1;
    CHECK_OK(boxoffice_delete_concert(it->single.office, wanted.id, 1, NULL));
    wanted = done();
    CHECK_OUTCOME(it, deleting, NULL, 0, wanted);
    wanted.status = BOXOFFICE_UNKNOWN_CONCERT;
    CHECK_STATUS(boxoffice_delete_concert(it->single.office, deleting.concert, 1, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OUTCOME(it, deleting, NULL, 0, wanted);

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
    outcome.count = paid->item_count;
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
                                       TEXT(transaction), NULL, 0, &paid, NULL, NULL));
    wanted = outcome_of(&paid);
    CHECK_OUTCOME(it, who, transaction, 2, wanted);
    who.text_length = 0;

    test_join(it, &who);
    test_hold(it, &who, it->batch.seats[1]);
    who.kind = BOXOFFICE_COMMAND_PAY;
    CHECK_OK(boxoffice_pay(it->single.office, who.user, who.token, who.reservation, NULL, 0, &paid, NULL, NULL));
    wanted = outcome_of(&paid);
    CHECK_OUTCOME(it, who, NULL, 0, wanted);
}

/* Terms, prices and types, of a concert of its own. */
static void test_terms(twins *it) {
    struct {
        char texts[32];
        boxoffice_terms terms;
        boxoffice_price_item price;
    } arena;
    const boxoffice_terms defaults = BOXOFFICE_TERMS_INIT;
    boxoffice_new_price price;
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_CHANGE_CONCERT);
    boxoffice_outcome wanted = done();
    memset(&arena, 0, sizeof arena);
    memset(&price, 0, sizeof price);
    memcpy(arena.texts, "2030-01-03latefull", 18);
    command.concert = it->batch.concert;
    command.text_offset = 10;
    command.text_length = 4;
    command.text2_length = 10;
    command.time_us = 1893679200000000;
    command.flag = 1;
    command.version = 1;
    CHECK_OK(boxoffice_change_concert(it->single.office, it->single.concert, TEXT("2030-01-03"), TEXT("late"),
                                      command.time_us, 1, 0, 1, &wanted.amount, NULL));
    CHECK(wanted.amount == 2);
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command.kind = BOXOFFICE_COMMAND_CHANGE_SALE;
    command.flag = 0;
    command.list_offset = 32;
    command.list_count = 1;
    arena.terms = defaults;
    arena.terms.seats_per_order = 3;
    arena.terms.refund_step_count = 1;
    arena.terms.refund_steps[0].until_us = BOXOFFICE_NEVER;
    arena.terms.refund_steps[0].thousandths = 500;
    CHECK_OK(boxoffice_change_sale(it->single.office, it->single.concert, &arena.terms, 1, &wanted.amount, NULL));
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command = kind_of(BOXOFFICE_COMMAND_CREATE_TYPE);
    command.concert = it->batch.concert;
    command.text_offset = 14;
    command.text_length = 4;
    command.amount = 2;
    wanted = done();
    CHECK_OK(boxoffice_create_type(it->single.office, it->single.concert, TEXT("full"), 2, 0, &wanted.id, NULL));
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    arena.price.type = price.type = command.type = wanted.id; /* a child, who needs a full one */
    command.text_length = 2;
    CHECK_OK(
        boxoffice_create_type(it->single.office, it->single.concert, TEXT("fu"), 2, command.type, &wanted.id, NULL));
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);

    command = kind_of(BOXOFFICE_COMMAND_SET_TARIFF);
    command.concert = it->batch.concert;
    command.version = 2;
    command.list_offset = 32 + sizeof arena.terms;
    command.list_count = 1;
    arena.price.price = price.price = 80;
    wanted = done();
    CHECK_OK(boxoffice_set_tariff(it->single.office, it->single.concert, &price, 1, 2, &wanted.amount, NULL));
    CHECK(wanted.amount == 3);
    CHECK_OUTCOME(it, command, (const char *)&arena, sizeof arena, wanted);
}

/* An order of three, of which one is released and two are paid. Their reservations. */
static void test_order(twins *it, boxoffice_command *who, int64_t reservations[2]) {
    boxoffice_order_item items[3];
    boxoffice_held_item held[3];
    boxoffice_held_order order;
    boxoffice_paid paid;
    boxoffice_command command = *who;
    boxoffice_outcome wanted = done();
    const int64_t total = 300;
    int i;
    memset(items, 0, sizeof items);
    for (i = 0; i < 3; ++i) items[i].seat = it->batch.seats[i];
    command.kind = BOXOFFICE_COMMAND_HOLD_SEATS;
    command.concert = it->batch.concert;
    command.flag = 1;
    command.amount = total;
    command.list_count = 3;
    for (i = 0; i < 2; ++i) { /* the second is paid */
        CHECK_OK(boxoffice_hold_seats(it->single.office, who->user, who->token, it->single.concert, items, 3, &total,
                                      NULL, 0, &order, held, NULL));
        wanted = done();
        wanted.id = order.order;
        wanted.amount = order.total;
        wanted.time_us = order.deadline_us;
        wanted.count = 3;
        CHECK_OUTCOME(it, command, (const char *)items, sizeof items, wanted);
        if (i == 0) {
            boxoffice_command release = *who;
            release.kind = BOXOFFICE_COMMAND_RELEASE_ORDER;
            release.order = order.order;
            wanted = done();
            CHECK_OK(boxoffice_release_order(it->single.office, who->user, order.order, &wanted.amount, NULL));
            CHECK(wanted.amount == 3);
            CHECK_OUTCOME(it, release, NULL, 0, wanted);
        }
    }
    who->kind = BOXOFFICE_COMMAND_RELEASE_HOLD;
    who->reservation = held[1].reservation;
    CHECK_OK(boxoffice_release_hold(it->single.office, who->user, held[1].reservation, NULL));
    wanted = done();
    CHECK_OUTCOME(it, *who, NULL, 0, wanted);
    who->kind = BOXOFFICE_COMMAND_PAY;
    who->reservation = order.order;
    CHECK_OK(boxoffice_pay(it->single.office, who->user, who->token, order.order, NULL, 0, &paid, NULL, NULL));
    CHECK(paid.amount == 200);
    wanted = outcome_of(&paid);
    CHECK_OUTCOME(it, *who, NULL, 0, wanted);
    reservations[0] = held[0].reservation;
    reservations[1] = held[2].reservation;
}

static void test_giving_back(twins *it, const boxoffice_command *who, const int64_t reservations[2]) {
    boxoffice_cancelled cancelled;
    boxoffice_refunded refunded;
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_CANCEL);
    boxoffice_outcome wanted = done();
    int cancel;
    command.user = who->user;
    command.list_count = 1;
    CHECK_OK(boxoffice_cancel(it->single.office, who->user, reservations, 1, NULL, 0, &cancelled, NULL, NULL));
    CHECK(cancelled.refund == 50);
    wanted.amount = cancelled.refund;
    wanted.balance = cancelled.balance;
    wanted.count = 1;
    CHECK_OUTCOME(it, command, (const char *)reservations, sizeof reservations[0], wanted);

    for (cancel = 0; cancel < 2; ++cancel) {
        command = kind_of(BOXOFFICE_COMMAND_REFUND);
        command.reservation = reservations[1];
        command.amount = 30;
        command.flag = (uint32_t)cancel;
        command.key_length = 1;
        command.text_offset = 1;
        command.text_length = 7;
        CHECK_OK(boxoffice_refund(it->single.office, reservations[1], 30, cancel, TEXT("draught"),
                                  TEXT(cancel ? "b" : "a"), &refunded, NULL));
        wanted = done();
        wanted.amount = refunded.refunded;
        CHECK_OUTCOME(it, command, cancel ? "bdraught" : "adraught", 8, wanted);
    }
}

/* Claims that a sweep tells apart: a hold, a sale whose payer's balance has no room, and one that is given back. */
static void make_claims(test_office *it) {
    static const char *const names[3] = {"holder", "rich", "payer"};
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_paid paid;
    int i;
    for (i = 0; i < 3; ++i) {
        const int64_t user = make_user(it, names[i]);
        const int64_t token = make_turn(it, user);
        CHECK_OK(boxoffice_recharge(it->office, user, 100, NULL, 0, &recharged, NULL));
        CHECK_OK(boxoffice_hold_seat(it->office, user, token, it->seats[i], NULL, 0, &held, NULL));
        if (i > 0) CHECK_OK(boxoffice_pay(it->office, user, token, held.reservation, NULL, 0, &paid, NULL, NULL));
        if (i == 1) fill_balance(it, user);
    }
}

static void test_call_off(twins *it) {
    boxoffice_swept swept;
    boxoffice_command command = kind_of(BOXOFFICE_COMMAND_CALL_OFF);
    boxoffice_outcome wanted = done();
    make_claims(&it->batch);
    make_claims(&it->single);
    command.concert = it->batch.concert;
    command.text_length = 5;
    CHECK_OK(boxoffice_call_off(it->single.office, it->single.concert, TEXT("storm"), &wanted.time_us, NULL));
    CHECK_OUTCOME(it, command, "storm", 5, wanted);

    command.kind = BOXOFFICE_COMMAND_SWEEP_REFUNDS;
    command.text_length = 0;
    for (command.amount = 1; command.amount <= 10; command.amount += 9) {
        CHECK_OK(boxoffice_sweep_refunds(it->single.office, it->single.concert, command.amount, &swept, NULL));
        wanted = done();
        wanted.amount = swept.refunded;
        wanted.count = swept.released;
        wanted.count2 = swept.stuck;
        wanted.flag = swept.more;
        CHECK_OUTCOME(it, command, NULL, 0, wanted);
    }
    CHECK(swept.refunded + swept.released == 1 && swept.stuck == 1 && swept.more == 0);
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

static void test_sales(void) {
    twins it;
    boxoffice_command who;
    int64_t reservations[2];
    open_test_office(&it.batch, NULL);
    open_test_office(&it.single, NULL);
    test_terms(&it);
    who = test_buyer(&it);
    test_order(&it, &who, reservations);
    test_giving_back(&it, &who, reservations);
    test_call_off(&it);
    CHECK_OK(boxoffice_close(&it.batch.office));
    CHECK_OK(boxoffice_close(&it.single.office));
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
    test_sales();
}
