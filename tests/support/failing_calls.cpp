#include "support/failing_calls.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <stdexcept>

#if BOXOFFICE_HAS_POSTGRES
#include <libpq-fe.h>
#endif

namespace {

struct Plan {
    std::string_view function;
    int error_number = 0;
    std::int64_t passing = 0;
    std::int64_t failing = 0;
    bool struck = false;
};
thread_local Plan plan;

bool fails(std::string_view function) noexcept {
    if (plan.function != function || plan.failing == 0) return false;
    if (plan.passing > 0) return --plan.passing, false;
    --plan.failing;
    plan.struck = true;
    errno = plan.error_number;
    return true;
}

}  // namespace

namespace boxoffice::testing {

FailingCalls::FailingCalls(std::string_view function, int error_number, std::int64_t passing, std::int64_t failing) {
    if (!plan.function.empty()) throw std::logic_error("FailingCalls: one at a time");
    plan = {function, error_number, passing, failing, false};
}
FailingCalls::~FailingCalls() { plan = {}; }
bool FailingCalls::struck() { return plan.struck; }

}  // namespace boxoffice::testing

// What the linker puts in the place of each function (--wrap): the real one, unless it is to fail.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,bugprone-macro-parentheses)
#define WRAP(result, name, failure, parameters, arguments) \
    extern "C" result __real_##name parameters;            \
    extern "C" result __wrap_##name parameters {           \
        if (fails(#name)) return failure;                  \
        return __real_##name arguments;                    \
    }

WRAP(ssize_t, pread, -1, (int descriptor, void* into, std::size_t size, ::off_t at), (descriptor, into, size, at))
WRAP(ssize_t, pwrite, -1, (int descriptor, const void* from, std::size_t size, ::off_t at),
     (descriptor, from, size, at))
WRAP(int, fdatasync, -1, (int descriptor), (descriptor))
WRAP(int, fsync, -1, (int descriptor), (descriptor))
WRAP(int, fstat, -1, (int descriptor, struct ::stat* into), (descriptor, into))
WRAP(int, stat, -1, (const char* path, struct ::stat* into), (path, into))
WRAP(int, lstat, -1, (const char* path, struct ::stat* into), (path, into))
WRAP(int, statx, -1, (int folder, const char* path, int flags, unsigned mask, struct ::statx* into),
     (folder, path, flags, mask, into))
WRAP(int, fchmod, -1, (int descriptor, ::mode_t mode), (descriptor, mode))
WRAP(int, renameat2, -1, (int folder, const char* from, int to_folder, const char* to, unsigned flags),
     (folder, from, to_folder, to, flags))
WRAP(int, unlink, -1, (const char* path), (path))
WRAP(char*, realpath, nullptr, (const char* path, char* into), (path, into))
WRAP(int, poll, -1, (::pollfd * descriptors, ::nfds_t count, int timeout), (descriptors, count, timeout))

extern "C" int __real_flock(int descriptor, int operation);
extern "C" int __wrap_flock(int descriptor, int operation) {
    // To give back what one has fails where a signal comes in between, and by nothing else.
    const bool can_fail = (operation & LOCK_UN) == 0 || plan.error_number == EINTR;
    return can_fail && fails("flock") ? -1 : __real_flock(descriptor, operation);
}

extern "C" int __real_open(const char* path, int flags, ...);
extern "C" int __wrap_open(const char* path, int flags, ...) {
    std::va_list more;
    va_start(more, flags);
    const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    const auto mode = has_mode ? va_arg(more, ::mode_t) : 0;
    va_end(more);
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

extern "C" int __real_fcntl(int descriptor, int command, ...);
extern "C" int __wrap_fcntl(int descriptor, int command, ...) {
    std::va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);  // a pointer, or a number that fits one, or nothing that is looked at
    va_end(more);
    return fails("fcntl") ? -1 : __real_fcntl(descriptor, command, argument);
}

#if BOXOFFICE_HAS_POSTGRES
WRAP(::PGconn*, PQconnectStartParams, nullptr, (const char* const* names, const char* const* values, int expand),
     (names, values, expand))
WRAP(int, PQenterPipelineMode, 0, (::PGconn * connection), (connection))
WRAP(int, PQexitPipelineMode, 0, (::PGconn * connection), (connection))
WRAP(int, PQpipelineSync, 0, (::PGconn * connection), (connection))
WRAP(int, PQflush, -1, (::PGconn * connection), (connection))
WRAP(int, PQconsumeInput, 0, (::PGconn * connection), (connection))
WRAP(int, PQsendQuery, 0, (::PGconn * connection, const char* sql), (connection, sql))
WRAP(int, PQsendPrepare, 0, (::PGconn * connection, const char* name, const char* sql, int count, const ::Oid* types),
     (connection, name, sql, count, types))
WRAP(int, PQsendQueryPrepared, 0,
     (::PGconn * connection, const char* name, int count, const char* const* values, const int* lengths,
      const int* formats, int format),
     (connection, name, count, values, lengths, formats, format))
WRAP(int, PQsendQueryParams, 0,
     (::PGconn * connection, const char* sql, int count, const ::Oid* types, const char* const* values,
      const int* lengths, const int* formats, int format),
     (connection, sql, count, types, values, lengths, formats, format))
#endif
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,bugprone-macro-parentheses)
