/// One waiting room, several hosts: who is admitted, in what order, and how soon the other hosts show it.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "boxoffice/boxoffice.hpp"
#include "postgres/support.hpp"
#include "support/or_throw.hpp"
#include "support/processes.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr int host_count = 4;
constexpr int users_a_host = 40;
constexpr std::int64_t capacity = 3;

Options narrow_house() {
    Options options;
    options.main_room.active_capacity = capacity;
    return options;
}

/// Users who join, come when it is their turn, and leave again.
int visit(const PostgresSchema& schema, int host) {
    const auto office = or_throw(BoxOffice::open(open_host(options_of(schema)), narrow_house()));
    for (int i = 0; i < users_a_host; ++i) {
        const auto name = std::to_string(host) + "-" + std::to_string(i);
        const auto user = or_throw(office->execute(CreateUser{name})).id;
        const auto place = or_throw(office->execute(Join{user, office->main_room()})).claims;
        or_throw(office->await_turn(office->token_text(place), 10'000, std::chrono::milliseconds{1}));
        or_throw(office->execute(Leave{user, place.token}));
    }
    return 0;
}

}  // namespace

TEST_CASE("four hosts admit to one room in order of joining, and never more than fit", "[postgres][processes][fork]") {
    const PostgresSchema schema;
    or_throw(BoxOffice::open(open_host(options_of(schema)), narrow_house()));
    std::vector<pid_t> children;
    for (int host = 0; host < host_count; ++host)
        children.push_back(start_child([&] {
            try {
                return visit(schema, host);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "host: %s\n", e.what());
                return 1;
            }
        }));
    for (const auto child : children) REQUIRE(wait_for(child) == 0);

    const auto office = or_throw(BoxOffice::open(open_host(options_of(schema)), narrow_house()));
    std::int64_t admitted = 0;
    std::int64_t inside = 0;
    for (std::int64_t after = 0;;) {
        const auto page = or_throw(office->events_after(after, 1'000));
        for (const auto& event : page) {
            if (event.kind == EventKind::place_admitted) {
                CHECK(event.amount == ++admitted);  // its position
                CHECK(++inside <= capacity);
            }
            if (event.kind == EventKind::place_left) --inside;
            after = event.sequence;
        }
        if (page.size() < 1'000) break;
    }
    CHECK(admitted == host_count * users_a_host);
    CHECK(inside == 0);
    CHECK(or_throw(office->audit()).empty());
}

TEST_CASE("a host shows an admission that another has made", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema);
    options.version_age_max = std::chrono::milliseconds{10};  // as it is where nobody says otherwise
    auto house = narrow_house();
    house.main_room.active_capacity = 1;
    const auto one = or_throw(BoxOffice::open(open_host(options), house));
    const auto other = or_throw(BoxOffice::open(open_host(options), house));
    const auto first = or_throw(one->execute(CreateUser{"first"})).id;
    const auto second = or_throw(one->execute(CreateUser{"second"})).id;
    const auto inside = or_throw(one->execute(Join{first, one->main_room()})).claims;
    const auto waiting = or_throw(one->execute(Join{second, one->main_room()})).claims;
    const auto token = other->token_text(waiting);
    REQUIRE_FALSE(or_throw(other->peek(token)).is_turn);
    or_throw(one->execute(Leave{first, inside.token}));
    const auto begin = std::chrono::steady_clock::now();
    while (!or_throw(other->peek(token)).is_turn) {
        REQUIRE(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    // 50 ms at most where the machine is not busy: snapshot_age_max and version_age_max. A test does not time it.
    CHECK(or_throw(other->audit()).empty());
}
