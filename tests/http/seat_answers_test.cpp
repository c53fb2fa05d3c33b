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
    std::string ask() {
        const auto concert = house.office.last_concert();
        const auto kept = must(answers.get(concert, SeatAnswers::Kind::map, states), "map");
        CHECK(kept->body == states(must(house.office->seat_map(concert), "seats")));  // what there is now
        return kept->body;
    }
    static std::string states(const std::vector<SeatNow>& seats) {
        std::string text;
        for (const auto& seat : seats) text += seat.seat.facts.number + "=" + std::string{name_of(seat.state)} + " ";
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

TEST_CASE("C6: another concert's seats do not disturb a map, and many events are not read one by one",
          "[seat_answers]") {
    House house;
    Map map(house);
    map.ask();
    const auto mine = house.office.last_concert();
    house.office.concert("2026-12-25", {{"1", 5}});
    const auto ann = house.client.token("ann");
    house.client.expect(200,
                        house.client.post("/api/reservations", house.client.hold_body("ann", ann, "1", "2026-12-25")));
    (void)must(map.answers.get(mine, SeatAnswers::Kind::map, Map::states), "map");
    CHECK(map.answers.made() == 1);
    for (int i = 0; i < 1'100; ++i) house.office.user("user-" + std::to_string(i));
    (void)must(map.answers.get(mine, SeatAnswers::Kind::map, Map::states), "map");
    CHECK(map.answers.made() == 2);
}

TEST_CASE("C6: those who ask while a map is being made get one made after they asked", "[seat_answers]") {
    House house;
    SeatAnswers answers(house.office.box());
    const auto concert = house.office.last_concert();
    std::atomic<int> wrong{0};
    std::atomic<bool> is_over{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            const auto name = std::to_string(t == 0 ? 1 : t == 1 ? 2 : 10);
            const auto user = must(house.office->execute(CreateUser{"racer-" + std::to_string(t)}), "user").id;
            const auto joined = must(house.office->execute(Join{user, house.office->main_room()}), "join");
            for (int i = 0; i < 50 && t < 3; ++i) {  // reads its own writes, while others write and read
                const auto held = house.office->execute(
                    HoldSeat{user, joined.claims.token, must(house.office->seat(concert, name), "seat").seat.id, {}});
                const auto map = answers.get(concert, SeatAnswers::Kind::map, Map::states);
                if (held && (*map)->body.find(name + "=held") == std::string::npos) ++wrong;
                (void)house.office->execute(ReleaseHold{user, must(held, "hold").reservation});
                const auto after = answers.get(concert, SeatAnswers::Kind::map, Map::states);
                if ((*after)->body.find(name + "=available") == std::string::npos) ++wrong;
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

TEST_CASE("C6: a store that cannot be read gives no old map", "[seat_answers]") {
    const auto faults = std::make_shared<Faults>();
    House house({}, {}, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    Map map(house);
    map.ask();
    faults->plan(FaultPoint::read, FaultKind::storage);
    CHECK_FALSE(map.answers.get(house.office.last_concert(), SeatAnswers::Kind::map, Map::states));
    map.ask();
    CHECK_FALSE(map.answers.get(ConcertId{5}, SeatAnswers::Kind::map, Map::states));
}
