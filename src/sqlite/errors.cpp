#include "sqlite/errors.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <new>

namespace boxoffice::sqlite {
namespace {

ErrorCode code_of(int sqlite_code) noexcept {
    switch (sqlite_code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_INTERRUPT:  // a view that lasted too long
        case SQLITE_PROTOCOL: return ErrorCode::busy;
        case SQLITE_CONSTRAINT: return ErrorCode::internal;
        case SQLITE_NOTADB: return ErrorCode::not_a_boxoffice;
        case SQLITE_NOMEM: return ErrorCode::out_of_memory;
        default: return ErrorCode::storage;
    }
}

}  // namespace

Error current_error(std::string_view context) noexcept {
    try {
        try {
            throw;
        } catch (const Fault& fault) {
            return {fault.error().code, in_context(context, fault.error().detail)};
        } catch (const SQLite::Exception& exception) {
            auto words = in_context(context, exception.what());
            words.append(" [SQLite ").append(std::to_string(exception.getExtendedErrorCode())).append("]");
            return {code_of(exception.getErrorCode()), std::move(words)};
        } catch (const std::bad_alloc&) {
            return {ErrorCode::out_of_memory, {}};
        } catch (const std::exception& exception) {
            return {ErrorCode::storage, in_context(context, exception.what())};
        } catch (...) {
            return {ErrorCode::storage, in_context(context, "unknown exception")};
        }
    } catch (...) {
        // There was not even room for the words.
        return {ErrorCode::out_of_memory, {}};
    }
}

}  // namespace boxoffice::sqlite
