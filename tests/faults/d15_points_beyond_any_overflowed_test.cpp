// A damaged balance far beyond what can be issued was reckoned with, and overflowed.

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
