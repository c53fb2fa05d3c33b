#pragma once
/// The command line.

#include <cstdint>
#include <string>

#include "boxoffice/time.hpp"

namespace onsale {

struct Flags {
    std::string plan;
    std::string prices;
    std::string buyers;
    boxoffice::Date date{};
    std::string db = ":memory:";
    std::int64_t threads = 16;
    std::int64_t capacity = 200;
    std::uint64_t seed = 1;
    double time_scale = 600;
    std::int64_t queue_capacity = 1'000'000;
    std::int64_t hold_seconds = 300;
    std::int64_t arrive_seconds = 60;
    std::int64_t active_seconds = 300;
    bool json = false;
    bool help = false;
};

/// Later flags win. Throws BadInput.
Flags read_flags(int argc, const char* const* argv);

std::string usage();

}  // namespace onsale
