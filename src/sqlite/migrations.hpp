#pragma once
/// Whose file is this, and bringing it to this version's schema.

#include "sqlite/connection.hpp"

namespace boxoffice::sqlite {

/// Looks at the first bytes of the file only, so that a file that is not ours stays untouched: no lock, no log, no
/// recovery. Throws not_a_boxoffice or newer_schema. An empty file passes, and so does one whose first page says
/// nothing yet because all of it is still in the log; `migrate` decides those. Where it has a rollback journal, a crash may have
/// come in the middle of its first page: SQLite takes that back first.
void check_header(Connection& connection, bool has_journal);

/// The same question, answered by SQLite itself (the log included). True: the file is blank and may be made a box
/// office. Throws not_a_boxoffice or newer_schema; changes nothing.
bool check_owner(SQLite::Database& database);

/// Runs the migrations that are missing, in one transaction. Hold the file lock; the log must be on.
void migrate(Connection& connection);

}  // namespace boxoffice::sqlite
