/// The public map and list of seats: made once, and never older than the question.

#include <thread>

#include "http/client.hpp"
#include "seat_answers.hpp"
#include "support/faulty_store.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::SeatAnswers;

namespace {

struct Map {
    explicit Map(House& with) : house{with}, answers{with.office.box()} {}
    Result<std::string> get(ConcertId concert) {
        const auto found = answers.look(concert, std::nullopt, {});
        if (!found) return tl::unexpected(found.error());
        return *answers.text(*found->sheet, SeatAnswers::Kind::map, states);
    }
    std::string ask() {
        const auto concert = house.office.last_concert();
        const auto text = must(get(concert), "map");
        std::string now;
        for (const auto& seat : must(house.office->seat_map(concert), "seats"))
            now += seat.seat.facts.number + "=" + std::string{name_of(seat.state)} + " ";
        CHECK(text == now);
        return text;
    }
    static std::string states(const SeatSheet& sheet) {
        std::string text;
        for (std::size_t i = 0; i < sheet.size(); ++i)
            text += sheet[i].facts.number + "=" + std::string{name_of(sheet.state(i))} + " ";
        return text;
    }
    House& house;
    SeatAnswers answers;
};

}  // namespace

TEST_CASE("C6: a map is made once for as long as nothing happens to the concert", "[seat_answers]") {
    House house;
    Map map(house);
    CHECK(map.ask() == "1=available 2=available 10=available ");
    for (int i = 0; i < 10; ++i) map.ask();
    const auto ann = house.client.token("ann");  // people come and go, and recharge
    house.client.recharge("ann", ann, 500);
    house.office.user("carl");
    map.ask();
    CHECK(map.answers.made() == 1);
}

TEST_CASE("C6: a map shows what has happened since: a hold, its release, a sale, a blocked seat", "[seat_answers]") {
    House house;
    Map map(house);
    map.ask();
    const auto ann = house.client.token("ann");
    const auto held = house.client.hold("ann", ann, "2");
    CHECK(map.ask() == "1=available 2=held 10=available ");
    house.client.del("/api/reservations/" + held, {bearer(ann)});
    CHECK(map.ask() == "1=available 2=available 10=available ");
    house.client.recharge("ann", ann, 500);
    house.client.post("/api/payment", house.client.pay_body("ann", ann, house.client.hold("ann", ann, "10")));
    CHECK(map.ask() == "1=available 2=available 10=sold ");
    must(house.office.try_block("1"), "block");
    CHECK(map.ask() == "1=blocked 2=available 10=sold ");
    must(house.office.try_unblock("1"), "unblock");
    map.ask();
    CHECK(map.answers.made() == 6);
    map.ask();
    CHECK(map.answers.made() == 6);
}

TEST_CASE("C6: a hold that lapses shows at its deadline, though no event tells", "[seat_answers]") {
    House house;
    Map map(house);
    const auto ann = house.client.token("ann");
    house.client.hold("ann", ann, "2");
    CHECK(map.ask() == "1=available 2=held 10=available ");
    house.office.wait(minutes{5} - microseconds{1});
    map.ask();
    CHECK(map.answers.made() == 1);
    house.office.wait(microseconds{1});
    CHECK(map.ask() == "1=available 2=available 10=available ");
    house.office.tick();
    CHECK(map.ask() == "1=available 2=available 10=available ");
}

TEST_CASE("C6: a map shows what another process has sold", "[seat_answers]") {
    House house;
    Map map(house);
    map.ask();
    Office other({}, nullptr, house.office.shared_store(), house.office.shared_clock());
    const auto buyer = other.comes("dora");
    must(other->execute(HoldSeat{buyer.user, buyer.token, house.office.seat("1"), {}}), "hold");
    CHECK(map.ask() == "1=held 2=available 10=available ");
}

TEST_CASE("C6: another concert's seats do not disturb a map", "[seat_answers]") {
    House house;
    Map map(house);
    map.ask();
    const auto mine = house.office.last_concert();
    house.office.concert("2026-12-25", {{"1", 5}});
    const auto ann = house.client.token("ann");
    house.client.expect(200,
                        house.client.post("/api/reservations", house.client.hold_body("ann", ann, "1", "2026-12-25")));
    (void)must(map.get(mine), "map");
    CHECK(map.answers.made() == 1);
}

TEST_CASE("C6: those who ask while a map is being made get one made after they asked", "[seat_answers]") {
    House house;
    Map shared(house);
    const auto concert = house.office.last_concert();
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            const auto name = std::to_string(t == 0 ? 1 : t == 1 ? 2 : 10);
            const auto user = must(house.office->execute(CreateUser{"racer-" + std::to_string(t)}), "user").id;
            const auto joined = must(house.office->execute(Join{user, house.office->main_room()}), "join");
            for (int i = 0; i < 50; ++i) {  // reads its own writes, while others write and read
                const auto held = house.office->execute(
                    HoldSeat{user, joined.claims.token, must(house.office->seat(concert, name), "seat").seat.id, {}});
                const auto map = shared.get(concert);
                if (held && map->find(name + "=held") == std::string::npos) ++wrong;
                (void)house.office->execute(ReleaseHold{user, must(held, "hold").reservation});
                const auto after = shared.get(concert);
                if (after->find(name + "=available") == std::string::npos) ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("C6: the endpoints answer from it, and a buyer's own seats stay theirs", "[seat_answers]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    client.hold("ann", ann, "2");
    const auto states = [&](const HeaderList& headers) {
        std::string text;
        const auto response = client.get("/api/concert/map?date=2026-12-24", headers);
        const auto map = Client::expect(200, response);
        for (const auto& seat : map["seats"]) text += seat["state"].get<std::string>() + " ";
        text += *response.header("Cache-Control");
        CHECK(response.header("Vary") == "Authorization");
        return text;
    };
    for (int i = 0; i < 2; ++i) {
        CHECK(states({}) == "available held available no-cache");
        CHECK(states({bearer(ann)}) == "available mine available private, no-cache");
        CHECK(states({bearer(bob)}) == "available held available private, no-cache");
    }
    CHECK(client.get("/api/concert/map?date=2026-12-24").header("ETag") ==
          client.get("/api/concert/map?date=2026-12-24", {bearer(bob)}).header("ETag"));
}

TEST_CASE("since a version the map tells what changed, and whose it is", "[seat_answers]") {
    House house;
    auto& client = house.client;
    const auto ann = client.token("ann");
    const auto bob = client.token("bob");
    const auto ask = [&](const std::string& since, const HeaderList& headers = {}) {
        return Client::expect(200, client.get("/api/concert/map?date=2026-12-24&since=" + since, headers));
    };
    const auto told = [](const auto& map) {
        std::string text = map["isWhole"].template get<bool>() ? "all: " : "";
        for (const auto& seat : map["seats"])
            text += seat["number"].template get<std::string>() + "=" + seat["state"].template get<std::string>() + " ";
        return text;
    };
    const auto version = [](const auto& map) { return map["version"].template get<std::string>(); };
    const auto first = version(ask(""));
    CHECK(told(ask("")) == "all: 1=available 2=available 10=available ");
    CHECK(told(ask("x")) == "all: 1=available 2=available 10=available ");
    CHECK(told(ask(first)).empty());
    const auto held = client.hold("ann", ann, "2");
    client.hold("bob", bob, "10");
    const auto second = ask(first);
    CHECK(told(second) == "2=held 10=held ");
    CHECK(second["sections"][0]["available"] == 1);
    CHECK(told(ask(first, {bearer(ann)})) == "2=mine 10=held ");
    const auto own = version(ask(first, {bearer(ann)}));
    CHECK(told(ask(own, {bearer(ann)})) == "2=mine ");              // one's own are always told,
    CHECK(told(ask(version(second), {bearer(ann)})) == "2=mine ");  // also to who has everybody's map
    CHECK(told(ask(own)) == "all: 1=available 2=held 10=held ");    // and one's own map is of no use to others
    CHECK(told(ask(own, {bearer(bob)})) == "all: 1=available 2=held 10=mine ");
    client.del("/api/reservations/" + held, {bearer(ann)});
    CHECK(told(ask(own, {bearer(ann)})) == "2=available ");
    CHECK(told(ask(first)) == "10=held ");
    house.office.wait(minutes{5});
    CHECK(told(ask(first)).empty());
    CHECK(version(ask(own, {bearer(ann)})) == first);
}

TEST_CASE("C6: a store that cannot be read gives no old map", "[seat_answers]") {
    const auto faults = std::make_shared<Faults>();
    House house({}, {}, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    Map map(house);
    map.ask();
    faults->plan(FaultPoint::read, FaultKind::storage);
    CHECK_FALSE(map.get(house.office.last_concert()));
    map.ask();
    CHECK_FALSE(map.get(ConcertId{5}));
}
