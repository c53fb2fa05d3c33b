#pragma once
/// Copies a box office from one store into another, of whatever kind each is: every row, its house rules and keys with it, so
/// that tokens and idempotency keys stay good.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "boxoffice/repositories.hpp"

namespace copying {

/// Rows of one kind.
struct KindCount {
    std::string_view kind;  ///< as its table is called
    std::int64_t rows = 0;
    friend bool operator==(const KindCount&, const KindCount&) = default;
};

struct Copied {
    std::vector<KindCount> kinds;  ///< in the order of boxoffice::RowKinds
    std::int64_t passed_over = 0;  ///< numbers of events that were pruned, and stay so
};

struct Settings {
    std::size_t piece = 5'000;                     ///< rows a commit
    std::function<void(const KindCount&)> told{};  ///< after each commit: what of that kind is there by now
};

/// Copies all of `from`, which nobody else may have open, to `to`, which must be empty; then reads both again and compares row by
/// row. Nobody can sell from `from` meanwhile. What is there before all is cannot be opened as a box office: the rules that all
/// hosts must agree on come last.
/// Refusals and faults: invalid_argument (what stands in the way, in words), of either store what it says, and internal where a
/// row was not copied as it was.
boxoffice::Result<Copied> copy(boxoffice::Store& from, boxoffice::Store& to, const Settings& settings = {});

}  // namespace copying
