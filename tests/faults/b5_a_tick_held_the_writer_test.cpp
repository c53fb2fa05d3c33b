/// A tick over a crowd that lapsed at once kept everybody else from deciding until it had done all of it, and pruned
/// without any bound. It does some hundred rows, and says that there is more.

#include "boxoffice/sqlite_store.hpp"
#include "properties/twins.hpp"
#include "support/counting_store.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// Everything short, so that what is over is old at once.
Options short_lives() {
    return options_with([](Options& o) {
        o.main_room.active_capacity = 2'000;
        o.main_room.arrive_ttl = minutes{1};
        o.main_room.waiting_ttl = minutes{2};
        o.hold_ttl = minutes{1};
        o.capture_ttl = minutes{1};
        o.identity_ttl = minutes{3};
        o.idempotency_ttl = minutes{3};
        o.event_ttl = minutes{3};
    });
}

std::vector<UserId> crowd_of(Office& office, std::int64_t count) {
    std::vector<Command> commands;
    for (std::int64_t i = 0; i < count; ++i) commands.emplace_back(CreateUser{"u" + std::to_string(i)});
    std::vector<UserId> users;
    for (const auto& made : office->execute(commands)) users.push_back(std::get<Created<UserId>>(*made).id);
    return users;
}

void join_all(Office& office, const std::vector<UserId>& users, RoomId room) {
    std::vector<Command> commands;
    for (const auto user : users) commands.emplace_back(Join{user, room});
    for (const auto& joined : office->execute(commands)) REQUIRE(joined);
}

std::int64_t row_count(Office& office) {
    const auto dump = office.dump();
    return std::count(dump.begin(), dump.end(), '\n');
}

}  // namespace

TEST_CASE("a tick retires some hundred rows in all, of however many rooms, and ticking on comes to an end") {
    const auto counter = std::make_shared<StoreCounter>();
    Office office{short_lives(), nullptr, std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter)};
    const auto users = crowd_of(office, tick_max);
    auto closed = short_lives().main_room;
    closed.active_capacity = 0;
    std::vector<RoomId> rooms{office->main_room()};
    for (int i = 0; i < 3; ++i)
        rooms.push_back(office.room("r" + std::to_string(i), i == 0 ? short_lives().main_room : closed));
    for (const auto room : rooms) join_all(office, users, room);
    office.wait(minutes{2} + seconds{1});

    std::int64_t expired = 0;
    int ticks = 0;
    for (bool more = true; more; ++ticks) {
        REQUIRE(ticks < 50);
        counter->reset();
        const auto ticked = office.tick();
        CHECK(ticked.expired <= tick_max);
        CHECK(counter->calls().writes <= 3 * tick_max);  // a place, its event, and its room once
        expired += ticked.expired;
        more = ticked.more;
    }
    CHECK(expired == 4 * tick_max);
    CHECK(ticks >= 4);
    CHECK(office->stats()->waiting == 0);
    CHECK(office.audit() == "");
}

TEST_CASE("a tick prunes some hundred rows of each kind, and ticking on comes to an end") {
    const auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    Office office{short_lives(), nullptr, std::shared_ptr<Store>{factory.open()}};
    const auto users = crowd_of(office, tick_max + 100);
    for (int round = 0; round < 2; ++round) {
        join_all(office, users, office->main_room());
        std::vector<Command> commands;
        for (const auto user : users) {
            commands.emplace_back(Recharge{user, Points{1}, "k" + std::to_string(round)});
            commands.emplace_back(Leave{user, TokenId{1}});
        }
        (void)office->execute(commands);
        office.wait(minutes{2});
        while (office.tick().more) continue;  // they never came
    }
    office.wait(minutes{10});
    int ticks = 0;
    for (bool more = true; more; ++ticks) {
        REQUIRE(ticks < 50);
        const auto before = row_count(office);
        more = office.tick().more;
        CHECK(before - row_count(office) <= 3 * (tick_max + 100));  // records of one commit go together
    }
    CHECK(ticks > 1);
    const auto dump = office.dump();
    CHECK(dump.find("\ntokens ") == std::string::npos);
    CHECK(dump.find("\nidempotency ") == std::string::npos);
    CHECK(office.events().size() == 2);  // of the room, and the last
    CHECK(office.audit() == "");
}

TEST_CASE("in a batch, what is behind a tick sees what it left, past its bounds too") {
    const auto batched = [](bool together) {
        Office office{short_lives()};
        const auto users = crowd_of(office, 2 * tick_max + 10);
        const auto gone = office.comes("gone");
        office.leave(gone);
        join_all(office, users, office->main_room());
        office.wait(minutes{5});
        const std::vector<Command> commands{
            Recharge{gone.user, Points{1}, ""}, Tick{}, Recharge{gone.user, Points{1}, ""}, Tick{}, Tick{},
            Leave{gone.user, gone.token},       Tick{}, Leave{gone.user, gone.token}};
        std::vector<Outcome> done;
        if (together)
            done = office->execute(commands);
        else
            for (const auto& command : commands) done.push_back(office->execute(std::span{&command, 1}).front());
        std::string text;
        for (const auto& one : done) text += text_of(one) + "\n";
        CHECK(office.audit() == "");
        return text + canonical_dump(office);
    };
    const auto apart = batched(false);
    CHECK(difference(batched(true), apart) == "");
    CHECK(apart.find("invalid_token") != std::string::npos);  // the tick took the place away
}
