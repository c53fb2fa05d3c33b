#pragma once
/// Idempotency keys: the caller's name for a request, so that a retry has one effect. A key is scoped by user and
/// operation and stored in the commit of the effect, with a hash of the request (the token aside) and the answer's
/// fields. Only effects are remembered; a refusal leaves the key free. Invariant I1.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Empty: the request has no key.
using IdempotencyKey = std::string;

enum class Operation : std::int32_t {
    hold = 1,
    recharge = 2,
    pay = 3,
    begin_payment = 4,
    capture = 5,
    hold_order = 6,
    cancel = 7,
    refund = 8
};

template <>
inline constexpr std::array enum_names<Operation>{
    EnumName{Operation::hold, "hold"},       EnumName{Operation::recharge, "recharge"},
    EnumName{Operation::pay, "pay"},         EnumName{Operation::begin_payment, "begin_payment"},
    EnumName{Operation::capture, "capture"}, EnumName{Operation::hold_order, "hold_order"},
    EnumName{Operation::cancel, "cancel"},   EnumName{Operation::refund, "refund"},
};

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

}  // namespace boxoffice

template <>
struct std::hash<boxoffice::IdempotencyId> {
    std::size_t operator()(const boxoffice::IdempotencyId& id) const noexcept {
        return std::hash<std::string>{}(id.key) ^ std::hash<boxoffice::UserId>{}(id.user) ^
               static_cast<std::size_t>(id.operation);
    }
};
