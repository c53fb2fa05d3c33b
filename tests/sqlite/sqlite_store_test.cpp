// What only the SQLite store can get wrong: whose file it is, durability, back-stops, the size of the log, backups.

#include "boxoffice/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "counting_vfs.hpp"
#include "sqlite/schema.sql.hpp"
#include "support.hpp"

using namespace boxoffice;
using namespace boxoffice::sqlite_testing;
using SteadyClock = std::chrono::steady_clock;

namespace {

const int writable = SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;

/// The error of opening `path`, which must not open.
Error error_of(const SqliteOptions& options) {
    auto opened = open_sqlite_store(options);
    REQUIRE_FALSE(opened);
    INFO(opened.error().text());
    CHECK(opened.error().detail.find(options.path) != std::string::npos);
    return opened.error();
}

/// Opening is refused with `code` and leaves the folder as it was.
void check_refused_untouched(const TemporaryFolder& folder, const std::string& name, ErrorCode code) {
    const auto before = folder.snapshot();
    CHECK(error_of(options_for(folder / name)).code == code);
    const auto after = folder.snapshot();
    CHECK(before.size() == after.size());
    CHECK((before == after));
}

}  // namespace

TEST_CASE("A file that is not a box office is refused and stays untouched", "[sqlite]") {
    const TemporaryFolder folder;

    SECTION("a text") {
        write_file(folder / "a.db", "Dear diary");
        check_refused_untouched(folder, "a.db", ErrorCode::not_a_boxoffice);
    }
    SECTION("a long file of zeros") {
        write_file(folder / "a.db", std::string(10'000, '\0'));
        check_refused_untouched(folder, "a.db", ErrorCode::not_a_boxoffice);
    }
    SECTION("a database with tables of its own") {
        SQLite::Database(folder / "a.db", writable).exec("CREATE TABLE recipes (name TEXT)");
        check_refused_untouched(folder, "a.db", ErrorCode::not_a_boxoffice);
    }
    SECTION("a database of another application, in WAL mode") {
        SQLite::Database(folder / "a.db", writable)
            .exec("PRAGMA application_id = 7; PRAGMA journal_mode = WAL; VACUUM");
        check_refused_untouched(folder, "a.db", ErrorCode::not_a_boxoffice);
    }
    SECTION("a database of another application that is open, its tables still in the log") {
        SQLite::Database other(folder / "a.db", writable);
        other.exec("PRAGMA journal_mode = WAL; CREATE TABLE recipes (name TEXT)");
        const auto main_file = read_file(folder / "a.db");
        CHECK(error_of(options_for(folder / "a.db")).code == ErrorCode::not_a_boxoffice);
        CHECK((read_file(folder / "a.db") == main_file));
        CHECK(other.tableExists("recipes"));
    }
    SECTION("a schema of a later version") {
        open_sqlite_store(options_for(folder / "a.db")).value();
        SQLite::Database(folder / "a.db", writable).exec("PRAGMA user_version = 2");
        check_refused_untouched(folder, "a.db", ErrorCode::newer_schema);
    }
}

TEST_CASE("Paths that cannot be a database are a storage fault", "[sqlite]") {
    const TemporaryFolder folder;
    CHECK(error_of(options_for(folder / ".")).code == ErrorCode::storage);
    CHECK(error_of(options_for(folder / "no/such/folder.db")).code == ErrorCode::storage);
    CHECK(error_of(options_for("/proc/boxoffice.db")).code == ErrorCode::storage);
    if (::geteuid() != 0) {  // root may write anywhere
        open_sqlite_store(options_for(folder / "read-only.db")).value();
        std::filesystem::permissions(folder / "read-only.db", std::filesystem::perms::owner_read);
        CHECK(error_of(options_for(folder / "read-only.db")).code == ErrorCode::storage);
    }
    auto options = options_for(folder / "absent.db");
    options.create = false;
    CHECK(error_of(options).code == ErrorCode::storage);
    CHECK_FALSE(std::filesystem::exists(folder / "absent.db"));
    CHECK(open_sqlite_store(options_for("")).error().code == ErrorCode::invalid_options);
}

TEST_CASE("An empty file becomes a box office", "[sqlite]") {
    const TemporaryFolder folder;
    write_file(folder / "empty.db", "");
    auto options = options_for(folder / "empty.db");
    options.create = false;
    auto store = open_sqlite_store(options).value();
    CHECK(commit_event(*store));
}

TEST_CASE("`:memory:` is the store in memory", "[sqlite]") {
    auto store = open_sqlite_store(options_for(":memory:")).value();
    CHECK(commit_event(*store));
    CHECK(event_count(*store) == 1);
    CHECK_FALSE(std::filesystem::exists(":memory:"));
}

TEST_CASE("no file is named `:memory:`, by a backup or by restoring one", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "a.db")).value();
    const auto code = [](const Result<void>& done) { return std::string{done ? "done" : name_of(done.error().code)}; };
    CHECK(code(store->backup(":memory:", false)) == "invalid_argument");
    CHECK(code(store->backup(folder / "b.db", false)) == "done");
    CHECK(code(restore_sqlite_file(folder / "b.db", ":memory:")) == "invalid_argument");
    CHECK(code(restore_sqlite_file(":memory:", folder / "c.db")) == "invalid_argument");
    CHECK_FALSE(std::filesystem::exists(":memory:"));
}

TEST_CASE("Closing leaves one ordinary database that a person can read", "[sqlite]") {
    const TemporaryFolder folder;
    CHECK(commit_event(*open_sqlite_store(options_for(folder / "house.db")).value(), 700));
    CHECK_FALSE(std::filesystem::exists(folder / "house.db-wal"));
    CHECK_FALSE(std::filesystem::exists(folder / "house.db-shm"));
    SQLite::Database database(folder / "house.db", SQLite::OPEN_READONLY);
    CHECK(database.execAndGet("PRAGMA application_id").getInt() == sqlite::application_id);
    CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
    CHECK(database.execAndGet("SELECT kind || ' ' || amount FROM events_readable").getString() == "user_created 700");
    for (const char* view : {"reservations_readable", "tokens_readable"})
        CHECK(database.execAndGet(std::string{"SELECT count(*) FROM "} + view).getInt() == 0);
}

TEST_CASE("An acknowledged commit has been synced", "[sqlite]") {
    const TemporaryFolder folder;
    const CountingVfs vfs;
    auto options = options_for(folder / "house.db");

    auto full = open_sqlite_store(options).value();
    CHECK(commit_event(*full));
    for (int i = 0; i < 10; ++i) {
        const auto before = vfs.log_sync_count();
        CHECK(commit_event(*full));
        CHECK(vfs.log_sync_count() >= before + 1);
    }
    full.reset();

    // The control: the weaker durability shows that the count tells something.
    options.durability = Durability::normal;
    auto normal = open_sqlite_store(options).value();
    CHECK(commit_event(*normal));
    const auto before = vfs.log_sync_count();
    for (int i = 0; i < 10; ++i) CHECK(commit_event(*normal));
    CHECK(vfs.log_sync_count() == before);
}

TEST_CASE("After a sync that failed the store opens its writing connection anew by itself", "[sqlite]") {
    const TemporaryFolder folder;
    CountingVfs vfs;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    CHECK(commit_event(*store));
    vfs.fail_log_syncs(true);
    CHECK(commit_event(*store).error().code == ErrorCode::storage);
    // Nothing is written while what the disk holds cannot be made sure of; what was acknowledged can be read.
    CHECK(store->check_health().error().code == ErrorCode::storage);
    CHECK(store->begin().error().code == ErrorCode::storage);
    CHECK(store->try_begin().error().code == ErrorCode::storage);
    CHECK(event_count(*store) >= 1);
    CHECK(store->version());
    vfs.fail_log_syncs(false);
    const auto count = event_count(*store);  // the commit whose sync failed was not acknowledged, and may be there
    CHECK(commit_event(*store));
    CHECK(store->check_health());
    CHECK(event_count(*store) > count);
    const auto last = event_count(*store);
    store.reset();
    store = open_sqlite_store(options_for(folder / "house.db")).value();
    CHECK(event_count(*store) == last);
}

TEST_CASE("The log stays bounded", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.wal_size_max = 256 * 1024;
    auto store = open_sqlite_store(options).value();
    const auto log_size = [&] {
        return static_cast<std::int64_t>(std::filesystem::file_size(folder / "house.db-wal"));
    };
    std::int64_t largest = 0;
    int most = 1;  // times wal_size_max

    SECTION("with nobody reading") {
        for (int i = 0; i < 600; ++i) {
            REQUIRE(commit_event(*store));
            largest = std::max(largest, log_size());
        }
    }
    SECTION("with readers that always overlap") {
        most = 10;  // a busy machine can make them overstay what a checkpoint waits, up to the hard limit of eight
        std::atomic<bool> stop{false};
        std::vector<std::thread> readers;
        for (int i = 0; i < 2; ++i)
            readers.emplace_back([&, i] {
                std::this_thread::sleep_for(std::chrono::milliseconds{i * 2});
                while (!stop) {
                    auto view = store->read();
                    std::this_thread::sleep_for(std::chrono::milliseconds{4});
                }
            });
        for (int i = 0; i < 600; ++i) {
            REQUIRE(commit_event(*store));
            largest = std::max(largest, log_size());
        }
        stop = true;
        for (auto& reader : readers) reader.join();
    }
    INFO(largest);
    CHECK(largest < most * options.wal_size_max);
    CHECK(largest > options.wal_size_max / 4);  // else the test has not come near the limit
}

TEST_CASE("A reader that stays delays no commit for long, and no checkpoint is lost for good", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.wal_size_max = 64 * 1024;
    auto store = open_sqlite_store(options).value();
    auto view = store->read().value();
    for (int i = 0; i < 50; ++i) {
        const auto start = SteadyClock::now();
        REQUIRE(commit_event(*store));
        CHECK(SteadyClock::now() - start < std::chrono::seconds{1});
    }
    CHECK(view->last_event().value().sequence == 0);
    view.reset();
    for (int i = 0; i < 100; ++i) REQUIRE(commit_event(*store));
    CHECK(std::filesystem::file_size(folder / "house.db-wal") < 3 * 64 * 1024);
}

TEST_CASE("A view sees one state and waits for no decision", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    REQUIRE(commit_event(*store));
    auto transaction = store->begin().value();
    auto before = store->read().value();  // while a decision is under way
    Changes changes;
    Event event;
    event.sequence = 2;
    changes.events.push_back(event);
    event.sequence = 2;
    changes.events.back().at = transaction->last_event().value().at;
    REQUIRE(transaction->commit(changes));
    CHECK(before->last_event().value().sequence == 1);
    CHECK(store->read().value()->last_event().value().sequence == 2);
    std::vector<User> into;
    CHECK(transaction->users().load({}, into).error().code == ErrorCode::internal);
    CHECK(transaction->commit({}).error().code == ErrorCode::internal);
}

TEST_CASE("Uncommitted is undone, and a back-stop undoes all of a commit", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    const auto refused = [&](const Changes& changes) {
        return store->begin().value()->commit(changes).error().code == ErrorCode::internal;
    };
    User user{{1}, "anna", {}};
    Changes first;
    first.users = {{user, true}};
    Seat seat;
    seat.id = {5};
    seat.concert = {3};
    seat.facts.number = seat.facts.label = "1";
    seat.version = 1;
    first.seats = {{seat, true}};
    Reservation reservation;
    reservation.id = {7};
    reservation.seat = {5};
    first.reservations = {{reservation, true}};
    { auto dropped = store->begin().value(); }
    REQUIRE(store->begin().value()->commit(first));

    Changes twice = first;
    CHECK(refused(twice));
    Changes same_name;
    same_name.users = {{User{{2}, "bob", {}}, true}, {User{{3}, "anna", {}}, true}};
    CHECK(refused(same_name));
    Changes absent;
    absent.users = {{User{{9}, "nobody", {}}, false}};
    CHECK(refused(absent));
    Changes stale;
    stale.seats = {{seat, false}};  // the row stands at version 1, so this would have to be 2
    CHECK(refused(stale));
    Changes two_claims;
    reservation.id = {8};
    two_claims.reservations = {{reservation, true}};
    CHECK(refused(two_claims));
    Changes overdrawn;
    overdrawn.accounts = {{Account{{1}, AccountKind::user, {-1}, {}, {}}, true}};
    CHECK(refused(overdrawn));
    Changes gap;
    Event event;
    event.sequence = 2;
    gap.events = {event};
    CHECK(refused(gap));

    std::vector<User> users;
    REQUIRE(store->read().value()->users().load(UserKeys{{{1}, {2}, {3}, {9}}, {}}, users));
    CHECK(users == std::vector{user});
    CHECK(commit_event(*store));

    // A claim may pass to another reservation in one commit, in whatever order the writes come.
    Changes handed_over;
    Reservation released = first.reservations[0].entity;
    released.state = ReservationState::released;
    handed_over.reservations = {{reservation, true}, {released, false}};
    CHECK(store->begin().value()->commit(handed_over));
}

TEST_CASE("The ledger and the histories can only be added to", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    Changes changes;
    changes.transfers = {Transfer{{1}, {2}, {3}, {4}, TransferKind::recharge, {}, {}}};
    changes.payment_steps = {PaymentStep{{1}, 0, PaymentState::requested, {}, ""}};
    Concert concert;
    concert.id = ConcertId{7};
    changes.concerts = {{concert, true}};
    changes.sales = {Sale{{{7}, 1}, {}, {}, 1}};
    changes.tariff_prices = {TariffPrice{{{7}, 1}, {"", {}, {}}}};
    Event event;
    event.sequence = 1;
    changes.events = {event};
    REQUIRE(store->begin().value()->commit(changes));
    store.reset();
    SQLite::Database database(folder / "house.db", writable);
    for (const char* sql : {"UPDATE point_usages SET amount = 5", "DELETE FROM point_usages",
                            "UPDATE events SET amount = 5", "UPDATE payment_histories SET state = 'failed'",
                            "DELETE FROM payment_histories", "UPDATE sales SET tariff = 0", "DELETE FROM sales",
                            "UPDATE tariff_prices SET price = 1", "DELETE FROM tariff_prices"}) {
        INFO(sql);
        CHECK_THROWS_AS(database.exec(sql), SQLite::Exception);
    }
}

TEST_CASE("A backup is whole, opens, and leaves the keys out unless asked", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    TokenKey key{1, {}};
    const std::string secret = "sixteen secrets!";
    std::copy(secret.begin(), secret.end(), key.secret.begin());
    Changes changes;
    changes.token_keys = {{key, true}};
    changes.leases = {{NodeLease{3, {}, 99}, true}};
    REQUIRE(store->begin().value()->commit(changes));
    REQUIRE(commit_event(*store));
    const auto keys_in = [&](const std::string& path) {
        std::vector<TokenKey> keys;
        REQUIRE(open_sqlite_store(options_for(path)).value()->read().value()->token_keys().load({true}, keys));
        return keys;
    };

    REQUIRE(store->backup(folder / "without.db", false));
    CHECK(read_file(folder / "without.db").find(secret) == std::string::npos);
    REQUIRE(store->backup(folder / "with.db", true));
    CHECK(read_file(folder / "with.db").find(secret) != std::string::npos);
    CHECK(folder.snapshot().count("with.db-partial") == 0);
    CHECK(folder.snapshot().count("without.db-partial") == 0);
    CHECK(folder.snapshot().count("without.db-journal") == 0);
    CHECK(keys_in(folder / "without.db").empty());
    CHECK(keys_in(folder / "with.db") == std::vector{key});
    auto copy = open_sqlite_store(options_for(folder / "without.db")).value();
    CHECK(event_count(*copy) == 1);
    std::vector<NodeLease> leases;
    REQUIRE(copy->read().value()->leases().load({true}, leases));
    CHECK(leases.size() == 1);

    CHECK(store->backup(folder / "with.db", true).error().code == ErrorCode::invalid_argument);
    CHECK(store->backup(folder / "house.db", true).error().code == ErrorCode::invalid_argument);
    CHECK(store->backup("", true).error().code == ErrorCode::invalid_argument);
    CHECK(store->backup(folder / "no/such/copy.db", true).error().code == ErrorCode::storage);
    CHECK(commit_event(*store));
}

TEST_CASE("A store goes on where the process has changed its folder", "[sqlite]") {
    const TemporaryFolder folder;
    const pid_t child = start_child([&] {
        if (::chdir((folder / ".").c_str()) != 0) return 1;
        auto store = open_sqlite_store(options_for("house.db"));
        if (!store || ::chdir("/") != 0) return 2;
        if (!commit_event(**store) || !(*store)->read()) return 3;
        return (*store)->backup(folder / "copy.db", false) ? 0 : 4;
    });
    CHECK(status_of(child) == 0);
    CHECK(event_count(*open_sqlite_store(options_for(folder / "copy.db")).value()) == 1);
}
