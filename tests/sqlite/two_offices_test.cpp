/// Two offices on one file, as two hosts have it: each has connections, ids and boards of its own, and must see of the other
/// what was committed, and live with its time.

#include <algorithm>
#include <memory>
#include <string>

#include "boxoffice/sqlite_store.hpp"
#include "sqlite/support.hpp"
#include "support/catch.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

std::shared_ptr<Store> store_at(const std::string& path) { return must(open_sqlite_store({.path = path}), "open"); }

template <class IdType>
std::int64_t node_of(IdType id) {
    return id.value >> tsid::counter_bits & (tsid::node_count - 1);
}

}  // namespace

TEST_CASE("An admission that one office makes is seen by who peeks at the other", "[sqlite]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto clock = std::make_shared<VirtualClock>(opening);
    Office one{room_for(1), nullptr, store_at(path), clock};
    Office other{room_for(1), nullptr, store_at(path), clock};
    const auto first = one.comes("first");
    const auto waiting = must(one.try_join(one.user("second")), "join").claims;
    const auto token = one->token_text(waiting);
    one.wait(std::chrono::seconds{1});  // longer than a board is believed
    REQUIRE_FALSE(must(other->peek(token), "peek").is_turn);
    CHECK(one->execute(Leave{first.user, first.token}));
    one.wait(std::chrono::seconds{1});
    CHECK(must(other->peek(token), "peek").is_turn);
    CHECK(other.audit() == "");
}

TEST_CASE("An office whose clock is behind decides no earlier than the other has committed", "[sqlite]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    Office one{{}, nullptr, store_at(path)};
    Office other{{}, nullptr, store_at(path)};
    other.user("early");
    one.wait(std::chrono::seconds{3});
    const auto user = one.user("ahead");
    const auto moment = one.now();
    CHECK(outcome(other.try_recharge(user, 5, "k")) == "ok");
    const auto events = must(other->events_after(0, 1'000), "events");
    CHECK(events.back().at >= moment);
    CHECK(std::is_sorted(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; }));
    CHECK(one.audit() == "");
}

TEST_CASE("An office that stood still until its lease had lapsed makes no id of a node that is another's", "[sqlite]") {
    const TemporaryFolder folder;
    const auto path = folder / "sale.db";
    const auto clock = std::make_shared<VirtualClock>(opening);
    Office one{{}, nullptr, store_at(path), clock};
    const auto before = node_of(one.user("before"));
    one.wait(std::chrono::minutes{2});
    Office other{{}, nullptr, store_at(path), clock};
    CHECK(node_of(other.user("other")) == before);  // nobody renewed it
    CHECK(node_of(one.user("after")) != before);
    CHECK(node_of(other.user("again")) == before);
    CHECK(one.audit() == "");
}
