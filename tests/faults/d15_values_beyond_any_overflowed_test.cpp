// A damaged balance far beyond what can be issued was reckoned with, and overflowed; so were a room's time to wait of -292,000 years, and its
// count of those admitted.

#include <SQLiteCpp/SQLiteCpp.h>

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

TEST_CASE("A row with a time, a span or a count beyond any is refused as damaged", "[faults][D15]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    { open_office(path).value(); }
    const std::string column = GENERATE("waiting_ttl_us", "next_admission_at", "admitted_count");
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
