/// What was sold of a concert: for a program as JSON, for a spreadsheet as CSV, from one computation.

#include <algorithm>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "endpoints/endpoints.hpp"

namespace http_server::endpoints {

using namespace boxoffice;

namespace {

struct Report {
    ConcertId concert;
    SalesReport sales;
    std::vector<TicketType> types;
};

Points net_of(const SalesRow& row) { return Points{row.gross.value - row.refunds.value}; }

/// Empty for who names no type.
std::string_view name_of_type(const Report& report, TypeId id) {
    const auto type =
        std::find_if(report.types.begin(), report.types.end(), [&](const TicketType& one) { return one.id == id; });
    return type == report.types.end() ? std::string_view{} : std::string_view{type->name};
}

Response json_report(const Report& report) {
    JsonWriter json;
    json.open_object().member("concertId", report.concert).open_array("categories");
    for (const auto& row : report.sales.rows) {
        json.open_object().member("category", row.category).member_or_null("type", row.type);
        if (row.type)
            json.member("typeName", name_of_type(report, row.type));
        else
            json.null_member("typeName");
        json.member("sold", row.sold)
            .member("cancelled", row.cancelled)
            .member("gross", row.gross)
            .member("refunds", row.refunds)
            .member("net", net_of(row))
            .close_object();
    }
    json.close_array()
        .member("gross", report.sales.total.gross)
        .member("refunds", report.sales.total.refunds)
        .member("net", report.sales.net)
        .member("salesBalance", report.sales.balance);
    return json_response(json.close_object());
}

Response csv_report(const Report& report) {
    CsvWriter csv;
    for (const std::string_view name : {"category", "type", "sold", "cancelled", "gross", "refunds", "net"})
        csv.cell(name);
    csv.end_line();
    for (const auto& row : report.sales.rows)
        csv.cell(row.category)
            .cell(name_of_type(report, row.type))
            .cell(row.sold)
            .cell(row.cancelled)
            .cell(row.gross.value)
            .cell(row.refunds.value)
            .cell(net_of(row).value)
            .end_line();
    Response response;
    response.content_type = csv_type;
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"sales-" + to_text(report.concert) + ".csv\"");
    response.body = csv.take();
    return response;
}

/// Does the request ask for CSV? Its kind is named, and not refused with q=0.
bool wants_csv(const Request& request) {
    auto accept = request.header("Accept").value_or("");
    while (!accept.empty()) {
        const auto range = accept.substr(0, accept.find(','));
        accept.remove_prefix(std::min(accept.size(), range.size() + 1));
        auto kind = range.substr(0, range.find(';'));
        while (kind.starts_with(' ')) kind.remove_prefix(1);
        while (kind.ends_with(' ')) kind.remove_suffix(1);
        if (!equals_ignoring_case(kind, "text/csv")) continue;
        const auto quality = range.find("q=0");
        return quality == std::string_view::npos || range.find_first_of("123456789", quality) != std::string_view::npos;
    }
    return false;
}

}  // namespace

Answer report_sales(const Call& call) {
    BOXOFFICE_TRY(check_admin(call));
    BOXOFFICE_TRY_VALUE(const auto id, id_in_path<ConcertId>(call, ErrorCode::unknown_concert));
    Report report;
    report.concert = id;
    BOXOFFICE_TRY_VALUE(report.sales, call.host.office.sales_report(id));
    BOXOFFICE_TRY_VALUE(report.types, call.host.office.ticket_types(id));  // after: a type that was sold is there
    auto response = wants_csv(call.request) ? csv_report(report) : json_report(report);
    response.headers.emplace_back("Vary", "Accept");
    return response;
}

}  // namespace http_server::endpoints
