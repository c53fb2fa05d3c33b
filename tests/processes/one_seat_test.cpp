/// The seed's own concurrency test: many want one seat, and exactly one gets it (S1).

#include <atomic>
#include <thread>

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"
#include "support/or_throw.hpp"
#include "support/processes.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

Options options_for(int contenders) {
    Options options;
    options.main_room.active_capacity = contenders;
    return options;
}

struct Contender {
    UserId user;
    TokenId token;
};

/// The contenders in turn, and `rounds` seats.
std::pair<std::vector<Contender>, std::vector<SeatId>> prepare(BoxOffice& office, int contenders, int rounds) {
    std::vector<NewSeat> seats;
    for (int i = 0; i < rounds; ++i) seats.push_back({std::to_string(i), "", "", Points{100}});
    const auto concert =
        or_throw(office.execute(CreateConcert{*parse_date("2030-01-01"), "race", office.main_room(), seats}));
    std::pair<std::vector<Contender>, std::vector<SeatId>> out;
    for (int i = 0; i < contenders; ++i) {
        const auto user = or_throw(office.execute(CreateUser{"user-" + std::to_string(i)})).id;
        out.first.push_back({user, or_throw(office.execute(Join{user, office.main_room()})).claims.token});
    }
    for (const auto& seat : or_throw(office.available_seats(concert.id))) out.second.push_back(seat.id);
    return out;
}

}  // namespace

TEST_CASE("of many threads that want one seat exactly one gets it", "[concurrency]") {
    constexpr int threads = 64;
    constexpr int rounds = 8;
    const auto factory = GENERATE(from_range(store_factories()));
    INFO(factory.name);
    const auto office = or_throw(BoxOffice::open(factory.open(), options_for(threads)));
    const auto prepared = prepare(*office, threads, rounds);
    const auto& contenders = prepared.first;
    const auto& seats = prepared.second;

    for (const auto seat : seats) {
        std::atomic<bool> go{false};
        std::atomic<int> won{0};
        std::atomic<int> refused{0};
        std::atomic<int> other{0};
        std::atomic<std::size_t> winner{0};
        std::vector<std::thread> crowd;
        for (std::size_t i = 0; i < contenders.size(); ++i)
            crowd.emplace_back([&, i] {
                go.wait(false);
                const auto held = office->execute(HoldSeat{contenders[i].user, contenders[i].token, seat, {}});
                if (held) {
                    ++won;
                    winner = i;
                } else if (held.error().code == ErrorCode::seat_unavailable) {
                    ++refused;
                } else {
                    ++other;
                }
            });
        go = true;
        go.notify_all();
        for (auto& one : crowd) one.join();
        REQUIRE(won == 1);
        REQUIRE(refused == threads - 1);
        REQUIRE(other == 0);
        // The winner gives its hold back by leaving, so that it may try for the next seat.
        const auto& own = contenders[winner];
        const auto holds = or_throw(office->reservations(own.user, 1));
        REQUIRE(office->execute(ReleaseHold{own.user, holds.at(0).reservation.id}));
    }
    CHECK(or_throw(office->audit()).empty());
}

TEST_CASE("of four processes that want one seat exactly one gets it", "[processes][concurrency]") {
    constexpr int processes = 4;
    constexpr int threads = 8;
    constexpr int rounds = 20;
    const auto factory = GENERATE(from_range(durable_factories()));
    INFO(factory.name);
    std::vector<Contender> contenders;
    std::vector<SeatId> seats;
    {
        const auto office = or_throw(BoxOffice::open(factory.open(), options_for(processes * threads)));
        std::tie(contenders, seats) = prepare(*office, processes * threads, rounds);
    }
    struct Report {
        int round;
        int won;
        int other;
    };
    RecordPipe<Report> reports;
    std::vector<pid_t> children;
    for (int p = 0; p < processes; ++p)
        children.push_back(start_child([&] {
            try {
                const auto office = or_throw(BoxOffice::open(factory.reopen()));
                std::vector<std::thread> crowd;
                for (int t = 0; t < threads; ++t)
                    crowd.emplace_back([&, t] {
                        const auto& own = contenders[static_cast<std::size_t>(p * threads + t)];
                        for (int round = 0; round < rounds; ++round) {
                            const auto seat = seats[static_cast<std::size_t>(round)];
                            const auto held = office->execute(HoldSeat{own.user, own.token, seat, {}});
                            const bool expected = held || held.error().code == ErrorCode::seat_unavailable ||
                                                  held.error().code == ErrorCode::hold_limit;
                            reports.write({round, held ? 1 : 0, expected ? 0 : 1});
                        }
                    });
                for (auto& one : crowd) one.join();
                return 0;
            } catch (const std::exception& e) {
                std::fprintf(stderr, "child: %s\n", e.what());
                return 1;
            }
        }));
    std::vector<int> won(rounds, 0);
    int attempts = 0;
    Report report{};
    while (reports.read(report)) {
        ++attempts;
        won[static_cast<std::size_t>(report.round)] += report.won;
        CHECK(report.other == 0);
    }
    for (const auto child : children) REQUIRE(wait_for(child) == 0);
    REQUIRE(attempts == processes * threads * rounds);
    for (int round = 0; round < rounds; ++round) {
        INFO("round " << round);
        CHECK(won[static_cast<std::size_t>(round)] == 1);
    }
    const auto office = or_throw(BoxOffice::open(factory.reopen()));
    CHECK(or_throw(office->stats()).seats.held == rounds);
    CHECK(or_throw(office->audit()).empty());
}
