// Commands of several callers in one commit, and those that nobody waits for: what each is told is what it would be told alone.

#include <array>
#include <future>
#include <numeric>
#include <thread>
#include <vector>

#include "boxoffice/sqlite_store.hpp"
#include "support/catch.hpp"
#include "support/counting_store.hpp"
#include "support/faulty_store.hpp"
#include "support/office.hpp"
#include "support/processes.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using namespace std::chrono_literals;

namespace {

using Told = std::vector<std::string>;

/// What became of what was submitted, in the order in which it was told.
struct Inbox {
    Completion operator()(std::string name) {
        return [this, name = std::move(name)](std::vector<Outcome> outcomes) {
            for (const auto& one : outcomes)
                told.push_back(name + " " + (one ? "ok" : std::string{name_of(one.error().code)}));
        };
    }
    Told told;
};

}  // namespace

TEST_CASE("What is submitted together is committed together, each in its place and with its own outcomes",
          "[commit_queue]") {
    const auto counter = std::make_shared<StoreCounter>();
    Office office{{}, nullptr, std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter)};
    const auto mina = office.user("mina");
    Inbox inbox;
    REQUIRE(office->submit({Recharge{mina, Points{5}, "k"}, Recharge{mina, Points{6}, "k"}}, inbox("first")));
    REQUIRE(office->submit({CreateUser{"mina"}}, inbox("second")));
    REQUIRE(office->submit({}, inbox("nothing")));
    REQUIRE(office->submit({CreateUser{"yuna"}, Recharge{mina, Points{1}, ""}}, inbox("third")));
    counter->reset();
    CHECK(inbox.told.empty());
    CHECK(office->drive(0s));
    CHECK(inbox.told == Told{"first ok", "first idempotency_conflict", "second user_exists", "third ok", "third ok"});
    CHECK(counter->calls().commits == 1);
    CHECK(office.balance(mina) == 6);
    CHECK_FALSE(office->drive(0s));  // nothing is left
}

TEST_CASE("Where one caller's command cannot be decided, the others' are", "[commit_queue]") {
    Office office;
    const auto damaged = UserId{77};
    Changes changes;
    changes.users.push_back({User{damaged, "damaged", opening}, true});  // without an account
    must(must(office.store().begin(), "begin")->commit(changes), "commit");
    const auto mina = office.user("mina");
    Inbox inbox;
    REQUIRE(office->submit({Recharge{mina, Points{1}, ""}}, inbox("mina")));
    REQUIRE(office->submit({Recharge{damaged, Points{1}, ""}}, inbox("damaged")));
    REQUIRE(office->submit({Recharge{mina, Points{2}, ""}}, inbox("mina")));
    CHECK(office->drive(0s));
    CHECK(inbox.told == Told{"mina ok", "damaged internal", "mina ok"});
    CHECK(office.balance(mina) == 3);
}

TEST_CASE("A commit that fails fails all that were in it, and who comes later begins anew", "[commit_queue]") {
    const auto faults = std::make_shared<Faults>();
    Office office{{}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    const auto mina = office.user("mina");
    Inbox inbox;
    REQUIRE(office->submit({Recharge{mina, Points{1}, ""}}, inbox("one")));
    REQUIRE(office->submit({Recharge{mina, Points{1}, ""}}, inbox("two")));
    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    CHECK(office->drive(0s));
    REQUIRE(office->submit({Recharge{mina, Points{4}, ""}}, inbox("three")));
    CHECK(office->drive(0s));
    CHECK(inbox.told == Told{"one storage", "two storage", "three ok"});
    CHECK(office.balance(mina) == 4);
}

TEST_CASE("Where the store cannot be had, one after another is told, and none is lost", "[commit_queue]") {
    const auto faults = std::make_shared<Faults>();
    Office office{{}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
    Inbox inbox;
    REQUIRE(office->submit({CreateUser{"a"}, CreateUser{"b"}}, inbox("one")));
    REQUIRE(office->submit({CreateUser{"c"}}, inbox("two")));
    faults->plan(FaultPoint::begin, FaultKind::storage);
    CHECK(office->drive(0s));
    CHECK(inbox.told == Told{"one storage", "one storage"});
    CHECK(office->drive(0s));
    CHECK(inbox.told.back() == "two ok");
}

TEST_CASE("Who executes decides also for those who submitted before", "[commit_queue]") {
    Office office;
    Inbox inbox;
    REQUIRE(office->submit({CreateUser{"mina"}}, inbox("submitted")));
    CHECK(outcome(office->execute(CreateUser{"mina"})) == "user_exists");
    CHECK(inbox.told == Told{"submitted ok"});
}

TEST_CASE("A completion may submit what comes next", "[commit_queue]") {
    Office office;
    const auto mina = office.user("mina");
    int left = 3;
    Completion again = [&](std::vector<Outcome> outcomes) {
        CHECK(outcomes.at(0).has_value());
        if (left-- > 0) CHECK(office->submit({Recharge{mina, Points{1}, ""}}, again));
    };
    REQUIRE(office->submit({Recharge{mina, Points{1}, ""}}, again));
    int drives = 0;
    while (office->drive(0s)) ++drives;
    CHECK(drives == 4);
    CHECK(office.balance(mina) == 4);
}

TEST_CASE("A submission without a completion is refused, and after closing nothing is left untold", "[commit_queue]") {
    Inbox inbox;
    {
        Office office;
        CHECK(outcome(office->submit({CreateUser{"mina"}}, nullptr)) == "invalid_argument");
        REQUIRE(office->submit({CreateUser{"mina"}}, inbox("late")));
    }
    CHECK(inbox.told == Told{"late closed"});
}

TEST_CASE("A thread that drives serves others, until stop", "[commit_queue]") {
    const TempDir dir;
    SqliteOptions file;
    file.path = dir.file("box.office");
    auto office = must(BoxOffice::open(must(open_sqlite_store(file), "store")), "open");
    std::thread driver{[&] {
        while (office->drive(1min)) {
        }
    }};
    std::vector<std::thread> threads;
    std::atomic<int> done{0};
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                std::promise<std::vector<Outcome>> promise;
                auto future = promise.get_future();
                const auto name = "u" + std::to_string(t) + "-" + std::to_string(i);
                if (!office->submit({CreateUser{name}},
                                    [&](std::vector<Outcome> outcomes) { promise.set_value(std::move(outcomes)); }))
                    return;
                done += future.get().at(0) ? 1 : 0;
                done += office->execute(CreateUser{"x" + name}) ? 1 : 0;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(done == 8 * 20 * 2);
    office->stop();
    driver.join();
    CHECK(must(office->stats(), "stats").users == 320);
    CHECK(must(office->audit(), "audit").empty());
}

TEST_CASE("Batches are counted by what they carry", "[commit_queue]") {
    Office office;
    const auto before = office->commit_stats();
    CHECK(before.commands == 0);  // opening is none of the callers'
    std::vector<Command> five;
    for (int i = 0; i < 5; ++i) five.emplace_back(CreateUser{"u" + std::to_string(i)});
    (void)office->execute(five);
    (void)office->execute(CreateUser{"mina"});
    (void)office->execute(std::span<const Command>{});
    std::vector<Command> many(513, Command{CreateUser{"mina"}});
    (void)office->execute(many);
    const auto stats = office->commit_stats();
    CHECK(stats.commands == 519);
    CHECK(stats.by_commands == std::array<std::int64_t, 11>{1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1});
    CHECK(std::accumulate(stats.by_latency.begin(), stats.by_latency.end(), std::int64_t{0}) == 3);
    CHECK(stats.spent > Duration::zero());
}

TEST_CASE("What a parent has submitted is told to the parent alone", "[commit_queue][fork]") {
    auto office = must(BoxOffice::open(std::make_unique<MemoryStore>()), "open");
    Inbox inbox;
    REQUIRE(office->submit({CreateUser{"mina"}}, inbox("submitted")));
    const auto child = start_child([&] {
        if (outcome(office->submit({CreateUser{"yuna"}}, inbox("child"))) != "forked") return 1;
        if (office->drive(1min) || office->commit_stats().commands != 0) return 2;
        office->stop();
        office.reset();
        return inbox.told.empty() ? 0 : 3;
    });
    CHECK(wait_for(child) == 0);
    CHECK(inbox.told.empty());
    CHECK(office->drive(0s));
    CHECK(inbox.told == Told{"submitted ok"});
}
