// A consumer of the PostgreSQL store: sells one seat in the database whose address is its argument.
#include <boxoffice/postgres_store.hpp>

#include "sale.hpp"

#include <cstdio>

int main(int argc, char** argv) try {
    if (argc != 2) {
        std::fputs("usage: sale_in_postgres ADDRESS\n", stderr);
        return 2;
    }
    auto office = boxoffice::BoxOffice::open(boxoffice::open_postgres_store({.address = argv[1]}).value()).value();
    std::printf("balance: %lld\n", static_cast<long long>(sell_one(*office).value));
} catch (const tl::bad_expected_access<boxoffice::Error>& refused) {
    std::fprintf(stderr, "sale_in_postgres: %s\n", refused.error().text().c_str());
    return 1;
}
