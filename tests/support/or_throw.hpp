#pragma once
/// Results in threads and child processes, where no test can fail: what went wrong is thrown.

#include <stdexcept>
#include <utility>

#include "boxoffice/error.hpp"

namespace boxoffice::testing {

/// The value; throws `std::runtime_error` with the error's text where there is none.
template <class T>
T or_throw(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

}  // namespace boxoffice::testing
