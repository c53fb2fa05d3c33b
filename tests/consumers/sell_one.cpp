#include "sale.hpp"

using namespace boxoffice;

Points sell_one(BoxOffice& office) {
    auto room = office.main_room();
    auto hall = std::vector<NewSeat>{{.number = "A-1", .section = "stalls", .row = "A", .price = Points{600}}};
    auto date = parse_date("2026-12-24").value();
    auto concert = office.execute(CreateConcert{date, "Winter", room, hall}).value().id;
    auto user = office.execute(CreateUser{"mina"}).value().id;
    auto place = office.execute(Join{user, room}).value().claims;
    (void)office.execute(Recharge{user, Points{1'000}, "recharge-1"}).value();
    auto seat = office.available_seats(concert).value().front().id;
    auto held = office.execute(HoldSeat{user, place.token, seat, "hold-1"}).value();
    return office.execute(Pay{user, place.token, held.reservation, "pay-1"}).value().balance;
}
