#include "sqlite/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <system_error>
#include <thread>

#include "sqlite/errors.hpp"
#include "sqlite/files.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

constexpr off_t presence_at = 0;
constexpr off_t turnstile_at = 1;
constexpr std::chrono::milliseconds turnstile_max{250};  // many commits of those before
constexpr std::chrono::seconds go_round_for{5};

std::string words_of(int error_number) { return std::generic_category().message(error_number); }

struct flock byte_lock(short type, off_t at) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = at;
    lock.l_len = 1;
    return lock;
}

}  // namespace

FileLock::FileLock(const std::string& path, mode_t mode)
    : path_(path), descriptor_(open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode)) {
    if (descriptor_ < 0) throw Fault{ErrorCode::storage, path + ": " + words_of(errno)};
    struct stat status {};
    // Who may open the database may lock it: open() takes the umask away, and the database's mode may have been changed since. It
    // fails for another owner's file, who has done it already.
    if (::fstat(descriptor_, &status) == 0 && (status.st_mode & 0777) != mode)
        static_cast<void>(::fchmod(descriptor_, mode));
}

FileLock::~FileLock() {
    // No LOCK_UN here: after fork() the lock belongs to parent and child alike, and only the last close may end it.
    ::close(descriptor_);
}

/// `take` tries; if it fails, errno says why.
template <class Try>
Result<void> FileLock::ask_until(Clock::time_point deadline, std::chrono::microseconds pause_max, Try take) {
    auto pause = std::chrono::microseconds{50};
    while (!take()) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK && errno != EACCES) return refuse(ErrorCode::storage, path_ + ": " + words_of(errno));
        const auto now = Clock::now();
        if (now >= deadline) return refuse(ErrorCode::busy, path_ + ": another process holds the lock");
        const ForkBarrier::Open open;
        std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - now));
        pause = std::min(2 * pause, pause_max);
    }
    return {};
}

bool FileLock::try_turnstile(short type) noexcept {
    auto lock = byte_lock(type, turnstile_at);
    return ::fcntl(descriptor_, F_OFD_SETLK, &lock) == 0;
}

/// False: it is stuck, or cannot be had; whoever goes round it still needs the writer's lock.
bool FileLock::pass_turnstile(Clock::time_point deadline) {
    const auto now = Clock::now();
    if (now < go_round_until_) return false;
    const auto passed = ask_until(std::min<Clock::time_point>(deadline, now + turnstile_max),
                                  std::chrono::microseconds{2000}, [&] { return try_turnstile(F_WRLCK); });
    if (!passed && deadline > now + turnstile_max) go_round_until_ = Clock::now() + go_round_for;
    return passed.has_value();
}

Result<void> FileLock::acquire(Clock::time_point deadline) {
    if (trace_without_file_lock.load(std::memory_order_relaxed)) return {};
    const bool is_inside = pass_turnstile(deadline);
    auto locked = ask_until(deadline, std::chrono::microseconds{250},
                            [&] { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; });
    if (is_inside) static_cast<void>(try_turnstile(F_UNLCK));
    held_ = locked.has_value();
    return locked;
}

void FileLock::release() noexcept {
    if (!held_) return;
    held_ = false;
    while (::flock(descriptor_, LOCK_UN) != 0 && errno == EINTR) {
    }
}

void FileLock::be_present() {
    auto lock = byte_lock(F_RDLCK, presence_at);
    if (::fcntl(descriptor_, F_OFD_SETLK, &lock) != 0)
        throw Fault{ErrorCode::storage, path_ + ": cannot be locked: " + words_of(errno)};
}

void FileLock::be_gone() noexcept {
    auto lock = byte_lock(F_UNLCK, presence_at);
    static_cast<void>(::fcntl(descriptor_, F_OFD_SETLK, &lock));
}

bool FileLock::has_others() const {
    auto lock = byte_lock(F_WRLCK, presence_at);  // what only who is alone would get
    if (::fcntl(descriptor_, F_OFD_GETLK, &lock) != 0)
        throw Fault{ErrorCode::storage, path_ + ": cannot be locked: " + words_of(errno)};
    return lock.l_type != F_UNLCK;
}

std::optional<FileLock::LogRecord> FileLock::read_record() const {
    char text[160] = {};
    if (::pread(descriptor_, text, sizeof text - 1, 0) < 0)
        throw Fault{ErrorCode::storage, path_ + ": " + words_of(errno)};
    LogRecord record;
    if (std::sscanf(text, "log %" SCNd64 " %" SCNd64 " rescues %" SCNd64 " inode %" SCNd64, &record.marks[0],
                    &record.marks[1], &record.rescues, &record.inode) != 4)
        return std::nullopt;
    return record;
}

void FileLock::write_record(const LogRecord& record) const {
    char text[160];
    // Of one length always, so that one write replaces it whole.
    const int length = std::snprintf(text, sizeof text,
                                     "log %020" PRId64 " %020" PRId64 " rescues %010" PRId64 " inode %020" PRId64 "\n",
                                     record.marks[0], record.marks[1], record.rescues, record.inode);
    if (::pwrite(descriptor_, text, static_cast<std::size_t>(length), 0) != length || ::fdatasync(descriptor_) != 0)
        throw Fault{ErrorCode::storage, path_ + ": " + words_of(errno)};
}

}  // namespace boxoffice::sqlite
