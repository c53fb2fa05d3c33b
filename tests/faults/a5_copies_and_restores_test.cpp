// Operators copy the file of a live office with cp, and put a backup over a file whose log a crash has left. The copy opened as an
// older (once an empty) box office without a word; the log was replayed into the backup and ruined it.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::read_file;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// A process that was killed with sales in its log: 5 points when `backup.db` was made (with or without the keys), 7 at the end.
void crash(const TemporaryFolder& folder) {
    Actor host{[&] {
        return house(folder / "sale.db",
                     [&](char, BoxOffice* office) { return answer_of(office->backup(folder / "backup.db", true)); });
    }};
    REQUIRE(host('o') == 0);
    for (int i = 0; i < 5; ++i) REQUIRE(host('r') == 0);
    REQUIRE(host('B') == 0);
    for (int i = 0; i < 2; ++i) REQUIRE(host('r') == 0);
    host.kill();
}

std::int64_t balance_in(const std::string& path) {
    Actor reader{[&] { return house(path); }};
    const auto opened = reader('o');
    if (opened != 0) return opened;
    CHECK(reader('v') == 0);
    return reader('b');
}

constexpr auto storage = -static_cast<std::int64_t>(ErrorCode::storage);
constexpr auto mistake = -static_cast<std::int64_t>(ErrorCode::invalid_argument);

}  // namespace

TEST_CASE("A copy of a file in use is whole or refused", "[faults][A5]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    SqliteOptions store;
    store.quiet_before_fold = Duration::zero();
    auto office = open_office(path, {}, {}, store).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    REQUIRE(office->execute(Recharge{mina, Points{5}, {}}));

    SECTION("while it is sold from: refused, with what to do") {
        fs::copy_file(path, folder / "copy.db");
        const auto refused = open_office(folder / "copy.db");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::storage);
        CHECK(refused.error().detail.find("Copy with backup") != std::string::npos);
        // What it says can be done, if this is all there is.
        const auto& detail = refused.error().detail;
        const auto begin = detail.find("UPDATE log_state");
        REQUIRE(begin != std::string::npos);
        SQLite::Database{folder / "copy.db", SQLite::OPEN_READWRITE}.exec(
            detail.substr(begin, detail.find('\'', begin) - begin));
        CHECK(open_office(folder / "copy.db").value()->audit().value().empty());
        fs::remove(folder / "copy.db");
        fs::copy_file(path, folder / "copy.db");
        CHECK(restore_sqlite_file(folder / "copy.db", folder / "new.db").error().code == ErrorCode::invalid_argument);
    }
    SECTION("when nobody has sold for a while: whole") {
        REQUIRE(office->execute(Tick{}));
        REQUIRE(office->execute(Tick{}));
        fs::copy_file(path, folder / "copy.db");
        CHECK(balance_in(folder / "copy.db") == 5);

        // The next sale makes the file need its log again before it is acknowledged.
        REQUIRE(office->execute(Recharge{mina, Points{1}, {}}));
        fs::copy_file(path, folder / "late.db");
        CHECK(balance_in(folder / "late.db") == storage);
        CHECK(office->balance(mina).value() == Points{6});
    }
    SECTION("with its log beside it: whole") {
        fs::copy_file(path, folder / "copy.db");
        fs::copy_file(path + "-wal", folder / "copy.db-wal");
        CHECK(balance_in(folder / "copy.db") == 5);
    }
    SECTION("closed: whole") {
        office.reset();
        fs::copy_file(path, folder / "copy.db");
        CHECK(balance_in(folder / "copy.db") == 5);
    }
}

TEST_CASE("A backup put over a file whose log a crash has left is refused, and nothing is ruined", "[faults][A5]") {
    const TemporaryFolder folder;
    crash(folder);
    const auto path = folder / "sale.db";
    CHECK(fs::file_size(path + "-wal") > 32);
    fs::copy_file(path, folder / "crashed.db");
    fs::copy_file(folder / "backup.db", path, fs::copy_options::overwrite_existing);
    const auto before = folder.snapshot();
    CHECK(balance_in(path) == storage);
    for (const auto& [name, bytes] : folder.snapshot()) {
        CAPTURE(name);
        REQUIRE(before.contains(name));
        CHECK(bytes == before.at(name));
    }

    SECTION("moving the log away goes on from the backup") {
        fs::rename(path + "-wal", folder / "old-wal");
        fs::rename(path + "-shm", folder / "old-shm");
        CHECK(balance_in(path) == 5);
    }
    SECTION("and putting the file back goes on from the crash") {
        fs::copy_file(folder / "crashed.db", path, fs::copy_options::overwrite_existing);
        CHECK(balance_in(path) == 7);
    }
}

TEST_CASE("After a crash nothing stands in the way", "[faults][A5]") {
    const TemporaryFolder folder;
    crash(folder);
    const auto path = folder / "sale.db";
    SECTION("with all its files") {}
    SECTION("without the lock file") { fs::remove(path + "-lock"); }
    SECTION("without the index of the log") { fs::remove(path + "-shm"); }
    SECTION("after somebody looked at it with sqlite3, whose close folds and deletes the log") {
        const auto child = sqlite_testing::start_child([&] {
            SQLite::Database person{path, SQLite::OPEN_READWRITE};
            return person.execAndGet("SELECT count(*) FROM users").getInt() == 1 ? 0 : 1;
        });
        CHECK(sqlite_testing::status_of(child) == 0);
        CHECK_FALSE(fs::exists(path + "-wal"));
    }
    CHECK(balance_in(path) == 7);
}

TEST_CASE("A log without its file is not thrown away", "[faults][A5]") {
    const TemporaryFolder folder;
    crash(folder);
    const auto path = folder / "sale.db";
    fs::rename(path, folder / "mislaid.db");
    CHECK(balance_in(path) == storage);
    CHECK(fs::file_size(path + "-wal") > 32);
    fs::rename(folder / "mislaid.db", path);
    CHECK(balance_in(path) == 7);
}

TEST_CASE("Restoring puts a backup in its place, and over nothing", "[faults][A5]") {
    const TemporaryFolder folder;
    crash(folder);
    const auto path = folder / "sale.db";
    const auto backup = folder / "backup.db";
    const auto bytes = read_file(backup);

    CHECK(answer_of(restore_sqlite_file(backup, path)) == mistake);  // the file is there
    fs::rename(path, folder / "crashed.db");
    CHECK(answer_of(restore_sqlite_file(backup, path)) == mistake);  // and now its log
    fs::rename(path + "-wal", folder / "crashed.db-wal");
    CHECK(answer_of(restore_sqlite_file(folder / "none.db", path)) == storage);
    sqlite_testing::write_file(folder / "text.db", std::string(5000, 'x'));
    CHECK(answer_of(restore_sqlite_file(folder / "text.db", path)) ==
          -static_cast<std::int64_t>(ErrorCode::not_a_boxoffice));
    CHECK(answer_of(restore_sqlite_file(folder / "crashed.db", path)) == mistake);  // a log lies beside it: not whole
    CHECK(answer_of(restore_sqlite_file("", path)) == mistake);
    CHECK_FALSE(fs::exists(path));
    REQUIRE(restore_sqlite_file(backup, path));
    CHECK(read_file(backup) == bytes);
    CHECK((fs::status(path).permissions() & fs::perms{0777}) == fs::perms{0600});
    CHECK(balance_in(path) == 5);
    CHECK(answer_of(restore_sqlite_file(backup, path)) == mistake);
    // What was moved away is as good as it was.
    CHECK(balance_in(folder / "crashed.db") == 7);
}
