/// A wait for a turn with an interval beyond all bounds slept for ever, and whoever closed the office waited with it.

#include <atomic>
#include <thread>

#include "boxoffice.h"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("an interval is at most a minute") {
    Office office{room_for(0)};
    const auto mina = office.comes("mina");
    CHECK(outcome(office->await_turn(mina.text, 2, Duration::max())) == "invalid_argument");
    CHECK(outcome(office->await_turn(mina.text, 2, await_interval_max + us)) == "invalid_argument");
    const auto before = office.now();
    CHECK(outcome(office->await_turn(mina.text, 2, await_interval_max)) == "not_your_turn");
    CHECK(office.now() == before + await_interval_max);
    CHECK(outcome(office->await_turn(mina.text, 3, us)) == "not_your_turn");
    CHECK(office.now() == before + await_interval_max + 2 * us);
}

TEST_CASE("the system's clock does not sleep on when it is stopped") {
    SystemClock clock;
    std::atomic<bool> stopped{true};
    clock.wait_or_stop(hours{1'000'000}, stopped);
    stopped = false;
    std::thread waiting{[&] { clock.wait_or_stop(hours{1'000'000}, stopped); }};
    stopped = true;
    waiting.join();
    stopped = false;
    const auto before = clock.steady();
    clock.wait_or_stop(milliseconds{150}, stopped);
    CHECK(clock.steady() - before >= milliseconds{150});
}

TEST_CASE("stop ends the waits under way and those to come, and nothing else") {
    struct StoppingClock final : Clock {
        BoxOffice* office = nullptr;
        int waits = 0;
        Time wall() override { return opening; }
        Duration steady() override { return Duration::zero(); }
        void wait(Duration) override {
            if (++waits == 3) office->stop();
        }
    };
    const auto clock = std::make_shared<StoppingClock>();
    Ports ports;
    ports.clock = clock;
    const auto office = must(BoxOffice::open(std::make_unique<MemoryStore>(), room_for(0), ports), "open");
    clock->office = office.get();
    const auto mina = must(office->execute(CreateUser{"mina"}), "user").id;
    const auto joined = must(office->execute(Join{mina, office->main_room()}), "join");
    const auto text = office->token_text(joined.claims);
    CHECK(outcome(office->await_turn(text, 1'000, seconds{60})) == "closed");
    CHECK(clock->waits == 3);
    CHECK(outcome(office->await_turn(text, 1'000, Duration::zero())) == "closed");
    CHECK(clock->waits == 3);
    CHECK(outcome(office->await_turn(text, 1, Duration::zero())) == "not_your_turn");  // it does not wait
    CHECK(outcome(office->execute(Recharge{mina, Points{1}, ""})) == "ok");
}

TEST_CASE("closing ends a wait for a turn in another thread") {
    struct HostClock {
        std::atomic<std::int64_t> waits{0};
        static int64_t wall_us(void*) { return to_us(opening); }
        static int64_t steady_us(void*) { return 0; }
        static void wait_us(void* self, int64_t) {
            static_cast<HostClock*>(self)->waits.fetch_add(1);
            static_cast<HostClock*>(self)->waits.notify_all();
            std::this_thread::yield();
        }
    } clock;
    boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
    boxoffice_room_limits closed_room = BOXOFFICE_ROOM_LIMITS_INIT;
    closed_room.active_capacity = 0;
    options.main_room = &closed_room;
    options.clock = {&HostClock::wall_us, &HostClock::steady_us, &HostClock::wait_us, &clock};
    boxoffice_office* office = nullptr;
    REQUIRE(boxoffice_open(":memory:", 8, &options, &office, nullptr) == BOXOFFICE_OK);
    boxoffice_room room;
    REQUIRE(boxoffice_find_room(office, "main", 4, &room, nullptr) == BOXOFFICE_OK);
    std::int64_t user = 0;
    REQUIRE(boxoffice_create_user(office, "mina", 4, &user, nullptr) == BOXOFFICE_OK);
    boxoffice_joined joined;
    REQUIRE(boxoffice_join(office, user, room.id, &joined, nullptr) == BOXOFFICE_OK);
    char text[BOXOFFICE_TOKEN_TEXT_SIZE];
    REQUIRE(boxoffice_token_text(office, &joined.claims, text, nullptr) == BOXOFFICE_OK);

    boxoffice_status status = BOXOFFICE_OK;
    std::thread waiting{[&, handle = office] {
        boxoffice_peeked peeked;
        // So many that the test ends, if in vain, should closing not end it.
        status =
            boxoffice_await_turn(handle, text, BOXOFFICE_TOKEN_TEXT_SIZE - 1, 5'000'000, 60'000'000, &peeked, nullptr);
    }};
    clock.waits.wait(0);
    CHECK(boxoffice_close(&office) == BOXOFFICE_OK);
    waiting.join();
    CHECK(status == BOXOFFICE_CLOSED);
}
