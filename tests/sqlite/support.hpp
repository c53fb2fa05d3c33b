#pragma once
/// What the tests of the SQLite store share: a folder that goes away, files as bytes, and child processes.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "boxoffice/sqlite_store.hpp"

namespace boxoffice::sqlite_testing {

/// A folder of its own for each test.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        auto name = (std::filesystem::temp_directory_path() / "boxoffice-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

    /// Every file's name and bytes: two equal snapshots mean that nothing was touched.
    [[nodiscard]] std::map<std::string, std::string> snapshot() const {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::directory_iterator{path_}) {
            std::ifstream in{entry.path(), std::ios::binary};
            files[entry.path().filename()] = std::string{std::istreambuf_iterator<char>{in}, {}};
        }
        return files;
    }

  private:
    std::filesystem::path path_;
};

inline void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
}

inline std::string read_file(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Runs `work` in a child process. Its int result is the child's exit status; an exception's is 99.
template <class Work>
pid_t start_child(Work&& work) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child > 0) return child;
    int status = 99;
    try {
        status = work();
    } catch (...) {
        // Told by the status; nothing of the test framework may run in the child.
    }
    ::_exit(status);
}

inline int status_of(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

inline SqliteOptions options_for(const std::string& path) {
    SqliteOptions options;
    options.path = path;
    return options;
}

/// A commit with one more event, which every transaction of the engine has.
inline Result<void> commit_event(Store& store, std::int64_t amount = 0) {
    auto transaction = store.begin();
    if (!transaction) return tl::unexpected<Error>(transaction.error());
    const auto last = (*transaction)->last_event();
    if (!last) return tl::unexpected<Error>(last.error());
    Changes changes;
    Event event;
    event.sequence = last->sequence + 1;
    event.at = last->at + Duration{1};
    event.amount = amount;
    changes.events.push_back(event);
    return (*transaction)->commit(changes);
}

inline int event_count(Store& store) {
    return static_cast<int>(store.read().value()->events_after(0, 1'000'000).value().size());
}

}  // namespace boxoffice::sqlite_testing
