/// A batch equals its commands one after another (C2), a refused command has changed nothing (C1), and a batch costs at
/// most two loads a repository and one write (C4).

#include <set>
#include <variant>

#include "engine/in_order.hpp"
#include "properties/twins.hpp"
#include "support/counting_store.hpp"
#include "support/sanitizer.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a batch equals its commands one after another") {
    const auto seed = GENERATE(range(1, 13));
    Chance chance{static_cast<std::uint64_t>(seed)};
    World batched;
    World single;
    std::int64_t done_count = 0;
    for (int round = 0; round < 25; ++round) {
        const auto size = round % 8 == 7 ? 1 + chance.below(1'000) : 1 + chance.below(40);
        CAPTURE(seed, round, size);
        std::vector<Command> commands;
        for (std::int64_t i = 0; i < size; ++i) commands.push_back(any_command(batched, chance));
        const auto together = batched.office->execute(commands);
        std::vector<Outcome> apart;
        REQUIRE(batched.office.now() == single.office.now());
        for (const auto& command : commands) apart.push_back(single.office->execute(std::span{&command, 1}).front());
        for (std::size_t i = 0; i < commands.size(); ++i) {
            CAPTURE(i, commands[i].index());
            REQUIRE(text_of(together[i]) == text_of(apart[i]));
            if (together[i]) REQUIRE(*together[i] == *apart[i]);  // also what the text leaves out
            done_count += together[i].has_value();
        }
        REQUIRE(difference(canonical_dump(batched.office), canonical_dump(single.office)) == "");
        REQUIRE(batched.office.audit() == "");
        batched.learn(commands, together);
        single.learn(commands, apart);
        const Duration pause = chance.below(3) == 0 ? Duration{0} : Duration{chance.below(45'000'000)};
        batched.office.wait(pause);
        single.office.wait(pause);
    }
    CHECK(done_count > 300);  // the commands were not all refused
}

TEST_CASE("50,000 commands by chance are answered alike in memory and by each other store, and leave the same rows") {
    constexpr std::uint64_t seed = 20'261'126;
    constexpr std::int64_t count = is_sanitized ? 5'000 : 50'000;
    if (is_sanitized) WARN("under a sanitizer: 5,000 of the 50,000 commands by chance");
    const auto factory = GENERATE(from_range(durable_factories()));
    CAPTURE(seed, factory.name);
    Chance chance{seed};
    World memory;
    World file{std::shared_ptr<Store>{factory.open()}};
    for (std::int64_t done = 0; done < count;) {
        std::vector<Command> commands;
        for (auto left = 1 + chance.below(400); left > 0; --left) commands.push_back(any_command(memory, chance));
        const auto here = memory.office->execute(commands);
        const auto there = file.office->execute(commands);
        for (std::size_t i = 0; i < commands.size(); ++i) {
            CAPTURE(done, i, commands[i].index());
            REQUIRE(text_of(here[i]) == text_of(there[i]));
            if (here[i]) REQUIRE(*here[i] == *there[i]);
        }
        memory.learn(commands, here);
        file.learn(commands, there);
        done += std::ssize(commands);
        if (done % 7 == 0) REQUIRE(difference(memory.office.dump(), file.office.dump()) == "");
        const Duration pause{chance.below(45'000'000)};
        memory.office.wait(pause);
        file.office.wait(pause);
    }
    CHECK(difference(memory.office.dump(), file.office.dump()) == "");
    CHECK(file.office.audit() == "");
}

TEST_CASE("any_command makes every command") {
    World world;
    Chance chance{1};
    std::set<std::size_t> made;
    for (int i = 0; i < 5'000; ++i) made.insert(any_command(world, chance).index());
    for (std::size_t i = 0; i < std::variant_size_v<Command>; ++i) {
        CAPTURE(i);  // its place in Command
        CHECK(made.contains(i));
    }
}

TEST_CASE("a shorter waiting_ttl counts at once, in a batch as one by one") {
    const auto batched = GENERATE(false, true);
    CAPTURE(batched);
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 0;
        o.main_room.queue_capacity = 1;
    })};
    (void)office.comes("old");
    const auto young = office.user("young");
    office.wait(hours{2});
    auto limits = office->options().main_room;
    limits.waiting_ttl = hours{1};
    const std::vector<Command> commands{ChangeRoom{office->main_room(), limits}, Join{young, office->main_room()}};
    std::vector<Outcome> outcomes;
    if (batched)
        outcomes = office->execute(commands);
    else
        for (const auto& command : commands) outcomes.push_back(office->execute(std::span{&command, 1}).front());
    CHECK(outcome(outcomes[0]) == "ok");
    CHECK(outcome(outcomes[1]) == "ok");
}

TEST_CASE("a refused command has changed nothing") {
    const auto seed = GENERATE(range(101, 105));
    Chance chance{static_cast<std::uint64_t>(seed)};
    World world;
    std::int64_t refused = 0;
    for (int i = 0; i < 600; ++i) {
        CAPTURE(seed, i);
        const std::vector<Command> commands{any_command(world, chance)};
        const auto sequence = world.office.last_sequence();
        const auto before = canonical_dump(world.office);
        const auto outcomes = world.office->execute(commands);
        world.learn(commands, outcomes);
        if (!outcomes[0]) {
            ++refused;
            // What stays of a refused command is what it met: rows that had run out, a place that showed up, whose turn
            // came.
            const auto met = world.office.events(sequence);
            for (const auto& event : met) {
                const auto kind = event.kind;
                CAPTURE(name_of(kind));
                REQUIRE((kind == EventKind::place_expired || kind == EventKind::hold_expired ||
                         kind == EventKind::payment_failed || kind == EventKind::place_arrived ||
                         kind == EventKind::place_admitted));
            }
            if (met.empty()) REQUIRE(difference(canonical_dump(world.office), before) == "");
        }
        if (chance.below(4) == 0) world.office.wait(Duration{chance.below(15'000'000)});
    }
    CHECK(refused > 150);
    CHECK(world.office.audit() == "");
}

TEST_CASE("a batch of 1,000 commands costs at most two loads a repository and one write") {
    const auto counter = std::make_shared<StoreCounter>();
    World world{std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter)};
    Chance chance{77};
    for (int round = 0; round < 6; ++round) {
        std::vector<Command> commands;
        while (commands.size() < 1'000) {
            commands.push_back(any_command(world, chance));
            if (stands_alone(commands.back())) commands.pop_back();  // it has a transaction of its own
        }
        counter->reset();
        const auto outcomes = world.office->execute(commands);
        const auto calls = counter->calls();
        CHECK(calls.begins == 1);
        CHECK(calls.commits == 1);
        CHECK(calls.reads == 0);
        for (const auto& [repository, count] : calls.in_transactions.loads) {
            CAPTURE(repository);
            CHECK(count <= 2);
        }
        for (const auto& [page, count] : calls.in_transactions.pages) {
            CAPTURE(page);
            CHECK(count <= 1);  // the last event
        }
        world.learn(commands, outcomes);
        world.office.wait(seconds{25});
    }
}
