#pragma once
/// What is known of the store's health: whether a write can begin, and why not. Learnt from what the commands meet, so
/// that asking costs nothing and waits for nothing. The sweeper runs one every second.

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "boxoffice/error.hpp"

namespace http_server {

/// Thread-safe.
class Health {
  public:
    using Clock = std::chrono::steady_clock;

    /// `path` is the database's file; empty: there is none.
    explicit Health(std::string path = {});

    /// A command begins, and ends with `fault` or without; several may be under way. `is_housekeeping`: the sweeper's, which
    /// often writes nothing.
    void began(Clock::time_point now);
    void ended(const std::optional<boxoffice::Error>& fault, bool is_housekeeping, Clock::time_point now);

    /// Has no command told anything for that long, and is none under way?
    [[nodiscard]] bool is_silent(Clock::time_point now, Clock::duration span) const;

    struct Trouble {
        boxoffice::ErrorCode code;
        std::string reason;  ///< a sentence for whoever runs the server
    };
    /// Why a write cannot begin; nothing: as far as is known, it can.
    [[nodiscard]] std::optional<Trouble> trouble(Clock::time_point now) const;

    /// The store has failed for `hopeless_after` without a break, and a new process may fare better: not so while the
    /// disk is full or another process holds the store. Nor when the file has gone, since a new process would make an
    /// empty one in its place while this one still has the data.
    [[nodiscard]] bool is_hopeless(Clock::time_point now) const;

    static constexpr std::chrono::seconds slow_after{2};
    static constexpr std::chrono::seconds hopeless_after{10};

  private:
    enum class File { none, there, gone, replaced };
    [[nodiscard]] File look_at_file() const;
    [[nodiscard]] bool is_disk_full() const;

    const std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;

    mutable std::mutex mutex_;
    int under_way_ = 0;
    Clock::time_point moved_at_{};  ///< when one began with none under way, or the last ended
    std::optional<Clock::time_point> told_at_;
    std::optional<boxoffice::Error> fault_;  ///< that no later write has refuted
    Clock::time_point failing_since_{};
};

}  // namespace http_server
