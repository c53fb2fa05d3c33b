#pragma once
/// Whether a database file is whole without the log beside it, and whether that log is its own. Operators copy a file that is
/// in use, and put a backup over a file whose log a crash has left; SQLite opens the one as an older state without a word, and
/// replays the other's log into a file that it does not belong to.
///
/// So the file bears a mark (log_state.mark): above 0, it needs its log, which the lock file names by the same number; otherwise
/// it is whole. The mark changes only while the log is empty: it goes into the log, and with everything else there into the
/// file before anything is acknowledged. Since a crash may come between, the lock file names the mark before and after. A crash may
/// also come while the log is folded: the file is then longer in its own words than it is, and bears its mark all the same; or none
/// yet (or 0), where the log is the first that it ever had.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "sqlite/file_lock.hpp"
#include "sqlite/files.hpp"

namespace boxoffice::sqlite {

/// A new number, from 1 to 2^62.
std::int64_t make_mark();

/// Opens the file as it lies there: no locks, no log, nothing written. For looking only, while nobody writes it. Throws.
SQLite::Database open_as_it_lies(const std::string& path);

/// What the file itself says, its log left aside and untouched; nothing: it has no schema yet (all of it may be in the log).
/// Throws.
std::optional<std::int64_t> read_mark(const std::string& database);

/// Before anything of the log is read: throws Fault (storage) where the file is not whole or the log not its own. Nothing is
/// changed. Hold the writer's lock, and be alone.
void check_log(const FileNames& names, const FileLock& lock);

}  // namespace boxoffice::sqlite
