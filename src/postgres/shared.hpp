#pragma once
/// What a store and its views share: the connection that writes, those that read, and what is known of the last commit.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "boxoffice/postgres_store.hpp"
#include "engine/fork_guard.hpp"
#include "postgres/commit_watch.hpp"
#include "postgres/connection.hpp"
#include "stores/writer_gate.hpp"

namespace boxoffice::postgres {

/// The one row of store_state.
struct State {
    std::int64_t epoch = 0;
    LastEvent last;
};

/// Thread-safe where it says so. All functions throw.
class Shared {
  public:
    explicit Shared(const PostgresOptions& options);
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    [[nodiscard]] const PostgresOptions& options() const { return options_; }
    [[nodiscard]] bool forked() const { return fork_epoch() != made_in_; }
    /// Thread-safe. Fault: forked.
    void check_process() const;
    /// Thread-safe. The trouble of the last try to connect, if it is not over.
    Result<void> check_health();

    /// Connects, makes or migrates the schema. Once, before anything else.
    void open();
    /// Gives back what a host leaves in the store. Last, while nothing else runs.
    void close() noexcept;

    // ---- of whoever is in the gate --------------------------------------------------------------------------------

    WriterGate gate;

    /// Begins a transaction that holds the store's row: nobody else decides until it ends. Faults: busy, storage.
    State begin(Clock::time_point deadline);
    /// Sends it with a COMMIT behind it. Faults: internal (a back-stop), busy (certainly not written; it can be decided anew),
    /// outcome_unknown.
    void commit(Pipeline pipeline, const State& next);
    void roll_back() noexcept;
    [[nodiscard]] Connection& writer() { return *writer_; }
    bool has_others();

    // ---- thread-safe ----------------------------------------------------------------------------------------------

    /// A connection in a transaction that sees one state, the last that was committed.
    std::unique_ptr<Connection> begin_reading(State& seen);
    void end_reading(std::unique_ptr<Connection> reader) noexcept;
    /// See Store::version.
    std::int64_t version();

  private:
    std::unique_ptr<Connection> connect(Clock::time_point deadline);
    std::unique_ptr<Connection> connect_patiently(Clock::time_point deadline);
    void connect_writer(Clock::time_point deadline);
    void fence(Clock::time_point deadline);
    void settle();
    std::unique_ptr<Connection> take_reader(Clock::time_point deadline);
    void give_reader_back(std::unique_ptr<Connection> reader) noexcept;
    /// Runs `pipeline` on a reader, on a new one where that has gone.
    std::unique_ptr<Connection> run_reading(const Pipeline& pipeline);
    void note_health(std::optional<Error> trouble) noexcept;

    const PostgresOptions options_;
    const Address address_;
    const std::uint32_t made_in_ = fork_epoch();
    const std::int64_t host_;  // drawn anew each time: two stores are never one

    std::unique_ptr<Connection> writer_;
    Clock::time_point tried_at_{};
    std::optional<std::int64_t> doubt_;  // the epoch of a commit whose answer was lost
    bool was_committed_ = false;         // what became of it
    CommitWatch watch_;

    std::mutex readers_mutex_;
    std::condition_variable reader_back_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::int32_t lent_ = 0;

    std::mutex version_mutex_;
    Clock::time_point looked_at_{};

    std::mutex health_mutex_;
    std::optional<Error> trouble_;
};

}  // namespace boxoffice::postgres
