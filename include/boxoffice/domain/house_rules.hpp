#pragma once
/// What every office on a store must agree on, kept in the store itself: who it is, and the limits that would contradict each
/// other if two hosts chose them differently (one key with two effects, a user with five seats). Rooms keep their own limits.

#include <cstdint>

#include "boxoffice/domain/token.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// Stands once in a store.
struct HouseRules {
    StoreId store{};  ///< all zeros: a copy that has not been opened yet; it gets a name of its own then
    Duration hold_ttl{};
    std::int64_t holds_per_user = 0;
    Duration capture_ttl{};
    Duration identity_ttl{};
    Duration idempotency_ttl{};
    Points issue_limit;
    friend bool operator==(const HouseRules&, const HouseRules&) = default;
};

}  // namespace boxoffice
