#include "demo.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace http_server {

using namespace boxoffice;

namespace {

constexpr int user_count = 100;
constexpr Points price{100};
constexpr std::array<std::string_view, 3> titles{"봄밤 재즈 콘서트", "한강 오케스트라", "인디 록 페스티벌"};

struct RowPlan {
    std::string_view section;
    std::string_view row;
    int seats;
};

/// Rows grow towards the back, as in a fan-shaped hall; 50 seats in all.
constexpr std::array rows{RowPlan{"R", "1", 8}, RowPlan{"R", "2", 9}, RowPlan{"S", "3", 10}, RowPlan{"S", "4", 11},
                          RowPlan{"A", "5", 12}};

/// Seats 1 to 50, row by row on arcs around a stage at the origin's front.
std::vector<NewSeat> make_hall() {
    constexpr double first_radius = 120;
    constexpr double row_step = 30;
    constexpr double seat_step = 26;
    std::vector<NewSeat> seats;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto& [section, row, count] = rows[r];
        // An aisle before the sections that begin with the third and the fifth row.
        const double radius = first_radius + row_step * static_cast<double>(r) + (r >= 2 ? 14 : 0) + (r >= 4 ? 14 : 0);
        for (int i = 0; i < count; ++i) {
            const double angle = (i - (count - 1) / 2.0) * seat_step / radius;
            seats.push_back({std::to_string(seats.size() + 1), std::string{section}, std::string{row}, price,
                             std::round(radius * std::sin(angle) * 10) / 10,
                             std::round(radius * std::cos(angle) * 10) / 10});
        }
    }
    return seats;
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
        commands.push_back(CreateConcert{date, std::string{title}, office.main_room(), make_hall()});
    }
    // All in one transaction, so that a demo is never half made.
    for (const auto& outcome : office.execute(commands))
        if (!outcome) return tl::unexpected(outcome.error());
    return true;
}

}  // namespace http_server
