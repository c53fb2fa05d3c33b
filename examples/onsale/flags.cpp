#include "flags.hpp"

#include <array>

#include "support/flags.hpp"

namespace onsale {

namespace {

constexpr std::int64_t day_seconds = 86'400;

using Flag = support::Flag<Flags>;
using Whole = support::RangedFlag<Flags, std::int64_t, std::int64_t>;
using Real = support::RangedFlag<Flags, double, double>;

const std::array known_flags{
    Flag{"--plan", "FILE", "the seating plan, JSON as of pretix", &Flags::plan, true},
    Flag{"--prices", "FILE", "what the categories cost, CSV: category,points", &Flags::prices, true},
    Flag{"--buyers", "FILE", "who comes, CSV: user,points,want,behaviour and, where some want several seats, count",
         &Flags::buyers, true},
    Flag{"--date", "DATE", "the concert's, yyyy-mm-dd", &Flags::date, true},
    Flag{"--db", "FILE",
         "the box office's file, made if absent, or a PostgreSQL address (default: :memory:, nothing is kept)",
         &Flags::db},
    Flag{"--threads", "N", "workers; 1 runs on a virtual clock, the same way every time (default: 16)",
         Whole{&Flags::threads, 1, 256}},
    Flag{"--capacity", "N", "buyers in their turn at once (default: 200)", Whole{&Flags::capacity, 1, 1'000'000'000}},
    Flag{"--seed", "N", "of all chance in the buyers (default: 1)", &Flags::seed},
    Flag{"--time-scale", "X", "the sale's clock runs at most X times as fast as yours (default: 600)",
         Real{&Flags::time_scale, 1, 1'000'000}},
    Flag{"--queue-capacity", "N", "buyers waiting at once (default: 1000000)",
         Whole{&Flags::queue_capacity, 0, 1'000'000'000}},
    Flag{"--hold-seconds", "N", "how long a held seat is kept (default: 300)",
         Whole{&Flags::hold_seconds, 1, day_seconds}},
    Flag{"--arrive-seconds", "N", "how long an admitted buyer may take to show up (default: 60)",
         Whole{&Flags::arrive_seconds, 1, day_seconds}},
    Flag{"--active-seconds", "N", "how long a turn lasts (default: 300)",
         Whole{&Flags::active_seconds, 1, day_seconds}},
    Flag{"--json", "", "print one JSON object instead of the table", &Flags::json},
    Flag{"--help", "", "print this and do nothing", &Flags::help},
};

}  // namespace

Flags read_flags(int argc, const char* const* argv) { return support::read_flags<Flags>(known_flags, argc, argv); }

std::string usage() {
    std::string out =
        "Usage: onsale --plan FILE --prices FILE --buyers FILE --date DATE [flags]\n"
        "Runs the on-sale of one concert and reports how it went.\n\n";
    out += support::list_flags<Flags>(known_flags);
    out +=
        "\nExit: 0 the audit is clean; 1 it is not, or the store failed; 2 bad input; 130 interrupted (run again to go "
        "on).\n";
    return out;
}

}  // namespace onsale
