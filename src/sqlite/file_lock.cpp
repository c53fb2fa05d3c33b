#include "sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "sqlite/errors.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

std::string words_of(int error_number) { return std::generic_category().message(error_number); }

}  // namespace

FileLock::FileLock(const std::string& path, mode_t mode) : path_(path) {
    do {
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
    } while (descriptor_ < 0 && errno == EINTR);
    if (descriptor_ < 0) throw Fault{ErrorCode::storage, path + ": " + words_of(errno)};
}

FileLock::~FileLock() {
    // No LOCK_UN here: after fork() the lock belongs to parent and child alike, and only the last close may end it.
    ::close(descriptor_);
}

Result<void> FileLock::acquire(Clock::time_point deadline) {
    if (trace_without_file_lock.load(std::memory_order_relaxed)) return {};
    auto pause = std::chrono::microseconds{50};
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return refuse(ErrorCode::storage, path_ + ": " + words_of(errno));
        const auto now = Clock::now();
        if (now >= deadline) return refuse(ErrorCode::busy, path_ + ": another process holds the lock");
        std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - now));
        pause = std::min(2 * pause, std::chrono::microseconds{2000});
    }
    held_ = true;
    return {};
}

void FileLock::release() noexcept {
    if (!held_) return;
    held_ = false;
    while (::flock(descriptor_, LOCK_UN) != 0 && errno == EINTR) {
    }
}

}  // namespace boxoffice::sqlite
