#include "seat_board.hpp"

#include <utility>

namespace onsale {

SeatBoard::SeatBoard(const House& house, const Hall& hall, std::shared_ptr<boxoffice::Clock> clock)
    : house_(house), hall_(hall), clock_(std::move(clock)) {
    for (std::size_t i = 0; i < house.seat_ids.size(); ++i) index_of_.emplace(house.seat_ids[i], i);
}

boxoffice::Result<std::shared_ptr<const Listing>> SeatBoard::look() {
    const std::lock_guard lock(mutex_);  // one reads, the others wait for what it reads
    const auto now = clock_->steady();
    if (latest_ != nullptr && now - latest_->at < age_max) return latest_;
    const auto seats = house_.office->available_seats(house_.concert);
    if (!seats) return tl::unexpected(seats.error());
    auto listing = std::make_shared<Listing>();
    listing->at = now;
    listing->by_category.resize(hall_.categories.size());
    for (const auto& seat : *seats) {
        const auto known = index_of_.find(seat.id);
        if (known == index_of_.end()) continue;  // added by someone else since
        listing->all.push_back(known->second);
        const auto category = hall_.category_of[known->second];
        if (category != support::no_category) listing->by_category[category].push_back(known->second);
    }
    latest_ = std::move(listing);
    return latest_;
}

}  // namespace onsale
