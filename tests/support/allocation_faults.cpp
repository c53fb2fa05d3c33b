#include "support/allocation_faults.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace {

constexpr std::int64_t no_limit = -1;
thread_local std::int64_t allocations_left = no_limit;
thread_local std::int64_t failures_left = 0;
thread_local bool has_struck = false;
thread_local boxoffice::testing::CallPaths* noted = nullptr;

void* allocate(std::size_t size) {
    if (noted != nullptr) {
        auto* const paths = std::exchange(noted, nullptr);
        paths->note();
        noted = paths;
    }
    if (allocations_left == 0 && failures_left > 0) {
        --failures_left;
        has_struck = true;
        throw std::bad_alloc{};
    }
    if (allocations_left > 0) --allocations_left;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}

}  // namespace

// Those that take no alignment, all of them: a sanitizer has its own of each, and minds when they are mixed.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return allocate(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void* operator new[](std::size_t size, const std::nothrow_t& nothrow) noexcept { return operator new(size, nothrow); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace boxoffice::testing {

AllocationFaults::AllocationFaults(std::int64_t passing, std::int64_t failing) {
    allocations_left = passing;
    failures_left = failing;
    has_struck = false;
}
AllocationFaults::~AllocationFaults() { allocations_left = no_limit; }
bool AllocationFaults::struck() const { return has_struck; }

AllocationPaths::AllocationPaths(CallPaths& paths) { noted = &paths; }
AllocationPaths::~AllocationPaths() { noted = nullptr; }

}  // namespace boxoffice::testing
