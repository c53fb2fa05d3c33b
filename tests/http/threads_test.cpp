/// The worker pool and the batcher, from many threads.

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "batcher.hpp"
#include "http/client.hpp"
#include "support/faulty_store.hpp"
#include "worker_pool.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Batcher;
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

TEST_CASE("callers who come together share a transaction, and each gets their own answer", "[threads]") {
    Office office;
    const auto user = office.user("ann");
    Batcher batcher(office.box());
    constexpr int thread_count = 8;
    constexpr int rounds = 200;
    std::vector<std::thread> threads;
    std::mutex mutex;
    std::set<std::int64_t> balances;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                const auto recharged = batcher.execute(Recharge{user, Points{1}, {}});
                const auto refused = batcher.execute(CreateUser{"ann"});
                const std::lock_guard lock(mutex);
                if (recharged) balances.insert(recharged->balance.value);
                if (refused || refused.error().code != ErrorCode::user_exists) balances.insert(-1);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(balances.size() == thread_count * rounds);  // each balance was somebody's answer, once
    CHECK(*balances.begin() == 1);
    CHECK(*balances.rbegin() == thread_count * rounds);
    CHECK(batcher.sizes().commands() == 2 * thread_count * rounds);
    CHECK(office.audit().empty());
}

TEST_CASE("while one transaction commits, those who come wait for the next one together", "[threads]") {
    /// Holds the first commit until it is let go.
    class HeldClock final : public Clock {
      public:
        Time wall() override {
            if (armed.exchange(false)) {
                entered.set_value();
                opened.get_future().wait();
            }
            return opening;
        }
        Duration steady() override { return {}; }
        void wait(Duration) override {}
        std::atomic<bool> armed{false};
        std::promise<void> entered, opened;
    };
    const auto gate = std::make_shared<HeldClock>();
    Ports ports;
    ports.clock = gate;
    const auto box = must(BoxOffice::open(std::make_unique<MemoryStore>(), {}, ports), "open");
    Batcher batcher(*box);
    gate->armed = true;
    std::vector<std::thread> threads;
    std::atomic<int> made{0};  // checked at the end: Catch2's checks are for one thread
    threads.emplace_back([&] { made += batcher.execute(CreateUser{"first"}).has_value() ? 1 : 0; });
    gate->entered.get_future().wait();
    for (int i = 0; i < 5; ++i)
        threads.emplace_back(
            [&, i] { made += batcher.execute(CreateUser{"user-" + std::to_string(i)}).has_value() ? 1 : 0; });
    // They are all in line once the commands are counted as waiting; there is no other sign of it.
    while (batcher.waiting() < 5) std::this_thread::yield();
    gate->opened.set_value();
    for (auto& thread : threads) thread.join();
    CHECK(made == 6);
    CHECK(batcher.sizes().at(0) == 1);  // the first, alone
    CHECK(batcher.sizes().at(3) == 1);  // 5 to 8 together
}

TEST_CASE("who has waited behind a busy store is busy, too, and does not wait for as long again", "[threads]") {
    /// A store whose begin waits to be let go, and then is busy: another process holds it.
    class Held final : public Store {
      public:
        Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
            if (!armed) return inner.begin_until(deadline);
            if (begins++ == 0) {
                entered.set_value();
                gate.get_future().wait();
            }
            return refuse(ErrorCode::busy);
        }
        [[nodiscard]] Duration wait_max() const override { return inner.wait_max(); }
        Result<std::unique_ptr<View>> read() override { return inner.read(); }
        Result<std::int64_t> version() override { return inner.version(); }
        MemoryStore inner;
        std::atomic<bool> armed{false};
        std::atomic<int> begins{0};
        std::promise<void> gate, entered;
    };
    auto store = std::make_unique<Held>();
    auto& held = *store;
    const auto box = must(BoxOffice::open(std::move(store)), "open");
    http_server::Health health;
    Batcher batcher(*box, &health);
    held.armed = true;
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    std::atomic<int> busy{0};
    const auto run = [&](const std::string& name) {
        busy += outcome(batcher.execute(CreateUser{name})) == "busy" ? 1 : 0;
    };
    threads.emplace_back([&] { run("first"); });
    held.entered.get_future().wait();
    for (int i = 0; i < 5; ++i) threads.emplace_back([&, i] { run("user-" + std::to_string(i)); });
    while (batcher.waiting() < 5) std::this_thread::yield();
    // They have waited for more than half of the first one's time once as much has passed again.
    const auto until = std::chrono::steady_clock::now() + (std::chrono::steady_clock::now() - begin);
    std::this_thread::sleep_until(until + std::chrono::milliseconds{1});
    held.gate.set_value();
    for (auto& thread : threads) thread.join();
    CHECK(busy == 6);
    CHECK(held.begins == 1);
    REQUIRE(health.trouble(std::chrono::steady_clock::now()));
    CHECK(health.trouble(std::chrono::steady_clock::now())->code == ErrorCode::busy);
}

TEST_CASE("if the commit fails, so does every command of the batch, and the next batch goes on", "[threads]") {
    const auto faults = std::make_shared<Faults>();
    Office office({}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    Batcher batcher(office.box());
    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    CHECK(outcome(batcher.execute(CreateUser{"ann"})) == "storage");
    CHECK(outcome(batcher.execute(CreateUser{"ann"})) == "ok");
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
            http_server::Request request;
            request.method = "POST";
            request.path = "/api/reservations";
            request.body = body;
            const auto reply = client.router.handle(request);
            const auto* response = std::get_if<Response>(&reply);
            if (response != nullptr && response->status == 200) ++held;
            if (response != nullptr && response->status == 409) ++refused;
        });
    for (auto& thread : threads) thread.join();
    CHECK(held == 1);
    CHECK(refused == buyer_count - 1);
    CHECK(house.office.audit().empty());
}
