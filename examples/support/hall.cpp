#include "support/hall.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "support/csv.hpp"
#include "support/input.hpp"
#include "support/json_depth.hpp"

namespace support {

namespace {

using Json = nlohmann::json;

/// A plan is six deep.
constexpr int depth_max = 64;

Json parse(const std::string& path) {
    const auto text = read_file(path);
    if (const auto line = line_nested_deeper(text, depth_max))
        throw BadInput(fmt::format("{}: line {}: expected a seating plan, found JSON nested deeper than {}", path,
                                   *line, depth_max));
    try {
        return Json::parse(text);
    } catch (const Json::exception& e) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: …": all but the library's own name for it.
        std::string_view what = e.what();
        if (const auto end = what.find("] "); what.starts_with('[') && end != std::string_view::npos)
            what.remove_prefix(end + 2);
        if (what.starts_with("parse error at ")) what.remove_prefix(std::string_view{"parse error at "}.size());
        throw BadInput(fmt::format("{}: expected JSON: {}", path, what));
    }
}

Prices read_prices(const std::string& path) {
    Prices prices;
    for (const auto& [line, fields] : read_csv(path, {"category", "points"})) {
        const auto points = parse_number<std::int64_t>(fields[1]);
        if (!points || !boxoffice::check_price({*points}))
            throw BadInput(fmt::format("{}: line {}: points: expected a whole number from 0 to 1000000000000, found {}",
                                       path, line, in_quotes(fields[1])));
        if (!prices.emplace(fields[0], boxoffice::Points{*points}).second)
            throw BadInput(fmt::format("{}: line {}: expected each category once, found {} again", path, line,
                                       in_quotes(fields[0])));
    }
    return prices;
}

}  // namespace

PricedHall read_hall(const std::string& plan_path, const std::string& prices_path) {
    PricedHall priced{read_plan(plan_path, parse(plan_path)), {}};
    priced.not_for_sale = set_prices(priced.hall, read_prices(prices_path));
    return priced;
}

}  // namespace support
