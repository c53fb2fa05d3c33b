#include "boxoffice/postgres_store.hpp"

#include <memory>
#include <string>
#include <utility>

#include "postgres/changes_writer.hpp"
#include "postgres/errors.hpp"
#include "postgres/session.hpp"
#include "postgres/shared.hpp"

namespace boxoffice {
namespace postgres {
namespace {

class PostgresView final : public SessionView<View> {
  public:
    explicit PostgresView(Shared& shared) : shared_(shared) {
        State seen;
        reader_ = shared_.begin_reading(seen);
        connection_ = reader_.get();
        last_ = seen.last;
    }
    ~PostgresView() override {
        if (shared_.forked()) return;
        const ForkBarrier barrier;
        shared_.end_reading(std::move(reader_));
    }

  private:
    Shared& shared_;
    std::unique_ptr<Connection> reader_;
};

class PostgresTransaction final : public SessionView<Transaction> {
  public:
    explicit PostgresTransaction(Shared& shared) : shared_(shared) {}
    ~PostgresTransaction() override { leave(); }

    /// Throws too. Waits for other threads and other hosts until `deadline` in all.
    Result<void> open(Clock::time_point deadline) {
        if (!shared_.gate.enter(deadline))
            return refuse(ErrorCode::busy, "another transaction of this process is under way");
        in_gate_ = true;
        shared_.check_process();
        state_ = shared_.begin(deadline);
        connection_ = &shared_.writer();
        last_ = state_.last;
        return {};
    }

    Result<void> commit(const Changes& changes) override {
        if (connection_ == nullptr) return ended();
        auto done = guarded("commit", [&] {
            shared_.check_process();
            value_of(check_sequence(changes.events, last_));
            Pipeline pipeline;
            write(pipeline, changes);
            auto next = state_;
            ++next.epoch;
            if (!changes.events.empty()) next.last = {changes.events.back().sequence, changes.events.back().at};
            shared_.commit(std::move(pipeline), next);
        });
        if (done) connection_ = nullptr;  // it has ended
        leave();
        return done;
    }

  private:
    void leave() noexcept {
        const bool is_open = std::exchange(connection_, nullptr) != nullptr;
        if (!std::exchange(in_gate_, false) || shared_.forked()) return;
        const ForkBarrier barrier;
        if (is_open) shared_.roll_back();
        shared_.gate.leave();
    }

    Shared& shared_;
    State state_;
    bool in_gate_ = false;
};

class PostgresStore final : public Store {
  public:
    explicit PostgresStore(const PostgresOptions& options) : shared_(std::make_unique<Shared>(options)) {}
    ~PostgresStore() override {
        if (shared_->forked()) {
            // The parent's threads may stand in its locks here for ever.
            static_cast<void>(shared_.release());
            return;
        }
        const ForkBarrier barrier;
        shared_->close();
        shared_.reset();
    }

    /// Throws.
    void open() { shared_->open(); }

    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return guarded("begin", [&]() -> std::unique_ptr<Transaction> {
            shared_->check_process();
            auto transaction = std::make_unique<PostgresTransaction>(*shared_);
            value_of(transaction->open(deadline));
            return transaction;
        });
    }

    [[nodiscard]] Duration wait_max() const override { return shared_->options().busy_timeout; }

    Result<std::unique_ptr<View>> read() override {
        return guarded("read", [&]() -> std::unique_ptr<View> {
            shared_->check_process();
            return std::make_unique<PostgresView>(*shared_);
        });
    }

    Result<std::int64_t> version() override {
        return guarded("version", [&] {
            shared_->check_process();
            return shared_->version();
        });
    }

    Result<bool> has_others() override {
        return guarded("has_others", [&] {
            shared_->check_process();
            return shared_->has_others();
        });
    }

    Result<void> check_health() override {
        return guarded("health", [&] { value_of(shared_->check_health()); });
    }

    Result<void> backup(const std::string& path, bool with_keys) override {
        (void)path;
        (void)with_keys;
        return refuse(ErrorCode::unsupported,
                      "backup: of a PostgreSQL store PostgreSQL makes it (pg_dump, pg_basebackup)");
    }

  private:
    std::unique_ptr<Shared> shared_;
};

void check(const PostgresOptions& options) {
    const auto refuse_option = [](const char* words) { throw Fault{ErrorCode::invalid_options, words}; };
    if (options.durability != Durability::full && options.durability != Durability::normal)
        refuse_option("durability: full or normal");
    if (options.busy_timeout < std::chrono::milliseconds{10} || options.busy_timeout > std::chrono::hours{24})
        refuse_option("busy_timeout: 10 ms to 24 h");
    if (options.version_age_max < Duration::zero() || options.version_age_max > std::chrono::minutes{1})
        refuse_option("version_age_max: 0 to 60 s");
    if (options.readers_max < 1 || options.readers_max > 1000) refuse_option("readers_max: 1 to 1,000");
}

}  // namespace
}  // namespace postgres

Result<std::unique_ptr<Store>> open_postgres_store(const PostgresOptions& options) {
    return postgres::guarded("postgresql", [&]() -> std::unique_ptr<Store> {
        postgres::check(options);
        auto store = std::make_unique<postgres::PostgresStore>(options);
        store->open();
        return store;
    });
}

}  // namespace boxoffice
