#include "commands.hpp"

#include <new>
#include <utility>
#include <variant>
#include <vector>

namespace http_server {

using namespace boxoffice;

namespace {

/// As many as the office puts into one transaction.
constexpr std::size_t batch_max = 1'000;

Commands::Pending& pending(Waiting* waiting) { return static_cast<Commands::Pending&>(*waiting); }

}  // namespace

bool Commands::try_add(Pending& pending) noexcept {
    pending.since = Clock::now();
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_ || count_ >= limits_.waiting_max) return false;
        is_first = waiting_.empty();
        waiting_.add(pending);
        ++count_;
        waiting_count_.fetch_add(1, std::memory_order_relaxed);
    }
    if (is_first) changed_.notify_one();
    return true;
}

bool Commands::drive() noexcept {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_closed_ || !waiting_.empty(); });
        if (waiting_.empty()) return false;
    }
    (void)drive_waiting();
    return true;
}

bool Commands::drive_waiting() noexcept {
    WaitingList batch;
    WaitingList late;
    {
        const auto now = Clock::now();
        const std::lock_guard lock(mutex_);
        if (waiting_.empty()) return false;
        for (std::size_t i = 0; i < batch_max && !waiting_.empty(); ++i) {
            auto& one = pending(waiting_.take_first());
            (now - one.since > limits_.wait_max ? late : batch).add(one);
            --count_;
            waiting_count_.fetch_sub(1, std::memory_order_relaxed);
        }
    }
    resume_all(late);
    if (!batch.empty()) decide(batch);
    return true;
}

void Commands::close() noexcept {
    WaitingList dropped;
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        dropped = std::exchange(waiting_, {});
        waiting_count_.fetch_sub(static_cast<std::int64_t>(std::exchange(count_, 0)), std::memory_order_relaxed);
    }
    changed_.notify_all();
    resume_all(dropped);
}

void Commands::resume_all(WaitingList list) noexcept {
    // One may be gone as soon as its front has it.
    while (auto* const one = list.take_first()) pending(one).front.resume(*one);
}

void Commands::decide(WaitingList batch) noexcept {
    std::vector<Command> commands;
    std::vector<Outcome> outcomes;
    try {
        batch.for_each([&](Waiting& one) { commands.push_back(std::move(pending(&one).command)); });
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < commands.size(); ++i) health_.began(begin);
        outcomes = office_.execute(commands);
    } catch (const std::bad_alloc&) {  // before anything was done
        commands.clear();
    }
    std::size_t i = 0;
    batch.for_each([&](Waiting& one) {
        auto& outcome = pending(&one).outcome;
        if (i < outcomes.size())
            outcome.emplace(std::move(outcomes[i]));
        else
            outcome.emplace(refuse(ErrorCode::out_of_memory));
        if (i < commands.size()) tell_health(*outcome, std::holds_alternative<Tick>(commands[i]));
        ++i;
    });
    resume_all(batch);
}

}  // namespace http_server
