#pragma once
/// The engine's time: max(wall clock, last committed time + steady time elapsed since). So it never runs backwards, whatever
/// is done to the wall clock, and never stands still (T1).

#include <memory>
#include <mutex>
#include <utility>

#include "boxoffice/ports.hpp"

namespace boxoffice {

/// Thread-safe.
class Timekeeper {
  public:
    Timekeeper(std::shared_ptr<Clock> clock, Duration jump_max) : clock_(std::move(clock)), jump_max_(jump_max) {}

    /// The time now, not before `last_committed`. For a decision: drawn while the writer's lock is held, so that a process
    /// that waited for another does not decide in the past. Refused with clock_jump when the wall clock ran ahead of the
    /// steady clock by more than `jump_max` since the last call; the fault stays until the wall clock is set right.
    Result<Time> now(Time last_committed = Time::min()) {
        const std::lock_guard lock(mutex_);
        const auto steady = clock_->steady();
        const auto wall = clock_->wall();
        const auto elapsed = [&] { return later(anchor_, steady - anchor_steady_); };
        if (is_set_) {
            if (wall > later(elapsed(), jump_max_))
                return refuse(ErrorCode::clock_jump, "ahead to " + to_text(wall) + " from " + to_text(elapsed()));
        }
        auto time = is_set_ ? std::max(wall, elapsed()) : wall;
        time = std::max(time, last_committed);
        anchor_ = time;
        anchor_steady_ = steady;
        is_set_ = true;
        return time;
    }

  private:
    std::shared_ptr<Clock> clock_;
    Duration jump_max_;
    std::mutex mutex_;
    bool is_set_ = false;
    Time anchor_{};
    Duration anchor_steady_{};
};

}  // namespace boxoffice
