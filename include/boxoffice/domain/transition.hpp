#pragma once
/// What every transition demands of the row that it changes.

#include <concepts>
#include <limits>
#include <stdexcept>

namespace boxoffice {

/// A transition from a state that it is not for is a bug of whoever asks for it, not an answer: the engine turns the exception
/// into `internal`, and nothing of the transaction is written. So a row cannot leave a terminal state (S3), whoever forgets a check.
inline void demand(bool is_from_state, const char* transition) {
    if (!is_from_state) throw std::logic_error(transition);
}

/// The number after this one: the next position, the next version of a row. A row that stands at the last there is, is damaged.
template <std::signed_integral Number>
Number next_number(Number number) {
    demand(number < std::numeric_limits<Number>::max(), "next_number: there is none after the last");
    return static_cast<Number>(number + 1);
}

}  // namespace boxoffice
