// An operator removes, renames or replaces a file under a live office. Commands went on being acknowledged into files that nobody
// could find any more. What was acknowledged must be there afterwards, or the call must have failed.

#include <filesystem>
#include <optional>
#include <string>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

/// Takes the file away: removed, renamed, or another put over it.
void take_away(const std::string& how, const std::string& name) {
    if (how == "removed") fs::remove(name);
    if (how == "renamed") fs::rename(name, name + ".away");
    if (how == "replaced") {
        sqlite_testing::write_file(name + ".new", "");
        fs::permissions(name + ".new", fs::perms{0600});
        fs::rename(name + ".new", name);
    }
}

/// What stands beside the database goes on as if nothing had happened.
void live_on(const std::string& part, const std::string& how) {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Actor one{[&] { return house(path); }};
    Actor two{[&] { return house(path); }};
    Actor later{[&] { return house(path); }};
    std::int64_t acknowledged = 0;
    const auto recharge = [&](Actor& actor, bool must) {
        const auto answer = actor('r');
        if (answer == 0) ++acknowledged;
        if (must) CHECK(answer == 0);
    };
    REQUIRE(one('o') == 0);
    REQUIRE(two('o') == 0);
    for (int i = 0; i < 3; ++i) recharge(one, true), recharge(two, true);
    take_away(how, path + part);
    // Each mends what it finds; a call in between may fail, but none is acknowledged and lost.
    for (int i = 0; i < 3; ++i) recharge(i % 2 == 0 ? one : two, false);
    for (int i = 0; i < 3; ++i) recharge(one, true), recharge(two, true);
    CHECK(one('b') == acknowledged);
    CHECK(two('b') == acknowledged);
    REQUIRE(later('o') == 0);
    recharge(later, true);
    CHECK(later('b') == acknowledged);
    one.kill();
    recharge(two, true);
    REQUIRE(two('c') == 0);
    recharge(later, true);
    CHECK(later('v') == 0);
    REQUIRE(later('c') == 0);
    Actor last{[&] { return house(path); }};
    REQUIRE(last('o') == 0);
    CHECK(last('b') == acknowledged);
    CHECK(last('v') == 0);
}

}  // namespace

TEST_CASE("A log, its index or the lock that is taken away under live offices costs no acknowledged sale",
          "[faults][A4]") {
    const std::string part = GENERATE("-wal", "-shm", "-lock");
    const std::string how = GENERATE("removed", "renamed", "replaced");
    CAPTURE(part, how);
    live_on(part, how);
}

TEST_CASE("A log that another process has written back and begun anew is seen before a commit", "[faults][A4]") {
    // The second office reads nothing in between: what it knows of the log is what the shared index tells, and that is of the new one.
    const std::string how = GENERATE("removed", "renamed", "replaced");
    CAPTURE(how);
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto writes_only = [&] {
        return house(path, [user = std::optional<UserId>{}](char, BoxOffice* office) mutable -> std::int64_t {
            if (!user) user = office->user("mina").value().id;
            return answer_of(office->execute(Recharge{*user, Points{1}, {}}));
        });
    };
    Actor one{writes_only};
    Actor two{writes_only};
    REQUIRE(one('o') == 0);
    REQUIRE(one('r') == 0);
    REQUIRE(two('o') == 0);
    REQUIRE(two('w') == 0);
    take_away(how, path + "-wal");
    for (int i = 0; i < 3; ++i) {
        CHECK(one('w') == 0);
        CHECK(two('w') == 0);
    }
    CHECK(one('b') == 8);
    CHECK(two('b') == 8);
    CHECK(two('v') == 0);
}

TEST_CASE("A log and its index that are taken away together cost no acknowledged sale", "[faults][A4]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Actor host{[&] { return house(path); }};
    REQUIRE(host('o') == 0);
    for (int i = 0; i < 5; ++i) REQUIRE(host('r') == 0);
    fs::remove(path + "-wal");
    fs::remove(path + "-shm");

    SECTION("the office goes on") {
        Actor other{[&] { return house(path); }};
        CHECK(other('o') == -static_cast<std::int64_t>(ErrorCode::storage));  // it would see the sales of yesterday
        REQUIRE(host('r') == 0);
        REQUIRE(other('o') == 0);
        CHECK(other('b') == 6);
        CHECK(other('r') == 0);
        CHECK(host('b') == 7);
    }
    SECTION("or closes") {
        REQUIRE(host('c') == 0);
        REQUIRE(host('o') == 0);
        CHECK(host('b') == 5);
    }
}

TEST_CASE("A database that is taken away takes no more commits, and has what was acknowledged", "[faults][A4]") {
    const std::string how = GENERATE("removed", "renamed", "replaced");
    CAPTURE(how);
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    auto office = open_office(path).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    REQUIRE(office->execute(Recharge{mina, Points{5}, {}}));
    take_away(how, path);
    for (int i = 0; i < 3; ++i) {
        const auto refused = office->execute(Recharge{mina, Points{1}, {}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::storage);
        CHECK(refused.error().detail.find("moved, replaced or removed") != std::string::npos);
    }
    CHECK(office->balance(mina).error().code == ErrorCode::storage);
    office.reset();
    if (how != "renamed") return;
    fs::rename(path + ".away", path);
    office = open_office(path).value();
    CHECK(office->balance(mina).value() == Points{5});
    CHECK(office->execute(Recharge{mina, Points{1}, {}}));
    CHECK(office->audit().value().empty());
}

TEST_CASE("A file put in the place of a live one is not opened beside its log", "[faults][A4]") {
    const bool is_backup = GENERATE(true, false);
    CAPTURE(is_backup);
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Actor live{[&] {
        return house(path, [&](char, BoxOffice* office) { return answer_of(office->backup(folder / "other.db")); });
    }};
    Actor newcomer{[&] { return house(path); }};
    REQUIRE(live('o') == 0);
    for (int i = 0; i < 3; ++i) REQUIRE(live('r') == 0);
    if (is_backup)
        REQUIRE(live('B') == 0);
    else
        sqlite_testing::write_file(folder / "other.db", "");
    fs::rename(path, folder / "away.db");
    fs::rename(folder / "other.db", path);
    const auto bytes = sqlite_testing::read_file(path);
    CHECK(newcomer('o') == -static_cast<std::int64_t>(ErrorCode::storage));
    CHECK(live('r') == -static_cast<std::int64_t>(ErrorCode::storage));
    CHECK(newcomer('o') == -static_cast<std::int64_t>(ErrorCode::storage));
    CHECK(sqlite_testing::read_file(path) == bytes);
    live.kill();
    fs::rename(folder / "away.db", path);
    REQUIRE(newcomer('o') == 0);
    CHECK(newcomer('b') == 3);
}

TEST_CASE("A backup moved over a live file is not sold into, and is not ruined", "[faults][A4]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    auto office = open_office(path).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    REQUIRE(office->execute(Recharge{mina, Points{5}, {}}));
    REQUIRE(office->backup(folder / "backup.db"));
    REQUIRE(office->execute(Recharge{mina, Points{5}, {}}));
    fs::rename(folder / "backup.db", path);
    const auto bytes = sqlite_testing::read_file(path);
    CHECK(office->execute(Recharge{mina, Points{1}, {}}).error().code == ErrorCode::storage);
    office.reset();
    CHECK(sqlite_testing::read_file(path) == bytes);
    // The log is still the other file's.
    CHECK(open_office(path).error().code == ErrorCode::storage);
    CHECK(sqlite_testing::read_file(path) == bytes);
    fs::remove(path + "-wal");
    fs::remove(path + "-shm");
    CHECK(open_office(path).value()->balance(mina).value() == Points{5});
}
