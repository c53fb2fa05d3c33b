/// Prepaid points.

#include <utility>

#include "endpoints/endpoints.hpp"
#include "endpoints/paging.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// As its user sees it: what it did to the balance.
void write_transfer(JsonWriter& json, const Transfer& transfer, UserId user) {
    const auto amount = transfer.to == account_of(user) ? transfer.amount.value : -transfer.amount.value;
    json.open_object()
        .member("transferId", transfer.id)
        .member("kind", name_of(transfer.kind))
        .member("amount", amount)
        .member("at", transfer.at)
        .member_or_null("reservationId", transfer.reservation);
    if (transfer.reason.empty())
        json.null_member("reason");
    else
        json.member("reason", transfer.reason);
    json.close_object();
}

}  // namespace

Answering recharge(const Call& call) {
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const std::optional<std::string> user_id, body.text("userId"));
    CO_TRY_VALUE(const auto amount, body.integer("amount"));
    CO_TRY(check_amount(Points{amount}));
    CO_TRY_VALUE(auto key, idempotency_key(call.request));
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    const Recharge command{user.id, Points{amount}, std::move(key)};
    CO_TRY_VALUE(const auto recharged, co_await call.execute(command));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("newBalance", recharged.balance).close_object();
    co_return json_response(json);
}

Answering show_balance(const Call& call) {
    const auto user_id = call.request.parameter("userId");
    if (!user_id || user_id->empty()) co_return refuse(ErrorCode::invalid_argument, "userId: expected a user's id");
    const auto vouched_for = call.host.settings.auth == Auth::none ? user_id : std::nullopt;
    CO_TRY_VALUE(const auto user, co_await caller(call, vouched_for));
    // Somebody else's balance is as good as none.
    if (user.external_id != *user_id) co_return refuse(ErrorCode::unknown_user);
    const auto question = [&] { return call.host.office.balance(user.id); };
    CO_TRY_VALUE(const auto balance, co_await call.ask(question));
    JsonWriter json;
    json.open_object().member("userId", user.external_id).member("currentBalance", balance).close_object();
    co_return json_response(json);
}

Answering list_transfers(const Call& call) {
    CO_TRY_VALUE(const auto page, read_page<TransferId>(call.request));
    const auto user_id = call.request.parameter("userId");
    CO_TRY_VALUE(const auto user, co_await caller(call, user_id));
    const auto question = [&] { return call.host.office.transfers(user.id, page.limit + 1, page.before); };
    CO_TRY_VALUE(const auto found, co_await call.ask(question));
    JsonWriter json;
    json.open_object();
    write_page(
        json, "transfers", page, found, [&](const Transfer& one) { write_transfer(json, one, user.id); },
        [](const Transfer& one) { return one.id; });
    co_return json_response(json.close_object());
}

}  // namespace http_server::endpoints
