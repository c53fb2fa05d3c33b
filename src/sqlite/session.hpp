#pragma once
/// A connection with its statements, and the View over it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/lookups.hpp"
#include "sqlite/pages.hpp"

namespace boxoffice::sqlite {

/// For one thread at a time.
struct Session {
    explicit Session(std::unique_ptr<Connection> opened)
        : connection(std::move(opened)), lookups(connection->database()), pages(connection->database()) {}

    std::unique_ptr<Connection> connection;  // first, so that it closes after the statements have gone
    Lookups lookups;
    Pages pages;
};

/// Short enough to need no memory of its own, because it is said where nothing may throw.
inline tl::unexpected<Error> ended() { return refuse(ErrorCode::internal, "it has ended"); }

/// All of a View; `Base` is View or Transaction. The derived class sets and clears `session_`.
template <class Base>
class SessionView : public LoadsBy<SessionView<Base>, Base> {
  public:
    SessionView() = default;
    SessionView(const SessionView&) = delete;
    SessionView& operator=(const SessionView&) = delete;

    template <class Keys, class Entity>
    Result<void> load_rows(const Keys& keys, std::vector<Entity>& into) {
        if (session_ == nullptr) return ended();
        return guarded("load", [&] { session_->lookups.find(keys, into); });
    }

    Result<LastEvent> last_event() override {
        return ask([](Pages& pages) { return pages.last_event(); });
    }
    Result<std::optional<HouseRules>> house_rules() override {
        return ask([](Pages& pages) { return pages.house_rules(); });
    }
    Result<std::vector<std::string>> find_damage() override {
        return ask([](Pages& pages) { return pages.find_damage(); });
    }
    Result<std::vector<Concert>> concerts_from(Date first) override {
        return ask([&](Pages& pages) { return pages.concerts_from(first); });
    }
    Result<std::vector<Seat>> seats_of(ConcertId concert) override {
        return ask([&](Pages& pages) { return pages.seats_of(concert); });
    }
    Result<SeatCounts> seat_counts(ConcertId concert, Time now) override {
        return ask([&](Pages& pages) { return pages.seat_counts(concert, now); });
    }
    Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before, std::int64_t limit) override {
        return ask([&](Pages& pages) { return pages.reservations_of(user, before, limit); });
    }
    Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before, std::int64_t limit) override {
        return ask([&](Pages& pages) { return pages.transfers_of(account, before, limit); });
    }
    Result<std::vector<PaymentStep>> steps_of(PaymentId payment) override {
        return ask([&](Pages& pages) { return pages.steps_of(payment); });
    }
    Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after, std::int64_t limit) override {
        return ask([&](Pages& pages) { return pages.unreconciled_payments(now, after, limit); });
    }
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) override {
        return ask([&](Pages& pages) { return pages.events_after(sequence, limit); });
    }
    Result<std::vector<SalesRow>> sales_of_concert(ConcertId concert) override {
        return ask([&](Pages& pages) { return pages.sales_of_concert(concert); });
    }
    Result<CashFlow> cash_between(Time from, Time to) override {
        return ask([&](Pages& pages) { return pages.cash_between(from, to); });
    }
    Result<Stats> counts(Time now) override {
        return ask([&](Pages& pages) { return pages.counts(now); });
    }
    Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) override {
        return ask([&](Pages& pages) { return pages.prunable(wish, limit); });
    }
    Result<void> scan(Visitor& visitor) override {
        return ask([&](Pages& pages) { pages.scan(visitor); });
    }

  protected:
    Session* session_ = nullptr;

  private:
    template <class Ask>
    auto ask(Ask&& question) -> Result<std::invoke_result_t<Ask, Pages&>> {
        if (session_ == nullptr) return ended();
        return guarded("read", [&] { return question(session_->pages); });
    }
};

}  // namespace boxoffice::sqlite
