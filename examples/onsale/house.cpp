#include "house.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "support/input.hpp"
#include "support/store.hpp"

namespace onsale {

using namespace boxoffice;
using namespace support;

FreshFiles::FreshFiles(const std::string& db) {
    if (db == ":memory:") return;
    const auto is_there = [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
    };
    if (is_there(db)) return;
    for (const char* suffix : {"", "-wal", "-shm", "-lock"})
        if (!is_there(db + suffix)) made_.push_back(db + suffix);
}

FreshFiles::~FreshFiles() {
    for (const auto& path : made_) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
}

namespace {

/// Commands of one transaction while loading.
constexpr std::size_t batch_size = 500;

/// What comes back to who cancels, whenever they do.
constexpr std::int64_t refund_thousandths = 900;

BadInput failed(const std::string& db, const Error& error) {
    return BadInput(fmt::format("{}: {}", db, one_line(error.text())));
}

template <class T>
T must(Result<T> result, const std::string& db) {
    if (!result) throw failed(db, result.error());
    return *std::move(result);
}

RoomLimits limits_of(const Flags& flags) {
    RoomLimits limits;
    limits.active_capacity = flags.capacity;
    limits.queue_capacity = flags.queue_capacity;
    limits.arrive_ttl = std::chrono::seconds{flags.arrive_seconds};
    limits.active_ttl = std::chrono::seconds{flags.active_seconds};
    return limits;
}

std::unique_ptr<BoxOffice> open_office(const Flags& flags, std::shared_ptr<Clock> clock) {
    Options options;
    options.main_room = limits_of(flags);
    options.hold_ttl = std::chrono::seconds{flags.hold_seconds};
    options.accept_time =
        true;  // the sale's clock runs ahead of the day's, and a sale that goes on begins where it stopped
    Ports ports;
    ports.clock = std::move(clock);
    return must(BoxOffice::open(support::open_store(flags.db), options, ports), support::store_name(flags.db));
}

/// Is what the file has on that date this hall? Places on the plan do not matter, seats and prices do.
void check_same_hall(const Flags& flags, const Hall& hall, const Concert& concert, RoomId room,
                     const std::vector<SeatNow>& map) {
    const auto other = [&](const std::string& how) {
        return BadInput(
            fmt::format("{}: expected the hall of {} for the concert on {}, found {}; choose another --db or --date",
                        flags.db, flags.plan, to_text(concert.date), how));
    };
    if (concert.room != room) throw other("a concert behind another waiting room");
    for (const auto& [seat, state, is_mine] : map) {
        const auto known = hall.seat_by_number.find(seat.facts.number);
        if (known == hall.seat_by_number.end()) throw other("a seat " + in_quotes(seat.facts.number));
        const auto price = hall.seats[known->second].price;
        if (price != seat.facts.price)
            throw other(fmt::format("seat {} at {} points instead of {}", in_quotes(seat.facts.number),
                                    seat.facts.price.value, price.value));
    }
    if (map.size() != hall.seats.size())
        throw other(fmt::format("{} seats instead of {}", map.size(), hall.seats.size()));
}

void load_concert(House& house, const Flags& flags, const Hall& hall) {
    auto& office = *house.office;
    const auto found = office.concert(flags.date);
    if (!found && found.error().code != ErrorCode::unknown_concert) throw failed(flags.db, found.error());
    house.is_continued = found.has_value();
    if (!found) {
        const CreateConcert create{flags.date, hall.name, office.main_room(), hall.seats};
        house.concert = must(office.execute(create), flags.db).id;
    } else {
        house.concert = found->id;
    }
    const auto map = must(office.seat_map(house.concert), flags.db);
    if (found) check_same_hall(flags, hall, *found, office.main_room(), map);
    house.seat_ids.resize(hall.seats.size());
    for (const auto& entry : map) house.seat_ids[hall.seat_by_number.at(entry.seat.facts.number)] = entry.seat.id;
}

/// The terms that these buyers need, and no others: a sale of single seats for good has the terms that it was made with.
void set_terms(BoxOffice& office, const Flags& flags, ConcertId concert, const std::vector<Buyer>& buyers) {
    for (int tries = 1;; ++tries) {
        const auto sale = must(office.sale(concert), flags.db);
        auto terms = sale.terms;
        terms.seats_per_order = std::max(terms.seats_per_order, static_cast<std::int64_t>(largest_count(buyers)));
        if (has_cancelling(buyers) && terms.refund_steps.empty()) terms.refund_steps = {{never, refund_thousandths}};
        if (terms == sale.terms) return;
        const auto changed = office.execute(ChangeSale{concert, terms, sale.id.version});
        if (changed) return;
        // Another run on the same file was faster.
        if (changed.error().code != ErrorCode::stale_version || tries == 10) throw failed(flags.db, changed.error());
    }
}

/// What an earlier run left of a user that the file knows already.
Past past_of(BoxOffice& office, const std::string& db, ConcertId concert, const std::string& external_id) {
    Past past;
    past.user = must(office.user(external_id), db).id;
    for (const auto& view : must(office.reservations(past.user, 1'000), db)) {
        if (view.reservation.concert != concert) continue;
        if (view.state == ReservationState::confirmed) past.bought = view.reservation.order;
        if (view.state == ReservationState::held) past.held = view.reservation.order;
        if (view.state == ReservationState::cancelled) past.has_cancelled = true;
    }
    return past;
}

/// A file from an earlier run has that run's limits.
void set_limits(BoxOffice& office, const Flags& flags) {
    const auto room = must(office.room("main"), flags.db);
    if (room.limits != limits_of(flags)) (void)must(office.execute(ChangeRoom{room.id, limits_of(flags)}), flags.db);
}

void load_buyers(House& house, const Flags& flags, const std::vector<Buyer>& buyers) {
    auto& office = *house.office;
    for (std::size_t begin = 0; begin < buyers.size(); begin += batch_size) {
        const auto count = std::min(batch_size, buyers.size() - begin);
        std::vector<Command> commands;
        for (std::size_t i = 0; i < count; ++i) commands.push_back(CreateUser{buyers[begin + i].user});
        const auto outcomes = office.execute(std::span<const Command>(commands));
        for (std::size_t i = 0; i < count; ++i) {
            if (outcomes[i])
                house.pasts.push_back({std::get<Created<UserId>>(*outcomes[i]).id, {}, {}, false});
            else if (outcomes[i].error().code == ErrorCode::user_exists)
                house.pasts.push_back(past_of(office, flags.db, house.concert, buyers[begin + i].user));
            else
                throw failed(flags.db, outcomes[i].error());
        }
    }
}

}  // namespace

House open_house(const Flags& flags, const Hall& hall, const std::vector<Buyer>& buyers, std::shared_ptr<Clock> clock) {
    FreshFiles fresh(flags.db);
    House house;
    try {
        house.office = open_office(flags, std::move(clock));
        load_concert(house, flags, hall);
        set_limits(*house.office, flags);
        set_terms(*house.office, flags, house.concert, buyers);
        load_buyers(house, flags, buyers);
    } catch (...) {
        house.office.reset();  // close the file before its traces are removed
        throw;
    }
    fresh.keep();
    return house;
}

}  // namespace onsale
