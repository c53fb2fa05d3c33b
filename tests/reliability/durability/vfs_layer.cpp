#include "reliability/durability/vfs_layer.hpp"

#include <cstddef>
#include <cstring>

namespace boxoffice::reliability {
namespace {

IoObserver* observer = nullptr;
sqlite3_vfs* beneath = nullptr;

/// In front of the file of the layer beneath, in the memory that SQLite gives for both.
struct LayerFile {
    sqlite3_file base;
    const char* path;  ///< SQLite keeps it as long as the file is open
    alignas(std::max_align_t) char rest[1];
};

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LayerFile*>(file)->rest);
}

IoEvent event_of(IoCall call, sqlite3_file* file) {
    IoEvent event;
    event.call = call;
    event.handle = file;
    if (const char* path = reinterpret_cast<LayerFile*>(file)->path) event.path = path;
    return event;
}

template <class Do>
int tell(const IoEvent& event, Do&& call) {
    if (observer == nullptr) return call();
    if (const int code = observer->before(event)) return code;
    const int code = call();
    if (code == SQLITE_OK && observer != nullptr) observer->after(event);
    return code;
}

int close_file(sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); }

int read_file(sqlite3_file* file, void* into, int count, sqlite3_int64 at) {
    auto event = event_of(IoCall::read, file);
    event.at = at;
    event.count = count;
    const int refused = observer == nullptr ? SQLITE_OK : observer->before(event);
    const int code = inner(file)->pMethods->xRead(inner(file), into, count, at);
    if (refused == SQLITE_OK) return code;
    std::memset(static_cast<char*>(into) + count / 2, 0xA5, static_cast<std::size_t>(count - count / 2));
    return refused;
}

int write_file(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
    auto event = event_of(IoCall::write, file);
    event.at = at;
    event.bytes = bytes;
    event.count = count;
    return tell(event, [&] { return inner(file)->pMethods->xWrite(inner(file), bytes, count, at); });
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    auto event = event_of(IoCall::truncate, file);
    event.at = size;
    return tell(event, [&] { return inner(file)->pMethods->xTruncate(inner(file), size); });
}

int sync_file(sqlite3_file* file, int flags) {
    auto event = event_of(IoCall::sync, file);
    event.flags = flags;
    return tell(event, [&] { return inner(file)->pMethods->xSync(inner(file), flags); });
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return tell(event_of(IoCall::size, file), [&] { return inner(file)->pMethods->xFileSize(inner(file), size); });
}

int lock_file(sqlite3_file* file, int level) {
    return tell(event_of(IoCall::lock, file), [&] { return inner(file)->pMethods->xLock(inner(file), level); });
}

int unlock_file(sqlite3_file* file, int level) {
    return tell(event_of(IoCall::unlock, file), [&] { return inner(file)->pMethods->xUnlock(inner(file), level); });
}

int check_lock(sqlite3_file* file, int* is_reserved) {
    return tell(event_of(IoCall::check_lock, file),
                [&] { return inner(file)->pMethods->xCheckReservedLock(inner(file), is_reserved); });
}

int control(sqlite3_file* file, int operation, void* argument) {
    return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
}

int sector_size(sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); }

int device_traits(sqlite3_file* file) { return inner(file)->pMethods->xDeviceCharacteristics(inner(file)); }

int shm_map(sqlite3_file* file, int page, int page_size, int may_extend, void volatile** at) {
    return tell(event_of(IoCall::shm_map, file),
                [&] { return inner(file)->pMethods->xShmMap(inner(file), page, page_size, may_extend, at); });
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    auto event = event_of(IoCall::shm_lock, file);
    event.at = offset;
    event.count = count;
    event.flags = flags;
    return tell(event, [&] { return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags); });
}

void shm_barrier(sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); }

int shm_unmap(sqlite3_file* file, int remove) { return inner(file)->pMethods->xShmUnmap(inner(file), remove); }

// No file is mapped into memory: SQLite reads and writes all of it through the layer.
const sqlite3_io_methods methods{2,           close_file,  read_file,     write_file,  truncate_file,
                                 sync_file,   file_size,   lock_file,     unlock_file, check_lock,
                                 control,     sector_size, device_traits, shm_map,     shm_lock,
                                 shm_barrier, shm_unmap,   nullptr,       nullptr};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    IoEvent event;
    event.call = IoCall::open;
    event.handle = file;
    if (path != nullptr) event.path = path;
    event.flags = flags;
    return tell(event, [&] {
        auto* const layer = reinterpret_cast<LayerFile*>(file);
        const int code = beneath->xOpen(beneath, path, inner(file), flags, out_flags);
        layer->path = path;
        if (inner(file)->pMethods != nullptr) file->pMethods = &methods;
        return code;
    });
}

int remove_file(sqlite3_vfs*, const char* path, int sync_folder) {
    IoEvent event;
    event.call = IoCall::remove;
    event.path = path;
    event.flags = sync_folder;
    return tell(event, [&] { return beneath->xDelete(beneath, path, sync_folder); });
}

int access_file(sqlite3_vfs*, const char* path, int flags, int* result) {
    IoEvent event;
    event.call = IoCall::access;
    event.path = path;
    return tell(event, [&] { return beneath->xAccess(beneath, path, flags, result); });
}

}  // namespace

VfsLayer::VfsLayer() {
    beneath = sqlite3_vfs_find("unix");
    vfs_ = *beneath;
    vfs_.zName = "layer";
    vfs_.szOsFile = static_cast<int>(offsetof(LayerFile, rest)) + beneath->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.xOpen = open_file;
    vfs_.xDelete = remove_file;
    vfs_.xAccess = access_file;
    sqlite3_vfs_register(&vfs_, 1);
}

VfsLayer::~VfsLayer() {
    observe(nullptr);
    sqlite3_vfs_unregister(&vfs_);
}

void VfsLayer::observe(IoObserver* now) { observer = now; }

}  // namespace boxoffice::reliability
