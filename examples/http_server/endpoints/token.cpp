/// A place in line: getting one, looking how far it is, giving it up.

#include <algorithm>
#include <utility>

#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

/// The token of {"tokenId":"…"} as programs write it, without a parser: polls are most of what a waiting room hears.
/// Nothing: it is written otherwise, and may be right all the same.
std::optional<std::string> plain_token(std::string_view body) {
    constexpr std::string_view begin = "{\"tokenId\":";
    constexpr std::string_view end = "\"}";
    if (!body.starts_with(begin) || !body.ends_with(end)) return std::nullopt;
    body.remove_prefix(begin.size());
    if (body.starts_with(' ')) body.remove_prefix(1);
    if (body.size() < 1 + end.size() || body.front() != '"') return std::nullopt;
    body = body.substr(1, body.size() - 1 - end.size());
    const bool is_plain = std::all_of(body.begin(), body.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!is_plain) return std::nullopt;
    return std::string{body};
}

Result<std::string> token_to_peek(const Call& call) {
    if (auto token = plain_token(call.request.body)) return *std::move(token);
    BOXOFFICE_TRY_VALUE(const auto body, Body::parse(call.request.body));
    BOXOFFICE_TRY_VALUE(const auto token, body.optional_text("tokenId"));
    if (!token) return refuse(ErrorCode::invalid_token);
    return *token;
}

std::int64_t round_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit; }

Response peeked_response(const Peeked& peeked) {
    JsonWriter json;
    json.open_object()
        .member("isTurn", peeked.is_turn)
        .member("occurredTime", peeked.occurred_at)
        .member("position", peeked.position)
        .member("ahead", peeked.ahead);
    if (peeked.estimated_wait)
        json.member("estimatedWaitSeconds", round_up(peeked.estimated_wait->count(), 1'000'000));
    else
        json.null_member("estimatedWaitSeconds");
    json.member("nextPollMs", round_up(peeked.next_poll.count(), 1'000)).member("expirationTime", peeked.deadline);
    return json_response(json.close_object());
}

}  // namespace

Answering issue_token(const Call& call) {
    CO_TRY_VALUE(const auto body, Body::parse(call.request.body));
    CO_TRY_VALUE(const auto user_id, body.text("userId"));
    const auto& may_act_as = call.host.settings.authenticator;
    if (may_act_as && !may_act_as(call.request, user_id)) co_return refuse(ErrorCode::invalid_token);
    CO_TRY_VALUE(const auto user, co_await find_user(call, user_id));
    const Join command{user.id, call.host.office.main_room()};
    CO_TRY_VALUE(const auto joined, co_await call.execute(command));
    JsonWriter json;
    json.open_object()
        .member("token", call.host.office.token_text(joined.claims))
        .member("expirationTime", joined.identity_until)
        .member("position", joined.claims.position)
        .close_object();
    co_return json_response(json);
}

Answering peek(const Call& call) {
    CO_TRY_VALUE(const auto token, token_to_peek(call));
    const auto look = [&] { return call.host.office.look(token); };
    CO_TRY_VALUE(auto looked, co_await call.ask(look));
    if (looked.arrive) {
        CO_TRY_VALUE(const auto arrived, co_await call.execute(*looked.arrive));
        looked.peeked.deadline = arrived.deadline;
    }
    co_return peeked_response(looked.peeked);
}

std::optional<Answer> peek_now(const Call& call) {
    const auto token = token_to_peek(call);
    if (!token) return tl::unexpected(token.error());
    const auto peeked = call.host.office.peek_snapshot(*token);
    if (!peeked) return tl::unexpected(peeked.error());
    if (!*peeked) return std::nullopt;
    return peeked_response(**peeked);
}

bool is_waiting(const Call& call, const std::string& token) {
    const auto peeked = call.host.office.peek_snapshot(token);
    return peeked && *peeked && !(*peeked)->is_turn;
}

Answering leave(const Call& call) {
    CO_TRY_VALUE(const auto claims, bearer(call));
    const Leave command{claims.user, claims.token};
    CO_TRY(co_await call.execute(command));
    co_return no_content();
}

}  // namespace http_server::endpoints
