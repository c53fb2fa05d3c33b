#include "sqlite/checkpointer.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "sqlite/errors.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration readers_wait_max = std::chrono::milliseconds{100};
constexpr Duration try_again_after = std::chrono::milliseconds{100};
constexpr Duration wait_again_after = std::chrono::seconds{2};
constexpr std::int64_t hard_limit_factor = 8;
constexpr std::int64_t frame_header_size = 24;

}  // namespace

Checkpointer::Checkpointer(Connection& connection, Duration busy_timeout, std::int64_t wal_size_max)
    : connection_(connection),
      busy_timeout_(busy_timeout),
      wal_size_max_(wal_size_max),
      frame_size_(connection.database().execAndGet("PRAGMA page_size").getInt64() + frame_header_size) {
    start_over();
    const auto count = [](void* self, sqlite3*, const char*, int frames) {
        static_cast<Checkpointer*>(self)->frame_count_ = frames;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(connection.database().getHandle(), count, this);
}

void Checkpointer::after_commit() {
    const auto size = log_size();
    if (size <= fold_from()) start_over();
    if (size <= try_above_) return;
    if (size <= 2 * wal_size_max_) {
        checkpoint(SQLITE_CHECKPOINT_PASSIVE, Duration::zero());
        try_above_ = size + std::max(wal_size_max_ / 4, frame_size_);
        return;
    }
    if (Clock::now() >= next_try_) static_cast<void>(try_to_empty());
}

bool Checkpointer::try_to_empty() {
    const bool wait = Clock::now() >= next_wait_;
    if (fold_all(wait)) return true;
    // A reader that stays would make all commits wait.
    next_try_ = Clock::now() + try_again_after;
    if (wait) next_wait_ = Clock::now() + wait_again_after;
    return false;
}

void Checkpointer::start_over() { try_above_ = fold_from(); }

bool Checkpointer::fold_all(bool wait) {
    const auto wait_max = wait ? std::min(busy_timeout_, readers_wait_max) : Duration::zero();
    if (checkpoint(SQLITE_CHECKPOINT_TRUNCATE, wait_max) != SQLITE_OK) return false;
    frame_count_ = 0;
    start_over();
    return true;
}

bool Checkpointer::make_room(std::int64_t log_size) {
    if (log_size <= hard_limit_factor * wal_size_max_) return true;
    // Readers that come and go are worth a wait; one that stays is not worth another soon.
    const bool wait = Clock::now() >= next_room_wait_;
    const auto wait_max = wait ? std::min<Duration>(busy_timeout_, std::chrono::seconds{1}) : Duration::zero();
    if (checkpoint(SQLITE_CHECKPOINT_TRUNCATE, wait_max) == SQLITE_OK) {
        frame_count_ = 0;
        start_over();
        return true;
    }
    if (wait) next_room_wait_ = Clock::now() + wait_again_after;
    return false;
}

int Checkpointer::checkpoint(int mode, Duration wait_max) {
    const TracedSection section{Section::checkpoint};
    auto* const handle = connection_.database().getHandle();
    connection_.set_busy_timeout(wait_max);
    const int code = sqlite3_wal_checkpoint_v2(handle, "main", mode, nullptr, nullptr);
    const bool has_failed = code != SQLITE_OK && code != SQLITE_BUSY;
    const SQLite::Exception failure{handle, code};  // what the handle says of it, before it is used again
    connection_.set_busy_timeout(busy_timeout_);
    if (has_failed) throw SQLite::Exception{failure};
    return code;
}

}  // namespace boxoffice::sqlite
