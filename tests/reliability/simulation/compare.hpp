#pragma once
/// The model's rows beside those of a store.

#include <string>

#include "reliability/simulation/model.hpp"

namespace boxoffice::simulation {

/// The first difference between the model and the store at `now`; empty: none. Seats that the model made get their ids.
std::string difference(Model& model, View& view, Time now);

/// The store's rows, for a model that has lost sight of ids (an answer was lost).
Rows rows_of(View& view);

/// What a store's rows or a model's say, without ids: a line a fact, in no particular order of ids.
std::string outline(const Rows& rows, const std::vector<Seat>& unnamed_seats, Time now);

}  // namespace boxoffice::simulation
