#pragma once
/// Each entity as a row: its columns, how they are read, and how they are written. `columns<Entity>` is in the order in
/// which `read` takes them and `insert_values` binds them; `update_values` binds what can change, then what names the
/// row.

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

void read(Row& row, HouseRules& rules);
void read(Row& row, User& user);
void read(Row& row, Room& room);
void read(Row& row, Concert& concert);
void read(Row& row, Seat& seat);
void read(Row& row, Place& place);
void read(Row& row, Reservation& reservation);
void read(Row& row, Account& account);
void read(Row& row, Payment& payment);
void read(Row& row, PaymentStep& step);
void read(Row& row, Transfer& transfer);
void read(Row& row, IdempotencyRecord& record);
void read(Row& row, Event& event);
void read(Row& row, NodeLease& lease);
void read(Row& row, TokenKey& key);

/// The operation's name in its column.
StaticText text_of(Operation operation);

/// The columns that `read` takes.
template <class Entity>
inline constexpr const char* columns = nullptr;
template <>
inline constexpr const char* columns<HouseRules> =
    "store_id, hold_ttl_us, holds_per_user, capture_ttl_us, identity_ttl_us, idempotency_ttl_us, issue_limit";
template <>
inline constexpr const char* columns<User> = "id, external_id, created_at";
template <>
inline constexpr const char* columns<Room> =
    "id, name, active_capacity, queue_capacity, admissions_per_second, arrive_ttl_us, active_ttl_us, waiting_ttl_us, "
    "last_position, serving, waiting_count, admitted_count, next_admission_at, next_lapse_at";
template <>
inline constexpr const char* columns<Concert> = "id, date, title, room_id, created_at";
template <>
inline constexpr const char* columns<Seat> =
    "id, concert_id, number, section, seat_row, price, x, y, label, state, claim_id, held_until, version";
template <>
inline constexpr const char* columns<Place> =
    "id, room_id, user_id, position, state, admitted_at, arrived_at, turn_until, deadline, finished_at";
template <>
inline constexpr const char* columns<Reservation> =
    "id, user_id, seat_id, concert_id, token_id, price, state, held_at, deadline, finished_at, payment_id";
template <>
inline constexpr const char* columns<Account> = "id, kind, balance, created_at, updated_at";
template <>
inline constexpr const char* columns<Payment> =
    "id, reservation_id, user_id, amount, state, requested_at, deadline, finished_at, transaction_key, reconciled_at, "
    "step_count";
template <>
inline constexpr const char* columns<PaymentStep> = "payment_id, step, state, occurred_at, transaction_key";
template <>
inline constexpr const char* columns<Transfer> = "id, from_id, to_id, amount, kind, payment_id, at";
template <>
inline constexpr const char* columns<IdempotencyRecord> =
    "user_id, operation, idempotency_key, request, answer, created_at";
template <>
inline constexpr const char* columns<Event> =
    "sequence, at, kind, user_id, room_id, token_id, concert_id, seat_id, reservation_id, payment_id, amount, deadline";
template <>
inline constexpr const char* columns<NodeLease> = "node, until, floor_id, seen_at, seen_steady_us, seen_origin";
template <>
inline constexpr const char* columns<TokenKey> = "id, secret";

/// "SELECT <columns of Entity> <rest>".
template <class Entity>
std::string select(const char* rest) {
    return std::string{"SELECT "}.append(columns<Entity>).append(" ").append(rest);
}

/// Binds a whole row, in the order of `insert_sql<Entity>`.
void insert_values(Binder& binder, const HouseRules& rules);
void insert_values(Binder& binder, const User& user);
void insert_values(Binder& binder, const Room& room);
void insert_values(Binder& binder, const Concert& concert);
void insert_values(Binder& binder, const Seat& seat);
void insert_values(Binder& binder, const Place& place);
void insert_values(Binder& binder, const Reservation& reservation);
void insert_values(Binder& binder, const Account& account);
void insert_values(Binder& binder, const Payment& payment);
void insert_values(Binder& binder, const PaymentStep& step);
void insert_values(Binder& binder, const Transfer& transfer);
void insert_values(Binder& binder, const IdempotencyRecord& record);
void insert_values(Binder& binder, const Event& event);
void insert_values(Binder& binder, const NodeLease& lease);
void insert_values(Binder& binder, const TokenKey& key);

/// Binds the parameters of `update_sql<Entity>`. What never changes (a seat's number, a place's position …) is not
/// written, so that its indexes are left alone.
void update_values(Binder& binder, const User& user);
void update_values(Binder& binder, const Room& room);
void update_values(Binder& binder, const Concert& concert);
void update_values(Binder& binder, const Seat& seat);
void update_values(Binder& binder, const Place& place);
void update_values(Binder& binder, const Reservation& reservation);
void update_values(Binder& binder, const Account& account);
void update_values(Binder& binder, const Payment& payment);
void update_values(Binder& binder, const NodeLease& lease);
void update_values(Binder& binder, const TokenKey& key);

template <class Entity>
inline constexpr const char* insert_sql = nullptr;
template <>
inline constexpr const char* insert_sql<HouseRules> =
    "INSERT OR REPLACE INTO house_rules (id, store_id, hold_ttl_us, holds_per_user, capture_ttl_us, identity_ttl_us, "
    "idempotency_ttl_us, issue_limit) VALUES (1, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<User> = "INSERT INTO users (id, external_id, created_at) VALUES (?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Room> =
    "INSERT INTO rooms (id, name, active_capacity, queue_capacity, admissions_per_second, arrive_ttl_us, active_ttl_us, "
    "waiting_ttl_us, last_position, serving, waiting_count, admitted_count, next_admission_at, next_lapse_at, due_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Concert> =
    "INSERT INTO concerts (id, date, title, room_id, created_at) VALUES (?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Seat> =
    "INSERT INTO seats (id, concert_id, number, section, seat_row, price, x, y, label, state, claim_id, held_until, "
    "version, number_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Place> =
    "INSERT INTO tokens (id, room_id, user_id, position, state, admitted_at, arrived_at, turn_until, deadline, "
    "finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Reservation> =
    "INSERT INTO reservations (id, user_id, seat_id, concert_id, token_id, price, state, held_at, deadline, "
    "finished_at, "
    "payment_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Account> =
    "INSERT INTO points (id, kind, balance, created_at, updated_at) VALUES (?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Payment> =
    "INSERT INTO payments (id, reservation_id, user_id, amount, state, requested_at, deadline, finished_at, "
    "transaction_key, reconciled_at, step_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<PaymentStep> =
    "INSERT INTO payment_histories (payment_id, step, state, occurred_at, transaction_key) VALUES (?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Transfer> =
    "INSERT INTO point_usages (id, from_id, to_id, amount, kind, payment_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<IdempotencyRecord> =
    "INSERT OR REPLACE INTO idempotency (user_id, operation, idempotency_key, request, answer, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<Event> =
    "INSERT INTO events (sequence, at, kind, user_id, room_id, token_id, concert_id, seat_id, reservation_id, "
    "payment_id, "
    "amount, deadline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<NodeLease> =
    "INSERT INTO node_leases (node, until, floor_id, seen_at, seen_steady_us, seen_origin) VALUES (?, ?, ?, ?, ?, ?)";
template <>
inline constexpr const char* insert_sql<TokenKey> = "INSERT INTO token_keys (id, secret) VALUES (?, ?)";

template <class Entity>
inline constexpr const char* update_sql = nullptr;
template <>
inline constexpr const char* update_sql<User> = "UPDATE users SET external_id = ?, created_at = ? WHERE id = ?";
template <>
inline constexpr const char* update_sql<Room> =
    "UPDATE rooms SET active_capacity = ?, queue_capacity = ?, admissions_per_second = ?, arrive_ttl_us = ?, "
    "active_ttl_us = ?, waiting_ttl_us = ?, last_position = ?, serving = ?, waiting_count = ?, admitted_count = ?, "
    "next_admission_at = ?, next_lapse_at = ?, due_at = ? WHERE id = ?";
template <>
inline constexpr const char* update_sql<Concert> =
    "UPDATE concerts SET date = ?, title = ?, room_id = ?, created_at = ? WHERE id = ?";
template <>
inline constexpr const char* update_sql<Seat> =
    "UPDATE seats SET section = ?, seat_row = ?, price = ?, x = ?, y = ?, label = ?, state = ?, claim_id = ?, "
    "held_until = ?, version = ? WHERE id = ? AND version = ? - 1";
template <>
inline constexpr const char* update_sql<Place> =
    "UPDATE tokens SET state = ?, admitted_at = ?, arrived_at = ?, turn_until = ?, deadline = ?, finished_at = ? "
    "WHERE id = ?";
template <>
inline constexpr const char* update_sql<Reservation> =
    "UPDATE reservations SET state = ?, deadline = ?, finished_at = ?, payment_id = ? WHERE id = ?";
template <>
inline constexpr const char* update_sql<Account> = "UPDATE points SET balance = ?, updated_at = ? WHERE id = ?";
template <>
inline constexpr const char* update_sql<Payment> =
    "UPDATE payments SET state = ?, deadline = ?, finished_at = ?, transaction_key = ?, reconciled_at = ?, step_count = ? "
    "WHERE id = ?";
template <>
inline constexpr const char* update_sql<NodeLease> =
    "UPDATE node_leases SET until = ?, floor_id = ?, seen_at = ?, seen_steady_us = ?, seen_origin = ? WHERE node = ?";
template <>
inline constexpr const char* update_sql<TokenKey> = "UPDATE token_keys SET secret = ? WHERE id = ?";

}  // namespace boxoffice::sqlite
