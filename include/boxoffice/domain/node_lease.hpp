#pragma once
/// Which process makes ids with which node number, so that two never share one. A lease is short and renewed in the
/// commits of its holder; a holder that finds its lease lapsed takes another before it makes an id.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// What a clock showed when a lease was taken or renewed, for who opens the store later: see check_opening.
struct ClockReading {
    Time at{};                ///< the engine's time
    Duration steady{};
    std::int64_t origin = 0;  ///< as Clock::steady_origin; 0: not to be compared
    friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

struct NodeLease {
    std::int32_t node = 0;
    Time until{};            ///< another process may take the node from here on
    std::int64_t floor = 0;  ///< the next holder's ids are above this one
    ClockReading seen{};     ///< when it was last written
    friend bool operator==(const NodeLease&, const NodeLease&) = default;
};

inline constexpr Duration lease_ttl = std::chrono::seconds{60};
inline constexpr Duration lease_margin = std::chrono::seconds{30};

/// Is it time to renew? `ids_until` is the time of the last id made, which bulk work can carry ahead of `now`.
inline bool is_lease_due(const NodeLease& lease, Time ids_until, Time now) {
    return lease.until - lease_margin <= std::max(now, ids_until);
}

inline NodeLease renewed(NodeLease lease, Time ids_until, Time now) {
    lease.until = later(std::max(now, ids_until), lease_ttl);
    return lease;
}

/// The lowest node that nobody holds at `now`; refused with busy when all 1,024 are held.
inline Result<NodeLease> take_lease(const std::vector<NodeLease>& held, Time now) {
    std::vector<const NodeLease*> by_node(tsid::node_count, nullptr);
    for (const auto& lease : held)
        if (lease.node >= 0 && lease.node < tsid::node_count) by_node[static_cast<std::size_t>(lease.node)] = &lease;
    for (std::int32_t node = 0; node < tsid::node_count; ++node) {
        const auto* lease = by_node[static_cast<std::size_t>(node)];
        if (lease == nullptr) return NodeLease{node, later(now, lease_ttl), 0, {}};
        if (passed(lease->until, now)) return NodeLease{node, later(now, lease_ttl), lease->floor, {}};
    }
    return refuse(ErrorCode::busy, "1,024 processes have this store open");
}

}  // namespace boxoffice
