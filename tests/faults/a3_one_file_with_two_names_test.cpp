// SQLite finds data by inode, and log and locks by name. Two processes that reached one file by two names (a hard link; a single
// file mounted into a container) both sold the same seat, and one sale was gone.

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace fs = std::filesystem;

TEST_CASE("A file with a second name is refused with words", "[faults][A3]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    (void)open_office(path).value();
    fs::create_hard_link(path, folder / "same.db");
    for (const auto* name : {"sale.db", "same.db"}) {
        const auto refused = open_office(folder / name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::storage);
        CHECK(refused.error().detail.find("hard link") != std::string::npos);
    }
    fs::remove(folder / "same.db");
    CHECK(open_office(path));
}

TEST_CASE("A file that gets a second name while it is open takes no more commits", "[faults][A3]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    auto office = open_office(path).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;
    fs::create_hard_link(path, folder / "same.db");
    for (int i = 0; i < 2; ++i) {
        const auto refused = office->execute(Recharge{mina, Points{1}, {}});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::storage);
    }
    office.reset();
    fs::remove(folder / "same.db");
    CHECK(open_office(path).value()->balance(mina).value() == Points{0});
}

TEST_CASE("A symbolic link is the file's own name", "[faults][A3]") {
    const TemporaryFolder folder;
    fs::create_symlink(folder / "sale.db", folder / "link.db");
    auto one = open_office(folder / "sale.db").value();
    auto two = open_office(folder / "link.db").value();
    const auto mina = one->execute(CreateUser{"mina"}).value().id;
    CHECK(two->execute(Recharge{mina, Points{1}, {}}));
    CHECK(one->balance(mina).value() == Points{1});
    CHECK_FALSE(fs::exists(folder / "link.db-wal"));
}

TEST_CASE("A file that is mounted by itself is refused with words", "[faults][A3]") {
    const TemporaryFolder folder;
    (void)open_office(folder / "sale.db").value();
    sqlite_testing::write_file(folder / "inside.db", "");
    // A mount name space of its own; without the right to one there is nothing to try.
    enum { refused, taken, no_right };
    const auto child = sqlite_testing::start_child([&] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount((folder / "sale.db").c_str(), (folder / "inside.db").c_str(), nullptr, MS_BIND, nullptr) != 0)
            return static_cast<int>(no_right);
        const auto opened = open_office(folder / "inside.db");
        return static_cast<int>(!opened && opened.error().detail.find("mount its folder") != std::string::npos ? refused
                                                                                                               : taken);
    });
    const auto outcome = sqlite_testing::status_of(child);
    if (outcome == no_right)
        WARN("no right to mount here: not tried");
    else
        CHECK(outcome == refused);
}
