#pragma once
/// Steps that several decisions share: retiring what has expired, moving a line, remembering answers.

#include <initializer_list>
#include <optional>
#include <utility>

#include "boxoffice/commands.hpp"
#include "engine/crypto.hpp"
#include "engine/working_set.hpp"

namespace boxoffice::steps {

// ---- expiry: a command that meets an expired row retires it first -----------------------------------------------

/// Writes down that a hold's time ran out, and puts its seat back on sale. Nothing if it did not.
inline void retire_hold(WorkingSet& set, const Moment& moment, ReservationId id) {
    const auto* found = id ? set.reservations.find(id) : nullptr;
    if (found == nullptr || found->state != ReservationState::held || is_live_hold(*found, moment.now)) return;
    Reservation reservation = *found;
    expire(reservation);
    Seat seat = set.seats.get(reservation.seat);
    if (seat.claim == reservation.id) {
        open(seat);
        set.put(std::move(seat));
    }
    set.add(Event{.kind = EventKind::hold_expired,
                  .user = reservation.user,
                  .token = reservation.token,
                  .concert = reservation.concert,
                  .seat = reservation.seat,
                  .reservation = reservation.id,
                  .deadline = reservation.deadline});
    set.put(std::move(reservation));
    set.count_retired();
}

inline void retire_holds_of(WorkingSet& set, const Moment& moment, UserId user) {
    for (const auto id : set.held_by(user)) retire_hold(set, moment, id);
}

/// Writes down that a place's time ran out. Nothing if it did not.
inline void retire_place(WorkingSet& set, const Moment& moment, TokenId token) {
    Place place = set.places.get(token);
    if (place.finished_at != never) return;
    Room room = set.rooms.get(place.room);
    if (is_live(place, room.limits, moment.now)) return;
    const auto deadline = deadline_of(place, room.limits);
    finish(room, place, PlaceState::expired, deadline);
    set.add(Event{.kind = EventKind::place_expired,
                  .user = place.user,
                  .room = place.room,
                  .token = place.token,
                  .deadline = deadline});
    set.put(std::move(place));
    set.put(std::move(room));
    set.count_retired();
}

// ---- the line ---------------------------------------------------------------------------------------------------

/// Retires the places of a loaded line whose time ran out, once a batch; a tick no more than it may.
inline void settle_line(WorkingSet& set, const Moment& moment, RoomId id) {
    Line* line = set.line(id);
    if (line == nullptr || line->is_settled) return;
    line->is_settled = true;
    for (const auto token : line->lapsed) {
        if (!set.may_sweep()) {
            line->is_lapsed_whole = false;
            break;
        }
        retire_place(set, moment, token);
    }
    Room room = set.rooms.get(id);
    // The bound only matters to those who wait; without them it is not worth a write of its own.
    if (line->is_lapsed_whole && passed(room.next_lapse_at, moment.now) &&
        (room.waiting_count > 0 || !line->lapsed.empty())) {
        room.next_lapse_at = line->next_deadline;
        set.put(std::move(room));
    }
}

/// Admits those whose turn it is, in order of position (Q2), never above the capacity (Q3).
inline void advance(WorkingSet& set, const Moment& moment, RoomId id) {
    Line* line = set.line(id);
    if (line == nullptr) return;
    Room room = set.rooms.get(id);
    bool moved = false;
    while (admissible_count(room, moment.now) > 0) {
        if (line->next.empty() && !line->is_whole) break;  // the next batch loads more
        auto& queue = line->next.empty() ? line->joined : line->next;
        if (queue.empty()) break;
        Place place = set.places.get(queue.front());
        queue.pop_front();
        if (state_at(place, room.limits, moment.now) != PlaceState::waiting) continue;
        admit(room, place, moment.now);
        set.add(Event{.kind = EventKind::place_admitted,
                      .user = place.user,
                      .room = place.room,
                      .token = place.token,
                      .amount = place.position,
                      .deadline = place.deadline});
        set.put(std::move(place));
        moved = true;
    }
    if (moved) set.put(std::move(room));
}

// ---- whose place it is, and whether it is there -----------------------------------------------------------------

/// The place that `token` names, if it is the user's.
inline Result<const Place*> place_of(const WorkingSet& set, UserId user, TokenId token) {
    const auto* place = token ? set.places.find(token) : nullptr;
    if (place == nullptr || place->user != user) return refuse(ErrorCode::invalid_token);
    return place;
}

/// The first peek or command of an admitted place claims it, even when that command is then refused; and a place whose
/// time ran out is retired.
inline void meet_place(WorkingSet& set, const Moment& moment, UserId user, TokenId token) {
    const auto found = place_of(set, user, token);
    if (!found) return;
    Place place = **found;
    const bool has_lapsed = place.finished_at == never && !is_live(place, set.rooms.get(place.room).limits, moment.now);
    if (has_lapsed) settle_line(set, moment, place.room);  // it frees a slot
    retire_place(set, moment, token);
    const Room& room = set.rooms.get(place.room);
    if (!show_up(place, room.limits, moment.now)) return;
    set.add(Event{.kind = EventKind::place_arrived,
                  .user = user,
                  .room = place.room,
                  .token = token,
                  .deadline = place.deadline});
    set.put(std::move(place));
}

// ---- idempotency ------------------------------------------------------------------------------------------------

/// The answers that are remembered, as their fields in order.
inline std::vector<std::int64_t> fields_of(const Held& a) {
    return {a.reservation.value, a.seat.value, a.price.value, to_us(a.deadline)};
}
inline std::vector<std::int64_t> fields_of(const Recharged& a) { return {a.transfer.value, a.balance.value}; }
inline std::vector<std::int64_t> fields_of(const Paid& a) {
    return {a.payment.value, a.reservation.value, a.amount.value, a.balance.value, to_us(a.paid_at)};
}
inline std::vector<std::int64_t> fields_of(const PaymentBegun& a) {
    return {a.payment.value, a.reservation.value, a.amount.value, to_us(a.deadline)};
}
inline void read_fields(const std::vector<std::int64_t>& f, Held& a) {
    a = {ReservationId{f.at(0)}, SeatId{f.at(1)}, Points{f.at(2)}, from_us(f.at(3))};
}
inline void read_fields(const std::vector<std::int64_t>& f, Recharged& a) {
    a = {TransferId{f.at(0)}, Points{f.at(1)}};
}
inline void read_fields(const std::vector<std::int64_t>& f, Paid& a) {
    a = {PaymentId{f.at(0)}, ReservationId{f.at(1)}, Points{f.at(2)}, Points{f.at(3)}, from_us(f.at(4))};
}
inline void read_fields(const std::vector<std::int64_t>& f, PaymentBegun& a) {
    a = {PaymentId{f.at(0)}, ReservationId{f.at(1)}, Points{f.at(2)}, from_us(f.at(3))};
}

/// Where a request's record stands, and the hash of what was asked.
struct Request {
    IdempotencyId id;
    RequestHash hash{};
};

/// The answer given before to the same key and request; nothing if the key is free; idempotency_conflict if the key was
/// for another request.
template <class Answer>
Result<std::optional<Answer>> recall(const WorkingSet& set, const Moment& moment, const Request& request) {
    const auto* record = request.id.key.empty() ? nullptr : set.idempotency.find(request.id);
    if (record == nullptr || passed(later(record->created_at, moment.options.idempotency_ttl), moment.now))
        return std::optional<Answer>{};
    if (record->request != request.hash) return refuse(ErrorCode::idempotency_conflict);
    Answer answer;
    read_fields(record->answer, answer);
    return std::optional<Answer>{answer};
}

template <class Answer>
Answer remember(WorkingSet& set, const Moment& moment, const Request& request, Answer answer) {
    if (!request.id.key.empty())
        set.put(IdempotencyRecord{request.id, request.hash, fields_of(answer), moment.now});
    return answer;
}

}  // namespace boxoffice::steps
