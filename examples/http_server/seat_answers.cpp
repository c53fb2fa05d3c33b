#include "seat_answers.hpp"

#include <algorithm>

#include "http.hpp"

namespace http_server {

using namespace boxoffice;

namespace {

constexpr std::int64_t events_a_look = 1'000;
constexpr std::size_t bytes_max = 64 * 1024 * 1024;

/// Could the event have changed what anybody sees of the concert's seats?
bool touches(const Event& event, ConcertId concert) {
    if (event.concert) return event.concert == concert;
    switch (event.kind) {
        case EventKind::user_created:
        case EventKind::room_created:
        case EventKind::room_changed:
        case EventKind::place_joined:
        case EventKind::place_admitted:
        case EventKind::place_arrived:
        case EventKind::place_completed:
        case EventKind::place_left:  // its holds are released by events of their own
        case EventKind::place_expired:
        case EventKind::points_recharged: return false;
        default: return true;  // of a kind that is not known here, or of a seat that names no concert
    }
}

}  // namespace

Result<std::shared_ptr<const SeatAnswers::Kept>> SeatAnswers::get(ConcertId concert, Kind kind, const Write& write) {
    const auto entry = entry_of({concert, kind});
    const auto begun_before = entry->begun.load();
    const std::lock_guard lock(entry->mutex);
    if (entry->kept) {
        if (entry->kept_begun > begun_before) return entry->kept;  // begun after this question was asked
        const auto holds = is_true(*entry, concert);
        if (!holds) return tl::unexpected(holds.error());
        if (*holds) return entry->kept;
    }
    const auto begun = entry->begun.fetch_add(1) + 1;
    const auto position = last_position();  // before the seats are read: what comes between is read twice, not missed
    if (!position) return tl::unexpected(position.error());
    const auto seats = office_.seat_map(concert);
    if (!seats) return tl::unexpected(seats.error());
    auto lapses_at = never;
    for (const auto& one : *seats)
        if (one.state == SeatState::held) lapses_at = std::min(lapses_at, one.seat.held_until);
    auto kept = std::make_shared<Kept>();
    kept->body = write(*seats);
    kept->etag = etag_of(kept->body);
    entry->kept = std::move(kept);
    entry->kept_begun = begun;
    entry->position = *position;
    entry->lapses_at = lapses_at;
    entry->size = entry->kept->body.size();
    made_.fetch_add(1, std::memory_order_relaxed);
    make_room(*entry);
    return entry->kept;
}

std::shared_ptr<SeatAnswers::Entry> SeatAnswers::entry_of(const Key& key) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    if (!entry) entry = std::make_shared<Entry>();
    entry->used = ++asked_;
    return entry;
}

Result<bool> SeatAnswers::is_true(Entry& entry, ConcertId concert) {
    const auto events = office_.events_after(entry.position, events_a_look);
    if (!events) return tl::unexpected(events.error());
    if (std::ssize(*events) == events_a_look) return false;
    for (const auto& event : *events)
        if (touches(event, concert)) return false;
    if (!events->empty()) entry.position = events->back().sequence;
    // After the events, so that the time is not before any that they tell of.
    const auto now = office_.now();
    if (!now) return tl::unexpected(now.error());
    return !passed(entry.lapses_at, *now);
}

/// The number of the last event: found by halving the first time, since nobody counts them, and from there afterwards.
Result<std::int64_t> SeatAnswers::last_position() {
    auto last = [&] {
        const std::lock_guard lock(mutex_);
        return position_;
    }();
    constexpr std::int64_t farthest = std::int64_t{1} << 40;
    for (auto step = last == 0 ? farthest : events_a_look; step > 0; step /= 2)
        while (true) {
            const auto found = office_.events_after(last + step - 1, 1);
            if (!found) return tl::unexpected(found.error());
            if (found->empty()) break;
            last = found->back().sequence;
        }
    const std::lock_guard lock(mutex_);
    position_ = std::max(position_, last);
    return last;
}

/// Gives up what was not asked for longest, until what is kept is small enough.
void SeatAnswers::make_room(const Entry& newest) {
    const std::lock_guard lock(mutex_);
    while (true) {
        std::size_t total = 0;
        auto oldest = entries_.end();
        for (auto at = entries_.begin(); at != entries_.end(); ++at) {
            total += at->second->size;
            if (at->second.get() != &newest && (oldest == entries_.end() || at->second->used < oldest->second->used))
                oldest = at;
        }
        if (total <= bytes_max || oldest == entries_.end()) return;
        entries_.erase(oldest);
    }
}

}  // namespace http_server
