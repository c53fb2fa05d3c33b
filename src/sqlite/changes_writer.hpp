#pragma once
/// Puts the changes of a commit into the tables.

#include <string>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// The statements that write one kind of row.
template <class Entity>
class TableWriter {
  public:
    explicit TableWriter(SQLite::Database& database);
    /// Changes rows that must be there.
    void update(const std::vector<Write<Entity>>& writes);
    /// Adds rows that must not be there.
    void insert(const std::vector<Write<Entity>>& writes);

  private:
    Query insert_;
    Query update_;
};

/// The same for rows that are only ever added.
template <class Entity>
class TableAppender {
  public:
    explicit TableAppender(SQLite::Database& database);
    void append(const std::vector<Entity>& entities);

  private:
    Query insert_;
};

/// Of the writing connection. All functions throw; then roll back.
class ChangesWriter {
  public:
    explicit ChangesWriter(SQLite::Database& database);
    /// Writes all of it; `last` is the last event so far. Internal: a back-stop fired.
    void apply(const Changes& changes, const LastEvent& last);

  private:
    void prune(const Prune& prune);

    TableWriter<User> users_;
    TableWriter<Room> rooms_;
    TableWriter<Concert> concerts_;
    TableWriter<Seat> seats_;
    TableWriter<Place> places_;
    TableWriter<Reservation> reservations_;
    TableWriter<Account> accounts_;
    TableWriter<Payment> payments_;
    TableWriter<NodeLease> leases_;
    TableWriter<TokenKey> token_keys_;
    Query put_rules_;
    Query settle_backup_;
    Query put_record_;
    TableAppender<PaymentStep> payment_steps_;
    TableAppender<Transfer> transfers_;
    TableAppender<Event> events_;
    Query prune_places_;
    Query prune_records_;
    Query prune_events_;
};

}  // namespace boxoffice::sqlite
