#pragma once
/// What concerts have taken, for screens and monitoring that ask every few seconds. A report reads all reservations of its
/// concert; so one is kept for a while.

#include <chrono>
#include <mutex>
#include <unordered_map>

#include "boxoffice/office.hpp"

namespace http_server {

/// Thread-safe. One report at a time is computed; it may take long.
class Takings {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto age_max = std::chrono::seconds{5};

    explicit Takings(boxoffice::BoxOffice& office) : office_(office) {}

    /// At most `age_max` old. Mistakes: unknown_concert.
    boxoffice::Result<boxoffice::SalesReport> find(boxoffice::ConcertId concert);

  private:
    struct Known {
        Clock::time_point since;
        boxoffice::SalesReport report;
    };

    boxoffice::BoxOffice& office_;
    std::mutex mutex_;  // guards what follows
    std::unordered_map<boxoffice::ConcertId, Known> known_;
};

}  // namespace http_server
