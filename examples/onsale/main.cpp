/// onsale: runs the on-sale of one concert from files, and shows how it went. See examples/README.md.

#include <date/date.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "boxoffice/office.hpp"
#include "buyers.hpp"
#include "flags.hpp"
#include "house.hpp"
#include "plan.hpp"
#include "report.hpp"
#include "sale.hpp"
#include "support/input.hpp"

namespace {

using namespace onsale;
using namespace support;

constexpr int exit_clean = 0;
constexpr int exit_unclean = 1;
constexpr int exit_bad_input = 2;
constexpr int exit_interrupted = 130;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

void on_signal(int signal) {
    interrupted = true;
    (void)std::signal(signal, SIG_DFL);  // the second one ends the program at once; the file can take that, too
}

void complain(const std::string& what) { fmt::print(stderr, "onsale: {}\n", one_line(what)); }

/// Where the sale's clock starts. With one worker everything must be the same every time, today's date too: 30 days
/// before the concert, or as near as ids (which begin in 2020 and last to 2089) allow.
boxoffice::Time opening_time(const Flags& flags) {
    if (flags.threads > 1) return boxoffice::SystemClock{}.wall();
    constexpr boxoffice::Date first = date::sys_days{date::year{2020} / 1 / 2};
    constexpr boxoffice::Date last = date::sys_days{date::year{2080} / 1 / 1};
    return std::clamp(flags.date - date::days{30}, first, last) + std::chrono::hours{9};
}

/// False: standard output does not take it.
bool print(const std::string& text) { return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0; }

/// What was sold, by the seats and by the sales report; why these differ, if they do. They are looked at again where another
/// run on the same file sold between the looks; where one does all the time, they are not compared.
boxoffice::Result<std::string> count_sales(boxoffice::BoxOffice& office, boxoffice::ConcertId concert, Report& report) {
    bool is_settled = false;
    for (int looks = 0; looks < 10 && !is_settled; ++looks) {
        BOXOFFICE_TRY_VALUE(const auto before, office.sales_report(concert));
        BOXOFFICE_TRY_VALUE(const auto map, office.seat_map(concert));
        BOXOFFICE_TRY_VALUE(report.sales, office.sales_report(concert));
        is_settled = before.rows == report.sales.rows;
        report.sold = report.revenue = 0;
        for (const auto& entry : map) {
            if (entry.state != boxoffice::SeatState::sold) continue;
            ++report.sold;
            report.revenue += entry.seat.facts.price.value;
        }
    }
    const auto& [rows, total, net, balance] = report.sales;
    if (is_settled && total.sold != report.sold)
        return fmt::format("{} seats are sold, and {} by the sales report", report.sold, total.sold);
    if (net != balance)
        return fmt::format("{} points came in by the sales report, and {} are there", net.value, balance.value);
    return std::string{};
}

/// What all buyers have left.
boxoffice::Result<std::int64_t> balances_of(const House& house) {
    std::int64_t sum = 0;
    for (const auto& past : house.pasts) {
        BOXOFFICE_TRY_VALUE(const auto balance, house.office->balance(past.user));
        sum += balance.value;
    }
    return sum;
}

int run_sale(const Flags& flags) {
    const auto [hall, not_for_sale] = read_hall(flags.plan, flags.prices);
    const auto buyers = read_buyers(flags.buyers);
    const auto clock = std::make_shared<boxoffice::VirtualClock>(opening_time(flags));
    auto house = open_house(flags, hall, buyers, clock);

    SaleOptions options;
    options.seed = flags.seed;
    options.thread_count = static_cast<std::size_t>(flags.threads);
    if (flags.threads > 1) options.time_scale = flags.time_scale;
    options.shows_progress = isatty(STDERR_FILENO) == 1;
    (void)std::signal(SIGINT, on_signal);
    (void)std::signal(SIGTERM, on_signal);

    Report report;
    report.sale = OnSale(house, hall, buyers, clock, options, interrupted).run();
    report.hall = hall.name;
    report.date = flags.date;
    report.seats = static_cast<std::int64_t>(hall.seats.size());
    report.not_for_sale = not_for_sale;
    report.buyers = static_cast<std::int64_t>(buyers.size());
    const auto differs = count_sales(*house.office, house.concert, report);
    report.tells_of_cancelling =
        largest_count(buyers) > 1 || has_cancelling(buyers) || report.sales.total.cancelled > 0;
    const auto balances = report.tells_of_cancelling ? balances_of(house) : boxoffice::Result<std::int64_t>{0};
    const auto violations = house.office->audit();
    if (!report.sale.failure.empty()) complain("the sale stopped: " + report.sale.failure);
    const auto failed = [&](const boxoffice::Error& error) {
        complain(flags.db + ": " + error.text());
        return exit_unclean;
    };
    if (!differs) return failed(differs.error());
    if (!balances) return failed(balances.error());
    if (!violations) return failed(violations.error());
    report.balances = *balances;
    if (!differs->empty()) complain(*differs);
    report.audit = *violations;
    if (!print(flags.json ? as_json(report) : as_table(report))) {
        complain("the report cannot be written to standard output");
        return exit_unclean;
    }
    if (!report.audit.empty() || !report.sale.failure.empty() || !differs->empty()) return exit_unclean;
    if (!report.sale.was_interrupted) return exit_clean;
    complain("interrupted; run again on the same file to go on");
    return exit_interrupted;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto flags = read_flags(argc, argv);
        if (!flags.help) return run_sale(flags);
        return print(usage()) ? exit_clean : exit_unclean;
    } catch (const BadInput& e) {
        complain(e.what());
        return exit_bad_input;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_unclean;
    }
}
