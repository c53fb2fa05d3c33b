// The decorators of stores, which other tests rely on, do what they say.

#include <memory>
#include <new>
#include <stdexcept>

#include "support/counting_store.hpp"
#include "support/faulty_store.hpp"
#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("the counting store counts loads, pages, commits and rows", "[support]") {
    const auto counter = std::make_shared<StoreCounter>();
    CountingStore store{std::make_unique<MemoryStore>(), counter};
    commit(store, town());  // two users, a room, a concert
    {
        const auto transaction = must(store.begin());
        load(transaction->users(), UserKeys{});
        load(transaction->users(), UserKeys{});
        load(transaction->rooms(), RoomKeys{});
        must(transaction->last_event());
        CHECK(transaction->commit(town()).error().code == ErrorCode::internal);
    }
    {
        const auto transaction = must(store.try_begin());
        load(transaction->users(), UserKeys{});
        CHECK_FALSE(store.try_begin());
    }
    load(must(store.read())->places(), PlaceKeys{});

    const auto calls = counter->calls();
    CHECK(calls.begins == 3);
    CHECK(calls.reads == 1);
    CHECK(calls.commits == 1);
    CHECK(calls.failed_commits == 1);
    CHECK(calls.writes == 4);
    CHECK(calls.in_transactions.loads_of("users") == 3);
    CHECK(calls.in_transactions.loads_of("rooms") == 1);
    CHECK(calls.in_transactions.loads_of("places") == 0);
    CHECK(calls.in_transactions.pages.at("last_event") == 1);
    CHECK(calls.in_views.loads_of("places") == 1);
    CHECK(calls.last_transaction.loads_max() == 1);
    CHECK(calls.loads_of_one_repository_max == 2);
    counter->reset();
    CHECK(counter->calls().begins == 0);
}

TEST_CASE("the faulty store fails where and as often as planned", "[support]") {
    const auto faults = std::make_shared<Faults>();
    FaultyStore store{std::make_unique<MemoryStore>(), faults};
    const auto users = [&] { return must(must(store.read())->counts(first_moment)).users; };

    faults->plan(FaultPoint::begin, FaultKind::busy, 2);
    CHECK(store.begin().error().code == ErrorCode::busy);
    CHECK(store.try_begin().error().code == ErrorCode::busy);

    faults->plan(FaultPoint::before_commit, FaultKind::storage);
    CHECK(failed_commit(store, town()) == ErrorCode::storage);
    CHECK(users() == 0);

    faults->plan(FaultPoint::after_commit, FaultKind::storage);
    CHECK(failed_commit(store, town()) == ErrorCode::storage);
    CHECK(users() == 2);

    faults->plan(FaultPoint::load, FaultKind::bad_alloc, 1, 1);
    {
        const auto transaction = must(store.begin());
        load(transaction->users(), UserKeys{});
        CHECK_THROWS_AS(load(transaction->users(), UserKeys{}), std::bad_alloc);
        load(transaction->users(), UserKeys{});
    }
    faults->plan(FaultPoint::begin, FaultKind::runtime_error);
    CHECK_THROWS_AS(store.begin(), std::runtime_error);
    faults->plan(FaultPoint::read, FaultKind::out_of_memory);
    CHECK(store.read().error().code == ErrorCode::out_of_memory);
    faults->plan(FaultPoint::view_load, FaultKind::storage);
    CHECK(must(store.read())->counts(first_moment).error().code == ErrorCode::storage);
    CHECK(faults->struck() == 8);

    faults->plan(FaultPoint::begin, FaultKind::busy, 100);
    faults->clear();
    CHECK(store.begin().has_value());
}
