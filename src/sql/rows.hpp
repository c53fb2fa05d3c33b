#pragma once
/// Each kind of row as it stands in an SQL table, spelt once: its table, and its columns with what they hold. See RowIo for
/// what a column can be. No SQL client is known here.

#include <concepts>
#include <type_traits>

#include "boxoffice/repositories.hpp"
#include "sql/row_io.hpp"

namespace boxoffice::sql {

/// `Row` is `Entity`, const where it is written.
template <class Row, class Entity>
concept RowOf = std::same_as<std::remove_const_t<Row>, Entity>;

/// Its table.
template <class Entity>
struct TableName;  // one without a table does not compile
template <class Entity>
inline constexpr const char* table_of = TableName<Entity>::none;

template <>
inline constexpr const char* table_of<HouseRules> = "house_rules";
template <RowIo Io, RowOf<HouseRules> Row>
void fields(Io& io, Row& rules) {
    io.key("id", std::int64_t{1});  // it stands once
    io.changing("store_id", rules.store);
    io.changing("hold_ttl_us", rules.hold_ttl);
    io.changing("holds_per_user", rules.holds_per_user);
    io.changing("capture_ttl_us", rules.capture_ttl);
    io.changing("identity_ttl_us", rules.identity_ttl);
    io.changing("idempotency_ttl_us", rules.idempotency_ttl);
    io.changing("issue_limit", rules.issue_limit);
}

template <>
inline constexpr const char* table_of<User> = "users";
template <RowIo Io, RowOf<User> Row>
void fields(Io& io, Row& user) {
    io.key("id", user.id);
    io.changing("external_id", user.external_id);
    io.changing("created_at", user.created_at);
}

template <>
inline constexpr const char* table_of<Room> = "rooms";
template <RowIo Io, RowOf<Room> Row>
void fields(Io& io, Row& room) {
    auto& limits = room.limits;
    io.key("id", room.id);
    io.fixed("name", room.name);
    io.changing("active_capacity", bounded(limits.active_capacity));
    io.changing("queue_capacity", limits.queue_capacity);
    io.changing("admissions_per_second", bounded(limits.admissions_per_second));
    io.changing("arrive_ttl_us", bounded(limits.arrive_ttl));
    io.changing("active_ttl_us", bounded(limits.active_ttl));
    io.changing("waiting_ttl_us", bounded(limits.waiting_ttl));
    io.changing("last_position", from_zero(room.last_position));
    io.changing("serving", from_zero(room.serving));
    io.changing("waiting_count", bounded(room.waiting_count));
    io.changing("admitted_count", bounded(room.admitted_count));
    io.changing("next_admission_at", room.next_admission_at);
    io.changing("next_lapse_at", room.next_lapse_at);
    io.derived("due_at", [&] { return due_at(room); });
}

template <>
inline constexpr const char* table_of<Concert> = "concerts";
template <RowIo Io, RowOf<Concert> Row>
void fields(Io& io, Row& concert) {
    io.key("id", concert.id);
    io.changing("date", concert.date);
    io.changing("title", concert.title);
    io.changing("room_id", concert.room);
    io.changing("created_at", concert.created_at);
    io.changing("starts_at", concert.starts_at);
    io.changing("is_hidden", concert.is_hidden);
    io.changing("version", concert.version);
    io.changing("called_off_at", concert.called_off_at);
    io.changing("call_off_reason", concert.call_off_reason);
    io.changing("is_settled", concert.is_settled);
}

template <>
inline constexpr const char* table_of<Sale> = "sales";
template <RowIo Io, RowOf<Sale> Row>
void fields(Io& io, Row& sale) {
    auto& terms = sale.terms;
    io.key("concert_id", sale.id.concert);
    io.key("version", sale.id.version);
    io.fixed("made_at", sale.made_at);
    io.fixed("opens_at", terms.opens_at);
    io.fixed("closes_at", terms.closes_at);
    io.fixed("is_paused", terms.is_paused);
    io.fixed("seats_per_order", terms.seats_per_order);
    io.fixed("seats_per_user", terms.seats_per_user);
    io.fixed("hold_ttl_us", terms.hold_ttl);
    io.fixed("refund_steps", refund_steps(terms.refund_steps));
    io.fixed("tariff", sale.tariff);
}

template <>
inline constexpr const char* table_of<TariffPrice> = "tariff_prices";
template <RowIo Io, RowOf<TariffPrice> Row>
void fields(Io& io, Row& price) {
    io.key("concert_id", price.sale.concert);
    io.key("version", price.sale.version);
    io.key("category", price.row.category);
    io.key("type_id", price.row.type);
    io.fixed("price", bounded(price.row.price));
}

template <>
inline constexpr const char* table_of<TicketType> = "ticket_types";
template <RowIo Io, RowOf<TicketType> Row>
void fields(Io& io, Row& type) {
    io.key("id", type.id);
    io.fixed("concert_id", type.concert);
    io.fixed("name", type.name);
    io.fixed("max_per_order", type.max_per_order);
    io.fixed("needs_id", or_null(type.needs));
    io.fixed("created_at", type.created_at);
}

template <>
inline constexpr const char* table_of<Seat> = "seats";
template <RowIo Io, RowOf<Seat> Row>
void fields(Io& io, Row& seat) {
    auto& facts = seat.facts;
    io.key("id", seat.id);
    io.fixed("concert_id", seat.concert);
    io.fixed("number", facts.number);
    io.changing("section", facts.section);
    io.changing("seat_row", facts.row);
    io.changing("price", bounded(facts.price));
    io.changing("x", facts.x);
    io.changing("y", facts.y);
    io.changing("label", facts.label);
    io.changing("category", facts.category);
    io.changing("state", seat.state);
    io.changing("claim_id", or_null(seat.claim));
    io.changing("held_until", seat.held_until);
    io.version("version", seat.version);
    io.derived_fixed("number_key", [&] { return natural_key(facts.number); });
}

template <>
inline constexpr const char* table_of<Place> = "tokens";
template <RowIo Io, RowOf<Place> Row>
void fields(Io& io, Row& place) {
    io.key("id", place.token);
    io.fixed("room_id", place.room);
    io.fixed("user_id", place.user);
    io.fixed("position", from_zero(place.position));
    io.changing("state", place.state);
    io.changing("admitted_at", place.admitted_at);
    io.changing("arrived_at", place.arrived_at);
    io.changing("turn_until", place.turn_until);
    io.changing("deadline", place.deadline);
    io.changing("finished_at", place.finished_at);
}

template <>
inline constexpr const char* table_of<Reservation> = "reservations";
template <RowIo Io, RowOf<Reservation> Row>
void fields(Io& io, Row& reservation) {
    io.key("id", reservation.id);
    io.fixed("user_id", reservation.user);
    io.fixed("seat_id", reservation.seat);
    io.fixed("concert_id", reservation.concert);
    io.fixed("token_id", reservation.token);
    io.fixed("price", bounded(reservation.price));
    io.changing("state", reservation.state);
    io.fixed("held_at", reservation.held_at);
    io.changing("deadline", reservation.deadline);
    io.changing("finished_at", reservation.finished_at);
    io.changing("payment_id", or_null(reservation.payment));
    io.fixed("order_id", reservation.order);
    io.fixed("sale_version", reservation.sale);
    io.fixed("type_id", or_null(reservation.type));
    io.changing("refunded", bounded(reservation.refunded));
    io.changing("cancelled_at", reservation.cancelled_at);
}

template <>
inline constexpr const char* table_of<Account> = "points";
template <RowIo Io, RowOf<Account> Row>
void fields(Io& io, Row& account) {
    io.key("id", account.id);
    io.fixed("kind", account.kind);
    io.changing("balance", account.balance);
    io.fixed("created_at", account.created_at);
    io.changing("updated_at", account.updated_at);
}

template <>
inline constexpr const char* table_of<Payment> = "payments";
template <RowIo Io, RowOf<Payment> Row>
void fields(Io& io, Row& payment) {
    io.key("id", payment.id);
    io.fixed("reservation_id", payment.reservation);
    io.fixed("user_id", payment.user);
    io.fixed("amount", bounded(payment.amount));
    io.changing("state", payment.state);
    io.fixed("requested_at", payment.requested_at);
    io.changing("deadline", payment.deadline);
    io.changing("finished_at", payment.finished_at);
    io.changing("transaction_key", payment.transaction_key);
    io.changing("reconciled_at", payment.reconciled_at);
    io.changing("step_count", payment.step_count);
}

template <>
inline constexpr const char* table_of<PaymentStep> = "payment_histories";
template <RowIo Io, RowOf<PaymentStep> Row>
void fields(Io& io, Row& step) {
    io.key("payment_id", step.payment);
    io.key("step", step.index);
    io.fixed("state", step.state);
    io.fixed("occurred_at", step.at);
    io.fixed("transaction_key", step.transaction_key);
}

template <>
inline constexpr const char* table_of<Transfer> = "point_usages";
template <RowIo Io, RowOf<Transfer> Row>
void fields(Io& io, Row& transfer) {
    io.key("id", transfer.id);
    io.fixed("from_id", transfer.from);
    io.fixed("to_id", transfer.to);
    io.fixed("amount", bounded(transfer.amount));
    io.fixed("kind", transfer.kind);
    io.fixed("payment_id", or_null(transfer.payment));
    io.fixed("at", transfer.at);
    io.fixed("reservation_id", or_null(transfer.reservation));
    io.fixed("reason", transfer.reason);
}

template <>
inline constexpr const char* table_of<IdempotencyRecord> = "idempotency";
template <RowIo Io, RowOf<IdempotencyRecord> Row>
void fields(Io& io, Row& record) {
    io.key("user_id", record.id.user);
    io.key("operation", record.id.operation);
    io.key("idempotency_key", record.id.key);
    io.changing("request", record.request);
    io.changing("answer", numbers(record.answer));
    io.changing("created_at", record.created_at);
}

template <>
inline constexpr const char* table_of<Event> = "events";
template <RowIo Io, RowOf<Event> Row>
void fields(Io& io, Row& event) {
    const auto sequence = bounded(event.sequence);
    io.key("sequence", sequence);  // a key that is read has a name here
    io.fixed("at", event.at);
    io.fixed("kind", event.kind);
    io.fixed("user_id", or_null(event.user));
    io.fixed("room_id", or_null(event.room));
    io.fixed("token_id", or_null(event.token));
    io.fixed("concert_id", or_null(event.concert));
    io.fixed("seat_id", or_null(event.seat));
    io.fixed("reservation_id", or_null(event.reservation));
    io.fixed("payment_id", or_null(event.payment));
    io.fixed("amount", event.amount);
    io.fixed("deadline", event.deadline);
    io.fixed("order_id", or_null(event.order));
    io.fixed("subject", event.subject);
}

template <>
inline constexpr const char* table_of<NodeLease> = "node_leases";
template <RowIo Io, RowOf<NodeLease> Row>
void fields(Io& io, Row& lease) {
    io.key("node", lease.node);
    io.changing("until", lease.until);
    io.changing("floor_id", lease.floor);
    io.changing("seen_at", lease.seen.at);
    io.changing("seen_steady_us", lease.seen.steady);
    io.changing("seen_origin", lease.seen.origin);
}

template <>
inline constexpr const char* table_of<TokenKey> = "token_keys";
template <RowIo Io, RowOf<TokenKey> Row>
void fields(Io& io, Row& key) {
    io.key("id", key.id);
    io.changing("secret", key.secret);
}

}  // namespace boxoffice::sql
