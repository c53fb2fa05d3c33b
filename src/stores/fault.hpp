#pragma once
/// How failures travel inside a store that stands on somebody else's client: as exceptions between its own functions, as Result
/// at its border. Nothing that a caller of the store sees ever throws.

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "boxoffice/error.hpp"
#include "engine/fork_guard.hpp"

namespace boxoffice {

/// An error that already has its code.
class Fault : public std::exception {
  public:
    explicit Fault(ErrorCode code, std::string detail) : error_{code, std::move(detail)} {}
    explicit Fault(Error error) : error_(std::move(error)) {}
    [[nodiscard]] const char* what() const noexcept override { return error_.detail.c_str(); }
    [[nodiscard]] const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

/// "context: words", fit for an error's detail whatever the client's words quote.
inline std::string in_context(std::string_view context, std::string_view words) {
    std::string detail{context};
    if (!detail.empty()) detail.append(": ");
    return plain(std::move(detail.append(words)));
}

/// Runs `work`; a Fault that it throws says where it was.
template <class Work>
void located(std::string_view where, Work&& work) {
    try {
        std::forward<Work>(work)();
    } catch (const Fault& fault) {
        throw Fault{Error{fault.error().code, in_context(where, fault.error().detail), fault.error().about}};
    }
}

/// Runs `work` and turns whatever it throws into an Error: what `current_error(context)`, asked in the catch clause, makes of it.
/// No fork happens meanwhile, but where it waits (ForkBarrier::Open).
template <class Work>
auto guarded_by(Error (*current_error)(std::string_view) noexcept, std::string_view context, Work&& work)
    -> Result<std::invoke_result_t<Work>> {
    const ForkBarrier barrier;
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
            std::forward<Work>(work)();
            return {};
        } else {
            return std::forward<Work>(work)();
        }
    } catch (...) {
        return tl::unexpected<Error>(current_error(context));
    }
}

/// The other way: the value, or a Fault.
template <class T>
T value_of(Result<T> result) {
    if (!result) throw Fault{std::move(result).error()};
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace boxoffice
