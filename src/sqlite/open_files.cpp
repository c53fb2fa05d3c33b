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
/// The bytes of the database that whoever has it open shares (os.h, SHARED_FIRST and SHARED_SIZE).
constexpr off_t shared_first = 0x40000000 + 2;
constexpr off_t shared_size = 510;

int lock_bytes(int descriptor, short type, off_t start, off_t size) noexcept {
    struct flock bytes {};
    bytes.l_type = type;
    bytes.l_whence = SEEK_SET;
    bytes.l_start = start;
    bytes.l_len = size;
    return ::fcntl(descriptor, F_OFD_SETLK, &bytes);
}

struct Entry {
    int count = 0;
    std::uint32_t epoch = 0;  ///< of the process that opened it
};

/// A descriptor of a database, and the process that opened it.
struct Guard {
    int descriptor = -1;
    std::uint32_t epoch = 0;
};

/// Descriptors are never closed while others may have the index open: a close() drops all that this process has locked there,
/// also for connections of the host's own. They are used again, and closed once nobody can open that index any more.
struct Registry {
    std::mutex mutex;
    std::map<FileId, Entry> databases;
    std::map<FileId, int> indexes;
    /// Of databases. What a fork leaves of the parent's is left alone: its lock would be shared, and whoever gave it back would give
    /// it back for all.
    std::map<FileId, Guard> guards;

    void close_deleted() {
        const auto close_if_deleted = [](int descriptor) {
            struct stat status {};
            if (::fstat(descriptor, &status) == 0 && status.st_nlink > 0) return false;
            ::close(descriptor);
            return true;
        };
        std::erase_if(indexes, [&](const auto& entry) { return close_if_deleted(entry.second); });
        std::erase_if(guards, [&](const auto& entry) { return close_if_deleted(entry.second.descriptor); });
    }
    void unlock(const FileId& database) noexcept {
        const auto at = guards.find(database);
        if (at != guards.end() && at->second.epoch == fork_epoch())
            lock_bytes(at->second.descriptor, F_UNLCK, shared_first, shared_size);
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
    if (at != registry().databases.end() && --at->second.count == 0) {
        // In a child of fork() the lock is the parent's.
        if (at->second.epoch == fork_epoch()) registry().unlock(database_);
        registry().databases.erase(at);
    }
    registry().close_deleted();
}

void OpenFile::guard_index(const std::string& path) {
    const auto id = look_at(path).id;
    const std::lock_guard lock{registry().mutex};
    if (registry().indexes.contains(id)) return;
    const int descriptor = open_file(path, O_RDONLY);
    if (descriptor < 0) throw Fault{ErrorCode::storage, path + ": " + std::generic_category().message(errno)};
    if (lock_bytes(descriptor, F_RDLCK, presence_in_index, 1) != 0) {
        const int error_number = errno;
        registry().indexes.emplace(id, descriptor);  // not closed, for the reason above
        throw Fault{ErrorCode::storage, path + ": cannot be locked: " + std::generic_category().message(error_number)};
    }
    registry().indexes.emplace(id, descriptor);
}

void OpenFile::guard_database(const std::string& path) {
    const std::lock_guard lock{registry().mutex};
    auto& guards = registry().guards;
    auto at = guards.find(database_);
    if (at == guards.end() || at->second.epoch != fork_epoch()) {
        const int descriptor = open_file(path, O_RDONLY);
        if (descriptor < 0) throw Fault{ErrorCode::storage, path + ": " + std::generic_category().message(errno)};
        struct stat status {};
        const bool is_it = ::fstat(descriptor, &status) == 0 && FileId{status.st_dev, status.st_ino} == database_;
        const auto id = is_it ? database_ : FileId{status.st_dev, status.st_ino};
        at = guards.insert_or_assign(id, Guard{descriptor, fork_epoch()}).first;
        if (!is_it) throw Fault{ErrorCode::storage, path + ": the file was replaced while it was opened; try again"};
    }
    if (lock_bytes(at->second.descriptor, F_RDLCK, shared_first, shared_size) != 0)
        throw Fault{errno == EAGAIN || errno == EACCES ? ErrorCode::busy : ErrorCode::storage,
                    path + ": cannot be locked: " + std::generic_category().message(errno)};
}

void OpenFile::let_go() noexcept {
    const std::lock_guard lock{registry().mutex};
    registry().unlock(database_);
}

}  // namespace boxoffice::sqlite
