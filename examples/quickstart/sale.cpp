#include <boxoffice/boxoffice.hpp>
#include <cstdio>

using namespace boxoffice;

int main(int argc, char** argv) try {
    auto office = BoxOffice::open(open_sqlite_store({.path = argc > 1 ? argv[1] : "sale.db"}).value()).value();
    auto room = office->main_room();
    auto date = parse_date("2026-12-24").value();
    if (office->concerts(date).value().empty()) {  // the first run makes the house, each sells a seat of it
        std::vector<NewSeat> hall;
        for (int n = 1; n <= 10; ++n)
            hall.push_back(
                {.number = "A-" + std::to_string(n), .section = "stalls", .row = "A", .price = Points{99'000}});
        (void)office->execute(CreateConcert{date, "Winter", room, hall}).value();
        (void)office->execute(CreateUser{"jiyeon"}).value();
    }
    auto concert = office->concert(date).value().id;
    auto user = office->user("jiyeon").value().id;

    auto place = office->execute(Join{user, room}).value().claims;  // admitted at once while there is room
    auto key = std::to_string(place.token.value);                   // a request that is sent again has one effect
    (void)office->execute(Recharge{user, Points{100'000}, key}).value();
    auto seats = office->available_seats(concert).value();
    if (seats.empty()) return std::puts("sold out"), 0;
    auto held = office->execute(HoldSeat{user, place.token, seats[0].id, key}).value();  // for five minutes
    auto paid = office->execute(Pay{user, place.token, held.reservation, key}).value();
    std::printf("%s is sold, balance: %lld\n", seats[0].facts.number.c_str(),
                static_cast<long long>(paid.balance.value));
} catch (const tl::bad_expected_access<Error>& refused) {
    std::fprintf(stderr, "sale: %s\n", refused.error().text().c_str());
    return 1;
}
