#pragma once
/// The reading connections: made on demand, kept for the next reader.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sqlite/session.hpp"

namespace boxoffice::sqlite {

/// A session that a View reads with.
struct ReadSession : Session {
    explicit ReadSession(std::unique_ptr<Connection> opened)
        : Session(std::move(opened)), begin(connection->database(), "BEGIN"), end(connection->database(), "ROLLBACK") {}

    Query begin;
    Query end;
};

/// Thread-safe.
class Readers {
  public:
    /// A view holds the log: what lasts longer is ended with `busy`, so that a query that has gone astray does not hold it for
    /// ever. Far above what an audit of some ten million rows takes.
    static constexpr Duration view_time_max = std::chrono::minutes{5};

    Readers(std::string path, Duration busy_timeout) : path_(std::move(path)), busy_timeout_(busy_timeout) {}

    /// A session in a transaction whose state is fixed. Throws.
    std::unique_ptr<ReadSession> take();
    /// Ends its transaction and keeps it, or closes it where enough are kept.
    void give_back(std::unique_ptr<ReadSession> session) noexcept;
    void close_all() noexcept;

    /// For a forked child, which must not close the parent's connections.
    void leak_all() noexcept;

  private:
    static constexpr std::size_t kept_max = 8;

    std::string path_;
    Duration busy_timeout_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<ReadSession>> kept_;
};

}  // namespace boxoffice::sqlite
