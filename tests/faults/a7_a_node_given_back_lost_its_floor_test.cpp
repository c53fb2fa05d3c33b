/// A process that made no id gave its node back with floor 0, and the next holder could make an id again that was made
/// in the same millisecond before.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

std::int64_t floor_of(Store& store) {
    const auto view = must(store.read(), "read");
    std::vector<NodeLease> leases;
    must(view->leases().load({true}, leases), "load");
    REQUIRE(leases.size() == 1);
    return leases.front().floor;
}

}  // namespace

TEST_CASE("a node that is given back keeps its floor, also by a process that made no id") {
    const auto store = std::make_shared<MemoryStore>();
    UserId first;
    {
        Office one{{}, nullptr, store};
        first = one.user("first");
    }
    CHECK(floor_of(*store) == first.value);
    {
        Office reader{{}, nullptr, store};
        CHECK(reader.balance(first) == 0);
    }
    CHECK(floor_of(*store) == first.value);
    Office next{{}, nullptr, store};  // in the very millisecond of the first
    const auto second = next.user("second");
    CHECK(second.value > first.value);
    CHECK(outcome(next.try_join(first)) == "ok");
    CHECK(next.audit() == "");
}

TEST_CASE("a node that another has taken since is not given back under it") {
    const auto store = std::make_shared<MemoryStore>();
    const auto clock = std::make_shared<VirtualClock>(opening);
    Office idle{{}, nullptr, store, clock};
    Office busy{{}, nullptr, store, clock};
    clock->advance(lease_ttl);
    (void)busy.user("first");  // its own node has lapsed too, and the lowest is the idle one's
    idle.close();
    Office next{{}, nullptr, store, clock};
    const auto second = busy.user("second");
    const auto third = next.user("third");
    CHECK(second != third);
    CHECK(busy.audit() == "");
}
