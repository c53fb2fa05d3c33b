// A reader that was stopped in the middle of a read kept the log from being folded: it grew without bound, 450 MiB in 8 s, and stayed
// large long after the reader had gone.

#include <filesystem>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::options_for;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("A reader that stays bounds what is written, and nothing stays of it when it has gone", "[faults][B4]") {
    constexpr std::int64_t size_max = 64 * 1024;
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    (void)open_office(path).value();
    Actor reader{[&] {
        return [&, store = std::shared_ptr<Store>{}, view = std::shared_ptr<View>{}](char) mutable -> std::int64_t {
            store = open_sqlite_store(options_for(path)).value();
            view = store->read().value();
            return 0;
        };
    }};
    REQUIRE(reader('o') == 0);  // and it is heard of no more
    SqliteOptions store;
    store.wal_size_max = size_max;
    auto office = open_office(path, {}, {}, store).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    std::int64_t acknowledged = 0;
    Result<Recharged> last;
    const auto log_size = [&] { return static_cast<std::int64_t>(std::filesystem::file_size(path + "-wal")); };
    while (acknowledged < 2'000) {
        last = office->execute(Recharge{mina, Points{1}, {}});
        if (!last) break;
        ++acknowledged;
    }
    REQUIRE_FALSE(last);
    CHECK(last.error().code == ErrorCode::busy);
    CHECK(last.error().detail.find("reads") != std::string::npos);
    CHECK(log_size() < 9 * size_max);
    CHECK(log_size() > 7 * size_max);
    CHECK(office->balance(mina).value() == Points{acknowledged});  // reading goes on

    reader.kill();
    for (int i = 0; i < 10; ++i) {
        REQUIRE(office->execute(Recharge{mina, Points{1}, {}}));
        ++acknowledged;
    }
    CHECK(log_size() < 2 * size_max);
    CHECK(office->balance(mina).value() == Points{acknowledged});
}
