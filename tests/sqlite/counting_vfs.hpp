#pragma once
/// A layer over SQLite's own file system that counts how often a write-ahead log is synced, and can make that, reading and writing fail. It
/// is the default for all connections opened while it lives; those must be closed before it goes.

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>

namespace boxoffice::sqlite_testing {

class CountingVfs {
  public:
    CountingVfs() {
        beneath() = sqlite3_vfs_find(nullptr);
        vfs_ = *beneath();
        vfs_.zName = "counting";
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
        count() = 0;
        failing() = false;
        reads_left() = -1;
        log_write_code() = database_write_code() = SQLITE_OK;
    }
    ~CountingVfs() { sqlite3_vfs_unregister(&vfs_); }
    CountingVfs(const CountingVfs&) = delete;
    CountingVfs& operator=(const CountingVfs&) = delete;

    [[nodiscard]] int log_sync_count() const { return count(); }
    /// One reading of a database, after `passing` more of them, fails; below 0: none.
    void fail_a_read(int passing) { reads_left() = passing; }
    /// Has it failed?
    [[nodiscard]] bool has_failed_a_read() const { return reads_left() < 0; }
    void fail_log_syncs(bool fail) { failing() = fail; }
    /// Writing to the log, and if asked to the database too, answers `code` from here on.
    void fail_writes(int code, bool database_too) {
        log_write_code() = code;
        database_write_code() = database_too ? code : SQLITE_OK;
    }
    /// Writing to the database alone, as checkpoints do.
    static void fail_database_writes(int code) { database_write_code() = code; }

  private:
    static sqlite3_vfs*& beneath() {
        static sqlite3_vfs* vfs = nullptr;
        return vfs;
    }
    static std::atomic<int>& count() {
        static std::atomic<int> value{0};
        return value;
    }
    static std::atomic<bool>& failing() {
        static std::atomic<bool> value{false};
        return value;
    }
    static const sqlite3_io_methods*& log_methods_beneath() {
        static const sqlite3_io_methods* methods = nullptr;
        return methods;
    }

    static std::atomic<int>& reads_left() {
        static std::atomic<int> value{-1};
        return value;
    }
    static std::atomic<int>& log_write_code() {
        static std::atomic<int> value{SQLITE_OK};
        return value;
    }
    static std::atomic<int>& database_write_code() {
        static std::atomic<int> value{SQLITE_OK};
        return value;
    }
    static const sqlite3_io_methods*& database_methods_beneath() {
        static const sqlite3_io_methods* methods = nullptr;
        return methods;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        const int code = beneath()->xOpen(beneath(), name, file, flags, out_flags);
        if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) {
            // The layer beneath has several sets of methods, which differ in how they lock; all write alike.
            static std::mutex mutex;
            static std::map<const sqlite3_io_methods*, sqlite3_io_methods> sets;
            const std::lock_guard lock{mutex};
            database_methods_beneath() = file->pMethods;
            auto& methods = sets.try_emplace(file->pMethods, *file->pMethods).first->second;
            methods.xWrite = write_database;
            methods.xRead = read_database;
            file->pMethods = &methods;
        }
        if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
        // The file's methods are the layer beneath's, but for xSync.
        static sqlite3_io_methods methods;
        log_methods_beneath() = file->pMethods;
        methods = *file->pMethods;
        methods.xSync = sync;
        methods.xWrite = write_log;
        file->pMethods = &methods;
        return SQLITE_OK;
    }
    static int write_log(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
        if (const int code = log_write_code()) return code;
        return log_methods_beneath()->xWrite(file, bytes, count, at);
    }
    static int read_database(sqlite3_file* file, void* into, int count, sqlite3_int64 at) {
        if (reads_left() >= 0 && reads_left()-- == 0) return SQLITE_IOERR_READ;
        return database_methods_beneath()->xRead(file, into, count, at);
    }
    static int write_database(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
        if (const int code = database_write_code()) return code;
        return database_methods_beneath()->xWrite(file, bytes, count, at);
    }
    static int sync(sqlite3_file* file, int flags) {
        if (failing()) return SQLITE_IOERR_FSYNC;
        ++count();
        return log_methods_beneath()->xSync(file, flags);
    }

    sqlite3_vfs vfs_{};
};

}  // namespace boxoffice::sqlite_testing
