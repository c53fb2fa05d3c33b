#include "engine/timekeeper.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Duration us{1};
const Time start = Time{*parse_date("2026-12-01")};

struct Fixture {
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>(start);
    Timekeeper keeper{clock, hours{1}};
};

}  // namespace

TEST_CASE("time goes with the wall clock while that is right") {
    Fixture f;
    CHECK(*f.keeper.now() == start);
    CHECK(*f.keeper.now() == start);
    f.clock->advance(seconds{5});
    CHECK(*f.keeper.now() == start + seconds{5});
}

TEST_CASE("a wall clock that is set back does not take time with it, and time does not stand still") {
    Fixture f;
    (void)f.keeper.now();
    f.clock->set_wall(start - hours{5});
    CHECK(*f.keeper.now() == start);
    f.clock->advance(seconds{7});
    CHECK(*f.keeper.now() == start + seconds{7});
    f.clock->set_wall(Time{});
    f.clock->advance(us);
    CHECK(*f.keeper.now() == start + seconds{7} + us);
}

TEST_CASE("a wall clock set forward by half an hour is followed") {
    Fixture f;
    (void)f.keeper.now();
    f.clock->set_wall(start + minutes{30});
    CHECK(*f.keeper.now() == start + minutes{30});
}

TEST_CASE("a wall clock that jumps ahead by more than clock_jump_max is a fault until it is set right") {
    Fixture f;
    (void)f.keeper.now();
    f.clock->advance(seconds{10});
    f.clock->set_wall(start + seconds{10} + hours{1});
    CHECK(outcome(f.keeper.now()) == "ok");  // exactly the limit

    Fixture g;
    (void)g.keeper.now();
    g.clock->set_wall(start + hours{1} + us);
    CHECK(outcome(g.keeper.now()) == "clock_jump");
    CHECK(outcome(g.keeper.now()) == "clock_jump");
    g.clock->advance(seconds{3});
    CHECK(outcome(g.keeper.now()) == "clock_jump");
    g.clock->set_wall(start);
    CHECK(*g.keeper.now() == start + seconds{3});
}

TEST_CASE("time that passes on the steady clock is no jump, however long") {
    Fixture f;
    (void)f.keeper.now();
    f.clock->advance(hours{24 * 30});
    CHECK(*f.keeper.now() == start + hours{24 * 30});
}

TEST_CASE("time is never before what was committed last, and runs on from there") {
    Fixture f;
    CHECK(*f.keeper.now(start + minutes{20}) == start + minutes{20});  // another process is ahead of this wall clock
    CHECK(*f.keeper.now() == start + minutes{20});
    f.clock->advance(seconds{1});
    CHECK(*f.keeper.now(start) == start + minutes{20} + seconds{1});
    CHECK(*f.keeper.now(start + hours{9}) == start + hours{9});
}

TEST_CASE("a thread held up while it looks at the clocks does not take time ahead") {
    struct HeldUp final : Clock {
        VirtualClock inner{start};
        bool is_next_held_up = false;
        Time wall() override {
            const auto reading = inner.wall();
            hold_up();
            return reading;
        }
        Duration steady() override {
            const auto reading = inner.steady();
            hold_up();
            return reading;
        }
        void wait(Duration span) override { inner.wait(span); }
        void hold_up() {
            if (std::exchange(is_next_held_up, false)) inner.advance(seconds{3});
        }
    };
    const auto clock = std::make_shared<HeldUp>();
    Timekeeper keeper{clock, hours{1}};
    (void)keeper.now();
    clock->is_next_held_up = true;
    (void)keeper.now();
    CHECK(*keeper.now() == clock->inner.wall());
}

TEST_CASE("time does not run over where clocks show the end of it") {
    struct Far final : Clock {
        Time wall() override { return Time{Duration{1}}; }
        Duration steady() override { return Duration::max() - Duration{1}; }
        void wait(Duration) override {}
    };
    Timekeeper keeper{std::make_shared<Far>(), hours{1}};
    CHECK(*keeper.now() == Time{Duration{1}});
    CHECK(*keeper.now(never) == never);
    CHECK(*keeper.now() == never);
}

TEST_CASE("of two who take time ahead at once, the one who went further is not undone by the other") {
    // The other asks while the first looks at the clocks.
    struct Interrupted final : Clock {
        VirtualClock inner{start};
        std::function<void()> other;
        Time wall() override {
            if (const auto interrupt = std::exchange(other, nullptr)) interrupt();
            return inner.wall();
        }
        Duration steady() override { return inner.steady(); }
        void wait(Duration span) override { inner.wait(span); }
    };
    const auto clock = std::make_shared<Interrupted>();
    Timekeeper keeper{clock, hours{1}};
    const bool is_first = GENERATE(false, true);  // nobody has asked before
    if (!is_first) (void)keeper.now();
    std::optional<Time> told;
    clock->other = [&] { told = *keeper.now(start + minutes{20}); };
    CHECK(*keeper.now(start + minutes{10}) == start + minutes{20});
    CHECK(told == start + minutes{20});
    CHECK(*keeper.now() == start + minutes{20});
}
