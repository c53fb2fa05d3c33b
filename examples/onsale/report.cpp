#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/input.hpp"

namespace onsale {
namespace {

/// 1234567 → "1,234,567".
std::string grouped(std::int64_t number) {
    const auto digits = std::to_string(number);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) out.push_back(',');
        out.push_back(digits[i]);
    }
    return out;
}

std::string row(const std::string& name, const std::string& value) {
    return fmt::format("  {:<24}{:>18}\n", name, value);
}
std::string row(const std::string& name, std::int64_t value) { return row(name, grouped(value)); }

/// The value that `percent` of the sorted values do not exceed, as milliseconds.
std::string percentile(const std::vector<std::int64_t>& sorted, std::size_t percent) {
    if (sorted.empty()) return "-";
    const auto at = (sorted.size() - 1) * percent / 100;
    return fmt::format("{:.3f} ms", static_cast<double>(sorted[at]) / 1000);
}

/// Nothing where everything is for sale; else how many seats are not, and why.
std::string not_for_sale_rows(const support::NotForSale& it) {
    std::string out;
    if (it.seats > 0) out += row("not for sale", it.seats);
    if (it.without_category > 0) out += row("  without a category", it.without_category);
    for (const auto& [name, count] : it.categories) out += row("  no price for " + support::in_quotes(name), count);
    return out;
}

double commands_per_second(const SaleReport& sale) {
    return sale.seconds > 0 ? static_cast<double>(sale.tally.commands) / sale.seconds : 0;
}

}  // namespace

std::string as_json(const Report& report) {
    nlohmann::ordered_json out;
    out["seats"] = report.seats;
    auto& not_for_sale = out["not_for_sale"];
    not_for_sale["seats"] = report.not_for_sale.seats;
    not_for_sale["without_category"] = report.not_for_sale.without_category;
    not_for_sale["categories"] = nlohmann::ordered_json::object();
    for (const auto& [name, count] : report.not_for_sale.categories) not_for_sale["categories"][name] = count;
    out["sold"] = report.sold;
    out["revenue"] = report.revenue;
    if (report.tells_of_cancelling) {
        out["cancelled"] = report.sales.total.cancelled;
        out["refunds"] = report.sales.total.refunds.value;
        out["fees"] = fees(report);
        out["net"] = report.sales.net.value;
        out["balances"] = report.balances;
    }
    out["buyers"] = report.buyers;
    out["paid"] = report.sale.paid;
    if (report.tells_of_cancelling) out["paid_and_cancelled"] = report.sale.paid_and_cancelled;
    out["abandoned"] = report.sale.abandoned;
    out["left"] = report.sale.left;
    out["unserved"] = report.sale.unserved;
    out["max_waiting"] = report.sale.max_waiting;
    out["refusals"] = nlohmann::ordered_json::object();
    for (const auto& [name, count] : report.sale.tally.refusals) out["refusals"][name] = count;
    out["commands"] = report.sale.tally.commands;
    out["seconds"] = report.sale.seconds;
    out["audit"] = nlohmann::ordered_json::array();
    for (const auto& violation : report.audit)
        out["audit"].push_back(fmt::format("{}: {}", violation.rule, violation.detail));
    return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string as_table(const Report& report) {
    const auto& sale = report.sale;
    auto latencies = sale.tally.latencies_us;
    std::sort(latencies.begin(), latencies.end());
    std::string out;
    const auto add = [&](const std::string& part) { out.append(part); };
    const auto end_part = [&] { out.push_back('\n'); };

    add(fmt::format("{}, {}\n\n", report.hall, boxoffice::to_text(report.date)));
    add(row("seats", report.seats));
    add(not_for_sale_rows(report.not_for_sale));
    add(row("sold", report.sold));
    add(row("revenue (points)", report.revenue));
    if (report.tells_of_cancelling) {
        add(row("cancelled", report.sales.total.cancelled));
        add(row("given back (points)", report.sales.total.refunds.value));
        add(row("fees kept (points)", fees(report)));
        add(row("net (points)", report.sales.net.value));
        add(row("left to buyers (points)", report.balances));
    }
    end_part();
    add(row("buyers", report.buyers));
    add(row("paid", sale.paid));
    if (report.tells_of_cancelling) add(row("paid and cancelled", sale.paid_and_cancelled));
    add(row("abandoned their hold", sale.abandoned));
    add(row("left the line", sale.left));
    add(row("unserved", sale.unserved));
    add(row("most waiting at once", sale.max_waiting));
    end_part();
    add("refusals\n");
    if (sale.tally.refusals.empty()) add("  none\n");
    for (const auto& [name, count] : sale.tally.refusals) add(row(name, count));
    end_part();
    add(row("commands", sale.tally.commands));
    add(row("seconds", fmt::format("{:.2f}", sale.seconds)));
    add(row("commands per second", fmt::format("{:.0f}", commands_per_second(sale))));
    add(row("latency p50", percentile(latencies, 50)));
    add(row("latency p99", percentile(latencies, 99)));
    end_part();
    add(row("audit", report.audit.empty() ? "clean" : fmt::format("{} violations", report.audit.size())));
    for (const auto& violation : report.audit) add(fmt::format("  {}: {}\n", violation.rule, violation.detail));
    return out;
}

}  // namespace onsale
