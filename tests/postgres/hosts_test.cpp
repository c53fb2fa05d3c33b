/// Several hosts on one database: who waits for whom, what each sees of the others, and that nobody is stopped for good.

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "boxoffice/boxoffice.hpp"
#include "postgres/support.hpp"
#include "support/allocation_faults.hpp"
#include "support/processes.hpp"
#include "support/sample_rows.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

using Steady = std::chrono::steady_clock;

void commit_nothing(Store& store) {
    auto transaction = must(store.begin());
    must(transaction->commit({}));
}

}  // namespace

TEST_CASE("waiting for another host is bounded, and who must not wait does not", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema, std::chrono::milliseconds{200}));
    const auto other = open_host(options_of(schema));
    auto held = must(other->begin());
    const auto begin = Steady::now();
    CHECK(code_of(store->try_begin()) == ErrorCode::busy);
    CHECK(Steady::now() - begin < std::chrono::milliseconds{150});
    CHECK(code_of(store->begin()) == ErrorCode::busy);
    CHECK(Steady::now() - begin >= std::chrono::milliseconds{200});
    CHECK(Steady::now() - begin < std::chrono::seconds{2});
    CHECK(store->read());  // no reader waits for a decision
    held.reset();
    CHECK(store->begin());
}

TEST_CASE("who reads waits for a connection that others read on, and not for ever", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema, std::chrono::milliseconds{10});
    options.readers_max = 1;
    const auto store = open_host(options);
    auto held = must(store->read());
    const auto refused = store->read();
    CHECK(code_of(refused) == ErrorCode::busy);
    CHECK(refused.error().detail.find("all connections for reading are in use") != std::string::npos);
    std::thread waiting{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        held.reset();
    }};
    CHECK(store->read());
    waiting.join();
}

TEST_CASE("the version changes with another host's commits and not with one's own", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    const auto other = open_host(options_of(schema));
    const auto version = [&] { return must(store->version()); };
    auto seen = version();
    for (int i = 0; i < 3; ++i) {
        commit_nothing(*store);
        CHECK(version() == seen);
    }
    commit_nothing(*other);
    CHECK(version() != seen);
    seen = version();
    commit_nothing(*other);
    commit_nothing(*store);  // which sees the other's
    CHECK(version() != seen);
    seen = version();
    { const auto begun = must(store->begin()); }
    CHECK(version() == seen);
}

TEST_CASE("a version that may be old is looked up again when it is", "[postgres]") {
    const PostgresSchema schema;
    auto options = options_of(schema);
    options.version_age_max = std::chrono::milliseconds{50};
    const auto store = open_host(options);
    const auto other = open_host(options_of(schema));
    const auto seen = must(store->version());
    commit_nothing(*other);
    const auto until = Steady::now() + std::chrono::seconds{5};
    while (must(store->version()) == seen && Steady::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    CHECK(must(store->version()) != seen);
}

TEST_CASE("a host that dies in a transaction leaves the store to the others", "[postgres][fork]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    const auto child = start_child([&] {
        const auto mine = open_host(options_of(schema));
        const auto begun = must(mine->begin());
        return 7;  // _exit: nothing is closed
    });
    CHECK(wait_for(child) == 7);
    CHECK(store->begin());
}

TEST_CASE("a host that runs out of memory in a transaction keeps the store from nobody", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    const auto other = open_host(options_of(schema, std::chrono::seconds{5}));
    UserKeys keys;
    keys.ids = {UserId{101}};
    std::vector<User> rows;
    int refused = 0;
    for (std::int64_t passing = 0;; ++passing) {
        CAPTURE(passing);
        bool has_struck = false;
        {
            const AllocationFaults faults{passing};  // and all that follow: also what would give the lock back
            auto begun = store->begin();
            if (begun)
                (void)(*begun)->users().load(keys, rows);
            else
                ++refused;
            begun = refuse(ErrorCode::busy);  // it ends while there is no memory
            has_struck = faults.struck();
        }
        CHECK(other->begin());
        if (!has_struck) break;
    }
    CHECK(refused > 20);
    CHECK(store->begin());
}

TEST_CASE("a host that stands still in a transaction is put out by the server", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema, std::chrono::seconds{20}));
    const auto still = open_host(options_of(schema));
    // What the server does after 15 s it is told to do at once.
    auto held = must(still->begin());
    run_sql(schema.database(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'");
    commit_nothing(*store);
    // And its own commit fails, without harm: whoever stood still hears that nothing was written.
    Changes changes;
    changes.leases.push_back({NodeLease{1, first_moment, 0}, true});
    CHECK(code_of(held->commit(changes)) == ErrorCode::busy);
    held.reset();
    commit_nothing(*still);
}

TEST_CASE("a statement that is planned anew in the middle of a pipeline still gives each key its rows", "[postgres]") {
    // Found by 50,000 commands by chance: where one stood several times in a pipeline, its answers went to others.
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    Changes changes;
    constexpr std::int64_t room_count = 5;  // 16 runs end in the middle of a load
    for (std::int64_t i = 1; i <= room_count; ++i) {
        add(changes.users, sample_user(100 + i));
        add(changes.rooms, sample_room(i, "room " + std::to_string(i)));
        add(changes.places, admitted_place(1000 + i, RoomId{i}, UserId{100 + i}, 1, after_first_moment(10 * i)));
    }
    commit(*store, changes);
    const auto begun = must(store->begin());
    for (int load_count = 0; load_count < 40; ++load_count) {
        CAPTURE(load_count);
        PlaceKeys keys;
        for (std::int64_t i = 1; i <= room_count; ++i) keys.lines.push_back({RoomId{i}, first_moment, TokenId{}, 1});
        std::vector<Place> places;
        must(begun->places().load(keys, places));
        REQUIRE(places.size() == room_count);
        for (std::int64_t i = 0; i < room_count; ++i) CHECK(places[static_cast<std::size_t>(i)].room == RoomId{i + 1});
    }
}

TEST_CASE("a statement that the server refuses leaves the connection usable", "[postgres]") {
    const PostgresSchema schema;
    const auto store = open_host(options_of(schema));
    schema.run("ALTER TABLE users RENAME TO people");
    UserKeys keys;
    keys.ids = {UserId{101}};
    std::vector<User> rows;
    {
        const auto begun = must(store->begin());
        CHECK(code_of(begun->users().load(keys, rows)) == ErrorCode::storage);
    }
    schema.run("ALTER TABLE people RENAME TO users");
    const auto begun = must(store->begin());
    CHECK(begun->users().load(keys, rows));
}

namespace {

/// How often each table of the schema was walked, once the sessions that did it have ended.
std::string walks_of(const PostgresSchema& schema) {
    for (int i = 0; i < 500; ++i) {
        if (run_sql(schema.database(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'boxoffice'") ==
            "0")
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return run_sql(schema.database(),
                   "SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname) FROM pg_stat_user_tables "
                   "WHERE schemaname = '" +
                       schema.name() +
                       "' AND relname IN ('users', 'seats', 'reservations', 'tokens', 'points', 'point_usages', "
                       "'payments', 'payment_histories', 'idempotency', 'events')");
}

}  // namespace

TEST_CASE("nothing that a sale asks for walks a table", "[postgres]") {
    const PostgresSchema schema;
    open_host(options_of(schema)).reset();
    const auto before = walks_of(schema);  // making an index is one
    {
        Options options;
        options.main_room.active_capacity = 100;
        const auto office = must(BoxOffice::open(open_host(options_of(schema)), options));
        std::vector<NewSeat> seats;
        for (int i = 0; i < 300; ++i) seats.push_back({std::to_string(i), "", "", Points{100}});
        const auto concert =
            must(office->execute(CreateConcert{*parse_date("2030-01-01"), "race", office->main_room(), seats}));
        schema.run("ANALYZE");  // of which a planner could conclude that the tables are small
        for (int i = 0; i < 100; ++i) {
            const auto user = must(office->execute(CreateUser{"user-" + std::to_string(i)})).id;
            const auto token = must(office->execute(Join{user, office->main_room()})).claims.token;
            must(office->execute(Recharge{user, Points{100}, "key"}));
            const auto seat = must(office->seat(concert.id, std::to_string(i)));
            const auto held = must(office->execute(HoldSeat{user, token, seat.seat.id, "key"}));
            must(office->execute(Pay{user, token, held.reservation, "key"}));
            (void)must(office->reservations(user, 10));
            (void)must(office->balance(user));
        }
        (void)must(office->execute(Tick{}));
    }
    CHECK(walks_of(schema) == before);
}
