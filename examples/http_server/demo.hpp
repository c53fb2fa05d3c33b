#pragma once
/// Something to try the server with.

#include "boxoffice/office.hpp"
#include "time_zone.hpp"

namespace http_server {

/// Fills an empty box office: users user-1 … user-100, and a concert on each of the three days after today (of the
/// venue) with seats 1 … 50 at 100 points. The second is sold with all that terms can say: four seats an order, two types of
/// ticket, cancelling until the day before. False: it has users or concerts already, and was left alone.
boxoffice::Result<bool> fill_demo(boxoffice::BoxOffice& office, const DayOf& day_of = boxoffice::date_of);

}  // namespace http_server
