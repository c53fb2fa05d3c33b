#include <boxoffice/boxoffice.hpp>
#include <boxoffice/sqlite_store.hpp>
#include <cstdio>

using namespace boxoffice;

Result<Points> sell_a_seat(const std::string& path) {
    auto office = BoxOffice::open(open_sqlite_store({.path = path}).value()).value();
    auto user = office->execute(CreateUser{"jiyeon"}).value().id;
    auto hall = std::vector<NewSeat>{{.number = "A-1", .section = "stalls", .row = "A", .price = Points{99'000}}};
    auto concert =
        office->execute(CreateConcert{parse_date("2026-12-24").value(), "Winter", office->main_room(), hall}).value();
    auto place =
        office->execute(Join{user, office->main_room()}).value().claims;  // admitted at once while there is room
    BOXOFFICE_TRY(office->execute(Recharge{user, Points{100'000}, "recharge-1"}));
    auto seats = office->available_seats(concert.id).value();
    auto held = office->execute(HoldSeat{user, place.token, seats.front().id, "hold-1"});
    if (!held) return tl::unexpected(held.error());  // e.g. seat_unavailable: choose another
    auto paid = office->execute(Pay{user, place.token, held->reservation, "pay-1"}).value();
    return paid.balance;
}

int main(int argc, char** argv) try {
    std::printf("balance: %lld\n", static_cast<long long>(sell_a_seat(argc > 1 ? argv[1] : ":memory:").value().value));
} catch (const std::exception& e) {
    std::fprintf(stderr, "quickstart: %s\n", e.what());
    return 1;
}
