#pragma once
/// Who is calling: tokens, the host's own word, and the admin key. What a Task is given must outlive it.

#include <optional>
#include <string>

#include "boxoffice/office.hpp"
#include "host.hpp"
#include "task.hpp"

namespace http_server {

/// Whose token `Authorization: Bearer` has. Mistakes: invalid_token (missing, forged or too old).
boxoffice::Result<boxoffice::TokenClaims> bearer(const Call& call);

/// Mistakes: unknown_user.
Task<boxoffice::Result<boxoffice::User>> find_user(const Call& call, const std::string& external_id);

/// The user that a request without a token in its body acts for: the bearer's. A `user_id` must be theirs, or this is
/// invalid_token; with Auth::none it is taken at its word instead, and unknown_user is possible.
Task<boxoffice::Result<boxoffice::User>> caller(const Call& call, const std::optional<std::string>& user_id);

/// A user with the place that the token in the body names; for hold and pay.
struct TurnCaller {
    boxoffice::User user;
    boxoffice::TokenId token;
};
Task<boxoffice::Result<TurnCaller>> turn_caller(const Call& call, const std::string& user_id,
                                                const std::optional<std::string>& token);

/// The request's Idempotency-Key without quotes; empty: none. Mistakes: invalid_argument.
boxoffice::Result<boxoffice::IdempotencyKey> idempotency_key(const Request& request);

/// Does X-Admin-Key hold the key, or, for programs that can send no header of their own, `Authorization: Bearer`? In constant time.
bool has_admin_key(const Call& call);

/// Does X-Admin-Key hold the key? In constant time. Mistakes: invalid_token.
boxoffice::Result<void> check_admin(const Call& call);

}  // namespace http_server
