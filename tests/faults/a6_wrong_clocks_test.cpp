// One wrong reading of a clock when an office opened stayed for ever: time never runs backwards, so one commit under 2099 ended
// every hold and every token, and setting the clock right did not help.

#include <memory>

#include "boxoffice/memory_store.hpp"
#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using namespace std::chrono_literals;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

const Time start = Time{parse_date("2026-05-01").value()};

/// Clocks of one machine that ran equally long since it started, and show different times.
std::shared_ptr<VirtualClock> clock_at(Time wall, Duration since_start, std::int64_t machine = 1) {
    auto clock = std::make_shared<VirtualClock>(wall - since_start, machine);
    clock->advance(since_start);
    return clock;
}

Ports on(std::shared_ptr<Clock> clock) {
    Ports ports;
    ports.clock = std::move(clock);
    return ports;
}

ErrorCode code_of(const Result<std::unique_ptr<BoxOffice>>& opened) {
    return opened ? ErrorCode{} : opened.error().code;
}

/// A house with one sale under way: a hold of five minutes, made at `clock`.
struct Selling {
    UserId mina;
    TokenClaims place;
    ReservationId hold;

    explicit Selling(BoxOffice& office) {
        NewSeat seat;
        seat.number = "1";
        seat.price = Points{100};
        const auto concert =
            office.execute(CreateConcert{parse_date("2026-12-24").value(), "Winter", office.main_room(), {seat}})
                .value()
                .id;
        mina = office.execute(CreateUser{"mina"}).value().id;
        (void)office.execute(Recharge{mina, Points{100}, {}}).value();
        place = office.execute(Join{mina, office.main_room()}).value().claims;
        hold = office.execute(HoldSeat{mina, place.token, office.available_seats(concert).value().at(0).id, {}})
                   .value()
                   .reservation;
    }
    [[nodiscard]] bool can_be_paid(BoxOffice& office) const {
        return office.execute(Pay{mina, place.token, hold, {}}).has_value() &&
               office.authenticate(office.token_text(place)).has_value();
    }
};

}  // namespace

TEST_CASE("A second host whose clock is wrong is refused, and the sale goes on", "[faults][A6]") {
    const Duration ahead = GENERATE(Duration{6s}, Duration{10min}, Duration{61min}, Duration{24h * 365 * 73});
    const bool other_has_no_steady_clock = GENERATE(false, true);
    CAPTURE(ahead.count(), other_has_no_steady_clock);
    const TemporaryFolder folder;
    const auto right = clock_at(start, 1h);
    auto office = open_office(folder / "sale.db", {}, on(right)).value();
    const Selling sale{*office};
    right->advance(1s);
    const auto wrong = open_office(folder / "sale.db", {},
                                   on(clock_at(start + 1s + ahead, 1h + 1s, other_has_no_steady_clock ? 0 : 1)));
    // Without a steady clock to compare with, only what is far off can be told from an office that was idle.
    if (!other_has_no_steady_clock || ahead > 1h) {
        CHECK(code_of(wrong) == ErrorCode::clock_jump);
        CHECK(wrong.error().detail.find("accept_time") != std::string::npos);
        CHECK(sale.can_be_paid(*office));
    } else {
        CHECK(wrong);
    }
}

TEST_CASE("A second host whose clock is right, or behind, is let in, however long the others were idle",
          "[faults][A6]") {
    const Duration idle = GENERATE(Duration{1s}, Duration{10min}, Duration{24h * 30});
    const Duration behind = GENERATE(Duration{0}, Duration{4s}, Duration{59min});
    CAPTURE(idle.count(), behind.count());
    const TemporaryFolder folder;
    auto office = open_office(folder / "sale.db", {}, on(clock_at(start, 1h))).value();
    auto other = open_office(folder / "sale.db", {}, on(clock_at(start + idle - behind, 1h + idle)));
    REQUIRE(other);
    CHECK((*other)->execute(CreateUser{"juno"}));
}

TEST_CASE("The skew that is let in ends at clock_skew_max", "[faults][A6]") {
    const TemporaryFolder folder;
    auto office = open_office(folder / "sale.db", {}, on(clock_at(start, 1h))).value();
    CHECK(code_of(open_office(folder / "sale.db", {}, on(clock_at(start + 5s + 1us, 1h)))) == ErrorCode::clock_jump);
    CHECK(open_office(folder / "sale.db", {}, on(clock_at(start + 5s, 1h))));
}

TEST_CASE("A file that a wrong clock once wrote is refused until somebody accepts its time", "[faults][A6]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    (void)open_office(path, {}, on(clock_at(start, 1h))).value();
    SECTION("and so is the wrong clock, when the machine knows better") {
        CHECK(code_of(open_office(path, {}, on(clock_at(start + 24h * 3650, 1h + 10s)))) == ErrorCode::clock_jump);
        CHECK(open_office(path, {}, on(clock_at(start + 10s, 1h + 10s))));
    }
    SECTION("after it was written on another start of the machine") {
        const auto wrong = start + 24h * 3650;
        {
            auto office = open_office(path, {}, on(clock_at(wrong, 1min, 2))).value();
            REQUIRE(office->execute(CreateUser{"mina"}));
        }
        const auto right = on(clock_at(start + 1h, 5min, 3));
        CHECK(code_of(open_office(path, {}, right)) == ErrorCode::clock_jump);
        CHECK(code_of(open_office(path, {}, right)) == ErrorCode::clock_jump);  // it stays as it was
        Options accept;
        accept.accept_time = true;
        auto office = open_office(path, accept, right).value();
        CHECK(office->execute(CreateUser{"juno"}));
        CHECK(office->now().value() >= wrong);
    }
    SECTION("an hour is not far") {
        {
            auto office = open_office(path, {}, on(clock_at(start + 1h, 1min, 2))).value();
            REQUIRE(office->execute(CreateUser{"mina"}));
        }
        CHECK(open_office(path, {}, on(clock_at(start, 5min, 3))));
        CHECK(code_of(open_office(path, {}, on(clock_at(start - 1us, 5min, 3)))) == ErrorCode::clock_jump);
    }
}

TEST_CASE("A clock set back and forth neither ends nor revives anything", "[faults][A6]") {
    const TemporaryFolder folder;
    const auto clock = clock_at(start, 1h);
    auto office = open_office(folder / "sale.db", {}, on(clock)).value();
    const Selling sale{*office};
    for (const Duration jump : {Duration{-24h * 365}, Duration{59min}, Duration{-1h}, Duration{1s}}) {
        const auto before = office->now().value();
        clock->set_wall(start + jump);
        const auto after = office->now();
        REQUIRE(after);
        CHECK(*after >= before);
        clock->set_wall(before);
    }
    CHECK(office->audit().value().empty());
}

TEST_CASE("A machine that was suspended goes on", "[faults][A6]") {
    // CLOCK_BOOTTIME counts while the machine sleeps: both clocks move on, and nothing has jumped.
    const auto clock = clock_at(start, 1h);
    auto office = BoxOffice::open(std::make_unique<MemoryStore>(), {}, on(clock)).value();
    clock->advance(24h);
    CHECK(office->execute(CreateUser{"mina"}));
    SystemClock system;
    CHECK(system.steady_origin() != 0);
    CHECK(system.steady_origin() == SystemClock{}.steady_origin());
    timespec since_start{};
    REQUIRE(::clock_gettime(CLOCK_BOOTTIME, &since_start) == 0);
    CHECK(system.steady() >= std::chrono::seconds{since_start.tv_sec});
}

TEST_CASE("Of two hosts that make one file at a time the first is no stranger to the time", "[faults][A6]") {
    const TemporaryFolder folder;
    SqliteOptions file;
    file.path = folder / "box.office";
    auto one = open_sqlite_store(file).value();
    auto other = open_sqlite_store(file).value();  // has the empty file open before anything was written
    CHECK(BoxOffice::open(std::move(one)).has_value());
    CHECK(BoxOffice::open(std::move(other)).has_value());
}
