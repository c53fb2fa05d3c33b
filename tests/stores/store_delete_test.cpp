// A concert that is deleted: all that is of it goes, and nothing else.

#include <string>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// A concert with some of all that a concert has; two with neighbouring ids share no row.
Changes bill(std::int64_t id) {
    const ConcertId of{id};
    Changes changes;
    add(changes.concerts, sample_concert(id, main_room, day(2026, 12, 24)));
    add(changes.accounts, sample_account(id, AccountKind::sales, 0));
    changes.sales = {sample_sale(of, 1), sample_sale(of, 2)};
    for (const auto* category : {"", "A"})
        for (const auto type : {TypeId{}, TypeId{10 * id}})
            changes.tariff_prices.push_back({SaleId{of, 2}, {category, type, Points{5}}});
    changes.ticket_types = {sample_type(10 * id, of, "full"), sample_type(10 * id + 1, of, "child")};
    changes.ticket_types.back().needs = TypeId{10 * id};
    for (const std::int64_t n : {1, 2}) add(changes.seats, sample_seat(10 * id + n, of, std::to_string(n)));
    block(changes.seats.back().entity);
    return changes;
}

Changes only(ConcertId deleted) {
    Changes changes;
    changes.deleted_concerts = {deleted};
    changes.events.push_back(sample_event(1, EventKind::concert_deleted));
    return changes;
}

}  // namespace

TEST_CASE("a deleted concert goes with its seats, terms, prices, types and account, and others stay",
          "[store][delete]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    auto store = factory.open();
    auto rest = town();
    rest.concerts.clear();
    commit(*store, rest);
    for (const std::int64_t id : {30, 32}) commit(*store, bill(id));
    const auto before = dump_of(*store);
    commit(*store, bill(31));
    REQUIRE(dump_of(*store) != before);

    Changes changes;
    changes.deleted_concerts = {ConcertId{31}};
    commit(*store, changes);
    CHECK(dump_of(*store) == before);
    auto view = must(store->read());
    CHECK(must(view->seats_of(ConcertId{31})).empty());
    CHECK(must(view->counts(first_moment)).seats == SeatCounts{2, 0, 0, 2});
    CHECK(ids_of(must(view->concerts_from(Date{}))) == Ids{30, 32});
    SeatKeys keys;
    keys.numbers = {{ConcertId{31}, "1"}};
    keys.ids = {SeatId{311}};
    CHECK(load(view->seats(), keys).empty());

    if (!factory.durable) return;
    view.reset();
    store.reset();
    store = factory.reopen();
    CHECK(dump_of(*store) == before);
}

TEST_CASE("one that is not there, or has sales or claims, is not deleted", "[store][delete][backstop]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = HeldTown{}.changes();
    changes.events.clear();
    add(changes.accounts, sample_account(concert.value, AccountKind::sales, 0));
    commit(*store, changes);
    auto sold = bill(60);
    sold.accounts.back().entity.balance = Points{1};
    commit(*store, sold);
    auto without_account = bill(61);
    without_account.accounts.clear();
    commit(*store, without_account);
    const auto before = dump_of(*store);
    for (const auto id : {concert, ConcertId{60}, ConcertId{61}, ConcertId{99}}) {
        CAPTURE(id.value);
        CHECK(failed_commit(*store, only(id)) == ErrorCode::internal);
        CHECK(dump_of(*store) == before);
    }
}

TEST_CASE("whether anything of a concert was ever held is looked up from an id on", "[store][delete][lookup]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    auto changes = town();
    const auto reserve = [&](std::int64_t id, ConcertId of, ReservationState state) {
        auto row = held_reservation(id, ann, sample_seat(300 + id, of, "1"), TokenId{1001}, after_first_moment(30));
        row.state = state;
        add(changes.reservations, row);
    };
    using State = ReservationState;
    reserve(401, concert, State::released);
    reserve(402, ConcertId{22}, State::confirmed);
    reserve(403, ConcertId{23}, State::expired);
    reserve(404, concert, State::cancelled);
    commit(*store, changes);
    const auto view = must(store->read());
    const auto any_in = [&](ConcertId of, std::int64_t first) {
        ReservationKeys keys;
        keys.any_in = {{of, ReservationId{first}}};
        const auto rows = load(view->reservations(), keys);
        for (const auto& row : rows) CHECK((row.concert == of && row.id.value >= first));
        return rows.size();
    };
    CHECK(any_in(concert, 0) == 1);
    CHECK(any_in(concert, 404) == 1);
    CHECK(any_in(concert, 405) == 0);
    CHECK(any_in(ConcertId{22}, 402) == 1);
    CHECK(any_in(ConcertId{22}, 403) == 0);
    CHECK(any_in(ConcertId{23}, 1) == 1);
    CHECK(any_in(ConcertId{99}, 0) == 0);
    ReservationKeys several;
    several.any_in = {
        {concert, ReservationId{1}}, {ConcertId{99}, ReservationId{1}}, {ConcertId{22}, ReservationId{1}}};
    CHECK(load(view->reservations(), several).size() == 2);
}
