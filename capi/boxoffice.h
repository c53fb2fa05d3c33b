/* boxoffice: an embeddable box office, for C and everything that can call C.
 *
 * A whole concert on-sale (waiting room, seats, timed holds, prepaid points, payments) in your process, in one SQLite file
 * or in memory. Link libboxoffice; this header is C99 and C++.
 *
 * CONVENTIONS, which hold for every function:
 *
 * - It returns a status: BOXOFFICE_OK (0), or the number of an error in the table below. 100 to 199: refused, an expected
 *   answer. 200 to 299: a mistake of the caller. 300 and up: a fault; nothing was acknowledged.
 * - Beside what a function names, each may answer invalid_argument (a NULL, a malformed text, a number out of range), and one
 *   with an office invalid_handle, closed, and the faults storage, busy, clock_jump, internal, forked and out_of_memory.
 * - Its last parameter `error` may be NULL; else set error->struct_size (BOXOFFICE_ERROR_INIT does) and it is filled.
 * - Outputs are zeroed on entry (of an array, its count); on an error they stay so. An output pointer may be NULL only where
 *   it says so.
 * - A text going in is a pointer and a length in bytes, UTF-8, borrowed for the call; it need not end with 0. A text coming
 *   out stands in a fixed array and ends with 0, or goes to a buffer of yours: too small, and BOXOFFICE_TOO_SMALL writes
 *   nothing but the size needed.
 * - A list goes to an array of yours of `capacity` elements; `*count` is how many there are. More than `capacity`:
 *   BOXOFFICE_TOO_SMALL, and no element is written. (capacity 0 and a NULL array asks for the count.)
 * - Times are microseconds since 1970-01-01 UTC, spans are microseconds, points are whole points, dates are "yyyy-mm-dd".
 *   BOXOFFICE_NEVER is "no deadline".
 * - Ids are 64-bit numbers above 0; 0 is "none". boxoffice_id_text and boxoffice_id_parse give their 13-character text.
 * - Structures that begin with struct_size only ever grow at the end. Start from their INIT macro. A larger one than this
 *   library knows is refused unless what it does not know is zero.
 * - The others keep their size, so that arrays of them do, and grow into the room that they end with: `reserved` (and
 *   `reserved32`, beside a lone 32-bit member). Zero a structure before you set its members; what goes in with reserved room
 *   that is not zero is refused (invalid_argument), and of what comes out it is zero. A date has no such room, being one value;
 *   nor has a payment_request, which the library makes and only ever grows at the end, nor have tables of callbacks: others will
 *   stand beside them.
 * - Any function may be called from any thread at any time. Closing waits for calls inside; calls that come meanwhile are
 *   BOXOFFICE_CLOSED. A handle that was closed, or never was one, is BOXOFFICE_INVALID_HANDLE, not undefined behaviour.
 * - After fork() a child's use of a handle is BOXOFFICE_FORKED, and so is opening a file that was open at the fork: close before
 *   you fork, and open in the child.
 * - The library never prints, aborts, throws, starts threads or touches signal handlers.
 */
#ifndef BOXOFFICE_H
#define BOXOFFICE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define BOXOFFICE_API __attribute__((visibility("default")))
#else
#define BOXOFFICE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version ---------------------------------------------------------------------------------------------------- */

#define BOXOFFICE_VERSION_MAJOR 0
#define BOXOFFICE_VERSION_MINOR 1
#define BOXOFFICE_VERSION_PATCH 0
#define BOXOFFICE_VERSION "0.1.0"
#define BOXOFFICE_ABI 0 /* moves when a caller must be compiled again; the number in the SONAME */

/* The version and ABI of the library that is loaded; compare with the macros that you were compiled with. */
BOXOFFICE_API const char *boxoffice_version(void);
BOXOFFICE_API int32_t boxoffice_abi(void);

/* ---- errors ----------------------------------------------------------------------------------------------------- */

typedef int32_t boxoffice_status;

enum {
    BOXOFFICE_OK = 0,
    /* refused */
    BOXOFFICE_NOT_YOUR_TURN = 100,
    BOXOFFICE_QUEUE_FULL = 101,
    BOXOFFICE_SEAT_UNAVAILABLE = 102,
    BOXOFFICE_HOLD_LIMIT = 103,
    BOXOFFICE_HOLD_EXPIRED = 104,
    BOXOFFICE_HOLD_RELEASED = 105,
    BOXOFFICE_ALREADY_PAID = 106,
    BOXOFFICE_INSUFFICIENT_POINTS = 107,
    BOXOFFICE_RESERVATION_MISMATCH = 108,
    BOXOFFICE_IDEMPOTENCY_CONFLICT = 109,
    BOXOFFICE_PLACE_EXPIRED = 110,
    BOXOFFICE_PLACE_COMPLETED = 111,
    BOXOFFICE_PLACE_LEFT = 112,
    BOXOFFICE_BALANCE_LIMIT = 113,
    BOXOFFICE_ISSUE_LIMIT = 114,
    BOXOFFICE_USER_EXISTS = 115,
    BOXOFFICE_ROOM_EXISTS = 116,
    BOXOFFICE_SEAT_EXISTS = 117,
    BOXOFFICE_PAYMENT_PENDING = 118,
    BOXOFFICE_PAYMENT_DECLINED = 119,
    BOXOFFICE_PAYMENT_FAILED = 120,
    BOXOFFICE_NOT_ON_SALE = 121,
    BOXOFFICE_ORDER_LIMIT = 122,
    BOXOFFICE_PURCHASE_LIMIT = 123,
    BOXOFFICE_PRICE_CHANGED = 124,
    BOXOFFICE_TYPE_RULE = 125,
    BOXOFFICE_CANCEL_CLOSED = 126,
    BOXOFFICE_CALLED_OFF = 127,
    BOXOFFICE_STALE_VERSION = 128,
    BOXOFFICE_NOT_PAID = 129,
    BOXOFFICE_TYPE_EXISTS = 130,
    BOXOFFICE_SEATS_HELD = 131,
    BOXOFFICE_HAS_HISTORY = 132,
    /* mistakes */
    BOXOFFICE_INVALID_ARGUMENT = 200,
    BOXOFFICE_INVALID_TOKEN = 201,
    BOXOFFICE_UNKNOWN_USER = 202,
    BOXOFFICE_UNKNOWN_ROOM = 203,
    BOXOFFICE_UNKNOWN_CONCERT = 204,
    BOXOFFICE_UNKNOWN_SEAT = 205,
    BOXOFFICE_UNKNOWN_RESERVATION = 206,
    BOXOFFICE_UNKNOWN_PAYMENT = 207,
    BOXOFFICE_INVALID_DATE = 208,
    BOXOFFICE_AMBIGUOUS_CONCERT = 209,
    BOXOFFICE_GATEWAY_REQUIRED = 210,
    BOXOFFICE_INVALID_OPTIONS = 211,
    BOXOFFICE_UNSUPPORTED = 212,
    BOXOFFICE_TOO_SMALL = 213,
    BOXOFFICE_INVALID_HANDLE = 214,
    BOXOFFICE_CLOSED = 215,
    BOXOFFICE_UNKNOWN_TYPE = 216,
    /* faults */
    BOXOFFICE_STORAGE = 300,
    BOXOFFICE_BUSY = 301,
    BOXOFFICE_CLOCK_JUMP = 302,
    BOXOFFICE_INTERNAL = 303,
    BOXOFFICE_NOT_A_BOXOFFICE = 304,
    BOXOFFICE_NEWER_SCHEMA = 305,
    BOXOFFICE_FORKED = 306,
    BOXOFFICE_OUT_OF_MEMORY = 307,
    BOXOFFICE_WEAK_DURABILITY = 308,
    BOXOFFICE_OUTCOME_UNKNOWN = 309
};

#define BOXOFFICE_ORDER_SIZE_MAX 50 /* seats that are held together */

typedef struct boxoffice_error {
    uint32_t struct_size;
    boxoffice_status code;
    char message[248]; /* what to do, in English; cut at a character if it is longer; never another user's data */
    /* What a program wants to know of it, as numbers. seat_unavailable of boxoffice_hold_seats: the ids of all seats that cannot
     * be had. price_changed: the total now. not_on_sale: when the sale opens, in microseconds, if it will. Of the others: none. */
    int32_t about_count;
    uint32_t reserved32;
    int64_t about[BOXOFFICE_ORDER_SIZE_MAX];
} boxoffice_error;
/* clang-format off */
#define BOXOFFICE_ERROR_INIT {sizeof(boxoffice_error), 0, {0}, 0, 0, {0}}
/* clang-format on */

/* The stable name ("seat_unavailable") and sentence of a status; never NULL, static. */
BOXOFFICE_API const char *boxoffice_status_name(boxoffice_status status);
BOXOFFICE_API const char *boxoffice_status_message(boxoffice_status status);

/* ---- ids and times ---------------------------------------------------------------------------------------------- */

#define BOXOFFICE_ID_TEXT_SIZE 14    /* 13 characters of Crockford's base 32, and 0 */
#define BOXOFFICE_TOKEN_TEXT_SIZE 69 /* 68 URL-safe characters, and 0 */
#define BOXOFFICE_DATE_SIZE 11       /* "yyyy-mm-dd", and 0 */
#define BOXOFFICE_NEVER INT64_MAX

/* `text` is an array of BOXOFFICE_ID_TEXT_SIZE. Mistakes: invalid_argument. */
BOXOFFICE_API boxoffice_status boxoffice_id_text(int64_t id, char *text, boxoffice_error *error);
BOXOFFICE_API boxoffice_status boxoffice_id_parse(const char *text, size_t length, int64_t *id, boxoffice_error *error);

/* ---- opening and closing ---------------------------------------------------------------------------------------- */

/* A box office. The value is a slot and a generation, not an address: it is never dereferenced. */
typedef struct boxoffice_office boxoffice_office;

/* Limits of a waiting room. */
typedef struct boxoffice_room_limits {
    uint32_t struct_size;
    uint32_t reserved32;
    int64_t active_capacity;       /* admitted places live at once */
    int64_t queue_capacity;        /* places waiting at once */
    int64_t admissions_per_second; /* 0: as fast as places free */
    int64_t arrive_ttl_us;         /* an admitted place's time to show up */
    int64_t active_ttl_us;         /* and its turn from then */
    int64_t waiting_ttl_us;
    /* A boxoffice_room has these limits in it, so they do not grow at the end before this is full. */
    int64_t reserved[4];
} boxoffice_room_limits;
/* clang-format off */
#define BOXOFFICE_ROOM_LIMITS_INIT \
    {sizeof(boxoffice_room_limits), 0, 200, 1000000, 0, 60000000, 300000000, 86400000000, {0}}
/* clang-format on */

/* A clock of your own: called on whatever thread calls the office, at any time until boxoffice_close has returned, also while
 * the office decides; it must not call the office. All three or none. wall_us may be set back and ahead; before 1970 and after
 * 2079 it is taken as the nearest time between. steady_us must never go back. wait_us lets a span pass (boxoffice_await_turn). */
typedef struct boxoffice_clock {
    int64_t (*wall_us)(void *context);
    int64_t (*steady_us)(void *context);
    void (*wait_us)(void *context, int64_t span_us);
    void *context;
} boxoffice_clock;

typedef struct boxoffice_payment_request {
    int64_t payment; /* the gateway's idempotency key: asked twice for the same payment, it approves once */
    int64_t reservation;
    int64_t user;
    int64_t amount;
} boxoffice_payment_request;

#define BOXOFFICE_TRANSACTION_KEY_SIZE 256

/* A payment gateway of your own, asked by boxoffice_pay between begin and capture, outside any transaction, on the thread that
 * pays; it must not call the office. approve returns 0 and may write the gateway's name for the payment (ending with 0) to
 * `transaction_key`, an array of BOXOFFICE_TRANSACTION_KEY_SIZE; anything else declines; a fault (300 and up) says that it is not
 * known whether the payer was charged: the payment has failed all the same, and is listed by
 * boxoffice_list_unreconciled_payments. cancel takes an approval back. Both or none. */
typedef struct boxoffice_gateway {
    int32_t (*approve)(void *context, const boxoffice_payment_request *request, char *transaction_key);
    void (*cancel)(void *context, const boxoffice_payment_request *request, const char *transaction_key);
    void *context;
} boxoffice_gateway;

/* What a gateway can do beyond that, for boxoffice_reconcile_payments; by the gateway's rules, and only beside one. Each may be
 * NULL. find tells of a payment that failed capture_ttl or longer ago: 0, it was approved, and its key is written as by approve
 * (none where cancelling goes by the payment); BOXOFFICE_UNKNOWN_PAYMENT, it was not and will not be approved; anything else, it
 * is not known. cancel stands in for the gateway's, and can say that it failed: 0, the approval was taken back; anything else, it
 * was not, and stays listed. */
typedef struct boxoffice_reconciler {
    int32_t (*find)(void *context, const boxoffice_payment_request *request, char *transaction_key);
    int32_t (*cancel)(void *context, const boxoffice_payment_request *request, const char *transaction_key);
    void *context;
} boxoffice_reconciler;

/* Told of every fault (300 and up) that a call returns, on the thread of that call, before it returns. `message` is borrowed
 * for the call. It must not call the office. */
typedef struct boxoffice_log {
    void (*write)(void *context, boxoffice_status status, const char *message);
    void *context;
} boxoffice_log;

typedef struct boxoffice_token_key {
    int32_t id; /* 1 to 65535 */
    uint8_t secret[16];
    uint32_t reserved32;
    int64_t reserved[1];
} boxoffice_token_key;

enum { BOXOFFICE_DURABILITY_NORMAL = 1, BOXOFFICE_DURABILITY_FULL = 2 };

typedef struct boxoffice_options {
    uint32_t struct_size;
    /* FULL: what was acknowledged survives power loss. NORMAL is weaker: it survives the process. */
    int32_t durability;
    /* Of the room "main" when it is made (NULL: defaults); then the store's hold. */
    const boxoffice_room_limits *main_room;
    int64_t hold_ttl_us;
    int64_t holds_per_user;
    int64_t capture_ttl_us; /* how long a payment that began keeps its seat */
    int64_t identity_ttl_us;
    int64_t idempotency_ttl_us;
    int64_t issue_limit;
    int64_t clock_jump_max_us;
    int64_t snapshot_age_max_us;
    int64_t busy_timeout_us; /* how long a call waits for others; then busy */
    int64_t wal_size_max;    /* bytes */
    /* The first signs, all are accepted; borrowed for boxoffice_open. None: one is made and kept in the store, and then who
     * can read the store can forge tokens. */
    const boxoffice_token_key *token_keys;
    size_t token_key_count;
    boxoffice_clock clock;     /* NULLs: the system's */
    boxoffice_gateway gateway; /* NULLs: points only */
    boxoffice_log log;         /* NULLs: silence */
    /* The wall clock ahead of other offices that have the store open; refused beyond it at open. */
    int64_t clock_skew_max_us;
    int32_t accept_time; /* not 0: goes on from the store's time although this machine's clock is far from it */
    /* Not 0: hold_ttl, holds_per_user, capture_ttl, identity_ttl, idempotency_ttl and issue_limit replace those that the store
     * was first opened with, while no other office has it open. */
    int32_t adopt_rules;
    int64_t event_ttl_us; /* how long events are kept where no tick tells what was consumed; 0: for ever */
    boxoffice_reconciler reconciler;
} boxoffice_options;
/* clang-format off */
#define BOXOFFICE_OPTIONS_INIT                                                                                              \
    {sizeof(boxoffice_options), BOXOFFICE_DURABILITY_FULL, NULL, 300000000, 1, 60000000, 86400000000,          \
     86400000000, 4611686018427387904, 3600000000, 25000, 5000000, 67108864, NULL, 0, {NULL, NULL, NULL, NULL},              \
     {NULL, NULL, NULL}, {NULL, NULL}, 5000000, 0, 0, 0, {NULL, NULL, NULL}}
/* clang-format on */

/* Opens the file at `path`, made (for its owner alone) if absent; ":memory:" opens an office in memory. `options` may be NULL for
 * the defaults. Mistakes: invalid_options (an option is out of range, or one on which all offices of a store must agree is not
 * what the store was first opened with); invalid_argument (an empty path or one with a zero byte; a struct_size
 * that was not set, or a structure that sets what this version does not know; a count of token keys without the keys). Faults:
 * storage, not_a_boxoffice, newer_schema, weak_durability, busy (also: 4,096 are open, or 1,024 processes have the file),
 * clock_jump (this machine's clock is not that of the store), forked (the parent had the file open at the fork: close it before
 * you fork). */
BOXOFFICE_API boxoffice_status boxoffice_open(const char *path, size_t path_length, const boxoffice_options *options,
                                              boxoffice_office **office, boxoffice_error *error);

/* Closes and sets *office to NULL; waits for calls inside, and ends those that wait for a turn (closed). NULL, or a pointer to
 * NULL, is fine. Mistakes: invalid_handle (closed before, or never opened); closed (another thread is closing it). Not from a
 * callback. */
BOXOFFICE_API boxoffice_status boxoffice_close(boxoffice_office **office);

/* Copies the live data to a new file, without the kept token keys unless `with_keys` is not 0. Mistakes: unsupported (in
 * memory), invalid_argument (the file exists). */
BOXOFFICE_API boxoffice_status boxoffice_backup(boxoffice_office *office, const char *path, size_t path_length,
                                                int32_t with_keys, boxoffice_error *error);

/* Puts a backup (what boxoffice_backup made, or a file that was closed) at `path`, where nothing may stand. It becomes the store
 * that it was made of. No office is needed. Mistakes: invalid_argument (something is at `path`, a log that may hold sales lies
 * there, the backup is not whole). Faults: storage, not_a_boxoffice, newer_schema, busy. */
BOXOFFICE_API boxoffice_status boxoffice_restore(const char *backup, size_t backup_length, const char *path,
                                                 size_t path_length, boxoffice_error *error);

/* The engine's time. */
BOXOFFICE_API boxoffice_status boxoffice_now(boxoffice_office *office, int64_t *now_us, boxoffice_error *error);

/* ---- users ------------------------------------------------------------------------------------------------------
 * A buyer known to you by an external id: 1 to BOXOFFICE_EXTERNAL_ID_MAX bytes of UTF-8 without control characters, compared as
 * bytes. */

#define BOXOFFICE_EXTERNAL_ID_MAX 255

/* Refusals: user_exists. */
BOXOFFICE_API boxoffice_status boxoffice_create_user(boxoffice_office *office, const char *external_id, size_t length,
                                                     int64_t *user, boxoffice_error *error);
/* Mistakes: unknown_user. */
BOXOFFICE_API boxoffice_status boxoffice_find_user(boxoffice_office *office, const char *external_id, size_t length,
                                                   int64_t *user, boxoffice_error *error);

/* ---- waiting rooms ----------------------------------------------------------------------------------------------
 * A queue in front of one or more concerts; "main" always exists. */

typedef struct boxoffice_room {
    int64_t id;
    boxoffice_room_limits limits; /* of this ABI's size, whatever a later one adds */
    int64_t last_position;
    int64_t serving;
    char name[72]; /* up to 64 bytes */
    int64_t reserved[4];
} boxoffice_room;

/* Refusals: room_exists. */
BOXOFFICE_API boxoffice_status boxoffice_create_room(boxoffice_office *office, const char *name, size_t length,
                                                     const boxoffice_room_limits *limits, int64_t *room,
                                                     boxoffice_error *error);
/* Lowering a capacity only stops admission. Mistakes: unknown_room. */
BOXOFFICE_API boxoffice_status boxoffice_change_room(boxoffice_office *office, int64_t room,
                                                     const boxoffice_room_limits *limits, boxoffice_error *error);
/* Mistakes: unknown_room. */
BOXOFFICE_API boxoffice_status boxoffice_find_room(boxoffice_office *office, const char *name, size_t length,
                                                   boxoffice_room *room, boxoffice_error *error);

/* ---- concerts and seats ----------------------------------------------------------------------------------------- */

enum {
    BOXOFFICE_SEAT_STATE_AVAILABLE = 1,
    BOXOFFICE_SEAT_STATE_HELD = 2,
    BOXOFFICE_SEAT_STATE_SOLD = 3,
    BOXOFFICE_SEAT_STATE_BLOCKED = 4
};

/* `number` names the seat and is often made by a machine; `label` is what people read, beside section and row. */
typedef struct boxoffice_new_seat {
    const char *number; /* 1 to 64 bytes, unique in its concert */
    size_t number_length;
    const char *section; /* 0 to 64 bytes */
    size_t section_length;
    const char *row; /* 0 to 64 bytes */
    size_t row_length;
    int64_t price; /* 0 to 10^12 */
    double x;      /* plan coordinates */
    double y;
    const char *label; /* 0 to 64 bytes; none: the number */
    size_t label_length;
    int32_t is_blocked; /* 1: off sale from the start */
    int32_t reserved32;
    const char *category; /* what the tariff calls it: 0 to 64 bytes */
    size_t category_length;
    int64_t reserved[4];
} boxoffice_new_seat;

typedef struct boxoffice_concert {
    int64_t id;
    int64_t room;
    int64_t created_at_us;
    char date[16];
    char title[208];          /* up to 200 bytes */
    int64_t starts_at_us;     /* BOXOFFICE_NEVER: not told */
    int64_t version;          /* counts its changes */
    int64_t called_off_at_us; /* BOXOFFICE_NEVER: it takes place */
    int32_t is_hidden;        /* 1: not in lists of concerts and dates; who knows its id can buy */
    int32_t reserved32;
    int64_t reserved[2];
} boxoffice_concert;

typedef struct boxoffice_seat {
    int64_t id;
    int64_t concert;
    int64_t price;
    double x;
    double y;
    int64_t held_until_us; /* BOXOFFICE_NEVER unless held */
    int32_t state;         /* now, expiry included */
    int32_t is_mine;       /* 1: the asking user's hold or purchase */
    char number[72];
    char section[72];
    char row[72];
    char label[72];
    char category[72];
    int64_t reserved[7];
} boxoffice_seat;

typedef struct boxoffice_seat_counts {
    int64_t available;
    int64_t held;
    int64_t sold;
    int64_t blocked;
    int64_t reserved[2];
} boxoffice_seat_counts;

/* How a concert's seats stand is named by a version: it is the same wherever and whenever they stand the same, in every process
 * that has the store open, and after a restart. Compare it as text. */
typedef struct boxoffice_seat_changes {
    int64_t lapses_at_us; /* when the next hold ends by itself; BOXOFFICE_NEVER: no seat is held */
    boxoffice_seat_counts counts;
    int32_t is_whole; /* 1: all seats are told, whether or not they changed */
    int32_t reserved32;
    char version[40]; /* 32 characters */
    int64_t reserved[8];
} boxoffice_seat_changes;

typedef struct boxoffice_date {
    char text[16];
} boxoffice_date;

/* With its first seats (none: NULL and 0), so that a concert is never seen half-made. Refusals: seat_exists. Mistakes:
 * invalid_date, unknown_room. */
BOXOFFICE_API boxoffice_status boxoffice_create_concert(boxoffice_office *office, const char *date, size_t date_length,
                                                        const char *title, size_t title_length, int64_t room,
                                                        const boxoffice_new_seat *seats, size_t seat_count,
                                                        int64_t *concert, boxoffice_error *error);
/* All or none. Refusals: seat_exists. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_add_seats(boxoffice_office *office, int64_t concert,
                                                   const boxoffice_new_seat *seats, size_t seat_count,
                                                   boxoffice_error *error);
/* The facts of a concert. `version` is the one that is changed (boxoffice_concert has it), so that nobody undoes another's change
 * unseen; *changed is the one that it became, and may be NULL. `starts_at_us`: BOXOFFICE_NEVER, not told. `is_hidden`: 0 or 1. `room`:
 * the waiting room that it moves to (0: it stays), which nobody may hold a seat for. Places stay in their lines: who has one in the
 * room that was joins the new one for this concert. Refusals: stale_version, seats_held. Mistakes: unknown_concert, unknown_room,
 * invalid_date. */
BOXOFFICE_API boxoffice_status boxoffice_change_concert(boxoffice_office *office, int64_t concert, const char *date,
                                                        size_t date_length, const char *title, size_t title_length,
                                                        int64_t starts_at_us, int32_t is_hidden, int64_t room,
                                                        int64_t version, int64_t *changed, boxoffice_error *error);
/* Takes a concert away with its seats, terms, prices, types and sales account; its id is not used again. Only where nothing of it was
 * ever held, whatever became of that: else hide it. `version` is the concert's. Reads the reservations that were made since it was.
 * Refusals: stale_version, has_history. Mistakes: unknown_concert (also: it is gone already). */
BOXOFFICE_API boxoffice_status boxoffice_delete_concert(boxoffice_office *office, int64_t concert, int64_t version,
                                                        boxoffice_error *error);
/* Off sale; blocked already: fine. Refusals: seat_unavailable (held or sold). Mistakes: unknown_seat. */
BOXOFFICE_API boxoffice_status boxoffice_block_seat(boxoffice_office *office, int64_t seat, boxoffice_error *error);
/* Back on sale; not blocked: fine. Mistakes: unknown_seat. */
BOXOFFICE_API boxoffice_status boxoffice_unblock_seat(boxoffice_office *office, int64_t seat, boxoffice_error *error);

/* The only concert on a date. Mistakes: invalid_date, unknown_concert, ambiguous_concert. */
BOXOFFICE_API boxoffice_status boxoffice_find_concert(boxoffice_office *office, const char *date, size_t date_length,
                                                      boxoffice_concert *concert, boxoffice_error *error);
/* Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_get_concert(boxoffice_office *office, int64_t concert_id,
                                                     boxoffice_concert *concert, boxoffice_error *error);
/* Every concert from a date on that is not hidden, by date. Mistakes: invalid_date. */
BOXOFFICE_API boxoffice_status boxoffice_list_concerts(boxoffice_office *office, const char *from, size_t from_length,
                                                       boxoffice_concert *concerts, size_t capacity, size_t *count,
                                                       boxoffice_error *error);
/* The dates from `from` on that have a seat available now, ascending; hidden concerts, and those called off, do not count.
 * Mistakes: invalid_date. */
BOXOFFICE_API boxoffice_status boxoffice_list_dates(boxoffice_office *office, const char *from, size_t from_length,
                                                    boxoffice_date *dates, size_t capacity, size_t *count,
                                                    boxoffice_error *error);
/* Seats that can be held now, in natural order of their numbers. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_list_available_seats(boxoffice_office *office, int64_t concert,
                                                              boxoffice_seat *seats, size_t capacity, size_t *count,
                                                              boxoffice_error *error);
/* Every seat as `user` sees it (0: nobody). Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_list_seats(boxoffice_office *office, int64_t concert, int64_t user,
                                                    boxoffice_seat *seats, size_t capacity, size_t *count,
                                                    boxoffice_error *error);
/* The seats that stand otherwise now than at `version`, which a call before this one, of whichever process, put into `changes`;
 * all of them where it is not known here (a length of 0, of before this process first looked, or many changes ago). With a
 * `user` (0: nobody) their own seats are among them always, so that a version is of use to whoever has it. Nothing has changed:
 * the cost of a peek, and for a user that of reading their reservations. `version` may stand in `changes`. Mistakes:
 * unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_list_seats_since(boxoffice_office *office, int64_t concert, int64_t user,
                                                          const char *version, size_t version_length,
                                                          boxoffice_seat_changes *changes, boxoffice_seat *seats,
                                                          size_t capacity, size_t *count, boxoffice_error *error);
/* One seat by its number. Mistakes: unknown_seat. */
BOXOFFICE_API boxoffice_status boxoffice_find_seat(boxoffice_office *office, int64_t concert, const char *number,
                                                   size_t number_length, int64_t user, boxoffice_seat *seat,
                                                   boxoffice_error *error);
/* Of one concert. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_count_seats(boxoffice_office *office, int64_t concert,
                                                     boxoffice_seat_counts *counts, boxoffice_error *error);

/* ---- terms of sale ----------------------------------------------------------------------------------------------
 * When a concert is sold, how much to whom, at which prices, and what comes back to who cancels. Terms have versions: a change is
 * the next one, and what is held or sold keeps that under which it was held, its prices too. Without a change a concert is always
 * on sale, one seat an order, for good. */

/* Who cancels before `until_us` gets so many thousandths of the price back. */
typedef struct boxoffice_refund_step {
    int64_t until_us;
    int64_t thousandths; /* 0 to 1000 */
    int64_t reserved[2];
} boxoffice_refund_step;

#define BOXOFFICE_REFUND_STEPS_MAX 8

typedef struct boxoffice_terms {
    uint32_t struct_size;
    int32_t is_paused;       /* 1: no new holds; what is held can be paid */
    int64_t opens_at_us;     /* on sale from then on; 0: always was */
    int64_t closes_at_us;    /* and until just before then */
    int64_t seats_per_order; /* 1 to BOXOFFICE_ORDER_SIZE_MAX */
    int64_t seats_per_user;  /* held, or bought and not cancelled: up to 10,000; 0: no limit */
    int64_t hold_ttl_us;     /* 1 s to 24 h; 0: that of the options */
    /* In order of until_us; the first that has not passed counts. None, or all passed: nobody cancels. */
    int64_t refund_step_count;
    boxoffice_refund_step refund_steps[BOXOFFICE_REFUND_STEPS_MAX];
    /* A boxoffice_sale has these terms in it, so they do not grow at the end before this is full. */
    int64_t reserved[16];
} boxoffice_terms;
/* clang-format off */
#define BOXOFFICE_TERMS_INIT {sizeof(boxoffice_terms), 0, 0, BOXOFFICE_NEVER, 1, 0, 0, 0, {{0, 0, {0}}}, {0}}
/* clang-format on */

/* The terms in force. */
typedef struct boxoffice_sale {
    int64_t concert;
    int64_t version; /* 1, 2, 3 ... */
    int64_t made_at_us;
    int64_t tariff;        /* the version whose prices are in force; 0: the seats' own */
    boxoffice_terms terms; /* of this ABI's size, whatever a later one adds */
    int64_t reserved[4];
} boxoffice_sale;

/* Who a price is for: full, child ... */
typedef struct boxoffice_ticket_type {
    int64_t id;
    int64_t concert;
    int64_t max_per_order; /* 0: no limit */
    int64_t needs;         /* sold only beside one of this type; 0: alone, too */
    int64_t created_at_us;
    char name[72]; /* up to 64 bytes */
    int64_t reserved[6];
} boxoffice_ticket_type;

/* The price of a category's seats for a type (0: for who names no type). */
typedef struct boxoffice_new_price {
    const char *category; /* 0 to 64 bytes */
    size_t category_length;
    int64_t type;
    int64_t price; /* 0 to 10^12 */
    int64_t reserved[2];
} boxoffice_new_price;

typedef struct boxoffice_price {
    int64_t type;
    int64_t price;
    char category[72];
    int64_t reserved[4];
} boxoffice_price;

/* Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_get_sale(boxoffice_office *office, int64_t concert, boxoffice_sale *sale,
                                                  boxoffice_error *error);
/* The next version of the terms. `version` is the one that is changed, so that nobody undoes another's change unseen; *changed is
 * the one that it became, and may be NULL. Refusals: stale_version. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_change_sale(boxoffice_office *office, int64_t concert,
                                                     const boxoffice_terms *terms, int64_t version, int64_t *changed,
                                                     boxoffice_error *error);
/* The next version, with these prices (up to 500) in the place of all before; none: the seats' own. A category without a price for
 * a type is not sold to it; who names no type pays a seat's own price where there is none. Refusals: stale_version. Mistakes:
 * unknown_concert, unknown_type. */
BOXOFFICE_API boxoffice_status boxoffice_set_tariff(boxoffice_office *office, int64_t concert,
                                                    const boxoffice_new_price *prices, size_t price_count,
                                                    int64_t version, int64_t *changed, boxoffice_error *error);
/* The prices in force, by category and type; none: the seats' own. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_list_tariff(boxoffice_office *office, int64_t concert, boxoffice_price *prices,
                                                     size_t capacity, size_t *count, boxoffice_error *error);
/* A type of ticket, up to 100 a concert. `name`: 1 to 64 bytes, unique in its concert; `max_per_order`: 0, no limit; `needs`: sold
 * only beside one of that type; 0: alone, too. Refusals: type_exists. Mistakes: unknown_concert, unknown_type (`needs`). */
BOXOFFICE_API boxoffice_status boxoffice_create_type(boxoffice_office *office, int64_t concert, const char *name,
                                                     size_t name_length, int64_t max_per_order, int64_t needs,
                                                     int64_t *type, boxoffice_error *error);
/* The types of a concert, by name. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_list_types(boxoffice_office *office, int64_t concert,
                                                    boxoffice_ticket_type *types, size_t capacity, size_t *count,
                                                    boxoffice_error *error);

/* ---- tokens and turns -------------------------------------------------------------------------------------------
 * Join to get a place and a token; peek until it is one's turn; then hold and pay. Keep the token's text with the buyer: the
 * store does not have it. The acting user of every command is one that you have authenticated. */

typedef struct boxoffice_claims {
    int64_t token;
    int64_t user;
    int64_t room;
    int64_t position;
    int64_t reserved[2];
} boxoffice_claims;

enum {
    BOXOFFICE_PLACE_STATE_WAITING = 1,
    BOXOFFICE_PLACE_STATE_ADMITTED = 2,
    BOXOFFICE_PLACE_STATE_COMPLETED = 3,
    BOXOFFICE_PLACE_STATE_LEFT = 4,
    BOXOFFICE_PLACE_STATE_EXPIRED = 5
};

typedef struct boxoffice_joined {
    boxoffice_claims claims;
    int64_t identity_until_us;
    int32_t state; /* waiting or admitted */
    int32_t again; /* 1: the user had a live place, and this is it */
    int64_t reserved[2];
} boxoffice_joined;

typedef struct boxoffice_arrived {
    int64_t deadline_us;
    int64_t turn_until_us; /* no new hold from then on */
    int64_t reserved[2];
} boxoffice_arrived;

typedef struct boxoffice_peeked {
    int32_t is_turn;
    int32_t reserved32;
    int64_t occurred_at_us;
    int64_t position;
    int64_t ahead;
    int64_t estimated_wait_us; /* below zero: unknown */
    int64_t next_poll_us;      /* when to ask again */
    int64_t deadline_us;
    int64_t reserved[2];
} boxoffice_peeked;

/* Joining again returns the live place. Refusals: queue_full. Mistakes: unknown_user, unknown_room. */
BOXOFFICE_API boxoffice_status boxoffice_join(boxoffice_office *office, int64_t user, int64_t room,
                                              boxoffice_joined *joined, boxoffice_error *error);
/* The token's text; `text` is an array of BOXOFFICE_TOKEN_TEXT_SIZE. Sign the claims of boxoffice_join and no others. Mistakes:
 * invalid_argument (ids not above 0, a position that is not 1 to 10^12). */
BOXOFFICE_API boxoffice_status boxoffice_token_text(boxoffice_office *office, const boxoffice_claims *claims,
                                                    char *text, boxoffice_error *error);
/* Whose token this is; says nothing of the turn. Mistakes: invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_authenticate(boxoffice_office *office, const char *token, size_t length,
                                                      boxoffice_claims *claims, boxoffice_error *error);
/* Is it this token's turn? The first peek of an admitted place claims it. While it waits, this reads no store and waits for no
 * writer. Refusals: place_expired, place_completed, place_left. Mistakes: invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_peek(boxoffice_office *office, const char *token, size_t length,
                                              boxoffice_peeked *peeked, boxoffice_error *error);
/* Peeks up to `attempts_max` times, `interval_us` (0 to 60,000,000) apart; boxoffice_close ends it, within a tenth of a second
 * on the system's clock, else when wait_us returns. Refusals: not_your_turn when they run out; those of peek. Mistakes: closed. */
BOXOFFICE_API boxoffice_status boxoffice_await_turn(boxoffice_office *office, const char *token, size_t length,
                                                    int32_t attempts_max, int64_t interval_us, boxoffice_peeked *peeked,
                                                    boxoffice_error *error);
/* Shows up without a peek. Refusals: not_your_turn, place_expired, place_completed, place_left. Mistakes: invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_arrive(boxoffice_office *office, int64_t user, int64_t token,
                                                boxoffice_arrived *arrived, boxoffice_error *error);
/* Gives the place up and releases its holds; `released` (may be NULL) is how many. Given up already: fine, none. Refusals:
 * place_completed, place_expired. Mistakes: invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_leave(boxoffice_office *office, int64_t user, int64_t token, int64_t *released,
                                               boxoffice_error *error);

/* ---- holds ------------------------------------------------------------------------------------------------------
 * An idempotency key names your request, so that a retry has one effect: 1 to 255 visible ASCII characters, or NULL and 0. */

enum {
    BOXOFFICE_RESERVATION_STATE_HELD = 1,
    BOXOFFICE_RESERVATION_STATE_CONFIRMED = 2,
    BOXOFFICE_RESERVATION_STATE_RELEASED = 3,
    BOXOFFICE_RESERVATION_STATE_EXPIRED = 4,
    BOXOFFICE_RESERVATION_STATE_CANCELLED = 5 /* after it was paid */
};

typedef struct boxoffice_held {
    int64_t reservation;
    int64_t seat;
    int64_t price;
    int64_t deadline_us;
    int64_t reserved[2];
} boxoffice_held;

typedef struct boxoffice_reservation {
    int64_t id;
    int64_t user;
    int64_t seat;
    int64_t concert;
    int64_t token;
    int64_t payment; /* 0: none */
    int64_t price;
    int64_t held_at_us;
    int64_t deadline_us;
    int64_t finished_at_us;
    int32_t state; /* now, expiry included */
    int32_t reserved32;
    char seat_number[72]; /* names the seat; people read the label, beside section and row */
    char date[16];
    char seat_label[72];
    char seat_section[72];
    char seat_row[72];
    int64_t order;    /* all that was held together bears the id of its first; alone: its own */
    int64_t sale;     /* the version of the terms under which it was held */
    int64_t type;     /* who the price is for; 0: everybody */
    int64_t refunded; /* of the price, so far */
    int64_t cancelled_at_us;
    int64_t refund; /* what comes back to who cancels it now, or is still to come; -1: nothing is */
    char seat_category[72];
    int64_t reserved[6];
} boxoffice_reservation;

/* An order: what one user holds together and pays together, of one concert. It bears the id of its first reservation, by which it
 * is paid, and has no state of its own. */
typedef struct boxoffice_order_item {
    int64_t seat;
    int64_t type; /* 0: for everybody */
    int64_t reserved[2];
} boxoffice_order_item;

typedef struct boxoffice_held_item {
    int64_t reservation;
    int64_t seat;
    int64_t type;
    int64_t price;
    int64_t reserved[2];
} boxoffice_held_item;

typedef struct boxoffice_held_order {
    int64_t order;
    int64_t deadline_us;
    int64_t total;
    int64_t reserved[4];
} boxoffice_held_order;

typedef struct boxoffice_order {
    int64_t id;
    int64_t total;       /* of what is held or confirmed */
    int64_t deadline_us; /* of what is held */
    int64_t reserved[4];
} boxoffice_order;

/* An order of one seat. Refusals: not_your_turn, called_off, not_on_sale, hold_limit, purchase_limit, seat_unavailable,
 * idempotency_conflict. Mistakes: invalid_token, unknown_seat. */
BOXOFFICE_API boxoffice_status boxoffice_hold_seat(boxoffice_office *office, int64_t user, int64_t token, int64_t seat,
                                                   const char *key, size_t key_length, boxoffice_held *held,
                                                   boxoffice_error *error);
/* Holds 1 to BOXOFFICE_ORDER_SIZE_MAX seats of one concert together: all or none, until one deadline, for one payment. With
 * `expect_total` (NULL: whatever they cost) their prices must sum to it. `held` is an array of `item_count`, in the order of
 * `items`, or NULL. Refusals: not_your_turn, called_off, not_on_sale, hold_limit, order_limit, purchase_limit, type_rule,
 * seat_unavailable (error->about has each seat that cannot be had), price_changed, idempotency_conflict. Mistakes: invalid_token,
 * unknown_concert, unknown_seat, unknown_type. */
BOXOFFICE_API boxoffice_status boxoffice_hold_seats(boxoffice_office *office, int64_t user, int64_t token,
                                                    int64_t concert, const boxoffice_order_item *items,
                                                    size_t item_count, const int64_t *expect_total, const char *key,
                                                    size_t key_length, boxoffice_held_order *order,
                                                    boxoffice_held_item *held, boxoffice_error *error);
/* The others of its order stay. Released already: fine. Refusals: already_paid, hold_expired, hold_released (it was paid and
 * cancelled), payment_pending (the gateway is asked for all of the order: release that). Mistakes: unknown_reservation. */
BOXOFFICE_API boxoffice_status boxoffice_release_hold(boxoffice_office *office, int64_t user, int64_t reservation,
                                                      boxoffice_error *error);
/* All of an order that is held; `released` (may be NULL) is how many. Released already: fine, none. Refusals: already_paid,
 * hold_expired. Mistakes: unknown_reservation. */
BOXOFFICE_API boxoffice_status boxoffice_release_order(boxoffice_office *office, int64_t user, int64_t order,
                                                       int64_t *released, boxoffice_error *error);
/* One of the user's own, and its reservations, in order. Mistakes: unknown_reservation (also for another's, or where it is no
 * order's first). */
BOXOFFICE_API boxoffice_status boxoffice_get_order(boxoffice_office *office, int64_t user, int64_t order_id,
                                                   boxoffice_order *order, boxoffice_reservation *reservations,
                                                   size_t capacity, size_t *count, boxoffice_error *error);
/* One of the user's own. Mistakes: unknown_reservation (also for another's). */
BOXOFFICE_API boxoffice_status boxoffice_get_reservation(boxoffice_office *office, int64_t user, int64_t reservation_id,
                                                         boxoffice_reservation *reservation, boxoffice_error *error);
/* The user's newest, older than `before` (0: from the newest): a page of at most `capacity` (1 to 1,000). */
BOXOFFICE_API boxoffice_status boxoffice_list_reservations(boxoffice_office *office, int64_t user, int64_t before,
                                                           boxoffice_reservation *reservations, size_t capacity,
                                                           size_t *count, boxoffice_error *error);

/* ---- points -----------------------------------------------------------------------------------------------------
 * Amounts are 1 to 10^12; a balance is 0 to 2^53 - 1. */

enum { BOXOFFICE_TRANSFER_KIND_RECHARGE = 1, BOXOFFICE_TRANSFER_KIND_PAYMENT = 2, BOXOFFICE_TRANSFER_KIND_REFUND = 3 };

typedef struct boxoffice_recharged {
    int64_t transfer;
    int64_t balance;
    int64_t reserved[2];
} boxoffice_recharged;

typedef struct boxoffice_transfer {
    int64_t id;
    int64_t from; /* accounts: a user's has the user's id, a concert's sales the concert's, cash is 1 */
    int64_t to;
    int64_t amount;
    int64_t payment; /* of a payment or refund; 0: none */
    int64_t at_us;
    int32_t kind;
    int32_t reserved32;
    int64_t reservation; /* of a refund */
    char reason[208];    /* of a refund by the house; empty: none was given */
    int64_t reserved[3];
} boxoffice_transfer;

/* Refusals: balance_limit, issue_limit, idempotency_conflict. Mistakes: unknown_user. */
BOXOFFICE_API boxoffice_status boxoffice_recharge(boxoffice_office *office, int64_t user, int64_t amount,
                                                  const char *key, size_t key_length, boxoffice_recharged *recharged,
                                                  boxoffice_error *error);
/* Mistakes: unknown_user. */
BOXOFFICE_API boxoffice_status boxoffice_balance(boxoffice_office *office, int64_t user, int64_t *balance,
                                                 boxoffice_error *error);
/* The newest of the user's account, older than `before`: a page of at most `capacity` (1 to 1,000). Mistakes: unknown_user. */
BOXOFFICE_API boxoffice_status boxoffice_list_transfers(boxoffice_office *office, int64_t user, int64_t before,
                                                        boxoffice_transfer *transfers, size_t capacity, size_t *count,
                                                        boxoffice_error *error);

/* ---- payments ---------------------------------------------------------------------------------------------------
 * boxoffice_pay does it all. With a gateway of your own that cannot be a callback, begin, ask it, then capture or fail. */

enum {
    BOXOFFICE_PAYMENT_STATE_REQUESTED = 1,
    BOXOFFICE_PAYMENT_STATE_APPROVED = 2,
    BOXOFFICE_PAYMENT_STATE_CAPTURED = 3,
    BOXOFFICE_PAYMENT_STATE_FAILED = 4,
    BOXOFFICE_PAYMENT_STATE_RECONCILED = 5 /* of a step only: nothing is charged, or no more */
};

/* In these `reservation` is the order: the first that was held together. */
typedef struct boxoffice_paid {
    int64_t payment;
    int64_t reservation;
    int64_t amount;
    int64_t balance;
    int64_t paid_at_us;
    int64_t item_count; /* 1 to BOXOFFICE_ORDER_SIZE_MAX */
    int64_t reserved[2];
} boxoffice_paid;

typedef struct boxoffice_paid_item {
    int64_t reservation;
    int64_t seat;
    int64_t type;
    int64_t price;
    char seat_number[72]; /* names the seat; people read the label */
    char seat_label[72];
    int64_t reserved[2];
} boxoffice_paid_item;

typedef struct boxoffice_payment_begun {
    int64_t payment;
    int64_t reservation;
    int64_t amount;
    int64_t deadline_us;
    int64_t reserved[2];
} boxoffice_payment_begun;

typedef struct boxoffice_payment_step {
    int32_t state;
    int32_t reserved32;
    int64_t at_us;
    char transaction_key[BOXOFFICE_TRANSACTION_KEY_SIZE];
    int64_t reserved[2];
} boxoffice_payment_step;

typedef struct boxoffice_payment {
    int64_t id;
    int64_t reservation;
    int64_t user;
    int64_t amount;
    int64_t requested_at_us;
    int64_t deadline_us;
    int64_t finished_at_us;
    int32_t state; /* now, expiry included */
    int32_t step_count;
    char transaction_key[BOXOFFICE_TRANSACTION_KEY_SIZE];
    boxoffice_payment_step steps[4]; /* its history, or the beginning of it */
    int64_t reserved[6];
} boxoffice_payment;

typedef struct boxoffice_reconciled {
    int64_t taken_back; /* approvals that the gateway took back */
    int64_t uncharged;  /* payments that the gateway never approved, nor will */
    int64_t open;       /* still listed: not known yet, or the gateway failed */
    int64_t next;       /* go on after this payment; 0: that was the last */
    int64_t reserved[2];
} boxoffice_reconciled;

/* Pays an order, what of it is still held, by the id of its first reservation. `items` is an array of BOXOFFICE_ORDER_SIZE_MAX, of
 * which paid->item_count are filled: what was paid, in the order in which it was held; or NULL. Refusals: not_your_turn,
 * reservation_mismatch (also of another than the first), called_off, hold_expired, hold_released, already_paid, payment_pending,
 * insufficient_points, idempotency_conflict; with a gateway payment_declined, and payment_failed when it took longer than
 * capture_ttl. Mistakes: invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_pay(boxoffice_office *office, int64_t user, int64_t token, int64_t reservation,
                                             const char *key, size_t key_length, boxoffice_paid *paid,
                                             boxoffice_paid_item *items, boxoffice_error *error);
/* Keeps the seat for capture_ttl. Refusals and mistakes: as of boxoffice_pay without a gateway. */
BOXOFFICE_API boxoffice_status boxoffice_begin_payment(boxoffice_office *office, int64_t user, int64_t token,
                                                       int64_t reservation, const char *key, size_t key_length,
                                                       boxoffice_payment_begun *begun, boxoffice_error *error);
/* Points move, the seats are sold. `items`: as of boxoffice_pay. Captured already: answers again. Refusals: payment_failed,
 * called_off, hold_expired, hold_released, already_paid (by another payment), not_your_turn (the hold is of another of the user's
 * places), insufficient_points, idempotency_conflict. Mistakes: unknown_payment, invalid_token. */
BOXOFFICE_API boxoffice_status boxoffice_capture_payment(boxoffice_office *office, int64_t user, int64_t token,
                                                         int64_t reservation, int64_t payment,
                                                         const char *transaction_key, size_t transaction_key_length,
                                                         const char *key, size_t key_length, boxoffice_paid *paid,
                                                         boxoffice_paid_item *items, boxoffice_error *error);
/* The gateway declined (no transaction key); or it approved, and the payment cannot be captured (the approval's key: then take it
 * back, and call boxoffice_reconcile_payment). Failed already: fine, and what is new of it is written down. Where it is not known
 * whether the payer was charged, do not call this: when its time runs out the payment fails, and is listed. The hold stays until
 * its deadline. Refusals: already_paid. Mistakes: unknown_payment. */
BOXOFFICE_API boxoffice_status boxoffice_fail_payment(boxoffice_office *office, int64_t user, int64_t reservation,
                                                      int64_t payment, const char *transaction_key,
                                                      size_t transaction_key_length, boxoffice_error *error);
/* One of the user's own, with its history. Mistakes: unknown_payment (also for another's). */
BOXOFFICE_API boxoffice_status boxoffice_get_payment(boxoffice_office *office, int64_t user, int64_t payment_id,
                                                     boxoffice_payment *payment, boxoffice_error *error);

/* Reconciling. A process can die, or lose its line, after the gateway has charged and before the office has sold. Such a payment
 * fails when its time runs out, and whether its payer was charged for nothing is not known here. These are listed, everybody's,
 * the oldest first, after `after` (0: from the oldest): a page of at most `capacity` (1 to 1,000). What is captured or declined is
 * never among them. */
BOXOFFICE_API boxoffice_status boxoffice_list_unreconciled_payments(boxoffice_office *office, int64_t after,
                                                                    boxoffice_payment *payments, size_t capacity,
                                                                    size_t *count, boxoffice_error *error);
/* The sweep; call it beside boxoffice_tick, from one process or several. For up to `limit` (1 to 1,000) of them after `after` the
 * gateway takes back the approval whose key is written down, or that the reconciler finds, and that is written down; go on after
 * the answer's `next`. Without a gateway all stay open. An approval may be cancelled twice. */
BOXOFFICE_API boxoffice_status boxoffice_reconcile_payments(boxoffice_office *office, int64_t limit, int64_t after,
                                                            boxoffice_reconciled *reconciled, boxoffice_error *error);
/* Says of one that its payer is charged nothing, or no more: you took the approval `transaction_key` back, or (NULL and 0) there is
 * none. Reconciled already: fine. Refusals: already_paid, payment_pending (its time has not run out). Mistakes: unknown_payment,
 * invalid_argument (another transaction key is written down). */
BOXOFFICE_API boxoffice_status boxoffice_reconcile_payment(boxoffice_office *office, int64_t payment,
                                                           const char *transaction_key, size_t transaction_key_length,
                                                           boxoffice_error *error);

/* ---- cancelling and refunds -------------------------------------------------------------------------------------
 * Cancelling takes a sale back, a refund moves points: from the concert's sales to who paid. The gateway has no part in it. */

typedef struct boxoffice_cancelled {
    int64_t refund;  /* of all of them together */
    int64_t balance; /* of who paid */
    int64_t reserved[2];
} boxoffice_cancelled;

typedef struct boxoffice_cancelled_item {
    int64_t reservation;
    int64_t refund; /* of its price, in all */
    int64_t reserved[2];
} boxoffice_cancelled_item;

typedef struct boxoffice_refunded {
    int64_t reservation;
    int64_t amount;
    int64_t refunded; /* of its price, in all */
    int64_t reserved[2];
} boxoffice_refunded;

typedef struct boxoffice_swept {
    int64_t refunded; /* sales cancelled, their price given back */
    int64_t released; /* holds ended */
    int64_t stuck;    /* sales whose payer's balance has no room for the price */
    int32_t more;     /* 1: there is more to do than one call does; sweep again */
    int32_t reserved32;
    int64_t reserved[2];
} boxoffice_swept;

/* Gives 1 to BOXOFFICE_ORDER_SIZE_MAX paid reservations of one user's back, all or none, for what the terms under which each was
 * held say: the seats are on sale again, the points with who paid. Cancelled already: what came back then. Of a concert that was
 * called off: all of the price. `items` is an array of `reservation_count`, in the order of `reservations`, or NULL. Refusals:
 * not_paid, cancel_closed, balance_limit, idempotency_conflict. Mistakes: unknown_reservation (also for another's). */
BOXOFFICE_API boxoffice_status boxoffice_cancel(boxoffice_office *office, int64_t user, const int64_t *reservations,
                                                size_t reservation_count, const char *key, size_t key_length,
                                                boxoffice_cancelled *cancelled, boxoffice_cancelled_item *items,
                                                boxoffice_error *error);
/* The house gives `amount` (0 to what is left of the price) back to who paid, and with `cancel` (0 or 1) takes the seat back. It
 * must have a key, which is the house's: two equal refunds can both be meant. `reason` (0 to 200 bytes; buyers see it) stays with the
 * transfer, so that of a refund of nothing is not kept. Refusals: not_paid, balance_limit, idempotency_conflict. Mistakes:
 * unknown_reservation, invalid_argument (also: no key, more than is left of the price). */
BOXOFFICE_API boxoffice_status boxoffice_refund(boxoffice_office *office, int64_t reservation, int64_t amount,
                                                int32_t cancel, const char *reason, size_t reason_length,
                                                const char *key, size_t key_length, boxoffice_refunded *refunded,
                                                boxoffice_error *error);
/* The concert will not take place: from now on nothing of it is held or paid, holds read released and sales cancelled. Their
 * refunds, in full, follow by boxoffice_sweep_refunds or boxoffice_tick. `reason`: 0 to 200 bytes. It cannot be taken back. Called
 * off already: the same *called_off_at_us, which may be NULL. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_call_off(boxoffice_office *office, int64_t concert, const char *reason,
                                                  size_t reason_length, int64_t *called_off_at_us,
                                                  boxoffice_error *error);
/* Why; empty: no reason was given, or it was not called off. Ends with 0: *size, which may be NULL, is how many bytes it takes with
 * it, and `capacity` at least that many, or BOXOFFICE_TOO_SMALL; 208 do always. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_get_call_off_reason(boxoffice_office *office, int64_t concert, char *reason,
                                                             size_t capacity, size_t *size, boxoffice_error *error);
/* Gives back what was paid for a concert that was called off, and ends its holds, up to `most` (1 to 10,000) of them. However often:
 * each sale is refunded once. Not called off: nothing. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_sweep_refunds(boxoffice_office *office, int64_t concert, int64_t most,
                                                       boxoffice_swept *swept, boxoffice_error *error);

/* ---- reports ----------------------------------------------------------------------------------------------------
 * Computed from the rows of one consistent state, not counted on the way. Refunds are booked when they happen. */

typedef struct boxoffice_sales_row {
    int64_t type;
    int64_t sold; /* confirmed, and not cancelled */
    int64_t cancelled;
    int64_t gross;   /* the prices of both */
    int64_t refunds; /* what of them went back */
    char category[72];
    int64_t reserved[4];
} boxoffice_sales_row;

typedef struct boxoffice_sales_report {
    int64_t sold;
    int64_t cancelled;
    int64_t gross;
    int64_t refunds;
    int64_t net;     /* gross less refunds */
    int64_t balance; /* of the concert's sales account: the same */
    int64_t reserved[4];
} boxoffice_sales_report;

typedef struct boxoffice_cash_report {
    int64_t recharge_count;
    int64_t recharged; /* points */
    int64_t reserved[4];
} boxoffice_cash_report;

/* What was sold of a concert, in all and by category and type. Reads all of its reservations. Mistakes: unknown_concert. */
BOXOFFICE_API boxoffice_status boxoffice_get_sales_report(boxoffice_office *office, int64_t concert,
                                                          boxoffice_sales_report *report, boxoffice_sales_row *rows,
                                                          size_t capacity, size_t *count, boxoffice_error *error);
/* Points issued from `from_us` on and before `to_us`. Reads all transfers of that time. */
BOXOFFICE_API boxoffice_status boxoffice_get_cash_report(boxoffice_office *office, int64_t from_us, int64_t to_us,
                                                         boxoffice_cash_report *report, boxoffice_error *error);

/* ---- many commands at once --------------------------------------------------------------------------------------
 * One transaction for an array of commands: the way to high rates. Each has its own outcome; a refused one changes nothing and
 * stops nobody. Texts and lists stand in one arena. A text is named by offset and length in bytes. A list is named by the offset
 * of its first item, a multiple of 8, and by how many there are; the arena itself need not be aligned, for items are copied.
 * Which members a kind reads is written beside it; the others are ignored, but for a list, which only those kinds may have that
 * name its items. */

enum {
    BOXOFFICE_COMMAND_CREATE_USER = 1,  /* text: external id -> outcome.id */
    BOXOFFICE_COMMAND_BLOCK_SEAT = 2,   /* seat */
    BOXOFFICE_COMMAND_UNBLOCK_SEAT = 3, /* seat */
    BOXOFFICE_COMMAND_JOIN = 4,         /* user, room -> id (token), position, state, flag (again), time (identity) */
    BOXOFFICE_COMMAND_ARRIVE = 5,       /* user, token -> time (deadline), time2 (turn until) */
    BOXOFFICE_COMMAND_LEAVE = 6,        /* user, token -> amount (holds released) */
    BOXOFFICE_COMMAND_HOLD_SEAT = 7, /* user, token, seat, key -> id (reservation), amount (price), time (deadline) */
    BOXOFFICE_COMMAND_RELEASE_HOLD = 8, /* user, reservation */
    BOXOFFICE_COMMAND_RECHARGE = 9,     /* user, amount, key -> id (transfer), balance */
    BOXOFFICE_COMMAND_PAY = 10,         /* user, token, reservation, key -> id (payment), amount, balance, time, count;
                                             * with a gateway gateway_required: begin and capture */
    BOXOFFICE_COMMAND_BEGIN_PAYMENT = 11, /* user, token, reservation, key -> id (payment), amount, time (deadline) */
    BOXOFFICE_COMMAND_CAPTURE_PAYMENT =
        12,                                /* user, token, reservation, payment, text: transaction key, key -> as PAY */
    BOXOFFICE_COMMAND_FAIL_PAYMENT = 13,   /* user, reservation, payment, text: transaction key */
    BOXOFFICE_COMMAND_TICK = 14,           /* amount (events consumed) -> amount (rows retired), flag (more to do) */
    BOXOFFICE_COMMAND_CREATE_ROOM = 15,    /* text: name, list: one boxoffice_room_limits -> id */
    BOXOFFICE_COMMAND_CHANGE_ROOM = 16,    /* room, list: one boxoffice_room_limits */
    BOXOFFICE_COMMAND_CREATE_CONCERT = 17, /* text: title, text2: date, room, list: boxoffice_seat_item -> id */
    BOXOFFICE_COMMAND_ADD_SEATS = 18,      /* concert, list: boxoffice_seat_item -> amount (how many) */
    BOXOFFICE_COMMAND_RECONCILE_PAYMENT = 19, /* payment, text: transaction key */
    BOXOFFICE_COMMAND_HOLD_SEATS =
        20, /* user, token, concert, list: boxoffice_order_item, key; flag 1: they cost `amount`
                                        * -> id (order), amount (total), time (deadline), count */
    BOXOFFICE_COMMAND_RELEASE_ORDER = 21, /* user, order -> amount (holds released) */
    BOXOFFICE_COMMAND_CHANGE_CONCERT =
        22, /* concert, version, text: title, text2: date, time (start), flag 1: hidden, room (0: it stays)
             * -> amount (version) */
    BOXOFFICE_COMMAND_CHANGE_SALE = 23, /* concert, version, list: one boxoffice_terms -> amount (version) */
    BOXOFFICE_COMMAND_SET_TARIFF = 24,  /* concert, version, list: boxoffice_price_item -> amount (version) */
    BOXOFFICE_COMMAND_CREATE_TYPE = 25, /* concert, text: name, amount (most an order), type (needed) -> id */
    BOXOFFICE_COMMAND_CALL_OFF = 26,    /* concert, text: reason -> time */
    BOXOFFICE_COMMAND_SWEEP_REFUNDS =
        27, /* concert, amount (most) -> amount (sales given back), count (holds ended), count2 (stuck), flag (more to do) */
    BOXOFFICE_COMMAND_CANCEL = 28, /* user, list: int64_t, reservations, key -> amount (refund), balance, count */
    BOXOFFICE_COMMAND_REFUND =
        29, /* reservation, amount, flag 1: takes the seat back, text: reason, key -> amount (of the price, in all) */
    BOXOFFICE_COMMAND_DELETE_CONCERT = 30 /* concert, version */
};

typedef struct boxoffice_command {
    int32_t kind;
    uint32_t flag; /* 0 or 1; 0 of a kind that does not read it */
    int64_t user;
    int64_t token;
    int64_t room;
    int64_t concert;
    int64_t seat;
    int64_t reservation;
    int64_t payment;
    int64_t amount;
    uint32_t text_offset; /* into the arena, bytes */
    uint32_t text_length;
    uint32_t text2_offset;
    uint32_t text2_length;
    uint32_t key_offset; /* the idempotency key; length 0: none */
    uint32_t key_length;
    uint32_t list_offset; /* into the arena, bytes: a multiple of 8 */
    uint32_t list_count;  /* items; 0: none */
    int64_t order;
    int64_t type;
    int64_t version;
    int64_t time_us;
    int64_t reserved[2];
} boxoffice_command;

/* Items of lists: a boxoffice_new_seat, and a boxoffice_new_price, whose texts stand in the arena. */
typedef struct boxoffice_seat_item {
    uint32_t number_offset;
    uint32_t number_length;
    uint32_t section_offset;
    uint32_t section_length;
    uint32_t row_offset;
    uint32_t row_length;
    uint32_t label_offset;
    uint32_t label_length;
    int64_t price;
    double x;
    double y;
    int32_t is_blocked;
    int32_t reserved32;
    uint32_t category_offset;
    uint32_t category_length;
    int64_t reserved[5];
} boxoffice_seat_item;

typedef struct boxoffice_price_item {
    uint32_t category_offset;
    uint32_t category_length;
    int64_t type;
    int64_t price;
    int64_t reserved[2];
} boxoffice_price_item;

typedef struct boxoffice_outcome {
    boxoffice_status status;
    int32_t state;
    int64_t id;
    int64_t position;
    int64_t amount;
    int64_t balance;
    int64_t time_us;
    int64_t time2_us;
    int32_t flag;
    int32_t reserved32;
    int64_t count;
    int64_t count2;
    int64_t reserved[2];
} boxoffice_outcome;

/* Fills `outcomes[0 … count)`. The commands share one transaction, but for a tick, a sweep and a concert that moves or goes, which
 * have one of their own, and for one that cannot be decided (a damaged row, no memory): its outcome is that fault, and the others are
 * done. Returns BOXOFFICE_OK whatever the single outcomes; else a mistake, or the fault of all of them, and none of them was acknowledged. A malformed command (a kind
 * that is none, a text or a list that is not in the arena, a text that is no date, limits or terms without their struct_size, a flag
 * or room that is not zero) is such a mistake, and the message has its index. */
BOXOFFICE_API boxoffice_status boxoffice_execute(boxoffice_office *office, const boxoffice_command *commands,
                                                 size_t count, const char *arena, size_t arena_size,
                                                 boxoffice_outcome *outcomes, boxoffice_error *error);

/* ---- for event loops --------------------------------------------------------------------------------------------- */

/* Who hears what became of submitted commands. `tell` gets their outcomes, one each and in order, which are there while it runs. It
 * runs once, on a thread inside boxoffice_drive, boxoffice_execute, the function of a command or a peek, or inside boxoffice_close
 * with BOXOFFICE_CLOSED for what was never decided. It must be quick, must not close the office, and may submit. */
typedef struct boxoffice_completion {
    void (*tell)(void *context, const boxoffice_outcome *outcomes, size_t count);
    void *context;
} boxoffice_completion;

/* Executes the commands as boxoffice_execute does, but returns at once: `completion` hears of them when they stand. As many
 * commands share a commit as are under way. The arrays and the completion are read before it returns. Somebody must drive: a thread
 * in boxoffice_drive, or other callers. Where it returns anything but BOXOFFICE_OK, nobody is told. A fault of the store is the
 * outcome of each command that it kept from being done. */
BOXOFFICE_API boxoffice_status boxoffice_submit(boxoffice_office *office, const boxoffice_command *commands,
                                                size_t count, const char *arena, size_t arena_size,
                                                const boxoffice_completion *completion, boxoffice_error *error);

/* Decides on this thread for all who have submitted, in one go; where none has, waits for one for `wait_us` (0 to 24 h) at most.
 * *led: 1; or 0 if none came, or the office is being closed. A host has a thread that calls it again and again. */
BOXOFFICE_API boxoffice_status boxoffice_drive(boxoffice_office *office, int64_t wait_us, int32_t *led,
                                               boxoffice_error *error);

/* ---- housekeeping and looking inside ---------------------------------------------------------------------------- */

typedef struct boxoffice_ticked {
    int64_t expired; /* rows retired */
    int32_t more;    /* 1: tick again */
    int32_t reserved32;
    int64_t reserved[2];
} boxoffice_ticked;

typedef struct boxoffice_stats {
    int64_t users;
    int64_t waiting;
    int64_t admitted;
    boxoffice_seat_counts seats;
    int64_t reserved[4];
} boxoffice_stats;

/* One step of a histogram: `count` were above the step before and up to this; the last step's `up_to` is INT64_MAX. */
typedef struct boxoffice_bucket {
    int64_t up_to;
    int64_t count;
} boxoffice_bucket;

/* How this office's commits went since it was opened: one transaction each, with the commands of all who waited for it. */
typedef struct boxoffice_commit_stats {
    int64_t commits;
    int64_t commands; /* in all of them */
    int64_t spent_us; /* deciding and committing, in all of them */
    boxoffice_bucket by_commands[11];
    boxoffice_bucket by_latency_us[11];
    int64_t reserved[5];
} boxoffice_commit_stats;

/* `kind` is a stable number; boxoffice_event_name gives its name. Ids are 0 where an event has none. The order that
 * an event is about is `order`, or where that is 0 `reservation`: an order bears the id of its first. (seat_held names it with the
 * first of several, too: order_held follows in the same commit.) */
typedef struct boxoffice_event {
    int64_t sequence;
    int64_t at_us;
    int64_t user;
    int64_t room;
    int64_t token;
    int64_t concert;
    int64_t seat;
    int64_t reservation;
    int64_t payment;
    int64_t amount;
    int64_t deadline_us;
    int32_t kind;
    int32_t reserved32;
    int64_t order;   /* 0: the reservation's id is its order's */
    int64_t subject; /* what else the kind says it is about: a version, a ticket type */
    int64_t reserved[2];
} boxoffice_event;

typedef struct boxoffice_violation {
    char rule[8];
    char detail[248];
    int64_t reserved[2];
} boxoffice_violation;

/* Retires what has expired and prunes finished places and idempotency keys past their time, and events up to `events_consumed`
 * (0: none) or older than event_ttl_us, but those about rooms and the last one, which stay. Some hundred rows at a time: tick
 * again while `more` is 1. Writes nothing where there is nothing to do. Without ticks nothing is wrong, only untidy. */
BOXOFFICE_API boxoffice_status boxoffice_tick(boxoffice_office *office, int64_t events_consumed,
                                              boxoffice_ticked *ticked, boxoffice_error *error);
BOXOFFICE_API boxoffice_status boxoffice_get_stats(boxoffice_office *office, boxoffice_stats *stats,
                                                   boxoffice_error *error);
/* Asks no store and waits for nobody. */
BOXOFFICE_API boxoffice_status boxoffice_get_commit_stats(boxoffice_office *office, boxoffice_commit_stats *stats,
                                                          boxoffice_error *error);
/* Up to `capacity` (1 to 100,000) events after `sequence`, in commit order. */
BOXOFFICE_API boxoffice_status boxoffice_list_events(boxoffice_office *office, int64_t sequence,
                                                     boxoffice_event *events, size_t capacity, size_t *count,
                                                     boxoffice_error *error);
/* "seat_held"; "unknown" for a number that is none. Static. */
BOXOFFICE_API const char *boxoffice_event_name(int32_t kind);
/* Recomputes everything that must hold from the rows. *count is how many rules are found broken (0: clean); the first
 * `capacity` of them are written, also when there are more. */
BOXOFFICE_API boxoffice_status boxoffice_audit(boxoffice_office *office, boxoffice_violation *violations,
                                               size_t capacity, size_t *count, boxoffice_error *error);

#ifdef __cplusplus
}
#endif
#endif /* BOXOFFICE_H */
