/// Paths and methods, the page's files, health, metrics, administration, and faults of the store.

#include <set>

#include "demo.hpp"
#include "http/client.hpp"
#include "support/faulty_store.hpp"
#include "web_files.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

http_server::Settings with_key() {
    http_server::Settings settings;
    settings.admin_key = "k";
    return settings;
}

const HeaderList house_key{{"X-Admin-Key", "k"}};

}  // namespace

TEST_CASE("unknown paths are 404, unknown methods 405 with what the path takes", "[operations]") {
    House house({}, with_key());
    auto& client = house.client;
    for (const std::string path : {"/nowhere", "/api", "/api/", "/api/token/", "/api/Token", "/api/reservations/", "//",
                                   "/api/reservations/a/b", "/../etc/passwd", "/%2e%2e/etc/passwd", "/api/../api/token",
                                   "/index.html/", "/embedded_files.cpp", "/api/reservations/a%2Fb"})
        for (const std::string method : {"GET", "POST", "BREW"}) {
            INFO(method << " " << path);
            CHECK(said(client.send(method, path)) == "404 not_found 찾을 수 없는 경로입니다.");
        }
    struct Row {
        std::string path, allow;
        std::vector<std::string> wrong;
    };
    const std::vector<Row> rows{
        {"/api/token", "POST, DELETE", {"GET", "HEAD", "PUT", "OPTIONS", "post", "Delete"}},
        {"/api/token/peek", "POST", {"GET", "DELETE"}},
        {"/api/concert/date", "GET, HEAD", {"POST", "get"}},
        {"/api/reservations", "POST, GET, HEAD", {"DELETE", "PATCH"}},
        {"/api/reservations/x", "GET, HEAD, DELETE", {"POST", "BREW"}},
        {"/api/payment", "POST", {"GET"}},
        {"/api/admin/audit", "GET, HEAD", {"POST"}},
        {"/", "GET, HEAD", {"POST", "DELETE"}},
        {"/index.html", "GET, HEAD", {"POST"}},
    };
    for (const auto& row : rows)
        for (const auto& method : row.wrong) {
            INFO(method << " " << row.path);
            const auto response = client.send(method, row.path);
            CHECK(said(response) == "405 method_not_allowed 허용되지 않은 메서드입니다.");
            CHECK(response.header("Allow") == row.allow);
        }
}

TEST_CASE("HEAD is answered as GET is", "[operations]") {
    House house;
    for (const std::string path : {"/", "/healthz", "/api/concert/date", "/api/concert/seat?date=2026-12-24"}) {
        const auto get = house.client.get(path);
        const auto head = house.client.send("HEAD", path);
        CHECK(head.status == get.status);
        CHECK(head.body == get.body);  // which the front leaves out
        CHECK(head.route == get.route);
    }
}

TEST_CASE("what can be answered on an I/O thread is", "[operations]") {
    House house(room_for(1), with_key());
    auto& client = house.client;
    client.token("ann");
    const auto bob = client.token("bob");
    const auto now = [&](const std::string& method, const std::string& target, const json& body = json::object()) {
        http_server::Request request;
        request.method = method;
        REQUIRE(http_server::read_target(target, request));
        const auto text = body.dump();
        request.body = text;
        const auto response = client.router.handle_now(request);
        return response ? response->status : 0;
    };
    CHECK(now("GET", "/healthz") == 200);
    CHECK(now("GET", "/") == 200);
    CHECK(now("GET", "/nowhere") == 404);
    CHECK(now("PUT", "/") == 405);
    CHECK(now("POST", "/api/token/peek", {{"tokenId", bob}}) == 200);
    CHECK(now("POST", "/api/token/peek", {{"tokenId", "x"}}) == 401);
    CHECK(now("POST", "/api/token/peek") == 401);
    // The store has to be asked: whose turn it may be, and now and then for other processes' admissions.
    CHECK(now("POST", "/api/token/peek", {{"tokenId", client.token("ann")}}) == 0);
    house.office.wait(milliseconds{25});
    CHECK(now("POST", "/api/token/peek", {{"tokenId", bob}}) == 0);
    for (const auto& route : http_server::Router::routes()) {
        const auto pattern = std::string{route.pattern};
        if (pattern == "/healthz" || pattern == "/{file}" || pattern == "/api/token/peek") continue;
        INFO(route.method << " " << pattern);
        CHECK(now(std::string{route.method}, pattern) == 0);
    }
}

TEST_CASE("the page comes with its type, its tag and a policy", "[operations]") {
    House house;
    auto& client = house.client;
    const auto page = client.get("/");
    REQUIRE(page.status == 200);
    CHECK(page.body == client.get("/index.html").body);
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.header("Cache-Control") == "no-cache");
    CHECK(std::string{*page.header("Content-Security-Policy")}.starts_with("default-src 'self';"));
    CHECK(client.get("/", {{"If-None-Match", std::string{*page.header("ETag")}}}).status == 304);
    // Every file that is compiled in, and every script and style that the page names.
    for (const auto& file : http_server::embedded_files()) {
        const auto response = client.get("/" + std::string{file.name});
        CHECK(response.status == 200);
        CHECK(response.body.size() == file.bytes.size());
        CHECK(response.header("Content-Type") != http_server::text_type);
    }
    for (const std::string attribute : {"src=\"", "href=\""})
        for (auto at = page.body.find(attribute); at != std::string::npos; at = page.body.find(attribute, at + 1)) {
            const auto begin = at + attribute.size();
            auto name = page.body.substr(begin, page.body.find('"', begin) - begin);
            if (name.starts_with('#')) continue;
            if (!name.starts_with('/')) name = "/" + name;
            INFO(name);
            CHECK(client.get(name).status == 200);
        }
}

TEST_CASE("metrics count requests by route and status, and the house's people and seats", "[operations]") {
    House house(room_for(1));
    auto& client = house.client;
    const auto ann = client.token("ann");
    client.token("bob");
    client.hold("ann", ann, "1");
    client.get("/api/reservations/secret", {bearer(ann)});
    client.get("/nowhere/secret");
    const auto response = client.get("/metrics");
    CHECK(response.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    const auto has = [&](const std::string& line) {
        return response.body.find("\n" + line + "\n") != std::string::npos;
    };
    for (const std::string line :
         {"boxoffice_http_requests_total{route=\"POST /api/token\",status=\"200\"} 2",
          "boxoffice_http_requests_total{route=\"GET /api/reservations/{id}\",status=\"404\"} 1",
          "boxoffice_http_requests_total{route=\"none\",status=\"404\"} 1",
          "boxoffice_http_request_seconds_bucket{route=\"POST /api/token\",le=\"0.0025\"} 0",
          "boxoffice_http_request_seconds_bucket{route=\"POST /api/token\",le=\"0.005\"} 2",
          "boxoffice_http_request_seconds_bucket{route=\"POST /api/token\",le=\"+Inf\"} 2",
          "boxoffice_http_request_seconds_sum{route=\"POST /api/token\"} 0.006",
          "boxoffice_http_request_seconds_count{route=\"POST /api/token\"} 2",
          "boxoffice_users 2",
          "boxoffice_waiting 1",
          "boxoffice_admitted 1",
          "boxoffice_seats_available 2",
          "boxoffice_seats_held 1",
          "boxoffice_seats_sold 0",
          "boxoffice_batch_commands_bucket{le=\"1\"} 6",
          "boxoffice_batch_commands_sum 6",
          "boxoffice_batch_commands_count 6",
          "boxoffice_batch_seconds_bucket{le=\"+Inf\"} 6",
          "boxoffice_batch_seconds_count 6",
          "boxoffice_refusals_total{code=\"unknown_reservation\"} 1"}) {
        INFO(line << "\n" << response.body);
        CHECK(has(line));
    }
    CHECK(response.body.find("secret") == std::string::npos);
}

TEST_CASE("a house is set up over HTTP: users, concerts by seats or by plan, the audit", "[operations]") {
    House house({}, with_key());
    auto& client = house.client;
    const auto user = [&](const json& body) { return client.post("/api/admin/users", body, house_key); };
    CHECK(user({{"userId", "조 \"cho\""}}).body == R"({"userId":"조 \"cho\""})");
    CHECK(said(user({{"userId", "ann"}})) == "409 user_exists 이미 존재하는 사용자입니다.");
    for (const json& body : {json{{"userId", ""}}, json{{"userId", "a\nb"}}, json{{"userId", 5}}, json::object()})
        CHECK(said(user(body)) == "400 invalid_argument " + bad_parameters);
    CHECK(client.post("/api/token", {{"userId", "조 \"cho\""}}).status == 200);

    const auto concert = [&](const json& body) { return client.post("/api/admin/concerts", body, house_key); };
    const auto by_seats =
        Client::expect(200, concert({{"date", "2027-01-01"},
                                     {"title", "seats"},
                                     {"seats",
                                      {{{"number", 7}, {"price", 5}},
                                       {{"number", "8"}, {"price", 0}, {"section", "R"}, {"row", "a"}, {"x", 1.5}}}}}));
    CHECK(by_seats["seats"] == 2);
    CHECK(by_seats["notForSale"] == json{{"seats", 0}, {"withoutCategory", 0}, {"categories", json::array()}});
    const json plan = json::parse(R"({"name":"hall","categories":[{"name":"near"},{"name":"far"}],"zones":[{"name":"A",
        "position":{"x":10,"y":100},"rows":[{"row_number":"1","position":{"x":5,"y":7},"seats":[
        {"seat_guid":"A-1","seat_number":"1","category":"near","position":{"x":1,"y":0}},
        {"seat_guid":"A-2","seat_number":"2","category":"far","position":{"x":2,"y":0}}]}]}]})");
    const auto by_plan = Client::expect(
        200,
        concert({{"date", "2027-01-02"}, {"title", "plan"}, {"plan", plan}, {"prices", {{"near", 9}, {"far", 4}}}}));
    const auto map = Client::expect(200, client.get("/api/concert/map?date=2027-01-02"));
    CHECK(map["concertId"] == by_plan["concertId"]);
    CHECK(map["seats"][0] == json{{"number", "A-1"},
                                  {"label", "1"},
                                  {"section", "A"},
                                  {"row", "1"},
                                  {"category", "near"},
                                  {"price", 9},
                                  {"x", 16.0},
                                  {"y", 107.0},
                                  {"state", "available"}});

    const json good{{"date", "2027-01-03"}, {"title", "t"}, {"seats", json::array()}};
    const auto wrong = [&](const std::string& member, const json& value) {
        auto body = good;
        body[member] = value;
        const auto response = concert(body);
        INFO(member << " " << value << ": " << response.body);
        CHECK(response.status == 400);
    };
    wrong("date", "2027-1-3");
    wrong("title", "");
    wrong("title", 5);
    wrong("seats", 5);
    wrong("seats", json::array({5}));
    wrong("seats", {{{"price", 5}}});
    wrong("seats", {{{"number", "1"}}});
    wrong("seats", {{{"number", "1"}, {"price", -1}}});
    wrong("seats", {{{"number", "1"}, {"price", 1.5}}});
    wrong("seats", {{{"number", "1"}, {"price", 1}, {"x", "1"}}});
    wrong("seats", {{{"number", "1"}, {"price", 1}, {"label", 1}}});
    wrong("seats", {{{"number", "1"}, {"price", 1}, {"label", std::string(65, 'l')}}});
    wrong("plan", plan);  // and seats
    CHECK(concert({{"date", "2027-01-03"}, {"title", "t"}}).status == 400);
    CHECK(concert({{"date", "2027-01-03"}, {"title", "t"}, {"plan", plan}}).status == 400);
    CHECK(concert({{"date", "2027-01-03"}, {"title", "t"}, {"plan", {{"name", "x"}}}, {"prices", json::object()}})
              .status == 400);
    CHECK(said(concert({{"date", "2027-01-03"},
                        {"title", "t"},
                        {"seats", {{{"number", "1"}, {"price", 1}}, {{"number", "1"}, {"price", 1}}}}})) ==
          "409 seat_exists 이미 존재하는 좌석 번호입니다.");
    CHECK(client.get("/api/concert/seat?date=2027-01-03").status == 404);
    CHECK(client.get("/api/admin/audit", house_key).body == R"({"violations":[]})");

    http_server::Request plan_request;
    plan_request.method = "POST";
    plan_request.path = "/api/admin/concerts";
    CHECK(client.router.body_size_max(plan_request) == 32 * 1024 * 1024);
    plan_request.path = "/api/reservations";
    CHECK(client.router.body_size_max(plan_request) == 64 * 1024);
    plan_request.path = "/api/admin/concerts";
    CHECK(House{}.client.router.body_size_max(plan_request) == 64 * 1024);
}

TEST_CASE("faults: nothing of the store's words leaves the house, and the log has them", "[operations]") {
    struct Row {
        FaultKind kind;
        int status;
        std::string said;
    };
    const std::vector<Row> rows{
        {FaultKind::storage, 500, "500 storage 서버 오류가 발생했습니다."},
        {FaultKind::busy, 503, "503 busy 서버가 혼잡합니다. 잠시 후 다시 시도해 주세요."},
        {FaultKind::out_of_memory, 500, "500 out_of_memory 서버 오류가 발생했습니다."},
        {FaultKind::runtime_error, 500, "500 internal 서버 오류가 발생했습니다."},
        {FaultKind::bad_alloc, 500, "500 out_of_memory 서버 오류가 발생했습니다."},
    };
    for (const auto& row : rows) {
        std::vector<std::string> log;
        http_server::Settings settings;
        settings.log_fault = [&](const std::string& line) { log.push_back(line); };
        const auto faults = std::make_shared<Faults>();
        House house({}, settings, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
        auto& client = house.client;
        const auto ann = client.token("ann");
        const auto body = client.hold_body("ann", ann, "1");
        // A commit that was certainly not written is decided anew, three times.
        faults->plan(FaultPoint::before_commit, row.kind, row.kind == FaultKind::busy ? 4 : 1);
        const auto held = client.post("/api/reservations", body, {key("k")});
        CHECK(said(held) == row.said);
        CHECK(held.body.find("planned") == std::string::npos);
        CHECK(held.header("Retry-After") == (row.status == 503 ? std::optional<std::string_view>{"1"} : std::nullopt));
        CHECK(log.size() == 1);
        CHECK(client.post("/api/reservations", body, {key("k")}).status == 200);  // the key was free

        faults->plan(FaultPoint::read, row.kind, 100);
        CHECK(client.get("/readyz").status == 503);
        CHECK(client.get("/healthz").status == 200);
        CHECK(client.get("/api/concert/date").status == row.status);
        CHECK(client.get("/api/concert/seat?date=2026-12-24").status == row.status);
        CHECK(client.post("/api/reservations", body).status == row.status);
        faults->clear();
        CHECK(client.get("/readyz").status == 200);
        CHECK(house.office.audit().empty());
    }
}

TEST_CASE("an answer that was lost is found again with its key", "[operations]") {
    const auto faults = std::make_shared<Faults>();
    House house({}, {}, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto recharge = [&] {
        return client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", 5}}, {bearer(ann), key("k")});
    };
    faults->plan(FaultPoint::after_commit, FaultKind::storage);
    CHECK(recharge().status == 500);
    CHECK(recharge().body == R"({"userId":"ann","newBalance":5})");
}

TEST_CASE("a payment gateway, where the host has one", "[operations]") {
    class Gateway final : public PaymentGateway {
      public:
        Result<Approval> approve(const PaymentRequest&) override {
            if (declines) return refuse(ErrorCode::payment_declined, "no");
            return Approval{"tx"};
        }
        void cancel(const PaymentRequest&, const Approval&) override {}
        bool declines = true;
    };
    const auto gateway = std::make_shared<Gateway>();
    Office office({}, gateway);
    Client client(office);
    office.user("ann");
    office.concert("2026-12-24", {{"1", 100}});
    const auto ann = client.token("ann");
    client.recharge("ann", ann, 100);
    const auto id = client.hold("ann", ann, "1");
    const auto pay = [&] { return client.post("/api/payment", client.pay_body("ann", ann, id), {key("k")}); };
    CHECK(said(pay()) == "400 payment_declined 잘못된 결제 요청입니다.");
    gateway->declines = false;
    const auto paid = pay();
    CHECK(paid.status == 200);
    CHECK(pay().body == paid.body);
}

TEST_CASE("the demo fills an empty house, and no other", "[operations]") {
    Office office;
    REQUIRE(must(http_server::fill_demo(office.box()), "demo"));
    CHECK_FALSE(must(http_server::fill_demo(office.box()), "demo"));
    Client client(office);
    CHECK(client.get("/api/concert/date").body == R"({"dates":["2026-12-02","2026-12-03","2026-12-04"]})");
    CHECK(client.post("/api/token", {{"userId", "user-100"}}).status == 200);
    CHECK(client.post("/api/token", {{"userId", "user-101"}}).status == 400);
    const auto map = Client::expect(200, client.get("/api/concert/map?date=2026-12-03"));
    REQUIRE(map["seats"].size() == 50);
    std::set<std::pair<double, double>> places;
    for (std::size_t i = 0; i < 50; ++i) {
        CHECK(map["seats"][i]["number"] == std::to_string(i + 1));
        CHECK(map["seats"][i]["price"] == 100);
        places.emplace(map["seats"][i]["x"].get<double>(), map["seats"][i]["y"].get<double>());
    }
    CHECK(places.size() == 50);

    House house;
    const auto before = house.office.dump();
    CHECK_FALSE(must(http_server::fill_demo(house.office.box()), "demo"));
    CHECK(house.office.dump() == before);
}
