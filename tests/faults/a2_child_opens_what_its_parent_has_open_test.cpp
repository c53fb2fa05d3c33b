// A child of fork() inherits what SQLite remembers of its parent's locks, not the locks. One that opened the same file anew, as
// preloading servers do, took none: the parent's close deleted the log under it, and the child sold into a deleted file.

#include <string>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::status_of;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

int in_child(const std::function<bool()>& holds) {
    return status_of(sqlite_testing::start_child([&] { return holds() ? 0 : 1; }));
}

bool is_forked(const std::string& path) {
    const auto opened = open_office(path);
    return !opened && opened.error().code == ErrorCode::forked &&
           opened.error().detail.find("before you fork") != std::string::npos;
}

}  // namespace

TEST_CASE("A child may not open a file that its parent had open at the fork", "[faults][A2][fork]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    auto office = open_office(path).value();
    const auto mina = office->execute(CreateUser{"mina"}).value().id;

    SECTION("not while the parent has it open, nor after the inherited handle has gone") {
        CHECK(in_child([&] {
                  if (!is_forked(path)) return false;
                  office.reset();
                  return is_forked(path);
              }) == 0);
    }
    SECTION("not by another name, nor as a grandchild") {
        std::filesystem::create_symlink(path, folder / "link.db");
        CHECK(in_child([&] {
                  return is_forked(folder / "link.db") && in_child([&] { return is_forked(path); }) == 0;
              }) == 0);
    }
    SECTION("but any other file") {
        CHECK(in_child([&] { return open_office(folder / "other.db").has_value(); }) == 0);
    }
    SECTION("and the file itself when the parent has closed it before the fork") {
        office.reset();
        CHECK(in_child([&] {
                  auto own = open_office(path);
                  return own && (*own)->execute(Recharge{mina, Points{5}, {}}).has_value();
              }) == 0);
        office = open_office(path).value();
        CHECK(office->balance(mina).value() == Points{5});
    }
    // Whatever the child did, the parent's office is as it was.
    CHECK(office->execute(Recharge{mina, Points{7}, {}}));
    CHECK(office->audit().value().empty());
}
