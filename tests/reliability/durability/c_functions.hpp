#pragma once
/// The functions of the C ABI under failing allocations.

#include <cstdint>
#include <functional>
#include <string>

#include "boxoffice/time.hpp"
#include "reliability/durability/disk.hpp"

namespace boxoffice::reliability {

struct House;

struct CRun {
    std::string folder;
    const Files& files;  ///< of the house
    const House& house;
    Time now;                 ///< of the house
    std::int64_t stride = 1;  ///< between the places where allocations fail
    std::int64_t first = 0;
    std::int64_t every = 1;  ///< only one in so many functions
    std::function<bool()> is_over;
    std::function<void(const std::string&)> found;
};

/// Gives how many trials there were.
std::int64_t strike_c_functions(const CRun& run);

}  // namespace boxoffice::reliability
