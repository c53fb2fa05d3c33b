#pragma once
/// Requests and responses as the router knows them: no sockets, no HTTP library. A front (server.cpp, or a test) makes
/// the one and writes out the other.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/error.hpp"

namespace http_server {

struct Header {
    std::string_view name;
    std::string_view value;
};

/// What was asked. The views belong to whoever made the request, and live until it is answered.
struct Request {
    std::string_view method;  ///< as it came: methods are case-sensitive
    std::string path;         ///< percent-decoded
    std::string_view query;   ///< as it came, without the '?'
    std::span<const Header> headers;
    std::string_view body;

    /// The first header of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    [[nodiscard]] std::size_t count_headers(std::string_view name) const;

    /// The first parameter of that name in the query, decoded; '+' is a space.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

/// Sets path and query from a request target: "/path?query", or the absolute form that proxies send. False: not a
/// target, or an escape that is none, a NUL, or not UTF-8.
bool read_target(std::string_view target, Request& into);

/// Case-insensitive in ASCII, as header names are.
bool equals_ignoring_case(std::string_view a, std::string_view b);

inline constexpr std::string_view json_type = "application/json; charset=utf-8";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// Which caches may keep it.
inline constexpr std::string_view no_store = "no-store";    ///< somebody's own data
inline constexpr std::string_view revalidate = "no-cache";  ///< anybody's, but ask whether it still holds
inline constexpr std::string_view revalidate_own = "private, no-cache";

inline constexpr std::size_t no_route = static_cast<std::size_t>(-1);

struct Response {
    int status = 200;
    std::string body;
    std::string_view content_type = json_type;
    std::string_view cache_control = no_store;
    std::vector<std::pair<std::string_view, std::string>> headers;
    std::size_t route = no_route;                      ///< for the metrics: index into the router's table
    std::optional<boxoffice::ErrorCode> refused = {};  ///< for the metrics: why not

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

std::string_view reason_phrase(int status);

struct WireOptions {
    bool is_head = false;  ///< the same headers and no body
    bool keep_alive = true;
    bool is_http_1_0 = false;    ///< which has to be told that the connection is kept
    std::string_view date = {};  ///< the Date header's value; empty: none
};

/// Appends the response as it goes over the wire.
void write_response(std::string& out, const Response& response, const WireOptions& options);

/// The ETag of a content: strong, of its bytes.
std::string etag_of(std::string_view content);

/// 200 with the ETag, or 304 if the request has it already.
Response with_etag(const Request& request, Response response, std::string etag);

}  // namespace http_server
