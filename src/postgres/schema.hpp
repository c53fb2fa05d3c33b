#pragma once
/// What a connection is before anything else is done with it: set up for our statements, on our schema, in our version.

#include "postgres/connection.hpp"

namespace boxoffice::postgres {

/// How the session plans, and what it waits for; each connection, once. `writes`: and what its commits promise.
/// Faults: weak_durability, storage.
void prepare_session(Connection& connection, const std::string& schema, Durability durability,
                     Clock::time_point deadline);

/// Makes the schema if it is not there (and `create`), and brings it to this version. Several hosts may do it at once.
/// Faults: not_a_boxoffice, newer_schema, storage.
void migrate(Connection& connection, const std::string& schema, bool create, Clock::time_point deadline);

}  // namespace boxoffice::postgres
