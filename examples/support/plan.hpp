#pragma once
/// The hall: an open seating plan (the JSON that pretix and its seat editor use) with the prices of its categories.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "boxoffice/domain/seating.hpp"

namespace support {

/// Of a seat that the plan gives no category.
inline constexpr auto no_category = static_cast<std::size_t>(-1);

/// `seats[i]` belongs to category `category_of[i]`.
struct Hall {
    std::string name;
    std::vector<std::string> categories;  ///< the plan's, then those that only its seats name
    std::vector<boxoffice::NewSeat> seats;
    std::vector<std::size_t> category_of;
    std::unordered_map<std::string, std::size_t> seat_by_number;
    std::unordered_map<std::string, std::size_t> category_by_name;
};

/// What each category costs.
using Prices = std::unordered_map<std::string, boxoffice::Points>;

/// What is on the plan and nobody can buy.
struct NotForSale {
    std::int64_t seats = 0;             ///< in all
    std::int64_t without_category = 0;  ///< of them
    /// Those without a price, with how many seats each (also none).
    std::vector<std::pair<std::string, std::int64_t>> categories;
};

/// Reads a plan, without prices. seat_guid becomes a seat's number and seat_number its label, its zone the section, its
/// row the row; positions of zone, row and seat add up. `source` names the plan in messages. Throws BadInput.
Hall read_plan(const std::string& source, const nlohmann::json& plan);

/// Prices every seat by its category, which the seat is then of. A seat of a category without a price, or of none, is not for sale: it is blocked
/// from the start, at 0 points.
NotForSale set_prices(Hall& hall, const Prices& prices);

}  // namespace support
