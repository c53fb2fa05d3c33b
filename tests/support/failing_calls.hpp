#pragma once
/// Makes calls of the operating system and of libpq fail on demand: those that our own code makes in this thread, not SQLite's or
/// libpq's (as long as these are shared libraries). Link failing_calls.cpp, and wrap the functions that it names (tests/CMakeLists.txt).

#include <cstdint>
#include <limits>
#include <string_view>

namespace boxoffice::testing {

/// While it lives, this thread's calls of one function fail once `passing` of them have passed: `failing` of them, or all.
class FailingCalls {
  public:
    /// `function` as it is named in C: "flock", "PQflush". It fails as it does by its manual, with `error_number` in errno.
    FailingCalls(std::string_view function, int error_number, std::int64_t passing,
                 std::int64_t failing = std::numeric_limits<std::int64_t>::max());
    ~FailingCalls();
    FailingCalls(const FailingCalls&) = delete;
    FailingCalls& operator=(const FailingCalls&) = delete;

    /// Has one failed?
    [[nodiscard]] static bool struck();
};

}  // namespace boxoffice::testing
