#include "boxoffice.h"
#include "reliability/durability/calls.hpp"
#include "reliability/durability/disk.hpp"
#include "reliability/durability/faults.hpp"
namespace boxoffice::reliability {
std::int64_t strike_c_functions(const std::string&, const Files&, const House&, std::int64_t, std::int64_t,
                                const std::function<bool()>&, const std::function<void(const std::string&)>&) {
    return 0;
}
}  // namespace boxoffice::reliability
