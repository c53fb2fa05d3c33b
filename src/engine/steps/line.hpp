#pragma once
/// Moving a room's line.

#include <algorithm>
#include <utility>

#include "engine/steps/expiry.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// Retires the places of a loaded line whose time ran out, once a batch; a tick no more than it may.
inline void settle_line(WorkingSet& set, const Moment& moment, RoomId id) {
    Line* line = set.line(id);
    if (line == nullptr || line->is_settled) return;
    line->is_settled = true;
    for (const auto token : line->lapsed) {
        if (!set.may_sweep()) {
            line->is_lapsed_whole = false;
            break;
        }
        retire_place(set, moment, token);
    }
    Room room = set.rooms.get(id);
    // The bound only matters to those who wait; without them it is not worth a write of its own.
    if (line->is_lapsed_whole && passed(room.next_lapse_at, moment.now) &&
        (room.waiting_count > 0 || !line->lapsed.empty())) {
        room.next_lapse_at = line->next_deadline;
        set.put(std::move(room));
    }
}

/// Admits those whose turn it is, in order of position (Q2), never above the capacity (Q3).
inline void advance(WorkingSet& set, const Moment& moment, RoomId id) {
    Line* line = set.line(id);
    if (line == nullptr) return;
    Room room = set.rooms.get(id);
    bool moved = false;
    while (admissible_count(room, moment.now) > 0) {
        if (line->next.empty() && !line->is_whole) break;  // the next batch loads more
        auto& queue = line->next.empty() ? line->joined : line->next;
        if (queue.empty()) break;
        Place place = set.places.get(queue.front());
        queue.pop_front();
        if (state_at(place, room.limits, moment.now) != PlaceState::waiting) continue;
        admit(room, place, moment.now);
        line->next_deadline = std::min(line->next_deadline, place.deadline);
        set.add(Event{.kind = EventKind::place_admitted,
                      .user = place.user,
                      .room = place.room,
                      .token = place.token,
                      .amount = place.position,
                      .deadline = place.deadline});
        set.put(std::move(place));
        moved = true;
    }
    if (moved) set.put(std::move(room));
}

}  // namespace boxoffice::steps
