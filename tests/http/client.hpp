#pragma once
/// A box office behind a router, and somebody who sends it requests: no sockets, a clock that stands still.

#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "errors.hpp"
#include "front.hpp"
#include "router.hpp"
#include "support/office.hpp"

namespace boxoffice::testing {

using http_server::Response;
using nlohmann::json;

using HeaderList = std::vector<std::pair<std::string, std::string>>;

inline const std::string bad_token = "잘못되었거나 이미 만료된 토큰입니다.";
inline const std::string bad_parameters = "잘못된 요청 파라미터 입니다.";

inline std::pair<std::string, std::string> bearer(const std::string& token) {
    return {"Authorization", "Bearer " + token};
}
inline std::pair<std::string, std::string> key(const std::string& text) { return {"Idempotency-Key", text}; }

/// A front without a loop: jobs are done at once, and what waits goes on when it is told to.
class Desk final : public http_server::Front {
  public:
    void resume(http_server::Waiting& waiting) noexcept override {
        const std::lock_guard lock(mutex_);
        waiting_.add(waiting);
    }
    bool offload(http_server::Staff, http_server::Job& job) noexcept override {
        if (!does_jobs) return false;
        job.run();
        return true;
    }
    /// False: nothing was there to go on.
    bool go_on() {
        auto waiting = [&] {
            const std::lock_guard lock(mutex_);
            return std::exchange(waiting_, {});
        }();
        if (waiting.empty()) return false;
        while (auto* const one = waiting.take_first()) one->coroutine.resume();
        return true;
    }

    bool does_jobs = true;

  private:
    std::mutex mutex_;
    http_server::WaitingList waiting_;
};

class Client {
  public:
    explicit Client(Office& with, http_server::Settings settings = {})
        : office{with}, router{with.box(), std::move(settings)} {}

    /// What the front does with one try: check_header, handle_now, then handle. From any thread.
    http_server::Reply try_send(const std::string& method, const std::string& target, const std::string& body = {},
                                const HeaderList& headers = {}, int attempt = 1) {
        http_server::Request request;
        request.method = method;
        if (!http_server::read_target(target, request)) FAIL("not a target: " << target);
        std::vector<http_server::Header> views;
        for (const auto& [name, value] : headers) views.push_back({name, value});
        request.headers = views;
        request.body = body;
        if (attempt == 1)
            if (auto refusal = router.check_header(request)) return *std::move(refusal);
        if (attempt == 1)
            if (auto response = router.handle_now(request)) return *std::move(response);
        Desk desk;
        std::optional<http_server::Reply> reply;
        router.handle(request, attempt, desk, [&](http_server::Reply given) { reply = std::move(given); });
        // Another thread may be at the command.
        while (!reply)
            if (!desk.go_on() && !router.commands().drive_waiting()) std::this_thread::yield();
        return *std::move(reply);
    }

    /// Tries until there is an answer; the clock moves on between the tries.
    Response send(const std::string& method, const std::string& target, const std::string& body = {},
                  const HeaderList& headers = {}) {
        for (int attempt = 1;; ++attempt) {
            auto reply = try_send(method, target, body, headers, attempt);
            if (auto* response = std::get_if<Response>(&reply)) {
                router.metrics().count(response->route, response->status, std::chrono::milliseconds{3},
                                       response->refused);
                return std::move(*response);
            }
            if (std::holds_alternative<http_server::TurnedAway>(reply)) return http_server::overloaded();
            ++waits;
            office.wait(std::get<http_server::Again>(reply).after);
        }
    }
    Response get(const std::string& target, const HeaderList& headers = {}) { return send("GET", target, {}, headers); }
    Response del(const std::string& target, const HeaderList& headers = {}) {
        return send("DELETE", target, {}, headers);
    }
    Response post(const std::string& target, const json& body, const HeaderList& headers = {}) {
        return send("POST", target, body.dump(), headers);
    }

    // ---- the steps of a purchase, which must succeed ------------------------------------------------------------

    std::string token(const std::string& user) { return expect(200, post("/api/token", {{"userId", user}}))["token"]; }
    json hold_body(const std::string& user, const std::string& token, const std::string& seat,
                   const std::string& date = "2026-12-24") {
        return {{"userId", user}, {"date", date}, {"seatNumber", seat}, {"token", token}};
    }
    std::string hold(const std::string& user, const std::string& token, const std::string& seat) {
        return expect(200, post("/api/reservations", hold_body(user, token, seat)))["reservationId"];
    }
    json pay_body(const std::string& user, const std::string& token, const std::string& reservation) {
        return {{"userId", user}, {"reservationId", reservation}, {"token", token}};
    }
    void recharge(const std::string& user, const std::string& token, std::int64_t amount) {
        expect(200, post("/api/payment/recharge", {{"userId", user}, {"amount", amount}}, {bearer(token)}));
    }

    static json expect(int status, const Response& response) {
        if (response.status != status) FAIL(response.status << " instead of " << status << ": " << response.body);
        return response.body.empty() ? json{} : json::parse(response.body);
    }

    Office& office;
    http_server::Router router;
    int waits = 0;  ///< how often a turn was waited for
};

/// "400 invalid_argument 잘못된 …", or "200" alone: what a refusal says, in one line.
inline std::string said(const Response& response) {
    auto text = std::to_string(response.status);
    if (response.status < 400) return text;
    const auto body = json::parse(response.body);
    REQUIRE(body.at("message").get<std::string>().size() > 0);
    return text + " " + body.at("code").get<std::string>() + " " + body.at("error").get<std::string>();
}

/// ann, bob, a concert on 2026-12-24 with seats 1, 2, 10 at 100 points.
struct House {
    explicit House(Options options = {}, http_server::Settings settings = {},
                   std::shared_ptr<Store> store = std::make_shared<MemoryStore>())
        : office{std::move(options), nullptr, std::move(store)}, client{office, std::move(settings)} {
        office.user("ann");
        office.user("bob");
        office.concert("2026-12-24", {{"10", 100}, {"2", 100}, {"1", 100}});
    }
    Office office;
    Client client;
};

}  // namespace boxoffice::testing
