/// The worker pool and the commands of the host, from many threads.

#include <atomic>
#include <future>
#include <thread>

#include "commands.hpp"
#include "http/client.hpp"
#include "support/faulty_store.hpp"
#include "worker_pool.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Commands;
using http_server::WorkerPool;

TEST_CASE("a pool's queue is bounded, and what was taken is finished before it stops", "[threads]") {
    std::atomic<std::int64_t> queued{0};
    std::atomic<int> done{0};
    std::promise<void> gate;
    std::promise<void> entered;
    const auto opened = gate.get_future().share();
    WorkerPool pool(1, 2, queued);
    REQUIRE(pool.try_push([&] {
        entered.set_value();
        opened.wait();
        ++done;
    }));
    entered.get_future().wait();
    CHECK(pool.try_push([&] { ++done; }));
    CHECK(pool.try_push([&] { ++done; }));
    CHECK_FALSE(pool.try_push([&] { ++done; }));
    CHECK(queued == 2);
    gate.set_value();
    pool.stop();
    CHECK(done == 3);
    CHECK(queued == 0);
    CHECK_FALSE(pool.try_push([&] { ++done; }));
}

namespace {

/// A pool of one worker, who waits inside a task until it is let go.
struct BusyPool {
    explicit BusyPool(std::chrono::steady_clock::duration wait_max = std::chrono::steady_clock::duration::max())
        : pool(1, 10, queued, wait_max) {
        REQUIRE(pool.try_push([this] {
            entered.set_value();
            gate.get_future().wait();
        }));
        entered.get_future().wait();
    }
    std::promise<void> gate, entered;
    std::atomic<std::int64_t> queued{0};
    WorkerPool pool;
};

}  // namespace

TEST_CASE("what waits for a worker can be dropped with an answer, whatever the worker waits for", "[threads]") {
    BusyPool busy;
    std::atomic<int> ran{0};
    std::atomic<int> dropped{0};
    for (int i = 0; i < 3; ++i) REQUIRE(busy.pool.try_push([&] { ++ran; }, [&] { ++dropped; }));
    busy.pool.drop_queued();
    CHECK(dropped == 3);
    CHECK(busy.queued == 0);
    CHECK_FALSE(busy.pool.try_push([] {}));
    CHECK_FALSE(busy.pool.stop_by(std::chrono::steady_clock::now()));  // somebody is still at it
    busy.gate.set_value();
    CHECK(busy.pool.stop_by(std::chrono::steady_clock::now() + std::chrono::minutes{1}));
    CHECK(ran == 0);
}

TEST_CASE("a task that has waited too long is dropped, those that have not are run", "[threads]") {
    BusyPool late(std::chrono::steady_clock::duration::zero());
    BusyPool early(std::chrono::hours{1});
    for (auto* busy : {&late, &early}) {
        std::atomic<int> ran{0};
        std::atomic<int> dropped{0};
        REQUIRE(busy->pool.try_push([&] { ++ran; }, [&] { ++dropped; }));
        busy->gate.set_value();
        busy->pool.stop();
        CHECK(ran == (busy == &early ? 1 : 0));
        CHECK(dropped == (busy == &late ? 1 : 0));
    }
}

TEST_CASE("the host's health hears what a command met, and when one succeeds again", "[threads]") {
    const auto faults = std::make_shared<Faults>();
    Office office({}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    http_server::Health health;
    std::atomic<std::int64_t> waiting{0};
    Commands commands(office.box(), health, waiting, {});
    const auto trouble = [&] { return health.trouble(http_server::Health::Clock::now()).has_value(); };
    CHECK(health.is_silent(http_server::Health::Clock::now(), std::chrono::hours{1}));
    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    CHECK(outcome(commands.execute_now(CreateUser{"ann"})) == "storage");
    CHECK(trouble());
    CHECK(outcome(commands.execute_now(CreateUser{"ann"})) == "ok");
    CHECK_FALSE(trouble());
    CHECK(outcome(commands.execute_now(CreateUser{"ann"})) == "user_exists");
    CHECK_FALSE(trouble());
    CHECK_FALSE(health.is_silent(http_server::Health::Clock::now(), std::chrono::hours{1}));
}

TEST_CASE("buyers race for seats through one router", "[threads]") {
    House house;
    auto& client = house.client;
    constexpr int buyer_count = 12;
    std::vector<std::string> tokens;
    for (int i = 0; i < buyer_count; ++i) {
        house.office.user("buyer-" + std::to_string(i));
        tokens.push_back(client.token("buyer-" + std::to_string(i)));
    }
    std::atomic<int> held{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < buyer_count; ++i)
        threads.emplace_back([&, i] {
            const auto body =
                client.hold_body("buyer-" + std::to_string(i), tokens[static_cast<std::size_t>(i)], "1").dump();
            const auto reply = client.try_send("POST", "/api/reservations", body);
            const auto* response = std::get_if<Response>(&reply);
            if (response != nullptr && response->status == 200) ++held;
            if (response != nullptr && response->status == 409) ++refused;
        });
    for (auto& thread : threads) thread.join();
    CHECK(held == 1);
    CHECK(refused == buyer_count - 1);
    CHECK(house.office.audit().empty());
}
