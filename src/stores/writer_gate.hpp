#pragma once
/// One writer at a time within the process, whatever the store.

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "engine/fork_guard.hpp"

namespace boxoffice {

/// Thread-safe. Unlike a std::timed_mutex it may be left on another thread than it was entered on, as a Transaction may
/// be handed over.
class WriterGate {
  public:
    /// False: others were inside until `deadline`.
    [[nodiscard]] bool enter(std::chrono::steady_clock::time_point deadline) {
        const ForkBarrier::Open open;  // before the lock, so that nobody who holds the lock waits for a fork
        std::unique_lock lock{mutex_};
        if (!left_.wait_until(lock, deadline, [&] { return !inside_; })) return false;
        return inside_ = true;
    }
    void leave() {
        {
            const std::lock_guard lock{mutex_};
            inside_ = false;
        }
        left_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable left_;
    bool inside_ = false;
};

}  // namespace boxoffice
