/// Ids can be guessed (a millisecond, a node, a counter), so a command of a batch may name what an earlier command of
/// the same batch makes. It gets exactly what it gets one by one (C2): pays the hold, is admitted to the room, or is
/// refused.

#include "boxoffice/sqlite_store.hpp"
#include "properties/twins.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A command about what was made a moment ago: users, rooms, concerts, seats, places, holds, payments.
Command following_command(World& world, Chance& chance, std::int64_t& names) {
    const auto& [user, token] = chance.last_of(world.tokens);
    const auto& hold = chance.last_of(world.holds);
    const auto unique = [&](const char* kind) { return kind + std::to_string(++names); };
    switch (chance.below(32)) {
        case 0:
        case 1: return CreateUser{unique("new")};
        case 2: {
            auto limits = small_world().main_room;
            limits.active_capacity = chance.below(4);
            limits.queue_capacity = chance.below(3);
            limits.admissions_per_second = chance.below(4) == 0 ? 1 : 0;
            return CreateRoom{unique("room"), limits};
        }
        case 3: {
            CreateConcert concert{*parse_date("2026-12-24"), unique("concert"), chance.last_of(world.rooms), {}};
            for (std::int64_t i = chance.below(4); i > 0; --i)
                concert.seats.push_back({std::to_string(i), "", "", Points{10 * chance.below(3)}});
            return concert;
        }
        case 4: return AddSeats{chance.last_of(world.concerts), {{unique("seat"), "", "", Points{5}}}};
        case 5:
        case 6:
        case 7: return Join{chance.last_of(world.users), chance.last_of(world.rooms)};
        case 8: return Recharge{chance.last_of(world.users), Points{100}, chance.key()};
        case 9: return Recharge{user, Points{100}, chance.key()};
        case 10:
        case 11:
        case 12:
        case 13: return HoldSeat{user, token, chance.last_of(world.seats), chance.key()};
        case 14:
        case 15:
        case 16: return Pay{hold.user, hold.token, hold.reservation, chance.key()};
        case 17: return BeginPayment{hold.user, hold.token, hold.reservation, chance.key()};
        case 18: return CapturePayment{hold.user, hold.token, hold.reservation, hold.payment, "tx", chance.key()};
        case 19: return BlockSeat{chance.last_of(world.seats)};
        case 20: return Leave{user, token};
        case 22: return ChangeSale{chance.last_of(world.concerts), any_terms(world, chance), 1};
        case 23: {
            SetTariff tariff{chance.last_of(world.concerts), {{"", TypeId{}, Points{7}}}, 1 + chance.below(2)};
            if (chance.below(2) == 0) tariff.rows.push_back({"", chance.last_of(world.types), Points{3}});
            return tariff;
        }
        case 24: return CreateType{chance.last_of(world.concerts), unique("type"), 0, {}};
        case 25:
        case 26: {
            HoldSeats order{user, token,       chance.last_of(world.concerts), {{chance.last_of(world.seats)}},
                            {},   chance.key()};
            if (chance.below(3) == 0) order.items.push_back({chance.last_of(world.seats), chance.last_of(world.types)});
            return order;
        }
        case 27: return Cancel{hold.user, {hold.reservation}, chance.key()};
        case 28: return Refund{hold.reservation, Points{chance.below(5)}, chance.below(2) == 0, unique("refund")};
        case 29:
            if (chance.below(3) > 0) return ReleaseOrder{hold.user, hold.reservation};
            if (chance.below(2) > 0) return SweepRefunds{chance.last_of(world.concerts)};
            return CallOff{chance.last_of(world.concerts), "rain"};
        case 30:
            if (const auto which = chance.below(6); which == 0) {
                return DeleteConcert{chance.last_of(world.concerts), 1 + chance.below(2)};
            } else if (which == 1) {
                ChangeConcert change{chance.last_of(world.concerts), *parse_date("2026-12-25"), "moved"};
                change.version = 1 + chance.below(2);
                change.room = chance.last_of(world.rooms);
                return change;
            }
            return HoldSeat{user, token, chance.last_of(world.seats), chance.key()};
        default: return chance.below(2) == 0 ? Command{Tick{}} : Command{ReleaseHold{hold.user, hold.reservation}};
    }
}

/// What was done, over all seeds: the commands must not all be refused, and what the batches make must be paid.
struct Count {
    std::int64_t done = 0;
    std::int64_t paid = 0;
};

/// One by one is asked first, so that the commands of the batch can name ids that are not made there yet.
void compare(World& batched, World& single, Chance& chance, int rounds, Count& count) {
    std::int64_t names = 0;
    for (int round = 0; round < rounds; ++round) {
        std::vector<Command> commands;
        std::vector<Outcome> apart;
        for (auto size = 1 + chance.below(30); size > 0; --size) {
            commands.push_back(chance.below(4) == 0 ? any_command(single, chance)
                                                    : following_command(single, chance, names));
            const std::span one{&commands.back(), 1};
            apart.push_back(single.office->execute(one).front());
            single.learn({commands.back()}, {apart.back()});
        }
        const auto together = batched.office->execute(commands);
        REQUIRE(together.size() == apart.size());
        for (std::size_t i = 0; i < commands.size(); ++i) {
            CAPTURE(round, i, commands[i].index());
            REQUIRE(text_of(together[i]) == text_of(apart[i]));
            count.done += together[i].has_value();
            count.paid += together[i] && std::holds_alternative<Paid>(*together[i]);
        }
        CAPTURE(round);
        REQUIRE(difference(canonical_dump(batched.office), canonical_dump(single.office)) == "");
        const Duration pause = chance.below(3) == 0 ? Duration{0} : Duration{chance.below(45'000'000)};
        batched.office.wait(pause);
        single.office.wait(pause);
    }
    CHECK(batched.office.audit() == "");
}

}  // namespace

TEST_CASE("a command that names what its batch makes gets what it gets one by one") {
    Count count;
    for (int seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Chance chance{static_cast<std::uint64_t>(seed)};
        World batched;
        World single;
        compare(batched, single, chance, 20, count);
    }
    CHECK(count.done > 40 * 20 * 3);
    CHECK(count.paid > 25);
}

TEST_CASE("a command that names what its batch makes gets what it gets one by one, in a file") {
    const auto seed = GENERATE(range(101, 103));
    CAPTURE(seed);
    Chance chance{static_cast<std::uint64_t>(seed)};
    const TempDir dir;
    SqliteOptions file;
    file.path = dir.file("batched.db");
    World batched{std::shared_ptr<Store>{must(open_sqlite_store(file), "open")}};
    file.path = dir.file("single.db");
    World single{std::shared_ptr<Store>{must(open_sqlite_store(file), "open")}};
    Count count;
    compare(batched, single, chance, 12, count);
    CHECK(count.done > 12 * 3);
}
