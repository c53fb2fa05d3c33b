#pragma once
/// What a sale came to, as a table or as one JSON object.

#include <cstdint>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "plan.hpp"
#include "sale.hpp"

namespace onsale {

struct Report {
    std::string hall;
    boxoffice::Date date{};
    std::int64_t seats = 0;
    support::NotForSale not_for_sale;
    std::int64_t sold = 0;     ///< of the concert, earlier runs included
    std::int64_t revenue = 0;  ///< likewise
    std::int64_t buyers = 0;
    /// Some want several seats, or have cancelled: what that came to is told, too.
    bool tells_of_cancelling = false;
    boxoffice::SalesReport sales;
    std::int64_t balances = 0;  ///< what the buyers have left
    SaleReport sale;
    std::vector<boxoffice::Violation> audit;
};

/// What cancelled seats had cost and did not go back.
inline std::int64_t fees(const Report& report) { return report.sales.net.value - report.revenue; }

std::string as_json(const Report& report);
std::string as_table(const Report& report);

}  // namespace onsale
