/// A batch equals its commands one after another (C2), a refused command has changed nothing (C1), and a batch costs at
/// most two loads a repository and one write (C4).

#include <random>
#include <sstream>

#include "support/counting_store.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

Options small_world() {
    return options_with([](Options& o) {
        o.main_room.active_capacity = 5;
        o.main_room.queue_capacity = 12;
        o.main_room.claim_ttl = seconds{20};
        o.main_room.active_ttl = seconds{90};
        o.main_room.waiting_ttl = minutes{5};
        o.hold_ttl = seconds{60};
        o.capture_ttl = seconds{30};
        o.holds_per_user = 2;
    });
}

/// A world, and what commands can speak of: everything that was made so far, and some things that were not.
struct World {
    explicit World(std::shared_ptr<Store> store = std::make_shared<MemoryStore>())
        : office{small_world(), nullptr, std::move(store)} {
        rooms = {office->main_room(), office.room("vip", small_world().main_room), RoomId{5}};
        for (int i = 0; i < 24; ++i) users.push_back(office.user("u" + std::to_string(i)));
        users.push_back(UserId{5});
        for (const auto room : {rooms[0], rooms[1], rooms[0]}) {
            concerts.push_back(
                office.concert("2026-12-24", {{"1", 0}, {"2", 30}, {"3", 70}, {"10", 70}, {"11", 30}}, room));
            for (const auto& seat : must(office->available_seats(concerts.back()), "seats")) seats.push_back(seat.id);
        }
        concerts.push_back(ConcertId{5});
        seats.push_back(SeatId{5});
        tokens.push_back({UserId{5}, TokenId{5}});
        holds.push_back({UserId{5}, TokenId{5}, ReservationId{5}, PaymentId{5}});
    }

    /// Remembers what outcomes name, for the commands after them.
    void learn(const std::vector<Command>& commands, const std::vector<Outcome>& outcomes) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            if (!outcomes[i]) continue;
            if (const auto* joined = std::get_if<Joined>(&*outcomes[i]))
                tokens.push_back({joined->claims.user, joined->claims.token});
            if (const auto* held = std::get_if<Held>(&*outcomes[i])) {
                const auto& command = std::get<HoldSeat>(commands[i]);
                holds.push_back({command.user, command.token, held->reservation, PaymentId{5}});
            }
            if (const auto* begun = std::get_if<PaymentBegun>(&*outcomes[i])) {
                const auto& command = std::get<BeginPayment>(commands[i]);
                holds.push_back({command.user, command.token, begun->reservation, begun->payment});
            }
        }
    }

    struct Hold {
        UserId user;
        TokenId token;
        ReservationId reservation;
        PaymentId payment;
    };
    Office office;
    std::vector<UserId> users;
    std::vector<RoomId> rooms;
    std::vector<ConcertId> concerts;
    std::vector<SeatId> seats;
    std::vector<std::pair<UserId, TokenId>> tokens;
    std::vector<Hold> holds;
};

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : engine_{seed} {}
    std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n)); }
    template <class T>
    const T& of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
    }
    /// Rather one of the last made.
    template <class T>
    const T& recent_of(const std::vector<T>& values) {
        const auto size = static_cast<std::int64_t>(values.size());
        return values[static_cast<std::size_t>(below(3) == 0 ? below(size)
                                                             : size - 1 - below(std::min<std::int64_t>(size, 12)))];
    }
    IdempotencyKey key() { return below(3) > 0 ? "" : "k" + std::to_string(below(20)); }

  private:
    std::mt19937_64 engine_;
};

Command any_command(World& world, Chance& chance) {
    const auto& [user, token] = chance.recent_of(world.tokens);
    const auto& hold = chance.recent_of(world.holds);
    const auto stranger = chance.of(world.users);
    switch (chance.below(24)) {
        case 0: return CreateUser{"u" + std::to_string(chance.below(60))};
        case 1:
            return AddSeats{chance.of(world.concerts),
                            {{std::to_string(chance.below(40)), "", "", Points{chance.below(90) - 2}}}};
        case 2: return BlockSeat{chance.of(world.seats)};
        case 3: return UnblockSeat{chance.of(world.seats)};
        case 4: return Claim{user, token};
        case 5: return Leave{user, token};
        case 6: return ReleaseHold{hold.user, hold.reservation};
        case 7:
            if (chance.below(3) == 0) return ReconcilePayment{hold.payment, chance.below(2) == 0 ? "tx" : ""};
            return FailPayment{hold.user, hold.reservation, hold.payment, chance.below(3) > 0 ? "tx" : "", chance.below(2) == 0};
        case 8: return Recharge{stranger, Points{chance.below(100)}, chance.key()};
        case 9:
        case 10: return Recharge{user, Points{50 + chance.below(100)}, chance.key()};
        case 11: return BeginPayment{hold.user, hold.token, hold.reservation, chance.key()};
        case 12: return CapturePayment{hold.user, hold.token, hold.reservation, hold.payment, "tx", chance.key()};
        case 13:
        case 14: return Pay{hold.user, hold.token, hold.reservation, chance.key()};
        case 15: {
            auto limits = small_world().main_room;
            limits.active_capacity = chance.below(9);
            limits.queue_capacity = 6 + chance.below(9);
            limits.admissions_per_second = chance.below(3) == 0 ? 1 : 0;
            return ChangeRoom{chance.of(world.rooms), limits};
        }
        case 16:
            return chance.below(3) > 0 ? Command{Tick{}}
                                       : Command{HoldSeat{stranger, token, chance.of(world.seats), ""}};
        case 17: return CreateRoom{"r" + std::to_string(chance.below(4)), small_world().main_room};
        case 18:
        case 19:
        case 20: return HoldSeat{user, token, chance.of(world.seats), chance.key()};
        default: return Join{stranger, chance.of(world.rooms)};
    }
}

/// An outcome as text, answer included.
std::string text_of(const Outcome& done) {
    if (!done) return outcome(done) + " " + done.error().detail;
    std::ostringstream out;
    out << done->index();
    std::visit(
        [&]<class A>(const A& a) {
            if constexpr (requires { a.id; }) out << " " << a.id.value;
            if constexpr (std::same_as<A, Joined>)
                out << " " << a.claims.token.value << " " << a.claims.position << " " << name_of(a.state) << " "
                    << a.again;
            if constexpr (requires { a.reservation; }) out << " reservation " << a.reservation.value;
            if constexpr (requires { a.deadline; }) out << " until " << to_us(a.deadline);
            if constexpr (requires { a.paid_at; }) out << " at " << to_us(a.paid_at);
            if constexpr (requires { a.balance; }) out << " balance " << a.balance.value;
            if constexpr (requires { a.expired; }) out << " expired " << a.expired << " " << a.more;
            if constexpr (requires { a.released; }) out << " released " << a.released;
        },
        *done);
    return out.str();
}

/// The dump without what is not law: the version of a seat, which counts commits, and a room's next_lapse_at, a lower
/// bound that whoever looks may raise. Each is the last field of its line.
std::string canonical_dump(Office& office) {
    std::istringstream lines{office.dump()};
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("seat ", 0) == 0 || line.rfind("room ", 0) == 0) line.resize(line.rfind(' '));
        out += line + "\n";
    }
    return out;
}

/// The first line in which two texts differ.
std::string difference(const std::string& a, const std::string& b) {
    std::istringstream in_a{a};
    std::istringstream in_b{b};
    std::string line_a;
    std::string line_b;
    for (;;) {
        const bool more_a = static_cast<bool>(std::getline(in_a, line_a));
        const bool more_b = static_cast<bool>(std::getline(in_b, line_b));
        if (!more_a && !more_b) return "";
        if (!more_a || !more_b || line_a != line_b)
            return "batch: " + (more_a ? line_a : "-") + "\none by one: " + (more_b ? line_b : "-");
    }
}

}  // namespace

TEST_CASE("a batch equals its commands one after another") {
    const auto seed = GENERATE(range(1, 13));
    Chance chance{static_cast<std::uint64_t>(seed)};
    World batched;
    World single;
    std::int64_t done_count = 0;
    for (int round = 0; round < 25; ++round) {
        const auto size = round % 8 == 7 ? 1 + chance.below(1'000) : 1 + chance.below(40);
        CAPTURE(seed, round, size);
        std::vector<Command> commands;
        for (std::int64_t i = 0; i < size; ++i) commands.push_back(any_command(batched, chance));
        const auto together = batched.office->execute(commands);
        std::vector<Outcome> apart;
        REQUIRE(batched.office.now() == single.office.now());
        for (const auto& command : commands) apart.push_back(single.office->execute(std::span{&command, 1}).front());
        for (std::size_t i = 0; i < commands.size(); ++i) {
            CAPTURE(i, commands[i].index());
            REQUIRE(text_of(together[i]) == text_of(apart[i]));
            done_count += together[i].has_value();
        }
        REQUIRE(difference(canonical_dump(batched.office), canonical_dump(single.office)) == "");
        REQUIRE(batched.office.audit() == "");
        batched.learn(commands, together);
        single.learn(commands, apart);
        const Duration pause = chance.below(3) == 0 ? Duration{0} : Duration{chance.below(45'000'000)};
        batched.office.wait(pause);
        single.office.wait(pause);
    }
    CHECK(done_count > 300);  // the commands were not all refused
}

TEST_CASE("a shorter waiting_ttl counts at once, in a batch as one by one") {
    const auto batched = GENERATE(false, true);
    CAPTURE(batched);
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 0;
        o.main_room.queue_capacity = 1;
    })};
    (void)office.comes("old");
    const auto young = office.user("young");
    office.wait(hours{2});
    auto limits = office->options().main_room;
    limits.waiting_ttl = hours{1};
    const std::vector<Command> commands{ChangeRoom{office->main_room(), limits}, Join{young, office->main_room()}};
    std::vector<Outcome> outcomes;
    if (batched)
        outcomes = office->execute(commands);
    else
        for (const auto& command : commands) outcomes.push_back(office->execute(std::span{&command, 1}).front());
    CHECK(outcome(outcomes[0]) == "ok");
    CHECK(outcome(outcomes[1]) == "ok");
}

TEST_CASE("a refused command has changed nothing") {
    const auto seed = GENERATE(range(101, 105));
    Chance chance{static_cast<std::uint64_t>(seed)};
    World world;
    std::int64_t refused = 0;
    for (int i = 0; i < 600; ++i) {
        CAPTURE(seed, i);
        const std::vector<Command> commands{any_command(world, chance)};
        const auto sequence = world.office.last_sequence();
        const auto before = canonical_dump(world.office);
        const auto outcomes = world.office->execute(commands);
        world.learn(commands, outcomes);
        if (!outcomes[0]) {
            ++refused;
            // What stays of a refused command is what it met: rows that had run out, a place that showed up, whose turn
            // came.
            const auto met = world.office.events(sequence);
            for (const auto& event : met) {
                const auto kind = event.kind;
                CAPTURE(name_of(kind));
                REQUIRE((kind == EventKind::place_expired || kind == EventKind::hold_expired ||
                         kind == EventKind::payment_failed || kind == EventKind::place_claimed ||
                         kind == EventKind::place_admitted));
            }
            if (met.empty()) REQUIRE(difference(canonical_dump(world.office), before) == "");
        }
        if (chance.below(4) == 0) world.office.wait(Duration{chance.below(15'000'000)});
    }
    CHECK(refused > 150);
    CHECK(world.office.audit() == "");
}

TEST_CASE("a batch of 1,000 commands costs at most two loads a repository and one write") {
    const auto counter = std::make_shared<StoreCounter>();
    World world{std::make_shared<CountingStore>(std::make_unique<MemoryStore>(), counter)};
    Chance chance{77};
    for (int round = 0; round < 6; ++round) {
        std::vector<Command> commands;
        for (int i = 0; i < 1'000; ++i) commands.push_back(any_command(world, chance));
        counter->reset();
        const auto outcomes = world.office->execute(commands);
        const auto calls = counter->calls();
        CHECK(calls.begins == 1);
        CHECK(calls.commits == 1);
        CHECK(calls.reads == 0);
        for (const auto& [repository, count] : calls.in_transactions.loads) {
            CAPTURE(repository);
            CHECK(count <= 2);
        }
        for (const auto& [page, count] : calls.in_transactions.pages) {
            CAPTURE(page);
            CHECK(count <= 1);  // the last event
        }
        world.learn(commands, outcomes);
        world.office.wait(seconds{25});
    }
}
