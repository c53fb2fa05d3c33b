/// What /readyz and /healthz know of the store, and what the log says when it fails.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "health.hpp"
#include "http/client.hpp"
#include "log_limit.hpp"
#include "support/faulty_store.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Health;
using http_server::LogLimit;

namespace {

const Health::Clock::time_point start{std::chrono::hours{5}};
const Error storage{ErrorCode::storage, "disk I/O error"};
const Error busy{ErrorCode::busy, {}};

std::string trouble(const Health& health, Health::Clock::time_point now = start) {
    const auto found = health.trouble(now);
    return found ? std::string{name_of(found->code)} + ": " + found->reason : "none";
}

void write(const std::string& path) { std::ofstream{path} << "x"; }

}  // namespace

TEST_CASE("B3: who cannot write is not ready, and says why", "[health]") {
    Health health;
    CHECK(trouble(health) == "none");
    health.began(start);
    CHECK(trouble(health, start + std::chrono::milliseconds{1999}) == "none");
    CHECK(trouble(health, start + seconds{2}) ==
          "busy: a write waits: another process holds the store, or its disk is very slow");
    health.ended(busy, true, start + seconds{5});
    CHECK(trouble(health) == "busy: another process holds the store");
    health.ended(std::nullopt, true, start);
    CHECK(trouble(health) == "none");
    health.ended(storage, false, start);
    CHECK(trouble(health).starts_with("storage: the store failed"));
    health.ended(Error{ErrorCode::clock_jump, {}}, true, start);
    CHECK(trouble(health).starts_with("clock_jump: the wall clock jumped ahead"));
    health.ended(std::nullopt, false, start);
    CHECK(trouble(health) == "none");
}

TEST_CASE("B3: while some of the writes under way end, none stands still") {
    Health health;
    health.began(start);
    health.began(start + seconds{1});
    CHECK(trouble(health, start + seconds{2}).starts_with("busy: a write waits"));
    health.ended(std::nullopt, false, start + seconds{2});
    CHECK(trouble(health, start + seconds{3}) == "none");
    CHECK(trouble(health, start + seconds{4}).starts_with("busy: a write waits"));
    CHECK_FALSE(health.is_silent(start + seconds{4}, seconds{1}));
    health.ended(std::nullopt, false, start + seconds{4});
    CHECK(trouble(health, start + seconds{60}) == "none");
    CHECK(health.is_silent(start + seconds{60}, seconds{1}));
}

TEST_CASE("B3: one command's own fault does not make the server look ill", "[health]") {
    Health health;
    health.ended(Error{ErrorCode::internal, {}}, false, start);
    health.ended(Error{ErrorCode::out_of_memory, {}}, false, start);
    CHECK(trouble(health) == "none");
    health.ended(Error{ErrorCode::internal, {}}, true, start);  // but the sweeper's
    CHECK(trouble(health).starts_with("internal"));
}

TEST_CASE("B3: only what a new process may mend is hopeless", "[health]") {
    const auto later = start + Health::hopeless_after;
    Health broken;
    broken.ended(storage, true, start);
    CHECK_FALSE(broken.is_hopeless(later - seconds{1}));
    CHECK(broken.is_hopeless(later));
    broken.ended(storage, true, later);
    CHECK(broken.is_hopeless(later));  // without a break since the first
    broken.ended(std::nullopt, false, later);
    CHECK_FALSE(broken.is_hopeless(later));

    Health held;
    held.ended(busy, true, start);
    CHECK_FALSE(held.is_hopeless(later));
    Health suspended;  // a machine that slept: the clock is right, and this process will never believe it
    suspended.ended(Error{ErrorCode::clock_jump, {}}, true, start);
    CHECK(suspended.is_hopeless(later));
}

TEST_CASE("B3: a database file that is gone or another is told before anything is written", "[health]") {
    const TempDir directory;
    const auto path = directory.file("house.db");
    write(path);
    Health health(path);
    CHECK(trouble(health) == "none");
    std::filesystem::rename(path, path + ".away");
    CHECK(trouble(health) == "storage: the database file has gone");
    health.ended(storage, true, start);
    CHECK_FALSE(health.is_hopeless(start + seconds{60}));  // a new process would make an empty house
    write(path);
    CHECK(trouble(health) == "storage: the database file is another than the one opened");
    CHECK(health.is_hopeless(start + seconds{60}));
}

TEST_CASE("B3: /readyz tries a write where nobody else has, and says what failed", "[health]") {
    const auto faults = std::make_shared<Faults>();
    std::vector<std::string> log;
    http_server::Settings settings;
    settings.log_fault = [&](const std::string& line) { log.push_back(line); };
    House house({}, settings, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    auto& client = house.client;
    faults->plan(FaultPoint::begin, FaultKind::busy, 1);
    const auto response = client.get("/readyz");  // no command has gone through this router yet
    CHECK(said(response) == "503 busy 서버가 혼잡합니다. 잠시 후 다시 시도해 주세요.");
    CHECK(json::parse(response.body)["message"] == "another process holds the store");
    CHECK(response.header("Retry-After") == "1");
    CHECK(client.get("/readyz").status == 503);  // as the last write met it: nothing is tried again so soon
    CHECK(client.get("/healthz").status == 200);
    client.token("ann");
    CHECK(client.get("/readyz").status == 200);
    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    CHECK(client.post("/api/token", {{"userId", "bob"}}).status == 500);
    CHECK(said(client.get("/readyz")).starts_with("503 storage"));
    CHECK(client.get("/readyz").body.find("planned") == std::string::npos);
    client.token("bob");
    CHECK(client.get("/readyz").status == 200);
    CHECK(log.size() >= 3);
}

TEST_CASE("B3: a fault on every request is not a line in the log for every request", "[health]") {
    LogLimit limit;
    int written = 0;
    for (int i = 0; i < 100'000; ++i) written += limit.offer("it failed", start + microseconds{i}) ? 1 : 0;
    CHECK(written == LogLimit::lines_a_span);
    CHECK_FALSE(limit.rest(start + seconds{9}));
    CHECK(limit.rest(start + seconds{10}) == "(99995 more were left out) the last: it failed");
    CHECK_FALSE(limit.rest(start + seconds{20}));
    for (int i = 0; i < 6; ++i) (void)limit.offer("again", start + seconds{30});
    CHECK(limit.offer("later", start + seconds{40}) == "(1 more were left out) later");
}
