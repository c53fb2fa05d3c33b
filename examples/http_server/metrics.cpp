#include "metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace http_server {
namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void gauge(std::string& out, std::string_view name, std::string_view help, std::int64_t value) {
    head(out, name, "gauge", help);
    fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

}  // namespace

Metrics::Metrics(std::vector<std::string> routes) : routes_(routes.size() + 1) {
    for (std::size_t i = 0; i < routes.size(); ++i) routes_[i].label = std::move(routes[i]);
    routes_.back().label = "none";
}

void Metrics::count(std::size_t route, int status, std::chrono::nanoseconds took,
                    std::optional<boxoffice::ErrorCode> refused) {
    if (refused) {
        const auto number = static_cast<std::size_t>(*refused);
        if (number < refusals_.size()) refusals_[number].fetch_add(1, std::memory_order_relaxed);
    }
    auto& row = routes_[std::min(route, routes_.size() - 1)];
    const auto known = std::lower_bound(statuses.begin(), statuses.end(), status);
    const bool is_known = known != statuses.end() && *known == status;
    const auto column = is_known ? known - statuses.begin() : std::ssize(statuses);
    row.by_status[static_cast<std::size_t>(column)].fetch_add(1, std::memory_order_relaxed);
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const auto bucket = std::lower_bound(bounds_us.begin(), bounds_us.end(), us) - bounds_us.begin();
    row.by_latency[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    row.total_us.fetch_add(us, std::memory_order_relaxed);
}

std::vector<std::pair<boxoffice::ErrorCode, std::int64_t>> Metrics::refusals() const {
    std::vector<std::pair<boxoffice::ErrorCode, std::int64_t>> out;
    for (std::size_t number = 0; number < refusals_.size(); ++number)
        if (const auto count = refusals_[number].load(std::memory_order_relaxed); count > 0)
            out.emplace_back(static_cast<boxoffice::ErrorCode>(number), count);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
}

std::string Metrics::text(const boxoffice::Stats& stats, const boxoffice::CommitStats& commits,
                          std::span<const Taken> taken) const {
    std::string out;
    const auto add = [&]<class... Ts>(fmt::format_string<Ts...> format, Ts&&... values) {
        fmt::format_to(std::back_inserter(out), format, std::forward<Ts>(values)...);
    };
    head(out, "boxoffice_http_requests_total", "counter", "Requests answered, by route and status.");
    for (const auto& route : routes_)
        for (std::size_t i = 0; i <= statuses.size(); ++i)
            if (const auto count = route.by_status[i].load(std::memory_order_relaxed); count > 0)
                add("boxoffice_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", route.label,
                    i < statuses.size() ? std::to_string(statuses[i]) : "other", count);

    head(out, "boxoffice_http_request_seconds", "histogram", "From a request read to its answer ready, by route.");
    for (const auto& route : routes_) {
        std::array<std::int64_t, bounds_us.size() + 1> counts{};
        std::transform(route.by_latency.begin(), route.by_latency.end(), counts.begin(),
                       [](const Counter& counter) { return counter.load(std::memory_order_relaxed); });
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = sum += counts[i];
        if (sum == 0) continue;
        for (std::size_t i = 0; i < bounds_us.size(); ++i)
            add("boxoffice_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route.label,
                static_cast<double>(bounds_us[i]) / 1e6, counts[i]);
        add("boxoffice_http_request_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route.label, sum);
        add("boxoffice_http_request_seconds_sum{{route=\"{}\"}} {}\n", route.label,
            static_cast<double>(route.total_us.load(std::memory_order_relaxed)) / 1e6);
        add("boxoffice_http_request_seconds_count{{route=\"{}\"}} {}\n", route.label, sum);
    }

    head(out, "boxoffice_refusals_total", "counter", "Requests refused, by the code of the answer.");
    for (const auto& [code, count] : refusals())
        add("boxoffice_refusals_total{{code=\"{}\"}} {}\n", boxoffice::name_of(code), count);

    head(out, "boxoffice_batch_commands", "histogram", "Commands that shared a transaction.");
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < commits.command_bounds.size(); ++i)
        add("boxoffice_batch_commands_bucket{{le=\"{}\"}} {}\n", commits.command_bounds[i],
            sum += commits.by_commands[i]);
    sum += commits.by_commands.back();
    add("boxoffice_batch_commands_bucket{{le=\"+Inf\"}} {}\n", sum);
    add("boxoffice_batch_commands_sum {}\n", commits.commands);
    add("boxoffice_batch_commands_count {}\n", sum);

    head(out, "boxoffice_batch_seconds", "histogram", "How long deciding and committing a transaction took.");
    sum = 0;
    for (std::size_t i = 0; i < commits.latency_bounds.size(); ++i)
        add("boxoffice_batch_seconds_bucket{{le=\"{}\"}} {}\n",
            static_cast<double>(commits.latency_bounds[i].count()) / 1e6, sum += commits.by_latency[i]);
    sum += commits.by_latency.back();
    add("boxoffice_batch_seconds_bucket{{le=\"+Inf\"}} {}\n", sum);
    add("boxoffice_batch_seconds_sum {}\n", static_cast<double>(commits.spent.count()) / 1e6);
    add("boxoffice_batch_seconds_count {}\n", sum);

    gauge(out, "boxoffice_users", "Users known.", stats.users);
    gauge(out, "boxoffice_waiting", "Places that wait for their turn.", stats.waiting);
    gauge(out, "boxoffice_admitted", "Places that have their turn.", stats.admitted);
    gauge(out, "boxoffice_seats_available", "Seats on sale.", stats.seats.available);
    gauge(out, "boxoffice_seats_held", "Seats held and not paid.", stats.seats.held);
    gauge(out, "boxoffice_seats_sold", "Seats sold.", stats.seats.sold);
    const auto of_concerts = [&](std::string_view name, std::string_view help, auto&& value) {
        head(out, name, "gauge", help);
        for (const auto& one : taken)
            add("{}{{concert=\"{}\",date=\"{}\"}} {}\n", name, boxoffice::to_text(one.concert.id),
                boxoffice::to_text(one.concert.date), value(one.report));
    };
    using boxoffice::SalesReport;
    of_concerts("boxoffice_concert_sold", "Seats sold and not cancelled, by concert.",
                [](const SalesReport& report) { return report.total.sold; });
    of_concerts("boxoffice_concert_cancelled", "Sales cancelled, by concert.",
                [](const SalesReport& report) { return report.total.cancelled; });
    of_concerts("boxoffice_concert_revenue_points", "Points taken less points given back, by concert.",
                [](const SalesReport& report) { return report.net.value; });
    gauge(out, "boxoffice_http_connections", "Open connections.", connections.load(std::memory_order_relaxed));
    gauge(out, "boxoffice_http_queued", "Requests that wait to be decided, or for a thread that may wait.",
          queued.load(std::memory_order_relaxed));
    return out;
}

}  // namespace http_server
