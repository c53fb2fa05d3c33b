#pragma once
/// What keeps exceptions inside the engine, also where memory has run out and not even an error's detail can be had.

#include <exception>
#include <new>

#include "boxoffice/error.hpp"

namespace boxoffice {

/// An error with its detail, or without it where there is no memory for one.
inline Error error_of(ErrorCode code, const char* detail) noexcept {
    Error error{code, {}};
    try {
        error.detail = detail;
    } catch (...) {
        error.detail.clear();
    }
    return error;
}
inline Error copy_of(const Error& error) noexcept {
    auto copy = error_of(error.code, error.detail.c_str());
    try {
        copy.about = error.about;
    } catch (...) {
        copy.about.clear();
    }
    return copy;
}

/// Runs `work`, which returns a Result, with nothing thrown out of it, whatever a store, a port or the allocator does.
template <class F>
auto guarded(F&& work) noexcept -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return tl::unexpected<Error>(Error{ErrorCode::out_of_memory, {}});
    } catch (const std::exception& e) {
        return tl::unexpected<Error>(error_of(ErrorCode::internal, e.what()));
    } catch (...) {
        return tl::unexpected<Error>(error_of(ErrorCode::internal, "an exception of an unknown type"));
    }
}

}  // namespace boxoffice
