#pragma once
/// The sale: every buyer is a small state machine, and a few workers take the steps that are due.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "buyers.hpp"
#include "chance.hpp"
#include "house.hpp"
#include "plan.hpp"
#include "scheduler.hpp"
#include "seat_board.hpp"

namespace onsale {

/// What happened, counted by one worker or by all.
struct Tally {
    std::map<std::string, std::int64_t> refusals;  ///< by the error's name
    std::int64_t commands = 0;
    std::vector<std::int64_t> latencies_us;  ///< of single commands
    void add(const Tally& other);
};

struct SaleReport {
    std::int64_t paid = 0;
    std::int64_t paid_and_cancelled = 0;
    std::int64_t abandoned = 0;
    std::int64_t left = 0;
    std::int64_t unserved = 0;  ///< wanted to buy and did not
    std::int64_t max_waiting = 0;
    double seconds = 0;
    Tally tally;
    bool was_interrupted = false;
    std::string failure;  ///< why the sale stopped early, or what was answered wrongly; empty: nothing
};

struct SaleOptions {
    std::uint64_t seed = 1;
    std::size_t thread_count = 1;
    std::optional<double> time_scale;  ///< none: the clock is virtual
    bool shows_progress = false;       ///< on stderr
};

class OnSale {
  public:
    OnSale(House& house, const Hall& hall, const std::vector<Buyer>& buyers,
           std::shared_ptr<boxoffice::VirtualClock> clock, SaleOptions options, const std::atomic<bool>& interrupt);

    /// Runs the whole sale; once. `interrupt` becoming true ends it early.
    SaleReport run();

  private:
    enum class Step { join, wait, recharge, list, hold, pay, pay_again, cancel, leave };
    enum class End { none, paid, cancelled, abandoned, left, unserved };

    struct Visit {
        const Buyer* buyer = nullptr;
        boxoffice::UserId user;
        Chance chance{0, 0};
        Step step = Step::join;
        End end = End::none;
        boxoffice::TokenClaims place;
        std::string token;
        boxoffice::OrderId order;  ///< held or paid
        boxoffice::Paid paid;
        std::int64_t balance = 0;
        std::shared_ptr<const Listing> listing;
        std::vector<std::size_t> tried;  ///< seats refused since the last listing
        int holds_tried = 0;             ///< in all: the wanted one, then one of its category, then any
        int looks_in_vain = 0;
        int joins = 0;
        int busy_count = 0;
    };

    /// How long until the visit's next step; nothing: it has ended.
    using Next = std::optional<boxoffice::Duration>;

    void open_doors(Tally& tally);
    void work(Tally& tally);
    void sweep(Tally& tally);
    Next take_step(Visit& visit, Tally& tally);
    Next join(Visit& visit, Tally& tally);
    void seated_in_line(Visit& visit, const boxoffice::Joined& joined);
    Next wait(Visit& visit, Tally& tally);
    Next recharge(Visit& visit, Tally& tally);
    Next list(Visit& visit, Tally& tally);
    Next hold(Visit& visit, Tally& tally);
    Next pay(Visit& visit, Tally& tally);
    Next pay_again(Visit& visit, Tally& tally);
    Next cancel(Visit& visit, Tally& tally);
    Next has_paid(Visit& visit);
    Next leave(Visit& visit, Tally& tally);
    Next give_up(Visit& visit, Tally& tally);
    Next finish(Visit& visit, End end);
    Next go(Visit& visit, Step step);
    Next lose_place(Visit& visit, Tally& tally);
    Next after_refusal(Visit& visit, const boxoffice::Error& error, Tally& tally);
    boxoffice::Result<boxoffice::OrderId> ask_for(const Visit& visit, const std::vector<std::size_t>& seats,
                                                  Tally& tally);
    bool seats_may_come_back(const Visit& visit);
    std::vector<std::size_t> choose(Visit& visit, Tally& tally);
    std::vector<std::size_t> pick(Visit& visit, const std::vector<std::size_t>& seats, bool only_affordable);
    static std::vector<std::size_t> beside(const Visit& visit, std::size_t wanted,
                                           const std::vector<std::size_t>& seats);
    std::optional<std::size_t> wanted_category(const Visit& visit) const;

    template <class C>
    boxoffice::Result<typename C::Answer> execute(C command, Tally& tally);
    void note(const boxoffice::Error& error, Tally& tally);
    void note_waiting();
    void stop(const std::string& failure);
    void show_progress(bool is_last);

    House& house_;
    const Hall& hall_;
    boxoffice::BoxOffice& office_;
    std::shared_ptr<boxoffice::VirtualClock> clock_;
    SaleOptions options_;
    SeatBoard board_;
    Scheduler scheduler_;
    std::vector<Visit> visits_;
    std::size_t sweeper_ = 0;  ///< the sweeper's number among the scheduler's entries: one past the visits'
    std::string recharge_key_;
    const std::atomic<bool>& interrupt_;
    std::atomic<std::int64_t> open_visits_{0};
    std::atomic<std::int64_t> paid_count_{0};
    std::atomic<std::int64_t> seats_to_cancel_{0};  ///< bought by those who will cancel
    std::atomic<std::int64_t> progress_due_us_{0};
    std::atomic<std::int64_t> max_waiting_{0};
    std::mutex failure_mutex_;
    std::string failure_;
};

}  // namespace onsale
