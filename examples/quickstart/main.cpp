#include <boxoffice/boxoffice.hpp>
#include <cstdio>

using namespace boxoffice;

int main(int argc, char** argv) try {
    auto office = BoxOffice::open(open_sqlite_store({.path = argc > 1 ? argv[1] : ":memory:"}).value()).value();
    auto room = office->main_room();
    auto hall = std::vector<NewSeat>{{.number = "A-1", .section = "stalls", .row = "A", .price = Points{99'000}}};
    auto date = parse_date("2026-12-24").value();
    auto concert = office->execute(CreateConcert{date, "Winter", room, hall}).value().id;
    auto user = office->execute(CreateUser{"jiyeon"}).value().id;

    auto place = office->execute(Join{user, room}).value().claims;  // admitted at once while there is room
    (void)office->execute(Recharge{user, Points{100'000}, "recharge-1"}).value();
    auto seats = office->available_seats(concert).value();
    auto held = office->execute(HoldSeat{user, place.token, seats.front().id, "hold-1"}).value();  // for five minutes
    auto paid = office->execute(Pay{user, place.token, held.reservation, "pay-1"}).value();
    std::printf("balance: %lld\n", static_cast<long long>(paid.balance.value));
} catch (const tl::bad_expected_access<Error>& refused) {
    std::fprintf(stderr, "quickstart: %s\n", refused.error().text().c_str());
    return 1;
}
