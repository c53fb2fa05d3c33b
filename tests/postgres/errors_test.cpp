/// What a server says is told in our words: its own could name an address, a user or a row.

#include "postgres/errors.hpp"

#include <new>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

using namespace boxoffice;

TEST_CASE("why no connection came about is told in words that name nobody", "[postgres]") {
    const auto [theirs, ours] = GENERATE(table<std::string, std::string>({
        {"FATAL:  password authentication failed for user \"ann\"", "the server did not take the password"},
        {"fe_sendauth: no password supplied", "the server wants a password, and there is none"},
        {"FATAL:  no pg_hba.conf entry for host \"10.0.0.1\"",
         "the server does not let this user in from here (pg_hba.conf)"},
        {"FATAL:  Peer authentication failed for user \"ann\"", "the server did not take the operating system's user"},
        {"FATAL:  role \"ann\" does not exist", "the server has no such user"},
        {"FATAL:  database \"box\" does not exist", "the server has no such database"},
        {"FATAL:  role \"shop-read-only\" does not exist", "the server has no such user"},
        {"connection to server at \"starting up\": FATAL:  database \"SSL\" does not exist",
         "the server has no such database"},
        {"FATAL:  pg_hba.conf rejects connection for host \"h\", user \"ann\", database \"box\", no encryption",
         "the server does not let this user in from here (pg_hba.conf)"},
        {"FATAL:  cannot connect to invalid database \"box\"", "the database was dropped in part"},
        {"FATAL:  role \"ann\" is not permitted to log in", "the server does not let this user in"},
        {"FATAL:  too many connections for role \"ann\"", "the server has no connection left"},
        {"FATAL:  too many connections for database \"box\"", "the server has no connection left"},
        {"FATAL:  permission denied for database \"box\"", "the server does not let this user into the database"},
        {"FATAL:  database \"box\" is not currently accepting connections", "the database takes no connections"},
        {"FATAL:  sorry, too many clients already", "the server has no connection left"},
        {"FATAL:  remaining connection slots are reserved", "the server has no connection left"},
        {"session is read-only", "this server is not the primary"},
        {"FATAL:  the database system is not accepting connections", "the server takes no connections yet"},
        {"FATAL:  the database system is starting up", "the server is starting"},
        {"FATAL:  the database system is shutting down", "the server is shutting down"},
        {"FATAL:  terminating connection due to administrator command", "the server ended the connection"},
        {"connection to server at \"10.0.0.1\" failed: Connection refused", "no server listens there"},
        {"connection to server on socket \"/s\" failed: No such file or directory", "no server listens there"},
        {"could not translate host name \"h\" to address", "the host's name cannot be resolved"},
        {"server does not support SSL, but SSL was required", "no encrypted connection could be agreed on"},
        {"server closed the connection unexpectedly", "the server ended the connection"},
        {"anything else at 10.0.0.1", "the connection failed"},
    }));
    CAPTURE(theirs);
    CHECK(postgres::connecting_words(theirs) == ours);
}

TEST_CASE("a statement's failure is busy, a bug of ours, or the storage's, by its SQLSTATE", "[postgres]") {
    const auto [sqlstate, code] = GENERATE(table<std::string, ErrorCode>({
        {"55P03", ErrorCode::busy},      // lock_not_available
        {"57014", ErrorCode::busy},      // query_canceled
        {"40001", ErrorCode::busy},      // serialization_failure
        {"40P01", ErrorCode::busy},      // deadlock_detected
        {"23505", ErrorCode::internal},  // unique_violation
        {"23503", ErrorCode::internal},  // foreign_key_violation
        {"22012", ErrorCode::internal},  // how a write says that it did not find its rows
        {"P0001", ErrorCode::internal},  // how a table says that it is append-only
        {"21000", ErrorCode::internal},  // cardinality_violation
        {"22003", ErrorCode::storage},   // numeric_value_out_of_range
        {"53100", ErrorCode::storage},   // disk_full
        {"", ErrorCode::storage},
    }));
    CAPTURE(sqlstate);
    CHECK(postgres::code_of(sqlstate) == code);
    const postgres::StatementFailed failure{sqlstate, "words"};
    CHECK(failure.error().code == code);
    CHECK(failure.error().detail == "words [PostgreSQL " + sqlstate + "]");
    CHECK(failure.is(sqlstate));
}

TEST_CASE("whatever is thrown beneath a call is its error", "[postgres]") {
    const auto error_of = [](const auto& thrown) {
        try {
            throw thrown;
        } catch (...) {
            return postgres::current_error("load");
        }
    };
    CHECK(error_of(Fault{ErrorCode::busy, "who"}).code == ErrorCode::busy);
    CHECK(error_of(Fault{ErrorCode::busy, "who"}).detail == "load: who");
    CHECK(error_of(std::bad_alloc{}).code == ErrorCode::out_of_memory);
    CHECK(error_of(std::runtime_error{"what"}).code == ErrorCode::storage);
    CHECK(error_of(std::runtime_error{"what"}).detail == "load: what");
    CHECK(error_of(1).code == ErrorCode::storage);
}
