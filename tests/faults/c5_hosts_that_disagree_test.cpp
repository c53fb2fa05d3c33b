// Two hosts on one file that chose other limits contradicted each other: one idempotency key had two effects, a user held five
// seats.

#include <functional>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;
using namespace std::chrono_literals;

TEST_CASE("What all hosts of a store must agree on stands in the store", "[faults][C5]") {
    struct Difference {
        const char* name;
        std::function<void(Options&)> make;
    };
    const auto difference = GENERATE(Difference{"hold_ttl", [](Options& o) { o.hold_ttl = 4min; }},
                                     Difference{"holds_per_user", [](Options& o) { o.holds_per_user = 5; }},
                                     Difference{"capture_ttl", [](Options& o) { o.capture_ttl = 2min; }},
                                     Difference{"identity_ttl", [](Options& o) { o.identity_ttl = 25h; }},
                                     Difference{"idempotency_ttl", [](Options& o) { o.idempotency_ttl = 1s; }},
                                     Difference{"issue_limit", [](Options& o) { o.issue_limit = Points{1000}; }});
    CAPTURE(difference.name);
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Options other;
    difference.make(other);
    const auto refused = [&](Options options) {
        const auto opened = open_office(path, std::move(options));
        return !opened && opened.error().code == ErrorCode::invalid_options &&
               opened.error().detail.find(difference.name) != std::string::npos;
    };
    auto first = open_office(path).value();
    CHECK(refused(other));
    other.adopt_rules = true;
    CHECK(refused(other));  // somebody lives by them
    CHECK(open_office(path));
    first.reset();
    other.adopt_rules = false;
    CHECK(refused(other));
    other.adopt_rules = true;
    CHECK(open_office(path, other));
    CHECK(refused(Options{}));
    other.adopt_rules = false;
    CHECK(open_office(path, other));
}

TEST_CASE("The limits of a room may differ: the store's own hold", "[faults][C5]") {
    const TemporaryFolder folder;
    Options other;
    other.main_room.active_capacity = 3;
    other.snapshot_age_max = 10ms;
    other.clock_jump_max = 2h;
    auto first = open_office(folder / "sale.db").value();
    auto second = open_office(folder / "sale.db", other).value();
    CHECK(second->room("main").value().limits == RoomLimits{});
}
