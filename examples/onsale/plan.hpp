#pragma once
/// The hall of the sale: a seating plan and what its categories cost, from files.

#include <string>

#include "support/plan.hpp"

namespace onsale {

using support::Hall;

/// Reads a plan and its prices (CSV: category,points). Throws BadInput.
Hall read_hall(const std::string& plan_path, const std::string& prices_path);

}  // namespace onsale
