#include "engine/room_board.hpp"

#include "support/catch.hpp"

using namespace boxoffice;

namespace {

const Time start = Time{*parse_date("2026-12-01")};

Room room_at(Position last, Position serving) {
    Room room;
    room.id = RoomId{7};
    room.last_position = last;
    room.serving = serving;
    return room;
}

}  // namespace

TEST_CASE("a board shows each room as it was posted last") {
    RoomBoard board;
    CHECK(board.read()->empty());
    board.post({}, start);
    CHECK(board.read()->empty());
    board.post({room_at(5, 2)}, start);
    CHECK(board.read()->at(RoomId{7}).room.serving == 2);
    board.post({room_at(6, 3)}, start);
    CHECK(board.read()->at(RoomId{7}).room.serving == 3);
}

TEST_CASE("an older look at a room does not replace a newer one") {
    RoomBoard board;
    board.post({room_at(6, 3)}, start);
    board.post({room_at(6, 2)}, start);
    board.post({room_at(5, 3)}, start);
    CHECK(board.read()->at(RoomId{7}).room == room_at(6, 3));
}

TEST_CASE("what a reader has read does not change under it") {
    RoomBoard board;
    board.post({room_at(5, 2)}, start);
    const auto seen = board.read();
    board.post({room_at(9, 9)}, start);
    CHECK(seen->at(RoomId{7}).room.last_position == 5);
}

TEST_CASE("the board knows how fast a line moves while people wait in it") {
    RoomBoard board;
    for (Position serving = 0; serving <= 10; ++serving) {
        board.post({room_at(100, serving)}, start + std::chrono::seconds{2 * serving});
        const auto gap = board.read()->at(RoomId{7}).gap;
        if (serving < 10) CHECK_FALSE(gap);
        if (serving == 10) CHECK(gap == std::chrono::seconds{2});
    }
    RoomBoard idle;  // everyone walks in: that tells nothing of a wait
    for (Position serving = 0; serving <= 20; ++serving)
        idle.post({room_at(serving, serving)}, start + std::chrono::seconds{serving});
    CHECK_FALSE(idle.read()->at(RoomId{7}).gap);
}
