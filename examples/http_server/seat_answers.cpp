#include "seat_answers.hpp"

namespace http_server {

using namespace boxoffice;

namespace {

constexpr std::size_t bytes_max = 64 * 1024 * 1024;

}  // namespace

Result<SeatChanges> SeatAnswers::look(ConcertId concert, const std::optional<SeatVersion>& since, UserId user) {
    if (since || user) return office_.seats_since(concert, since.value_or(SeatVersion{}), user);
    auto sheet = office_.seats(concert);
    if (!sheet) return tl::unexpected(std::move(sheet).error());
    SeatChanges found;
    found.sheet = std::move(*sheet);
    found.is_whole = true;
    return found;
}

std::shared_ptr<const std::string> SeatAnswers::text(const SeatSheet& sheet, Kind kind, const Write& write,
                                                     const std::string& terms) {
    const auto entry = entry_of({sheet.concert().id, kind});
    const std::lock_guard lock(entry->mutex);
    if (entry->text && entry->version == sheet.version() && entry->terms == terms) return entry->text;
    entry->text = std::make_shared<const std::string>(write(sheet));
    entry->version = sheet.version();
    entry->terms = terms;
    entry->size = entry->text->size();
    made_.fetch_add(1, std::memory_order_relaxed);
    make_room(*entry);
    return entry->text;
}

std::shared_ptr<SeatAnswers::Entry> SeatAnswers::entry_of(const Key& key) {
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    if (!entry) entry = std::make_shared<Entry>();
    entry->used = ++asked_;
    return entry;
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
