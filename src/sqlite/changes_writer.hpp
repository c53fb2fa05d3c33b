#pragma once
/// Puts the changes of a commit into the tables.

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// Adds rows, several a statement where there are many: a row then costs a quarter less, measured.
class Inserts {
  public:
    static constexpr int at_once = 8;

    Inserts(SQLite::Database& database, std::string one, std::string many)
        : one_(database, std::move(one)), many_(database, std::move(many)) {}

    /// Those of the list for which `row_of` gives a row; for the others it gives nullptr.
    template <class List, class RowOf>
    void write(const List& list, RowOf row_of);

  private:
    template <class Entity>
    static void write(Query& query, const Entity* const* rows, int count);

    Query one_;
    Query many_;
};

/// The statements that write one kind of row. All of these demand that each write changes one row.
template <class Entity>
class TableWriter {
  public:
    explicit TableWriter(SQLite::Database& database);
    /// Changes rows that must be there.
    void update(const std::vector<Write<Entity>>& writes);
    /// Adds rows that must not be there.
    void insert(const std::vector<Write<Entity>>& writes);
    void insert(const std::vector<Entity>& added);
    /// Puts rows in the place of those that have their keys.
    void put(const std::vector<Write<Entity>>& writes);
    void put(const Entity& entity);

  private:
    Inserts insert_;
    Inserts put_;
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
    void write(const std::vector<ConcertId>& deleted);
    void write(const std::optional<Prune>& prune);

    template <class Entity>
    TableWriter<Entity>& table() {
        return std::get<TableWriter<Entity>>(tables_);
    }

    RowKinds::Each<TableWriter> tables_;
    Query settle_backup_;
    Query delete_concert_;
    Query delete_sales_account_;
    std::vector<Query> delete_rows_of_;  ///< of a concert
    Query prune_places_;
    Query prune_records_;
    Query prune_events_;
};

}  // namespace boxoffice::sqlite
