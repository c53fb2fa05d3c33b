/// The same key and request get the same bytes, whatever became of the place and the hold meanwhile.

#include "http/client.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {
const std::string conflict = "422 idempotency_conflict 이미 다른 요청에 사용된 멱등성 키입니다.";
}

TEST_CASE("a hold, a recharge and a payment are answered again byte for byte", "[idempotency]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto hold = [&] { return client.post("/api/reservations", client.hold_body("ann", ann, "1"), {key("h")}); };
    const auto recharge = [&](const std::string& by) {
        return client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", 300}}, {bearer(ann), key(by)});
    };
    const auto held = hold();
    const std::string id = Client::expect(200, held)["reservationId"];
    const auto pay = [&] { return client.post("/api/payment", client.pay_body("ann", ann, id), {key("p")}); };
    const auto recharged = recharge("r");
    house.office.wait(seconds{1});
    const auto paid = pay();
    Client::expect(200, paid);
    recharge("other");  // the balance has moved on

    CHECK(hold().body == held.body);
    CHECK(recharge("r").body == recharged.body);
    CHECK(recharge("\"r\"").body == recharged.body);  // quotes are not part of the key
    CHECK(pay().body == paid.body);
    CHECK(said(client.post("/api/token/peek", {{"tokenId", ann}})).substr(0, 19) == "401 token_completed");
    house.office.wait(hours{23});
    CHECK(hold().body == held.body);
    CHECK(pay().body == paid.body);
    CHECK(client.get("/api/balance?userId=ann", {bearer(ann)}).body == R"({"userId":"ann","currentBalance":500})");
    CHECK(house.office.audit().empty());
}

TEST_CASE("a hold that has expired is still the answer to its key", "[idempotency]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto hold = [&](const std::string& token) {
        return client.post("/api/reservations", client.hold_body("ann", token, "1"), {key("h")});
    };
    const auto held = hold(ann);
    Client::expect(200, held);
    house.office.wait(minutes{6});
    CHECK(hold(ann).body == held.body);
    const auto next = client.token("ann");
    CHECK(next != ann);
    CHECK(hold(next).body == held.body);  // the token aside
    CHECK(house.office.state_of_seat("1") == "available");
}

TEST_CASE("a key names one request", "[idempotency]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto hold = [&](const std::string& seat, const std::string& date = "2026-12-24") {
        return said(client.post("/api/reservations", client.hold_body("ann", ann, seat, date), {key("k")}));
    };
    const auto recharge = [&](int amount) {
        return said(
            client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", amount}}, {bearer(ann), key("k")}));
    };
    CHECK(hold("nowhere") == "404 unknown_seat 찾을 수 없는 좌석 번호입니다.");  // a refusal leaves the key free
    CHECK(hold("1") == "200");
    CHECK(hold("2") == conflict);
    CHECK(hold("nowhere") == conflict);
    CHECK(hold("1", "2026-12-25") == conflict);
    CHECK(recharge(5) == "200");  // another operation
    CHECK(recharge(6) == conflict);
    const auto bob = client.token("bob");
    CHECK(client.post("/api/payment/recharge", {{"userId", "bob"}, {"amount", 6}}, {bearer(bob), key("k")}).status ==
          200);
}

TEST_CASE("a request has one key, of visible characters, in quotes or without", "[idempotency]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto recharge = [&](const std::vector<std::string>& keys) {
        HeaderList headers{bearer(ann)};
        for (const auto& text : keys) headers.push_back(key(text));
        return said(client.post("/api/payment/recharge", {{"userId", "ann"}, {"amount", 5}}, headers)).substr(0, 20);
    };
    const std::string invalid = "400 invalid_argument";
    CHECK(recharge({"a", "b"}) == invalid);
    CHECK(recharge({"a", "a"}) == invalid);
    CHECK(recharge({""}) == invalid);
    CHECK(recharge({"\"\""}) == invalid);
    CHECK(recharge({"a b"}) == invalid);
    CHECK(recharge({std::string(256, 'k')}) == invalid);
    CHECK(recharge({std::string(255, 'k')}) == "200");
    CHECK(recharge({"a"}) == "200");
    CHECK(recharge({"\"a\""}) == "200");  // the same key
    CHECK(client.get("/api/balance?userId=ann", {bearer(ann)}).body == R"({"userId":"ann","currentBalance":10})");
}

TEST_CASE("a hold by date is answered again when the date has become ambiguous", "[idempotency]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto hold = [&](const std::string& seat, const std::string& by) {
        return client.post("/api/reservations", client.hold_body("ann", ann, seat), {key(by)});
    };
    const auto held = hold("1", "k");
    Client::expect(200, held);
    const auto second = house.office.concert("2026-12-24", {{"1", 7}, {"A", 7}});
    CHECK(hold("1", "k").body == held.body);
    CHECK(said(hold("2", "k")) == conflict);
    CHECK(said(hold("A", "k")) == conflict);
    const auto fresh = hold("1", "fresh");
    CHECK(said(fresh).substr(0, 21) == "400 ambiguous_concert");
    CHECK(json::parse(fresh.body)["concerts"].size() == 2);
    CHECK(house.office.available(second) == std::vector<std::string>{"1", "A"});
}
