/// Opening a store in PostgreSQL: what is made, what is refused, and what is never told.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "postgres/address.hpp"
#include "postgres/support.hpp"
#include "support/office.hpp"
#include "support/processes.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("an address names hosts, each with its port, and a schema", "[postgres]") {
    PostgresOptions options;
    options.address = "postgresql://ann:secret@one:5433,two:5434/box?schema=hall&sslmode=require";
    const auto address = postgres::parse_address(options);
    CHECK(address.schema == "hall");
    REQUIRE(address.hosts.size() == 2);
    CHECK(address.hosts[0] == postgres::Keywords{{"host", "one"}, {"port", "5433"}});
    CHECK(address.hosts[1] == postgres::Keywords{{"host", "two"}, {"port", "5434"}});
    options.address = "postgres:///box";
    CHECK(postgres::parse_address(options).hosts == std::vector<postgres::Keywords>{{}});
    CHECK(postgres::parse_address(options).schema == "boxoffice");
    options.address = "postgresql://one,two,three/box?port=5433";
    CHECK(postgres::parse_address(options).hosts[2] == postgres::Keywords{{"host", "three"}, {"port", "5433"}});
}

TEST_CASE("an address that is none is a mistake, and nothing of it is repeated", "[postgres]") {
    PostgresOptions options;
    options.address = GENERATE(as<std::string>{}, "", "file.db", "postgresql://u:s3cret@h/db?no=such",
                               "postgresql://u:s3cret%zz@h/db", "postgresql://u:s3cret@h/db?schema=Robert'); DROP",
                               "postgresql://u:s3cret@h/db?schema=pg_temp", "postgresql://a,b/db?port=1,2,3");
    const auto store = open_postgres_store(options);
    CHECK(code_of(store) == ErrorCode::invalid_options);
    CHECK(store.error().text().find("s3cret") == std::string::npos);
    CHECK(store.error().text().find("Robert") == std::string::npos);
}

TEST_CASE("options out of range are refused", "[postgres]") {
    PostgresOptions options;
    options.address = "postgresql://nowhere.invalid/box";
    const auto change = GENERATE(0, 1, 2, 3);
    if (change == 0) options.busy_timeout = Duration{1};
    if (change == 1) options.readers_max = 0;
    if (change == 2) options.version_age_max = Duration{-1};
    if (change == 3) options.durability = static_cast<Durability>(0);
    CHECK(code_of(open_postgres_store(options)) == ErrorCode::invalid_options);
}

TEST_CASE("where no server listens that is said, without the address", "[postgres]") {
    PostgresOptions options;
    options.address = "postgresql://ann:s3cret@127.0.0.1:1/box";
    options.busy_timeout = milliseconds{200};
    const auto store = open_postgres_store(options);
    CHECK(code_of(store) == ErrorCode::storage);
    CHECK(store.error().detail == "postgresql: no server listens there");
}

TEST_CASE("a user or database that the server does not know is told, without its name", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema);
    const auto at = options.address.find("user=postgres");
    options.address.replace(at, 13, "user=stranger");
    const auto store = open_postgres_store(options);
    CHECK(code_of(store) == ErrorCode::storage);
    CHECK(store.error().detail == "postgresql: the server has no such user");
}

TEST_CASE("a server that does not sync is too weak for full durability", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema);
    options.durability = Durability::full;
    CHECK(code_of(open_postgres_store(options)) == ErrorCode::weak_durability);
}

TEST_CASE("full durability asks for synchronous commits, whatever the server does by itself", "[postgres]") {
    const std::string lowered = GENERATE("off", "local");
    const PostgresCluster cluster{
        {"fsync=on", "synchronous_commit=" + lowered, "wal_writer_delay=10s", "autovacuum=off"}};
    const auto has_synced = [&](Durability durability) {
        const PostgresSchema schema{cluster};
        auto options = options_of(schema);
        options.durability = durability;
        const auto store = open_host(options);
        run_sql(schema.database(), "CHECKPOINT");
        must(must(store->begin(), "begin")->commit({}), "commit");
        return run_sql(schema.database(), "SELECT pg_current_wal_flush_lsn() = pg_current_wal_insert_lsn()") == "t";
    };
    CHECK(has_synced(Durability::full));
    CHECK(has_synced(Durability::normal) == (lowered == "local"));  // which leaves it to the server

    const PostgresSchema schema{cluster};
    auto options = options_of(schema);
    options.durability = Durability::full;
    run_sql(schema.database(), "ALTER SYSTEM SET full_page_writes = off");
    run_sql(schema.database(), "SELECT pg_reload_conf()");
    for (int i = 0; i < 1'000 && run_sql(schema.database(), "SHOW full_page_writes") == "on"; ++i)
        std::this_thread::sleep_for(milliseconds{10});  // until the server has read it
    CHECK(code_of(open_postgres_store(options)) == ErrorCode::weak_durability);
}

TEST_CASE("the schema is made where it is not, and left as it was otherwise", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema);
    options.create = false;
    CHECK(code_of(open_postgres_store(options)) == ErrorCode::storage);
    options.create = true;
    REQUIRE(open_postgres_store(options));
    options.create = false;
    CHECK(open_postgres_store(options));
    CHECK(schema.run("SELECT epoch FROM store_state") == "0");
}

TEST_CASE("a schema with other tables is not taken over", "[postgres]") {
    const PostgresSchema schema;
    run_sql(schema.database(), "CREATE SCHEMA " + schema.name());
    const auto table = GENERATE(as<std::string>{}, "CREATE TABLE orders (id int)", "CREATE TABLE store_state (id int)");
    schema.run(table);
    CHECK(code_of(open_postgres_store(options_of(schema))) == ErrorCode::not_a_boxoffice);
}

TEST_CASE("a user who may not make the schema is told so, and makes nothing", "[postgres]") {
    const PostgresSchema schema;
    run_sql(schema.database(), "DROP ROLE IF EXISTS guest");
    run_sql(schema.database(), "CREATE ROLE guest LOGIN");
    auto options = options_of(schema);
    options.address.replace(options.address.find("user=postgres"), 13, "user=guest");
    const auto store = open_postgres_store(options);
    CHECK(code_of(store) == ErrorCode::storage);
    CHECK(store.error().detail.find("[PostgreSQL 42501]") != std::string::npos);
    CHECK(run_sql(schema.database(), "SELECT count(*) FROM pg_namespace WHERE nspname = '" + schema.name() + "'") ==
          "0");
}

TEST_CASE("a schema whose state is gone is no store", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    schema.run("DELETE FROM store_state");
    CHECK(code_of(open_postgres_store(options_of(schema))) == ErrorCode::not_a_boxoffice);
    CHECK(code_of(store->begin()) == ErrorCode::storage);
    CHECK(code_of(store->read()) == ErrorCode::storage);
}

TEST_CASE("a state that cannot be read keeps nobody from mending it", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    const std::string column = GENERATE("last_sequence", "epoch");
    CAPTURE(column);
    schema.run("UPDATE store_state SET " + column + " = 9223372036854775806");
    CHECK(code_of(store->begin()) == ErrorCode::storage);
    CHECK(code_of(store->try_begin()) == ErrorCode::storage);
    CHECK(code_of(store->read()) == ErrorCode::storage);
    schema.run("SET lock_timeout = '5s'; UPDATE store_state SET " + column + " = 0");
    CHECK(store->begin());
    CHECK(store->read());
}

TEST_CASE("a schema of a newer version is not touched", "[postgres]") {
    const PostgresSchema schema;
    REQUIRE(open_postgres_store(options_of(schema)));
    schema.run("UPDATE store_state SET schema_version = 1000");
    CHECK(code_of(open_postgres_store(options_of(schema))) == ErrorCode::newer_schema);
}

TEST_CASE("hosts that open a new schema at the same moment all get it", "[postgres]") {
    const PostgresSchema schema;
    std::atomic<int> opened{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            if (open_postgres_store(options_of(schema))) ++opened;
        });
    for (auto& one : threads) one.join();
    CHECK(opened == 8);
}

TEST_CASE("a child of fork() gets an error, and the parent's connections go on", "[postgres][fork]") {
    const PostgresSchema schema;
    auto store = open_host(options_of(schema));
    must(store->read(), "read").reset();
    const auto child = start_child([&] {
        const auto begun = store->begin();
        const auto read = store->read();
        store.reset();
        return !begun && begun.error().code == ErrorCode::forked && !read && read.error().code == ErrorCode::forked ? 0
                                                                                                                    : 1;
    });
    CHECK(wait_for(child) == 0);
    must(must(store->begin(), "begin")->commit({}), "commit");
    CHECK(store->read());
}

TEST_CASE("another office is one that has the schema open, in this process or elsewhere", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    const auto has_others = [&] {
        const auto transaction = must(store->begin(), "begin");
        return must(store->has_others(), "has_others");
    };
    CHECK_FALSE(has_others());
    {
        const auto other = open_host(options_of(schema));
        CHECK(has_others());
    }
    // The server learns a moment later that the other has gone.
    for (int i = 0; i < 500 && has_others(); ++i) std::this_thread::sleep_for(milliseconds{10});
    CHECK_FALSE(has_others());
    const PostgresSchema elsewhere;
    const auto stranger = open_host(options_of(elsewhere));
    CHECK_FALSE(has_others());
}
