#pragma once
/// The databases that this process has open, by inode. SQLite keeps what it knows of a file's locks in the process' memory, and
/// a child of fork() inherits that memory but not the locks: a connection that the child opens anew believes in its parent's.
/// And the locks on the index of the log, like all POSIX locks, are dropped when anything in the process closes that file.

#include <string>

#include "sqlite/files.hpp"

namespace boxoffice::sqlite {

/// One store's entry, from before its first connection to after its last one. Thread-safe.
class OpenFile {
  public:
    /// Throws Fault: `forked` where the parent had the file open when this process was forked.
    explicit OpenFile(const FileId& database);
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    /// Holds the index of the log (a name) with a lock that no close() drops, so that nobody who opens it believes to be the
    /// first and empties it under us. Again after the index was replaced. Throws.
    void guard_index(const std::string& path);

    /// Holds the database (a name) with a lock that no close() drops either. Else a stranger's SQLite (the sqlite3 program, say) that
    /// closes the file takes itself for the last, and folds and deletes the log without any lock, while we commit. Throws.
    void guard_database(const std::string& path);
    /// The end of that: whoever is alone and closes deletes the log itself.
    void let_go() noexcept;

  private:
    FileId database_;
};

}  // namespace boxoffice::sqlite
