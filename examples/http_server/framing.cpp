#include "framing.hpp"

#include <algorithm>

namespace http_server {

std::optional<std::string_view> framing_mistake(unsigned version, std::span<const Header> headers) {
    const auto count = [&](std::string_view name) {
        return std::count_if(headers.begin(), headers.end(),
                             [&](const Header& header) { return equals_ignoring_case(header.name, name); });
    };
    const auto lengths = count("Content-Length");
    const auto codings = count("Transfer-Encoding");
    if (codings > 0) {
        if (version < 11) return "Transfer-Encoding is not of HTTP/1.0";
        if (lengths > 0) return "a Transfer-Encoding beside a Content-Length leaves open where the body ends";
        // Exactly this, in this spelling: a proxy in front may know fewer spellings than the standard allows.
        const bool is_chunked = std::any_of(headers.begin(), headers.end(), [](const Header& header) {
            return equals_ignoring_case(header.name, "Transfer-Encoding") && header.value == "chunked";
        });
        if (codings > 1 || !is_chunked) return "the only Transfer-Encoding that is understood is chunked";
    }
    const bool is_number = std::all_of(headers.begin(), headers.end(), [](const Header& header) {
        return !equals_ignoring_case(header.name, "Content-Length") ||
               (!header.value.empty() &&
                std::all_of(header.value.begin(), header.value.end(), [](char c) { return c >= '0' && c <= '9'; }));
    });
    if (lengths > 1 || !is_number) return "a request has one Content-Length, in digits";
    const auto hosts = count("Host");
    if (hosts > 1 || (hosts == 0 && version >= 11)) return "a request has one Host";
    return std::nullopt;
}

}  // namespace http_server
