/// One caller: batches of 1,000 beside what the raw tables allow, and in memory beside single calls.

#include "engine_bench.hpp"

namespace bench {

using namespace boxoffice;

namespace {

struct Timed {
    double seconds = 0;
    std::vector<Answer> answers;
};

Timed timed(House& house, const std::vector<Command>& commands) {
    const auto begin = Clock::now();
    auto answers = house.execute(commands);
    return {seconds_since(begin), std::move(answers)};
}

std::vector<Command> holds(const House& house, const std::vector<TokenId>& tokens, std::size_t first_user) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        commands.emplace_back(HoldSeat{house.users[first_user + i], tokens[i], house.seats[first_user + i], {}});
    return commands;
}

void print(const Flags& flags, const House& house, const char* measurement, const char* unit, std::size_t count,
           double seconds) {
    Line{measurement, house.subject()}
        .number("callers", std::int64_t{1})
        .number("seed", flags.count("seed"))
        .number("value", static_cast<double>(count) / seconds)
        .text("unit", unit)
        .number("count", static_cast<std::int64_t>(count))
        .number("seconds", seconds)
        .print();
}

}  // namespace

void measure_batches(const Flags& flags) {
    House house{flags};
    const auto count = flags.count("batches") * static_cast<std::int64_t>(batch_size);
    house.add_users(count);
    house.add_seats(count);
    const auto tokens = house.join(0, house.users.size());
    std::vector<Command> recharges;
    for (const auto user : house.users) recharges.emplace_back(Recharge{user, Points{price}, {}});
    house.execute(recharges);

    const auto held = timed(house, holds(house, tokens, 0));
    std::vector<Command> payments;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        payments.emplace_back(Pay{house.users[i], tokens[i], std::get<Held>(held.answers[i]).reservation, {}});
    const auto paid = timed(house, payments);
    house.check(count);
    print(flags, house, "batch-holds", "holds/s", tokens.size(), held.seconds);
    print(flags, house, "batch-pays", "pays/s", tokens.size(), paid.seconds);
}

void measure_memory_commands(const Flags& flags) {
    House house{flags};
    const auto half = static_cast<std::size_t>(flags.count("batches")) * batch_size;
    house.add_users(static_cast<std::int64_t>(2 * half));
    house.add_seats(static_cast<std::int64_t>(2 * half));
    const auto tokens = house.join(0, house.users.size());
    const auto middle = tokens.begin() + static_cast<std::ptrdiff_t>(half);
    const auto in_batches = holds(house, {tokens.begin(), middle}, 0);
    const auto batch_seconds = timed(house, in_batches).seconds;
    const auto begin = Clock::now();
    for (auto i = half; i < 2 * half; ++i)
        must(house.office().execute(HoldSeat{house.users[i], tokens[i], house.seats[i], {}}));
    const auto single_seconds = seconds_since(begin);
    require(must(house.office().stats()).seats.held == static_cast<std::int64_t>(2 * half), "not all holds are there");
    house.check(0);
    print(flags, house, "memory-batch-holds", "commands/s", half, batch_seconds);
    print(flags, house, "memory-single-holds", "commands/s", half, single_seconds);
}

}  // namespace bench
