#pragma once
/// UTF-8: what is valid, and what of it a person may be shown.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace boxoffice {

/// The length of the UTF-8 sequence at the front of `text` (Unicode 15, table 3-7: no overlong forms, no
/// surrogates, nothing above U+10FFFF), with its code point; 0 when it is not one.
inline std::size_t decode_utf8(std::string_view text, std::uint32_t& point) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return 0;
    const unsigned first = byte(0);
    if (first < 0x80) return point = first, 1;
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || text.size() < length) return 0;
    point = first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
        point = point << 6 | (byte(i) & 0x3F);
    }
    const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return 0;
    return length;
}

/// Valid UTF-8 without control characters (C0, DEL, C1).
inline bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        std::uint32_t point = 0;
        const auto length = decode_utf8(text, point);
        if (length == 0 || point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// The text with every byte written as \xNN that is not of plain text: what came from elsewhere, a damaged file for one, can be
/// shown, logged and decoded then.
inline std::string plain(std::string text) {
    if (is_plain_text(text)) return text;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        std::uint32_t point = 0;
        auto length = decode_utf8(rest, point);
        if (length != 0 && is_plain_text(rest.substr(0, length))) {
            out.append(rest.substr(0, length));
        } else {
            length = 1;
            const auto byte = static_cast<unsigned char>(rest.front());
            out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
        rest.remove_prefix(length);
    }
    return out;
}

}  // namespace boxoffice
