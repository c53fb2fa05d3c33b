#include "http.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "boxoffice/text.hpp"

namespace http_server {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Nothing: an escape that is none, a NUL, or not UTF-8.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    for (std::string_view rest = out; !rest.empty();) {
        std::uint32_t point = 0;
        const auto length = boxoffice::decode_utf8(rest, point);
        if (length == 0 || point == 0) return std::nullopt;
        rest.remove_prefix(length);
    }
    return out;
}

/// The parts between separators, as split by `then`, which says false to stop.
template <class Then>
void split(std::string_view text, char separator, Then then) {
    while (true) {
        const auto end = std::min(text.find(separator), text.size());
        if (!then(text.substr(0, end)) || end == text.size()) return;
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// If-None-Match compares weakly (RFC 9110, 13.1.2): W/ makes no difference. Our tags hold no comma.
bool names_etag(std::string_view list, std::string_view etag) {
    bool found = false;
    split(list, ',', [&](std::string_view entry) {
        entry = trim(entry);
        if (entry.starts_with("W/")) entry.remove_prefix(2);
        found = entry == etag || entry == "*";
        return !found;
    });
    return found;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& header : headers)
        if (equals_ignoring_case(header.name, name)) return header.value;
    return std::nullopt;
}

std::size_t Request::count_headers(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        headers.begin(), headers.end(), [&](const Header& header) { return equals_ignoring_case(header.name, name); }));
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    std::optional<std::string> found;
    split(query, '&', [&](std::string_view pair) {
        const auto equals = std::min(pair.find('='), pair.size());
        const auto key = decode(pair.substr(0, equals), true);
        if (!key || *key != name || equals == pair.size()) return true;
        found = decode(pair.substr(equals + 1), true);
        return false;
    });
    return found;
}

bool read_target(std::string_view target, Request& into) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (target.size() > scheme.size() && equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
            target.remove_prefix(scheme.size());
            target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
            if (target.empty()) target = "/";
        }
    target = target.substr(0, target.find('#'));
    const auto question = std::min(target.find('?'), target.size());
    auto path = decode(target.substr(0, question), false);
    if (!path) return false;
    into.path = std::move(*path);
    into.query = question < target.size() ? target.substr(question + 1) : std::string_view{};
    return decode(into.query, true).has_value();
}

std::optional<std::string_view> Response::header(std::string_view name) const {
    for (const auto& [known, value] : headers)
        if (equals_ignoring_case(known, name)) return value;
    if (equals_ignoring_case("Content-Type", name) && !content_type.empty()) return content_type;
    if (equals_ignoring_case("Cache-Control", name) && !cache_control.empty()) return cache_control;
    return std::nullopt;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200: return "OK";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Unknown";
    }
}

void write_response(std::string& out, const Response& response, const WireOptions& options) {
    const bool has_content = response.status != 204 && response.status != 304;
    const auto line = [&](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    const auto number = [&](auto value) {
        const fmt::format_int digits(value);
        out.append(digits.data(), digits.size());
    };
    out += "HTTP/1.1 ";
    number(response.status);
    out.append(" ").append(reason_phrase(response.status)).append("\r\n");
    if (!options.date.empty()) line("Date", options.date);
    if (has_content) {
        line("Content-Type", response.content_type);
        out += "Content-Length: ";
        number(response.body.size());
        out += "\r\n";
    }
    if (!response.cache_control.empty()) line("Cache-Control", response.cache_control);
    line("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) line(name, value);
    if (!options.keep_alive)
        line("Connection", "close");
    else if (options.is_http_1_0)
        line("Connection", "keep-alive");
    out += "\r\n";
    if (has_content && !options.is_head) out += response.body;
}

std::string etag_of(std::string_view content) {
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(content.data()), content.size(),
                       nullptr, 0);
    std::string tag = "\"";
    for (const auto byte : hash) fmt::format_to(std::back_inserter(tag), "{:02x}", byte);
    return tag + "\"";
}

Response with_etag(const Request& request, Response response, std::string etag) {
    for (const auto& header : request.headers)
        if (equals_ignoring_case(header.name, "If-None-Match") && names_etag(header.value, etag)) {
            response.status = 304;
            response.body.clear();
            break;
        }
    response.headers.emplace_back("ETag", std::move(etag));
    return response;
}

}  // namespace http_server
