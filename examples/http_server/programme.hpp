#pragma once
/// What buyers are told of a concert beside its seats: when it is, whether it was called off, when and how it is sold, at
/// which prices.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "boxoffice/office.hpp"

namespace http_server {

/// A concert with the terms in force.
struct Programmed {
    boxoffice::Concert concert;
    boxoffice::Sale sale;
    std::vector<boxoffice::TariffRow> tariff;
    std::vector<boxoffice::TicketType> types;  ///< those that the tariff has a price for
    /// By category: what a seat costs who names no type, where that is not the seat's own price.
    std::map<std::string, boxoffice::Points, std::less<>> plain_prices;

    /// Other than before where anything of this is.
    [[nodiscard]] std::string version() const;
    /// What the seat costs who names no type.
    [[nodiscard]] boxoffice::Points price_of(const boxoffice::SeatFacts& seat) const;
};

/// Thread-safe. Hundreds look at a concert between two changes of its terms. So what is known of it is kept for a second; what
/// this host changes itself is forgotten at once. Nothing is decided by it: a hold is, by the engine, with the terms in force.
class Programme {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Programme(boxoffice::BoxOffice& office) : office_(office) {}

    /// It may ask the store. Mistakes: unknown_concert.
    boxoffice::Result<std::shared_ptr<const Programmed>> find(boxoffice::ConcertId concert);
    /// As the store has it now.
    boxoffice::Result<std::shared_ptr<const Programmed>> look(boxoffice::ConcertId concert);
    void forget(boxoffice::ConcertId concert);

  private:
    struct Known {
        Clock::time_point since;
        std::shared_ptr<const Programmed> programmed;
    };

    boxoffice::BoxOffice& office_;
    std::mutex mutex_;  // guards what follows
    std::unordered_map<boxoffice::ConcertId, Known> known_;
    std::int64_t forgotten_ = 0;  ///< counts: who looked before is not to keep what they saw
};

}  // namespace http_server
