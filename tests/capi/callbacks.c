/* Callbacks: a gateway that approves, declines and names; a clock that jumps; the log of faults. */
#include "check.h"

typedef struct gateway_script {
    int32_t answer;
    int approvals;
    int cancels;
    int64_t last_amount;
    test_clock *clock; /* moved while the gateway is asked */
    int64_t takes_us;
} gateway_script;

static int32_t approve(void *context, const boxoffice_payment_request *request, char *transaction_key) {
    gateway_script *const it = (gateway_script *)context;
    ++it->approvals;
    it->last_amount = request->amount;
    move_clock(it->clock, it->takes_us);
    strcpy(transaction_key, "pg-7");
    return it->answer;
}

static void cancel(void *context, const boxoffice_payment_request *request, const char *transaction_key) {
    gateway_script *const it = (gateway_script *)context;
    (void)request;
    CHECK(strcmp(transaction_key, "pg-7") == 0);
    ++it->cancels;
}

typedef struct reconciler_script {
    int32_t found;
    int32_t cancelled;
    int finds;
    int cancels;
    int64_t last_payment;
    char last_key[BOXOFFICE_TRANSACTION_KEY_SIZE];
} reconciler_script;

static int32_t find(void *context, const boxoffice_payment_request *request, char *transaction_key) {
    reconciler_script *const it = (reconciler_script *)context;
    ++it->finds;
    it->last_payment = request->payment;
    strcpy(transaction_key, "pg-9");
    return it->found;
}

static int32_t try_cancel(void *context, const boxoffice_payment_request *request, const char *transaction_key) {
    reconciler_script *const it = (reconciler_script *)context;
    ++it->cancels;
    it->last_payment = request->payment;
    strcpy(it->last_key, transaction_key);
    return it->cancelled;
}

typedef struct log_script {
    int lines;
    boxoffice_status last;
} log_script;

static void write_log(void *context, boxoffice_status status, const char *message) {
    log_script *const it = (log_script *)context;
    ++it->lines;
    it->last = status;
    CHECK(strlen(message) > 0);
}

/* What the gateway charged and nobody captured: listed, asked for, taken back, or settled by hand. */
static void test_reconciling(void) {
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_office *office = NULL;
    test_office it;
    gateway_script gateway;
    reconciler_script reconciler;
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_paid paid;
    boxoffice_payment_begun begun;
    boxoffice_payment listed[4];
    boxoffice_payment payment;
    boxoffice_reconciled done;
    size_t count = 0;
    int64_t user;
    int64_t token;

    memset(&gateway, 0, sizeof gateway);
    memset(&reconciler, 0, sizeof reconciler);
    gateway.clock = &it.clock;
    options.reconciler.find = find;
    CHECK_STATUS(boxoffice_open(TEXT(":memory:"), &options, &office, NULL), BOXOFFICE_INVALID_OPTIONS);
    options.gateway.approve = approve;
    options.gateway.cancel = cancel;
    options.gateway.context = &gateway;
    options.reconciler.cancel = try_cancel;
    options.reconciler.context = &reconciler;
    open_test_office(&it, &options);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_recharge(it.office, user, 500, NULL, 0, &recharged, NULL));
    CHECK_OK(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL));

    gateway.answer = BOXOFFICE_BUSY; /* its answer was lost */
    CHECK_STATUS(boxoffice_pay(it.office, user, token, held.reservation, NULL, 0, &paid, NULL, NULL),
                 BOXOFFICE_PAYMENT_DECLINED);
    CHECK_OK(boxoffice_begin_payment(it.office, user, token, held.reservation, NULL, 0, &begun, NULL));
    CHECK_OK(boxoffice_list_unreconciled_payments(it.office, 0, listed, 4, &count, NULL));
    CHECK(count == 1 && listed[0].user == user && listed[0].state == BOXOFFICE_PAYMENT_STATE_FAILED &&
          listed[0].step_count == 2);
    move_clock(&it.clock, 60000000);
    CHECK_OK(boxoffice_list_unreconciled_payments(it.office, 0, listed, 4, &count, NULL));
    CHECK(count == 2 && listed[1].id == begun.payment && listed[1].transaction_key[0] == 0);
    CHECK_OK(boxoffice_list_unreconciled_payments(it.office, listed[0].id, &payment, 1, &count, NULL));
    CHECK(count == 1 && payment.id == begun.payment);

    reconciler.found = 7; /* it does not know */
    CHECK_OK(boxoffice_reconcile_payments(it.office, 1000, 0, &done, NULL));
    CHECK(done.open == 2 && done.taken_back == 0 && done.uncharged == 0 && done.next == 0 && reconciler.finds == 2);
    reconciler.found = BOXOFFICE_UNKNOWN_PAYMENT;
    CHECK_OK(boxoffice_reconcile_payments(it.office, 1, 0, &done, NULL));
    CHECK(done.uncharged == 1 && done.next == listed[0].id);
    reconciler.found = 0;
    reconciler.cancelled = 1; /* it cannot */
    CHECK_OK(boxoffice_reconcile_payments(it.office, 1000, done.next, &done, NULL));
    CHECK(done.open == 1 && reconciler.cancels == 1 && strcmp(reconciler.last_key, "pg-9") == 0);
    CHECK_OK(boxoffice_list_unreconciled_payments(it.office, 0, listed, 4, &count, NULL));
    CHECK(count == 1 && listed[0].id == begun.payment && strcmp(listed[0].transaction_key, "pg-9") == 0);
    CHECK_STATUS(boxoffice_reconcile_payment(it.office, begun.payment, NULL, 0, NULL), BOXOFFICE_INVALID_ARGUMENT);
    reconciler.cancelled = 0;
    CHECK_OK(boxoffice_reconcile_payments(it.office, 1000, 0, &done, NULL));
    CHECK(done.taken_back == 1 && done.open == 0 && reconciler.last_payment == begun.payment && gateway.cancels == 0);
    CHECK_OK(boxoffice_reconcile_payment(it.office, begun.payment, TEXT("pg-9"), NULL)); /* reconciled already */
    CHECK_OK(boxoffice_get_payment(it.office, user, begun.payment, &payment, NULL));
    CHECK(payment.step_count == 4 && payment.steps[3].state == BOXOFFICE_PAYMENT_STATE_RECONCILED);

    CHECK_OK(boxoffice_begin_payment(it.office, user, token, held.reservation, NULL, 0, &begun, NULL));
    CHECK_STATUS(boxoffice_reconcile_payment(it.office, begun.payment, NULL, 0, NULL), BOXOFFICE_PAYMENT_PENDING);
    CHECK_OK(boxoffice_capture_payment(it.office, user, token, held.reservation, begun.payment, NULL, 0, NULL, 0, &paid,
                                       NULL, NULL));
    CHECK_STATUS(boxoffice_reconcile_payment(it.office, begun.payment, NULL, 0, NULL), BOXOFFICE_ALREADY_PAID);
    CHECK_OK(boxoffice_audit(it.office, NULL, 0, &count, NULL));
    CHECK(count == 0);
    CHECK_OK(boxoffice_close(&it.office));
}

void test_callbacks(void) {
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_office *office = NULL;
    test_office it;
    gateway_script gateway;
    log_script log = {0, 0};
    boxoffice_recharged recharged;
    boxoffice_held held;
    boxoffice_paid paid;
    boxoffice_payment payment;
    boxoffice_command pay;
    boxoffice_outcome outcome;
    int64_t user;
    int64_t token;
    int64_t id = 0;

    memset(&gateway, 0, sizeof gateway);
    gateway.clock = &it.clock;
    options.gateway.approve = approve;
    CHECK_STATUS(boxoffice_open(TEXT(":memory:"), &options, &office, NULL), BOXOFFICE_INVALID_OPTIONS);
    options.gateway.cancel = cancel;
    options.gateway.context = &gateway;
    options.log.write = write_log;
    options.log.context = &log;
    open_test_office(&it, &options);
    user = make_user(&it, "buyer");
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_recharge(it.office, user, 500, NULL, 0, &recharged, NULL));
    CHECK_OK(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL));

    gateway.answer = 1;
    CHECK_STATUS(boxoffice_pay(it.office, user, token, held.reservation, TEXT("k"), &paid, NULL, NULL),
                 BOXOFFICE_PAYMENT_DECLINED);
    CHECK(gateway.approvals == 1 && gateway.cancels == 0 && gateway.last_amount == 100);
    gateway.answer = 0;
    gateway.takes_us = 400000000; /* longer than the hold lives */
    CHECK_STATUS(boxoffice_pay(it.office, user, token, held.reservation, TEXT("k"), &paid, NULL, NULL),
                 BOXOFFICE_HOLD_EXPIRED);
    CHECK(gateway.approvals == 2 && gateway.cancels == 1);
    gateway.takes_us = 0;
    token = make_turn(&it, user);
    CHECK_OK(boxoffice_hold_seat(it.office, user, token, it.seats[0], NULL, 0, &held, NULL));
    memset(&pay, 0, sizeof pay);
    pay.kind = BOXOFFICE_COMMAND_PAY;
    pay.user = user;
    pay.token = token;
    pay.reservation = held.reservation;
    CHECK_OK(boxoffice_execute(it.office, &pay, 1, NULL, 0, &outcome, NULL));
    CHECK(outcome.status == BOXOFFICE_GATEWAY_REQUIRED);
    CHECK_OK(boxoffice_pay(it.office, user, token, held.reservation, TEXT("k2"), &paid, NULL, NULL));
    CHECK(gateway.approvals == 3);
    CHECK_OK(boxoffice_pay(it.office, user, token, held.reservation, TEXT("k2"), &paid, NULL, NULL));
    CHECK(gateway.approvals == 3); /* captured: not asked again */
    CHECK_OK(boxoffice_get_payment(it.office, user, paid.payment, &payment, NULL));
    CHECK(strcmp(payment.transaction_key, "pg-7") == 0);
    CHECK(log.lines == 0);

    it.clock.wall_us += 2 * 3600000000LL; /* the wall clock alone: a fault, told to the log */
    CHECK_STATUS(boxoffice_create_user(it.office, TEXT("late"), &id, NULL), BOXOFFICE_CLOCK_JUMP);
    CHECK(log.lines == 1 && log.last == BOXOFFICE_CLOCK_JUMP);
    it.clock.wall_us -= 2 * 3600000000LL;
    CHECK_OK(boxoffice_create_user(it.office, TEXT("late"), &id, NULL));
    CHECK_OK(boxoffice_close(&it.office));

    {
        boxoffice_options half = BOXOFFICE_OPTIONS_INIT;
        half.clock = clock_of(&it.clock);
        half.clock.wait_us = NULL;
        CHECK_STATUS(boxoffice_open(TEXT(":memory:"), &half, &office, NULL), BOXOFFICE_INVALID_OPTIONS);
    }
    test_reconciling();
}
