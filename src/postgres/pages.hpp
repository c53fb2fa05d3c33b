#pragma once
/// The pages, counts and scans of a View.

#include <optional>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "postgres/connection.hpp"

namespace boxoffice::postgres {

/// Asks over one connection, whose transaction is under way. For one thread at a time; all functions throw.
class Pages {
  public:
    explicit Pages(Connection& connection) : connection_(connection) {}

    /// Waits for the answers as long as a page may take.
    void run(const Pipeline& pipeline);

    std::optional<HouseRules> house_rules();
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
    /// Some thousand rows at a time, whatever the size of the table.
    void scan(Visitor& visitor);

  private:
    template <class Entity>
    std::vector<Entity> fetch(const Statement& statement, Parameters parameters = {});
    /// Rows a thousand at a time, until `visit` has seen all or says false.
    template <class Visit>
    void walk(const Statement& declare, const Parameters& parameters, Visit visit);
    template <class Entity>
    void scan_table(Visitor& visitor);

    Connection& connection_;
};

}  // namespace boxoffice::postgres
