/// Halls come from editors that name seats by UUIDs, and say beside it what people are to read: "row 1, seat 3". The
/// engine kept the name only, so that maps and tickets showed 36 hexadecimal digits, or a scrap of them as a number of
/// their own. What people read is a fact of the seat now, and every answer about a seat or a reservation has it.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr auto first = "f786450c-0e93-53cd-b16c-796f2cbdc902";
constexpr auto second = "ae3a2497-b6ae-5a36-b2cc-3b2efd061fc2";

/// A concert with these seats.
ConcertId hall_of(Office& office, std::vector<NewSeat> seats) {
    const auto concert = office.concert("2026-12-24", {});
    (void)must(office->execute(AddSeats{concert, std::move(seats)}), "seats");
    return concert;
}

/// Two seats named by UUIDs, and one by a number for people.
ConcertId hall_of_uuids(Office& office) {
    return hall_of(office, {{.number = first, .section = "Parkett", .row = "1", .price = Points{0}, .label = "1"},
                            {.number = second, .section = "Parkett", .row = "1", .price = Points{0}, .label = "2"},
                            {.number = "100", .price = Points{0}}});
}

}  // namespace

TEST_CASE("D1: a map says what people read of a seat, beside the number that names it") {
    Office office;
    const auto hall = hall_of_uuids(office);
    std::vector<std::string> read;
    for (const auto& one : must(office->seat_map(hall), "map"))
        read.push_back(one.seat.facts.section + "/" + one.seat.facts.row + "/" + one.seat.facts.label);
    // The order is that of the numbers, as the seed's API has it; whoever shows seats to people orders them by labels.
    CHECK(read == std::vector<std::string>{"//100", "Parkett/1/2", "Parkett/1/1"});
    CHECK(must(office->seat(hall, second), "seat").seat.facts.label == "2");
}

TEST_CASE("D1: a reservation says which seat it is in words for people, all of its life") {
    Office office;
    (void)hall_of_uuids(office);
    const auto mina = office.comes("mina");
    const auto held = office.hold(mina, second);
    const auto told = [&] {
        const auto view = must(office->reservation(mina.user, held.reservation), "reservation");
        return view.seat_number + " = " + view.seat_section + ", row " + view.seat_row + ", seat " + view.seat_label;
    };
    const auto expected = std::string{second} + " = Parkett, row 1, seat 2";
    CHECK(told() == expected);
    (void)office.pay(mina, held.reservation);
    CHECK(told() == expected);
    CHECK(must(office->reservations(mina.user, 10), "list").front().seat_label == "2");
}

TEST_CASE("D1: two seats may read the same, as exports with several segments a row have it") {
    Office office;
    const auto hall = hall_of(office, {{.number = first, .row = "1", .price = Points{5}, .label = "1"},
                                       {.number = second, .row = "1", .price = Points{5}, .label = "1"}});
    CHECK(office.available(hall) == std::vector<std::string>{second, first});
}
