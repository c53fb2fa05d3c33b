/// Any commands, by chance, from two offices on one file: after each, both show what the store has, under one version; and what
/// they tell since any version that was shown is what differs between two maps.

#include <map>

#include "boxoffice/sqlite_store.hpp"
#include "properties/twins.hpp"
#include "seat_sheets/looks.hpp"
#include "support/temp_dir.hpp"

namespace boxoffice::testing {
namespace {

/// What was shown of a concert at some version.
struct Shown {
    SeatVersion version;
    std::vector<Look> looks;
};

/// The indices of the seats that differ.
std::vector<std::uint32_t> differences(const std::vector<Look>& before, const std::vector<Look>& after) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < after.size(); ++i)
        if (!(before[i] == after[i])) out.push_back(static_cast<std::uint32_t>(i));
    return out;
}

class Comparison {
  public:
    Comparison(Store& store, Chance& chance) : store_{store}, chance_{chance} {}

    /// All of the concert, as each office shows it.
    void compare(const std::vector<BoxOffice*>& offices, ConcertId concert, Time now) {
        const auto fresh = fresh_looks(store_, concert, now);
        const auto version = fresh_version(store_, concert, now);
        for (auto* office : offices) {
            const auto sheet = must(office->seats(concert), "seats");
            if (text_of(looks(*sheet)) != text_of(fresh)) {
                CHECK(text_of(looks(*sheet)) == text_of(fresh));
                FAIL("a sheet differs from the store");
            }
            if (sheet->version() != version) FAIL("a version differs from that of what is seen");
            std::vector<Concert> rows;
            must(must(store_.read(), "read")->concerts().load(ConcertKeys{{concert}}, rows), "concert");
            if (!(sheet->concert() == rows.at(0))) FAIL("a sheet tells another concert than the store");
            compare_rows(*office, concert, now);
        }
        compare_since(*offices.at(static_cast<std::size_t>(chance_.below(std::ssize(offices)))), concert, fresh);
        auto& shown = shown_[concert];
        if (shown.empty() || shown.back().version != version) {
            if (!shown.empty() && shown.back().looks == fresh) FAIL("a new version, and nothing has changed");
            shown.push_back({version, fresh});
        } else if (!(shown.back().looks == fresh)) {
            FAIL("something has changed, and the version has not");
        }
    }

    std::int64_t told = 0;
    std::int64_t wholes = 0;

  private:
    void compare_rows(BoxOffice& office, ConcertId concert, Time now) {
        const auto rows = must(must(store_.read(), "read")->seats_of(concert), "seats");
        const auto map = must(office.seat_map(concert), "map");
        std::vector<Seat> available;
        REQUIRE(map.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!(map[i].seat == rows[i]) || map[i].state != state_at(rows[i], now)) FAIL("a seat of the map differs");
            if (map[i].state == SeatState::available) available.push_back(rows[i]);
        }
        if (must(office.available_seats(concert), "available") != available) FAIL("the available seats differ");
    }

    void compare_since(BoxOffice& office, ConcertId concert, const std::vector<Look>& fresh) {
        const auto& shown = shown_[concert];
        if (shown.empty()) return;
        const auto& before = chance_.last_of(shown);
        const auto since = must(office.seats_since(concert, before.version), "since");
        ++told;
        const bool has_more = before.looks.size() != fresh.size();
        if (has_more && !since.is_whole) FAIL("there are more seats, and not all are told");
        if (since.is_whole) {
            wholes += has_more ? 0 : 1;
            if (since.changed.size() != fresh.size()) FAIL("a whole answer has not all seats");
        } else if (since.changed != differences(before.looks, fresh)) {
            FAIL("what is told since a version is not what has changed");
        }
    }

    Store& store_;
    Chance& chance_;
    std::map<ConcertId, std::vector<Shown>> shown_;
};

std::shared_ptr<Store> open_file(const TempDir& folder) {
    SqliteOptions options;
    options.path = folder.file("box.office");
    options.durability = Durability::normal;
    return must(open_sqlite_store(options), "open");
}

void run(World& world, const std::vector<BoxOffice*>& offices, std::uint64_t seed, int steps) {
    CAPTURE(seed);
    Chance chance{seed};
    Comparison comparison{world.office.store(), chance};
    for (int step = 0; step < steps; ++step) {
        CAPTURE(step);
        std::vector<Command> commands;
        for (auto left = 1 + chance.below(6); left > 0; --left) commands.push_back(any_command(world, chance));
        auto& office = *offices.at(static_cast<std::size_t>(chance.below(std::ssize(offices))));
        const auto outcomes = office.execute(commands);
        world.learn(commands, outcomes);
        if (chance.below(3) == 0) world.office.wait(milliseconds{chance.below(20'000)});
        // Not every concert after each step, so that several commits come together.
        for (const auto concert : world.concerts)
            if (concert != ConcertId{5} && chance.below(3) > 0)
                comparison.compare(offices, concert, world.office.now());
        for (const auto concert : world.gone)
            for (auto* one : offices)
                if (outcome(one->seats(concert)) != "unknown_concert") FAIL("a concert that was deleted has a sheet");
    }
    CHECK_FALSE(world.gone.empty());
    CHECK(world.office.audit().empty());
    CHECK(comparison.told > steps / 2);
    CHECK(comparison.wholes < comparison.told / 10);  // an office saw the concert for the first time
}

}  // namespace

TEST_CASE("sheets equal the store through any commands, in memory", "[seat_sheets]") {
    const auto seed = GENERATE(as<std::uint64_t>{}, 1, 2, 3);
    World world{std::make_shared<MemoryStore>(), Others::told};
    run(world, {&world.office.box()}, seed, 600);
}

TEST_CASE("sheets equal the store through any commands of two offices on one file", "[seat_sheets]") {
    const auto seed = GENERATE(as<std::uint64_t>{}, 4, 5, 6);
    const TempDir folder;
    World world{open_file(folder), Others::told};
    Office other{small_world(), nullptr, open_file(folder), world.office.shared_clock(), Others::told};
    run(world, {&world.office.box(), &other.box()}, seed, 400);
}

TEST_CASE("sheets equal the store through any commands of two offices that are told of nothing", "[seat_sheets]") {
    const auto seed = GENERATE(as<std::uint64_t>{}, 7, 8);
    World world;  // its store's version changes whenever it is asked, so each question looks at the events
    Office other{small_world(), nullptr, world.office.shared_store(), world.office.shared_clock()};
    run(world, {&world.office.box(), &other.box()}, seed, 600);
}

}  // namespace boxoffice::testing
