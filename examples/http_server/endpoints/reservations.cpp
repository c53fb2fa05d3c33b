/// Holds and what became of them.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/paging.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

struct HoldRequest {
    std::string user_id;
    Date date{};
    std::string seat_number;
    std::optional<std::string> token;
    std::optional<std::string> concert;
    IdempotencyKey key;
};

Result<HoldRequest> read_hold(const Request& request, const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto user_id, body.text("userId"));
    BOXOFFICE_TRY_VALUE(const auto date_text, body.text("date"));
    BOXOFFICE_TRY_VALUE(const auto date, parse_date(date_text));
    BOXOFFICE_TRY_VALUE(const auto seat_number, body.text_or_integer("seatNumber"));
    BOXOFFICE_TRY_VALUE(const auto token, body.optional_text("token"));
    BOXOFFICE_TRY_VALUE(const auto concert, body.optional_text("concertId"));
    BOXOFFICE_TRY_VALUE(const auto key, idempotency_key(request));
    return HoldRequest{user_id, date, seat_number, token, concert, key};
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

Result<SeatId> find_seat(const Call& call, ConcertId concert, const std::string& number) {
    const auto seat = call.host.office.seat(concert, number);
    if (!seat) return tl::unexpected(seat.error());
    return seat->seat.id;
}

/// What a hold is for, as far as the store has it.
struct Wanted {
    Result<SeatId> seat;
    bool is_over = false;  ///< it is of a past day
};

Result<Wanted> find_wanted(const Call& call, const HoldRequest& request) {
    const auto concert = find_concert(call, request.date, request.concert);
    auto seat = concert ? find_seat(call, concert->id, request.seat_number) : tl::unexpected(concert.error());
    if (!seat && range_of(seat.error().code) == ErrorRange::fault) return tl::unexpected(seat.error());
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    const bool is_over = seat && request.date < first;
    return Wanted{std::move(seat), is_over};
}

/// The seats of that number of all concerts on the date.
Result<std::vector<SeatId>> find_seats(const Call& call, const HoldRequest& request) {
    BOXOFFICE_TRY_VALUE(const auto concerts, concerts_on(call, request.date));
    std::vector<SeatId> seats;
    for (const auto& concert : concerts)
        if (const auto seat = find_seat(call, concert.id, request.seat_number)) seats.push_back(*seat);
    return seats;
}

/// A date had one concert when a hold was made with this key and has several now: the answer is still the one given
/// then. Since the key is taken, the engine can only repeat an answer or refuse.
Task<Result<Held>> recall_hold(const Call& call, const HoldRequest& request, const HoldSeat& tried,
                               const Error& otherwise) {
    auto command = tried;
    const auto question = [&] { return find_seats(call, request); };
    const auto seats = co_await call.ask(question);
    for (const auto seat : seats.value_or(std::vector<SeatId>{})) {
        command.seat = seat;
        auto held = co_await call.execute(command);
        if (held) co_return held;
    }
    co_return tl::unexpected(otherwise);
}

/// A seat of a past day, which the engine was asked for in vain since it was not told which. Where the key is taken,
/// the answer is the one given when the day had not passed: then the engine can only repeat it, or refuse.
Answering refuse_past(const Call& call, const HoldSeat& tried, SeatId seat, const Error& error) {
    if (error.code == ErrorCode::unknown_seat) co_return refuse(ErrorCode::not_on_sale);
    if (error.code != ErrorCode::idempotency_conflict) co_return tl::unexpected(error);
    auto command = tried;
    command.seat = seat;
    CO_TRY_VALUE(const auto before, co_await call.execute(command));
    co_return held_response(before);
}

}  // namespace

Answering hold_seat(const Call& call) {
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    if (body.find("seatNumbers") != nullptr) co_return co_await hold_order(call, body);
    CO_TRY_VALUE(const auto request, read_hold(call.request, body));
    CO_TRY_VALUE(const auto who, co_await turn_caller(call, request.user_id, request.token));
    // Who certainly waits is told so without troubling the writer, once nothing comes before the turn: a key is looked
    // up by the first try.
    if ((request.key.empty() || call.attempt > 1) && is_waiting(call, *request.token))
        co_return refuse(ErrorCode::not_your_turn);

    const auto question = [&] { return find_wanted(call, request); };
    CO_TRY_VALUE(const auto wanted, co_await call.ask(question));
    const auto& seat = wanted.seat;
    // The engine checks key and turn before it misses the seat, as the contract's order asks.
    const HoldSeat command{who.user.id, who.token, wanted.is_over ? SeatId{} : seat.value_or(SeatId{}), request.key};
    auto held = co_await call.execute(command);
    if (!held && wanted.is_over) co_return co_await refuse_past(call, command, *seat, held.error());
    if (!held && !seat && held.error().code == ErrorCode::unknown_seat) {
        const auto words = [&] { return concert_error(call, request.date, seat.error()); };
        co_return co_await call.ask(words);
    }
    if (!held && !seat && held.error().code == ErrorCode::idempotency_conflict &&
        seat.error().code == ErrorCode::ambiguous_concert)
        held = co_await recall_hold(call, request, command, held.error());
    if (!held) {
        // Which seat it is, who names one knows: the words stay the seed's.
        if (held.error().code == ErrorCode::seat_unavailable) held.error().detail.clear();
        co_return tl::unexpected(std::move(held).error());
    }
    co_return held_response(*held);
}

Answering list_reservations(const Call& call) {
    CO_TRY_VALUE(const auto page, read_page<ReservationId>(call.request));
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    const auto question = [&] { return call.host.office.reservations(user.id, page.limit + 1, page.before); };
    CO_TRY_VALUE(const auto found, co_await call.ask(question));
    JsonWriter json;
    write_reservations(json.open_object(), page, found);
    co_return json_response(json.close_object());
}

Answering show_reservation(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    CO_TRY_VALUE(const auto id, id_in_path<ReservationId>(call, ErrorCode::unknown_reservation));
    const auto question = [&] { return call.host.office.reservation(user.id, id); };
    CO_TRY_VALUE(const auto view, co_await call.ask(question));
    JsonWriter json;
    write_reservation(json, view);
    co_return json_response(json);
}

Answering release_hold(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    CO_TRY_VALUE(const auto id, id_in_path<ReservationId>(call, ErrorCode::unknown_reservation));
    const ReleaseHold command{user.id, id};
    CO_TRY(co_await call.execute(command));
    co_return no_content();
}

}  // namespace http_server::endpoints
