#pragma once
/// Between the engine's types and the C structures. What is converted to is zero before, its reserved room included.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>

#include "boxoffice/answers.hpp"
#include "boxoffice/commands.hpp"
#include "boxoffice/member_count.hpp"
#include "boxoffice/options.hpp"
#include "boxoffice/seat_sheet.hpp"
#include "call.hpp"

namespace boxoffice::capi {

/// Of the caller's size and version, wherever they stand; NULL: the defaults.
inline Result<RoomLimits> limits_from_c(const void* given, const char* what) {
    BOXOFFICE_TRY_VALUE(auto c, read_struct<boxoffice_room_limits>(given, BOXOFFICE_ROOM_LIMITS_INIT, what));
    BOXOFFICE_TRY(check_reserved(c, what));
    RoomLimits limits;
    limits.active_capacity = c.active_capacity;
    limits.queue_capacity = c.queue_capacity;
    limits.admissions_per_second = c.admissions_per_second;
    limits.arrive_ttl = Duration{c.arrive_ttl_us};
    limits.active_ttl = Duration{c.active_ttl_us};
    limits.waiting_ttl = Duration{c.waiting_ttl_us};
    return limits;
}

inline void to_c(const RoomLimits& limits, boxoffice_room_limits& c) {
    c = {sizeof(boxoffice_room_limits),
         0,
         limits.active_capacity,
         limits.queue_capacity,
         limits.admissions_per_second,
         limits.arrive_ttl.count(),
         limits.active_ttl.count(),
         limits.waiting_ttl.count(),
         {}};
}

inline void to_c(const Room& room, boxoffice_room& c) {
    c.id = room.id.value;
    to_c(room.limits, c.limits);
    c.last_position = room.last_position;
    c.serving = room.serving;
    copy_text(c.name, room.name);
}

/// Where a text of a seat stands: as a host says it, as it is kept, and in each of the structures.
struct SeatText {
    const char* name;
    std::string NewSeat::*said;
    std::string SeatFacts::*kept;
    const char* boxoffice_new_seat::*in;
    std::size_t boxoffice_new_seat::*in_length;
    std::uint32_t boxoffice_seat_item::*item_offset;
    std::uint32_t boxoffice_seat_item::*item_length;
    char (boxoffice_seat::*out)[72];
};

#define BOXOFFICE_SEAT_TEXT(name)                                                                                  \
    SeatText {                                                                                                     \
        "" #name, &NewSeat::name, &SeatFacts::name, &boxoffice_new_seat::name, &boxoffice_new_seat::name##_length, \
            &boxoffice_seat_item::name##_offset, &boxoffice_seat_item::name##_length, &boxoffice_seat::name        \
    }
inline constexpr std::array seat_texts{BOXOFFICE_SEAT_TEXT(number), BOXOFFICE_SEAT_TEXT(section),
                                       BOXOFFICE_SEAT_TEXT(row), BOXOFFICE_SEAT_TEXT(label),
                                       BOXOFFICE_SEAT_TEXT(category)};
#undef BOXOFFICE_SEAT_TEXT
static_assert(
    member_count<SeatFacts>() == seat_texts.size() + 3,
    "beside its texts a seat has price, x and y: a new text is one more of seat_texts; what is none of these stands in "
    "new_seat and in to_c, and is counted here");

/// `c` is a boxoffice_new_seat or a boxoffice_seat_item, whose texts `text_of(SeatText)` finds.
template <class Struct, class TextOf>
Result<NewSeat> new_seat(const Struct& c, TextOf text_of) {
    BOXOFFICE_TRY(check_reserved(c, "a new seat"));
    if (c.is_blocked != 0 && c.is_blocked != 1) return refuse(ErrorCode::invalid_argument, "is_blocked: 0 or 1");
    NewSeat seat;
    for (const auto& one : seat_texts) {
        BOXOFFICE_TRY_VALUE(auto text, text_of(one));
        seat.*one.said = text;
    }
    seat.price = Points{c.price};
    seat.x = c.x;
    seat.y = c.y;
    seat.is_blocked = c.is_blocked == 1;
    return seat;
}

inline Result<NewSeat> from_c(const boxoffice_new_seat& c) {
    return new_seat(c, [&](const SeatText& one) { return text_of(c.*one.in, c.*one.in_length, one.name); });
}

inline Result<std::vector<NewSeat>> from_c(const boxoffice_new_seat* seats, std::size_t count) {
    if (count > 0) BOXOFFICE_TRY(check_given(seats, "seats"));
    std::vector<NewSeat> out;
    for (std::size_t i = 0; i < count; ++i) {
        BOXOFFICE_TRY_VALUE(auto seat, from_c(seats[i]));
        out.push_back(std::move(seat));
    }
    return out;
}

inline void to_c(const Concert& concert, boxoffice_concert& c) {
    c.id = concert.id.value;
    c.room = concert.room.value;
    c.created_at_us = to_us(concert.created_at);
    copy_text(c.date, to_text(concert.date));
    copy_text(c.title, concert.title);
    c.starts_at_us = to_us(concert.starts_at);
    c.version = concert.version;
    c.called_off_at_us = to_us(concert.called_off_at);
    c.is_hidden = concert.is_hidden ? 1 : 0;
}

/// 0: none is named.
inline std::optional<RoomId> room_or_none(std::int64_t id) {
    return id == 0 ? std::nullopt : std::optional{RoomId{id}};
}

inline void to_c(const SeatNow& one, boxoffice_seat& c) {
    const Seat& seat = one.seat;
    c.id = seat.id.value;
    c.concert = seat.concert.value;
    c.price = seat.facts.price.value;
    c.x = seat.facts.x;
    c.y = seat.facts.y;
    c.held_until_us = one.state == SeatState::held ? to_us(seat.held_until) : BOXOFFICE_NEVER;
    c.state = static_cast<std::int32_t>(one.state);
    c.is_mine = one.is_mine ? 1 : 0;
    for (const auto& text : seat_texts) copy_text(c.*text.out, seat.facts.*text.kept);
}

/// Seats that can be held now are shown as everybody sees them.
inline void to_c(const Seat& seat, boxoffice_seat& c) { to_c(SeatNow{seat, SeatState::available, false}, c); }

inline void to_c(Date date, boxoffice_date& c) { copy_text(c.text, to_text(date)); }
inline void to_c(const User& user, std::int64_t& id) { id = user.id.value; }
inline void to_c(Points points, std::int64_t& value) { value = points.value; }
inline void to_c(Time time, std::int64_t& us) { us = to_us(time); }
inline void to_c(const Left& left, std::int64_t& released) { released = left.released; }
inline void to_c(const Changed& changed, std::int64_t& version) { version = changed.version; }
inline void to_c(const CalledOff& called_off, std::int64_t& at_us) { at_us = to_us(called_off.called_off_at); }
template <class IdType>
void to_c(const Created<IdType>& created, std::int64_t& id) {
    id = created.id.value;
}

inline std::int64_t word_of(std::int64_t number) { return number; }
inline std::int64_t word_of(Points points) { return points.value; }
inline std::int64_t word_of(Time time) { return to_us(time); }
template <class Tag>
std::int64_t word_of(Id<Tag> id) {
    return id.value;
}

/// Of an answer without a to_c of its own: its structure has a word for each of its members, in their order. Where one lacks
/// the other's, this does not compile.
template <class Answer, class Struct>
requires requires(Struct c) { c.reserved; }
void to_c(const Answer& answer, Struct& c) {
    constexpr auto count = member_count<Answer>();
    static_assert(offsetof(Struct, reserved) == count * sizeof(std::int64_t) && count >= 2 && count <= 5,
                  "it has not a word for each member, and then what is reserved: write a to_c");
    const auto fill = [&](const auto&... member) { c = {word_of(member)..., {}}; };
    if constexpr (count == 2) {
        const auto& [one, two] = answer;
        fill(one, two);
    } else if constexpr (count == 3) {
        const auto& [one, two, three] = answer;
        fill(one, two, three);
    } else if constexpr (count == 4) {
        const auto& [one, two, three, four] = answer;
        fill(one, two, three, four);
    } else {
        const auto& [one, two, three, four, five] = answer;
        fill(one, two, three, four, five);
    }
}

inline TokenClaims from_c(const boxoffice_claims& c) {
    return {TokenId{c.token}, UserId{c.user}, RoomId{c.room}, c.position};
}

inline void to_c(const Joined& joined, boxoffice_joined& c) {
    to_c(joined.claims, c.claims);
    c.identity_until_us = to_us(joined.identity_until);
    c.state = static_cast<std::int32_t>(joined.state);
    c.again = joined.again ? 1 : 0;
}

inline void to_c(const Peeked& peeked, boxoffice_peeked& c) {
    c.is_turn = peeked.is_turn ? 1 : 0;
    c.occurred_at_us = to_us(peeked.occurred_at);
    c.position = peeked.position;
    c.ahead = peeked.ahead;
    c.estimated_wait_us = peeked.estimated_wait ? peeked.estimated_wait->count() : -1;
    c.next_poll_us = peeked.next_poll.count();
    c.deadline_us = to_us(peeked.deadline);
}

inline void to_c(const ReservationNow& one, boxoffice_reservation& c) {
    const Reservation& row = one.reservation;
    c.id = row.id.value;
    c.user = row.user.value;
    c.seat = row.seat.value;
    c.concert = row.concert.value;
    c.token = row.token.value;
    c.payment = row.payment.value;
    c.price = row.price.value;
    c.held_at_us = to_us(row.held_at);
    c.deadline_us = to_us(row.deadline);
    c.finished_at_us = to_us(row.finished_at);
    c.state = static_cast<std::int32_t>(one.state);
    copy_text(c.seat_number, one.seat_number);
    copy_text(c.date, to_text(one.date));
    copy_text(c.seat_label, one.seat_label);
    copy_text(c.seat_section, one.seat_section);
    copy_text(c.seat_row, one.seat_row);
    c.order = row.order.value;
    c.sale = row.sale;
    c.type = row.type.value;
    c.refunded = row.refunded.value;
    c.cancelled_at_us = to_us(row.cancelled_at);
    c.refund = one.refund ? one.refund->value : -1;
    copy_text(c.seat_category, one.seat_category);
}

inline void to_c(const Transfer& row, boxoffice_transfer& c) {
    c.id = row.id.value;
    c.from = row.from.value;
    c.to = row.to.value;
    c.amount = row.amount.value;
    c.payment = row.payment.value;
    c.at_us = to_us(row.at);
    c.kind = static_cast<std::int32_t>(row.kind);
    c.reservation = row.reservation.value;
    copy_text(c.reason, row.reason);
}

inline void to_c(const PaymentStep& step, boxoffice_payment_step& c) {
    c.state = static_cast<std::int32_t>(step.state);
    c.at_us = to_us(step.at);
    copy_text(c.transaction_key, step.transaction_key);
}

inline void to_c(const PaymentNow& one, boxoffice_payment& c) {
    const Payment& row = one.payment;
    c.id = row.id.value;
    c.reservation = row.reservation.value;
    c.user = row.user.value;
    c.amount = row.amount.value;
    c.requested_at_us = to_us(row.requested_at);
    c.deadline_us = to_us(row.deadline);
    c.finished_at_us = to_us(row.finished_at);
    c.state = static_cast<std::int32_t>(one.state);
    copy_text(c.transaction_key, row.transaction_key);
    const auto count = std::min(one.history.size(), std::size(c.steps));
    c.step_count = static_cast<std::int32_t>(count);
    for (std::size_t i = 0; i < count; ++i) to_c(one.history[i], c.steps[i]);
}

inline void to_c(const Ticked& ticked, boxoffice_ticked& c) { c = {ticked.expired, ticked.more ? 1 : 0, 0, {}}; }

inline std::int64_t step_of(std::int64_t commands) { return commands; }
inline std::int64_t step_of(Duration latency) { return latency.count(); }

/// A histogram: the last step has no bound.
template <class Bounds, class Counts, std::size_t size>
void to_c(const Bounds& bounds, const Counts& counts, boxoffice_bucket (&c)[size]) {
    static_assert(std::tuple_size_v<Counts> == size && std::tuple_size_v<Bounds> + 1 == size);
    for (std::size_t i = 0; i < size; ++i)
        c[i] = {i < bounds.size() ? step_of(bounds[i]) : std::numeric_limits<std::int64_t>::max(), counts[i]};
}

inline void to_c(const CommitStats& stats, boxoffice_commit_stats& c) {
    c.commits = std::accumulate(stats.by_commands.begin(), stats.by_commands.end(), std::int64_t{0});
    c.commands = stats.commands;
    c.spent_us = stats.spent.count();
    to_c(CommitStats::command_bounds, stats.by_commands, c.by_commands);
    to_c(CommitStats::latency_bounds, stats.by_latency, c.by_latency_us);
}
inline void to_c(const Stats& stats, boxoffice_stats& c) {
    c.users = stats.users;
    c.waiting = stats.waiting;
    c.admitted = stats.admitted;
    to_c(stats.seats, c.seats);
}

inline void to_c(const SeatChanges& changes, boxoffice_seat_changes& c) {
    const auto& sheet = *changes.sheet;
    c.lapses_at_us = to_us(sheet.lapses_at());
    to_c(sheet.counts(), c.counts);
    c.is_whole = changes.is_whole ? 1 : 0;
    copy_text(c.version, to_text(sheet.version()));
}

inline void to_c(const Event& event, boxoffice_event& c) {
    c.sequence = event.sequence;
    c.at_us = to_us(event.at);
    c.user = event.user.value;
    c.room = event.room.value;
    c.token = event.token.value;
    c.concert = event.concert.value;
    c.seat = event.seat.value;
    c.reservation = event.reservation.value;
    c.payment = event.payment.value;
    c.amount = event.amount;
    c.deadline_us = to_us(event.deadline);
    c.kind = static_cast<std::int32_t>(event.kind);
    c.order = event.order.value;
    c.subject = event.subject;
}

inline void to_c(const Violation& violation, boxoffice_violation& c) {
    copy_text(c.rule, violation.rule);
    copy_text(c.detail, violation.detail);
}

}  // namespace boxoffice::capi
