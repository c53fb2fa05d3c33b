#pragma once
/// Content coding: what is large goes over the wire compressed, to who takes it so.

#include <string>
#include <string_view>

#include "http.hpp"

namespace http_server {

/// Below this, the headers are most of the answer anyway.
inline constexpr std::size_t gzip_from = 1'000;

/// Throws std::bad_alloc where there is no memory for it.
std::string gzip(std::string_view content);

/// Does Accept-Encoding have gzip, and not with a weight of 0?
bool takes_gzip(const Request& request);

/// Says that the body is compressed; caches keep both forms apart by Vary.
void mark_gzip(Response& response);

}  // namespace http_server
