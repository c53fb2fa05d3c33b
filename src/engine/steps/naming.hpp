#pragma once
/// The keys that follow from rows, as several commands name them.

#include <vector>

#include "engine/working_set.hpp"

namespace boxoffice::steps {

/// What a command with a turn needs of its place: the room for its limits, and the room's line if the place has lapsed
/// (retiring it frees a slot).
inline void name_room_of(TokenId token, const WorkingSet& set, Keys& keys) {
    if (const auto* place = set.places.find(token)) keys.rooms.ids.push_back(place->room);
}

inline void name_line_of(TokenId token, const WorkingSet& set, std::vector<RoomId>& rooms) {
    if (const auto* place = set.places.find(token)) rooms.push_back(place->room);
}

inline void name_line_if_lapsed(TokenId token, const WorkingSet& set, const Moment& moment, std::vector<RoomId>& rooms) {
    const auto* place = set.places.find(token);
    if (place == nullptr || place->finished_at != never) return;
    if (!is_live(*place, set.rooms.get(place->room).limits, moment.now)) rooms.push_back(place->room);
}

/// The seats of the user's holds, which may have lapsed or are given back.
inline void name_seats_of_holds(UserId user, const WorkingSet& set, Keys& keys) {
    for (const auto id : set.held_by(user)) keys.seats.ids.push_back(set.reservations.get(id).seat);
}

inline void name_seat_of(ReservationId id, const WorkingSet& set, Keys& keys) {
    if (const auto* reservation = set.reservations.find(id)) keys.seats.ids.push_back(reservation->seat);
}

/// The claim of a held seat: it may have lapsed.
inline void name_claim(SeatId id, const WorkingSet& set, Keys& keys) {
    const auto* seat = set.seats.find(id);
    if (seat != nullptr && seat->state == SeatState::held) keys.reservations.ids.push_back(seat->claim);
}

}  // namespace boxoffice::steps
