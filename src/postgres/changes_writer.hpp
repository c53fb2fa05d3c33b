#pragma once
/// Puts the changes of a commit into the tables.

#include "boxoffice/repositories.hpp"
#include "postgres/connection.hpp"

namespace boxoffice::postgres {

/// Adds to `pipeline` what writes all of it. Where one of them fails nothing behind it is done, the COMMIT neither: a row that is
/// there already, one that is not, or that stands at another version, is a bug of the engine, and `internal`.
void write(Pipeline& pipeline, const Changes& changes);

}  // namespace boxoffice::postgres
