#pragma once
/// Makes allocations of this thread fail on demand. Link allocation_faults.cpp, which replaces operator new.

#include <cstdint>

namespace boxoffice::testing {

/// While it lives, this thread's allocations fail (throw std::bad_alloc) once `passing` of them have passed.
class AllocationFaults {
  public:
    explicit AllocationFaults(std::int64_t passing);
    ~AllocationFaults();
    AllocationFaults(const AllocationFaults&) = delete;
    AllocationFaults& operator=(const AllocationFaults&) = delete;

    /// Has one failed?
    [[nodiscard]] bool struck() const;
};

}  // namespace boxoffice::testing
