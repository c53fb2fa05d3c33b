// 11 of 240 damaged files passed the audit: it reads rows, and the damage was in indexes and pages.

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "boxoffice/utf8.hpp"
#include "faults/actors.hpp"
#include "sqlite/counting_vfs.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::CountingVfs;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("The audit of a file looks below the rows", "[faults][D11]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        auto office = open_office(path).value();
        for (int i = 0; i < 50; ++i) REQUIRE(office->execute(CreateUser{"user-" + std::to_string(i)}));
        CHECK(office->audit().value().empty());
    }
    {
        // An index that has lost its entries: every row is there, and is not found.
        SQLite::Database damage{path, SQLite::OPEN_READWRITE};
        damage.exec("PRAGMA writable_schema = ON");
        damage.exec("CREATE TABLE empty (name TEXT NOT NULL UNIQUE)");
        damage.exec(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_empty_1') "
            "WHERE name = 'sqlite_autoindex_users_1'");
        damage.exec("DELETE FROM sqlite_schema WHERE tbl_name = 'empty'");
    }
    auto office = open_office(path).value();
    const auto violations = office->audit().value();
    REQUIRE_FALSE(violations.empty());
    CHECK(violations.front().rule == "D3");
    CHECK(violations.front().detail.find("sqlite_autoindex_users_1") != std::string::npos);
}

TEST_CASE("a page that cannot be read is a fault of the audit, not damage", "[faults][D11]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        auto office = open_office(path).value();
        for (int i = 0; i < 200; ++i) REQUIRE(office->execute(CreateUser{"user-" + std::to_string(i)}));
    }
    CountingVfs vfs;
    int faults = 0;
    for (int passing = 0;; ++passing) {
        auto office = open_office(path).value();
        vfs.fail_a_read(passing);
        const auto audited = office->audit();
        const bool has_failed = vfs.has_failed_a_read();
        vfs.fail_a_read(-1);
        CAPTURE(passing);
        if (!audited) ++faults;
        if (!audited) CHECK(audited.error().code == ErrorCode::storage);
        if (audited) CHECK(audited->empty());
        if (!has_failed) break;
    }
    CHECK(faults > 10);
}

TEST_CASE("What the audit says of damaged pages is one line a finding", "[faults][D11]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { open_office(path).value(); }
    {
        // "The largest root page" of a file that keeps none: SQLite then misses a map of pages, and tells each in a line.
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(52);
        file.put('\x7F');
    }
    auto office = open_office(path).value();
    const auto violations = office->audit().value();
    REQUIRE(violations.size() > 1);
    for (const auto& one : violations) {
        INFO(one.detail);
        CHECK(one.rule == "D3");
        CHECK(is_plain_text(one.detail));
    }
}

TEST_CASE("a file whose tables refuse what opening writes is a fault of the store, not of the engine",
          "[faults][D11]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { open_office(path).value(); }
    // What the store writes, and what the office does: its lease of a node.
    const std::string table = GENERATE("log_state", "node_leases");
    CAPTURE(table);
    {
        SQLite::Database file{path, SQLite::OPEN_READWRITE};
        for (const std::string change : {"UPDATE", "INSERT"})
            file.exec("CREATE TRIGGER stop_" + change + " BEFORE " + change + " ON " + table +
                      " BEGIN SELECT RAISE(ABORT, 'no'); END");
    }
    const auto opened = open_office(path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::storage);
}
