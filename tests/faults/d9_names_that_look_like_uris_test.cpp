// Debian's SQLite takes a name that begins with "file:" for a URI, whose parameters can turn its locks off ("?nolock=1").

#include <unistd.h>

#include <filesystem>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

TEST_CASE("A name is a name, also one that looks like a URI", "[faults][D9]") {
    const TemporaryFolder folder;
    const auto name =
        GENERATE(as<std::string>{}, "file:sale.db", "file:sale.db?nolock=1", "sale.db?mode=ro", "50%25.db", "a#b.db");
    CAPTURE(name);
    // In a process of its own, since it changes the folder that relative names count from.
    const auto child = sqlite_testing::start_child([&] {
        if (::chdir((folder / "").c_str()) != 0) return 1;
        auto office = open_office(name);
        if (!office || !std::filesystem::exists("./" + name) || !std::filesystem::exists("./" + name + "-lock"))
            return 2;
        const auto mina = (*office)->execute(CreateUser{"mina"});
        if (!mina || !(*office)->execute(Recharge{mina->id, Points{5}, {}})) return 3;
        if (!(*office)->backup("file:copy.db") || !std::filesystem::exists("./file:copy.db")) return 4;
        office->reset();
        if (!restore_sqlite_file("file:copy.db", "file:restored.db?x=1")) return 5;
        office = open_office("file:restored.db?x=1");
        return office && (*office)->balance(mina->id).value() == Points{5} ? 0 : 6;
    });
    CHECK(sqlite_testing::status_of(child) == 0);
}
