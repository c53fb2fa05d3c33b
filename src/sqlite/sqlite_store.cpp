#include "boxoffice/sqlite_store.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "boxoffice/memory_store.hpp"
#include "sqlite/backup.hpp"
#include "sqlite/errors.hpp"
#include "sqlite/shared.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice {
namespace sqlite {
namespace {

using Clock = Shared::Clock;

Duration left_until(Clock::time_point deadline) {
    const auto now = Clock::now();
    return deadline <= now ? Duration::zero() : std::chrono::duration_cast<Duration>(deadline - now);
}

class SqliteView final : public SessionView<View> {
  public:
    explicit SqliteView(Shared& shared) : shared_(shared), side_(shared.read_side()), lent_(side_->readers.take()) {
        session_ = lent_.get();
    }
    ~SqliteView() override {
        session_ = nullptr;
        if (shared_.forked()) {
            // The parent's; ending its transaction would drop the parent's locks.
            static_cast<void>(lent_.release());
            // Where there is no memory for it the child ends, which drops nothing of the parent's either.
            // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new)
            static_cast<void>(new std::shared_ptr<ReadSide>(std::move(side_)));
        } else {
            const ForkBarrier barrier;
            side_->readers.give_back(std::move(lent_));
        }
    }

  private:
    Shared& shared_;
    std::shared_ptr<ReadSide> side_;
    std::unique_ptr<ReadSession> lent_;
};

class SqliteTransaction final : public SessionView<Transaction> {
  public:
    explicit SqliteTransaction(Shared& shared) : shared_(shared) {}
    ~SqliteTransaction() override { leave(); }

    /// Throws too. Waits for other threads, other processes, and strangers (a person with sqlite3, who does not know the
    /// file lock), until `deadline` in all.
    Result<void> open(Clock::time_point deadline) {
        if (!shared_.gate.enter(deadline))
            return refuse(ErrorCode::busy, "another transaction of this process is under way");
        in_gate_ = true;
        BOXOFFICE_TRY(shared_.check_usable());
        BOXOFFICE_TRY(shared_.lock().acquire(deadline));
        shared_.prepare(deadline);
        auto& session = shared_.session();
        session.connection->set_busy_timeout(left_until(deadline));
        session.begin.write();
        session.connection->set_busy_timeout(shared_.options().busy_timeout);
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
        enum class Stage { writing, committing, committed } stage = Stage::writing;
        auto done = guarded("commit", [&] {
            auto& session = shared_.session();
            const auto side = shared_.read_side();
            const CommitWatch::OwnCommit own{side->watch};
            const bool was_whole = session.mark() <= 0;
            {
                const TracedSection section{Section::commit};
                session.writer.apply(changes, session.pages.last_event());
                if (was_whole) shared_.put_mark(true);
                stage = Stage::committing;
                session.commit.write();
                stage = Stage::committed;
            }
            ++shared_.own_commits;
            if (was_whole)
                shared_.fold_mark(false);  // before anything is acknowledged
            else
                session.checkpointer.after_commit();
        });
        if (stage == Stage::committed) {
            // A checkpoint that failed takes nothing back from the commit before it; it is made good before the next one.
            if (!done) shared_.distrust(done.error());
            session_ = nullptr;  // it may be opened anew
            return guarded("commit", [&] { shared_.confirm_commit(); });
        }
        // COMMIT itself failed: whether the log has it is not known. What failed before it, SQLite has taken back or will.
        if (stage == Stage::committing && done.error().code != ErrorCode::busy) shared_.distrust(done.error());
        return done;
    }

    void leave() noexcept {
        session_ = nullptr;
        if (!std::exchange(in_gate_, false) || shared_.forked()) return;
        const ForkBarrier barrier;
        if (shared_.has_session() && shared_.session().connection->in_transaction()) {
            const auto rolled_back = guarded("rollback", [&] { shared_.session().rollback.write(); });
            if (!rolled_back) shared_.distrust(rolled_back.error());
        }
        shared_.lock().release();
        shared_.gate.leave();
    }

    Shared& shared_;
    bool in_gate_ = false;
};

/// Thread-safe. Waits are bounded: begin() by busy_timeout, whoever it waits for. read() waits for no decision, only (in SQLite, as bounded) for the recovery of
/// a log.
class SqliteStore final : public Store {
  public:
    explicit SqliteStore(const SqliteOptions& options) : shared_(std::make_unique<Shared>(options)) {}

    ~SqliteStore() override {
        if (shared_->forked()) {
            leak();
        } else {
            const ForkBarrier barrier;
            shared_->close();
            shared_.reset();
        }
    }

    /// Throws.
    void open() { shared_->open(); }

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return guarded("begin", [&]() -> std::unique_ptr<Transaction> {
            value_of(shared_->check_usable());
            auto transaction = std::make_unique<SqliteTransaction>(*shared_);
            value_of(transaction->open(deadline));
            return transaction;
        });
    }

    [[nodiscard]] Duration wait_max() const override { return shared_->options().busy_timeout; }

    Result<std::unique_ptr<View>> read() override {
        return guarded("read", [&]() -> std::unique_ptr<View> {
            shared_->look_before_reading();
            return std::make_unique<SqliteView>(*shared_);
        });
    }

    Result<std::int64_t> version() override {
        return guarded("version", [&] {
            shared_->look_before_reading();
            return shared_->read_side()->watch.version();
        });
    }

    Result<bool> has_others() override {
        return guarded("has_others", [&] {
            value_of(shared_->check_usable());
            return shared_->lock().has_others();
        });
    }

    void rest() override { shared_->rest(); }

    Result<void> check_health() override { return shared_->check_health(); }

    Result<void> backup(const std::string& path, bool with_keys) override {
        return guarded("backup", [&] {
            value_of(shared_->check_usable());
            shared_->look_before_reading();
            copy_database(shared_->path(), path, with_keys, shared_->options().busy_timeout);
        });
    }

  private:
    /// In a child of fork() closing would drop the parent's locks and might checkpoint beside its commits, so the child
    /// leaves the connections alone, on purpose, until it ends. Only its descriptor of the lock file goes: the parent's
    /// hold ends with the parent's own.
    void leak() noexcept {
        shared_->leave_to_parent();
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
    if (options.quiet_before_fold < Duration::zero())
        return refuse(ErrorCode::invalid_options, "quiet_before_fold: 0 or more");
    if (options.wal_size_max < 1) return refuse(ErrorCode::invalid_options, "wal_size_max: at least 1 byte");
    return {};
}

}  // namespace
}  // namespace sqlite

Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options) {
    BOXOFFICE_TRY(sqlite::check(options));
    auto opened = sqlite::guarded(options.path, [&]() -> std::unique_ptr<Store> {
        if (options.path == ":memory:") return std::make_unique<MemoryStore>(options.busy_timeout);
        auto store = std::make_unique<sqlite::SqliteStore>(options);
        store->open();
        return store;
    });
    // A constraint that opening breaks is none that this version made: the file's tables are damaged.
    if (!opened && opened.error().code == ErrorCode::internal) opened.error().code = ErrorCode::storage;
    return opened;
}

Result<void> restore_sqlite_file(const std::string& backup, const std::string& path) {
    return sqlite::guarded("restore", [&] { sqlite::restore_database(backup, path); });
}

}  // namespace boxoffice
