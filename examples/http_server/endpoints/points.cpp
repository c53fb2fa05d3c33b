/// Prepaid points.

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

Answer recharge(const Call& call) {
    HTTP_SERVER_TRY(body, Body::parse(call.request.body));
    HTTP_SERVER_TRY(user_id, body.text("userId"));
    HTTP_SERVER_TRY(amount, body.integer("amount"));
    BOXOFFICE_TRY(check_amount(Points{amount}));
    HTTP_SERVER_TRY(key, idempotency_key(call.request));
    HTTP_SERVER_TRY(user, caller(call, user_id));
    HTTP_SERVER_TRY(recharged, call.host.commands.execute(Recharge{user.id, Points{amount}, key}));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("newBalance", recharged.balance).close_object();
    return json_response(json);
}

Answer show_balance(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    if (!user_id || user_id->empty()) return refuse(ErrorCode::invalid_argument, "userId: expected a user's id");
    const bool is_vouched_for = call.host.settings.auth == Auth::none;
    HTTP_SERVER_TRY(user, caller(call, is_vouched_for ? user_id : std::nullopt));
    // Somebody else's balance is as good as none.
    if (user.external_id != *user_id) return refuse(ErrorCode::unknown_user);
    HTTP_SERVER_TRY(balance, call.host.office.balance(user.id));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("currentBalance", balance).close_object();
    return json_response(json);
}

}  // namespace http_server::endpoints
