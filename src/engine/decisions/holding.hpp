#pragma once
/// Decisions about holds on seats: hold and release.

#include <utility>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/places.hpp"

namespace boxoffice {

template <>
struct Decision<HoldSeat> final : Deciding<HoldSeat> {
    [[nodiscard]] Operation operation() const override { return Operation::hold; }

    [[nodiscard]] RequestHash hash(const HoldSeat& command) const override {
        return crypto::hash_request(Operation::hold, {command.seat.value});
    }

    Result<void> check(const HoldSeat& command, const Options&) const override {
        return check_idempotency_key(command.key);
    }

    void name_keys(const HoldSeat& command, const Moment&, Keys& keys) const override {
        keys.places.tokens.push_back(command.token);
        keys.seats.ids.push_back(command.seat);
        keys.reservations.held_by.push_back(command.user);
    }

    void name_more_keys(const HoldSeat& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_room_of(command.token, set, keys);
        steps::name_claim(command.seat, set, keys);
        steps::name_seats_of_holds(command.user, set, keys);
        const auto* seat = set.seats.find(command.seat);
        if (seat == nullptr) return;
        keys.concerts.ids.push_back(seat->concert);
        // For whoever pays this hold in the same batch: its id can be guessed, and then the reservation is not there yet when
        // the payment's keys are named.
        keys.accounts.ids.push_back(sales_of(seat->concert));
    }

    void name_line(const HoldSeat& command, const WorkingSet& set, const Moment& moment,
                   std::vector<RoomId>& rooms) const override {
        steps::name_line_if_lapsed(command.token, set, moment, rooms);
    }

    void meet(const HoldSeat& command, WorkingSet& set, const Moment& moment) const override {
        steps::meet_place(set, moment, command.user, command.token);
        steps::retire_holds_of(set, moment, command.user);
        steps::retire_claim(set, moment, command.seat);
    }

    Result<void> identify(const HoldSeat& command, const WorkingSet& set, const Moment&) const override {
        BOXOFFICE_TRY(steps::place_of(set, command.user, command.token));
        return {};
    }

    Result<Held> decide(const HoldSeat& command, WorkingSet& set, const Moment& moment) const override {
        Place place = set.places.get(command.token);
        BOXOFFICE_TRY(check_turn_for_hold(place, set.rooms.get(place.room).limits, moment.now));
        const auto* on_sale = set.seats.find(command.seat);
        if (on_sale == nullptr) return refuse(ErrorCode::unknown_seat);
        if (set.concerts.get(on_sale->concert).room != place.room)
            return refuse(ErrorCode::not_your_turn, "the concert is behind another waiting room");
        if (static_cast<std::int64_t>(set.held_by(command.user).size()) >= moment.options.holds_per_user)
            return refuse(ErrorCode::hold_limit);
        BOXOFFICE_TRY(check_available(*on_sale, moment.now));

        Seat seat = *on_sale;
        auto reservation = hold(moment.ids.next<ReservationId>(moment.now),
                                {command.user, seat.id, seat.concert, place.token, seat.facts.price}, moment.now,
                                moment.options.hold_ttl);
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
        return answer;
    }
};

template <>
struct Decision<ReleaseHold> final : Deciding<ReleaseHold> {
    void name_keys(const ReleaseHold& command, const Moment&, Keys& keys) const override {
        keys.reservations.ids.push_back(command.reservation);
    }

    void name_more_keys(const ReleaseHold& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_seat_of(command.reservation, set, keys);
    }

    void meet(const ReleaseHold& command, WorkingSet& set, const Moment& moment) const override {
        steps::retire_hold(set, moment, command.reservation);
    }

    Result<Done> decide(const ReleaseHold& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.reservations.find(command.reservation);
        if (found == nullptr || found->user != command.user) return refuse(ErrorCode::unknown_reservation);
        if (found->state == ReservationState::released) return Done{};
        BOXOFFICE_TRY(check_held(*found, moment.now));
        steps::release_hold(set, moment, *found);
        return Done{};
    }
};

}  // namespace boxoffice
