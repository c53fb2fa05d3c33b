#include "scheduler.hpp"

#include <algorithm>

namespace onsale {

using boxoffice::Duration;

void Scheduler::add(std::size_t entry, Duration delay) {
    const std::lock_guard lock(mutex_);
    steps_.push({clock_->steady() + delay, added_++, entry});
    if (steps_.top().entry != entry) return;
    (has_leader_ ? leader_ : followers_).notify_one();
}

std::size_t Scheduler::take() {
    const auto entry = steps_.top().entry;
    steps_.pop();
    if (!steps_.empty()) followers_.notify_one();
    return entry;
}

std::optional<std::size_t> Scheduler::next() {
    std::unique_lock lock(mutex_);
    while (!has_ended_) {
        if (interrupt_) {
            has_ended_ = true;
            followers_.notify_all();
            break;
        }
        if (steps_.empty() || has_leader_) {
            followers_.wait(lock);
            continue;
        }
        const auto ahead = steps_.top().due - clock_->steady();
        if (ahead <= Duration::zero()) return take();
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::micro> least{static_cast<double>(ahead.count()) /
                                                              time_scale_.value_or(1)};
        const auto ripe_at = moved_at_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(least);
        if (!time_scale_ || now >= ripe_at) {
            clock_->advance(ahead);
            moved_at_ = now;
            continue;
        }
        has_leader_ = true;
        leader_.wait_until(lock, std::min(ripe_at, now + std::chrono::milliseconds{100}));
        has_leader_ = false;
    }
    return std::nullopt;
}

void Scheduler::end() {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    leader_.notify_all();
    followers_.notify_all();
}

}  // namespace onsale
