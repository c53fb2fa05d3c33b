/// From commands to a commit.

#include <algorithm>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "engine/batch.hpp"
#include "engine/engine.hpp"

namespace boxoffice {

std::vector<Outcome> BoxOffice::execute(std::span<const Command> commands) noexcept {
    return engine_->execute(commands);
}

std::vector<Outcome> BoxOffice::Engine::execute(std::span<const Command> commands) noexcept {
    std::vector<Outcome> outcomes;
    const auto done = guarded([&]() -> Result<void> {
        outcomes.reserve(commands.size());  // from here on, no outcome is lost for want of memory
        BOXOFFICE_TRY(check_process());
        const std::lock_guard lock(writer_);
        return execute_in_order(commands, outcomes,
                                [&](auto some, auto& into, Stage& stage, Riding riding) -> Result<void> {
                                    BOXOFFICE_TRY_VALUE(const auto transaction, store->begin());
                                    return run(*transaction, some, into, stage, riding);
                                });
    });
    if (std::any_of(commands.begin(), commands.end(),
                    [](const auto& one) { return std::holds_alternative<Tick>(one); }))
        (void)guarded([&]() -> Result<void> { return store->rest(), Result<void>{}; });
    if (outcomes.capacity() < commands.size()) return outcomes;
    while (outcomes.size() < commands.size()) outcomes.push_back(tl::unexpected(copy_of(done.error())));
    return outcomes;
}

/// Decides and commits on a transaction just begun; the writer's lock is held, and `outcomes` has room for all. Nothing
/// behind the commit can fail.
Result<void> BoxOffice::Engine::run(Transaction& transaction, std::span<const Command> commands,
                                    std::vector<Outcome>& outcomes, Stage& stage, Riding riding) {
    BOXOFFICE_TRY_VALUE(const auto last, transaction.last_event());
    BOXOFFICE_TRY_VALUE(const auto now, timekeeper.now(last.at));
    stage = Stage::deciding;
    Batch batch(commands, Moment{now, ids_, options, ports.gateway != nullptr});
    const bool renew = is_lease_due(lease_, tsid::time_of(ids_.last()), now);
    if (renew) batch.want_leases();
    if (riding == Riding::left_behind) batch.leave_due_rooms();
    BOXOFFICE_TRY(batch.load(transaction));
    auto lease = lease_;
    if (renew) {
        auto& set = batch.working_set();
        const auto renewal = renew_lease(set.leases(), now);
        if (!renewal) {
            stage = Stage::beginning;  // no fault of a command's
            return tl::unexpected(renewal.error());
        }
        lease = *renewal;
        lease.seen = read_clock(now);
        const auto is_it = [&](const NodeLease& one) { return one.node == lease.node; };
        set.put(lease, std::none_of(set.leases().begin(), set.leases().end(), is_it));
    }
    for (auto& outcome : batch.decide_all()) outcomes.push_back(std::move(outcome));
    const auto changes = batch.working_set().take_changes(last, now);
    std::vector<Room> rooms;
    for (const auto& write : changes.rooms) rooms.push_back(write.entity);
    stage = Stage::committing;
    if (!changes.empty()) BOXOFFICE_TRY(transaction.commit(changes));
    lease_ = lease;
    board_.post(rooms, now);
    return {};
}

/// Keeps the node, or takes another if the lease has lapsed: then someone else may have it.
Result<NodeLease> BoxOffice::Engine::renew_lease(const std::vector<NodeLease>& leases, Time now) {
    const auto ids_until = tsid::time_of(ids_.last());
    if (!passed(lease_.until, now)) return renewed(lease_, ids_until, now);
    auto taken = take_lease(leases, now);
    if (taken) ids_.use_node(taken->node, taken->floor);
    return taken;
}

/// Advances the rooms that are due, unless someone else is deciding just now (who then does it). That it cannot is no
/// fault of who peeks.
void BoxOffice::Engine::try_advance() {
    (void)guarded([&]() -> Result<void> {
        const std::unique_lock lock(writer_, std::try_to_lock);
        if (!lock) return {};
        BOXOFFICE_TRY_VALUE(const auto transaction, store->try_begin());
        std::vector<Outcome> none;
        auto stage = Stage::beginning;
        return run(*transaction, {}, none, stage, Riding::along);
    });
}

}  // namespace boxoffice
