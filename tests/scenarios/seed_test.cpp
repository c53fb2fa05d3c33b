/// The sequences of the seed, told as stories. The numbers in the names are its sections.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

TEST_CASE("0. a request with a wrong token is unauthorised (401)") {
    Office office;
    Office stranger{options_with([](Options& o) { o.token_keys.push_back({9, {9, 9, 9}}); })};
    const auto mina = office.comes("mina");

    auto forged = mina.text;
    forged[20] = forged[20] == 'A' ? 'B' : 'A';
    CHECK(outcome(office->authenticate(forged)) == "invalid_token");
    CHECK(outcome(stranger->authenticate(mina.text)) == "invalid_token");

    CHECK(outcome(office->authenticate(mina.text)) == "ok");
    office.wait(hours{24});
    CHECK(outcome(office->authenticate(mina.text)) == "invalid_token");  // 이미 만료된 토큰
}

TEST_CASE("0. while others have the room, one waits; when a place frees, it is one's turn") {
    Office office{room_for(1)};
    const auto mina = office.comes("mina");
    const auto yuna = office.comes("yuna");
    CHECK(office.is_turn(mina));
    CHECK_FALSE(office.is_turn(yuna));

    office.leave(mina);
    const auto peeked = *office.peek(yuna);
    CHECK(peeked.is_turn);
    CHECK(peeked.occurred_at == office.now());
}

TEST_CASE("0. who asks so many times and is not let in, is told to come back later (429)") {
    Office office{room_for(1)};
    (void)office.comes("mina");
    const auto yuna = office.comes("yuna");
    CHECK(outcome(office->await_turn(yuna.text, 5, seconds{1})) == "not_your_turn");
    CHECK(office.now() == opening + seconds{4});
    CHECK(office->await_turn(yuna.text, 60, seconds{1})->is_turn);  // mina never came: her minute is over
    CHECK(office.now() == opening + seconds{60});
}

TEST_CASE("0. a full queue turns newcomers away (429)") {
    Office office{options_with([](Options& o) {
        o.main_room.active_capacity = 1;
        o.main_room.queue_capacity = 2;
    })};
    for (const auto* name : {"mina", "yuna", "hana"}) (void)office.comes(name);
    CHECK(outcome(office.try_join(office.user("late"))) == "queue_full");
}

TEST_CASE("1. a token is issued to a user who is known") {
    Office office;
    const auto mina = office.user("mina");
    const auto joined = *office.try_join(mina);
    CHECK(office->token_text(joined.claims).size() == 68);
    CHECK(joined.identity_until > office.now());
    CHECK(outcome(office->user("somebody else")) == "unknown_user");  // 잘못된 사용자 ID (400)
    CHECK(outcome(office.try_join(UserId{404})) == "unknown_user");
}

TEST_CASE("2. the dates that can be booked, and the seats of one") {
    Office office;
    office.concert("2026-12-25", {{"1", 70}});
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}, {"10", 50}});
    std::vector<std::string> dates;
    for (const auto day : must(office->dates(date_of(office.now())), "dates")) dates.push_back(to_text(day));
    CHECK(dates == std::vector<std::string>{"2026-12-24", "2026-12-25"});

    const auto eve = office->concert(*parse_date("2026-12-24"))->id;
    CHECK(office.available(eve) == std::vector<std::string>{"1", "2", "10"});
    CHECK(outcome(parse_date("2026-12-32")) == "invalid_date");  // 잘못된 형식의 날짜 (400)
    CHECK(outcome(office->concert(*parse_date("2026-12-31"))) == "unknown_concert");  // (404)
}

TEST_CASE("2. what is held or sold is not listed") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}, {"3", 50}});
    const auto mina = office.comes_with("mina", 50);
    const auto yuna = office.comes_with("yuna", 50);
    (void)office.hold(mina, "1");
    CHECK(office.available() == std::vector<std::string>{"2", "3"});
    (void)office.pay(yuna, office.hold(yuna, "3").reservation);
    CHECK(office.available() == std::vector<std::string>{"2"});
}

TEST_CASE("3. a held seat is nobody else's; unpaid, it goes back on sale by itself") {
    Office office;
    office.concert("2026-12-24", {{"12", 50}});
    const auto mina = office.comes("mina");
    const auto held = office.hold(mina, "12");
    office.wait(minutes{4});
    const auto yuna = office.comes("yuna");
    CHECK(outcome(office.try_hold(yuna, "12")) == "seat_unavailable");

    office.wait_until(held.deadline);
    CHECK(office.available() == std::vector<std::string>{"12"});
    CHECK(outcome(office.try_hold(yuna, "12")) == "ok");
    CHECK(office.state_of(mina, held.reservation) == "expired");
}

TEST_CASE("3. a user cannot reserve several seats at once") {
    Office office;
    office.concert("2026-12-24", {{"1", 50}, {"2", 50}});
    const auto mina = office.comes("mina");
    (void)office.hold(mina, "1");
    CHECK(outcome(office.try_hold(mina, "2")) == "hold_limit");
}

TEST_CASE("3. to reserve one needs a token, a turn, and a seat that is there") {
    Office office{room_for(1)};
    office.concert("2026-12-24", {{"1", 50}});
    const auto mina = office.comes("mina");
    const auto waiting = office.comes("waiting");
    CHECK(outcome(office.try_hold(waiting, "1")) == "not_your_turn");
    CHECK(outcome(office->execute(HoldSeat{waiting.user, mina.token, office.seat("1"), ""})) == "invalid_token");
    CHECK(outcome(office->seat(office.last_concert(), "99")) == "unknown_seat");
}

TEST_CASE("4. points are recharged in positive amounts, and everyone sees their own balance only") {
    Office office;
    const auto mina = office.user("mina");
    const auto yuna = office.user("yuna");
    CHECK(office.balance(mina) == 0);
    CHECK(office.recharge(mina, 10'000) == 10'000);
    CHECK(office.recharge(mina, 5'000) == 15'000);
    CHECK(outcome(office.try_recharge(mina, 0)) == "invalid_argument");
    CHECK(outcome(office.try_recharge(mina, -1)) == "invalid_argument");
    CHECK(office.balance(mina) == 15'000);
    CHECK(office.balance(yuna) == 0);
    CHECK(outcome(office->balance(UserId{404})) == "unknown_user");  // 찾을 수 없는 사용자 (404)
}

TEST_CASE("5. with enough points, paying confirms the reservation and the seat is the user's") {
    Office office;
    office.concert("2026-12-24", {{"12", 8'000}});
    const auto mina = office.comes_with("mina", 10'000);
    const auto held = office.hold(mina, "12");
    const auto paid = office.pay(mina, held.reservation);
    CHECK(paid.balance == Points{2'000});
    CHECK(office.state_of(mina, held.reservation) == "confirmed");
    CHECK(office->seat(office.last_concert(), "12", mina.user)->is_mine);
    CHECK(office.history(mina, paid.payment) == std::vector<std::string>{"requested", "approved", "captured"});
    CHECK(office.audit() == "");
}

TEST_CASE("5. without enough points nothing is paid, and recharging in time mends it") {
    Office office;
    office.concert("2026-12-24", {{"12", 8'000}});
    const auto mina = office.comes_with("mina", 7'999);
    const auto held = office.hold(mina, "12");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "insufficient_points");
    CHECK(office.state_of(mina, held.reservation) == "held");
    office.recharge(mina.user, 1);
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "ok");
}

TEST_CASE("5. only a valid reservation of one's own can be paid") {
    Office office;
    office.concert("2026-12-24", {{"1", 10}, {"2", 10}});
    const auto mina = office.comes_with("mina", 100);
    const auto yuna = office.comes_with("yuna", 100);
    const auto of_mina = office.hold(mina, "1");
    CHECK(outcome(office.try_pay(yuna, of_mina.reservation)) == "reservation_mismatch");
    CHECK(outcome(office.try_pay(yuna, ReservationId{404})) == "reservation_mismatch");
    (void)office.try_release(mina, of_mina.reservation);
    CHECK(outcome(office.try_pay(mina, of_mina.reservation)) == "hold_released");
    CHECK(office.balance(mina.user) == 100);
    CHECK(office.balance(yuna.user) == 100);
}

TEST_CASE("5. what the gateway says is recorded: approved and captured, or failed") {
    class Gateway final : public PaymentGateway {
      public:
        Result<Approval> approve(const PaymentRequest&) override {
            if (declines) return refuse(ErrorCode::payment_declined, "limit reached");
            return Approval{"pg-1"};
        }
        void cancel(const PaymentRequest&, const Approval&) override { FAIL("nothing is to be taken back"); }
        bool declines = true;
    };
    const auto gateway = std::make_shared<Gateway>();
    Office office{{}, gateway};
    office.concert("2026-12-24", {{"12", 8'000}});
    const auto mina = office.comes_with("mina", 10'000);
    const auto held = office.hold(mina, "12");
    CHECK(outcome(office.try_pay(mina, held.reservation)) == "payment_declined");
    const auto failed = office.last(EventKind::payment_failed).payment;
    CHECK(office.history(mina, failed) == std::vector<std::string>{"requested", "failed"});

    gateway->declines = false;
    const auto paid = office.pay(mina, held.reservation);
    CHECK(office.history(mina, paid.payment) == std::vector<std::string>{"requested", "approved", "captured"});
    CHECK(office->payment(mina.user, paid.payment)->payment.transaction_key == "pg-1");
    CHECK(office.audit() == "");
}

TEST_CASE("the whole of an on-sale: everyone buys, in order, each seat once") {
    Office office{room_for(3)};
    std::vector<SeatPrice> seats;
    for (int i = 1; i <= 10; ++i) seats.push_back({std::to_string(i), 100});
    office.concert("2026-12-24", seats);
    std::vector<Buyer> line;
    for (int i = 0; i < 12; ++i) line.push_back(office.comes_with("fan" + std::to_string(i), 100));
    int sold = 0;
    for (const auto& buyer : line) {
        REQUIRE(office.is_turn(buyer));
        const auto available = office.available();
        if (available.empty()) break;
        (void)office.pay(buyer, office.hold(buyer, available.front()).reservation);
        ++sold;
        office.wait(seconds{2});
    }
    CHECK(sold == 10);
    CHECK(office->dates(date_of(office.now()))->empty());
    CHECK(office->stats()->seats == SeatCounts{0, 0, 10, 0});
    CHECK(office.audit() == "");
}
