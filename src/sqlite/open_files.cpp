#include "sqlite/open_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>

#include "engine/fork_guard.hpp"
#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {
namespace {

/// SQLite's "dead man's switch" in the index: who has it open holds this byte (os_unix.c, UNIX_SHM_DMS).
constexpr off_t presence_in_index = 128;

struct Entry {
    int count = 0;
    std::uint32_t epoch = 0;  ///< of the process that opened it
};

/// Descriptors are never closed while others may have the index open: a close() drops all that this process has locked there,
/// also for connections of the host's own. They are used again, and closed once nobody can open that index any more.
struct Registry {
    std::mutex mutex;
    std::map<FileId, Entry> databases;
    std::map<FileId, int> indexes;

    void close_deleted() {
        std::erase_if(indexes, [](const auto& entry) {
            struct stat status {};
            if (::fstat(entry.second, &status) == 0 && status.st_nlink > 0) return false;
            ::close(entry.second);
            return true;
        });
    }
};

/// Never destroyed: stores may be closed while the process ends.
Registry& registry() {
    static auto* const all = new Registry;
    return *all;
}

}  // namespace

OpenFile::OpenFile(const FileId& database) : database_(database) {
    const std::lock_guard lock{registry().mutex};
    auto& entry = registry().databases[database];
    if (entry.count > 0 && entry.epoch != fork_epoch())
        throw Fault{ErrorCode::forked, "the file was open in the parent at the fork; close it before you fork"};
    entry.epoch = fork_epoch();
    ++entry.count;
    registry().close_deleted();
}

OpenFile::~OpenFile() {
    const std::lock_guard lock{registry().mutex};
    const auto at = registry().databases.find(database_);
    if (at != registry().databases.end() && --at->second.count == 0) registry().databases.erase(at);
    registry().close_deleted();
}

void OpenFile::guard_index(const std::string& path) {
    const auto id = look_at(path).id;
    const std::lock_guard lock{registry().mutex};
    if (registry().indexes.contains(id)) return;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw Fault{ErrorCode::storage, path + ": " + std::generic_category().message(errno)};
    struct flock presence {};
    presence.l_type = F_RDLCK;
    presence.l_whence = SEEK_SET;
    presence.l_start = presence_in_index;
    presence.l_len = 1;
    if (::fcntl(descriptor, F_OFD_SETLK, &presence) != 0) {
        const int error_number = errno;
        registry().indexes.emplace(id, descriptor);  // not closed, for the reason above
        throw Fault{ErrorCode::storage, path + ": cannot be locked: " + std::generic_category().message(error_number)};
    }
    registry().indexes.emplace(id, descriptor);
}

}  // namespace boxoffice::sqlite
