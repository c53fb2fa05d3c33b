/// What is promised when something comes between: a file that goes under a commit, a checkpoint that fails behind one, a crash
/// while somebody reads.

#include <cerrno>
#include <filesystem>
#include <string>

#include "sqlite/counting_vfs.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"
#include "support/failing_calls.hpp"

using namespace boxoffice;
using namespace boxoffice::sqlite_testing;

TEST_CASE("A commit under which the file was moved away is not acknowledged", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    CHECK(commit_event(*store));
    auto transaction = store->begin().value();
    const auto last = transaction->last_event().value();
    std::filesystem::rename(folder / "house.db", folder / "elsewhere.db");
    Changes changes;
    Event event;
    event.sequence = last.sequence + 1;
    event.at = last.at + Duration{1};
    changes.events.push_back(event);
    CHECK(transaction->commit(changes).error().code == ErrorCode::storage);
    CHECK(store->check_health().error().code == ErrorCode::storage);
    CHECK(store->begin().error().code == ErrorCode::storage);
}

TEST_CASE("A checkpoint that fails takes nothing back, is told, and is made good before the next commit", "[sqlite]") {
    const TemporaryFolder folder;
    const CountingVfs vfs;
    auto options = options_for(folder / "house.db");
    options.wal_size_max = 1;  // a checkpoint behind every commit
    auto store = open_sqlite_store(options).value();
    CHECK(commit_event(*store));
    CHECK(store->check_health());
    CountingVfs::fail_database_writes(SQLITE_IOERR_WRITE);
    CHECK(commit_event(*store));  // its log is synced
    CHECK(store->check_health().error().code == ErrorCode::storage);
    CountingVfs::fail_database_writes(SQLITE_OK);
    CHECK(commit_event(*store));
    CHECK(store->check_health());
    CHECK(event_count(*store) == 3);
}

TEST_CASE("A store that came to rest while somebody read can be opened after a crash", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.quiet_before_fold = Duration::zero();
    auto store = open_sqlite_store(options).value();
    CHECK(commit_event(*store));
    {
        const auto reader = store->read().value();
        CHECK(commit_event(*store));
        store->rest();  // sees that something was committed
        store->rest();  // and now that nothing was since
        for (const auto* const end : {"", "-wal", "-lock"})
            if (std::filesystem::exists(folder / (std::string{"house.db"} + end)))
                std::filesystem::copy_file(folder / (std::string{"house.db"} + end),
                                           folder / (std::string{"crashed.db"} + end));
    }
    const auto crashed = open_sqlite_store(options_for(folder / "crashed.db"));
    REQUIRE(crashed);
    CHECK(event_count(**crashed) == 2);
}

TEST_CASE("A store that rests makes its file whole by itself, once it is quiet and nobody is in the way", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.quiet_before_fold = Duration::zero();
    auto store = open_sqlite_store(options).value();
    CHECK(commit_event(*store));
    const auto is_whole = [&] {  // a copy of the file without its log can be opened
        const auto copy = folder / "copy.db";
        std::filesystem::copy_file(folder / "house.db", copy, std::filesystem::copy_options::overwrite_existing);
        const auto opened = open_sqlite_store(options_for(copy));
        if (opened) CHECK(event_count(**opened) == event_count(*store));
        if (!opened) CHECK(opened.error().text().find("a copy made while it was in use") != std::string::npos);
        return opened.has_value();
    };
    store->rest();  // sees that something was committed
    CHECK_FALSE(is_whole());
    {
        const auto writing = store->begin().value();
        store->rest();
        CHECK_FALSE(is_whole());
    }
    {
        const testing::FailingCalls another_process{"flock", EWOULDBLOCK, 0};
        store->rest();
        CHECK(testing::FailingCalls::struck());
    }
    CHECK_FALSE(is_whole());
    store->rest();
    CHECK(is_whole());
    store->rest();
    CHECK(is_whole());
    CHECK(commit_event(*store));
    CHECK_FALSE(is_whole());

    options.quiet_before_fold = std::chrono::hours{1};
    store.reset();
    store = open_sqlite_store(options).value();
    CHECK(commit_event(*store));
    for (int i = 0; i < 3; ++i) store->rest();
    CHECK_FALSE(is_whole());
}

TEST_CASE("A backup beside which a log lies is not restored, though it is whole by itself", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    CHECK(commit_event(*store));
    REQUIRE(store->backup(folder / "backup.db", true));
    write_file(folder / "backup.db-wal", "what somebody else's process left");
    CHECK(restore_sqlite_file(folder / "backup.db", folder / "new.db").error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(std::filesystem::exists(folder / "new.db"));
    std::filesystem::remove(folder / "backup.db-wal");
    CHECK(restore_sqlite_file(folder / "backup.db", folder / "new.db"));
}
