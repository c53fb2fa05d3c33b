/// Authorization: every endpoint × who asks, with an authenticator in place that reads who is logged in from the header
/// X-Login. A route without rows here fails the test.

#include <set>

#include "http/client.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

http_server::Settings guarded_settings() {
    http_server::Settings settings;
    settings.admin_key = "the key of the house";
    settings.authenticator = [](const http_server::Request& request, std::string_view user_id) {
        return request.header("X-Login") == user_id;
    };
    return settings;
}

/// ann's things, as an endpoint's request may name them.
struct Scene {
    Scene() : house({}, guarded_settings()), client(house.client) {
        old = must(house.office.try_join(must(house.office->user("ann"), "ann").id), "join").claims;
        old_text = house.office->token_text(old);
        house.office.wait(hours{25});
        ann = login("ann");
        bob = login("bob");
        reservation = client.hold("ann", ann, "1");
        client.recharge("ann", ann, 1'000);
    }
    std::string login(const std::string& user) {
        return Client::expect(200, client.post("/api/token", {{"userId", user}}, {{"X-Login", user}}))["token"];
    }
    House house;
    Client& client;
    TokenClaims old;
    std::string old_text, ann, bob, reservation;
};

/// Who asks. Everybody asks for ann's things; `token` is theirs.
struct Who {
    std::string name;
    std::string token;
    std::string login;      ///< X-Login
    std::string admin_key;  ///< X-Admin-Key
};

struct Row {
    std::string method, pattern;
    std::function<Response(Scene&, const HeaderList&, const std::string& token)> ask;
    /// "status code" for the owner, another user, nobody, the owner with a token of 25 hours ago, and the house.
    std::vector<std::string> answers;
};

std::vector<Row> matrix() {
    const auto get = [](const std::string& target) {
        return [target](Scene& scene, const HeaderList& headers, const std::string&) {
            return scene.client.get(target, headers);
        };
    };
    const auto of_concert = [](const std::string& method, const std::string& rest, const json& body = nullptr) {
        return [=](Scene& scene, const HeaderList& headers, const std::string&) {
            const auto target = "/api/admin/concerts/" + to_text(scene.house.office.last_concert()) + rest;
            return scene.client.send(method, target, body.is_null() ? "" : body.dump(), headers);
        };
    };
    const std::string bad = "401 invalid_token";
    const std::vector<std::string> for_all{"200", "200", "200", "200", "200"};
    const std::vector<std::string> for_owner{"200", bad, bad, bad, bad};
    const std::vector<std::string> for_house{bad, bad, bad, bad, "200"};
    return {
        {"POST",
         "/api/token",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.post("/api/token", {{"userId", "ann"}}, headers);
         },
         {"200", bad, bad, "200", bad}},  // it is the login that counts
        {"POST",
         "/api/token/peek",
         [](Scene& scene, const HeaderList& headers, const std::string& token) {
             return scene.client.post("/api/token/peek", token.empty() ? json::object() : json{{"tokenId", token}},
                                      headers);
         },
         {"200", "200", bad, bad, bad}},  // of one's own place
        {"DELETE",
         "/api/token",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.del("/api/token", headers);
         },
         {"204", "204", bad, bad, bad}},
        {"GET", "/api/concert/date", get("/api/concert/date"), for_all},
        {"GET", "/api/concert/seat", get("/api/concert/seat?date=2026-12-24"), for_all},
        {"GET", "/api/concert/map", get("/api/concert/map?date=2026-12-24"), {"200", "200", "200", bad, "200"}},
        {"GET", "/api/concert/plan", get("/api/concert/plan?date=2026-12-24"), for_all},
        {"GET", "/api/concert/states", get("/api/concert/states?date=2026-12-24"), {"200", "200", "200", bad, "200"}},
        {"GET", "/api/concert/numbers", get("/api/concert/numbers?date=2026-12-24&seats=0"), for_all},
        {"GET", "/api/concert/programme", get("/api/concert/programme"), for_all},
        {"POST",
         "/api/reservations",
         [](Scene& scene, const HeaderList& headers, const std::string& token) {
             auto body = scene.client.hold_body("ann", token, "2");
             if (token.empty()) body.erase("token");
             return scene.client.post("/api/reservations", body, headers);
         },
         {"409 hold_limit", bad, bad, bad, bad}},  // she has one
        {"GET", "/api/reservations", get("/api/reservations?userId=ann"), for_owner},
        {"GET",
         "/api/reservations/{id}",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.get("/api/reservations/" + scene.reservation, headers);
         },
         {"200", "404 unknown_reservation", bad, bad, bad}},
        {"DELETE",
         "/api/reservations/{id}",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.del("/api/reservations/" + scene.reservation, headers);
         },
         {"204", "404 unknown_reservation", bad, bad, bad}},
        {"GET",
         "/api/orders/{id}",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.get("/api/orders/" + scene.reservation, headers);
         },
         {"200", "404 unknown_reservation", bad, bad, bad}},
        {"DELETE",
         "/api/orders/{id}",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.del("/api/orders/" + scene.reservation, headers);
         },
         {"204", "404 unknown_reservation", bad, bad, bad}},
        {"POST",
         "/api/cancellations",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             const auto body = json{{"userId", headers.empty() || headers.back().second != "bob" ? "ann" : "bob"},
                                    {"reservationIds", {scene.reservation}}};
             return scene.client.post("/api/cancellations", body, headers);
         },
         {"409 not_paid", "404 unknown_reservation", bad, bad, bad}},
        {"POST", "/api/payment/recharge",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", 5}}, headers);
         },
         for_owner},
        {"GET", "/api/balance", get("/api/balance?userId=ann"), {"200", "404 unknown_user", bad, bad, bad}},
        {"GET", "/api/transfers", get("/api/transfers?userId=ann"), for_owner},
        {"POST", "/api/payment",
         [](Scene& scene, const HeaderList& headers, const std::string& token) {
             auto body = scene.client.pay_body("ann", token, scene.reservation);
             if (token.empty()) body.erase("token");
             return scene.client.post("/api/payment", body, headers);
         },
         for_owner},
        {"POST", "/api/admin/users",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.post("/api/admin/users", {{"userId", "cho"}}, headers);
         },
         for_house},
        {"POST", "/api/admin/concerts",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.post("/api/admin/concerts",
                                      {{"date", "2027-01-01"}, {"title", "t"}, {"seats", json::array()}}, headers);
         },
         for_house},
        {"GET", "/api/admin/concerts", get("/api/admin/concerts"), for_house},
        {"GET", "/api/admin/concerts/{id}", of_concert("GET", ""), for_house},
        {"PATCH", "/api/admin/concerts/{id}", of_concert("PATCH", "", {{"version", 1}, {"title", "t"}}), for_house},
        {"DELETE",
         "/api/admin/concerts/{id}",
         of_concert("DELETE", "?version=1"),
         {bad, bad, bad, bad, "409 has_history"}},  // ann holds
        {"PUT", "/api/admin/concerts/{id}/sale", of_concert("PUT", "/sale", {{"version", 1}}), for_house},
        {"PUT", "/api/admin/concerts/{id}/tariff",
         of_concert("PUT", "/tariff", {{"version", 1}, {"rows", json::array()}}), for_house},
        {"POST", "/api/admin/concerts/{id}/types", of_concert("POST", "/types", {{"name", "child"}}), for_house},
        {"POST", "/api/admin/concerts/{id}/call-off", of_concert("POST", "/call-off", {{"reason", "r"}}), for_house},
        {"GET", "/api/admin/concerts/{id}/report", of_concert("GET", "/report"), for_house},
        {"POST",
         "/api/admin/refunds",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             auto with_key = headers;
             with_key.push_back(key("refund"));
             return scene.client.post("/api/admin/refunds", {{"reservationId", scene.reservation}, {"amount", 1}},
                                      with_key);
         },
         {bad, bad, bad, bad, "409 not_paid"}},
        {"PUT", "/api/admin/concerts/{id}/seats",
         of_concert("PUT", "/seats", {{"seatNumbers", {"2"}}, {"isBlocked", true}}), for_house},
        {"GET", "/api/admin/stats", get("/api/admin/stats"), for_house},
        {"PUT", "/api/admin/rooms/{id}",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.client.send("PUT", "/api/admin/rooms/main", json{{"activeCapacity", 5}}.dump(), headers);
         },
         for_house},
        {"GET", "/api/admin/users", get("/api/admin/users?userId=ann"), for_house},
        {"GET", "/api/admin/audit", get("/api/admin/audit"), for_house},
        {"POST",
         "/api/admin/backup",
         [](Scene& scene, const HeaderList& headers, const std::string&) {
             return scene.house.client.post("/api/admin/backup", json::object(), headers);
         },
         {bad, bad, bad, bad, "404 not_found"}},  // this host has nowhere to put it
        {"GET", "/healthz", get("/healthz"), for_all},
        {"GET", "/readyz", get("/readyz"), for_all},
        {"GET", "/metrics", get("/metrics"), for_all},
        {"GET", "/{file}", get("/"), for_all},
    };
}

/// "401 invalid_token": the status, and for a refusal its code.
std::string outline(const Response& response) {
    auto text = std::to_string(response.status);
    if (response.status >= 400) text += " " + json::parse(response.body).at("code").get<std::string>();
    return text;
}

}  // namespace

TEST_CASE("every endpoint, for its owner, another user, nobody, an old token and the house", "[access]") {
    for (const auto& row : matrix()) {
        for (std::size_t i = 0; i < row.answers.size(); ++i) {
            Scene scene;
            const std::vector<Who> people{{"owner", scene.ann, "ann", ""},
                                          {"another user", scene.bob, "bob", ""},
                                          {"nobody", "", "", ""},
                                          {"owner with an old token", scene.old_text, "ann", ""},
                                          {"the house", "", "", "the key of the house"}};
            const auto& who = people.at(i);
            HeaderList headers;
            if (!who.token.empty()) headers.push_back(bearer(who.token));
            if (!who.login.empty()) headers.emplace_back("X-Login", who.login);
            if (!who.admin_key.empty()) headers.emplace_back("X-Admin-Key", who.admin_key);
            const auto before = scene.house.office.dump();
            const auto response = row.ask(scene, headers, who.token);
            INFO(row.method << " " << row.pattern << " by " << who.name << ": " << response.body);
            CHECK(outline(response) == row.answers[i]);
            // Who was refused has changed nothing (their place showed up before).
            if (response.status >= 400 && row.answers[i].find("hold_limit") == std::string::npos)
                CHECK(scene.house.office.dump() == before);
        }
    }
}

TEST_CASE("the matrix has a row for every route", "[access]") {
    std::multiset<std::string> rows;
    std::multiset<std::string> routes;
    for (const auto& row : matrix()) rows.insert(row.method + " " + row.pattern);
    for (const auto& route : http_server::Router::routes())
        routes.insert(std::string{route.method} + " " + std::string{route.pattern});
    CHECK(rows == routes);
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
