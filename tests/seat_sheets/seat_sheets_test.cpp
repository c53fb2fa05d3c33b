/// What an office shows of seats: what was committed, by whom ever, and what time has ended, at once.

#include "boxoffice/sqlite_store.hpp"
#include "engine/seat_board.hpp"
#include "seat_sheets/looks.hpp"
#include "support/counting_store.hpp"
#include "support/faulty_store.hpp"
#include "support/stores.hpp"

namespace boxoffice::testing {
namespace {

using Numbers = std::vector<std::string>;

std::shared_ptr<const SeatSheet> sheet_of(Office& office, ConcertId concert) {
    return must(office->seats(concert), "seats");
}

std::string states(Office& office, ConcertId concert) {
    std::string text;
    const auto sheet = sheet_of(office, concert);
    for (std::size_t i = 0; i < sheet->size(); ++i) text += std::string{name_of(sheet->state(i))}.substr(0, 1);
    return text;
}

/// Two offices, as two processes have them, with one file and one clock.
struct TwoOffices {
    explicit TwoOffices(StoreFactory made = sqlite_factory())
        : factory{std::move(made)},
          clock{std::make_shared<VirtualClock>(opening)},
          one{told_office(factory.open(), clock)},
          other{told_office(factory.reopen(), clock)},
          concert{one.concert("2026-12-24", {{"1", 5}, {"2", 5}, {"3", 5}})},
          buyer{other.comes_with("mina", 100)} {
        for (const auto* number : {"1", "2", "3"}) seats.push_back(one.seat(number));
    }
    Held hold(std::size_t number) {
        return must(other->execute(HoldSeat{buyer.user, buyer.token, seats[number - 1], {}}), "hold");
    }
    StoreFactory factory;
    std::shared_ptr<VirtualClock> clock;
    Office one;
    Office other;
    ConcertId concert;
    Buyer buyer;
    std::vector<SeatId> seats;
};

}  // namespace

TEST_CASE("seats are shown as they are, and shared while nothing happens to them", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    auto office = told_office(factory.open());
    const auto other = office.concert("2026-12-25", {{"1", 5}});
    const auto concert = office.concert("2026-12-24", {{"10", 5}, {"2", 5}, {"1", 5}});
    const auto buyer = office.comes_with("mina", 100);
    const auto first = sheet_of(office, concert);
    CHECK(text_of(looks(*first)) == "1 available\n2 available\n10 available\n");
    CHECK(first->concert().date == *parse_date("2026-12-24"));
    office.recharge(buyer.user, 5);
    CHECK(sheet_of(office, concert) == first);
    CHECK(outcome(office->seats(ConcertId{5})) == "unknown_concert");
    CHECK(outcome(office->seats_since(ConcertId{5}, first->version())) == "unknown_concert");

    const auto held = office.hold(buyer, "2");
    const auto second = sheet_of(office, concert);
    CHECK((*second)[1].state == SeatState::held);
    CHECK((*second)[1].held_until == held.deadline);
    CHECK((*second)[1].claim == held.reservation);
    CHECK(second->counts() == SeatCounts{2, 1, 0, 0});
    CHECK(second->version() != first->version());
    CHECK(first->counts() == SeatCounts{3, 0, 0, 0});
    const auto since = must(office->seats_since(concert, first->version()), "since");
    CHECK(numbers(since) == Numbers{"2"});
    CHECK(since.sheet == second);
    CHECK_FALSE(since.is_whole);

    office.pay(buyer, held.reservation);
    CHECK(states(office, concert) == "asa");
    must(office.try_block("10"), "block");
    CHECK(states(office, concert) == "asb");
    must(office.try_unblock("10"), "unblock");
    CHECK(states(office, concert) == "asa");
    CHECK(states(office, other) == "a");
}

TEST_CASE("a sheet tells of its concert as it is by now, whoever changed it", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    auto office = told_office(factory.open());
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto first = sheet_of(office, concert);
    must(office->execute(ChangeConcert{concert, *parse_date("2026-12-25"), "moved", never, false, 1}), "change");
    const auto second = sheet_of(office, concert);
    CHECK(second->concert().title == "moved");
    CHECK(second->version() == first->version());
    CHECK(first->concert().title != "moved");
    const auto mina = office.comes("mina");
    (void)office.hold(mina, "1");
    CHECK(must(office->seats_since(concert, {}, mina.user), "mine").mine.size() == 1);
    office.call_off(concert);
    CHECK(must(office->seats_since(concert, {}, mina.user), "nobody's").mine.empty());
    CHECK(is_called_off(sheet_of(office, concert)->concert()));
    CHECK(numbers(must(office->seats_since(concert, first->version()), "since")) == Numbers{"1"});
}

TEST_CASE("a concert that was deleted has no sheet, in the process that did it and in others", "[seat_sheets]") {
    TwoOffices offices;
    auto& [factory, clock, one, other, sold, buyer, seats] = offices;
    const auto made = one.concert("2026-12-25", {{"1", 5}, {"2", 5}});
    const auto gone = one.concert("2026-12-26", {{"1", 5}});
    for (auto* office : {&one, &other}) CHECK((states(*office, made) == "aa" && states(*office, gone) == "a"));
    const auto version = sheet_of(other, gone)->version();
    must(one->execute(DeleteConcert{gone, 1}), "delete");
    for (auto* office : {&one, &other}) {
        CHECK(outcome((*office)->seats(gone)) == "unknown_concert");
        CHECK(outcome((*office)->seats(gone)) == "unknown_concert");  // and again
        CHECK(outcome((*office)->seats_since(gone, version)) == "unknown_concert");
        CHECK(outcome((*office)->seats_since(gone, version, buyer.user)) == "unknown_concert");
        CHECK((states(*office, made) == "aa" && states(*office, sold) == "aaa"));
    }
    must(other->execute(DeleteConcert{made, 1}), "delete");
    CHECK(outcome(one->seats(made)) == "unknown_concert");
    CHECK(states(one, sold) == "aaa");
}

TEST_CASE("a hold is over at its deadline, and not before", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    auto office = told_office(factory.open());
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto buyer = office.comes_with("mina", 100);
    const auto empty = sheet_of(office, concert)->version();
    const auto held = office.hold(buyer, "1");
    const auto version = sheet_of(office, concert)->version();
    office.wait_until(held.deadline - us);
    CHECK(states(office, concert) == "ha");
    CHECK(sheet_of(office, concert)->version() == version);
    CHECK(office.available() == Numbers{"2"});
    office.wait_until(held.deadline);
    CHECK(states(office, concert) == "aa");
    CHECK(office.available() == Numbers{"1", "2"});
    CHECK(numbers(must(office->seats_since(concert, version), "since")) == Numbers{"1"});
    CHECK(sheet_of(office, concert)->version() == empty);  // it looks as it did
    office.tick();                                         // and somebody writes it down
    CHECK(sheet_of(office, concert)->version() == empty);
    CHECK(must(office->seat_map(concert), "map")[0].seat.state == SeatState::available);
}

TEST_CASE("a place that ends gives its seats back", "[seat_sheets]") {
    auto office = told_office();
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto buyer = office.comes_with("mina", 100);
    office.hold(buyer, "1");
    office.hold(buyer, "2");
    CHECK(states(office, concert) == "hh");
    office.leave(buyer);
    CHECK(states(office, concert) == "aa");
}

TEST_CASE("seats that are added are seen, and all seats told", "[seat_sheets]") {
    auto office = told_office();
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"3", 5}});
    const auto version = sheet_of(office, concert)->version();
    must(office->execute(AddSeats{concert, {{"2", "", "", Points{5}}}}), "add");
    CHECK(text_of(looks(*sheet_of(office, concert))) == "1 available\n2 available\n3 available\n");
    const auto since = must(office->seats_since(concert, version), "since");
    CHECK(since.is_whole);
    CHECK(numbers(since) == Numbers{"1", "2", "3"});
    const auto none = office.concert("2026-12-26", {});
    CHECK(sheet_of(office, none)->size() == 0);
    CHECK(sheet_of(office, none)->version());
}

TEST_CASE("a user sees what is theirs at the same moment", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    auto office = told_office(factory.open());
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}, {"3", 5}});
    const auto mina = office.comes_with("mina", 100);
    const auto jun = office.comes_with("jun", 100);
    const auto mine = [&] {
        std::string text;
        for (const auto& seat : must(office->seat_map(concert, mina.user), "map")) text += seat.is_mine ? 'm' : '.';
        return text;
    };
    CHECK(mine() == "...");
    const auto held = office.hold(mina, "1");
    office.hold(jun, "2");
    CHECK(mine() == "m..");
    const auto second = office.hold(mina, "3");
    office.pay(mina, held.reservation);
    CHECK(mine() == "m.m");
    const auto since = must(office->seats_since(concert, sheet_of(office, concert)->version(), mina.user), "since");
    CHECK(since.changed.empty());
    CHECK(since.mine == std::vector<std::uint32_t>{0, 2});
    office.wait_until(second.deadline);
    CHECK(mine() == "m..");
    CHECK(outcome(office->seat_map(ConcertId{5}, mina.user)) == "unknown_concert");
}

TEST_CASE("what another process commits is seen once it has said so, and its versions are known", "[seat_sheets]") {
    TwoOffices two;
    const auto empty = sheet_of(two.one, two.concert)->version();
    const auto held = two.hold(2);
    CHECK(states(two.one, two.concert) == "aha");
    const auto theirs = sheet_of(two.other, two.concert)->version();
    CHECK(sheet_of(two.one, two.concert)->version() == theirs);
    must(two.other->execute(BlockSeat{two.seats[0]}), "block");
    const auto between = sheet_of(two.other, two.concert)->version();
    must(two.other->execute(ReleaseHold{two.buyer.user, held.reservation}), "release");
    must(two.one->execute(BlockSeat{two.seats[2]}), "block");  // and this process commits behind it
    CHECK(states(two.one, two.concert) == "bab");
    CHECK(states(two.other, two.concert) == "bab");
    CHECK(numbers(must(two.one->seats_since(two.concert, empty), "since")) == Numbers{"1", "3"});
    const auto since = must(two.one->seats_since(two.concert, between), "since");  // which this one never showed
    CHECK_FALSE(since.is_whole);
    CHECK(numbers(since) == Numbers{"2", "3"});
    CHECK(must(two.other->seats_since(two.concert, empty), "since").is_whole);  // of before it first looked
}

TEST_CASE("a version that another process showed after a deadline is known to who committed before and behind it",
          "[seat_sheets]") {
    TwoOffices two;
    CHECK(states(two.one, two.concert) == "aaa");
    must(two.one->execute(HoldSeat{two.buyer.user, two.buyer.token, two.seats[0], {}}), "hold");
    must(two.one->execute(BlockSeat{two.seats[2]}), "block");
    two.one.wait(minutes{5});
    const auto theirs = sheet_of(two.other, two.concert)->version();
    must(two.one->execute(BlockSeat{two.seats[1]}), "block");
    const auto since = must(two.one->seats_since(two.concert, theirs), "since");
    CHECK_FALSE(since.is_whole);
    CHECK(numbers(since) == Numbers{"2"});
}

TEST_CASE("a version means the same after a restart", "[seat_sheets]") {
    TwoOffices two;
    two.hold(2);
    const auto version = sheet_of(two.one, two.concert)->version();
    two.one.close();
    two.other.close();
    auto again = told_office(two.factory.reopen(), two.clock);
    const auto since = must(again->seats_since(two.concert, version), "since");
    CHECK_FALSE(since.is_whole);
    CHECK(since.changed.empty());
}

TEST_CASE("events that were pruned, or too many, are made up for by reading all seats", "[seat_sheets]") {
    TwoOffices two;
    CHECK(states(two.one, two.concert) == "aaa");
    const auto empty = sheet_of(two.one, two.concert)->version();
    two.hold(1);
    two.other.tick(two.other.last_sequence());
    two.hold(3);
    CHECK(states(two.one, two.concert) == "hah");
    CHECK(numbers(must(two.one->seats_since(two.concert, empty), "since")) == Numbers{"1", "3"});
    std::vector<Command> users;
    for (int i = 0; i < 10'001; ++i) users.emplace_back(CreateUser{"user " + std::to_string(i)});
    two.hold(2);
    for (const auto& done : two.other->execute(users)) REQUIRE(done);
    CHECK(states(two.one, two.concert) == "hhh");
}

TEST_CASE("a commit whose answer was lost is seen", "[seat_sheets]") {
    const auto faults = std::make_shared<Faults>();
    auto office = told_office(std::make_shared<FaultyStore>(std::make_unique<MemoryStore>(), faults));
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto buyer = office.comes_with("mina", 100);
    CHECK(states(office, concert) == "aa");
    faults->plan(FaultPoint::after_commit, GENERATE(FaultKind::storage, FaultKind::bad_alloc));
    CHECK_FALSE(office.try_hold(buyer, "1"));
    CHECK(states(office, concert) == "ha");
}

TEST_CASE("a look at the store that fails costs its own question, and nothing after it", "[seat_sheets]") {
    const auto point = GENERATE(FaultPoint::version, FaultPoint::read, FaultPoint::view_load);
    const auto skip = GENERATE(0, 1, 2);
    CAPTURE(static_cast<int>(point), skip);
    const auto faults = std::make_shared<Faults>();
    const std::shared_ptr<Store> store = std::make_shared<MemoryStore>();
    auto clock = std::make_shared<VirtualClock>(opening);
    auto other = told_office(store, clock);
    const auto concert = other.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto buyer = other.comes_with("mina", 100);
    // It looks at the events whenever it is asked.
    Office office{other->options(), nullptr, std::make_shared<FaultyStore>(std::make_unique<LentStore>(store), faults),
                  clock, Others::told};
    CHECK(states(office, concert) == "aa");
    other.hold(buyer, "1");
    faults->plan(point, GENERATE(FaultKind::busy, FaultKind::runtime_error), 1, skip);
    const auto first = office->seats(concert);
    faults->clear();
    CHECK(states(office, concert) == "ha");
    if (point != FaultPoint::view_load && skip == 0) CHECK_FALSE(first);
}

TEST_CASE("whoever sees a commit in the store sees it on the sheet, before it is acknowledged", "[seat_sheets]") {
    // A consumer of events may be told of a commit before the one who made it is.
    MemoryStore store;
    SeatBoard board(1 << 20);
    const ConcertId concert{7};
    Changes none;
    Changes changes;
    Seat seat;
    seat.id = SeatId{1};
    seat.concert = concert;
    changes.seats.push_back({seat, false});
    const auto page = board.page_of(concert);
    page->roll =
        std::make_unique<SeatRoll>(Concert{concert, {}, "c", RoomId{1}, opening}, std::vector{seat}, LastEvent{});
    CHECK(page->follow(board.news_of(*page)));
    {
        SeatBoard::Commit commit(board, none);
        CHECK(page->follow(board.news_of(*page)));
    }
    {
        SeatBoard::Commit commit(board, changes);
        CHECK_FALSE(page->follow(board.news_of(*page)));
        CHECK(page->roll != nullptr);
    }
    CHECK_FALSE(page->follow(board.news_of(*page)));  // it failed, and what is in the store is not known
}

TEST_CASE("while nobody commits, no seat is read; nor all of them where another concert's change", "[seat_sheets]") {
    auto factory = GENERATE(from_range(store_factories()));
    CAPTURE(factory.name);
    const auto counter = std::make_shared<StoreCounter>();
    const auto clock = std::make_shared<VirtualClock>(opening);
    auto office = told_office(std::make_shared<CountingStore>(factory.open(), counter), clock);
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto buyer = office.comes_with("mina", 100);
    states(office, concert);
    office.hold(buyer, "1");
    counter->reset();
    CHECK(states(office, concert) == "ha");
    CHECK(must(office->seat_map(concert), "map").size() == 2);
    CHECK(must(office->available_seats(concert), "available").size() == 1);
    CHECK(counter->calls().reads == 0);
    if (!factory.durable) return;
    auto other = told_office(factory.reopen(), clock);
    other.concert("2026-12-25", {{"1", 5}});
    must(other.try_block("1"), "block");
    CHECK(states(office, concert) == "ha");
    CHECK(counter->calls().reads == 1);
    CHECK(counter->calls().in_views.pages["seats_of"] == 0);
    CHECK(states(office, concert) == "ha");
    CHECK(counter->calls().reads == 1);
}

TEST_CASE("seats are shown at a time not before their last commit, though this clock is behind", "[seat_sheets]") {
    auto factory = sqlite_factory();
    const auto clock = std::make_shared<VirtualClock>(opening);
    auto office = told_office(factory.open(), clock);
    auto other = told_office(factory.reopen(), std::make_shared<VirtualClock>(opening + seconds{3}));
    const auto concert = other.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto held = other.hold(other.comes("mina"), "1");
    CHECK(states(office, concert) == "ha");
    other.wait_until(held.deadline);
    office.wait_until(held.deadline - seconds{3});
    must(other.try_block("2"), "block");
    CHECK(states(office, concert) == "ab");
}

TEST_CASE("a board keeps the concerts asked for last, and the newest whatever its size", "[seat_sheets]") {
    auto office = told_office();
    std::vector<ConcertId> concerts;
    for (int i = 0; i < 3; ++i) concerts.push_back(office.concert("2026-12-24", {{"1", 5}, {"2", 5}}));
    const auto ask = [&](SeatBoard& board, ConcertId concert) {
        const auto page = board.page_of(concert);
        SeatPage::Turn turn(*page);
        const bool was_kept = page->follow(board.news_of(*page));
        must(page->catch_up(*must(office.store().read(), "read")), "catch up");
        if (!was_kept) board.settle(*page);
        turn.is_over();
        return was_kept;
    };
    SeatBoard tiny(1);
    CHECK_FALSE(ask(tiny, concerts[0]));
    CHECK(ask(tiny, concerts[0]));
    CHECK_FALSE(ask(tiny, concerts[1]));
    CHECK_FALSE(ask(tiny, concerts[0]));

    const auto page = tiny.page_of(concerts[0]);
    CHECK(page->follow(tiny.news_of(*page)));
    const auto bytes = SeatBoard::bytes_of(*page->roll);
    CHECK_FALSE(ask(tiny, concerts[1]));
    CHECK_FALSE(page->follow(tiny.news_of(*page)));  // whoever has a page that has gone knows that nobody tells it

    SeatBoard two(2 * bytes);
    for (const auto concert : concerts) CHECK_FALSE(ask(two, concert));
    CHECK(ask(two, concerts[1]));
    CHECK(ask(two, concerts[2]));
    CHECK_FALSE(ask(two, concerts[0]));
    CHECK_FALSE(ask(two, concerts[1]));
    CHECK(ask(two, concerts[0]));
}

TEST_CASE("what is committed while nobody asks is bounded", "[seat_sheets]") {
    auto office = told_office();
    const auto concert = office.concert("2026-12-24", {{"1", 5}, {"2", 5}});
    const auto seat = office.seat("1");
    CHECK(states(office, concert) == "aa");
    for (int i = 0; i < 1'000; ++i) {
        must(office->execute(BlockSeat{seat}), "block");
        must(office->execute(UnblockSeat{seat}), "unblock");
    }
    must(office->execute(BlockSeat{seat}), "block");
    CHECK(states(office, concert) == "ba");
}

}  // namespace boxoffice::testing
