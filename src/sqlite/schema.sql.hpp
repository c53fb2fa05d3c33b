#pragma once
/// The tables, as SQL that a person can read. Names follow the seed's entity diagram; where it has a pair "id and
/// tsid", there is one column, because the TSID is the key.

namespace boxoffice::sqlite {

/// "BxOf": what `file` and `PRAGMA application_id` say of a box office.
inline constexpr int application_id = 0x42784F66;

/// Version 1 of the schema. Run in one transaction on an empty file.
inline constexpr const char* schema_v1 = R"sql(
-- Ids are TSIDs: 42 bits of milliseconds since 2020-01-01 UTC, 10 of node, 12 of counter.
-- Times are integer microseconds since 1970-01-01 UTC; NULL is "never" (no deadline, not yet). The views at the end show
-- them as text. Spans (…_us) are microseconds. Points are whole points. Dates are 'yyyy-mm-dd'.
-- An expired row may still read 'waiting', 'admitted', 'held' or 'requested': its time decides, the row follows.
-- States, kinds and operations are added over time, and SQLite cannot alter a CHECK: so none lists them. Who reads a row
-- refuses a name that it does not know. A CHECK here says only what a state that we know asks of its row.
-- REFERENCES say what points where (PRAGMA foreign_key_check proves it); the engine does not enforce them.

CREATE TABLE house_rules (                   -- one row: what every host of this store must agree on
    id                 INTEGER PRIMARY KEY CHECK (id = 1),
    store_id           BLOB    NOT NULL CHECK (length(store_id) = 16),  -- tokens are signed for it
    hold_ttl_us        INTEGER NOT NULL,
    holds_per_user     INTEGER NOT NULL,
    capture_ttl_us     INTEGER NOT NULL,     -- how long a payment that began keeps its seat
    identity_ttl_us    INTEGER NOT NULL,     -- how long a token proves its user
    idempotency_ttl_us INTEGER NOT NULL,
    issue_limit        INTEGER NOT NULL      -- points issued in all
) STRICT;

CREATE TABLE log_state (                     -- one row: does this file need the write-ahead log beside it?
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    mark  INTEGER NOT NULL,                  -- above 0: yes, the one that the -lock file names so; else it is whole
    backup_of BLOB                           -- of a backup: the store_id of the store that it was made of
) STRICT;
INSERT INTO log_state (id, mark) VALUES (1, 0);

CREATE TABLE users (
    id          INTEGER PRIMARY KEY,
    external_id TEXT    NOT NULL UNIQUE,     -- the host's name for the buyer, compared as bytes
    created_at  INTEGER NOT NULL,
    CHECK (length(CAST(external_id AS BLOB)) BETWEEN 1 AND 255)
) STRICT;

CREATE TABLE rooms (                         -- waiting rooms
    id                    INTEGER PRIMARY KEY,
    name                  TEXT    NOT NULL UNIQUE,
    active_capacity       INTEGER NOT NULL,  -- admitted places live at once
    queue_capacity        INTEGER NOT NULL,  -- places waiting at once
    admissions_per_second INTEGER NOT NULL,  -- 0: as fast as places free
    arrive_ttl_us          INTEGER NOT NULL,  -- an admitted place's time to show up
    active_ttl_us         INTEGER NOT NULL,  -- and its turn from then
    waiting_ttl_us        INTEGER NOT NULL,
    last_position         INTEGER NOT NULL,  -- the last one given out
    serving               INTEGER NOT NULL,  -- the highest one admitted
    waiting_count         INTEGER NOT NULL CHECK (waiting_count >= 0),
    admitted_count        INTEGER NOT NULL CHECK (admitted_count >= 0),
    next_admission_at     INTEGER,           -- with a rate: not before this
    next_lapse_at         INTEGER,           -- no admitted place's deadline is earlier
    due_at                INTEGER            -- when the room next has something to do; NULL: nobody waits for it
) STRICT;
CREATE INDEX rooms_due ON rooms (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE concerts (
    id         INTEGER PRIMARY KEY,
    date       TEXT    NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    title      TEXT    NOT NULL,
    room_id    INTEGER NOT NULL REFERENCES rooms (id),
    created_at INTEGER NOT NULL,
    starts_at  INTEGER,                      -- NULL: not told
    is_hidden  INTEGER NOT NULL,             -- 1: not in lists
    version    INTEGER NOT NULL,             -- counts its changes
    called_off_at   INTEGER,
    call_off_reason TEXT    NOT NULL,
    is_settled INTEGER NOT NULL              -- 0: called off, and something is held or sold yet
) STRICT;
CREATE INDEX concerts_by_date ON concerts (date);
CREATE INDEX concerts_unsettled ON concerts (id) WHERE is_settled = 0;

CREATE TABLE sales (                         -- the terms on which a concert is sold; append-only, the last version is in force
    concert_id INTEGER NOT NULL REFERENCES concerts (id),
    version    INTEGER NOT NULL CHECK (version >= 1),
    made_at    INTEGER NOT NULL,             -- in force from then on
    opens_at   INTEGER NOT NULL,
    closes_at  INTEGER,                      -- NULL: never
    is_paused  INTEGER NOT NULL,
    seats_per_order INTEGER NOT NULL,
    seats_per_user  INTEGER NOT NULL,        -- 0: no limit
    hold_ttl_us     INTEGER NOT NULL,        -- 0: the house's
    refund_steps    TEXT    NOT NULL,        -- a JSON array: until, thousandths, until, thousandths …
    tariff     INTEGER NOT NULL,             -- the version whose prices are in force; 0: the seats' own
    PRIMARY KEY (concert_id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER sales_stay BEFORE UPDATE ON sales BEGIN SELECT RAISE(ABORT, 'sales is append-only'); END;
CREATE TRIGGER sales_remain BEFORE DELETE ON sales WHEN EXISTS (SELECT 1 FROM concerts WHERE id = OLD.concert_id)
BEGIN SELECT RAISE(ABORT, 'sales is append-only'); END;  -- they go with their concert

CREATE TABLE ticket_types (                  -- who prices are for; append-only
    id            INTEGER PRIMARY KEY,
    concert_id    INTEGER NOT NULL REFERENCES concerts (id),
    name          TEXT    NOT NULL,
    max_per_order INTEGER NOT NULL,          -- 0: no limit
    needs_id      INTEGER REFERENCES ticket_types (id),  -- sold only beside one of these
    created_at    INTEGER NOT NULL,
    UNIQUE (concert_id, name)
) STRICT;

CREATE TABLE tariff_prices (                 -- of the versions that changed the prices; append-only
    concert_id INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    category   TEXT    NOT NULL,
    type_id    INTEGER NOT NULL,             -- 0: who names no type
    price      INTEGER NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    PRIMARY KEY (concert_id, version, category, type_id),
    FOREIGN KEY (concert_id, version) REFERENCES sales (concert_id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tariff_prices_stay BEFORE UPDATE ON tariff_prices
BEGIN SELECT RAISE(ABORT, 'tariff_prices is append-only'); END;
CREATE TRIGGER tariff_prices_remain BEFORE DELETE ON tariff_prices
WHEN EXISTS (SELECT 1 FROM concerts WHERE id = OLD.concert_id)
BEGIN SELECT RAISE(ABORT, 'tariff_prices is append-only'); END;

CREATE TABLE seats (
    id         INTEGER PRIMARY KEY,
    concert_id INTEGER NOT NULL REFERENCES concerts (id),
    number     TEXT    NOT NULL,             -- names the seat; people read its label
    label      TEXT    NOT NULL CHECK (label <> ''),
    number_key TEXT    NOT NULL,             -- its byte order is the natural order of the numbers
    section    TEXT    NOT NULL,
    seat_row   TEXT    NOT NULL,
    price      INTEGER NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    x          REAL    NOT NULL,             -- plan coordinates
    y          REAL    NOT NULL,
    category   TEXT    NOT NULL,             -- what the tariff calls it
    state      TEXT    NOT NULL,
    claim_id   INTEGER REFERENCES reservations (id),   -- of a held or sold seat
    held_until INTEGER,                      -- of a held seat: available again from then on
    version    INTEGER NOT NULL,             -- counts the commits that wrote the row
    CHECK (state NOT IN ('held', 'sold') OR claim_id IS NOT NULL),
    CHECK (state NOT IN ('available', 'blocked') OR claim_id IS NULL),
    UNIQUE (concert_id, number)
) STRICT;
CREATE INDEX seats_in_order ON seats (concert_id, number_key, number);
CREATE TRIGGER seats_remain BEFORE DELETE ON seats WHEN OLD.claim_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a seat is claimed'); END;

CREATE TABLE tokens (                        -- places in a waiting room; a token's signed text is never stored
    id          INTEGER PRIMARY KEY,         -- its time is when it was issued
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    user_id     INTEGER NOT NULL REFERENCES users (id),
    position    INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    admitted_at INTEGER,
    arrived_at  INTEGER,                     -- when its user showed up
    turn_until  INTEGER,                     -- no new hold from then on
    deadline    INTEGER,                     -- of an admitted place
    finished_at INTEGER,
    UNIQUE (room_id, position)
) STRICT;
CREATE UNIQUE INDEX tokens_one_live_a_user ON tokens (user_id, room_id) WHERE state IN ('waiting', 'admitted');
CREATE INDEX tokens_line ON tokens (room_id, position) WHERE state = 'waiting';
CREATE INDEX tokens_line_by_age ON tokens (room_id) WHERE state = 'waiting';  -- and, as in every index, id
CREATE INDEX tokens_lapsing ON tokens (room_id, deadline) WHERE state = 'admitted';

CREATE TABLE reservations (
    id          INTEGER PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    seat_id     INTEGER NOT NULL REFERENCES seats (id),
    concert_id  INTEGER NOT NULL REFERENCES concerts (id),
    token_id    INTEGER NOT NULL,            -- the place whose turn made it; places are pruned in time
    price       INTEGER NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    state       TEXT    NOT NULL,
    held_at     INTEGER NOT NULL,
    deadline    INTEGER,
    finished_at INTEGER,
    payment_id  INTEGER REFERENCES payments (id),
    order_id    INTEGER NOT NULL REFERENCES reservations (id),  -- held and paid together: the first of them
    sale_version INTEGER NOT NULL,           -- the terms under which it was held
    type_id     INTEGER REFERENCES ticket_types (id),
    refunded    INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND price),
    cancelled_at INTEGER
) STRICT;
CREATE INDEX reservations_of_order ON reservations (order_id) WHERE order_id <> id;
CREATE UNIQUE INDEX reservations_one_live_a_seat ON reservations (seat_id) WHERE state IN ('held', 'confirmed');
CREATE INDEX reservations_by_user ON reservations (user_id);
CREATE INDEX reservations_claims ON reservations (user_id, state, concert_id) WHERE state IN ('held', 'confirmed');
CREATE INDEX reservations_lapsing ON reservations (deadline) WHERE state = 'held';

CREATE TABLE points (                        -- point accounts: a user's has the user's id, a concert's sales the concert's
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    balance    INTEGER NOT NULL,             -- all balances always sum to 0
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (kind <> 'user' OR balance BETWEEN 0 AND 9007199254740991)
) STRICT;

CREATE TABLE payments (
    id              INTEGER PRIMARY KEY,
    reservation_id  INTEGER NOT NULL REFERENCES reservations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    amount          INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
    state           TEXT    NOT NULL,
    requested_at    INTEGER NOT NULL,
    deadline        INTEGER,                 -- captured before this, or failed
    finished_at     INTEGER,
    transaction_key TEXT    NOT NULL,        -- the gateway's name for it
    reconciled_at   INTEGER,                 -- NULL of a failed one: its payer may be charged for nothing
    step_count      INTEGER NOT NULL         -- rows of its history
) STRICT;
CREATE UNIQUE INDEX payments_one_captured ON payments (reservation_id) WHERE state = 'captured';
CREATE INDEX payments_lapsing ON payments (deadline) WHERE state = 'requested';
CREATE INDEX payments_unreconciled ON payments (id) WHERE reconciled_at IS NULL;

CREATE TABLE payment_histories (             -- append-only
    payment_id      INTEGER NOT NULL REFERENCES payments (id),
    step            INTEGER NOT NULL CHECK (step >= 0),
    state           TEXT    NOT NULL,
    occurred_at     INTEGER NOT NULL,
    transaction_key TEXT    NOT NULL,
    PRIMARY KEY (payment_id, step)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER payment_histories_stay BEFORE UPDATE ON payment_histories
BEGIN SELECT RAISE(ABORT, 'payment_histories is append-only'); END;
CREATE TRIGGER payment_histories_remain BEFORE DELETE ON payment_histories
BEGIN SELECT RAISE(ABORT, 'payment_histories is append-only'); END;

CREATE TABLE point_usages (                  -- transfers between accounts: the ledger, append-only
    id         INTEGER PRIMARY KEY,
    from_id    INTEGER NOT NULL REFERENCES points (id),
    to_id      INTEGER NOT NULL REFERENCES points (id),
    amount     INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    kind       TEXT    NOT NULL,
    payment_id INTEGER REFERENCES payments (id),
    at         INTEGER NOT NULL,
    reservation_id INTEGER REFERENCES reservations (id),  -- of a refund
    reason     TEXT    NOT NULL,             -- of a refund by the house
    CHECK (from_id <> to_id)
) STRICT;
CREATE INDEX point_usages_from ON point_usages (from_id);
CREATE INDEX point_usages_to ON point_usages (to_id);
CREATE TRIGGER point_usages_stay BEFORE UPDATE ON point_usages
BEGIN SELECT RAISE(ABORT, 'point_usages is append-only'); END;
CREATE TRIGGER point_usages_remain BEFORE DELETE ON point_usages
BEGIN SELECT RAISE(ABORT, 'point_usages is append-only'); END;

CREATE TABLE idempotency (                   -- what a request with a key was answered
    user_id         INTEGER NOT NULL,
    operation       TEXT    NOT NULL,
    idempotency_key TEXT    NOT NULL,
    request         BLOB    NOT NULL,        -- BLAKE2b-128 of the operation and its arguments
    answer          TEXT    NOT NULL,        -- a JSON array: the answer's fields in their own order
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, operation, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE events (                        -- the outbox, in commit order
    sequence       INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    user_id        INTEGER,
    room_id        INTEGER,
    token_id       INTEGER,
    concert_id     INTEGER,
    seat_id        INTEGER,
    reservation_id INTEGER,
    payment_id     INTEGER,
    amount         INTEGER NOT NULL,
    deadline       INTEGER,
    order_id       INTEGER,                  -- of several reservations
    subject        INTEGER NOT NULL          -- what else the kind says it is about
) STRICT;
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;

CREATE TABLE node_leases (                   -- which process makes ids with which node number
    node     INTEGER PRIMARY KEY CHECK (node BETWEEN 0 AND 1023),
    until    INTEGER NOT NULL,
    floor_id INTEGER NOT NULL,               -- the next holder's ids are above this one
    seen_at  INTEGER NOT NULL,               -- when the row was written: by the engine,
    seen_steady_us INTEGER NOT NULL,         -- and on the clock of the machine since its start,
    seen_origin INTEGER NOT NULL             -- which this names (0: not to be compared)
) STRICT;

CREATE TABLE token_keys (                    -- who reads these can forge tokens; backups leave them out unless asked
    id     INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    secret BLOB    NOT NULL CHECK (length(secret) = 16)
) STRICT;

-- For people: the same rows with their times as text.
CREATE VIEW events_readable AS
SELECT sequence, strftime('%Y-%m-%d %H:%M:%f', at / 1e6, 'unixepoch') AS at, kind, user_id, room_id, token_id, concert_id,
       seat_id, reservation_id, payment_id, amount,
       strftime('%Y-%m-%d %H:%M:%f', deadline / 1e6, 'unixepoch') AS deadline
FROM events;

CREATE VIEW reservations_readable AS
SELECT reservations.id, users.external_id AS user, concerts.date, concerts.title, seats.number AS seat, reservations.price,
       reservations.state, strftime('%Y-%m-%d %H:%M:%f', held_at / 1e6, 'unixepoch') AS held_at,
       strftime('%Y-%m-%d %H:%M:%f', reservations.deadline / 1e6, 'unixepoch') AS deadline,
       strftime('%Y-%m-%d %H:%M:%f', finished_at / 1e6, 'unixepoch') AS finished_at
FROM reservations
LEFT JOIN users ON users.id = reservations.user_id
LEFT JOIN concerts ON concerts.id = reservations.concert_id
LEFT JOIN seats ON seats.id = reservations.seat_id;

CREATE VIEW tokens_readable AS
SELECT tokens.id, rooms.name AS room, users.external_id AS user, position, state,
       strftime('%Y-%m-%d %H:%M:%f', ((tokens.id >> 22) + 1577836800000) / 1e3, 'unixepoch') AS issued_at,
       strftime('%Y-%m-%d %H:%M:%f', admitted_at / 1e6, 'unixepoch') AS admitted_at,
       strftime('%Y-%m-%d %H:%M:%f', deadline / 1e6, 'unixepoch') AS deadline,
       strftime('%Y-%m-%d %H:%M:%f', finished_at / 1e6, 'unixepoch') AS finished_at
FROM tokens
LEFT JOIN rooms ON rooms.id = tokens.room_id
LEFT JOIN users ON users.id = tokens.user_id;
)sql";

}  // namespace boxoffice::sqlite
