#pragma once
/// One SQLite connection with the settings that the store relies on, verified where the store's promises hang on them.

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "boxoffice/sqlite_store.hpp"

namespace boxoffice::sqlite {

/// Used by one thread at a time. No connection checkpoints by itself, at closing neither, until `checkpoint_on_close`.
/// All of its functions throw.
class Connection {
  public:
    /// Opens the file without reading or changing anything in it; with `create`, makes it empty where it is absent.
    /// `busy_timeout` is how long SQLite waits for the locks of others.
    Connection(const std::string& path, bool create, Duration busy_timeout);

    /// For the one writing connection: WAL, and `durability` set and read back (else weak_durability).
    void prepare_for_writing(Durability durability, std::int64_t wal_size_max);
    /// For the others: refuses to write.
    void prepare_for_reading();

    /// From here on closing folds the log into the file when this is the last connection. Hold the file lock.
    void checkpoint_on_close();
    void set_busy_timeout(Duration timeout);
    /// What runs beyond `deadline` ends with SQLITE_INTERRUPT.
    void interrupt_after(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

    [[nodiscard]] SQLite::Database& database() { return database_; }
    /// Absolute, symbolic links resolved: what later connections must open, wherever the process has moved to.
    [[nodiscard]] std::string full_path();
    [[nodiscard]] bool in_transaction();

  private:
    void set_config(int option, bool on);

    SQLite::Database database_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace boxoffice::sqlite
