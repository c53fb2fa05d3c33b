#pragma once
/// What needs a cipher: signing tokens, and the hash that tells whether a retry is the same request. Its .cpp is the only file
/// that knows libsodium. Call `start` once before the others (BoxOffice::open does).

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "boxoffice/domain/idempotency.hpp"
#include "boxoffice/domain/token.hpp"

namespace boxoffice::crypto {

/// Faults: internal (libsodium could not start).
Result<void> start() noexcept;

/// A token's bytes, before they are written as text: version, key id (2), room (8), position (8), user (8), token (8), MAC (16).
namespace token_format {
inline constexpr std::size_t body_size = 35;
inline constexpr std::size_t mac_size = 16;
inline constexpr std::size_t size = body_size + mac_size;
inline constexpr std::uint8_t version = 1;
static_assert(size % 3 == 0 && token_text_length == size / 3 * 4);
using Bytes = std::array<std::uint8_t, size>;
}  // namespace token_format

/// The token's text, 68 characters.
std::string sign(const TokenClaims& claims, const TokenKey& key, const StoreId& store);

/// What the token says, if one of `keys` signed it for `store`. Says nothing of its age (see check_identity) or its place.
Result<TokenClaims> verify(std::string_view text, std::span<const TokenKey> keys, const StoreId& store);

/// BLAKE2b-128 of the operation and its arguments. Takes no memory: it stands in braces behind a key's copy, and GCC 12
/// destroys such a copy twice when what follows it throws.
RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments) noexcept;
/// The same, with a list of numbers behind the arguments.
RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments,
                         std::span<const std::int64_t> list) noexcept;
/// The same, with a text behind the arguments.
RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments,
                         std::string_view text) noexcept;

}  // namespace boxoffice::crypto
