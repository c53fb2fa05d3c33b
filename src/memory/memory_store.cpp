#include "boxoffice/memory_store.hpp"

#include <unistd.h>

#include <limits>
#include <new>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "memory/gate.hpp"
#include "memory/lookups.hpp"
#include "memory/tables.hpp"

namespace boxoffice {
namespace memory {

/// What a store and its views share. A child of fork() has a copy whose locks and tables may have been caught
/// in the middle of a change, so it leaves both alone.
struct Shared {
    explicit Shared(Duration wait_max) : gate{wait_max} {}
    [[nodiscard]] bool forked() const { return ::getpid() != owner; }

    Gate gate;
    Tables tables;
    const ::pid_t owner = ::getpid();
};

namespace {

tl::unexpected<Error> ended() { return refuse(ErrorCode::internal, "the transaction has ended"); }

/// All of a View, over the tables; `Base` is View or Transaction.
template <class Base>
class MemoryView : public LoadsBy<MemoryView<Base>, Base> {
  public:
    explicit MemoryView(const Tables& tables) : tables_{&tables} {}
    MemoryView(const MemoryView&) = delete;
    MemoryView& operator=(const MemoryView&) = delete;

    template <class Keys, class Entity>
    Result<void> load_rows(const Keys& keys, std::vector<Entity>& into) {
        if (tables_ == nullptr) return ended();
        find(*tables_, keys, into);
        return {};
    }

    Result<LastEvent> last_event() override {
        return answer([](const Tables& tables) { return tables.last_event(); });
    }
    Result<std::optional<HouseRules>> house_rules() override {
        return answer([](const Tables& tables) {
            const auto* rules = tables.of<HouseRules>().last();
            return rules == nullptr ? std::nullopt : std::optional{*rules};
        });
    }
    Result<std::vector<Concert>> concerts_from(Date first) override {
        return answer([&](const Tables& tables) {
            std::vector<Concert> page;
            const auto& by_date = tables.of<Concert>().by<ConcertByDate>();
            for (auto entry = by_date.lower_bound({first, ConcertId{}}); entry != by_date.end(); ++entry)
                page.push_back(*entry->second);
            return page;
        });
    }
    Result<std::vector<Seat>> seats_of(ConcertId concert) override {
        return answer([&](const Tables& tables) {
            std::vector<Seat> page;
            const auto& by_number = tables.of<Seat>().by<SeatByNumber>();
            for (auto entry = by_number.lower_bound({concert, "", ""});
                 entry != by_number.end() && std::get<ConcertId>(entry->first) == concert; ++entry)
                page.push_back(*entry->second);
            return page;
        });
    }
    Result<SeatCounts> seat_counts(ConcertId concert, Time now) override {
        return answer([&](const Tables& tables) { return count_seats(tables, concert, now); });
    }
    Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before, std::int64_t limit) override {
        return answer([&](const Tables& tables) { return reservations_page(tables, user, before, limit); });
    }
    Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before, std::int64_t limit) override {
        return answer([&](const Tables& tables) { return transfers_page(tables, account, before, limit); });
    }
    Result<std::vector<PaymentStep>> steps_of(PaymentId payment) override {
        return answer([&](const Tables& tables) {
            std::vector<PaymentStep> page;
            tables.of<PaymentStep>().walk_from({payment, 0}, [&](const PaymentStep& step) {
                if (step.payment == payment) page.push_back(step);
                return step.payment == payment;
            });
            return page;
        });
    }
    Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after, std::int64_t limit) override {
        return answer([&](const Tables& tables) { return unreconciled_page(tables, now, after, limit); });
    }
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) override {
        return answer([&](const Tables& tables) {
            std::vector<Event> page;
            if (sequence == std::numeric_limits<std::int64_t>::max()) return page;
            tables.of<Event>().walk_from(sequence + 1, [&](const Event& event) {
                const bool fits = static_cast<std::int64_t>(page.size()) < limit;
                if (fits) page.push_back(event);
                return fits;
            });
            return page;
        });
    }
    Result<std::vector<SalesRow>> sales_of_concert(ConcertId concert) override {
        return answer([&](const Tables& tables) { return sales_rows(tables, concert); });
    }
    Result<CashFlow> cash_between(Time from, Time to) override {
        return answer([&](const Tables& tables) { return cash_flow(tables, from, to); });
    }
    Result<Stats> counts(Time now) override {
        return answer([&](const Tables& tables) { return count_all(tables, now); });
    }
    Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) override {
        return answer([&](const Tables& tables) { return find_prunable(tables, wish, limit); });
    }
    Result<void> scan(Visitor& visitor) override {
        if (tables_ == nullptr) return ended();
        ScannedKinds::for_each([&]<class Entity>(std::type_identity<Entity>) {
            tables_->of<Entity>().for_each([&](const Entity& row) { visitor.visit(row); });
        });
        return {};
    }

  protected:
    void end() { tables_ = nullptr; }

  private:
    template <class Ask>
    auto answer(Ask ask) -> Result<decltype(ask(std::declval<const Tables&>()))> {
        if (tables_ == nullptr) return ended();
        return ask(*tables_);
    }

    const Tables* tables_;
};

/// Keeps commits out while it lives.
class MemoryReading final : public MemoryView<View> {
  public:
    explicit MemoryReading(Shared& shared) : MemoryView{shared.tables}, shared_{shared} {}
    ~MemoryReading() override {
        if (open_ && !shared_.forked()) shared_.gate.end_reading();
    }
    [[nodiscard]] bool open() { return open_ = shared_.gate.begin_reading(); }

  private:
    Shared& shared_;
    bool open_ = false;
};

/// Holds the writer's lock until it has committed or is destroyed. It reads without another lock: only the
/// one who holds the writer's lock changes the tables.
class MemoryTransaction final : public MemoryView<Transaction> {
  public:
    explicit MemoryTransaction(Shared& shared) : MemoryView{shared.tables}, shared_{shared} {}
    ~MemoryTransaction() override { leave(); }
    [[nodiscard]] bool open(Store::Deadline deadline) { return open_ = shared_.gate.begin_writing(deadline); }

    Result<void> commit(const Changes& changes) override {
        if (!open_) return ended();
        auto done = shared_.forked() ? refuse(ErrorCode::forked) : try_commit(changes);
        leave();
        return done;
    }

  private:
    Result<void> try_commit(const Changes& changes) try {
        StagedChanges staged{shared_.tables};
        BOXOFFICE_TRY(staged.stage(changes));
        if (!shared_.gate.begin_applying())
            return refuse(ErrorCode::busy, "a view was held for as long as a commit waits");
        staged.apply();
        shared_.gate.end_applying();
        return {};
    } catch (const std::bad_alloc&) {
        return refuse(ErrorCode::out_of_memory);
    }

    void leave() {
        end();
        if (std::exchange(open_, false) && !shared_.forked()) shared_.gate.end_writing();
    }

    Shared& shared_;
    bool open_ = false;
};

}  // namespace
}  // namespace memory

MemoryStore::MemoryStore(Duration wait_max) : shared_{std::make_unique<memory::Shared>(wait_max)} {}

MemoryStore::~MemoryStore() {
    if (shared_->forked()) (void)shared_.release();
}

Result<std::unique_ptr<Transaction>> MemoryStore::begin_until(Deadline deadline) {
    if (shared_->forked()) return refuse(ErrorCode::forked);
    auto transaction = std::make_unique<memory::MemoryTransaction>(*shared_);
    if (!transaction->open(deadline)) return refuse(ErrorCode::busy, "another transaction is under way");
    return transaction;
}

Duration MemoryStore::wait_max() const { return shared_->gate.wait_max(); }

Result<std::unique_ptr<View>> MemoryStore::read() {
    if (shared_->forked()) return refuse(ErrorCode::forked);
    auto view = std::make_unique<memory::MemoryReading>(*shared_);
    if (!view->open()) return refuse(ErrorCode::busy, "a commit waits for a view that is held");
    return view;
}

Result<std::int64_t> MemoryStore::version() { return 0; }

}  // namespace boxoffice
