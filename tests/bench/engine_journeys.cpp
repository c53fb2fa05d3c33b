/// Many callers, each command a call of its own: journeys, and holds alone.

#include "engine_bench.hpp"

namespace bench {

using namespace boxoffice;

namespace {

/// Calls `execute` and waits. (One who submits instead, many commands under way a thread, is another Buyer.)
class BlockingBuyer {
  public:
    BlockingBuyer(House& house, int caller) : house_(house), office_(house.office_of(caller)) {}
    void operator()(const Ticket& ticket) {
        auto& office = office_;
        const auto user = house_.users[static_cast<std::size_t>(ticket.user)];
        const auto place = must(office.execute(Join{user, office.main_room()})).claims;
        require(must(office.peek(office.token_text(place))).is_turn, "not this user's turn");
        const auto held = must(office.execute(
            HoldSeat{user, place.token, house_.seats[static_cast<std::size_t>(ticket.seat)], ticket.key("h")}));
        must(office.execute(Recharge{user, Points{price}, ticket.key("r")}));
        must(office.execute(Pay{user, place.token, held.reservation, ticket.key("p")}));
    }

  private:
    House& house_;
    BoxOffice& office_;
};

}  // namespace

std::int64_t journeys_per_second_max(const House& house) {
    return std::string_view{house.subject()} == "engine-memory" ? 60'000 : 20'000;
}

void measure_journeys(const Flags& flags) {
    House house{flags};
    const auto pool = Pool::of(flags, journeys_per_second_max(house));
    house.add_users(pool.users);
    house.add_seats(pool.seats);
    std::atomic<std::int64_t> syncs{0};
    auto journeys = run_journeys(
        flags, pool,
        [&](int caller) {
            return BlockingBuyer{house, caller};
        },
        [&] {
            // The first reading is before, the second after.
            syncs = sync_count.load() - syncs;
            return own_usage();
        });
    house.check(journeys.paid);
    journey_line(flags, house.subject(), journeys)
        .number("syncs_a_command",
                static_cast<double>(syncs) / static_cast<double>(journeys.run.latencies.count()) / commands_a_journey)
        .print();
}

void measure_holds(const Flags& flags) {
    House house{flags};
    // A hold needs a user without one: each is made, and joins, before.
    const auto callers = static_cast<int>(flags.count("callers"));
    const auto count = static_cast<std::int64_t>(flags.number("seconds") * 10'000) + callers;
    house.add_users(count);
    house.add_seats(count);
    const auto tokens = house.join(0, house.users.size());
    std::atomic<std::size_t> next{0};
    std::atomic<std::int64_t> held{0};
    Usage before;
    Usage after;
    std::int64_t syncs = 0;
    const auto run = run_callers(
        callers, flags.number("seconds"),
        [&](int) {
            return [&] {
                const auto i = next.fetch_add(1);
                if (i >= tokens.size()) return false;
                must(house.office().execute(
                    HoldSeat{house.users[i], tokens[i], house.seats[i], "h-" + std::to_string(i)}));
                held.fetch_add(1);
                return true;
            };
        },
        [&] {
            before = own_usage();
            syncs = sync_count;
        },
        [&] {
            after = own_usage();
            syncs = sync_count - syncs;
        });
    require(must(house.office().stats()).seats.held == held, "seats held are not the holds acknowledged");
    house.check(0);
    Line{flags.text("name"), house.subject()}
        .number("callers", flags.count("callers"))
        .number("seed", flags.count("seed"))
        .run(run, "holds/s")
        .number("commands", static_cast<std::int64_t>(run.latencies.count()))
        .usage(after - before)
        .number("syncs_a_command", static_cast<double>(syncs) / static_cast<double>(run.latencies.count()))
        .print();
}

}  // namespace bench
