#pragma once
/// The endpoints of the HTTP contract, one function each. They answer with a response, or with the engine's error,
/// which the router words. Checks run in the contract's order: shape → token → idempotency → turn → existence →
/// ownership → state → money; from idempotency on they are the engine's own.
///
/// None holds the thread that it runs on: a Task awaits what asks the store and what changes it. Those that return an
/// Answer wait, and run on a thread for that (`reading`, `working`); those that end in `_now` answer from memory, or not
/// at all.

#include <optional>
#include <string>

#include "access.hpp"
#include "errors.hpp"
#include "host.hpp"
#include "json.hpp"
#include "task.hpp"

namespace http_server::endpoints {

using Answer = boxoffice::Result<Response>;
using Answering = Task<Answer>;

/// An endpoint that asks the store and nothing else.
template <Answer (*answer)(const Call&)>
Answering reading(const Call& call) {
    const auto question = [&] { return answer(call); };
    co_return co_await call.ask(question);
}

/// An endpoint that may take long.
template <Answer (*answer)(const Call&)>
Answering working(const Call& call) {
    const auto work = [&] { return answer(call); };
    co_return co_await call.have_done(work);
}

// token.cpp
Answering issue_token(const Call& call);
Answering peek(const Call& call);
std::optional<Answer> peek_now(const Call& call);
Answering leave(const Call& call);
/// Does the place wait, as far as can be said without the store?
bool is_waiting(const Call& call, const std::string& token);

// running.cpp
Answer list_concerts(const Call& call);
Answer show_stats(const Call& call);
Answering change_room(const Call& call);
Answering change_seats(const Call& call);
Answer show_buyer(const Call& call);

// concerts.cpp
Answer list_dates(const Call& call);
Answer list_seats(const Call& call);
Answer seat_map(const Call& call);
Answer list_programme(const Call& call);
boxoffice::Result<std::vector<boxoffice::Concert>> concerts_on(const Call& call, boxoffice::Date date);
/// The concert with that id if it is on that date, else the only one on the date. Mistakes: unknown_concert,
/// ambiguous_concert.
boxoffice::Result<boxoffice::Concert> find_concert(const Call& call, boxoffice::Date date,
                                                   const std::optional<std::string>& id);
/// The error of find_concert; for ambiguous_concert with the concerts to choose from.
Answer concert_error(const Call& call, boxoffice::Date date, const boxoffice::Error& error);

/// What day it is at the venue.
boxoffice::Result<boxoffice::Date> today(const Call& call);

// hall.cpp
Answer hall_plan(const Call& call);
Answer seat_states(const Call& call);
Answer seat_numbers(const Call& call);

// reservations.cpp
Answering hold_seat(const Call& call);
Answering list_reservations(const Call& call);
Answering show_reservation(const Call& call);
Answering release_hold(const Call& call);

// orders.cpp
/// Seats named in one order: POST /api/reservations with `seatNumbers`.
Answering hold_order(const Call& call, const Body& body);
Answering show_order(const Call& call);
Answering release_order(const Call& call);
Answering cancel_reservations(const Call& call);

// points.cpp
Answering recharge(const Call& call);
Answering show_balance(const Call& call);
Answering list_transfers(const Call& call);

// payment.cpp
Answering pay(const Call& call);

// admin.cpp
Answering create_user(const Call& call);
Answering create_concert(const Call& call);
Answer audit(const Call& call);
Answer back_up(const Call& call);

// selling.cpp
Answering show_concert(const Call& call);
Answering change_concert(const Call& call);
Answering delete_concert(const Call& call);
Answering change_sale(const Call& call);
Answering set_tariff(const Call& call);
Answering create_type(const Call& call);
Answering call_off(const Call& call);
Answering refund(const Call& call);

// report.cpp
Answer report_sales(const Call& call);

// operations.cpp
std::optional<Answer> healthz_now(const Call& call);
Answering readyz(const Call& call);
Answering metrics(const Call& call);
std::optional<Answer> web_file_now(const Call& call);

/// The id that the path names. Mistakes: `unknown`.
template <class IdType>
boxoffice::Result<IdType> id_in_path(const Call& call, boxoffice::ErrorCode unknown) {
    const auto id = boxoffice::parse_id<IdType>(call.parameter);
    if (!id) return boxoffice::refuse(unknown);
    return *id;
}

/// A response whose body is that JSON.
inline Response json_response(JsonWriter& json, std::string_view cache_control = no_store) {
    Response response;
    response.body = json.take();
    response.cache_control = cache_control;
    return response;
}

inline Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

}  // namespace http_server::endpoints
