#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "support/faulty_store.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

struct Faulty {
    std::shared_ptr<Faults> faults = std::make_shared<Faults>();
    Office office{{}, nullptr, std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults)};
};

std::string opened(Options options, std::unique_ptr<Store> store = std::make_unique<MemoryStore>(), Ports ports = {}) {
    return outcome(BoxOffice::open(std::move(store), std::move(options), std::move(ports)));
}

}  // namespace

TEST_CASE("an office is opened with valid options, a store, a clock and a source of chance") {
    CHECK(opened({}) == "ok");
    CHECK(opened(options_with([](Options& o) { o.holds_per_user = 0; })) == "invalid_options");
    CHECK(opened({}, nullptr) == "invalid_argument");
    Ports ports;
    ports.clock = nullptr;
    CHECK(opened({}, std::make_unique<MemoryStore>(), ports) == "invalid_argument");
    ports = {};
    ports.random = nullptr;
    CHECK(opened({}, std::make_unique<MemoryStore>(), ports) == "invalid_argument");
}

TEST_CASE("a fault of the store is every outcome of the batch, and nothing was done") {
    const auto [kind, name] = GENERATE(table<FaultKind, std::string>({{FaultKind::storage, "storage"},
                                                                      {FaultKind::busy, "busy"},
                                                                      {FaultKind::out_of_memory, "out_of_memory"},
                                                                      {FaultKind::bad_alloc, "out_of_memory"},
                                                                      {FaultKind::runtime_error, "internal"}}));
    const auto point = GENERATE(FaultPoint::begin, FaultPoint::load, FaultPoint::before_commit);
    CAPTURE(name, static_cast<int>(point));
    Faulty f;
    const auto mina = f.office.user("mina");
    const auto before = f.office.dump();
    // A commit that was certainly not written is decided anew, but not for ever.
    const int times = point == FaultPoint::before_commit && kind == FaultKind::busy ? 4 : 1;
    f.faults->plan(point, kind, times);
    const std::vector<Command> commands{Recharge{mina, Points{5}, "k"}, Recharge{mina, Points{0}, ""}};
    for (const auto& done : f.office->execute(commands)) CHECK(outcome(done) == name);
    CHECK(f.faults->struck() == times);
    CHECK(f.office.dump() == before);
    CHECK(f.office.recharge(mina, 5, "k") == 5);
}

TEST_CASE("a commit that the store says was not written is decided anew, once for all its callers") {
    Faulty f;
    const auto mina = f.office.user("mina");
    f.faults->plan(FaultPoint::before_commit, FaultKind::busy, 3);
    const std::vector<Command> commands{Recharge{mina, Points{5}, {}}, Recharge{mina, Points{7}, {}}};
    for (const auto& done : f.office->execute(commands)) CHECK(outcome(done) == "ok");
    CHECK(f.faults->struck() == 3);
    CHECK(f.office->balance(mina)->value == 12);
    CHECK(f.office.audit() == "");
}

TEST_CASE("a commit whose answer was lost is found again with the same key") {
    Faulty f;
    const auto mina = f.office.user("mina");
    f.faults->plan(FaultPoint::after_commit, FaultKind::storage);
    CHECK(outcome(f.office.try_recharge(mina, 5, "k")) == "storage");
    CHECK(f.office.recharge(mina, 5, "k") == 5);
    CHECK(f.office.audit() == "");
}

TEST_CASE("a fault of the store is the answer of a query") {
    Faulty f;
    const auto mina = f.office.user("mina");
    f.faults->plan(FaultPoint::read, FaultKind::busy);
    CHECK(outcome(f.office->balance(mina)) == "busy");
    f.faults->plan(FaultPoint::view_load, FaultKind::storage, 1, 1);
    CHECK(outcome(f.office->balance(mina)) == "storage");
    f.faults->plan(FaultPoint::view_load, FaultKind::bad_alloc, 1, 1);
    CHECK(outcome(f.office->balance(mina)) == "out_of_memory");
    CHECK(f.office.balance(mina) == 0);
}

TEST_CASE("an empty batch is done") {
    Office office;
    CHECK(office->execute(std::span<const Command>{}).empty());
}

TEST_CASE("a wall clock that jumped ahead is a fault, and nothing is committed") {
    Office office;
    const auto mina = office.comes("mina");
    const auto before = office.dump();
    office.clock().set_wall(opening + hours{1} + us);
    CHECK(outcome(office.try_recharge(mina.user, 5)) == "clock_jump");
    CHECK(outcome(office->balance(mina.user)) == "clock_jump");
    CHECK(outcome(office->peek(mina.text)) == "clock_jump");
    CHECK(outcome(office->authenticate(mina.text)) == "clock_jump");
    CHECK(outcome(office->now()) == "clock_jump");
    CHECK(office.dump() == before);
    office.clock().set_wall(opening);
    CHECK(outcome(office.try_recharge(mina.user, 5)) == "ok");
}

TEST_CASE("a wall clock set back does not make time go back") {
    Office office;
    office.concert("2026-12-24", {{"1", 0}});
    const auto mina = office.comes("mina");
    const auto held = office.hold(mina, "1");
    office.clock().set_wall(opening - hours{10});
    office.wait(minutes{1});
    office.recharge(mina.user, 1);
    CHECK(office.last(EventKind::points_recharged).at == opening + minutes{1});
    office.wait(minutes{4});
    CHECK(office.state_of(mina, held.reservation) == "expired");
    CHECK(office.audit() == "");
}

TEST_CASE("an office that opens in the past goes on from the last commit") {
    Office first;
    const Duration ahead = GENERATE(Duration{minutes{59}}, Duration{hours{3}});
    first.wait(ahead);
    const auto mina = first.user("mina");
    // Its clock stands at the opening; what is more than an hour off is for somebody to accept.
    Office second{options_with([&](Options& o) { o.accept_time = ahead > hours{1}; }), nullptr, first.shared_store()};
    second.recharge(mina, 5);
    CHECK(second.last(EventKind::points_recharged).at == opening + ahead);
    CHECK(second.audit() == "");
}

TEST_CASE("a child of fork gets an error, not corruption") {
    Office office;
    const auto mina = office.comes("mina");
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const bool refused =
            outcome(office.try_recharge(mina.user, 5)) == "forked" && outcome(office->balance(mina.user)) == "forked";
        ::_exit(refused ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(outcome(office.try_recharge(mina.user, 5)) == "ok");
}

TEST_CASE("two offices on one store share everything and never an id") {
    Office one;
    Office two{{}, nullptr, one.shared_store(), one.shared_clock()};
    std::set<std::int64_t> ids;
    for (int i = 0; i < 50; ++i) {
        CHECK(ids.insert(one.user("a" + std::to_string(i)).value).second);
        CHECK(ids.insert(two.user("b" + std::to_string(i)).value).second);
    }
    CHECK(outcome(two->execute(CreateUser{"a1"})) == "user_exists");
    const auto mina = one.comes("mina");
    CHECK(two.join(mina.user).token == mina.token);
    CHECK(two->authenticate(mina.text)->user == mina.user);
    CHECK(one.audit() == "");
}

TEST_CASE("another office's admissions are seen within 50 ms") {
    Office one{room_for(1)};
    Office two{{}, nullptr, one.shared_store(), one.shared_clock()};
    const auto a = one.comes("a");
    const auto b = one.comes("b");
    one.wait(seconds{1});
    CHECK_FALSE(two.is_turn(b));
    one.leave(a);
    one.wait(milliseconds{50});
    CHECK(two.is_turn(b));
}

TEST_CASE("a token of a room that another office has just made can be peeked at once") {
    Office one;
    Office two{{}, nullptr, one.shared_store(), one.shared_clock()};
    const auto early = one.comes("early");
    one.wait(seconds{1});
    CHECK(two.is_turn(early));  // two has looked at the store just now
    const auto vip = one.room("vip", room_for(1).main_room);
    const auto mina = one.comes("mina", vip);
    const auto yuna = one.comes("yuna", vip);
    CHECK(outcome(two.peek(mina)) == "ok");
    CHECK(outcome(two.peek(yuna)) == "ok");
    CHECK(two.is_turn(mina));
    CHECK_FALSE(two.is_turn(yuna));
}

TEST_CASE("a key that the office makes is kept, so that tokens outlive it") {
    auto store = std::make_shared<MemoryStore>();
    Ports ports;
    ports.clock = std::make_shared<VirtualClock>(opening);
    auto first = must(BoxOffice::open(std::make_unique<LentStore>(store), {}, ports), "open");
    const auto user = must(first->execute(CreateUser{"mina"}), "user").id;
    const auto joined = must(first->execute(Join{user, first->main_room()}), "join");
    const auto text = first->token_text(joined.claims);
    first.reset();
    auto second = must(BoxOffice::open(std::make_unique<LentStore>(store), {}, ports), "open");
    CHECK(outcome(second->authenticate(text)) == "ok");
    Office with_other_keys{{}, nullptr, store};
    CHECK(outcome(with_other_keys->authenticate(text)) == "invalid_token");
}
