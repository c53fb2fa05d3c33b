// Every store gives back what was written: every table, every field, in a scan and after it was opened again.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <typeinfo>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// Every table, with values at the edges of what the engine may write.
struct Extremes {
    HouseRules house_rules = sample_house_rules();
    User plain = sample_user(101);
    User strange = sample_user(int64_max);
    Room room = sample_room(main_room.value, "main");
    Room other = sample_room(int64_max, "대기실 \"2\"; -- '");
    Concert first = sample_concert(21, main_room, day(1970, 1, 1));
    Concert last = sample_concert(22, RoomId{int64_max}, day(9999, 12, 31));
    std::vector<Sale> sales;
    std::vector<TariffPrice> prices;
    std::vector<TicketType> types;
    std::vector<Seat> seats;
    std::vector<Place> places;
    std::vector<Reservation> reservations;
    std::vector<Account> accounts;
    std::vector<Payment> payments;
    std::vector<PaymentStep> steps;
    std::vector<Transfer> transfers;
    std::vector<IdempotencyRecord> records;
    std::vector<NodeLease> leases;
    std::vector<TokenKey> keys;
    std::vector<Event> events;

    Extremes() {
        strange.external_id = "한글-ümlaut-'quote'-%_-\U0001F3AB";
        strange.created_at = Time{};
        other.limits = {capacity_max, 0, 1'000'000, std::chrono::milliseconds{1}, ttl_max, Duration{86'400'000'001}};
        other.last_position = int64_max;
        other.serving = int64_max - 1;
        other.waiting_count = 3;
        other.admitted_count = 4;
        other.next_admission_at = from_us(1'767'000'000'000'001);
        other.next_lapse_at = from_us(1'767'000'000'000'002);
        last.title = std::string(197, 'x') + "끝";
        last.created_at = from_us(1);
        last.starts_at = from_us(1'767'000'000'000'004);
        last.is_hidden = true;
        last.version = int64_max;
        last.called_off_at = from_us(1'767'000'000'000'005);
        last.call_off_reason = "비 때문에; '--";
        last.is_settled = false;

        sales.push_back(sample_sale(first.id, 1));
        sales.push_back(sample_sale(first.id, 2));
        sales.back().terms = {from_us(1),
                              from_us(1'767'000'000'000'006),
                              true,
                              50,
                              seats_per_user_max,
                              std::chrono::hours{24},
                              {{from_us(7), 1'000}, {from_us(8), 999}, {never, 0}}};
        sales.back().tariff = 2;
        sales.push_back(sample_sale(last.id, int64_max));
        types.push_back(sample_type(201, first.id, "성인 'full'"));
        types.push_back(sample_type(int64_max, first.id, std::string(64, 'c')));
        types.back().max_per_order = 50;
        types.back().needs = types[0].id;
        prices.push_back({sales[1].id, {"", TypeId{}, Points{0}}});
        prices.push_back({sales[1].id, {"가 'A'", TypeId{}, amount_max}});
        prices.push_back({sales[1].id, {"가 'A'", types[1].id, Points{7}}});

        seats.push_back(sample_seat(301, first.id, "1"));  // section and row empty
        seats.push_back(sample_seat(302, first.id, std::string(64, '9')));
        seats.back().facts.section = "가 구역";
        seats.back().facts.row = std::string(64, 'R');
        seats.back().facts.label = "의자 " + std::string(57, 'L');
        seats.back().facts.price = Points{0};
        seats.back().facts.category = std::string(62, 'V') + "é";
        seats.back().facts.x = 0.1;
        seats.back().facts.y = -1e-300;
        seats.push_back(sample_seat(303, last.id, "A-1"));
        seats.back().facts.price = amount_max;
        seats.back().facts.x = std::numeric_limits<double>::max();
        seats.back().facts.y = 12345678901234567.0;
        seats.back().version = int64_max - 1;
        seats.push_back(sample_seat(304, last.id, "A-2"));

        places.push_back(waiting_place(1001, room.id, plain.id, int64_max));
        places.push_back(admitted_place(1002, other.id, plain.id, 1, after_first_moment(60)));
        places.back().arrived_at = from_us(1'767'000'000'000'003);
        places.back().turn_until = from_us(1'767'000'300'000'003);
        places.push_back(finished_place(admitted_place(int64_max, other.id, strange.id, 2, after_first_moment(60)),
                                        PlaceState::completed, after_first_moment(30)));

        reservations.push_back(held_reservation(401, plain.id, seats[0], places[1].token, after_first_moment(300)));
        reservations.push_back(held_reservation(402, strange.id, seats[2], places[2].token, after_first_moment(300)));
        confirm(reservations.back(), PaymentId{501}, after_first_moment(200));
        reservations.push_back(held_reservation(403, strange.id, seats[2], places[2].token, after_first_moment(10)));
        expire(reservations.back());
        reservations.push_back(held_reservation(404, strange.id, seats[2], places[2].token, after_first_moment(10)));
        release(reservations.back(), after_first_moment(5));
        reservations.push_back(held_reservation(405, plain.id, seats[3], places[1].token, after_first_moment(400)));
        reservations.back().payment = PaymentId{502};
        reservations[2].order = reservations[1].id;
        reservations[2].sale = int64_max;
        reservations[2].type = types[1].id;
        reservations.push_back(held_reservation(407, strange.id, seats[3], places[2].token, after_first_moment(20)));
        confirm(reservations.back(), PaymentId{503}, after_first_moment(6));
        cancel(reservations.back(), from_us(1'767'000'000'000'010));
        reservations.back().refunded = Points{49'999};
        take(seats[0], reservations[0].id, reservations[0].deadline);
        take(seats[2], reservations[1].id, reservations[1].deadline);
        sell(seats[2]);
        take(seats[3], reservations[4].id, reservations[4].deadline);
        block(seats[1]);

        accounts.push_back(sample_account(cash_account.value, AccountKind::cash, -(std::int64_t{1} << 62)));
        accounts.push_back(sample_account(sales_of(first.id).value, AccountKind::sales, std::int64_t{1} << 62));
        accounts.push_back(sample_account(account_of(plain.id).value, AccountKind::user, 0));
        accounts.push_back(sample_account(int64_max, AccountKind::user, balance_max.value));
        accounts.back().updated_at = from_us(1'767'000'000'000'009);

        payments.push_back(requested_payment(501, reservations[1], after_first_moment(250)));
        payments.back().state = PaymentState::captured;
        payments.back().finished_at = after_first_moment(200);
        payments.back().transaction_key = std::string(255, 'k');
        payments.push_back(requested_payment(502, reservations[4], after_first_moment(350)));
        steps.push_back({payments[0].id, 0, PaymentState::requested, after_first_moment(100), ""});
        steps.push_back({payments[0].id, 1, PaymentState::approved, after_first_moment(200), "pg-'1'"});
        steps.push_back({payments[0].id, 2, PaymentState::captured, after_first_moment(200), std::string(255, 'k')});
        steps.push_back({payments[1].id, 0, PaymentState::requested, from_us(1), ""});

        transfers.push_back(sample_transfer(601, cash_account, account_of(plain.id), 1));
        transfers.push_back(
            sample_transfer(int64_max - 1, account_of(strange.id), sales_of(first.id), amount_max.value));
        transfers.back().kind = TransferKind::payment;
        transfers.back().payment = payments[0].id;
        transfers.back().at = from_us(1'767'000'000'000'007);
        transfers.back().reservation = reservations[1].id;
        transfers.back().reason = strange.external_id;

        records.push_back(sample_record(plain.id, Operation::hold, "k", first_moment));
        records.push_back(
            sample_record(plain.id, Operation::begin_payment, std::string(255, '~'), after_first_moment(1)));
        records.back().answer.clear();
        records.back().request.fill(0xFF);
        records.push_back(sample_record(strange.id, Operation::recharge, "k", from_us(1)));
        records.back().answer = {int64_min, -1, 0, 1, int64_max};
        records.back().request.fill(0);

        leases.push_back({0, first_moment, 0});
        leases.push_back({1023, from_us(1'767'000'000'000'001), int64_max});
        keys.push_back({1, {}});
        keys.push_back({65535, {}});
        for (std::size_t i = 0; i < keys[1].secret.size(); ++i)
            keys[1].secret[i] = static_cast<std::uint8_t>(255 - 16 * i);

        events.push_back(sample_event(1, EventKind::user_created, from_us(5)));
        events.push_back(sample_event(2, EventKind::payment_failed, from_us(1'767'000'000'000'001)));
        auto& event = events.back();
        event.user = strange.id;
        event.room = other.id;
        event.token = places[2].token;
        event.concert = last.id;
        event.seat = seats[2].id;
        event.reservation = reservations[1].id;
        event.payment = payments[0].id;
        event.amount = int64_min;
        event.deadline = from_us(1'767'000'000'000'002);
        event.order = reservations[0].id;
        event.subject = int64_min;
    }

    [[nodiscard]] Changes changes() const {
        Changes changes;
        changes.house_rules = house_rules;
        for (const auto& row : {plain, strange}) add(changes.users, row);
        for (const auto& row : {room, other}) add(changes.rooms, row);
        for (const auto& row : {first, last}) add(changes.concerts, row);
        for (const auto& row : seats) add(changes.seats, row);
        for (const auto& row : places) add(changes.places, row);
        for (const auto& row : reservations) add(changes.reservations, row);
        for (const auto& row : accounts) add(changes.accounts, row);
        for (const auto& row : payments) add(changes.payments, row);
        for (const auto& row : records) add(changes.idempotency, row);
        for (const auto& row : leases) add(changes.leases, row);
        for (const auto& row : keys) add(changes.token_keys, row);
        changes.sales = sales;
        changes.tariff_prices = prices;
        changes.ticket_types = types;
        changes.payment_steps = steps;
        changes.transfers = transfers;
        changes.events = events;
        return changes;
    }

    /// Loads promise no order.
    template <class Entity>
    static std::vector<Entity> by_id(std::vector<Entity> rows) {
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        return rows;
    }

    void check_in(View& view) const {
        CHECK(must(view.house_rules()) == std::optional{house_rules});
        UserKeys users;
        users.ids = {plain.id, strange.id};
        CHECK(by_id(load(view.users(), users)) == std::vector{plain, strange});
        RoomKeys rooms;
        rooms.ids = {room.id, other.id};
        CHECK(by_id(load(view.rooms(), rooms)) == std::vector{room, other});
        ConcertKeys concerts;
        concerts.ids = {first.id, last.id};
        CHECK(by_id(load(view.concerts(), concerts)) == std::vector{first, last});
        SaleKeys versions;
        versions.ids = {sales[0].id, sales[1].id, sales[2].id};
        CHECK(by_id(load(view.sales(), versions)) == sales);
        CHECK(load(view.sales(), SaleKeys{{}, {first.id, last.id, ConcertId{5}}}) == std::vector{sales[1], sales[2]});
        CHECK(load(view.tariffs(), TariffKeys{{sales[0].id, sales[1].id}}) == prices);
        CHECK(load(view.ticket_types(), TypeKeys{{last.id}}).empty());
        auto found_types = load(view.ticket_types(), TypeKeys{{first.id}});
        std::sort(found_types.begin(), found_types.end(), [](auto& a, auto& b) { return a.id < b.id; });
        CHECK(found_types == types);
        for (const auto& row : seats) {
            SeatKeys one;
            one.ids = {row.id};
            CHECK(load(view.seats(), one) == std::vector{row});
        }
        for (const auto& row : places) {
            PlaceKeys one;
            one.tokens = {row.token};
            CHECK(load(view.places(), one) == std::vector{row});
        }
        for (const auto& row : reservations) {
            ReservationKeys one;
            one.ids = {row.id};
            CHECK(load(view.reservations(), one) == std::vector{row});
        }
        for (const auto& row : accounts) {
            AccountKeys one;
            one.ids = {row.id};
            CHECK(load(view.accounts(), one) == std::vector{row});
        }
        for (const auto& row : payments) {
            PaymentKeys one;
            one.ids = {row.id};
            CHECK(load(view.payments(), one) == std::vector{row});
        }
        for (const auto& row : records) {
            IdempotencyKeys one;
            one.ids = {row.id};
            CHECK(load(view.idempotency(), one) == std::vector{row});
        }
        auto found_leases = load(view.leases(), LeaseKeys{true});
        std::sort(found_leases.begin(), found_leases.end(), [](auto& a, auto& b) { return a.node < b.node; });
        CHECK(found_leases == leases);
        auto found_keys = load(view.token_keys(), TokenKeyKeys{true});
        std::sort(found_keys.begin(), found_keys.end(), [](auto& a, auto& b) { return a.id < b.id; });
        CHECK(found_keys == keys);
        CHECK(must(view.steps_of(payments[0].id)) == std::vector(steps.begin(), steps.begin() + 3));
        CHECK(must(view.steps_of(payments[1].id)) == std::vector{steps[3]});
        CHECK(must(view.transfers_of(account_of(plain.id), {}, 10)) == std::vector{transfers[0]});
        CHECK(must(view.transfers_of(account_of(strange.id), {}, 10)) == std::vector{transfers[1]});
        CHECK(must(view.events_after(0, 10)) == events);
    }
};

template <class Row>
std::size_t count_of(const std::vector<Row>& rows) {
    return rows.size();
}
template <class Row>
std::size_t count_of(const std::optional<Row>& row) {
    return row ? 1 : 0;
}

}  // namespace

TEST_CASE("rows of every kind are written", "[store]") {
    const auto changes = Extremes{}.changes();
    std::apply(
        [&](auto... kind) {
            const auto check = [&](const auto& rows) {
                CAPTURE(typeid(rows).name());
                CHECK(count_of(rows) > 0);  // of a new kind: add it to Extremes, its changes and check_in
            };
            (check(changes.*kind), ...);
        },
        Changes::rows);
}

TEST_CASE("every row comes back as it was written", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    auto store = factory.open();
    const Extremes extremes;
    commit(*store, extremes.changes());
    extremes.check_in(*must(store->read()));
    extremes.check_in(*must(store->begin()));
    const auto before = dump_of(*store);

    if (!factory.durable) return;
    store.reset();
    store = factory.reopen();
    extremes.check_in(*must(store->read()));
    CHECK(dump_of(*store) == before);
    CHECK(must(must(store->read())->last_event()).sequence == 2);
}

TEST_CASE("every row that changes comes back as it was changed", "[store]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    Extremes rows;
    commit(*store, rows.changes());

    Changes changes;
    rows.room.limits = {1, 2, 3, std::chrono::seconds{4}, std::chrono::seconds{5}, std::chrono::seconds{6}};
    rows.room.last_position = int64_max;
    rows.room.serving = 7;
    rows.room.waiting_count = 8;
    rows.room.admitted_count = 9;
    rows.room.next_admission_at = from_us(10);
    rows.room.next_lapse_at = from_us(11);
    rows.other.next_lapse_at = never;
    change(changes.rooms, rows.room);
    change(changes.rooms, rows.other);
    rows.first.title = "moved";
    rows.first.starts_at = from_us(12);
    rows.first.is_hidden = true;
    rows.first.version = 2;
    rows.first.called_off_at = from_us(13);
    rows.first.call_off_reason = "rain";
    rows.first.is_settled = false;
    change(changes.concerts, rows.first);

    // The hold of seat 301 is paid, the hold of seat 304 runs out and the seat is held again.
    sell(rows.seats[0]);
    ++rows.seats[0].version;
    open(rows.seats[1]);
    ++rows.seats[1].version;
    auto again = held_reservation(406, rows.plain.id, rows.seats[3], rows.places[1].token, after_first_moment(900));
    rows.seats[3] = held_seat(rows.seats[3], again.id, again.deadline);
    for (const auto i : {0U, 1U, 3U}) change(changes.seats, rows.seats[i]);
    confirm(rows.reservations[0], PaymentId{503}, after_first_moment(100));
    expire(rows.reservations[4]);
    cancel(rows.reservations[1], from_us(14));
    rows.reservations[1].refunded = Points{15};
    change(changes.reservations, rows.reservations[1]);
    open(rows.seats[2]);
    ++rows.seats[2].version;
    change(changes.seats, rows.seats[2]);
    change(changes.reservations, rows.reservations[0]);
    add(changes.reservations, again);
    change(changes.reservations, rows.reservations[4]);
    rows.reservations.push_back(again);

    auto paid = requested_payment(503, rows.reservations[0], after_first_moment(150));
    paid.state = PaymentState::captured;
    paid.finished_at = after_first_moment(100);
    add(changes.payments, paid);
    rows.payments[1].state = PaymentState::failed;
    rows.payments[1].finished_at = after_first_moment(350);
    rows.payments[1].transaction_key = "pg-2";
    change(changes.payments, rows.payments[1]);
    rows.payments.push_back(paid);

    rows.places[0].state = PlaceState::admitted;
    rows.places[0].admitted_at = from_us(21);
    rows.places[0].arrived_at = from_us(22);
    rows.places[0].turn_until = from_us(23);
    rows.places[0].deadline = from_us(24);
    rows.places[1] = finished_place(rows.places[1], PlaceState::left, from_us(25));
    change(changes.places, rows.places[0]);
    change(changes.places, rows.places[1]);

    rows.accounts[0].balance.value += 5;
    rows.accounts[0].updated_at = from_us(1'767'000'000'000'031);
    rows.accounts[2].balance = balance_max;
    rows.accounts[2].updated_at = from_us(1'767'000'000'000'032);
    rows.accounts[3].balance = Points{0};
    for (const auto i : {0U, 2U, 3U}) change(changes.accounts, rows.accounts[i]);

    // A record that was let go may be replaced, whether or not the engine saw it.
    rows.records[0].answer = {9};
    rows.records[0].request.fill(7);
    rows.records[0].created_at = after_first_moment(100'000);
    add(changes.idempotency, rows.records[0]);
    rows.leases[1].until = after_first_moment(60);
    rows.leases[1].floor = 12;
    change(changes.leases, rows.leases[1]);
    commit(*store, changes);
    rows.check_in(*must(store->read()));
}

namespace {

class OrderVisitor final : public Visitor {
  public:
    void visit(const HouseRules&) override { step(-1, 1); }
    void visit(const User& row) override { step(0, row.id.value); }
    void visit(const Room& row) override { step(1, row.id.value); }
    void visit(const Concert& row) override { step(2, row.id.value); }
    void visit(const Sale& row) override { step(3, row.id.concert.value, row.id.version); }
    void visit(const TariffPrice& row) override {
        if (!last_price.row.category.empty())
            CHECK(std::tie(last_price.sale, last_price.row.category, last_price.row.type) <
                  std::tie(row.sale, row.row.category, row.row.type));
        last_price = row;
        step(4, ++price_count);
    }
    void visit(const TicketType& row) override { step(5, row.id.value); }
    void visit(const Seat& row) override { step(6, row.id.value); }
    void visit(const Place& row) override { step(7, row.token.value); }
    void visit(const Reservation& row) override { step(8, row.id.value); }
    void visit(const Account& row) override { step(9, row.id.value); }
    void visit(const Payment& row) override { step(10, row.id.value); }
    void visit(const PaymentStep& row) override { step(11, row.payment.value, row.index); }
    void visit(const Transfer& row) override { step(12, row.id.value); }
    void visit(const IdempotencyRecord& row) override {
        if (!last_record.key.empty()) CHECK(last_record < row.id);
        last_record = row.id;
        step(13, ++record_count);
    }
    void visit(const Event& row) override { step(14, row.sequence); }

    std::int64_t row_count = 0;

  private:
    void step(int table, std::int64_t key, std::int64_t second = 0) {
        const std::tuple here{table, key, second};
        CHECK(last < here);
        last = here;
        ++row_count;
    }
    std::tuple<int, std::int64_t, std::int64_t> last{-2, 0, 0};
    IdempotencyId last_record;
    std::int64_t record_count = 0;
    TariffPrice last_price;
    std::int64_t price_count = 0;
};

}  // namespace

TEST_CASE("a scan visits every row, table by table, in key order", "[store][scan]") {
    const auto factory = any_store();
    CAPTURE(factory.name);
    const auto store = factory.open();
    const Extremes extremes;
    auto changes = extremes.changes();
    const auto backwards = [](auto& rows) { std::reverse(rows.begin(), rows.end()); };
    backwards(changes.users);
    backwards(changes.seats);
    backwards(changes.idempotency);
    backwards(changes.payment_steps);
    backwards(changes.sales);
    backwards(changes.tariff_prices);
    backwards(changes.ticket_types);
    commit(*store, changes);
    OrderVisitor visitor;
    must(must(store->read())->scan(visitor));
    const auto rows = std::apply([&](auto... kind) { return (count_of(changes.*kind) + ...); }, Changes::scanned);
    CHECK(visitor.row_count == static_cast<std::int64_t>(rows));
}
