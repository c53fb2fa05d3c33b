/// Paying a hold with points, and through the payment gateway where the host has one.

#include <utility>
#include <vector>

#include "endpoints/endpoints.hpp"
#include "endpoints/writing.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// What the payment was for; one seat whose reservation the answer names already is answered as the seed says.
void add_seats(JsonWriter& json, const Paid& paid) {
    if (paid.items.size() == 1 && paid.items.front().reservation == paid.reservation) return;
    std::vector<SeatOfOrder> seats;
    for (const auto& item : paid.items)
        seats.push_back({item.reservation, item.seat_number, item.seat_label, item.price, item.type});
    write_seats(json, seats);
}

}  // namespace

Answering pay(const Call& call) {
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto user_id, body.text("userId"));
    CO_TRY_VALUE(const auto reservation_id, body.text("reservationId"));
    CO_TRY_VALUE(const auto token, body.optional_text("token"));
    CO_TRY_VALUE(const auto key, idempotency_key(call.request));
    CO_TRY_VALUE(const auto who, co_await turn_caller(call, user_id, token));
    if ((key.empty() || call.attempt > 1) && is_waiting(call, *token)) co_return refuse(ErrorCode::not_your_turn);
    // What is no id names no reservation; that is found out in its turn, after key and turn.
    const auto reservation = parse_id<ReservationId>(reservation_id).value_or(ReservationId{});
    const Pay command{who.user.id, who.token, reservation, key};
    auto paid = co_await call.execute(command);
    if (!paid && paid.error().code == ErrorCode::gateway_required) {
        const auto work = [&] { return call.host.office.pay(who.user.id, who.token, reservation, key); };
        paid = co_await call.have_done(work);
    }
    if (!paid) co_return tl::unexpected(std::move(paid).error());
    JsonWriter json;
    json.open_object()
        .member("paymentId", paid->payment)
        .member("reservationId", paid->reservation)
        .member("status", "Confirmed")
        .member("amount", paid->amount)
        .member("newBalance", paid->balance)
        .member("paymentTime", paid->paid_at);
    add_seats(json, *paid);
    co_return json_response(json.close_object());
}

}  // namespace http_server::endpoints
