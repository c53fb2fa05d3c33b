#pragma once
/// An address, taken apart: libpq would try its hosts one after the other, but without a limit to any of them while nobody waits
/// in it; so each host is a connection of its own to be tried.

#include <string>
#include <utility>
#include <vector>

#include "boxoffice/postgres_store.hpp"

namespace boxoffice::postgres {

/// libpq's parameters and their values.
using Keywords = std::vector<std::pair<std::string, std::string>>;

struct Address {
    Keywords common;              ///< beside those of a host
    std::vector<Keywords> hosts;  ///< at least one, which may be empty: where libpq looks by itself
    std::string schema;
};

/// Throws a Fault, invalid_options, which quotes nothing of the address.
Address parse_address(const PostgresOptions& options);

}  // namespace boxoffice::postgres
