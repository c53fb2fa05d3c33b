#pragma once
/// Where the admin key comes from.

#include <functional>
#include <optional>
#include <string>

namespace http_server {

inline constexpr const char* admin_key_variable = "BOXOFFICE_ADMIN_KEY";

struct AdminKeySources {
    std::string flag;                ///< --admin-key; empty: not given
    std::string file;                ///< --admin-key-file; empty: not given
    const char* variable = nullptr;  ///< the environment's; counts where no flag does
};

/// The key, or nothing where nobody gave one. A file's line end is no part of it. `warn` hears, in one line, that
/// others can read the file. Throws BadInput: two flags, a file that cannot be read, no key in it, or what no header
/// can hold.
std::optional<std::string> read_admin_key(const AdminKeySources& sources,
                                          const std::function<void(const std::string&)>& warn);

}  // namespace http_server
