// No kind of row, and no member of a row, is left out where rows are listed.

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "boxoffice/member_count.hpp"
#include "sql/statements.hpp"
#include "support/catch.hpp"

using namespace boxoffice;

namespace {

/// Members that are structures of several columns count as those.
template <class Entity>
constexpr std::size_t value_count = member_count<Entity>();
template <>
constexpr std::size_t value_count<Room> = member_count<Room>() - 1 + member_count<RoomLimits>();
template <>
constexpr std::size_t value_count<Seat> = member_count<Seat>() - 1 + member_count<SeatFacts>();
template <>
constexpr std::size_t value_count<Sale> = member_count<Sale>() - 2 + member_count<SaleId>() + member_count<Terms>();
template <>
constexpr std::size_t value_count<TariffPrice> = member_count<SaleId>() + member_count<TariffRow>();
template <>
constexpr std::size_t value_count<IdempotencyRecord> = member_count<IdempotencyRecord>() -
                                                       1 + member_count<IdempotencyId>();
template <>
constexpr std::size_t value_count<NodeLease> = member_count<NodeLease>() - 1 + member_count<ClockReading>();

template <class Entity>
void push(std::vector<Write<Entity>>& rows) {
    rows.emplace_back();
}
template <class Entity>
void push(std::vector<Entity>& rows) {
    rows.emplace_back();
}
template <class Value>
void push(std::optional<Value>& value) {
    value.emplace();
}

/// An Io that takes the address of everything that it is shown.
struct Addresses {
    std::set<const void*> seen{};
    void key(const char*, const auto& value) { seen.insert(&value); }
    void fixed(const char*, const auto& value) { see(value); }
    void changing(const char*, const auto& value) { see(value); }
    void version(const char*, const auto& value) { see(value); }
    static void derived(const char*, const auto&) {}
    static void derived_fixed(const char*, const auto&) {}
    void see(const auto& value) { seen.insert(&value); }
    template <class IdType>
    void see(const sql::OrNull<IdType>& column) {
        seen.insert(&column.id);
    }
    template <class List>
    void see(const sql::RefundSteps<List>& column) {
        seen.insert(&column.list);
    }
    template <class List>
    void see(const sql::Numbers<List>& column) {
        seen.insert(&column.list);
    }
};

}  // namespace

TEST_CASE("a commit of one row of any kind is not empty, nor is one that only deletes or prunes") {
    CHECK(Changes{}.empty());
    int count = 0;
    std::apply(
        [&](auto... member) {
            const auto check = [&](auto of) {
                Changes changes;
                push(changes.*of);
                CHECK_FALSE(changes.empty());
                ++count;
            };
            (check(member), ...);
        },
        Changes::members);
    CHECK(count == 20);
}

TEST_CASE("a scan hides who has the store open and what must stay secret, and no other kind") {
    // What is hidden is in no audit and no dump. A new kind belongs into Changes::scanned.
    constexpr auto hidden = std::tuple{&Changes::leases, &Changes::token_keys};
    static_assert(std::tuple_size_v<decltype(Changes::rows)> ==
                      std::tuple_size_v<decltype(Changes::scanned)> + std::tuple_size_v<decltype(hidden)>,
                  "another kind of row is hidden from audits and dumps");
    CHECK(std::tuple_cat(Changes::scanned, hidden) == Changes::rows);
}

TEST_CASE("every member of a row has one column of its own") {
    RowKinds::for_each([]<class Entity>(std::type_identity<Entity>) {
        CAPTURE(sql::table_of<Entity>);
        std::size_t read_count = 0;
        std::set<std::string> columns;
        for (const auto& column : sql::columns_of<Entity>()) {
            if (column.is_read) ++read_count;
            CHECK(columns.insert(column.name).second);
        }
        CHECK(read_count == value_count<Entity>);
        Addresses addresses;
        const Entity row{};
        sql::fields(addresses, row);
        const bool stands_once = std::is_same_v<Entity, HouseRules>;  // its key is no member
        CHECK(addresses.seen.size() == value_count<Entity> + (stands_once ? 1 : 0));
    });
}

TEST_CASE("statements are made of a row's columns") {
    CHECK(
        sql::select<Place>("FROM tokens") ==
        "SELECT id, room_id, user_id, position, state, admitted_at, arrived_at, turn_until, deadline, finished_at FROM tokens");
    CHECK(
        sql::select_all<HouseRules>() ==
        "SELECT store_id, hold_ttl_us, holds_per_user, capture_ttl_us, identity_ttl_us, idempotency_ttl_us, issue_limit "
        "FROM house_rules ORDER BY id");
    CHECK(sql::insert_into<Account>("?") ==
          "INSERT INTO points (id, kind, balance, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)");
    CHECK(sql::update<Account>("?") == "UPDATE points SET balance = ?2, updated_at = ?3 WHERE id = ?1");
    CHECK(
        sql::put_into<TokenKey>("$") ==
        "INSERT INTO token_keys (id, secret) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET secret = excluded.secret");
    // What never changes is not written, what is derived is not read, and a write names the version that it saw.
    CHECK(
        sql::update<Seat>("?") ==
        "UPDATE seats SET section = ?2, seat_row = ?3, price = ?4, x = ?5, y = ?6, label = ?7, category = ?8, state = ?9, "
        "claim_id = ?10, held_until = ?11, version = ?12 WHERE id = ?1 AND version = ?12 - 1");
    // Operations sort by their numbers, every one of them.
    CHECK(
        sql::select_all<IdempotencyRecord>() ==
        "SELECT user_id, operation, idempotency_key, request, answer, created_at FROM idempotency ORDER BY user_id, "
        "CASE operation WHEN 'hold' THEN 1 WHEN 'recharge' THEN 2 WHEN 'pay' THEN 3 WHEN 'begin_payment' THEN 4 "
        "WHEN 'capture' THEN 5 WHEN 'hold_order' THEN 6 WHEN 'cancel' THEN 7 WHEN 'refund' THEN 8 END, idempotency_key");
}
