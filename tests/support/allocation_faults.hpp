#pragma once
/// Makes allocations of this thread fail on demand. Link allocation_faults.cpp, which replaces operator new.

#include <cstdint>
#include <limits>

#include "support/call_paths.hpp"

namespace boxoffice::testing {

/// While it lives, this thread's allocations fail (throw std::bad_alloc) once `passing` of them have passed: `failing`
/// of them, or all.
class AllocationFaults {
  public:
    explicit AllocationFaults(std::int64_t passing, std::int64_t failing = std::numeric_limits<std::int64_t>::max());
    ~AllocationFaults();
    AllocationFaults(const AllocationFaults&) = delete;
    AllocationFaults& operator=(const AllocationFaults&) = delete;

    /// Has one failed?
    [[nodiscard]] bool struck() const;
};

/// While it lives, it notes by which paths this thread allocates. What it notes, it allocates unseen.
class AllocationPaths {
  public:
    explicit AllocationPaths(CallPaths& paths);
    ~AllocationPaths();
    AllocationPaths(const AllocationPaths&) = delete;
    AllocationPaths& operator=(const AllocationPaths&) = delete;
};

}  // namespace boxoffice::testing
