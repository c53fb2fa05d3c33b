// What decisions find rows in: a mistake in what a command names shows at once, and is never taken for "there is none".

#include "engine/working_set.hpp"

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("what no command named is a bug of the engine and not absent") {
    WorkingSet set;
    const ConcertId concert{7};
    CHECK_THROWS_AS(set.users.find(UserId{1}), std::logic_error);
    CHECK_THROWS_AS(set.sale_in_force(concert), std::logic_error);
    CHECK_THROWS_AS(set.price_in({concert, 1}, "", {}), std::logic_error);
    CHECK_THROWS_AS(set.claim_count(UserId{1}, concert), std::logic_error);
    CHECK_THROWS_AS(set.is_held(concert), std::logic_error);
    CHECK_THROWS_AS(set.has_history(concert), std::logic_error);
    CHECK(set.users.find({}) == nullptr);  // no id: nobody could have named it
    CHECK(set.find_sale_in_force(concert) == nullptr);
    CHECK_FALSE(set.users.has(UserId{1}));
}

TEST_CASE("what a command named and is not there is absent, and must not be referred to") {
    WorkingSet set;
    CHECK(set.users.ask(UserId{1}));
    CHECK(set.users.find(UserId{1}) == nullptr);
    CHECK_FALSE(set.users.has(UserId{1}));
    CHECK_THROWS_AS(set.users.get(UserId{1}), std::logic_error);
    CHECK_FALSE(set.users.ask(UserId{1}));  // once is enough
}

TEST_CASE("lines are loaded in a stage of their own") {
    MemoryStore store;
    const auto view = must(store.read(), "read");
    WorkingSet set;
    Keys keys;
    keys.places.tokens = {TokenId{1}};
    keys.places.lines.push_back({});
    CHECK_THROWS_AS(set.load(*view, keys), std::logic_error);
}
