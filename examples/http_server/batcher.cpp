#include "batcher.hpp"

#include <algorithm>

namespace http_server {

using boxoffice::Command;
using boxoffice::Error;
using boxoffice::ErrorCode;
using boxoffice::Outcome;

namespace {

/// The fault that every command of a batch met: it is the store's, not one command's.
std::optional<Error> fault_of(const std::vector<Outcome>& outcomes) {
    for (const auto& outcome : outcomes)
        if (outcome || range_of(outcome.error().code) != boxoffice::ErrorRange::fault) return std::nullopt;
    if (outcomes.empty()) return Error{ErrorCode::out_of_memory, {}};
    return outcomes.front().error();
}

}  // namespace

void BatchSizes::count(std::size_t size) {
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), static_cast<std::int64_t>(size));
    counts_[static_cast<std::size_t>(at - bounds.begin())].fetch_add(1, std::memory_order_relaxed);
    commands_.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
}

Outcome Batcher::run(Command command) {
    Waiting mine{std::move(command), Clock::now(), std::nullopt};
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
    const auto began = Clock::now();
    if (health_ != nullptr) health_->began(began);
    bool is_housekeeping = true;
    for (const auto* one : batch) is_housekeeping &= std::holds_alternative<boxoffice::Tick>(one->command);
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
    const auto fault = fault_of(outcomes);
    if (health_ != nullptr) health_->ended(fault, is_housekeeping, Clock::now());
    const std::lock_guard lock(mutex_);
    if (fault && fault->code == ErrorCode::busy) refuse_the_patient(began, *fault);
    for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i]->outcome = i < outcomes.size() ? std::move(outcomes[i])
                                                : Outcome{boxoffice::refuse(boxoffice::ErrorCode::out_of_memory)};
}

/// The lock is held.
void Batcher::refuse_the_patient(Clock::time_point began, const Error& error) {
    const auto middle = began + (Clock::now() - began) / 2;
    std::erase_if(waiting_, [&](Waiting* one) {
        if (one->since > middle) return false;
        one->outcome = Outcome{tl::unexpected(error)};
        return true;
    });
}

}  // namespace http_server
