-- The journey in PostgreSQL, as one who knows it writes it: one function and so one round trip a command, plans kept for the
-- session, every look-up by an index, and each change a conditional UPDATE that locks its row and says whether it was right.
-- No two journeys share a row: places are numbered by a sequence, who is admitted follows from a bound that a job of the house
-- moves, and a concert's takings are the sum of its transfers. So commits wait for the disk together, not for each other.
-- There is no outbox of events: less than the engine does.

DROP SCHEMA IF EXISTS boxoffice CASCADE;
CREATE SCHEMA boxoffice;
SET search_path = boxoffice;

CREATE TABLE users (
    id          bigint PRIMARY KEY,
    external_id text   NOT NULL UNIQUE
);

CREATE TABLE accounts (                      -- of users; rows stay on their page when the balance changes
    id      bigint PRIMARY KEY REFERENCES users,
    balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 70);

CREATE TABLE rooms (
    id          bigint PRIMARY KEY,
    admit_until bigint NOT NULL              -- positions up to this one are admitted
);
CREATE SEQUENCE positions CACHE 1;

CREATE TABLE tokens (                        -- state: 1 waiting, 2 admitted, 3 completed
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id    bigint      NOT NULL,
    user_id    bigint      NOT NULL,
    position   bigint      NOT NULL,
    state      smallint    NOT NULL,
    arrived_at timestamptz,
    turn_until timestamptz,
    deadline   timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX tokens_one_live_a_user ON tokens (user_id, room_id) WHERE state IN (1, 2);

CREATE TABLE seats (                         -- state: 1 available, 2 held, 3 sold
    id         bigint      PRIMARY KEY,
    concert_id bigint      NOT NULL,
    number     text        NOT NULL,
    price      bigint      NOT NULL,
    state      smallint    NOT NULL DEFAULT 1,
    claim      bigint,
    held_until timestamptz
) WITH (fillfactor = 70);

CREATE TABLE reservations (                  -- state: 1 held, 2 confirmed, 3 expired
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id  bigint      NOT NULL,
    seat_id  bigint      NOT NULL,
    token_id bigint      NOT NULL,
    price    bigint      NOT NULL,
    state    smallint    NOT NULL,
    held_at  timestamptz NOT NULL,
    deadline timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX reservations_one_live_a_seat ON reservations (seat_id) WHERE state IN (1, 2);
CREATE INDEX reservations_by_user ON reservations (user_id);

CREATE TABLE payments (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reservation_id bigint      NOT NULL UNIQUE,
    user_id        bigint      NOT NULL,
    amount         bigint      NOT NULL,
    paid_at        timestamptz NOT NULL
);

CREATE TABLE transfers (                     -- the ledger; account 0 issues points, a concert's is minus its id
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_id    bigint      NOT NULL,
    to_id      bigint      NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    payment_id bigint,
    at         timestamptz NOT NULL
);
CREATE INDEX transfers_from ON transfers (from_id);
CREATE INDEX transfers_to ON transfers (to_id);

CREATE TABLE idempotency (
    user_id   bigint   NOT NULL,
    operation smallint NOT NULL,             -- 1 hold, 2 recharge, 3 pay
    key       text     NOT NULL,
    request   bigint[] NOT NULL,
    answer    bigint   NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (user_id, operation, key)
);

-- What this key was answered; NULL: nothing yet. Two who come at once with the same key: the second's INSERT fails at the end,
-- with all that it did, and it asks again.
CREATE FUNCTION answered(the_user bigint, the_operation smallint, the_key text, the_request bigint[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    known record;
BEGIN
    SELECT request, answer INTO known FROM idempotency
    WHERE user_id = the_user AND operation = the_operation AND key = the_key;
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF known.request <> the_request THEN RAISE EXCEPTION 'idempotency_conflict'; END IF;
    RETURN known.answer;
END $$;

CREATE FUNCTION join_room(the_user bigint, the_room bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    place     bigint;
    the_token bigint;
BEGIN
    place := nextval('positions');
    INSERT INTO tokens (room_id, user_id, position, state, deadline)
    SELECT the_room, the_user, place, CASE WHEN place <= admit_until THEN 2 ELSE 1 END, now() + interval '1 hour'
    FROM rooms WHERE id = the_room
    ON CONFLICT (user_id, room_id) WHERE state IN (1, 2) DO NOTHING
    RETURNING id INTO the_token;
    IF the_token IS NULL THEN
        SELECT id INTO STRICT the_token FROM tokens WHERE user_id = the_user AND room_id = the_room AND state IN (1, 2);
    END IF;
    RETURN the_token;
END $$;

-- 0: it is the user's turn; else how many are in front.
CREATE FUNCTION peek(the_user bigint, the_token bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    place bigint;
    bound bigint;
BEGIN
    UPDATE tokens SET arrived_at = now(), turn_until = now() + interval '1 hour'
    WHERE id = the_token AND user_id = the_user AND state = 2 AND arrived_at IS NULL;
    IF FOUND THEN RETURN 0; END IF;
    SELECT position, admit_until INTO STRICT place, bound FROM tokens JOIN rooms ON rooms.id = tokens.room_id
    WHERE tokens.id = the_token AND user_id = the_user AND state IN (1, 2) AND deadline > now();
    RETURN greatest(place - bound, 0);
END $$;

CREATE FUNCTION hold_seat(the_user bigint, the_token bigint, the_seat bigint, the_key text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    the_reservation bigint := answered(the_user, 1::smallint, the_key, ARRAY[the_token, the_seat]);
    the_price       bigint;
BEGIN
    IF the_reservation IS NOT NULL THEN RETURN the_reservation; END IF;
    UPDATE tokens SET deadline = greatest(deadline, now() + interval '5 minutes')
    WHERE id = the_token AND user_id = the_user AND state = 2 AND turn_until > now() AND deadline > now();
    IF NOT FOUND THEN RAISE EXCEPTION 'not_your_turn'; END IF;
    -- The token's row is locked: nobody else makes a hold of this user's now.
    IF EXISTS (SELECT FROM reservations WHERE user_id = the_user AND state = 1 AND deadline > now()) THEN
        RAISE EXCEPTION 'hold_limit';
    END IF;
    the_reservation := nextval('reservations_id_seq');
    UPDATE seats SET state = 2, claim = the_reservation, held_until = now() + interval '5 minutes'
    WHERE id = the_seat AND state = 1 RETURNING price INTO the_price;
    IF NOT FOUND THEN
        UPDATE seats SET claim = the_reservation, held_until = now() + interval '5 minutes'
        WHERE id = the_seat AND state = 2 AND held_until <= now() RETURNING price INTO the_price;
        IF NOT FOUND THEN RAISE EXCEPTION 'seat_unavailable'; END IF;
        UPDATE reservations SET state = 3 WHERE seat_id = the_seat AND state = 1;
    END IF;
    INSERT INTO reservations (id, user_id, seat_id, token_id, price, state, held_at, deadline) OVERRIDING SYSTEM VALUE
    VALUES (the_reservation, the_user, the_seat, the_token, the_price, 1, now(), now() + interval '5 minutes');
    INSERT INTO idempotency VALUES (the_user, 1, the_key, ARRAY[the_token, the_seat], the_reservation, now());
    RETURN the_reservation;
END $$;

CREATE FUNCTION recharge(the_user bigint, the_amount bigint, the_key text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    the_balance bigint := answered(the_user, 2::smallint, the_key, ARRAY[the_amount]);
BEGIN
    IF the_balance IS NOT NULL THEN RETURN the_balance; END IF;
    UPDATE accounts SET balance = balance + the_amount WHERE id = the_user RETURNING balance INTO STRICT the_balance;
    INSERT INTO transfers (from_id, to_id, amount, at) VALUES (0, the_user, the_amount, now());
    INSERT INTO idempotency VALUES (the_user, 2, the_key, ARRAY[the_amount], the_balance, now());
    RETURN the_balance;
END $$;

CREATE FUNCTION pay(the_user bigint, the_token bigint, the_reservation bigint, the_key text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    the_payment bigint := answered(the_user, 3::smallint, the_key, ARRAY[the_token, the_reservation]);
    held        record;
    the_concert bigint;
BEGIN
    IF the_payment IS NOT NULL THEN RETURN the_payment; END IF;
    UPDATE reservations SET state = 2
    WHERE id = the_reservation AND user_id = the_user AND token_id = the_token AND state = 1 AND deadline > now()
    RETURNING seat_id, price INTO held;
    IF NOT FOUND THEN RAISE EXCEPTION 'hold_expired'; END IF;
    UPDATE accounts SET balance = balance - held.price WHERE id = the_user AND balance >= held.price;
    IF NOT FOUND THEN RAISE EXCEPTION 'insufficient_points'; END IF;
    UPDATE seats SET state = 3, held_until = NULL WHERE id = held.seat_id AND state = 2 AND claim = the_reservation
    RETURNING concert_id INTO the_concert;
    IF NOT FOUND THEN RAISE EXCEPTION 'seat_unavailable'; END IF;
    INSERT INTO payments (reservation_id, user_id, amount, paid_at)
    VALUES (the_reservation, the_user, held.price, now()) RETURNING id INTO the_payment;
    INSERT INTO transfers (from_id, to_id, amount, payment_id, at)
    VALUES (the_user, -the_concert, held.price, the_payment, now());
    UPDATE tokens SET state = 3 WHERE id = the_token AND state = 2;
    INSERT INTO idempotency VALUES (the_user, 3, the_key, ARRAY[the_token, the_reservation], the_payment, now());
    RETURN the_payment;
END $$;

-- What is wrong after a run in which so many payments were acknowledged; empty: nothing.
CREATE FUNCTION complaint(paid_count bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws('; ',
        CASE WHEN (SELECT count(*) FROM seats WHERE state = 3) <> paid_count THEN 'seats sold are not those paid' END,
        CASE WHEN (SELECT count(*) FROM payments) <> paid_count THEN 'payments are not those acknowledged' END,
        CASE WHEN (SELECT count(*) FROM transfers WHERE payment_id IS NOT NULL) <> paid_count THEN 'debits' END,
        CASE WHEN EXISTS (SELECT FROM seats JOIN reservations ON reservations.id = claim
                          WHERE seats.state = 3 AND reservations.state <> 2) THEN 'a seat sold without a reservation' END,
        CASE WHEN (SELECT coalesce(sum(balance), 0) FROM accounts)
               <> (SELECT coalesce(sum(CASE WHEN to_id > 0 THEN amount ELSE 0 END)
                                 - sum(CASE WHEN from_id > 0 THEN amount ELSE 0 END), 0) FROM transfers)
             THEN 'balances are not the sum of their transfers' END)
$$;
