#pragma once
/// A waiting room: a queue in front of one or more concerts, and the places in it.
///
/// The life of a place (PlaceState), which the tests repeat as a table:
///
///     from       what happens                        to
///     (none)     join                                waiting
///     waiting    its turn comes (admit)              admitted
///     waiting    leave                               left
///     waiting    waiting_ttl after issue has passed  expired
///     admitted   last live hold is paid (complete)   completed
///     admitted   leave                               left
///     admitted   its deadline has passed             expired
///
/// An admitted place has until `arrive_ttl` to show up; showing up moves its deadline to `active_ttl` from then;
/// a hold moves it on to the hold's own. Expiry is a comparison with `now`: the row follows when a command meets it.
/// All functions are pure; invariants Q1 to Q5 of src/README.md live here.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/domain/transition.hpp"
#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

/// A place in line: 1, 2, 3 … in order of joining, never reused.
using Position = std::int64_t;

struct RoomLimits {
    std::int64_t active_capacity = 200;       ///< admitted places live at once; 0 stops admission
    std::int64_t queue_capacity = 1'000'000;  ///< places waiting at once
    std::int64_t admissions_per_second = 0;   ///< evenly spaced; 0: as fast as places free
    Duration arrive_ttl = std::chrono::seconds{60};
    Duration active_ttl = std::chrono::minutes{5};
    Duration waiting_ttl = std::chrono::hours{24};
    friend bool operator==(const RoomLimits&, const RoomLimits&) = default;
};

inline constexpr std::int64_t capacity_max = 1'000'000'000;
inline constexpr Duration ttl_max = std::chrono::hours{24 * 366};

inline Result<void> check_ttl(Duration ttl, std::string_view what) {
    if (ttl < std::chrono::milliseconds{1} || ttl > ttl_max)
        return refuse(ErrorCode::invalid_argument, std::string{what} + ": 1 ms to 366 days");
    return {};
}

inline Result<void> check(const RoomLimits& limits) {
    const auto between = [](std::int64_t value, std::int64_t most) { return value >= 0 && value <= most; };
    if (!between(limits.active_capacity, capacity_max))
        return refuse(ErrorCode::invalid_argument, "active_capacity: 0 to 10^9");
    if (!between(limits.queue_capacity, capacity_max))
        return refuse(ErrorCode::invalid_argument, "queue_capacity: 0 to 10^9");
    if (!between(limits.admissions_per_second, 1'000'000))
        return refuse(ErrorCode::invalid_argument, "admissions_per_second: 0 to 10^6");
    BOXOFFICE_TRY(check_ttl(limits.arrive_ttl, "arrive_ttl"));
    BOXOFFICE_TRY(check_ttl(limits.active_ttl, "active_ttl"));
    return check_ttl(limits.waiting_ttl, "waiting_ttl");
}

inline Result<void> check_room_name(std::string_view name) { return check_text(name, 1, 64, "room name"); }

/// One row of a room. The counts are of rows in that state, whether or not their time has passed.
struct Room {
    RoomId id;
    std::string name;
    RoomLimits limits;
    Position last_position = 0;  ///< the last one given out
    Position serving = 0;        ///< the highest one admitted so far
    std::int64_t waiting_count = 0;
    std::int64_t admitted_count = 0;
    Time next_admission_at{};    ///< with admissions_per_second: not before this
    Time next_lapse_at = never;  ///< no admitted place's deadline is earlier (a lower bound)
    friend bool operator==(const Room&, const Room&) = default;
};

inline Room make_room(RoomId id, std::string name, const RoomLimits& limits) {
    Room room;
    room.id = id;
    room.name = std::move(name);
    room.limits = limits;
    return room;
}

/// What tells of the room's capacity, when it is made or changed: the audit knows from it which one was in force.
inline Event room_event(EventKind kind, const Room& room) {
    return Event{.kind = kind, .room = room.id, .amount = room.limits.active_capacity};
}

enum class PlaceState : std::int32_t { waiting = 1, admitted = 2, completed = 3, left = 4, expired = 5 };

template <>
inline constexpr std::array enum_names<PlaceState>{
    EnumName{PlaceState::waiting, "waiting"},     EnumName{PlaceState::admitted, "admitted"},
    EnumName{PlaceState::completed, "completed"}, EnumName{PlaceState::left, "left"},
    EnumName{PlaceState::expired, "expired"},
};

/// The states of a place that is in line or admitted; every other is an end.
inline constexpr std::array unfinished_places{PlaceState::waiting, PlaceState::admitted};

constexpr bool is_finished(PlaceState state) {
    return std::find(unfinished_places.begin(), unfinished_places.end(), state) == unfinished_places.end();
}

/// One place: what the token proves, and what became of it.
struct Place {
    TokenId token;
    RoomId room;
    UserId user;
    Position position = 0;
    PlaceState state = PlaceState::waiting;
    Time admitted_at = never;  ///< never: not admitted
    Time arrived_at = never;   ///< never: not shown up yet
    Time turn_until = never;   ///< no new hold from here on; set by showing up
    Time deadline = never;     ///< of an admitted place; a waiting one's follows from its token (waiting_until)
    Time finished_at = never;  ///< when it completed, left, or its time ran out
    friend bool operator==(const Place&, const Place&) = default;
};

/// A token is issued when its id is made.
inline Time issued_at(TokenId token) { return tsid::time_of(token.value); }

/// When a place that is still waiting gives up its claim to be admitted.
inline Time waiting_until(TokenId token, const RoomLimits& limits) {
    return later(issued_at(token), limits.waiting_ttl);
}

/// Tokens below this one have waited too long at `now` (the same rule, for a whole line).
inline TokenId first_still_waiting(const RoomLimits& limits, Time now) {
    const auto cut =
        std::chrono::floor<std::chrono::milliseconds>(now - limits.waiting_ttl) + std::chrono::milliseconds{1};
    return TokenId{tsid::first_at(Time{cut})};
}

inline Time deadline_of(const Place& place, const RoomLimits& limits) {
    return place.state == PlaceState::waiting ? waiting_until(place.token, limits) : place.deadline;
}

/// The state at `now`, expiry included.
inline PlaceState state_at(const Place& place, const RoomLimits& limits, Time now) {
    return !is_finished(place.state) && passed(deadline_of(place, limits), now) ? PlaceState::expired : place.state;
}

inline bool is_live(const Place& place, const RoomLimits& limits, Time now) {
    return !is_finished(state_at(place, limits, now));
}

/// Why a place that is not live has no turn; for `peek`.
inline ErrorCode reason_of(PlaceState state) {
    switch (state) {
        case PlaceState::completed: return ErrorCode::place_completed;
        case PlaceState::left: return ErrorCode::place_left;
        case PlaceState::expired: return ErrorCode::place_expired;
        default: return ErrorCode::not_your_turn;
    }
}

inline Duration admission_interval(const RoomLimits& limits) {
    return limits.admissions_per_second == 0
               ? Duration::zero()
               : Duration{(1'000'000 + limits.admissions_per_second - 1) / limits.admissions_per_second};
}

/// How many may be admitted at `now`, if as many wait. A rate admits one at a time: no burst is saved up.
inline std::int64_t admissible_count(const Room& room, Time now) {
    const auto free = std::max<std::int64_t>(0, room.limits.active_capacity - room.admitted_count);
    if (room.limits.admissions_per_second == 0) return free;
    return passed(room.next_admission_at, now) ? std::min<std::int64_t>(1, free) : 0;
}

/// When the room next has something to do for those who wait: `never` if nobody waits. A time not after `now`
/// means "due". Never later than the true time.
inline Time due_at(const Room& room) {
    if (room.waiting_count == 0) return never;
    if (room.admitted_count >= room.limits.active_capacity) return room.next_lapse_at;
    return room.limits.admissions_per_second == 0 ? Time{} : room.next_admission_at;
}

/// Gives the next position. Refused with queue_full where `queue_capacity` wait, unless the newcomer would not
/// have to wait at all. The place is waiting; the caller advances the room.
inline Result<Place> join(Room& room, UserId user, TokenId token, Time now) {
    const bool waits = room.waiting_count > 0 || admissible_count(room, now) == 0;
    if (waits && room.waiting_count >= room.limits.queue_capacity) return refuse(ErrorCode::queue_full);
    Place place;
    place.token = token;
    place.room = room.id;
    place.user = user;
    place.position = room.last_position = next_number(room.last_position);
    ++room.waiting_count;
    return place;
}

/// Admits a waiting place. The caller goes by position and has asked admissible_count.
inline void admit(Room& room, Place& place, Time now) {
    demand(state_at(place, room.limits, now) == PlaceState::waiting, "admit: the place does not wait");
    place.state = PlaceState::admitted;
    place.admitted_at = now;
    place.deadline = later(now, room.limits.arrive_ttl);
    --room.waiting_count;
    ++room.admitted_count;
    room.serving = place.position;
    room.next_admission_at = later(now, admission_interval(room.limits));
    room.next_lapse_at = std::min(room.next_lapse_at, place.deadline);
}

/// The first peek or command of an admitted place. True if it had not shown up before.
inline bool arrive(Place& place, const RoomLimits& limits, Time now) {
    if (state_at(place, limits, now) != PlaceState::admitted || place.arrived_at != never) return false;
    place.arrived_at = now;
    place.turn_until = later(now, limits.active_ttl);
    place.deadline = place.turn_until;
    return true;
}

/// May this place hold a seat or pay at `now`? (An admitted place that pays need not be before turn_until.)
inline Result<void> check_turn(const Place& place, const RoomLimits& limits, Time now) {
    if (state_at(place, limits, now) != PlaceState::admitted) return refuse(ErrorCode::not_your_turn);
    return {};
}

/// A new hold is made before turn_until only, so that holds one after another do not keep a place for ever.
inline Result<void> check_turn_for_hold(const Place& place, const RoomLimits& limits, Time now) {
    BOXOFFICE_TRY(check_turn(place, limits, now));
    if (passed(place.turn_until, now))
        return refuse(ErrorCode::not_your_turn, "the time for new holds is over; pay what is held or join again");
    return {};
}

/// A live hold implies a live place (H3).
inline void extend(Place& place, Time hold_deadline) {
    demand(place.state == PlaceState::admitted, "extend: the place is not admitted");
    place.deadline = std::max(place.deadline, hold_deadline);
}

/// Ends a live place: completed, left or expired. `at` is now, or for an expired one its true deadline.
inline void finish(Room& room, Place& place, PlaceState end, Time at) {
    demand(place.state == PlaceState::admitted || (place.state == PlaceState::waiting && end != PlaceState::completed),
           "finish: the place has ended, or is completed before it was admitted");
    --(place.state == PlaceState::waiting ? room.waiting_count : room.admitted_count);
    place.state = end;
    place.finished_at = at;
}

/// A sample of how fast a line moves, for the estimated wait. Not part of any row: each process watches for itself.
class AdmissionRate {
  public:
    /// Tells that at `now` the room serves `serving` and that people wait behind it.
    void observe(Position serving, Time now) {
        if (!samples_.empty() && serving <= samples_.back().serving) return;
        if (samples_.size() == sample_count_max) samples_.erase(samples_.begin());
        samples_.push_back({serving, now});
    }

    /// From one admission to the next; none: unknown (under 10 admissions seen).
    [[nodiscard]] std::optional<Duration> gap() const {
        if (samples_.size() < 2) return std::nullopt;
        const auto admissions = samples_.back().serving - samples_.front().serving;
        if (admissions < known_from) return std::nullopt;
        return (samples_.back().at - samples_.front().at) / admissions;
    }

  private:
    static constexpr std::size_t sample_count_max = 32;
    static constexpr Position known_from = 10;
    struct Sample {
        Position serving;
        Time at;
    };
    std::vector<Sample> samples_;
};

}  // namespace boxoffice
