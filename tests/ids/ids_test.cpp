#include "boxoffice/ids.hpp"

#include <set>
#include <vector>

#include "support/catch.hpp"

using namespace boxoffice;

namespace {

Time at_ms(std::int64_t ms) { return Time{std::chrono::milliseconds{tsid::epoch_ms + ms}}; }
std::int64_t ms_in(std::int64_t id) { return id >> 22; }
std::int64_t node_in(std::int64_t id) { return id >> 12 & 1023; }
std::int64_t counter_in(std::int64_t id) { return id & 4095; }

}  // namespace

TEST_CASE("a TSID and its text are two forms of one number") {
    CHECK(tsid::to_text(388400145978465528) == "0ARYZVZXW377R");
    CHECK(tsid::parse("0ARYZVZXW377R") == 388400145978465528);
    CHECK(tsid::to_text(0) == "0000000000000");
    CHECK(tsid::to_text(1) == "0000000000001");
    CHECK(tsid::to_text(31) == "000000000000Z");
    CHECK(tsid::to_text(std::numeric_limits<std::int64_t>::max()) == "7ZZZZZZZZZZZZ");
    CHECK(tsid::to_text(-1) == "FZZZZZZZZZZZZ");
    for (const std::int64_t id : {std::int64_t{0}, std::int64_t{1}, std::int64_t{4095}, std::int64_t{4096},
                                  std::int64_t{388400145978465528}, std::numeric_limits<std::int64_t>::max()})
        CHECK(tsid::parse(tsid::to_text(id)) == id);
}

TEST_CASE("only a TSID's own text is read as one") {
    const std::vector<std::string> refused{"",
                                           "0ARYZVZXW377",
                                           "0ARYZVZXW377RR",
                                           "0aryzvzxw377r",  // too short, too long, lower case
                                           "0ARYZVZXW377I",
                                           "0ARYZVZXW377L",
                                           "0ARYZVZXW377O",
                                           "0ARYZVZXW377U",  // letters that Crockford left out
                                           "GARYZVZXW377R",
                                           "ZZZZZZZZZZZZZ",  // more than 64 bits
                                           "0ARYZVZXW377 ",
                                           " 0ARYZVZXW377",
                                           "0ARYZ-VZXW377",
                                           std::string(13, '\0')};
    for (const auto& text : refused) {
        CAPTURE(text);
        CHECK_FALSE(tsid::parse(text));
    }
    CHECK(tsid::parse("FZZZZZZZZZZZZ") == -1);
}

TEST_CASE("the id of a row is above zero") {
    CHECK(parse_id<UserId>("0ARYZVZXW377R") == UserId{388400145978465528});
    CHECK_FALSE(parse_id<UserId>("0000000000000"));
    CHECK_FALSE(parse_id<UserId>("FZZZZZZZZZZZZ"));
    CHECK_FALSE(static_cast<bool>(UserId{}));
    CHECK(static_cast<bool>(UserId{1}));
    CHECK(to_text(SeatId{388400145978465528}) == "0ARYZVZXW377R");
}

TEST_CASE("texts sort as their ids do") {
    std::vector<std::int64_t> ids;
    IdSource source;
    source.use_node(1, 0);
    for (std::int64_t ms = 1; ms < 2'000'000'000'000; ms = ms * 3 + 1)
        ids.push_back(source.next<UserId>(at_ms(ms)).value);
    for (std::size_t i = 1; i < ids.size(); ++i) {
        CHECK(ids[i - 1] < ids[i]);
        CHECK(tsid::to_text(ids[i - 1]) < tsid::to_text(ids[i]));
    }
}

TEST_CASE("an id tells the millisecond in which it was made") {
    IdSource source;
    source.use_node(7, 0);
    const auto id = source.next<UserId>(at_ms(1'000) + std::chrono::microseconds{999});
    CHECK(tsid::time_of(id.value) == at_ms(1'000));
    CHECK(ms_in(id.value) == 1'000);
    CHECK(node_in(id.value) == 7);
    CHECK(counter_in(id.value) == 0);
}

TEST_CASE("the least id of a time is clamped to the range of ids") {
    CHECK(tsid::first_at(at_ms(5)) == std::int64_t{5} << 22);
    CHECK(tsid::first_at(at_ms(5) + std::chrono::microseconds{999}) == std::int64_t{5} << 22);
    CHECK(tsid::first_at(at_ms(0)) == 0);
    CHECK(tsid::first_at(at_ms(-1)) == 0);
    CHECK(tsid::first_at(Time{}) == 0);
    CHECK(tsid::first_at(at_ms((std::int64_t{1} << 41) - 1)) == ((std::int64_t{1} << 41) - 1) << 22);
    CHECK(tsid::first_at(at_ms(std::int64_t{1} << 41)) == std::numeric_limits<std::int64_t>::max());
    CHECK(tsid::first_at(never) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("ids rise strictly within a millisecond and across its overflow") {
    IdSource source;
    source.use_node(3, 0);
    std::int64_t before = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto id = source.next<UserId>(at_ms(50)).value;
        REQUIRE(id > before);
        REQUIRE(node_in(id) == 3);
        REQUIRE(ms_in(id) == 50 + i / 4096);  // 4,096 a millisecond, then it runs ahead of the clock
        REQUIRE(counter_in(id) == i % 4096);
        before = id;
    }
    CHECK(source.last() == before);
}

TEST_CASE("ids rise when the clock goes back, and catch up with it") {
    IdSource source;
    source.use_node(3, 0);
    const auto first = source.next<UserId>(at_ms(100)).value;
    const auto second = source.next<UserId>(at_ms(40)).value;
    CHECK(second == first + 1);
    CHECK(source.next<UserId>(at_ms(-7)).value == first + 2);
    CHECK(ms_in(source.next<UserId>(at_ms(101)).value) == 101);
}

TEST_CASE("a new node goes on above its floor and above every id made before") {
    IdSource source;
    source.use_node(1, 0);
    const auto before = source.next<UserId>(at_ms(1'000)).value;

    source.use_node(0, 0);  // a lower node number in the same millisecond would be lower: the next one is taken
    const auto after = source.next<UserId>(at_ms(1'000)).value;
    CHECK(after > before);
    CHECK(node_in(after) == 0);

    const auto floor = (std::int64_t{5'000} << 22) | (9 << 12) | 17;
    source.use_node(9, floor);
    const auto above = source.next<UserId>(at_ms(1'001)).value;
    CHECK(above > floor);
    CHECK(node_in(above) == 9);
    CHECK(source.node() == 9);
}

TEST_CASE("two sources with nodes of their own never make the same id") {
    IdSource a;
    IdSource b;
    a.use_node(0, 0);
    b.use_node(1, 0);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 5'000; ++i) {
        REQUIRE(seen.insert(a.next<UserId>(at_ms(5)).value).second);
        REQUIRE(seen.insert(b.next<UserId>(at_ms(5)).value).second);
    }
}
