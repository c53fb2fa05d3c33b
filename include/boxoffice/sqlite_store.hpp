#pragma once
/// The store in one SQLite file: WAL, `synchronous=FULL` read back, one writing connection a process. The file stays an
/// ordinary database that `sqlite3` opens; its tables are described in src/sqlite/schema.sql.hpp.
/// Link `boxoffice::sqlite`.

#include <cstdint>
#include <memory>
#include <string>

#include "boxoffice/repositories.hpp"

namespace boxoffice {

enum class Durability : std::int32_t {
    full = 2,    ///< an acknowledged command survives power loss
    normal = 1,  ///< weaker: it survives the process, but power loss can take the last commits with it
};

struct SqliteOptions {
    std::string path;  ///< made if absent; ":memory:" opens a MemoryStore instead
    Durability durability = Durability::full;
    Duration busy_timeout = std::chrono::seconds{5};      ///< how long to wait for another process; then `busy`
    std::int64_t wal_size_max = 64LL * 1024 * 1024;       ///< bytes; the log is folded into the file beyond this
    bool create = true;                                   ///< false: a file that is not there is a fault
};

/// Opens or makes the file, migrates it to this version's schema, and verifies what durability needs. Faults: storage
/// (cannot be opened or written), not_a_boxoffice, newer_schema, weak_durability, busy.
///
/// Beside the file stand SQLite's `-wal` and `-shm` while it is open, and `-lock`: an empty file that processes lock around
/// commits and checkpoints. Keep the file on a local disk; a network file system's locks are not good enough.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

}  // namespace boxoffice
