// A child of a process whose threads were inside SQLite or libsodium found the locks of their allocators taken for ever, and hung
// when it opened an office of its own.

#include <atomic>
#include <thread>
#include <vector>

#include "engine/fork_guard.hpp"
#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("Children forked beside busy threads open offices of their own", "[faults][B6][fork]") {
    const TemporaryFolder folder;
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&, i] {
            // Opening, reading and writing: what allocates and starts libraries.
            const auto path = folder / ("busy-" + std::to_string(i) + ".db");
            for (int round = 0; !stop; ++round) {
                auto office = open_office(path).value();
                const auto user = office->execute(CreateUser{"user-" + std::to_string(round)}).value().id;
                for (int k = 0; k < 5 && !stop; ++k) (void)office->balance(user);
            }
        });
    for (int i = 0; i < 60; ++i) {
        const auto child = sqlite_testing::start_child([&] {
            ::alarm(30);
            const auto path = folder / ("child-" + std::to_string(i) + ".db");
            auto office = open_office(i % 3 == 0 ? ":memory:" : path);
            return office && (*office)->execute(CreateUser{"mina"}) ? 0 : 1;
        });
        CHECK(sqlite_testing::status_of(child) == 0);
    }
    stop = true;
    for (auto& thread : threads) thread.join();
}

TEST_CASE("A fork from inside a call waits for no one", "[faults][B6][fork]") {
    const ForkBarrier outer;
    const ForkBarrier inner;
    CHECK(sqlite_testing::status_of(sqlite_testing::start_child([] { return open_office(":memory:") ? 0 : 1; })) == 0);
    const ForkBarrier::Open open;
    CHECK(sqlite_testing::status_of(sqlite_testing::start_child([] { return open_office(":memory:") ? 0 : 1; })) == 0);
}
