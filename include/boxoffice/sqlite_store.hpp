#pragma once
/// The store in one SQLite file: WAL, `synchronous=FULL` read back, one writing connection a process. The file stays an
/// ordinary database that `sqlite3` opens; its tables are described in src/sqlite/schema.sql.hpp.
/// Link `boxoffice::sqlite`.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "boxoffice/durability.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice {

struct SqliteOptions {
    std::string path;  ///< made if absent; ":memory:" opens a MemoryStore instead
    Durability durability = Durability::full;
    Duration busy_timeout = std::chrono::seconds{5};  ///< how long a call waits for others; then `busy`
    /// Bytes; the log is folded into the file from a quarter of this on. Where somebody who reads keeps it from being started over
    /// it grows to eight times as much; beyond that commits are `busy`.
    std::int64_t wal_size_max = 64LL * 1024 * 1024;
    /// When nobody has committed for so long, a tick folds the log, and a file that is copied then is whole.
    Duration quiet_before_fold = std::chrono::seconds{2};
    bool create = true;  ///< false: a file that is not there is a fault
};

/// Opens or makes the file (for its owner alone), migrates it to this version's schema, and verifies what durability needs.
/// Faults: storage (cannot be opened or written; has a second name; is a copy of a file in use, or the log beside it is not its
/// own: the words say what to do), not_a_boxoffice, newer_schema, weak_durability, busy, forked (the file was open in the parent
/// at the fork: close it before you fork).
///
/// Beside the file stand SQLite's `-wal` and `-shm` while it is open, and `-lock`, which processes lock around commits and
/// checkpoints and which names the log; all four get the file's mode. The host may read, copy or close the file as it likes.
/// What is taken away or replaced while it is open is noticed by the next commit: the log and the lock are made good again, and
/// where the file itself has gone, nothing more is acknowledged. After a failed sync or COMMIT the store opens its writing
/// connection anew by itself; what fails before that is taken back, and reads go on. Keep the file on a local disk; a network
/// file system's locks are not good enough.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options);

/// Puts a backup (what Store::backup made, or a file that was closed) at `path`, where nothing may stand. It becomes the store
/// that the backup was made of: its tokens are good there, if its keys are. No office is needed; the backup stays as it is.
/// Mistakes: invalid_argument (something is at `path`, or a log that may hold sales; the backup is not whole). Faults: storage,
/// not_a_boxoffice, newer_schema, busy (a process still has open what was at `path`).
Result<void> restore_sqlite_file(const std::string& backup, const std::string& path);

}  // namespace boxoffice
