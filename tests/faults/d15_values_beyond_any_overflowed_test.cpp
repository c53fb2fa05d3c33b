// A damaged balance far beyond what can be issued was reckoned with, and overflowed; so were a room's time to wait of -292,000 years, and its
// count of those admitted.

#include <SQLiteCpp/SQLiteCpp.h>

#include <limits>
#include <memory>
#include <string>
#include <type_traits>

#include "engine/timekeeper.hpp"
#include "faults/actors.hpp"
#include "reliability/durability/house.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

/// A connection that no check keeps from damage.
SQLite::Database damaging(const std::string& path) {
    SQLite::Database database{path, SQLite::OPEN_READWRITE};
    database.exec(
        "PRAGMA ignore_check_constraints = ON; DROP TRIGGER events_stay; DROP TRIGGER sales_stay; "
        "DROP TRIGGER tariff_prices_stay; DROP TRIGGER point_usages_stay; DROP TRIGGER payment_histories_stay");
    return database;
}

}  // namespace

TEST_CASE("A row with more points than there can be is refused as damaged", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        auto office = open_office(path).value();
        const auto user = office->execute(CreateUser{"ann"}).value().id;
        REQUIRE(office->execute(Recharge{user, Points{100}, {}}));
    }
    {
        SQLite::Database damage{path, SQLite::OPEN_READWRITE};
        damage.exec("UPDATE points SET balance = -9223372036854775807 WHERE kind = 'cash'");
    }
    auto office = open_office(path).value();
    const auto user = office->user("ann").value().id;
    const auto recharged = office->execute(Recharge{user, Points{100}, {}});
    REQUIRE_FALSE(recharged);
    CHECK(recharged.error().code == ErrorCode::storage);
    CHECK(office->balance(user).value() == Points{100});
    const auto violations = office->audit();
    REQUIRE_FALSE(violations);
    CHECK(violations.error().code == ErrorCode::storage);
}

TEST_CASE("A room or an event with a number beyond any is refused as damaged", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { open_office(path).value(); }
    const std::string least = "-9223372036854775807 - 1";
    const std::string most = "9223372036854775806";
    const auto [column, value] = GENERATE_COPY(table<std::string, std::string>({
        {"rooms SET waiting_ttl_us", least},
        {"rooms SET waiting_ttl_us", most},
        {"rooms SET admitted_count", least},
        {"rooms SET admitted_count", most},
        {"rooms SET active_capacity", least},
        {"rooms SET active_capacity", most},
        {"rooms SET admissions_per_second", least},
        {"rooms SET admissions_per_second", most},
        {"rooms SET last_position", "-1"},
        {"rooms SET serving", "-1"},
        {"events SET sequence", most},
    }));
    CAPTURE(column, value);
    {
        auto damage = damaging(path);
        damage.exec("UPDATE " + column + " = " + value + " WHERE rowid = (SELECT max(rowid) FROM " +
                    column.substr(0, column.find(' ')) + ")");
    }
    const auto refused = open_office(path);  // opening looks at the rooms
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::storage);
    CHECK(refused.error().detail.find("a row has a") != std::string::npos);
}

TEST_CASE("A price, a part to be given back or a number of steps beyond any is refused as damaged, and said where",
          "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        auto office = open_office(path).value();
        const auto house = reliability::HouseBuilder{*office}.build();
        const auto version = office->sale(house.spare).value().id.version;
        REQUIRE(office->execute(SetTariff{house.spare, {{"", TypeId{}, Points{30}}}, version}));
    }
    const std::string most = "4611686018427387904";  // two of them would overflow
    const auto [column, value] = GENERATE_COPY(table<std::string, std::string>({
        {"seats SET price", most},
        {"tariff_prices SET price", most},
        {"reservations SET price", most},
        {"reservations SET refunded", most},
        {"payments SET amount", most},
        {"point_usages SET amount", most},
        {"sales SET refund_steps", "'[9000000000000000,9000000000000000000]'"},
        {"sales SET refund_steps", "'[9000000000000000,-1]'"},
        {"payments SET step_count", "2147483648"},
        {"payment_histories SET step", "4294967296"},
    }));
    CAPTURE(column, value);
    {
        auto damage = damaging(path);
        const bool is_step = column == "payment_histories SET step";  // which no two rows of a payment may share
        REQUIRE(damage.exec("UPDATE " + column + " = " + value + (is_step ? " WHERE step = 0" : "")) > 0);
    }
    const auto violations = open_office(path).value()->audit();
    REQUIRE_FALSE(violations);
    CHECK(violations.error().code == ErrorCode::storage);
    const auto table = column.substr(0, column.find(' '));
    const bool is_steps = column.find("refund_steps") != std::string::npos;
    CHECK(violations.error().detail.find(table + (is_steps ? ": a sale's refund steps" : ": a row has ")) !=
          std::string::npos);
}

TEST_CASE("Sums of damaged prices are refused, too", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto house = reliability::HouseBuilder{*open_office(path).value()}.build();
    damaging(path).exec("UPDATE reservations SET price = 4611686018427387904, state = 'confirmed', type_id = id");
    const auto report = open_office(path).value()->sales_report(house.concert);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == ErrorCode::storage);
}

TEST_CASE("Where a position or a version is the last there is, none is given after it", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    ConcertId concert;
    SeatId seat;
    UserId user;
    {
        auto office = open_office(path).value();
        user = office->execute(CreateUser{"ann"}).value().id;
        concert = office->execute(CreateConcert{*parse_date("2027-01-01"), "a", office->main_room(), {}}).value().id;
        REQUIRE(office->execute(AddSeats{concert, {{"1", "", "", Points{100}}}}));
        seat = office->available_seats(concert).value().front().id;
    }
    {
        auto damage = damaging(path);
        const auto most = std::to_string(last);
        damage.exec("UPDATE rooms SET last_position = " + most + "; UPDATE concerts SET version = " + most +
                    "; UPDATE sales SET version = " + most + "; UPDATE seats SET version = " + most);
    }
    auto office = open_office(path).value();
    const auto is_refused = [](const auto& outcome) { return !outcome && outcome.error().code == ErrorCode::internal; };
    CHECK(is_refused(office->execute(Join{user, office->main_room()})));
    CHECK(is_refused(office->execute(ChangeConcert{concert, *parse_date("2027-01-01"), "b", {}, false, last, {}})));
    CHECK(is_refused(office->execute(ChangeSale{concert, Terms{}, last})));
    CHECK(is_refused(office->execute(SetTariff{concert, {}, last})));
    CHECK(is_refused(office->execute(CallOff{concert, "storm"})));
    CHECK(is_refused(office->execute(BlockSeat{seat})));
    CHECK(office->execute(CreateUser{"ben"}));  // the rest goes on
}

TEST_CASE("Where a payment's history has the last step there is, none comes after it", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto house = reliability::HouseBuilder{*open_office(path).value()}.build();
    damaging(path).exec("UPDATE payments SET step_count = 2147483647");
    auto office = open_office(path).value();
    const auto refused = office->execute(reliability::example(house, std::type_identity<CapturePayment>{}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::internal);
}

TEST_CASE("A reading of the steady clock that no clock can have shown is not gone by", "[faults][D15]") {
    const auto last = Time{*parse_date("2026-12-01")};
    const auto wall = later(last, std::chrono::hours{24 * 30});
    NodeLease lease;
    lease.seen = {last, Duration::min(), 7};
    const ClockReading mine{wall, Duration{8'000'000'000'000'000'000}, 7};
    const OpeningLimits limits{std::chrono::hours{1}, std::chrono::minutes{1}, false};
    CHECK(check_opening({lease}, last, wall, mine, limits));
    lease.seen.steady = mine.steady;  // one that can be gone by says that no time has passed
    CHECK_FALSE(check_opening({lease}, last, wall, mine, limits));
}

// The first mending bounded every time and span, also those that a command takes as they are.
TEST_CASE("Times and a steady clock that a host may choose are read back as they were written", "[faults][D15]") {
    /// Counts from the year 1, in nanoseconds.
    class OddClock final : public Clock {
      public:
        Time wall() override { return testing_time; }
        Duration steady() override { return Duration{8'000'000'000'000'000'000}; }
        void wait(Duration) override {}
        Time testing_time = Time{*parse_date("2026-12-01")};
    };
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto open = [&] {
        Ports ports;
        ports.clock = std::make_shared<OddClock>();
        return open_office(path, {}, std::move(ports)).value();
    };
    constexpr auto late = std::numeric_limits<std::int64_t>::max() - 1;
    ConcertId concert;
    {
        auto office = open();
        concert = office->execute(CreateConcert{*parse_date("2027-01-01"), "a", office->main_room(), {}}).value().id;
        REQUIRE(office->execute(ChangeConcert{concert, *parse_date("2027-01-01"), "a", from_us(late), false, 1, {}}));
        Terms terms;
        terms.closes_at = from_us(late);
        REQUIRE(office->execute(ChangeSale{concert, terms, 1}));
    }
    auto office = open();
    CHECK(office->concert(concert).value().starts_at == from_us(late));
    CHECK(office->sale(concert).value().terms.closes_at == from_us(late));
    const auto violations = office->audit().value();
    INFO((violations.empty() ? std::string{} : violations.front().rule + ": " + violations.front().detail));
    CHECK(violations.empty());
}
