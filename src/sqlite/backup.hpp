#pragma once
/// A copy of the live data in a new file, and the way back.

#include <string>

#include "sqlite/connection.hpp"

namespace boxoffice::sqlite {

/// Copies what `source` (a path) holds at this moment to `target`, which must not be there (invalid_argument). The copy
/// is another store until it is restored, made beside it under the name "<target>-partial" and appears at `target` whole and synced, or not at all. Throws.
///
/// Leases of node numbers stay in the copy: their floors keep ids from being made twice.
void copy_database(const std::string& source, const std::string& target, bool with_keys, Duration busy_timeout);

/// Puts a copy of `backup` at `target`, where no file and no log may be. Throws: see restore_sqlite_file.
void restore_database(const std::string& backup, const std::string& target);

}  // namespace boxoffice::sqlite
