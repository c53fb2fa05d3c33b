#pragma once
/// Who may touch the memory store's tables, and when: one writer, who decides beside the readers and shuts
/// them out only while the changes are put in place.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "boxoffice/time.hpp"
#include "stores/writer_gate.hpp"

namespace boxoffice::memory {

/// Thread-safe. Unlike std::timed_mutex and std::shared_mutex, whoever holds a right may give it back from
/// another thread, a stream of readers cannot starve the writer, and every wait is bounded.
class Gate {
  public:
    explicit Gate(Duration wait_max)
        : wait_max_{std::clamp<Duration>(wait_max, Duration::zero(), std::chrono::hours{24})} {}

    [[nodiscard]] Duration wait_max() const { return wait_max_; }

    /// The right to decide and commit. False: another had it until `deadline`.
    [[nodiscard]] bool begin_writing(std::chrono::steady_clock::time_point deadline) { return writer_.enter(deadline); }
    void end_writing() { writer_.leave(); }

    /// The right to read, shared. False: a commit waited for other readers for all of `wait_max`.
    [[nodiscard]] bool begin_reading() {
        std::unique_lock lock{mutex_};
        if (!readers_moved_.wait_for(lock, wait_max_, [&] { return !applying_; })) return false;
        ++reader_count_;
        return true;
    }
    void end_reading() {
        const std::lock_guard lock{mutex_};
        if (--reader_count_ == 0) readers_moved_.notify_all();
    }

    /// The writer's right to change the tables: newcomers wait, and those who read leave first. False: they
    /// did not.
    [[nodiscard]] bool begin_applying() {
        std::unique_lock lock{mutex_};
        applying_ = true;
        if (readers_moved_.wait_for(lock, wait_max_, [&] { return reader_count_ == 0; })) return true;
        applying_ = false;
        readers_moved_.notify_all();
        return false;
    }
    void end_applying() {
        const std::lock_guard lock{mutex_};
        applying_ = false;
        readers_moved_.notify_all();
    }

  private:
    const Duration wait_max_;
    WriterGate writer_;
    std::mutex mutex_;
    std::condition_variable readers_moved_;
    bool applying_ = false;
    std::int64_t reader_count_ = 0;
};

}  // namespace boxoffice::memory
