// What several processes on one file can get wrong, and what fork() can.

#include "boxoffice/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

#include "faults/actors.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::sqlite_testing;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// Holds the file lock in another process until this object goes.
class LockHolder {
  public:
    explicit LockHolder(const std::string& lock_path) {
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        child_ = start_child([&] {
            const int descriptor = ::open(lock_path.c_str(), O_RDWR | O_CREAT, 0644);
            if (::flock(descriptor, LOCK_EX) != 0 || ::write(ready[1], "x", 1) != 1) return 1;
            ::pause();
            return 0;
        });
        char byte = 0;
        REQUIRE(::read(ready[0], &byte, 1) == 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~LockHolder() {
        ::kill(child_, SIGKILL);
        status_of(child_);
    }
    LockHolder(const LockHolder&) = delete;
    LockHolder& operator=(const LockHolder&) = delete;

  private:
    pid_t child_ = 0;
};

}  // namespace

TEST_CASE("Two processes that make one file both succeed", "[sqlite]") {
    for (int round = 0; round < 20; ++round) {
        const TemporaryFolder folder;
        const auto work = [&] {
            auto options = options_for(folder / "new.db");
            options.busy_timeout = std::chrono::minutes{1};  // a busy disk takes seconds to make a file
            auto store = open_sqlite_store(options);
            const auto done = store ? commit_event(**store) : Result<void>{tl::unexpected(store.error())};
            if (!done) std::fprintf(stderr, "%s\n", done.error().text().c_str());
            return done ? 0 : 1;
        };
        const pid_t first = start_child(work);
        const pid_t second = start_child(work);
        CHECK(status_of(first) == 0);
        CHECK(status_of(second) == 0);
        CHECK(event_count(*open_sqlite_store(options_for(folder / "new.db")).value()) == 2);
    }
}

TEST_CASE("Waiting for another process is bounded", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.busy_timeout = std::chrono::milliseconds{200};
    auto store = open_sqlite_store(options).value();
    const auto busy_after = [](Duration least, Duration most, auto&& work) {
        const auto start = SteadyClock::now();
        const auto done = work();
        const auto took = SteadyClock::now() - start;
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::busy);
        CHECK(took >= least);
        CHECK(took < most);
    };
    const Duration most = std::chrono::seconds{2};

    SECTION("that holds the file lock") {
        const LockHolder holder{folder / "house.db-lock"};
        busy_after(options.busy_timeout, most, [&] { return store->begin(); });
        busy_after({}, Duration{100'000}, [&] { return store->try_begin(); });
        busy_after(options.busy_timeout, most, [&] { return open_sqlite_store(options); });
        CHECK(store->read());
        CHECK(store->version());
        CHECK(store->backup(folder / "copy.db", false));
        store.reset();  // cannot checkpoint, and does not hang
        CHECK(std::filesystem::exists(folder / "house.db"));
    }
    SECTION("that holds SQLite's own lock, a person at work") {
        SQLite::Database person(folder / "house.db", SQLite::OPEN_READWRITE);
        person.exec("BEGIN IMMEDIATE");
        busy_after(options.busy_timeout, most, [&] { return store->begin(); });
        busy_after({}, Duration{100'000}, [&] { return store->try_begin(); });
        person.exec("ROLLBACK");
    }
    SECTION("or another thread") {
        auto transaction = store->begin().value();
        busy_after(options.busy_timeout, most, [&] { return store->begin(); });
        busy_after({}, Duration{100'000}, [&] { return store->try_begin(); });
    }
    if (store) {
        CHECK(commit_event(*store));
    } else {
        CHECK(commit_event(*open_sqlite_store(options).value()));
    }
}

TEST_CASE("A process that dies in a transaction leaves the lock to the others", "[sqlite]") {
    const TemporaryFolder folder;
    const auto options = options_for(folder / "house.db");
    const pid_t child = start_child([&] {
        auto store = open_sqlite_store(options).value();
        if (!commit_event(*store)) return 1;
        auto transaction = store->begin();
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    CHECK(status_of(child) == -SIGKILL);
    auto store = open_sqlite_store(options).value();
    CHECK(event_count(*store) == 1);
    CHECK(commit_event(*store));
}

TEST_CASE("A store opened before fork() is an error in the child and none in the parent", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    REQUIRE(commit_event(*store));
    auto view = store->read().value();
    auto transaction = store->begin().value();
    const auto forked = [](const auto& result) { return !result && result.error().code == ErrorCode::forked; };
    const pid_t child = start_child([&] {
        if (!forked(store->begin()) || !forked(store->try_begin()) || !forked(store->read())) return 1;
        if (!forked(store->version()) || !forked(store->backup(folder / "copy.db", false))) return 2;
        if (!forked(transaction->commit({}))) return 3;
        transaction.reset();
        view.reset();
        store.reset();
        return 0;
    });
    CHECK(status_of(child) == 0);
    // The child's objects have gone; the parent's locks and its transaction have not.
    const int descriptor = ::open((folder / "house.db-lock").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(::flock(descriptor, LOCK_EX | LOCK_NB) != 0);
    ::close(descriptor);
    transaction.reset();
    view.reset();
    CHECK(commit_event(*store));
    CHECK(event_count(*store) == 2);
}

TEST_CASE("The version changes with another process' commits and not with one's own", "[sqlite]") {
    const TemporaryFolder folder;
    testing::Actor other{[&] {  // forked before this process has the file open
        return [&](char) -> std::int64_t {
            auto own = open_sqlite_store(options_for(folder / "house.db"));
            return own && commit_event(**own) ? 0 : 1;
        };
    }};
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    auto version = store->version().value();
    for (int i = 0; i < 5; ++i) {
        REQUIRE(commit_event(*store));
        CHECK(store->version().value() == version);
    }
    for (int i = 0; i < 5; ++i) {
        REQUIRE(other('c') == 0);
        // One's own commit in between hides nothing.
        if (i % 2 == 0) REQUIRE(commit_event(*store));
        const auto now = store->version().value();
        CHECK(now != version);
        version = now;
    }
    CHECK(store->version().value() == version);
}

TEST_CASE("Threads and processes write one after another and lose nothing", "[sqlite]") {
    const TemporaryFolder folder;
    auto options = options_for(folder / "house.db");
    options.busy_timeout = std::chrono::seconds{30};
    options.wal_size_max = 32 * 1024;
    const auto work = [&] {
        auto store = open_sqlite_store(options).value();
        std::atomic<int> failed{0};
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 3; ++thread)
            threads.emplace_back([&] {
                for (int i = 0; i < 20; ++i)
                    if (!commit_event(*store) || !store->read() || !store->version()) ++failed;
            });
        for (auto& thread : threads) thread.join();
        return failed == 0 ? 0 : 1;
    };
    const pid_t first = start_child(work);
    const pid_t second = start_child(work);
    CHECK(status_of(first) == 0);
    CHECK(status_of(second) == 0);
    CHECK(event_count(*open_sqlite_store(options).value()) == 120);
}
