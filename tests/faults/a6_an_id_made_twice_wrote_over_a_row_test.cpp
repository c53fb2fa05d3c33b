/// Ids turned negative in 2089 and came round again, and a row with an id that was made twice overwrote the other
/// user's.

#include "engine/working_set.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

constexpr auto last_id = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("a new row is never put over one that is there") {
    WorkingSet set;
    User mina{UserId{7}, "mina", opening};
    set.users.take_in(mina);
    CHECK_THROWS_AS(set.put_new(User{UserId{7}, "yuna", opening}), std::logic_error);
    CHECK(set.users.find(UserId{7})->external_id == "mina");
    CHECK(set.change_count() == 0);

    Place place;
    place.token = TokenId{9};
    set.put_new(place);
    CHECK_THROWS_AS(set.put_new(place), std::logic_error);  // made twice in one batch
    CHECK(set.places.ask(TokenId{10}));
    place.token = TokenId{10};
    set.put_new(place);  // asked for and not there: it is new
    CHECK(set.take_changes({}, opening).places.size() == 2);
}

TEST_CASE("ids end, and do not come round again") {
    IdSource source;
    source.use_node(1023, 0);
    const auto last = Time{milliseconds{tsid::epoch_ms + tsid::ms_end - 1}};
    std::int64_t before = 0;
    for (int i = 0; i < 4'096; ++i) {
        const auto id = source.next<UserId>(last).value;
        REQUIRE(id > before);
        before = id;
    }
    CHECK(before == last_id);
    CHECK_THROWS_AS(source.next<UserId>(last), std::out_of_range);
    CHECK_THROWS_AS(source.next<UserId>(last + hours{1}), std::out_of_range);
    CHECK_THROWS_AS(source.next<UserId>(opening), std::out_of_range);  // the clock was set right: too late
    CHECK(source.last() == last_id);

    IdSource after;
    after.use_node(0, last_id);
    CHECK_THROWS_AS(after.next<UserId>(opening), std::out_of_range);
    IdSource early;
    early.use_node(0, 0);
    CHECK_THROWS_AS(early.next<UserId>(last + milliseconds{1}), std::out_of_range);
    CHECK(early.next<UserId>(opening).value > 0);  // what was refused has used nothing up
}

TEST_CASE("when the ids are used up, what needs one is a fault, nothing is written, and the rest goes on") {
    const auto store = std::make_shared<MemoryStore>();
    UserId mina;
    {
        Office office{{}, nullptr, store};
        mina = office.user("mina");
    }
    Changes worn;  // as a process with a wrong clock leaves it
    worn.leases.push_back({NodeLease{0, Time{}, last_id}, false});
    must(must(store->begin(), "begin")->commit(worn), "commit");

    Office office{{}, nullptr, store};
    const auto before = office.dump();
    CHECK(outcome(office.try_join(mina)) == "internal");
    CHECK(outcome(office.try_recharge(mina, 5)) == "internal");
    CHECK(office.dump() == before);
    CHECK(office.tick().expired == 0);
    CHECK(office.balance(mina) == 0);
    CHECK(office.audit() == "");
}
