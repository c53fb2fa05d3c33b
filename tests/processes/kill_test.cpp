/// D1: what was acknowledged survives the process. A child buys seats and acknowledges each payment and recharge through a
/// pipe; the parent kills it at a random moment, opens the file again and looks.

#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"
#include "support/or_throw.hpp"
#include "support/processes.hpp"
#include "support/stores.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr int user_count = 40;
constexpr std::int64_t ticket_price = 7;

/// What the child tells after the engine has acknowledged it.
struct Acknowledged {
    UserId user;
    PaymentId payment;  ///< none: a recharge
    SeatId seat;
    std::int64_t points = 0;
};

std::unique_ptr<BoxOffice> open_small_office(std::unique_ptr<Store> store) {
    Options options;
    options.main_room.active_capacity = user_count;
    return or_throw(BoxOffice::open(std::move(store), options));
}

/// Buys seats from `first_seat` on until it is killed.
int buy_until_killed(const StoreFactory& factory, ConcertId concert, int first_seat, std::uint64_t seed,
                     RecordPipe<Acknowledged>& pipe) {
    const auto office = open_small_office(factory.reopen());
    std::mt19937_64 random(seed);
    for (int number = first_seat;; ++number) {
        const auto user = or_throw(office->user("user-" + std::to_string(random() % user_count)));
        or_throw(office->execute(Recharge{user.id, Points{ticket_price}, {}}));
        pipe.write({user.id, {}, {}, ticket_price});
        const auto token = or_throw(office->execute(Join{user.id, office->main_room()})).claims.token;
        const auto seat = or_throw(office->seat(concert, std::to_string(number)));
        auto held = office->execute(HoldSeat{user.id, token, seat.seat.id, {}});
        if (!held && held.error().code == ErrorCode::hold_limit) {
            // The one before was killed between hold and pay: pay for that seat instead.
            const auto own = or_throw(office->reservations(user.id, 1));
            held = Held{own.at(0).reservation.id, own.at(0).reservation.seat, own.at(0).reservation.price, {}};
        }
        const auto hold = or_throw(std::move(held));
        const auto paid = or_throw(office->execute(Pay{user.id, token, hold.reservation, {}}));
        pipe.write({user.id, paid.payment, hold.seat, ticket_price});
    }
}

}  // namespace

TEST_CASE("kill -9 in a loop loses no acknowledged payment or recharge", "[processes][durability]") {
    constexpr int seats_per_kill = 400;
    const std::uint64_t seed = 20'261'122;
    const auto factory = GENERATE(from_range(durable_factories()));
    // Of a file the process is all that there is; a database goes on without it.
    const int kills = factory.name == "sqlite" ? 200 : 40;
    INFO("seed " << seed << ", " << factory.name);
    ConcertId concert;
    {
        const auto office = open_small_office(factory.open());
        for (int i = 0; i < user_count; ++i) or_throw(office->execute(CreateUser{"user-" + std::to_string(i)}));
        std::vector<NewSeat> seats;
        for (int i = 0; i < kills * seats_per_kill; ++i)
            seats.push_back({std::to_string(i), "", "", Points{ticket_price}});
        concert =
            or_throw(office->execute(CreateConcert{*parse_date("2030-01-01"), "kill", office->main_room(), seats})).id;
    }

    std::mt19937_64 random(seed);
    std::vector<Acknowledged> acknowledged;
    for (int kill = 0; kill < kills; ++kill) {
        RecordPipe<Acknowledged> pipe;
        const auto child_seed = random();
        const auto child = start_child([&] {
            pipe.close_reading();
            try {
                return buy_until_killed(factory, concert, kill * seats_per_kill, child_seed, pipe);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "child: %s\n", e.what());
                return 1;
            }
        });
        // At a random moment from its first acknowledgement on; some after a few milliseconds, some after many commands.
        Acknowledged record;
        const auto patience = std::chrono::microseconds{random() % 30'000};
        std::thread killer;
        while (pipe.read(record)) {
            acknowledged.push_back(record);
            if (!killer.joinable())
                killer = std::thread([&] {
                    std::this_thread::sleep_for(patience);
                    ::kill(child, SIGKILL);
                });
        }
        if (killer.joinable()) killer.join();
        REQUIRE(wait_for(child) == -SIGKILL);
    }
    CHECK(acknowledged.size() > static_cast<std::size_t>(kills));

    const auto office = open_small_office(factory.reopen());
    std::map<UserId, std::int64_t> recharged;
    for (const auto& one : acknowledged) {
        if (!one.payment) {
            recharged[one.user] += one.points;
            continue;
        }
        const auto payment = office->payment(one.user, one.payment);
        REQUIRE(payment);
        REQUIRE(payment->state == PaymentState::captured);
        const auto reservation = office->reservation(one.user, payment->payment.reservation);
        REQUIRE(reservation);
        REQUIRE(reservation->state == ReservationState::confirmed);
        REQUIRE(reservation->reservation.seat == one.seat);
    }
    for (const auto& [user, least] : recharged) {
        std::int64_t stored = 0;
        TransferId before{};
        for (;;) {
            const auto page = or_throw(office->transfers(user, 1000, before));
            for (const auto& transfer : page)
                if (transfer.kind == TransferKind::recharge) stored += transfer.amount.value;
            if (page.size() < 1000) break;
            before = page.back().id;
        }
        // At most one recharge of this user per kill was written and not acknowledged.
        CHECK(stored >= least);
    }
    const auto violations = or_throw(office->audit());
    for (const auto& violation : violations) UNSCOPED_INFO(violation.rule << ": " << violation.detail);
    CHECK(violations.empty());
    WARN(kills << " kills, " << acknowledged.size() << " acknowledgements, 0 lost");
}
