#pragma once
/// Decisions about holds on seats: hold and release, one or an order of several.

#include <array>
#include <iterator>
#include <span>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/holding.hpp"
#include "engine/steps/payments.hpp"

namespace boxoffice {

/// What holding asks of its place, however many seats it holds.
template <class C>
struct HoldingDecision : Deciding<C> {
    void name_keys(const C& command, const Moment&, Keys& keys) const override {
        keys.places.tokens.push_back(command.token);
        keys.reservations.held_by.push_back(command.user);
    }

    void name_more_keys(const C& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_room_of(command.token, set, keys);
        steps::name_seats_of_holds(command.user, set, keys);
    }

    void name_line(const C& command, const WorkingSet& set, const Moment& moment,
                   std::vector<RoomId>& rooms) const override {
        steps::name_line_if_lapsed(command.token, set, moment, rooms);
    }

    void meet(const C& command, WorkingSet& set, const Moment& moment) const override {
        steps::meet_place(set, moment, command.user, command.token);
        steps::retire_holds_of(set, moment, command.user);
    }

    Result<void> identify(const C& command, const WorkingSet& set, const Moment&) const override {
        BOXOFFICE_TRY(steps::place_of(set, command.user, command.token));
        return {};
    }

  protected:
    /// For whoever pays what is held in the same batch: its id can be guessed, and then the reservation is not there yet when the
    /// payment's keys are named.
    static void name_concert(ConcertId concert, Keys& keys) {
        keys.concerts.ids.push_back(concert);
        keys.sales.in_force.push_back(concert);
        keys.accounts.ids.push_back(sales_of(concert));
    }
};

template <>
struct Decision<HoldSeat> final : HoldingDecision<HoldSeat> {
    [[nodiscard]] Operation operation() const override { return Operation::hold; }

    [[nodiscard]] RequestHash hash(const HoldSeat& command) const override {
        return crypto::hash_request(Operation::hold, {command.seat.value});
    }

    Result<void> check(const HoldSeat& command, const Options&) const override {
        return check_idempotency_key(command.key);
    }

    void name_keys(const HoldSeat& command, const Moment& moment, Keys& keys) const override {
        HoldingDecision::name_keys(command, moment, keys);
        keys.seats.ids.push_back(command.seat);
    }

    void name_more_keys(const HoldSeat& command, const WorkingSet& set, Keys& keys) const override {
        HoldingDecision::name_more_keys(command, set, keys);
        steps::name_claim(command.seat, set, keys);
        if (const auto* seat = set.seats.find(command.seat)) name_concert(seat->concert, keys);
    }

    void name_last_keys(const HoldSeat& command, const WorkingSet& set, Keys& keys) const override {
        const auto* seat = set.seats.find(command.seat);
        steps::name_terms(command.user, seat == nullptr ? ConcertId{} : seat->concert, set, keys);
    }

    void meet(const HoldSeat& command, WorkingSet& set, const Moment& moment) const override {
        HoldingDecision::meet(command, set, moment);
        steps::retire_claim(set, moment, command.seat);
    }

    Result<Held> decide(const HoldSeat& command, WorkingSet& set, const Moment& moment) const override {
        const auto& place = set.places.get(command.token);
        BOXOFFICE_TRY(check_turn_for_hold(place, set.rooms.get(place.room).limits, moment.now));
        const auto* seat = set.seats.find(command.seat);
        if (seat == nullptr) return refuse(ErrorCode::unknown_seat);
        const OrderItem item{command.seat};
        BOXOFFICE_TRY_VALUE(
            const auto held,
            steps::hold_order({command.user, command.token, seat->concert, std::span{&item, 1}}, set, moment));
        return Held{held.order, command.seat, held.total, held.deadline};
    }
};

template <>
struct Decision<HoldSeats> final : HoldingDecision<HoldSeats> {
    [[nodiscard]] Operation operation() const override { return Operation::hold_order; }

    [[nodiscard]] RequestHash hash(const HoldSeats& command) const override {
        std::array<std::int64_t, 2 * order_items_max> words{};
        std::size_t count = 0;
        for (const auto& item : command.items) {
            words[count++] = item.seat.value;
            words[count++] = item.type.value;
        }
        return crypto::hash_request(
            Operation::hold_order,
            {command.concert.value, command.expect_total ? command.expect_total->value : std::int64_t{-1}},
            std::span{words.data(), count});
    }

    Result<void> check(const HoldSeats& command, const Options&) const override {
        if (command.items.empty() || std::ssize(command.items) > order_items_max)
            return refuse(ErrorCode::invalid_argument, "items: 1 to 50");
        for (std::size_t i = 0; i < command.items.size(); ++i)
            for (std::size_t before = 0; before < i; ++before)
                if (command.items[before].seat == command.items[i].seat)
                    return refuse(ErrorCode::invalid_argument, "items: a seat twice");
        return check_idempotency_key(command.key);
    }

    void name_keys(const HoldSeats& command, const Moment& moment, Keys& keys) const override {
        HoldingDecision::name_keys(command, moment, keys);
        for (const auto& item : command.items) {
            keys.seats.ids.push_back(item.seat);
            if (item.type) keys.types.of.push_back(command.concert);
        }
        name_concert(command.concert, keys);
    }

    void name_more_keys(const HoldSeats& command, const WorkingSet& set, Keys& keys) const override {
        HoldingDecision::name_more_keys(command, set, keys);
        for (const auto& item : command.items) steps::name_claim(item.seat, set, keys);
    }

    void name_last_keys(const HoldSeats& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_terms(command.user, command.concert, set, keys);
    }

    void meet(const HoldSeats& command, WorkingSet& set, const Moment& moment) const override {
        HoldingDecision::meet(command, set, moment);
        for (const auto& item : command.items) steps::retire_claim(set, moment, item.seat);
    }

    Result<HeldOrder> decide(const HoldSeats& command, WorkingSet& set, const Moment& moment) const override {
        return steps::hold_order({command.user, command.token, command.concert, command.items, command.expect_total},
                                 set, moment);
    }
};

template <>
struct Decision<ReleaseHold> final : Deciding<ReleaseHold> {
    void name_keys(const ReleaseHold& command, const Moment&, Keys& keys) const override {
        keys.reservations.ids.push_back(command.reservation);
    }

    void name_more_keys(const ReleaseHold& command, const WorkingSet& set, Keys& keys) const override {
        const auto* reservation = set.reservations.find(command.reservation);
        if (reservation == nullptr) return;
        keys.seats.ids.push_back(reservation->seat);
        keys.concerts.ids.push_back(reservation->concert);
        keys.payments.ids.push_back(reservation->payment);
        if (reservation->payment) keys.reservations.of_order.push_back(reservation->order);
    }

    void meet(const ReleaseHold& command, WorkingSet& set, const Moment& moment) const override {
        steps::retire_hold(set, moment, command.reservation);
    }

    Result<Done> decide(const ReleaseHold& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.reservations.find(command.reservation);
        if (found == nullptr || found->user != command.user) return refuse(ErrorCode::unknown_reservation);
        const auto& concert = set.concerts.get(found->concert);
        const bool is_live = is_live_hold(*found, moment.now);
        if (!is_live && state_at(*found, concert.called_off_at, moment.now) == ReservationState::released)
            return Done{};
        BOXOFFICE_TRY(check_held(*found, moment.now));
        if (steps::live_holds_in(set, moment, found->order).size() > 1)
            BOXOFFICE_TRY(steps::check_no_payment_pending(*found, set, moment));
        steps::release_hold(set, moment, *found);
        return Done{};
    }
};

template <>
struct Decision<ReleaseOrder> final : Deciding<ReleaseOrder> {
    void name_keys(const ReleaseOrder& command, const Moment&, Keys& keys) const override {
        keys.reservations.of_order.push_back(command.order);
    }

    void name_more_keys(const ReleaseOrder& command, const WorkingSet& set, Keys& keys) const override {
        for (const auto id : set.order(command.order)) {
            steps::name_seat_of(id, set, keys);
            keys.concerts.ids.push_back(set.reservations.get(id).concert);
        }
    }

    void meet(const ReleaseOrder& command, WorkingSet& set, const Moment& moment) const override {
        for (const auto id : set.order(command.order)) steps::retire_hold(set, moment, id);
    }

    Result<Left> decide(const ReleaseOrder& command, WorkingSet& set, const Moment& moment) const override {
        const auto* first = set.reservations.find(command.order);
        if (first == nullptr || first->user != command.user || first->order != command.order)
            return refuse(ErrorCode::unknown_reservation);
        const auto held = steps::live_holds_in(set, moment, command.order);
        if (held.empty()) {
            BOXOFFICE_TRY(steps::check_not_over(set, moment, command.order));
            return Left{};
        }
        for (const auto id : held) steps::release_hold(set, moment, set.reservations.get(id));
        return Left{static_cast<std::int64_t>(held.size())};
    }
};

}  // namespace boxoffice
