#include "programme.hpp"

#include <algorithm>
#include <utility>

namespace http_server {

using namespace boxoffice;

namespace {

constexpr auto age_max = std::chrono::seconds{1};
constexpr std::size_t known_max = 1'000;

/// Terms, prices and types are three questions: asked again until no change came between them.
Result<Programmed> ask(BoxOffice& office, ConcertId id) {
    while (true) {
        Programmed found;
        BOXOFFICE_TRY_VALUE(found.sale, office.sale(id));
        if (found.sale.tariff > 0) {
            BOXOFFICE_TRY_VALUE(found.tariff, office.tariff(id));
            BOXOFFICE_TRY_VALUE(found.types, office.ticket_types(id));
        }
        BOXOFFICE_TRY_VALUE(found.concert, office.concert(id));
        BOXOFFICE_TRY_VALUE(const auto after, office.sale(id));
        if (after.id == found.sale.id) return found;
    }
}

}  // namespace

std::string Programmed::version() const {
    return std::to_string(concert.version) + "." + std::to_string(sale.id.version);
}

Points Programmed::price_of(const SeatFacts& seat) const {
    const auto plain = plain_prices.find(seat.category);
    return plain == plain_prices.end() ? seat.price : plain->second;
}

Result<std::shared_ptr<const Programmed>> Programme::look(ConcertId concert) {
    BOXOFFICE_TRY_VALUE(auto found, ask(office_, concert));
    std::erase_if(found.types, [&](const TicketType& type) {
        return std::none_of(found.tariff.begin(), found.tariff.end(),
                            [&](const TariffRow& row) { return row.type == type.id; });
    });
    for (const auto& row : found.tariff)
        if (!row.type) found.plain_prices.emplace(row.category, row.price);
    return std::make_shared<const Programmed>(std::move(found));
}

Result<std::shared_ptr<const Programmed>> Programme::find(ConcertId concert) {
    const auto now = Clock::now();
    std::int64_t forgotten_before = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto known = known_.find(concert);
        if (known != known_.end() && now - known->second.since < age_max) return known->second.programmed;
        forgotten_before = forgotten_;
    }
    BOXOFFICE_TRY_VALUE(auto found, look(concert));
    const std::lock_guard lock(mutex_);
    if (forgotten_ == forgotten_before) {
        if (known_.size() >= known_max) known_.clear();
        known_.insert_or_assign(concert, Known{now, found});
    }
    return found;
}

void Programme::forget(ConcertId concert) {
    const std::lock_guard lock(mutex_);
    known_.erase(concert);
    ++forgotten_;
}

}  // namespace http_server
