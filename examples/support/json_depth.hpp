#pragma once
/// How deeply a JSON text nests, before anything parses it.

#include <cstddef>
#include <optional>
#include <string_view>

namespace support {

/// The line (from 1) on which a JSON text nests deeper than `depth_max`; nothing if it does not. What goes far beyond
/// what a reader expects is an accident or an attack, and is refused before it is parsed.
inline std::optional<std::size_t> line_nested_deeper(std::string_view text, int depth_max) {
    int depth = 0;
    std::size_t line = 1;
    bool is_in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (is_in_string) {
            if (c == '\\') ++i;
            if (c == '"') is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) return line;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return std::nullopt;
}

}  // namespace support
