#include "boxoffice/options.hpp"

#include <set>

namespace boxoffice {

Result<void> check(const Options& options) {
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
