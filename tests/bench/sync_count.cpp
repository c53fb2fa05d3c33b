/// Counts what the process asks of the disk: SQLite's calls of fsync and fdatasync come here first, since a program's own
/// functions go before those of the C library. Costs an atomic addition, so that it can stay in while time is measured.

#include "sync_count.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace bench {
std::atomic<std::int64_t> sync_count{0};
}

extern "C" {

int fsync(int file) {
    bench::sync_count.fetch_add(1, std::memory_order_relaxed);
    return static_cast<int>(syscall(SYS_fsync, file));
}

int fdatasync(int file) {
    bench::sync_count.fetch_add(1, std::memory_order_relaxed);
    return static_cast<int>(syscall(SYS_fdatasync, file));
}
}
