#pragma once
/// Decisions about users, rooms, concerts and seats. See decide.hpp for what the functions of a command are.

#include <set>

#include "engine/decisions/steps.hpp"

namespace boxoffice {

// ---- CreateUser -------------------------------------------------------------------------------------------------

inline Result<void> check(const CreateUser& command, const Options&) { return check_external_id(command.external_id); }

inline void name_keys(const CreateUser& command, Keys& keys) { keys.users.external_ids.push_back(command.external_id); }

inline Result<Created<UserId>> decide(const CreateUser& command, WorkingSet& set, const Moment& moment) {
    if (set.has_user_named(command.external_id)) return refuse(ErrorCode::user_exists);
    const auto id = moment.ids.next<UserId>(moment.now);
    set.put_new(User{id, command.external_id, moment.now});
    set.put_new(Account{account_of(id), AccountKind::user, Points{}, moment.now, moment.now});
    set.add(Event{.kind = EventKind::user_created, .user = id});
    return Created<UserId>{id};
}

// ---- CreateRoom, ChangeRoom -------------------------------------------------------------------------------------

/// Waiting may not outlast the identity that a token proves.
inline Result<void> check_room_limits(const RoomLimits& limits, const Options& options) {
    BOXOFFICE_TRY(check(limits));
    if (limits.waiting_ttl > options.identity_ttl)
        return refuse(ErrorCode::invalid_argument, "waiting_ttl: at most identity_ttl");
    return {};
}

inline Result<void> check(const CreateRoom& command, const Options& options) {
    BOXOFFICE_TRY(check_room_name(command.name));
    return check_room_limits(command.limits, options);
}

inline void name_keys(const CreateRoom& command, Keys& keys) { keys.rooms.names.push_back(command.name); }

inline Result<Created<RoomId>> decide(const CreateRoom& command, WorkingSet& set, const Moment& moment) {
    if (set.has_room_named(command.name)) return refuse(ErrorCode::room_exists);
    Room room;
    room.id = moment.ids.next<RoomId>(moment.now);
    room.name = command.name;
    room.limits = command.limits;
    const auto id = room.id;
    set.add(Event{.kind = EventKind::room_created, .room = id, .amount = room.limits.active_capacity});
    set.put_new(std::move(room));
    return Created<RoomId>{id};
}

inline Result<void> check(const ChangeRoom& command, const Options& options) {
    return check_room_limits(command.limits, options);
}

inline void name_keys(const ChangeRoom& command, Keys& keys) { keys.rooms.ids.push_back(command.room); }

inline void name_line(const ChangeRoom& command, const WorkingSet&, std::vector<RoomId>& rooms) {
    rooms.push_back(command.room);
}

inline void meet(const ChangeRoom& command, WorkingSet& set, const Moment& moment) {
    steps::settle_line(set, moment, command.room);
}

inline Result<Done> decide(const ChangeRoom& command, WorkingSet& set, const Moment&) {
    const auto* found = command.room ? set.rooms.find(command.room) : nullptr;
    if (found == nullptr) return refuse(ErrorCode::unknown_room);
    Room room = *found;
    room.limits = command.limits;
    set.add(Event{.kind = EventKind::room_changed, .room = room.id, .amount = room.limits.active_capacity});
    if (Line* line = set.line(room.id)) line->is_settled = false;  // a shorter waiting_ttl counts at once
    set.put(std::move(room));
    return Done{};
}

// ---- CreateConcert, AddSeats ------------------------------------------------------------------------------------

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

inline Result<void> check(const CreateConcert& command, const Options&) {
    BOXOFFICE_TRY(check_title(command.title));
    const auto day = parse_date(to_text(command.date));
    if (!day || *day != command.date) return refuse(ErrorCode::invalid_date);  // a far one wraps into the calendar
    return check_seats(command.seats);
}

inline void name_keys(const CreateConcert& command, Keys& keys) { keys.rooms.ids.push_back(command.room); }

inline Result<Created<ConcertId>> decide(const CreateConcert& command, WorkingSet& set, const Moment& moment) {
    if (!command.room || set.rooms.find(command.room) == nullptr) return refuse(ErrorCode::unknown_room);
    const auto id = moment.ids.next<ConcertId>(moment.now);
    set.put_new(Concert{id, command.date, command.title, command.room, moment.now});
    set.put_new(Account{sales_of(id), AccountKind::sales, Points{}, moment.now, moment.now});
    put_seats(set, moment, id, command.seats,
              Event{.kind = EventKind::concert_created,
                    .room = command.room,
                    .concert = id,
                    .amount = static_cast<std::int64_t>(command.seats.size())});
    return Created<ConcertId>{id};
}

inline Result<void> check(const AddSeats& command, const Options&) {
    if (command.seats.empty()) return refuse(ErrorCode::invalid_argument, "seats: at least one");
    return check_seats(command.seats);
}

/// With the concert's sales: a later command of the batch may hold and pay a seat that this one makes.
inline void name_keys(const AddSeats& command, Keys& keys) {
    keys.concerts.ids.push_back(command.concert);
    keys.accounts.ids.push_back(sales_of(command.concert));
    for (const auto& seat : command.seats) keys.seats.numbers.emplace_back(command.concert, seat.number);
}

inline Result<SeatsAdded> decide(const AddSeats& command, WorkingSet& set, const Moment& moment) {
    if (!command.concert || set.concerts.find(command.concert) == nullptr) return refuse(ErrorCode::unknown_concert);
    for (const auto& seat : command.seats)
        if (set.has_seat_numbered(command.concert, seat.number))
            return refuse(ErrorCode::seat_exists, "seat " + seat.number);
    const auto count = static_cast<std::int64_t>(command.seats.size());
    put_seats(set, moment, command.concert, command.seats,
              Event{.kind = EventKind::seats_added, .concert = command.concert, .amount = count});
    return SeatsAdded{count};
}

// ---- BlockSeat, UnblockSeat -------------------------------------------------------------------------------------

inline void name_keys(const BlockSeat& command, Keys& keys) { keys.seats.ids.push_back(command.seat); }

/// The claim of a held seat: it may have lapsed.
inline void name_claim(SeatId id, const WorkingSet& set, Keys& keys) {
    const auto* seat = id ? set.seats.find(id) : nullptr;
    if (seat != nullptr && seat->state == SeatState::held) keys.reservations.ids.push_back(seat->claim);
}

inline void name_more_keys(const BlockSeat& command, const WorkingSet& set, Keys& keys) {
    name_claim(command.seat, set, keys);
}

inline void retire_claim(SeatId id, WorkingSet& set, const Moment& moment) {
    const auto* seat = id ? set.seats.find(id) : nullptr;
    if (seat != nullptr && seat->state == SeatState::held) steps::retire_hold(set, moment, seat->claim);
}

inline void meet(const BlockSeat& command, WorkingSet& set, const Moment& moment) {
    retire_claim(command.seat, set, moment);
}

inline Result<Done> decide(const BlockSeat& command, WorkingSet& set, const Moment& moment) {
    const auto* found = command.seat ? set.seats.find(command.seat) : nullptr;
    if (found == nullptr) return refuse(ErrorCode::unknown_seat);
    if (found->state == SeatState::blocked) return Done{};
    BOXOFFICE_TRY(check_available(*found, moment.now));
    Seat seat = *found;
    block(seat);
    set.add(Event{.kind = EventKind::seat_blocked, .concert = seat.concert, .seat = seat.id});
    set.put(std::move(seat));
    return Done{};
}

inline void name_keys(const UnblockSeat& command, Keys& keys) { keys.seats.ids.push_back(command.seat); }

inline Result<Done> decide(const UnblockSeat& command, WorkingSet& set, const Moment&) {
    const auto* found = command.seat ? set.seats.find(command.seat) : nullptr;
    if (found == nullptr) return refuse(ErrorCode::unknown_seat);
    if (found->state != SeatState::blocked) return Done{};
    Seat seat = *found;
    open(seat);
    set.add(Event{.kind = EventKind::seat_unblocked, .concert = seat.concert, .seat = seat.id});
    set.put(std::move(seat));
    return Done{};
}

}  // namespace boxoffice
