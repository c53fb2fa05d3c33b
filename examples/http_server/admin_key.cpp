#include "admin_key.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "support/input.hpp"

namespace http_server {

using support::BadInput;

namespace {

std::string checked(std::string key, const std::string& source) {
    // A header's value has neither control characters nor blanks around it.
    const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7F;
    });
    if (key.empty() || !is_plain || key.front() == ' ' || key.back() == ' ')
        throw BadInput(source + ": expected a key of one line, without blanks around it");
    return key;
}

std::string read_key_file(const std::string& path, const std::function<void(const std::string&)>& warn) {
    auto key = support::read_file(path);
    while (key.ends_with('\n') || key.ends_with('\r')) key.pop_back();
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0)
        warn(path + ": others on this machine can read the admin key; chmod o-r keeps it from them");
    return checked(std::move(key), path);
}

}  // namespace

std::optional<std::string> read_admin_key(const AdminKeySources& sources,
                                          const std::function<void(const std::string&)>& warn) {
    if (!sources.flag.empty() && !sources.file.empty())
        throw BadInput("--admin-key, --admin-key-file: expected one of the two");
    if (!sources.file.empty()) return read_key_file(sources.file, warn);
    if (!sources.flag.empty()) return checked(sources.flag, "--admin-key");
    if (sources.variable != nullptr && *sources.variable != '\0') return checked(sources.variable, admin_key_variable);
    return std::nullopt;
}

}  // namespace http_server
