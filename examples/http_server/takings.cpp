#include "takings.hpp"

namespace http_server {

using namespace boxoffice;

Result<SalesReport> Takings::find(ConcertId concert) {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (const auto known = known_.find(concert); known != known_.end() && now - known->second.since < age_max)
        return known->second.report;
    BOXOFFICE_TRY_VALUE(auto report, office_.sales_report(concert));
    std::erase_if(known_, [&](const auto& one) { return now - one.second.since >= age_max; });
    known_.insert_or_assign(concert, Known{Clock::now(), report});
    return report;
}

}  // namespace http_server
