/// A connection is lost at every point of a command: before it begins, in each load, in the write, after the COMMIT was sent. What
/// was acknowledged is there once, and what was not is found out, or said to be unknown.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "postgres/cutting_proxy.hpp"
#include "postgres/support.hpp"
#include "support/office.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// An office whose store is behind the proxy, and the database as it is.
struct Remote {
    explicit Remote(Duration busy_timeout = seconds{30})
        : store{std::shared_ptr<Store>{open(busy_timeout)}}, office{{}, nullptr, store}, ann{office.user("ann")} {}

    std::unique_ptr<Store> open(Duration busy_timeout) const {
        auto options = options_of(schema, busy_timeout);
        options.address = proxy.address();
        return open_host(options);
    }
    Result<Recharged> try_recharge(const std::string& key) { return office->execute(Recharge{ann, Points{100}, key}); }
    [[nodiscard]] std::int64_t balance() const {
        return std::stoll(schema.run("SELECT balance FROM points JOIN users USING (id) WHERE external_id = 'ann'"));
    }

    PostgresSchema schema;
    CuttingProxy proxy{schema.address()};
    std::shared_ptr<Store> store;
    Office office;
    UserId ann;
};

}  // namespace

TEST_CASE("a command is done once wherever the connection is lost, if it comes back in time", "[postgres]") {
    const auto cut = GENERATE(Cut::request, Cut::answer);
    Remote remote;
    REQUIRE(remote.try_recharge("first"));
    std::int64_t expected = 100;
    int points = 0;
    for (std::int64_t request = 1; request < 20; ++request) {
        CAPTURE(cut, request);
        remote.proxy.cut_at(request, cut);
        const auto done = remote.try_recharge("k" + std::to_string(request));
        CHECK(outcome(done) == "ok");
        expected += 100;
        CHECK(remote.balance() == expected);
        if (!remote.proxy.has_cut()) break;
        ++points;
    }
    remote.proxy.cut_at(0, cut);
    CHECK(points == 3);  // begin, load, commit
    CHECK(remote.office.audit() == "");
}

TEST_CASE("a buyer's whole journey goes well wherever the connection is lost", "[postgres]") {
    const auto cut = GENERATE(Cut::request, Cut::answer);
    Remote remote;
    auto& office = remote.office;
    std::vector<SeatPrice> seats;
    for (int i = 1; i <= 100; ++i) seats.push_back({std::to_string(i), 1'000});
    (void)office.concert("2026-12-24", seats);
    std::int64_t points = 0;
    for (std::int64_t request = 1; request <= 100; ++request) {
        CAPTURE(cut, request);
        const auto name = std::to_string(request);
        remote.proxy.cut_at(request, cut);
        const auto buyer = office.comes_with("buyer" + name, 1'000);
        CHECK(must(office->peek(buyer.text), "peek").is_turn);
        const auto held = office.hold(buyer, name);
        (void)office.pay(buyer, held.reservation);
        CHECK(office.balance(buyer.user) == 0);
        if (!remote.proxy.has_cut()) break;
        ++points;
    }
    remote.proxy.cut_at(0, cut);
    CHECK(points >= 15);
    CHECK(office.audit() == "");
}

TEST_CASE("a commit whose answer was lost, and cannot be found out in time, is outcome_unknown, and its key tells",
          "[postgres]") {
    Remote remote{milliseconds{200}};
    REQUIRE(remote.try_recharge("first"));
    std::int64_t commits_lost = 0;
    for (std::int64_t request = 1; request < 20; ++request) {
        CAPTURE(request);
        const auto key = "k" + std::to_string(request);
        const auto before = remote.balance();
        remote.proxy.cut_at(request, Cut::answer, true);
        const auto done = remote.try_recharge(key);
        const bool was_cut = remote.proxy.has_cut();
        remote.proxy.come_back();
        if (!was_cut) {
            CHECK(outcome(done) == "ok");
            remote.proxy.cut_at(0, Cut::answer);
            break;
        }
        if (remote.balance() > before) {
            CHECK(outcome(done) == "outcome_unknown");
            ++commits_lost;
        } else {
            CHECK(outcome(done) == "storage");
        }
        const auto again = remote.try_recharge(key);
        CHECK(outcome(again) == "ok");
        CHECK(remote.balance() == before + 100);
    }
    CHECK(commits_lost == 1);
    CHECK(remote.office.audit() == "");
}

TEST_CASE("a commit that never arrived is not taken for one that others made meanwhile", "[postgres]") {
    Remote remote{milliseconds{200}};
    Remote* const here = &remote;
    const auto before = here->balance();
    const auto requests = [&] {  // how many a recharge takes
        for (std::int64_t request = 1;; ++request) {
            here->proxy.cut_at(request, Cut::request);
            REQUIRE(here->try_recharge("count" + std::to_string(request)));
            if (!here->proxy.has_cut()) return request - 1;
        }
    }();
    here->proxy.cut_at(0, Cut::request);
    const auto counted = here->balance();
    REQUIRE(counted > before);
    here->proxy.cut_at(requests, Cut::request, true);  // its COMMIT
    CHECK(outcome(here->try_recharge("lost")) == "outcome_unknown");
    // Another host takes the epoch that ours would have been.
    Office other{{}, nullptr, std::shared_ptr<Store>{open_host(options_of(here->schema))}, here->office.shared_clock()};
    (void)other.user("ben");
    here->proxy.come_back();
    CHECK(here->balance() == counted);
    const auto version = must(here->store->version(), "version");
    REQUIRE(here->try_recharge("lost"));
    CHECK(here->balance() == counted + 100);
    CHECK(must(here->store->version(), "version") !=
          version);  // the other's commits are seen, whosever the epoch was to be
}

TEST_CASE("while the database is away calls end in time, reads too, and health says why", "[postgres]") {
    Remote remote{milliseconds{300}};
    remote.proxy.go_down();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(outcome(remote.try_recharge("k")) == "storage");
    CHECK(outcome(remote.office->balance(remote.ann)) == "storage");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
    const auto health = remote.store->check_health();
    REQUIRE_FALSE(health);
    CHECK(health.error().code == ErrorCode::storage);
    CHECK(health.error().detail.find('/') == std::string::npos);  // no path of a socket
    remote.proxy.come_back();
    CHECK(outcome(remote.try_recharge("k")) == "ok");
    CHECK(outcome(remote.office->balance(remote.ann)) == "ok");
    CHECK(remote.store->check_health());
}

TEST_CASE("who must not wait tries to connect once in a second, and then no more than that", "[postgres]") {
    Remote remote;
    remote.proxy.go_down();
    CHECK(outcome(remote.store->try_begin()) == "storage");  // finds out
    const auto before = remote.proxy.clients();
    const auto begin = std::chrono::steady_clock::now();
    std::int64_t calls = 0;
    std::int64_t refused = 0;
    for (; std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{1'500}; ++calls)
        if (outcome(remote.store->try_begin()) == "storage") ++refused;
    const auto seconds_passed = (std::chrono::steady_clock::now() - begin) / std::chrono::seconds{1};
    CHECK(remote.proxy.clients() - before >= 1);
    CHECK(remote.proxy.clients() - before <= seconds_passed + 1);
    CHECK(calls > 100);
    CHECK(refused == calls);
    remote.proxy.come_back();
    CHECK(remote.store->begin());  // who may wait does not mind
    CHECK(remote.store->try_begin());
    CHECK(outcome(remote.try_recharge("k")) == "ok");
}
