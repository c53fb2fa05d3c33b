#pragma once
/// A buyer known to the host by an external id.

#include <string>
#include <string_view>

#include "boxoffice/ids.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

struct User {
    UserId id;
    std::string external_id;  ///< 1 to 255 bytes of UTF-8 without control characters, compared as bytes
    Time created_at{};
    friend bool operator==(const User&, const User&) = default;
};

inline constexpr std::size_t external_id_max = 255;

inline Result<void> check_external_id(std::string_view id) { return check_text(id, 1, external_id_max, "external_id"); }

}  // namespace boxoffice
