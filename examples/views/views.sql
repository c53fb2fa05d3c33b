-- Views of a box office for people and for reports: what was sold, who waits, what is held and not paid, who has what.
--
--     sqlite3 -readonly backup.db -init examples/views/views.sql
--     sqlite> SELECT * FROM sales_by_concert;
--
-- They are TEMP: they live in this connection, and nothing is written to the file. Times are UTC: `…_at` as ISO text, `…_us`
-- as the microseconds since 1970 that the tables have. Points are whole points. Words are those of the engine's enumerations.

-- What "now" is. A hold or a place whose time is over may still read 'held' or 'waiting' in its row: its time decides.
-- For a backup, "now" is better the time of its last event:
--     DROP VIEW moment; CREATE TEMP VIEW moment AS SELECT at AS now_us FROM events ORDER BY sequence DESC LIMIT 1;
CREATE TEMP VIEW moment AS
SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000 AS now_us;

-- ---- reservations: what the others are made of ------------------------------------------------------------------

-- Every reservation with its state now. Of a concert that was called off, what was held is released and what was sold
-- cancelled from that moment on, whatever the row says until it is swept; `state_in_row` is what the row says.
CREATE TEMP VIEW reservation_states AS
SELECT r.id, r.order_id, u.external_id AS user, c.date, c.title, s.section, s.seat_row, s.label AS seat, s.category,
       coalesce(t.name, '') AS type, r.price, r.refunded,
       CASE
           WHEN c.called_off_at <= m.now_us AND r.state IN ('held', 'expired')
               THEN CASE WHEN r.deadline <= c.called_off_at THEN 'expired' ELSE 'released' END
           WHEN c.called_off_at <= m.now_us AND r.state = 'confirmed' THEN 'cancelled'
           WHEN r.state = 'held' AND r.deadline <= m.now_us THEN 'expired'
           ELSE r.state
       END AS state,
       r.state AS state_in_row,
       strftime('%Y-%m-%dT%H:%M:%S', r.held_at / 1000000, 'unixepoch') || printf('.%06dZ', r.held_at % 1000000) AS held_at,
       strftime('%Y-%m-%dT%H:%M:%S', r.deadline / 1000000, 'unixepoch') || printf('.%06dZ', r.deadline % 1000000) AS deadline_at,
       strftime('%Y-%m-%dT%H:%M:%S', r.finished_at / 1000000, 'unixepoch')
           || printf('.%06dZ', r.finished_at % 1000000) AS finished_at,
       r.held_at AS held_us, r.deadline AS deadline_us, r.finished_at AS finished_us,
       r.user_id, r.concert_id, r.seat_id, r.payment_id
FROM reservations AS r
JOIN moment AS m
JOIN users AS u ON u.id = r.user_id
JOIN concerts AS c ON c.id = r.concert_id
JOIN seats AS s ON s.id = r.seat_id
LEFT JOIN ticket_types AS t ON t.id = r.type_id;

-- ---- sales -------------------------------------------------------------------------------------------------------

-- As the sales report has it: refunds are booked when they happen, so the seats of a concert that was called off count as sold
-- until each is given back. `gross` is the prices of sold and cancelled, `net` gross less refunds.
CREATE TEMP VIEW sales_by_category AS
SELECT date, title, category, type, sum(state_in_row = 'confirmed') AS sold, sum(state_in_row = 'cancelled') AS cancelled,
       sum(price) AS gross, sum(refunded) AS refunds, sum(price - refunded) AS net, concert_id
FROM reservation_states
WHERE state_in_row IN ('confirmed', 'cancelled')
GROUP BY concert_id, category, type;

-- One row a concert, also where nothing was sold. `account` is the balance of its sales account in the ledger: it is `net`.
CREATE TEMP VIEW sales_by_concert AS
SELECT c.date, c.title,
       CASE WHEN c.called_off_at <= m.now_us THEN 'called off' WHEN c.is_hidden THEN 'hidden' ELSE '' END AS remark,
       coalesce(x.sold, 0) AS sold, coalesce(x.cancelled, 0) AS cancelled, coalesce(x.gross, 0) AS gross,
       coalesce(x.refunds, 0) AS refunds, coalesce(x.net, 0) AS net, a.balance AS account,
       coalesce(y.seats, 0) AS seats, coalesce(y.available, 0) AS available, coalesce(y.held, 0) AS held,
       coalesce(y.blocked, 0) AS blocked, c.id AS concert_id
FROM concerts AS c
JOIN moment AS m
JOIN points AS a ON a.id = c.id
LEFT JOIN (SELECT concert_id, sum(sold) AS sold, sum(cancelled) AS cancelled, sum(gross) AS gross, sum(refunds) AS refunds,
                  sum(net) AS net
           FROM sales_by_category GROUP BY concert_id) AS x ON x.concert_id = c.id
LEFT JOIN (SELECT concert_id, count(*) AS seats, sum(state = 'held' AND held_until > now_us) AS held,
                  sum(state = 'available' OR (state = 'held' AND held_until <= now_us)) AS available,
                  sum(state = 'blocked') AS blocked
           FROM seats JOIN moment GROUP BY concert_id) AS y ON y.concert_id = c.id
ORDER BY c.date, c.id;

-- When points came and went, by hour and concert: of the ledger, so an hour that is over does not change any more.
CREATE TEMP VIEW sales_by_hour AS
SELECT strftime('%Y-%m-%dT%H:00:00Z', x.at / 1000000, 'unixepoch') AS hour_at, c.date, c.title, sum(x.paid) AS gross,
       sum(x.refunded) AS refunds, sum(x.paid - x.refunded) AS net, sum(x.seats) AS seats, c.id AS concert_id
FROM (SELECT p.to_id AS concert_id, p.at, p.amount AS paid, 0 AS refunded, 0 AS seats FROM point_usages AS p WHERE p.kind = 'payment'
      UNION ALL
      SELECT p.from_id, p.at, 0, p.amount, 0 FROM point_usages AS p WHERE p.kind = 'refund'
      UNION ALL  -- a seat can be free: its payment moves nothing
      SELECT r.concert_id, r.finished_at, 0, 0, 1 FROM reservations AS r WHERE r.state IN ('confirmed', 'cancelled')) AS x
JOIN concerts AS c ON c.id = x.concert_id
GROUP BY hour_at, c.id
ORDER BY hour_at, c.id;

-- ---- who waits ---------------------------------------------------------------------------------------------------

-- Every place in line or inside, with its room. `ahead` is how many wait before it.
CREATE TEMP VIEW places AS
SELECT r.name AS room, u.external_id AS user, p.state, p.position,
       CASE WHEN p.state = 'waiting'
            THEN row_number() OVER (PARTITION BY p.room_id, p.state ORDER BY p.position) - 1 ELSE 0 END AS ahead,
       (p.arrived_at IS NOT NULL) AS has_arrived,
       strftime('%Y-%m-%dT%H:%M:%S', p.joined_us / 1000000, 'unixepoch') || printf('.%06dZ', p.joined_us % 1000000) AS joined_at,
       strftime('%Y-%m-%dT%H:%M:%S', p.until_us / 1000000, 'unixepoch') || printf('.%06dZ', p.until_us % 1000000) AS deadline_at,
       (m.now_us - p.joined_us) / 1000000 AS seconds_since_joining, p.id AS token_id, p.room_id, p.user_id
FROM (SELECT t.*, ((t.id >> 22) + 1577836800000) * 1000 AS joined_us,  -- the time in the token's id, to the millisecond
             CASE WHEN t.state = 'waiting' THEN ((t.id >> 22) + 1577836800000) * 1000 + r.waiting_ttl_us ELSE t.deadline END AS until_us
      FROM tokens AS t JOIN rooms AS r ON r.id = t.room_id
      WHERE t.state IN ('waiting', 'admitted')) AS p
JOIN moment AS m ON p.until_us > m.now_us
JOIN rooms AS r ON r.id = p.room_id
JOIN users AS u ON u.id = p.user_id
ORDER BY p.room_id, p.position;

CREATE TEMP VIEW waiting_rooms AS
SELECT r.name AS room, coalesce(sum(p.state = 'waiting'), 0) AS waiting, coalesce(sum(p.state = 'admitted'), 0) AS admitted,
       coalesce(sum(p.state = 'admitted' AND NOT p.has_arrived), 0) AS not_arrived, r.active_capacity, r.queue_capacity,
       min(CASE WHEN p.state = 'waiting' THEN p.joined_at END) AS waiting_since_at,
       max(CASE WHEN p.state = 'waiting' THEN p.seconds_since_joining END) AS longest_wait_seconds, r.id AS room_id
FROM rooms AS r
LEFT JOIN places AS p ON p.room_id = r.id
GROUP BY r.id
ORDER BY r.name;

-- ---- held and not paid; what is owed -----------------------------------------------------------------------------

-- One row an order. `missing` is what its buyer must recharge before they can pay; `payment` is that of a payment under way.
CREATE TEMP VIEW unpaid_orders AS
SELECT h.user, h.date, h.title, count(*) AS seats, group_concat(h.seat, ' ') AS labels, sum(h.price) AS total, a.balance,
       max(0, sum(h.price) - a.balance) AS missing, max(h.deadline_at) AS deadline_at,
       (max(h.deadline_us) - m.now_us) / 1000000 AS seconds_left, coalesce(max(p.state), '') AS payment, h.order_id, h.user_id, h.concert_id
FROM reservation_states AS h
JOIN moment AS m
JOIN points AS a ON a.id = h.user_id
LEFT JOIN payments AS p ON p.id = h.payment_id AND p.state = 'requested' AND p.deadline > m.now_us
WHERE h.state = 'held'
GROUP BY h.order_id
ORDER BY deadline_at;

-- What the house owes: for sales of concerts that were called off, until tick() or sweep_refunds() has given it back.
CREATE TEMP VIEW refunds_due AS
SELECT user, date, title, seat, price - refunded AS due, id AS reservation_id, user_id, concert_id
FROM reservation_states
WHERE state_in_row = 'confirmed' AND state = 'cancelled';

-- Payments that failed with nobody knowing whether their payer was charged: for reconcile_payments(), or a person.
CREATE TEMP VIEW unreconciled_payments AS
SELECT u.external_id AS user, p.amount, CASE WHEN p.state = 'requested' THEN 'failed' ELSE p.state END AS state, p.transaction_key,
       strftime('%Y-%m-%dT%H:%M:%S', p.requested_at / 1000000, 'unixepoch')
           || printf('.%06dZ', p.requested_at % 1000000) AS requested_at,
       p.id AS payment_id, p.reservation_id, p.user_id
FROM payments AS p
JOIN moment AS m
JOIN users AS u ON u.id = p.user_id
WHERE p.reconciled_at IS NULL AND (p.state <> 'requested' OR p.deadline <= m.now_us)
ORDER BY p.id;

-- ---- points ------------------------------------------------------------------------------------------------------

CREATE TEMP VIEW balances AS
SELECT u.external_id AS user, a.balance,
       strftime('%Y-%m-%dT%H:%M:%S', a.updated_at / 1000000, 'unixepoch') || printf('.%06dZ', a.updated_at % 1000000) AS updated_at,
       u.id AS user_id
FROM users AS u
JOIN points AS a ON a.id = u.id
ORDER BY u.external_id;

-- Of users, of cash (below zero: what was recharged in all) and of sales; they sum to zero.
CREATE TEMP VIEW balances_by_kind AS
SELECT kind, count(*) AS accounts, sum(balance) AS balance FROM points GROUP BY kind ORDER BY kind;

-- Every movement, with the names of who gave and who got.
CREATE TEMP VIEW ledger AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', t.at / 1000000, 'unixepoch') || printf('.%06dZ', t.at % 1000000) AS at, t.kind, t.amount,
       coalesce(f.external_id, fc.title, 'cash') AS source, coalesce(g.external_id, gc.title, 'cash') AS target, t.reason,
       t.id AS transfer_id, t.payment_id, t.reservation_id, t.at AS at_us
FROM point_usages AS t
LEFT JOIN users AS f ON f.id = t.from_id
LEFT JOIN concerts AS fc ON fc.id = t.from_id
LEFT JOIN users AS g ON g.id = t.to_id
LEFT JOIN concerts AS gc ON gc.id = t.to_id
ORDER BY t.id;
