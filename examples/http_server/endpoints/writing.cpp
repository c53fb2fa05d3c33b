#include "endpoints/writing.hpp"

#include <chrono>

namespace http_server::endpoints {

using namespace boxoffice;

std::string_view status_of(ReservationState state) {
    switch (state) {
        case ReservationState::held: return "Reserved";
        case ReservationState::confirmed: return "Confirmed";
        case ReservationState::released: return "Released";
        case ReservationState::expired: return "Expired";
        case ReservationState::cancelled: return "Cancelled";
    }
    return "Unknown";
}

void write_reservation(JsonWriter& json, const ReservationNow& view) {
    const auto& reservation = view.reservation;
    json.open_object()
        .member("reservationId", reservation.id)
        .member("orderId", reservation.order)
        .member("concertId", reservation.concert)
        .member("date", view.date)
        .member("seatNumber", view.seat_number)
        .member("label", view.seat_label)
        .member("section", view.seat_section)
        .member("row", view.seat_row)
        .member("category", view.seat_category)
        .member_or_null("type", reservation.type)
        .member("price", reservation.price)
        .member("status", status_of(view.state))
        .member("expirationTime", reservation.deadline)
        .member("refunded", reservation.refunded);
    if (view.refund)
        json.member("refund", *view.refund);
    else
        json.null_member("refund");
    json.close_object();
}

void write_seats(JsonWriter& json, std::span<const SeatOfOrder> seats) {
    json.open_array("seats");
    for (const auto& seat : seats)
        json.open_object()
            .member("reservationId", seat.reservation)
            .member("seatNumber", seat.number)
            .member("label", seat.label)
            .member("price", seat.price)
            .member_or_null("type", seat.type)
            .close_object();
    json.close_array();
}

void write_terms(JsonWriter& json, const Sale& sale) {
    const auto& [opens_at, closes_at, is_paused, seats_per_order, seats_per_user, hold_ttl, refund_steps] = sale.terms;
    json.member("version", sale.id.version)
        .member_or_null("opensAt", opens_at, Time{})
        .member_or_null("closesAt", closes_at, never)
        .member("isPaused", is_paused)
        .member("seatsPerOrder", seats_per_order)
        .member("seatsPerUser", seats_per_user)
        .member("holdSeconds", std::int64_t{std::chrono::floor<std::chrono::seconds>(hold_ttl).count()})
        .open_array("refundSteps");
    for (const auto& step : refund_steps)
        json.open_object()
            .member_or_null("until", step.until, never)
            .member("thousandths", step.thousandths)
            .close_object();
    json.close_array();
}

void write_prices(JsonWriter& json, std::string_view name, std::span<const TariffRow> rows) {
    json.open_array(name);
    for (const auto& row : rows)
        json.open_object()
            .member("category", row.category)
            .member_or_null("type", row.type)
            .member("price", row.price)
            .close_object();
    json.close_array();
}

void write_type(JsonWriter& json, const TicketType& type) {
    json.open_object()
        .member("type", type.id)
        .member("name", type.name)
        .member("maxPerOrder", type.max_per_order)
        .member_or_null("needs", type.needs)
        .close_object();
}

void write_types(JsonWriter& json, std::span<const TicketType> types) {
    json.open_array("types");
    for (const auto& type : types) write_type(json, type);
    json.close_array();
}

void write_called_off(JsonWriter& json, const Concert& concert) {
    if (!is_called_off(concert)) {
        json.null_member("calledOff");
        return;
    }
    json.open_object("calledOff")
        .member("at", concert.called_off_at)
        .member("reason", concert.call_off_reason)
        .close_object();
}

void write_facts(JsonWriter& json, const Concert& concert) {
    json.member("concertId", concert.id)
        .member("date", concert.date)
        .member("title", concert.title)
        .member_or_null("startsAt", concert.starts_at, never)
        .member("isHidden", concert.is_hidden)
        .member("version", concert.version);
    write_called_off(json, concert);
    json.member("isSettled", concert.is_settled);
}

void write_counts(JsonWriter& json, std::string_view name, const SeatCounts& seats) {
    json.open_object(name)
        .member("available", seats.available)
        .member("held", seats.held)
        .member("sold", seats.sold)
        .member("blocked", seats.blocked)
        .close_object();
}

}  // namespace http_server::endpoints
