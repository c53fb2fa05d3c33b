/// What a host can ask of the terms on which concerts are sold, and of what came of them.

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/asking.hpp"
#include "engine/engine.hpp"

namespace boxoffice {
namespace {

Result<void> check_concert(View& view, ConcertId concert) {
    BOXOFFICE_TRY(one(view.concerts(), ConcertKeys{{concert}}, ErrorCode::unknown_concert));
    return {};
}

Result<Sale> sale_of(View& view, ConcertId concert) {
    BOXOFFICE_TRY(check_concert(view, concert));
    return one(view.sales(), SaleKeys{{}, {concert}}, ErrorCode::internal);
}

}  // namespace

Result<Sale> BoxOffice::sale(ConcertId concert) {
    return engine_->ask([&](View& view, Time) { return sale_of(view, concert); });
}

Result<std::vector<TariffRow>> BoxOffice::tariff(ConcertId concert) {
    return engine_->ask([&](View& view, Time) -> Result<std::vector<TariffRow>> {
        BOXOFFICE_TRY_VALUE(const auto sale, sale_of(view, concert));
        std::vector<TariffPrice> prices;
        if (sale.tariff > 0) BOXOFFICE_TRY(view.tariffs().load(TariffKeys{{{concert, sale.tariff}}}, prices));
        std::vector<TariffRow> out;
        for (auto& price : prices) out.push_back(std::move(price.row));
        std::sort(out.begin(), out.end(), [](const TariffRow& a, const TariffRow& b) {
            return std::tie(a.category, a.type) < std::tie(b.category, b.type);
        });
        return out;
    });
}

Result<std::vector<TicketType>> BoxOffice::ticket_types(ConcertId concert) {
    return engine_->ask([&](View& view, Time) -> Result<std::vector<TicketType>> {
        BOXOFFICE_TRY(check_concert(view, concert));
        std::vector<TicketType> out;
        BOXOFFICE_TRY(view.ticket_types().load(TypeKeys{{concert}}, out));
        std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        return out;
    });
}

namespace {

/// A sum over rows: those that are in order stay far below what would overflow.
Result<Points> sound(const Result<Points>& sum) {
    if (!sum) return refuse(ErrorCode::storage, "the sums of the sales are beyond all points: rows are damaged");
    return *sum;
}

}  // namespace

Result<SalesReport> BoxOffice::sales_report(ConcertId concert) {
    return engine_->ask([&](View& view, Time) -> Result<SalesReport> {
        BOXOFFICE_TRY(check_concert(view, concert));
        SalesReport report;
        BOXOFFICE_TRY_VALUE(report.rows, view.sales_of_concert(concert));
        BOXOFFICE_TRY_VALUE(const auto account,
                            one(view.accounts(), AccountKeys{{sales_of(concert)}}, ErrorCode::internal));
        for (const auto& row : report.rows) {
            report.total.sold += row.sold;
            report.total.cancelled += row.cancelled;
            BOXOFFICE_TRY_VALUE(report.total.gross, sound(add(report.total.gross, row.gross)));
            BOXOFFICE_TRY_VALUE(report.total.refunds, sound(add(report.total.refunds, row.refunds)));
        }
        BOXOFFICE_TRY_VALUE(report.net, sound(subtract(report.total.gross, report.total.refunds)));
        report.balance = account.balance;
        return report;
    });
}

Result<CashFlow> BoxOffice::cash_report(Time from, Time to) {
    return engine_->ask([&](View& view, Time) -> Result<CashFlow> {
        if (from > to) return refuse(ErrorCode::invalid_argument, "from: not after to");
        return view.cash_between(from, to);
    });
}

}  // namespace boxoffice
