#include "gate.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "errors.hpp"

namespace http_server {
namespace {

std::string lowered(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return out;
}

/// "name:80" and "[::1]:80" without the port; a name without the dot that may end it. Nothing: it is neither.
std::optional<std::string> name_of_host(std::string_view host) {
    std::string_view port;
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        port = host.substr(end + 1);
        host = host.substr(0, end + 1);
    } else {
        const auto colon = std::min(host.find(':'), host.size());
        port = host.substr(colon);
        host = host.substr(0, colon);
        if (host.ends_with('.')) host.remove_suffix(1);
    }
    const bool is_port =
        port.empty() ||
        (port.front() == ':' && std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
    if (!is_port) return std::nullopt;
    return lowered(host);
}

bool is_address(std::string_view name) {
    std::array<unsigned char, 16> bytes{};
    if (name.starts_with('[') && name.ends_with(']'))
        return inet_pton(AF_INET6, std::string{name.substr(1, name.size() - 2)}.c_str(), bytes.data()) == 1;
    return inet_pton(AF_INET, std::string{name}.c_str(), bytes.data()) == 1;
}

/// What comes after "scheme://"; of an opaque origin ("null"), nothing.
std::string_view authority_of(std::string_view origin) {
    const auto slashes = origin.find("://");
    return slashes == std::string_view::npos ? std::string_view{} : origin.substr(slashes + 3);
}

bool changes_nothing(std::string_view method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

bool has_body(const Request& request) {
    if (!request.body.empty() || request.header("Transfer-Encoding")) return true;
    const auto length = request.header("Content-Length");
    return length && *length != "0";
}

/// Browsers send one of these with every request that may change something; other programs hardly ever do.
bool is_a_browsers(const Request& request) {
    return request.header("Origin").has_value() || request.header("Sec-Fetch-Site").has_value();
}

bool is_json(const Request& request) {
    const auto header = request.header("Content-Type");
    auto kind = header.value_or("");
    kind = kind.substr(0, kind.find(';'));
    while (kind.ends_with(' ') || kind.ends_with('\t')) kind.remove_suffix(1);
    if (equals_ignoring_case(kind, "application/json")) return true;
    // What `curl -d` says of any body, and a program that says nothing. Of a browser, both are what a form or a page of
    // another site can send without asking first.
    const bool is_unsaid = !header || equals_ignoring_case(kind, "application/x-www-form-urlencoded");
    return is_unsaid && !is_a_browsers(request);
}

}  // namespace

Gate::Gate(const std::vector<std::string>& hosts, const std::string& own_host)
    : own_(name_of_host(own_host).value_or("")) {
    for (const auto& host : hosts) {
        if (host == "*") takes_any_ = true;
        if (auto name = name_of_host(host)) names_.push_back(*std::move(name));
    }
}

bool Gate::is_listed(std::string_view name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
}

/// DNS rebinding needs a name of the attacker's that the browser resolves to this machine. An address is no such name,
/// and neither is one without a dot: public DNS has none.
bool Gate::is_own(std::string_view host) const {
    if (takes_any_ || host.empty()) return true;
    const auto name = name_of_host(host);
    if (!name) return false;
    if (*name == "localhost" || name->ends_with(".localhost") || *name == own_ || is_address(*name)) return true;
    if (names_.empty()) return !name->starts_with('[') && name->find('.') == std::string::npos;
    return is_listed(*name);
}

bool Gate::is_from_elsewhere(const Request& request) const {
    // The browser's own word, which no page can change, and right whatever a proxy has made of Host.
    if (const auto site = request.header("Sec-Fetch-Site")) {
        if (*site == "cross-site") return true;
        if (*site == "same-origin" || *site == "none") return false;
    }
    const auto origin = request.header("Origin");
    if (!origin) return false;
    const auto from = authority_of(*origin);
    if (from.empty()) return true;
    for (const auto* const name : {"Host", "X-Forwarded-Host"})  // a page cannot set these without asking first
        if (const auto host = request.header(name); host && equals_ignoring_case(*host, from)) return false;
    const auto name = name_of_host(from);
    return !name || !is_listed(*name);
}

std::optional<Response> Gate::refuse(const Request& request) const {
    if (const auto host = request.header("Host"); host && !is_own(*host)) return misdirected();
    if (changes_nothing(request.method)) return std::nullopt;
    if (is_from_elsewhere(request)) return foreign_origin();
    if (has_body(request) && !is_json(request)) return unsupported_media_type();
    return std::nullopt;
}

}  // namespace http_server
