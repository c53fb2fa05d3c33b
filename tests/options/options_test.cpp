#include "boxoffice/options.hpp"

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

namespace {

template <class Change>
std::string with(Change change) {
    Options options;
    change(options);
    return outcome(check(options));
}

TokenKey key_number(std::int32_t id) {
    TokenKey key;
    key.id = id;
    return key;
}

constexpr Duration us{1};
constexpr Duration longest = std::chrono::hours{24 * 366};

}  // namespace

TEST_CASE("the defaults are those of the design, and valid") {
    const Options options;
    CHECK(outcome(check(options)) == "ok");
    CHECK(options.main_room.active_capacity == 200);
    CHECK(options.main_room.queue_capacity == 1'000'000);
    CHECK(options.main_room.admissions_per_second == 0);
    CHECK(options.main_room.arrive_ttl == std::chrono::seconds{60});
    CHECK(options.main_room.active_ttl == std::chrono::minutes{5});
    CHECK(options.main_room.waiting_ttl == std::chrono::hours{24});
    CHECK(options.hold_ttl == std::chrono::minutes{5});
    CHECK(options.holds_per_user == 1);
    CHECK(options.identity_ttl == std::chrono::hours{24});
    CHECK(options.idempotency_ttl == std::chrono::hours{24});
    CHECK(options.issue_limit.value == std::int64_t{1} << 62);
    CHECK(options.clock_jump_max == std::chrono::hours{1});
    CHECK(options.snapshot_age_max <= std::chrono::milliseconds{50});
}

TEST_CASE("each span of time is from 1 ms to 366 days") {
    for (auto member : {&Options::hold_ttl, &Options::capture_ttl, &Options::idempotency_ttl, &Options::clock_jump_max,
                        &Options::identity_ttl}) {
        const auto set = [&](Duration value) {
            return with([&](Options& o) {
                o.main_room.waiting_ttl = Duration{1'000};
                o.*member = value;
            });
        };
        CHECK(set(std::chrono::milliseconds{1}) == "ok");
        CHECK(set(std::chrono::milliseconds{1} - us) == "invalid_options");
        CHECK(set(Duration{0}) == "invalid_options");
        CHECK(set(-us) == "invalid_options");
        CHECK(set(longest) == "ok");
        CHECK(set(longest + us) == "invalid_options");
    }
}

TEST_CASE("a snapshot is at most 50 ms old") {
    CHECK(with([](Options& o) { o.snapshot_age_max = std::chrono::milliseconds{1}; }) == "ok");
    CHECK(with([](Options& o) { o.snapshot_age_max = std::chrono::milliseconds{50}; }) == "ok");
    CHECK(with([](Options& o) { o.snapshot_age_max = std::chrono::milliseconds{50} + us; }) == "invalid_options");
    CHECK(with([](Options& o) { o.snapshot_age_max = std::chrono::milliseconds{1} - us; }) == "invalid_options");
}

TEST_CASE("waiting does not outlast the identity that a token proves") {
    CHECK(with([](Options& o) { o.main_room.waiting_ttl = o.identity_ttl = std::chrono::hours{30}; }) == "ok");
    CHECK(with([](Options& o) { o.main_room.waiting_ttl = o.identity_ttl + us; }) == "invalid_options");
    CHECK(with([](Options& o) { o.identity_ttl = o.main_room.waiting_ttl - us; }) == "invalid_options");
}

TEST_CASE("a user may hold 1 to 1,000 seats") {
    CHECK(with([](Options& o) { o.holds_per_user = 1; }) == "ok");
    CHECK(with([](Options& o) { o.holds_per_user = 1'000; }) == "ok");
    CHECK(with([](Options& o) { o.holds_per_user = 0; }) == "invalid_options");
    CHECK(with([](Options& o) { o.holds_per_user = 1'001; }) == "invalid_options");
}

TEST_CASE("the issue limit is from 0 to 2^62") {
    CHECK(with([](Options& o) { o.issue_limit = Points{0}; }) == "ok");
    CHECK(with([](Options& o) { o.issue_limit = issued_max; }) == "ok");
    CHECK(with([](Options& o) { o.issue_limit = Points{-1}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.issue_limit = Points{issued_max.value + 1}; }) == "invalid_options");
}

TEST_CASE("token keys have ids from 1 to 65535, each once") {
    CHECK(with([](Options& o) { o.token_keys = {key_number(1), key_number(65'535)}; }) == "ok");
    CHECK(with([](Options& o) { o.token_keys = {key_number(0)}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.token_keys = {key_number(-1)}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.token_keys = {key_number(65'536)}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.token_keys = {key_number(2), key_number(2)}; }) == "invalid_options");
}

TEST_CASE("the limits of the room main are options too") {
    CHECK(with([](Options& o) { o.main_room.active_capacity = -1; }) == "invalid_options");
    CHECK(with([](Options& o) { o.main_room.queue_capacity = capacity_max + 1; }) == "invalid_options");
    CHECK(with([](Options& o) { o.main_room.admissions_per_second = 1'000'001; }) == "invalid_options");
    CHECK(with([](Options& o) { o.main_room.arrive_ttl = Duration{0}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.main_room.active_ttl = Duration{0}; }) == "invalid_options");
    CHECK(with([](Options& o) { o.main_room.waiting_ttl = Duration{0}; }) == "invalid_options");
}

TEST_CASE("a refused option is named") {
    Options options;
    options.holds_per_user = 0;
    CHECK(check(options).error().detail.find("holds_per_user") == 0);
    options = {};
    options.hold_ttl = Duration{0};
    CHECK(check(options).error().detail.find("hold_ttl") == 0);
}
