#include "boxoffice/sqlite_store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "boxoffice/memory_store.hpp"
#include "sqlite/backup.hpp"
#include "sqlite/changes_writer.hpp"
#include "sqlite/checkpointer.hpp"
#include "sqlite/commit_watch.hpp"
#include "sqlite/file_lock.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/session.hpp"
#include "sqlite/trace.hpp"
#include "sqlite/writer_gate.hpp"

namespace boxoffice {
namespace sqlite {
namespace {

using Clock = std::chrono::steady_clock;

/// The one writing connection of a store.
struct WriteSession : Session {
    WriteSession(std::unique_ptr<Connection> opened, const SqliteOptions& options)
        : Session(std::move(opened)),
          writer(connection->database()),
          checkpointer(*connection, options.busy_timeout, options.wal_size_max),
          begin(connection->database(), "BEGIN IMMEDIATE"),
          commit(connection->database(), "COMMIT"),
          rollback(connection->database(), "ROLLBACK") {}

    ChangesWriter writer;
    Checkpointer checkpointer;
    Query begin;
    Query commit;
    Query rollback;
};

/// What a store and its views share. Views and transactions are gone before it is.
struct Shared {
    explicit Shared(const SqliteOptions& chosen) : options(chosen) {}

    [[nodiscard]] bool forked() const { return ::getpid() != owner; }

    /// Why nothing can be done any more; nothing: all is well.
    [[nodiscard]] Result<void> check_usable() const {
        if (forked()) return refuse(ErrorCode::forked);
        if (poisoned.load())
            return refuse(ErrorCode::storage, "a write failed; close the store and open it again (reopen)");
        return {};
    }

    const SqliteOptions options;
    const pid_t owner = ::getpid();
    /// A write to the disk failed, so what the disk holds is not known; only opening anew finds out.
    std::atomic<bool> poisoned{false};
    std::string path;  ///< absolute
    WriterGate gate;   ///< of all below but readers and watch
    std::optional<FileLock> lock;
    std::unique_ptr<WriteSession> session;
    std::optional<Readers> readers;
    std::optional<CommitWatch> watch;
};

class SqliteView final : public SessionView<View> {
  public:
    SqliteView(Shared& shared, std::unique_ptr<ReadSession> session) : shared_(shared), lent_(std::move(session)) {
        session_ = lent_.get();
    }
    ~SqliteView() override {
        session_ = nullptr;
        if (shared_.forked()) {
            static_cast<void>(lent_.release());  // the parent's; ending its transaction would drop the parent's locks
        } else {
            shared_.readers->give_back(std::move(lent_));
        }
    }

  private:
    Shared& shared_;
    std::unique_ptr<ReadSession> lent_;
};

class SqliteTransaction final : public SessionView<Transaction> {
  public:
    explicit SqliteTransaction(Shared& shared) : shared_(shared) {}
    ~SqliteTransaction() override { leave(); }

    /// Throws too. Waits for the other threads and processes until `deadline`; SQLite then for strangers (a person with
    /// sqlite3, who does not know the file lock) for `stranger_wait`.
    Result<void> open(Clock::time_point deadline, Duration stranger_wait) {
        if (!shared_.gate.enter(deadline))
            return refuse(ErrorCode::busy, "another transaction of this process is under way");
        in_gate_ = true;
        BOXOFFICE_TRY(shared_.check_usable());
        BOXOFFICE_TRY(shared_.lock->acquire(deadline));
        auto& session = *shared_.session;
        session.connection->set_busy_timeout(stranger_wait);
        session.begin.write();
        session.connection->set_busy_timeout(shared_.options.busy_timeout);
        session_ = &session;
        return {};
    }

    Result<void> commit(const Changes& changes) override {
        if (session_ == nullptr) return ended();
        auto done = shared_.forked() ? Result<void>{refuse(ErrorCode::forked)} : write(changes);
        leave();
        return done;
    }

  private:
    Result<void> write(const Changes& changes) {
        auto& session = *shared_.session;
        enum class Stage { writing, committing, committed } stage = Stage::writing;
        auto done = guarded("commit", [&] {
            const CommitWatch::OwnCommit own{*shared_.watch};
            {
                const TracedSection section{Section::commit};
                session.writer.apply(changes, session.pages.last_event());
                stage = Stage::committing;
                session.commit.write();
                stage = Stage::committed;
            }
            session.checkpointer.after_commit();
        });
        if (done) return done;
        // A fault of the storage (not a back-stop, not a lock, not want of memory): what is on the disk is not known.
        if (done.error().code == ErrorCode::storage) shared_.poisoned = true;
        // A checkpoint that failed takes nothing back from the commit before it; it shows at the next begin.
        if (stage == Stage::committed) return {};
        // COMMIT itself failed half-way: SQLite has rolled back, and whether the log has it is not known.
        if (stage == Stage::committing && !session.connection->in_transaction()) shared_.poisoned = true;
        return done;
    }

    void leave() noexcept {
        session_ = nullptr;
        if (!std::exchange(in_gate_, false) || shared_.forked()) return;
        auto& session = *shared_.session;
        if (session.connection->in_transaction()) {
            const auto rolled_back = guarded("rollback", [&] { session.rollback.write(); });
            if (!rolled_back) shared_.poisoned = true;
        }
        shared_.lock->release();
        shared_.gate.leave();
    }

    Shared& shared_;
    bool in_gate_ = false;
};

/// Thread-safe. Waits are bounded: begin() by busy_timeout for this process' and other processes' transactions, and by
/// as much again for a stranger's lock. read() waits for no decision, only (in SQLite, as bounded) for the recovery of
/// a log.
class SqliteStore final : public Store {
  public:
    explicit SqliteStore(const SqliteOptions& options) : shared_(std::make_unique<Shared>(options)) {}

    ~SqliteStore() override {
        if (shared_->forked())
            leak();
        else
            close();
    }

    /// Throws.
    void open() {
        auto& shared = *shared_;
        const auto& options = shared.options;
        auto connection = std::make_unique<Connection>(options.path, options.create, options.busy_timeout);
        check_header(*connection);
        shared.path = connection->full_path();
        struct stat status {};
        if (::stat(shared.path.c_str(), &status) != 0) throw Fault{ErrorCode::storage, "the file has gone"};
        shared.lock.emplace(shared.path + "-lock", status.st_mode & 0777);
        value_of(shared.lock->acquire(Clock::now() + options.busy_timeout));
        try {
            check_owner(*connection);
            connection->prepare_for_writing(options.durability, options.wal_size_max);
            migrate(*connection);
            shared.session = std::make_unique<WriteSession>(std::move(connection), options);
            // A log that a crash left may have commits in it that were never synced. Folding them into the file, which
            // is synced, makes them as good as the commits that are now to follow them.
            shared.session->checkpointer.fold_all();
            shared.readers.emplace(shared.path, options.busy_timeout);
            shared.watch.emplace(shared.path, options.busy_timeout);
        } catch (...) {
            shared.session.reset();  // while the lock is held
            connection.reset();
            shared.lock->release();
            throw;
        }
        shared.lock->release();
    }

    Result<std::unique_ptr<Transaction>> begin() override {
        return begin_until(Clock::now() + shared_->options.busy_timeout, shared_->options.busy_timeout);
    }

    Result<std::unique_ptr<Transaction>> try_begin() override { return begin_until(Clock::now(), Duration::zero()); }

    Result<std::unique_ptr<View>> read() override {
        return guarded("read", [&]() -> std::unique_ptr<View> {
            value_of(shared_->check_usable());
            return std::make_unique<SqliteView>(*shared_, shared_->readers->take());
        });
    }

    Result<std::int64_t> version() override {
        return guarded("version", [&] {
            value_of(shared_->check_usable());
            return shared_->watch->version();
        });
    }

    Result<void> backup(const std::string& path, bool with_keys) override {
        return guarded("backup", [&] {
            value_of(shared_->check_usable());
            copy_database(shared_->path, path, with_keys, shared_->options.busy_timeout);
        });
    }

  private:
    Result<std::unique_ptr<Transaction>> begin_until(Clock::time_point deadline, Duration stranger_wait) {
        return guarded("begin", [&]() -> std::unique_ptr<Transaction> {
            value_of(shared_->check_usable());
            auto transaction = std::make_unique<SqliteTransaction>(*shared_);
            value_of(transaction->open(deadline, stranger_wait));
            return transaction;
        });
    }

    void close() noexcept {
        auto& shared = *shared_;
        if (shared.session == nullptr) return;
        if (shared.readers) shared.readers->close_all();
        shared.watch.reset();
        // Closing the last connection checkpoints too. Without the lock it must not: the log then stays for the next
        // opener.
        if (!shared.lock->acquire(Clock::now() + shared.options.busy_timeout)) return shared.session.reset();
        static_cast<void>(guarded("close", [&] { shared.session->checkpointer.fold_all(); }));
        {
            const TracedSection section{Section::checkpoint};
            static_cast<void>(guarded("close", [&] { shared.session->connection->checkpoint_on_close(); }));
            shared.session.reset();
        }
        shared.lock->release();
    }

    /// In a child of fork() closing would drop the parent's locks and might checkpoint beside its commits, so the child
    /// leaves the connections alone, on purpose, until it ends. Only its descriptor of the lock file goes: the parent's
    /// hold ends with the parent's own.
    void leak() noexcept {
        if (shared_->lock) shared_->lock.reset();
        static_cast<void>(shared_.release());
    }

    std::unique_ptr<Shared> shared_;
};

Result<void> check(const SqliteOptions& options) {
    if (options.path.empty() || options.path.find('\0') != std::string::npos)
        return refuse(ErrorCode::invalid_options, "path: not empty, no NUL");
    if (options.durability != Durability::full && options.durability != Durability::normal)
        return refuse(ErrorCode::invalid_options, "durability: full or normal");
    if (options.busy_timeout < Duration::zero() || options.busy_timeout > std::chrono::hours{24})
        return refuse(ErrorCode::invalid_options, "busy_timeout: 0 to 24 h");
    if (options.wal_size_max < 1) return refuse(ErrorCode::invalid_options, "wal_size_max: at least 1 byte");
    return {};
}

}  // namespace
}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
    BOXOFFICE_TRY(sqlite::check(options));
    return sqlite::guarded(options.path, [&]() -> std::unique_ptr<Store> {
        if (options.path == ":memory:") return std::make_unique<MemoryStore>(options.busy_timeout);
        auto store = std::make_unique<sqlite::SqliteStore>(options);
        store->open();
        return store;
    });
}

}  // namespace boxoffice
