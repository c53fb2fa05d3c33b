#pragma once
/// What the names of a database's files stand for. POSIX locks, the log and the index of the log are found by name, the data by
/// inode: where the two part company, processes that believe they share a database do not, and what one acknowledges the others
/// lose. So the names are looked at around every commit: before it those that say whom it runs beside, after it, before it is
/// acknowledged, those that say where it went. Six stat calls in all.

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

namespace boxoffice::sqlite {

/// A file's identity, whatever its name.
struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const FileId&, const FileId&) = default;
    friend auto operator<=>(const FileId& a, const FileId& b) = default;
};

/// What a name stands for just now.
struct FileStatus {
    bool is_there = false;
    FileId id;
    std::int64_t size = 0;
    std::int64_t names = 0;  ///< hard links
    mode_t mode = 0;         ///< permission bits
};

FileStatus look_at(const std::string& path);

/// open(2), again where a signal came in between; as there, -1 and errno. The caller closes it.
int open_file(const std::string& path, int flags, mode_t mode = 0) noexcept;

/// The files of one database.
struct FileNames {
    explicit FileNames(const std::string& path)
        : database(path), journal(path + "-journal"), log(path + "-wal"), index(path + "-shm"), lock(path + "-lock") {}
    std::string database;
    std::string journal;  ///< SQLite's rollback journal, while the file has no log yet
    std::string log;      ///< SQLite's write-ahead log
    std::string index;    ///< SQLite's index of it, which processes share
    std::string lock;     ///< ours: see file_lock.hpp
};

/// Is it a rollback journal of a file that was being made from nothing? What SQLite takes back with it is the making alone.
bool is_journal_of_new_file(const std::string& path);

/// Makes the file where it is absent, for its owner alone: it may hold the key that tokens are signed with. Who wants others
/// to read it changes its mode, which the other files then follow. Throws Fault (storage).
void make_private(const std::string& path);

/// The absolute path with symbolic links resolved: one file, one name. Throws Fault (storage).
std::string resolve(const std::string& path);

/// Refuses (Fault, storage) a file with a second name: hard links, and a file that is a mount of its own (a container's
/// `-v sale.db:/data/sale.db`), have their log and lock beside the other name.
void check_one_name(const std::string& path);

/// Remembers what the four names stood for, and tells what has changed.
class FileWatch {
  public:
    explicit FileWatch(const FileNames& names);

    enum class Change : std::int32_t {
        none,
        lock,      ///< another lock file, or none: who opens now locks something else
        index,     ///< another index of the log, or none: who opens now sees another log than we do
        log,       ///< another log, or none: what is in ours nobody else sees
        database,  ///< another database or none, or it got a second name: what is written to ours nobody finds
    };
    /// Of what says whom a commit runs beside: all four. The log too: where another process has written ours back and begun a
    /// new one, the shared index tells of frames that our old one does not have.
    [[nodiscard]] Change look_beside() const;
    /// Of what a commit writes: the database and the log. `log_size` is set to the log's length in bytes.
    Change look_beneath(std::int64_t& log_size) const;
    /// The gravest change of all.
    Change look(std::int64_t& log_size) const;

    [[nodiscard]] const FileId& database() const { return database_; }

  private:
    FileNames names_;
    FileId database_, log_, index_, lock_;
};

}  // namespace boxoffice::sqlite
