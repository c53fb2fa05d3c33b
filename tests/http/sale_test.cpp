/// The sale over HTTP where time or the order of things decides: when it opens and closes, how long an order is held, what comes
/// back to who cancels when, what buyers are told of a concert.

#include <thread>

#include "http/client.hpp"
#include "programme.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

const std::string admin_key = "the key of the house";
const std::string refused_off_sale = "409 not_on_sale 지금은 예매할 수 없는 콘서트입니다.";
const std::string cancel_closed = "409 cancel_closed 취소할 수 없거나 취소 기한이 지난 예약입니다.";

http_server::Settings with_admin() {
    http_server::Settings settings;
    settings.admin_key = admin_key;
    return settings;
}

/// The house of the other tests, with ann and bob in their turn, and who runs it.
struct Selling {
    explicit Selling(Options options = {}, std::shared_ptr<Store> store = std::make_shared<MemoryStore>())
        : house(std::move(options), with_admin(), std::move(store)), client(house.client) {
        ann = arrive("ann");
        bob = arrive("bob");
    }

    /// A token of a place that has shown up: its turn lasts, and the holds in it.
    std::string arrive(const std::string& user) {
        const auto token = client.token(user);
        Client::expect(200, client.post("/api/token/peek", {{"tokenId", token}}));
        return token;
    }

    std::string path(const std::string& rest) {
        return "/api/admin/concerts/" + to_text(house.office.last_concert()) + rest;
    }
    Response admin(const std::string& method, const std::string& rest, const json& body = nullptr) {
        return client.send(method, path(rest), body.is_null() ? "" : body.dump(), {{"X-Admin-Key", admin_key}});
    }
    json concert() { return Client::expect(200, admin("GET", "")); }
    void set_terms(json terms) {
        terms["version"] = concert()["sale"]["version"];
        Client::expect(200, admin("PUT", "/sale", terms));
    }
    Response hold_all(const std::string& user, const std::string& token, const json& numbers,
                      const HeaderList& headers = {}) {
        auto body = client.hold_body(user, token, "");
        body.erase("seatNumber");
        body["seatNumbers"] = numbers;
        return client.post("/api/reservations", body, headers);
    }
    Response pay(const std::string& id) { return client.post("/api/payment", client.pay_body("ann", ann, id)); }
    Response cancel(const json& ids) {
        return client.post("/api/cancellations", {{"userId", "ann"}, {"reservationIds", ids}}, {bearer(ann)});
    }
    json show(const std::string& id) {
        return Client::expect(200, client.get("/api/reservations/" + id, {bearer(ann)}));
    }
    json order(const std::string& id) { return Client::expect(200, client.get("/api/orders/" + id, {bearer(ann)})); }
    json map() { return Client::expect(200, client.get("/api/concert/map?date=2026-12-24")); }

    House house;
    Client& client;
    std::string ann, bob;
};

}  // namespace

TEST_CASE("V3: a sale opens and closes to the microsecond, for one seat and for an order", "[sale]") {
    Selling sale;
    auto& client = sale.client;
    sale.set_terms({{"opensAt", "2026-12-01T00:01:00.000Z"}, {"closesAt", "2026-12-01T00:02:00.000Z"}});
    const auto is_refused = [&](const std::string& opens_at) {
        for (const auto& response : {client.post("/api/reservations", client.hold_body("bob", sale.bob, "1")),
                                     sale.hold_all("bob", sale.bob, json::array({"1"}))}) {
            CHECK(said(response) == refused_off_sale);
            CHECK(json::parse(response.body).value("opensAt", "") == opens_at);
        }
    };
    sale.house.office.wait(minutes{1} - us);
    is_refused("2026-12-01T00:01:00.000Z");
    sale.house.office.wait(us);
    const auto first = client.hold("ann", sale.ann, "2");
    sale.house.office.wait(minutes{1} - us);
    Client::expect(200, sale.hold_all("bob", sale.bob, json::array({"10"})));
    client.del("/api/reservations/" + first, {bearer(sale.ann)});
    sale.house.office.wait(us);
    is_refused("");
    CHECK(said(client.post("/api/reservations", client.hold_body("ann", sale.ann, "2"))) == refused_off_sale);
    CHECK(sale.house.office.audit().empty());
}

TEST_CASE("V3: a pause stops holds at once, and not what is held", "[sale]") {
    Selling sale;
    sale.client.recharge("ann", sale.ann, 100);
    const auto held = sale.client.hold("ann", sale.ann, "1");
    sale.set_terms({{"isPaused", true}});
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"2"}))) == refused_off_sale);
    CHECK(sale.pay(held).status == 200);
    sale.set_terms({{"isPaused", false}});
    Client::expect(200, sale.hold_all("bob", sale.bob, json::array({"2"})));
}

TEST_CASE("O1: an order ends as a whole, at its deadline", "[sale]") {
    Selling sale;
    auto& office = sale.house.office;
    sale.set_terms({{"seatsPerOrder", 3}, {"holdSeconds", 60}});
    sale.client.recharge("ann", sale.ann, 500);
    const auto held = Client::expect(200, sale.hold_all("ann", sale.ann, json::array({"1", "2", "10"})));
    CHECK(held["expirationTime"] == "2026-12-01T00:01:00.000Z");
    const std::string id = held["orderId"];
    office.wait(minutes{1} - us);
    CHECK(sale.order(id)["expirationTime"] == "2026-12-01T00:01:00.000Z");
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"10"}))).starts_with("409 seat_unavailable"));
    office.wait(us);
    const auto over = sale.order(id);
    CHECK(over["expirationTime"].is_null());
    CHECK(over["total"] == 0);
    for (const auto& one : over["reservations"]) CHECK(one["status"] == "Expired");
    CHECK(office.available() == std::vector<std::string>{"1", "2", "10"});
    CHECK(said(sale.pay(id)) == "400 hold_expired 예약 시간이 만료되었습니다.");
    CHECK(said(sale.client.del("/api/orders/" + id, {bearer(sale.ann)})) ==
          "409 hold_expired 이미 결제되었거나 만료된 예약입니다.");
    Client::expect(200, sale.hold_all("bob", sale.bob, json::array({"10", "1"})));
    CHECK(office.audit().empty());
}

TEST_CASE("R: what comes back falls at each step's end, and the reservation says it before", "[sale]") {
    Selling sale;
    auto& office = sale.house.office;
    sale.set_terms({{"seatsPerOrder", 3},
                    {"refundSteps",
                     {{{"until", "2026-12-01T01:00:00.000Z"}, {"thousandths", 900}},
                      {{"until", "2026-12-01T02:00:00.000Z"}, {"thousandths", 505}}}}});
    sale.client.recharge("ann", sale.ann, 500);
    const auto held = Client::expect(200, sale.hold_all("ann", sale.ann, json::array({"1", "2", "10"})));
    CHECK(sale.show(held["orderId"])["refund"].is_null());  // it is let go, not cancelled
    CHECK(said(sale.cancel(json::array({held["orderId"]}))) == "409 not_paid 결제되지 않은 예약입니다.");
    Client::expect(200, sale.pay(held["orderId"]));
    const auto ids = [&](std::size_t i) { return held["seats"][i]["reservationId"].get<std::string>(); };

    office.wait(hours{1} - us);
    CHECK(sale.show(ids(0))["refund"] == 90);
    CHECK(Client::expect(200, sale.cancel(json::array({ids(0)})))["newBalance"] == 290);
    office.wait(us);
    CHECK(sale.show(ids(1))["refund"] == 50);  // 50.5, rounded down
    // The terms of today are not those under which it was bought.
    sale.set_terms({{"refundSteps", {{{"until", nullptr}, {"thousandths", 1000}}}}});
    office.wait(hours{1} - us);
    CHECK(sale.show(ids(1))["refund"] == 50);
    CHECK(Client::expect(200, sale.cancel(json::array({ids(1)})))["newBalance"] == 340);
    office.wait(us);
    CHECK(sale.show(ids(2))["refund"].is_null());
    CHECK(said(sale.cancel(json::array({ids(2)}))) == cancel_closed);
    CHECK(said(sale.cancel(json::array({ids(0), ids(2)}))) == cancel_closed);
    CHECK(Client::expect(200, sale.cancel(json::array({ids(0), ids(1)})))["refund"] == 140);  // what came back then
    CHECK(sale.order(held["orderId"])["total"] == 100);
    CHECK(office.audit().empty());
}

TEST_CASE("a date that has several concerts by now: an order's key still gets its answer", "[sale]") {
    Selling sale;
    sale.set_terms({{"seatsPerOrder", 2}});
    const auto first = sale.hold_all("ann", sale.ann, json::array({"1", "2"}), {key("k")});
    Client::expect(200, first);
    sale.house.office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    CHECK(said(sale.hold_all("ann", sale.ann, json::array({"1", "2"}))).starts_with("400 ambiguous_concert"));
    CHECK(sale.hold_all("ann", sale.ann, json::array({"1", "2"}), {key("k")}).body == first.body);
    CHECK(said(sale.hold_all("ann", sale.ann, json::array({"2", "1"}), {key("k")}))
              .starts_with("422 idempotency_conflict"));
}

TEST_CASE("D3: an order on a concert of a past day is not on sale, and its key still gets its answer", "[sale]") {
    Selling sale;
    auto& office = sale.house.office;
    sale.set_terms({{"seatsPerOrder", 2}});
    office.wait_until(Time{*parse_date("2026-12-25")} - seconds{1});
    sale.ann = sale.arrive("ann");
    sale.bob = sale.arrive("bob");
    const auto first = sale.hold_all("ann", sale.ann, json::array({"1", "2"}), {key("k")});
    Client::expect(200, first);
    office.wait(seconds{1});
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"10"}))) == refused_off_sale);
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"1", "10"}))) ==
          refused_off_sale);  // it would be of no use to try others
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"99"}))) ==
          "404 unknown_seat 찾을 수 없는 좌석 번호입니다.");
    CHECK(sale.hold_all("ann", sale.ann, json::array({"1", "2"}), {key("k")}).body == first.body);
    CHECK(said(sale.hold_all("ann", sale.ann, json::array({"1", "10"}), {key("k")}))
              .starts_with("422 idempotency_conflict"));
}

TEST_CASE("who waits is told so first, whatever they ask for", "[sale]") {
    House house(room_for(1), with_admin());
    house.client.token("ann");
    const auto bob = house.client.token("bob");
    for (const json& numbers : {json{"1", "2"}, json{"99"}}) {
        auto body = house.client.hold_body("bob", bob, "");
        body.erase("seatNumber");
        body["seatNumbers"] = numbers;
        CHECK(said(house.client.post("/api/reservations", body)) == "429 not_your_turn 아직 대기 순서가 아닙니다.");
    }
    CHECK(house.client.waits > 0);
}

TEST_CASE("orders that want the same seats at the same moment: each is held whole or not at all", "[sale]") {
    Selling sale;
    auto& office = sale.house.office;
    sale.set_terms({{"seatsPerOrder", 2}});
    for (int round = 0; round < 20; ++round) {
        std::vector<Response> answers(2);
        std::vector<std::thread> threads;
        const std::vector<json> wishes{{"1", "2"}, {"2", "10"}};
        threads.emplace_back([&] { answers[0] = sale.hold_all("ann", sale.ann, wishes[0]); });
        threads.emplace_back([&] { answers[1] = sale.hold_all("bob", sale.bob, wishes[1]); });
        for (auto& thread : threads) thread.join();
        const std::size_t winner = answers[0].status == 200 ? 0 : 1;
        CHECK(answers[1 - winner].status == 409);
        CHECK(json::parse(answers[1 - winner].body)["unavailable"] == json{"2"});
        const auto free = winner == 0 ? "10" : "1";
        CHECK(office.available() == std::vector<std::string>{free});
        const std::string id = Client::expect(200, answers[winner])["orderId"];
        CHECK(sale.client.del("/api/orders/" + id, {bearer(winner == 0 ? sale.ann : sale.bob)}).status == 204);
    }
    CHECK(office.audit().empty());
}

TEST_CASE("the map tells a change of the terms, the prices and the facts at once, to those who have it already, too",
          "[sale]") {
    Selling sale;
    const auto get = [&](const std::string& tag, const std::string& query = "") {
        return sale.client.get("/api/concert/map?date=2026-12-24" + query, {{"If-None-Match", tag}});
    };
    const auto first = get("");
    const std::string version = json::parse(first.body)["version"];
    std::string tag{*first.header("ETag")};
    CHECK(get(tag).status == 304);
    const std::vector<std::function<Response()>> changes{
        [&] {
            return sale.admin("PUT", "/sale", {{"version", 1}, {"seatsPerOrder", 2}});
        },
        [&] {
            return sale.admin("PUT", "/tariff",
                              {{"version", 2}, {"rows", {{{"category", ""}, {"type", nullptr}, {"price", 7}}}}});
        },
        [&] {
            return sale.admin("PATCH", "", {{"version", 1}, {"startsAt", "2026-12-24T10:00:00.000Z"}});
        },
        [&] {
            return sale.admin("POST", "/call-off", {{"reason", "rain"}});
        }};
    for (const auto& change : changes) {
        Client::expect(200, change());
        const auto now = get(tag);
        CHECK(now.status == 200);
        tag = *now.header("ETag");
        CHECK(get(tag).status == 304);
        CHECK(json::parse(now.body)["version"] == version);  // no seat has changed
        CHECK(get("", "&since=" + version).status == 200);
    }
    const auto map = sale.map();
    CHECK(map["sale"]["seatsPerOrder"] == 2);
    CHECK(map["sale"]["version"] == 3);
    CHECK(map["seats"][0]["price"] == 7);
    CHECK(map["sections"][0]["maxPrice"] == 7);
    CHECK(map["startsAt"] == "2026-12-24T10:00:00.000Z");
    CHECK(map["calledOff"] == json{{"at", "2026-12-01T00:00:00.000Z"}, {"reason", "rain"}});
    const auto since = Client::expect(200, get("", "&since=" + version));
    CHECK(since["seats"].empty());
    CHECK(since["calledOff"] == map["calledOff"]);
}

TEST_CASE("what another process changes is told within a second", "[sale]") {
    Selling sale;
    sale.map();
    const auto concert = sale.house.office.last_concert();
    Office other({}, nullptr, sale.house.office.shared_store(), sale.house.office.shared_clock());
    Terms terms;
    terms.seats_per_order = 9;
    must(other->execute(ChangeSale{concert, terms, 1}), "change");
    const auto begin = std::chrono::steady_clock::now();
    while (sale.map()["sale"]["seatsPerOrder"] != 9) REQUIRE(std::chrono::steady_clock::now() - begin < seconds{10});
    // What is decided is decided by the terms in force.
    Office third({}, nullptr, sale.house.office.shared_store(), sale.house.office.shared_clock());
    terms.is_paused = true;
    must(third->execute(ChangeSale{concert, terms, 2}), "change");
    CHECK(said(sale.hold_all("bob", sale.bob, json::array({"1"}))) == refused_off_sale);
}

TEST_CASE("a concert is called off all the same where nobody takes the refunds, which then follow by ticks", "[sale]") {
    Selling sale;
    auto& commands = sale.client.router.commands();
    sale.client.recharge("ann", sale.ann, 100);
    Client::expect(200, sale.pay(sale.client.hold("ann", sale.ann, "1")));
    const auto target = sale.path("/call-off");
    const http_server::Header header{"X-Admin-Key", admin_key};
    http_server::Request request;
    request.method = "POST";
    request.headers = {&header, 1};
    request.body = R"({"reason":"rain"})";
    REQUIRE(http_server::read_target(target, request));
    Desk desk;
    std::optional<http_server::Reply> reply;
    sale.client.router.handle(request, 1, desk, [&](http_server::Reply given) { reply = std::move(given); });
    REQUIRE(desk.go_on());  // the seats are counted
    REQUIRE(commands.drive_waiting());
    commands.close();  // the server stops
    while (!reply) REQUIRE(desk.go_on());
    const auto* response = std::get_if<Response>(&*reply);
    REQUIRE(response != nullptr);
    CHECK(Client::expect(200, *response) ==
          json{{"calledOffAt", "2026-12-01T00:00:00.000Z"}, {"released", 0}, {"toRefund", 1}});
    CHECK(sale.concert()["isSettled"] == false);
    sale.house.office.tick();
    CHECK(sale.concert()["isSettled"] == true);
    CHECK(sale.client.get("/api/balance?userId=ann", {bearer(sale.ann)}).body ==
          R"({"userId":"ann","currentBalance":100})");
}

TEST_CASE(
    "I1: a paid order's answer has its seats, and is given again byte for byte, where nobody has time for questions",
    "[sale]") {
    Selling sale;
    sale.set_terms({{"seatsPerOrder", 3}, {"refundSteps", {{{"until", nullptr}, {"thousandths", 1000}}}}});
    sale.client.recharge("ann", sale.ann, 500);
    const auto held = Client::expect(200, sale.hold_all("ann", sale.ann, json::array({"10", "1", "2"})));
    const std::string id = held["orderId"];
    Client::expect(204, sale.client.del("/api/reservations/" + held["seats"][1]["reservationId"].get<std::string>(),
                                        {bearer(sale.ann)}));
    const auto body = sale.client.pay_body("ann", sale.ann, id).dump();
    const auto with_key = key("p");
    const http_server::Header header{with_key.first, with_key.second};
    http_server::Request request;
    request.method = "POST";
    request.headers = {&header, 1};
    request.body = body;
    REQUIRE(http_server::read_target("/api/payment", request));
    const auto pay = [&](bool in_a_crowd) {
        Desk desk;
        std::optional<http_server::Reply> reply;
        sale.client.router.handle(request, 1, desk, [&](http_server::Reply given) { reply = std::move(given); });
        desk.does_jobs = !in_a_crowd;  // whatever of this was asked before the payment is answered
        while (!reply)
            if (!desk.go_on() && !sale.client.router.commands().drive_waiting()) std::this_thread::yield();
        const auto* response = std::get_if<Response>(&*reply);
        REQUIRE(response != nullptr);
        return *response;
    };
    const auto first = pay(true);
    const auto paid = Client::expect(200, first);
    CHECK((paid["amount"] == 200 && paid["newBalance"] == 300));
    CHECK(paid["seats"] == json::array({held["seats"][0], held["seats"][2]}));
    CHECK(pay(false).body == first.body);
    CHECK(pay(true).body == first.body);
    Client::expect(200, sale.cancel(json::array({id})));  // what was paid stays what was paid
    CHECK(pay(false).body == first.body);
    CHECK(pay(true).body == first.body);
}

TEST_CASE("what an order of several has left is answered as one seat where it is the one that the answer names",
          "[sale]") {
    Selling sale;
    sale.set_terms({{"seatsPerOrder", 2}});
    sale.client.recharge("ann", sale.ann, 200);
    sale.client.recharge("bob", sale.bob, 200);
    const auto let_go = [&](const std::string& user, const std::string& token, const json& numbers, std::size_t which) {
        const auto held = Client::expect(200, sale.hold_all(user, token, numbers));
        const auto id = held["seats"][which]["reservationId"].get<std::string>();
        Client::expect(204, sale.client.del("/api/reservations/" + id, {bearer(token)}));
        const auto paid = sale.client.post("/api/payment", sale.client.pay_body(user, token, held["orderId"]));
        return Client::expect(200, paid);
    };
    CHECK_FALSE(let_go("ann", sale.ann, json::array({"1", "2"}), 1).contains("seats"));
    CHECK(let_go("bob", sale.bob, json::array({"2", "10"}), 0)["seats"].size() == 1);
}
