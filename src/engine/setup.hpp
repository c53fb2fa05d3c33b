#pragma once
/// What an office settles with the store when it opens: the rules that all hosts share, the room `main`, the keys that sign.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "boxoffice/options.hpp"
#include "boxoffice/ports.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::setup {

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

/// The rules that hold from here on: the store's, or for a new store, or where they are to be adopted, the options'.
inline Result<HouseRules> agree(const std::optional<HouseRules>& kept, const Options& options, bool has_others, Random& random) {
    auto rules = kept.value_or(rules_of(options, {}));
    if (kept) {
        const auto checked = check_agreement(*kept, options);
        if (!checked && !options.adopt_rules) return tl::unexpected(checked.error());
        if (!checked && has_others)
            return refuse(ErrorCode::invalid_options, checked.error().detail + "; another office has it open now");
        if (!checked) rules = rules_of(options, kept->store);
    }
    if (rules.store == StoreId{}) random.fill(rules.store);
    return rules;
}

inline Room make_main_room(WorkingSet& set, const RoomLimits& limits, IdSource& ids, Time now) {
    auto room = make_room(ids.next<RoomId>(now), "main", limits);
    set.add(room_event(EventKind::room_created, room));
    set.put_new(room);
    return room;
}

/// The options' keys, or those kept in the store, or a new one that `changes` then keeps. The first signs.
inline std::vector<TokenKey> choose_keys(const Options& options, std::vector<TokenKey> kept, Random& random, Changes& changes) {
    if (!options.token_keys.empty()) return options.token_keys;
    std::sort(kept.begin(), kept.end(), [](const TokenKey& a, const TokenKey& b) { return a.id > b.id; });
    if (!kept.empty()) return kept;
    TokenKey key;
    key.id = 1;
    random.fill(key.secret);
    changes.token_keys.push_back({key, true});
    return {key};
}

}  // namespace boxoffice::setup
