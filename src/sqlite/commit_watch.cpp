#include "sqlite/commit_watch.hpp"

#include <atomic>

namespace boxoffice::sqlite {
namespace {

/// Where a new watch begins to count: nobody must take it for the one before, whatever happened between the two.
std::int64_t next_start() {
    static std::atomic<std::int64_t> started{0};
    return ++started << 40;
}

}  // namespace

CommitWatch::CommitWatch(const std::string& path, Duration busy_timeout)
    : connection_(path, false, busy_timeout),
      data_version_(connection_.database(), "PRAGMA data_version"),
      change_count_(next_start()) {
    connection_.prepare_for_reading();
    seen_ = read();
}

std::int64_t CommitWatch::version() {
    const std::lock_guard lock{mutex_};
    if (!is_committing_) look();
    return change_count_;
}

void CommitWatch::look() {
    const auto now = read();
    if (now == seen_) return;
    seen_ = now;
    ++change_count_;
}

std::int64_t CommitWatch::read() {
    std::int64_t value = 0;
    auto cursor = data_version_.run();
    if (cursor.next()) cursor.row() >> value;
    return value;
}

CommitWatch::OwnCommit::OwnCommit(CommitWatch& watch) : watch_(watch) {
    const std::lock_guard lock{watch_.mutex_};
    watch_.look();
    watch_.is_committing_ = true;
}

CommitWatch::OwnCommit::~OwnCommit() {
    const std::lock_guard lock{watch_.mutex_};
    try {
        watch_.seen_ = watch_.read();
    } catch (...) {
        // The next look then counts this process' own commit: one change too many, never one too few.
    }
    watch_.is_committing_ = false;
}

}  // namespace boxoffice::sqlite
