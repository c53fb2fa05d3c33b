#pragma once
/// What every office on a store must agree on, kept in the store itself: who it is, and the limits that would contradict each
/// other if two hosts chose them differently (one key with two effects, a user with five seats). Rooms keep their own limits.

#include <cstdint>
#include <string>

#include "boxoffice/options.hpp"

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

inline HouseRules rules_of(const Options& options, const StoreId& store) {
    return {store,
            options.hold_ttl,
            options.holds_per_user,
            options.capture_ttl,
            options.identity_ttl,
            options.idempotency_ttl,
            options.issue_limit};
}

/// Nothing if `options` say what the store's rules say; else invalid_options, naming the first that differs and both values.
inline Result<void> check_agreement(const HouseRules& kept, const Options& options) {
    const auto differs = [](const char* name, std::int64_t mine, std::int64_t theirs) {
        return refuse(ErrorCode::invalid_options,
                      std::string{name} + ": " + std::to_string(mine) + ", but the store was opened with " +
                          std::to_string(theirs) + "; all hosts must agree (adopt_rules changes it, while no other has it open)");
    };
    const auto mine = rules_of(options, kept.store);
    if (mine.hold_ttl != kept.hold_ttl) return differs("hold_ttl (us)", mine.hold_ttl.count(), kept.hold_ttl.count());
    if (mine.holds_per_user != kept.holds_per_user)
        return differs("holds_per_user", mine.holds_per_user, kept.holds_per_user);
    if (mine.capture_ttl != kept.capture_ttl)
        return differs("capture_ttl (us)", mine.capture_ttl.count(), kept.capture_ttl.count());
    if (mine.identity_ttl != kept.identity_ttl)
        return differs("identity_ttl (us)", mine.identity_ttl.count(), kept.identity_ttl.count());
    if (mine.idempotency_ttl != kept.idempotency_ttl)
        return differs("idempotency_ttl (us)", mine.idempotency_ttl.count(), kept.idempotency_ttl.count());
    if (mine.issue_limit != kept.issue_limit)
        return differs("issue_limit", mine.issue_limit.value, kept.issue_limit.value);
    return {};
}

}  // namespace boxoffice
