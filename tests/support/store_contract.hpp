#pragma once
/// What the contract tests of stores share. They run over every store of stores.hpp: one that passes can stand under
/// the engine.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/dump.hpp"
#include "support/sample_rows.hpp"
#include "support/stores.hpp"

namespace boxoffice::testing {

inline constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
inline constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();

inline constexpr RoomId main_room{11};
inline constexpr ConcertId concert{21};
inline constexpr UserId ann{101};
inline constexpr UserId ben{102};

inline Date day(int year, unsigned month, unsigned of_month) {
    return Date{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month}};
}

/// Runs the test once for each store.
inline StoreFactory any_store() { return GENERATE(from_range(store_factories())); }

/// The room, the concert, and users 101, 102 … 100 + count.
inline Changes town(std::int64_t user_count = 2) {
    Changes changes;
    for (std::int64_t i = 1; i <= user_count; ++i) add(changes.users, sample_user(100 + i));
    add(changes.rooms, sample_room(main_room.value, "main"));
    add(changes.concerts, sample_concert(concert.value, main_room, day(2026, 12, 24)));
    return changes;
}

/// The town, and a seat held by Ann: place 1001 in position 1, seat 301, reservation 401, until an hour after first_moment.
struct HeldTown {
    Seat seat = sample_seat(301, concert, "1");
    Place place = admitted_place(1001, main_room, ann, 1, after_first_moment(3600));
    Reservation reservation = held_reservation(401, ann, seat, place.token, after_first_moment(3600));

    HeldTown() { take(seat, reservation.id, reservation.deadline); }
    [[nodiscard]] Changes changes() const {
        auto changes = town();
        add(changes.seats, seat);
        add(changes.places, place);
        add(changes.reservations, reservation);
        changes.events.push_back(sample_event(1, EventKind::seat_held));
        return changes;
    }
};

/// What one stage could ask of a held town, of every kind.
inline StageKeys keys_of_all_kinds() {
    const HeldTown held;
    StageKeys keys;
    keys.users.ids = {ann, ben};
    keys.rooms.all = true;
    keys.concerts.ids = {concert};
    keys.seats.numbers = {{concert, held.seat.facts.number}};
    keys.places.tokens = {held.place.token};
    keys.reservations.ids = {held.reservation.id};
    keys.accounts.ids = {account_of(ann)};
    keys.payments.ids = {PaymentId{601}};
    keys.idempotency.ids = {{ann, Operation::recharge, "key"}};
    keys.leases.all = true;
    keys.sales.in_force = {concert};
    keys.tariffs.of = {{concert, 1}};
    keys.types.of = {concert};
    keys.claims.of = {{ann, concert}, {ben, concert}};
    return keys;
}

inline std::string dump_of(Store& store) { return must(dump(*must(store.read()))); }

// ---- ids: what most tests compare ----------------------------------------------------------------------------------

using Ids = std::vector<std::int64_t>;

template <class Entity>
Ids ids_of(const std::vector<Entity>& rows) {
    Ids ids;
    for (const auto& row : rows) {
        if constexpr (std::is_same_v<Entity, Event>)
            ids.push_back(row.sequence);
        else if constexpr (std::is_same_v<Entity, Place>)
            ids.push_back(row.token.value);
        else
            ids.push_back(row.id.value);
    }
    return ids;
}

inline Ids sorted(Ids ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

/// 1, 2 … count, plus `offset`.
inline Ids range(std::int64_t count, std::int64_t offset) {
    Ids ids;
    for (std::int64_t i = 1; i <= count; ++i) ids.push_back(offset + i);
    return ids;
}

template <class IdType>
std::vector<IdType> as_ids(std::initializer_list<std::int64_t> values) {
    std::vector<IdType> ids;
    for (const auto value : values) ids.push_back(IdType{value});
    return ids;
}

/// The rows of one line, split: admitted by deadline, waiting by position, each in the order they came.
struct LineAnswer {
    Ids admitted;
    Ids waiting;
};

inline LineAnswer line_of(Store& store, const LineKey& key) {
    PlaceKeys keys;
    keys.lines = {key};
    LineAnswer answer;
    for (const auto& place : load(must(store.read())->places(), keys))
        (place.state == PlaceState::admitted ? answer.admitted : answer.waiting).push_back(place.token.value);
    return answer;
}

}  // namespace boxoffice::testing
