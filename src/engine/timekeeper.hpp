#pragma once
/// The engine's time: max(wall clock, last committed time + steady time elapsed since). So it never runs backwards, whatever
/// is done to the wall clock, and never stands still (T1).

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
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
        std::int64_t passed_us = 0;
        if (__builtin_sub_overflow(mine.steady.count(), lease.seen.steady.count(), &passed_us)) continue;  // damaged
        const auto by_now = later(lease.seen.at, Duration{passed_us});
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

/// Thread-safe, and without a lock: every peek asks it.
class Timekeeper {
  public:
    Timekeeper(std::shared_ptr<Clock> clock, Duration jump_max) : clock_(std::move(clock)), jump_max_(jump_max) {}

    /// The time now, not before `last_committed`. For a decision: drawn while the writer's lock is held, so that a process
    /// that waited for another does not decide in the past. Refused with clock_jump when the wall clock ran ahead of the
    /// steady clock by more than `jump_max` since the last call; the fault stays until the wall clock is set right.
    Result<Time> now(Time last_committed = Time::min()) {
        auto known = ahead_.load(std::memory_order_acquire);
        // The wall clock first: a thread that is held up between the two would else take time ahead for good.
        const auto wall = clock_->wall();
        const auto steady = clock_->steady();
        Time time;
        do {
            time = std::max(wall, last_committed);
            if (known == unknown) continue;
            const auto elapsed = at(steady, known);
            if (wall > later(elapsed, jump_max_))
                return refuse(ErrorCode::clock_jump, "ahead to " + to_text(wall) + " from " + to_text(elapsed));
            time = std::max(time, elapsed);
            if (time == elapsed) return time;
        } while (!ahead_.compare_exchange_weak(known, ahead_of(steady, time), std::memory_order_acq_rel,
                                               std::memory_order_acquire));
        return time;
    }

  private:
    static constexpr auto unknown = std::numeric_limits<std::int64_t>::min();

    /// Both saturate: a store may hold any time, a host's clock may show any.
    static Time at(Duration steady, std::int64_t ahead) {
        std::int64_t us = 0;
        return __builtin_add_overflow(steady.count(), ahead, &us) ? never : Time{Duration{us}};
    }
    static std::int64_t ahead_of(Duration steady, Time time) {
        std::int64_t ahead = 0;
        if (__builtin_sub_overflow(to_us(time), steady.count(), &ahead))
            return time < Time{} ? unknown + 1 : to_us(never);
        return std::max(ahead, unknown + 1);
    }

    std::shared_ptr<Clock> clock_;
    Duration jump_max_;
    std::atomic<std::int64_t> ahead_{unknown};  ///< how far time is ahead of the steady clock, in µs; it only grows
};

}  // namespace boxoffice
