#include "health.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <utility>

namespace http_server {

using boxoffice::ErrorCode;

Health::Health(std::string path) : path_(std::move(path)) {
    struct stat status {};
    if (path_.empty() || ::stat(path_.c_str(), &status) != 0) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

void Health::began(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (under_way_++ == 0) moved_at_ = now;
}

void Health::ended(const std::optional<boxoffice::Error>& fault, bool is_housekeeping, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (under_way_ > 0) --under_way_;
    told_at_ = moved_at_ = now;
    if (fault) {
        // One command's own fault is not the store's; were it told here, a caller could make the server look unready.
        const bool is_own = fault->code == ErrorCode::internal || fault->code == ErrorCode::out_of_memory;
        if (is_own && !is_housekeeping) return;
        if (!fault_) failing_since_ = now;
        fault_ = fault;
    } else if (fault_ && (!is_housekeeping || fault_->code != ErrorCode::storage || !is_disk_full())) {
        // A sweep that wrote nothing says little of a disk that is full.
        fault_.reset();
    }
}

bool Health::is_silent(Clock::time_point now, Clock::duration span) const {
    const std::lock_guard lock(mutex_);
    return under_way_ == 0 && (!told_at_ || now - *told_at_ > span);
}

Health::File Health::look_at_file() const {
    if (inode_ == 0) return File::none;
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0) return errno == ENOENT ? File::gone : File::there;
    return status.st_dev == device_ && status.st_ino == inode_ ? File::there : File::replaced;
}

bool Health::is_disk_full() const {
    constexpr unsigned long long least = 256 * 1024;  // some pages of the log; a commit seldom needs more
    struct statvfs room {};
    if (path_.empty() || ::statvfs(path_.c_str(), &room) != 0) return false;
    return static_cast<unsigned long long>(room.f_bavail) * room.f_frsize < least;
}

std::optional<Health::Trouble> Health::trouble(Clock::time_point now) const {
    switch (look_at_file()) {
        case File::gone: return Trouble{ErrorCode::storage, "the database file has gone"};
        case File::replaced: return Trouble{ErrorCode::storage, "the database file is another than the one opened"};
        case File::none:
        case File::there: break;
    }
    const bool is_full = is_disk_full();
    const std::lock_guard lock(mutex_);
    if (under_way_ > 0 && now - moved_at_ >= slow_after)
        return Trouble{ErrorCode::busy, "a write waits: another process holds the store, or its disk is very slow"};
    if (!fault_) return std::nullopt;
    if (fault_->code == ErrorCode::busy) return Trouble{ErrorCode::busy, "another process holds the store"};
    if (fault_->code == ErrorCode::storage && is_full)
        return Trouble{ErrorCode::storage, "the disk of the database is full"};
    return Trouble{fault_->code, std::string{message_of(fault_->code)}};
}

bool Health::is_hopeless(Clock::time_point now) const {
    if (look_at_file() == File::gone || is_disk_full()) return false;
    const std::lock_guard lock(mutex_);
    return fault_ && fault_->code != ErrorCode::busy && now - failing_since_ >= hopeless_after;
}

}  // namespace http_server
