#include "support/store.hpp"

#include "boxoffice/postgres_store.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/input.hpp"

namespace support {

using namespace boxoffice;

std::string store_name(const std::string& db) { return is_postgres_address(db) ? "the PostgreSQL database" : db; }

bool is_file(const std::string& db) { return !db.empty() && db != ":memory:" && !is_postgres_address(db); }

std::unique_ptr<Store> open_store(const std::string& db, bool create) {
    auto store = [&]() -> Result<std::unique_ptr<Store>> {
        if (is_postgres_address(db)) {
#ifdef BOXOFFICE_HAS_POSTGRES
            PostgresOptions options;
            options.address = db;
            options.create = create;
            return open_postgres_store(options);
#else
            return refuse(ErrorCode::unsupported, "this program was built without libpq");
#endif
        }
        SqliteOptions options;
        options.path = db;
        options.create = create;
        return open_sqlite_store(options);
    }();
    if (!store) throw BadInput(store_name(db) + ": " + store.error().text());
    return std::move(*store);
}

}  // namespace support
