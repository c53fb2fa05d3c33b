#include "flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <variant>

#include "input.hpp"

namespace onsale {
namespace {

using boxoffice::Date;

template <class Number>
struct Ranged {
    Number Flags::*member;
    Number least;
    Number most;
};

using Target = std::variant<std::string Flags::*, Date Flags::*, bool Flags::*, std::uint64_t Flags::*,
                            Ranged<std::int64_t>, Ranged<double>>;

struct Flag {
    std::string_view name;
    std::string_view value;  ///< as the help shows it; empty: the flag takes none
    std::string_view help;
    Target target;
    bool is_required = false;
};

constexpr std::int64_t day_seconds = 86'400;

const std::array flags{
    Flag{"--plan", "FILE", "the seating plan, JSON as of pretix", &Flags::plan, true},
    Flag{"--prices", "FILE", "what the categories cost, CSV: category,points", &Flags::prices, true},
    Flag{"--buyers", "FILE", "who comes, CSV: user,points,want,behaviour", &Flags::buyers, true},
    Flag{"--date", "DATE", "the concert's, yyyy-mm-dd", &Flags::date, true},
    Flag{"--db", "FILE", "the box office's file, made if absent (default: :memory:, nothing is kept)", &Flags::db},
    Flag{"--threads", "N", "workers; 1 runs on a virtual clock, the same way every time (default: 16)",
         Ranged<std::int64_t>{&Flags::threads, 1, 256}},
    Flag{"--capacity", "N", "buyers in their turn at once (default: 200)",
         Ranged<std::int64_t>{&Flags::capacity, 1, 1'000'000'000}},
    Flag{"--seed", "N", "of all chance in the buyers (default: 1)", &Flags::seed},
    Flag{"--time-scale", "X", "the sale's clock runs at most X times as fast as yours (default: 600)",
         Ranged<double>{&Flags::time_scale, 1, 1'000'000}},
    Flag{"--queue-capacity", "N", "buyers waiting at once (default: 1000000)",
         Ranged<std::int64_t>{&Flags::queue_capacity, 0, 1'000'000'000}},
    Flag{"--hold-seconds", "N", "how long a held seat is kept (default: 300)",
         Ranged<std::int64_t>{&Flags::hold_seconds, 1, day_seconds}},
    Flag{"--claim-seconds", "N", "how long an admitted buyer may take to show up (default: 60)",
         Ranged<std::int64_t>{&Flags::claim_seconds, 1, day_seconds}},
    Flag{"--active-seconds", "N", "how long a turn lasts (default: 300)",
         Ranged<std::int64_t>{&Flags::active_seconds, 1, day_seconds}},
    Flag{"--json", "", "print one JSON object instead of the table", &Flags::json},
    Flag{"--help", "", "print this and do nothing", &Flags::help},
};

BadInput bad(const Flag& flag, const std::string& expected, std::string_view found) {
    return BadInput(fmt::format("{}: expected {}, found {}", flag.name, expected, in_quotes(found)));
}

template <class... Fs>
struct Overload : Fs... {
    using Fs::operator()...;
};

void set(Flags& into, const Flag& flag, std::string_view value) {
    const auto ranged = [&]<class Number>(const Ranged<Number>& target) {
        const auto number = parse_number<Number>(value);
        if (!number || !(*number >= target.least && *number <= target.most))
            throw bad(
                flag,
                fmt::format("{} from {:.0f} to {:.0f}", std::is_integral_v<Number> ? "a whole number" : "a number",
                            static_cast<double>(target.least), static_cast<double>(target.most)),
                value);
        into.*target.member = *number;
    };
    std::visit(Overload{[&](std::string Flags::*member) {
                            if (value.empty()) throw bad(flag, "the path of a file", value);
                            into.*member = value;
                        },
                        [&](Date Flags::*member) {
                            const auto day = boxoffice::parse_date(value);
                            if (!day) throw bad(flag, "a day of the calendar, yyyy-mm-dd", value);
                            into.*member = *day;
                        },
                        [&](bool Flags::*member) { into.*member = true; },
                        [&](std::uint64_t Flags::*member) {
                            const auto number = parse_number<std::uint64_t>(value);
                            if (!number) throw bad(flag, "a whole number from 0 to 18446744073709551615", value);
                            into.*member = *number;
                        },
                        [&](const Ranged<std::int64_t>& target) { ranged(target); },
                        [&](const Ranged<double>& target) { ranged(target); }},
               flag.target);
}

}  // namespace

Flags read_flags(int argc, const char* const* argv) {
    Flags out;
    std::set<std::string_view> given;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        const auto flag =
            std::find_if(flags.begin(), flags.end(), [&](const Flag& known) { return known.name == name; });
        if (flag == flags.end())
            throw BadInput(fmt::format("expected one of the flags that --help lists, found {}", in_quotes(argument)));
        const bool has_equals = equals != std::string_view::npos;
        std::string_view value;
        if (flag->value.empty()) {
            if (has_equals) throw BadInput(fmt::format("{}: expected no value", flag->name));
        } else if (has_equals) {
            value = argument.substr(equals + 1);
        } else {
            if (i + 1 == argc) throw BadInput(fmt::format("{}: expected a value, {}", flag->name, flag->value));
            value = argv[++i];
        }
        set(out, *flag, value);
        given.insert(flag->name);
    }
    if (out.help) return out;
    for (const auto& flag : flags)
        if (flag.is_required && !given.contains(flag.name))
            throw BadInput(
                fmt::format("expected {} {}: {} (--help lists all flags)", flag.name, flag.value, flag.help));
    return out;
}

std::string usage() {
    std::string out =
        "Usage: onsale --plan FILE --prices FILE --buyers FILE --date DATE [flags]\n"
        "Runs the on-sale of one concert and reports how it went.\n\n";
    for (const auto& flag : flags)
        out += fmt::format("  {:<22} {}\n", fmt::format("{} {}", flag.name, flag.value), flag.help);
    out +=
        "\nExit: 0 the audit is clean; 1 it is not, or the store failed; 2 bad input; 130 interrupted (run again to go "
        "on).\n";
    return out;
}

}  // namespace onsale
