/// Commands of many requests under way on one thread: they share commits, and each request is answered once, whatever
/// comes of it.

#include <chrono>
#include <deque>
#include <iterator>
#include <new>
#include <numeric>
#include <set>
#include <stdexcept>

#include "http/client.hpp"
#include "support/allocation_faults.hpp"
#include "support/faulty_store.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Reply;
using http_server::Settings;
using http_server::TurnedAway;

namespace {

/// A request that outlives its sending, and all replies that came.
struct Sent {
    std::string method, body, authorization;
    std::vector<http_server::Header> headers;
    http_server::Request request;
    std::vector<Reply> replies;

    [[nodiscard]] bool is_turned_away() const {
        return replies.size() == 1 && std::holds_alternative<TurnedAway>(replies[0]);
    }
    /// 0: no answer, or several.
    [[nodiscard]] int status() const {
        if (replies.size() != 1) return 0;
        const auto* response = std::get_if<Response>(&replies[0]);
        return response == nullptr ? 0 : response->status;
    }
};

/// Sends, and does not wait.
class Sender {
  public:
    Sender(Client& client, Desk& desk) : client_(client), desk_(desk) {}
    Sent& prepare(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& token = {}) {
        auto& sent = sent_.emplace_back();
        sent.method = method;
        sent.body = body;
        if (!token.empty()) {
            sent.authorization = "Bearer " + token;
            sent.headers.push_back({"Authorization", sent.authorization});
        }
        sent.request.method = sent.method;
        sent.request.path = path;
        sent.request.headers = sent.headers;
        sent.request.body = sent.body;
        sent.replies.reserve(2);
        return sent;
    }
    static http_server::Completion completion_of(Sent& sent) {
        return [&sent](Reply reply) { sent.replies.push_back(std::move(reply)); };
    }
    Sent& post(const std::string& path, const json& body) {
        auto& sent = prepare("POST", path, body.dump());
        client_.router.handle(sent.request, 1, desk_, completion_of(sent));
        return sent;
    }
    Sent& join(const std::string& user) { return post("/api/token", {{"userId", user}}); }
    /// Until nothing is left to do.
    void finish() {
        while (desk_.go_on() || client_.router.commands().drive_waiting()) {
        }
    }

  private:
    Client& client_;
    Desk& desk_;
    std::deque<Sent> sent_;
};

std::int64_t commits_of(Office& office) {
    const auto stats = office->commit_stats();
    return std::accumulate(stats.by_commands.begin(), stats.by_commands.end(), std::int64_t{0});
}

struct UnderWay {
    explicit UnderWay(Settings settings = {}, std::shared_ptr<Store> store = std::make_shared<MemoryStore>())
        : house({}, std::move(settings), std::move(store)), sender(house.client, desk) {}
    House house;
    Desk desk;
    Sender sender;
};

Settings with_limits(std::size_t waiting_max, std::chrono::nanoseconds wait_max = std::chrono::hours{1}) {
    Settings settings;
    settings.commands = {waiting_max, wait_max};
    return settings;
}

}  // namespace

TEST_CASE("requests under way on one thread share commits", "[commands]") {
    UnderWay scene;
    constexpr int count = 200;
    for (int i = 0; i < count; ++i) scene.house.office.user("user-" + std::to_string(i));
    const auto before = commits_of(scene.house.office);
    std::vector<const Sent*> sent;
    for (int i = 0; i < count; ++i) sent.push_back(&scene.sender.join("user-" + std::to_string(i)));
    while (scene.desk.go_on()) {
    }
    for (const auto* one : sent) REQUIRE(one->replies.empty());  // all of them wait, and no thread does
    scene.sender.finish();
    std::set<std::int64_t> positions;
    for (const auto* one : sent) {
        REQUIRE(one->status() == 200);
        positions.insert(json::parse(std::get<Response>(one->replies[0]).body)["position"].get<std::int64_t>());
    }
    CHECK(positions.size() == count);
    CHECK(commits_of(scene.house.office) == before + 1);
    CHECK(scene.house.office.audit().empty());
}

TEST_CASE("who is known is not asked of the store again", "[commands]") {
    UnderWay scene;
    CHECK(scene.house.client.post("/api/token", {{"userId", "ann"}}).status == 200);
    scene.desk.does_jobs = false;
    auto& known = scene.sender.join("ann");
    auto& unknown = scene.sender.join("bob");
    CHECK(unknown.is_turned_away());
    scene.sender.finish();
    CHECK(known.status() == 200);
}

TEST_CASE("a request is answered once, also where it is refused or something throws", "[commands]") {
    int thrown = 0;
    Settings settings;
    settings.authenticator = [&](const http_server::Request&, std::string_view user) {
        if (user == "lost") throw std::runtime_error("the logins are not there");
        if (user == "large" && ++thrown > 0) throw std::bad_alloc{};
        return user != "other";
    };
    const auto faults = std::make_shared<Faults>();
    UnderWay scene(settings, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    auto& refused = scene.sender.join("other");
    auto& unknown = scene.sender.join("nobody");
    auto& lost = scene.sender.join("lost");
    auto& large = scene.sender.join("large");
    auto& nowhere = scene.sender.post("/nowhere", {});
    auto& good = scene.sender.join("ann");
    scene.sender.finish();
    CHECK(refused.status() == 401);
    CHECK(unknown.status() == 400);
    CHECK(lost.status() == 500);
    CHECK(large.status() == 500);
    CHECK(nowhere.status() == 404);
    CHECK(good.status() == 200);
    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    auto& failed = scene.sender.join("bob");
    scene.sender.finish();
    CHECK(failed.status() == 500);
}

TEST_CASE("a request is answered once, whichever allocation of it fails", "[commands]") {
    UnderWay scene;
    const auto token = scene.house.client.token("ann");
    const auto path = "/api/reservations/" + scene.house.client.hold("ann", token, "1");
    std::vector<int> statuses;
    for (bool has_struck = true; has_struck;) {
        auto& sent = scene.sender.prepare("DELETE", path, {}, token);  // no JSON: its library frees with allocations
        {
            auto completion = Sender::completion_of(sent);
            const AllocationFaults faults(std::ssize(statuses), 1);
            scene.house.client.router.handle(sent.request, 1, scene.desk, std::move(completion));
            scene.sender.finish();
            has_struck = faults.struck();
        }
        INFO(statuses.size());
        REQUIRE(sent.replies.size() == 1);
        statuses.push_back(sent.status());
        CHECK((statuses.back() == 204 || statuses.back() == 500 || statuses.back() == 503));
    }
    CHECK(statuses.size() > 5);
    CHECK(statuses.back() == 204);
    CHECK(scene.house.office.audit().empty());
}

TEST_CASE("commands beyond the limit are turned away at once, and nothing of them is done", "[commands]") {
    UnderWay scene(with_limits(1));
    auto& first = scene.sender.join("ann");
    while (scene.desk.go_on()) {
    }
    auto& second = scene.sender.join("bob");
    while (scene.desk.go_on()) {
    }
    CHECK(second.is_turned_away());
    CHECK(std::get<TurnedAway>(second.replies[0]).route == 0);
    CHECK(first.replies.empty());
    scene.sender.finish();
    CHECK(first.status() == 200);
    CHECK(must(scene.house.office->stats(), "stats").admitted == 1);
    auto& third = scene.sender.join("bob");
    scene.sender.finish();
    CHECK(third.status() == 200);
}

TEST_CASE("commands that have waited too long are turned away, and nothing of them is done", "[commands]") {
    UnderWay scene(with_limits(10, std::chrono::nanoseconds{-1}));
    const auto before = commits_of(scene.house.office);
    auto& late = scene.sender.join("ann");
    scene.sender.finish();
    CHECK(late.is_turned_away());
    CHECK(commits_of(scene.house.office) == before);
}

TEST_CASE("what waits when the commands are closed is turned away, and all that comes", "[commands]") {
    UnderWay scene;
    auto& commands = scene.house.client.router.commands();
    auto& metrics = scene.house.client.router.metrics();
    auto& waiting = scene.sender.join("ann");
    while (scene.desk.go_on()) {
    }
    CHECK(metrics.queued == 1);
    commands.close();
    CHECK(metrics.queued == 0);
    auto& later = scene.sender.join("bob");
    CHECK_FALSE(commands.drive());
    scene.sender.finish();
    CHECK(waiting.is_turned_away());
    CHECK(later.is_turned_away());
    CHECK(must(scene.house.office->stats(), "stats").admitted == 0);
}

TEST_CASE("a thread that drives decides as soon as a command comes, until there are to be no more", "[commands]") {
    UnderWay scene;
    auto& commands = scene.house.client.router.commands();
    std::thread driver([&] {
        while (commands.drive()) {
        }
    });
    for (const std::string user : {"ann", "bob"}) {
        auto& sent = scene.sender.join(user);
        while (sent.replies.empty())
            if (!scene.desk.go_on()) std::this_thread::yield();
        CHECK(sent.status() == 200);
    }
    commands.close();
    driver.join();
}

TEST_CASE("a place that is admitted arrives with its first look, without a thread that waits", "[commands]") {
    UnderWay scene;
    const auto token = scene.house.client.token("ann");
    auto& first = scene.sender.post("/api/token/peek", {{"tokenId", token}});
    while (scene.desk.go_on()) {
    }
    CHECK(first.replies.empty());  // arriving is a command
    scene.sender.finish();
    REQUIRE(first.status() == 200);
    auto& again = scene.sender.post("/api/token/peek", {{"tokenId", token}});
    while (scene.desk.go_on()) {
    }
    REQUIRE(again.status() == 200);  // it has
    const auto seen = json::parse(std::get<Response>(again.replies[0]).body);
    CHECK(seen == json::parse(std::get<Response>(first.replies[0]).body));
    CHECK(seen["isTurn"] == true);
}
