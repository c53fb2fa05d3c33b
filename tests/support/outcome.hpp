#pragma once
/// What a call answered, as one word, so that a failed check shows names and not numbers.

#include <string>

#include "boxoffice/error.hpp"

namespace boxoffice::testing {

/// "ok", or the stable name of the error.
template <class T>
std::string outcome(const Result<T>& result) {
    return result ? std::string{"ok"} : std::string{name_of(result.error().code)};
}

inline std::string outcome(ErrorCode code) { return std::string{name_of(code)}; }

}  // namespace boxoffice::testing
