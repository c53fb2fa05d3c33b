#pragma once
/// What SQLite's failures are as errors of ours.

#include <string_view>
#include <utility>

#include "stores/fault.hpp"

namespace boxoffice::sqlite {

/// What the exception being handled means, with `context` (a path, or what was being done) before SQLite's own words.
/// Call it in a catch clause only.
///
///     BUSY, LOCKED, PROTOCOL, INTERRUPT → busy  CONSTRAINT → internal (a back-stop fired)
///     NOTADB → not_a_boxoffice                 NOMEM, std::bad_alloc → out_of_memory
///     everything else → storage
Error current_error(std::string_view context) noexcept;

/// See guarded_by.
template <class Work>
auto guarded(std::string_view context, Work&& work) {
    return guarded_by(current_error, context, std::forward<Work>(work));
}

}  // namespace boxoffice::sqlite
