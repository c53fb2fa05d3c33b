#pragma once
/// Signed tokens: 51 bytes (version, key id, room, position, user, token id, a 128-bit MAC) written as exactly 68
/// characters of URL-safe base 64. 51 is a multiple of 3, so each token has one text and no spare bits.
///
/// The MAC covers the token and the store that it was signed for (StoreId), which the text does not repeat: with keys that two
/// stores share, a token of the one is forged in the other. It is SipHash-2-4-128 (libsodium's crypto_shorthash_siphashx24), a keyed pseudo-random function made for
/// short inputs; it is compared in constant time. Who knows the key can forge tokens; nothing else can.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/time.hpp"
#include "boxoffice/waiting_room.hpp"

namespace boxoffice {

/// A signing key. `id` (1 to 65535) stands in every token, so that keys can be rotated: sign with the new one, accept
/// both until the last token of the old one is past its identity_ttl.
struct TokenKey {
    std::int32_t id = 0;
    std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES> secret{};
    friend bool operator==(const TokenKey&, const TokenKey&) = default;
};

/// A store's name, made by chance with the store. Tokens are signed for it, so that a token of one store is worth nothing in
/// another, whatever keys they share.
using StoreId = std::array<std::uint8_t, 16>;

/// What a token says.
struct TokenClaims {
    TokenId token;
    UserId user;
    RoomId room;
    Position position = 0;
    friend bool operator==(const TokenClaims&, const TokenClaims&) = default;
};

namespace token_format {
inline constexpr std::size_t body_size = 35;
inline constexpr std::size_t mac_size = crypto_shorthash_siphashx24_BYTES;
inline constexpr std::size_t size = body_size + mac_size;
inline constexpr std::size_t text_length = size / 3 * 4;
inline constexpr std::uint8_t version = 1;
static_assert(size % 3 == 0 && text_length <= 96);

using Bytes = std::array<std::uint8_t, size>;

inline void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (count - 1 - i));
}
inline std::uint64_t get(const Bytes& bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
    return value;
}
inline std::array<std::uint8_t, mac_size> mac(const Bytes& bytes, const TokenKey& key, const StoreId& store) {
    std::array<std::uint8_t, body_size + std::tuple_size_v<StoreId>> covered{};
    std::copy(store.begin(), store.end(), std::copy(bytes.begin(), bytes.begin() + body_size, covered.begin()));
    std::array<std::uint8_t, mac_size> out{};
    crypto_shorthash_siphashx24(out.data(), covered.data(), covered.size(), key.secret.data());
    return out;
}
}  // namespace token_format

/// The token's text, 68 characters.
inline std::string sign(const TokenClaims& claims, const TokenKey& key, const StoreId& store) {
    namespace format = token_format;
    format::Bytes bytes{};
    bytes[0] = format::version;
    format::put(bytes, 1, static_cast<std::uint64_t>(key.id), 2);
    format::put(bytes, 3, static_cast<std::uint64_t>(claims.room.value), 8);
    format::put(bytes, 11, static_cast<std::uint64_t>(claims.position), 8);
    format::put(bytes, 19, static_cast<std::uint64_t>(claims.user.value), 8);
    format::put(bytes, 27, static_cast<std::uint64_t>(claims.token.value), 8);
    const auto mac = format::mac(bytes, key, store);
    std::memcpy(bytes.data() + format::body_size, mac.data(), mac.size());
    std::string text(format::text_length + 1, '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

/// What the token says, if one of `keys` signed it for `store`. Says nothing of its age (see check_identity) or its place.
inline Result<TokenClaims> verify(std::string_view text, std::span<const TokenKey> keys, const StoreId& store) {
    namespace format = token_format;
    const auto invalid = [] { return refuse(ErrorCode::invalid_token); };
    if (text.size() != format::text_length) return invalid();
    // libsodium's decoder takes some bytes above 0x7F for letters; a token has one text only.
    if (std::any_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }))
        return invalid();
    format::Bytes bytes{};
    std::size_t length = 0;
    if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        length != bytes.size() || bytes[0] != format::version)
        return invalid();
    const auto key_id = static_cast<std::int32_t>(format::get(bytes, 1, 2));
    for (const auto& key : keys) {
        if (key.id != key_id) continue;
        const auto mac = format::mac(bytes, key, store);
        if (sodium_memcmp(mac.data(), bytes.data() + format::body_size, mac.size()) != 0) return invalid();
        const auto field = [&](std::size_t at) { return static_cast<std::int64_t>(format::get(bytes, at, 8)); };
        return TokenClaims{TokenId{field(27)}, UserId{field(19)}, RoomId{field(3)}, field(11)};
    }
    return invalid();
}

/// A token proves its user for `identity_ttl` from its issue, whatever became of its place.
inline Result<void> check_identity(const TokenClaims& claims, Duration identity_ttl, Time now) {
    if (passed(later(issued_at(claims.token), identity_ttl), now)) return refuse(ErrorCode::invalid_token);
    return {};
}

}  // namespace boxoffice
