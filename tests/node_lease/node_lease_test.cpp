#include "boxoffice/domain/node_lease.hpp"

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

namespace {

constexpr Duration us{1};
const Time now = from_us(1'800'000'000'000'000);

}  // namespace

TEST_CASE("the lowest free node is taken, above every id that was made for it") {
    CHECK(*take_lease({}, now) == NodeLease{0, now + lease_ttl, 0});
    CHECK(take_lease({{0, now + us, 5}}, now)->node == 1);
    CHECK(*take_lease({{1, now + us, 5}, {0, now + us, 5}, {3, now + us, 5}}, now) == NodeLease{2, now + lease_ttl, 0});
    CHECK(*take_lease({{0, now + us, 5}, {1, now - us, 77}}, now) == NodeLease{1, now + lease_ttl, 77});
}

TEST_CASE("a lease at exactly its end may be taken by another") {
    CHECK(take_lease({{0, now + us, 0}}, now)->node == 1);
    CHECK(take_lease({{0, now, 0}}, now)->node == 0);
    CHECK(take_lease({{0, now - us, 0}}, now)->node == 0);
}

TEST_CASE("1,024 processes can have a store open, and no more") {
    std::vector<NodeLease> held;
    for (std::int32_t node = 0; node < 1'024; ++node) held.push_back({node, now + us, 0});
    CHECK(outcome(take_lease(held, now)) == "busy");
    held[1'023].until = now;
    CHECK(take_lease(held, now)->node == 1'023);
    held.pop_back();
    CHECK(take_lease(held, now)->node == 1'023);
}

TEST_CASE("rows of nodes that cannot be are left aside") {
    CHECK(take_lease({{-1, now + us, 0}, {1'024, now + us, 0}}, now)->node == 0);
}

TEST_CASE("a lease is renewed in the half of its life before it ends") {
    const NodeLease lease{4, now + lease_ttl, 9};
    const auto due = now + lease_ttl - lease_margin;
    CHECK_FALSE(is_lease_due(lease, Time{}, due - us));
    CHECK(is_lease_due(lease, Time{}, due));
    CHECK(is_lease_due(lease, due, now));  // ids that ran ahead of the clock count as time
    CHECK_FALSE(is_lease_due(lease, due - us, now));

    CHECK(renewed(lease, Time{}, due) == NodeLease{4, due + lease_ttl, 9});
    CHECK(renewed(lease, due, now) == NodeLease{4, due + lease_ttl, 9});
}
