#pragma once
/// What the decorators of stores have in common: a view that passes every call on, and tells before it does.

#include <memory>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"

namespace boxoffice::testing {

/// Called before the inner view is; an error is the call's answer instead. What it throws, the call throws.
class ViewHooks {
  public:
    virtual ~ViewHooks() = default;
    virtual Result<void> before_load(const char* repository) = 0;
    virtual Result<void> before_page(const char* page) = 0;
    /// Is what the view looks at out of reach?
    [[nodiscard]] virtual bool is_lost() const { return false; }
};

/// `Base` is View or Transaction. Owns the inner view; the hooks must outlive it.
template <class Base>
class HookedView : public LoadsBy<HookedView<Base>, Base> {
  public:
    HookedView(std::unique_ptr<Base> inner, ViewHooks& hooks) : inner_{std::move(inner)}, hooks_{hooks} {}

    template <class Keys, class Entity>
    Result<void> load_rows(const Keys& keys, std::vector<Entity>& into) {
        BOXOFFICE_TRY(hooks_.before_load(Keys::repository));
        return inner_->load(keys, into);
    }

    Result<LastEvent> last_event() override {
        BOXOFFICE_TRY(hooks_.before_page("last_event"));
        return inner_->last_event();
    }
    Result<std::optional<HouseRules>> house_rules() override {
        BOXOFFICE_TRY(hooks_.before_page("house_rules"));
        return inner_->house_rules();
    }
    Result<std::vector<Concert>> concerts_from(Date first) override {
        BOXOFFICE_TRY(hooks_.before_page("concerts_from"));
        return inner_->concerts_from(first);
    }
    Result<std::vector<Seat>> seats_of(ConcertId concert) override {
        BOXOFFICE_TRY(hooks_.before_page("seats_of"));
        return inner_->seats_of(concert);
    }
    Result<SeatCounts> seat_counts(ConcertId concert, Time now) override {
        BOXOFFICE_TRY(hooks_.before_page("seat_counts"));
        return inner_->seat_counts(concert, now);
    }
    Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before, std::int64_t limit) override {
        BOXOFFICE_TRY(hooks_.before_page("reservations_of"));
        return inner_->reservations_of(user, before, limit);
    }
    Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before, std::int64_t limit) override {
        BOXOFFICE_TRY(hooks_.before_page("transfers_of"));
        return inner_->transfers_of(account, before, limit);
    }
    Result<std::vector<PaymentStep>> steps_of(PaymentId payment) override {
        BOXOFFICE_TRY(hooks_.before_page("steps_of"));
        return inner_->steps_of(payment);
    }
    Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after, std::int64_t limit) override {
        BOXOFFICE_TRY(hooks_.before_page("unreconciled_payments"));
        return inner_->unreconciled_payments(now, after, limit);
    }
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) override {
        BOXOFFICE_TRY(hooks_.before_page("events_after"));
        return inner_->events_after(sequence, limit);
    }
    Result<std::vector<SalesRow>> sales_of_concert(ConcertId concert) override {
        BOXOFFICE_TRY(hooks_.before_page("sales_of_concert"));
        return inner_->sales_of_concert(concert);
    }
    Result<CashFlow> cash_between(Time from, Time to) override {
        BOXOFFICE_TRY(hooks_.before_page("cash_between"));
        return inner_->cash_between(from, to);
    }
    Result<Stats> counts(Time now) override {
        BOXOFFICE_TRY(hooks_.before_page("counts"));
        return inner_->counts(now);
    }
    Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) override {
        BOXOFFICE_TRY(hooks_.before_page("prunable"));
        return inner_->prunable(wish, limit);
    }
    Result<void> scan(Visitor& visitor) override {
        BOXOFFICE_TRY(hooks_.before_page("scan"));
        return inner_->scan(visitor);
    }
    Result<std::vector<std::string>> find_damage() override {
        BOXOFFICE_TRY(hooks_.before_page("find_damage"));
        return inner_->find_damage();
    }

    [[nodiscard]] bool is_lost() const override { return hooks_.is_lost() || inner_->is_lost(); }

  protected:
    [[nodiscard]] Base& inner() { return *inner_; }

  private:
    std::unique_ptr<Base> inner_;
    ViewHooks& hooks_;
};

}  // namespace boxoffice::testing
