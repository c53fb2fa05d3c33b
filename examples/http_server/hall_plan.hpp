#pragma once
/// The part of a hall that does not change: where its seats stand, what people call them, what category they are of. Written
/// down compactly, once, so that a page asks for it once; how the seats stand then takes a letter each (endpoints/hall.cpp).

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "boxoffice/seat_sheet.hpp"

namespace http_server {

/// Immutable. Seats are counted from 0 as people read a hall: section by section in the order of the plan that made them,
/// then by row, then by label. The numbers that name them may be in no order that means anything.
struct HallPlan {
    std::vector<std::uint32_t> seats;   ///< by place in the plan: the seat's place in the sheet
    std::vector<std::uint32_t> places;  ///< the inverse
    std::string tag;                    ///< of the content
    std::string text;                   ///< JSON, as openapi.json has it (HallPlan)
    std::string zipped;                 ///< the same with gzip
};

/// Numbers that machines made cannot be told briefly: a larger hall's are asked for by seat (GET /api/concert/numbers).
inline constexpr std::size_t listed_numbers_max = 2'000;

HallPlan make_hall_plan(const boxoffice::SeatSheet& sheet);

/// Thread-safe. A concert only ever gets more seats, so that a plan holds for as long as their number does.
class HallPlans {
  public:
    std::shared_ptr<const HallPlan> of(const boxoffice::SeatSheet& sheet);

  private:
    struct Entry {
        boxoffice::ConcertId concert;
        std::size_t size = 0;
        std::shared_ptr<const HallPlan> plan;
    };
    std::mutex mutex_;
    std::list<Entry> entries_;  ///< the one that was asked for last is the first
};

}  // namespace http_server
