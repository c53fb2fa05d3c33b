#include "support/plan.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "boxoffice/text.hpp"
#include "support/input.hpp"

namespace support {
namespace {

using Json = nlohmann::json;

/// A label of at most `most` bytes, cut between characters: labels are for people to read, and a plan may have long
/// ones.
std::string label(std::string_view text, std::size_t most) {
    auto out = one_line(text);
    if (out.size() <= most) return out;
    while (most > 0 && (static_cast<unsigned char>(out[most]) & 0xC0) == 0x80) --most;
    out.resize(most);
    return out;
}

/// A value of the plan that knows its path, for messages such as "zones[0].rows[2].seats[5].category: expected a
/// string".
class Node {
  public:
    Node(const std::string& file, const Json& value, std::string path)
        : file_(file), value_(value), path_(std::move(path)) {}

    [[nodiscard]] BadInput bad(std::string_view expected) const {
        return BadInput(fmt::format("{}: {}: {}", file_, path_.empty() ? "the plan" : path_, expected));
    }

    /// The member's node, if there is one that is not null.
    [[nodiscard]] std::optional<Node> find(const char* name) const {
        if (!value_.is_object()) throw bad("expected an object");
        const auto at = value_.find(name);
        if (at == value_.end() || at->is_null()) return std::nullopt;
        return Node(file_, *at, path_.empty() ? name : path_ + "." + name);
    }

    [[nodiscard]] Node need(const char* name, const char* type) const {
        auto member = find(name);
        if (!member) throw bad(fmt::format("expected a member \"{}\" ({})", name, type));
        return *std::move(member);
    }

    [[nodiscard]] std::string text() const {
        if (!value_.is_string()) throw bad("expected a string");
        return value_.get<std::string>();
    }

    /// Row numbers are strings in the format, but plans written by hand have numbers, too.
    [[nodiscard]] std::string text_or_number() const {
        if (value_.is_number_integer()) return value_.dump();
        return text();
    }

    [[nodiscard]] double number() const {
        if (!value_.is_number() || !std::isfinite(value_.get<double>())) throw bad("expected a number");
        return value_.get<double>();
    }

    template <class Then>
    void for_each(const char* name, Then then) const {
        const auto list = need(name, "an array");
        if (!list.value_.is_array()) throw list.bad("expected an array");
        for (std::size_t i = 0; i < list.value_.size(); ++i)
            then(Node(file_, list.value_[i], fmt::format("{}[{}]", list.path_, i)), i);
    }

  private:
    const std::string& file_;
    const Json& value_;
    std::string path_;
};

struct Offset {
    double x = 0;
    double y = 0;
};

/// Where `node` stands, given where its parent does.
Offset place(const Node& node, Offset parent) {
    const auto position = node.find("position");
    if (!position) return parent;
    return {parent.x + position->need("x", "a number").number(), parent.y + position->need("y", "a number").number()};
}

std::string section_of(const Node& zone, std::size_t index) {
    for (const char* member : {"name", "zone_id"})
        if (const auto name = zone.find(member)) {
            const auto text = name->text_or_number();
            if (!text.empty()) return label(text, 64);
        }
    return fmt::format("zone {}", index + 1);
}

class PlanReader {
  public:
    PlanReader(const std::string& file, const Json& plan) : root_(file, plan, "") {}

    Hall read() {
        hall_.name = label(root_.need("name", "a string").text(), 200);
        if (hall_.name.empty()) hall_.name = "untitled hall";
        root_.for_each("categories", [&](const Node& category, std::size_t) { read_category(category); });
        root_.for_each("zones", [&](const Node& zone, std::size_t index) { read_zone(zone, index); });
        if (hall_.seats.empty()) throw root_.bad("expected at least one seat in zones[].rows[].seats[]");
        return std::move(hall_);
    }

  private:
    void read_category(const Node& category) {
        const auto name = category.need("name", "a string");
        const auto text = name.text();
        if (text.empty()) return;  // as a seat's: none
        if (!hall_.category_by_name.emplace(text, hall_.categories.size()).second)
            throw name.bad(fmt::format("expected each category once, found {} again", in_quotes(text)));
        hall_.categories.push_back(text);
    }

    void read_zone(const Node& zone, std::size_t index) {
        const auto section = section_of(zone, index);
        const auto at = place(zone, {});
        zone.for_each("rows", [&](const Node& row, std::size_t) {
            const auto row_number = label(row.need("row_number", "a string").text_or_number(), 64);
            const auto row_at = place(row, at);
            row.for_each("seats", [&](const Node& seat, std::size_t) { read_seat(seat, section, row_number, row_at); });
        });
    }

    /// Which category the seat says it has; plans without a list of categories are about, too.
    std::size_t category_of(const Node& seat) {
        const auto category = seat.find("category");
        const auto name = category ? category->text() : "";
        if (name.empty()) return no_category;
        const auto [known, is_new] = hall_.category_by_name.emplace(name, hall_.categories.size());
        if (is_new) hall_.categories.push_back(name);
        return known->second;
    }

    void read_seat(const Node& node, const std::string& section, const std::string& row, Offset row_at) {
        const auto number = node.find("seat_number");
        const auto guid = node.need("seat_guid", "a string");
        const auto category = category_of(node);
        const auto at = place(node, row_at);
        boxoffice::NewSeat seat{guid.text(), section, row, {}, at.x, at.y};
        if (number) seat.label = label(number->text_or_number(), 64);
        if (!boxoffice::check_text(seat.number, 1, 64, "seat_guid"))
            throw guid.bad(
                fmt::format("expected 1 to 64 bytes without control characters, found {}", in_quotes(seat.number)));
        if (!std::isfinite(at.x) || !std::isfinite(at.y)) throw node.bad("expected positions whose sum is a number");
        if (!hall_.seat_by_number.emplace(seat.number, hall_.seats.size()).second)
            throw guid.bad(fmt::format("expected each seat_guid once, found {} again", in_quotes(seat.number)));
        hall_.seats.push_back(std::move(seat));
        hall_.category_of.push_back(category);
    }

    Node root_;
    Hall hall_;
};

}  // namespace

Hall read_plan(const std::string& source, const Json& plan) { return PlanReader(source, plan).read(); }

NotForSale set_prices(Hall& hall, const Prices& prices) {
    NotForSale out;
    std::vector<std::int64_t> seats_of(hall.categories.size());
    for (std::size_t i = 0; i < hall.seats.size(); ++i) {
        const auto category = hall.category_of[i];
        const auto price = category == no_category ? prices.end() : prices.find(hall.categories[category]);
        auto& seat = hall.seats[i];
        seat.is_blocked = price == prices.end();
        seat.price = seat.is_blocked ? boxoffice::Points{} : price->second;
        if (category != no_category) seat.category = label(hall.categories[category], 64);
        if (seat.is_blocked) ++out.seats, ++(category == no_category ? out.without_category : seats_of[category]);
    }
    for (std::size_t i = 0; i < hall.categories.size(); ++i)
        if (!prices.contains(hall.categories[i])) out.categories.emplace_back(hall.categories[i], seats_of[i]);
    return out;
}

}  // namespace support
