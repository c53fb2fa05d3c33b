/// Paying a hold with points, and through the payment gateway where the host has one.

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

Answer pay(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto body, Body::parse(call.request.body));
    BOXOFFICE_TRY_VALUE(const auto user_id, body.text("userId"));
    BOXOFFICE_TRY_VALUE(const auto reservation_id, body.text("reservationId"));
    BOXOFFICE_TRY_VALUE(const auto token, body.optional_text("token"));
    BOXOFFICE_TRY_VALUE(const auto key, idempotency_key(call.request));
    BOXOFFICE_TRY_VALUE(const auto who, turn_caller(call, user_id, token));
    if ((key.empty() || call.attempt > 1) && is_waiting(call, *token)) return refuse(ErrorCode::not_your_turn);
    // What is no id names no reservation; that is found out in its turn, after key and turn.
    const auto reservation = parse_id<ReservationId>(reservation_id).value_or(ReservationId{});
    auto paid = call.host.commands.execute(Pay{who.user.id, who.token, reservation, key});
    if (!paid && paid.error().code == ErrorCode::gateway_required)
        paid = call.host.office.pay(who.user.id, who.token, reservation, key);
    if (!paid) return tl::unexpected(paid.error());
    JsonWriter json;
    json.open_object()
        .member("paymentId", paid->payment)
        .member("reservationId", paid->reservation)
        .member("status", "Confirmed")
        .member("amount", paid->amount)
        .member("newBalance", paid->balance)
        .member("paymentTime", paid->paid_at)
        .close_object();
    return json_response(json);
}

}  // namespace http_server::endpoints
