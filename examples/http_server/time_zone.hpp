#pragma once
/// What day it is at the venue. The engine knows instants only; "today" and the end of a day are the venue's.

#include <functional>
#include <string>

#include "boxoffice/time.hpp"

namespace http_server {

/// The day of an instant. Thread-safe.
using DayOf = std::function<boxoffice::Date(boxoffice::Time)>;

/// Days in a zone of the time zone database, such as "Asia/Seoul". Throws BadInput: there is none of that name, or no
/// database.
DayOf day_in(const std::string& zone);

/// Days in this machine's zone: TZ, or /etc/localtime.
DayOf day_here();

}  // namespace http_server
