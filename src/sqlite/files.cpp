#include "sqlite/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {
namespace {

[[noreturn]] void fail_at(const std::string& path, int error_number) {
    throw Fault{ErrorCode::storage, path + ": " + std::generic_category().message(error_number)};
}

}  // namespace

int open_file(const std::string& path, int flags, mode_t mode) noexcept {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/// "The rollback journal" of SQLite's file format: eight bytes of magic, and at 16 how many pages the file had, big-endian.
bool is_journal_of_new_file(const std::string& path) {
    constexpr std::array<unsigned char, 8> magic{0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    constexpr std::array<unsigned char, 4> no_pages{};
    std::array<unsigned char, 20> header{};
    const int descriptor = open_file(path, O_RDONLY);
    if (descriptor < 0) return false;
    const auto size = ::read(descriptor, header.data(), header.size());
    ::close(descriptor);  // SQLite locks nothing there
    return size == static_cast<ssize_t>(header.size()) && std::memcmp(header.data(), magic.data(), magic.size()) == 0 &&
           std::memcmp(header.data() + 16, no_pages.data(), no_pages.size()) == 0;
}

FileStatus look_at(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {true,
            {status.st_dev, status.st_ino},
            status.st_size,
            static_cast<std::int64_t>(status.st_nlink),
            status.st_mode & 0777};
}

void make_private(const std::string& path) {
    // Nobody has a file open that is made just now, so closing this descriptor drops no locks.
    const int descriptor = open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor >= 0) ::close(descriptor);
    // Whatever else is wrong (a folder that is not there), opening says it; a name that exists is the usual case.
}

std::string resolve(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> resolved{::realpath(path.c_str(), nullptr), &std::free};
    if (resolved == nullptr) fail_at(path, errno);
    return resolved.get();
}

void check_one_name(const std::string& path) {
    const auto status = look_at(path);
    if (!status.is_there) fail_at(path, ENOENT);
    if (status.names > 1)
        throw Fault{ErrorCode::storage,
                    "the file has " + std::to_string(status.names) +
                        " names (hard links), and each would have a log of its own; remove all but one"};
    struct statx extended {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_TYPE, &extended) != 0) return;  // a kernel that does not tell
    if ((extended.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
        (extended.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
        throw Fault{
            ErrorCode::storage,
            "the file is a mount of its own, and its log would not be shared with its other name; mount its folder"};
}

FileWatch::FileWatch(const FileNames& names)
    : names_(names),
      database_(look_at(names.database).id),
      log_(look_at(names.log).id),
      index_(look_at(names.index).id),
      lock_(look_at(names.lock).id) {}

FileWatch::Change FileWatch::look_beside() const {
    if (const auto database = look_at(names_.database); database.id != database_ || database.names > 1)
        return Change::database;
    if (look_at(names_.log).id != log_) return Change::log;
    if (look_at(names_.index).id != index_) return Change::index;
    if (look_at(names_.lock).id != lock_) return Change::lock;
    return Change::none;
}

FileWatch::Change FileWatch::look_beneath(std::int64_t& log_size) const {
    const auto database = look_at(names_.database);
    const auto log = look_at(names_.log);
    log_size = log.size;
    if (database.id != database_ || database.names > 1) return Change::database;
    if (log.id != log_) return Change::log;
    return Change::none;
}

FileWatch::Change FileWatch::look(std::int64_t& log_size) const {
    const auto beneath = look_beneath(log_size);
    return beneath != Change::none ? beneath : look_beside();
}

}  // namespace boxoffice::sqlite
