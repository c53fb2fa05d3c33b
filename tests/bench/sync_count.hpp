#pragma once

#include <atomic>
#include <cstdint>

namespace bench {

/// Calls of fsync and fdatasync by this process so far.
extern std::atomic<std::int64_t> sync_count;

}  // namespace bench
