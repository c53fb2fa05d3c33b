// The file has the key that tokens are signed with, and was readable by everybody on the machine; the lock file did not follow the
// file's mode, so that the second user of a shared file could not open it.

#include <sys/stat.h>

#include "faults/actors.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

class Umask {
  public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }

  private:
    mode_t before_;
};

}  // namespace

TEST_CASE("A file is made for its owner alone, and the files beside it follow its mode, whatever the umask",
          "[faults][C4]") {
    const auto mask = GENERATE(mode_t{0}, mode_t{022}, mode_t{077});
    CAPTURE(mask);
    const Umask umask{mask};
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    {
        auto office = open_office(path).value();
        REQUIRE(office->execute(CreateUser{"mina"}));
        for (const auto* part : {"", "-wal", "-shm", "-lock"}) CHECK(mode_of(path + part) == 0600);
        REQUIRE(office->backup(folder / "backup.db"));
        CHECK(mode_of(folder / "backup.db") == 0600);
    }
    REQUIRE(::chmod(path.c_str(), 0660) == 0);  // the house lets a group in
    auto office = open_office(path).value();
    REQUIRE(office->execute(CreateUser{"juno"}));
    for (const auto* part : {"", "-wal", "-shm", "-lock"}) CHECK(mode_of(path + part) == 0660);
    REQUIRE(office->backup(folder / "shared.db"));
    CHECK(mode_of(folder / "shared.db") == 0660);
}
