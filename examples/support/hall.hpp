#pragma once
/// A hall from files: a seating plan and what its categories cost.

#include <string>

#include "support/plan.hpp"

namespace support {

struct PricedHall {
    Hall hall;
    support::NotForSale not_for_sale;
};

/// Reads a plan and its prices (CSV: category,points). Throws BadInput.
PricedHall read_hall(const std::string& plan_path, const std::string& prices_path);

}  // namespace support
