/* The smallest of test harnesses, in C99: CHECK tells and counts what is wrong, and goes on. */
#ifndef BOXOFFICE_TESTS_CHECK_H
#define BOXOFFICE_TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

#include "boxoffice.h"

extern int checks_made;
extern int checks_failed;

#define CHECK(condition)                                                    \
    do {                                                                    \
        ++checks_made;                                                      \
        if (!(condition)) {                                                 \
            ++checks_failed;                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                   \
    } while (0)

/* A call, and the status it must return. */
#define CHECK_STATUS(call, wanted)                                                          \
    do {                                                                                    \
        const boxoffice_status status_got = (call);                                         \
        ++checks_made;                                                                      \
        if (status_got != (wanted)) {                                                       \
            ++checks_failed;                                                                \
            fprintf(stderr, "%s:%d: %s\n    gives %s, not %s\n", __FILE__, __LINE__, #call, \
                    boxoffice_status_name(status_got), boxoffice_status_name(wanted));      \
        }                                                                                   \
    } while (0)

#define CHECK_OK(call) CHECK_STATUS(call, BOXOFFICE_OK)

/* A text with its length, as two arguments. */
#define TEXT(literal) (literal), strlen(literal)

/* A clock that stands still until a test moves it. */
typedef struct test_clock {
    int64_t wall_us;
    int64_t steady_us;
} test_clock;
boxoffice_clock clock_of(test_clock *clock);
void move_clock(test_clock *clock, int64_t span_us);

/* An office in memory on that clock, with a concert of four seats at 100 points, numbered "1", "2", "3", "10". */
typedef struct test_office {
    boxoffice_office *office;
    test_clock clock;
    int64_t room;
    int64_t concert;
    int64_t seats[4];
} test_office;
void open_test_office(test_office *it, const boxoffice_options *options);
int64_t make_user(test_office *it, const char *external_id);
/* The token of a place that is admitted at once. */
int64_t make_turn(test_office *it, int64_t user);
/* The next version of the concert's terms: so many seats an order. */
void let_order(test_office *it, int64_t seats_per_order);
/* Recharges until the balance has no room for a point more. */
void fill_balance(test_office *it, int64_t user);

void test_arguments(void);
void test_handles(void);
void test_structs(void);
void test_story(void);
void test_batch(void);
void test_outcomes(void);
void test_seats(void);
void test_selling(void);
void test_cancelling(void);
void test_sale_structs(void);
void test_lists(void);
void test_submitting(void);
void test_callbacks(void);

#endif
