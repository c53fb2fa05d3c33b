#pragma once
/// The pages, counts and scans of a View.

#include <optional>
#include <string>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// The statements of one connection's pages. As a connection: for one thread at a time; all functions throw.
class Pages {
  public:
    explicit Pages(SQLite::Database& database);

    LastEvent last_event();
    std::optional<HouseRules> house_rules();
    /// What SQLite's integrity check says, at most some dozen lines; empty: all is well.
    std::vector<std::string> find_damage();
    std::vector<Concert> concerts_from(Date first);
    std::vector<Seat> seats_of(ConcertId concert);
    SeatCounts seat_counts(ConcertId concert, Time now);
    std::vector<Reservation> reservations_of(UserId user, ReservationId before, std::int64_t limit);
    std::vector<Transfer> transfers_of(AccountId account, TransferId before, std::int64_t limit);
    std::vector<PaymentStep> steps_of(PaymentId payment);
    std::vector<Payment> unreconciled_payments(Time now, PaymentId after, std::int64_t limit);
    std::vector<Event> events_after(std::int64_t sequence, std::int64_t limit);
    std::vector<SalesRow> sales_of_concert(ConcertId concert);
    CashFlow cash_between(Time from, Time to);
    Stats counts(Time now);
    Prunable prunable(const PruneWish& wish, std::int64_t limit);
    /// One row at a time, whatever the size of the table.
    void scan(Visitor& visitor);

  private:
    template <class Entity>
    void scan_table(Visitor& visitor);

    SQLite::Database& database_;
    Query last_event_;
    Query house_rules_;
    Query integrity_check_;
    Query concerts_from_;
    Query seats_of_;
    Query seat_counts_;
    Query seat_counts_all_;
    Query reservations_of_;
    Query transfers_of_;
    Query steps_of_;
    Query unreconciled_payments_;
    Query events_after_;
    Query sales_rows_;
    Query cash_;
    Query user_count_;
    Query rooms_;
    Query waiting_count_;
    Query admitted_count_;
    Query finished_places_;
    Query old_records_;
    Query first_events_;
};

}  // namespace boxoffice::sqlite
