#include "sqlite/connection.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <limits>

#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {
namespace {

int as_milliseconds(Duration duration) {
    const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    return static_cast<int>(std::clamp<std::int64_t>(count, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Connection::Connection(const std::string& path, bool create, Duration busy_timeout)
    // NOMUTEX: the store sees to it that one thread at a time uses a connection.
    : database_(path, SQLite::OPEN_READWRITE | (create ? SQLite::OPEN_CREATE : 0) | SQLite::OPEN_NOMUTEX,
                as_milliseconds(busy_timeout)) {
    set_busy_timeout(busy_timeout);
    set_config(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    set_config(SQLITE_DBCONFIG_DEFENSIVE, true);
    // These four neither read nor write the file.
    database_.exec("PRAGMA wal_autocheckpoint = 0");
    database_.exec("PRAGMA trusted_schema = OFF");
    database_.exec("PRAGMA foreign_keys = OFF");  // the engine's rules and the audit see to them; see schema.sql.hpp
    database_.exec("PRAGMA cell_size_check = ON");
    if (sqlite3_db_readonly(database_.getHandle(), "main") == 1)
        throw Fault{ErrorCode::storage, "the file cannot be written"};
}

void Connection::prepare_for_writing(Durability durability, std::int64_t wal_size_max) {
    const std::string mode = database_.execAndGet("PRAGMA journal_mode = WAL").getString();
    if (mode != "wal") throw Fault{ErrorCode::storage, "SQLite does not give a write-ahead log here, but " + mode};
    const int wanted = durability == Durability::full ? 2 : 1;
    database_.exec("PRAGMA synchronous = " + std::to_string(wanted));
    const int given = database_.execAndGet("PRAGMA synchronous").getInt();
    if (given != wanted)
        throw Fault{ErrorCode::weak_durability,
                    "synchronous is " + std::to_string(given) + ", not " + std::to_string(wanted)};
    // A log that is started over is cut to this; how long it grows until then is the Checkpointer's.
    database_.execAndGet("PRAGMA journal_size_limit = " + std::to_string(wal_size_max));
    database_.exec("PRAGMA cache_size = -32000");  // kibibytes
}

void Connection::prepare_for_reading() {
    database_.exec("PRAGMA query_only = ON");
    database_.exec("PRAGMA cache_size = -8000");  // kibibytes
    const auto is_late = [](void* self) {
        return std::chrono::steady_clock::now() > static_cast<Connection*>(self)->deadline_ ? 1 : 0;
    };
    sqlite3_progress_handler(database_.getHandle(), 20'000, is_late, this);  // steps; some ten thousand calls a second
}

void Connection::checkpoint_on_close() { set_config(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false); }

void Connection::set_busy_timeout(Duration timeout) { database_.setBusyTimeout(as_milliseconds(timeout)); }

std::string Connection::full_path() {
    const char* path = sqlite3_db_filename(database_.getHandle(), "main");
    if (path == nullptr || *path == '\0') throw Fault{ErrorCode::storage, "the database has no file"};
    return path;
}

bool Connection::in_transaction() { return sqlite3_get_autocommit(database_.getHandle()) == 0; }

void Connection::set_config(int option, bool on) {
    int now_on = 0;
    database_.check(sqlite3_db_config(database_.getHandle(), option, on ? 1 : 0, &now_on));
    if ((now_on != 0) != on) throw Fault{ErrorCode::storage, "SQLite refused a setting"};
}

}  // namespace boxoffice::sqlite
