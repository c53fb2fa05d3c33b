/* Commands that nobody waits for: told once, in order, by whoever drives, and with what boxoffice_execute would have told. */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"

enum { told_max = 64 };

/* What was told, in the order of telling. */
typedef struct inbox {
    boxoffice_outcome outcomes[told_max];
    size_t counts[told_max];
    size_t outcome_count;
    size_t told_count;
} inbox;

static void receive(void *context, const boxoffice_outcome *outcomes, size_t count) {
    inbox *in = (inbox *)context;
    size_t i;
    if (in->told_count == told_max || in->outcome_count + count > told_max) abort();
    in->counts[in->told_count++] = count;
    for (i = 0; i < count; ++i) in->outcomes[in->outcome_count++] = outcomes[i];
}

static boxoffice_completion to_inbox(inbox *in) {
    boxoffice_completion completion;
    memset(in, 0, sizeof *in);
    completion.tell = receive;
    completion.context = in;
    return completion;
}

static boxoffice_command recharge(int64_t user, int64_t amount) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = BOXOFFICE_COMMAND_RECHARGE;
    command.user = user;
    command.amount = amount;
    return command;
}

static void test_told_by_who_drives(void) {
    test_office it;
    inbox in;
    boxoffice_completion completion = to_inbox(&in);
    boxoffice_command commands[3];
    boxoffice_commit_stats before, after;
    int64_t by_latency = 0;
    int32_t led = 7;
    int64_t mina, balance = 0;
    size_t i;
    open_test_office(&it, NULL);
    mina = make_user(&it, "mina");
    CHECK_OK(boxoffice_get_commit_stats(it.office, &before, NULL));
    CHECK_OK(boxoffice_drive(it.office, 0, &led, NULL));
    CHECK(led == 0);
    commands[0] = recharge(mina, 5);
    commands[1] = recharge(1, 5); /* of nobody */
    commands[2] = recharge(mina, 7);
    CHECK_OK(boxoffice_submit(it.office, commands, 2, NULL, 0, &completion, NULL));
    CHECK_OK(boxoffice_submit(it.office, NULL, 0, NULL, 0, &completion, NULL));
    CHECK_OK(boxoffice_submit(it.office, &commands[2], 1, NULL, 0, &completion, NULL));
    memset(commands, 0xAA, sizeof commands); /* they were read */
    memset(&completion, 0xAA, sizeof completion);
    CHECK(in.told_count == 0);
    CHECK_OK(boxoffice_drive(it.office, 0, &led, NULL));
    CHECK(led == 1);
    CHECK(in.told_count == 3);
    CHECK(in.counts[0] == 2 && in.counts[1] == 0 && in.counts[2] == 1);
    CHECK(in.outcomes[0].status == BOXOFFICE_OK && in.outcomes[0].balance == 5);
    CHECK(in.outcomes[1].status == BOXOFFICE_UNKNOWN_USER && in.outcomes[1].balance == 0);
    CHECK(in.outcomes[2].status == BOXOFFICE_OK && in.outcomes[2].balance == 12);
    CHECK_OK(boxoffice_balance(it.office, mina, &balance, NULL));
    CHECK(balance == 12);
    /* Three commands in one commit, between two and four. */
    CHECK_OK(boxoffice_get_commit_stats(it.office, &after, NULL));
    CHECK(after.commits == before.commits + 1 && after.commands == before.commands + 3);
    CHECK(after.by_commands[2].up_to == 4 && after.by_commands[2].count == before.by_commands[2].count + 1);
    CHECK(after.by_latency_us[0].up_to == 250 && after.by_latency_us[10].up_to == INT64_MAX);
    for (i = 0; i < 11; ++i) by_latency += after.by_latency_us[i].count;
    CHECK(by_latency == after.commits && after.spent_us >= before.spent_us);
    CHECK_OK(boxoffice_close(&it.office));
    CHECK_STATUS(boxoffice_get_commit_stats(it.office, &after, NULL), BOXOFFICE_INVALID_HANDLE);
    CHECK(in.told_count == 3);
}

static void test_told_by_other_callers(void) {
    test_office it;
    inbox in;
    const boxoffice_completion completion = to_inbox(&in);
    boxoffice_command command;
    int64_t mina;
    open_test_office(&it, NULL);
    mina = make_user(&it, "mina");
    command = recharge(mina, 5);
    CHECK_OK(boxoffice_submit(it.office, &command, 1, NULL, 0, &completion, NULL));
    CHECK(make_user(&it, "yuna") != 0);
    CHECK(in.told_count == 1 && in.outcomes[0].balance == 5);
    CHECK_OK(boxoffice_close(&it.office));
}

static void test_mistakes(void) {
    test_office it;
    inbox in;
    boxoffice_completion completion = to_inbox(&in);
    boxoffice_command commands[2];
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    int32_t led = 7;
    open_test_office(&it, NULL);
    commands[0] = commands[1] = recharge(1, 1);
    commands[1].kind = 999;
    CHECK_STATUS(boxoffice_submit(it.office, commands, 2, NULL, 0, &completion, &error), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(strstr(error.message, "command 1") != NULL);
    CHECK_STATUS(boxoffice_submit(it.office, commands, 1, NULL, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_submit(it.office, NULL, 1, NULL, 0, &completion, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_submit(it.office, commands, 1, NULL, 1, &completion, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_submit(NULL, commands, 1, NULL, 0, &completion, NULL), BOXOFFICE_INVALID_HANDLE);
    completion.tell = NULL;
    CHECK_STATUS(boxoffice_submit(it.office, commands, 1, NULL, 0, &completion, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_drive(it.office, 0, NULL, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_drive(it.office, -1, &led, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(led == 0);
    CHECK_STATUS(boxoffice_drive(it.office, INT64_MAX, &led, NULL), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_drive(NULL, 0, &led, NULL), BOXOFFICE_INVALID_HANDLE);
    CHECK_OK(boxoffice_drive(it.office, 1000, &led, NULL));
    CHECK(led == 0); /* nothing of all that was taken */
    CHECK_OK(boxoffice_close(&it.office));
    CHECK(in.told_count == 0);
}

static void test_closed_before_anybody_drove(void) {
    test_office it;
    inbox in;
    const boxoffice_completion completion = to_inbox(&in);
    boxoffice_command commands[2];
    open_test_office(&it, NULL);
    commands[0] = commands[1] = recharge(make_user(&it, "mina"), 5);
    CHECK_OK(boxoffice_submit(it.office, commands, 2, NULL, 0, &completion, NULL));
    CHECK_OK(boxoffice_close(&it.office));
    CHECK(in.told_count == 1 && in.counts[0] == 2);
    CHECK(in.outcomes[0].status == BOXOFFICE_CLOSED && in.outcomes[1].status == BOXOFFICE_CLOSED);
}

/* Submits the next recharge when it is told of the last, until it has been told often enough. */
typedef struct chain {
    boxoffice_office *office;
    int64_t user;
    int left;
    int failed;
} chain;

static void go_on(void *context, const boxoffice_outcome *outcomes, size_t count) {
    chain *it = (chain *)context;
    const boxoffice_completion completion = {go_on, context};
    const boxoffice_command command = recharge(it->user, 1);
    it->failed += count == 1 && outcomes[0].status == BOXOFFICE_OK ? 0 : 1;
    if (--it->left > 0)
        it->failed += boxoffice_submit(it->office, &command, 1, NULL, 0, &completion, NULL) == BOXOFFICE_OK ? 0 : 1;
}

static void *drive_until_closed(void *office) {
    int32_t led = 0;
    while (boxoffice_drive((boxoffice_office *)office, 3600000000, &led, NULL) == BOXOFFICE_OK && led) continue;
    return NULL;
}

static void test_a_driving_thread_ends_with_close(void) {
    test_office it;
    chain links;
    boxoffice_completion completion = {go_on, NULL};
    boxoffice_command command;
    pthread_t driver;
    int64_t balance = 0;
    open_test_office(&it, NULL);
    links.office = it.office;
    links.user = make_user(&it, "mina");
    links.left = 200;
    links.failed = 0;
    completion.context = &links;
    CHECK(pthread_create(&driver, NULL, drive_until_closed, it.office) == 0);
    command = recharge(links.user, 1);
    CHECK_OK(boxoffice_submit(it.office, &command, 1, NULL, 0, &completion, NULL));
    while (balance < 200) CHECK_OK(boxoffice_balance(it.office, links.user, &balance, NULL));
    CHECK_OK(boxoffice_close(&it.office));
    CHECK(pthread_join(driver, NULL) == 0);
    CHECK(links.left == 0 && links.failed == 0);
}

void test_submitting(void) {
    test_told_by_who_drives();
    test_told_by_other_callers();
    test_mistakes();
    test_closed_before_anybody_drove();
    test_a_driving_thread_ends_with_close();
}
