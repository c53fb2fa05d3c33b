/// Where no consumer told what it had read, events were kept for ever: one client that joined and left filled the disk.

#include "boxoffice.h"
#include "support/office.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a tick prunes events that are older than event_ttl; those of rooms and the last stay, sequences go on") {
    const auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    Office office{options_with([](Options& o) { o.event_ttl = hours{1}; }), nullptr,
                  std::shared_ptr<Store>{factory.open()}};
    const auto mina = office.user("mina");
    for (int i = 0; i < 20; ++i) {
        office.leave(office.join(mina));
        office.wait(minutes{6});
        (void)office.tick();
    }
    const auto events = office.events();
    CHECK(events.front().kind == EventKind::room_created);
    CHECK(events[1].at > office.now() - hours{1});  // at exactly its age an event has gone
    CHECK(events[1].at <= office.now() - hours{1} + minutes{6});
    CHECK(events.back().sequence == office.last_sequence());
    office.wait(hours{100});
    (void)office.tick();
    REQUIRE(office.events().size() == 2);
    const auto last = office.last_sequence();
    office.leave(office.join(mina));
    CHECK(office.last_sequence() > last);
    CHECK(office.events(last).front().sequence == last + 1);
    CHECK(office.audit() == "");
}

TEST_CASE("without event_ttl events are kept until they are consumed") {
    Office office;
    const auto mina = office.user("mina");
    office.leave(office.join(mina));
    const auto count = office.events().size();
    office.wait(hours{10'000});
    (void)office.tick();
    CHECK(office.events().size() == count);
    (void)office.tick(office.last_sequence());
    CHECK(office.events().size() == 2);
}

TEST_CASE("event_ttl is for ever, or a time") {
    const auto opened = [](Duration ttl) {
        return outcome(
            BoxOffice::open(std::make_unique<MemoryStore>(), options_with([&](Options& o) { o.event_ttl = ttl; })));
    };
    CHECK(opened(Duration::zero()) == "ok");
    CHECK(opened(milliseconds{1}) == "ok");
    CHECK(opened(-us) == "invalid_options");
    CHECK(opened(us) == "invalid_options");
    CHECK(opened(hours{24 * 366} + us) == "invalid_options");
}

TEST_CASE("C callers set event_ttl_us") {
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    CHECK(options.event_ttl_us == 0);
    options.event_ttl_us = -1;
    boxoffice_office* office = nullptr;
    CHECK(boxoffice_open(":memory:", 8, &options, &office, nullptr) == BOXOFFICE_INVALID_OPTIONS);
    options.event_ttl_us = 3'600'000'000;
    CHECK(boxoffice_open(":memory:", 8, &options, &office, nullptr) == BOXOFFICE_OK);
    CHECK(boxoffice_close(&office) == BOXOFFICE_OK);
}
