#include "engine/seat_board.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/asking.hpp"

namespace boxoffice {
namespace {

/// Where others have committed more than this, reading all seats is as quick.
constexpr std::int64_t events_max = 10'000;

/// As many as are worth keeping: beyond, reading all seats is as quick.
std::size_t commit_rows_max(const SeatRoll& roll) { return std::clamp<std::size_t>(roll.size(), 1'024, 16'384); }

/// Is it plain from its kind that an event which names no concert leaves seats alone?
bool is_elsewhere(EventKind kind) {
    switch (kind) {
        case EventKind::user_created:
        case EventKind::room_created:
        case EventKind::room_changed:
        case EventKind::place_joined:
        case EventKind::place_admitted:
        case EventKind::place_arrived:
        case EventKind::place_completed:
        case EventKind::place_left:  // its holds are released by events of their own
        case EventKind::place_expired:
        case EventKind::points_recharged: return true;
        default: return false;  // one that is not known here
    }
}

}  // namespace

// ---- a page -----------------------------------------------------------------------------------------------------

bool SeatPage::follow(const SeatNews& news) {
    if (news.must_reread) has_missed_ = true;
    if (roll == nullptr || has_missed_ || news.is_under_way || roll->last().sequence + 1 < news.own_from) return false;
    for (const auto& commit : news.commits) {
        if (commit.last.sequence <= roll->last().sequence) continue;  // the store was looked at since
        roll->lapse(commit.last.at);
        for (const auto& row : commit.rows)
            if (!roll->put(row)) return !(has_missed_ = true);
        roll->move_on(commit.last);
    }
    roll->move_on(news.own_last);
    return true;
}

Result<void> SeatPage::catch_up(View& view) {
    BOXOFFICE_TRY_VALUE(const auto last, view.last_event());
    // Where the events cannot be read, or do not tell, the seats themselves do, or say why not.
    const auto is_told = roll == nullptr || has_missed_ ? Result<bool>{false} : follow_events(view, last);
    if (!is_told || !*is_told) {
        BOXOFFICE_TRY_VALUE(auto rows, view.seats_of(concert));
        BOXOFFICE_TRY_VALUE(auto found, one(view.concerts(), ConcertKeys{{concert}}, ErrorCode::unknown_concert));
        if (roll == nullptr || last.sequence < roll->last().sequence || !roll->refresh(rows, last.at))
            roll = std::make_unique<SeatRoll>(std::move(found), std::move(rows), last);
        else
            roll->put(std::move(found));
        has_missed_ = false;
    }
    roll->move_on(last);
    return {};
}

/// False: there are more or fewer events than tell what happened.
Result<bool> SeatPage::follow_events(View& view, const LastEvent& last) {
    const auto count = last.sequence - roll->last().sequence;
    if (count == 0) return true;
    if (count < 0 || count > events_max) return false;
    BOXOFFICE_TRY_VALUE(const auto events, view.events_after(roll->last().sequence, count));
    if (std::ssize(events) != count) return false;  // some were pruned
    SeatKeys touched;
    for (const auto& event : events) {
        if (event.concert ? event.concert != concert : is_elsewhere(event.kind)) continue;
        if (!roll->retrace(event)) return false;
        touched.ids.push_back(event.seat);
    }
    std::sort(touched.ids.begin(), touched.ids.end());
    touched.ids.erase(std::unique(touched.ids.begin(), touched.ids.end()), touched.ids.end());
    if (touched.ids.empty()) return true;
    std::vector<Seat> rows;
    BOXOFFICE_TRY(view.seats().load(touched, rows));
    return rows.size() == touched.ids.size() &&
           std::all_of(rows.begin(), rows.end(), [&](const Seat& row) { return roll->put(move_of(row)); });
}

// ---- who commits ------------------------------------------------------------------------------------------------

void SeatBoard::begin(const Changes& changes) {
    const std::lock_guard lock(mutex_);
    under_way_.clear();
    for (const auto& write : changes.seats)
        if (under_way_.empty() || under_way_.back() != write.entity.concert) under_way_.push_back(write.entity.concert);
    for (const auto& write : changes.concerts) under_way_.push_back(write.entity.id);
    under_way_.insert(under_way_.end(), changes.deleted_concerts.begin(), changes.deleted_concerts.end());
}

void SeatBoard::end(const Changes& changes, bool is_made) noexcept {
    const std::lock_guard lock(mutex_);
    bool is_told = is_made;
    try {
        if (is_made) tell(changes);
    } catch (...) {
        is_told = false;
    }
    // What is not known, or could not be written down for want of memory, is read.
    if (!is_told)
        for (const auto& concert : under_way_)
            if (const auto page = pages_.find(concert); page != pages_.end()) page->second->must_reread_ = true;
    under_way_.clear();
}

void SeatBoard::tell(const Changes& changes) {
    if (!changes.events.empty()) {
        const auto& first = changes.events.front();
        if (first.sequence != own_last_.sequence + 1) own_from_ = first.sequence;  // another process has committed
        own_last_ = {changes.events.back().sequence, changes.events.back().at};
    }
    if (pages_.empty()) return;
    for (const auto concert : changes.deleted_concerts)
        if (const auto gone = pages_.find(concert); gone != pages_.end()) forget(gone);
    for (const auto& write : changes.concerts)
        if (const auto changed = pages_.find(write.entity.id); changed != pages_.end())
            changed->second->must_reread_ = true;
    SeatPage* page = nullptr;
    ConcertId found;
    for (const auto& [seat, is_fresh] : changes.seats) {
        if (found != seat.concert) {
            found = seat.concert;
            const auto known = pages_.find(found);
            page = known == pages_.end() ? nullptr : known->second.get();
        }
        if (page == nullptr || page->must_reread_) continue;
        if (is_fresh || changes.events.empty() || page->commit_rows_ == page->commit_rows_max_) {
            page->must_reread_ = true;
            page->commits_ = {};
            continue;
        }
        if (page->commits_.empty() || page->commits_.back().last.sequence != own_last_.sequence)
            page->commits_.push_back({own_last_, {}});
        page->commits_.back().rows.push_back(move_of(seat));
        ++page->commit_rows_;
    }
}

// ---- who asks ---------------------------------------------------------------------------------------------------

std::shared_ptr<SeatPage> SeatBoard::page_of(ConcertId concert) {
    const std::lock_guard lock(mutex_);
    auto& page = pages_[concert];
    if (page == nullptr) page = std::make_shared<SeatPage>(concert);
    page->used_ = ++asked_;
    return page;
}

SeatNews SeatBoard::news_of(SeatPage& page) {
    const std::lock_guard lock(mutex_);
    SeatNews news;
    news.commits = std::exchange(page.commits_, {});
    page.commit_rows_ = 0;
    news.own_from = own_from_;
    news.own_last = own_last_;
    news.is_under_way = std::find(under_way_.begin(), under_way_.end(), page.concert) != under_way_.end();
    news.must_reread = std::exchange(page.must_reread_, false) || page.is_gone_;
    return news;
}

void SeatBoard::settle(SeatPage& page) {
    const auto bytes = page.roll == nullptr ? 0 : bytes_of(*page.roll);
    const std::lock_guard lock(mutex_);
    page.bytes_ = bytes;
    if (page.roll != nullptr) page.commit_rows_max_ = commit_rows_max(*page.roll);
    const auto own = pages_.find(page.concert);
    if (page.roll == nullptr && own != pages_.end() && own->second.get() == &page) forget(own);
    while (true) {
        std::size_t total = 0;
        auto oldest = pages_.end();
        for (auto at = pages_.begin(); at != pages_.end(); ++at) {
            total += at->second->bytes_;
            if (at->second.get() != &page && (oldest == pages_.end() || at->second->used_ < oldest->second->used_))
                oldest = at;
        }
        if (total <= bytes_max_ || oldest == pages_.end()) return;
        forget(oldest);
    }
}

std::size_t SeatBoard::bytes_of(const SeatRoll& roll) {
    return roll.bytes() + commit_rows_max(roll) * sizeof(SeatMove);
}

void SeatBoard::forget(Pages::iterator page) {
    page->second->is_gone_ = true;
    pages_.erase(page);
}

}  // namespace boxoffice
