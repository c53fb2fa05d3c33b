#pragma once
/// Knows whether this process was forked since. A child has its parent's memory but not its threads or file locks: a lock that
/// another thread held at the fork is never released there. So handles remember the epoch that they were opened in.

#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace boxoffice {

/// Moves on in every child of fork(). Cheaper than getpid(), which is a system call.
inline std::uint32_t fork_epoch() noexcept {
    static std::atomic<std::uint32_t> epoch{0};
    static const int watching = ::pthread_atfork(nullptr, nullptr, [] { epoch.fetch_add(1, std::memory_order_relaxed); });
    (void)watching;
    return epoch.load(std::memory_order_relaxed);
}

}  // namespace boxoffice
