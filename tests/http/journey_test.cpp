/// Every endpoint from a request to its answer: the members of each 200, and each refusal in the contract's words.

#include "http/client.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a purchase, from the token to the ticket", "[journey]") {
    House house;
    auto& client = house.client;

    const auto issued = client.post("/api/token", {{"userId", "ann"}});
    CHECK(issued.header("Cache-Control") == "no-store");
    const auto place = Client::expect(200, issued);
    CHECK(place["position"] == 1);
    CHECK(place["expirationTime"] == "2026-12-02T00:00:00.000Z");
    const std::string token = place["token"];
    CHECK(client.token("ann") == token);

    const auto peeked = Client::expect(200, client.post("/api/token/peek", {{"tokenId", token}}));
    CHECK(peeked["isTurn"] == true);
    CHECK(peeked["occurredTime"] == "2026-12-01T00:00:00.000Z");
    CHECK(peeked["position"] == 1);
    CHECK(peeked["ahead"] == 0);
    CHECK(peeked["nextPollMs"] == 20'000);
    CHECK(peeked["expirationTime"] == "2026-12-01T00:05:00.000Z");

    CHECK(client.get("/api/concert/date").body == R"({"dates":["2026-12-24"]})");
    const auto concert = to_text(house.office.last_concert());
    CHECK(client.get("/api/concert/seat?date=2026-12-24").body ==
          R"({"date":"2026-12-24","availableSeats":["1","2","10"],"concertId":")" + concert + "\"}");

    const auto held = client.post("/api/reservations", client.hold_body("ann", token, "2"));
    const auto hold = Client::expect(200, held);
    CHECK(hold["status"] == "Reserved");
    CHECK(hold["expirationTime"] == "2026-12-01T00:05:00.000Z");
    const std::string id = hold["reservationId"];
    CHECK(held.body ==
          R"({"reservationId":")" + id + R"(","status":"Reserved","expirationTime":"2026-12-01T00:05:00.000Z"})");

    CHECK(client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", 250}}, {bearer(token)}).body ==
          R"({"userId":"ann","newBalance":250})");
    house.office.wait(seconds{1});
    const auto paid = Client::expect(200, client.post("/api/payment", client.pay_body("ann", token, id)));
    CHECK(paid["reservationId"] == id);
    CHECK(paid["status"] == "Confirmed");
    CHECK(paid["amount"] == 100);
    CHECK(paid["newBalance"] == 150);
    CHECK(paid["paymentTime"] == "2026-12-01T00:00:01.000Z");
    CHECK(parse_id<PaymentId>(paid["paymentId"].get<std::string>()).has_value());

    // The place is finished; the token still proves ann.
    CHECK(said(client.post("/api/token/peek", {{"tokenId", token}})) == "401 token_completed " + bad_token);
    CHECK(client.get("/api/balance?userId=ann", {bearer(token)}).body == R"({"userId":"ann","currentBalance":150})");
    CHECK(client.get("/api/reservations/" + id, {bearer(token)}).body ==
          R"({"reservationId":")" + id + R"(","orderId":")" + id + R"(","concertId":")" + concert +
              R"(","date":"2026-12-24","seatNumber":"2","label":"2","section":"","row":"","category":"","type":null,)" +
              R"("price":100,"status":"Confirmed","expirationTime":"2026-12-01T00:05:00.000Z",)" +
              R"("refunded":0,"refund":null})");
    CHECK(house.office.audit().empty());
}

TEST_CASE("a waiting peek says how far it is, and a numeric seat number is as good as text", "[journey]") {
    House house(room_for(1));
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    const auto peeked = Client::expect(200, client.post("/api/token/peek", {{"tokenId", bob}}));
    CHECK(peeked["isTurn"] == false);
    CHECK(peeked["ahead"] == 0);
    CHECK(peeked["position"] == 2);
    CHECK(peeked["estimatedWaitSeconds"].is_null());
    CHECK(peeked["nextPollMs"].get<std::int64_t>() > 0);
    CHECK(peeked["nextPollMs"].get<std::int64_t>() <= 20'000);
    auto body = client.hold_body("ann", ann, "");
    body["seatNumber"] = 10;
    CHECK(client.post("/api/reservations", body).status == 200);
    CHECK(house.office.state_of_seat("10") == "held");
}

TEST_CASE("tokens: who is unknown, and a full queue", "[journey]") {
    House house(options_with([](Options& options) {
        options.main_room.active_capacity = 1;
        options.main_room.queue_capacity = 0;
    }));
    auto& client = house.client;
    const std::string wrong = "잘못된 사용자 ID";
    CHECK(said(client.post("/api/token", {{"userId", "nobody"}})) == "400 unknown_user " + wrong);
    for (const json& body : {json{}, json::object(), json{{"userId", 1}}, json{{"userId", nullptr}}, json::array()})
        CHECK(said(client.post("/api/token", body)) == "400 invalid_argument " + wrong);
    client.token("ann");
    const auto full = client.post("/api/token", {{"userId", "bob"}});
    CHECK(said(full) == "429 queue_full 대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요.");
    CHECK(full.header("Retry-After") == "5");
}

TEST_CASE("peek: a token is a text of ours, and the place is there", "[journey]") {
    House house;
    auto& client = house.client;
    const auto peek = [&](const json& body) { return said(client.post("/api/token/peek", body)); };
    CHECK(peek({{"tokenId", 5}}) == "400 invalid_argument " + bad_token);
    CHECK(peek(json::object()) == "401 invalid_token " + bad_token);
    CHECK(peek({{"tokenId", "x"}}) == "401 invalid_token " + bad_token);
    const auto token = client.token("ann");
    auto forged = token;
    forged[40] = forged[40] == 'A' ? 'B' : 'A';
    CHECK(peek({{"tokenId", forged}}) == "401 invalid_token " + bad_token);
    const auto refused = client.post("/api/token/peek", {{"tokenId", forged}});
    CHECK(refused.header("WWW-Authenticate") == "Bearer");
    CHECK(client.del("/api/token", {bearer(token)}).status == 204);
    CHECK(client.del("/api/token", {bearer(token)}).status == 204);
    CHECK(peek({{"tokenId", token}}) == "401 token_left " + bad_token);

    const auto second = client.token("bob");
    house.office.wait(minutes{1});
    CHECK(peek({{"tokenId", second}}) == "401 token_expired " + bad_token);
    CHECK(said(client.del("/api/token", {bearer(second)})) == "401 token_expired " + bad_token);
}

TEST_CASE("dates: from today on, each once, with a seat available", "[journey]") {
    House house;
    auto& client = house.client;
    house.office.concert("2026-11-30", {{"1", 1}});  // yesterday
    house.office.concert("2026-12-24", {{"1", 1}});  // a second one that day
    house.office.concert("2026-12-02", {});
    house.office.concert("2026-12-01", {{"1", 1}});
    CHECK(client.get("/api/concert/date").body == R"({"dates":["2026-12-01","2026-12-24"]})");
    Client::expect(200,
                   client.post("/api/reservations", client.hold_body("ann", client.token("ann"), "1", "2026-12-01")));
    CHECK(client.get("/api/concert/date").body == R"({"dates":["2026-12-24"]})");
}

TEST_CASE("a date is a day, and a concert is on it", "[journey]") {
    House house;
    auto& client = house.client;
    const std::string wrong = "잘못된 형식의 날짜입니다.";
    const std::string missing = "찾을 수 없는 좌석 번호입니다.";
    for (const std::string path : {"/api/concert/seat", "/api/concert/map"}) {
        for (const std::string query : {"", "?date=", "?date=2024-02-30", "?date=2024-2-3", "?date=20240504",
                                        "?date=2026-12-24x", "?date=x", "?date=+2026-12-24", "?Date=2026-12-24"}) {
            INFO(path + query);
            CHECK(said(client.get(path + query)) == "400 invalid_date " + wrong);
        }
        CHECK(said(client.get(path + "?date=2026-12-25")) == "404 unknown_concert " + missing);
        for (const std::string id : {"x", "", "0ARYZVZXW377R"})
            CHECK(said(client.get(path + "?date=2026-12-24&concertId=" + id)) == "404 unknown_concert " + missing);
    }
    const auto first = to_text(house.office.last_concert());
    const auto second = to_text(house.office.concert("2026-12-24", {{"A", 5}}));
    for (const std::string path : {"/api/concert/seat", "/api/concert/map"}) {
        const auto refused = client.get(path + "?date=2026-12-24");
        CHECK(said(refused) == "400 ambiguous_concert " + wrong);
        CHECK(json::parse(refused.body)["concerts"] ==
              json::array({{{"concertId", first}, {"title", "concert of 2026-12-24"}},
                           {{"concertId", second}, {"title", "concert of 2026-12-24"}}}));
        CHECK(Client::expect(200, client.get(path + "?date=2026-12-24&concertId=" + second))["concertId"] == second);
        CHECK(client.get(path + "?date=2026-12-25&concertId=" + second).status == 404);
    }
}

TEST_CASE("the map shows whose seat is whose, and sections add up", "[journey]") {
    House house;
    auto& client = house.client;
    CreateConcert create{*parse_date("2027-01-01"), "새해 \"음악회\"", house.office->main_room(), {}};
    create.seats = {{"1", "R", "a", Points{300}, 1.5, -2, "왼쪽 1"},
                    {"2", "R", "a", Points{200}, 0, 0},
                    {"3", "", "", Points{0}, 0, 0},
                    {.number = "4", .section = "R", .price = Points{0}, .is_blocked = true},
                    {.number = "5", .section = "house", .price = Points{70}, .is_blocked = true}};
    must(house.office->execute(create), "concert");
    const auto ann = client.token("ann");
    Client::expect(200, client.post("/api/reservations", client.hold_body("ann", ann, "1", "2027-01-01")));
    const auto state = [&](const HeaderList& headers) {
        return Client::expect(200, client.get("/api/concert/map?date=2027-01-01", headers))["seats"][0]["state"];
    };
    CHECK(state({}) == "held");
    CHECK(state({bearer(ann)}) == "mine");
    CHECK(state({bearer(client.token("bob"))}) == "held");
    CHECK(said(client.get("/api/concert/map?date=2027-01-01", {bearer("x")})) == "401 invalid_token " + bad_token);

    const auto map = Client::expect(200, client.get("/api/concert/map?date=2027-01-01"));
    CHECK(map["title"] == "새해 \"음악회\"");
    CHECK(map["sections"] ==
          json::array({{{"name", "R"}, {"seats", 3}, {"available", 1}, {"minPrice", 200}, {"maxPrice", 300}},
                       {{"name", ""}, {"seats", 1}, {"available", 1}, {"minPrice", 0}, {"maxPrice", 0}},
                       {{"name", "house"}, {"seats", 1}, {"available", 0}, {"minPrice", 70}, {"maxPrice", 70}}}));
    CHECK(map["seats"][0] == json{{"number", "1"},
                                  {"label", "왼쪽 1"},
                                  {"section", "R"},
                                  {"row", "a"},
                                  {"category", ""},
                                  {"price", 300},
                                  {"x", 1.5},
                                  {"y", -2},
                                  {"state", "held"}});
    CHECK(map["seats"][1]["label"] == "2");
    CHECK(map["seats"][3]["state"] == "blocked");
    house.office.wait(minutes{5});
    CHECK(state({bearer(ann)}) == "available");
}

TEST_CASE("seat lists and maps are asked for again with their tag", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    for (const std::string path : {"/api/concert/seat?date=2026-12-24", "/api/concert/map?date=2026-12-24"}) {
        const auto first = client.get(path);
        const std::string tag{*first.header("ETag")};
        const auto same = client.get(path, {{"If-None-Match", "\"old\", W/" + tag}});
        CHECK(same.status == 304);
        CHECK(same.body.empty());
        CHECK(same.header("ETag") == tag);
        const auto id = client.hold("ann", ann, "1");
        const auto changed = client.get(path, {{"If-None-Match", tag}});
        CHECK(changed.status == 200);
        CHECK(changed.header("ETag") != tag);
        CHECK(client.del("/api/reservations/" + id, {bearer(ann)}).status == 204);
        CHECK(client.get(path, {{"If-None-Match", tag}}).status == 304);
    }
    const auto map = client.get("/api/concert/map?date=2026-12-24", {bearer(ann)});
    CHECK(map.header("Cache-Control") == "private, no-cache");
    CHECK(map.header("Vary") == "Authorization");
}

TEST_CASE("a hold's request is well formed, or nothing is held", "[journey]") {
    House house;
    auto& client = house.client;
    const auto good = client.hold_body("ann", client.token("ann"), "1");
    const std::string wrong = "잘못된 형식의 요청 파라미터입니다.";
    const auto with = [&](const char* member, const json& value) {
        auto body = good;
        body[member] = value;
        return said(client.post("/api/reservations", body));
    };
    const auto without = [&](const char* member) {
        auto body = good;
        body.erase(member);
        return said(client.post("/api/reservations", body));
    };
    for (const json& value : {json(1), json(nullptr), json::array(), json::object(), json(true)}) {
        for (const char* member : {"userId", "date", "token", "concertId"})
            CHECK(with(member, value) == (std::string{"400 invalid_argument "} + wrong));
        if (!value.is_number()) CHECK(with("seatNumber", value) == "400 invalid_argument " + wrong);
    }
    CHECK(with("seatNumber", 1.0) == "400 invalid_argument " + wrong);
    CHECK(with("date", "2026-2-3") == "400 invalid_date " + wrong);
    for (const char* member : {"userId", "date", "seatNumber"})
        CHECK(without(member) == "400 invalid_argument " + wrong);
    CHECK(without("token") == "401 invalid_token " + bad_token);
    CHECK(said(client.send("POST", "/api/reservations", "{")) == "400 invalid_argument " + wrong);
    for (const std::string& text :
         {std::string{}, std::string{"\"\""}, std::string{"a b"}, std::string{"é"}, std::string(256, 'k')})
        CHECK(said(client.post("/api/reservations", good, {key(text)})) == "400 invalid_argument " + wrong);
    CHECK(said(client.post("/api/reservations", good, {key("a"), key("b")})) == "400 invalid_argument " + wrong);

    const std::string missing = "찾을 수 없는 좌석 번호입니다.";
    CHECK(with("date", "2026-12-25") == "404 unknown_concert " + missing);
    CHECK(with("concertId", "x") == "404 unknown_concert " + missing);
    CHECK(with("seatNumber", "nowhere") == "404 unknown_seat " + missing);
    CHECK(with("seatNumber", -1) == "404 unknown_seat " + missing);
    CHECK(house.office.available() == std::vector<std::string>{"1", "2", "10"});
    CHECK(client.post("/api/reservations", good, {key(std::string(255, 'k'))}).status == 200);
}

TEST_CASE("holds are refused when the seat is taken or the user has one", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    const auto id = client.hold("ann", ann, "1");
    CHECK(said(client.post("/api/reservations", client.hold_body("bob", bob, "1"))) ==
          "409 seat_unavailable 이미 예약되었거나 선택할 수 없는 좌석입니다.");
    CHECK(said(client.post("/api/reservations", client.hold_body("ann", ann, "2"))) ==
          "409 hold_limit 동시에 예약할 수 있는 좌석 수를 초과했습니다.");
    CHECK(client.del("/api/reservations/" + id, {bearer(ann)}).status == 204);
    CHECK(client.del("/api/reservations/" + id, {bearer(ann)}).status == 204);
    CHECK(client.post("/api/reservations", client.hold_body("bob", bob, "1")).status == 200);
}

TEST_CASE("reservations are listed newest first, in pages", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.insert(ids.begin(), client.hold("ann", ann, "1"));
        Client::expect(204, client.del("/api/reservations/" + ids.front(), {bearer(ann)}));
    }
    const auto page = [&](const std::string& query) {
        return Client::expect(200, client.get("/api/reservations" + query, {bearer(ann)}));
    };
    const auto all = page("");
    REQUIRE(all["reservations"].size() == 3);
    CHECK(all["next"].is_null());
    for (std::size_t i = 0; i < 3; ++i) CHECK(all["reservations"][i]["reservationId"] == ids[i]);
    CHECK(all["reservations"][0]["status"] == "Released");
    const auto first = page("?userId=ann&limit=2");
    CHECK(first["reservations"].size() == 2);
    CHECK(first["next"] == ids[1]);
    const auto rest = page("?limit=2&before=" + ids[1]);
    REQUIRE(rest["reservations"].size() == 1);
    CHECK(rest["reservations"][0]["reservationId"] == ids[2]);
    CHECK(rest["next"].is_null());
    CHECK(page("?limit=3")["next"].is_null());
    for (const std::string query : {"?limit=0", "?limit=101", "?limit=x", "?limit=1x", "?limit=", "?before=x"})
        CHECK(said(client.get("/api/reservations" + query, {bearer(ann)})) == "400 invalid_argument " + bad_parameters);
    CHECK(said(client.get("/api/reservations?userId=bob", {bearer(ann)})) == "401 invalid_token " + bad_token);
}

TEST_CASE("a reservation that is over cannot be released", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    client.recharge("ann", ann, 100);
    const auto expired = client.hold("ann", ann, "1");
    house.office.wait(minutes{5});
    const std::string over = "이미 결제되었거나 만료된 예약입니다.";
    CHECK(said(client.del("/api/reservations/" + expired, {bearer(ann)})) == "409 hold_expired " + over);
    const auto again = client.token("ann");
    const auto paid = client.hold("ann", again, "2");
    Client::expect(200, client.post("/api/payment", client.pay_body("ann", again, paid)));
    CHECK(said(client.del("/api/reservations/" + paid, {bearer(again)})) == "409 already_paid " + over);
    CHECK(said(client.del("/api/reservations/x", {bearer(again)})) ==
          "404 unknown_reservation 찾을 수 없는 예약입니다.");
    CHECK(said(client.get("/api/reservations/0ARYZVZXW377R", {bearer(again)})) ==
          "404 unknown_reservation 찾을 수 없는 예약입니다.");
}

TEST_CASE("points: whole, from 1 to 10^12, and never beyond the balance's limit", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto recharge = [&](const std::string& amount) {
        return said(
            client.send("POST", "/api/payment/recharge", R"({"userId":"ann","amount":)" + amount + "}", {bearer(ann)}));
    };
    for (const std::string amount : {"0", "-1", "-0", "1.5", "1.0", "1e3", "1E3", "\"5\"", "true", "null", "[]", "{}",
                                     "1000000000001", "9223372036854775808", "1e400", "99999999999999999999999", ""}) {
        INFO(amount);
        CHECK(recharge(amount) == "400 invalid_argument " + bad_parameters);
    }
    CHECK(said(client.post("/api/payment/recharge", {{"amount", 5}}, {bearer(ann)})) ==
          "400 invalid_argument " + bad_parameters);
    CHECK(client.get("/api/balance?userId=ann", {bearer(ann)}).body == R"({"userId":"ann","currentBalance":0})");
    CHECK(recharge("1") == "200");
    for (int i = 0; i < 9007; ++i) house.office.recharge(house.office->user("ann")->id, 1'000'000'000'000);
    CHECK(recharge("1000000000000") == "400 balance_limit " + bad_parameters);
    CHECK(client.get("/api/balance?userId=ann", {bearer(ann)}).body ==
          R"({"userId":"ann","currentBalance":9007000000000001})");
    for (const std::string query : {"", "?userId=", "?user=ann"})
        CHECK(said(client.get("/api/balance" + query, {bearer(ann)})) == "400 invalid_argument " + bad_parameters);
}

TEST_CASE("payments are refused in the contract's words, and nothing moves", "[journey]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    const auto theirs = client.hold("bob", bob, "2");
    const auto id = client.hold("ann", ann, "1");
    const auto pay = [&](const json& body) { return said(client.post("/api/payment", body)); };
    const auto good = client.pay_body("ann", ann, id);
    const std::string wrong = "잘못된 결제 요청입니다.";
    for (const char* member : {"userId", "reservationId", "token"}) {
        auto body = good;
        body[member] = 5;
        CHECK(pay(body) == "400 invalid_argument " + wrong);
        body.erase(member);
        CHECK(pay(body) ==
              (std::string{member} == "token" ? "401 invalid_token " + bad_token : "400 invalid_argument " + wrong));
    }
    CHECK(pay(client.pay_body("ann", ann, id)) == "400 insufficient_points 잔액이 부족합니다.");
    client.recharge("ann", ann, 1'000);
    const std::string mismatch = "400 reservation_mismatch 예약 정보가 일치하지 않습니다.";
    for (const std::string& other : {std::string{"x"}, std::string{}, std::string{"0ARYZVZXW377R"}, theirs})
        CHECK(pay(client.pay_body("ann", ann, other)) == mismatch);
    Client::expect(204, client.del("/api/reservations/" + id, {bearer(ann)}));
    CHECK(pay(good) == "400 hold_released 예약 시간이 만료되었습니다.");
    const auto second = client.hold("ann", ann, "1");
    Client::expect(200, client.post("/api/payment", client.pay_body("ann", ann, second)));
    // Finished with the purchase; in a new turn the old reservation is paid.
    const auto next = client.token("ann");
    CHECK(pay(client.pay_body("ann", next, second)) == "400 already_paid 이미 결제된 예약입니다.");
    const auto third = client.hold("ann", next, "10");
    house.office.wait(minutes{5});
    CHECK(pay(client.pay_body("ann", client.token("ann"), third)) == "400 hold_expired 예약 시간이 만료되었습니다.");
    CHECK(house.office.balance(house.office->user("ann")->id) == 900);
    CHECK(house.office.audit().empty());
}
