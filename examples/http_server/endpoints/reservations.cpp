/// Holds and what became of them.

#include <charconv>

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

constexpr std::int64_t page_size = 20;
constexpr std::int64_t page_size_max = 100;

struct HoldRequest {
    std::string user_id;
    Date date{};
    std::string seat_number;
    std::optional<std::string> token;
    std::optional<std::string> concert;
    IdempotencyKey key;
};

Result<HoldRequest> read_hold(const Request& request) {
    BOXOFFICE_TRY_VALUE(const auto body, Body::parse(request.body));
    BOXOFFICE_TRY_VALUE(const auto user_id, body.text("userId"));
    BOXOFFICE_TRY_VALUE(const auto date_text, body.text("date"));
    BOXOFFICE_TRY_VALUE(const auto date, parse_date(date_text));
    BOXOFFICE_TRY_VALUE(const auto seat_number, body.text_or_integer("seatNumber"));
    BOXOFFICE_TRY_VALUE(const auto token, body.optional_text("token"));
    BOXOFFICE_TRY_VALUE(const auto concert, body.optional_text("concertId"));
    BOXOFFICE_TRY_VALUE(const auto key, idempotency_key(request));
    return HoldRequest{user_id, date, seat_number, token, concert, key};
}

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

Answer held_response(const Held& held) {
    JsonWriter json;
    json.open_object()
        .member("reservationId", held.reservation)
        .member("status", status_of(ReservationState::held))
        .member("expirationTime", held.deadline)
        .close_object();
    return json_response(json);
}

void write(JsonWriter& json, const ReservationNow& view) {
    json.open_object()
        .member("reservationId", view.reservation.id)
        .member("concertId", view.reservation.concert)
        .member("date", view.date)
        .member("seatNumber", view.seat_number)
        .member("label", view.seat_label)
        .member("section", view.seat_section)
        .member("row", view.seat_row)
        .member("price", view.reservation.price)
        .member("status", status_of(view.state))
        .member("expirationTime", view.reservation.deadline)
        .close_object();
}

Result<SeatId> find_seat(const Call& call, ConcertId concert, const std::string& number) {
    const auto seat = call.host.office.seat(concert, number);
    if (!seat) return tl::unexpected(seat.error());
    return seat->seat.id;
}

/// A date had one concert when a hold was made with this key and has several now: the answer is still the one given
/// then. Since the key is taken, the engine can only repeat an answer or refuse.
std::optional<Held> recall_hold(const Call& call, const HoldRequest& request, const TurnCaller& who) {
    const auto concerts = concerts_on(call, request.date);
    if (!concerts) return std::nullopt;
    for (const auto& concert : *concerts) {
        const auto seat = find_seat(call, concert.id, request.seat_number);
        if (!seat) continue;
        if (auto held = call.host.commands.execute(HoldSeat{who.user.id, who.token, *seat, request.key})) return *held;
    }
    return std::nullopt;
}

/// A seat of a past day, which the engine was asked for in vain since it was not told which. Where the key is taken,
/// the answer is the one given when the day had not passed: then the engine can only repeat it, or refuse.
Answer refuse_past(const Call& call, HoldSeat command, SeatId seat, const Error& error) {
    if (error.code == ErrorCode::unknown_seat) return refuse(ErrorCode::not_on_sale);
    if (error.code != ErrorCode::idempotency_conflict) return tl::unexpected(error);
    command.seat = seat;
    BOXOFFICE_TRY_VALUE(const auto before, call.host.commands.execute(command));
    return held_response(before);
}

Result<ReservationId> id_in_path(const Call& call) {
    const auto id = parse_id<ReservationId>(call.parameter);
    if (!id) return refuse(ErrorCode::unknown_reservation);
    return *id;
}

}  // namespace

Answer hold_seat(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto request, read_hold(call.request));
    BOXOFFICE_TRY_VALUE(const auto who, turn_caller(call, request.user_id, request.token));
    // Who certainly waits is told so without troubling the writer, once nothing comes before the turn: a key is looked
    // up by the first try.
    if ((request.key.empty() || call.attempt > 1) && is_waiting(call, *request.token))
        return refuse(ErrorCode::not_your_turn);

    const auto concert = find_concert(call, request.date, request.concert);
    const auto seat = concert ? find_seat(call, concert->id, request.seat_number) : tl::unexpected(concert.error());
    if (!seat && range_of(seat.error().code) == ErrorRange::fault) return tl::unexpected(seat.error());
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    const bool is_over = seat && request.date < first;
    // The engine checks key and turn before it misses the seat, as the contract's order asks.
    const HoldSeat command{who.user.id, who.token, is_over ? SeatId{} : seat.value_or(SeatId{}), request.key};
    const auto held = call.host.commands.execute(command);
    if (held) return held_response(*held);
    if (is_over) return refuse_past(call, command, *seat, held.error());
    if (seat) return tl::unexpected(held.error());
    if (held.error().code == ErrorCode::unknown_seat) return concert_error(call, request.date, seat.error());
    if (held.error().code == ErrorCode::idempotency_conflict && seat.error().code == ErrorCode::ambiguous_concert)
        if (const auto before = recall_hold(call, request, who)) return held_response(*before);
    return tl::unexpected(held.error());
}

Answer list_reservations(const Call& call) {
    std::int64_t limit = page_size;
    if (const auto text = call.request.parameter("limit")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
        if (error != std::errc{} || end != text->data() + text->size() || limit < 1 || limit > page_size_max)
            return refuse(ErrorCode::invalid_argument, "limit: 1 to 100");
    }
    ReservationId before;
    if (const auto text = call.request.parameter("before")) {
        const auto id = parse_id<ReservationId>(*text);
        if (!id) return refuse(ErrorCode::invalid_argument, "before: the `next` of the page before");
        before = *id;
    }
    BOXOFFICE_TRY_VALUE(const auto user, caller(call, call.request.parameter("userId")));
    BOXOFFICE_TRY_VALUE(const auto found, call.host.office.reservations(user.id, limit + 1, before));
    const auto shown = std::min(found.size(), static_cast<std::size_t>(limit));
    JsonWriter json;
    json.open_object().open_array("reservations");
    for (std::size_t i = 0; i < shown; ++i) write(json, found[i]);
    json.close_array();
    if (shown < found.size())
        json.member("next", found[shown - 1].reservation.id);
    else
        json.null_member("next");
    return json_response(json.close_object());
}

Answer show_reservation(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto user, caller(call, call.request.parameter("userId")));
    BOXOFFICE_TRY_VALUE(const auto id, id_in_path(call));
    BOXOFFICE_TRY_VALUE(const auto view, call.host.office.reservation(user.id, id));
    JsonWriter json;
    write(json, view);
    return json_response(json);
}

Answer release_hold(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto user, caller(call, call.request.parameter("userId")));
    BOXOFFICE_TRY_VALUE(const auto id, id_in_path(call));
    const auto released = call.host.commands.execute(ReleaseHold{user.id, id});
    if (!released) return tl::unexpected(released.error());
    return no_content();
}

}  // namespace http_server::endpoints
