/* What is sold and given back: by the buyer, by the house, and all of a concert that was called off; and what reports say of it. */
#include "check.h"

/* A buyer who has paid `count` seats, from `first` on, in one order. */
typedef struct buyer {
    int64_t user;
    int64_t token;
    int64_t payment;
    int64_t reservations[4];
} buyer;

static buyer make_buyer(test_office *it, const char *name, int64_t points) {
    buyer one;
    boxoffice_recharged recharged;
    memset(&one, 0, sizeof one);
    one.user = make_user(it, name);
    one.token = make_turn(it, one.user);
    CHECK_OK(boxoffice_recharge(it->office, one.user, points, NULL, 0, &recharged, NULL));
    return one;
}

static void hold(test_office *it, buyer *one, int first, size_t count) {
    boxoffice_order_item items[4];
    boxoffice_held_order order;
    boxoffice_held_item held[4];
    size_t i;
    memset(items, 0, sizeof items);
    for (i = 0; i < count; ++i) items[i].seat = it->seats[first + (int)i];
    CHECK_OK(boxoffice_hold_seats(it->office, one->user, one->token, it->concert, items, count, NULL, NULL, 0, &order,
                                  held, NULL));
    for (i = 0; i < count; ++i) one->reservations[i] = held[i].reservation;
}

static void buy(test_office *it, buyer *one, int first, size_t count) {
    boxoffice_paid paid;
    hold(it, one, first, count);
    CHECK_OK(boxoffice_pay(it->office, one->user, one->token, one->reservations[0], NULL, 0, &paid, NULL, NULL));
    one->payment = paid.payment;
}

/* Two thirds back for an hour, then a third for another. */
static void let_cancel(test_office *it) {
    boxoffice_terms terms = BOXOFFICE_TERMS_INIT;
    terms.seats_per_order = 4;
    terms.refund_step_count = 2;
    terms.refund_steps[0].until_us = it->clock.wall_us + 3600000000;
    terms.refund_steps[0].thousandths = 667;
    terms.refund_steps[1].until_us = it->clock.wall_us + 7200000000;
    terms.refund_steps[1].thousandths = 333;
    CHECK_OK(boxoffice_change_sale(it->office, it->concert, &terms, 1, NULL, NULL));
}

static void check_clean(test_office *it) {
    size_t count = 7;
    CHECK_OK(boxoffice_audit(it->office, NULL, 0, &count, NULL));
    CHECK(count == 0);
    CHECK_OK(boxoffice_close(&it->office));
}

static void test_cancel(void) {
    test_office it;
    buyer one;
    buyer other;
    boxoffice_cancelled cancelled;
    boxoffice_cancelled again;
    boxoffice_cancelled_item items[3];
    boxoffice_reservation row;
    boxoffice_transfer transfers[1];
    boxoffice_seat seat;
    int64_t many[BOXOFFICE_ORDER_SIZE_MAX + 1] = {0};
    size_t count = 0;
    open_test_office(&it, NULL);
    let_cancel(&it);
    one = make_buyer(&it, "one", 500);
    other = make_buyer(&it, "other", 500);
    buy(&it, &one, 0, 3);
    CHECK_OK(boxoffice_get_reservation(it.office, one.user, one.reservations[0], &row, NULL));
    CHECK(row.refund == 66 && row.refunded == 0);
#define CANCEL(who, list, number) \
    boxoffice_cancel(it.office, (who).user, (list), (number), NULL, 0, &cancelled, items, NULL)
    CHECK_OK(CANCEL(one, one.reservations, 2));
    CHECK(cancelled.refund == 132 && cancelled.balance == 332);
    CHECK(items[0].reservation == one.reservations[0] && items[0].refund == 66);
    CHECK(items[1].reservation == one.reservations[1] && items[1].refund == 66);
    CHECK_OK(boxoffice_get_reservation(it.office, one.user, one.reservations[0], &row, NULL));
    CHECK(row.state == BOXOFFICE_RESERVATION_STATE_CANCELLED && row.refunded == 66 && row.price == 100 &&
          row.refund == -1);
    CHECK(row.cancelled_at_us == it.clock.wall_us && row.payment == one.payment);
    CHECK_OK(boxoffice_list_transfers(it.office, one.user, 0, transfers, 1, &count, NULL));
    CHECK(transfers[0].kind == BOXOFFICE_TRANSFER_KIND_REFUND && transfers[0].amount == 66);
    CHECK(transfers[0].from == it.concert && transfers[0].to == one.user && transfers[0].payment == one.payment);
    CHECK(transfers[0].reservation == one.reservations[1]);
    CHECK_OK(boxoffice_find_seat(it.office, it.concert, TEXT("1"), one.user, &seat, NULL));
    CHECK(seat.state == BOXOFFICE_SEAT_STATE_AVAILABLE && seat.is_mine == 0);

    CHECK_OK(CANCEL(one, one.reservations, 2)); /* again: what came back then, and nothing moves */
    CHECK(cancelled.refund == 132 && cancelled.balance == 332 && items[1].refund == 66);
    memset(items, 0x5A, sizeof items);
    CHECK_STATUS(CANCEL(other, one.reservations, 1), BOXOFFICE_UNKNOWN_RESERVATION);
    CHECK(cancelled.balance == 0 && items[0].reservation == 0 && items[1].reservation == 0x5A5A5A5A5A5A5A5A);
    CHECK_STATUS(CANCEL(one, NULL, 1), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(CANCEL(one, NULL, 0), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(CANCEL(one, many, 2), BOXOFFICE_INVALID_ARGUMENT); /* one twice */
    CHECK_STATUS(
        boxoffice_cancel(it.office, one.user, many, BOXOFFICE_ORDER_SIZE_MAX + 1, NULL, 0, &cancelled, NULL, NULL),
        BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_cancel(it.office, one.user, many, SIZE_MAX, NULL, 0, &cancelled, NULL, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    hold(&it, &other, 0, 1);
    CHECK_STATUS(CANCEL(other, other.reservations, 1), BOXOFFICE_NOT_PAID);

    move_clock(&it.clock, 3600000000); /* at the end of a step exactly, the next one holds */
    CHECK_OK(boxoffice_cancel(it.office, one.user, one.reservations + 2, 1, TEXT("k"), &cancelled, NULL, NULL));
    CHECK(cancelled.refund == 33);
    CHECK_OK(boxoffice_cancel(it.office, one.user, one.reservations + 2, 1, TEXT("k"), &again, NULL, NULL));
    CHECK(memcmp(&cancelled, &again, sizeof again) == 0);
    CHECK_STATUS(boxoffice_cancel(it.office, one.user, one.reservations, 1, TEXT("k"), &again, NULL, NULL),
                 BOXOFFICE_IDEMPOTENCY_CONFLICT);
    other.token = make_turn(&it, other.user);
    buy(&it, &other, 0, 1);
    move_clock(&it.clock, 3600000000);
    CHECK_STATUS(CANCEL(other, other.reservations, 1), BOXOFFICE_CANCEL_CLOSED);
#undef CANCEL
    check_clean(&it);
}

static void test_refund(void) {
    test_office it;
    buyer one;
    boxoffice_refunded refunded;
    boxoffice_refunded again;
    boxoffice_reservation row;
    boxoffice_transfer transfers[4];
    char why[201];
    size_t count = 0;
    int64_t balance = 0;
    memset(why, 'r', sizeof why);
    open_test_office(&it, NULL);
    one = make_buyer(&it, "one", 100);
    buy(&it, &one, 0, 1);
#define REFUND(amount, cancel, key) \
    boxoffice_refund(it.office, one.reservations[0], (amount), (cancel), why, 200, TEXT(key), &refunded, NULL)
    CHECK_OK(REFUND(30, 0, "a"));
    CHECK(refunded.reservation == one.reservations[0] && refunded.amount == 30 && refunded.refunded == 30);
    CHECK_OK(boxoffice_refund(it.office, one.reservations[0], 30, 0, why, 200, TEXT("a"), &again, NULL));
    CHECK(memcmp(&again, &refunded, sizeof again) == 0); /* the same refund */
    CHECK_OK(REFUND(30, 0, "b"));                        /* another one */
    CHECK(refunded.refunded == 60);
    CHECK_OK(boxoffice_get_reservation(it.office, one.user, one.reservations[0], &row, NULL));
    CHECK(row.state == BOXOFFICE_RESERVATION_STATE_CONFIRMED && row.refunded == 60);
    CHECK_STATUS(REFUND(41, 0, "c"), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(refunded.reservation == 0);
    CHECK_STATUS(REFUND(-1, 0, "c"), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(REFUND(1, 2, "c"), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(REFUND(1, 0, ""), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_refund(it.office, one.reservations[0], 1, 0, why, 201, TEXT("c"), &refunded, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_refund(it.office, one.reservations[0], 1, 0, NULL, 1, TEXT("c"), &refunded, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_refund(it.office, one.reservations[0], 40, 1, NULL, 0, TEXT("c"), &refunded, NULL));
    CHECK_OK(boxoffice_list_transfers(it.office, one.user, 0, transfers, 4, &count, NULL));
    CHECK(count == 4 && strcmp(transfers[0].reason, "") == 0 && strcmp(transfers[3].reason, "") == 0);
    CHECK(strlen(transfers[1].reason) == 200 && memcmp(transfers[1].reason, why, 200) == 0);
    CHECK(refunded.refunded == 100);
    CHECK_OK(boxoffice_get_reservation(it.office, one.user, one.reservations[0], &row, NULL));
    CHECK(row.state == BOXOFFICE_RESERVATION_STATE_CANCELLED);
    CHECK_OK(boxoffice_balance(it.office, one.user, &balance, NULL));
    CHECK(balance == 100);
    CHECK_STATUS(boxoffice_refund(it.office, 99, 0, 0, NULL, 0, TEXT("d"), &refunded, NULL),
                 BOXOFFICE_UNKNOWN_RESERVATION);
#undef REFUND
    check_clean(&it);
}

static void test_called_off(void) {
    test_office it;
    buyer one;
    buyer other;
    boxoffice_held held;
    boxoffice_paid paid;
    boxoffice_swept swept;
    boxoffice_concert concert;
    boxoffice_cancelled cancelled;
    boxoffice_reservation row;
    char reason[208];
    size_t size = 7;
    int64_t at = 0;
    int64_t again = 0;
    int64_t balance = 0;
    open_test_office(&it, NULL);
    let_order(&it, 4);
    one = make_buyer(&it, "one", 500);
    other = make_buyer(&it, "other", 500);
    buy(&it, &one, 0, 3);
    hold(&it, &other, 3, 1);
    CHECK_OK(boxoffice_get_call_off_reason(it.office, it.concert, reason, sizeof reason, &size, NULL));
    CHECK(size == 1 && reason[0] == 0);
    CHECK_OK(boxoffice_sweep_refunds(it.office, it.concert, 10, &swept, NULL));
    CHECK(swept.refunded == 0 && swept.released == 0 && swept.stuck == 0 && swept.more == 0);

    CHECK_STATUS(boxoffice_call_off(it.office, 99, NULL, 0, NULL, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_call_off(it.office, it.concert, TEXT("storm"), &at, NULL));
    CHECK(at == it.clock.wall_us);
    move_clock(&it.clock, 5);
    CHECK_OK(boxoffice_call_off(it.office, it.concert, TEXT("flood"), &again, NULL));
    CHECK(again == at);
    CHECK_OK(boxoffice_call_off(it.office, it.concert, NULL, 0, NULL, NULL));
    CHECK_OK(boxoffice_get_concert(it.office, it.concert, &concert, NULL));
    CHECK(concert.called_off_at_us == at && concert.version == 2);
    CHECK_OK(boxoffice_get_call_off_reason(it.office, it.concert, reason, 6, &size, NULL));
    CHECK(size == 6 && strcmp(reason, "storm") == 0);
    memset(reason, 0x5A, sizeof reason);
    CHECK_STATUS(boxoffice_get_call_off_reason(it.office, it.concert, reason, 5, &size, NULL), BOXOFFICE_TOO_SMALL);
    CHECK(size == 6 && reason[0] == 0x5A);
    CHECK_STATUS(boxoffice_get_call_off_reason(it.office, it.concert, NULL, 0, NULL, NULL), BOXOFFICE_TOO_SMALL);
    CHECK_STATUS(boxoffice_get_call_off_reason(it.office, it.concert, NULL, 6, &size, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_call_off_reason(it.office, 99, reason, 6, &size, NULL), BOXOFFICE_UNKNOWN_CONCERT);

    CHECK_STATUS(boxoffice_pay(it.office, other.user, other.token, other.reservations[0], NULL, 0, &paid, NULL, NULL),
                 BOXOFFICE_CALLED_OFF);
    CHECK_STATUS(boxoffice_hold_seat(it.office, other.user, other.token, it.seats[3], NULL, 0, &held, NULL),
                 BOXOFFICE_CALLED_OFF);
    CHECK_OK(boxoffice_get_reservation(it.office, other.user, other.reservations[0], &row, NULL));
    CHECK(row.state == BOXOFFICE_RESERVATION_STATE_RELEASED);
    CHECK_OK(boxoffice_cancel(it.office, one.user, one.reservations, 1, NULL, 0, &cancelled, NULL, NULL));
    CHECK(cancelled.refund == 100); /* whatever the terms say */
    CHECK_STATUS(boxoffice_sweep_refunds(it.office, it.concert, 0, &swept, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_sweep_refunds(it.office, 99, 1, &swept, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_OK(boxoffice_sweep_refunds(it.office, it.concert, 1, &swept, NULL));
    CHECK(swept.refunded + swept.released == 1 && swept.more == 1);
    CHECK_OK(boxoffice_sweep_refunds(it.office, it.concert, 10000, &swept, NULL));
    CHECK(swept.refunded + swept.released == 2 && swept.stuck == 0 && swept.more == 0);
    CHECK_OK(boxoffice_balance(it.office, one.user, &balance, NULL));
    CHECK(balance == 500);
    check_clean(&it);
}

/* A balance that has no room for what comes back. */
static void test_stuck(void) {
    test_office it;
    buyer one;
    boxoffice_swept swept;
    boxoffice_refunded refunded;
    open_test_office(&it, NULL);
    one = make_buyer(&it, "one", 100);
    buy(&it, &one, 0, 1);
    fill_balance(&it, one.user);
    CHECK_STATUS(boxoffice_refund(it.office, one.reservations[0], 1, 0, NULL, 0, TEXT("a"), &refunded, NULL),
                 BOXOFFICE_BALANCE_LIMIT);
    CHECK_OK(boxoffice_call_off(it.office, it.concert, NULL, 0, NULL, NULL));
    CHECK_OK(boxoffice_sweep_refunds(it.office, it.concert, 10, &swept, NULL));
    CHECK(swept.stuck == 1 && swept.refunded == 0 && swept.released == 0);
    check_clean(&it);
}

static void test_reports(void) {
    test_office it;
    buyer one;
    boxoffice_cancelled cancelled;
    boxoffice_sales_report report;
    boxoffice_sales_row rows[2];
    boxoffice_cash_report cash;
    size_t count = 7;
    open_test_office(&it, NULL);
    let_cancel(&it);
    CHECK_OK(boxoffice_get_sales_report(it.office, it.concert, &report, NULL, 0, &count, NULL));
    CHECK(count == 0 && report.gross == 0 && report.balance == 0);
    one = make_buyer(&it, "one", 500);
    buy(&it, &one, 0, 3);
    CHECK_OK(boxoffice_cancel(it.office, one.user, one.reservations, 1, NULL, 0, &cancelled, NULL, NULL));
    CHECK_OK(boxoffice_get_sales_report(it.office, it.concert, &report, rows, 2, &count, NULL));
    CHECK(report.sold == 2 && report.cancelled == 1 && report.gross == 300 && report.refunds == 66);
    CHECK(report.net == 234 && report.balance == 234);
    CHECK(count == 1 && rows[0].sold == 2 && rows[0].cancelled == 1 && rows[0].gross == 300 && rows[0].refunds == 66);
    CHECK(rows[0].type == 0 && rows[0].category[0] == 0);
    CHECK_STATUS(boxoffice_get_sales_report(it.office, it.concert, &report, NULL, 0, &count, NULL),
                 BOXOFFICE_TOO_SMALL);
    CHECK(count == 1 && report.sold == 0);
    CHECK_STATUS(boxoffice_get_sales_report(it.office, 99, &report, rows, 2, &count, NULL), BOXOFFICE_UNKNOWN_CONCERT);
    CHECK_STATUS(boxoffice_get_sales_report(it.office, it.concert, NULL, rows, 2, &count, NULL),
                 BOXOFFICE_INVALID_ARGUMENT);

    CHECK_OK(boxoffice_get_cash_report(it.office, it.clock.wall_us, it.clock.wall_us + 1, &cash, NULL));
    CHECK(cash.recharge_count == 1 && cash.recharged == 500);
    CHECK_OK(boxoffice_get_cash_report(it.office, 0, it.clock.wall_us, &cash, NULL)); /* before it only */
    CHECK(cash.recharge_count == 0 && cash.recharged == 0);
    CHECK_STATUS(boxoffice_get_cash_report(it.office, 2, 1, &cash, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_get_cash_report(it.office, 0, 1, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    check_clean(&it);
}

void test_cancelling(void) {
    test_cancel();
    test_refund();
    test_called_off();
    test_stuck();
    test_reports();
}
