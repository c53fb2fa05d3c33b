/// A tick wrote, and synced, every time, also where nothing was to be retired or pruned: every second, of every host.

#include "support/counting_store.hpp"
#include "support/office.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a tick with nothing to do writes nothing; the node's lease is renewed all the same") {
    const auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    const auto counter = std::make_shared<StoreCounter>();
    Office office{options_with([](Options& o) { o.event_ttl = hours{1}; }), nullptr,
                  std::make_shared<CountingStore>(factory.open(), counter)};
    office.concert("2026-12-24", {{"1", 10}});
    const auto mina = office.comes_with("mina", 100);
    (void)office.hold(mina, "1", "key");
    counter->reset();
    for (int second = 0; second < 29; ++second) {
        const auto ticked = office.tick();
        CHECK(ticked.expired == 0);
        CHECK_FALSE(ticked.more);
        office.wait(seconds{1});
    }
    CHECK(counter->calls().commits == 0);
    office.wait(seconds{1});
    (void)office.tick();
    CHECK(counter->calls().commits == 1);
    CHECK(counter->calls().writes == 1);  // the lease
    (void)office.tick();
    CHECK(counter->calls().commits == 1);

    office.wait(hours{30});  // now there is something: two places' and a hold's time is over, and all is old
    CHECK(office.tick().expired == 2);
    (void)office.tick();
    counter->reset();
    (void)office.tick();
    CHECK(counter->calls().commits == 0);
    CHECK(office.audit() == "");
}
