/// From three failed allocations in a row on, execute threw; and a command that had been committed could be answered
/// with out_of_memory. Nothing throws, and a fault means that nothing was written.

#include <filesystem>
#include <functional>

#include "boxoffice.h"
#include "boxoffice/sqlite_store.hpp"
#include "support/allocation_faults.hpp"
#include "support/office.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

const std::string long_key(60, 'k');  // too long to lie in the string itself

/// What a call did, as far as its answer says: true where it is no fault.
using Call = std::function<bool()>;

template <class T>
bool no_fault(const Result<T>& result) {
    return result || range_of(result.error().code) != ErrorRange::fault;
}

/// Makes the `failing` allocations behind the first 0, 1, 2 … fail, until the call gets by without. Where it answers a
/// fault, nothing may have been written. Gives how many answered a fault.
template <class Dump>
int strike(Dump dump, std::int64_t failing, const Call& prepare, const Call& call) {
    int fault_count = 0;
    for (std::int64_t passing = 0;; ++passing) {
        REQUIRE(passing < 5'000);
        CAPTURE(failing, passing);
        REQUIRE(prepare());
        const auto before = dump();
        bool answered = false;
        bool struck = false;
        {
            const AllocationFaults faults{passing, failing};
            answered = call();
            struck = faults.struck();
        }
        if (!answered) {
            ++fault_count;
            REQUIRE(struck);
            REQUIRE(dump() == before);
        }
        if (!struck) return fault_count;
    }
}

const Call nothing = [] { return true; };

}  // namespace

TEST_CASE("no command throws for want of memory, and a fault means that nothing was written") {
    const auto failing = GENERATE(1, 3, 5, 60);
    Office office{options_with([](Options& o) { o.holds_per_user = 100; })};
    std::vector<SeatPrice> seats;
    for (int i = 0; i < 40; ++i) seats.push_back({std::to_string(i), 10});
    office.concert("2026-12-24", seats);
    const auto mina = office.comes_with("mina", 100'000);
    const auto dump = [&] { return office.dump(); };
    std::int64_t names = 0;
    std::string name;
    const Call new_name = [&] {
        name = "a name that is too long to lie in the string " + std::to_string(++names);
        return true;
    };
    ReservationId hold;
    const Call new_hold = [&] {
        for (const auto& row : must(office->reservations(mina.user, 100), "reservations"))
            if (row.state == ReservationState::held) (void)office.try_release(mina, row.reservation.id);
        const auto free = office.available();
        hold = office.hold(mina, free.front()).reservation;
        return true;
    };

    CHECK(strike(dump, failing, new_name, [&] {
              CreateUser command;
              command.external_id.swap(name);
              return no_fault(office->execute(std::move(command)));
          }) > 0);
    CHECK(strike(dump, failing, nothing, [&] {
              return no_fault(office->execute(Join{mina.user, office->main_room()}));
          }) > 0);
    CHECK(strike(dump, failing, new_hold, [&] { return no_fault(office->execute(ReleaseHold{mina.user, hold})); }) > 0);
    const Call free_seats = [&] {
        (void)new_hold();
        (void)office.try_release(mina, hold);
        return true;
    };
    const auto seat = office.seat("39");
    CHECK(strike(dump, failing, free_seats, [&] {
              return no_fault(office->execute(HoldSeat{mina.user, mina.token, seat, ""}));
          }) > 0);
    CHECK(strike(dump, failing, nothing, [&] { return no_fault(office->execute(Tick{})); }) > 0);
    CHECK(strike(dump, failing, nothing, [&] { return no_fault(office->pay(mina.user, mina.token, hold, "")); }) > 0);

    // A batch: the first Recharge has its effect at most once, with its key, and outcomes tell what was done.
    const std::vector<Command> batch{Recharge{mina.user, Points{1}, ""}, CreateUser{long_key}, Tick{},
                                     Recharge{mina.user, Points{100}, ""}, Leave{mina.user, TokenId{5}}};
    for (std::int64_t passing = 0;; ++passing) {
        REQUIRE(passing < 5'000);
        CAPTURE(failing, passing);
        const auto before = office.balance(mina.user);
        std::vector<Outcome> outcomes;
        bool struck = false;
        {
            const AllocationFaults faults{passing, failing};
            outcomes = office->execute(batch);
            struck = faults.struck();
        }
        std::int64_t recharged = 0;
        if (!outcomes.empty()) {
            REQUIRE(outcomes.size() == batch.size());
            recharged = (outcomes[0] ? 1 : 0) + (outcomes[3] ? 100 : 0);
        }
        REQUIRE(office.balance(mina.user) - before == recharged);
        if (!struck) break;
    }
    CHECK(office.audit() == "");
}

TEST_CASE("no query or token function throws for want of memory") {
    const auto failing = GENERATE(1, 3, 5, 60);
    CAPTURE(failing);
    Office office{room_for(1)};
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    CHECK(office.is_turn(mina));
    const auto dump = [] { return 0; };
    const auto claims = must(office->authenticate(mina.text), "authenticate");
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->authenticate(mina.text)); });
    (void)strike(dump, failing, nothing, [&] { return office->token_text(claims).size() == 68; });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->peek(yuna.text)); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->peek_snapshot(yuna.text)); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->look(yuna.text)); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->await_turn(yuna.text, 2, seconds{0})); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->await_turn(yuna.text, 0, seconds{1})); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->now()); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->events_after(0, 0)); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->reservations(mina.user, 0)); });
    (void)strike(dump, failing, nothing, [&] { return no_fault(office->audit()); });
}

TEST_CASE("a room's move that was committed but not shown for want of memory is shown at the next peek") {
    Office office{room_for(1)};
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    CHECK_FALSE(office.is_turn(yuna));
    // Leaving admits yuna. At some point the commit stands and the board has no memory.
    for (std::int64_t passing = 0;; ++passing) {
        REQUIRE(passing < 5'000);
        const AllocationFaults faults{passing, 1};
        if (office->execute(Leave{mina.user, mina.token})) break;
    }
    CHECK(office.is_turn(yuna));
}

TEST_CASE("a backup for which memory runs out ends with a fault, and leaves no part of itself") {
    const auto failing = GENERATE(1, 5, 60);
    const TempDir folder;
    const auto office = must(
        BoxOffice::open(must(open_sqlite_store(SqliteOptions{.path = folder.file("sale.db")}), "open a file")), "open");
    const auto target = folder.file("a backup whose name is too long to lie in the string itself");
    for (std::int64_t passing = 0;; ++passing) {
        REQUIRE(passing < 5'000);
        CAPTURE(failing, passing);
        bool done = false;
        bool struck = false;
        {
            const AllocationFaults faults{passing, failing};
            done = no_fault(office->backup(target));
            struck = faults.struck();
        }
        REQUIRE(done == std::filesystem::exists(target));
        REQUIRE_FALSE(std::filesystem::exists(target + "-partial"));
        if (done) REQUIRE(std::filesystem::remove(target));
        if (!struck) break;
    }
}

TEST_CASE("a host's clock that throws makes faults, not exceptions") {
    struct ThrowingClock final : Clock {
        bool throws = false;
        Time wall() override { return throws ? throw std::runtime_error("no time") : opening; }
        Duration steady() override { return throws ? throw 7 : Duration::zero(); }
        void wait(Duration) override { throw std::runtime_error("no rest"); }
    };
    const auto clock = std::make_shared<ThrowingClock>();
    Ports ports;
    ports.clock = clock;
    const auto office = must(BoxOffice::open(std::make_unique<MemoryStore>(), room_for(0), ports), "open");
    const auto mina = must(office->execute(CreateUser{"mina"}), "user").id;
    const auto joined = must(office->execute(Join{mina, office->main_room()}), "join");
    const auto text = office->token_text(joined.claims);
    CHECK(outcome(office->await_turn(text, 2, seconds{1})) == "internal");
    clock->throws = true;
    CHECK(outcome(office->now()) == "internal");
    CHECK(outcome(office->authenticate(text)) == "internal");
    CHECK(outcome(office->peek(text)) == "internal");
    CHECK(outcome(office->peek_snapshot(text)) == "internal");
    CHECK(outcome(office->look(text)) == "internal");
    CHECK(outcome(office->balance(mina)) == "internal");
    CHECK(outcome(office->execute(Recharge{mina, Points{1}, ""})) == "internal");
    clock->throws = false;
    CHECK(must(office->balance(mina), "balance") == Points{0});
}

TEST_CASE("the C functions keep to it too") {
    const auto failing = GENERATE(1, 3, 5, 60);
    boxoffice_office* office = nullptr;
    REQUIRE(boxoffice_open(":memory:", 8, nullptr, &office, nullptr) == BOXOFFICE_OK);
    std::int64_t user = 0;
    REQUIRE(boxoffice_create_user(office, "mina", 4, &user, nullptr) == BOXOFFICE_OK);
    const auto balance = [&] {
        std::int64_t points = -1;
        CHECK(boxoffice_balance(office, user, &points, nullptr) == BOXOFFICE_OK);
        return points;
    };
    const auto is_fault = [](boxoffice_status status) { return status >= 300; };
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    CHECK(strike(balance, failing, nothing, [&] {
              boxoffice_recharged recharged;
              return !is_fault(
                  boxoffice_recharge(office, user, 5, long_key.data(), long_key.size(), &recharged, &error));
          }) > 0);
    CHECK(strike(balance, failing, nothing, [&] {
              boxoffice_recharged recharged;
              return !is_fault(boxoffice_recharge(office, user, 5, nullptr, 0, &recharged, &error));
          }) > 0);
    CHECK(strike(balance, failing, nothing, [&] {
              boxoffice_command command{};
              command.kind = BOXOFFICE_COMMAND_RECHARGE;
              command.user = user;
              command.amount = 7;
              boxoffice_outcome outcome;
              return !is_fault(boxoffice_execute(office, &command, 1, nullptr, 0, &outcome, &error)) &&
                     !is_fault(outcome.status);
          }) > 0);
    boxoffice_claims claims{};
    claims.token = claims.user = claims.room = claims.position = 1;
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    bool half = false;
    CHECK(strike(balance, failing, nothing, [&] {
              const auto status = boxoffice_token_text(office, &claims, text, &error);
              half = half || status != (text[0] != 0 ? BOXOFFICE_OK : BOXOFFICE_OUT_OF_MEMORY);
              return status == BOXOFFICE_OK;
          }) > 0);
    CHECK_FALSE(half);
    (void)strike(balance, failing, nothing, [&] {
        std::int64_t now = 0;
        boxoffice_peeked peeked;
        boxoffice_ticked ticked;
        (void)boxoffice_now(office, &now, &error);
        (void)boxoffice_await_turn(office, text, 68, 2, 0, &peeked, &error);
        (void)boxoffice_tick(office, 0, &ticked, &error);
        return true;
    });
    CHECK(boxoffice_close(&office) == BOXOFFICE_OK);
}
