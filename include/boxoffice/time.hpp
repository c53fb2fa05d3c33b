#pragma once
/// Points in time, spans and calendar dates. A Time is a count of microseconds since 1970-01-01 UTC in an
/// int64; nothing in the model reads a clock (see ports.hpp).

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "boxoffice/error.hpp"

namespace boxoffice {

using Duration = std::chrono::microseconds;
using Time = date::sys_time<Duration>;
/// A day of the calendar at the venue; it has no time zone.
using Date = date::sys_days;

static_assert(sizeof(Duration::rep) == 8, "times are int64 microseconds");

constexpr std::int64_t to_us(Time t) noexcept { return t.time_since_epoch().count(); }
constexpr Time from_us(std::int64_t us) noexcept { return Time{Duration{us}}; }

/// Later than every real time; "no deadline".
inline constexpr Time never = Time::max();

/// A deadline at exactly `now` has passed: the one comparison that every rule about deadlines uses.
constexpr bool passed(Time deadline, Time now) noexcept { return deadline <= now; }

/// `t + d`, or `never` where that would overflow.
constexpr Time later(Time t, Duration d) noexcept {
    return d > Duration::zero() && t > never - d ? never : t + d;
}

/// "yyyy-mm-dd", and nothing else: ten characters, a day that exists, a year from 1970 to 9999.
inline Result<Date> parse_date(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' && digit(0) && digit(1) && digit(2) &&
                        digit(3) && digit(5) && digit(6) && digit(8) && digit(9);
    if (!shaped) return refuse(ErrorCode::invalid_date);
    const auto number = [&](std::size_t begin, std::size_t length) {
        unsigned value = 0;
        for (auto i = begin; i < begin + length; ++i) value = value * 10 + static_cast<unsigned>(text[i] - '0');
        return value;
    };
    const auto day = date::year{static_cast<int>(number(0, 4))} / date::month{number(5, 2)} / date::day{number(8, 2)};
    if (!day.ok() || day.year() < date::year{1970}) return refuse(ErrorCode::invalid_date);
    return Date{day};
}

inline std::string to_text(Date day) { return date::format("%F", day); }

/// ISO 8601 in UTC with milliseconds: "2026-12-24T19:00:00.000Z".
inline std::string to_text(Time t) {
    return date::format("%FT%T", date::floor<std::chrono::milliseconds>(t)) + "Z";
}

inline Date date_of(Time t) { return date::floor<date::days>(t); }

}  // namespace boxoffice
