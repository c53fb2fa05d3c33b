#include "hall_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "boxoffice/text.hpp"
#include "gzip.hpp"
#include "http.hpp"
#include "json.hpp"

namespace http_server {

using namespace boxoffice;

namespace {

constexpr std::size_t kept_max = 64;  // some megabytes each, of the largest halls

/// Sections in the order in which the house made their first seats.
std::map<std::string_view, std::size_t> rank_sections(const SeatSheet& sheet) {
    std::map<std::string_view, SeatId> first;
    for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto seat = sheet[i];
        const auto [known, is_new] = first.emplace(seat.facts.section, seat.id);
        if (!is_new) known->second = std::min(known->second, seat.id);
    }
    std::vector<std::pair<SeatId, std::string_view>> order;
    for (const auto& [name, id] : first) order.emplace_back(id, name);
    std::sort(order.begin(), order.end());
    std::map<std::string_view, std::size_t> ranks;
    for (std::size_t i = 0; i < order.size(); ++i) ranks.emplace(order[i].second, i);
    return ranks;
}

std::vector<std::uint32_t> reading_order(const SeatSheet& sheet, const std::map<std::string_view, std::size_t>& ranks) {
    std::vector<std::tuple<std::size_t, std::string, std::string>> keys;
    keys.reserve(sheet.size());
    for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto& facts = sheet[i].facts;
        keys.emplace_back(ranks.at(facts.section), natural_key(facts.row), natural_key(facts.label));
    }
    std::vector<std::uint32_t> order(sheet.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
    return order;
}

/// The plan's own unit cut into so many that neighbours stay well apart, as a power of ten: plans have whole numbers, or few decimals,
/// and even steps stay even.
double unit_of(const SeatSheet& sheet) {
    double least_x = 0, most_x = 0, least_y = 0, most_y = 0;
    for (std::size_t i = 0; i < sheet.size(); ++i) {
        const auto& facts = sheet[i].facts;
        least_x = i == 0 ? facts.x : std::min(least_x, facts.x);
        most_x = i == 0 ? facts.x : std::max(most_x, facts.x);
        least_y = i == 0 ? facts.y : std::min(least_y, facts.y);
        most_y = i == 0 ? facts.y : std::max(most_y, facts.y);
    }
    const auto extent = std::max(most_x - least_x, most_y - least_y);
    if (!(extent > 0) || !std::isfinite(extent)) return 1;
    return std::pow(10, std::floor(std::log10(extent / 20'000)));
}

/// First value, then differences; the last one goes on as often as there are values (a single value: 0 does).
std::vector<std::int64_t> as_steps(std::span<const std::int64_t> values) {
    std::vector<std::int64_t> out{values.front()};
    for (std::size_t i = 1; i < values.size(); ++i) out.push_back(values[i] - values[i - 1]);
    while (out.size() > 2 && out.back() == out[out.size() - 2]) out.pop_back();
    if (out.size() == 2 && out.back() == 0) out.pop_back();
    return out;
}

/// A label that is a whole number and written as one.
std::optional<std::int64_t> whole_number(std::string_view text) {
    if (text.empty() || text.size() > 9 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::int64_t out = 0;
    for (const auto c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + (c - '0');
    }
    return out;
}

/// How a section's seats are named by their row and label: "F1-{r}-{l}". Nothing: they are not, as where machines named them.
std::optional<std::string> pattern_of(std::span<const SeatFacts* const> seats) {
    const auto& first = *seats.front();
    const auto label_at = first.number.rfind(first.label);
    if (label_at == std::string::npos || label_at + first.label.size() != first.number.size()) return std::nullopt;
    const auto before = std::string_view{first.number}.substr(0, label_at);
    const auto row_at = first.row.empty() ? std::string_view::npos : before.rfind(first.row);
    const bool has_row = row_at != std::string_view::npos;
    const auto head = has_row ? before.substr(0, row_at) : before;
    const auto middle = has_row ? before.substr(row_at + first.row.size()) : std::string_view{};
    for (const auto* const seat : seats) {
        auto number = std::string{head};
        if (has_row) number += seat->row;
        number.append(middle).append(seat->label);
        if (number != seat->number) return std::nullopt;
    }
    if (before.find_first_of("{}") != std::string_view::npos) return std::nullopt;
    auto pattern = std::string{head};
    if (has_row) pattern += "{r}";
    return pattern.append(middle).append("{l}");
}

struct Classes {
    std::map<std::pair<std::string_view, std::int64_t>, std::int64_t> at;
    std::vector<std::pair<std::string_view, Points>> list;

    std::int64_t of(const SeatFacts& facts) {
        const auto [known, is_new] =
            at.emplace(std::pair{std::string_view{facts.category}, facts.price.value}, std::ssize(list));
        if (is_new) list.emplace_back(facts.category, facts.price);
        return known->second;
    }
};

class Writer {
  public:
    Writer(const SeatSheet& sheet, const HallPlan& plan) : sheet_(sheet), plan_(plan), unit_(unit_of(sheet)) {}

    std::string write() {
        for (std::size_t from = 0; from < sheet_.size();) from = write_section(from);
        JsonWriter head;
        head.open_object()
            .member("concertId", sheet_.concert().id)
            .member("seats", static_cast<std::int64_t>(sheet_.size()))
            .member("unit", unit_)
            .open_array("categories");
        for (const auto& [category, points] : classes_.list)
            head.open_object().member("category", category).member("price", points).close_object();
        head.close_array().close_object();
        auto out = head.take();
        out.pop_back();
        return out + ",\"sections\":[" + sections_ + "]}";
    }

  private:
    [[nodiscard]] const SeatFacts& at(std::size_t place) const { return sheet_[plan_.seats[place]].facts; }

    std::size_t write_section(std::size_t from) {
        auto end = from;
        std::vector<const SeatFacts*> seats;
        for (; end < sheet_.size() && at(end).section == at(from).section; ++end) seats.push_back(&at(end));
        const auto pattern = pattern_of(seats);
        const bool has_numbers = !pattern && sheet_.size() <= listed_numbers_max;
        JsonWriter json;
        json.open_object().member("name", at(from).section);
        if (pattern)
            json.member("numbers", *pattern);
        else
            json.null_member("numbers");
        json.close_object();
        auto text = json.take();
        text.pop_back();
        text += ",\"rows\":[";
        for (auto row = from; row < end;) row = write_row(row, end, has_numbers, text);
        text += "]}";
        if (!sections_.empty()) sections_ += ',';
        sections_ += text;
        return end;
    }

    std::size_t write_row(std::size_t from, std::size_t section_end, bool has_numbers, std::string& out) {
        auto end = from;
        while (end < section_end && at(end).row == at(from).row) ++end;
        std::vector<std::int64_t> x, y, classes, labels;
        for (auto i = from; i < end; ++i) {
            const auto& facts = at(i);
            x.push_back(std::llround(facts.x / unit_));
            y.push_back(std::llround(facts.y / unit_));
            classes.push_back(classes_.of(facts));
            if (const auto number = whole_number(facts.label)) labels.push_back(*number);
        }
        JsonWriter json;
        json.open_object().member("row", at(from).row).member("count", static_cast<std::int64_t>(end - from));
        if (labels.size() < end - from) {
            json.open_array("labels");
            for (auto i = from; i < end; ++i) json.element(at(i).label);
            json.close_array();
        }
        if (has_numbers) {
            json.open_array("numbers");
            for (auto i = from; i < end; ++i) json.element(at(i).number);
            json.close_array();
        }
        json.close_object();
        auto text = json.take();
        text.pop_back();
        if (labels.size() == end - from) text += fmt::format(",\"labels\":[{}]", fmt::join(as_steps(labels), ","));
        text += fmt::format(",\"category\":[{}],\"x\":[{}],\"y\":[{}]}}", fmt::join(as_steps(classes), ","),
                            fmt::join(as_steps(x), ","), fmt::join(as_steps(y), ","));
        if (out.back() == '}') out += ',';
        out += text;
        return end;
    }

    const SeatSheet& sheet_;
    const HallPlan& plan_;
    double unit_;
    Classes classes_;
    std::string sections_;
};

}  // namespace

HallPlan make_hall_plan(const SeatSheet& sheet) {
    HallPlan plan;
    plan.seats = reading_order(sheet, rank_sections(sheet));
    plan.places.resize(plan.seats.size());
    for (std::size_t place = 0; place < plan.seats.size(); ++place)
        plan.places[plan.seats[place]] = static_cast<std::uint32_t>(place);
    plan.text = Writer(sheet, plan).write();
    const auto quoted = etag_of(plan.text);
    plan.tag = quoted.substr(1, quoted.size() - 2);
    plan.zipped = gzip(plan.text);
    return plan;
}

std::shared_ptr<const HallPlan> HallPlans::of(const SeatSheet& sheet) {
    const auto concert = sheet.concert().id;
    // Whoever asks meanwhile would make the same; a plan takes some tenths of a second, once.
    const std::lock_guard lock(mutex_);
    const auto known =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.concert == concert; });
    if (known != entries_.end() && known->size == sheet.size()) {
        entries_.splice(entries_.begin(), entries_, known);
        return entries_.front().plan;
    }
    auto plan = std::make_shared<const HallPlan>(make_hall_plan(sheet));
    if (known != entries_.end()) entries_.erase(known);
    entries_.push_front({concert, sheet.size(), plan});
    if (entries_.size() > kept_max) entries_.pop_back();
    return plan;
}

}  // namespace http_server
