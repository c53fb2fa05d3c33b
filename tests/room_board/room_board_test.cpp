#include "engine/room_board.hpp"

#include <atomic>
#include <thread>
#include <vector>

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
    CHECK_FALSE(board.find(RoomId{7}));
    board.post({}, start);
    CHECK_FALSE(board.find(RoomId{7}));
    board.post({room_at(5, 2)}, start);
    CHECK(board.find(RoomId{7})->room.serving == 2);
    board.post({room_at(6, 3)}, start);
    CHECK(board.find(RoomId{7})->room.serving == 3);
}

TEST_CASE("an older look at a room does not replace a newer one") {
    RoomBoard board;
    board.post({room_at(6, 3)}, start);
    board.post({room_at(6, 2)}, start);
    board.post({room_at(5, 3)}, start);
    CHECK(board.find(RoomId{7})->room == room_at(6, 3));
}

TEST_CASE("what a reader has read does not change under it") {
    RoomBoard board;
    board.post({room_at(5, 2)}, start);
    const auto seen = board.find(RoomId{7});
    board.post({room_at(9, 9)}, start);
    CHECK(seen->room.last_position == 5);
}

TEST_CASE("the board knows how fast a line moves while people wait in it") {
    RoomBoard board;
    for (Position serving = 0; serving <= 10; ++serving) {
        board.post({room_at(100, serving)}, start + std::chrono::seconds{2 * serving});
        const auto gap = board.find(RoomId{7})->gap;
        if (serving < 10) CHECK_FALSE(gap);
        if (serving == 10) CHECK(gap == std::chrono::seconds{2});
    }
    RoomBoard idle;  // everyone walks in: that tells nothing of a wait
    for (Position serving = 0; serving <= 20; ++serving)
        idle.post({room_at(serving, serving)}, start + std::chrono::seconds{serving});
    CHECK_FALSE(idle.find(RoomId{7})->gap);
}

TEST_CASE("a board shows thousands of rooms, each its own") {
    RoomBoard board;
    constexpr std::int64_t count = 5'000;
    for (std::int64_t id = 1; id <= count; ++id) {
        auto room = room_at(id, 0);
        room.id = RoomId{id};
        board.post({room}, start);
    }
    for (std::int64_t id = 1; id <= count; ++id) REQUIRE(board.find(RoomId{id})->room.last_position == id);
    CHECK_FALSE(board.find(RoomId{count + 1}));
}

TEST_CASE("everything of a room is shown but its name", "[threads]") {
    RoomBoard board;
    auto room = make_room(RoomId{7}, "main", {11, 12, 13, Duration{14}, Duration{15}, Duration{16}});
    room.last_position = 17;
    room.serving = 2;
    room.waiting_count = 18;
    room.admitted_count = 19;
    room.next_admission_at = start;
    room.next_lapse_at = start + Duration{20};
    board.post({room}, start);
    room.name.clear();
    CHECK(board.find(RoomId{7})->room == room);
}

TEST_CASE("who reads while others post sees a room as one of them left it", "[threads]") {
    RoomBoard board;
    std::atomic<bool> is_over{false};
    std::atomic<int> torn{0};
    std::atomic<std::int64_t> looks{0};
    const auto look = [&] {
        Position last = 0;
        while (!is_over) {
            const auto notice = board.find(RoomId{7});
            if (!notice) continue;
            const auto& room = notice->room;
            if (room.serving != room.last_position || room.waiting_count != room.serving ||
                room.admitted_count != room.serving || room.serving < last)
                ++torn;
            last = room.serving;
            ++looks;
        }
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) readers.emplace_back(look);
    Position posted = 0;
    for (; posted < 20'000 || (looks < 1'000 && posted < 50'000'000); ++posted) {
        auto room = room_at(posted, posted);
        room.waiting_count = room.admitted_count = posted;
        board.post({room}, start);
        auto other = room_at(0, 0);  // which moves the index under the readers
        other.id = RoomId{1'000 + posted % 4'096};
        board.post({other}, start);
    }
    is_over = true;
    for (auto& reader : readers) reader.join();
    CHECK(torn == 0);
    CHECK(looks >= 1'000);
    CHECK(board.find(RoomId{7})->room.serving == posted - 1);
}
