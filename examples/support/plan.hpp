#pragma once
/// The hall: an open seating plan (the JSON that pretix and its seat editor use) with the prices of its categories.

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "boxoffice/seating.hpp"

namespace support {

/// `seats[i]` belongs to category `category_of[i]`.
struct Hall {
    std::string name;
    std::vector<std::string> categories;
    std::vector<boxoffice::NewSeat> seats;
    std::vector<std::size_t> category_of;
    std::unordered_map<std::string, std::size_t> seat_by_number;
    std::unordered_map<std::string, std::size_t> category_by_name;
};

/// What each category costs.
using Prices = std::unordered_map<std::string, boxoffice::Points>;

/// Reads a plan, without prices. seat_guid becomes a seat's number, its zone the section, its row the row; positions of
/// zone, row and seat add up. `source` names the plan in messages. Throws BadInput.
Hall read_plan(const std::string& source, const nlohmann::json& plan);

/// Prices every seat by its category; else nothing is changed, and the answer is the first category without a price.
std::optional<std::size_t> set_prices(Hall& hall, const Prices& prices);

}  // namespace support
