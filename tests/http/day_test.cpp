/// What day it is: the venue's, whatever UTC says.

#include "demo.hpp"
#include "http/client.hpp"
#include "support/input.hpp"
#include "time_zone.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::day_in;

namespace {

http_server::Settings in_zone(const std::string& zone) {
    http_server::Settings settings;
    settings.day_of = day_in(zone);
    return settings;
}

Time at(const std::string& day, std::chrono::minutes past) { return must(parse_date(day), day) + past; }

const std::string not_on_sale = "409 not_on_sale 지금은 예매할 수 없는 콘서트입니다.";

}  // namespace

TEST_CASE("D3: a day begins at the venue's midnight, east and west of UTC", "[day]") {
    struct Row {
        std::string zone;
        std::chrono::minutes midnight;  ///< of 2026-12-24, after 2026-12-23 00:00 UTC
    };
    using std::chrono::hours;
    const std::vector<Row> rows{{"UTC", hours{24}},
                                {"Asia/Seoul", hours{15}},
                                {"America/New_York", hours{29}},
                                {"Pacific/Kiritimati", hours{10}},
                                {"Asia/Kathmandu", hours{18} + std::chrono::minutes{15}},
                                {"Pacific/Honolulu", hours{34}}};
    for (const auto& row : rows) {
        INFO(row.zone);
        const auto day_of = day_in(row.zone);
        const auto midnight = at("2026-12-23", row.midnight);
        CHECK(to_text(day_of(midnight - microseconds{1})) == "2026-12-23");
        CHECK(to_text(day_of(midnight)) == "2026-12-24");
        CHECK(to_text(day_of(midnight + hours{24} - microseconds{1})) == "2026-12-24");
    }
    // Summer time: a day of 23 hours and one of 25.
    const auto berlin = day_in("Europe/Berlin");
    CHECK(to_text(berlin(at("2026-03-29", hours{21} + std::chrono::minutes{59}))) == "2026-03-29");
    CHECK(to_text(berlin(at("2026-03-29", hours{22}))) == "2026-03-30");
    CHECK(to_text(berlin(at("2026-10-25", hours{22} + std::chrono::minutes{59}))) == "2026-10-25");
    CHECK(to_text(berlin(at("2026-10-25", hours{23}))) == "2026-10-26");
}

TEST_CASE("D3: a zone that is not known is a bad flag", "[day]") {
    for (const std::string zone : {"Asia/Soul", "../../etc/passwd", "x", "asia/seoul"}) {
        INFO(zone);
        CHECK_THROWS_AS(day_in(zone), support::BadInput);
    }
}

TEST_CASE("D3: this machine's zone says what day it is where none is named", "[day]") {
    const auto day = http_server::day_here()(at("2026-12-24", std::chrono::hours{12}));
    CHECK(day >=
          must(parse_date("2026-12-24"), ""));  // 12:00 UTC is the 24th from -12:00 to +11:59, and the 25th beyond
    CHECK(day <= must(parse_date("2026-12-25"), ""));
}

TEST_CASE("D3: the dates on sale begin with the venue's today", "[day]") {
    House seoul({}, in_zone("Asia/Seoul"));  // a concert on 2026-12-24
    const auto dates = [&](House& house) { return house.client.get("/api/concert/date").body; };
    const std::string some = R"({"dates":["2026-12-24"]})";
    const std::string none = R"({"dates":[]})";
    seoul.office.wait_until(at("2026-12-24", std::chrono::hours{15}) - microseconds{1});
    CHECK(dates(seoul) == some);
    seoul.office.wait(microseconds{1});
    CHECK(dates(seoul) == none);

    House hawaii({}, in_zone("Pacific/Honolulu"));
    hawaii.office.wait_until(at("2026-12-25", std::chrono::hours{10}) - microseconds{1});
    CHECK(dates(hawaii) == some);
    hawaii.office.wait(microseconds{1});
    CHECK(dates(hawaii) == none);
}

TEST_CASE("D3: a concert of a past day at the venue is not on sale", "[day]") {
    House house({}, in_zone("Asia/Seoul"));
    auto& client = house.client;
    house.office.wait_until(at("2026-12-24", std::chrono::hours{15}) - seconds{1});
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    const auto hold = [&](const std::string& user, const std::string& token, const std::string& seat,
                          const HeaderList& headers = {}) {
        return client.post("/api/reservations", client.hold_body(user, token, seat), headers);
    };
    client.recharge("ann", ann, 100);
    const auto before = hold("ann", ann, "1", {key("k")});
    const std::string reservation = Client::expect(200, before)["reservationId"];

    house.office.wait(seconds{1});  // midnight in Seoul
    CHECK(said(hold("bob", bob, "2")) == not_on_sale);
    CHECK(said(hold("bob", bob, "2", {key("k")})) == not_on_sale);
    CHECK(said(hold("bob", bob, "1")) == not_on_sale);  // not "unavailable": it would be of no use to try another
    CHECK(client.get("/api/concert/seat?date=2026-12-24").status == 200);
    // Turn and existence come first, as ever; a key's answer stays what it was, and another request with it is told so.
    CHECK(said(hold("bob", "x", "2")) == "401 invalid_token " + bad_token);
    CHECK(said(hold("bob", bob, "99")) == "404 unknown_seat 찾을 수 없는 좌석 번호입니다.");
    CHECK(hold("ann", ann, "1", {key("k")}).body == before.body);
    CHECK(said(hold("ann", ann, "2", {key("k")})) ==
          "422 idempotency_conflict 이미 다른 요청에 사용된 멱등성 키입니다.");
    // A hold is a promise: who made it before midnight pays for it after.
    CHECK(client.post("/api/payment", client.pay_body("ann", ann, reservation)).status == 200);
    CHECK(house.office.state_of_seat("2") == "available");
    CHECK(house.office.audit().empty());
}

TEST_CASE("D3: who waits for their turn is told that first", "[day]") {
    House house(room_for(1), in_zone("Asia/Seoul"));
    auto& client = house.client;
    house.office.wait_until(at("2026-12-25", std::chrono::hours{1}));
    client.token("ann");
    const auto bob = client.token("bob");
    CHECK(said(client.post("/api/reservations", client.hold_body("bob", bob, "2"))) ==
          "429 not_your_turn 아직 대기 순서가 아닙니다.");
}

TEST_CASE("D3: a demo's concerts are on the three days after the venue's today", "[day]") {
    Office office;
    office.wait_until(at("2026-12-01", std::chrono::hours{16}));  // the second in Seoul
    REQUIRE(must(http_server::fill_demo(office.box(), day_in("Asia/Seoul")), "demo"));
    const auto dates = must(office->dates(Date{}), "dates");
    REQUIRE(dates.size() == 3);
    CHECK(to_text(dates.front()) == "2026-12-03");
}
