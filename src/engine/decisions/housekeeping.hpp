#pragma once
/// The sweeper: retires what has expired and nobody has met, and prunes.

#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/line.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/refunds.hpp"

namespace boxoffice {

template <>
struct Decision<Tick> final : Deciding<Tick> {
    Result<void> check(const Tick& command, const Options&) const override {
        if (command.events_consumed < 0) return refuse(ErrorCode::invalid_argument, "events_consumed: 0 or more");
        return {};
    }

    void name_keys(const Tick&, const Moment& moment, Keys& keys) const override {
        keys.rooms.all = true;
        keys.reservations.lapsed = moment.now;
        keys.payments.lapsed = moment.now;
        keys.concerts.unsettled = true;
    }

    void name_more_keys(const Tick&, const WorkingSet& set, Keys& keys) const override {
        for (const auto id : set.lapsed_holds()) steps::name_seat_of(id, set, keys);
        for (const auto id : set.lapsed_payments()) keys.reservations.ids.push_back(set.payments.get(id).reservation);
        for (const auto id : set.unsettled()) keys.reservations.claims_in.emplace_back(id, tick_max + 1);
    }

    void name_last_keys(const Tick&, const WorkingSet& set, Keys& keys) const override {
        for (const auto concert : set.unsettled())
            for (const auto id : set.claims_in(concert)) {
                const auto& reservation = set.reservations.get(id);
                keys.seats.ids.push_back(reservation.seat);
                keys.accounts.ids.push_back(account_of(reservation.user));
                keys.accounts.ids.push_back(sales_of(concert));
            }
    }

    void name_line(const Tick&, const WorkingSet& set, const Moment&, std::vector<RoomId>& rooms) const override {
        rooms.insert(rooms.end(), set.all_rooms().begin(), set.all_rooms().end());
    }

    /// Puts nothing where there is nothing to do: an idle host does not write. What is left over, `more` tells.
    Result<Ticked> decide(const Tick&, WorkingSet& set, const Moment& moment) const override {
        Ticked answer;
        const auto is_full = [](std::size_t rows) { return static_cast<std::int64_t>(rows) >= tick_max; };
        for (const auto id : set.lapsed_payments())
            if (set.may_sweep()) steps::retire_payment(set, moment, id);
        for (const auto id : set.lapsed_holds())
            if (set.may_sweep()) steps::retire_hold(set, moment, id);
        for (const auto id : set.all_rooms()) {
            if (const Line* line = set.line(id)) answer.more = answer.more || line->has_more_lapsed;
            steps::settle_line(set, moment, id);
        }
        for (const auto id : set.unsettled()) sweep(id, set, moment, answer);
        answer.more = answer.more || is_full(set.lapsed_payments().size()) || is_full(set.lapsed_holds().size()) ||
                      !set.may_sweep();
        answer.expired = set.take_retired();
        const auto& found = set.prunable();
        if (!found) return answer;
        answer.more = answer.more || found->more;
        // What this tick retires may be old enough as well, and is taken away in the same commit.
        if (found->any || answer.expired > 0) set.put(found->prune);
        return answer;
    }

  private:
    /// Gives back what is left of a concert that was called off. Those whose balance has no room are tried again by every tick.
    static void sweep(ConcertId id, WorkingSet& set, const Moment& moment, Ticked& answer) {
        const auto claims = set.claims_in(id);
        Swept swept;
        std::int64_t seen = 0;
        for (const auto claim : claims) {
            if (!set.may_sweep()) break;
            steps::sweep_claim(set, moment, claim, swept);
            ++seen;
        }
        const bool has_more = seen < std::ssize(claims) || std::ssize(claims) > tick_max;
        answer.more = answer.more || (has_more && swept.refunded + swept.released > 0);
        if (!has_more && swept.stuck == 0) steps::settle(set, set.concerts.get(id));
    }
};

inline PruneWish wish_of(const Tick& command, const Moment& moment) {
    const auto& options = moment.options;
    return {.tokens_below = TokenId{tsid::first_at(moment.now - options.identity_ttl)},
            .idempotency_until = moment.now - options.idempotency_ttl,
            .events_through = command.events_consumed,
            .events_until = options.event_ttl == Duration::zero() ? Time::min() : moment.now - options.event_ttl};
}

}  // namespace boxoffice
