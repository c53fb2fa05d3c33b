#pragma once
/// Decisions: one `decide` a command. It finds rows in the working set, asks the rules, and puts what changes. It refuses
/// before its first put (C1), so that a refused command has changed nothing.
///
/// Around it stand, where a command needs them (a command without one has the empty default below):
///
///     check            is its shape right? Looks at nothing but the command.
///     name_keys        the keys that the command itself names
///     name_more_keys   the keys that follow from the rows of the first
///     name_line        the rooms whose line it can move
///     meet             effects of their own, which stay even if the command is then refused: expired rows are retired,
///                      an admitted place shows up

#include "engine/decisions/holding.hpp"
#include "engine/decisions/house.hpp"
#include "engine/decisions/housekeeping.hpp"
#include "engine/decisions/money.hpp"
#include "engine/decisions/waiting.hpp"

namespace boxoffice::decisions {

template <class C>
Result<void> check_shape(const C& command, const Options& options) {
    if constexpr (requires { check(command, options); }) return check(command, options);
    return {};
}

template <class C>
void name_first(const C& command, const Moment& moment, Keys& keys) {
    if constexpr (requires { name_keys(command, moment, keys); })
        name_keys(command, moment, keys);
    else
        name_keys(command, keys);
}

template <class C>
void name_second(const C& command, const WorkingSet& set, Keys& keys) {
    if constexpr (requires { name_more_keys(command, set, keys); }) name_more_keys(command, set, keys);
}

template <class C>
void name_lines(const C& command, const WorkingSet& set, const Moment& moment, std::vector<RoomId>& rooms) {
    if constexpr (requires { name_line(command, set, moment, rooms); })
        name_line(command, set, moment, rooms);
    else if constexpr (requires { name_line(command, set, rooms); })
        name_line(command, set, rooms);
}

template <class C>
void meet_rows(const C& command, WorkingSet& set, const Moment& moment) {
    if constexpr (requires { meet(command, set, moment); }) meet(command, set, moment);
}

}  // namespace boxoffice::decisions
