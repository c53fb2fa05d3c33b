#include "demo.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace http_server {

using namespace boxoffice;

namespace {

constexpr int user_count = 100;
constexpr Points price{100};
constexpr std::array<std::string_view, 3> titles{"봄밤 재즈 콘서트 · Spring Night Jazz",
                                                 "한강 오케스트라 · Han River Orchestra",
                                                 "인디 록 페스티벌 · Indie Rock Festival"};
constexpr std::size_t with_terms = 1;  // of them; the others are the seed's

struct RowPlan {
    std::string_view section;
    std::string_view row;
    int seats;
};

/// Rows grow towards the back, as in a fan-shaped hall; 50 seats in all.
constexpr std::array rows{RowPlan{"R", "1", 8}, RowPlan{"R", "2", 9}, RowPlan{"S", "3", 10}, RowPlan{"S", "4", 11},
                          RowPlan{"A", "5", 12}};

/// Seats 1 to 50, row by row on arcs around a stage at the origin's front. `by_section`: a section is a category of prices.
std::vector<NewSeat> make_hall(bool by_section) {
    constexpr double first_radius = 300;  // so flat that upright seats stand free of their neighbours in front
    constexpr double row_step = 30;
    constexpr double seat_step = 26;
    std::vector<NewSeat> seats;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto& [section, row, count] = rows[r];
        // An aisle before the sections that begin with the third and the fifth row.
        const double radius = first_radius + row_step * static_cast<double>(r) + (r >= 2 ? 26 : 0) + (r >= 4 ? 26 : 0);
        for (int i = 0; i < count; ++i) {
            const double angle = (i - (count - 1) / 2.0) * seat_step / radius;
            seats.push_back({std::to_string(seats.size() + 1), std::string{section}, std::string{row}, price,
                             std::round(radius * std::sin(angle) * 10) / 10,
                             std::round(radius * std::cos(angle) * 10) / 10});
            if (by_section) seats.back().category = section;
        }
    }
    return seats;
}

/// When a day begins at the venue: the first instant that is of it. No zone is more than 15 hours away from UTC.
Time midnight_of(Date day, const DayOf& day_of) {
    auto before = Time{day} - std::chrono::hours{15};
    auto after = Time{day} + std::chrono::hours{15};
    while (after - before > std::chrono::seconds{1}) {
        const auto between = std::chrono::floor<std::chrono::seconds>(before + (after - before) / 2);
        (day_of(between) < day ? before : after) = between;
    }
    return after;
}

/// Four seats an order, for grown-ups and the children that they bring; who cancels before the concert's day gets 90 % back.
Result<void> sell_with_terms(BoxOffice& office, ConcertId id, const DayOf& day_of) {
    BOXOFFICE_TRY_VALUE(const auto concert, office.concert(id));
    BOXOFFICE_TRY_VALUE(const auto full, office.execute(CreateType{id, "일반"}));
    BOXOFFICE_TRY_VALUE(const auto child, office.execute(CreateType{id, "어린이", 3, full.id}));
    std::vector<TariffRow> prices;
    for (const auto& [section, points] : {std::pair{"R", 70}, std::pair{"S", 60}, std::pair{"A", 50}}) {
        prices.push_back({section, full.id, price});
        prices.push_back({section, child.id, Points{points}});
    }
    const auto midnight = midnight_of(concert.date, day_of);
    Terms terms;
    terms.seats_per_order = 4;
    terms.seats_per_user = 8;
    terms.closes_at = midnight + std::chrono::hours{19};
    terms.refund_steps.push_back({midnight, 900});
    const std::vector<Command> commands{
        SetTariff{id, prices, 1}, ChangeSale{id, terms, 2},
        ChangeConcert{id, concert.date, concert.title, midnight + std::chrono::hours{19}, false, concert.version}};
    for (const auto& outcome : office.execute(commands))
        if (!outcome) return tl::unexpected(outcome.error());
    return {};
}

}  // namespace

Result<bool> fill_demo(BoxOffice& office, const DayOf& day_of) {
    const auto stats = office.stats();
    if (!stats) return tl::unexpected(stats.error());
    const auto concerts = office.concerts(Date{});
    if (!concerts) return tl::unexpected(concerts.error());
    if (stats->users > 0 || !concerts->empty()) return false;
    const auto now = office.now();
    if (!now) return tl::unexpected(now.error());

    std::vector<Command> commands;
    for (int i = 1; i <= user_count; ++i) commands.push_back(CreateUser{fmt::format("user-{}", i)});
    auto date = day_of(*now);
    for (const auto title : titles) {
        date += date::days{1};
        const bool has_terms = title == titles[with_terms];
        commands.push_back(CreateConcert{date, std::string{title}, office.main_room(), make_hall(has_terms)});
    }
    // All in one transaction, so that a demo is never half made. (But for the terms, which need to know the concert's id: without
    // them it is sold as the others are.)
    const auto outcomes = office.execute(commands);
    for (const auto& outcome : outcomes)
        if (!outcome) return tl::unexpected(outcome.error());
    const auto concert = std::get<Created<ConcertId>>(*outcomes.at(user_count + with_terms)).id;
    BOXOFFICE_TRY(sell_with_terms(office, concert, day_of));
    return true;
}

}  // namespace http_server
