#pragma once
/// Every store that the contract tests are run over.

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/memory_store.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/temp_dir.hpp"

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

inline std::vector<StoreFactory> store_factories() { return {memory_factory(), sqlite_factory()}; }

}  // namespace boxoffice::testing
