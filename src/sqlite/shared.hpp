#pragma once
/// What a store and its views share: the database's files, the locks, the one writing connection and those of the readers; how
/// they are opened, mended when something has happened to them, and closed.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sqlite/changes_writer.hpp"
#include "sqlite/checkpointer.hpp"
#include "sqlite/commit_watch.hpp"
#include "sqlite/file_lock.hpp"
#include "sqlite/files.hpp"
#include "sqlite/open_files.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/session.hpp"
#include "stores/writer_gate.hpp"

namespace boxoffice::sqlite {

/// The one writing connection of a store.
struct WriteSession : Session {
    WriteSession(std::unique_ptr<Connection> opened, const SqliteOptions& options);

    [[nodiscard]] std::int64_t mark();

    ChangesWriter writer;
    Checkpointer checkpointer;
    Query begin;
    Query commit;
    Query rollback;
    Query read_mark;
    Query write_mark;
};

/// The reading connections; replaced as a whole.
struct ReadSide {
    ReadSide(const std::string& path, Duration busy_timeout) : readers(path, busy_timeout), watch(path, busy_timeout) {}
    Readers readers;
    CommitWatch watch;
};

/// Views and transactions are gone before it is.
class Shared {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Shared(const SqliteOptions& chosen);

    [[nodiscard]] bool forked() const { return ::getpid() != owner_; }
    /// Why nothing can be done here any more: forked, or the database has been moved away. Nothing: all is well.
    [[nodiscard]] Result<void> check_usable() const;
    /// Why no commit could be made just now, as far as is known without making one.
    [[nodiscard]] Result<void> check_health() const;

    /// Opens, or makes, the file. Throws.
    void open();
    /// Folds the log, and where this is the last one to close, deletes it. Waits `busy_timeout` for another process' commit.
    void close() noexcept;

    // ---- of who is in the gate and holds the lock -----------------------------------------------------------------

    /// Before a transaction: makes sure that it runs beside the same others, and makes what has failed or was taken away good
    /// again, or throws.
    void prepare(Clock::time_point deadline);
    /// The same after a look at everything.
    void mend(Clock::time_point deadline);
    /// After a commit: is what it wrote where others find it? If not, it is carried there; where that fails, throws.
    void confirm_commit();
    /// The write session failed so that what the disk holds is not known: it is opened anew before the next transaction.
    void distrust(const Error& why) noexcept;
    /// Writes the mark that the file is whole, or that it needs its log (log_mark.hpp), in the transaction under way; and after
    /// its commit sees to it that the file bears it.
    void put_mark(bool needs_log);
    void fold_mark(bool wait);

    // ---- of any thread --------------------------------------------------------------------------------------------

    /// There is nothing to do: where nobody has committed for a while, the log is folded, so that a file that is copied is whole.
    void rest() noexcept;
    /// Throws `busy` while it is being replaced.
    [[nodiscard]] std::shared_ptr<ReadSide> read_side() const;
    /// For readers: throws if the database was moved away; mends what else has moved, if no writer is at it.
    void look_before_reading();

    [[nodiscard]] const SqliteOptions& options() const { return options_; }
    [[nodiscard]] const std::string& path() const { return names_->database; }
    /// None after one could not be opened anew; `mend` tries again.
    [[nodiscard]] bool has_session() const { return session_ != nullptr; }
    [[nodiscard]] WriteSession& session() { return *session_; }
    [[nodiscard]] FileLock& lock() { return *lock_; }
    WriterGate gate;

    /// In a child of fork(): closes this process' descriptor of the lock file and nothing else.
    void leave_to_parent() noexcept { lock_.reset(); }

    std::atomic<std::int64_t> own_commits{0};

  private:
    [[nodiscard]] std::shared_ptr<const FileWatch> watch() const;
    void watch_files();
    void renew_lock(Clock::time_point deadline);
    void open_session(bool is_alone);
    void reopen_session();
    void drop_readers();
    void rescue_log();
    void make_room();
    void set_mark(bool needs_log, bool wait);
    [[noreturn]] void give_up(const char* words);
    void set_trouble(std::optional<Error> error) noexcept;

    const SqliteOptions options_;
    const pid_t owner_ = ::getpid();
    std::optional<FileNames> names_;
    std::optional<OpenFile> file_;  // before all connections, so that it goes after them
    std::optional<FileLock> lock_;
    std::unique_ptr<WriteSession> session_;
    bool is_distrusted_ = false;
    std::int64_t rescues_seen_ = 0;
    std::int64_t log_size_ = 0;  ///< bytes, when it was last looked at
    std::atomic<bool> has_moved_{false};

    mutable std::mutex pointing_;  ///< of the pointers
    std::shared_ptr<ReadSide> read_side_;
    std::shared_ptr<const FileWatch> watch_;

    std::atomic<Clock::duration::rep> looked_at_{0};  ///< by a reader

    mutable std::mutex telling_;
    std::optional<Error> trouble_;  ///< the last thing that went wrong and is not mended

    std::mutex resting_;
    std::int64_t seen_version_ = -1;
    Clock::time_point quiet_since_{};
};

}  // namespace boxoffice::sqlite
