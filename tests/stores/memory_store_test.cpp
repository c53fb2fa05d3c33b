// What only the memory store promises: bounded waits for those who hold a view, and commits that survive a lack of
// memory.

#include <chrono>
#include <cstdint>
#include <new>
#include <thread>

#include "support/allocation_faults.hpp"
#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a commit waits for views, for a bounded time", "[store][memory]") {
    MemoryStore store{std::chrono::milliseconds{50}};
    auto view = must(store.read());
    const auto done = must(store.begin())->commit(town());
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::busy);
    CHECK(must(view->counts(first_moment)).users == 0);
    view.reset();
    commit(store, town());
    CHECK(must(must(store.read())->counts(first_moment)).users == 2);
}

TEST_CASE("a view may end on another thread than it began on", "[store][memory]") {
    MemoryStore store{std::chrono::milliseconds{50}};
    auto view = must(store.read());
    auto transaction = must(store.begin());
    std::thread{[&] {
        view.reset();
        must(transaction->commit(town()));
    }}.join();
    CHECK(store.try_begin().has_value());
}

TEST_CASE("loads of a transaction that has ended are refused", "[store][memory]") {
    MemoryStore store;
    const auto transaction = must(store.begin());
    must(transaction->commit(town()));
    std::vector<Room> rooms;
    RoomKeys all;
    all.all = true;
    const auto loaded = transaction->rooms().load(all, rooms);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ErrorCode::internal);
    CHECK_FALSE(transaction->last_event());
    CHECK_FALSE(transaction->counts(first_moment));
}

TEST_CASE("a row is written once in a commit", "[store][memory]") {
    MemoryStore store;
    commit(store, town());
    const auto before = dump_of(store);
    Changes twice;
    auto room = sample_room(main_room.value, "main");
    change(twice.rooms, room);
    room.serving = 1;
    change(twice.rooms, room);
    CHECK(failed_commit(store, twice) == ErrorCode::internal);
    CHECK(dump_of(store) == before);
}

TEST_CASE("a commit for which memory runs out changes nothing, at whichever allocation", "[store][memory]") {
    MemoryStore store;
    HeldTown held;
    auto first = held.changes();
    add(first.idempotency, sample_record(ann, Operation::hold, std::string(100, 'a'), first_moment));
    add(first.accounts, sample_account(ann.value, AccountKind::user, 5));
    add(first.accounts, sample_account(22, AccountKind::sales, 0));
    add(first.concerts, sample_concert(22, main_room, day(2026, 12, 25)));
    add(first.seats, sample_seat(322, ConcertId{22}, std::string(60, '8')));
    commit(store, first);
    const auto before = dump_of(store);

    // New rows, changed rows that move in their indexes, a concert deleted, and a prune, with texts too long for the strings'
    // own room.
    Changes changes;
    add(changes.users, sample_user(900));
    changes.users.back().entity.external_id.append(40, 'x');
    auto seat = sample_seat(302, concert, std::string(60, '7'));
    add(changes.seats, seat);
    auto freed = held.seat;
    open(freed);
    ++freed.version;
    change(changes.seats, freed);
    expire(held.reservation);
    change(changes.reservations, held.reservation);
    change(changes.places, finished_place(held.place, PlaceState::expired, held.place.deadline));
    add(changes.places, waiting_place(1002, main_room, ann, 2));
    change(changes.accounts, sample_account(ann.value, AccountKind::user, 6));
    changes.transfers.push_back(sample_transfer(601, cash_account, account_of(ann), 1));
    add(changes.idempotency, sample_record(ben, Operation::hold, std::string(100, 'b'), after_first_moment(5)));
    changes.events.push_back(sample_event(2, EventKind::hold_expired));
    changes.deleted_concerts = {ConcertId{22}};
    changes.prune = Prune{TokenId{1002}, first_moment, 1};

    constexpr std::int64_t allocations_max = 10'000;
    std::int64_t failures = 0;
    for (; failures < allocations_max; ++failures) {
        const auto transaction = must(store.begin());
        Result<void> done;
        bool struck = false;
        {
            const AllocationFaults faults{failures};
            done = transaction->commit(changes);
            struck = faults.struck();
        }
        if (done) break;
        REQUIRE(struck);
        REQUIRE(done.error().code == ErrorCode::out_of_memory);
        REQUIRE(dump_of(store) == before);
    }
    CHECK(failures > 20);
    REQUIRE(failures < allocations_max);

    // The commit that got its memory did all of it.
    MemoryStore other;
    commit(other, first);
    commit(other, changes);
    CHECK(dump_of(store) == dump_of(other));
    CHECK(dump_of(store) != before);
}

TEST_CASE("begin, read and loads that lack memory throw, and leave the store as it was", "[store][memory]") {
    MemoryStore store{std::chrono::milliseconds{50}};
    commit(store, town(100));
    UserKeys keys;
    keys.external_ids = {"user-150"};
    const auto attempt = [&](std::int64_t passing) {
        try {
            const AllocationFaults faults{passing};
            auto transaction = store.begin();
            std::vector<User> users;
            if (transaction) (void)(*transaction)->users().load(keys, users);
            return users.size() == 1;
        } catch (const std::bad_alloc&) {
            return false;
        }
    };
    std::int64_t passing = 0;
    while (!attempt(passing) && passing < 1000) ++passing;
    CHECK(passing > 0);
    CHECK(passing < 1000);
    CHECK(store.try_begin().has_value());
}
