#include "sqlite/changes_writer.hpp"

#include "sqlite/rows.hpp"

namespace boxoffice::sqlite {
namespace {

/// Sequences go on without a gap, and time never runs backwards.
void check_sequence(const std::vector<Event>& events, LastEvent last) {
    for (const auto& event : events) {
        if (event.sequence != last.sequence + 1)
            throw Fault{ErrorCode::internal, "events: a sequence does not follow the last one"};
        if (last.sequence > 0 && event.at < last.at)
            throw Fault{ErrorCode::internal, "events: a time is before the last one"};
        last = {event.sequence, event.at};
    }
}

template <class Entity>
void write_row(Query& query, void (*bind)(Binder&, const Entity&), const Entity& entity) {
    const int count = query.write_with([&](Binder& binder) { bind(binder, entity); });
    if (count != 1)
        throw Fault{ErrorCode::internal, "a write changed " + std::to_string(count) + " rows, not one: " + query.sql()};
}

}  // namespace

template <class Entity>
TableWriter<Entity>::TableWriter(SQLite::Database& database)
    : insert_(database, insert_sql<Entity>), update_(database, update_sql<Entity>) {}

template <class Entity>
void TableWriter<Entity>::update(const std::vector<Write<Entity>>& writes) {
    for (const auto& write : writes)
        if (!write.fresh) write_row<Entity>(update_, update_values, write.entity);
}

template <class Entity>
void TableWriter<Entity>::insert(const std::vector<Write<Entity>>& writes) {
    for (const auto& write : writes)
        if (write.fresh) write_row<Entity>(insert_, insert_values, write.entity);
}

template <class Entity>
TableAppender<Entity>::TableAppender(SQLite::Database& database) : insert_(database, insert_sql<Entity>) {}

template <class Entity>
void TableAppender<Entity>::append(const std::vector<Entity>& entities) {
    for (const auto& entity : entities) write_row<Entity>(insert_, insert_values, entity);
}

ChangesWriter::ChangesWriter(SQLite::Database& database)
    : users_(database),
      rooms_(database),
      concerts_(database),
      seats_(database),
      places_(database),
      reservations_(database),
      accounts_(database),
      payments_(database),
      leases_(database),
      token_keys_(database),
      put_rules_(database, insert_sql<HouseRules>),
      settle_backup_(database, "UPDATE log_state SET backup_of = NULL"),
      put_record_(database, insert_sql<IdempotencyRecord>),
      payment_steps_(database),
      transfers_(database),
      events_(database),
      prune_places_(database, "DELETE FROM tokens WHERE id < ? AND state NOT IN ('waiting', 'admitted')"),
      prune_records_(database, "DELETE FROM idempotency WHERE created_at <= ?"),
      prune_events_(database,
                    "DELETE FROM events WHERE sequence <= ? AND sequence < (SELECT max(sequence) FROM events) "
                    "AND kind NOT IN ('room_created', 'room_changed')") {}

void ChangesWriter::apply(const Changes& changes, const LastEvent& last) {
    check_sequence(changes.events, last);
    // A table's changed rows go first: what they leave (a seat's live claim, a user's live place) a new row may take
    // over in the same commit.
    const auto write = [](auto& table, const auto& writes) {
        table.update(writes);
        table.insert(writes);
    };
    write(users_, changes.users);
    write(rooms_, changes.rooms);
    write(concerts_, changes.concerts);
    write(seats_, changes.seats);
    write(places_, changes.places);
    write(reservations_, changes.reservations);
    write(accounts_, changes.accounts);
    write(payments_, changes.payments);
    write(leases_, changes.leases);
    write(token_keys_, changes.token_keys);
    if (changes.house_rules) {
        put_rules_.write_with([&](Binder& binder) { insert_values(binder, *changes.house_rules); });
        settle_backup_.write();  // a backup that has been opened is a store of its own from here on
    }
    for (const auto& record : changes.idempotency)
        put_record_.write_with([&](Binder& binder) { insert_values(binder, record.entity); });
    payment_steps_.append(changes.payment_steps);
    transfers_.append(changes.transfers);
    events_.append(changes.events);
    if (changes.prune) prune(*changes.prune);
}

void ChangesWriter::prune(const Prune& prune) {
    prune_places_.write(prune.tokens_below);
    prune_records_.write(to_us(prune.idempotency_until));
    prune_events_.write(prune.events_through);
}

}  // namespace boxoffice::sqlite
