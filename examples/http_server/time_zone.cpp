#include "time_zone.hpp"

#include <date/tz.h>

#include <ctime>
#include <exception>

#include "support/input.hpp"

namespace http_server {

using boxoffice::Date;
using boxoffice::Time;

DayOf day_in(const std::string& zone) {
    try {
        const auto* const known = date::locate_zone(zone);  // lives as long as the process
        return [known](Time at) { return Date{date::floor<date::days>(known->to_local(at)).time_since_epoch()}; };
    } catch (const std::exception&) {
        throw support::BadInput("--time-zone: expected a zone such as Asia/Seoul, found " + support::in_quotes(zone));
    }
}

DayOf day_here() {
    ::tzset();
    return [](Time at) {
        const auto seconds = static_cast<std::time_t>(date::floor<std::chrono::seconds>(at).time_since_epoch().count());
        std::tm parts{};
        if (::localtime_r(&seconds, &parts) == nullptr) return boxoffice::date_of(at);
        return Date{date::sys_days{date::year{parts.tm_year + 1900} / (parts.tm_mon + 1) / parts.tm_mday}};
    };
}

}  // namespace http_server
