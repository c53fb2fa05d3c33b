#include "postgres/schema.hpp"

#include <array>
#include <cstdint>

#include "postgres/errors.hpp"
#include "postgres/schema.sql.hpp"

namespace boxoffice::postgres {
namespace {

/// What brings the schema from version n to n + 1 stands at n.
constexpr std::array<const char*, 1> migrations{
    schema_v1,
};
constexpr auto newest = static_cast<std::int64_t>(migrations.size());

/// How often to look again, where others make or migrate the schema at the same moment.
constexpr int looks_max = 5;

struct Found {
    bool has_schema = false;
    bool is_ours = false;
    std::int64_t relation_count = 0;
};

Found look(Connection& connection, const std::string& schema, Clock::time_point deadline) {
    static const Statement statement{
        "SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = $1::text), "
        "(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1::text AND c.relname = 'store_state'), "
        "(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text)"};
    Found found;
    Pipeline pipeline;
    pipeline.add(statement, given(schema),
                 [&](const Results& rows) { rows.row() >> found.has_schema >> found.is_ours >> found.relation_count; });
    connection.run(pipeline, deadline);
    return found;
}

std::int64_t version_of(Connection& connection, Clock::time_point deadline) {
    // Not prepared for good: the table may be another's, without such a column.
    static const Statement statement{"SELECT schema_version FROM store_state WHERE id = 1"};
    std::int64_t version = 0;
    Pipeline pipeline;
    pipeline.add(statement, {}, [&](const Results& rows) {
        if (rows.size() == 1) rows.row() >> version;
    });
    try {
        connection.run(pipeline, deadline);
    } catch (const StatementFailed&) {
        version = 0;
    }
    if (version < 1) throw Fault{ErrorCode::not_a_boxoffice, "the schema is another application's"};
    return version;
}

/// False: others were at it at the same moment.
bool run_migrations(Connection& connection, const std::string& schema, bool has_schema, std::int64_t from,
                    Clock::time_point deadline) {
    std::string script = "BEGIN;\n";
    if (!has_schema) script.append("CREATE SCHEMA ").append(schema).append(";\n");
    // Whoever has it runs the others' migrations too: they find theirs done.
    if (from > 0) script.append("LOCK TABLE store_state IN ACCESS EXCLUSIVE MODE;\n");
    for (auto step = static_cast<std::size_t>(from); step < migrations.size(); ++step)
        script.append(migrations.at(step)).append("\n");
    script.append("UPDATE store_state SET schema_version = ").append(std::to_string(newest));
    script.append(" WHERE schema_version = ").append(std::to_string(from == 0 ? newest : from)).append(";\nCOMMIT;");
    try {
        connection.run_script(script, deadline);
        return true;
    } catch (const StatementFailed& failure) {
        connection.run_script("ROLLBACK", deadline);
        // What stands there already: another host has just made it.
        if (failure.is("42P06") || failure.is("42P07") || failure.is("23505") || failure.is("42710")) return false;
        throw;
    }
}

}  // namespace

void prepare_session(Connection& connection, const std::string& schema, Durability durability,
                     Clock::time_point deadline) {
    // Of two plans the one over an index, whatever statistics say or lack, and kept: every load names its rows by keys.
    // A host that stands still in the middle of a transaction must not stop the others.
    std::string script =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "
        "SET plan_cache_mode = force_generic_plan; SET statement_timeout = 0; SET lock_timeout = 0; "
        "SET idle_in_transaction_session_timeout = '15s'; SET default_transaction_isolation = 'read committed'; "
        "SET search_path = ";
    script.append(schema).append("; ");
    connection.run_script(script, deadline);
    if (durability != Durability::full) return;

    static const Statement promise{
        "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')"};
    std::string fsync;
    std::string full_page_writes;
    std::string synchronous_commit;
    Pipeline pipeline;
    pipeline.add(promise, {},
                 [&](const Results& rows) { rows.row() >> fsync >> full_page_writes >> synchronous_commit; });
    connection.run(pipeline, deadline);
    if (fsync != "on" || full_page_writes != "on")
        throw Fault{ErrorCode::weak_durability, "the server runs with fsync or full_page_writes off"};
    // On a role or a database it may be set lower; our commits ask for what was promised.
    if (synchronous_commit == "off" || synchronous_commit == "local")
        connection.run_script("SET synchronous_commit = on", deadline);
}

void migrate(Connection& connection, const std::string& schema, bool create, Clock::time_point deadline) {
    for (int tries = 0; tries < looks_max; ++tries) {
        const auto found = look(connection, schema, deadline);
        if (!found.is_ours) {
            if (found.relation_count > 0)
                throw Fault{ErrorCode::not_a_boxoffice, "the schema has other tables; name another (schema=…)"};
            if (!create) throw Fault{ErrorCode::storage, "there is no box office in that database's schema"};
        }
        const auto version = found.is_ours ? version_of(connection, deadline) : 0;
        if (version > newest)
            throw Fault{ErrorCode::newer_schema, "its schema is version " + std::to_string(version) +
                                                     ", this program knows " + std::to_string(newest)};
        if (version == newest) return;
        if (run_migrations(connection, schema, found.has_schema, version, deadline)) return;
    }
    throw Fault{ErrorCode::busy, "other hosts are making the schema"};
}

}  // namespace boxoffice::postgres
