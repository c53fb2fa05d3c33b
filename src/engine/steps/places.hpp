#pragma once
/// Whose place it is, whether they have come, and how it ends.

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/steps/line.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// The place that `token` names, if it is the user's.
inline Result<const Place*> place_of(const WorkingSet& set, UserId user, TokenId token) {
    const auto* place = set.places.find(token);
    if (place == nullptr || place->user != user) return refuse(ErrorCode::invalid_token);
    return place;
}

/// With its first peek or command an admitted place arrives, even when that command is then refused; and a place whose time
/// ran out is retired.
inline void meet_place(WorkingSet& set, const Moment& moment, UserId user, TokenId token) {
    const auto found = place_of(set, user, token);
    if (!found) return;
    Place place = **found;
    const bool has_lapsed = place.finished_at == never && !is_live(place, set.rooms.get(place.room).limits, moment.now);
    if (has_lapsed) settle_line(set, moment, place.room);  // it frees a slot
    retire_place(set, moment, token);
    const Room& room = set.rooms.get(place.room);
    if (!arrive(place, room.limits, moment.now)) return;
    // A turn may be shorter than what was left of the time to show up.
    if (Line* line = set.line(place.room)) line->next_deadline = std::min(line->next_deadline, place.deadline);
    if (place.deadline < room.next_lapse_at) {
        Room sooner = room;
        sooner.next_lapse_at = place.deadline;
        set.put(std::move(sooner));
    }
    set.add(Event{.kind = EventKind::place_arrived,
                  .user = user,
                  .room = place.room,
                  .token = token,
                  .deadline = place.deadline});
    set.put(std::move(place));
}

/// The live holds that the turn of `token` made.
inline std::vector<ReservationId> live_holds_of(const WorkingSet& set, const Moment& moment, UserId user,
                                                TokenId token) {
    auto holds = set.held_by(user);
    std::erase_if(holds, [&](ReservationId id) {
        const auto& hold = set.reservations.get(id);
        return hold.token != token || !is_live_hold(hold, moment.now);
    });
    return holds;
}

/// The live holds of an order.
inline std::vector<ReservationId> live_holds_in(const WorkingSet& set, const Moment& moment, OrderId order) {
    auto holds = set.order(order);
    std::erase_if(holds, [&](ReservationId id) { return !is_live_hold(set.reservations.get(id), moment.now); });
    return holds;
}

/// Of an order that has no live hold: was it given back, all of it? If not, the refusal says what became of it.
inline Result<void> check_not_over(const WorkingSet& set, const Moment& moment, OrderId order) {
    Result<void> result;
    for (const auto id : set.order(order)) {
        const auto& reservation = set.reservations.get(id);
        const auto state = state_at(reservation, set.concerts.get(reservation.concert).called_off_at, moment.now);
        if (state == ReservationState::confirmed) return refuse(ErrorCode::already_paid);
        if (state == ReservationState::expired) result = refuse(ErrorCode::hold_expired);
    }
    return result;
}

inline void finish_place(WorkingSet& set, const Moment& moment, TokenId token, PlaceState end) {
    Place place = set.places.get(token);
    Room room = set.rooms.get(place.room);
    finish(room, place, end, moment.now);
    set.add(Event{.kind = end == PlaceState::left ? EventKind::place_left : EventKind::place_completed,
                  .user = place.user,
                  .room = place.room,
                  .token = place.token});
    set.put(std::move(place));
    set.put(std::move(room));
}

/// Gives a live hold back: the seat is on sale again.
inline void release_hold(WorkingSet& set, const Moment& moment, Reservation reservation) {
    release(reservation, moment.now);
    Seat seat = set.seats.get(reservation.seat);
    open(seat);
    set.put(std::move(seat));
    set.add(reservation_event(EventKind::hold_released, reservation));
    set.put(std::move(reservation));
}

}  // namespace boxoffice::steps
