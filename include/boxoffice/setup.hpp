#pragma once
/// What an office settles with the store when it opens: the rules that all hosts share, the room `main`, the keys that sign.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "boxoffice/ports.hpp"
#include "boxoffice/working_set.hpp"

namespace boxoffice::setup {

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
    Room room;
    room.id = ids.next<RoomId>(now);
    room.name = "main";
    room.limits = limits;
    set.add(Event{.kind = EventKind::room_created, .room = room.id, .amount = room.limits.active_capacity});
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
