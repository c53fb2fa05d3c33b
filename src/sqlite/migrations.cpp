#include "sqlite/migrations.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>

#include "sqlite/errors.hpp"
#include "sqlite/schema.sql.hpp"
#include "sqlite/trace.hpp"

namespace boxoffice::sqlite {
namespace {

/// What brings the file from version n to n + 1 stands at n.
constexpr std::array<const char*, 1> migrations{
    schema_v1,
};
constexpr int newest = static_cast<int>(migrations.size());

// Places in SQLite's file format, section 1.3 (and 1.6 for the page's own header).
constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_id_at = 68;
constexpr std::size_t cell_count_at = 103;
constexpr std::size_t header_size = 108;

std::int64_t big_endian(const std::array<unsigned char, header_size>& bytes, std::size_t at, std::size_t count) {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}

[[noreturn]] void refuse_foreign(const char* why) { throw Fault{ErrorCode::not_a_boxoffice, why}; }

void refuse_newer(std::int64_t version) {
    if (version > newest)
        throw Fault{ErrorCode::newer_schema, "its schema is version " + std::to_string(version) +
                                                 ", this program knows " + std::to_string(newest)};
}

std::int64_t number(SQLite::Database& database, const char* sql) { return database.execAndGet(sql).getInt64(); }

}  // namespace

void check_header(Connection& connection, bool has_journal) {
    // Through the descriptor that SQLite has opened: one of our own would drop SQLite's locks when closed.
    sqlite3_file* file = nullptr;
    auto& database = connection.database();
    database.check(sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file));
    if (file == nullptr || file->pMethods == nullptr) throw Fault{ErrorCode::storage, "the file is not open"};
    sqlite3_int64 size = 0;
    database.check(file->pMethods->xFileSize(file, &size));
    if (size == 0) return;
    std::array<unsigned char, header_size> bytes{};
    const int read = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
    if (read != SQLITE_OK && read != SQLITE_IOERR_SHORT_READ) throw SQLite::Exception("cannot be read", read);
    const bool is_whole = size >= 512 && std::memcmp(bytes.data(), "SQLite format 3", 16) == 0;
    if (!is_whole && has_journal) return;
    if (!is_whole) refuse_foreign("it is not an SQLite database");
    const auto owner = big_endian(bytes, application_id_at, 4);
    if (owner == application_id) return refuse_newer(big_endian(bytes, user_version_at, 4));
    if (owner != 0) refuse_foreign("it is an SQLite database of another application");
    if (big_endian(bytes, cell_count_at, 2) != 0) refuse_foreign("it is an SQLite database with other tables");
}

bool check_owner(SQLite::Database& database) {
    const auto owner = number(database, "PRAGMA application_id");
    const auto version = number(database, "PRAGMA user_version");
    if (owner == application_id) return refuse_newer(version), false;
    if (owner != 0) refuse_foreign("it is an SQLite database of another application");
    if (version != 0 || number(database, "SELECT count(*) FROM sqlite_schema") != 0)
        refuse_foreign("it is an SQLite database with other tables");
    return true;
}

void migrate(Connection& connection) {
    auto& database = connection.database();
    database.exec("BEGIN IMMEDIATE");
    try {
        const TracedSection section{Section::commit};
        check_owner(database);
        const auto version = number(database, "PRAGMA user_version");
        if (version < newest) {
            for (auto step = static_cast<std::size_t>(version); step < migrations.size(); ++step)
                database.exec(migrations.at(step));
            database.exec("PRAGMA application_id = " + std::to_string(application_id));
            database.exec("PRAGMA user_version = " + std::to_string(newest));
        }
        database.exec("COMMIT");
    } catch (...) {
        if (connection.in_transaction()) database.tryExec("ROLLBACK");
        throw;
    }
}

}  // namespace boxoffice::sqlite
