/// What the C ABI costs: a call through libboxoffice.so beside the same call of the C++ engine, on the in-memory store.
///
///     build/release/tests/bench/c_boundary
///
/// A pair is a short run of each, one right after the other, so that whatever else the machine does slows both; which is first
/// alternates. The table gives the medians of 401 pairs, of CPU times and of the differences. What C adds is compared with the
/// 50 ns that it may: exit status 1 when a call takes more.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "boxoffice.h"
#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"

namespace {

using namespace boxoffice;

constexpr double allowed_ns = 50;
constexpr int batch_size = 1'000;
constexpr int pair_count = 401;
constexpr int pairs_a_house = 20;

/// The result's value; throws on an error, so that no refusal is measured unseen.
template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

void must(boxoffice_status status) {
    if (status != BOXOFFICE_OK) throw std::runtime_error(boxoffice_status_name(status));
}

/// Lets the compiler not know that nobody looks at it.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

/// One box office: a user whose turn it is, a seat, and a place that waits in a second room.
struct House {
    std::unique_ptr<BoxOffice> office = must(BoxOffice::open(std::make_unique<MemoryStore>()));
    UserId user = must(office->execute(CreateUser{"mina"})).id;
    TokenClaims turn = must(office->execute(Join{user, office->main_room()})).claims;
    ConcertId concert =
        must(office->execute(CreateConcert{
                 must(parse_date("2030-12-24")), "bench", office->main_room(), {{"A-1", "", "", Points{100}}}}))
            .id;
    SeatId seat = must(office->seat(concert, "A-1")).seat.id;
    RoomId closed = must(office->execute(CreateRoom{"closed", no_admission()})).id;
    std::string waiting = office->token_text(must(office->execute(Join{user, closed})).claims);
    std::int64_t serial = 0;

    static RoomLimits no_admission() {
        RoomLimits limits;
        limits.active_capacity = 0;
        return limits;
    }
};

/// The same, behind the C ABI.
struct CHouse {
    boxoffice_office* office = nullptr;
    std::int64_t user = 0;
    std::int64_t seat = 0;
    boxoffice_joined turn{};
    std::string waiting;
    std::int64_t serial = 0;

    CHouse() {
        boxoffice_options options = BOXOFFICE_OPTIONS_INIT;
        must(boxoffice_open(":memory:", 8, &options, &office, nullptr));
        must(boxoffice_create_user(office, "mina", 4, &user, nullptr));
        boxoffice_room main{};
        must(boxoffice_find_room(office, "main", 4, &main, nullptr));
        must(boxoffice_join(office, user, main.id, &turn, nullptr));
        boxoffice_new_seat made{};
        made.number = "A-1";
        made.number_length = 3;
        made.price = 100;
        std::int64_t concert = 0;
        must(boxoffice_create_concert(office, "2030-12-24", 10, "bench", 5, main.id, &made, 1, &concert, nullptr));
        boxoffice_seat found{};
        must(boxoffice_find_seat(office, concert, "A-1", 3, 0, &found, nullptr));
        seat = found.id;
        boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;
        limits.active_capacity = 0;
        std::int64_t closed = 0;
        must(boxoffice_create_room(office, "closed", 6, &limits, &closed, nullptr));
        boxoffice_joined place{};
        must(boxoffice_join(office, user, closed, &place, nullptr));
        char text[BOXOFFICE_TOKEN_TEXT_SIZE];
        must(boxoffice_token_text(office, &place.claims, text, nullptr));
        waiting = text;
    }
    ~CHouse() { boxoffice_close(&office); }
    CHouse(const CHouse&) = delete;
    CHouse& operator=(const CHouse&) = delete;
};

/// A kind of call: what C++ does, what C does, how many calls of the boundary that is, and how often one run does it.
struct Pair {
    const char* name;
    int calls;
    int iterations;
    std::function<void(House&)> cpp;
    std::function<void(CHouse&)> c;
};

const std::vector<Pair>& pairs() {
    static const std::vector<Pair> all{
        {"authenticate", 1, 2'000, [](House& h) { keep(must(h.office->authenticate(h.waiting))); },
         [](CHouse& h) {
             boxoffice_claims claims;
             must(boxoffice_authenticate(h.office, h.waiting.data(), h.waiting.size(), &claims, nullptr));
             keep(claims);
         }},
        {"peek, waiting", 1, 2'000, [](House& h) { keep(must(h.office->peek(h.waiting))); },
         [](CHouse& h) {
             boxoffice_peeked peeked;
             must(boxoffice_peek(h.office, h.waiting.data(), h.waiting.size(), &peeked, nullptr));
             keep(peeked);
         }},
        {"balance", 1, 2'000, [](House& h) { keep(must(h.office->balance(h.user))); },
         [](CHouse& h) {
             std::int64_t balance = 0;
             must(boxoffice_balance(h.office, h.user, &balance, nullptr));
             keep(balance);
         }},
        {"recharge with a key", 1, 200,
         [](House& h) {
             keep(must(h.office->execute(Recharge{h.user, Points{1}, "recharge-" + std::to_string(++h.serial)})));
         },
         [](CHouse& h) {
             const std::string key = "recharge-" + std::to_string(++h.serial);
             boxoffice_recharged recharged;
             must(boxoffice_recharge(h.office, h.user, 1, key.data(), key.size(), &recharged, nullptr));
             keep(recharged);
         }},
        {"hold_seat and release_hold", 2, 100,
         [](House& h) {
             const auto held = must(h.office->execute(HoldSeat{h.user, h.turn.token, h.seat, {}}));
             must(h.office->execute(ReleaseHold{h.user, held.reservation}));
         },
         [](CHouse& h) {
             boxoffice_held held;
             must(boxoffice_hold_seat(h.office, h.user, h.turn.claims.token, h.seat, nullptr, 0, &held, nullptr));
             must(boxoffice_release_hold(h.office, h.user, held.reservation, nullptr));
         }},
        // A batch's cost is that of its commands: 50 ns for each.
        {"batch of 1,000 recharges", batch_size, 1,
         [](House& h) {
             const std::vector<Command> commands(batch_size, Recharge{h.user, Points{1}, {}});
             for (const auto& outcome : h.office->execute(commands))
                 if (!outcome) throw std::runtime_error(outcome.error().text());
         },
         [](CHouse& h) {
             boxoffice_command recharge{};
             recharge.kind = BOXOFFICE_COMMAND_RECHARGE;
             recharge.user = h.user;
             recharge.amount = 1;
             const std::vector<boxoffice_command> commands(batch_size, recharge);
             std::vector<boxoffice_outcome> outcomes(batch_size);
             must(boxoffice_execute(h.office, commands.data(), commands.size(), nullptr, 0, outcomes.data(), nullptr));
             for (const auto& outcome : outcomes) must(outcome.status);
         }},
    };
    return all;
}

double cpu_ns() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The CPU time of one `work`, in ns.
template <class Where>
double time_of(const std::function<void(Where&)>& work, Where& house, int iterations) {
    const auto begin = cpu_ns();
    for (int i = 0; i < iterations; ++i) work(house);
    return (cpu_ns() - begin) / iterations;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Prints a line of the table; whether C added no more than it may.
bool measure(const Pair& pair) {
    std::vector<double> cpp;
    std::vector<double> c;
    std::vector<double> added;
    // A house is renewed now and then: what is written stays in it, and where its memory lies differs from one to the next.
    std::unique_ptr<House> house;
    std::unique_ptr<CHouse> c_house;
    for (int i = 0; i < pair_count; ++i) {
        if (i % pairs_a_house == 0) {
            house = std::make_unique<House>();
            c_house = std::make_unique<CHouse>();
            (void)time_of(pair.cpp, *house, pair.iterations);
            (void)time_of(pair.c, *c_house, pair.iterations);
        }
        const bool is_cpp_first = i % 2 == 0;
        if (is_cpp_first) cpp.push_back(time_of(pair.cpp, *house, pair.iterations));
        c.push_back(time_of(pair.c, *c_house, pair.iterations));
        if (!is_cpp_first) cpp.push_back(time_of(pair.cpp, *house, pair.iterations));
        added.push_back((c.back() - cpp.back()) / pair.calls);
    }
    const auto more = median(added);
    std::printf("%-28s %12.0f %12.0f %16.1f%s\n", pair.name, median(cpp), median(c), more,
                more > allowed_ns ? "  MORE THAN 50" : "");
    return more <= allowed_ns;
}

}  // namespace

int main() {
    try {
        std::printf("%-28s %12s %12s %16s   (ns of CPU time, medians)\n", "", "C++", "C", "C adds, a call");
        bool is_within = true;
        for (const auto& pair : pairs()) is_within = measure(pair) && is_within;
        return is_within ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "c_boundary: %s\n", e.what());
        return 2;
    }
}
