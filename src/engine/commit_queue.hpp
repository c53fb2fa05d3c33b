#pragma once
/// Who decides next, where many wish to: callers stand in line, and the first of them leads. It decides for all who wait, in the
/// order in which they came, in one transaction with one commit, and hands the lead to the oldest who came meanwhile. So a commit
/// to disk, which costs the same for one command as for hundreds, is shared by as many as there are; nobody overtakes anybody;
/// and each is woken alone, when its own outcomes are there.

#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "boxoffice/commands.hpp"
#include "boxoffice/office.hpp"
#include "engine/fork_guard.hpp"

namespace boxoffice {

/// Wakes one thread, once. Unlike std::binary_semaphore of GCC 12 it may be waited for until a time. What the thread is to see
/// stands in atomics beside it: the thread sanitizer does not know sem_clockwait.
class Signal {
  public:
    using Time = std::chrono::steady_clock::time_point;

    Signal() noexcept { ::sem_init(&semaphore_, 0, 0); }
    ~Signal() { ::sem_destroy(&semaphore_); }
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    /// It may be gone as soon as the other thread returns.
    void give() noexcept { ::sem_post(&semaphore_); }
    void wait() noexcept;
    /// False: not until then.
    [[nodiscard]] bool wait_until(Time deadline) noexcept;

  private:
    ::sem_t semaphore_;
};

/// One caller's commands, and what comes of them.
struct Call {
    enum class State { waiting, leading, taken, over };
    using Deadline = std::chrono::steady_clock::time_point;

    std::span<const Command> commands;
    std::vector<Outcome> outcomes;  ///< has room for all before it is entered
    Deadline deadline;              ///< until which the store is waited for

    std::atomic<State> state{State::waiting};
    Signal signal;  ///< of who waits for it: it leads, or it is over
    Call* next = nullptr;

    std::vector<Command> owned;  ///< of a submitted one
    Completion completion;       ///< of a submitted one: nobody waits for it
    [[nodiscard]] bool is_submitted() const { return completion != nullptr; }

    /// The error for every command that has no outcome yet.
    void refuse(const Error& error) noexcept;
    /// Hands the outcomes to whoever submitted it. What that throws is lost.
    void complete() noexcept;
};

/// In the order in which they were added.
class Calls {
  public:
    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    [[nodiscard]] Call* first() const { return first_; }
    void add(Call* call) noexcept;
    Call* take_first() noexcept;
    /// One that is in it.
    void remove(Call* call) noexcept;
    /// `visit` may end the call's life.
    template <class Visit>
    void for_each(Visit visit) const {
        for (auto* call = first_; call != nullptr;) {
            auto* const next = call->next;
            visit(*call);
            call = next;
        }
    }

  private:
    Call* first_ = nullptr;
    Call* last_ = nullptr;
};

/// Thread-safe. One thread leads at a time: it may do what takes the writer's right.
class CommitQueue {
  public:
    ~CommitQueue();

    /// Waits until the call is over (false) or this thread leads (true): then it is still in line, and is taken like the others.
    /// Over with `busy`: nobody could take it until its deadline.
    [[nodiscard]] bool enter(Call& call);

    /// Puts a submitted call in line and returns. Who leads next takes it: a thread in enter() or in await_lead().
    void submit(std::unique_ptr<Call> call) noexcept;

    /// Leads, unless another does.
    [[nodiscard]] bool try_lead();

    /// Leads as soon as a submitted call waits and nobody else leads. False: that was not so until `deadline`, or after wake_all().
    [[nodiscard]] bool await_lead(Call::Deadline deadline);

    /// From here on nobody waits in await_lead.
    void wake_all();

    [[nodiscard]] CommitStats stats();

    /// How many wait in line.
    [[nodiscard]] std::int64_t waiting_count();

    // ---- of who leads -----------------------------------------------------------------------------------------------

    /// Until when the oldest may wait; the epoch: nobody is there.
    [[nodiscard]] Call::Deadline oldest_deadline();

    /// Ends the oldest with an error. Others may have more time.
    void refuse_oldest(const Error& error, Calls& submitted);

    /// Gives those who were just answered a moment to come back with their next command: where a commit is dear, one for all
    /// of them is worth more than one at once.
    void gather();

    /// Those who wait, the oldest first, as many as have `command_max` commands together, but one at least (if any waits).
    Calls take(std::int64_t command_max);

    /// Tells them their outcomes, all of which stand, and adds the submitted ones to `submitted`, to be completed when this
    /// thread no longer leads. `spent`: how long their commit took in all.
    void answer(const Calls& calls, std::chrono::nanoseconds spent, Calls& submitted);

    /// Leads no longer: the oldest who waits does, or who awaits submissions, or nobody.
    void pass_on() noexcept;

  private:
    struct Driver {
        Signal signal;
        std::atomic<bool> leads{false};
        Driver* next = nullptr;
    };
    Driver* take_driver();
    void take_out(Call& call);
    void end(Call& call, Calls& submitted);
    void count(std::int64_t command_count, std::chrono::nanoseconds spent);

    const std::uint32_t made_in_ = fork_epoch();
    std::mutex mutex_;
    Calls waiting_;
    std::int64_t count_ = 0;  ///< of those who wait
    bool is_led_ = false;
    bool is_woken_ = false;
    Driver* drivers_ = nullptr;
    CommitStats stats_;

    // Of who leads.
    std::int64_t last_count_ = 0;  ///< calls of the last batch
    std::chrono::nanoseconds last_spent_{};
};

}  // namespace boxoffice
