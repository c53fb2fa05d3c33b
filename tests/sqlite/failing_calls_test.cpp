// The calls of the operating system that the SQLite store makes itself fail, at every place of an office's life: what then fails is told,
// what was acknowledged is there, and the next office finds all in order. (What SQLite itself calls fails in tests/reliability/.)

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"
#include "support/failing_calls.hpp"
#include "support/or_throw.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

Result<std::unique_ptr<BoxOffice>> try_open(const std::string& path) {
    SqliteOptions options;
    options.path = path;
    options.durability = Durability::normal;
    options.busy_timeout = std::chrono::milliseconds{20};
    auto store = open_sqlite_store(options);
    if (!store) return tl::unexpected(std::move(store).error());
    return BoxOffice::open(std::move(*store));
}

/// What was told in a story, and what came of it.
struct Told {
    std::vector<std::string> outcomes;
    std::int64_t acknowledged = 0;  ///< recharges of one point each
    std::int64_t unknown = 0;

    template <class T>
    bool note(const Result<T>& result) {
        outcomes.push_back(outcome(result));
        return result.has_value();
    }
    void recharge(BoxOffice& office, UserId user) {
        const auto done = office.execute(Recharge{user, Points{1}, {}});
        if (note(done)) ++acknowledged;
        if (!done && done.error().code == ErrorCode::outcome_unknown) ++unknown;
    }
};

/// A file with a user in it who has a point, or none yet.
class Story {
  public:
    explicit Story(bool is_new = false) {
        if (is_new) return;
        auto office = or_throw(try_open(path_));
        user_ = or_throw(office->execute(CreateUser{"ann"})).id;
        or_throw(office->execute(Recharge{user_, Points{1}, {}}));
        points_ = 1;
    }

    /// Opens the file, sells, and is opened beside itself.
    Told open_twice() {
        Told told;
        const auto sell = [&](BoxOffice& office) {
            if (!user_) {
                const auto created = office.execute(CreateUser{"ann"});
                if (told.note(created)) user_ = created->id;
            }
            if (user_) told.recharge(office, user_);
        };
        auto office = try_open(path_);
        if (!told.note(office)) return told;
        sell(**office);
        {
            auto beside = try_open(path_);
            if (told.note(beside)) sell(**beside);
        }
        sell(**office);
        return told;
    }

    /// Copies the file while it is open, and puts the copy back under another name.
    Told back_up() {
        Told told;
        auto office = try_open(path_);
        if (!told.note(office)) return told;
        if (told.note((*office)->backup(copy_))) told.note(restore_sqlite_file(copy_, restored_));
        told.recharge(**office, user_);
        return told;
    }

    /// All is there and in order, nobody else can read it, and the next one succeeds.
    void check(const Told& told) {
        {
            auto office = try_open(path_);
            REQUIRE(outcome(office) == "ok");
            CHECK((*office)->audit().value().empty());
            const auto points = user_ ? (*office)->balance(user_).value().value : 0;
            CHECK(points >= points_ + told.acknowledged);
            CHECK(points <= points_ + told.acknowledged + told.unknown);
            points_ = points;
            if (user_) CHECK(outcome((*office)->execute(Recharge{user_, Points{1}, {}})) == "ok");
        }
        for (const auto& path : {path_, path_ + "-lock", copy_, restored_}) {
            CAPTURE(path);
            struct stat status {};
            if (::stat(path.c_str(), &status) == 0) CHECK((status.st_mode & 0777) == 0600);
        }
    }

    /// What was said to be a copy is one, and nothing is left of one that failed.
    void check_copies(const Told& told) {
        const auto is_there = [](const std::string& path) { return std::filesystem::exists(path); };
        const bool is_copied = told.outcomes.at(0) == "ok" && told.outcomes.at(1) == "ok";
        const bool is_restored = is_copied && told.outcomes.at(2) == "ok";
        CHECK(is_there(copy_) == is_copied);
        CHECK(is_there(restored_) == is_restored);
        if (!is_restored) return;
        const auto restored = try_open(restored_);
        REQUIRE(outcome(restored) == "ok");
        CHECK((*restored)->balance(user_).value() == Points{1});
    }

  private:
    const TemporaryFolder folder_;
    const std::string path_ = folder_ / "sale.db";
    const std::string copy_ = folder_ / "copy.db";
    const std::string restored_ = folder_ / "restored.db";
    UserId user_;
    std::int64_t points_ = 0;
};

struct Failure {
    std::string function;
    int error_number;
    /// What may be told; "ok" alone: nobody notices.
    std::vector<std::string> told;
};

const std::vector<std::string> storage{"ok", "storage"};
const std::vector<std::string> nothing{"ok"};

/// Tells a story as often as `failure` has a place in it, each time with one more call passing before it.
template <class Tell, class Check>
void fail_everywhere(const Failure& failure, bool is_new, Tell tell, Check check) {
    CAPTURE(failure.function, failure.error_number, is_new);
    for (std::int64_t passing = 0;; ++passing) {
        CAPTURE(passing);
        Story story{is_new};
        Told told;
        bool struck = false;
        {
            const FailingCalls failing{failure.function, failure.error_number, passing, 1};
            told = tell(story);
            struck = FailingCalls::struck();
        }
        CAPTURE(told.outcomes);
        for (const auto& one : told.outcomes)
            CHECK(std::find(failure.told.begin(), failure.told.end(), one) != failure.told.end());
        check(story, told);
        if (!struck) {
            CHECK(passing > 0);
            break;
        }
    }
}

}  // namespace

TEST_CASE(
    "whatever call of ours fails once in a sale, what was acknowledged is there and the next office finds all in order",
    "[sqlite]") {
    const auto failure = GENERATE(
        as<Failure>{}, Failure{"open", EINTR, nothing}, Failure{"open", EMFILE, storage},
        Failure{"open", EACCES, storage}, Failure{"pread", EIO, storage}, Failure{"pwrite", ENOSPC, storage},
        Failure{"fdatasync", EIO, storage}, Failure{"fstat", EIO, storage}, Failure{"stat", EACCES, storage},
        Failure{"statx", ENOSYS, nothing},  // a kernel that does not tell
        Failure{"realpath", EACCES, storage}, Failure{"flock", EINTR, nothing}, Failure{"flock", EWOULDBLOCK, nothing},
        Failure{"flock", ENOLCK, storage}, Failure{"fcntl", EINTR, storage}, Failure{"fcntl", ENOLCK, storage},
        Failure{"fcntl", EAGAIN, {"ok", "storage", "busy"}});
    const auto tell = [](Story& story) { return story.open_twice(); };
    const auto check = [](Story& story, const Told& told) { story.check(told); };
    fail_everywhere(failure, false, tell, check);
    fail_everywhere(failure, true, tell, check);
}

TEST_CASE("whatever call of ours fails once in a backup or as it is put back, there is a whole one or none",
          "[sqlite]") {
    const auto failure =
        GENERATE(as<Failure>{}, Failure{"open", EINTR, nothing}, Failure{"open", EMFILE, storage},
                 Failure{"stat", EACCES, storage}, Failure{"lstat", EACCES, storage}, Failure{"fchmod", EPERM, storage},
                 Failure{"fsync", EIO, storage},
                 Failure{"renameat2", EINVAL, nothing},  // a file system that does not know the flag
                 Failure{"renameat2", EIO, storage}, Failure{"renameat2", EEXIST, {"ok", "invalid_argument"}},
                 Failure{"unlink", EIO, nothing}, Failure{"flock", EWOULDBLOCK, {"ok", "busy"}});
    fail_everywhere(
        failure, false, [](Story& story) { return story.back_up(); },
        [](Story& story, const Told& told) {
            story.check_copies(told);
            story.check(told);
        });
}
