// A process that ended, or a machine whose power failed, while the log was being folded into the file: the file was looked at
// without its log, and where its first page already told of pages that were not there yet it was "malformed" and could never be opened.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "sqlite/support.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::read_file;
using boxoffice::sqlite_testing::TemporaryFolder;
using boxoffice::sqlite_testing::write_file;

namespace fs = std::filesystem;

namespace {

constexpr std::size_t page_bytes = 4096;

Office office_on(const std::string& path) {
    return Office{options_with([](Options&) {}), nullptr,
                  std::shared_ptr<Store>{must(open_sqlite_store(sqlite_testing::options_for(path)), "open")}};
}

}  // namespace

TEST_CASE("a file that is half folded opens with its log, and has all that was sold", "[faults][A8]") {
    const TemporaryFolder folder;
    std::string before;
    std::string log;
    std::string lock;
    UserId last;
    {
        auto office = office_on(folder / "sale.db");
        for (int i = 0; i < 500; ++i) last = office.user("somebody-" + std::to_string(i));
        office.recharge(last, 7);
        before = read_file(folder / "sale.db");
        log = read_file(folder / "sale.db-wal");
        lock = read_file(folder / "sale.db-lock");
    }
    // All of the log, and nothing else: closing writes a mark of its own.
    write_file(folder / "folded.db", before);
    write_file(folder / "folded.db-wal", log);
    SQLite::Database{folder / "folded.db", SQLite::OPEN_READWRITE}.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto folded = read_file(folder / "folded.db");
    REQUIRE(folded.size() > before.size());
    // Folding writes pages in order, and may end after any of them; their last is what the file grows by.
    const auto pages = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{8}, std::size_t{40});
    CAPTURE(pages);
    auto half = before;
    half.replace(0, pages * page_bytes, folded, 0, pages * page_bytes);
    write_file(folder / "half.db", half);
    write_file(folder / "half.db-wal", log);
    write_file(folder / "half.db-lock", lock);
    auto office = office_on(folder / "half.db");
    CHECK(office.audit() == "");
    CHECK(office.balance(last) == 7);
    CHECK(office.user("the-next"));
}

TEST_CASE("a file whose making was interrupted has no mark yet, and opens with its log", "[faults][A8]") {
    const TemporaryFolder folder;
    { const auto store = must(open_sqlite_store(sqlite_testing::options_for(folder / "sale.db")), "open"); }
    {
        SQLite::Database file{folder / "sale.db", SQLite::OPEN_READWRITE};
        file.exec("UPDATE log_state SET mark = 0");
        file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
        file.exec("PRAGMA user_version = 1");  // something in the log
        fs::copy_file(folder / "sale.db", folder / "new.db");
        fs::copy_file(folder / "sale.db-wal", folder / "new.db-wal");
    }
    REQUIRE(fs::file_size(folder / "new.db-wal") > 32);
    auto office = office_on(folder / "new.db");
    CHECK(office.audit() == "");
    CHECK(office.user("the-first"));
}

TEST_CASE("a file whose first page was torn while it was made is made anew", "[faults][A8]") {
    const TemporaryFolder folder;
    std::string journal;
    {
        SQLite::Database file{folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
        // More than stays in memory, so that some of it is on its way and the journal says so.
        file.exec("PRAGMA cache_size = 10; BEGIN; CREATE TABLE some(thing)");
        file.exec(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
            "INSERT INTO some SELECT zeroblob(3000) FROM n");
        journal = read_file(folder / "other.db-journal");
    }
    REQUIRE(journal.size() >= 512);
    write_file(folder / "sale.db", std::string(1024, '\0'));
    CHECK(open_sqlite_store(sqlite_testing::options_for(folder / "sale.db")).error().code ==
          ErrorCode::not_a_boxoffice);
    write_file(folder / "sale.db-journal", journal);
    auto office = office_on(folder / "sale.db");
    CHECK(office.user("the-first"));
    CHECK(office.audit() == "");
}
