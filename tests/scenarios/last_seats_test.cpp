/// Orders under stampede: all or none, also where every order wants what another takes (O2, S1).

#include <atomic>
#include <thread>

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"
#include "support/or_throw.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr int buyer_count = 64;
constexpr std::size_t seats_an_order = 3;

/// Tries for three of the seats that are left, other ones for each buyer, until fewer are left or it has them.
bool wins_three(BoxOffice& office, ConcertId concert, UserId user, TokenId token, std::size_t turn) {
    for (;;) {
        const auto left = or_throw(office.available_seats(concert));
        if (left.size() < seats_an_order) return false;
        HoldSeats order{user, token, concert, {}};
        for (std::size_t i = 0; i < seats_an_order; ++i) order.items.push_back({left[(turn + i) % left.size()].id});
        const auto held = office.execute(order);
        if (held) return true;
        if (held.error().code != ErrorCode::seat_unavailable) throw std::runtime_error(held.error().text());
        if (held.error().about.empty()) throw std::runtime_error("a refusal that names no seat");
    }
}

}  // namespace

TEST_CASE("64 threads want orders of three of the last seven seats: two win, one seat is left", "[concurrency]") {
    const auto factory = GENERATE(from_range(store_factories()));
    INFO(factory.name);
    Options options;
    options.main_room.active_capacity = 5 * buyer_count;
    const auto office = or_throw(BoxOffice::open(factory.open(), options));
    for (int round = 0; round < 5; ++round) {
        std::vector<NewSeat> seats;
        for (int i = 0; i < 7; ++i) seats.push_back({std::to_string(i), "", "", Points{100}});
        const auto concert =
            or_throw(office->execute(CreateConcert{*parse_date("2030-01-01"), "last", office->main_room(), seats})).id;
        Terms terms;
        terms.seats_per_order = 3;
        or_throw(office->execute(ChangeSale{concert, terms, 1}));
        std::atomic<int> won{0};
        std::atomic<int> failed{0};
        std::atomic<bool> go{false};
        std::vector<std::thread> crowd;
        for (std::size_t i = 0; i < buyer_count; ++i) {
            const auto user = or_throw(office->execute(CreateUser{std::to_string(round) + "-" + std::to_string(i)})).id;
            const auto token = or_throw(office->execute(Join{user, office->main_room()})).claims.token;
            crowd.emplace_back([&, i, user, token] {
                go.wait(false);  // not busily: a store may be another process
                try {
                    if (wins_three(*office, concert, user, token, i)) ++won;
                } catch (const std::exception&) {
                    ++failed;
                }
            });
            if (crowd.size() == buyer_count) {
                go = true;
                go.notify_all();
            }
        }
        for (auto& one : crowd) one.join();
        CHECK(failed == 0);
        CHECK(won == 2);
        const auto counts = or_throw(office->seat_counts(concert));
        CHECK(counts.held == 6);
        CHECK(counts.available == 1);
    }
    CHECK(or_throw(office->audit()).empty());
}
