#pragma once
/// Whose step is next, and what time it is. A buyer is an entry here while they think or wait, and holds no thread.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "boxoffice/ports.hpp"

namespace onsale {

/// Thread-safe. The sale's clock stands still while someone's step is due, and else moves on to the next one: at most
/// `time_scale` times as fast as real time. So a machine that cannot keep up makes the sale slower, not the buyers
/// late. Without a scale it moves at once: with one worker, everything then depends on the steps alone.
class Scheduler {
  public:
    /// `interrupt` becoming true ends the sale within a tenth of a second.
    Scheduler(std::shared_ptr<boxoffice::VirtualClock> clock, std::optional<double> time_scale,
              const std::atomic<bool>& interrupt)
        : clock_(std::move(clock)), time_scale_(time_scale), interrupt_(interrupt) {}

    /// `entry` takes its next step in `delay`. Steps due at the same time go in the order they were added.
    void add(std::size_t entry, boxoffice::Duration delay);

    /// Waits until a step is due, and takes it. Nothing: the sale is over.
    std::optional<std::size_t> next();

    /// No more steps: those who wait in `next` return.
    void end();

  private:
    struct Step {
        boxoffice::Duration due;
        std::uint64_t order;
        std::size_t entry;
        friend bool operator>(const Step& a, const Step& b) {
            return a.due != b.due ? a.due > b.due : a.order > b.order;
        }
    };

    std::size_t take();

    std::shared_ptr<boxoffice::VirtualClock> clock_;
    std::optional<double> time_scale_;
    const std::atomic<bool>& interrupt_;
    std::mutex mutex_;
    std::condition_variable leader_;     // the one worker that waits for the next step's time
    std::condition_variable followers_;  // the others that have nothing to do
    bool has_leader_ = false;
    bool has_ended_ = false;
    std::uint64_t added_ = 0;
    std::priority_queue<Step, std::vector<Step>, std::greater<>> steps_;
    std::chrono::steady_clock::time_point moved_at_ = std::chrono::steady_clock::now();
};

}  // namespace onsale
