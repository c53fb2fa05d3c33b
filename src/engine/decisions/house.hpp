#pragma once
/// Decisions about users, rooms, concerts and seats.

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/decisions/decision.hpp"
#include "engine/steps/expiry.hpp"
#include "engine/steps/line.hpp"
#include "engine/steps/naming.hpp"

namespace boxoffice {

template <>
struct Decision<CreateUser> final : Deciding<CreateUser> {
    Result<void> check(const CreateUser& command, const Options&) const override {
        return check_external_id(command.external_id);
    }

    void name_keys(const CreateUser& command, const Moment&, Keys& keys) const override {
        keys.users.external_ids.push_back(command.external_id);
    }

    Result<Created<UserId>> decide(const CreateUser& command, WorkingSet& set, const Moment& moment) const override {
        if (set.has_user_named(command.external_id)) return refuse(ErrorCode::user_exists);
        const auto id = moment.ids.next<UserId>(moment.now);
        set.put_new(User{id, command.external_id, moment.now});
        set.put_new(Account{account_of(id), AccountKind::user, Points{}, moment.now, moment.now});
        set.add(Event{.kind = EventKind::user_created, .user = id});
        return Created<UserId>{id};
    }
};

// ---- rooms ------------------------------------------------------------------------------------------------------

namespace steps {

/// Waiting may not outlast the identity that a token proves.
inline Result<void> check_room_limits(const RoomLimits& limits, const Options& options) {
    BOXOFFICE_TRY(check(limits));
    if (limits.waiting_ttl > options.identity_ttl)
        return refuse(ErrorCode::invalid_argument, "waiting_ttl: at most identity_ttl");
    return {};
}

}  // namespace steps

template <>
struct Decision<CreateRoom> final : Deciding<CreateRoom> {
    Result<void> check(const CreateRoom& command, const Options& options) const override {
        BOXOFFICE_TRY(check_room_name(command.name));
        return steps::check_room_limits(command.limits, options);
    }

    void name_keys(const CreateRoom& command, const Moment&, Keys& keys) const override {
        keys.rooms.names.push_back(command.name);
    }

    Result<Created<RoomId>> decide(const CreateRoom& command, WorkingSet& set, const Moment& moment) const override {
        if (set.has_room_named(command.name)) return refuse(ErrorCode::room_exists);
        auto room = make_room(moment.ids.next<RoomId>(moment.now), command.name, command.limits);
        const auto id = room.id;
        set.add(room_event(EventKind::room_created, room));
        set.put_new(std::move(room));
        return Created<RoomId>{id};
    }
};

template <>
struct Decision<ChangeRoom> final : Deciding<ChangeRoom> {
    Result<void> check(const ChangeRoom& command, const Options& options) const override {
        return steps::check_room_limits(command.limits, options);
    }

    void name_keys(const ChangeRoom& command, const Moment&, Keys& keys) const override {
        keys.rooms.ids.push_back(command.room);
    }

    void name_line(const ChangeRoom& command, const WorkingSet&, const Moment&,
                   std::vector<RoomId>& rooms) const override {
        rooms.push_back(command.room);
    }

    /// More may be admitted, and a shorter waiting_ttl counts at once.
    void reach(const ChangeRoom& command, RoomId room, LineReach& reach) const override {
        if (command.room != room) return;
        reach.limits.active_capacity = std::max(reach.limits.active_capacity, command.limits.active_capacity);
        reach.limits.waiting_ttl = std::min(reach.limits.waiting_ttl, command.limits.waiting_ttl);
        reach.has_rate = reach.has_rate && command.limits.admissions_per_second > 0;
    }

    void meet(const ChangeRoom& command, WorkingSet& set, const Moment& moment) const override {
        steps::settle_line(set, moment, command.room);
    }

    Result<Done> decide(const ChangeRoom& command, WorkingSet& set, const Moment&) const override {
        const auto* found = set.rooms.find(command.room);
        if (found == nullptr) return refuse(ErrorCode::unknown_room);
        Room room = *found;
        room.limits = command.limits;
        set.add(room_event(EventKind::room_changed, room));
        if (Line* line = set.line(room.id)) line->is_settled = false;
        set.put(std::move(room));
        return Done{};
    }
};

// ---- concerts ---------------------------------------------------------------------------------------------------

namespace steps {

/// Is it a day that can be written?
inline Result<void> check_day(Date date) {
    if (date < Date{} || date > last_date) return refuse(ErrorCode::invalid_date);
    return {};
}

inline Result<void> check_seats(const std::vector<NewSeat>& seats) {
    std::set<std::string_view> numbers;
    for (const auto& seat : seats) {
        BOXOFFICE_TRY(check(seat));
        if (!numbers.insert(seat.number).second) return refuse(ErrorCode::seat_exists, "seat " + seat.number);
    }
    return {};
}

/// `made` is the event that tells of them all; each one that is not for sale is told of after it, as any blocking is.
inline void put_seats(WorkingSet& set, const Moment& moment, ConcertId concert, const std::vector<NewSeat>& seats,
                      const Event& made) {
    set.add(made);
    for (const auto& one : seats) {
        Seat seat;
        seat.id = moment.ids.next<SeatId>(moment.now);
        seat.concert = concert;
        seat.facts = facts_of(one);
        if (one.is_blocked) {
            block(seat);
            set.add(Event{.kind = EventKind::seat_blocked, .concert = concert, .seat = seat.id});
        }
        set.put_new(std::move(seat));
    }
}

}  // namespace steps

template <>
struct Decision<CreateConcert> final : Deciding<CreateConcert> {
    Result<void> check(const CreateConcert& command, const Options&) const override {
        BOXOFFICE_TRY(check_title(command.title));
        BOXOFFICE_TRY(steps::check_day(command.date));
        return steps::check_seats(command.seats);
    }

    /// Its id can be guessed: see Keys::touched. What it makes is known without a look.
    void name_keys(const CreateConcert& command, const Moment&, Keys& keys) const override {
        keys.rooms.ids.push_back(command.room);
    }

    Result<Created<ConcertId>> decide(const CreateConcert& command, WorkingSet& set,
                                      const Moment& moment) const override {
        if (set.rooms.find(command.room) == nullptr) return refuse(ErrorCode::unknown_room);
        const auto id = moment.ids.next<ConcertId>(moment.now);
        Concert concert;
        concert.id = id;
        concert.date = command.date;
        concert.title = command.title;
        concert.room = command.room;
        concert.created_at = moment.now;
        set.put_new(std::move(concert));
        set.put(Sale{{id, 1}, moment.now, {}, 0});
        set.put_new(Account{sales_of(id), AccountKind::sales, Points{}, moment.now, moment.now});
        steps::put_seats(set, moment, id, command.seats,
                         Event{.kind = EventKind::concert_created,
                               .room = command.room,
                               .concert = id,
                               .amount = static_cast<std::int64_t>(command.seats.size())});
        return Created<ConcertId>{id};
    }
};

template <>
struct Decision<AddSeats> final : Deciding<AddSeats> {
    Result<void> check(const AddSeats& command, const Options&) const override {
        if (command.seats.empty()) return refuse(ErrorCode::invalid_argument, "seats: at least one");
        return steps::check_seats(command.seats);
    }

    /// With the concert's sales: a later command of the batch may hold and pay a seat that this one makes.
    void name_keys(const AddSeats& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
        keys.sales.in_force.push_back(command.concert);
        keys.touched.push_back(command.concert);
        keys.accounts.ids.push_back(sales_of(command.concert));
        for (const auto& seat : command.seats) keys.seats.numbers.emplace_back(command.concert, seat.number);
    }

    Result<SeatsAdded> decide(const AddSeats& command, WorkingSet& set, const Moment& moment) const override {
        if (set.concerts.find(command.concert) == nullptr) return refuse(ErrorCode::unknown_concert);
        for (const auto& seat : command.seats)
            if (set.has_seat_numbered(command.concert, seat.number))
                return refuse(ErrorCode::seat_exists, "seat " + seat.number);
        const auto count = static_cast<std::int64_t>(command.seats.size());
        steps::put_seats(set, moment, command.concert, command.seats,
                         Event{.kind = EventKind::seats_added, .concert = command.concert, .amount = count});
        return SeatsAdded{count};
    }
};

template <>
struct Decision<ChangeConcert> final : Deciding<ChangeConcert> {
    Result<void> check(const ChangeConcert& command, const Options&) const override {
        BOXOFFICE_TRY(check_title(command.title));
        return steps::check_day(command.date);
    }

    void name_keys(const ChangeConcert& command, const Moment& moment, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
        if (!command.room) return;
        keys.rooms.ids.push_back(*command.room);
        keys.reservations.held_in.emplace_back(command.concert, moment.now);
    }

    Result<Changed> decide(const ChangeConcert& command, WorkingSet& set, const Moment&) const override {
        const auto* found = set.concerts.find(command.concert);
        if (found == nullptr) return refuse(ErrorCode::unknown_concert);
        if (found->version != command.version) return refuse(ErrorCode::stale_version);
        const auto room = command.room.value_or(found->room);
        const bool moves = room != found->room;
        if (command.room && set.rooms.find(room) == nullptr) return refuse(ErrorCode::unknown_room);
        if (moves && set.is_held(found->id)) return refuse(ErrorCode::seats_held);
        Concert concert = *found;
        concert.room = room;
        concert.date = command.date;
        concert.title = command.title;
        concert.starts_at = command.starts_at;
        concert.is_hidden = command.is_hidden;
        const Changed answer{concert.version = next_number(concert.version)};
        set.add(Event{.kind = EventKind::concert_changed,
                      .room = moves ? room : RoomId{},
                      .concert = concert.id,
                      .subject = concert.version});
        set.put(std::move(concert));
        return answer;
    }
};

template <>
struct Decision<DeleteConcert> final : Deciding<DeleteConcert> {
    void name_keys(const DeleteConcert& command, const Moment&, Keys& keys) const override {
        keys.concerts.ids.push_back(command.concert);
    }

    /// No reservation of it has an id of an earlier time: time does not run backwards (T1), and ids not behind it. (The concert's
    /// own id may be ahead of its time, where many were made in one moment.)
    void name_more_keys(const DeleteConcert& command, const WorkingSet& set, Keys& keys) const override {
        if (const auto* concert = set.concerts.find(command.concert))
            keys.reservations.any_in.emplace_back(concert->id, ReservationId{tsid::first_at(concert->created_at)});
    }

    Result<Done> decide(const DeleteConcert& command, WorkingSet& set, const Moment&) const override {
        const auto* concert = set.concerts.find(command.concert);
        if (concert == nullptr) return refuse(ErrorCode::unknown_concert);
        if (concert->version != command.version) return refuse(ErrorCode::stale_version);
        if (set.has_history(concert->id)) return refuse(ErrorCode::has_history);
        set.add(Event{.kind = EventKind::concert_deleted, .concert = concert->id});
        set.remove(concert->id);
        return Done{};
    }
};

// ---- seats off and on sale --------------------------------------------------------------------------------------

template <>
struct Decision<BlockSeat> final : Deciding<BlockSeat> {
    void name_keys(const BlockSeat& command, const Moment&, Keys& keys) const override {
        keys.seats.ids.push_back(command.seat);
    }

    void name_more_keys(const BlockSeat& command, const WorkingSet& set, Keys& keys) const override {
        steps::name_claim(command.seat, set, keys);
    }

    void meet(const BlockSeat& command, WorkingSet& set, const Moment& moment) const override {
        steps::retire_claim(set, moment, command.seat);
    }

    Result<Done> decide(const BlockSeat& command, WorkingSet& set, const Moment& moment) const override {
        const auto* found = set.seats.find(command.seat);
        if (found == nullptr) return refuse(ErrorCode::unknown_seat);
        if (found->state == SeatState::blocked) return Done{};
        BOXOFFICE_TRY(check_available(*found, moment.now));
        Seat seat = *found;
        block(seat);
        set.add(Event{.kind = EventKind::seat_blocked, .concert = seat.concert, .seat = seat.id});
        set.put(std::move(seat));
        return Done{};
    }
};

template <>
struct Decision<UnblockSeat> final : Deciding<UnblockSeat> {
    void name_keys(const UnblockSeat& command, const Moment&, Keys& keys) const override {
        keys.seats.ids.push_back(command.seat);
    }

    Result<Done> decide(const UnblockSeat& command, WorkingSet& set, const Moment&) const override {
        const auto* found = set.seats.find(command.seat);
        if (found == nullptr) return refuse(ErrorCode::unknown_seat);
        if (found->state != SeatState::blocked) return Done{};
        Seat seat = *found;
        open(seat);
        set.add(Event{.kind = EventKind::seat_unblocked, .concert = seat.concert, .seat = seat.id});
        set.put(std::move(seat));
        return Done{};
    }
};

}  // namespace boxoffice
