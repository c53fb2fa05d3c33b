#include "sqlite/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sqlite/errors.hpp"
#include "sqlite/file_lock.hpp"
#include "sqlite/files.hpp"
#include "sqlite/log_mark.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {
namespace {

[[noreturn]] void fail(const std::string& what, int error_number) {
    const auto code = error_number == EEXIST ? ErrorCode::invalid_argument : ErrorCode::storage;
    throw Fault{code, what + ": " + std::generic_category().message(error_number)};
}

class Descriptor {
  public:
    Descriptor(const std::string& path, int flags, mode_t mode = 0) : descriptor_(open_file(path, flags, mode)) {
        if (descriptor_ < 0) fail(path, errno);
    }
    ~Descriptor() { ::close(descriptor_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    /// Whatever the umask is.
    void set_mode(const std::string& path, mode_t mode) const {
        if (::fchmod(descriptor_, mode) != 0) fail(path, errno);
    }
    void sync(const std::string& path) const {
        if (::fsync(descriptor_) != 0) fail(path, errno);
    }

  private:
    int descriptor_;
};

/// The file under construction; goes away unless it was finished.
class PartialFile {
  public:
    PartialFile(std::string path, mode_t mode) : path_(std::move(path)), journal_(path_ + "-journal") {
        const Descriptor made{path_, O_WRONLY | O_CREAT | O_EXCL, mode};
        made.set_mode(path_, mode);
    }
    ~PartialFile() {
        if (!finished_) ::unlink(path_.c_str());
        ::unlink(journal_.c_str());
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Syncs it and gives it its name, which nobody may have. Where it throws there is nothing by that name.
    void finish(const std::string& target) {
        const auto folder = std::filesystem::path{target}.parent_path();
        const std::string folder_path = folder.empty() ? "." : folder.string();
        const Descriptor folder_file{folder_path, O_RDONLY | O_DIRECTORY};
        Descriptor{path_, O_RDONLY}.sync(path_);
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0) {
            // Some file systems do not know that flag; a hard link does not replace either.
            if (errno != EINVAL || ::link(path_.c_str(), target.c_str()) != 0) fail(target, errno);
            ::unlink(path_.c_str());
        }
        finished_ = true;
        try {
            folder_file.sync(folder_path);
        } catch (...) {
            ::unlink(target.c_str());
            throw;
        }
    }

  private:
    std::string path_;
    std::string journal_;  ///< made beforehand: there may be no memory when it goes away
    bool finished_ = false;
};

/// A relative name that begins with "file:" would be a URI to SQLite.
std::string as_name(const std::string& path) { return path.front() == '/' ? path : "./" + path; }

void check_path(const char* operation, const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos)
        throw Fault{ErrorCode::invalid_argument, std::string{operation} + ": the path is empty or has a NUL in it"};
    // What open takes for a store in memory must not become a file of that name, in whatever folder the process is.
    if (path == ":memory:")
        throw Fault{ErrorCode::invalid_argument, std::string{operation} + ": `:memory:` is no file"};
}

/// Whole, ours, of a version that we know, and sound: opened as it lies there, so that it stays untouched.
SQLite::Database open_backup(const std::string& path) {
    const FileNames names{path};
    if (look_at(names.log).size > 0)
        throw Fault{ErrorCode::invalid_argument,
                    path +
                        ": a log (-wal) lies beside it; only what backup made, or a file that was "
                        "closed, is whole by itself"};
    auto file = open_as_it_lies(path);
    check_owner(file);
    if (file.execAndGet("PRAGMA application_id").getInt() == 0)
        throw Fault{ErrorCode::not_a_boxoffice, path + ": it is empty"};
    if (read_mark(path).value_or(0) > 0)
        throw Fault{ErrorCode::invalid_argument,
                    path + ": it was copied while it was in use, without its log; it is not whole"};
    const std::string words = file.execAndGet("PRAGMA quick_check(1)").getString();
    if (words != "ok") throw Fault{ErrorCode::storage, path + ": it is damaged: " + words};
    return file;
}

}  // namespace

void restore_database(const std::string& backup, const std::string& path) {
    check_path("restore", backup);
    check_path("restore", path);
    const auto target = as_name(path);
    const FileNames names{target};
    if (look_at(target).is_there)
        throw Fault{ErrorCode::invalid_argument, target + ": it exists; move it away first, and -wal and -shm with it"};
    if (look_at(names.log).size > 0)
        throw Fault{ErrorCode::invalid_argument,
                    names.log +
                        ": a log lies there, which may hold sales of the file that was here; "
                        "move it away first"};
    auto from = open_backup(resolve(as_name(backup)));
    {
        FileLock lock{names.lock, 0600};
        value_of(lock.acquire(FileLock::Clock::now()));
        if (lock.has_others())
            throw Fault{ErrorCode::busy, target + ": a process still has the file open that was here"};
        PartialFile partial{target + "-partial", 0600};
        Query{from, "VACUUM INTO ?"}.write(partial.path());
        {
            Connection copy{partial.path(), false, Duration::zero()};
            // It takes its place again: tokens of the store that it is a backup of are good here.
            copy.database().exec(
                "UPDATE house_rules SET store_id = (SELECT backup_of FROM log_state) "
                "WHERE (SELECT backup_of FROM log_state) IS NOT NULL");
            Query{copy.database(), "UPDATE log_state SET mark = ?, backup_of = NULL"}.write(-make_mark());
        }
        partial.finish(target);
    }
}

void copy_database(const std::string& source, const std::string& path, bool with_keys, Duration busy_timeout) {
    check_path("backup", path);
    const auto target = as_name(path);
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
    {
        // Whole without a log, and another store than the one it is a copy of, until it is put in its place (restore).
        Connection copy{partial.path(), false, busy_timeout};
        Query{copy.database(), "UPDATE log_state SET mark = ?, backup_of = (SELECT store_id FROM house_rules)"}.write(
            -make_mark());
        copy.database().exec("UPDATE house_rules SET store_id = zeroblob(16)");
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
