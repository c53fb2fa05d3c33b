// The host read its own file, which drops the locks that SQLite holds there; then somebody looked into the file with the sqlite3
// program. Its SQLite took itself for the last to close: it folded the log without any lock while the host committed, and deleted it.
// Sales were lost, and now and then the file was ruined.

#include <fcntl.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include "faults/actors.hpp"
#include "sqlite/files.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("Whoever looks into the file of a host that has closed its own does not take its log", "[faults][A1]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Actor host{[&] {
        return house(path, [path](char, BoxOffice*) {
            for (const auto* end : {"", "-wal", "-shm", "-lock"}) ::close(::open((path + end).c_str(), O_RDWR));
            return 0;
        });
    }};
    Actor stranger{[&] {
        return [&](char) -> std::int64_t {
            SQLite::Database file{path, SQLite::OPEN_READWRITE};
            return file.execAndGet("SELECT count(*) FROM events").getInt64();
        };
    }};
    REQUIRE(host('o') == 0);
    REQUIRE(host('r') == 0);
    REQUIRE(host('t') == 0);
    const auto log = sqlite::look_at(path + "-wal");
    const auto index = sqlite::look_at(path + "-shm");
    REQUIRE(host('x') == 0);
    CHECK(stranger('l') > 0);
    CHECK(sqlite::look_at(path + "-wal").id == log.id);
    CHECK(sqlite::look_at(path + "-wal").size == log.size);
    CHECK(sqlite::look_at(path + "-shm").id == index.id);
    REQUIRE(host('r') == 0);
    CHECK(host('b') == 2);
    // Whoever is alone deletes it in the end, and somebody else may then do with the file what he likes.
    REQUIRE(host('c') == 0);
    CHECK_FALSE(sqlite::look_at(path + "-wal").is_there);
    CHECK(stranger('l') > 0);
    CHECK(host('o') == 0);
    CHECK(host('b') == 2);
}

TEST_CASE("Workers forked by who had the file open before hold it each by itself", "[faults][A1]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { REQUIRE(open_office(path)); }  // a host that migrates the file and then forks its workers
    const auto worker = [&] {
        return house(path, [path](char, BoxOffice*) {
            for (const auto* end : {"", "-wal", "-shm", "-lock"}) ::close(::open((path + end).c_str(), O_RDWR));
            return 0;
        });
    };
    Actor first{worker};
    Actor second{worker};
    Actor stranger{[&] {
        return [&](char) -> std::int64_t {
            SQLite::Database file{path, SQLite::OPEN_READWRITE};
            return file.execAndGet("SELECT count(*) FROM events").getInt64();
        };
    }};
    REQUIRE(first('o') == 0);
    REQUIRE(second('o') == 0);
    REQUIRE(second('r') == 0);
    REQUIRE(first('c') == 0);
    const auto log = sqlite::look_at(path + "-wal");
    REQUIRE(second('x') == 0);
    CHECK(stranger('l') > 0);
    CHECK(sqlite::look_at(path + "-wal").id == log.id);
    CHECK(sqlite::look_at(path + "-wal").size == log.size);
    CHECK(second('r') == 0);
}
