#include "buyers.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "boxoffice/domain/user.hpp"
#include "csv.hpp"
#include "support/input.hpp"

namespace onsale {

using namespace support;

namespace {

std::optional<Behaviour> parse_behaviour(std::string_view text) {
    if (text == "pay") return Behaviour::pay;
    if (text == "abandon") return Behaviour::abandon;
    if (text == "leave") return Behaviour::leave;
    if (text == "retry") return Behaviour::retry;
    return std::nullopt;
}

}  // namespace

std::vector<Buyer> read_buyers(const std::string& path) {
    std::vector<Buyer> buyers;
    std::unordered_map<std::string, std::size_t> line_of;
    for (auto& [line, fields] : read_csv(path, {"user", "points", "want", "behaviour"})) {
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
        if (!behaviour) throw bad("behaviour", "pay, abandon, leave or retry", fields[3]);
        if (fields[2].empty()) throw bad("want", "\"any\", a category or a seat_guid", fields[2]);
        buyers.push_back({std::move(fields[0]), {*points}, std::move(fields[2]), *behaviour});
    }
    return buyers;
}

}  // namespace onsale
