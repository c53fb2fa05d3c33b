#include "access.hpp"

#include <sodium.h>

#include <array>

namespace http_server {

using namespace boxoffice;

namespace {

/// The user that a token proves.
Result<User> user_of(const Call& call, const TokenClaims& claims) {
    auto user = call.host.office.user(claims.user);
    // A token of another file signed with the same key.
    if (!user && user.error().code == ErrorCode::unknown_user) return refuse(ErrorCode::invalid_token);
    return user;
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

Result<User> caller(const Call& call, const std::optional<std::string>& user_id) {
    if (call.host.settings.auth == Auth::none && user_id) return call.host.office.user(*user_id);
    const auto claims = bearer(call);
    if (!claims) return tl::unexpected(claims.error());
    auto user = user_of(call, *claims);
    if (user && user_id && user->external_id != *user_id) return refuse(ErrorCode::invalid_token);
    return user;
}

Result<TurnCaller> turn_caller(const Call& call, const std::string& user_id, const std::optional<std::string>& token) {
    if (!token) return refuse(ErrorCode::invalid_token);
    const auto claims = call.host.office.authenticate(*token);
    if (!claims) return tl::unexpected(claims.error());
    const auto user = user_of(call, *claims);
    if (!user) return tl::unexpected(user.error());
    // Without the bearer check, too: a place in line is its user's own.
    if (user->external_id != user_id) return refuse(ErrorCode::invalid_token);
    return TurnCaller{*user, claims->token};
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

Result<void> check_admin(const Call& call) {
    const auto& key = call.host.settings.admin_key;
    const auto given = call.request.header("X-Admin-Key");
    const auto expected = hash_of(key.value_or(""));
    const auto found = hash_of(given.value_or(""));
    if (key && given && sodium_memcmp(expected.data(), found.data(), expected.size()) == 0) return {};
    return refuse(ErrorCode::invalid_token, "the admin key is missing or wrong");
}

}  // namespace http_server
