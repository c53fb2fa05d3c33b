/// Turns: what waits is asked again, in the order of the contract's checks, and without troubling the writer.

#include "http/client.hpp"
#include "support/counting_store.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

struct OneSlot {
    OneSlot() : house(room_for(1)), client(house.client), ann(client.token("ann")), bob(client.token("bob")) {}
    House house;
    Client& client;
    std::string ann, bob;
};

const std::string not_yet = "429 not_your_turn 아직 대기 순서가 아닙니다.";

}  // namespace

TEST_CASE("who waits is tried three times, 50 ms apart, and then told to come back", "[turn]") {
    OneSlot scene;
    const auto begin = scene.house.office.now();
    const auto refused = scene.client.post("/api/reservations", scene.client.hold_body("bob", scene.bob, "1"));
    CHECK(said(refused) == not_yet);
    CHECK(refused.header("Retry-After") == "1");
    CHECK(scene.client.waits == 2);
    CHECK(scene.house.office.now() - begin == milliseconds{100});
    CHECK(said(scene.client.post("/api/payment", scene.client.pay_body("bob", scene.bob, "0ARYZVZXW377R"))) == not_yet);
    CHECK(scene.client.waits == 4);
}

TEST_CASE("attempts and interval are the host's", "[turn]") {
    for (const int attempts : {1, 2, 5}) {
        http_server::Settings settings;
        settings.turn_attempts = attempts;
        settings.turn_interval = milliseconds{7};
        House house(room_for(1), settings);
        house.client.token("ann");
        const auto bob = house.client.token("bob");
        const auto begin = house.office.now();
        CHECK(said(house.client.post("/api/reservations", house.client.hold_body("bob", bob, "1"))) == not_yet);
        CHECK(house.office.now() - begin == milliseconds{7} * (attempts - 1));
    }
}

TEST_CASE("a turn that comes between two tries is taken", "[turn]") {
    for (const bool has_key : {false, true}) {
        OneSlot scene;
        const auto body = scene.client.hold_body("bob", scene.bob, "1").dump();
        const HeaderList headers = has_key ? HeaderList{key("k")} : HeaderList{};
        const auto first = scene.client.try_send("POST", "/api/reservations", body, headers, 1);
        REQUIRE(std::holds_alternative<http_server::Again>(first));
        CHECK(std::get<http_server::Again>(first).after == milliseconds{50});
        Client::expect(204, scene.client.del("/api/token", {bearer(scene.ann)}));
        scene.house.office.wait(milliseconds{50});
        const auto second = scene.client.try_send("POST", "/api/reservations", body, headers, 2);
        REQUIRE(std::holds_alternative<Response>(second));
        CHECK(std::get<Response>(second).status == 200);
    }
}

TEST_CASE("checks run in order: shape, token, idempotency, turn, existence", "[turn]") {
    OneSlot scene;
    auto& client = scene.client;
    const auto hold = [&](const std::string& token, const std::string& user, const std::string& date,
                          const std::string& seat, const HeaderList& headers = {}) {
        return said(client.post("/api/reservations", client.hold_body(user, token, seat, date), headers));
    };
    const std::string conflict = "422 idempotency_conflict 이미 다른 요청에 사용된 멱등성 키입니다.";
    // bob has used the key in his turn, and waits again.
    Client::expect(204, client.del("/api/token", {bearer(scene.ann)}));
    CHECK(hold(scene.bob, "bob", "2026-12-24", "1", {key("k")}) == "200");
    Client::expect(204, client.del("/api/token", {bearer(scene.bob)}));
    client.token("ann");
    const auto bob = client.token("bob");

    CHECK(hold("x", "bob", "2026-2-30", "1", {key("k")}) == "400 invalid_date 잘못된 형식의 요청 파라미터입니다.");
    CHECK(hold("x", "bob", "2026-12-24", "2", {key("k")}) == "401 invalid_token " + bad_token);
    CHECK(hold(bob, "ann", "2026-12-24", "2", {key("k")}) == "401 invalid_token " + bad_token);
    CHECK(hold(bob, "bob", "2026-12-24", "2", {key("k")}) == conflict);
    CHECK(hold(bob, "bob", "2026-12-24", "nowhere", {key("k")}) == conflict);
    CHECK(hold(bob, "bob", "2026-12-25", "1", {key("k")}) == conflict);
    CHECK(hold(bob, "bob", "2026-12-24", "1", {key("k")}) == "200");  // the answer of then
    CHECK(hold(bob, "bob", "2026-12-25", "1", {key("new")}) == not_yet);
    CHECK(hold(bob, "bob", "2026-12-24", "nowhere", {key("new")}) == not_yet);
    CHECK(hold(bob, "bob", "2026-12-24", "nowhere") == not_yet);
    const auto pay = [&](const std::string& id, const HeaderList& headers) {
        return said(client.post("/api/payment", client.pay_body("bob", bob, id), headers));
    };
    CHECK(pay("x", {key("new")}) == not_yet);
    CHECK(pay("x", {}) == not_yet);
}

TEST_CASE("a place that is over has no turn; why it is over is peek's to tell", "[turn]") {
    House house;
    auto& client = house.client;
    const auto refuses = [&](const std::string& token, const std::string& code) {
        for (const std::string seat : {"2", "nowhere"})
            CHECK(said(client.post("/api/reservations", client.hold_body("ann", token, seat))) == not_yet);
        CHECK(said(client.post("/api/payment", client.pay_body("ann", token, "x"))) == not_yet);
        CHECK(said(client.post("/api/token/peek", {{"tokenId", token}})) == "401 " + code + " " + bad_token);
    };
    const auto left = client.token("ann");
    Client::expect(204, client.del("/api/token", {bearer(left)}));
    refuses(left, "token_left");
    const auto completed = client.token("ann");
    client.recharge("ann", completed, 100);
    const auto id = client.hold("ann", completed, "1");
    Client::expect(200, client.post("/api/payment", client.pay_body("ann", completed, id)));
    refuses(completed, "token_completed");
    const auto expired = client.token("ann");
    house.office.wait(minutes{5});
    refuses(expired, "token_expired");

    // A turn that lives on for its hold, but takes no new ones.
    const auto late = client.token("ann");
    client.post("/api/token/peek", {{"tokenId", late}});
    house.office.wait(minutes{4});
    const auto held = client.hold("ann", late, "2");
    house.office.wait(minutes{2});
    CHECK(said(client.post("/api/reservations", client.hold_body("ann", late, "10"))) == not_yet);
    CHECK(said(client.post("/api/payment", client.pay_body("ann", late, held))) ==
          "400 insufficient_points 잔액이 부족합니다.");
}

TEST_CASE("a hold out of turn does not trouble the writer", "[turn]") {
    const auto counter = std::make_shared<StoreCounter>();
    House house(room_for(1), {}, std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter));
    house.client.token("ann");
    const auto bob = house.client.token("bob");
    const auto begun = [&] { return counter->calls().begins; };
    // The first peek looks for other processes' admissions; after it the room's notice is fresh.
    Client::expect(200, house.client.post("/api/token/peek", {{"tokenId", bob}}));
    const auto before = begun();
    const auto body = house.client.hold_body("bob", bob, "1").dump();
    REQUIRE(std::holds_alternative<http_server::Again>(house.client.try_send("POST", "/api/reservations", body)));
    CHECK(begun() == before);
    REQUIRE(std::holds_alternative<http_server::Again>(
        house.client.try_send("POST", "/api/reservations", body, {key("k")})));
    CHECK(begun() == before + 1);  // for the key
}
