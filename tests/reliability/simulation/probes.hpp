#pragma once
/// Errors that no sale meets: each asked for once.

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/error.hpp"
#include "reliability/simulation/simulation.hpp"

namespace boxoffice::simulation {

/// Every error, by number.
std::vector<std::pair<ErrorCode, std::string_view>> all_errors();

/// Provokes what only an opening, the host's process, a gateway or the C ABI answers, and counts it. Gives those that cannot be
/// provoked here: without PostgreSQL one.
std::set<ErrorCode> probe_errors(Tally& tally);

}  // namespace boxoffice::simulation
