#pragma once
/// Decisions about places in line: join, arrive, leave.

#include <utility>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/places.hpp"

namespace boxoffice {

template <>
struct Decision<Join> final : Deciding<Join> {
    void name_keys(const Join& command, const Moment&, Keys& keys) const override {
        keys.users.ids.push_back(command.user);
        keys.rooms.ids.push_back(command.room);
        keys.places.live_of.emplace_back(command.user, command.room);
    }

    void name_line(const Join& command, const WorkingSet&, const Moment&, std::vector<RoomId>& rooms) const override {
        rooms.push_back(command.room);
    }

    void meet(const Join& command, WorkingSet& set, const Moment& moment) const override {
        steps::settle_line(set, moment, command.room);
        for (const auto token : set.open_places_of(command.user, command.room)) steps::retire_place(set, moment, token);
    }

    Result<Joined> decide(const Join& command, WorkingSet& set, const Moment& moment) const override {
        if (set.users.find(command.user) == nullptr) return refuse(ErrorCode::unknown_user);
        if (set.rooms.find(command.room) == nullptr) return refuse(ErrorCode::unknown_room);
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
        BOXOFFICE_TRY_VALUE(auto place, join(room, command.user, token, moment.now));
        set.add(Event{.kind = EventKind::place_joined,
                      .user = command.user,
                      .room = room.id,
                      .token = token,
                      .amount = place.position});
        set.put_new(std::move(place));
        set.put(std::move(room));
        if (Line* line = set.line(command.room)) line->joined.push_back(token);
        steps::advance(set, moment, command.room);  // at once while there is room
        return answer(token, false);
    }
};

template <>
struct Decision<Arrive> final : Deciding<Arrive> {
    void name_keys(const Arrive& command, const Moment&, Keys& keys) const override {
        keys.places.tokens.push_back(command.token);
    }

    void name_more_keys(const Arrive& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_room_of(command.token, set, keys);
    }

    void name_line(const Arrive& command, const WorkingSet& set, const Moment& moment,
                   std::vector<RoomId>& rooms) const override {
        steps::name_line_if_lapsed(command.token, set, moment, rooms);
    }

    void meet(const Arrive& command, WorkingSet& set, const Moment& moment) const override {
        steps::meet_place(set, moment, command.user, command.token);
    }

    Result<Arrived> decide(const Arrive& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* place, steps::place_of(set, command.user, command.token));
        const auto state = state_at(*place, set.rooms.get(place->room).limits, moment.now);
        if (state != PlaceState::admitted) return refuse(reason_of(state));
        return Arrived{place->deadline, place->turn_until};
    }
};

template <>
struct Decision<Leave> final : Deciding<Leave> {
    void name_keys(const Leave& command, const Moment&, Keys& keys) const override {
        keys.places.tokens.push_back(command.token);
        keys.reservations.held_by.push_back(command.user);
    }

    void name_more_keys(const Leave& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_room_of(command.token, set, keys);
        steps::name_seats_of_holds(command.user, set, keys);
    }

    void name_line(const Leave& command, const WorkingSet& set, const Moment&, std::vector<RoomId>& rooms) const override {
        steps::name_line_of(command.token, set, rooms);
    }

    void meet(const Leave& command, WorkingSet& set, const Moment& moment) const override {
        const auto place = steps::place_of(set, command.user, command.token);
        if (!place) return;
        steps::settle_line(set, moment, (*place)->room);
        steps::retire_place(set, moment, command.token);
        steps::retire_holds_of(set, moment, command.user);
    }

    Result<Left> decide(const Leave& command, WorkingSet& set, const Moment& moment) const override {
        BOXOFFICE_TRY_VALUE(const auto* place, steps::place_of(set, command.user, command.token));
        const auto state = state_at(*place, set.rooms.get(place->room).limits, moment.now);
        if (state == PlaceState::left) return Left{};
        if (state == PlaceState::completed || state == PlaceState::expired) return refuse(reason_of(state));
        const auto holds = steps::live_holds_of(set, moment, command.user, command.token);
        for (const auto id : holds) steps::release_hold(set, moment, set.reservations.get(id));
        steps::finish_place(set, moment, command.token, PlaceState::left);
        return Left{static_cast<std::int64_t>(holds.size())};
    }
};

}  // namespace boxoffice
