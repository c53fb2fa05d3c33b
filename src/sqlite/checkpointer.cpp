#include "sqlite/checkpointer.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "sqlite/errors.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

constexpr Duration readers_wait_max = std::chrono::milliseconds{100};
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
    if (size <= wal_size_max_) start_over();
    if (size <= try_above_) return;
    if (size <= 2 * wal_size_max_) {
        checkpoint(SQLITE_CHECKPOINT_PASSIVE, Duration::zero());
        try_above_ = size + step_;
    } else if (checkpoint(SQLITE_CHECKPOINT_TRUNCATE, std::min(busy_timeout_, readers_wait_max)) == SQLITE_OK) {
        frame_count_ = 0;
        start_over();
    } else {
        // Ever more rarely: a reader that stays would make all commits wait.
        try_above_ = size + step_;
        step_ *= 2;
    }
}

void Checkpointer::start_over() {
    try_above_ = wal_size_max_;
    step_ = std::max(wal_size_max_ / 4, frame_size_);
}

void Checkpointer::fold_all() { checkpoint(SQLITE_CHECKPOINT_TRUNCATE, std::min(busy_timeout_, readers_wait_max)); }

int Checkpointer::checkpoint(int mode, Duration wait_max) {
    const TracedSection section{Section::checkpoint};
    auto* const handle = connection_.database().getHandle();
    connection_.set_busy_timeout(wait_max);
    const int code = sqlite3_wal_checkpoint_v2(handle, "main", mode, nullptr, nullptr);
    std::string words = code == SQLITE_OK ? "" : sqlite3_errmsg(handle);
    connection_.set_busy_timeout(busy_timeout_);
    if (code != SQLITE_OK && code != SQLITE_BUSY) throw SQLite::Exception("checkpoint: " + words, code);
    return code;
}

}  // namespace boxoffice::sqlite
