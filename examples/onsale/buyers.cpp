#include "buyers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "boxoffice/domain/sale.hpp"
#include "boxoffice/domain/user.hpp"
#include "support/csv.hpp"
#include "support/input.hpp"

namespace onsale {

using namespace support;

namespace {

std::optional<Behaviour> parse_behaviour(std::string_view text) {
    if (text == "pay") return Behaviour::pay;
    if (text == "abandon") return Behaviour::abandon;
    if (text == "leave") return Behaviour::leave;
    if (text == "retry") return Behaviour::retry;
    if (text == "cancel") return Behaviour::cancel;
    return std::nullopt;
}

/// Nothing stands for one.
std::optional<std::size_t> parse_count(std::string_view text) {
    if (text.empty()) return 1;
    const auto count = parse_number<std::int64_t>(text);
    if (!count || *count < 1 || *count > boxoffice::order_items_max) return std::nullopt;
    return static_cast<std::size_t>(*count);
}

}  // namespace

std::vector<Buyer> read_buyers(const std::string& path) {
    std::vector<Buyer> buyers;
    std::unordered_map<std::string, std::size_t> line_of;
    for (auto& [line, fields] : read_csv(path, {"user", "points", "want", "behaviour"}, {"count"})) {
        const auto bad = [&, at = line](const char* column, std::string_view expected, std::string_view found) {
            return BadInput(
                fmt::format("{}: line {}: {}: expected {}, found {}", path, at, column, expected, in_quotes(found)));
        };
        if (!boxoffice::check_external_id(fields[0]))
            throw bad("user", "1 to 255 bytes without control characters", fields[0]);
        if (const auto [first, fresh] = line_of.emplace(fields[0], line); !fresh)
            throw bad("user", fmt::format("each user once (also on line {})", first->second), fields[0]);
        const auto points = parse_number<std::int64_t>(fields[1]);
        if (!points || *points < 0 || *points > boxoffice::amount_max.value)
            throw bad("points", "a whole number from 0 to 1000000000000", fields[1]);
        const auto behaviour = parse_behaviour(fields[3]);
        if (!behaviour) throw bad("behaviour", "pay, abandon, leave, retry or cancel", fields[3]);
        if (fields[2].empty()) throw bad("want", "\"any\", a category or a seat_guid", fields[2]);
        const auto count = parse_count(fields[4]);
        if (!count) throw bad("count", "a whole number from 1 to 50, or nothing", fields[4]);
        buyers.push_back({std::move(fields[0]), {*points}, std::move(fields[2]), *behaviour, *count});
    }
    return buyers;
}

std::size_t largest_count(const std::vector<Buyer>& buyers) {
    std::size_t largest = 1;
    for (const auto& buyer : buyers) largest = std::max(largest, buyer.count);
    return largest;
}

bool has_cancelling(const std::vector<Buyer>& buyers) {
    return std::any_of(buyers.begin(), buyers.end(),
                       [](const Buyer& buyer) { return buyer.behaviour == Behaviour::cancel; });
}

}  // namespace onsale
