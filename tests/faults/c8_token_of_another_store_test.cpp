// A token named no store: with keys that staging and production share, or in a copy of the file, it was good in both.

#include "boxoffice/memory_store.hpp"
#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("A token is good in the store that gave it, and in no other that shares its keys", "[faults][C8]") {
    const TemporaryFolder folder;
    Options shared;
    shared.token_keys = {{1, {1, 2, 3}}};
    auto office = open_office(folder / "sale.db", shared).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    const auto place = office->execute(Join{mina, office->main_room()}).value().claims;
    const auto token = office->token_text(place);
    const auto is_good_in = [&](BoxOffice& other) { return other.authenticate(token).has_value(); };
    CHECK(is_good_in(*office));
    CHECK(is_good_in(*open_office(folder / "sale.db", shared).value()));  // another host of the same store

    CHECK_FALSE(is_good_in(*open_office(folder / "other.db", shared).value()));
    CHECK_FALSE(is_good_in(*BoxOffice::open(std::make_unique<MemoryStore>(), shared).value()));

    // A backup that is opened as it is, for staging, is another store; restored, it takes its place again.
    REQUIRE(office->backup(folder / "backup.db"));
    REQUIRE(restore_sqlite_file(folder / "backup.db", folder / "restored.db"));
    CHECK_FALSE(is_good_in(*open_office(folder / "backup.db", shared).value()));
    CHECK(is_good_in(*open_office(folder / "restored.db", shared).value()));
    // Once it has been a store of its own it stays one.
    REQUIRE(restore_sqlite_file(folder / "backup.db", folder / "staging.db"));
    CHECK_FALSE(is_good_in(*open_office(folder / "staging.db", shared).value()));
}
