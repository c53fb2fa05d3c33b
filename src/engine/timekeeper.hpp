#pragma once
/// The engine's time: max(wall clock, last committed time + steady time elapsed since). So it never runs backwards, whatever
/// is done to the wall clock, and never stands still (T1).

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "boxoffice/domain/node_lease.hpp"
#include "boxoffice/ports.hpp"

namespace boxoffice {

/// How far a clock may be from what the store knows when an office opens on it.
struct OpeningLimits {
    Duration jump_max{};  ///< Options::clock_jump_max
    Duration skew_max{};  ///< Options::clock_skew_max: where other offices have the store open
    bool has_others = false;
};

/// May an office whose wall clock shows `wall` go on from a store whose last commit was at `last` (the epoch: none yet)? A wrong
/// reading would stay for ever, since time never runs backwards, and would end everybody's holds. So refused with clock_jump
/// - when the last commit lies further ahead of `wall` than `jump_max`: one of the two was made by a wrong clock;
/// - when `wall` lies further ahead of where time must be by now, as the steady clock tells from the readings that `leases`
///   keep, than `jump_max`, or than `skew_max` where others have the store open and would be carried along;
/// - and where others have it open and no reading can be compared, when it lies `jump_max` ahead of anything they wrote, if they
///   have written anything yet: of several that open a new store at a time one is the first.
inline Result<void> check_opening(const std::vector<NodeLease>& leases, Time last, Time wall, const ClockReading& mine,
                                  const OpeningLimits& limits) {
    const auto wrong = [&](Time expected, const char* what) {
        return refuse(ErrorCode::clock_jump, "this clock shows " + to_text(wall) + ", but " + what + " " +
                                                 to_text(expected) + "; set it right, or open with accept_time");
    };
    if (last > later(wall, limits.jump_max)) return wrong(last, "the last commit was made at");
    std::optional<Time> expected;
    auto written = last;
    for (const auto& lease : leases) {
        written = std::max(written, lease.seen.at);
        if (lease.seen.origin == 0 || lease.seen.origin != mine.origin || lease.seen.steady > mine.steady) continue;
        const auto by_now = later(lease.seen.at, mine.steady - lease.seen.steady);
        expected = std::max(expected.value_or(by_now), by_now);
    }
    if (expected) {
        const auto by_now = std::max(*expected, last);
        if (wall > later(by_now, limits.has_others ? std::min(limits.skew_max, limits.jump_max) : limits.jump_max))
            return wrong(by_now, limits.has_others ? "for the offices that have the store open it is"
                                                   : "by its steady clock it is");
    } else if (limits.has_others && written != Time{} && wall > later(written, limits.jump_max)) {
        return wrong(written, "the offices that have the store open last wrote at");
    }
    return {};
}

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
