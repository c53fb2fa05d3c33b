#pragma once
/// Folds the write-ahead log into the file, so that it stays bounded. Only the writing connection does this, and only
/// while the file lock is held, so that no commit of any process runs beside it.

#include <chrono>
#include <cstdint>

#include "sqlite/connection.hpp"

namespace boxoffice::sqlite {

class Checkpointer {
  public:
    /// `connection` outlives this. Listens to its commits for the length of the log.
    Checkpointer(Connection& connection, Duration busy_timeout, std::int64_t wal_size_max);
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    /// After a commit: folds when the log is longer than a quarter of `wal_size_max`, since all who wait for a commit wait for
    /// the folding after it, and a short one is over soon. First without disturbing anyone: the log is then started over by
    /// the next commit that finds no reader in it. Where readers always overlap that never comes, so beyond twice the size it
    /// waits for the readers of the moment, for 100 ms at most. Where one stays longer, it looks ten times a second whether the
    /// log is free, and waits again after two seconds. Throws on I/O errors.
    void after_commit();

    /// Folds everything and empties the log, if readers let it within 100 ms (`wait` false: at once); else as much as they
    /// let. True: all of it. Throws.
    bool fold_all(bool wait = true);

    /// Before a transaction, with the log's length in bytes: beyond eight times `wal_size_max` nothing more may be written until
    /// it has been folded. False: readers do not let it. Throws on I/O errors.
    bool make_room(std::int64_t log_size);

  private:
    void start_over();
    bool try_to_empty();
    int checkpoint(int mode, Duration wait_max);
    [[nodiscard]] std::int64_t fold_from() const { return wal_size_max_ / 4; }
    [[nodiscard]] std::int64_t log_size() const { return frame_count_ * frame_size_; }

    Connection& connection_;
    Duration busy_timeout_;
    std::int64_t wal_size_max_;
    std::int64_t frame_size_;       ///< bytes: a page and its frame's header
    std::int64_t frame_count_ = 0;  ///< in the log after the last commit, of all processes
    std::int64_t try_above_ = 0;    ///< bytes; grows while readers keep the log from being started over
    std::chrono::steady_clock::time_point next_try_{};        ///< beyond twice the size
    std::chrono::steady_clock::time_point next_room_wait_{};  ///< beyond eight times the size
    std::chrono::steady_clock::time_point next_wait_{};  ///< and to wait for readers, after a wait that was for nothing
};

}  // namespace boxoffice::sqlite
