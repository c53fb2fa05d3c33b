// A consumer in C++, of two files that both include everything: they must link. With SQLITE the store is a file's, else memory's.
#include "sale.hpp"

#include <cstdio>

int main() try {
#ifdef SQLITE
    auto office = boxoffice::BoxOffice::open(boxoffice::open_sqlite_store({.path = ":memory:"}).value()).value();
#else
    auto office = boxoffice::BoxOffice::open(std::make_unique<boxoffice::MemoryStore>()).value();
#endif
    std::printf("balance: %lld\n", static_cast<long long>(sell_one(*office).value));
} catch (const tl::bad_expected_access<boxoffice::Error>& refused) {
    std::fprintf(stderr, "sale: %s\n", refused.error().text().c_str());
    return 1;
}
