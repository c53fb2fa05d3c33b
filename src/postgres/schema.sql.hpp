#pragma once
/// The tables, as SQL that a person can read: those of src/sqlite/schema.sql.hpp, in PostgreSQL's words.

namespace boxoffice::postgres {

/// Version 1 of the schema. Run in one transaction in an empty schema that is first in the search path.
inline constexpr const char* schema_v1 = R"sql(
-- Ids are TSIDs: 42 bits of milliseconds since 2020-01-01 UTC, 10 of node, 12 of counter.
-- Times are integer microseconds since 1970-01-01 UTC; NULL is "never" (no deadline, not yet). The views at the end show
-- them as timestamps. Spans (..._us) are microseconds. Points are whole points. Dates are 'yyyy-mm-dd'. 1 is true.
-- An expired row may still read 'waiting', 'admitted', 'held' or 'requested': its time decides, the row follows.
-- States, kinds and operations are added over time, so no CHECK lists them. Who reads a row refuses a name that it does not
-- know. A CHECK here says only what a state that we know asks of its row.
-- What points where is told in src/sqlite/schema.sql.hpp and proved by the audit; the engine loads what it refers to, and a
-- foreign key would lock one row more for each.
-- Texts that are compared or sorted are so by their bytes, in every store alike: COLLATE "C".
-- Rows that change leave room on their page, so that most changes touch no index.
-- A planner that knows nothing of a young table yet takes any index that fits the terms, and keeps to it. So where two would fit,
-- one is over an expression (concert_id + 0), which only the statements that want it name.

CREATE TABLE store_state (  -- one row, locked by who writes and changed by every commit
    id              bigint PRIMARY KEY CHECK (id = 1),
    schema_version  bigint NOT NULL,
    epoch           bigint NOT NULL,  -- counts the commits
    last_sequence   bigint NOT NULL,  -- of events
    last_at         bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO store_state (id, schema_version, epoch, last_sequence, last_at) VALUES (1, 1, 0, 0, 0);

CREATE TABLE hosts (  -- who commits: so that a commit whose answer was lost is found out
    id              bigint PRIMARY KEY,  -- drawn when a store is opened
    epoch           bigint NOT NULL,     -- of its last commit
    seen_at         timestamptz NOT NULL DEFAULT now()  -- of its opening; rows of long ago go when another opens
) WITH (fillfactor = 10);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$  -- but of what goes with its concert
BEGIN
    IF EXISTS (SELECT 1 FROM concerts WHERE id = OLD.concert_id) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$;

CREATE TABLE house_rules (  -- one row: what every host of this store must agree on
    id              bigint PRIMARY KEY CHECK (id = 1),
    store_id        bytea NOT NULL CHECK (length(store_id) = 16),  -- tokens are signed for it
    hold_ttl_us     bigint NOT NULL,
    holds_per_user  bigint NOT NULL,
    capture_ttl_us  bigint NOT NULL,  -- how long a payment that began keeps its seat
    identity_ttl_us bigint NOT NULL,  -- how long a token proves its user
    idempotency_ttl_us bigint NOT NULL,
    issue_limit     bigint NOT NULL  -- points issued in all
);

CREATE TABLE users (
    id              bigint PRIMARY KEY,
    external_id     text COLLATE "C" NOT NULL UNIQUE,  -- the host's name for the buyer, compared as bytes
    created_at      bigint NOT NULL,
    CHECK (octet_length(external_id) BETWEEN 1 AND 255)
);

CREATE TABLE rooms (  -- waiting rooms
    id              bigint PRIMARY KEY,
    name            text COLLATE "C" NOT NULL UNIQUE,
    active_capacity bigint NOT NULL,  -- admitted places live at once
    queue_capacity  bigint NOT NULL,  -- places waiting at once
    admissions_per_second bigint NOT NULL,  -- 0: as fast as places free
    arrive_ttl_us   bigint NOT NULL,  -- an admitted place's time to show up
    active_ttl_us   bigint NOT NULL,  -- and its turn from then
    waiting_ttl_us  bigint NOT NULL,
    last_position   bigint NOT NULL,  -- the last one given out
    serving         bigint NOT NULL,  -- the highest one admitted
    waiting_count   bigint NOT NULL CHECK (waiting_count >= 0),
    admitted_count  bigint NOT NULL CHECK (admitted_count >= 0),
    next_admission_at bigint,  -- with a rate: not before this
    next_lapse_at   bigint,  -- no admitted place's deadline is earlier
    due_at          bigint  -- when the room next has something to do; NULL: nobody waits for it
) WITH (fillfactor = 70);
CREATE INDEX rooms_due ON rooms (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE concerts (
    id              bigint PRIMARY KEY,
    date            text COLLATE "C" NOT NULL CHECK (date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    title           text NOT NULL,
    room_id         bigint NOT NULL,
    created_at      bigint NOT NULL,
    starts_at       bigint,  -- NULL: not told
    is_hidden       bigint NOT NULL,  -- 1: not in lists
    version         bigint NOT NULL,  -- counts its changes
    called_off_at   bigint,
    call_off_reason text NOT NULL,
    is_settled      bigint NOT NULL  -- 0: called off, and something is held or sold yet
);
CREATE INDEX concerts_by_date ON concerts (date, id);
CREATE INDEX concerts_unsettled ON concerts (id) WHERE is_settled = 0;

CREATE TABLE sales (  -- the terms on which a concert is sold; append-only, the last version is in force
    concert_id      bigint NOT NULL,
    version         bigint NOT NULL CHECK (version >= 1),
    made_at         bigint NOT NULL,  -- in force from then on
    opens_at        bigint NOT NULL,
    closes_at       bigint,  -- NULL: never
    is_paused       bigint NOT NULL,
    seats_per_order bigint NOT NULL,
    seats_per_user  bigint NOT NULL,  -- 0: no limit
    hold_ttl_us     bigint NOT NULL,  -- 0: the house's
    refund_steps    text NOT NULL,  -- a JSON array: until, thousandths, until, thousandths …
    tariff          bigint NOT NULL,  -- the version whose prices are in force; 0: the seats' own
    PRIMARY KEY (concert_id, version)
);
CREATE TRIGGER stays BEFORE UPDATE ON sales FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER remains BEFORE DELETE ON sales FOR EACH ROW EXECUTE FUNCTION refuse_deletion();

CREATE TABLE ticket_types (  -- who prices are for; append-only
    id              bigint PRIMARY KEY,
    concert_id      bigint NOT NULL,
    name            text COLLATE "C" NOT NULL,
    max_per_order   bigint NOT NULL,  -- 0: no limit
    needs_id        bigint,  -- sold only beside one of these
    created_at      bigint NOT NULL,
    UNIQUE (concert_id, name)
);

CREATE TABLE tariff_prices (  -- of the versions that changed the prices; append-only
    concert_id      bigint NOT NULL,
    version         bigint NOT NULL,
    category        text COLLATE "C" NOT NULL,
    type_id         bigint NOT NULL,  -- 0: who names no type
    price           bigint NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    PRIMARY KEY (concert_id, version, category, type_id)
);
CREATE TRIGGER stays BEFORE UPDATE ON tariff_prices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER remains BEFORE DELETE ON tariff_prices FOR EACH ROW EXECUTE FUNCTION refuse_deletion();

CREATE TABLE seats (
    id              bigint PRIMARY KEY,
    concert_id      bigint NOT NULL,
    number          text COLLATE "C" NOT NULL,  -- names the seat; people read its label
    label           text NOT NULL CHECK (label <> ''),
    number_key      text COLLATE "C" NOT NULL,  -- its byte order is the natural order of the numbers
    section         text NOT NULL,
    seat_row        text NOT NULL,
    price           bigint NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    x               float8 NOT NULL,  -- plan coordinates
    y               float8 NOT NULL,
    category        text COLLATE "C" NOT NULL,  -- what the tariff calls it
    state           text COLLATE "C" NOT NULL,
    claim_id        bigint,  -- of a held or sold seat
    held_until      bigint,  -- of a held seat: available again from then on
    version         bigint NOT NULL,  -- counts the commits that wrote the row
    CHECK (state NOT IN ('held', 'sold') OR claim_id IS NOT NULL),
    CHECK (state NOT IN ('available', 'blocked') OR claim_id IS NULL),
    UNIQUE (concert_id, number)
) WITH (fillfactor = 70);
CREATE INDEX seats_in_order ON seats ((concert_id + 0), number_key, number);

CREATE TABLE tokens (  -- places in a waiting room; a token's signed text is never stored
    id              bigint PRIMARY KEY,  -- its time is when it was issued
    room_id         bigint NOT NULL,
    user_id         bigint NOT NULL,
    position        bigint NOT NULL,
    state           text COLLATE "C" NOT NULL,
    admitted_at     bigint,
    arrived_at      bigint,  -- when its user showed up
    turn_until      bigint,  -- no new hold from then on
    deadline        bigint,  -- of an admitted place
    finished_at     bigint,
    UNIQUE (room_id, position)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX tokens_one_live_a_user ON tokens (user_id, room_id) WHERE state IN ('waiting', 'admitted');
CREATE INDEX tokens_line ON tokens (room_id, position) WHERE state = 'waiting';
CREATE INDEX tokens_line_by_age ON tokens (room_id, (id + 0)) WHERE state = 'waiting';
CREATE INDEX tokens_lapsing ON tokens (room_id, deadline, id) WHERE state = 'admitted';

CREATE TABLE reservations (
    id              bigint PRIMARY KEY,
    user_id         bigint NOT NULL,
    seat_id         bigint NOT NULL,
    concert_id      bigint NOT NULL,
    token_id        bigint NOT NULL,  -- the place whose turn made it; places are pruned in time
    price           bigint NOT NULL CHECK (price BETWEEN 0 AND 1000000000000),
    state           text COLLATE "C" NOT NULL,
    held_at         bigint NOT NULL,
    deadline        bigint,
    finished_at     bigint,
    payment_id      bigint,
    order_id        bigint NOT NULL,  -- held and paid together: the first of them
    sale_version    bigint NOT NULL,  -- the terms under which it was held
    type_id         bigint,
    refunded        bigint NOT NULL CHECK (refunded BETWEEN 0 AND price),
    cancelled_at    bigint
) WITH (fillfactor = 70);
CREATE INDEX reservations_of_order ON reservations (order_id) WHERE order_id <> id;
CREATE UNIQUE INDEX reservations_one_live_a_seat ON reservations (seat_id) WHERE state IN ('held', 'confirmed');
CREATE INDEX reservations_by_user ON reservations (user_id, id);
CREATE INDEX reservations_claims ON reservations (user_id, state, concert_id) WHERE state IN ('held', 'confirmed');
CREATE INDEX reservations_lapsing ON reservations (deadline, id) WHERE state = 'held';

CREATE TABLE points (  -- point accounts: a user's has the user's id, a concert's sales the concert's
    id              bigint PRIMARY KEY,
    kind            text COLLATE "C" NOT NULL,
    balance         bigint NOT NULL,  -- all balances always sum to 0
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    CHECK (kind <> 'user' OR balance BETWEEN 0 AND 9007199254740991)
) WITH (fillfactor = 70);

CREATE TABLE payments (
    id              bigint PRIMARY KEY,
    reservation_id  bigint NOT NULL,
    user_id         bigint NOT NULL,
    amount          bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
    state           text COLLATE "C" NOT NULL,
    requested_at    bigint NOT NULL,
    deadline        bigint,  -- captured before this, or failed
    finished_at     bigint,
    transaction_key text NOT NULL,  -- the gateway's name for it
    reconciled_at   bigint,  -- NULL of a failed one: its payer may be charged for nothing
    step_count      bigint NOT NULL  -- rows of its history
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX payments_one_captured ON payments (reservation_id) WHERE state = 'captured';
CREATE INDEX payments_lapsing ON payments (deadline, id) WHERE state = 'requested';
CREATE INDEX payments_unreconciled ON payments (id) WHERE reconciled_at IS NULL;

CREATE TABLE payment_histories (  -- append-only
    payment_id      bigint NOT NULL,
    step            bigint NOT NULL CHECK (step >= 0),
    state           text COLLATE "C" NOT NULL,
    occurred_at     bigint NOT NULL,
    transaction_key text NOT NULL,
    PRIMARY KEY (payment_id, step)
);
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON payment_histories FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE point_usages (  -- transfers between accounts: the ledger, append-only
    id              bigint PRIMARY KEY,
    from_id         bigint NOT NULL,
    to_id           bigint NOT NULL,
    amount          bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
    kind            text COLLATE "C" NOT NULL,
    payment_id      bigint,
    at              bigint NOT NULL,
    reservation_id  bigint,  -- of a refund
    reason          text NOT NULL,  -- of a refund, or ''
    CHECK (from_id <> to_id)
);
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON point_usages FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX point_usages_from ON point_usages (from_id, id);
CREATE INDEX point_usages_to ON point_usages (to_id, id);

CREATE TABLE idempotency (  -- what a request with a key was answered
    user_id         bigint NOT NULL,
    operation       text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    request         bytea NOT NULL,  -- BLAKE2b-128 of the operation and its arguments
    answer          text NOT NULL,  -- a JSON array: the answer's fields in their own order
    created_at      bigint NOT NULL,
    PRIMARY KEY (user_id, operation, idempotency_key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE events (  -- the outbox, in commit order
    sequence        bigint PRIMARY KEY,
    at              bigint NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    user_id         bigint,
    room_id         bigint,
    token_id        bigint,
    concert_id      bigint,
    seat_id         bigint,
    reservation_id  bigint,
    payment_id      bigint,
    amount          bigint NOT NULL,
    deadline        bigint,
    order_id        bigint,  -- of several reservations
    subject         bigint NOT NULL  -- what else the kind says it is about
);
CREATE TRIGGER stays BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE node_leases (  -- which process makes ids with which node number
    node            bigint PRIMARY KEY CHECK (node BETWEEN 0 AND 1023),
    until           bigint NOT NULL,
    floor_id        bigint NOT NULL,  -- the next holder's ids are above this one
    seen_at         bigint NOT NULL,  -- when the row was written: by the engine,
    seen_steady_us  bigint NOT NULL,  -- and on the clock of the machine since its start,
    seen_origin     bigint NOT NULL  -- which this names (0: not to be compared)
) WITH (fillfactor = 70);

CREATE TABLE token_keys (  -- who reads these can forge tokens; backups leave them out unless asked
    id              bigint PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    secret          bytea NOT NULL CHECK (length(secret) = 16)
);

-- For people: the same rows with their times as timestamps.
CREATE VIEW events_readable AS
SELECT sequence, to_timestamp(at / 1e6) AS at, kind, user_id, room_id, token_id, concert_id, seat_id, reservation_id, payment_id,
       amount, to_timestamp(deadline / 1e6) AS deadline, order_id, subject
FROM events;

CREATE VIEW reservations_readable AS
SELECT reservations.id, users.external_id AS user, concerts.date, concerts.title, seats.number AS seat, reservations.price,
       reservations.state, to_timestamp(held_at / 1e6) AS held_at, to_timestamp(reservations.deadline / 1e6) AS deadline,
       to_timestamp(finished_at / 1e6) AS finished_at
FROM reservations
LEFT JOIN users ON users.id = reservations.user_id
LEFT JOIN concerts ON concerts.id = reservations.concert_id
LEFT JOIN seats ON seats.id = reservations.seat_id;

CREATE VIEW tokens_readable AS
SELECT tokens.id, rooms.name AS room, users.external_id AS user, position, state,
       to_timestamp(((tokens.id >> 22) + 1577836800000) / 1e3) AS issued_at, to_timestamp(admitted_at / 1e6) AS admitted_at,
       to_timestamp(deadline / 1e6) AS deadline, to_timestamp(finished_at / 1e6) AS finished_at
FROM tokens
LEFT JOIN rooms ON rooms.id = tokens.room_id
LEFT JOIN users ON users.id = tokens.user_id;
)sql";

}  // namespace boxoffice::postgres
