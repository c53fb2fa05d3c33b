#include "sqlite/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "sqlite/errors.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {
namespace {

[[noreturn]] void fail(const std::string& what, int error_number) {
    const auto code = error_number == EEXIST ? ErrorCode::invalid_argument : ErrorCode::storage;
    throw Fault{code, what + ": " + std::generic_category().message(error_number)};
}

class Descriptor {
  public:
    Descriptor(const std::string& path, int flags, mode_t mode = 0)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
        if (descriptor_ < 0) fail(path, errno);
    }
    ~Descriptor() { ::close(descriptor_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    void sync(const std::string& path) const {
        if (::fsync(descriptor_) != 0) fail(path, errno);
    }

  private:
    int descriptor_;
};

/// The file under construction; goes away unless it was finished.
class PartialFile {
  public:
    PartialFile(std::string path, mode_t mode) : path_(std::move(path)) {
        const Descriptor made{path_, O_WRONLY | O_CREAT | O_EXCL, mode};
    }
    ~PartialFile() {
        if (!finished_) ::unlink(path_.c_str());
        ::unlink((path_ + "-journal").c_str());
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Syncs it and gives it its name, which nobody may have.
    void finish(const std::string& target) {
        Descriptor{path_, O_RDONLY}.sync(path_);
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
            // Some file systems do not know that flag; a hard link does not replace either.
            if (errno != EINVAL || ::link(path_.c_str(), target.c_str()) != 0) fail(target, errno);
            ::unlink(path_.c_str());
        }
        finished_ = true;
        const auto folder = std::filesystem::path{target}.parent_path();
        const std::string folder_path = folder.empty() ? "." : folder.string();
        Descriptor{folder_path, O_RDONLY | O_DIRECTORY}.sync(folder_path);
    }

  private:
    std::string path_;
    bool finished_ = false;
};

}  // namespace

void copy_database(const std::string& source, const std::string& target, bool with_keys, Duration busy_timeout) {
    if (target.empty() || target.find('\0') != std::string::npos)
        throw Fault{ErrorCode::invalid_argument, "backup: the path is empty or has a NUL in it"};
    struct stat status {};
    if (::lstat(target.c_str(), &status) == 0) fail(target, EEXIST);
    if (::stat(source.c_str(), &status) != 0) fail(source, errno);

    PartialFile partial{target + "-partial", status.st_mode & 0777};  // who may read the one may read the other
    {
        // VACUUM INTO reads one state of the source, and copies rows and not pages: what was deleted is not in the
        // copy.
        Connection from{source, false, busy_timeout};
        Query{from.database(), "VACUUM INTO ?"}.write(partial.path());
    }
    if (!with_keys) {
        Connection copy{partial.path(), false, busy_timeout};
        // The rows' bytes are overwritten, and so are those that moving rows about may have left in free space.
        copy.database().execAndGet("PRAGMA secure_delete = ON");
        copy.database().exec("DELETE FROM token_keys");
    }
    partial.finish(target);
}

}  // namespace boxoffice::sqlite
