#pragma once
/// A connection that is ready for our statements, and the View over it.

#include <type_traits>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "postgres/connection.hpp"
#include "postgres/errors.hpp"
#include "postgres/lookups.hpp"
#include "postgres/pages.hpp"

namespace boxoffice::postgres {

/// Short enough to need no memory of its own, because it is said where nothing may throw.
inline tl::unexpected<Error> ended() { return refuse(ErrorCode::internal, "it has ended"); }

/// All of a View; `Base` is View or Transaction. The derived class sets and clears `connection_`, and `last_`, the last event of
/// the state that the connection's transaction sees.
template <class Base>
class SessionView : public LoadsBy<SessionView<Base>, Base> {
  public:
    SessionView() = default;
    SessionView(const SessionView&) = delete;
    SessionView& operator=(const SessionView&) = delete;

    template <class Keys, class Entity>
    Result<void> load_rows(const Keys& keys, std::vector<Entity>& into) {
        return with("load", [&](Pages& pages) {
            Pipeline pipeline;
            find(pipeline, keys, into);
            pages.run(pipeline);
        });
    }
    Result<void> load_stage(const StageKeys& keys, StageRows& into) override {
        return with("load", [&](Pages& pages) {
            Pipeline pipeline;
            for_each_loaded(keys, into, [&](const auto& some, auto& rows) {
                if (some.any()) find(pipeline, some, rows);
            });
            pages.run(pipeline);
        });
    }

    Result<LastEvent> last_event() override {
        if (connection_ == nullptr) return ended();
        return last_;
    }
    Result<std::optional<HouseRules>> house_rules() override {
        return with("read", [](Pages& pages) { return pages.house_rules(); });
    }
    Result<std::vector<Concert>> concerts_from(Date first) override {
        return with("read", [&](Pages& pages) { return pages.concerts_from(first); });
    }
    Result<std::vector<Seat>> seats_of(ConcertId concert) override {
        return with("read", [&](Pages& pages) { return pages.seats_of(concert); });
    }
    Result<SeatCounts> seat_counts(ConcertId concert, Time now) override {
        return with("read", [&](Pages& pages) { return pages.seat_counts(concert, now); });
    }
    Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before, std::int64_t limit) override {
        return with("read", [&](Pages& pages) { return pages.reservations_of(user, before, limit); });
    }
    Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before, std::int64_t limit) override {
        return with("read", [&](Pages& pages) { return pages.transfers_of(account, before, limit); });
    }
    Result<std::vector<PaymentStep>> steps_of(PaymentId payment) override {
        return with("read", [&](Pages& pages) { return pages.steps_of(payment); });
    }
    Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after, std::int64_t limit) override {
        return with("read", [&](Pages& pages) { return pages.unreconciled_payments(now, after, limit); });
    }
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) override {
        return with("read", [&](Pages& pages) { return pages.events_after(sequence, limit); });
    }
    Result<std::vector<SalesRow>> sales_of_concert(ConcertId concert) override {
        return with("read", [&](Pages& pages) { return pages.sales_of_concert(concert); });
    }
    Result<CashFlow> cash_between(Time from, Time to) override {
        return with("read", [&](Pages& pages) { return pages.cash_between(from, to); });
    }
    Result<Stats> counts(Time now) override {
        return with("read", [&](Pages& pages) { return pages.counts(now); });
    }
    Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) override {
        return with("read", [&](Pages& pages) { return pages.prunable(wish, limit); });
    }
    Result<void> scan(Visitor& visitor) override {
        return with("scan", [&](Pages& pages) { pages.scan(visitor); });
    }

    [[nodiscard]] bool is_lost() const override { return connection_ != nullptr && connection_->is_lost(); }

  protected:
    Connection* connection_ = nullptr;
    LastEvent last_;

  private:
    template <class Ask>
    auto with(const char* what, Ask&& ask) -> Result<std::invoke_result_t<Ask, Pages&>> {
        if (connection_ == nullptr) return ended();
        return guarded(what, [&] {
            Pages pages{*connection_};
            return ask(pages);
        });
    }
};

}  // namespace boxoffice::postgres
