#pragma once
/// What the engine asks of the texts that hosts give it, and the natural order of seat numbers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "boxoffice/error.hpp"

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

/// Plain text of `least` to `most` bytes; `what` names it in the error.
inline Result<void> check_text(std::string_view text, std::size_t least, std::size_t most, std::string_view what) {
    if (text.size() < least || text.size() > most || !is_plain_text(text))
        return refuse(ErrorCode::invalid_argument, std::string{what} + ": " + std::to_string(least) + " to " +
                                                       std::to_string(most) +
                                                       " bytes of UTF-8 without control characters");
    return {};
}

/// A text whose byte order is the natural order of `number`: runs of digits compare as numbers, so that seat
/// 2 comes before seat 10, and B-9 before B-10. Equal keys (02 and 2) are told apart by the number itself.
inline std::string natural_key(std::string_view number) {
    std::string key;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t at = 0; at < number.size();) {
        if (!is_digit(number[at])) {
            key += number[at++];
            continue;
        }
        while (at + 1 < number.size() && number[at] == '0' && is_digit(number[at + 1])) ++at;
        const auto run_begin = at;
        while (at < number.size() && is_digit(number[at])) ++at;
        const auto length = at - run_begin;
        // The run's length first, so that longer numbers come later; 9 marks "two more digits of length".
        key += static_cast<char>('0' + std::min<std::size_t>(length, 9));
        if (length >= 9) key += std::to_string(10 + std::min<std::size_t>(length, 89));
        key.append(number.substr(run_begin, length));
    }
    return key;
}

inline bool natural_less(std::string_view a, std::string_view b) {
    const auto key_a = natural_key(a);
    const auto key_b = natural_key(b);
    return key_a != key_b ? key_a < key_b : a < b;
}

}  // namespace boxoffice
