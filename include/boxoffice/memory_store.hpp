#pragma once
/// The store in memory: for tests, simulations and what need not outlive the process. The same answers as the
/// SQLite store's, held to the same contract tests. Data live as long as the MemoryStore; nothing is written
/// to disk.
///
/// Cost: a load is O(log n) a key and row found; a commit is O(log n) a row written. Memory: about 400 bytes
/// a waiting place, indexes included.

#include <chrono>
#include <cstdint>
#include <memory>

#include "boxoffice/repositories.hpp"

namespace boxoffice {

namespace memory {
struct Shared;
}

/// Thread-safe; transactions are one at a time, decisions run beside readers.
///
/// - A View holds off commits (not decisions) while it lives, so hold it briefly; a thread that holds one and commits gets
///   `busy` after the wait. Views and transactions must be gone before the store is.
/// - begin(), read() and commit() wait at most `wait_max` each (try_begin() not at all); then `busy`, with nothing changed.
/// - commit() is all or nothing. It answers `internal` where a back-stop fires and `out_of_memory` where memory runs out
///   (nothing changed, the store goes on). begin(), read(), loads and pages may throw std::bad_alloc; they change nothing.
/// - In a child of fork(), begin(), try_begin(), read() and commit() answer `forked`; the child's copy of the data is left to
///   the end of the process.
class MemoryStore final : public Store {
  public:
    MemoryStore() : MemoryStore{std::chrono::seconds{5}} {}
    explicit MemoryStore(Duration wait_max);
    ~MemoryStore() override;
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override;
    [[nodiscard]] Duration wait_max() const override;
    Result<std::unique_ptr<View>> read() override;
    /// No other process can commit to it: always the same.
    Result<std::int64_t> version() override;

  private:
    std::unique_ptr<memory::Shared> shared_;
};

}  // namespace boxoffice
