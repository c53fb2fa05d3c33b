#pragma once
/// Makes allocations of this thread fail on demand. Link allocation_faults.cpp, which replaces operator new.

#include <cstdint>
#include <limits>

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

}  // namespace boxoffice::testing
