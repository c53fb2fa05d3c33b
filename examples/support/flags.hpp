#pragma once
/// Command lines: a table of flags, each of which sets one member of the program's own struct.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "boxoffice/time.hpp"
#include "support/input.hpp"

namespace support {

template <class Flags, class Member, class Number>
struct RangedFlag {
    Member Flags::*member;
    Number least;
    Number most;
};

/// What a flag of the program's struct `Flags` sets. An optional number stays empty unless the flag is given; a list
/// gets an element each time it is.
template <class Flags>
using FlagTarget =
    std::variant<std::string Flags::*, std::vector<std::string> Flags::*, boxoffice::Date Flags::*, bool Flags::*,
                 std::uint64_t Flags::*, RangedFlag<Flags, std::int64_t, std::int64_t>,
                 RangedFlag<Flags, std::optional<std::int64_t>, std::int64_t>, RangedFlag<Flags, double, double>>;

template <class Flags>
struct Flag {
    std::string_view name;
    std::string_view value;  ///< as the help shows it; empty: the flag takes none
    std::string_view help;
    FlagTarget<Flags> target;
    bool is_required = false;
};

template <class... Fs>
struct Overload : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;  // for compilers before P1816

template <class Flags>
void set_flag(Flags& into, const Flag<Flags>& flag, std::string_view value) {
    const auto bad = [&](const std::string& expected) {
        return BadInput(fmt::format("{}: expected {}, found {}", flag.name, expected, in_quotes(value)));
    };
    const auto ranged = [&]<class Member, class Number>(const RangedFlag<Flags, Member, Number>& target) {
        const auto number = parse_number<Number>(value);
        if (!number || !(*number >= target.least && *number <= target.most))
            throw bad(fmt::format("{} from {:.0f} to {:.0f}",
                                  std::is_integral_v<Number> ? "a whole number" : "a number",
                                  static_cast<double>(target.least), static_cast<double>(target.most)));
        into.*target.member = *number;
    };
    std::visit(Overload{[&](std::string Flags::*member) {
                            if (value.empty())
                                throw bad(flag.value.starts_with("FILE") ? "the path of a file"
                                                                         : fmt::format("a value, {}", flag.value));
                            into.*member = value;
                        },
                        [&](std::vector<std::string> Flags::*member) {
                            if (value.empty()) throw bad(fmt::format("a value, {}", flag.value));
                            (into.*member).emplace_back(value);
                        },
                        [&](boxoffice::Date Flags::*member) {
                            const auto day = boxoffice::parse_date(value);
                            if (!day) throw bad("a day of the calendar, yyyy-mm-dd");
                            into.*member = *day;
                        },
                        [&](bool Flags::*member) { into.*member = true; },
                        [&](std::uint64_t Flags::*member) {
                            const auto number = parse_number<std::uint64_t>(value);
                            if (!number) throw bad("a whole number from 0 to 18446744073709551615");
                            into.*member = *number;
                        },
                        [&](const auto& target) { ranged(target); }},
               flag.target);
}

/// `--name value`, `--name=value` or `--name`; later flags win. A member `help` that is set lets required flags be
/// absent. Throws BadInput.
template <class Flags>
Flags read_flags(std::span<const std::type_identity_t<Flag<Flags>>> flags, int argc, const char* const* argv) {
    Flags out;
    std::set<std::string_view> given;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        const auto flag =
            std::find_if(flags.begin(), flags.end(), [&](const Flag<Flags>& known) { return known.name == name; });
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
        set_flag(out, *flag, value);
        given.insert(flag->name);
    }
    if (out.help) return out;
    for (const auto& flag : flags)
        if (flag.is_required && !given.contains(flag.name))
            throw BadInput(
                fmt::format("expected {} {}: {} (--help lists all flags)", flag.name, flag.value, flag.help));
    return out;
}

/// One line a flag, for --help.
template <class Flags>
std::string list_flags(std::span<const std::type_identity_t<Flag<Flags>>> flags) {
    std::size_t width = 22;
    for (const auto& flag : flags) width = std::max(width, flag.name.size() + 1 + flag.value.size());
    std::string out;
    for (const auto& flag : flags)
        out += fmt::format("  {:<{}} {}\n", fmt::format("{} {}", flag.name, flag.value), width, flag.help);
    return out;
}

}  // namespace support
