/// What a command costs when there is much already: people in line, users and old reservations in the file.

#include <malloc.h>
#include <random>

#include "engine_bench.hpp"

namespace bench {

using namespace boxoffice;

namespace {

double bytes_allocated() {
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// 10,000, then by steps of about three, and the last.
std::vector<std::int64_t> sizes_up_to(std::int64_t last) {
    std::vector<std::int64_t> sizes;
    for (std::int64_t size = std::min<std::int64_t>(10'000, last), i = 0; size < last;
         size = i++ % 2 ? size / 3 * 10 : size * 3)
        sizes.push_back(size);
    sizes.push_back(last);
    return sizes;
}

}  // namespace

void measure_waiting(const Flags& flags) {
    House house{flags};
    const auto count = flags.count("places");
    const auto room = house.add_closed_room();
    const auto empty = bytes_allocated();
    house.users.reserve(static_cast<std::size_t>(count));
    const auto reserved = bytes_allocated();
    const auto users_begin = Clock::now();
    house.add_users(count);
    const auto user_seconds = seconds_since(users_begin);
    const auto with_users = bytes_allocated();

    // Of the first size all joins count, of each other the last 10,000 up to it.
    constexpr std::int64_t counted = 10'000;
    std::vector<std::pair<double, double>> curve;
    double seconds = 0;
    std::int64_t joined = 0;
    const auto join_until = [&](std::int64_t until) {
        double taken = 0;
        while (joined < until) {
            std::vector<Command> commands;
            for (; commands.size() < batch_size && joined < until; ++joined)
                commands.emplace_back(Join{house.users[static_cast<std::size_t>(joined)], room});
            const auto begin = Clock::now();
            const auto answers = house.execute(commands);
            taken += seconds_since(begin);
            require(std::get<Joined>(answers.back()).claims.position == joined, "a position is not next in line");
        }
        seconds += taken;
        return taken;
    };
    for (const auto size : sizes_up_to(count)) {
        join_until(size - counted);
        const auto first = joined;
        const auto taken = join_until(size);
        curve.emplace_back(static_cast<double>(size), taken * 1e6 / static_cast<double>(size - first));
    }
    const auto with_places = bytes_allocated();
    require(must(house.office().stats()).waiting == count, "not all wait");
    Line{"waiting-places", house.subject()}
        .number("callers", std::int64_t{1})
        .number("seed", flags.count("seed"))
        .number("value", seconds)
        .text("unit", "s")
        .number("count", count)
        .number("bytes_a_place", (with_places - with_users) / static_cast<double>(count))
        .number("bytes_a_user", (with_users - reserved) / static_cast<double>(count))
        .number("bytes_at_begin", empty)
        .number("user_seconds", user_seconds)
        .number("join_us_first", curve.front().second)
        .number("join_us_last", curve.back().second)
        .number("ratio", curve.back().second / curve.front().second)
        .points("curve", curve)
        .print();
}

namespace {

struct Cost {
    double hold_us = 0;
    double pay_us = 0;
};

/// Random users of all there are: hold and pay in batches; what one takes.
Cost hold_and_pay(House& house, std::mt19937_64& chance, std::size_t count) {
    const auto first_seat = house.add_seats(static_cast<std::int64_t>(count));
    std::vector<UserId> chosen;
    while (chosen.size() < count) {
        chosen.push_back(house.users[chance() % house.users.size()]);
        if (chosen.size() == count) {
            std::sort(chosen.begin(), chosen.end());
            chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
        }
    }
    std::shuffle(chosen.begin(), chosen.end(), chance);
    const auto room = house.office().main_room();
    std::vector<Command> joins;
    std::vector<Command> recharges;
    std::vector<Command> holds;
    std::vector<Command> payments;
    for (const auto user : chosen) {
        joins.emplace_back(Join{user, room});
        recharges.emplace_back(Recharge{user, Points{price}, {}});
    }
    house.execute(recharges);
    const auto joined = house.execute(joins);
    for (std::size_t i = 0; i < count; ++i)
        holds.emplace_back(
            HoldSeat{chosen[i], std::get<Joined>(joined[i]).claims.token, house.seats[first_seat + i], {}});
    const auto hold_begin = Clock::now();
    const auto held = house.execute(holds);
    const auto hold_seconds = seconds_since(hold_begin);
    for (std::size_t i = 0; i < count; ++i)
        payments.emplace_back(
            Pay{chosen[i], std::get<Joined>(joined[i]).claims.token, std::get<Held>(held[i]).reservation, {}});
    const auto pay_begin = Clock::now();
    house.execute(payments);
    const auto pay_seconds = seconds_since(pay_begin);
    return {hold_seconds * 1e6 / static_cast<double>(count), pay_seconds * 1e6 / static_cast<double>(count)};
}

}  // namespace

void measure_growth(const Flags& flags) {
    House house{flags};
    std::mt19937_64 chance{static_cast<std::uint64_t>(flags.count("seed"))};
    constexpr std::int64_t measured = 5'000;
    constexpr std::int64_t users_a_reservation = 10;
    std::vector<std::pair<double, double>> hold_curve;
    std::vector<std::pair<double, double>> pay_curve;
    std::int64_t sold = 0;
    const auto begin = Clock::now();
    for (const auto size : sizes_up_to(flags.count("users"))) {
        house.add_users(size - static_cast<std::int64_t>(house.users.size()));
        while (sold < size / users_a_reservation) {
            const auto part = std::min<std::int64_t>(size / users_a_reservation - sold, measured);
            hold_and_pay(house, chance, static_cast<std::size_t>(part));
            sold += part;
        }
        std::vector<double> hold_us;
        std::vector<double> pay_us;
        for (std::int64_t i = 0; i < flags.count("repeats"); ++i) {
            const auto part = std::min(measured, size / 2);
            const auto cost = hold_and_pay(house, chance, static_cast<std::size_t>(part));
            sold += part;
            hold_us.push_back(cost.hold_us);
            pay_us.push_back(cost.pay_us);
        }
        hold_curve.emplace_back(static_cast<double>(size), median(hold_us));
        pay_curve.emplace_back(static_cast<double>(size), median(pay_us));
        std::fprintf(stderr, "growth: %lld users after %.0f s\n", static_cast<long long>(size), seconds_since(begin));
    }
    house.check(sold);
    Line{"growth", house.subject()}
        .number("callers", std::int64_t{1})
        .number("seed", flags.count("seed"))
        .number("value", std::max(hold_curve.back().second / hold_curve.front().second,
                                  pay_curve.back().second / pay_curve.front().second))
        .text("unit", "times the cost")
        .number("users", flags.count("users"))
        .number("reservations", sold)
        .number("seconds", seconds_since(begin))
        .number("hold_us_first", hold_curve.front().second)
        .number("hold_us_last", hold_curve.back().second)
        .number("hold_ratio", hold_curve.back().second / hold_curve.front().second)
        .number("pay_us_first", pay_curve.front().second)
        .number("pay_us_last", pay_curve.back().second)
        .number("pay_ratio", pay_curve.back().second / pay_curve.front().second)
        .points("hold_curve", hold_curve)
        .points("pay_curve", pay_curve)
        .print();
}

}  // namespace bench
