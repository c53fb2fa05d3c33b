#include "postgres/lookups.hpp"

#include "sql/statements.hpp"

// Which index is right is not left to statistics, which a young table lacks: sessions are told to join by nested loops over
// indexes (prepare_session), where two indexes would do the terms leave one (schema.sql.hpp), and a LIMIT (or OFFSET 0) keeps
// the planner from beginning a join with the table.

namespace boxoffice::postgres {
namespace {

using sql::select;

template <class Entity, class List>
void by(Pipeline& pipeline, const Statement& statement, const List& list, std::vector<Entity>& into) {
    if (!list.empty()) pipeline.fetch(into, statement, given(list));
}

/// Keys of two or three parts: an array a part.
template <class Entity, class List, class Parts>
void by_parts(Pipeline& pipeline, const Statement& statement, const List& list, const std::vector<Type>& types,
              Parts parts, std::vector<Entity>& into) {
    if (list.empty()) return;
    Columns columns{types};
    for (const auto& key : list) parts(columns, key);
    pipeline.fetch(into, statement, columns.parameters());
}

constexpr auto pair_of = [](Columns& columns, const auto& pair) { columns << pair.first << pair.second; };
constexpr auto sale_parts = [](Columns& columns, const SaleId& id) { columns << id.concert << id.version; };

void find_admitted(Pipeline& pipeline, const LineKey& line, std::vector<Place>& into) {
    static const Statement statement{
        "WITH lapsed AS (" +
        select<Place>("FROM tokens WHERE room_id = $1::int8 AND state = 'admitted' AND deadline <= $2::int8 "
                      "ORDER BY deadline, id LIMIT $3::int8 + 1") +
        ") SELECT * FROM lapsed UNION ALL (" +
        select<Place>("FROM tokens WHERE room_id = $1::int8 AND state = 'admitted' AND deadline > $2::int8 "
                      "ORDER BY deadline, id "
                      "LIMIT CASE WHEN (SELECT count(*) FROM lapsed) > $3::int8 THEN 0 ELSE 1 END)")};
    pipeline.fetch(into, statement, given(line.room, to_us(line.now), line.lapsed_max));
}

void find_waiting(Pipeline& pipeline, const LineKey& line, std::vector<Place>& into) {
    // By age and then sorted (position + 0 is no column of an index): a few of a long line, whose front may wait on.
    static const Statement too_old{
        select<Place>("FROM tokens WHERE room_id = $1::int8 AND state = 'waiting' AND id + 0 < $2::int8 "
                      "ORDER BY position + 0 LIMIT $3::int8")};
    static const Statement next{
        select<Place>("FROM tokens WHERE room_id = $1::int8 AND state = 'waiting' AND id - 0 >= $2::int8 "
                      "ORDER BY position LIMIT $3::int8")};
    pipeline.fetch(into, too_old, given(line.room, line.still_waiting, line.lapsed_max));
    if (line.next > 0) pipeline.fetch(into, next, given(line.room, line.still_waiting, line.next));
}

}  // namespace

void find(Pipeline& pipeline, const UserKeys& keys, std::vector<User>& into) {
    static const Statement by_id{select<User>("FROM users WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement by_external_id{select<User>("FROM users WHERE external_id = ANY($1::text[])")};
    by(pipeline, by_external_id, keys.external_ids, into);
}

void find(Pipeline& pipeline, const RoomKeys& keys, std::vector<Room>& into) {
    static const Statement all{select<Room>("FROM rooms")};
    if (keys.all) return pipeline.fetch(into, all, {});
    static const Statement by_id{select<Room>("FROM rooms WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement by_name{select<Room>("FROM rooms WHERE name = ANY($1::text[])")};
    by(pipeline, by_name, keys.names, into);
    static const Statement due{select<Room>("FROM rooms WHERE due_at <= $1::int8")};
    if (keys.due) pipeline.fetch(into, due, given(to_us(*keys.due)));
}

void find(Pipeline& pipeline, const ConcertKeys& keys, std::vector<Concert>& into) {
    static const Statement by_id{select<Concert>("FROM concerts WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement unsettled{select<Concert>("FROM concerts WHERE is_settled = 0")};
    if (keys.unsettled) pipeline.fetch(into, unsettled, {});
}

void find(Pipeline& pipeline, const SeatKeys& keys, std::vector<Seat>& into) {
    static const Statement by_id{select<Seat>("FROM seats WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement by_number{
        "SELECT found.* FROM unnest($1::int8[], $2::text[]) AS named (concert, seat) CROSS JOIN LATERAL (" +
        select<Seat>("FROM seats WHERE concert_id = named.concert AND number = named.seat LIMIT 1") + ") AS found"};
    by_parts(pipeline, by_number, keys.numbers, {Type::int8, Type::text}, pair_of, into);
}

void find(Pipeline& pipeline, const PlaceKeys& keys, std::vector<Place>& into) {
    static const Statement by_token{select<Place>("FROM tokens WHERE id = ANY($1::int8[])")};
    by(pipeline, by_token, keys.tokens, into);
    static const Statement live{
        "SELECT found.* FROM unnest($1::int8[], $2::int8[]) AS named (a_user, a_room) CROSS JOIN LATERAL (" +
        select<Place>("FROM tokens WHERE user_id = named.a_user AND room_id + 0 = named.a_room "
                      "AND state IN ('waiting', 'admitted') LIMIT 1") +
        ") AS found"};
    by_parts(pipeline, live, keys.live_of, {Type::int8, Type::int8}, pair_of, into);
    for (const auto& line : keys.lines) {
        find_admitted(pipeline, line, into);
        find_waiting(pipeline, line, into);
    }
}

void find(Pipeline& pipeline, const ReservationKeys& keys, std::vector<Reservation>& into) {
    static const Statement by_id{select<Reservation>("FROM reservations WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement held{
        select<Reservation>("FROM reservations WHERE user_id = ANY($1::int8[]) AND state = 'held'")};
    by(pipeline, held, keys.held_by, into);
    static const Statement lapsed{
        select<Reservation>("FROM reservations WHERE state = 'held' AND deadline <= $1::int8 "
                            "ORDER BY deadline, id LIMIT $2::int8")};
    if (keys.lapsed) pipeline.fetch(into, lapsed, given(to_us(*keys.lapsed), tick_max));
    by(pipeline, by_id, keys.of_order, into);
    static const Statement others_of_order{
        select<Reservation>("FROM reservations WHERE order_id = ANY($1::int8[]) AND order_id <> id")};
    by(pipeline, others_of_order, keys.of_order, into);
    static const Statement claims{
        "SELECT found.* FROM unnest($1::int8[], $2::int8[]) AS named (concert, at_most) CROSS JOIN LATERAL "
        "(SELECT claim_id FROM seats WHERE concert_id = named.concert AND state IN ('held', 'sold') "
        "ORDER BY id LIMIT named.at_most) AS claimed JOIN LATERAL (" +
        select<Reservation>("FROM reservations WHERE id = claimed.claim_id LIMIT 1") + ") AS found ON true"};
    by_parts(pipeline, claims, keys.claims_in, {Type::int8, Type::int8}, pair_of, into);
    static const Statement live_hold{select<Reservation>(
        "FROM reservations WHERE state = 'held' AND deadline > $1::int8 AND concert_id = $2::int8 LIMIT 1")};
    for (const auto& [concert, now] : keys.held_in) pipeline.fetch(into, live_hold, given(to_us(now), concert));
    static const Statement any{
        select<Reservation>("FROM reservations WHERE id >= $1::int8 AND concert_id = $2::int8 LIMIT 1")};
    for (const auto& [concert, first] : keys.any_in) pipeline.fetch(into, any, given(first, concert));
}

void find(Pipeline& pipeline, const SaleKeys& keys, std::vector<Sale>& into) {
    static const Statement by_id{
        "SELECT found.* FROM unnest($1::int8[], $2::int8[]) AS named (concert, one) CROSS JOIN LATERAL (" +
        select<Sale>("FROM sales WHERE concert_id = named.concert AND version = named.one LIMIT 1") + ") AS found"};
    by_parts(pipeline, by_id, keys.ids, {Type::int8, Type::int8}, sale_parts, into);
    static const Statement in_force{
        "SELECT found.* FROM unnest($1::int8[]) AS named (concert) CROSS JOIN LATERAL (" +
        select<Sale>("FROM sales WHERE concert_id = named.concert ORDER BY version DESC LIMIT 1") + ") AS found"};
    by(pipeline, in_force, keys.in_force, into);
}

void find(Pipeline& pipeline, const TariffKeys& keys, std::vector<TariffPrice>& into) {
    static const Statement tariff{
        "SELECT found.* FROM unnest($1::int8[], $2::int8[]) AS named (concert, one) CROSS JOIN LATERAL (" +
        select<TariffPrice>("FROM tariff_prices WHERE concert_id = named.concert AND version = named.one OFFSET 0") +
        ") AS found"};
    by_parts(pipeline, tariff, keys.of, {Type::int8, Type::int8}, sale_parts, into);
}

void find(Pipeline& pipeline, const TypeKeys& keys, std::vector<TicketType>& into) {
    static const Statement types{select<TicketType>("FROM ticket_types WHERE concert_id = ANY($1::int8[])")};
    by(pipeline, types, keys.of, into);
}

void find(Pipeline& pipeline, const ClaimKeys& keys, std::vector<Claims>& into) {
    if (keys.of.empty()) return;
    static const Statement statement{
        "SELECT named.a_user, named.concert, (SELECT count(*) FROM reservations WHERE user_id = named.a_user "
        "AND state IN ('held', 'confirmed') AND concert_id = named.concert) "
        "FROM unnest($1::int8[], $2::int8[]) AS named (a_user, concert)"};
    Columns columns{{Type::int8, Type::int8}};
    for (const auto& [user, concert] : keys.of) columns << user << concert;
    pipeline.add(statement, columns.parameters(), [&into](const Results& rows) {
        for (int i = 0; i < rows.size(); ++i) {
            auto& claims = into.emplace_back();
            rows.row(i) >> claims.user >> claims.concert >> claims.count;
        }
    });
}

void find(Pipeline& pipeline, const AccountKeys& keys, std::vector<Account>& into) {
    static const Statement by_id{select<Account>("FROM points WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
}

void find(Pipeline& pipeline, const PaymentKeys& keys, std::vector<Payment>& into) {
    static const Statement by_id{select<Payment>("FROM payments WHERE id = ANY($1::int8[])")};
    by(pipeline, by_id, keys.ids, into);
    static const Statement lapsed{
        select<Payment>("FROM payments WHERE state = 'requested' AND deadline <= $1::int8 "
                        "ORDER BY deadline, id LIMIT $2::int8")};
    if (keys.lapsed) pipeline.fetch(into, lapsed, given(to_us(*keys.lapsed), tick_max));
}

void find(Pipeline& pipeline, const IdempotencyKeys& keys, std::vector<IdempotencyRecord>& into) {
    static const Statement by_id{
        "SELECT found.* FROM unnest($1::int8[], $2::text[], $3::text[]) AS named (a_user, what, a_key) "
        "CROSS JOIN LATERAL (" +
        select<IdempotencyRecord>("FROM idempotency WHERE user_id = named.a_user AND operation = named.what "
                                  "AND idempotency_key = named.a_key LIMIT 1") +
        ") AS found"};
    by_parts(
        pipeline, by_id, keys.ids, {Type::int8, Type::text, Type::text},
        [](Columns& columns, const IdempotencyId& id) { columns << id.user << id.operation << id.key; }, into);
}

void find(Pipeline& pipeline, const LeaseKeys& keys, std::vector<NodeLease>& into) {
    static const Statement all{select<NodeLease>("FROM node_leases ORDER BY node")};
    if (keys.all) pipeline.fetch(into, all, {});
}

void find(Pipeline& pipeline, const TokenKeyKeys& keys, std::vector<TokenKey>& into) {
    static const Statement all{select<TokenKey>("FROM token_keys ORDER BY id")};
    if (keys.all) pipeline.fetch(into, all, {});
}

}  // namespace boxoffice::postgres
