#pragma once
/// The hall: an open seating plan (the JSON that pretix and its seat editor use) with the prices of its categories.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "boxoffice/seating.hpp"

namespace onsale {

/// `seats[i]` belongs to category `category_of[i]`.
struct Hall {
    std::string name;
    std::vector<std::string> categories;
    std::vector<boxoffice::NewSeat> seats;
    std::vector<std::size_t> category_of;
    std::unordered_map<std::string, std::size_t> seat_by_number;
    std::unordered_map<std::string, std::size_t> category_by_name;
};

/// Reads a plan and what its categories cost (CSV: category,points). seat_guid becomes a seat's number, its zone the
/// section, its row the row; positions of zone, row and seat add up. Throws BadInput.
Hall read_hall(const std::string& plan_path, const std::string& prices_path);

}  // namespace onsale
