/// Each thing that the audit checks, bent by hand: a small world is collected from a store row by row, shown to be
/// clean, and fed to the audit again with one row changed.

#include <functional>
#include <limits>
#include <set>

#include "engine/audit.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// Every row of a world, to be changed and fed to an audit.
class World final : public Visitor {
  public:
    void visit(const HouseRules&) override {}
    void visit(const IdempotencyRecord&) override {}
    void visit(const User& row) override { users.push_back(row); }
    void visit(const Room& row) override { rooms.push_back(row); }
    void visit(const Concert& row) override { concerts.push_back(row); }
    void visit(const Sale& row) override { sales.push_back(row); }
    void visit(const TariffPrice& row) override { prices.push_back(row); }
    void visit(const TicketType& row) override { types.push_back(row); }
    void visit(const Seat& row) override { seats.push_back(row); }
    void visit(const Place& row) override { places.push_back(row); }
    void visit(const Reservation& row) override { reservations.push_back(row); }
    void visit(const Account& row) override { accounts.push_back(row); }
    void visit(const Payment& row) override { payments.push_back(row); }
    void visit(const PaymentStep& row) override { steps.push_back(row); }
    void visit(const Transfer& row) override { transfers.push_back(row); }
    void visit(const Event& row) override { events.push_back(row); }

    [[nodiscard]] std::vector<Violation> audited(Time now) const {
        Audit audit{now};
        const auto feed = [&](const auto& rows) {
            for (const auto& row : rows) audit.visit(row);
        };
        feed(users), feed(rooms), feed(concerts), feed(seats), feed(places), feed(reservations), feed(accounts);
        feed(payments), feed(steps), feed(transfers), feed(events), feed(sales), feed(prices), feed(types);
        return audit.report_all();
    }

    Seat& seat(const std::string& number) {
        for (auto& row : seats)
            if (row.facts.number == number) return row;
        throw std::logic_error("no such seat");
    }
    Reservation& reservation(ReservationState state) {
        for (auto& row : reservations)
            if (row.state == state) return row;
        throw std::logic_error("no such reservation");
    }
    Place& place(PlaceState state) {
        for (auto& row : places)
            if (row.state == state) return row;
        throw std::logic_error("no such place");
    }
    Account& account(AccountKind kind) {
        for (auto& row : accounts)
            if (row.kind == kind) return row;
        throw std::logic_error("no such account");
    }
    Payment& payment(PaymentState state) {
        for (auto& row : payments)
            if (row.state == state) return row;
        throw std::logic_error("no such payment");
    }

    std::vector<User> users;
    std::vector<Room> rooms;
    std::vector<Concert> concerts;
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
    std::vector<Event> events;
};

/// Seat 1 is sold, 2 held with a payment under way, 3 released, 4 blocked, 5 never touched; one place is completed, two
/// admitted, one waits.
struct Story {
    Story() : office{room_for(2)} {
        office.concert("2026-12-24", {{"1", 40}, {"2", 40}, {"3", 40}, {"4", 40}, {"5", 40}});
        const auto buyer = office.comes_with("buyer", 100);
        (void)office.pay(buyer, office.hold(buyer, "1").reservation);
        office.wait(seconds{1});
        const auto holder = office.comes_with("holder", 100);
        (void)office.try_release(holder, office.hold(holder, "3").reservation);
        const auto declined = office.begin(holder, office.hold(holder, "2").reservation);
        (void)office.try_fail(holder, declined);
        office.wait(seconds{1});
        (void)office.try_block("4");
        (void)office.comes("second");
        (void)office.comes("waiting");
        auto view = must(office.store().read(), "read");
        must(view->scan(world), "scan");
    }
    Office office;
    World world;
};

/// Bends the world, and tells which rules the audit names.
std::set<std::string> rules_broken_by(const std::function<void(World&)>& bend) {
    Story story;
    auto world = story.world;
    bend(world);
    std::set<std::string> rules;
    for (const auto& violation : world.audited(story.office.now())) {
        CHECK_FALSE(violation.detail.empty());
        rules.insert(violation.rule);
    }
    return rules;
}

using Rules = std::set<std::string>;

}  // namespace

TEST_CASE("the audit finds nothing in a sound world") {
    Story story;
    CHECK(story.world.audited(story.office.now()).empty());
    CHECK(story.world.audited(story.office.now() + hours{48}).empty());  // expiry alone breaks no rule
    CHECK(story.office.audit() == "");
}

TEST_CASE("S1: at most one live claim a seat") {
    const auto twice = rules_broken_by([](World& w) {
        auto copy = w.reservation(ReservationState::held);
        copy.id = ReservationId{copy.id.value + 1};
        w.reservations.push_back(copy);
    });
    CHECK(twice == Rules{"S1"});
}

TEST_CASE("S2: a seat's state agrees with its reservation") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.seat("5").state = SeatState::held; }).contains("S2"));
    CHECK(broken([](World& w) { w.seat("5").state = SeatState::sold; }).contains("S2"));
    CHECK(broken([](World& w) { w.seat("5").claim = w.seat("2").claim; }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").state = SeatState::available; }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").state = SeatState::sold; }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").held_until += us; }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").claim = ReservationId{5}; }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").claim = w.seat("1").claim; }) == Rules{"S2"});
    CHECK(broken([](World& w) { open(w.seat("2")); }) == Rules{"S2"});
    CHECK(broken([](World& w) { w.seat("2").state = SeatState::blocked; }) == Rules{"S2"});
}

TEST_CASE("H1: a sale's hold was live at its commit, and its user and seat exist") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) {
              auto& sold = w.reservation(ReservationState::confirmed);
              sold.finished_at = sold.deadline;
          }) == Rules{"H1"});
    CHECK(broken([](World& w) {
              auto& sold = w.reservation(ReservationState::confirmed);
              sold.finished_at = sold.held_at - us;
          }) == Rules{"H1"});
    CHECK(broken([](World& w) { w.reservation(ReservationState::released).user = UserId{5}; }) == Rules{"H1"});
    CHECK(broken([](World& w) { w.reservation(ReservationState::released).seat = SeatId{5}; }) == Rules{"H1"});
}

TEST_CASE("H3: a live hold implies a live place of its user") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.reservation(ReservationState::held).token = TokenId{5}; }) == Rules{"H3"});
    CHECK(broken([](World& w) { w.reservation(ReservationState::held).token = w.place(PlaceState::waiting).token; }) ==
          Rules{"H3"});
    CHECK(broken([](World& w) {
              const auto token = w.reservation(ReservationState::held).token;
              for (auto& place : w.places)
                  if (place.token == token) place.deadline -= us;
          }) == Rules{"H3"});
    CHECK(broken([](World& w) {
              const auto token = w.reservation(ReservationState::held).token;
              for (auto& place : w.places)
                  if (place.token == token) place.user = w.reservation(ReservationState::confirmed).user;
          }) == Rules{"H3"});
}

TEST_CASE("Q1: positions are unique, and were given") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.place(PlaceState::waiting).position = 3; }) == Rules{"Q1"});
    CHECK(broken([](World& w) { w.place(PlaceState::waiting).position = 5; }) == Rules{"Q1"});
    CHECK(broken([](World& w) { w.place(PlaceState::completed).position = 0; }) == Rules{"Q1"});
    CHECK(broken([](World& w) { w.rooms.clear(); }).contains("Q1"));
}

TEST_CASE("Q2: admission is in order of position, up to serving") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.places.at(2).admitted_at = w.places.at(1).admitted_at - us; }) == Rules{"Q2"});
    CHECK(broken([](World& w) { w.rooms.at(0).serving = 2; }) == Rules{"Q2"});
}

TEST_CASE("Q3: never more admitted than the capacity then in force") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) {
              for (auto& event : w.events)
                  if (event.kind == EventKind::room_created) event.amount = 1;
          }) == Rules{"Q3"});
    CHECK(broken([](World& w) {  // the completed place stayed a little longer
              w.place(PlaceState::completed).finished_at = w.places.at(2).admitted_at + us;
          }) == Rules{"Q3"});
    CHECK(broken([](World& w) {  // lowered after the admissions: nobody is sent away
              auto change = w.events.front();
              change.kind = EventKind::room_changed;
              change.sequence = w.events.back().sequence + 1;
              change.at = w.events.back().at + us;
              change.amount = 0;
              w.events.push_back(change);
          }) == Rules{});
}

TEST_CASE("Q4: one live place a user and room") {
    CHECK(rules_broken_by([](World& w) { w.place(PlaceState::waiting).user = w.places.at(2).user; }) == Rules{"Q4"});
}

// The fuzzer of databases: a place that is admitted and has an end is never retired, and its room waits for it for ever.
TEST_CASE("what has ended and nothing else has an end") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.place(PlaceState::admitted).finished_at = Time{}; }).contains("Q4"));
    CHECK(broken([](World& w) { w.place(PlaceState::waiting).finished_at = Time{}; }) == Rules{"Q4"});
    CHECK(broken([](World& w) { w.place(PlaceState::completed).finished_at = never; }).contains("Q4"));
    CHECK(broken([](World& w) { w.reservation(ReservationState::held).finished_at = Time{}; }) == Rules{"H1"});
    CHECK(broken([](World& w) { w.reservation(ReservationState::released).finished_at = never; }) == Rules{"H1"});
    CHECK(broken([](World& w) { w.payment(PaymentState::captured).finished_at = never; }) == Rules{"P2"});
    CHECK(broken([](World& w) { w.payment(PaymentState::failed).finished_at = never; }) == Rules{"P2"});
}

TEST_CASE("Q5: a room counts its rows") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { ++w.rooms.at(0).waiting_count; }) == Rules{"Q5"});
    CHECK(broken([](World& w) { --w.rooms.at(0).admitted_count; }) == Rules{"Q5"});
    CHECK(broken([](World& w) { w.rooms.at(0).next_lapse_at = never; }) == Rules{"Q5"});
}

TEST_CASE("L1 and L2: balances sum to zero, and each is the sum of its transfers") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { ++w.account(AccountKind::user).balance.value; }) == Rules{"L1", "L2"});
    CHECK(broken([](World& w) {  // two errors that hide each other from the sum
              ++w.account(AccountKind::cash).balance.value;
              --w.account(AccountKind::sales).balance.value;
          }) == Rules{"L2", "R2"});
    CHECK(broken([](World& w) { w.transfers.erase(w.transfers.begin()); }) == Rules{"L2"});
    CHECK(broken([](World& w) { w.transfers.front().to = AccountId{5}; }) == Rules{"L2"});
    CHECK(broken([](World& w) {
              const auto id = account_of(w.reservation(ReservationState::held).user);
              std::erase_if(w.accounts, [&](const Account& account) { return account.id == id; });
          }) == Rules{"L1", "L2"});
}

TEST_CASE("L3: users' balances are in range") {
    const auto with_balance = [](std::int64_t balance) {
        return rules_broken_by([&](World& w) {
            auto& user = w.account(AccountKind::user);
            auto& cash = w.account(AccountKind::cash);
            const auto more = balance - user.balance.value;
            user.balance.value += more;
            cash.balance.value -= more;
        });
    };
    CHECK(with_balance(balance_max.value) == Rules{"L2"});
    CHECK(with_balance(balance_max.value + 1) == Rules{"L2", "L3"});
    CHECK(with_balance(0) == Rules{"L2"});
    CHECK(with_balance(-1) == Rules{"L2", "L3"});
}

TEST_CASE("L4: amounts are in range, and go from one account to another") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) {
              w.transfers.push_back(
                  {TransferId{5}, cash_account, account_of(w.users[0].id), Points{0}, TransferKind::recharge, {}, {}});
          }) == Rules{"L4"});
    CHECK(broken([](World& w) {
              w.transfers.push_back(
                  {TransferId{5}, cash_account, cash_account, Points{7}, TransferKind::recharge, {}, {}});
          }) == Rules{"L4"});
    CHECK(broken([](World& w) { w.transfers.front().amount.value = amount_max.value + 1; }) == Rules{"L2", "L4"});
    CHECK(broken([](World& w) { w.transfers.front().amount.value *= -1; }) == Rules{"L2", "L4"});
}

TEST_CASE("P1: captured if and only if its seat is sold and one debit was made") {
    const auto broken = rules_broken_by;
    const auto debit = [](World& w) -> Transfer& {
        for (auto& row : w.transfers)
            if (row.kind == TransferKind::payment) return row;
        throw std::logic_error("no debit");
    };
    CHECK(broken([](World& w) { w.seat("1").claim = w.seat("2").claim; }).contains("P1"));
    CHECK(broken([](World& w) { w.reservation(ReservationState::confirmed).payment = PaymentId{5}; }) == Rules{"P1"});
    CHECK(broken([](World& w) { w.payment(PaymentState::captured).amount = Points{41}; }) == Rules{"O3", "P1", "R2"});
    CHECK(broken([](World& w) {
              w.payment(PaymentState::captured).user = w.reservation(ReservationState::held).user;
          }) == Rules{"P1"});
    CHECK(broken([&](World& w) { debit(w).kind = TransferKind::recharge; }) == Rules{"P1"});
    CHECK(broken([&](World& w) { debit(w).payment = w.payment(PaymentState::failed).id; }) == Rules{"P1"});
    CHECK(broken([&](World& w) { debit(w).payment = PaymentId{5}; }) == Rules{"P1"});
    CHECK(broken([&](World& w) { debit(w).to = cash_account; }) == Rules{"L2", "P1"});
    CHECK(broken([](World& w) { w.payment(PaymentState::captured).reservation = ReservationId{5}; }) ==
          Rules{"P1", "R2"});
    CHECK(broken([](World& w) { w.seat("1").state = SeatState::blocked; }) == Rules{"P1", "S2"});
    CHECK(broken([](World& w) {
              std::erase_if(w.seats, [](const Seat& seat) { return seat.facts.number == "1"; });
          }).contains("P1"));
    CHECK(broken([](World& w) { w.payment(PaymentState::captured).state = PaymentState::failed; }) ==
          Rules{"P1", "P2", "R2"});
    CHECK(broken([](World& w) { w.payment(PaymentState::failed).state = PaymentState::captured; }) ==
          Rules{"P1", "P2", "R2"});
}

namespace {

/// One order of seats 1 and 2 is paid, seat 1 cancelled for half; seat 3 is held under the second version of the terms.
struct Selling {
    Selling() : office{room_for(2)} {
        office.concert("2026-12-24", {{"1", 40}, {"2", 40}, {"3", 40}});
        Terms terms;
        terms.seats_per_order = 2;
        terms.seats_per_user = 2;
        terms.refund_steps = {{never, 500}};
        office.change_sale(terms);
        office.set_tariff({{"", TypeId{}, Points{30}}});
        const auto group = office.comes_with("group", 100);
        const auto order = office.hold_all(group, {"1", "2"});
        office.pay(group, order.order);
        office.wait(seconds{1});
        must(office.try_cancel(group.user, {order.items[0].reservation}), "cancel");
        office.wait(seconds{1});
        (void)office.hold(office.comes("holder"), "3");
        auto view = must(office.store().read(), "read");
        must(view->scan(world), "scan");
    }
    Office office;
    World world;
};

Rules selling_broken_by(const std::function<void(World&)>& bend) {
    Selling selling;
    auto world = selling.world;
    bend(world);
    Rules rules;
    for (const auto& violation : world.audited(selling.office.now())) rules.insert(violation.rule);
    return rules;
}

}  // namespace

TEST_CASE("the audit finds nothing in a world of orders, terms and refunds") {
    Selling selling;
    CHECK(selling.office.audit() == "");
    CHECK(selling.office.sales() == 45);
}

TEST_CASE("S6: what is of a concert stands while the concert does") {
    const auto broken = selling_broken_by;
    CHECK(broken([](World& w) { w.seat("1").concert = ConcertId{5}; }) == Rules{"S6"});
    CHECK(broken([](World& w) { w.types.push_back({TypeId{6}, ConcertId{5}, "full"}); }) == Rules{"S6"});
    CHECK(broken([](World& w) { w.sales.push_back({SaleId{ConcertId{5}, 1}, {}, {}, 0}); }) == Rules{"S6"});
    CHECK(broken([](World& w) { w.prices.push_back({SaleId{ConcertId{5}, 1}, {}}); }) == Rules{"S6"});
    CHECK(broken([](World& w) {
              w.accounts.push_back(w.account(AccountKind::sales));
              w.accounts.back().id = AccountId{5};
              w.accounts.back().balance = Points{0};
          }) == Rules{"S6"});
    CHECK(broken([](World& w) { w.reservations[2].concert = ConcertId{5}; }).contains("S6"));
    CHECK(broken([](World& w) { w.concerts.clear(); }) == Rules{"S6"});
}

TEST_CASE("O1 and O3: an order is of one user, concert and turn, and costs what was paid for it") {
    const auto broken = selling_broken_by;
    CHECK(broken([](World& w) { w.reservations[1].order = w.reservations[2].id; }).contains("O1"));
    CHECK(broken([](World& w) { w.reservations[1].token = w.reservations[2].token; }) == Rules{"O1"});
    CHECK(broken([](World& w) { w.reservations[0].order = w.reservations[1].id; }).contains("O1"));
    CHECK(broken([](World& w) { w.reservations[1].concert = ConcertId{5}; }).contains("O1"));
    CHECK(broken([](World& w) { w.reservations[1].order = OrderId{5}; }).contains("O1"));
    CHECK(broken([](World& w) {
              w.reservations[1].price = Points{31};
              w.prices[0].row.price = Points{31};
          }).contains("O3"));
    CHECK(broken([](World& w) {  // one of the two is still held, and until another time
              for (auto* one : {&w.reservations[0], &w.reservations[1]}) one->state = ReservationState::held;
              w.reservations[1].deadline += us;
          })
              .contains("O1"));
}

TEST_CASE("O4: a user's seats of a concert were never above the limit") {
    const auto broken = selling_broken_by;
    CHECK(broken([](World& w) {
              for (auto& sale : w.sales) sale.terms.seats_per_user = 1;
          }) == Rules{"O4"});
    // Cancelled, the first counts no more when the third is held.
    CHECK(broken([](World& w) { w.reservations[2].user = w.reservations[0].user; }) == Rules{"H3"});
    CHECK(broken([](World& w) {
              w.reservations[2].user = w.reservations[0].user;
              w.reservations[0].cancelled_at = w.reservations[2].held_at + us;
          }) == Rules{"H3", "O4"});
}

TEST_CASE("V1 and V3: prices are the tariff's, and nothing was held while it was not on sale") {
    const auto broken = selling_broken_by;
    CHECK(broken([](World& w) { w.prices[0].row.price = Points{29}; }) == Rules{"V1"});
    CHECK(broken([](World& w) { w.prices.clear(); }) == Rules{"V1"});
    CHECK(broken([](World& w) { w.reservations[2].type = TypeId{5}; }) == Rules{"V1"});
    CHECK(broken([](World& w) { w.sales[2].terms.is_paused = true; }) == Rules{"V3"});
    CHECK(broken([](World& w) { w.sales[2].terms.opens_at = w.reservations[0].held_at; }) == Rules{});
    CHECK(broken([](World& w) { w.sales[2].terms.opens_at = w.reservations[0].held_at + us; }) == Rules{"V3"});
    CHECK(broken([](World& w) { w.sales[2].terms.closes_at = w.reservations[2].held_at + us; }) == Rules{});
    CHECK(broken([](World& w) { w.sales[2].terms.closes_at = w.reservations[2].held_at; }) == Rules{"V3"});
    CHECK(broken([](World& w) { w.reservations[2].sale = 2; }).contains("V3"));
    CHECK(broken([](World& w) { w.reservations[2].sale = 9; }).contains("V3"));
    CHECK(broken([](World& w) { w.sales[2].made_at = w.reservations[0].held_at; }) == Rules{});
    CHECK(broken([](World& w) { w.sales[2].made_at = w.reservations[0].held_at + us; }) == Rules{"V3"});
    // Also where versions between are gone, and where its own is the last there can be.
    CHECK(broken([](World& w) {
              w.reservations[2].sale = 1;
              w.sales.erase(w.sales.begin() + 1);
          }).contains("V3"));
    CHECK(broken([](World& w) {
              const auto last = std::numeric_limits<std::int64_t>::max();
              w.sales[2].id.version = w.sales[2].tariff = w.prices[0].sale.version = last;
              for (auto& reservation : w.reservations) reservation.sale = last;
          }) == Rules{});
}

TEST_CASE("R1 to R4: what comes back was paid, and a concert's sales are what stayed") {
    const auto broken = selling_broken_by;
    const auto refund = [](World& w) -> Transfer& {
        for (auto& row : w.transfers)
            if (row.kind == TransferKind::refund) return row;
        throw std::logic_error("no refund");
    };
    CHECK(broken([](World& w) { w.reservations[0].refunded = Points{14}; }) == Rules{"R1"});
    CHECK(broken([&](World& w) { refund(w).reservation = w.reservations[1].id; }) == Rules{"R1"});
    CHECK(broken([&](World& w) { refund(w).payment = PaymentId{5}; }).contains("R1"));
    CHECK(broken([&](World& w) { refund(w).to = account_of(w.reservations[2].user); }).contains("R1"));
    CHECK(broken([&](World& w) { refund(w).kind = TransferKind::recharge; }) == Rules{"R1", "R2"});
    CHECK(broken([&](World& w) { refund(w).from = cash_account; }).contains("R1"));
    CHECK(broken([&](World& w) {
              w.reservations[0].refunded = Points{w.reservations[0].price.value + 1};
              refund(w).amount = w.reservations[0].refunded;
          }).contains("R1"));
    CHECK(broken([](World& w) {
              std::erase_if(w.accounts, [](const Account& account) { return account.kind == AccountKind::sales; });
          }).contains("R2"));
    CHECK(broken([](World& w) {  // sold after it was called off, though held before
              w.concerts[0].called_off_at = w.reservations[1].finished_at - us;
              w.concerts[0].is_settled = false;
              w.reservations.pop_back();
              open(w.seat("3"));
          })
              .contains("R4"));
    CHECK(broken([](World& w) { w.seat("1").claim = w.reservations[0].id; }) == Rules{"R3", "S2"});
    CHECK(broken([](World& w) { w.concerts[0].called_off_at = w.reservations[2].held_at; }) == Rules{"R4"});
    CHECK(broken([](World& w) {
              w.concerts[0].called_off_at = w.reservations[2].held_at - us;
              w.concerts[0].is_settled = false;
          }) == Rules{"R4"});
    CHECK(broken([](World& w) {
              w.concerts[0].called_off_at = w.reservations[2].held_at;
              w.concerts[0].is_settled = false;
          }) == Rules{});
    CHECK(broken([](World& w) { w.reservations[1].state = ReservationState::cancelled; }).contains("S2"));
}

TEST_CASE("P2: the history of a payment ends as the payment does") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.steps.pop_back(); }) == Rules{"P2"});
    CHECK(broken([](World& w) { w.steps.clear(); }) == Rules{"P2"});
    CHECK(broken([](World& w) { w.steps.back().state = PaymentState::captured; }) == Rules{"P2"});
    CHECK(broken([](World& w) { ++w.payment(PaymentState::failed).step_count; }) == Rules{"P2"});
    CHECK(broken([](World& w) { w.payment(PaymentState::captured).reconciled_at = never; }) == Rules{"P2"});
    const auto reconciled = [](Time at) {
        return [at](World& w) {
            auto& payment = w.payment(PaymentState::failed);
            payment.reconciled_at = at;
            w.steps.push_back({payment.id, payment.step_count++, PaymentState::reconciled, at, ""});
        };
    };
    CHECK(broken(reconciled(opening)) == Rules{});
    CHECK(broken(reconciled(never)) == Rules{"P2"});
}

TEST_CASE("E1 and T1: events rise in sequence and in time") {
    const auto broken = rules_broken_by;
    CHECK(broken([](World& w) { w.events.at(3).sequence = w.events.at(2).sequence; }) == Rules{"E1"});
    CHECK(broken([](World& w) { w.events.back().sequence = 1; }) == Rules{"E1"});
    CHECK(broken([](World& w) { w.events.back().at = w.events.front().at - us; }) == Rules{"T1"});
}
