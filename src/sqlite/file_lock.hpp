#pragma once
/// The lock between processes (and between stores of one process) around everything that writes the database file or
/// its log. It is taken on a file of its own beside the database: a descriptor on the database file itself, once
/// closed, would drop the POSIX locks that SQLite holds there.
///
/// Why it is there although SQLite locks by itself: SQLite before 3.51.3 (and 3.44.6, 3.50.7) can lose commits when one
/// connection checkpoints while another commits. It is taken on every version, because processes with different
/// versions of SQLite may share one file.

#include <sys/types.h>

#include <chrono>
#include <string>

#include "boxoffice/error.hpp"

namespace boxoffice::sqlite {

/// Not thread-safe; the store's writer gate guards it.
class FileLock {
  public:
    using Clock = std::chrono::steady_clock;

    /// Opens or makes the file. Throws Fault (storage).
    explicit FileLock(const std::string& path, mode_t mode);
    /// Closes the file, which ends this process' hold on it. In a forked child the parent's hold goes on.
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// Waits until `deadline` at most, then `busy`. Asks again at growing intervals up to 2 ms: flock has no timeout.
    Result<void> acquire(Clock::time_point deadline);
    void release() noexcept;

  private:
    std::string path_;
    int descriptor_ = -1;
    bool held_ = false;
};

}  // namespace boxoffice::sqlite
