// The host that embeds a box office reads, copies or opens the office's files, as any code of its process may: a checksum, an
// upload, a backup of the folder. Any close() of a descriptor drops the process' POSIX locks on that file, and so did SQLite's
// sign that the file is in use: the next process that closed deleted the log under the host, and its sales were gone.

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

/// What the host does to its own files, by a letter.
void touch(char how, const std::string& path) {
    const auto close_after = [](const std::string& name, int flags) {
        const int descriptor = ::open(name.c_str(), flags);
        if (descriptor >= 0) ::close(descriptor);
    };
    const std::vector<std::string> all{path, path + "-wal", path + "-shm", path + "-lock"};
    switch (how) {
        case '1': return close_after(path, O_RDONLY);
        case '2': return close_after(path, O_RDWR | O_APPEND);
        case '3':  // the whole folder, as a backup tool copies it
            for (const auto& name : all) {
                std::ifstream in{name, std::ios::binary};
                std::ofstream{name + ".copy", std::ios::binary} << in.rdbuf();
                std::filesystem::remove(name + ".copy");
            }
            return;
        case '4':
            for (const auto& name : all) close_after(name, O_RDWR);
            return;
        default: return;  // the control
    }
}

}  // namespace

TEST_CASE("A host that opens and closes its own files loses nothing it has acknowledged", "[faults][A1]") {
    const char how = GENERATE('0', '1', '2', '3', '4');
    const bool host_ends_first = GENERATE(false, true);
    CAPTURE(how, host_ends_first);
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Actor host{[&] { return house(path, [path](char word, BoxOffice*) { return touch(word, path), 0; }); }};
    Actor other{[&] { return house(path); }};
    Actor third{[&] { return house(path); }};

    std::int64_t acknowledged = 0;
    const auto recharge = [&](Actor& actor) {
        REQUIRE(actor('r') == 0);
        ++acknowledged;
    };
    REQUIRE(host('o') == 0);
    recharge(host);
    REQUIRE(host(how) == 0);
    REQUIRE(other('o') == 0);
    recharge(other);
    REQUIRE(other('c') == 0);  // here the log was deleted
    CHECK(std::filesystem::exists(path + "-wal"));
    recharge(host);
    recharge(host);
    REQUIRE(third('o') == 0);
    CHECK(third('b') == acknowledged);
    recharge(third);
    recharge(host);
    CHECK(host('b') == acknowledged);
    if (host_ends_first) {
        host.kill();
        recharge(third);
        REQUIRE(third('c') == 0);
    } else {
        REQUIRE(third('c') == 0);
        recharge(host);
        REQUIRE(host('c') == 0);
    }
    REQUIRE(other('o') == 0);
    CHECK(other('b') == acknowledged);
    CHECK(other('v') == 0);
    REQUIRE(other('c') == 0);
    CHECK_FALSE(std::filesystem::exists(path + "-wal"));
}
