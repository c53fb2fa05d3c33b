// A damaged balance far beyond what can be issued was reckoned with, and overflowed; so were a room's time to wait of -292,000 years, and its
// count of those admitted.

#include <SQLiteCpp/SQLiteCpp.h>

#include <limits>
#include <memory>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

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

TEST_CASE("A room with a span or a count beyond any is refused as damaged", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { open_office(path).value(); }
    const std::string column = GENERATE("waiting_ttl_us", "admitted_count");
    const std::string value = GENERATE("-9223372036854775807 - 1", "9223372036854775806");
    CAPTURE(column, value);
    {
        SQLite::Database damage{path, SQLite::OPEN_READWRITE};
        damage.exec("PRAGMA ignore_check_constraints = ON; UPDATE rooms SET " + column + " = " + value);
    }
    const auto refused = open_office(path);  // opening looks at the rooms
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::storage);
    CHECK(refused.error().detail.find("a row has a") != std::string::npos);
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
    CHECK(office->audit().value().empty());
}
