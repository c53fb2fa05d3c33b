#pragma once
/// What several endpoints write of the same things: reservations, terms of sale, prices.

#include <span>
#include <string_view>
#include <vector>

#include "boxoffice/office.hpp"
#include "endpoints/paging.hpp"
#include "json.hpp"

namespace http_server::endpoints {

std::string_view status_of(boxoffice::ReservationState state);

/// One of the user's own, as an object.
void write_reservation(JsonWriter& json, const boxoffice::ReservationNow& reservation);

/// A page of them, the newest first.
inline void write_reservations(JsonWriter& json, const Page<boxoffice::ReservationId>& page,
                               const std::vector<boxoffice::ReservationNow>& found) {
    write_page(
        json, "reservations", page, found, [&](const auto& one) { write_reservation(json, one); },
        [](const auto& one) { return one.reservation.id; });
}

/// A seat of an order: what was held for which price, and how people read it.
struct SeatOfOrder {
    boxoffice::ReservationId reservation;
    std::string_view number;
    std::string_view label;
    boxoffice::Points price;
    boxoffice::TypeId type;
};
void write_seats(JsonWriter& json, std::span<const SeatOfOrder> seats);

/// The members of the terms, into an object that is open. Bounds that are none are null.
void write_terms(JsonWriter& json, const boxoffice::Sale& sale);
void write_prices(JsonWriter& json, std::string_view name, std::span<const boxoffice::TariffRow> rows);
void write_type(JsonWriter& json, const boxoffice::TicketType& type);
void write_types(JsonWriter& json, std::span<const boxoffice::TicketType> types);
/// `calledOff`: null where it takes place.
void write_called_off(JsonWriter& json, const boxoffice::Concert& concert);
/// The members of a concert's facts, as its house has them.
void write_facts(JsonWriter& json, const boxoffice::Concert& concert);
/// How many seats are in which state, as an object.
void write_counts(JsonWriter& json, std::string_view name, const boxoffice::SeatCounts& seats);

}  // namespace http_server::endpoints
