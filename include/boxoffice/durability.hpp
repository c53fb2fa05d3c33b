#pragma once
/// What an acknowledged command outlives.

#include <cstdint>

namespace boxoffice {

enum class Durability : std::int32_t {
    full = 2,    ///< an acknowledged command survives power loss
    normal = 1,  ///< weaker: it survives the process, but power loss can take the last commits with it
};

}  // namespace boxoffice
