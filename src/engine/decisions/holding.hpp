#pragma once
/// Decisions about seats: hold and release. See decide.hpp for what the functions of a command are.

#include "engine/decisions/house.hpp"
#include "engine/decisions/waiting.hpp"

namespace boxoffice {

// ---- HoldSeat ---------------------------------------------------------------------------------------------------

inline steps::Request request_of(const HoldSeat& command) {
    return {{command.user, Operation::hold, command.key}, crypto::hash_request(Operation::hold, {command.seat.value})};
}

inline Result<void> check(const HoldSeat& command, const Options&) { return check_idempotency_key(command.key); }

inline void name_keys(const HoldSeat& command, Keys& keys) {
    keys.idempotency.ids.push_back(request_of(command).id);
    keys.places.tokens.push_back(command.token);
    keys.seats.ids.push_back(command.seat);
    keys.reservations.held_by.push_back(command.user);
}

inline void name_more_keys(const HoldSeat& command, const WorkingSet& set, Keys& keys) {
    name_room_of(command.token, set, keys);
    name_claim(command.seat, set, keys);
    name_seats_of_holds(command.user, set, keys);
    const auto* seat = command.seat ? set.seats.find(command.seat) : nullptr;
    if (seat == nullptr) return;
    keys.concerts.ids.push_back(seat->concert);
    // For whoever pays this hold in the same batch: its id can be guessed, and then the reservation is not there yet when
    // the payment's keys are named.
    keys.accounts.ids.push_back(sales_of(seat->concert));
}

inline void name_line(const HoldSeat& command, const WorkingSet& set, const Moment& moment, std::vector<RoomId>& rooms) {
    name_line_if_lapsed(command.token, set, moment, rooms);
}

inline void meet(const HoldSeat& command, WorkingSet& set, const Moment& moment) {
    steps::meet_place(set, moment, command.user, command.token);
    steps::retire_holds_of(set, moment, command.user);
    retire_claim(command.seat, set, moment);
}

inline Result<Held> decide(const HoldSeat& command, WorkingSet& set, const Moment& moment) {
    const auto found = steps::place_of(set, command.user, command.token);
    if (!found) return tl::unexpected(found.error());
    const auto request = request_of(command);
    const auto before = steps::recall<Held>(set, moment, request);
    if (!before) return tl::unexpected(before.error());
    if (*before) return **before;

    Place place = **found;
    BOXOFFICE_TRY(check_turn_for_hold(place, set.rooms.get(place.room).limits, moment.now));
    const auto* on_sale = command.seat ? set.seats.find(command.seat) : nullptr;
    if (on_sale == nullptr) return refuse(ErrorCode::unknown_seat);
    if (set.concerts.get(on_sale->concert).room != place.room)
        return refuse(ErrorCode::not_your_turn, "the concert is behind another waiting room");
    if (static_cast<std::int64_t>(set.held_by(command.user).size()) >= moment.options.holds_per_user)
        return refuse(ErrorCode::hold_limit);
    BOXOFFICE_TRY(check_available(*on_sale, moment.now));

    Seat seat = *on_sale;
    Reservation reservation;
    reservation.id = moment.ids.next<ReservationId>(moment.now);
    reservation.user = command.user;
    reservation.seat = seat.id;
    reservation.concert = seat.concert;
    reservation.token = place.token;
    reservation.price = seat.facts.price;
    reservation.held_at = moment.now;
    reservation.deadline = later(moment.now, moment.options.hold_ttl);
    take(seat, reservation.id, reservation.deadline);
    extend(place, reservation.deadline);
    const Held answer{reservation.id, seat.id, reservation.price, reservation.deadline};
    set.add(Event{.kind = EventKind::seat_held,
                  .user = command.user,
                  .token = place.token,
                  .concert = seat.concert,
                  .seat = seat.id,
                  .reservation = reservation.id,
                  .amount = reservation.price.value,
                  .deadline = reservation.deadline});
    set.put(std::move(seat));
    set.put(std::move(place));
    set.put_new(std::move(reservation));
    return steps::remember(set, moment, request, answer);
}

// ---- ReleaseHold ------------------------------------------------------------------------------------------------

inline void name_keys(const ReleaseHold& command, Keys& keys) { keys.reservations.ids.push_back(command.reservation); }

inline void name_seat_of(ReservationId id, const WorkingSet& set, Keys& keys) {
    if (const auto* reservation = id ? set.reservations.find(id) : nullptr)
        keys.seats.ids.push_back(reservation->seat);
}

inline void name_more_keys(const ReleaseHold& command, const WorkingSet& set, Keys& keys) {
    name_seat_of(command.reservation, set, keys);
}

inline void meet(const ReleaseHold& command, WorkingSet& set, const Moment& moment) {
    steps::retire_hold(set, moment, command.reservation);
}

inline Result<Done> decide(const ReleaseHold& command, WorkingSet& set, const Moment& moment) {
    const auto* found = command.reservation ? set.reservations.find(command.reservation) : nullptr;
    if (found == nullptr || found->user != command.user) return refuse(ErrorCode::unknown_reservation);
    if (found->state == ReservationState::released) return Done{};
    BOXOFFICE_TRY(check_held(*found, moment.now));
    release_hold(set, moment, *found);
    return Done{};
}

}  // namespace boxoffice
