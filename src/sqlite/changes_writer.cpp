#include "sqlite/changes_writer.hpp"

#include "sqlite/rows.hpp"

namespace boxoffice::sqlite {
namespace {

template <class Entity>
void write_row(Query& query, void (*bind)(Binder&, const Entity&), const Entity& entity) {
    const int count = query.write_with([&](Binder& binder) { bind(binder, entity); });
    if (count != 1)
        throw Fault{ErrorCode::internal, "a write changed " + std::to_string(count) + " rows, not one: " + query.sql()};
}

}  // namespace

template <class Entity>
TableWriter<Entity>::TableWriter(SQLite::Database& database)
    : insert_(database, sql::insert_into<Entity>(parameter)),
      put_(database, sql::put_into<Entity>(parameter)),
      update_(database, sql::update<Entity>(parameter)) {}

template <class Entity>
void TableWriter<Entity>::update(const std::vector<Write<Entity>>& writes) {
    for (const auto& write : writes)
        if (!write.fresh) write_row<Entity>(update_, bind_update, write.entity);
}

template <class Entity>
void TableWriter<Entity>::insert(const std::vector<Write<Entity>>& writes) {
    for (const auto& write : writes)
        if (write.fresh) insert(write.entity);
}

template <class Entity>
void TableWriter<Entity>::insert(const Entity& entity) {
    write_row<Entity>(insert_, bind_insert, entity);
}

template <class Entity>
void TableWriter<Entity>::put(const Entity& entity) {
    write_row<Entity>(put_, bind_insert, entity);
}

ChangesWriter::ChangesWriter(SQLite::Database& database)
    : tables_(RowKinds::make<TableWriter>(database)),
      settle_backup_(database, "UPDATE log_state SET backup_of = NULL"),
      prune_places_(database,
                    "DELETE FROM tokens WHERE id < ? AND state NOT IN (" + sql::names_in(unfinished_places) + ")"),
      prune_records_(database, "DELETE FROM idempotency WHERE created_at <= ?"),
      prune_events_(database,
                    "DELETE FROM events WHERE sequence <= ? AND sequence < (SELECT max(sequence) FROM events) "
                    "AND kind NOT IN (" + sql::names_in(lasting_events) + ")") {}

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
    for (const auto& write : writes) table<IdempotencyRecord>().put(write.entity);
}

template <class Entity>
void ChangesWriter::write(const std::vector<Entity>& added) {
    for (const auto& entity : added) table<Entity>().insert(entity);
}

void ChangesWriter::write(const std::optional<HouseRules>& rules) {
    if (!rules) return;
    table<HouseRules>().put(*rules);
    settle_backup_.write();  // a backup that has been opened is a store of its own from here on
}

void ChangesWriter::write(const std::optional<Prune>& prune) {
    if (!prune) return;
    prune_places_.write(prune->tokens_below);
    prune_records_.write(to_us(prune->idempotency_until));
    prune_events_.write(prune->events_through);
}

}  // namespace boxoffice::sqlite
