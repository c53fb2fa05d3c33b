#include "postgres/errors.hpp"

#include <array>
#include <new>

namespace boxoffice::postgres {
namespace {

std::string words_of(std::string_view sqlstate, std::string_view message) {
    return std::string{message}.append(" [PostgreSQL ").append(sqlstate).append("]");
}

}  // namespace

StatementFailed::StatementFailed(std::string_view sqlstate, std::string_view message)
    : Fault(code_of(sqlstate), words_of(sqlstate, message)), sqlstate_(sqlstate) {}

ErrorCode code_of(std::string_view sqlstate) noexcept {
    constexpr std::array<std::string_view, 4> to_be_tried_again{"55P03", "57014", "40001", "40P01"};
    for (const auto& one : to_be_tried_again)
        if (sqlstate == one) return ErrorCode::busy;
    // 22012 is how a write says that it did not find its rows, P0001 how a table says that it is append-only.
    constexpr std::array<std::string_view, 4> back_stops{"23", "22012", "P0001", "21000"};
    for (const auto& one : back_stops)
        if (sqlstate.starts_with(one)) return ErrorCode::internal;
    return ErrorCode::storage;
}

std::string connecting_words(std::string_view libpq_words) {
    struct Known {
        std::string_view theirs;
        std::string_view ours;
    };
    constexpr std::array<Known, 24> known{{
        {"password authentication failed", "the server did not take the password"},
        {"no password supplied", "the server wants a password, and there is none"},
        {"no pg_hba.conf entry", "the server does not let this user in from here (pg_hba.conf)"},
        {"pg_hba.conf rejects", "the server does not let this user in from here (pg_hba.conf)"},
        {"Peer authentication failed", "the server did not take the operating system's user"},
        // What is said of a user or a database by name, before what their names could contain.
        {"too many connections", "the server has no connection left"},
        {"is not permitted to log in", "the server does not let this user in"},
        {"permission denied for database", "the server does not let this user into the database"},
        {"invalid database", "the database was dropped in part"},
        {"not currently accepting connections", "the database takes no connections"},
        {"role \"", "the server has no such user"},
        {"database \"", "the server has no such database"},
        {"too many clients", "the server has no connection left"},
        {"remaining connection slots", "the server has no connection left"},
        {"read-only", "this server is not the primary"},
        {"not accepting connections", "the server takes no connections yet"},
        {"starting up", "the server is starting"},
        {"shutting down", "the server is shutting down"},
        {"terminating connection", "the server ended the connection"},
        {"Connection refused", "no server listens there"},
        {"No such file or directory", "no server listens there"},
        {"translate host name", "the host's name cannot be resolved"},
        {"SSL", "no encrypted connection could be agreed on"},
        {"server closed the connection", "the server ended the connection"},
    }};
    for (const auto& one : known)
        if (libpq_words.find(one.theirs) != std::string_view::npos) return std::string{one.ours};
    return "the connection failed";
}

Error current_error(std::string_view context) noexcept {
    try {
        try {
            throw;
        } catch (const Fault& fault) {
            return {fault.error().code, in_context(context, fault.error().detail), fault.error().about};
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

}  // namespace boxoffice::postgres
