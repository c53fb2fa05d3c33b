#include "engine/commit_queue.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/no_throw.hpp"

namespace boxoffice {
namespace {

using Steady = std::chrono::steady_clock;

/// Measured: of 64 callers a commit carries 53 with it, 35 without; 300 us carries more, and is slower.
constexpr std::chrono::nanoseconds gather_max = std::chrono::microseconds{100};

timespec monotonic(Steady::time_point time) {
    const auto since = std::max(time.time_since_epoch(), Steady::duration::zero());
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
    return {static_cast<time_t>(whole.count()), static_cast<long>((since - whole).count())};
}

}  // namespace

void Signal::wait() noexcept {
    while (::sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
}

bool Signal::wait_until(Time deadline) noexcept {
    const auto time = monotonic(deadline);
    while (::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &time) != 0)
        if (errno != EINTR) return false;
    return true;
}

void Call::refuse(const Error& error) noexcept {
    while (outcomes.size() < commands.size()) outcomes.push_back(tl::unexpected(copy_of(error)));
}

void Call::complete() noexcept {
    (void)guarded([&]() -> Result<void> { return completion(std::move(outcomes)), Result<void>{}; });
}

void Calls::add(Call* call) noexcept {
    call->next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = call;
    last_ = call;
}

Call* Calls::take_first() noexcept {
    auto* const call = first_;
    first_ = call->next;
    return call;
}

void Calls::remove(Call* call) noexcept {
    Call* before = nullptr;
    for (auto* one = first_; one != call; one = one->next) before = one;
    (before == nullptr ? first_ : before->next) = call->next;
    if (last_ == call) last_ = before;
}

/// Fills what is missing; there is room for it.
void fill(Call& call, const Error& error) noexcept {
    while (call.outcomes.size() < call.commands.size()) call.outcomes.push_back(tl::unexpected(copy_of(error)));
}

CommitQueue::~CommitQueue() {
    if (fork_epoch() != made_in_) return;  // who waits here are the parent's threads, and they are told there
    while (!waiting_.empty()) {            // submitted ones only: no other call may be running
        const std::unique_ptr<Call> call{waiting_.take_first()};
        call->refuse(Error{ErrorCode::closed, {}});
        call->complete();
    }
}

bool CommitQueue::enter(Call& call) {
    {
        const std::lock_guard lock{mutex_};
        waiting_.add(&call);
        ++count_;
        if (!std::exchange(is_led_, true)) {
            call.state = Call::State::leading;
            return true;
        }
    }
    if (call.signal.wait_until(call.deadline)) return call.state == Call::State::leading;
    {
        const std::lock_guard lock{mutex_};
        if (call.state == Call::State::waiting) {
            take_out(call);
            call.state = Call::State::over;
            call.refuse(error_of(ErrorCode::busy, "those before it took all the time it had"));
            return false;
        }
    }
    call.signal.wait();  // it was just taken, or leads: whoever says so still holds the signal
    return call.state == Call::State::leading;
}

void CommitQueue::submit(std::unique_ptr<Call> call) noexcept {
    Driver* driver = nullptr;
    {
        const std::lock_guard lock{mutex_};
        waiting_.add(call.release());
        ++count_;
        if (is_led_ || drivers_ == nullptr) return;
        is_led_ = true;
        driver = take_driver();
    }
    driver->signal.give();
}

bool CommitQueue::try_lead() {
    const std::lock_guard lock{mutex_};
    return !std::exchange(is_led_, true);
}

bool CommitQueue::await_lead(Call::Deadline deadline) {
    Driver driver;
    {
        const std::lock_guard lock{mutex_};
        if (is_woken_) return false;
        if (!is_led_ && !waiting_.empty()) return is_led_ = true;
        driver.next = std::exchange(drivers_, &driver);
    }
    if (driver.signal.wait_until(deadline)) return driver.leads;
    {
        const std::lock_guard lock{mutex_};
        for (auto** at = &drivers_; *at != nullptr; at = &(*at)->next)
            if (*at == &driver) {
                *at = driver.next;
                return false;
            }
    }
    driver.signal.wait();
    return driver.leads;
}

void CommitQueue::wake_all() {
    Driver* sleeping = nullptr;
    {
        const std::lock_guard lock{mutex_};
        is_woken_ = true;
        sleeping = std::exchange(drivers_, nullptr);
    }
    while (sleeping != nullptr) std::exchange(sleeping, sleeping->next)->signal.give();
}

CommitStats CommitQueue::stats() {
    const std::lock_guard lock{mutex_};
    return stats_;
}

std::int64_t CommitQueue::waiting_count() {
    const std::lock_guard lock{mutex_};
    return count_;
}

Call::Deadline CommitQueue::oldest_deadline() {
    const std::lock_guard lock{mutex_};
    return waiting_.empty() ? Call::Deadline{} : waiting_.first()->deadline;
}

void CommitQueue::refuse_oldest(const Error& error, Calls& submitted) {
    Call* oldest = nullptr;
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.empty()) return;
        oldest = waiting_.first();
        take_out(*oldest);
    }
    oldest->refuse(error);
    end(*oldest, submitted);
}

void CommitQueue::gather() {
    if (last_count_ < 2) return;
    const auto until = Steady::now() + std::min(gather_max, last_spent_ / 4);
    do {
        {
            const std::lock_guard lock{mutex_};
            if (count_ >= last_count_) return;
        }
        ::sched_yield();
    } while (Steady::now() < until);
}

Calls CommitQueue::take(std::int64_t command_max) {
    const std::lock_guard lock{mutex_};
    Calls taken;
    std::int64_t command_count = 0;
    while (!waiting_.empty()) {
        auto* const call = waiting_.first();
        command_count += static_cast<std::int64_t>(call->commands.size());
        if (!taken.empty() && command_count > command_max) break;
        take_out(*call);
        taken.add(call);
    }
    return taken;
}

void CommitQueue::answer(const Calls& calls, std::chrono::nanoseconds spent, Calls& submitted) {
    last_count_ = 0;
    last_spent_ = spent;
    std::int64_t command_count = 0;
    calls.for_each([&](const Call& call) {
        ++last_count_;
        command_count += static_cast<std::int64_t>(call.commands.size());
    });
    if (command_count > 0) count(command_count, spent);
    calls.for_each([&](Call& call) { end(call, submitted); });
}

void CommitQueue::count(std::int64_t command_count, std::chrono::nanoseconds spent) {
    const auto bucket = [](const auto& bounds, const auto& value) {
        return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin());
    };
    const auto latency = std::chrono::duration_cast<Duration>(spent);
    const std::lock_guard lock{mutex_};
    ++stats_.by_commands[bucket(CommitStats::command_bounds, command_count)];
    ++stats_.by_latency[bucket(CommitStats::latency_bounds, latency)];
    stats_.commands += command_count;
    stats_.spent += latency;
}

void CommitQueue::pass_on() noexcept {
    Signal* signal = nullptr;
    {
        const std::lock_guard lock{mutex_};
        auto* heir = waiting_.first();
        while (heir != nullptr && heir->is_submitted()) heir = heir->next;
        if (heir != nullptr) {
            heir->state = Call::State::leading;
            signal = &heir->signal;
        } else if (!waiting_.empty() && drivers_ != nullptr) {
            signal = &take_driver()->signal;
        } else {
            is_led_ = false;
        }
    }
    if (signal != nullptr) signal->give();
}

CommitQueue::Driver* CommitQueue::take_driver() {
    auto* const driver = std::exchange(drivers_, drivers_->next);
    driver->leads = true;
    return driver;
}

/// With the mutex held.
void CommitQueue::take_out(Call& call) {
    waiting_.remove(&call);
    --count_;
    call.state = Call::State::taken;
}

/// Its waiter may be gone, and the call with it, as soon as the signal is given.
void CommitQueue::end(Call& call, Calls& submitted) {
    if (call.is_submitted()) return submitted.add(&call);
    call.state = Call::State::over;
    call.signal.give();
}

}  // namespace boxoffice
