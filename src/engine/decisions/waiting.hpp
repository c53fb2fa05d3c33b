#pragma once
/// Decisions about places in line: join, claim, leave. See decide.hpp for what the functions of a command are.

#include "engine/decisions/steps.hpp"

namespace boxoffice {

/// What a command with a turn needs of its place: the room for its limits, and the room's line if the place has lapsed
/// (retiring it frees a slot).
inline void name_room_of(TokenId token, const WorkingSet& set, Keys& keys) {
    if (const auto* place = token ? set.places.find(token) : nullptr) keys.rooms.ids.push_back(place->room);
}

inline void name_line_of(TokenId token, const WorkingSet& set, std::vector<RoomId>& rooms) {
    if (const auto* place = token ? set.places.find(token) : nullptr) rooms.push_back(place->room);
}

inline void name_line_if_lapsed(TokenId token, const WorkingSet& set, const Moment& moment, std::vector<RoomId>& rooms) {
    const auto* place = token ? set.places.find(token) : nullptr;
    if (place == nullptr || place->finished_at != never) return;
    if (!is_live(*place, set.rooms.get(place->room).limits, moment.now)) rooms.push_back(place->room);
}

// ---- Join -------------------------------------------------------------------------------------------------------

inline void name_keys(const Join& command, Keys& keys) {
    keys.users.ids.push_back(command.user);
    keys.rooms.ids.push_back(command.room);
    keys.places.live_of.emplace_back(command.user, command.room);
}

inline void name_line(const Join& command, const WorkingSet&, std::vector<RoomId>& rooms) {
    rooms.push_back(command.room);
}

inline void meet(const Join& command, WorkingSet& set, const Moment& moment) {
    steps::settle_line(set, moment, command.room);
    for (const auto token : set.open_places_of(command.user, command.room)) steps::retire_place(set, moment, token);
}

inline Result<Joined> decide(const Join& command, WorkingSet& set, const Moment& moment) {
    if (!command.user || set.users.find(command.user) == nullptr) return refuse(ErrorCode::unknown_user);
    if (!command.room || set.rooms.find(command.room) == nullptr) return refuse(ErrorCode::unknown_room);
    const auto answer = [&](TokenId token, bool again) {
        const Place& place = set.places.get(token);
        return Joined{{token, place.user, place.room, place.position},
                      later(issued_at(token), moment.options.identity_ttl),
                      place.state,
                      again};
    };
    if (const auto open = set.open_places_of(command.user, command.room); !open.empty()) return answer(open[0], true);

    Room room = set.rooms.get(command.room);
    const auto token = moment.ids.next<TokenId>(moment.now);
    auto place = join(room, command.user, token, moment.now);
    if (!place) return tl::unexpected(place.error());
    set.add(Event{.kind = EventKind::place_joined,
                  .user = command.user,
                  .room = room.id,
                  .token = token,
                  .amount = place->position});
    set.put_new(std::move(*place));
    set.put(std::move(room));
    if (Line* line = set.line(command.room)) line->joined.push_back(token);
    steps::advance(set, moment, command.room);  // at once while there is room
    return answer(token, false);
}

// ---- Arrive ------------------------------------------------------------------------------------------------------

inline void name_keys(const Arrive& command, Keys& keys) { keys.places.tokens.push_back(command.token); }

inline void name_more_keys(const Arrive& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
}

inline void name_line(const Arrive& command, const WorkingSet& set, const Moment& moment, std::vector<RoomId>& rooms) {
    name_line_if_lapsed(command.token, set, moment, rooms);
}

inline void meet(const Arrive& command, WorkingSet& set, const Moment& moment) {
    steps::meet_place(set, moment, command.user, command.token);
}

inline Result<Arrived> decide(const Arrive& command, WorkingSet& set, const Moment& moment) {
    const auto place = steps::place_of(set, command.user, command.token);
    if (!place) return tl::unexpected(place.error());
    const auto state = state_at(**place, set.rooms.get((*place)->room).limits, moment.now);
    if (state != PlaceState::admitted) return refuse(reason_of(state));
    return Arrived{(*place)->deadline, (*place)->turn_until};
}

// ---- Leave ------------------------------------------------------------------------------------------------------

inline void name_keys(const Leave& command, Keys& keys) {
    keys.places.tokens.push_back(command.token);
    keys.reservations.held_by.push_back(command.user);
}

/// The seats of the user's holds, which may have lapsed or are given back.
inline void name_seats_of_holds(UserId user, const WorkingSet& set, Keys& keys) {
    for (const auto id : set.held_by(user)) keys.seats.ids.push_back(set.reservations.get(id).seat);
}

inline void name_more_keys(const Leave& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
    name_seats_of_holds(command.user, set, keys);
}

inline void name_line(const Leave& command, const WorkingSet& set, std::vector<RoomId>& rooms) {
    name_line_of(command.token, set, rooms);
}

inline void meet(const Leave& command, WorkingSet& set, const Moment& moment) {
    if (const auto place = steps::place_of(set, command.user, command.token)) {
        steps::settle_line(set, moment, (*place)->room);
        steps::retire_place(set, moment, command.token);
        steps::retire_holds_of(set, moment, command.user);
    }
}

/// Gives a live hold back: the seat is on sale again.
inline void release_hold(WorkingSet& set, const Moment& moment, Reservation reservation) {
    release(reservation, moment.now);
    Seat seat = set.seats.get(reservation.seat);
    open(seat);
    set.put(std::move(seat));
    set.add(Event{.kind = EventKind::hold_released,
                  .user = reservation.user,
                  .token = reservation.token,
                  .concert = reservation.concert,
                  .seat = reservation.seat,
                  .reservation = reservation.id});
    set.put(std::move(reservation));
}

/// The live holds that the turn of `token` made.
inline std::vector<ReservationId> live_holds_of(const WorkingSet& set, const Moment& moment, UserId user, TokenId token) {
    auto holds = set.held_by(user);
    std::erase_if(holds, [&](ReservationId id) {
        const auto& hold = set.reservations.get(id);
        return hold.token != token || !is_live_hold(hold, moment.now);
    });
    return holds;
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

inline Result<Left> decide(const Leave& command, WorkingSet& set, const Moment& moment) {
    const auto place = steps::place_of(set, command.user, command.token);
    if (!place) return tl::unexpected(place.error());
    const auto state = state_at(**place, set.rooms.get((*place)->room).limits, moment.now);
    if (state == PlaceState::left) return Left{};
    if (state == PlaceState::completed || state == PlaceState::expired) return refuse(reason_of(state));
    const auto holds = live_holds_of(set, moment, command.user, command.token);
    for (const auto id : holds) release_hold(set, moment, set.reservations.get(id));
    finish_place(set, moment, command.token, PlaceState::left);
    return Left{static_cast<std::int64_t>(holds.size())};
}

}  // namespace boxoffice
