#include "sqlite/connection.hpp"

#include <SQLiteCpp/Exception.h>

#include <chrono>

#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("What a connection reads is interrupted when its time is over, and the next goes on", "[sqlite]") {
    using Clock = std::chrono::steady_clock;
    const TemporaryFolder folder;
    sqlite::Connection connection{folder / "some.db", true, std::chrono::seconds{1}};
    connection.prepare_for_reading();
    const auto count = [&] {
        return connection.database()
            .execAndGet(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) FROM n")
            .getInt();
    };
    connection.interrupt_after(Clock::now() + std::chrono::hours{1});
    CHECK(count() == 100'000);
    connection.interrupt_after(Clock::now() - std::chrono::seconds{1});
    CHECK_THROWS_AS(count(), SQLite::Exception);
    connection.interrupt_after(Clock::time_point::max());
    CHECK(count() == 100'000);
}
