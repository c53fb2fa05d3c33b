/// Whoever joined a room in the batch that made it waited in front of an empty room, until somebody else came.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("who joins a room in the batch that makes it is admitted, while there is room") {
    Office office;
    const auto mina = office.user("mina");
    const auto yuna = office.user("yuna");
    office.wait(seconds{1});
    const RoomId vip{tsid::ms_of(office.now()) << 22};
    const std::vector<Command> commands{CreateRoom{"vip", room_for(1).main_room}, Join{mina, vip}, Join{yuna, vip}};
    const auto outcomes = office->execute(commands);
    REQUIRE(outcome(outcomes[0]) == "ok");
    REQUIRE(outcome(outcomes[1]) == "ok");
    REQUIRE(outcome(outcomes[2]) == "ok");
    CHECK(std::get<Joined>(*outcomes[1]).state == PlaceState::admitted);
    CHECK(std::get<Joined>(*outcomes[2]).state == PlaceState::waiting);
    CHECK(office.audit() == "");
}
