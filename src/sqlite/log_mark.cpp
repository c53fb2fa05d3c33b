#include "sqlite/log_mark.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "sqlite/errors.hpp"

namespace boxoffice::sqlite {
namespace {

constexpr std::int64_t log_header_size = 32;  // SQLite's file format, section 4.1; shorter: nothing was logged

/// The path as a URI that SQLite takes for exactly it.
std::string to_uri(const std::string& path) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                              c == '.' || c == '-' || c == '_';
        if (is_plain)
            uri += c;
        else
            uri.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return uri;
}

}  // namespace

std::int64_t make_mark() {
    std::uint64_t bits = 0;
    sqlite3_randomness(sizeof bits, &bits);
    return static_cast<std::int64_t>(bits >> 2) + 1;
}

SQLite::Database open_as_it_lies(const std::string& path) {
    return SQLite::Database{to_uri(path) + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI};
}

std::optional<std::int64_t> read_mark(const std::string& database) {
    auto file = open_as_it_lies(database);
    // Whoever folds the log writes the first page first, which says how long the file will be: who was killed then left one that
    // is shorter, and SQLite reads it only when told to.
    file.exec("PRAGMA writable_schema = ON");
    SQLite::Statement has_table{file, "SELECT count(*) FROM sqlite_schema WHERE name = 'log_state'"};
    if (!has_table.executeStep() || has_table.getColumn(0).getInt() == 0) return std::nullopt;
    SQLite::Statement mark{file, "SELECT mark FROM log_state"};
    if (!mark.executeStep()) return std::nullopt;
    return mark.getColumn(0).getInt64();
}

namespace {

/// The same of a file with a log. Where a crash left the first fold, of its schema, half done, the file makes no sense by itself:
/// nothing. What it lacks is in the log, which is synced before anything of it is folded. (Asked only where the first fold may not
/// have ended: later on, what makes no sense may be half a backup that was put over it, and the log is not that backup's.)
std::optional<std::int64_t> read_mark_beside_log(const std::string& database) {
    try {
        return read_mark(database);
    } catch (const SQLite::Exception& failure) {
        // SQLITE_ERROR: what its schema says of the mark's table could not be understood.
        const int code = failure.getErrorCode();
        if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB && code != SQLITE_ERROR) throw;
        return std::nullopt;
    }
}

}  // namespace

void check_log(const FileNames& names, const FileLock& lock) {
    const auto log = look_at(names.log);
    const bool has_log = log.size > log_header_size;
    const bool is_empty = look_at(names.database).size == 0;
    if (is_empty && !has_log) return;
    // A crash before the file had a log: SQLite takes back what it had begun.
    if (!has_log && is_journal_of_new_file(names.journal)) return;
    if (is_empty)
        throw Fault{ErrorCode::storage, "a log (" + names.log +
                                            ") without its file: it may hold sales; put the file back, or move "
                                            "the log away"};
    const auto record = lock.read_record();
    const bool may_be_new = !record || std::find(record->marks.begin(), record->marks.end(), 0) != record->marks.end();
    const auto mark = has_log && may_be_new ? read_mark_beside_log(names.database) : read_mark(names.database);
    if (!mark) return;
    const bool is_named = record && std::find(record->marks.begin(), record->marks.end(), *mark) != record->marks.end();
    // 0: it was being made, and its first fold came to no end.
    if (has_log && !(record ? is_named : *mark >= 0))
        throw Fault{ErrorCode::storage,
                    "the log beside it (" + names.log +
                        ") belongs to another state of the file, as after a backup was put over it; nothing "
                        "was touched. To go on from this file, move -wal and -shm away"};
    if (!has_log && *mark > 0 && !log.is_there && !is_named)
        throw Fault{
            ErrorCode::storage,
            "the file is a copy made while it was in use, without its log: the newest sales are missing. Copy with "
            "backup. If this is all there is: sqlite3 FILE 'UPDATE log_state SET mark = -1'"};
}

}  // namespace boxoffice::sqlite
