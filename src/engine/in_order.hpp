#pragma once
/// How commands are divided into transactions, so that their outcomes are those of the commands one after another (C2)
/// and nobody answers for another's command.

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/commands.hpp"
#include "engine/no_throw.hpp"

namespace boxoffice {

/// Commands in order; they may be those of several callers.
using CommandList = std::span<const Command* const>;

/// Where a transaction was when it ended.
enum class Stage { beginning, deciding, committing };

/// Does a transaction also what rides on commands, the admissions that are due?
enum class Riding { along, left_behind };

/// In one transaction. Where that breaks down while nothing is written yet, in two halves, each with one of its own,
/// and so on down to the command that cannot be decided, which gets the fault. Its last try is without what rides on
/// it, in case that is what is broken. A commit is tried again, a few times, only where the store says `busy`: then it was
/// certainly not written (see Transaction::commit).
///
/// `attempt(commands, outcomes, stage, riding)` decides and commits in one transaction, appends the outcomes, and says
/// in `stage` how far it came. `outcomes` has room for all. An error: that is the outcome of all that are left.
template <class Attempt>
Result<void> execute_together(CommandList commands, std::vector<Outcome>& outcomes, Attempt& attempt) {
    const auto decided = static_cast<std::ptrdiff_t>(outcomes.size());
    constexpr int commits_max = 4;
    for (const auto riding : {Riding::along, Riding::left_behind}) {
        auto stage = Stage::beginning;
        Result<void> done;
        for (int commits = 0; commits < commits_max; ++commits) {
            stage = Stage::beginning;
            done = guarded([&]() -> Result<void> { return attempt(commands, outcomes, stage, riding); });
            if (done) return done;
            outcomes.erase(outcomes.begin() + decided, outcomes.end());
            if (stage != Stage::committing || done.error().code != ErrorCode::busy) break;
        }
        if (stage != Stage::deciding || commands.empty()) return done;
        if (commands.size() > 1) break;
        if (riding == Riding::left_behind) {
            outcomes.push_back(tl::unexpected(std::move(done).error()));
            return {};
        }
    }
    const auto half = commands.size() / 2;
    BOXOFFICE_TRY(execute_together(commands.first(half), outcomes, attempt));
    return execute_together(commands.subspan(half), outcomes, attempt);
}

/// Those that ask of the store what the rows of a batch do not tell, or leave there what the next command looks for: sweeps, which
/// do as much as they can, and a concert that moves where nobody holds or goes where nobody ever did.
inline bool stands_alone(const Command& command) {
    const auto* change = std::get_if<ChangeConcert>(&command);
    return std::holds_alternative<Tick>(command) || std::holds_alternative<SweepRefunds>(command) ||
           std::holds_alternative<DeleteConcert>(command) || (change != nullptr && change->room);
}

/// Together, but each that stands alone apart.
template <class Attempt>
Result<void> execute_in_order(CommandList commands, std::vector<Outcome>& outcomes, Attempt attempt) {
    do {
        const auto alone =
            std::find_if(commands.begin(), commands.end(), [](const Command* one) { return stands_alone(*one); });
        const bool begins_with_it = alone == commands.begin() && alone != commands.end();
        const auto count = begins_with_it ? std::size_t{1} : static_cast<std::size_t>(alone - commands.begin());
        BOXOFFICE_TRY(execute_together(commands.first(count), outcomes, attempt));
        commands = commands.subspan(count);
    } while (!commands.empty());
    return {};
}

}  // namespace boxoffice
