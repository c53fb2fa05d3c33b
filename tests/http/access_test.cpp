/// Authorization: every endpoint × who asks, generated from the router's table, with an authenticator in place that reads who is
/// logged in from the header X-Login. A route without a row here fails, and so does a row without a route.

#include <array>
#include <map>
#include <set>

#include "http/client.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

const std::string key_of_the_house = "the key of the house";

http_server::Settings guarded_settings() {
    http_server::Settings settings;
    settings.admin_key = key_of_the_house;
    settings.authenticator = [](const http_server::Request& request, std::string_view user_id) {
        return request.header("X-Login") == user_id;
    };
    return settings;
}

/// Two stores that share their key: only what a token is signed for tells them apart.
Options shared_key() {
    return options_with([](Options& options) { options.token_keys.push_back({1, {7, 7, 7}}); });
}

/// The owner's name in the host's own system: nothing else that is ever answered has these letters in it.
const std::string owner = "hana-4711";

/// The owner's things, as an endpoint's request may name them.
struct Scene {
    Scene() : house(shared_key(), guarded_settings()), client(house.client) {
        const auto user = house.office.user(owner);
        const auto old = must(house.office.try_join(user), "join").claims;
        old_token = house.office->token_text(old);
        house.office.wait(hours{25});
        token = login(owner);
        bobs_token = login("bob");
        reservation = client.hold(owner, token, "1");
        client.recharge(owner, token, 1'000);
        const auto claims = must(house.office->authenticate(token), "authenticate");
        secrets = {owner, to_text(user), to_text(claims.token), token, reservation};
    }
    std::string login(const std::string& user) {
        return Client::expect(200, client.post("/api/token", {{"userId", user}}, {{"X-Login", user}}))["token"];
    }
    House house;
    Client& client;
    std::string old_token, token, bobs_token, reservation;
    std::vector<std::string> secrets;  ///< what nobody but the owner and the house may be told
};

/// A token of the owner's in another store, signed with the same key.
std::string foreign_token() {
    House house(shared_key());
    house.office.user(owner);
    return house.client.token(owner);
}

/// Who asks. Everybody asks for the owner's things; `token` is what they have.
struct Who {
    std::string name;
    std::string token;
    std::string login;      ///< X-Login
    std::string admin_key;  ///< X-Admin-Key
    bool may_know = false;  ///< the owner's things
};

constexpr std::size_t who_count = 9;

std::array<Who, who_count> people(const Scene& scene) {
    return {{{"the owner", scene.token, owner, "", true},
             {"another user", scene.bobs_token, "bob", ""},
             {"nobody", "", "", ""},
             {"a malformed token", "A" + scene.token.substr(0, scene.token.size() - 2) + "!", "", ""},
             {"the owner with an old token", scene.old_token, owner, "", true},
             {"a token of another store", foreign_token(), "", ""},
             {"the house", "", "", key_of_the_house, true},
             {"a wrong key of the house", "", "", key_of_the_house.substr(0, key_of_the_house.size() - 1)},
             {"the owner with the key of the house", scene.token, owner, key_of_the_house, true}}};
}

struct Asking {
    Scene& scene;
    const Who& who;
    HeaderList headers;

    [[nodiscard]] Response send(const std::string& method, const std::string& target,
                                const json& body = nullptr) const {
        return scene.client.send(method, target, body.is_null() ? "" : body.dump(), headers);
    }
    /// Whom the request says that it is of.
    [[nodiscard]] std::string user() const { return who.login == "bob" ? "bob" : owner; }
    [[nodiscard]] json with_token(json body) const {
        if (who.token.empty())
            body.erase("token");
        else
            body["token"] = who.token;
        return body;
    }
};

struct Row {
    std::function<Response(const Asking&)> ask;
    std::array<std::string, who_count> answers;  ///< "status code", as people() has them
};

const std::string bad = "401 invalid_token";

/// Of what is everybody's. `with_bad_token`: where a token is optional, one that is no good is refused all the same.
std::array<std::string, who_count> for_all(const std::string& with_bad_token = "200") {
    return {"200", "200", "200", with_bad_token, with_bad_token, with_bad_token, "200", "200", "200"};
}
/// Of what is the token's user's: the house has no part in it. `other`: another user's answer.
std::array<std::string, who_count> for_owner(const std::string& right = "200", const std::string& other = bad) {
    return {right, other, bad, bad, bad, bad, bad, bad, right};
}
std::array<std::string, who_count> for_house(const std::string& right = "200") {
    return {bad, bad, bad, bad, bad, bad, right, bad, right};
}

/// By method and pattern.
std::map<std::string, Row> matrix() {
    const auto get = [](const std::string& target) {
        return [target](const Asking& asking) { return asking.send("GET", target); };
    };
    const auto of_concert = [](const std::string& method, const std::string& rest, const json& body = nullptr) {
        return [=](const Asking& asking) {
            return asking.send(method,
                               "/api/admin/concerts/" + to_text(asking.scene.house.office.last_concert()) + rest, body);
        };
    };
    const auto of_reservation = [](const std::string& method, const std::string& path) {
        return [=](const Asking& asking) { return asking.send(method, path + asking.scene.reservation); };
    };
    const std::string unknown = "404 unknown_reservation";
    return {
        {"POST /api/token",  // it is the login that counts
         {[](const Asking& asking) {
              return asking.send("POST", "/api/token", {{"userId", owner}});
          },
          {"200", bad, bad, bad, "200", bad, bad, bad, "200"}}},
        {"POST /api/token/peek",  // of one's own place
         {[](const Asking& asking) {
              const auto& token = asking.who.token;
              return asking.send("POST", "/api/token/peek", token.empty() ? json::object() : json{{"tokenId", token}});
          },
          for_owner("200", "200")}},
        {"DELETE /api/token",
         {[](const Asking& asking) { return asking.send("DELETE", "/api/token"); }, for_owner("204", "204")}},
        {"GET /api/concert/date", {get("/api/concert/date"), for_all()}},
        {"GET /api/concert/seat", {get("/api/concert/seat?date=2026-12-24"), for_all()}},
        {"GET /api/concert/map", {get("/api/concert/map?date=2026-12-24"), for_all(bad)}},
        {"GET /api/concert/plan", {get("/api/concert/plan?date=2026-12-24"), for_all()}},
        {"GET /api/concert/states", {get("/api/concert/states?date=2026-12-24"), for_all(bad)}},
        {"GET /api/concert/numbers", {get("/api/concert/numbers?date=2026-12-24&seats=0"), for_all()}},
        {"GET /api/concert/programme", {get("/api/concert/programme"), for_all()}},
        {"POST /api/reservations",  // she has one
         {[](const Asking& asking) {
              return asking.send("POST", "/api/reservations",
                                 asking.with_token(asking.scene.client.hold_body(owner, "", "2")));
          },
          for_owner("409 hold_limit")}},
        {"GET /api/reservations", {get("/api/reservations?userId=" + owner), for_owner()}},
        {"GET /api/reservations/{id}", {of_reservation("GET", "/api/reservations/"), for_owner("200", unknown)}},
        {"DELETE /api/reservations/{id}", {of_reservation("DELETE", "/api/reservations/"), for_owner("204", unknown)}},
        {"GET /api/orders/{id}", {of_reservation("GET", "/api/orders/"), for_owner("200", unknown)}},
        {"DELETE /api/orders/{id}", {of_reservation("DELETE", "/api/orders/"), for_owner("204", unknown)}},
        {"POST /api/cancellations",
         {[](const Asking& asking) {
              return asking.send("POST", "/api/cancellations",
                                 {{"userId", asking.user()}, {"reservationIds", {asking.scene.reservation}}});
          },
          for_owner("409 not_paid", unknown)}},
        {"POST /api/payment/recharge",
         {[](const Asking& asking) {
              return asking.send("POST", "/api/payment/recharge", {{"userId", owner}, {"amount", 5}});
          },
          for_owner()}},
        {"GET /api/balance", {get("/api/balance?userId=" + owner), for_owner("200", "404 unknown_user")}},
        {"GET /api/transfers", {get("/api/transfers?userId=" + owner), for_owner()}},
        {"POST /api/payment",
         {[](const Asking& asking) {
              return asking.send("POST", "/api/payment",
                                 asking.with_token(asking.scene.client.pay_body(owner, "", asking.scene.reservation)));
          },
          for_owner()}},
        {"POST /api/admin/users",
         {[](const Asking& asking) {
              return asking.send("POST", "/api/admin/users", {{"userId", "cho"}});
          },
          for_house()}},
        {"POST /api/admin/concerts",
         {[](const Asking& asking) {
              return asking.send("POST", "/api/admin/concerts",
                                 {{"date", "2027-01-01"}, {"title", "t"}, {"seats", json::array()}});
          },
          for_house()}},
        {"GET /api/admin/concerts", {get("/api/admin/concerts"), for_house()}},
        {"GET /api/admin/concerts/{id}", {of_concert("GET", ""), for_house()}},
        {"PATCH /api/admin/concerts/{id}", {of_concert("PATCH", "", {{"version", 1}, {"title", "t"}}), for_house()}},
        {"DELETE /api/admin/concerts/{id}",  // the owner holds
         {of_concert("DELETE", "?version=1"), for_house("409 has_history")}},
        {"PUT /api/admin/concerts/{id}/sale", {of_concert("PUT", "/sale", {{"version", 1}}), for_house()}},
        {"PUT /api/admin/concerts/{id}/tariff",
         {of_concert("PUT", "/tariff", {{"version", 1}, {"rows", json::array()}}), for_house()}},
        {"POST /api/admin/concerts/{id}/types", {of_concert("POST", "/types", {{"name", "child"}}), for_house()}},
        {"POST /api/admin/concerts/{id}/call-off", {of_concert("POST", "/call-off", {{"reason", "r"}}), for_house()}},
        {"GET /api/admin/concerts/{id}/report", {of_concert("GET", "/report"), for_house()}},
        {"POST /api/admin/refunds",
         {[](Asking asking) {
              asking.headers.push_back(key("refund"));
              return asking.send("POST", "/api/admin/refunds",
                                 {{"reservationId", asking.scene.reservation}, {"amount", 1}});
          },
          for_house("409 not_paid")}},
        {"PUT /api/admin/concerts/{id}/seats",
         {of_concert("PUT", "/seats", {{"seatNumbers", {"2"}}, {"isBlocked", true}}), for_house()}},
        {"GET /api/admin/stats", {get("/api/admin/stats"), for_house()}},
        {"PUT /api/admin/rooms/{id}",
         {[](const Asking& asking) {
              return asking.send("PUT", "/api/admin/rooms/main", {{"activeCapacity", 5}});
          },
          for_house()}},
        {"GET /api/admin/users", {get("/api/admin/users?userId=" + owner), for_house()}},
        {"GET /api/admin/audit", {get("/api/admin/audit"), for_house()}},
        {"POST /api/admin/backup",  // this host has nowhere to put it
         {[](const Asking& asking) { return asking.send("POST", "/api/admin/backup", json::object()); },
          for_house("404 not_found")}},
        {"GET /healthz", {get("/healthz"), for_all()}},
        {"GET /readyz", {get("/readyz"), for_all()}},
        {"GET /metrics", {get("/metrics"), for_all()}},
        {"GET /{file}", {get("/"), for_all()}},
    };
}

/// "401 invalid_token": the status, and for a refusal its code.
std::string outline(const Response& response) {
    auto text = std::to_string(response.status);
    if (response.status >= 400) text += " " + json::parse(response.body).at("code").get<std::string>();
    return text;
}

std::string whole(const Response& response) {
    auto text = response.body;
    for (const auto& [name, value] : response.headers) text.append("\n").append(name).append(": ").append(value);
    return text;
}

/// What every row says alike, so that none can be written down wrong: the key of the house opens what is the house's and nothing
/// else, a wrong one nothing, and no token opens what is the house's.
void check_row(const std::array<std::string, who_count>& answers, bool is_admin) {
    const auto& [own, other, nobody, malformed, old, foreign, house, wrong, both] = answers;
    CHECK(wrong == nobody);
    CHECK(malformed == foreign);
    CHECK(both == (is_admin ? house : own));
    if (is_admin) {
        for (const auto& refused : {own, other, nobody, malformed, old, foreign, wrong}) CHECK(refused == bad);
        CHECK(house != bad);
    } else {
        CHECK(house == nobody);
    }
}

}  // namespace

TEST_CASE("every endpoint, for all who ask: what they are told, and that they are told nothing of the owner's",
          "[access]") {
    auto rows = matrix();
    std::set<std::size_t> told;
    for (const auto& route : http_server::Router::routes()) {
        const auto name = std::string{route.method} + " " + std::string{route.pattern};
        INFO(name);
        const auto found = rows.find(name);
        if (found == rows.end()) FAIL_CHECK("the route has no row in the matrix");
        if (found == rows.end()) continue;
        const auto [ask, answers] = found->second;
        rows.erase(found);
        check_row(answers, route.is_admin);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            Scene scene;
            const auto who = people(scene).at(i);
            HeaderList headers;
            if (!who.token.empty()) headers.push_back(bearer(who.token));
            if (!who.login.empty()) headers.emplace_back("X-Login", who.login);
            if (!who.admin_key.empty()) headers.emplace_back("X-Admin-Key", who.admin_key);
            const auto before = scene.house.office.dump();
            const auto response = ask(Asking{scene, who, headers});
            INFO("by " << who.name << ": " << response.body.substr(0, 500));
            CHECK(outline(response) == answers[i]);
            // Who was refused has changed nothing (their place showed up before).
            if (response.status >= 400 && answers[i].find("hold_limit") == std::string::npos)
                CHECK(scene.house.office.dump() == before);
            for (std::size_t one = 0; one < scene.secrets.size(); ++one) {
                const bool is_there = whole(response).find(scene.secrets[one]) != std::string::npos;
                if (is_there) told.insert(one);
                if (is_there && !who.may_know) FAIL_CHECK("it tells " << scene.secrets[one]);
            }
        }
    }
    for (const auto& [name, row] : rows) FAIL_CHECK("a row without a route: " << name);
    // What is looked for can be found: who may know is told the name, the id, the token and the reservation.
    CHECK(told == std::set<std::size_t>{0, 1, 3, 4});
}

TEST_CASE("the admin key: right, wrong, absent, and no such paths without one", "[access]") {
    House house({}, guarded_settings());
    auto& client = house.client;
    const auto audit = [&](const HeaderList& headers) { return outline(client.get("/api/admin/audit", headers)); };
    CHECK(audit({{"X-Admin-Key", "the key of the house"}}) == "200");
    for (const std::string wrong : {"", "the key of the hous", "the key of the house ", "THE KEY OF THE HOUSE"})
        CHECK(audit({{"X-Admin-Key", wrong}}) == "401 invalid_token");
    CHECK(audit({}) == "401 invalid_token");

    House plain;
    for (const auto& route : http_server::Router::routes()) {
        if (!route.is_admin) continue;
        for (const std::string method : {"GET", "POST", "PUT", "PATCH"}) {
            INFO(method << " " << route.pattern);
            const auto response =
                plain.client.send(method, std::string{route.pattern}, "{}", {{"X-Admin-Key", "the key of the house"}});
            CHECK(outline(response) == "404 not_found");
        }
    }
}

TEST_CASE("a path of the house is closed twice: when its header has come, and where it is answered", "[access]") {
    House house({}, guarded_settings());
    for (const auto& route : http_server::Router::routes()) {
        if (!route.is_admin) continue;
        auto path = std::string{route.pattern};
        if (const auto brace = path.find("{id}"); brace != std::string::npos)
            path.replace(brace, 4, to_text(house.office.last_concert()));
        INFO(route.method << " " << path);
        http_server::Request request;
        request.method = route.method;
        request.path = path;
        const auto refusal = house.client.router.check_header(request);
        REQUIRE(refusal);
        CHECK(outline(*refusal) == "401 invalid_token");
        // A second try is not asked for its header again.
        const auto reply = house.client.try_send(std::string{route.method}, path, "{}", {}, 2);
        CHECK(outline(std::get<Response>(reply)) == "401 invalid_token");
    }
}

TEST_CASE("a bearer is a token and nothing else", "[access]") {
    House house;
    auto& client = house.client;
    const auto token = client.token("ann");
    const auto balance = [&](const std::string& value) {
        return outline(client.get("/api/balance?userId=ann", {{"authorization", value}}));
    };
    CHECK(balance("Bearer " + token) == "200");
    CHECK(balance("bearer " + token) == "200");
    const std::vector<std::string> wrong_ones{token,
                                              "Bearer",
                                              "Bearer ",
                                              "Bearer  " + token,
                                              "Basic " + token,
                                              "Digest " + token,  // as long a word as the right one
                                              "Bearer " + token + " ",
                                              "Bearer" + token,
                                              "Bearer " + token.substr(1)};
    for (const auto& wrong : wrong_ones) CHECK(balance(wrong) == "401 invalid_token");
}

TEST_CASE("a token proves its user for 24 hours from its issue", "[access]") {
    House house;
    auto& client = house.client;
    const auto token = client.token("ann");
    house.office.wait(hours{24} - milliseconds{1});
    CHECK(client.get("/api/balance?userId=ann", {bearer(token)}).status == 200);
    house.office.wait(milliseconds{1});
    CHECK(outline(client.get("/api/balance?userId=ann", {bearer(token)})) == "401 invalid_token");
}

TEST_CASE("a token of another house is none here", "[access]") {
    House house;
    House other(options_with([](Options& options) { options.token_keys.push_back({1, {9, 9, 9}}); }));
    const auto token = other.client.token("ann");
    CHECK(outline(house.client.get("/api/balance?userId=ann", {bearer(token)})) == "401 invalid_token");
    // Even with the same key: the user is another's.
    House twin;
    twin.office.user("cho");
    const auto foreign = twin.client.token("cho");
    CHECK(house.client.get("/api/balance?userId=cho", {bearer(foreign)}).status != 200);
}

TEST_CASE("without the bearer check the userId counts, and where there is none the token", "[access]") {
    http_server::Settings settings;
    settings.auth = http_server::Auth::none;
    House house({}, settings);
    auto& client = house.client;
    const auto ann = client.token("ann");
    CHECK(client.post("/api/payment/recharge", {{"userId", "bob"}, {"amount", 5}}).body ==
          R"({"userId":"bob","newBalance":5})");
    CHECK(client.get("/api/balance?userId=bob").body == R"({"userId":"bob","currentBalance":5})");
    CHECK(said(client.get("/api/balance?userId=cho")) == "404 unknown_user 찾을 수 없는 사용자입니다.");
    CHECK(said(client.post("/api/payment/recharge", {{"userId", "cho"}, {"amount", 5}})) ==
          "400 unknown_user " + bad_parameters);
    const auto id = client.hold("ann", ann, "1");
    CHECK(Client::expect(200, client.get("/api/reservations?userId=ann"))["reservations"].size() == 1);
    CHECK(Client::expect(200, client.get("/api/reservations", {bearer(ann)}))["reservations"].size() == 1);
    CHECK(outline(client.get("/api/reservations")) == "401 invalid_token");
    CHECK(client.get("/api/reservations/" + id + "?userId=ann").status == 200);
    CHECK(outline(client.get("/api/reservations/" + id + "?userId=bob")) == "404 unknown_reservation");
    // A place in line is still its user's own.
    CHECK(outline(client.post("/api/reservations", client.hold_body("bob", ann, "2"))) == "401 invalid_token");
    CHECK(client.del("/api/reservations/" + id + "?userId=ann").status == 204);
}
