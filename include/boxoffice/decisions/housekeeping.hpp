#pragma once
/// The sweeper: retires what has expired and nobody has met, and prunes. See decide.hpp for what the functions of a
/// command are.

#include "boxoffice/decisions/money.hpp"

namespace boxoffice {

inline Result<void> check(const Tick& command, const Options&) {
    if (command.events_consumed < 0) return refuse(ErrorCode::invalid_argument, "events_consumed: 0 or more");
    return {};
}

inline void name_keys(const Tick&, const Moment& moment, Keys& keys) {
    keys.rooms.all = true;
    keys.reservations.lapsed = moment.now;
    keys.payments.lapsed = moment.now;
}

inline void name_more_keys(const Tick&, const WorkingSet& set, Keys& keys) {
    for (const auto id : set.lapsed_holds()) name_seat_of(id, set, keys);
    for (const auto id : set.lapsed_payments()) keys.reservations.ids.push_back(set.payments.get(id).reservation);
}

inline void name_line(const Tick&, const WorkingSet& set, std::vector<RoomId>& rooms) {
    rooms.insert(rooms.end(), set.all_rooms().begin(), set.all_rooms().end());
}

inline Result<Ticked> decide(const Tick& command, WorkingSet& set, const Moment& moment) {
    Ticked answer;
    const auto look_for_more = [&](std::size_t rows) {
        answer.more = answer.more || static_cast<std::int64_t>(rows) >= lookup_max;
    };
    for (const auto id : set.lapsed_payments()) retire_payment(set, moment, id);
    for (const auto id : set.lapsed_holds()) steps::retire_hold(set, moment, id);
    for (const auto id : set.all_rooms()) {
        if (const Line* line = set.line(id)) look_for_more(line->lapsed.size());
        steps::settle_line(set, moment, id);
    }
    look_for_more(set.lapsed_payments().size());
    look_for_more(set.lapsed_holds().size());
    answer.expired = set.take_retired();
    set.put(Prune{.tokens_below = TokenId{tsid::first_at(moment.now - moment.options.identity_ttl)},
                  .idempotency_until = moment.now - moment.options.idempotency_ttl,
                  .events_through = command.events_consumed});
    return answer;
}

}  // namespace boxoffice
