#pragma once
/// One connection, always in libpq's pipeline mode: many statements go out together and cost one round trip. Every wait has an
/// end, and no fork waits for it.

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "postgres/address.hpp"
#include "postgres/parameters.hpp"
#include "postgres/results.hpp"

namespace boxoffice::postgres {

using Clock = std::chrono::steady_clock;

/// A statement's text. Made once a program; each connection prepares it when it first runs there, and anew after 16, 128, 1,024 …
/// runs: a plan that was made for young tables, and is kept, would not do for grown ones, of which the server's statistics may
/// not know yet.
class Statement {
  public:
    explicit Statement(std::string sql);
    [[nodiscard]] const std::string& sql() const { return sql_; }
    [[nodiscard]] std::size_t number() const { return number_; }
    /// Others are no more than their words: BEGIN, FETCH …
    [[nodiscard]] bool has_plan() const { return has_plan_; }

  private:
    std::string sql_;
    std::size_t number_;
    bool has_plan_;
};

/// Statements to be sent together, each with what is to be done with its answer.
class Pipeline {
  public:
    using Then = std::function<void(const Results&)>;
    struct Item {
        const Statement* statement;  // outlives the pipeline
        Parameters parameters;
        Then then;
    };

    void add(const Statement& statement, Parameters parameters = {}, Then then = {}) {
        items_.push_back({&statement, std::move(parameters), std::move(then)});
    }
    /// Appends every row to `into`, which outlives the pipeline.
    template <class Entity>
    void fetch(std::vector<Entity>& into, const Statement& statement, Parameters parameters) {
        add(statement, std::move(parameters), [&into](const Results& rows) { rows.fetch(into); });
    }
    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }

  private:
    std::vector<Item> items_;
};

/// For one thread at a time. All functions throw: ConnectionLost, and the connection is of no more use; StatementFailed, and
/// what came behind that statement was not done.
class Connection {
  public:
    /// Tries each host in turn, until `deadline` at most.
    Connection(const Address& address, Clock::time_point deadline);
    /// In a child of fork() it is left alone: what was said there would be said in the parent's name.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends all of it, and waits for the answers until then.
    void run(const Pipeline& pipeline, Clock::time_point deadline);

    /// Sends a statement without waiting for its answer, which nobody wishes to know; the next run takes it in. What cannot be
    /// sent is lost with the connection.
    void send_only(const Statement& statement) noexcept;

    /// Runs a script, without parameters and answers.
    void run_script(const std::string& sql, Clock::time_point deadline);

    [[nodiscard]] bool is_lost() const { return is_lost_; }
    /// Has the server warned since the last call? After a commit, that it may be on this server only.
    bool take_warning() { return std::exchange(has_warned_, false); }

  private:
    void connect(const Keywords& common, const Keywords& host, Clock::time_point deadline);
    void check_server() const;
    void send(const Pipeline& pipeline);
    void collect(const Pipeline& pipeline, Clock::time_point deadline);
    bool take_answer(const Pipeline::Then& then, Clock::time_point deadline);
    void take_pending(Clock::time_point deadline);
    /// The next answer, or nullptr where a statement's answers end.
    ::PGresult* next_result(Clock::time_point deadline);
    void wait(short events, Clock::time_point deadline);
    void check_sent(int is_sent);
    [[noreturn]] void lose(std::string words);
    void note_failure(const ::PGresult* result);

    std::unique_ptr<::PGconn, void (*)(::PGconn*)> connection_;
    /// Of one statement on this connection.
    struct Prepared {
        bool is_prepared = false;
        std::int64_t runs = 0;
        std::int64_t plan_until = 16;  // runs
    };
    std::vector<Prepared> prepared_;       // by number of the statement
    std::vector<std::size_t> replanning_;  // the items of the pipeline under way before which an old plan is given up,
    std::vector<std::size_t> preparing_;   // and a statement is prepared
    std::int64_t pending_ = 0;             // sent, and not waited for
    std::exception_ptr failure_;
    bool is_lost_ = false;
    bool has_warned_ = false;
    const std::uint32_t made_in_ = fork_epoch();
};

}  // namespace boxoffice::postgres
