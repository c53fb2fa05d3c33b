#pragma once
/// The hall of the sale.

#include "support/hall.hpp"

namespace onsale {

using support::Hall;

}  // namespace onsale
