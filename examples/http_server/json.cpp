#include "json.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include "boxoffice/text.hpp"
#include "support/input.hpp"
#include "support/json_depth.hpp"

namespace http_server {

using boxoffice::ErrorCode;
using boxoffice::refuse;

namespace {

constexpr int depth_max = 64;

auto mistake(const char* name, std::string_view expected) {
    return refuse(ErrorCode::invalid_argument, fmt::format("{}: expected {}", name, expected));
}

/// Within int64; nlohmann reads what lies beyond as unsigned or as a double.
std::optional<std::int64_t> integer_of(const nlohmann::json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return std::nullopt;
    return value.get<std::int64_t>();
}

std::optional<std::string> text_or_integer_of(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    const auto number = integer_of(value);
    return number ? std::optional{std::to_string(*number)} : std::nullopt;
}

/// The number that `digits` digits say, below `end`.
std::optional<int> digits_of(std::string_view digits, int end) {
    int number = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        number = 10 * number + (c - '0');
    }
    return number < end ? std::optional{number} : std::nullopt;
}

/// Reads a text for the members that stand twice in an object. Readers differ in which of them they take, and so a
/// gateway can have checked another amount than the one that counts here (RFC 8259, 4). A pass of its own: nlohmann's
/// parser with a callback looks through a whole array after each of its elements.
class FindsTwice final : public nlohmann::json_sax<nlohmann::json> {
  public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override {
        names_.emplace_back();
        return true;
    }
    /// Escapes have been read by now, so that "a" and "\u0061" are one name.
    bool key(string_t& name) override {
        if (names_.back().insert(name).second) return true;
        found = name;
        return false;
    }
    bool end_object() override {
        names_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

    std::optional<std::string> found;

  private:
    std::vector<std::set<std::string>> names_;  // of the objects that are open
};

}  // namespace

std::optional<boxoffice::Time> parse_time(std::string_view text) {
    constexpr std::string_view shape = "yyyy-mm-ddThh:mm:ss";
    if (text.size() <= shape.size() || text.back() != 'Z' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const auto day = boxoffice::parse_date(text.substr(0, 10));
    const auto hour = digits_of(text.substr(11, 2), 24);
    const auto minute = digits_of(text.substr(14, 2), 60);
    const auto second = digits_of(text.substr(17, 2), 60);
    std::string fraction{text.substr(shape.size(), text.size() - shape.size() - 1)};
    if (!fraction.empty() && (fraction.size() < 2 || fraction.size() > 4 || fraction.front() != '.'))
        return std::nullopt;
    if (!fraction.empty()) fraction.erase(0, 1);
    fraction.resize(3, '0');
    const auto ms = digits_of(fraction, 1'000);
    if (!day || !hour || !minute || !second || !ms) return std::nullopt;
    return boxoffice::Time{*day} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + std::chrono::milliseconds{*ms};
}

Result<Body> Body::parse(std::string_view text) {
    if (support::line_nested_deeper(text, depth_max))
        return refuse(ErrorCode::invalid_argument, fmt::format("the body nests deeper than {}", depth_max));
    FindsTwice finder;
    (void)nlohmann::json::sax_parse(text, &finder);
    if (finder.found)
        return refuse(ErrorCode::invalid_argument, "a member is there twice: " + support::in_quotes(*finder.found));
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return refuse(ErrorCode::invalid_argument, "the body: expected a JSON object in UTF-8");
    return Body{std::move(json)};
}

const nlohmann::json* Body::find(const char* name) const {
    const auto at = object_.find(name);
    return at == object_.end() ? nullptr : &*at;
}

Result<std::string> Body::text(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr || !value->is_string()) return mistake(name, "a string");
    return value->get<std::string>();
}

Result<std::optional<std::string>> Body::optional_text(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<std::string>{};
    if (!value->is_string()) return mistake(name, "a string");
    return std::optional{value->get<std::string>()};
}

Result<std::int64_t> Body::integer(const char* name) const {
    const auto* value = find(name);
    const auto number = value == nullptr ? std::nullopt : integer_of(*value);
    if (!number) return mistake(name, "a whole number");
    return *number;
}

Result<std::optional<std::int64_t>> Body::optional_integer(const char* name) const {
    if (find(name) == nullptr) return std::optional<std::int64_t>{};
    BOXOFFICE_TRY_VALUE(const auto number, integer(name));
    return std::optional{number};
}

Result<std::optional<bool>> Body::optional_bool(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<bool>{};
    if (!value->is_boolean()) return mistake(name, "true or false");
    return std::optional{value->get<bool>()};
}

Result<std::optional<boxoffice::Time>> Body::optional_time(const char* name, boxoffice::Time if_null) const {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<boxoffice::Time>{};
    if (value->is_null()) return std::optional{if_null};
    const auto time = value->is_string() ? parse_time(value->get<std::string>()) : std::nullopt;
    if (!time) return mistake(name, "null, or a time such as 2026-12-24T19:00:00.000Z");
    return time;
}

Result<std::string> Body::text_or_integer(const char* name) const {
    const auto* value = find(name);
    auto text = value == nullptr ? std::nullopt : text_or_integer_of(*value);
    if (!text) return mistake(name, "a whole number or a string");
    return *std::move(text);
}

Result<std::vector<std::string>> Body::texts_or_integers(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr || !value->is_array()) return mistake(name, "an array of whole numbers or strings");
    std::vector<std::string> out;
    for (const auto& element : *value) {
        auto text = text_or_integer_of(element);
        if (!text) return mistake(name, "an array of whole numbers or strings");
        out.push_back(*std::move(text));
    }
    return out;
}

Result<double> Body::optional_number(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return 0.0;
    if (!value->is_number() || !std::isfinite(value->get<double>())) return mistake(name, "a number");
    return value->get<double>();
}

Result<std::optional<std::vector<Body>>> Body::optional_objects(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::optional<std::vector<Body>>{};
    if (!value->is_array()) return mistake(name, "an array of objects");
    std::vector<Body> out;
    for (const auto& element : *value) {
        if (!element.is_object()) return mistake(name, "an array of objects");
        out.push_back(Body{element});
    }
    return std::optional{std::move(out)};
}

Result<Body> Body::object(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr || !value->is_object()) return mistake(name, "an object");
    return Body{*value};
}

JsonWriter& JsonWriter::comma() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    comma();
    out_ += '"';
    out_.append(name).append("\":");
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    out_ += bracket;
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::quote(std::string_view text) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
    out_ += '"';
    while (!text.empty()) {
        const auto run = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
        out_ += text.substr(0, run);
        text.remove_prefix(run);
        if (text.empty()) break;
        std::uint32_t point = 0;
        const auto length = boxoffice::decode_utf8(text, point);
        if (length == 0)
            out_ += "\xEF\xBF\xBD";
        else if (point == '"' || point == '\\')
            (out_ += '\\') += text.front();
        else if (point < 0x20 || point == 0x7F)
            fmt::format_to(std::back_inserter(out_), "\\u{:04x}", point);
        else
            out_ += text.substr(0, length);
        text.remove_prefix(std::max(length, std::size_t{1}));
    }
    out_ += '"';
    return *this;
}

JsonWriter& JsonWriter::member(std::string_view name, std::int64_t number) {
    key(name);
    const fmt::format_int digits(number);
    out_.append(digits.data(), digits.size());
    return *this;
}

JsonWriter& JsonWriter::member(std::string_view name, double number) {
    key(name);
    fmt::format_to(std::back_inserter(out_), "{}", number);
    return *this;
}

JsonWriter& JsonWriter::member(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null_member(std::string_view name) {
    key(name);
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::member_or_null(std::string_view name, boxoffice::Time time, boxoffice::Time none) {
    return time == none ? null_member(name) : member(name, time);
}

JsonWriter& JsonWriter::member(std::string_view name, boxoffice::Date day) {
    return member(name, std::string_view{boxoffice::to_text(day)});
}

// Not to_text(Time), which goes through a stream: polls write two times each.
JsonWriter& JsonWriter::member(std::string_view name, boxoffice::Time time) {
    key(name);
    const auto day = date::floor<date::days>(time);
    const date::year_month_day ymd{day};
    const auto ms = date::floor<std::chrono::milliseconds>(time - day).count();
    std::array<char, 26> text{'"', 0,   0, 0, 0,   '-', 0, 0,   '-', 0, 0, 'T', 0,
                              0,   ':', 0, 0, ':', 0,   0, '.', 0,   0, 0, 'Z', '"'};
    const auto put = [&](std::size_t end, std::size_t width, std::int64_t number) {
        for (; width-- > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
    };
    put(5, 4, static_cast<int>(ymd.year()));
    put(8, 2, static_cast<unsigned>(ymd.month()));
    put(11, 2, static_cast<unsigned>(ymd.day()));
    put(14, 2, ms / 3'600'000);
    put(17, 2, ms / 60'000 % 60);
    put(20, 2, ms / 1'000 % 60);
    put(24, 3, ms % 1'000);
    out_.append(text.data(), text.size());
    return *this;
}

}  // namespace http_server
