#pragma once
/// What each load of the memory store finds, by the indexes of its tables. Const: run beside each other
/// freely.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "memory/tables.hpp"
#include "stores/prune_cut.hpp"

namespace boxoffice::memory {

template <class Table, class Ids, class Entity>
void append_by_id(const Table& table, const Ids& ids, std::vector<Entity>& into) {
    for (const auto& id : ids)
        if (const auto* row = table.find(id)) into.push_back(*row);
}

template <class Entries, class Keys, class Entity>
void append_by_key(const Entries& entries, const Keys& keys, std::vector<Entity>& into) {
    for (const auto& key : keys)
        if (const auto found = entries.find(key); found != entries.end()) into.push_back(*found->second);
}

template <class Table, class Entity>
void append_all(const Table& table, std::vector<Entity>& into) {
    table.for_each([&](const Entity& row) { into.push_back(row); });
}

inline void find(const Tables& tables, const UserKeys& keys, std::vector<User>& into) {
    append_by_id(tables.of<User>(), keys.ids, into);
    append_by_key(tables.of<User>().by<UserByExternalId>(), keys.external_ids, into);
}

inline void find(const Tables& tables, const RoomKeys& keys, std::vector<Room>& into) {
    if (keys.all) return append_all(tables.of<Room>(), into);
    append_by_id(tables.of<Room>(), keys.ids, into);
    append_by_key(tables.of<Room>().by<RoomByName>(), keys.names, into);
    if (!keys.due) return;
    for (const auto& [key, room] : tables.of<Room>().by<RoomByDue>()) {
        if (!passed(std::get<Time>(key), *keys.due)) break;
        into.push_back(*room);
    }
}

inline void find(const Tables& tables, const ConcertKeys& keys, std::vector<Concert>& into) {
    append_by_id(tables.of<Concert>(), keys.ids, into);
    if (!keys.unsettled) return;
    for (const auto& [id, concert] : tables.of<Concert>().by<UnsettledConcert>()) into.push_back(*concert);
}

inline void find(const Tables& tables, const SaleKeys& keys, std::vector<Sale>& into) {
    append_by_id(tables.of<Sale>(), keys.ids, into);
    for (const auto concert : keys.in_force) {
        const Sale* last = nullptr;
        tables.of<Sale>().walk_from({concert, 0}, [&](const Sale& sale) {
            if (sale.id.concert != concert) return false;
            last = &sale;
            return true;
        });
        if (last != nullptr) into.push_back(*last);
    }
}

inline void find(const Tables& tables, const TariffKeys& keys, std::vector<TariffPrice>& into) {
    for (const auto& of : keys.of)
        tables.of<TariffPrice>().walk_from({of, "", TypeId{}}, [&](const TariffPrice& price) {
            if (price.sale != of) return false;
            into.push_back(price);
            return true;
        });
}

inline void find(const Tables& tables, const TypeKeys& keys, std::vector<TicketType>& into) {
    const auto& by_name = tables.of<TicketType>().by<TypeByName>();
    for (const auto concert : keys.of)
        for (auto entry = by_name.lower_bound({concert, ""});
             entry != by_name.end() && std::get<ConcertId>(entry->first) == concert; ++entry)
            into.push_back(*entry->second);
}

inline void find(const Tables& tables, const ClaimKeys& keys, std::vector<Claims>& into) {
    const auto& by_user = tables.of<Reservation>().by<ReservationByUser>();
    for (const auto& [user, concert] : keys.of) {
        Claims claims{user, concert};
        for (auto entry = by_user.lower_bound({user, ReservationId{}});
             entry != by_user.end() && std::get<UserId>(entry->first) == user; ++entry)
            claims.count += entry->second->concert == concert && is_claim(entry->second->state);
        into.push_back(claims);
    }
}

inline void find(const Tables& tables, const SeatKeys& keys, std::vector<Seat>& into) {
    append_by_id(tables.of<Seat>(), keys.ids, into);
    const auto& by_number = tables.of<Seat>().by<SeatByNumber>();
    for (const auto& [concert, number] : keys.numbers)
        if (const auto found = by_number.find(SeatByNumber::key_of(concert, number)); found != by_number.end())
            into.push_back(*found->second);
}

/// The admitted places of the line whose deadline has passed, and the one that comes next.
inline void find_admitted(const Tables& tables, const LineKey& line, std::vector<Place>& into) {
    const auto& admitted = tables.of<Place>().by<AdmittedByDeadline>();
    auto entry = admitted.lower_bound({line.room, Time::min(), TokenId{}});
    const auto in_line = [&] { return entry != admitted.end() && std::get<RoomId>(entry->first) == line.room; };
    for (std::int64_t count = 0; count < line.lapsed_max && in_line(); ++count, ++entry) {
        if (!passed(std::get<Time>(entry->first), line.now)) break;
        into.push_back(*entry->second);
    }
    // Where more have lapsed than fit, the next one is the first of those: the room is still due at its
    // deadline.
    if (in_line()) into.push_back(*entry->second);
}

/// The waiting places of the line that have waited too long, and the first of the others. Costs what it
/// answers, unless more than lapsed_max have waited too long: then those left over are walked past as well.
inline void find_waiting(const Tables& tables, const LineKey& line, std::vector<Place>& into) {
    const auto& by_token = tables.of<Place>().by<WaitingByToken>();
    const auto& by_position = tables.of<Place>().by<WaitingByPosition>();
    const auto too_old = by_token.lower_bound({line.room, line.still_waiting});
    std::int64_t too_old_left = 0;  // up to one more than fit
    for (auto entry = by_token.lower_bound({line.room, TokenId{}}); entry != too_old && too_old_left <= line.lapsed_max;
         ++entry)
        ++too_old_left;

    const bool all_fit = too_old_left <= line.lapsed_max;
    std::vector<Place> others;
    auto next_left = std::max<std::int64_t>(line.next, 0);
    std::int64_t found = 0;
    for (auto entry = by_position.lower_bound({line.room, 0}); entry != by_position.end(); ++entry) {
        const bool done = found == (all_fit ? too_old_left : line.lapsed_max);
        if ((done && next_left == 0) || std::get<RoomId>(entry->first) != line.room) break;
        const auto& place = *entry->second;
        if (place.token < line.still_waiting) {
            if (done) continue;
            ++found;
            into.push_back(place);
        } else if (next_left > 0) {
            --next_left;
            others.push_back(place);
        }
    }
    into.insert(into.end(), others.begin(), others.end());
}

inline void find(const Tables& tables, const PlaceKeys& keys, std::vector<Place>& into) {
    append_by_id(tables.of<Place>(), keys.tokens, into);
    append_by_key(tables.of<Place>().by<LivePlace>(), keys.live_of, into);
    for (const auto& line : keys.lines) {
        find_admitted(tables, line, into);
        find_waiting(tables, line, into);
    }
}

/// The rows of an index by deadline that have lapsed.
template <class Entries, class Entity>
void append_lapsed(const Entries& entries, Time now, std::vector<Entity>& into) {
    std::int64_t count = 0;
    for (const auto& [key, row] : entries) {
        if (!passed(std::get<Time>(key), now) || count++ == tick_max) break;
        into.push_back(*row);
    }
}

/// The claims on the concert's seats, those of the least seats first. Walks all of its seats: it is for concerts called off.
inline std::vector<ReservationId> claims_in(const Tables& tables, ConcertId concert, std::int64_t limit) {
    std::map<SeatId, ReservationId> claims;
    const auto& by_number = tables.of<Seat>().by<SeatByNumber>();
    for (auto entry = by_number.lower_bound({concert, "", ""});
         entry != by_number.end() && std::get<ConcertId>(entry->first) == concert; ++entry)
        if (entry->second->claim) claims.emplace(entry->second->id, entry->second->claim);
    std::vector<ReservationId> ids;
    for (const auto& [seat, claim] : claims)
        if (std::ssize(ids) < limit) ids.push_back(claim);
    return ids;
}

/// The live hold of the concert whose deadline comes first.
inline const Reservation* live_hold_in(const Tables& tables, ConcertId concert, Time now) {
    const auto& held = tables.of<Reservation>().by<HeldByDeadline>();
    const auto is_its = [&](const auto& entry) {
        return entry.second->concert == concert && !passed(entry.second->deadline, now);
    };
    const auto found = std::find_if(held.lower_bound({now, ReservationId{}}), held.end(), is_its);
    return found == held.end() ? nullptr : found->second;
}

inline void find(const Tables& tables, const ReservationKeys& keys, std::vector<Reservation>& into) {
    append_by_id(tables.of<Reservation>(), keys.ids, into);
    const auto& held = tables.of<Reservation>().by<HeldByUser>();
    for (const auto user : keys.held_by)
        for (auto entry = held.lower_bound({user, ReservationId{}});
             entry != held.end() && std::get<UserId>(entry->first) == user; ++entry)
            into.push_back(*entry->second);
    if (keys.lapsed) append_lapsed(tables.of<Reservation>().by<HeldByDeadline>(), *keys.lapsed, into);
    append_by_id(tables.of<Reservation>(), keys.of_order, into);
    const auto& others = tables.of<Reservation>().by<OtherOfOrder>();
    for (const auto order : keys.of_order)
        for (auto entry = others.lower_bound({order, ReservationId{}});
             entry != others.end() && std::get<0>(entry->first) == order; ++entry)
            into.push_back(*entry->second);
    for (const auto& [concert, limit] : keys.claims_in)
        for (const auto claim : claims_in(tables, concert, limit))
            into.push_back(*tables.of<Reservation>().find(claim));
    for (const auto& [concert, now] : keys.held_in)
        if (const auto* hold = live_hold_in(tables, concert, now)) into.push_back(*hold);
    for (const auto& one : keys.any_in)
        tables.of<Reservation>().walk_from(one.second, [&](const Reservation& row) {
            if (row.concert != one.first) return true;
            into.push_back(row);
            return false;
        });
}

inline void find(const Tables& tables, const AccountKeys& keys, std::vector<Account>& into) {
    append_by_id(tables.of<Account>(), keys.ids, into);
}

inline void find(const Tables& tables, const PaymentKeys& keys, std::vector<Payment>& into) {
    append_by_id(tables.of<Payment>(), keys.ids, into);
    if (keys.lapsed) append_lapsed(tables.of<Payment>().by<RequestedByDeadline>(), *keys.lapsed, into);
}

inline void find(const Tables& tables, const IdempotencyKeys& keys, std::vector<IdempotencyRecord>& into) {
    append_by_id(tables.of<IdempotencyRecord>(), keys.ids, into);
}

inline void find(const Tables& tables, const LeaseKeys& keys, std::vector<NodeLease>& into) {
    if (keys.all) append_all(tables.of<NodeLease>(), into);
}

inline void find(const Tables& tables, const TokenKeyKeys& keys, std::vector<TokenKey>& into) {
    if (keys.all) append_all(tables.of<TokenKey>(), into);
}

// ---- what can be pruned --------------------------------------------------------------------------------------------

inline Prunable find_prunable(const Tables& tables, const PruneWish& wish, std::int64_t limit) {
    PruneCut cut{wish, limit};
    tables.of<Place>().walk_from(TokenId{}, [&](const Place& place) {
        if (place.token >= wish.tokens_below) return false;
        return !is_finished(place.state) || cut.take_place(place.token);
    });
    for (const auto& [key, record] : tables.of<IdempotencyRecord>().by<RecordByAge>())
        if (record->created_at > wish.idempotency_until || !cut.take_record(record->created_at)) break;
    const auto last = tables.last_event();
    tables.of<Event>().walk_from(0, [&](const Event& event) {
        return event.sequence != last.sequence && cut.take_event(event.sequence, event.at, is_lasting(event.kind));
    });
    return cut.found();
}

// ---- pages and counts ----------------------------------------------------------------------------------------------

/// Up to `limit` rows of an index whose keys are (owner, id): the owner's, newest first, below `before` (0:
/// from the newest).
template <class Entries, class Owner, class RowId>
auto newest_first(const Entries& entries, Owner owner, RowId before, std::int64_t limit) {
    using Entity = std::remove_cvref_t<decltype(*entries.begin()->second)>;
    std::vector<const Entity*> page;
    auto entry = before ? entries.lower_bound({owner, before})
                        : entries.upper_bound({owner, RowId{std::numeric_limits<std::int64_t>::max()}});
    while (static_cast<std::int64_t>(page.size()) < limit && entry != entries.begin()) {
        --entry;
        if (std::get<Owner>(entry->first) != owner) break;
        page.push_back(entry->second);
    }
    return page;
}

inline std::vector<Reservation> reservations_page(const Tables& tables, UserId user, ReservationId before,
                                                  std::int64_t limit) {
    std::vector<Reservation> page;
    for (const auto* row : newest_first(tables.of<Reservation>().by<ReservationByUser>(), user, before, limit))
        page.push_back(*row);
    return page;
}

inline std::vector<Transfer> transfers_page(const Tables& tables, AccountId account, TransferId before,
                                            std::int64_t limit) {
    const auto paid = newest_first(tables.of<Transfer>().by<TransferFrom>(), account, before, limit);
    const auto received = newest_first(tables.of<Transfer>().by<TransferTo>(), account, before, limit);
    std::vector<const Transfer*> rows;
    std::merge(paid.begin(), paid.end(), received.begin(), received.end(), std::back_inserter(rows),
               [](const Transfer* a, const Transfer* b) { return a->id > b->id; });
    std::vector<Transfer> page;
    for (const auto* row : rows)
        if (static_cast<std::int64_t>(page.size()) < limit) page.push_back(*row);
    return page;
}

inline std::vector<Payment> unreconciled_page(const Tables& tables, Time now, PaymentId after, std::int64_t limit) {
    std::vector<Payment> page;
    const auto& open = tables.of<Payment>().by<UnreconciledPayment>();
    for (auto entry = open.upper_bound(after); entry != open.end() && static_cast<std::int64_t>(page.size()) < limit;
         ++entry)
        if (is_unreconciled_at(*entry->second, now)) page.push_back(*entry->second);
    return page;
}

inline std::vector<SalesRow> sales_rows(const Tables& tables, ConcertId concert) {
    std::map<std::pair<std::string, TypeId>, SalesRow> rows;
    tables.of<Reservation>().for_each([&](const Reservation& reservation) {
        const bool is_sold = reservation.state == ReservationState::confirmed;
        const bool is_cancelled = reservation.state == ReservationState::cancelled;
        if (reservation.concert != concert || (!is_sold && !is_cancelled)) return;
        const auto& category = tables.of<Seat>().find(reservation.seat)->facts.category;
        auto& row = rows[{category, reservation.type}];
        row.category = category;
        row.type = reservation.type;
        row.sold += is_sold;
        row.cancelled += is_cancelled;
        row.gross.value += reservation.price.value;
        row.refunds.value += reservation.refunded.value;
    });
    std::vector<SalesRow> page;
    for (auto& [key, row] : rows) page.push_back(std::move(row));
    return page;
}

inline CashFlow cash_flow(const Tables& tables, Time from, Time to) {
    CashFlow flow;
    tables.of<Transfer>().for_each([&](const Transfer& transfer) {
        if (transfer.kind != TransferKind::recharge || transfer.at < from || transfer.at >= to) return;
        ++flow.recharge_count;
        flow.recharged.value += transfer.amount.value;
    });
    return flow;
}

/// How many rows of an index whose keys are (owner, deadline, id) have lapsed at `now`.
template <class Entries, class Owner>
std::int64_t lapsed_count(const Entries& entries, Owner owner, Time now) {
    using RowId = std::remove_cvref_t<decltype(std::get<2>(entries.begin()->first))>;
    std::int64_t count = 0;
    for (auto entry = entries.lower_bound({owner, Time::min(), RowId{}});
         entry != entries.end() && std::get<Owner>(entry->first) == owner && passed(std::get<Time>(entry->first), now);
         ++entry)
        ++count;
    return count;
}

inline SeatCounts count_seats(const Tables& tables, ConcertId concert, Time now) {
    const auto count = [&](SeatState state) { return tables.of<Seat>().count_of({concert, state}); };
    const auto lapsed = lapsed_count(tables.of<Seat>().by<HeldSeatByDeadline>(), concert, now);
    return {count(SeatState::available) + lapsed, count(SeatState::held) - lapsed, count(SeatState::sold),
            count(SeatState::blocked)};
}

inline Stats count_all(const Tables& tables, Time now) {
    Stats counts;
    counts.users = tables.of<User>().size();
    tables.of<Room>().for_each([&](const Room& room) {
        const auto& waiting = tables.of<Place>().by<WaitingByToken>();
        const auto too_old = std::distance(waiting.lower_bound({room.id, TokenId{}}),
                                           waiting.lower_bound({room.id, first_still_waiting(room.limits, now)}));
        counts.waiting += tables.of<Place>().count_of({room.id, PlaceState::waiting}) - too_old;
        counts.admitted += tables.of<Place>().count_of({room.id, PlaceState::admitted}) -
                           lapsed_count(tables.of<Place>().by<AdmittedByDeadline>(), room.id, now);
    });
    tables.of<Concert>().for_each([&](const Concert& concert) {
        const auto seats = count_seats(tables, concert.id, now);
        counts.seats.available += seats.available;
        counts.seats.held += seats.held;
        counts.seats.sold += seats.sold;
        counts.seats.blocked += seats.blocked;
    });
    return counts;
}

}  // namespace boxoffice::memory
