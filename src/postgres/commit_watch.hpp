#pragma once
/// Tells whether others have committed, from the epoch that every commit moves on by one.

#include <cstdint>
#include <mutex>

namespace boxoffice::postgres {

/// Thread-safe. `version` only grows, and does not change with this store's own commits.
class CommitWatch {
  public:
    /// What the writer saw, with the row locked: all own commits are in it.
    void locked(std::int64_t epoch) {
        const std::lock_guard lock{mutex_};
        others_ = epoch - own_;
        accounted_ = epoch;
    }
    /// Before an own commit is sent: whoever sees its epoch from here on knows whose it is.
    void committing() {
        const std::lock_guard lock{mutex_};
        ++own_;
        ++accounted_;
    }
    /// It was not made.
    void not_committed() {
        const std::lock_guard lock{mutex_};
        --own_;
        --accounted_;
    }
    /// What somebody saw who did not lock the row.
    std::int64_t seen(std::int64_t epoch) {
        const std::lock_guard lock{mutex_};
        if (epoch > accounted_) {
            others_ = epoch - own_;
            accounted_ = epoch;
        }
        return base_ + others_;
    }
    [[nodiscard]] std::int64_t version() {
        const std::lock_guard lock{mutex_};
        return base_ + others_;
    }
    /// A new connection may be to another server, whose epochs need not go on from those seen: no version comes twice.
    void reconnected() {
        const std::lock_guard lock{mutex_};
        base_ += std::int64_t{1} << 40;
    }

  private:
    std::mutex mutex_;
    std::int64_t base_ = 0;
    std::int64_t own_ = 0;        // own commits, those under way included
    std::int64_t accounted_ = 0;  // the highest epoch that is either an own commit's or counted in `others_`
    std::int64_t others_ = 0;
};

}  // namespace boxoffice::postgres
