#pragma once
/// Every limit and time that a host can choose, with the design's defaults.

#include <cstdint>
#include <set>
#include <vector>

#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"
#include "boxoffice/token.hpp"
#include "boxoffice/waiting_room.hpp"

namespace boxoffice {

struct Options {
    /// Of the room `main` when it is made; afterwards the store's own values hold (ChangeRoom changes them).
    RoomLimits main_room;
    Duration hold_ttl = std::chrono::minutes{5};
    std::int64_t holds_per_user = 1;                     ///< live holds at once, in all rooms together
    Duration capture_ttl = std::chrono::minutes{1};      ///< how long a payment that began keeps its seat
    Duration identity_ttl = std::chrono::hours{24};      ///< how long a token proves its user, from issue
    Duration idempotency_ttl = std::chrono::hours{24};
    Points issue_limit = issued_max;
    Duration clock_jump_max = std::chrono::hours{1};     ///< wall clock ahead of steady clock; last commit ahead of wall clock
    Duration clock_skew_max = std::chrono::seconds{5};   ///< wall clock ahead of other offices' that have the store open
    /// Goes on from the store's time although it is further from the wall clock than that: for a file that a wrong clock once
    /// wrote, or after this machine's clock was set.
    bool accept_time = false;
    /// Puts hold_ttl, holds_per_user, capture_ttl, identity_ttl, idempotency_ttl and issue_limit in the place of those that the
    /// store was first opened with. Without it a difference is refused, and also while another office has the store open.
    bool adopt_rules = false;
    Duration snapshot_age_max = std::chrono::milliseconds{25};  ///< how late other processes' admissions are seen
    /// How long events are kept for a host that does not tell what it has consumed (Tick). Zero: for ever.
    Duration event_ttl = Duration::zero();
    /// The first signs, all are accepted. Empty: one is made once and kept in the store, and then who can read the
    /// store can forge tokens.
    std::vector<TokenKey> token_keys;
};

inline Result<void> check(const Options& options) {
    const auto as_option = [](const Result<void>& checked) -> Result<void> {
        if (!checked) return refuse(ErrorCode::invalid_options, checked.error().detail);
        return {};
    };
    const auto wrong = [](const char* what) { return refuse(ErrorCode::invalid_options, what); };
    BOXOFFICE_TRY(as_option(check(options.main_room)));
    BOXOFFICE_TRY(as_option(check_ttl(options.hold_ttl, "hold_ttl")));
    BOXOFFICE_TRY(as_option(check_ttl(options.capture_ttl, "capture_ttl")));
    BOXOFFICE_TRY(as_option(check_ttl(options.identity_ttl, "identity_ttl")));
    BOXOFFICE_TRY(as_option(check_ttl(options.idempotency_ttl, "idempotency_ttl")));
    BOXOFFICE_TRY(as_option(check_ttl(options.clock_jump_max, "clock_jump_max")));
    BOXOFFICE_TRY(as_option(check_ttl(options.clock_skew_max, "clock_skew_max")));
    BOXOFFICE_TRY(as_option(check_ttl(options.snapshot_age_max, "snapshot_age_max")));
    if (options.event_ttl != Duration::zero()) BOXOFFICE_TRY(as_option(check_ttl(options.event_ttl, "event_ttl")));
    if (options.main_room.waiting_ttl > options.identity_ttl)
        return wrong("waiting_ttl: at most identity_ttl, or people would wait with tokens that no longer prove them");
    if (options.snapshot_age_max > std::chrono::milliseconds{50}) return wrong("snapshot_age_max: at most 50 ms");
    if (options.holds_per_user < 1 || options.holds_per_user > 1000) return wrong("holds_per_user: 1 to 1000");
    if (options.issue_limit < Points{0} || options.issue_limit > issued_max) return wrong("issue_limit: 0 to 2^62");
    std::set<std::int32_t> ids;
    for (const auto& key : options.token_keys)
        if (key.id < 1 || key.id > 65535 || !ids.insert(key.id).second)
            return wrong("token_keys: ids from 1 to 65535, each once");
    return {};
}

}  // namespace boxoffice
