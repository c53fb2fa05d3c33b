// One full disk, for one moment, ended the store for good, reads too, until somebody opened it again.

#include "faults/actors.hpp"
#include "sqlite/counting_vfs.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::CountingVfs;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("A disk that was full, or failed, for a moment costs what was tried meanwhile and nothing else",
          "[faults][B3]") {
    const TemporaryFolder folder;
    CountingVfs vfs;
    SqliteOptions store;
    store.wal_size_max = 64 * 1024;  // checkpoints fail too
    auto office = open_office(folder / "sale.db", {}, {}, store).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    std::int64_t acknowledged = 0;
    std::int64_t tried = 0;
    const auto recharge = [&] {
        const auto done = office->execute(Recharge{mina, Points{1}, "key-" + std::to_string(++tried)});
        if (done) ++acknowledged;
        return done;
    };
    for (int i = 0; i < 20; ++i) REQUIRE(recharge());

    const bool is_write = GENERATE(true, false);
    const bool database_too = GENERATE(true, false);
    CAPTURE(is_write, database_too);
    if (is_write)
        vfs.fail_writes(SQLITE_FULL, database_too);
    else
        vfs.fail_log_syncs(true);
    for (int i = 0; i < 5; ++i) {
        const auto refused = recharge();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::storage);
        // Reads live on, and see no more than what was acknowledged or is now being found out.
        CHECK(office->balance(mina).value() >= Points{acknowledged});
        CHECK(office->user("mina"));
    }
    vfs.fail_writes(SQLITE_OK, false);
    vfs.fail_log_syncs(false);

    for (int i = 0; i < 40; ++i) REQUIRE(recharge());
    // Whoever retries what failed with its key finds one effect.
    for (std::int64_t i = 1; i <= tried; ++i)
        REQUIRE(office->execute(Recharge{mina, Points{1}, "key-" + std::to_string(i)}));
    CHECK(office->balance(mina).value() == Points{tried});
    CHECK(office->audit().value().empty());
    office.reset();
    office = open_office(folder / "sale.db").value();
    CHECK(office->balance(mina).value() == Points{tried});
    CHECK(office->audit().value().empty());
}
