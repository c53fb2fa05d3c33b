#pragma once
/// Every limit and time that a host can choose, with the design's defaults.

#include <chrono>
#include <cstdint>
#include <vector>

#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"
#include "boxoffice/domain/token.hpp"
#include "boxoffice/domain/waiting_room.hpp"

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

/// Mistakes: invalid_options, with the option's name and its range.
Result<void> check(const Options& options);

}  // namespace boxoffice
