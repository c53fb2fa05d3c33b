#include "sqlite/changes_writer.hpp"

#include <array>
#include <string>
#include <vector>

#include "sqlite/rows.hpp"

namespace boxoffice::sqlite {
namespace {

void check_count(const Query& query, int count, int expected) {
    if (count != expected)
        throw Fault{ErrorCode::internal, "a write changed " + std::to_string(count) + " rows, not " +
                                             std::to_string(expected) + ": " + query.sql()};
}

/// Those that take away what is of a concert, which is gone by then.
std::vector<Query> deletes_of(SQLite::Database& database) {
    std::vector<Query> queries;
    for (const auto* table :
         {sql::table_of<TariffPrice>, sql::table_of<TicketType>, sql::table_of<Sale>, sql::table_of<Seat>})
        queries.emplace_back(database, std::string{"DELETE FROM "} + table + " WHERE concert_id = ?");
    return queries;
}

}  // namespace

template <class Entity>
void Inserts::write(Query& query, const Entity* const* rows, int count) {
    check_count(query, query.write_with([&](Binder& binder) {
        for (int i = 0; i < count; ++i) bind_insert(binder, *rows[i]);
    }),
                count);
}

template <class List, class RowOf>
void Inserts::write(const List& list, RowOf row_of) {
    std::array<decltype(row_of(list.front())), at_once> rows;
    int count = 0;
    for (const auto& item : list) {
        const auto* const row = row_of(item);
        if (row == nullptr) continue;
        rows[static_cast<std::size_t>(count)] = row;
        if (++count < at_once) continue;
        write(many_, rows.data(), count);
        count = 0;
    }
    for (int i = 0; i < count; ++i) write(one_, &rows[static_cast<std::size_t>(i)], 1);
}

template <class Entity>
TableWriter<Entity>::TableWriter(SQLite::Database& database)
    : insert_(database, sql::insert_into<Entity>(parameter), sql::insert_into<Entity>(parameter, Inserts::at_once)),
      put_(database, sql::put_into<Entity>(parameter), sql::put_into<Entity>(parameter, Inserts::at_once)),
      update_(database, sql::update<Entity>(parameter)) {}

template <class Entity>
void TableWriter<Entity>::update(const std::vector<Write<Entity>>& writes) {
    for (const auto& write : writes)
        if (!write.fresh)
            check_count(update_, update_.write_with([&](Binder& binder) { bind_update(binder, write.entity); }), 1);
}

template <class Entity>
void TableWriter<Entity>::insert(const std::vector<Write<Entity>>& writes) {
    insert_.write(writes, [](const Write<Entity>& write) { return write.fresh ? &write.entity : nullptr; });
}

template <class Entity>
void TableWriter<Entity>::insert(const std::vector<Entity>& added) {
    insert_.write(added, [](const Entity& entity) { return &entity; });
}

template <class Entity>
void TableWriter<Entity>::put(const std::vector<Write<Entity>>& writes) {
    put_.write(writes, [](const Write<Entity>& write) { return &write.entity; });
}

template <class Entity>
void TableWriter<Entity>::put(const Entity& entity) {
    put_.write(std::array{&entity}, [](const Entity* row) { return row; });
}

ChangesWriter::ChangesWriter(SQLite::Database& database)
    : tables_(RowKinds::make<TableWriter>(database)),
      settle_backup_(database, "UPDATE log_state SET backup_of = NULL"),
      delete_concert_(database, "DELETE FROM concerts WHERE id = ?"),
      delete_sales_account_(database, "DELETE FROM points WHERE id = ? AND balance = 0"),
      delete_rows_of_(deletes_of(database)),
      prune_places_(database,
                    "DELETE FROM tokens WHERE id < ? AND state NOT IN (" + sql::names_in(unfinished_places) + ")"),
      prune_records_(database, "DELETE FROM idempotency WHERE created_at <= ?"),
      prune_events_(database,
                    "DELETE FROM events WHERE sequence <= ? AND sequence < (SELECT max(sequence) FROM events) "
                    "AND kind NOT IN (" +
                        sql::names_in(lasting_events) + ")") {}

void ChangesWriter::apply(const Changes& changes, const LastEvent& last) {
    value_of(check_sequence(changes.events, last));
    changes.for_each([&](const auto& rows) { write(rows); });
}

template <class Entity>
void ChangesWriter::write(const std::vector<Write<Entity>>& writes) {
    // Changed rows go first: what they leave (a seat's live claim, a user's live place) a new row may take over in the
    // same commit.
    table<Entity>().update(writes);
    table<Entity>().insert(writes);
}

void ChangesWriter::write(const std::vector<Write<IdempotencyRecord>>& writes) {
    table<IdempotencyRecord>().put(writes);
}

template <class Entity>
void ChangesWriter::write(const std::vector<Entity>& added) {
    table<Entity>().insert(added);
}

void ChangesWriter::write(const std::optional<HouseRules>& rules) {
    if (!rules) return;
    table<HouseRules>().put(*rules);
    settle_backup_.write();  // a backup that has been opened is a store of its own from here on
}

void ChangesWriter::write(const std::vector<ConcertId>& deleted) {
    for (const auto concert : deleted) {
        check_count(delete_concert_, delete_concert_.write(concert), 1);
        check_count(delete_sales_account_, delete_sales_account_.write(sales_of(concert)), 1);
        for (auto& query : delete_rows_of_) query.write(concert);
    }
}

void ChangesWriter::write(const std::optional<Prune>& prune) {
    if (!prune) return;
    prune_places_.write(prune->tokens_below);
    prune_records_.write(to_us(prune->idempotency_until));
    prune_events_.write(prune->events_through);
}

}  // namespace boxoffice::sqlite
