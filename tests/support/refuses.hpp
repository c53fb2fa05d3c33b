#pragma once
/// Whether a transition demanded another state than the row's.

#include <stdexcept>

namespace boxoffice::testing {

template <class Transition>
bool refuses(Transition transition) {
    try {
        transition();
    } catch (const std::logic_error&) {
        return true;
    }
    return false;
}

}  // namespace boxoffice::testing
