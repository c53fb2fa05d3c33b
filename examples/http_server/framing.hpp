#pragma once
/// Which requests say beyond doubt where they end. Two programs that read one stream of bytes differently can be made
/// to take one client's words for another's (RFC 9112, 11.2), so that whatever is doubtful is refused and its
/// connection closed.

#include <optional>
#include <span>
#include <string_view>

#include "http.hpp"

namespace http_server {

/// What is wrong with the framing that the header states; nothing if all is well. `version` is 10 or 11.
std::optional<std::string_view> framing_mistake(unsigned version, std::span<const Header> headers);

}  // namespace http_server
