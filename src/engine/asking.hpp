#pragma once
/// Questions that several queries put to a view.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "engine/no_throw.hpp"

namespace boxoffice {

/// The first row that the keys name, or the error.
template <class Entity, class KeysType>
Result<Entity> one(Repository<Entity, KeysType>& repository, const KeysType& keys, ErrorCode missing) {
    std::vector<Entity> rows;
    BOXOFFICE_TRY(repository.load(keys, rows));
    if (rows.empty()) return refuse(missing);
    return std::move(rows.front());
}

inline Result<void> check_limit(std::int64_t limit, std::int64_t most = 1'000) noexcept {
    return guarded([&]() -> Result<void> {
        if (limit >= 1 && limit <= most) return {};
        return refuse(ErrorCode::invalid_argument, "limit: 1 to " + std::to_string(most));
    });
}

/// The user's live holds and purchases.
inline Result<std::set<ReservationId>> claims_of(View& view, UserId user, Time now) {
    std::set<ReservationId> claims;
    ReservationId before{};
    while (user) {
        const auto page = view.reservations_of(user, before, 1'000);
        if (!page) return tl::unexpected(page.error());
        for (const auto& row : *page) {
            const auto state = state_at(row, now);
            if (state == ReservationState::held || state == ReservationState::confirmed) claims.insert(row.id);
        }
        if (page->size() < 1'000) break;
        before = page->back().id;
    }
    return claims;
}

}  // namespace boxoffice
