#include "sqlite/lookups.hpp"

#include "sqlite/rows.hpp"

namespace boxoffice::sqlite {

// INDEXED BY where the right index is not plain from the terms alone: without statistics SQLite guesses, and a wrong
// guess walks the whole line.
Lookups::Lookups(SQLite::Database& database)
    : user_by_id_(database, select<User>("FROM users WHERE id = ?")),
      user_by_external_id_(database, select<User>("FROM users WHERE external_id = ?")),
      room_by_id_(database, select<Room>("FROM rooms WHERE id = ?")),
      room_by_name_(database, select<Room>("FROM rooms WHERE name = ?")),
      rooms_due_(database, select<Room>("FROM rooms WHERE due_at <= ?")),
      rooms_all_(database, select<Room>("FROM rooms")),
      concert_by_id_(database, select<Concert>("FROM concerts WHERE id = ?")),
      concerts_unsettled_(database,
                          select<Concert>("FROM concerts INDEXED BY concerts_unsettled WHERE is_settled = 0")),
      sale_by_id_(database, select<Sale>("FROM sales WHERE concert_id = ? AND version = ?")),
      sale_in_force_(database, select<Sale>("FROM sales WHERE concert_id = ? ORDER BY version DESC LIMIT 1")),
      tariff_(database, select<TariffPrice>("FROM tariff_prices WHERE concert_id = ? AND version = ?")),
      types_of_(database, select<TicketType>("FROM ticket_types WHERE concert_id = ?")),
      seat_by_id_(database, select<Seat>("FROM seats WHERE id = ?")),
      seat_by_number_(database, select<Seat>("FROM seats WHERE concert_id = ? AND number = ?")),
      place_by_token_(database, select<Place>("FROM tokens WHERE id = ?")),
      live_place_(database, select<Place>("FROM tokens WHERE user_id = ? AND room_id = ? "
                                          "AND state IN ('waiting', 'admitted')")),
      admitted_by_deadline_(database, select<Place>("FROM tokens INDEXED BY tokens_lapsing "
                                                    "WHERE room_id = ? AND state = 'admitted' "
                                                    "AND deadline IS NOT NULL ORDER BY deadline, id")),
      too_old_count_(database,
                     "SELECT count(*) FROM (SELECT 1 FROM tokens INDEXED BY tokens_line_by_age "
                     "WHERE room_id = ? AND state = 'waiting' AND id < ? LIMIT ?)"),
      too_old_by_age_(database, select<Place>("FROM tokens INDEXED BY tokens_line_by_age "
                                              "WHERE room_id = ? AND state = 'waiting' AND id < ? ORDER BY position")),
      too_old_by_position_(
          database, select<Place>("FROM tokens INDEXED BY tokens_line "
                                  "WHERE room_id = ? AND state = 'waiting' AND id < ? ORDER BY position LIMIT ?")),
      next_in_line_(database, select<Place>("FROM tokens INDEXED BY tokens_line "
                                            "WHERE room_id = ? AND state = 'waiting' AND id >= ? "
                                            "ORDER BY position LIMIT ?")),
      reservation_by_id_(database, select<Reservation>("FROM reservations WHERE id = ?")),
      held_by_(database, select<Reservation>("FROM reservations INDEXED BY reservations_claims "
                                             "WHERE user_id = ? AND state = 'held' "
                                             "AND state IN ('held', 'confirmed')")),  // so that SQLite takes it
      holds_lapsed_(database,
                    select<Reservation>("FROM reservations INDEXED BY reservations_lapsing "
                                        "WHERE state = 'held' AND deadline <= ? ORDER BY deadline, id LIMIT ?")),
      others_of_order_(database, select<Reservation>("FROM reservations INDEXED BY reservations_of_order "
                                                     "WHERE order_id = ? AND order_id <> id")),
      claims_in_(database,
                 "SELECT claim_id FROM seats INDEXED BY seats_in_order WHERE concert_id = ? AND state IN "
                 "('held', 'sold') ORDER BY id LIMIT ?"),
      live_hold_in_(database, select<Reservation>("FROM reservations INDEXED BY reservations_lapsing "
                                                  "WHERE state = 'held' AND deadline > ? AND concert_id = ? LIMIT 1")),
      first_in_(database,
                select<Reservation>("FROM reservations NOT INDEXED WHERE id >= ? AND concert_id = ? LIMIT 1")),
      claim_count_(database,
                   "SELECT count(*) FROM reservations INDEXED BY reservations_claims "
                   "WHERE user_id = ? AND state IN ('held', 'confirmed') AND concert_id = ?"),
      account_by_id_(database, select<Account>("FROM points WHERE id = ?")),
      payment_by_id_(database, select<Payment>("FROM payments WHERE id = ?")),
      payments_lapsed_(database, select<Payment>("FROM payments INDEXED BY payments_lapsing "
                                                 "WHERE state = 'requested' AND deadline <= ? "
                                                 "ORDER BY deadline, id LIMIT ?")),
      record_by_id_(database, select<IdempotencyRecord>("FROM idempotency WHERE user_id = ? AND operation = ? "
                                                        "AND idempotency_key = ?")),
      leases_all_(database, select<NodeLease>("FROM node_leases ORDER BY node")),
      token_keys_all_(database, select<TokenKey>("FROM token_keys ORDER BY id")) {}

void Lookups::find(const UserKeys& keys, std::vector<User>& into) {
    for (const auto id : keys.ids) user_by_id_.fetch(into, id);
    for (const auto& external_id : keys.external_ids) user_by_external_id_.fetch(into, external_id);
}

void Lookups::find(const RoomKeys& keys, std::vector<Room>& into) {
    if (keys.all) return rooms_all_.fetch(into);
    for (const auto id : keys.ids) room_by_id_.fetch(into, id);
    for (const auto& name : keys.names) room_by_name_.fetch(into, name);
    if (keys.due) rooms_due_.fetch(into, *keys.due);
}

void Lookups::find(const ConcertKeys& keys, std::vector<Concert>& into) {
    for (const auto id : keys.ids) concert_by_id_.fetch(into, id);
    if (keys.unsettled) concerts_unsettled_.fetch(into);
}

void Lookups::find(const SeatKeys& keys, std::vector<Seat>& into) {
    for (const auto id : keys.ids) seat_by_id_.fetch(into, id);
    for (const auto& [concert, number] : keys.numbers) seat_by_number_.fetch(into, concert, number);
}

void Lookups::find(const PlaceKeys& keys, std::vector<Place>& into) {
    for (const auto token : keys.tokens) place_by_token_.fetch(into, token);
    for (const auto& [user, room] : keys.live_of) live_place_.fetch(into, user, room);
    for (const auto& line : keys.lines) {
        find_admitted(line, into);
        find_waiting(line, into);
    }
}

/// Those that have lapsed, and the one after them.
void Lookups::find_admitted(const LineKey& line, std::vector<Place>& into) {
    auto cursor = admitted_by_deadline_.run(line.room);
    for (std::int64_t count = 0; cursor.next(); ++count) {
        auto row = cursor.row();
        auto& place = into.emplace_back();
        read(row, place);
        if (count == line.lapsed_max || !passed(place.deadline, line.now)) break;
    }
}

void Lookups::find_waiting(const LineKey& line, std::vector<Place>& into) {
    auto counted = too_old_count_.run(line.room, line.still_waiting, line.lapsed_max + 1);
    std::int64_t too_old_count = 0;
    if (counted.next()) counted.row() >> too_old_count;
    // A few are found by age and sorted. Where most of the line is too old, its front is.
    if (too_old_count > line.lapsed_max)
        too_old_by_position_.fetch(into, line.room, line.still_waiting, line.lapsed_max);
    else if (too_old_count > 0)
        too_old_by_age_.fetch(into, line.room, line.still_waiting);
    if (line.next > 0) next_in_line_.fetch(into, line.room, line.still_waiting, line.next);
}

void Lookups::find(const ReservationKeys& keys, std::vector<Reservation>& into) {
    for (const auto id : keys.ids) reservation_by_id_.fetch(into, id);
    for (const auto user : keys.held_by) held_by_.fetch(into, user);
    if (keys.lapsed) holds_lapsed_.fetch(into, *keys.lapsed, tick_max);
    for (const auto order : keys.of_order) {
        reservation_by_id_.fetch(into, order);
        others_of_order_.fetch(into, order);
    }
    for (const auto& [concert, limit] : keys.claims_in) {
        ReservationId claim;
        auto cursor = claims_in_.run(concert, limit);
        while (cursor.next()) {
            cursor.row() >> claim;
            reservation_by_id_.fetch(into, claim);
        }
    }
    for (const auto& [concert, now] : keys.held_in) live_hold_in_.fetch(into, now, concert);
    for (const auto& [concert, first] : keys.any_in) first_in_.fetch(into, first, concert);
}

void Lookups::find(const SaleKeys& keys, std::vector<Sale>& into) {
    for (const auto& id : keys.ids) sale_by_id_.fetch(into, id.concert, id.version);
    for (const auto concert : keys.in_force) sale_in_force_.fetch(into, concert);
}

void Lookups::find(const TariffKeys& keys, std::vector<TariffPrice>& into) {
    for (const auto& sale : keys.of) tariff_.fetch(into, sale.concert, sale.version);
}

void Lookups::find(const TypeKeys& keys, std::vector<TicketType>& into) {
    for (const auto concert : keys.of) types_of_.fetch(into, concert);
}

void Lookups::find(const ClaimKeys& keys, std::vector<Claims>& into) {
    for (const auto& [user, concert] : keys.of) {
        auto& claims = into.emplace_back(Claims{user, concert});
        auto cursor = claim_count_.run(user, concert);
        if (cursor.next()) cursor.row() >> claims.count;
    }
}

void Lookups::find(const AccountKeys& keys, std::vector<Account>& into) {
    for (const auto id : keys.ids) account_by_id_.fetch(into, id);
}

void Lookups::find(const PaymentKeys& keys, std::vector<Payment>& into) {
    for (const auto id : keys.ids) payment_by_id_.fetch(into, id);
    if (keys.lapsed) payments_lapsed_.fetch(into, *keys.lapsed, tick_max);
}

void Lookups::find(const IdempotencyKeys& keys, std::vector<IdempotencyRecord>& into) {
    for (const auto& id : keys.ids) record_by_id_.fetch(into, id.user, id.operation, id.key);
}

void Lookups::find(const LeaseKeys& keys, std::vector<NodeLease>& into) {
    if (keys.all) leases_all_.fetch(into);
}

void Lookups::find(const TokenKeyKeys& keys, std::vector<TokenKey>& into) {
    if (keys.all) token_keys_all_.fetch(into);
}

}  // namespace boxoffice::sqlite
