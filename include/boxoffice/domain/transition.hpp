#pragma once
/// What every transition demands of the row that it changes.

#include <stdexcept>

namespace boxoffice {

/// A transition from a state that it is not for is a bug of whoever asks for it, not an answer: the engine turns the exception
/// into `internal`, and nothing of the transaction is written. So a row cannot leave a terminal state (S3), whoever forgets a check.
inline void demand(bool is_from_state, const char* transition) {
    if (!is_from_state) throw std::logic_error(transition);
}

}  // namespace boxoffice
