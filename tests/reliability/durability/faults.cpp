#include "reliability/durability/faults.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>

#include "support/allocation_faults.hpp"

namespace boxoffice::reliability {
namespace {

constexpr std::int64_t for_good = std::numeric_limits<std::int64_t>::max();

/// Counts down, and says when to fail.
class Trigger {
  public:
    void arm(std::int64_t passing, std::int64_t failing) {
        passing_ = passing;
        failing_ = failing;
        struck_ = false;
        is_armed_ = true;
    }
    void disarm() { is_armed_ = false; }
    [[nodiscard]] bool struck() const { return struck_; }
    bool fails() {
        if (!is_armed_) return false;
        if (passing_ > 0) return --passing_, false;
        if (failing_ == 0) return false;
        if (failing_ != for_good) --failing_;
        return struck_ = true;
    }

  private:
    std::int64_t passing_ = 0;
    std::int64_t failing_ = 0;
    bool is_armed_ = false;
    bool struck_ = false;
};

/// Between once and for good.
bool is_some(std::int64_t failing) { return failing > 1 && failing != for_good; }

IoObserver* beside = nullptr;
testing::CallPaths* sqlite_paths = nullptr;

std::string with_times(std::string name, std::int64_t failing) {
    return name + (failing == for_good ? ", for good"
                   : failing == 1      ? ", once"
                                       : ", " + std::to_string(failing) + " times");
}

// Not among them: a read that is short although the file is not. SQLite takes it for a file that ends there, and no file system
// does it.
enum class IoFailure : std::uint8_t { error, full, busy };

/// What SQLite is told of a call that fails so; SQLITE_OK: such a call does not.
int code_of(IoFailure failure, std::int64_t failing, const IoEvent& event) {
    // Giving back a lock does not fail: there is nothing to be done about it.
    if (event.call == IoCall::unlock || (event.call == IoCall::shm_lock && (event.flags & SQLITE_SHM_UNLOCK) != 0))
        return SQLITE_OK;
    switch (failure) {
        case IoFailure::full:
            return event.call == IoCall::write || event.call == IoCall::truncate || event.call == IoCall::shm_map
                       ? SQLITE_FULL
                       : SQLITE_OK;
        case IoFailure::busy:
            // Not for good: SQLite itself asks for the index's locks for ten seconds then.
            return event.call == IoCall::lock || (event.call == IoCall::shm_lock && failing == 1) ? SQLITE_BUSY
                                                                                                  : SQLITE_OK;
        case IoFailure::error: break;
    }
    switch (event.call) {
        case IoCall::open: return SQLITE_CANTOPEN;
        case IoCall::remove: return SQLITE_IOERR_DELETE;
        case IoCall::access: return SQLITE_IOERR_ACCESS;
        case IoCall::read: return SQLITE_IOERR_READ;
        case IoCall::write: return SQLITE_IOERR_WRITE;
        case IoCall::truncate: return SQLITE_IOERR_TRUNCATE;
        case IoCall::sync: return SQLITE_IOERR_FSYNC;
        case IoCall::size: return SQLITE_IOERR_FSTAT;
        case IoCall::lock: return SQLITE_IOERR_LOCK;
        case IoCall::check_lock: return SQLITE_IOERR_CHECKRESERVEDLOCK;
        case IoCall::shm_map: return SQLITE_IOERR_SHMMAP;
        case IoCall::shm_lock: return SQLITE_IOERR_SHMLOCK;
        case IoCall::unlock: break;
    }
    return SQLITE_OK;
}

class FileFault final : public Fault, IoObserver {
  public:
    FileFault(const char* name, IoFailure failure, std::int64_t failing)
        : Fault(with_times(name, failing)), failure_(failure), failing_(failing) {}
    void arm(std::int64_t passing) override {
        trigger_.arm(passing, failing_);
        VfsLayer::observe(this);
    }
    void disarm() override {
        trigger_.disarm();
        VfsLayer::observe(beside);
    }
    [[nodiscard]] bool struck() const override { return trigger_.struck(); }

  private:
    int before(const IoEvent& event) override {
        if (const int code = code_of(failure_, failing_, event); code != SQLITE_OK && trigger_.fails()) return code;
        return beside == nullptr ? SQLITE_OK : beside->before(event);
    }
    void after(const IoEvent& event) override {
        if (beside != nullptr) beside->after(event);
    }

    IoFailure failure_;
    std::int64_t failing_;
    Trigger trigger_;
};

// ---- the store's own calls ----------------------------------------------------------------------------------------

Trigger own_calls;

/// Writing and syncing the lock file, what a backup or a restore is made as, and its folder.
bool own_call_fails(int descriptor) {
    char link[40];
    char path[512];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const auto length = ::readlink(link, path, sizeof path);
    if (length <= 0) return false;
    const std::string_view name{path, static_cast<std::size_t>(length)};
    struct stat status {};
    const bool is_folder = ::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
    return (name.ends_with("-lock") || name.ends_with("-partial") || is_folder) && own_calls.fails();
}

class OwnFault final : public Fault {
  public:
    explicit OwnFault(std::int64_t failing) : Fault(with_times("lock file", failing)), failing_(failing) {}
    void arm(std::int64_t passing) override { own_calls.arm(passing, failing_); }
    void disarm() override { own_calls.disarm(); }
    [[nodiscard]] bool struck() const override { return own_calls.struck(); }

  private:
    std::int64_t failing_;
};

// ---- memory -------------------------------------------------------------------------------------------------------

class NewFault final : public Fault {
  public:
    explicit NewFault(std::int64_t failing)
        : Fault(with_times("operator new", failing), is_some(failing)), failing_(failing) {}
    void arm(std::int64_t passing) override { faults_.emplace(passing, failing_); }
    void disarm() override {
        struck_ = faults_ && faults_->struck();
        faults_.reset();
    }
    [[nodiscard]] bool struck() const override { return struck_; }
    std::optional<std::vector<std::int64_t>> places_in(const std::function<void()>& ask) override {
        testing::CallPaths paths;
        {
            const testing::AllocationPaths noted{paths};
            ask();
        }
        return paths.places();
    }

  private:
    std::int64_t failing_;
    std::optional<testing::AllocationFaults> faults_;
    bool struck_ = false;
};

Trigger sqlite_memory;
sqlite3_mem_methods sqlite_memory_beneath;

bool sqlite_memory_fails() {
    if (sqlite_paths != nullptr) sqlite_paths->note();
    return sqlite_memory.fails();
}

class SqliteMemoryFault final : public Fault {
  public:
    explicit SqliteMemoryFault(std::int64_t failing)
        : Fault(with_times("SQLite's malloc", failing), is_some(failing)), failing_(failing) {}
    void arm(std::int64_t passing) override { sqlite_memory.arm(passing, failing_); }
    void disarm() override { sqlite_memory.disarm(); }
    [[nodiscard]] bool struck() const override { return sqlite_memory.struck(); }
    std::optional<std::vector<std::int64_t>> places_in(const std::function<void()>& ask) override {
        testing::CallPaths paths{
            reinterpret_cast<const void*>(&sqlite3_open_v2)};  // what SQLite does with a call is tested by SQLite
        sqlite_paths = &paths;
        ask();
        sqlite_paths = nullptr;
        return paths.places();
    }

  private:
    std::int64_t failing_;
};

}  // namespace

std::optional<std::vector<std::int64_t>> Fault::places_in(const std::function<void()>&) { return std::nullopt; }

void prepare_for_faults() {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory_beneath);
    sqlite3_mem_methods methods = sqlite_memory_beneath;
    methods.xMalloc = [](int size) -> void* {
        return sqlite_memory_fails() ? nullptr : sqlite_memory_beneath.xMalloc(size);
    };
    methods.xRealloc = [](void* memory, int size) -> void* {
        return sqlite_memory_fails() ? nullptr : sqlite_memory_beneath.xRealloc(memory, size);
    };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    sqlite3_initialize();
}

void observe_beside(IoObserver* observer) {
    beside = observer;
    VfsLayer::observe(observer);
}

std::vector<std::unique_ptr<Fault>> io_faults() {
    std::vector<std::unique_ptr<Fault>> faults;
    for (const auto failing : {std::int64_t{1}, for_good}) {
        faults.push_back(std::make_unique<FileFault>("I/O error", IoFailure::error, failing));
        faults.push_back(std::make_unique<FileFault>("disk full", IoFailure::full, failing));
        faults.push_back(std::make_unique<OwnFault>(failing));
    }
    faults.push_back(std::make_unique<FileFault>("locked by others", IoFailure::busy, 1));
    faults.push_back(std::make_unique<FileFault>("locked by others", IoFailure::busy, for_good));
    return faults;
}

std::vector<std::unique_ptr<Fault>> memory_faults() {
    std::vector<std::unique_ptr<Fault>> faults;
    for (const auto failing : {std::int64_t{1}, std::int64_t{5}, for_good}) {
        faults.push_back(std::make_unique<NewFault>(failing));
        faults.push_back(std::make_unique<SqliteMemoryFault>(failing));
    }
    return faults;
}

}  // namespace boxoffice::reliability

// In the place of the C library's: what the library that is tested calls, and what SQLite does.
extern "C" {
ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
    if (boxoffice::reliability::own_call_fails(descriptor)) return errno = ENOSPC, -1;
    return ::syscall(SYS_pwrite64, descriptor, bytes, count, at);
}
int fdatasync(int descriptor) {
    if (boxoffice::reliability::own_call_fails(descriptor)) return errno = EIO, -1;
    return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}
int fsync(int descriptor) {
    if (boxoffice::reliability::own_call_fails(descriptor)) return errno = EIO, -1;
    return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
}
