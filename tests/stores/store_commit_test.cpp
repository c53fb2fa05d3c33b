// Transactions: all or nothing, one at a time, beside readers.

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("a transaction destroyed uncommitted has changed nothing, and the next one may begin", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, town());
    const auto before = dump_of(*store);
    {
        const auto transaction = must(store->begin());
        CHECK(load(transaction->rooms(), RoomKeys{{}, {}, {}, true}).size() == 1);
    }
    CHECK(dump_of(*store) == before);
    CHECK(store->try_begin().has_value());
    CHECK(store->begin().has_value());
}

TEST_CASE("an empty commit is a commit", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, town());
    const auto before = dump_of(*store);
    commit(*store, {});
    CHECK(dump_of(*store) == before);
}

TEST_CASE("commit is called at most once, and ends the transaction", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    const auto first = must(store->begin());
    must(first->commit(town()));
    // The writer's lock is free again, though the object lives on.
    const auto second = must(store->try_begin());
    Changes more;
    add(more.users, sample_user(999));
    const auto again = first->commit(more);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::internal);
    must(second->commit({}));
    CHECK(must(must(store->read())->counts(first_moment)).users == 2);

    const auto failed = must(store->begin());
    CHECK_FALSE(failed->commit(town()));  // these rows are there already
    const auto after_failure = failed->commit(more);
    REQUIRE_FALSE(after_failure);
    CHECK(after_failure.error().code == ErrorCode::internal);
    CHECK(must(must(store->read())->counts(first_moment)).users == 2);
    CHECK(store->try_begin().has_value());
}

TEST_CASE("readers see the old state during a transaction, and do not wait for it", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    commit(*store, town());
    const auto before = dump_of(*store);
    const auto transaction = must(store->begin());
    CHECK(dump_of(*store) == before);
    std::string seen_elsewhere;
    std::thread{[&] {
        seen_elsewhere = store->read().and_then([](auto view) { return dump(*view); }).value_or("?");
    }}.join();
    CHECK(seen_elsewhere == before);
    // The transaction itself sees the last committed state as well.
    CHECK(must(dump(*transaction)) == before);
    Changes changes;
    add(changes.users, sample_user(999));
    must(transaction->commit(changes));
    CHECK(must(must(store->read())->counts(first_moment)).users == 3);
}

TEST_CASE("a transaction excludes others: busy at once, or after a bounded wait", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open_waiting(std::chrono::milliseconds{100});
    const auto held = must(store->begin());
    const auto code_of = [](const auto& result) { return result ? ErrorCode{} : result.error().code; };
    std::thread{[&] {
        const auto began = std::chrono::steady_clock::now();
        const auto at_once = store->try_begin();
        CHECK(code_of(at_once) == ErrorCode::busy);
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds{90});
        const auto waited = store->begin();
        CHECK(code_of(waited) == ErrorCode::busy);
        const auto took = std::chrono::steady_clock::now() - began;
        CHECK(took >= std::chrono::milliseconds{90});
        CHECK(took < std::chrono::seconds{4});
    }}.join();
    must(held->commit({}));
    CHECK(store->begin().has_value());
}

TEST_CASE("a transaction that waits gets the lock when it is free", "[store][commit]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto held = must(store->begin());
    std::atomic<bool> began{false};
    std::thread waiting{[&] { began = store->begin().has_value(); }};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK_FALSE(began);
    held.reset();
    waiting.join();
    CHECK(began);
}

TEST_CASE("transactions are one at a time, and readers see whole commits only", "[store][commit][threads]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    Changes changes;
    for (const std::int64_t id : {1, 2}) add(changes.accounts, sample_account(id, AccountKind::cash, 0));
    commit(*store, changes);

    // Each commit counts on from the last event and moves a point from one account to the other.
    constexpr int thread_count = 4;
    constexpr int commit_count = 25;
    std::atomic<int> faults{0};
    std::atomic<bool> done{false};
    AccountKeys both;
    both.ids = as_ids<AccountId>({1, 2});
    const auto write = [&] {
        for (int i = 0; i < commit_count; ++i) {
            auto transaction = store->begin();
            if (!transaction) {
                ++faults;
                continue;
            }
            std::vector<Account> accounts;
            const auto last = (*transaction)->last_event();
            const auto loaded = (*transaction)->accounts().load(both, accounts);
            if (!last || !loaded || accounts.size() != 2) {
                ++faults;
                continue;
            }
            Changes next;
            for (auto& account : accounts) {
                account.balance.value += account.id.value == 1 ? -1 : 1;
                change(next.accounts, account);
            }
            next.events.push_back(sample_event(last->sequence + 1, EventKind::points_recharged));
            if (!(*transaction)->commit(next)) ++faults;
        }
    };
    const auto read = [&] {
        while (!done) {
            const auto view = store->read();
            std::vector<Account> accounts;
            if (!view || !(*view)->accounts().load(both, accounts)) {
                ++faults;
                continue;
            }
            const auto last = (*view)->last_event();
            const bool whole = accounts.size() == 2 && last &&
                               accounts[0].balance.value + accounts[1].balance.value == 0 &&
                               std::abs(accounts[0].balance.value) == last->sequence;
            if (!whole) ++faults;
        }
    };
    std::thread reader{read};
    std::vector<std::thread> writers;
    for (int i = 0; i < thread_count; ++i) writers.emplace_back(write);
    for (auto& writer : writers) writer.join();
    done = true;
    reader.join();
    CHECK(faults == 0);
    CHECK(must(must(store->read())->last_event()).sequence == thread_count * commit_count);
}

TEST_CASE("the version stays as it is where no other process commits", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    const auto version = must(store->version());
    commit(*store, town());
    CHECK(must(store->version()) == version);
}

TEST_CASE("in a child of fork() the inherited store is refused, not corrupted", "[store][fork]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    auto store = factory.open();
    commit(*store, town());
    const auto before = dump_of(*store);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto is_forked = [](const auto& result) { return !result && result.error().code == ErrorCode::forked; };
        const bool refused = is_forked(store->begin()) && is_forked(store->try_begin()) && is_forked(store->read());
        store.reset();
        ::_exit(refused ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(dump_of(*store) == before);
    Changes more;
    add(more.users, sample_user(999));
    commit(*store, more);
}
