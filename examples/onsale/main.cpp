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
    report.sale = Sale(house, hall, buyers, clock, options, interrupted).run();
    report.hall = hall.name;
    report.date = flags.date;
    report.seats = static_cast<std::int64_t>(hall.seats.size());
    report.not_for_sale = not_for_sale;
    report.buyers = static_cast<std::int64_t>(buyers.size());
    const auto map = house.office->seat_map(house.concert);
    const auto violations = house.office->audit();
    if (!report.sale.failure.empty()) complain("the sale stopped: " + report.sale.failure);
    if (!map || !violations) {
        complain(flags.db + ": " + (!map ? map.error() : violations.error()).text());
        return exit_unclean;
    }
    for (const auto& entry : *map) {
        if (entry.state != boxoffice::SeatState::sold) continue;
        ++report.sold;
        report.revenue += entry.seat.facts.price.value;
    }
    report.audit = *violations;
    if (!print(flags.json ? as_json(report) : as_table(report))) {
        complain("the report cannot be written to standard output");
        return exit_unclean;
    }
    if (!report.audit.empty() || !report.sale.failure.empty()) return exit_unclean;
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
