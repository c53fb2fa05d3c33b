#pragma once
/// Every store that the contract tests are run over.

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/memory_store.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/temp_dir.hpp"

#ifdef BOXOFFICE_HAS_POSTGRES
#include "boxoffice/postgres_store.hpp"
#include "support/postgres_cluster.hpp"
#endif

namespace boxoffice::testing {

/// How to make one kind of store. Copies share the data that they opened last.
struct StoreFactory {
    std::string name;
    bool durable = false;  ///< the data outlive the store; `reopen` is there
    /// A fresh, empty store. The files of the one before are removed, so it must be closed.
    std::function<std::unique_ptr<Store>()> open;
    /// The same, with waits of at most this.
    std::function<std::unique_ptr<Store>(Duration)> open_waiting;
    /// The data of the last open again; the store that had them must be closed.
    std::function<std::unique_ptr<Store>()> reopen;

    friend std::ostream& operator<<(std::ostream& out, const StoreFactory& factory) { return out << factory.name; }
};

inline constexpr Duration default_wait = std::chrono::seconds{5};

inline StoreFactory memory_factory() {
    StoreFactory factory;
    factory.name = "memory";
    factory.open = [] { return std::make_unique<MemoryStore>(); };
    factory.open_waiting = [](Duration wait) { return std::make_unique<MemoryStore>(wait); };
    return factory;
}

inline StoreFactory sqlite_factory() {
    const auto dir = std::make_shared<std::unique_ptr<TempDir>>();
    const auto open_in = [dir](Duration wait) {
        SqliteOptions options;
        options.path = (*dir)->file("box.office");
        options.busy_timeout = wait;
        auto store = open_sqlite_store(options);
        if (!store) throw std::runtime_error(store.error().text());
        return std::move(*store);
    };
    StoreFactory factory;
    factory.name = "sqlite";
    factory.durable = true;
    factory.open_waiting = [dir, open_in](Duration wait) {
        *dir = std::make_unique<TempDir>();
        return open_in(wait);
    };
    factory.open = [open = factory.open_waiting] { return open(default_wait); };
    factory.reopen = [open_in] { return open_in(default_wait); };
    return factory;
}

#ifdef BOXOFFICE_HAS_POSTGRES
inline StoreFactory postgres_factory() {
    const auto schema = std::make_shared<std::unique_ptr<PostgresSchema>>();
    const auto open_in = [schema](Duration wait) {
        PostgresOptions options;
        options.address = (*schema)->address();
        options.busy_timeout = wait;
        options.durability = Durability::normal;  // the cluster syncs nothing
        options.version_age_max = Duration::zero();
        auto store = open_postgres_store(options);
        if (!store) throw std::runtime_error(store.error().text());
        return std::move(*store);
    };
    StoreFactory factory;
    factory.name = "postgres";
    factory.durable = true;
    factory.open_waiting = [schema, open_in](Duration wait) {
        schema->reset();
        *schema = std::make_unique<PostgresSchema>();
        return open_in(wait);
    };
    // Longer than elsewhere: the server is one process more that a busy machine has to come to.
    static constexpr Duration patience = std::chrono::seconds{30};
    factory.open = [open = factory.open_waiting] { return open(patience); };
    factory.reopen = [open_in] { return open_in(patience); };
    return factory;
}
#endif

/// Of PostgreSQL's, unless BOXOFFICE_TEST_POSTGRES=off.
inline std::vector<StoreFactory> store_factories() {
    std::vector<StoreFactory> all{memory_factory(), sqlite_factory()};
#ifdef BOXOFFICE_HAS_POSTGRES
    const char* const wish = std::getenv("BOXOFFICE_TEST_POSTGRES");
    if (wish == nullptr || std::string_view{wish} != "off") all.push_back(postgres_factory());
#endif
    return all;
}

/// Those that outlive the store.
inline std::vector<StoreFactory> durable_factories() {
    auto all = store_factories();
    std::erase_if(all, [](const StoreFactory& factory) { return !factory.durable; });
    return all;
}

}  // namespace boxoffice::testing
