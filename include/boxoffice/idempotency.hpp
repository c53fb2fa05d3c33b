#pragma once
/// Idempotency keys: the caller's name for a request, so that a retry has one effect. A key is scoped by user and
/// operation and stored in the commit of the effect, with a hash of the request (the token aside) and the answer's
/// fields. Only effects are remembered; a refusal leaves the key free. Invariant I1.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Empty: the request has no key.
using IdempotencyKey = std::string;

enum class Operation : std::int32_t { hold = 1, recharge = 2, pay = 3, begin_payment = 4, capture = 5 };

using RequestHash = std::array<std::uint8_t, 16>;

struct IdempotencyId {
    UserId user;
    Operation operation = Operation::hold;
    IdempotencyKey key;
    friend auto operator<=>(const IdempotencyId&, const IdempotencyId&) = default;
};

struct IdempotencyRecord {
    IdempotencyId id;
    RequestHash request{};
    std::vector<std::int64_t> answer;  ///< the answer's fields, in its own order
    Time created_at{};
    friend bool operator==(const IdempotencyRecord&, const IdempotencyRecord&) = default;
};

/// 1 to 255 visible ASCII characters, or empty for none.
inline Result<void> check_idempotency_key(std::string_view key) {
    const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (key.size() > 255 || !visible)
        return refuse(ErrorCode::invalid_argument, "idempotency key: 1 to 255 visible ASCII characters");
    return {};
}

/// BLAKE2b-128 of the operation and its arguments. Takes no memory: it stands in braces behind a key's copy, and GCC 12
/// destroys such a copy twice when what follows it throws.
inline RequestHash hash_request(Operation operation, std::initializer_list<std::int64_t> arguments) noexcept {
    crypto_generichash_state state;
    RequestHash hash{};
    crypto_generichash_init(&state, nullptr, 0, hash.size());
    const auto add = [&](std::int64_t word) {  // little-endian, so that a file may move between machines
        std::array<unsigned char, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(word) >> 8 * i);
        crypto_generichash_update(&state, bytes.data(), bytes.size());
    };
    add(static_cast<std::int64_t>(operation));
    for (const auto word : arguments) add(word);
    crypto_generichash_final(&state, hash.data(), hash.size());
    return hash;
}

}  // namespace boxoffice

template <>
struct std::hash<boxoffice::IdempotencyId> {
    std::size_t operator()(const boxoffice::IdempotencyId& id) const noexcept {
        return std::hash<std::string>{}(id.key) ^ std::hash<boxoffice::UserId>{}(id.user) ^
               static_cast<std::size_t>(id.operation);
    }
};
