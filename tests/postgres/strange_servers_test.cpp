/// Servers that are not what they should be: each is told in words, in time, without the address; none is taken for a store.

#include <chrono>
#include <string>

#include "postgres/connection.hpp"
#include "postgres/scripted_server.hpp"
#include "postgres/support.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr auto soon = std::chrono::milliseconds{100};  // for what a server never says

Error error_of(const ScriptedServer& server, Duration wait_max = std::chrono::seconds{10}) {
    PostgresOptions options;
    options.address = server.address();
    options.busy_timeout = wait_max;
    options.durability = Durability::normal;
    const auto begin = std::chrono::steady_clock::now();
    const auto store = open_postgres_store(options);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});  // who goes away is not waited for
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::storage);
    CHECK(store.error().text().find("s3cret") == std::string::npos);
    return store.error();
}

/// How one statement went on a connection that has no server behind it but this.
std::string run_one(const ScriptedServer& server, const postgres::Pipeline::Then& then = {},
                    std::chrono::milliseconds wait_max = std::chrono::seconds{10}) {
    PostgresOptions options;
    options.address = server.address();
    const auto deadline = postgres::Clock::now() + wait_max;
    try {
        postgres::Connection connection{postgres::parse_address(options), deadline};
        static const postgres::Statement statement{"SELECT 1"};
        postgres::Pipeline pipeline;
        pipeline.add(statement, {}, then);
        try {
            connection.run(pipeline, deadline);
        } catch (const postgres::StatementFailed&) {
            CHECK_FALSE(connection.is_lost());
            throw;
        } catch (const postgres::ConnectionLost&) {
            CHECK(connection.is_lost());
            // It stays lost: no answer of another request is taken for one of this.
            CHECK_THROWS_AS(connection.run(pipeline, deadline), postgres::ConnectionLost);
            CHECK_THROWS_AS(connection.run_script("SELECT 1", deadline), postgres::ConnectionLost);
            connection.send_only(statement);
            throw;
        }
    } catch (const Fault& fault) {
        return fault.error().detail;
    }
    return "ok";
}

const std::string parsed = message('1');
const std::string bound = message('2');
const std::string no_columns = message('n');

}  // namespace

TEST_CASE("a server that is too old, or whose texts are not UTF-8, is refused", "[postgres]") {
    CHECK(error_of(ScriptedServer{welcome("14.9")}).detail == "postgresql: the server is older than PostgreSQL 15");
    const auto encoding = GENERATE(as<std::string>{}, "SQL_ASCII", "LATIN1", "");
    const auto error = error_of(ScriptedServer{welcome("15.1", encoding)});
    CHECK(error.detail == "postgresql: the database's encoding is not UTF8");
}

TEST_CASE("a server that lets nobody in is told in our words", "[postgres]") {
    const auto error = error_of(ScriptedServer{server_error("FATAL", "53300", "sorry, too many clients already")});
    CHECK(error.detail == "postgresql: the server has no connection left");
}

TEST_CASE("of several hosts the first that answers is taken", "[postgres]") {
    const ScriptedServer full{server_error("FATAL", "53300", "sorry, too many clients already")};
    const ScriptedServer old{welcome("14.9")};
    PostgresOptions options;
    options.address =
        "postgresql:///box?host=" + folder_of(full.address()) + "," + folder_of(old.address()) + "&user=ann";
    CHECK(open_postgres_store(options).error().detail == "postgresql: the server is older than PostgreSQL 15");
    CHECK(full.greeted() == 1);
    options.address =
        "postgresql:///box?host=" + folder_of(full.address()) + "," + folder_of(full.address()) + "&user=ann";
    CHECK(open_postgres_store(options).error().detail == "postgresql: the server has no connection left");
    CHECK(full.greeted() == 3);
}

TEST_CASE("a server that does not answer is left in time", "[postgres]") {
    CHECK(error_of(ScriptedServer{"", {}, true}, soon).detail == "postgresql: the database did not answer in time");
    CHECK(error_of(ScriptedServer{welcome(), {}, true}, soon).detail ==
          "postgresql: the database did not answer in time");
}

TEST_CASE("a server that goes away is told, wherever it goes", "[postgres]") {
    CHECK(error_of(ScriptedServer{""}).detail == "postgresql: the server ended the connection");
    CHECK(error_of(ScriptedServer{welcome().substr(0, 20)}).detail == "postgresql: the server ended the connection");
    CHECK(error_of(ScriptedServer{welcome()}).detail == "postgresql: the connection was lost");
    CHECK(error_of(ScriptedServer{welcome(), {command_done}}, soon).detail ==
          "postgresql: the database did not answer in time");
    CHECK(error_of(ScriptedServer{welcome(), {command_done + ready}}).detail == "postgresql: the connection was lost");
}

TEST_CASE("what a server says as it goes is no failure of the statement", "[postgres]") {
    // That was perhaps done.
    const auto sqlstate = GENERATE(as<std::string>{}, "57P01", "57P02", "57P03", "08006", "25P03", "25006");
    const auto going = server_error("FATAL", sqlstate, "going");
    CHECK(error_of(ScriptedServer{welcome(), {going}}).detail == "postgresql: the server ended the connection");
    CHECK(run_one(ScriptedServer{welcome(), {going}}) == "the server ended the connection");
    CHECK(run_one(ScriptedServer{welcome(), {parsed + going}}) == "the server ended the connection");
    // Said to the last transaction's ROLLBACK, it is found by the next request.
    const ScriptedServer server{welcome(), {going}};
    PostgresOptions options;
    options.address = server.address();
    const auto deadline = postgres::Clock::now() + std::chrono::seconds{5};
    postgres::Connection connection{postgres::parse_address(options), deadline};
    static const postgres::Statement statement{"ROLLBACK"};
    connection.send_only(statement);
    postgres::Pipeline pipeline;
    pipeline.add(statement);
    CHECK_THROWS_AS(connection.run(pipeline, deadline), postgres::ConnectionLost);
    CHECK(connection.is_lost());
}

TEST_CASE("a server that answers out of turn is not listened to any more", "[postgres]") {
    const auto answer = parsed + bound + no_columns + command_done;
    CHECK(run_one(ScriptedServer{welcome(), {answer + ready}}) == "ok");
    CHECK(run_one(ScriptedServer{welcome(), {answer + command_done + command_done + ready}}) ==
          "the server answered out of turn");
    CHECK(run_one(ScriptedServer{welcome(), {ready}}, {}, soon) == "the database did not answer in time");
    CHECK(run_one(ScriptedServer{welcome(), {"garbage, and more of it, which is no message at all"}}) ==
          "the connection was lost");
}

TEST_CASE("a failure that the server tells is the statement's, and the first one counts", "[postgres]") {
    const auto failed = server_error("ERROR", "23505", "twice");
    CHECK(run_one(ScriptedServer{welcome(), {failed + ready}}) == "twice [PostgreSQL 23505]");
    CHECK(run_one(ScriptedServer{welcome(), {parsed + bound + failed + ready}}) == "twice [PostgreSQL 23505]");
    // Who reads the answer may fail, too.
    const auto answer = parsed + bound + no_columns + command_done + ready;
    CHECK(run_one(ScriptedServer{welcome(), {answer}}, [](const postgres::Results&) {
              throw Fault{ErrorCode::storage, "unreadable"};
          }) == "unreadable");
}
