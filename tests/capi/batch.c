/* The batch call. */
#include "check.h"

static boxoffice_command command_of(int32_t kind) {
    boxoffice_command command;
    memset(&command, 0, sizeof command);
    command.kind = kind;
    return command;
}

void test_batch(void) {
    static const char arena[] = "annabenkey-1";
    test_office it;
    boxoffice_command commands[6];
    boxoffice_outcome outcomes[6];
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    int64_t anna;
    int64_t ben;
    int64_t token;
    int64_t balance = 0;
    open_test_office(&it, NULL);

    commands[0] = command_of(BOXOFFICE_COMMAND_CREATE_USER);
    commands[0].text_length = 4;
    commands[1] = command_of(BOXOFFICE_COMMAND_CREATE_USER);
    commands[1].text_offset = 4;
    commands[1].text_length = 3;
    commands[2] = commands[0];
    CHECK_OK(boxoffice_execute(it.office, commands, 3, arena, sizeof arena - 1, outcomes, &error));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[0].id > 0);
    CHECK(outcomes[1].status == BOXOFFICE_OK && outcomes[1].id > outcomes[0].id);
    CHECK(outcomes[2].status == BOXOFFICE_USER_EXISTS && outcomes[2].id == 0);
    anna = outcomes[0].id;
    ben = outcomes[1].id;

    commands[0] = command_of(BOXOFFICE_COMMAND_JOIN);
    commands[0].user = anna;
    commands[0].room = it.room;
    commands[1] = command_of(BOXOFFICE_COMMAND_RECHARGE);
    commands[1].user = anna;
    commands[1].amount = 300;
    commands[1].key_offset = 7;
    commands[1].key_length = 5;
    commands[2] = commands[1]; /* the same request: one effect */
    commands[3] = commands[1];
    commands[3].amount = 301;
    CHECK_OK(boxoffice_execute(it.office, commands, 4, arena, sizeof arena - 1, outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[0].position == 1 &&
          outcomes[0].state == BOXOFFICE_PLACE_STATE_ADMITTED);
    CHECK(outcomes[1].balance == 300 && outcomes[2].balance == 300 && outcomes[1].id == outcomes[2].id);
    CHECK(outcomes[3].status == BOXOFFICE_IDEMPOTENCY_CONFLICT);
    token = outcomes[0].id;

    commands[0] = command_of(BOXOFFICE_COMMAND_ARRIVE);
    commands[0].user = anna;
    commands[0].token = token;
    commands[1] = command_of(BOXOFFICE_COMMAND_HOLD_SEAT);
    commands[1].user = anna;
    commands[1].token = token;
    commands[1].seat = it.seats[0];
    commands[2] = command_of(BOXOFFICE_COMMAND_BLOCK_SEAT);
    commands[2].seat = it.seats[0];
    commands[3] = command_of(BOXOFFICE_COMMAND_BLOCK_SEAT);
    commands[3].seat = it.seats[1];
    commands[4] = command_of(BOXOFFICE_COMMAND_UNBLOCK_SEAT);
    commands[4].seat = it.seats[1];
    commands[5] = command_of(BOXOFFICE_COMMAND_TICK);
    CHECK_OK(boxoffice_execute(it.office, commands, 6, NULL, 0, outcomes, NULL));
    CHECK(outcomes[0].time2_us == it.clock.wall_us + 300000000);
    CHECK(outcomes[1].status == BOXOFFICE_OK && outcomes[1].amount == 100);
    CHECK(outcomes[2].status == BOXOFFICE_SEAT_UNAVAILABLE);
    CHECK(outcomes[3].status == BOXOFFICE_OK && outcomes[4].status == BOXOFFICE_OK &&
          outcomes[5].status == BOXOFFICE_OK);

    commands[0] = command_of(BOXOFFICE_COMMAND_BEGIN_PAYMENT);
    commands[0].user = anna;
    commands[0].token = token;
    commands[0].reservation = outcomes[1].id;
    CHECK_OK(boxoffice_execute(it.office, commands, 1, NULL, 0, outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[0].amount == 100);
    commands[1] = commands[0];
    commands[1].kind = BOXOFFICE_COMMAND_FAIL_PAYMENT;
    commands[1].payment = outcomes[0].id;
    commands[2] = commands[0];
    commands[2].kind = BOXOFFICE_COMMAND_RELEASE_HOLD;
    commands[3] = commands[0];
    commands[3].kind = BOXOFFICE_COMMAND_PAY;
    commands[4] = commands[1];
    commands[4].kind = BOXOFFICE_COMMAND_CAPTURE_PAYMENT;
    commands[5] = commands[0];
    commands[5].kind = BOXOFFICE_COMMAND_LEAVE;
    CHECK_OK(boxoffice_execute(it.office, commands + 1, 5, NULL, 0, outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[1].status == BOXOFFICE_OK);
    CHECK(outcomes[2].status == BOXOFFICE_HOLD_RELEASED);
    CHECK(outcomes[3].status == BOXOFFICE_HOLD_RELEASED);
    CHECK(outcomes[4].status == BOXOFFICE_OK);
    commands[0] = command_of(BOXOFFICE_COMMAND_RECONCILE_PAYMENT);
    commands[0].payment = commands[1].payment;
    commands[1] = commands[0];
    commands[1].payment = 99;
    CHECK_OK(boxoffice_execute(it.office, commands, 2, NULL, 0, outcomes, NULL));
    CHECK(outcomes[0].status == BOXOFFICE_OK && outcomes[1].status == BOXOFFICE_UNKNOWN_PAYMENT);

    /* A malformed command: nothing of the batch happens, and the error names it. */
    commands[0] = command_of(BOXOFFICE_COMMAND_RECHARGE);
    commands[0].user = ben;
    commands[0].amount = 5;
    commands[1] = command_of(99);
    CHECK_STATUS(boxoffice_execute(it.office, commands, 2, NULL, 0, outcomes, &error), BOXOFFICE_INVALID_ARGUMENT);
    CHECK(strstr(error.message, "command 1") != NULL);
    commands[1] = commands[0];
    commands[1].key_offset = 3;
    commands[1].key_length = UINT32_MAX;
    CHECK_STATUS(boxoffice_execute(it.office, commands, 2, arena, sizeof arena - 1, outcomes, &error),
                 BOXOFFICE_INVALID_ARGUMENT);
    commands[1] = commands[0];
    commands[1].flag = 1; /* it has none to read */
    CHECK_STATUS(boxoffice_execute(it.office, commands, 2, arena, sizeof arena - 1, outcomes, &error),
                 BOXOFFICE_INVALID_ARGUMENT);
    CHECK_STATUS(boxoffice_execute(it.office, commands, 1, NULL, 5, outcomes, &error), BOXOFFICE_INVALID_ARGUMENT);
    CHECK_OK(boxoffice_balance(it.office, ben, &balance, NULL));
    CHECK(balance == 0);
    CHECK_OK(boxoffice_close(&it.office));
}
