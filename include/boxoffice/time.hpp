#pragma once
/// Points in time, spans and calendar dates. A Time is a count of microseconds since 1970-01-01 UTC in an
/// int64; nothing in the model reads a clock (see ports.hpp).

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "boxoffice/error.hpp"

namespace boxoffice {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;
/// A day of the calendar at the venue; it has no time zone.
using Date = std::chrono::sys_days;

/// The last day that has a text: 9999-12-31. The first is 1970-01-01.
inline constexpr Date last_date{std::chrono::days{2'932'896}};

static_assert(sizeof(Duration::rep) == 8, "times are int64 microseconds");

constexpr std::int64_t to_us(Time t) noexcept { return t.time_since_epoch().count(); }
constexpr Time from_us(std::int64_t us) noexcept { return Time{Duration{us}}; }

/// Later than every real time; "no deadline".
inline constexpr Time never = Time::max();

/// A deadline at exactly `now` has passed: the one comparison that every rule about deadlines uses.
constexpr bool passed(Time deadline, Time now) noexcept { return deadline <= now; }

/// `t + d`, or `never` where that would overflow.
constexpr Time later(Time t, Duration d) noexcept { return d > Duration::zero() && t > never - d ? never : t + d; }

/// "yyyy-mm-dd", and nothing else: ten characters, a day that exists, a year from 1970 to 9999. Mistakes: invalid_date.
Result<Date> parse_date(std::string_view text);

std::string to_text(Date day);

/// ISO 8601 in UTC with milliseconds: "2026-12-24T19:00:00.000Z".
std::string to_text(Time t);

inline Date date_of(Time t) { return std::chrono::floor<std::chrono::days>(t); }

}  // namespace boxoffice
