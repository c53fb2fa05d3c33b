#pragma once
/// What the engine asks of the texts that hosts give it, and the natural order of seat numbers.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "boxoffice/error.hpp"
#include "boxoffice/utf8.hpp"

namespace boxoffice {

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
