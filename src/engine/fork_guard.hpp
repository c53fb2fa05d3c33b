#pragma once
/// Knows whether this process was forked since. A child has its parent's memory but not its threads or file locks: a lock that
/// another thread held at the fork is never released there. So handles remember the epoch that they were opened in, and a fork
/// waits for the calls that are inside libraries whose locks cannot be mended in the child (SQLite's allocator, libsodium).

#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <utility>

namespace boxoffice {

/// Moves on in every child of fork(). Cheaper than getpid(), which is a system call.
inline std::uint32_t fork_epoch() noexcept {
    static std::atomic<std::uint32_t> epoch{0};
    static const int watching =
        ::pthread_atfork(nullptr, nullptr, [] { epoch.fetch_add(1, std::memory_order_relaxed); });
    (void)watching;
    return epoch.load(std::memory_order_relaxed);
}

/// Lives around a call into such a library. A fork by another thread waits until none lives, for a second at most; while one
/// waits, new ones wait for it. A fork from inside one (a host's callback) waits for the others only.
class ForkBarrier {
  public:
    ForkBarrier() noexcept {
        static const int watching = ::pthread_atfork(before_fork, after_fork, in_child);
        (void)watching;
        if (depth()++ > 0) return;
        for (;;) {
            inside().fetch_add(1);
            if (!forking().load()) return;
            inside().fetch_sub(1);
            pause();
        }
    }
    ~ForkBarrier() {
        if (--depth() == 0) inside().fetch_sub(1);
    }
    ForkBarrier(const ForkBarrier&) = delete;
    ForkBarrier& operator=(const ForkBarrier&) = delete;

    /// Lives where a ForkBarrier's thread only waits, so that no fork waits for it.
    class Open {
      public:
        Open() noexcept : depth_(depth()) {
            if (std::exchange(depth(), 0) > 0) inside().fetch_sub(1);
        }
        ~Open() {
            if (depth_ == 0) return;
            const ForkBarrier again;
            depth() = depth_ + 1;  // so that its end leaves this thread inside
        }
        Open(const Open&) = delete;
        Open& operator=(const Open&) = delete;

      private:
        int depth_;
    };

  private:
    static constexpr int waits_max = 10'000;  // of 100 us

    static std::atomic<int>& inside() noexcept {
        static std::atomic<int> count{0};
        return count;
    }
    static std::atomic<bool>& forking() noexcept {
        static std::atomic<bool> is_forking{false};
        return is_forking;
    }
    static int& depth() noexcept {
        thread_local int of_thread = 0;
        return of_thread;
    }
    static void pause() noexcept {
        const timespec span{0, 100'000};
        ::nanosleep(&span, nullptr);
    }
    static void before_fork() noexcept {
        forking().store(true);
        const int mine = depth() > 0 ? 1 : 0;
        for (int i = 0; inside().load() > mine && i < waits_max; ++i) pause();
    }
    static void after_fork() noexcept { forking().store(false); }
    static void in_child() noexcept {
        inside().store(depth() > 0 ? 1 : 0);
        forking().store(false);
    }
};

}  // namespace boxoffice
