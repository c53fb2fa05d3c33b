#pragma once
/// What a process tells those who wait: the board of its rooms, kept up with what other processes commit, and the
/// answer of a peek that is read off it.

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "boxoffice/answers.hpp"
#include "boxoffice/domain/token.hpp"
#include "boxoffice/ports.hpp"
#include "engine/no_throw.hpp"
#include "engine/room_board.hpp"

namespace boxoffice {

inline bool waits(const TokenClaims& claims, const RoomNotice& notice) { return claims.position > notice.room.serving; }

/// What a waiting place is told. Refusals: place_expired.
inline Result<Peeked> waiting_answer(const TokenClaims& claims, const RoomNotice& notice, Time now) {
    // The product of two numbers not below 0, or the largest there is: a host may sign any position.
    const auto times = [](std::int64_t a, std::int64_t b) {
        std::int64_t product = 0;
        return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
    };
    Peeked answer;
    answer.deadline = waiting_until(claims.token, notice.room.limits);
    if (passed(answer.deadline, now)) return refuse(ErrorCode::place_expired);
    answer.occurred_at = now;
    answer.position = claims.position;
    answer.ahead = claims.position - notice.room.serving - 1;
    if (notice.gap) answer.estimated_wait = Duration{times(answer.ahead + 1, notice.gap->count())};
    // A third of arrive_ttl, so that nobody sleeps through a turn; sooner when it is near; spread over the last half
    // so that those who joined together do not come back together.
    auto poll = notice.room.limits.arrive_ttl / 3;
    if (answer.estimated_wait) poll = std::clamp(*answer.estimated_wait / 2, std::min(poll, Duration{500'000}), poll);
    const auto spread = std::hash<TokenId>{}(TokenId{claims.token.value ^ to_us(now)}) % 1024;
    answer.next_poll = poll / 2 + poll / 2 * static_cast<std::int64_t>(spread) / 1024;
    return answer;
}

/// A process's RoomBoard, and when it was last compared with the store. Thread-safe.
class TurnBoard {
  public:
    TurnBoard(std::shared_ptr<Clock> clock, Duration age_max) : clock_(std::move(clock)), age_max_(age_max) {}

    [[nodiscard]] std::optional<RoomNotice> notice_of(RoomId room) const { return board_.find(room); }

    /// Shows rooms as a commit left them. The commit stands whatever happens here: what could not be shown is read from
    /// the store at the next look.
    void post(const std::vector<Room>& rooms, Time now) noexcept {
        try {
            board_.post(rooms, now);
        } catch (...) {
            has_missed_ = true;
        }
    }

    /// Is it time to look whether other processes have committed?
    [[nodiscard]] bool is_old() const {
        const Duration refreshed_at{refreshed_at_us_.load(std::memory_order_relaxed)};
        return has_missed_ || clock_->steady() - refreshed_at >= age_max_;
    }

    /// Looks whether other processes have committed, at most once in `age_max`, one caller at a time; or at once.
    /// `version` is the store's; `look(post)` calls `post(rooms, now)` with all rooms that it finds there.
    template <class Version, class Look>
    void refresh(bool at_once, Version version, Look look) {
        if (!at_once && !is_old()) return;
        std::unique_lock lock(refresh_, std::defer_lock);
        if (at_once)
            lock.lock();
        else if (!lock.try_lock())
            return;
        refreshed_at_us_.store(clock_->steady().count(), std::memory_order_relaxed);
        const auto found = version();
        if (!found || (*found == seen_version_ && !has_missed_)) return;
        look([&](const std::vector<Room>& rooms, Time now) {
            const bool had_missed = has_missed_.exchange(false);
            try {
                board_.post(rooms, now);
            } catch (...) {
                if (had_missed) has_missed_ = true;
                throw;
            }
            seen_version_ = *found;
        });
    }

  private:
    std::shared_ptr<Clock> clock_;
    Duration age_max_;
    RoomBoard board_;
    std::mutex refresh_;  // guards seen_version_
    std::int64_t seen_version_ = -1;
    std::atomic<std::int64_t> refreshed_at_us_{0};
    std::atomic<bool> has_missed_{false};
};

}  // namespace boxoffice
