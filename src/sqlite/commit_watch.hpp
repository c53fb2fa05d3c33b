#pragma once
/// Tells whether another process has committed.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "sqlite/connection.hpp"
#include "sqlite/statement.hpp"

namespace boxoffice::sqlite {

/// SQLite's data_version on a connection of its own changes with every commit but its own connection's. This process'
/// commits are taken out of the count: they are made under the file lock, so nobody else commits meanwhile.
class CommitWatch {
  public:
    CommitWatch(const std::string& path, Duration busy_timeout);

    /// A number that changes when another process has committed. (Now and then also when it only emptied the log.) Any
    /// thread; it never waits for a commit. Throws.
    std::int64_t version();

    /// Lives around a commit or checkpoint of this process, while the file lock is held.
    class OwnCommit {
      public:
        explicit OwnCommit(CommitWatch& watch);
        ~OwnCommit();
        OwnCommit(const OwnCommit&) = delete;
        OwnCommit& operator=(const OwnCommit&) = delete;

      private:
        CommitWatch& watch_;
        std::unique_lock<std::mutex> lock_;
    };

  private:
    std::int64_t look();

    std::mutex mutex_;  ///< of the connection and seen_
    Connection connection_;
    Query data_version_;
    std::int64_t seen_ = 0;
    std::atomic<std::int64_t> change_count_{0};
};

}  // namespace boxoffice::sqlite
