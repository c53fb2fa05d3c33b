#include "sqlite/shared.hpp"

#include <utility>

#include "sqlite/errors.hpp"
#include "sqlite/log_mark.hpp"
#include "sqlite/migrations.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

/// Each mending can bring to light the next thing that was taken away.
constexpr int mendings_max = 4;
/// Nothing hangs on it that what was taken away is seen by readers sooner.
constexpr Shared::Clock::duration readers_look_after = std::chrono::milliseconds{10};

std::int64_t inode_of(const FileId& id) { return static_cast<std::int64_t>(id.inode); }

}  // namespace

WriteSession::WriteSession(std::unique_ptr<Connection> opened, const SqliteOptions& options)
    : Session(std::move(opened)),
      writer(connection->database()),
      checkpointer(*connection, options.busy_timeout, options.wal_size_max),
      begin(connection->database(), "BEGIN IMMEDIATE"),
      commit(connection->database(), "COMMIT"),
      rollback(connection->database(), "ROLLBACK"),
      read_mark(connection->database(), "SELECT mark FROM log_state"),
      write_mark(connection->database(), "UPDATE log_state SET mark = ?") {}

std::int64_t WriteSession::mark() {
    std::int64_t mark = 0;
    auto cursor = read_mark.run();
    if (cursor.next()) cursor.row() >> mark;
    return mark;
}

Shared::Shared(const SqliteOptions& chosen) : options_(chosen) {}

Result<void> Shared::check_usable() const {
    if (forked()) return refuse(ErrorCode::forked);
    if (has_moved_.load()) return check_health();
    return {};
}

Result<void> Shared::check_health() const {
    if (forked()) return refuse(ErrorCode::forked);
    const std::lock_guard lock{telling_};
    if (trouble_) return tl::unexpected(*trouble_);
    return {};
}

// ---- opening ----------------------------------------------------------------------------------------------------

void Shared::open() {
    // SQLite would take a name that begins with "file:" for a URI, whose parameters turn its locks off.
    std::string path = options_.path;
    if (path.front() != '/') path.insert(0, "./");
    if (options_.create) make_private(path);
    names_.emplace(resolve(path));
    check_one_name(names_->database);
    const auto status = look_at(names_->database);
    file_.emplace(status.id);
    {
        // First, so that nothing is made beside a file that is not ours.
        Connection connection{names_->database, false, options_.busy_timeout};
        check_header(connection, is_journal_of_new_file(names_->journal));
    }
    lock_.emplace(names_->lock, status.mode);
    value_of(lock_->acquire(Clock::now() + options_.busy_timeout));
    try {
        if (look_at(names_->database).id != status.id)
            throw Fault{ErrorCode::storage, "the file was replaced while it was opened; try again"};
        const bool is_alone = !lock_->has_others();
        if (!is_alone && (!look_at(names_->log).is_there || !look_at(names_->index).is_there))
            throw Fault{
                ErrorCode::storage,
                "another process has the file open, but its -wal or -shm is gone: was it removed? That process still "
                "has it and writes it back with its next commit; try again then"};
        if (const auto record = lock_->read_record(); !is_alone && record && record->inode != inode_of(status.id))
            throw Fault{ErrorCode::storage,
                        "a process still has open the file that was here before, and its log lies here: end that "
                        "process, and move -wal and -shm away with its file"};
        lock_->be_present();
        open_session(is_alone);
    } catch (...) {
        session_.reset();  // while the lock is held
        lock_->be_gone();
        lock_->release();
        throw;
    }
    lock_->release();
}

void Shared::open_session(bool is_alone) {
    auto connection = std::make_unique<Connection>(names_->database, false, options_.busy_timeout);
    if (is_alone) check_log(*names_, *lock_);
    const bool is_new = check_owner(connection->database());
    connection->prepare_for_writing(options_.durability, options_.wal_size_max);
    // Before the schema is in the log: where a crash comes before there is a mark, file and log belong together all the same.
    if (is_new && is_alone) lock_->write_record({{0, 0}, 0, inode_of(look_at(names_->database).id)});
    migrate(*connection);
    session_ = std::make_unique<WriteSession>(std::move(connection), options_);
    // Before anything is acknowledged, and before the log is folded for the first time: a stranger must not take it for the last one's.
    file_->guard_index(names_->index);
    file_->guard_database(names_->database);
    // A log that a crash left may have commits in it that were never synced. Folding them into the file, which
    // is synced, makes them as good as the commits that are now to follow them.
    static_cast<void>(session_->checkpointer.fold_all());
    if (is_alone) set_mark(true, true);
    rescues_seen_ = lock_->read_record().value_or(FileLock::LogRecord{}).rescues;
    watch_files();
    auto side = std::make_shared<ReadSide>(names_->database, options_.busy_timeout);
    const std::lock_guard lock{pointing_};
    read_side_ = std::move(side);
}

void Shared::watch_files() {
    auto watch = std::make_shared<const FileWatch>(*names_);
    const std::lock_guard lock{pointing_};
    watch_ = std::move(watch);
}

std::shared_ptr<const FileWatch> Shared::watch() const {
    const std::lock_guard lock{pointing_};
    return watch_;
}

void Shared::drop_readers() {
    // Connections of one process share the log's index: while one is open, the others get the old one.
    const std::lock_guard lock{pointing_};
    if (read_side_ && read_side_.use_count() > 1)
        throw Fault{ErrorCode::busy,
                    "the store's files are made good again as soon as this process' readers have finished"};
    read_side_.reset();
}

void Shared::reopen_session() {
    session_.reset();
    open_session(false);
    is_distrusted_ = false;
    set_trouble(std::nullopt);
}

// ---- mending ----------------------------------------------------------------------------------------------------

void Shared::prepare(Clock::time_point deadline) {
    if (session_ == nullptr || is_distrusted_ || watch()->look_beside() != FileWatch::Change::none)
        return mend(deadline);
    make_room();
}

void Shared::make_room() {
    if (session_->checkpointer.make_room(log_size_)) return;
    throw Fault{ErrorCode::busy,
                "the log has " + std::to_string(log_size_) +
                    " bytes, and somebody who reads (a stopped process, a forgotten transaction) keeps it from "
                    "being folded"};
}

void Shared::mend(Clock::time_point deadline) {
    for (int i = 0; i < mendings_max; ++i) {
        const auto change = watch()->look(log_size_);
        if (change == FileWatch::Change::database)
            give_up(
                "the database file was moved, replaced or removed, or got a second name; nothing more is written. Put it back, "
                "close the store and open it again");
        if (change == FileWatch::Change::lock) {
            renew_lock(deadline);
        } else if (change != FileWatch::Change::none) {
            // Where only the index went, the log has all that was committed, also by who made another index of it.
            if (change == FileWatch::Change::log && session_ != nullptr) rescue_log();
            drop_readers();
            reopen_session();
        } else if (session_ == nullptr || is_distrusted_) {
            reopen_session();
        } else {
            return make_room();
        }
    }
    throw Fault{ErrorCode::storage, "the files beside the database change all the time"};
}

void Shared::renew_lock(Clock::time_point deadline) {
    const auto record = lock_->read_record();
    lock_.emplace(names_->lock, look_at(names_->database).mode);
    value_of(lock_->acquire(deadline));
    lock_->be_present();
    if (record && !lock_->read_record()) lock_->write_record(*record);
    watch_files();
}

void Shared::rescue_log() {
    auto record = lock_->read_record().value_or(FileLock::LogRecord{});
    if (record.rescues != rescues_seen_) return;  // another process did; ours is the old one
    // Our connection still has the log that was taken away, and its index: what nobody else can see goes into the file. If a
    // stranger folded it before deleting it (the last one to close does), the index says so and nothing is done.
    if (!session_->checkpointer.fold_all())
        throw Fault{ErrorCode::busy, "the log was taken away; it is written back as soon as nobody reads in it"};
    ++record.rescues;
    lock_->write_record(record);
}

void Shared::confirm_commit() {
    if (watch()->look_beneath(log_size_) != FileWatch::Change::none) mend(Clock::now() + options_.busy_timeout);
}

void Shared::distrust(const Error& why) noexcept {
    is_distrusted_ = true;
    set_trouble(why);
}

void Shared::give_up(const char* words) {
    Error error{ErrorCode::storage, words};
    has_moved_ = true;
    set_trouble(error);
    throw Fault{std::move(error)};
}

void Shared::set_trouble(std::optional<Error> error) noexcept {
    const std::lock_guard lock{telling_};
    trouble_ = std::move(error);
}

// ---- the mark ---------------------------------------------------------------------------------------------------

void Shared::put_mark(bool needs_log) {
    const auto before = session_->mark();
    const auto after = needs_log ? make_mark() : -make_mark();
    auto record = lock_->read_record().value_or(FileLock::LogRecord{});
    record.marks = {before, after};
    record.inode = inode_of(look_at(names_->database).id);
    lock_->write_record(record);
    session_->write_mark.write(after);
}

void Shared::fold_mark(bool wait) {
    if (!session_->checkpointer.fold_all(wait)) return;  // the file may bear either
    auto record = lock_->read_record().value_or(FileLock::LogRecord{});
    record.marks = {session_->mark(), session_->mark()};
    lock_->write_record(record);
}

void Shared::set_mark(bool needs_log, bool wait) {
    std::shared_ptr<ReadSide> side;
    {
        const std::lock_guard lock{pointing_};
        side = read_side_;
    }
    std::optional<CommitWatch::OwnCommit> own;
    if (side) own.emplace(side->watch);
    {
        const TracedSection section{Section::commit};
        session_->begin.write();
        try {
            put_mark(needs_log);
            session_->commit.write();
        } catch (...) {
            if (session_->connection->in_transaction()) session_->rollback.write();
            throw;
        }
    }
    fold_mark(wait);
}

// ---- readers ----------------------------------------------------------------------------------------------------

std::shared_ptr<ReadSide> Shared::read_side() const {
    const std::lock_guard lock{pointing_};
    if (!read_side_) throw Fault{ErrorCode::busy, "the store's files are being made good again"};
    return read_side_;
}

void Shared::look_before_reading() {
    value_of(check_usable());
    const auto now = Clock::now().time_since_epoch().count();
    if (now - looked_at_.load(std::memory_order_relaxed) < readers_look_after.count()) return;
    looked_at_.store(now, std::memory_order_relaxed);
    std::int64_t log_size = 0;
    const auto change = watch()->look(log_size);
    if (change == FileWatch::Change::none || change == FileWatch::Change::lock) return;
    // A writer who is at it mends it, and until then the state before is read.
    if (!gate.enter(Clock::now())) return;
    const auto mended = guarded("", [&] {
        if (!lock_->acquire(Clock::now())) return;
        mend(Clock::now());
    });
    lock_->release();
    gate.leave();
    if (!mended && has_moved_.load()) throw Fault{mended.error()};
}

// ---- resting and closing ----------------------------------------------------------------------------------------

void Shared::rest() noexcept {
    const std::unique_lock alone{resting_, std::try_to_lock};
    if (!alone || !check_usable()) return;
    static_cast<void>(guarded("rest", [&] {
        const auto version = read_side()->watch.version() + own_commits.load();
        const auto now = Clock::now();
        if (version != seen_version_) {
            seen_version_ = version;
            quiet_since_ = now;
            return;
        }
        if (quiet_since_ == Clock::time_point::max() || now - quiet_since_ < options_.quiet_before_fold) return;
        if (!gate.enter(now)) return;
        bool has_lock = false;
        try {
            has_lock = static_cast<bool>(lock_->acquire(now));
            if (has_lock) {
                mend(now);
                session_->connection->set_busy_timeout(Duration::zero());
                if (session_->mark() > 0) set_mark(false, false);
                quiet_since_ = Clock::time_point::max();  // until somebody commits
            }
        } catch (...) {
            // What stands in the way is told to the next command.
        }
        if (session_ != nullptr) session_->connection->set_busy_timeout(options_.busy_timeout);
        if (has_lock) lock_->release();
        gate.leave();
    }));
}

void Shared::close() noexcept {
    {
        const std::lock_guard lock{pointing_};
        if (read_side_) read_side_->readers.close_all();
        read_side_.reset();
    }
    if (session_ == nullptr) return;
    // Closing the last connection checkpoints too. Without the lock it must not: the log then stays for the next
    // opener.
    if (!lock_->acquire(Clock::now() + options_.busy_timeout)) {
        session_.reset();
        return lock_->be_gone();
    }
    static_cast<void>(guarded("close", [&] {
        std::int64_t log_size = 0;
        const auto change = watch()->look(log_size);
        if (change == FileWatch::Change::database) return;
        static_cast<void>(session_->checkpointer.fold_all());
        if (change != FileWatch::Change::none || is_distrusted_ || lock_->has_others()) return;
        set_mark(false, true);
        file_->let_go();
        session_->connection->checkpoint_on_close();
    }));
    {
        const TracedSection section{Section::checkpoint};
        session_.reset();
    }
    lock_->be_gone();
    lock_->release();
}

}  // namespace boxoffice::sqlite
