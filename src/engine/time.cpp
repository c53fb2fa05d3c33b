#include "boxoffice/time.hpp"

#include <date/date.h>

namespace boxoffice {

Result<Date> parse_date(std::string_view text) {
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
    return Date{date::sys_days{day}};
}

std::string to_text(Date day) { return date::format("%F", day); }

std::string to_text(Time t) { return date::format("%FT%T", std::chrono::floor<std::chrono::milliseconds>(t)) + "Z"; }

}  // namespace boxoffice
