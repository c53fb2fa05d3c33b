#include "boxoffice/time.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

TEST_CASE("a date is read and written as yyyy-mm-dd") {
    for (const std::string text : {"1970-01-01", "2024-02-29", "2026-12-24", "2000-02-29", "9999-12-31"}) {
        const auto day = parse_date(text);
        REQUIRE(outcome(day) == "ok");
        CHECK(to_text(*day) == text);
    }
    CHECK(parse_date("1970-01-01")->time_since_epoch().count() == 0);
}

TEST_CASE("everything else is not a date") {
    const std::vector<std::string> refused{"",
                                           "2024-02-30",
                                           "2023-02-29",
                                           "1900-02-29",
                                           "2024-13-01",
                                           "2024-00-10",
                                           "2024-04-31",
                                           "2024-01-00",
                                           "2024-01-32",
                                           "2024-2-3",
                                           "2024-02-3",
                                           "2024-2-03",
                                           "20240504",
                                           "2024-05-04 ",
                                           " 2024-05-04",
                                           "2024-05-04T00:00:00Z",
                                           "2024/05/04",
                                           "24-05-04",
                                           "02024-05-04",
                                           "10000-01-01",
                                           "1969-12-31",
                                           "0000-01-01",
                                           "-024-01-01",
                                           "+024-01-01",
                                           "2024-+1-01",
                                           "2024--1-01",
                                           "2024-01- 1",
                                           "yyyy-mm-dd",
                                           "2024-05-0a",
                                           std::string("2024-05\0-04", 10),
                                           "２０２４-05-04",
                                           std::string("2024-05-04\0", 11),
                                           std::string(10, '\0')};
    for (const auto& text : refused) {
        CAPTURE(text);
        CHECK(outcome(parse_date(text)) == "invalid_date");
    }
}

TEST_CASE("a time is written as ISO 8601 in UTC with milliseconds") {
    const auto day = Time{*parse_date("2026-12-24")};
    CHECK(to_text(day) == "2026-12-24T00:00:00.000Z");
    CHECK(to_text(day + std::chrono::hours{19} + std::chrono::microseconds{1'999}) == "2026-12-24T19:00:00.001Z");
    CHECK(to_text(day - std::chrono::microseconds{1}) == "2026-12-23T23:59:59.999Z");
    CHECK(to_text(Time{}) == "1970-01-01T00:00:00.000Z");
    CHECK(date_of(day - std::chrono::microseconds{1}) == *parse_date("2026-12-23"));
    CHECK(date_of(day) == *parse_date("2026-12-24"));
}

TEST_CASE("a deadline at exactly now has passed") {
    const auto now = from_us(1'000'000);
    CHECK(passed(from_us(999'999), now));
    CHECK(passed(from_us(1'000'000), now));
    CHECK_FALSE(passed(from_us(1'000'001), now));
    CHECK_FALSE(passed(never, now));
}

TEST_CASE("adding to a time stops at never") {
    const auto us = [](std::int64_t n) { return Duration{n}; };
    CHECK(later(from_us(5), us(7)) == from_us(12));
    CHECK(later(from_us(5), us(-7)) == from_us(-2));
    CHECK(later(never, us(1)) == never);
    CHECK(later(never - us(1), us(1)) == never);
    CHECK(later(never - us(1), us(2)) == never);
    CHECK(later(never, us(0)) == never);
    CHECK(later(from_us(0), Duration::max()) == never);
    CHECK(to_us(from_us(-123)) == -123);
}
