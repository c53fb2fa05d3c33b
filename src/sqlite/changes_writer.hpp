#pragma once
/// Puts the changes of a commit into the tables.

#include <optional>
#include <tuple>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// The statements that write one kind of row. All of these demand that each write changes one row.
template <class Entity>
class TableWriter {
  public:
    explicit TableWriter(SQLite::Database& database);
    /// Changes rows that must be there.
    void update(const std::vector<Write<Entity>>& writes);
    /// Adds rows that must not be there.
    void insert(const std::vector<Write<Entity>>& writes);
    void insert(const Entity& entity);
    /// Puts a row in the place of one that has its key.
    void put(const Entity& entity);

  private:
    Query insert_;
    Query put_;
    Query update_;
};

/// Of the writing connection. All functions throw; then roll back.
class ChangesWriter {
  public:
    explicit ChangesWriter(SQLite::Database& database);
    /// Writes all of it; `last` is the last event so far. Internal: a back-stop fired.
    void apply(const Changes& changes, const LastEvent& last);

  private:
    // How each member of Changes is written; one that has no `write` does not compile.
    template <class Entity>
    void write(const std::vector<Write<Entity>>& writes);
    void write(const std::vector<Write<IdempotencyRecord>>& writes);
    template <class Entity>
    void write(const std::vector<Entity>& added);
    void write(const std::optional<HouseRules>& rules);
    void write(const std::optional<Prune>& prune);

    template <class Entity>
    TableWriter<Entity>& table() { return std::get<TableWriter<Entity>>(tables_); }

    RowKinds::Each<TableWriter> tables_;
    Query settle_backup_;
    Query prune_places_;
    Query prune_records_;
    Query prune_events_;
};

}  // namespace boxoffice::sqlite
