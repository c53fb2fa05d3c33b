#pragma once
/// The journey that engine and peers make: join, peek, hold, recharge, pay. Who makes it is a `Buyer` of the subject (a
/// connection, or a thread that calls the engine); this gives each its user, its seat and its keys, the same for all.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "measure.hpp"

namespace bench {

inline constexpr std::int64_t price = 100;
inline constexpr int commands_a_journey = 5;

/// One journey's: indexes from 0, and a number that no other journey has, for idempotency keys.
struct Ticket {
    std::int64_t user = 0;
    std::int64_t seat = 0;
    [[nodiscard]] std::string key(const char* of) const { return std::string{of} + "-" + std::to_string(seat); }
};

/// How much is made before: a user comes again once all of a caller's have been, a seat never.
struct Pool {
    std::int64_t users;
    std::int64_t seats;

    /// For `callers` times as many as each has under way.
    static Pool of(const Flags& flags, std::int64_t per_second_max, std::int64_t width = 1) {
        const auto callers = flags.count("callers") * width;
        const auto seats =
            static_cast<std::int64_t>(flags.number("seconds") * static_cast<double>(per_second_max)) + 2 * callers;
        return {std::max(std::min<std::int64_t>(seats, 20'000), callers), seats};
    }
};

struct Journeys {
    Run run;
    std::int64_t paid = 0;  ///< acknowledged, the warm-up and what came too late to count included
    Usage used;
};

/// `make_buyer(index)` gives what makes a Ticket's journey, or those of `width` Tickets side by side, and throws where an
/// answer is not as it must be. `usage()` reads what subject and client have used.
template <class MakeBuyer>
Journeys run_journeys(const Flags& flags, Pool pool, const MakeBuyer& make_buyer, const std::function<Usage()>& usage,
                      std::int64_t width = 1) {
    const auto callers = static_cast<int>(flags.count("callers"));
    std::atomic<std::int64_t> next_seat{0};
    std::atomic<std::int64_t> paid{0};
    Usage before;
    Journeys result;
    const auto make = [&](int index) {
        // A user is one caller's alone: one who waits long is not overtaken by its own next journey.
        return [&, buyer = make_buyer(index), first = index * width]() mutable -> std::int64_t {
            const auto seat = next_seat.fetch_add(width);
            if (seat + width > pool.seats) return 0;
            std::vector<Ticket> tickets;
            for (std::int64_t i = 0; i < width; ++i) tickets.push_back({first + i, seat + i});
            if constexpr (std::is_invocable_v<decltype(buyer)&, std::span<const Ticket>>)
                buyer(std::span<const Ticket>{tickets});
            else
                buyer(tickets.front());
            paid.fetch_add(width);
            const auto stride = callers * width;
            first = first + stride + width <= pool.users ? first + stride : first % stride;
            return width;
        };
    };
    result.run = run_callers(
        callers, flags.number("seconds"), make, [&] { before = usage(); }, [&] { result.used = usage() - before; });
    result.paid = paid;
    return result;
}

inline Line journey_line(const Flags& flags, const char* subject, const Journeys& journeys) {
    Line line{flags.text("name"), subject};
    line.number("callers", flags.count("callers"))
        .number("seed", flags.count("seed"))
        .run(journeys.run, "journeys/s")
        .number("commands", static_cast<std::int64_t>(journeys.run.latencies.count()) * commands_a_journey)
        .number("paid", journeys.paid)
        .usage(journeys.used);
    return line;
}

}  // namespace bench
