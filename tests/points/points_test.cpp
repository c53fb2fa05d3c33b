#include "boxoffice/points.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

namespace {
constexpr auto int_max = std::numeric_limits<std::int64_t>::max();
constexpr auto int_min = std::numeric_limits<std::int64_t>::min();
}  // namespace

TEST_CASE("the limits of points are what is written in the design") {
    CHECK(amount_max.value == 1'000'000'000'000);
    CHECK(balance_max.value == 9'007'199'254'740'991);
    CHECK(issued_max.value == 4'611'686'018'427'387'904);
}

TEST_CASE("points add and subtract without overflow") {
    CHECK(add(Points{2}, Points{3})->value == 5);
    CHECK(subtract(Points{2}, Points{3})->value == -1);
    CHECK(add(Points{int_max - 1}, Points{1})->value == int_max);
    CHECK(outcome(add(Points{int_max}, Points{1})) == "balance_limit");
    CHECK(outcome(add(Points{int_min}, Points{-1})) == "balance_limit");
    CHECK(subtract(Points{int_min + 1}, Points{1})->value == int_min);
    CHECK(outcome(subtract(Points{int_min}, Points{1})) == "balance_limit");
    CHECK(outcome(subtract(Points{0}, Points{int_min})) == "balance_limit");
}

TEST_CASE("an amount is from 1 to 10^12, a price from 0") {
    for (const std::int64_t value : {std::int64_t{1}, std::int64_t{2}, amount_max.value})
        CHECK(outcome(check_amount(Points{value})) == "ok");
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, amount_max.value + 1, int_min, int_max})
        CHECK(outcome(check_amount(Points{value})) == "invalid_argument");
    CHECK(outcome(check_price(Points{0})) == "ok");
    CHECK(outcome(check_price(amount_max)) == "ok");
    for (const std::int64_t value : {std::int64_t{-1}, amount_max.value + 1, int_min, int_max})
        CHECK(outcome(check_price(Points{value})) == "invalid_argument");
}
