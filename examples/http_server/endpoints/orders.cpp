/// Orders: seats that are held together and paid together, and what was bought and is given back.

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

struct OrderRequest {
    std::string user_id;
    Date date{};
    std::vector<std::string> seat_numbers;
    std::vector<TypeId> types;  ///< as many as seats
    std::optional<Points> expect_total;
    std::optional<std::string> token;
    std::optional<std::string> concert;
    IdempotencyKey key;
};

Result<std::vector<std::string>> read_seat_numbers(const Body& body) {
    if (body.find("seatNumber") != nullptr)
        return refuse(ErrorCode::invalid_argument, "seatNumber, seatNumbers: expected one of the two");
    BOXOFFICE_TRY_VALUE(auto numbers, body.texts_or_integers("seatNumbers"));
    if (numbers.empty() || std::ssize(numbers) > order_items_max)
        return refuse(ErrorCode::invalid_argument, "seatNumbers: 1 to 50");
    auto sorted = numbers;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        return refuse(ErrorCode::invalid_argument, "seatNumbers: a seat twice");
    return numbers;
}

/// One for each seat, null for who names none; absent: nobody names one.
Result<std::vector<TypeId>> read_types(const Body& body, std::size_t seats) {
    const auto* list = body.find("types");
    if (list == nullptr) return std::vector<TypeId>(seats);
    const auto is_type = [](const auto& one) { return one.is_null() || one.is_string(); };
    if (!list->is_array() || list->size() != seats || !std::all_of(list->begin(), list->end(), is_type))
        return refuse(ErrorCode::invalid_argument, "types: expected a type's id or null for each seat");
    std::vector<TypeId> types;
    for (const auto& one : *list)
        types.push_back(one.is_null() ? TypeId{} : id_named<TypeId>(one.template get<std::string>()));
    return types;
}

Result<OrderRequest> read_order(const Request& request, const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto user_id, body.text("userId"));
    BOXOFFICE_TRY_VALUE(const auto date_text, body.text("date"));
    BOXOFFICE_TRY_VALUE(const auto date, parse_date(date_text));
    BOXOFFICE_TRY_VALUE(auto numbers, read_seat_numbers(body));
    BOXOFFICE_TRY_VALUE(auto types, read_types(body, numbers.size()));
    BOXOFFICE_TRY_VALUE(const auto total, body.optional_integer("expectTotal"));
    BOXOFFICE_TRY_VALUE(const auto token, body.optional_text("token"));
    BOXOFFICE_TRY_VALUE(const auto concert, body.optional_text("concertId"));
    BOXOFFICE_TRY_VALUE(const auto key, idempotency_key(request));
    const auto expected = total ? std::optional{Points{*total}} : std::nullopt;
    return OrderRequest{user_id, date, std::move(numbers), std::move(types), expected, token, concert, key};
}

/// The seats of those numbers, in their order.
Result<std::vector<Seat>> find_all(const Call& call, ConcertId concert, const std::vector<std::string>& numbers) {
    std::vector<Seat> seats;
    for (const auto& number : numbers) {
        BOXOFFICE_TRY_VALUE(auto found, call.host.office.seat(concert, number));
        seats.push_back(std::move(found.seat));
    }
    return seats;
}

/// What an order is of, as far as the store has it.
struct WantedOrder {
    ConcertId concert;
    Result<std::vector<Seat>> seats;
    bool is_over = false;  ///< it is of a past day
};

Result<WantedOrder> find_order_seats(const Call& call, const OrderRequest& request) {
    WantedOrder wanted;
    const auto concert = find_concert(call, request.date, request.concert);
    if (concert) {
        wanted.concert = concert->id;
        wanted.seats = find_all(call, concert->id, request.seat_numbers);
    } else {
        wanted.seats = tl::unexpected(concert.error());
    }
    if (!wanted.seats && range_of(wanted.seats.error().code) == ErrorRange::fault)
        return tl::unexpected(wanted.seats.error());
    BOXOFFICE_TRY_VALUE(const auto first, today(call));
    wanted.is_over = wanted.seats && request.date < first;
    return wanted;
}

HoldSeats command_for(const TurnCaller& who, const OrderRequest& request, ConcertId concert,
                      const std::vector<Seat>& seats) {
    HoldSeats command{who.user.id, who.token, concert, {}, request.expect_total, request.key};
    for (std::size_t i = 0; i < seats.size(); ++i) command.items.push_back({seats[i].id, request.types[i]});
    return command;
}

/// The command without what it is of, for where that cannot be had: the engine checks key and turn before it misses the seat, as
/// the contract's order asks.
HoldSeats command_for_none(const TurnCaller& who, const OrderRequest& request, ConcertId concert) {
    return {who.user.id, who.token, concert, {OrderItem{}}, request.expect_total, request.key};
}

Response order_response(const HeldOrder& held, const std::vector<Seat>& seats) {
    std::vector<SeatOfOrder> shown;
    for (const auto& item : held.items) {
        const auto seat =
            std::find_if(seats.begin(), seats.end(), [&](const Seat& one) { return one.id == item.seat; });
        const auto has_it = seat != seats.end();
        shown.push_back({item.reservation, has_it ? std::string_view{seat->facts.number} : std::string_view{},
                         has_it ? std::string_view{seat->facts.label} : std::string_view{}, item.price, item.type});
    }
    JsonWriter json;
    json.open_object()
        .member("reservationId", held.order)
        .member("status", status_of(ReservationState::held))
        .member("expirationTime", held.deadline)
        .member("orderId", held.order)
        .member("total", held.total);
    write_seats(json, shown);
    return json_response(json.close_object());
}

/// Why an order was refused, with the numbers of all its seats that cannot be had.
Answer refused_order(const Call& call, const Error& error, const std::vector<Seat>& seats) {
    if (error.code != ErrorCode::seat_unavailable) return tl::unexpected(error);
    return error_response(error, call.wording, [&](JsonWriter& json) {
        json.open_array("unavailable");
        for (const auto& seat : seats)
            if (std::find(error.about.begin(), error.about.end(), seat.id.value) != error.about.end())
                json.element(seat.facts.number);
        json.close_array();
    });
}

/// The same numbers in all concerts on the date that have them.
using Candidates = std::vector<std::pair<ConcertId, std::vector<Seat>>>;

Result<Candidates> find_candidates(const Call& call, const OrderRequest& request) {
    BOXOFFICE_TRY_VALUE(const auto concerts, concerts_on(call, request.date));
    Candidates found;
    for (const auto& concert : concerts)
        if (auto seats = find_all(call, concert.id, request.seat_numbers))
            found.emplace_back(concert.id, *std::move(seats));
    return found;
}

/// A date had one concert when an order was held with this key, and has several now (see recall_hold).
Answering recall_order(const Call& call, const OrderRequest& request, const TurnCaller& who, const Error& otherwise) {
    const auto question = [&] { return find_candidates(call, request); };
    CO_TRY_VALUE(const auto candidates, co_await call.ask(question));
    for (const auto& [concert, seats] : candidates) {
        const auto command = command_for(who, request, concert, seats);
        const auto held = co_await call.execute(command);
        if (held) co_return order_response(*held, seats);
    }
    co_return tl::unexpected(otherwise);
}

/// What cannot be had, since its day has passed or it is not there; the engine was asked first, in vain.
Answering refuse_order(const Call& call, const OrderRequest& request, const TurnCaller& who,
                       const WantedOrder& wanted) {
    const auto command = command_for_none(who, request, wanted.concert);
    const auto answer = co_await call.execute(command);
    if (answer) co_return refuse(ErrorCode::internal, "an order of no seat was held");
    const auto& error = answer.error();
    const bool is_missing = error.code == ErrorCode::unknown_seat || error.code == ErrorCode::unknown_concert;
    if (wanted.is_over) {
        if (is_missing) co_return refuse(ErrorCode::not_on_sale);
        if (error.code != ErrorCode::idempotency_conflict) co_return tl::unexpected(error);
        // The key is taken: the engine can only repeat what it answered when the day had not passed, or refuse.
        const auto tried = command_for(who, request, wanted.concert, *wanted.seats);
        CO_TRY_VALUE(const auto before, co_await call.execute(tried));
        co_return order_response(before, *wanted.seats);
    }
    const auto& why = wanted.seats.error();
    if (is_missing) {
        const auto words = [&] { return concert_error(call, request.date, why); };
        co_return co_await call.ask(words);
    }
    if (error.code == ErrorCode::idempotency_conflict && why.code == ErrorCode::ambiguous_concert)
        co_return co_await recall_order(call, request, who, error);
    co_return tl::unexpected(error);
}

Result<std::vector<ReservationId>> read_reservation_ids(const Body& body) {
    BOXOFFICE_TRY_VALUE(const auto texts, body.texts_or_integers("reservationIds"));
    if (texts.empty() || std::ssize(texts) > order_items_max)
        return refuse(ErrorCode::invalid_argument, "reservationIds: 1 to 50");
    std::vector<ReservationId> ids;
    for (const auto& text : texts) {
        const auto id = parse_id<ReservationId>(text);
        // What is no id names no reservation; the engine says so once it has looked at the key.
        if (!id) return std::vector<ReservationId>{ReservationId{}};
        ids.push_back(*id);
    }
    return ids;
}

}  // namespace

Answering hold_order(const Call& call, const Body& body) {
    CO_TRY_VALUE(const auto request, read_order(call.request, body));
    CO_TRY_VALUE(const auto who, co_await turn_caller(call, request.user_id, request.token));
    if ((request.key.empty() || call.attempt > 1) && is_waiting(call, *request.token))
        co_return refuse(ErrorCode::not_your_turn);
    const auto question = [&] { return find_order_seats(call, request); };
    CO_TRY_VALUE(const auto wanted, co_await call.ask(question));
    if (!wanted.seats || wanted.is_over) co_return co_await refuse_order(call, request, who, wanted);
    const auto command = command_for(who, request, wanted.concert, *wanted.seats);
    const auto held = co_await call.execute(command);
    if (!held) co_return refused_order(call, held.error(), *wanted.seats);
    co_return order_response(*held, *wanted.seats);
}

Answering show_order(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    CO_TRY_VALUE(const auto id, id_in_path<OrderId>(call, ErrorCode::unknown_reservation));
    const auto question = [&] { return call.host.office.order(user.id, id); };
    CO_TRY_VALUE(const auto order, co_await call.ask(question));
    const auto& first = order.reservations.front();
    JsonWriter json;
    json.open_object()
        .member("orderId", order.order)
        .member("concertId", first.reservation.concert)
        .member("date", first.date)
        .member("total", order.total)
        .member_or_null("expirationTime", order.deadline, never)
        .open_array("reservations");
    for (const auto& reservation : order.reservations) write_reservation(json, reservation);
    co_return json_response(json.close_array().close_object());
}

Answering release_order(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    CO_TRY_VALUE(const auto id, id_in_path<OrderId>(call, ErrorCode::unknown_reservation));
    const ReleaseOrder command{user.id, id};
    CO_TRY(co_await call.execute(command));
    co_return no_content();
}

Answering cancel_reservations(const Call& call) {
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const std::optional<std::string> user_id, body.text("userId"));
    CO_TRY_VALUE(auto ids, read_reservation_ids(body));
    CO_TRY_VALUE(auto key, idempotency_key(call.request));
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    const Cancel command{user.id, std::move(ids), std::move(key)};
    CO_TRY_VALUE(const auto cancelled, co_await call.execute(command));
    JsonWriter json;
    json.open_object().open_array("cancelled");
    for (const auto& item : cancelled.items)
        json.open_object().member("reservationId", item.reservation).member("refund", item.refund).close_object();
    json.close_array().member("refund", cancelled.refund).member("newBalance", cancelled.balance);
    co_return json_response(json.close_object());
}

}  // namespace http_server::endpoints
