/// Behind a store that another process holds, each thread waited for the threads before it and then for as long itself: sixteen
/// of them took sixteen times busy_timeout. A call has one deadline, from its beginning on, whomever it waits for.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "faults/actors.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using namespace std::chrono_literals;

TEST_CASE("sixteen threads behind a stuck process wait as long as one", "[faults][B1]") {
    const TempDir dir;
    const auto path = dir.file("box.office");
    SqliteOptions store;
    store.busy_timeout = 300ms;
    const auto office = open_office(path, {}, {}, store).value();
    const int stuck = ::open((path + "-lock").c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(stuck, LOCK_EX) == 0);
    const auto begin = std::chrono::steady_clock::now();
    std::atomic<int> busy{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
            const auto done = office->execute(CreateUser{"u" + std::to_string(i)});
            busy += !done && done.error().code == ErrorCode::busy ? 1 : 0;
        });
    for (auto& thread : threads) thread.join();
    const auto waited = std::chrono::steady_clock::now() - begin;
    CHECK(busy == 16);
    CHECK(waited >= 300ms);
    CHECK(waited < 2400ms);  // half of what it was
    ::close(stuck);
    CHECK(office->execute(CreateUser{"afterwards"}));
}

TEST_CASE("a stranger's lock is waited for within the same time", "[faults][B1]") {
    const TempDir dir;
    const auto path = dir.file("box.office");
    SqliteOptions store;
    store.busy_timeout = 400ms;
    const auto office = open_office(path, {}, {}, store).value();
    SQLite::Database stranger{path, SQLite::OPEN_READWRITE};
    stranger.exec("BEGIN IMMEDIATE");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(office->execute(CreateUser{"mina"}).error().code == ErrorCode::busy);
    CHECK(std::chrono::steady_clock::now() - begin < 700ms);  // 400, and not as much again
    stranger.exec("ROLLBACK");
    CHECK(office->execute(CreateUser{"mina"}));
}
