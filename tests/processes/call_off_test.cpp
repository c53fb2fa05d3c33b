/// A concert that was called off is given back row by row. However often whoever does it is killed, each sale is refunded once.

#include <chrono>
#include <random>
#include <thread>

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"
#include "support/or_throw.hpp"
#include "support/processes.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr int buyer_count = 1'000;
constexpr int seats_an_order = 50;
constexpr std::int64_t seat_price = 7;
constexpr std::int64_t fee_thousandths = 1'000 - 500;

std::unique_ptr<BoxOffice> open_office(const std::string& path) {
    SqliteOptions sqlite;
    sqlite.path = path;
    Options options;
    options.main_room.active_capacity = buyer_count;
    return or_throw(BoxOffice::open(or_throw(open_sqlite_store(sqlite)), options));
}

/// What each buyer's command is answered, in one batch.
template <class Answer, class Make>
std::vector<Answer> answers(BoxOffice& office, Make make) {
    std::vector<Command> commands;
    for (int i = 0; i < buyer_count; ++i) commands.emplace_back(make(i));
    std::vector<Answer> out;
    for (auto& outcome : office.execute(commands)) out.push_back(std::get<Answer>(or_throw(std::move(outcome))));
    return out;
}

struct Sold {
    ConcertId concert;
    std::vector<UserId> buyers;
    std::int64_t fees = 0;
};

/// 50,000 seats, sold in orders of 50; every tenth buyer has cancelled one of them for half of its price.
Sold sell_all(BoxOffice& office) {
    Sold sold;
    std::vector<NewSeat> seats;
    for (int i = 0; i < buyer_count * seats_an_order; ++i)
        seats.push_back({std::to_string(i), "", "", Points{seat_price}});
    sold.concert =
        or_throw(office.execute(CreateConcert{*parse_date("2030-01-01"), "rain", office.main_room(), seats})).id;
    Terms terms;
    terms.seats_per_order = seats_an_order;
    terms.refund_steps = {{never, 1'000 - fee_thousandths}};
    or_throw(office.execute(ChangeSale{sold.concert, terms, 1}));
    const auto free = or_throw(office.available_seats(sold.concert));
    const auto users = answers<Created<UserId>>(office, [](int i) { return CreateUser{"buyer-" + std::to_string(i)}; });
    for (const auto& user : users) sold.buyers.push_back(user.id);
    const auto user = [&](int i) { return sold.buyers[static_cast<std::size_t>(i)]; };
    answers<Recharged>(office, [&](int i) { return Recharge{user(i), Points{seat_price * seats_an_order}, {}}; });
    const auto places = answers<Joined>(office, [&](int i) { return Join{user(i), office.main_room()}; });
    const auto token = [&](int i) { return places[static_cast<std::size_t>(i)].claims.token; };
    const auto orders = answers<HeldOrder>(office, [&](int i) {
        HoldSeats order{user(i), token(i), sold.concert, {}};
        for (int seat = 0; seat < seats_an_order; ++seat)
            order.items.push_back({free[static_cast<std::size_t>(i * seats_an_order + seat)].id});
        return order;
    });
    const auto order = [&](int i) { return orders[static_cast<std::size_t>(i)]; };
    answers<Paid>(office, [&](int i) { return Pay{user(i), token(i), order(i).order, {}}; });
    for (int i = 0; i < buyer_count; i += 10)
        sold.fees +=
            seat_price - or_throw(office.execute(Cancel{user(i), {order(i).items[3].reservation}, {}})).refund.value;
    return sold;
}

/// Sweeps in steps until there is no more to do, or it is killed.
int sweep(const std::string& path, ConcertId concert) {
    const auto office = open_office(path);
    while (or_throw(office->execute(SweepRefunds{concert, 500})).more) {
    }
    return 0;
}

}  // namespace

TEST_CASE("50,000 sales of a concert called off are each given back once, by processes that are killed at random",
          "[processes][refunds]") {
    const std::uint64_t seed = 20'261'126;
    INFO("seed " << seed);
    const TempDir dir;
    const auto path = dir.file("off.db");
    Sold sold;
    {
        const auto office = open_office(path);
        sold = sell_all(*office);
        or_throw(office->execute(CallOff{sold.concert, "rain"}));
    }
    std::mt19937_64 random(seed);
    int kills = 0;
    for (bool is_done = false; !is_done;) {
        const auto child = start_child([&] {
            try {
                return sweep(path, sold.concert);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "child: %s\n", e.what());
                return 1;
            }
        });
        // Longer each time, so that it comes to an end on a slow machine too.
        const auto patience = std::chrono::microseconds{random() % (40'000 + 10'000 * static_cast<unsigned>(kills))};
        std::this_thread::sleep_for(patience);
        ::kill(child, SIGKILL);
        const int end = wait_for(child);
        REQUIRE((end == 0 || end == -SIGKILL));
        is_done = end == 0;
        kills += is_done ? 0 : 1;
    }
    CHECK(kills >= 5);

    const auto office = open_office(path);
    const auto report = or_throw(office->sales_report(sold.concert));
    CHECK(report.total.sold == 0);
    CHECK(report.total.cancelled == buyer_count * seats_an_order);
    CHECK(report.net == Points{sold.fees});
    CHECK(report.balance == Points{sold.fees});
    std::int64_t balances = 0;
    for (const auto user : sold.buyers) balances += or_throw(office->balance(user)).value;
    CHECK(balances == buyer_count * seats_an_order * seat_price - sold.fees);
    CHECK(or_throw(office->seat_counts(sold.concert)).available == buyer_count * seats_an_order);
    CHECK(or_throw(office->audit()).empty());
}
