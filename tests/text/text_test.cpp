#include "boxoffice/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

namespace {

struct Sequence {
    std::string bytes;
    std::size_t length;  ///< 0: not UTF-8
    std::uint32_t point;
};

}  // namespace

TEST_CASE("UTF-8 is decoded as table 3-7 of Unicode says") {
    const std::vector<Sequence> table{
        {"A", 1, 0x41},
        {"\x7F", 1, 0x7F},
        {"\xC2\x80", 2, 0x80},
        {"\xDF\xBF", 2, 0x7FF},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xED\x9F\xBF", 3, 0xD7FF},
        {"\xEE\x80\x80", 3, 0xE000},
        {"\xEF\xBF\xBF", 3, 0xFFFF},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
        // overlong forms
        {"\xC0\x80", 0, 0},
        {"\xC1\xBF", 0, 0},
        {"\xE0\x80\x80", 0, 0},
        {"\xE0\x9F\xBF", 0, 0},
        {"\xF0\x80\x80\x80", 0, 0},
        {"\xF0\x8F\xBF\xBF", 0, 0},
        // surrogates
        {"\xED\xA0\x80", 0, 0},
        {"\xED\xBF\xBF", 0, 0},
        // above U+10FFFF
        {"\xF4\x90\x80\x80", 0, 0},
        {"\xF5\x80\x80\x80", 0, 0},
        {"\xFE", 0, 0},
        {"\xFF", 0, 0},
        // continuation bytes alone, and sequences cut short or broken
        {"\x80", 0, 0},
        {"\xBF", 0, 0},
        {"\xC2", 0, 0},
        {"\xE1\x80", 0, 0},
        {"\xF1\x80\x80", 0, 0},
        {"\xC2\x41", 0, 0},
        {"\xE1\x80\x41", 0, 0},
        {"\xE1\xC0\x80", 0, 0},
        {"\xF1\x80\x80\xC0", 0, 0},
        {"", 0, 0},
    };
    for (const auto& row : table) {
        CAPTURE(row.point, row.length, row.bytes.size());
        std::uint32_t point = 0;
        CHECK(decode_utf8(row.bytes, point) == row.length);
        if (row.length > 0) CHECK(point == row.point);
        if (row.length == 0 && !row.bytes.empty()) CHECK_FALSE(is_plain_text("seat " + row.bytes + " left"));
    }
}

TEST_CASE("plain text has no control characters") {
    for (int c = 0; c < 0x20; ++c) CHECK_FALSE(is_plain_text(std::string{"a"} + static_cast<char>(c)));
    CHECK_FALSE(is_plain_text("\x7F"));
    for (int c = 0x80; c < 0xA0; ++c) CHECK_FALSE(is_plain_text(std::string{"\xC2"} + static_cast<char>(c)));
    CHECK(is_plain_text("\xC2\xA0"));  // the first after C1
    CHECK(is_plain_text(" ~"));        // the first and the last of printable ASCII
    CHECK(is_plain_text("좌석 12 é 🎫"));
    CHECK(is_plain_text(""));
}

TEST_CASE("D10: bytes that are no plain text are shown by their numbers") {
    CHECK(plain("좌석 12 é 🎫") == "좌석 12 é 🎫");
    CHECK(plain("") == "");
    CHECK(plain("a\nb") == "a\\x0ab");
    CHECK(plain(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(plain("\xC2\x85") == "\\xc2\\x85");             // a control character of two bytes
    CHECK(plain("\xED\xA0\x80x") == "\\xed\\xa0\\x80x");  // a surrogate
    CHECK(plain("석\xEC\x84") == "석\\xec\\x84");         // cut in the middle
    CHECK(plain("\x7F\xFF\xC0") == "\\x7f\\xff\\xc0");
    for (int byte = 0; byte < 256; ++byte)
        CHECK(is_plain_text(plain(std::string{"석"} + static_cast<char>(byte) + "b")));
}

TEST_CASE("the length of a text is counted in bytes, bounds included") {
    CHECK(outcome(check_text("", 1, 4, "x")) == "invalid_argument");
    CHECK(outcome(check_text("", 0, 4, "x")) == "ok");
    CHECK(outcome(check_text("a", 1, 4, "x")) == "ok");
    CHECK(outcome(check_text("abcd", 1, 4, "x")) == "ok");
    CHECK(outcome(check_text("abcde", 1, 4, "x")) == "invalid_argument");
    CHECK(outcome(check_text("석a", 1, 4, "x")) == "ok");
    CHECK(outcome(check_text("석석", 1, 4, "x")) == "invalid_argument");
    CHECK(check_text("", 1, 4, "seat number").error().detail.find("seat number") == 0);
}

TEST_CASE("natural order reads runs of digits as numbers") {
    const std::vector<std::string> ordered{"",
                                           "0",
                                           "1",
                                           "2",
                                           "9",
                                           "10",
                                           "11",
                                           "99",
                                           "100",
                                           "99999999",
                                           "100000000",
                                           "999999999",
                                           "1000000000",
                                           "9999999999",
                                           std::string(20, '9'),
                                           "1" + std::string(20, '0'),
                                           std::string(63, '9'),
                                           "1" + std::string(63, '0'),
                                           "A-1",
                                           "A-2",
                                           "A-2-9",
                                           "A-2-10",
                                           "A-10",
                                           "B-1",
                                           "B1",
                                           "B9",
                                           "B10",
                                           "a",
                                           "가-2",
                                           "가-10",
                                           "나-1"};
    for (std::size_t i = 0; i < ordered.size(); ++i)
        for (std::size_t j = 0; j < ordered.size(); ++j) {
            CAPTURE(ordered[i], ordered[j]);
            CHECK(natural_less(ordered[i], ordered[j]) == (i < j));
        }
}

TEST_CASE("leading zeros do not count, but tell equal numbers apart") {
    CHECK(natural_key("7") == natural_key("007"));
    CHECK(natural_key("0") == natural_key("000"));
    CHECK(natural_key("A07") == natural_key("A7"));
    CHECK(natural_key("7") != natural_key("70"));
    CHECK(natural_less("007", "7"));
    CHECK_FALSE(natural_less("7", "007"));
    CHECK_FALSE(natural_less("7", "7"));
    CHECK(natural_less("007", "8"));
    CHECK(natural_less("08", "9"));
    CHECK(natural_less("9", "010"));

    std::vector<std::string> seats{"10", "2", "02", "1", "B-10", "B-9", "100", "20"};
    std::sort(seats.begin(), seats.end(), natural_less);
    CHECK(seats == std::vector<std::string>{"1", "02", "2", "10", "20", "100", "B-9", "B-10"});
}
