#include "postgres/shared.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <thread>
#include <utility>

#include "postgres/errors.hpp"
#include "postgres/schema.hpp"

namespace boxoffice::postgres {
namespace {

constexpr auto first_pause = std::chrono::milliseconds{20};
constexpr auto last_pause = std::chrono::milliseconds{250};
/// How long a call that shall not wait may take to connect, and how long after it the next such call does not try.
constexpr auto short_try = std::chrono::seconds{1};
/// For an answer that is on its way when the deadline passes.
constexpr auto answer_margin = std::chrono::seconds{2};

std::int64_t draw() {
    std::random_device device;
    const auto bits = static_cast<std::uint64_t>(device()) << 32 | device();
    return static_cast<std::int64_t>(bits >> 1);
}

std::int64_t milliseconds_left(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return std::clamp<std::int64_t>(left, 1, 86'400'000);
}

/// What a begin waits for at most; a lock's wait is the server's, and its answer is ours.
void add_begin(Pipeline& pipeline, std::int64_t lock_wait_ms, bool waits, State& found) {
    static const Statement begin{"BEGIN"};
    static const Statement limit{"SELECT set_config('lock_timeout', $1::text, true)"};
    static const std::string state = "SELECT epoch, last_sequence, last_at FROM store_state WHERE id = 1 FOR UPDATE";
    static const Statement lock{state};
    static const Statement try_lock{state + " NOWAIT"};
    pipeline.add(begin);
    pipeline.add(limit, given(std::to_string(lock_wait_ms)));
    pipeline.add(waits ? lock : try_lock, {}, [&found](const Results& rows) {
        if (rows.size() != 1) throw Fault{ErrorCode::storage, "the schema's state is gone"};
        rows.row() >> sql::bounded(found.epoch) >> sql::bounded(found.last.sequence) >> found.last.at;
    });
}

/// For Shared::has_others: a lock that all share, as long as their connection lives. The first number is "BxOf".
void add_presence(Pipeline& pipeline) {
    static const Statement present{
        "SELECT pg_advisory_lock_shared(1115180902, 'store_state'::regclass::oid::int8::bit(32)::int4)"};
    pipeline.add(present);
}

void add_commit(Pipeline& pipeline) {
    static const Statement commit{"COMMIT"};
    pipeline.add(commit, {}, [](const Results& answer) {
        if (std::strcmp(::PQcmdStatus(const_cast<::PGresult*>(answer.get())), "COMMIT") != 0)
            throw Fault{ErrorCode::storage, "the server rolled the commit back"};
    });
}

}  // namespace

Shared::Shared(const PostgresOptions& options) : options_(options), address_(parse_address(options)), host_(draw()) {}

void Shared::check_process() const {
    if (forked()) throw Fault{ErrorCode::forked, {}};
}

Result<void> Shared::check_health() {
    check_process();
    const std::lock_guard lock{health_mutex_};
    if (trouble_) return tl::unexpected(*trouble_);
    return {};
}

void Shared::note_health(std::optional<Error> trouble) noexcept {
    try {
        const std::lock_guard lock{health_mutex_};
        trouble_ = std::move(trouble);
    } catch (...) {
        // Health is told as it was.
    }
}

// ---- connecting -------------------------------------------------------------------------------------------------------

std::unique_ptr<Connection> Shared::connect(Clock::time_point deadline) {
    try {
        auto connection = std::make_unique<Connection>(address_, deadline);
        prepare_session(*connection, address_.schema, options_.durability, deadline);
        note_health(std::nullopt);
        return connection;
    } catch (const Fault& fault) {
        note_health(fault.error());
        throw;
    }
}

/// Again and again, while a server starts or another becomes the primary.
std::unique_ptr<Connection> Shared::connect_patiently(Clock::time_point deadline) {
    for (Clock::duration pause = first_pause;; pause = std::min<Clock::duration>(2 * pause, last_pause)) {
        try {
            return connect(deadline);
        } catch (const ConnectionLost&) {
            if (Clock::now() + pause >= deadline) throw;
        }
        const ForkBarrier::Open open;
        std::this_thread::sleep_for(pause);
    }
}

void Shared::open() {
    const auto deadline = Clock::now() + std::max<Clock::duration>(options_.busy_timeout, short_try);
    auto connection = connect(deadline);  // once: a mistake in the address is told at once
    migrate(*connection, address_.schema, options_.create, deadline);
    static const Statement forget{"DELETE FROM hosts WHERE seen_at < now() - interval '7 days'"};
    Pipeline pipeline;
    pipeline.add(forget);
    add_presence(pipeline);
    connection->run(pipeline, deadline);
    writer_ = std::move(connection);
}

void Shared::close() noexcept {
    try {
        static const Statement leave{"DELETE FROM hosts WHERE id = $1::int8"};
        if (writer_ == nullptr || writer_->is_lost() || doubt_) return;
        Pipeline pipeline;
        pipeline.add(leave, given(host_));
        writer_->run(pipeline, Clock::now() + short_try);
    } catch (...) {
        // The row goes when it is old.
    }
}

// ---- writing ------------------------------------------------------------------------------------------------------------

/// Connected, and nothing in doubt.
void Shared::connect_writer(Clock::time_point deadline) {
    if (writer_ != nullptr && !writer_->is_lost() && !doubt_) return;
    const auto now = Clock::now();
    const bool waits = deadline > now;
    if (!waits && now - tried_at_ < short_try) throw ConnectionLost{"the connection was lost"};
    tried_at_ = now;
    writer_.reset();
    watch_.reconnected();
    writer_ = waits ? connect_patiently(deadline) : connect(now + short_try);
    fence(waits ? deadline : now + short_try);
}

/// A commit of nothing, on a new connection. Behind it all that this server shows is where the server promises it to be (the
/// one before may have shown a commit that its standby never got), and what became of a commit in doubt is known.
void Shared::fence(Clock::time_point deadline) {
    static const Statement own{"SELECT epoch FROM hosts WHERE id = $1::int8"};
    static const Statement touch{"UPDATE store_state SET last_at = last_at WHERE id = 1"};
    State state;
    std::int64_t own_epoch = 0;
    Pipeline pipeline;
    add_presence(pipeline);
    add_begin(pipeline, milliseconds_left(deadline), true, state);
    pipeline.add(own, given(host_), [&](const Results& rows) {
        if (rows.size() == 1) rows.row() >> own_epoch;
    });
    pipeline.add(touch);
    add_commit(pipeline);
    try {
        writer_->run(pipeline, std::max(deadline, Clock::now()) + answer_margin);
        if (writer_->take_warning()) throw ConnectionLost{"the server could not reach its standby"};
    } catch (...) {
        writer_.reset();
        throw;
    }
    if (!doubt_) return;
    was_committed_ = own_epoch >= *doubt_;
    doubt_.reset();
    if (!was_committed_) watch_.not_committed();
}

State Shared::begin(Clock::time_point deadline) {
    for (;;) {
        connect_writer(deadline);
        State state;
        Pipeline pipeline;
        const bool waits = deadline > Clock::now();
        add_begin(pipeline, milliseconds_left(deadline), waits, state);
        try {
            writer_->run(pipeline, std::max(deadline, Clock::now()) + answer_margin);
            watch_.locked(state.epoch);
            return state;
        } catch (const ConnectionLost&) {
            writer_.reset();  // nothing had begun
            if (Clock::now() >= deadline) throw;
        } catch (const StatementFailed& failure) {
            roll_back();
            if (failure.error().code == ErrorCode::busy)
                throw Fault{ErrorCode::busy, "another host held the store for too long"};
            throw;
        } catch (...) {
            roll_back();  // what was locked could not be read
            throw;
        }
    }
}

void Shared::commit(Pipeline pipeline, const State& next) {
    static const Statement move_on{
        "UPDATE store_state SET epoch = $1::int8, last_sequence = $2::int8, last_at = $3::int8 WHERE id = 1"};
    static const Statement sign{
        "INSERT INTO hosts (id, epoch, seen_at) VALUES ($1::int8, $2::int8, now()) "
        "ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seen_at = excluded.seen_at"};
    pipeline.add(move_on, given(next.epoch, next.last.sequence, to_us(next.last.at)));
    pipeline.add(sign, given(host_, next.epoch));
    add_commit(pipeline);
    writer_->take_warning();
    watch_.committing();
    try {
        writer_->run(pipeline, Clock::now() + std::max<Clock::duration>(options_.busy_timeout, short_try));
        if (!writer_->take_warning()) return;
        // "Committed here, but perhaps not on the standby": not good enough, and a new connection finds out.
    } catch (const StatementFailed&) {
        watch_.not_committed();
        throw;  // the COMMIT behind it was not done
    } catch (...) {
        // Lost, or no memory for the answer: whether it was done is not known.
    }
    doubt_ = next.epoch;
    settle();
}

/// Finds out what became of the commit in doubt.
void Shared::settle() {
    writer_.reset();
    try {
        connect_writer(Clock::now() + options_.busy_timeout);
    } catch (...) {
        throw Fault{ErrorCode::outcome_unknown, "the connection was lost while committing"};
    }
    if (!was_committed_) throw Fault{ErrorCode::busy, "the connection was lost before it was written"};
}

void Shared::roll_back() noexcept {
    static const Statement statement{"ROLLBACK"};
    if (writer_ == nullptr) return;
    writer_->send_only(statement);
    if (writer_->is_lost()) writer_.reset();  // what is open on it ends with it
}

bool Shared::has_others() {
    static const Statement statement{
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1115180902 "
        "AND objid = 'store_state'::regclass::oid AND objsubid = 2 AND granted AND pid <> pg_backend_pid() "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"};
    std::int64_t count = 0;
    Pipeline pipeline;
    pipeline.add(statement, {}, [&](const Results& rows) { rows.row() >> count; });
    writer_->run(pipeline, Clock::now() + std::max<Clock::duration>(options_.busy_timeout, short_try));
    return count > 0;
}

// ---- reading ------------------------------------------------------------------------------------------------------------

std::unique_ptr<Connection> Shared::take_reader(Clock::time_point deadline) {
    const ForkBarrier::Open open;  // before the lock, so that nobody who holds the lock waits for a fork
    std::unique_lock lock{readers_mutex_};
    if (!reader_back_.wait_until(lock, deadline, [&] { return !idle_.empty() || lent_ < options_.readers_max; }))
        throw Fault{ErrorCode::busy, "all connections for reading are in use"};
    ++lent_;
    std::unique_ptr<Connection> reader;
    if (!idle_.empty()) {
        reader = std::move(idle_.back());
        idle_.pop_back();
    }
    return reader;
}

void Shared::give_reader_back(std::unique_ptr<Connection> reader) noexcept {
    {
        const std::lock_guard lock{readers_mutex_};
        --lent_;
        // Where one has gone the others probably have, to a server that is the primary no more.
        if (reader == nullptr || reader->is_lost()) idle_.clear();
        try {
            if (reader != nullptr && !reader->is_lost()) idle_.push_back(std::move(reader));
        } catch (...) {
            reader.reset();
        }
    }
    reader_back_.notify_one();
}

std::unique_ptr<Connection> Shared::run_reading(const Pipeline& pipeline) {
    const auto deadline = Clock::now() + std::max<Clock::duration>(options_.busy_timeout, short_try);
    auto reader = take_reader(deadline);
    try {
        for (;;) {
            const bool is_new = reader == nullptr;
            if (is_new) reader = connect_patiently(deadline);
            try {
                reader->run(pipeline, deadline);
                return reader;
            } catch (const ConnectionLost&) {
                if (is_new || Clock::now() >= deadline) throw;
                reader.reset();  // it had gone while nobody used it
            }
        }
    } catch (...) {
        give_reader_back(nullptr);
        throw;
    }
}

std::unique_ptr<Connection> Shared::begin_reading(State& seen) {
    static const Statement begin{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
    // The first statement that reads is the moment that the whole view shows.
    static const Statement state{"SELECT epoch, last_sequence, last_at FROM store_state WHERE id = 1"};
    Pipeline pipeline;
    pipeline.add(begin);
    pipeline.add(state, {}, [&](const Results& rows) {
        if (rows.size() != 1) throw Fault{ErrorCode::storage, "the schema's state is gone"};
        rows.row() >> sql::bounded(seen.epoch) >> sql::bounded(seen.last.sequence) >> seen.last.at;
    });
    return run_reading(pipeline);
}

void Shared::end_reading(std::unique_ptr<Connection> reader) noexcept {
    static const Statement end{"ROLLBACK"};
    reader->send_only(end);
    give_reader_back(std::move(reader));
}

std::int64_t Shared::version() {
    static const Statement statement{"SELECT epoch FROM store_state WHERE id = 1"};
    const std::lock_guard lock{version_mutex_};
    const auto now = Clock::now();
    if (now - looked_at_ < options_.version_age_max) return watch_.version();
    std::int64_t epoch = 0;
    Pipeline pipeline;
    pipeline.add(statement, {}, [&](const Results& rows) {
        if (rows.size() == 1) rows.row() >> sql::bounded(epoch);
    });
    give_reader_back(run_reading(pipeline));
    looked_at_ = now;
    return watch_.seen(epoch);
}

}  // namespace boxoffice::postgres
