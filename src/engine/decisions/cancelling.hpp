#pragma once
/// Decisions that take sales back: a buyer's, the house's, and all of a concert that was called off.

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/refunds.hpp"

namespace boxoffice {

template <>
struct Decision<Cancel> final : Deciding<Cancel> {
    [[nodiscard]] Operation operation() const override { return Operation::cancel; }

    [[nodiscard]] RequestHash hash(const Cancel& command) const override {
        std::array<std::int64_t, order_items_max> words{};
        std::size_t count = 0;
        for (const auto id : command.reservations) words[count++] = id.value;
        return crypto::hash_request(Operation::cancel, {}, std::span{words.data(), count});
    }

    Result<void> check(const Cancel& command, const Options&) const override {
        if (command.reservations.empty() || std::ssize(command.reservations) > order_items_max)
            return refuse(ErrorCode::invalid_argument, "reservations: 1 to 50");
        auto ids = command.reservations;
        std::sort(ids.begin(), ids.end());
        if (std::adjacent_find(ids.begin(), ids.end()) != ids.end())
            return refuse(ErrorCode::invalid_argument, "reservations: one twice");
        return check_idempotency_key(command.key);
    }

    void name_keys(const Cancel& command, const Moment&, Keys& keys) const override {
        keys.reservations.ids.insert(keys.reservations.ids.end(), command.reservations.begin(),
                                     command.reservations.end());
        keys.accounts.ids.push_back(account_of(command.user));
    }

    void name_more_keys(const Cancel& command, const WorkingSet& set, Keys& keys) const override {
        for (const auto id : command.reservations)
            if (const auto* reservation = set.reservations.find(id)) steps::name_refund_keys(*reservation, keys);
    }

    void meet(const Cancel& command, WorkingSet& set, const Moment& moment) const override {
        for (const auto id : command.reservations) steps::retire_hold(set, moment, id);
    }

    Result<Cancelled> decide(const Cancel& command, WorkingSet& set, const Moment& moment) const override {
        Cancelled answer;
        std::vector<Points> moves;
        Points in_all;
        for (const auto id : command.reservations) {
            const auto* reservation = set.reservations.find(id);
            if (reservation == nullptr || reservation->user != command.user)
                return refuse(ErrorCode::unknown_reservation);
            BOXOFFICE_TRY_VALUE(const auto amount, amount_for(*reservation, set, moment));
            moves.push_back(amount);
            in_all.value += amount.value;
            answer.items.push_back({id, Points{reservation->refunded.value + amount.value}});
            answer.refund.value += answer.items.back().refund.value;
        }
        BOXOFFICE_TRY(check_room_for(set.accounts.get(account_of(command.user)), in_all));
        for (std::size_t i = 0; i < moves.size(); ++i) {
            Reservation reservation = set.reservations.get(command.reservations[i]);
            if (reservation.state == ReservationState::cancelled) continue;
            steps::cancel_sale(set, moment, reservation, moves[i]);
            set.put(std::move(reservation));
        }
        answer.balance = set.accounts.get(account_of(command.user)).balance;
        return answer;
    }

  private:
    /// What comes back of it now, by the terms under which it was held; no more than the house has left of the price.
    static Result<Points> amount_for(const Reservation& reservation, const WorkingSet& set, const Moment& moment) {
        if (reservation.state == ReservationState::cancelled) return Points{0};
        if (reservation.state != ReservationState::confirmed) return refuse(ErrorCode::not_paid);
        if (is_called_off(set.concerts.get(reservation.concert))) return refundable(reservation);
        const auto& sale = set.sales.get({reservation.concert, reservation.sale});
        BOXOFFICE_TRY_VALUE(const auto amount, refund_at(sale.terms, reservation.price, moment.now));
        return std::min(amount, refundable(reservation));
    }
};

template <>
struct Decision<Refund> final : Deciding<Refund> {
    [[nodiscard]] Operation operation() const override { return Operation::refund; }

    [[nodiscard]] RequestHash hash(const Refund& command) const override {
        return crypto::hash_request(
            Operation::refund,
            {command.reservation.value, command.amount.value, static_cast<std::int64_t>(command.cancel)},
            command.reason);
    }

    Result<void> check(const Refund& command, const Options&) const override {
        if (command.key.empty())
            return refuse(ErrorCode::invalid_argument,
                          "a refund has an idempotency key: two equal ones may both be meant");
        BOXOFFICE_TRY(check_price(command.amount));
        BOXOFFICE_TRY(check_reason(command.reason));
        return check_idempotency_key(command.key);
    }

    void name_keys(const Refund& command, const Moment&, Keys& keys) const override {
        keys.reservations.ids.push_back(command.reservation);
    }

    void name_more_keys(const Refund& command, const WorkingSet& set, Keys& keys) const override {
        if (const auto* reservation = set.reservations.find(command.reservation))
            steps::name_refund_keys(*reservation, keys);
    }

    void meet(const Refund& command, WorkingSet& set, const Moment& moment) const override {
        steps::retire_hold(set, moment, command.reservation);
    }

    Result<Refunded> decide(const Refund& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.reservations.find(command.reservation);
        if (found == nullptr) return refuse(ErrorCode::unknown_reservation);
        Reservation reservation = *found;
        const bool is_sold = reservation.state == ReservationState::confirmed;
        if (!is_sold && reservation.state != ReservationState::cancelled) return refuse(ErrorCode::not_paid);
        if (command.amount > refundable(reservation))
            return refuse(
                ErrorCode::invalid_argument,
                "amount: at most " + std::to_string(refundable(reservation).value) + " are left of the price");
        BOXOFFICE_TRY(check_room_for(set.accounts.get(account_of(reservation.user)), command.amount));
        if (command.cancel && is_sold)
            steps::cancel_sale(set, moment, reservation, command.amount, command.reason);
        else
            steps::give_back(set, moment, reservation, command.amount, command.reason);
        const Refunded answer{reservation.id, command.amount, reservation.refunded};
        set.put(std::move(reservation));
        return answer;
    }
};

// ---- a concert called off ---------------------------------------------------------------------------------------

template <>
struct Decision<CallOff> final : Deciding<CallOff> {
    Result<void> check(const CallOff& command, const Options&) const override { return check_reason(command.reason); }

    void name_keys(const CallOff& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
    }

    Result<CalledOff> decide(const CallOff& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.concerts.find(command.concert);
        if (found == nullptr) return refuse(ErrorCode::unknown_concert);
        if (is_called_off(*found)) return CalledOff{found->called_off_at};
        Concert concert = *found;
        concert.called_off_at = moment.now;
        concert.call_off_reason = command.reason;
        concert.is_settled = false;
        concert.version = next_number(concert.version);
        set.add(Event{.kind = EventKind::concert_called_off, .concert = concert.id});
        set.put(std::move(concert));
        return CalledOff{moment.now};
    }
};

template <>
struct Decision<SweepRefunds> final : Deciding<SweepRefunds> {
    Result<void> check(const SweepRefunds& command, const Options&) const override {
        if (command.max < 1 || command.max > lookup_max) return refuse(ErrorCode::invalid_argument, "max: 1 to 10000");
        return {};
    }

    void name_keys(const SweepRefunds& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
        keys.reservations.claims_in.emplace_back(command.concert, look_at(command));
    }

    void name_more_keys(const SweepRefunds& command, const WorkingSet& set, Keys& keys) const override {
        for (const auto id : set.claims_in(command.concert)) steps::name_refund_keys(set.reservations.get(id), keys);
    }

    Result<Swept> decide(const SweepRefunds& command, WorkingSet& set, const Moment& moment) const override {
        const auto* concert = set.concerts.find(command.concert);
        if (concert == nullptr) return refuse(ErrorCode::unknown_concert);
        Swept swept;
        if (!is_called_off(*concert)) return swept;
        const auto claims = set.claims_in(command.concert);
        std::int64_t seen = 0;
        for (const auto id : claims) {
            if (swept.refunded + swept.released >= command.max) break;
            steps::sweep_claim(set, moment, id, swept);
            ++seen;
        }
        const bool is_all = seen == std::ssize(claims) && std::ssize(claims) < look_at(command);
        swept.more = !is_all && swept.refunded + swept.released > 0;
        if (is_all && swept.stuck == 0) steps::settle(set, *concert);
        return swept;
    }

  private:
    /// One more than it sweeps, to see whether there are more.
    static std::int64_t look_at(const SweepRefunds& command) { return std::min(command.max + 1, lookup_max); }
};

}  // namespace boxoffice
