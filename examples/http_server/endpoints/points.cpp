/// Prepaid points.

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

Answer recharge(const Call& call) {
    BOXOFFICE_TRY_VALUE(const auto body, Body::parse(call.request.body));
    BOXOFFICE_TRY_VALUE(const auto user_id, body.text("userId"));
    BOXOFFICE_TRY_VALUE(const auto amount, body.integer("amount"));
    BOXOFFICE_TRY(check_amount(Points{amount}));
    BOXOFFICE_TRY_VALUE(const auto key, idempotency_key(call.request));
    BOXOFFICE_TRY_VALUE(const auto user, caller(call, user_id));
    BOXOFFICE_TRY_VALUE(const auto recharged, call.host.commands.execute(Recharge{user.id, Points{amount}, key}));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("newBalance", recharged.balance).close_object();
    return json_response(json);
}

Answer show_balance(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    if (!user_id || user_id->empty()) return refuse(ErrorCode::invalid_argument, "userId: expected a user's id");
    const bool is_vouched_for = call.host.settings.auth == Auth::none;
    BOXOFFICE_TRY_VALUE(const auto user, caller(call, is_vouched_for ? user_id : std::nullopt));
    // Somebody else's balance is as good as none.
    if (user.external_id != *user_id) return refuse(ErrorCode::unknown_user);
    BOXOFFICE_TRY_VALUE(const auto balance, call.host.office.balance(user.id));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("currentBalance", balance).close_object();
    return json_response(json);
}

}  // namespace http_server::endpoints
