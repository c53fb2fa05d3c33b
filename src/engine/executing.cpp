/// From commands to a commit.

#include <algorithm>
#include <chrono>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "engine/batch.hpp"
#include "engine/engine.hpp"

namespace boxoffice {

namespace {

/// As many as a commit carries with profit; what comes behind waits no longer than this takes.
constexpr std::int64_t command_max = 1'000;

bool has_tick(std::span<const Command> commands) {
    return std::any_of(commands.begin(), commands.end(),
                       [](const auto& one) { return std::holds_alternative<Tick>(one); });
}

}  // namespace

std::vector<Outcome> BoxOffice::execute(std::span<const Command> commands) noexcept {
    return engine_->execute(commands);
}

CommitStats BoxOffice::commit_stats() const noexcept { return engine_->commit_stats(); }

Result<void> BoxOffice::submit(std::vector<Command> commands, Completion completion) {
    return guarded([&] { return engine_->submit(std::move(commands), std::move(completion)); });
}

bool BoxOffice::drive(Duration wait) noexcept {
    return guarded([&]() -> Result<bool> { return engine_->drive(wait); }).value_or(false);
}

std::vector<Outcome> BoxOffice::Engine::execute(std::span<const Command> commands) noexcept {
    Call call;
    call.commands = commands;
    const auto ready = guarded([&]() -> Result<void> {
        call.outcomes.reserve(commands.size());  // from here on, no outcome is lost for want of memory
        BOXOFFICE_TRY(check_process());
        call.deadline = store->deadline();
        return {};
    });
    if (!ready) {
        if (call.outcomes.capacity() >= commands.size()) call.refuse(ready.error());
        return std::move(call.outcomes);
    }
    if (queue_.enter(call)) {
        Calls submitted;
        while (call.state != Call::State::over) lead_once(submitted);
        stop_leading(submitted);
    }
    if (has_tick(commands)) (void)guarded([&]() -> Result<void> { return store->rest(), Result<void>{}; });
    return std::move(call.outcomes);
}

Result<void> BoxOffice::Engine::submit(std::vector<Command> commands, Completion completion) {
    BOXOFFICE_TRY(check_process());
    if (completion == nullptr) return refuse(ErrorCode::invalid_argument, "submit: a completion");
    auto call = std::make_unique<Call>();
    call->owned = std::move(commands);
    call->commands = call->owned;
    call->outcomes.reserve(call->owned.size());
    call->completion = std::move(completion);
    call->deadline = store->deadline();
    queue_.submit(std::move(call));
    return {};
}

bool BoxOffice::Engine::drive(Duration wait) {
    if (!check_process()) return false;
    const auto wait_max = std::clamp<Duration>(wait, Duration::zero(), std::chrono::hours{24});
    if (!queue_.await_lead(std::chrono::steady_clock::now() + wait_max)) return false;
    Calls submitted;
    lead_once(submitted);
    stop_leading(submitted);
    return true;
}

/// Decides for those who wait, and for nobody but whoever waits longest where the store cannot be had.
void BoxOffice::Engine::lead_once(Calls& submitted) {
    auto transaction = guarded([&] { return store->begin_until(queue_.oldest_deadline()); });
    if (!transaction) return queue_.refuse_oldest(transaction.error(), submitted);
    queue_.gather();
    decide(queue_.take(command_max), std::move(*transaction), submitted);
}

/// Whoever submitted hears of it when others may lead again: what it does then is its own affair.
void BoxOffice::Engine::stop_leading(const Calls& submitted) noexcept {
    queue_.pass_on();
    submitted.for_each([&](Call& call) {
        const std::unique_ptr<Call> owned{&call};
        if (has_tick(call.commands)) (void)guarded([&]() -> Result<void> { return store->rest(), Result<void>{}; });
        call.complete();
    });
}

/// Decides all that the callers wish, in their order, beginning on a transaction just begun, and answers them.
void BoxOffice::Engine::decide(const Calls& calls, std::unique_ptr<Transaction> transaction, Calls& submitted) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Outcome> outcomes;
    const auto done = guarded([&]() -> Result<void> {
        std::vector<const Command*> commands;
        calls.for_each([&](const Call& call) {
            for (const auto& command : call.commands) commands.push_back(&command);
        });
        outcomes.reserve(commands.size());
        const auto deadline = calls.empty() ? store->deadline() : calls.first()->deadline;
        return execute_in_order(commands, outcomes,
                                [&](auto some, auto& into, Stage& stage, Riding riding) -> Result<void> {
                                    auto begun = std::move(transaction);
                                    if (begun == nullptr) {
                                        BOXOFFICE_TRY_VALUE(begun, store->begin_until(deadline));
                                    }
                                    return run(*begun, some, into, stage, riding);
                                });
    });
    transaction.reset();
    auto next = outcomes.begin();
    calls.for_each([&](Call& call) {
        for (auto left = call.commands.size(); left > 0 && next != outcomes.end(); --left)
            call.outcomes.push_back(std::move(*next++));
        if (call.outcomes.size() < call.commands.size()) call.refuse(done.error());
    });
    queue_.answer(calls, std::chrono::steady_clock::now() - begin, submitted);
}

/// Decides and commits on a transaction just begun; this thread leads, and `outcomes` has room for all. Nothing
/// behind the commit can fail.
Result<void> BoxOffice::Engine::run(Transaction& transaction, CommandList commands, std::vector<Outcome>& outcomes,
                                    Stage& stage, Riding riding) {
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
    SeatBoard::Commit commit(seat_board_, changes);
    stage = Stage::committing;
    if (!changes.empty()) BOXOFFICE_TRY(transaction.commit(changes));
    commit.is_made();
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
    if (!queue_.try_lead()) return;
    Calls submitted;
    (void)guarded([&]() -> Result<void> {
        BOXOFFICE_TRY_VALUE(auto transaction, store->try_begin());
        decide(queue_.take(command_max), std::move(transaction), submitted);
        return {};
    });
    stop_leading(submitted);
}

}  // namespace boxoffice
