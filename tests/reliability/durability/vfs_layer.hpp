#pragma once
/// A layer over SQLite's own file system that tells an observer of every call, before it is done and after, and answers with an
/// error where the observer says so. It is the default for all connections that are opened while it lives; those must be closed
/// before it goes. For programs in which one thread at a time uses SQLite.

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace boxoffice::reliability {

enum class IoCall : std::uint8_t {
    open,
    remove,
    access,
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    unlock,
    check_lock,
    shm_map,
    shm_lock,
};
inline constexpr std::array<std::string_view, 13> io_call_names{"open",       "remove",  "access",  "read", "write",
                                                                "truncate",   "sync",    "size",    "lock", "unlock",
                                                                "check_lock", "shm_map", "shm_lock"};

/// What is asked of a file. A file is told by its handle, since a name can be given to another file.
struct IoEvent {
    IoCall call{};
    std::string_view path;   ///< empty: a temporary file
    const void* handle{};    ///< none: a call by name
    std::int64_t at = 0;     ///< where; or the length that is wanted
    const void* bytes{};     ///< of a write
    std::int64_t count = 0;  ///< bytes
    int flags = 0;           ///< as SQLite gave them
};

class IoObserver {
  public:
    virtual ~IoObserver() = default;
    /// SQLITE_OK: do it. Else this is the answer; of a read half of it is there, and garbage.
    virtual int before(const IoEvent& /*event*/) { return SQLITE_OK; }
    /// It was done.
    virtual void after(const IoEvent& /*event*/) {}
};

/// One at a time.
class VfsLayer {
  public:
    VfsLayer();
    ~VfsLayer();
    VfsLayer(const VfsLayer&) = delete;
    VfsLayer& operator=(const VfsLayer&) = delete;

    /// None: calls just pass.
    static void observe(IoObserver* observer);

  private:
    sqlite3_vfs vfs_{};
};

/// Observes while it lives.
class Observing {
  public:
    explicit Observing(IoObserver& observer) { VfsLayer::observe(&observer); }
    ~Observing() { VfsLayer::observe(nullptr); }
    Observing(const Observing&) = delete;
    Observing& operator=(const Observing&) = delete;
};

}  // namespace boxoffice::reliability
