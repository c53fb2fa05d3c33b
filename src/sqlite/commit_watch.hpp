#pragma once
/// Tells whether another process has committed.

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

    /// A number that changes when another process has committed, and is another for each watch of this process. (Now and then
    /// it changes also when one only emptied the log.) What was committed before the call is in it. Any thread; it waits for no
    /// commit. Throws.
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
    };

  private:
    void look();
    std::int64_t read();

    std::mutex mutex_;  ///< of all that follows; never held for as long as a commit takes
    Connection connection_;
    Query data_version_;
    std::int64_t seen_ = 0;
    std::int64_t change_count_ = 0;
    bool is_committing_ = false;  ///< this process is, so no other can, and what is seen may be its own
};

}  // namespace boxoffice::sqlite
