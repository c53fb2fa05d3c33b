#pragma once
/// What the examples' readers of files and flags share: the one way to say that an input is bad, and reading a whole
/// file.

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/// The user's input is wrong. `what()` is one line: the file, where in it, and what was expected.
class BadInput : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The file's bytes, without a UTF-8 byte order mark. Throws BadInput when it cannot be read, and when it is UTF-16.
std::string read_file(const std::string& path);

/// A text from a file in double quotes, fit for one line of a terminal: control characters and what is not UTF-8 become
/// "?", and a long one is cut.
std::string in_quotes(std::string_view text);

/// The same without quotes, and not cut.
std::string one_line(std::string_view text);

/// A whole number and nothing else; nothing where it does not fit into Number.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc{} || at != end) return std::nullopt;
    return number;
}

}  // namespace support
