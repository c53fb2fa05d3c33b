#pragma once
/// The way of every command: identify → recall → decide → remember. And all the decisions there are.

#include <utility>

#include "engine/decisions/cancelling.hpp"
#include "engine/decisions/holding.hpp"
#include "engine/decisions/house.hpp"
#include "engine/decisions/housekeeping.hpp"
#include "engine/decisions/paying.hpp"
#include "engine/decisions/points.hpp"
#include "engine/decisions/selling.hpp"
#include "engine/decisions/waiting.hpp"
#include "engine/steps/remembering.hpp"

namespace boxoffice {

template <class C>
Result<typename C::Answer> decide(const C& command, WorkingSet& set, const Moment& moment) {
    const Decision<C> decision;
    BOXOFFICE_TRY(decision.identify(command, set, moment));
    return decision.decide(command, set, moment);
}

/// Decides, or remembers what was decided.
template <Keyed C>
Result<typename C::Answer> decide_once(const Decision<C>& decision, const C& command, WorkingSet& set,
                                       const Moment& moment) {
    if (command.key.empty()) return decision.decide(command, set, moment);

    const steps::Request request{decision.id_of(command), decision.hash(command)};
    BOXOFFICE_TRY_VALUE(auto before, steps::recall<typename C::Answer>(set, moment, request));
    if (before && decision.stands(*before, set, moment)) return std::move(*before);
    BOXOFFICE_TRY_VALUE(auto answer, decision.decide(command, set, moment));
    steps::remember(set, moment, request, answer);
    return answer;
}

template <Keyed C>
Result<typename C::Answer> decide(const C& command, WorkingSet& set, const Moment& moment) {
    const Decision<C> decision;
    BOXOFFICE_TRY(decision.identify(command, set, moment));
    BOXOFFICE_TRY_VALUE(auto answer, decide_once(decision, command, set, moment));
    decision.complete(answer, set);
    return answer;
}

}  // namespace boxoffice
