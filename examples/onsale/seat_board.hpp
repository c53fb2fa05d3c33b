#pragma once
/// The list of available seats as buyers see it: one listing serves all who look at it within a second of the sale's
/// clock, as a shop's page would, so that 3,000 buyers do not read 20,000 seats 3,000 times. What is a second old may
/// be gone: then the box office refuses the hold.

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "boxoffice/office.hpp"
#include "house.hpp"
#include "plan.hpp"

namespace onsale {

/// Available seats, as indices into the hall, in natural order of their numbers.
struct Listing {
    boxoffice::Duration at{};
    std::vector<std::size_t> all;
    std::vector<std::vector<std::size_t>> by_category;
};

/// Thread-safe.
class SeatBoard {
  public:
    SeatBoard(const House& house, const Hall& hall, std::shared_ptr<boxoffice::Clock> clock);

    boxoffice::Result<std::shared_ptr<const Listing>> look();

  private:
    static constexpr boxoffice::Duration age_max = std::chrono::seconds{1};

    const House& house_;
    const Hall& hall_;
    std::shared_ptr<boxoffice::Clock> clock_;
    std::unordered_map<boxoffice::SeatId, std::size_t> index_of_;
    std::mutex mutex_;
    std::shared_ptr<const Listing> latest_;
};

}  // namespace onsale
