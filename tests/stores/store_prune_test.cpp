// What a tick takes away, and what stays.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("pruning takes finished places, old records and read events, and nothing else", "[store][prune]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(6);
    add(changes.places, finished_place(waiting_place(1001, main_room, UserId{101}, 1), PlaceState::left, first_moment));
    add(changes.places, waiting_place(1002, main_room, UserId{102}, 2));
    add(changes.places, admitted_place(1003, main_room, UserId{103}, 3, first_moment));
    add(changes.places, finished_place(admitted_place(1004, main_room, UserId{104}, 4, first_moment),
                                       PlaceState::completed, first_moment));
    add(changes.places,
        finished_place(waiting_place(1005, main_room, UserId{105}, 5), PlaceState::expired, first_moment));
    add(changes.idempotency, sample_record(ann, Operation::pay, "old", after_first_moment(9)));
    add(changes.idempotency, sample_record(ann, Operation::pay, "edge", after_first_moment(10)));
    add(changes.idempotency, sample_record(ann, Operation::pay, "new", after_first_moment(10) + Duration{1}));
    add(changes.accounts, sample_account(1, AccountKind::cash, -1));
    add(changes.accounts, sample_account(ann.value, AccountKind::user, 1));
    changes.transfers.push_back(sample_transfer(601, cash_account, account_of(ann), 1));
    const std::vector<EventKind> kinds{EventKind::room_created, EventKind::user_created, EventKind::place_joined,
                                       EventKind::room_changed, EventKind::place_left,   EventKind::points_recharged};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        changes.events.push_back(sample_event(static_cast<std::int64_t>(i + 1), kinds[i]));
        changes.events.back().room = main_room;
    }
    commit(*store, changes);

    const auto tokens = [&] {
        PlaceKeys keys;
        for (std::int64_t token = 1001; token <= 1010; ++token) keys.tokens.push_back(TokenId{token});
        return sorted(ids_of(load(must(store->read())->places(), keys)));
    };
    const auto records = [&] {
        IdempotencyKeys keys;
        for (const auto* key : {"old", "edge", "new"}) keys.ids.push_back({ann, Operation::pay, key});
        std::set<std::string> found;
        for (const auto& row : load(must(store->read())->idempotency(), keys)) found.insert(row.id.key);
        return found;
    };
    const auto events = [&] { return ids_of(must(must(store->read())->events_after(0, 100))); };
    const auto prune = [&](const Prune& what) {
        Changes pruning;
        pruning.prune = what;
        commit(*store, pruning);
    };

    const auto before = dump_of(*store);
    prune({});
    CHECK(dump_of(*store) == before);

    Prune some;
    some.tokens_below = TokenId{1005};
    prune(some);
    CHECK(tokens() == Ids{1002, 1003, 1005});
    CHECK(must(must(store->read())->counts(first_moment)).users == 6);

    Prune aged;
    aged.idempotency_until = after_first_moment(10);
    prune(aged);
    CHECK(records() == std::set<std::string>{"new"});

    Prune read_events;
    read_events.events_through = 3;
    prune(read_events);
    CHECK(events() == Ids{1, 4, 5, 6});
    read_events.events_through = int64_max;
    prune(read_events);
    CHECK(events() == Ids{1, 4, 6});
    CHECK(must(must(store->read())->last_event()).sequence == 6);
    CHECK(must(must(store->read())->transfers_of(cash_account, {}, 10)).size() == 1);

    // What a commit writes is pruned in the same commit where it is old enough; sequences go on.
    Changes all;
    change(all.places, finished_place(waiting_place(1002, main_room, UserId{102}, 2), PlaceState::left, first_moment));
    add(all.places, waiting_place(1006, main_room, UserId{105}, 6));
    add(all.idempotency, sample_record(ben, Operation::pay, "late", first_moment));
    all.events.push_back(sample_event(7, EventKind::place_left));
    all.events.push_back(sample_event(8, EventKind::place_joined));
    all.prune = Prune{TokenId{int64_max}, first_moment, int64_max};
    commit(*store, all);
    CHECK(tokens() == Ids{1003, 1006});
    CHECK(events() == Ids{1, 4, 8});
    IdempotencyKeys late;
    late.ids = {{ben, Operation::pay, "late"}};
    CHECK(load(must(store->read())->idempotency(), late).empty());
    CHECK(line_of(*store, {main_room, first_moment, TokenId{}, 10}).waiting == Ids{1006});

    // A pruned user and position may come again.
    Changes again;
    add(again.places, waiting_place(1007, main_room, UserId{101}, 7));
    again.events.push_back(sample_event(9, EventKind::place_joined));
    commit(*store, again);
    CHECK(tokens() == Ids{1003, 1006, 1007});
}

TEST_CASE("what can be pruned is told in portions, each of which takes away so many rows of a kind", "[store][prune]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town(20);
    for (std::int64_t i = 1; i <= 20; ++i) {
        auto place = waiting_place(1000 + i, main_room, UserId{100 + i}, i);
        // Every fourth goes on waiting among those that have finished.
        add(changes.places, i % 4 == 0 ? place : finished_place(place, PlaceState::left, first_moment));
        add(changes.idempotency, sample_record(ann, Operation::pay, "k" + std::to_string(i), after_first_moment(i)));
        // An event a second, every fifth of them about the room.
        changes.events.push_back(sample_event(i, i % 5 == 1 ? EventKind::room_changed : EventKind::place_left));
        changes.events.back().room = main_room;
        changes.events.back().at = after_first_moment(i);
    }
    commit(*store, changes);
    const auto counts = [&] {
        const auto dump = dump_of(*store);
        const auto count = [&](const std::string& kind) {
            std::int64_t rows = 0;
            for (std::size_t at = 0; (at = dump.find("\n" + kind + " ", at)) != std::string::npos; ++at) ++rows;
            return rows;
        };
        return Ids{count("tokens"), count("idempotency"), count("events")};
    };
    const auto found = [&](const PruneWish& wish, std::int64_t limit) {
        auto view = must(store->read());
        return must(view->prunable(wish, limit));
    };
    const auto take = [&](const PruneWish& wish, std::int64_t limit) {
        const auto some = found(wish, limit);
        const auto before = counts();
        Changes pruning;
        pruning.prune = some.prune;
        commit(*store, pruning);
        const auto after = counts();
        CHECK((before != after) == some.any);
        return std::pair{Ids{before[0] - after[0], before[1] - after[1], before[2] - after[2]}, some.more};
    };
    using Taken = std::pair<Ids, bool>;

    REQUIRE(counts() == Ids{20, 20, 20});
    CHECK(take({}, 3) == Taken{{0, 0, 0}, false});
    PruneWish wish;
    wish.tokens_below = TokenId{1012};
    wish.idempotency_until = after_first_moment(7);
    wish.events_through = 6;
    CHECK(take(wish, 3) == Taken{{3, 3, 3}, true});
    CHECK(take(wish, 3) == Taken{{3, 3, 1}, true});
    CHECK(take(wish, 3) == Taken{{3, 1, 0}, false});  // 1004 and 1008 wait on, 1012 is the bound itself
    CHECK(take(wish, 3) == Taken{{0, 0, 0}, false});

    PruneWish aged;  // the later of the two bounds counts
    aged.events_through = 7;
    aged.events_until = after_first_moment(10);
    CHECK(take(aged, 100) == Taken{{0, 0, 4}, false});
    aged.events_until = after_first_moment(1'000'000);
    CHECK(take(aged, 7) == Taken{{0, 0, 7}, false});  // 12 to 15 and 17 to 19: the last stays
    CHECK(take(aged, 7) == Taken{{0, 0, 0}, false});
    CHECK(must(must(store->read())->last_event()).sequence == 20);

    // Records of the very same moment go together.
    Changes twins;
    for (int i = 0; i < 5; ++i)
        add(twins.idempotency, sample_record(ben, Operation::pay, "t" + std::to_string(i), first_moment));
    add(twins.idempotency, sample_record(ben, Operation::pay, "t9", after_first_moment(1)));
    commit(*store, twins);
    PruneWish records;
    records.idempotency_until = after_first_moment(2);
    CHECK(take(records, 2) == Taken{{0, 5, 0}, true});
    CHECK(take(records, 2) == Taken{{0, 1, 0}, false});
}
