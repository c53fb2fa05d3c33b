#include "engine/batch.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "engine/decisions/decide.hpp"

namespace boxoffice {

Result<void> Batch::load(View& view) {
    judge_shapes();
    BOXOFFICE_TRY(set_.load(view, first_keys()));
    BOXOFFICE_TRY(set_.load(view, second_keys()));
    BOXOFFICE_TRY(set_.load(view, last_keys()));
    const auto* tick = tick_of();
    return tick == nullptr ? Result<void>{} : set_.look_for_prunable(view, wish_of(*tick, moment_));
}

std::vector<Outcome> Batch::decide_all() {
    if (tick_of() != nullptr) set_.limit_sweep(tick_max);
    for (const auto room : set_.due_rooms()) {
        steps::settle_line(set_, moment_, room);
        steps::advance(set_, moment_, room);
    }
    std::vector<Outcome> outcomes;
    outcomes.reserve(commands_.size());
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        if (i > 0) (void)set_.take_retired();
        if (!shapes_[i]) {
            outcomes.push_back(tl::unexpected(shapes_[i].error()));
            continue;
        }
        outcomes.push_back(std::visit([&](const auto& command) { return decide_one(command); }, *commands_[i]));
        for (const auto room : set_.take_moved_rooms()) {
            steps::settle_line(set_, moment_, room);
            steps::advance(set_, moment_, room);
        }
    }
    return outcomes;
}

void Batch::judge_shapes() {
    for (const auto* command : commands_)
        shapes_.push_back(
            std::visit([&]<class C>(const C& one) { return Decision<C>{}.check(one, moment_.options); }, *command));
}

const Tick* Batch::tick_of() const {
    return commands_.size() == 1 && shapes_[0] ? std::get_if<Tick>(commands_[0]) : nullptr;
}

template <class Then>
void Batch::for_each_shaped(Then then) {
    for (std::size_t i = 0; i < commands_.size(); ++i)
        if (shapes_[i]) std::visit(then, *commands_[i]);
}

Keys Batch::first_keys() {
    Keys keys;
    if (advances_due_rooms_) keys.rooms.due = moment_.now;
    keys.leases.all = wants_leases_;
    for_each_shaped([&]<class C>(const C& command) {
        const Decision<C> decision;
        if constexpr (Keyed<C>)
            if (!command.key.empty()) keys.idempotency.ids.push_back(decision.id_of(command));
        decision.name_keys(command, moment_, keys);
    });
    return keys;
}

Keys Batch::second_keys() {
    Keys keys;
    for_each_shaped([&]<class C>(const C& command) { Decision<C>{}.name_more_keys(command, set_, keys); });
    return keys;
}

Keys Batch::last_keys() {
    auto ids = set_.due_rooms();
    for_each_shaped([&]<class C>(const C& command) { Decision<C>{}.name_line(command, set_, moment_, ids); });
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Keys keys;
    for_each_shaped([&]<class C>(const C& command) { Decision<C>{}.name_last_keys(command, set_, keys); });
    for (const auto id : ids)
        if (const auto* room = set_.rooms.find(id)) keys.places.lines.push_back(line_key(*room));
    return keys;
}

/// As many of those who wait as this batch could admit: the free slots, those of places that may have lapsed, one for
/// each command, and one to see whether there are more.
LineKey Batch::line_key(const Room& room) {
    LineReach reach{room.limits, room.limits.admissions_per_second > 0};
    for_each_shaped([&]<class C>(const C& command) { Decision<C>{}.reach(command, room.id, reach); });
    const auto lapsing = passed(room.next_lapse_at, moment_.now) ? room.admitted_count : 0;
    auto free = std::max<std::int64_t>(0, reach.limits.active_capacity - room.admitted_count + lapsing);
    if (reach.has_rate) free = std::min<std::int64_t>(free, 1);
    const auto next = free + static_cast<std::int64_t>(commands_.size()) + 1;
    return {room.id, moment_.now, first_still_waiting(reach.limits, moment_.now), std::min(next, lookup_max),
            tick_of() == nullptr ? lookup_max : tick_max};
}

template <class C>
Outcome Batch::decide_one(const C& command) {
    Decision<C>{}.meet(command, set_, moment_);
    const auto before = set_.change_count();
    auto result = decide(command, set_, moment_);
    if (result) return Answer{std::move(*result)};
    if (set_.change_count() != before) throw std::logic_error("a refused command had written");
    return tl::unexpected(std::move(result).error());
}

}  // namespace boxoffice
