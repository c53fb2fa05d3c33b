#include "batcher.hpp"

#include <algorithm>

namespace http_server {

using boxoffice::Command;
using boxoffice::Outcome;

void BatchSizes::count(std::size_t size) {
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), static_cast<std::int64_t>(size));
    counts_[static_cast<std::size_t>(at - bounds.begin())].fetch_add(1, std::memory_order_relaxed);
    commands_.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
}

Outcome Batcher::run(Command command) {
    Waiting mine{std::move(command), std::nullopt};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    done_.wait(lock, [&] { return mine.outcome.has_value() || !is_led_; });
    if (mine.outcome) return *std::move(mine.outcome);
    is_led_ = true;
    const auto batch = std::exchange(waiting_, {});
    lock.unlock();
    lead(batch);
    lock.lock();
    is_led_ = false;
    done_.notify_all();
    return *std::move(mine.outcome);
}

void Batcher::lead(const std::vector<Waiting*>& batch) {
    std::vector<Outcome> outcomes;
    try {
        std::vector<Command> commands;
        commands.reserve(batch.size());
        for (auto* one : batch) commands.push_back(std::move(one->command));
        outcomes = office_.execute(commands);
    } catch (const std::exception&) {  // of our own vectors: the office does not throw
        outcomes.clear();
    }
    sizes_.count(batch.size());
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i]->outcome = i < outcomes.size() ? std::move(outcomes[i])
                                                : Outcome{boxoffice::refuse(boxoffice::ErrorCode::out_of_memory)};
}

}  // namespace http_server
