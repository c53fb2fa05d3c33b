#pragma once
/// Signed tokens: 51 bytes (version, key id, room, position, user, token id, a 128-bit MAC) written as exactly 68
/// characters of URL-safe base 64. 51 is a multiple of 3, so each token has one text and no spare bits.
///
/// The MAC covers the token and the store that it was signed for (StoreId), which the text does not repeat: with keys that two
/// stores share, a token of the one is forged in the other. It is SipHash-2-4-128 (libsodium's crypto_shorthash_siphashx24), a
/// keyed pseudo-random function made for short inputs; it is compared in constant time. Who knows the key can forge tokens;
/// nothing else can.

#include <array>
#include <cstddef>
#include <cstdint>

#include "boxoffice/domain/waiting_room.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// A signing key. `id` (1 to 65535) stands in every token, so that keys can be rotated: sign with the new one, accept
/// both until the last token of the old one is past its identity_ttl.
struct TokenKey {
    std::int32_t id = 0;
    std::array<std::uint8_t, 16> secret{};
    friend bool operator==(const TokenKey&, const TokenKey&) = default;
};

/// A store's name, made by chance with the store. Tokens are signed for it, so that a token of one store is worth nothing in
/// another, whatever keys they share.
using StoreId = std::array<std::uint8_t, 16>;

/// Characters of a token's text.
inline constexpr std::size_t token_text_length = 68;

/// What a token says.
struct TokenClaims {
    TokenId token;
    UserId user;
    RoomId room;
    Position position = 0;
    friend bool operator==(const TokenClaims&, const TokenClaims&) = default;
};

/// A token proves its user for `identity_ttl` from its issue, whatever became of its place.
inline Result<void> check_identity(const TokenClaims& claims, Duration identity_ttl, Time now) {
    if (passed(later(issued_at(claims.token), identity_ttl), now)) return refuse(ErrorCode::invalid_token);
    return {};
}

}  // namespace boxoffice
