// Every entity goes into its table and comes back as it was: by each look-up, after an update, and after reopening.

#include "boxoffice/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <string>

#include "support.hpp"
#include "support/catch.hpp"

using namespace boxoffice;
using boxoffice::sqlite_testing::options_for;
using boxoffice::sqlite_testing::TemporaryFolder;

namespace {

Time at(std::int64_t us) { return from_us(1'700'000'000'000'000 + us); }

/// One or two rows of everything, with odd values where a column could lose them.
struct House {
    User user{{11}, "jürgen'; DROP TABLE users; --", at(1)};
    User other{{12}, std::string("\xF0\x9F\x8E\xAB"), at(2)};
    Room room;
    Concert concert{{31}, parse_date("2026-12-24").value(), "Weihnachtsoratorium", {21}, at(3)};
    Seat seat;
    Seat second_seat;
    Place place;
    Reservation reservation;
    Account account{{11}, AccountKind::user, {5000}, at(4), at(5)};
    Account cash{cash_account, AccountKind::cash, {-5000}, at(4), at(5)};
    Payment payment{{71}, {61}, {11}, {700}, PaymentState::requested, at(6), at(7), never, "gateway-1", at(8), 2};
    PaymentStep step{{71}, 0, PaymentState::requested, at(6), ""};
    Transfer transfer{{81}, cash_account, {11}, {5000}, TransferKind::recharge, {}, at(8)};
    IdempotencyRecord record{{{11}, Operation::begin_payment, "key-1"}, {1, 2, 255}, {1, -2, 9007199254740993}, at(9)};
    Event event;
    NodeLease lease{5, at(10), 4711};
    TokenKey key{3, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}};

    House() {
        room.id = {21};
        room.name = "main";
        room.limits.admissions_per_second = 7;
        room.last_position = 9;
        room.serving = 3;
        room.waiting_count = 6;
        room.admitted_count = 3;
        room.next_admission_at = at(11);
        seat.id = {41};
        seat.concert = {31};
        seat.facts = {"B-9", "Parkett", "B", {700}, 1.5, -2.25, "9 links"};
        seat.state = SeatState::held;
        seat.claim = {61};
        seat.held_until = at(100);
        seat.version = 1;
        second_seat = seat;
        second_seat.id = {42};
        second_seat.facts.number = "B-10";
        second_seat.state = SeatState::available;
        second_seat.claim = {};
        second_seat.held_until = never;
        place.token = {51};
        place.room = {21};
        place.user = {11};
        place.position = 1;
        reservation.id = {61};
        reservation.user = {11};
        reservation.seat = {41};
        reservation.concert = {31};
        reservation.token = {51};
        reservation.price = {700};
        reservation.order = {61};
        reservation.sale = 1;
        reservation.held_at = at(12);
        reservation.deadline = at(100);
        event.sequence = 1;
        event.at = at(13);
        event.kind = EventKind::seat_held;
        event.user = {11};
        event.seat = {41};
        event.amount = 700;
        event.deadline = at(100);
    }

    [[nodiscard]] Changes fresh() const {
        Changes changes;
        changes.users = {{user, true}, {other, true}};
        changes.rooms = {{room, true}};
        changes.concerts = {{concert, true}};
        changes.seats = {{seat, true}, {second_seat, true}};
        changes.places = {{place, true}};
        changes.reservations = {{reservation, true}};
        changes.accounts = {{account, true}, {cash, true}};
        changes.payments = {{payment, true}};
        changes.idempotency = {{record, true}};
        changes.leases = {{lease, true}};
        changes.token_keys = {{key, true}};
        changes.payment_steps = {step};
        changes.transfers = {transfer};
        changes.events = {event};
        return changes;
    }
};

template <class Entity, class Keys>
std::vector<Entity> load(Repository<Entity, Keys>& repository, const Keys& keys) {
    std::vector<Entity> found;
    REQUIRE(repository.load(keys, found));
    return found;
}

void commit(Store& store, const Changes& changes) {
    auto transaction = store.begin();
    REQUIRE(transaction);
    const auto done = (*transaction)->commit(changes);
    INFO((done ? "" : done.error().text()));
    REQUIRE(done);
}

/// Everything that House holds, through every look-up.
void check_all(View& view, const House& house) {
    CHECK(load(view.users(), UserKeys{{{11}}, {}}) == std::vector{house.user});
    CHECK(load(view.users(), UserKeys{{}, {house.other.external_id, "nobody"}}) == std::vector{house.other});
    CHECK(load(view.rooms(), RoomKeys{{{21}}, {}, {}, false}) == std::vector{house.room});
    CHECK(load(view.rooms(), RoomKeys{{}, {"main"}, {}, false}) == std::vector{house.room});
    CHECK(load(view.rooms(), RoomKeys{{}, {}, {}, true}) == std::vector{house.room});
    CHECK(load(view.rooms(), RoomKeys{{}, {}, at(11), false}) == std::vector{house.room});
    CHECK(load(view.rooms(), RoomKeys{{}, {}, at(10), false}).empty());
    CHECK(load(view.concerts(), ConcertKeys{{{31}, {32}}}) == std::vector{house.concert});
    CHECK(load(view.seats(), SeatKeys{{{41}}, {}}) == std::vector{house.seat});
    CHECK(load(view.seats(), SeatKeys{{}, {{{31}, "B-10"}}}) == std::vector{house.second_seat});
    CHECK(load(view.places(), PlaceKeys{{{51}}, {}, {}}) == std::vector{house.place});
    CHECK(load(view.places(), PlaceKeys{{}, {{{11}, {21}}}, {}}) == std::vector{house.place});
    CHECK(load(view.reservations(), ReservationKeys{{{61}}, {}, {}}) == std::vector{house.reservation});
    CHECK(load(view.accounts(), AccountKeys{{{11}, {1}}}) == std::vector{house.account, house.cash});
    CHECK(load(view.payments(), PaymentKeys{{{71}}, {}}) == std::vector{house.payment});
    CHECK(load(view.idempotency(), IdempotencyKeys{{house.record.id}}) == std::vector{house.record});
    CHECK(load(view.leases(), LeaseKeys{true}) == std::vector{house.lease});
    CHECK(load(view.token_keys(), TokenKeyKeys{true}) == std::vector{house.key});
    CHECK(view.steps_of({71}).value() == std::vector{house.step});
    CHECK(view.transfers_of({11}, {}, 10).value() == std::vector{house.transfer});
    CHECK(view.transfers_of(cash_account, {82}, 10).value() == std::vector{house.transfer});
    CHECK(view.transfers_of(cash_account, {81}, 10).value().empty());
    CHECK(view.events_after(0, 10).value() == std::vector{house.event});
    CHECK(view.concerts_from(parse_date("2026-12-24").value()).value() == std::vector{house.concert});
    CHECK(view.concerts_from(parse_date("2026-12-25").value()).value().empty());
    CHECK(view.seats_of({31}).value() == std::vector{house.seat, house.second_seat});
    CHECK(view.last_event().value().sequence == 1);
    CHECK(view.last_event().value().at == at(13));
}

/// Counts the rows that a scan shows.
struct Census : Visitor {
    std::map<std::string, int> rows;
    void visit(const HouseRules&) override { ++rows["rules"]; }
    void visit(const User&) override { ++rows["user"]; }
    void visit(const Room&) override { ++rows["room"]; }
    void visit(const Concert&) override { ++rows["concert"]; }
    void visit(const Seat&) override { ++rows["seat"]; }
    void visit(const Place&) override { ++rows["place"]; }
    void visit(const Sale&) override { ++rows["sale"]; }
    void visit(const TariffPrice&) override { ++rows["tariff price"]; }
    void visit(const TicketType&) override { ++rows["ticket type"]; }
    void visit(const Reservation&) override { ++rows["reservation"]; }
    void visit(const Account&) override { ++rows["account"]; }
    void visit(const Payment&) override { ++rows["payment"]; }
    void visit(const PaymentStep&) override { ++rows["step"]; }
    void visit(const Transfer&) override { ++rows["transfer"]; }
    void visit(const IdempotencyRecord&) override { ++rows["record"]; }
    void visit(const Event&) override { ++rows["event"]; }
};

}  // namespace

TEST_CASE("Every entity comes back as it was written", "[sqlite]") {
    const TemporaryFolder folder;
    const House house;
    {
        auto store = open_sqlite_store(options_for(folder / "house.db")).value();
        commit(*store, house.fresh());
        check_all(*store->read().value(), house);
        check_all(*store->begin().value(), house);
    }
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    auto view = store->read().value();
    check_all(*view, house);
    Census census;
    REQUIRE(view->scan(census));
    CHECK(census.rows == std::map<std::string, int>{{"user", 2},
                                                    {"room", 1},
                                                    {"concert", 1},
                                                    {"seat", 2},
                                                    {"place", 1},
                                                    {"reservation", 1},
                                                    {"account", 2},
                                                    {"payment", 1},
                                                    {"step", 1},
                                                    {"transfer", 1},
                                                    {"record", 1},
                                                    {"event", 1}});
}

TEST_CASE("The schema takes any state, kind or operation, and who reads one that it does not know refuses",
          "[sqlite]") {
    const TemporaryFolder folder;
    const auto [in, column] = GENERATE(table<std::string, std::string>({{"seats", "state"},
                                                                        {"tokens", "state"},
                                                                        {"reservations", "state"},
                                                                        {"points", "kind"},
                                                                        {"payments", "state"},
                                                                        {"payment_histories", "state"},
                                                                        {"point_usages", "kind"},
                                                                        {"idempotency", "operation"},
                                                                        {"events", "kind"}}));
    CAPTURE(in, column);
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    commit(*store, House{}.fresh());
    Census census;
    REQUIRE(store->read().value()->scan(census));
    {
        SQLite::Database file(folder / "house.db", SQLite::OPEN_READWRITE);
        for (const char* trigger : {"payment_histories_stay", "point_usages_stay", "events_stay"})
            file.exec(std::string{"DROP TRIGGER "} + trigger);
        REQUIRE(file.exec(std::string{"UPDATE "} + in + " SET " + column + " = 'lent'") > 0);
    }
    const auto seen = store->read().value()->scan(census);
    REQUIRE_FALSE(seen);
    CHECK(seen.error().code == ErrorCode::storage);
    CHECK_THAT(seen.error().detail, Catch::Contains("the unknown state or kind 'lent'"));
}

TEST_CASE("Every change comes back as it was written", "[sqlite]") {
    const TemporaryFolder folder;
    House house;
    auto store = open_sqlite_store(options_for(folder / "house.db")).value();
    commit(*store, house.fresh());

    house.room.limits = {1, 2, 3, Duration{4}, Duration{5}, Duration{6}};
    house.room.waiting_count = 4;
    house.room.next_admission_at = at(11);
    house.room.next_lapse_at = at(11);
    house.concert.title = "Messiah";
    house.seat.state = SeatState::sold;
    house.seat.held_until = never;
    house.seat.version = 2;
    house.place = Place{{51}, {21}, {11}, 1, PlaceState::admitted, at(20), at(21), at(22), at(23), never};
    house.reservation.state = ReservationState::confirmed;
    house.reservation.finished_at = at(24);
    house.reservation.payment = {71};
    house.account.balance = {4300};
    house.account.updated_at = at(24);
    house.payment.state = PaymentState::captured;
    house.payment.finished_at = at(24);
    house.payment.transaction_key = "gateway-2";
    house.record.answer = {};
    house.lease.floor = 5000;
    house.key.secret.fill(7);
    Changes changes;
    changes.rooms = {{house.room, false}};
    changes.concerts = {{house.concert, false}};
    changes.seats = {{house.seat, false}};
    changes.places = {{house.place, false}};
    changes.reservations = {{house.reservation, false}};
    changes.accounts = {{house.account, false}};
    changes.payments = {{house.payment, false}};
    changes.idempotency = {{house.record, true}};
    changes.leases = {{house.lease, false}};
    changes.token_keys = {{house.key, false}};
    commit(*store, changes);
    check_all(*store->read().value(), house);
}

TEST_CASE("A line's look-up finds who lapsed, who is too old and who is next", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "line.db")).value();
    Changes changes;
    for (std::int64_t position = 1; position <= 8; ++position) {
        Place place;
        place.token = {100 + position};
        place.room = {21};
        place.user = {position};
        place.position = position;
        if (position <= 3) {
            place.state = PlaceState::admitted;
            place.deadline = at(40 - position);  // 39, 38, 37: the last admitted lapses first
        }
        changes.places.push_back({place, true});
    }
    commit(*store, changes);
    const auto view = store->read().value();
    const auto tokens = [&](const LineKey& line) {
        std::vector<std::int64_t> found;
        for (const auto& place : load(view->places(), PlaceKeys{{}, {}, {line}})) found.push_back(place.token.value);
        return found;
    };
    CHECK(tokens({{21}, at(36), {0}, 2}) == std::vector<std::int64_t>{103, 104, 105});
    CHECK(tokens({{21}, at(38), {106}, 1}) == std::vector<std::int64_t>{103, 102, 101, 104, 105, 106});
    CHECK(tokens({{21}, at(39), {0}, 0}) == std::vector<std::int64_t>{103, 102, 101});
    CHECK(tokens({{22}, at(39), {1000}, 9}).empty());
    // A held or waiting row counts by its time. (No room's row, so no counts of places here.)
    CHECK(view->counts(at(0)).value().users == 0);
}

TEST_CASE("A line where more are too old than one look-up returns gives its front", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "line.db")).value();
    Changes changes;
    for (std::int64_t position = 1; position <= lookup_max + 5; ++position) {
        Place place;
        place.token = {1'000'000 - position};  // the reverse order, so that age and position differ
        place.room = {21};
        place.user = {position};
        place.position = position;
        changes.places.push_back({place, true});
    }
    commit(*store, changes);
    const auto view = store->read().value();
    const auto found = load(view->places(), PlaceKeys{{}, {}, {LineKey{{21}, at(0), {1'000'000}, 3}}});
    REQUIRE(found.size() == static_cast<std::size_t>(lookup_max));
    CHECK(found.front().position == 1);
    CHECK(found.back().position == lookup_max);
}

TEST_CASE("Pruning leaves what must stay", "[sqlite]") {
    const TemporaryFolder folder;
    auto store = open_sqlite_store(options_for(folder / "prune.db")).value();
    Changes changes;
    for (std::int64_t i = 1; i <= 4; ++i) {
        Place place;
        place.token = {i};
        place.room = {21};
        place.user = {i};
        place.position = i;
        if (i % 2 == 0) place.state = PlaceState::left;
        changes.places.push_back({place, true});
        IdempotencyRecord record;
        record.id = {{i}, Operation::hold, "key"};
        record.created_at = at(i);
        changes.idempotency.push_back({record, true});
        Event event;
        event.sequence = i;
        event.at = at(i);
        if (i == 1) event.kind = EventKind::room_created;
        changes.events.push_back(event);
    }
    commit(*store, changes);
    Changes tick;
    tick.prune = Prune{{4}, at(2), 100};
    commit(*store, tick);
    auto view = store->read().value();
    std::vector<std::int64_t> tokens;
    for (const auto& place : load(view->places(), PlaceKeys{{{1}, {2}, {3}, {4}}, {}, {}}))
        tokens.push_back(place.token.value);
    CHECK(tokens == std::vector<std::int64_t>{1, 3, 4});
    IdempotencyKeys keys;
    for (std::int64_t i = 1; i <= 4; ++i) keys.ids.push_back({{i}, Operation::hold, "key"});
    CHECK(load(view->idempotency(), keys).size() == 2);
    std::vector<std::int64_t> sequences;
    const auto events = view->events_after(0, 100).value();
    for (const auto& event : events) sequences.push_back(event.sequence);
    CHECK(sequences == std::vector<std::int64_t>{1, 4});
}
