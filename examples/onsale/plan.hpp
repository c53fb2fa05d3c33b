#pragma once
/// The hall of the sale: a seating plan and what its categories cost, from files.

#include <string>

#include "support/plan.hpp"

namespace onsale {

using support::Hall;

struct PricedHall {
    Hall hall;
    support::NotForSale not_for_sale;
};

/// Reads a plan and its prices (CSV: category,points). Throws BadInput.
PricedHall read_hall(const std::string& plan_path, const std::string& prices_path);

}  // namespace onsale
