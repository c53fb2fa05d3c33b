#pragma once
/// What the tests of the PostgreSQL store share.

#include <chrono>
#include <memory>
#include <utility>

#include "boxoffice/postgres_store.hpp"
#include "support/catch.hpp"
#include "support/postgres_cluster.hpp"

namespace boxoffice::testing {

/// Of a host on the tests' cluster, which syncs nothing; commits of others are looked for each time.
inline PostgresOptions options_of(const PostgresSchema& schema, Duration busy_timeout = std::chrono::seconds{30}) {
    PostgresOptions options;
    options.address = schema.address();
    options.durability = Durability::normal;
    options.busy_timeout = busy_timeout;
    options.version_age_max = Duration::zero();
    return options;
}

inline std::unique_ptr<Store> open_host(const PostgresOptions& options) {
    auto store = open_postgres_store(options);
    if (!store) throw std::runtime_error(store.error().text());
    return std::move(*store);
}

/// Of what must have failed.
template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

}  // namespace boxoffice::testing
