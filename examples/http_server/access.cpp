#include "access.hpp"

#include <sodium.h>

#include <array>
#include <utility>

namespace http_server {

using namespace boxoffice;

namespace {

template <class Key>
Task<Result<User>> find(const Call& call, const Key& key) {
    if (auto known = call.host.users.find(key)) co_return *std::move(known);
    const auto look = [&] { return call.host.office.user(key); };
    auto found = co_await call.ask(look);
    if (found) call.host.users.keep(*found);
    co_return found;
}

/// The user that a token proves.
Task<Result<User>> user_of(const Call& call, const TokenClaims& claims) {
    auto user = co_await find(call, claims.user);
    // A token of another file signed with the same key.
    if (!user && user.error().code == ErrorCode::unknown_user) co_return refuse(ErrorCode::invalid_token);
    co_return user;
}

using Hash = std::array<unsigned char, 32>;

Hash hash_of(std::string_view text) {
    Hash hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       nullptr, 0);
    return hash;
}

}  // namespace

Result<TokenClaims> bearer(const Call& call) {
    constexpr std::string_view scheme = "Bearer ";
    const auto header = call.request.header("Authorization");
    if (!header || header->size() <= scheme.size() || !equals_ignoring_case(header->substr(0, scheme.size()), scheme))
        return refuse(ErrorCode::invalid_token);
    return call.host.office.authenticate(header->substr(scheme.size()));
}

Task<Result<User>> find_user(const Call& call, const std::string& external_id) { return find(call, external_id); }

Task<Result<User>> caller(const Call& call, const std::optional<std::string>& user_id) {
    if (call.host.settings.auth == Auth::none && user_id) co_return co_await find(call, *user_id);
    CO_TRY_VALUE(const auto claims, bearer(call));
    CO_TRY_VALUE(auto user, co_await user_of(call, claims));
    if (user_id && user.external_id != *user_id) co_return refuse(ErrorCode::invalid_token);
    co_return user;
}

Task<Result<TurnCaller>> turn_caller(const Call& call, const std::string& user_id,
                                     const std::optional<std::string>& token) {
    if (!token) co_return refuse(ErrorCode::invalid_token);
    CO_TRY_VALUE(const auto claims, call.host.office.authenticate(*token));
    CO_TRY_VALUE(auto user, co_await user_of(call, claims));
    // Without the bearer check, too: a place in line is its user's own.
    if (user.external_id != user_id) co_return refuse(ErrorCode::invalid_token);
    co_return TurnCaller{std::move(user), claims.token};
}

Result<IdempotencyKey> idempotency_key(const Request& request) {
    const auto header = request.header("Idempotency-Key");
    if (!header) return IdempotencyKey{};
    auto key = *header;
    if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
    if (key.empty() || request.count_headers("Idempotency-Key") > 1)
        return refuse(ErrorCode::invalid_argument, "Idempotency-Key: one, of 1 to 255 visible ASCII characters");
    BOXOFFICE_TRY(check_idempotency_key(key));
    return IdempotencyKey{key};
}

namespace {

bool is_admin_key(const Call& call, std::optional<std::string_view> given) {
    const auto& key = call.host.settings.admin_key;
    const auto expected = hash_of(key.value_or(""));
    const auto found = hash_of(given.value_or(""));
    return key && given && sodium_memcmp(expected.data(), found.data(), expected.size()) == 0;
}

}  // namespace

bool has_admin_key(const Call& call) {
    constexpr std::string_view scheme = "Bearer ";
    auto given = call.request.header("Authorization");
    if (given && given->starts_with(scheme)) given->remove_prefix(scheme.size());
    return is_admin_key(call, given) || is_admin_key(call, call.request.header("X-Admin-Key"));
}

Result<void> check_admin(const Call& call) {
    if (is_admin_key(call, call.request.header("X-Admin-Key"))) return {};
    return refuse(ErrorCode::invalid_token, "the admin key is missing or wrong");
}

}  // namespace http_server
