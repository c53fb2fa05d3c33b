#include "sqlite/commit_watch.hpp"

namespace boxoffice::sqlite {

CommitWatch::CommitWatch(const std::string& path, Duration busy_timeout)
    : connection_(path, false, busy_timeout), data_version_(connection_.database(), "PRAGMA data_version") {
    connection_.prepare_for_reading();
    seen_ = look();
}

std::int64_t CommitWatch::version() {
    const std::unique_lock lock{mutex_, std::try_to_lock};
    // Somebody else is looking just now, or this process commits and so no other can: the count is right.
    if (!lock) return change_count_.load();
    if (const auto now = look(); now != seen_) {
        seen_ = now;
        ++change_count_;
    }
    return change_count_.load();
}

std::int64_t CommitWatch::look() {
    std::int64_t value = 0;
    auto cursor = data_version_.run();
    if (cursor.next()) cursor.row() >> value;
    return value;
}

CommitWatch::OwnCommit::OwnCommit(CommitWatch& watch) : watch_(watch), lock_(watch.mutex_) {
    if (const auto now = watch_.look(); now != watch_.seen_) {
        watch_.seen_ = now;
        ++watch_.change_count_;
    }
}

CommitWatch::OwnCommit::~OwnCommit() {
    try {
        watch_.seen_ = watch_.look();
    } catch (...) {
        // The next look then counts this process' own commit: one change too many, never one too few.
    }
}

}  // namespace boxoffice::sqlite
