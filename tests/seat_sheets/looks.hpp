#pragma once
/// What is seen of seats, by a sheet and by who reads the store anew.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/seat_roll.hpp"
#include "support/office.hpp"

namespace boxoffice::testing {

struct Look {
    SeatId id;
    std::string number;
    SeatState state = SeatState::available;
    Time held_until = never;
    ReservationId claim;
    friend bool operator==(const Look&, const Look&) = default;
};

inline std::vector<Look> looks(const SeatSheet& sheet) {
    std::vector<Look> out;
    for (std::size_t i = 0; i < sheet.size(); ++i)
        out.push_back({sheet[i].id, sheet[i].facts.number, sheet[i].state, sheet[i].held_until, sheet[i].claim});
    return out;
}

inline std::vector<Look> fresh_looks(Store& store, ConcertId concert, Time now) {
    std::vector<Look> out;
    for (const auto& seat : must(must(store.read(), "read")->seats_of(concert), "seats")) {
        const auto state = state_at(seat, now);
        const bool is_held = state == SeatState::held;
        const bool is_claimed = is_held || state == SeatState::sold;
        out.push_back({seat.id, seat.facts.number, state, is_held ? seat.held_until : never,
                       is_claimed ? seat.claim : ReservationId{}});
    }
    return out;
}

/// Of a process that has just been started.
inline SeatVersion fresh_version(Store& store, ConcertId concert, Time now) {
    const auto view = must(store.read(), "read");
    std::vector<Concert> found;
    must(view->concerts().load({{concert}}, found), "concert");
    SeatRoll roll(found.at(0), must(view->seats_of(concert), "seats"), must(view->last_event(), "last event"));
    roll.lapse(now);
    return roll.sheet()->version();
}

inline std::string text_of(const std::vector<Look>& looks) {
    std::string text;
    for (const auto& one : looks) {
        text += one.number + " " + std::string{name_of(one.state)};
        if (one.held_until != never) text += " until " + to_text(one.held_until);
        if (one.claim) text += " by " + to_text(one.claim);
        text += "\n";
    }
    return text;
}

/// The numbers of the seats that changed.
inline std::vector<std::string> numbers(const SeatChanges& changes) {
    std::vector<std::string> out;
    for (const auto index : changes.changed) out.push_back((*changes.sheet)[index].facts.number);
    return out;
}

/// An office that is told of everything that others commit, on a store of its own unless one is given.
inline Office told_office(std::shared_ptr<Store> store = std::make_shared<MemoryStore>(),
                          std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>(opening),
                          Options options = room_for(100)) {
    options.holds_per_user = 10;
    return Office{std::move(options), nullptr, std::move(store), std::move(clock), Others::told};
}

}  // namespace boxoffice::testing
