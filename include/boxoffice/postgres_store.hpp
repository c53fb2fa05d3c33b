#pragma once
/// The store in a PostgreSQL database (15 or newer), for houses that outgrow one machine: several hosts on one address, and
/// replication and failover as PostgreSQL has them. Everything is in a schema of its own, described in
/// src/postgres/schema.sql.hpp. Link `boxoffice::postgres`.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "boxoffice/durability.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice {

struct PostgresOptions {
    /// "postgresql://user@host1,host2/database?…" as libpq knows it, passwords by its own means (a password file, a service, the
    /// address). TLS as libpq's parameters say. Each host is tried in turn; only a primary is taken. A parameter of ours:
    /// `schema=name`, in the place of the option below.
    std::string address;
    std::string schema = "boxoffice";  ///< made if absent; a letter or _, then letters, digits and _, in all at most 63
    /// Full: `synchronous_commit` is not off (or local, where there are standbys), and the server says that it syncs; else
    /// `weak_durability`. What survives the loss of a machine is what its `synchronous_standby_names` say.
    Durability durability = Durability::full;
    Duration busy_timeout =
        std::chrono::seconds{5};  ///< how long a call waits for others, or for the database; 10 ms to 24 h
    /// Commits of other hosts are looked for when the last look is older than this.
    Duration version_age_max = std::chrono::milliseconds{10};
    std::int32_t readers_max = 8;  ///< connections for reading beside the one that writes; 1 to 1,000
    bool create = true;            ///< false: a schema that is not there is a fault
};

/// Opens or makes the schema, migrates it to this version, and verifies what durability needs.
/// Faults: storage (cannot be reached, or not used; the words never hold the address or a password), not_a_boxoffice,
/// newer_schema, weak_durability, busy, forked.
///
/// A connection that is lost is made again by the next call, within its busy_timeout. A commit whose answer was lost is found out
/// on the next connection, within busy_timeout too; where it cannot be, `outcome_unknown`: ask again with the same idempotency
/// key. One writer at a time over all hosts, by a row that every commit locks, so the database must be asked through connections
/// that last (no transaction pooling). Backups are PostgreSQL's: Store::backup is `unsupported`.
Result<std::unique_ptr<Store>> open_postgres_store(const PostgresOptions& options);

/// Is this an address for open_postgres_store ("postgresql://…" or "postgres://…"), not a file's path?
constexpr bool is_postgres_address(std::string_view text) noexcept {
    return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

}  // namespace boxoffice
