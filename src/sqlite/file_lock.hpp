#pragma once
/// The locks between processes (and between stores of one process), on a file of its own beside the database: a descriptor on
/// the database file itself, once closed, would drop the POSIX locks that SQLite holds there. None of them is lost by what else
/// the host's process does with the database's files.
///
/// - The *writer's* lock (flock, exclusive) around everything that writes the database file or its log. Why it is there although
///   SQLite locks by itself: SQLite before 3.51.3 (and 3.44.6, 3.50.7) can lose commits when one connection checkpoints while
///   another commits. It is taken on every version, because processes with different versions may share one file.
///   Before it whoever wants it goes through a *turnstile* (an open file description's lock on one byte, exclusive), which the one
///   who waits for the writer's lock holds: so a process that has just let it go cannot take it again before those who wait.
///   It is a courtesy: where its holder does not move on (a stopped process), the others go round it.
/// - *Presence* (an open file description's lock on one byte, shared) from opening to closing. Who is alone may do what takes
///   the log from the others: fold it for the last time and delete it. SQLite's own sign of presence, a POSIX lock on the
///   database file, is dropped by any close() of any descriptor of that file anywhere in the process.
///
/// The file also names the log that lies beside the database: see log_mark.hpp.

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "boxoffice/error.hpp"

namespace boxoffice::sqlite {

/// Not thread-safe; the store's writer gate guards it.
class FileLock {
  public:
    using Clock = std::chrono::steady_clock;

    /// Opens or makes the file; it gets `mode`, the database's, whatever the umask. Throws Fault (storage).
    explicit FileLock(const std::string& path, mode_t mode);
    /// Closes the file, which ends this process' hold on it. In a forked child the parent's hold goes on.
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// Waits until `deadline` at most, then `busy`. Asks again at growing intervals, of up to 2 ms before the turnstile and 250 us
    /// in it: neither lock has a timeout.
    Result<void> acquire(Clock::time_point deadline);
    void release() noexcept;

    /// From here on others see that somebody has the database open. Hold the writer's lock. Throws.
    void be_present();
    /// The end of that, also for children of fork() that have inherited the descriptor.
    void be_gone() noexcept;
    /// Has anybody else the database open? Hold the writer's lock, or the answer is old. Throws.
    [[nodiscard]] bool has_others() const;

    /// What the file says of the log beside the database (log_mark.hpp).
    struct LogRecord {
        std::array<std::int64_t, 2> marks{};  ///< that the database may bear: before and after a change
        std::int64_t rescues = 0;             ///< how often a log that was taken away has been written back
        std::int64_t inode = 0;               ///< of the database that those who are present have open
    };
    /// Nothing: none was written yet. Both throw.
    [[nodiscard]] std::optional<LogRecord> read_record() const;
    void write_record(const LogRecord& record) const;

  private:
    template <class Try>
    Result<void> ask_until(Clock::time_point deadline, std::chrono::microseconds pause_max, Try take);
    [[nodiscard]] bool try_turnstile(short type) noexcept;
    [[nodiscard]] bool pass_turnstile(Clock::time_point deadline);

    std::string path_;
    int descriptor_ = -1;
    bool held_ = false;
    Clock::time_point go_round_until_{};  ///< the turnstile was found stuck
};

}  // namespace boxoffice::sqlite
