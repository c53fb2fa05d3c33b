/// Opening an office on a store, and giving back what it held there.

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/crypto.hpp"
#include "engine/engine.hpp"
#include "engine/setup.hpp"
#include "engine/working_set.hpp"

namespace boxoffice {
namespace {

bool has_node(const std::vector<NodeLease>& leases, std::int32_t node) {
    return std::any_of(leases.begin(), leases.end(), [&](const NodeLease& lease) { return lease.node == node; });
}

}  // namespace

BoxOffice::BoxOffice(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

BoxOffice::~BoxOffice() { engine_->give_node_back(); }

Result<std::unique_ptr<BoxOffice>> BoxOffice::open(std::unique_ptr<Store> store, Options options, Ports ports) {
    return guarded([&]() -> Result<std::unique_ptr<BoxOffice>> {
        BOXOFFICE_TRY(check(options));
        if (store == nullptr || ports.clock == nullptr || ports.random == nullptr)
            return refuse(ErrorCode::invalid_argument, "open: a store, a clock and a source of chance");
        BOXOFFICE_TRY(crypto::start());
        std::unique_ptr<BoxOffice> office(
            new BoxOffice(std::make_unique<Engine>(std::move(store), std::move(options), std::move(ports))));
        BOXOFFICE_TRY(office->engine_->prepare());
        return office;
    });
}

void BoxOffice::stop() noexcept { engine_->stop(); }

void BoxOffice::Engine::stop() {
    is_stopped = true;
    if (check_process()) queue_.wake_all();
}

BoxOffice::Engine::Engine(std::unique_ptr<Store> owned, Options chosen, Ports given)
    : store(std::move(owned)),
      options(std::move(chosen)),
      ports(std::move(given)),
      timekeeper(ports.clock, options.clock_jump_max),
      board_(ports.clock, options.snapshot_age_max) {}

Result<void> BoxOffice::Engine::prepare() {
    BOXOFFICE_TRY_VALUE(const auto transaction, store->begin());
    View& view = *transaction;
    BOXOFFICE_TRY_VALUE(const auto last, view.last_event());
    std::vector<NodeLease> leases;
    std::vector<TokenKey> kept;
    std::vector<Room> rooms;
    RoomKeys all_rooms;
    all_rooms.all = true;
    BOXOFFICE_TRY(view.leases().load({true}, leases));
    BOXOFFICE_TRY_VALUE(const bool has_others, store->has_others());
    if (!options.accept_time)
        BOXOFFICE_TRY(check_opening(leases, last.at, ports.clock->wall(), read_clock({}),
                                    {options.clock_jump_max, options.clock_skew_max, has_others}));
    BOXOFFICE_TRY_VALUE(const auto now, timekeeper.now(last.at));
    BOXOFFICE_TRY_VALUE(const auto rules, view.house_rules());
    BOXOFFICE_TRY_VALUE(const auto agreed, setup::agree(rules, options, has_others, *ports.random));
    BOXOFFICE_TRY(view.token_keys().load({true}, kept));
    BOXOFFICE_TRY(view.rooms().load(all_rooms, rooms));

    BOXOFFICE_TRY_VALUE(auto lease, take_lease(leases, now));
    lease.seen = read_clock(now);
    ids_.use_node(lease.node, lease.floor);
    WorkingSet set;
    set.put(lease, !has_node(leases, lease.node));
    const auto main = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; });
    if (main == rooms.end()) rooms.push_back(setup::make_main_room(set, options.main_room, ids_, now));
    auto changes = set.take_changes(last, now);
    keys = setup::choose_keys(options, std::move(kept), *ports.random, changes);
    store_id = agreed.store;
    if (agreed != rules) changes.house_rules = agreed;
    auto committed = transaction->commit(changes);
    // What is made here was not there in what was read a moment ago: a store that has it all the same contradicts itself.
    if (!committed && committed.error().code == ErrorCode::internal) committed.error().code = ErrorCode::storage;
    BOXOFFICE_TRY(committed);
    lease_ = lease;
    main_room = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; })->id;
    board_.post(rooms, now);
    return {};
}

ClockReading BoxOffice::Engine::read_clock(Time now) const {
    return {now, ports.clock->steady(), ports.clock->steady_origin()};
}

void BoxOffice::Engine::give_node_back() {
    (void)guarded([&]() -> Result<void> {
        BOXOFFICE_TRY(check_process());
        // Nobody decides any more: no call may be running.
        if (lease_.until == Time{}) return {};
        BOXOFFICE_TRY_VALUE(const auto transaction, store->try_begin());
        std::vector<NodeLease> leases;
        BOXOFFICE_TRY(transaction->leases().load({true}, leases));
        // Where it lapsed another may have the node by now.
        const auto is_mine = [&](const NodeLease& one) { return one.node == lease_.node && one.until == lease_.until; };
        if (std::none_of(leases.begin(), leases.end(), is_mine)) return {};
        Changes changes;
        changes.leases.push_back(
            {NodeLease{lease_.node, Time{}, std::max(lease_.floor, ids_.last()), lease_.seen}, false});
        return transaction->commit(changes);
    });
}

}  // namespace boxoffice
