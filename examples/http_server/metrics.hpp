#pragma once
/// Counters in Prometheus' text format. Counting is a few relaxed atomic additions, and takes no lock.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/answers.hpp"
#include "boxoffice/error.hpp"

namespace http_server {

class Metrics {
  public:
    /// `routes` are the labels, "GET /api/balance"; one more is made for requests that match none.
    explicit Metrics(std::vector<std::string> routes);

    /// Thread-safe.
    void count(std::size_t route, int status, std::chrono::nanoseconds took);
    /// An answer that said no, and why. Thread-safe.
    void count_refusal(boxoffice::ErrorCode code);
    /// What was refused since the start, the most frequent first; none that never was.
    [[nodiscard]] std::vector<std::pair<boxoffice::ErrorCode, std::int64_t>> refusals() const;

    std::atomic<std::int64_t> connections{0};
    std::atomic<std::int64_t> queued{0};  ///< requests that wait to be decided, or for a thread

    /// A concert on sale, and what it has taken.
    struct Taken {
        boxoffice::Concert concert;
        boxoffice::SalesReport report;
    };
    [[nodiscard]] std::string text(const boxoffice::Stats& stats, const boxoffice::CommitStats& commits,
                                   std::span<const Taken> taken) const;

  private:
    static constexpr std::array statuses{200, 204, 304, 400, 401, 403, 404, 405, 408, 409,
                                         413, 414, 415, 417, 421, 422, 429, 431, 500, 503};
    static constexpr std::array<std::int64_t, 12> bounds_us{100,    250,    500,     1'000,   2'500,     5'000,
                                                            10'000, 25'000, 100'000, 250'000, 1'000'000, 5'000'000};
    using Counter = std::atomic<std::int64_t>;
    struct Route {
        std::string label;
        std::array<Counter, statuses.size() + 1> by_status{};
        std::array<Counter, bounds_us.size() + 1> by_latency{};
        Counter total_us{0};
    };
    std::vector<Route> routes_;
    std::array<Counter, 400> refusals_{};  ///< by the code's number
};

}  // namespace http_server
