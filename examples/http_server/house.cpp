#include "house.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "boxoffice/sqlite_store.hpp"
#include "demo.hpp"
#include "support/hall.hpp"
#include "support/input.hpp"
#include "support/store.hpp"

namespace http_server {

using namespace boxoffice;
using support::BadInput;

namespace {

template <class T>
T must(Result<T> result, const std::string& what) {
    if (!result) throw BadInput(fmt::format("{}: {}", what, result.error().text()));
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// What the flags change of a room's limits.
RoomLimits with_flags(RoomLimits limits, const Flags& flags) {
    limits.active_capacity = flags.capacity.value_or(limits.active_capacity);
    limits.queue_capacity = flags.queue_capacity.value_or(limits.queue_capacity);
    limits.admissions_per_second = flags.admissions_per_second.value_or(limits.admissions_per_second);
    if (flags.arrive_seconds) limits.arrive_ttl = std::chrono::seconds{*flags.arrive_seconds};
    if (flags.active_seconds) limits.active_ttl = std::chrono::seconds{*flags.active_seconds};
    return limits;
}

/// The concert of the flags. A second start finds it there, and leaves it alone.
void add_hall(BoxOffice& office, const Flags& flags, const DayOf& day_of,
              const std::function<void(const std::string&)>& warn) {
    auto [hall, not_for_sale] = support::read_hall(flags.plan, flags.prices);
    const auto title = flags.title.empty() ? hall.name : flags.title;
    const auto date = flags.date.empty() ? Date{day_of(must(office.now(), "the clock")) + std::chrono::days{7}}
                                         : must(parse_date(flags.date), "--date " + support::in_quotes(flags.date));
    const auto there = must(office.concerts(date), flags.plan);
    if (std::any_of(there.begin(), there.end(),
                    [&](const Concert& one) { return one.date == date && one.title == title; }))
        return;
    if (not_for_sale.seats > 0)
        warn(fmt::format("{}: {} seats are not for sale: they have no category, or one without a price", flags.plan,
                         not_for_sale.seats));
    must(office.execute(CreateConcert{date, title, office.main_room(), std::move(hall.seats)}), flags.plan);
}

}  // namespace

std::unique_ptr<BoxOffice> open_house(const Flags& flags, const DayOf& day_of,
                                      const std::function<void(const std::string&)>& warn) {
    const auto db = flags.db.empty() ? std::string{":memory:"} : flags.db;
    const auto name = support::store_name(db);
    Options options;
    options.main_room = with_flags({}, flags);
    options.hold_ttl = std::chrono::seconds{flags.hold_seconds};
    options.event_ttl = std::chrono::hours{flags.event_hours};
    options.accept_time = flags.accept_time;
    options.adopt_rules = flags.adopt_rules;
    auto office = must(BoxOffice::open(support::open_store(db), options), name);
    const auto room = must(office->room("main"), name);
    if (const auto limits = with_flags(room.limits, flags); limits != room.limits)
        must(office->execute(ChangeRoom{room.id, limits}), name);
    if (flags.demo && !must(fill_demo(*office, day_of), name))
        warn(name + ": has users or concerts already; --demo left it alone");
    if (!flags.plan.empty()) add_hall(*office, flags, day_of, warn);
    return office;
}

void restore_house(const Flags& flags) { must(restore_sqlite_file(flags.restore, flags.db), flags.restore); }

void copy_house(const Flags& flags) {
    // The store alone: an office would begin a write, for which it may have to wait.
    const auto store = support::open_store(flags.db, false);
    must(store->backup(flags.backup, flags.with_keys), flags.backup);
}

}  // namespace http_server
