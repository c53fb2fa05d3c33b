/// Ids can be guessed. A command that named what an earlier command of its batch makes made the whole batch `internal`:
/// the strangers' commands in it failed too. It gets what it gets one by one.

#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// What the commands get in one batch and one by one, on offices that are alike. Node 0, a new millisecond: the ids
/// that will be made are known.
struct Guess {
    static std::int64_t nth_id_at(Time now, std::int64_t n) { return tsid::ms_of(now) << 22 | n; }

    template <class Make>
    std::vector<std::string> outcomes(bool together, Make make) {
        Office office{options_with([](Options& o) { o.holds_per_user = 3; })};
        office.concert("2026-12-24", {{"1", 70}, {"2", 30}});
        const auto mina = office.comes_with("mina", 1'000);
        const auto stranger = office.user("stranger");
        office.wait(seconds{1});
        std::vector<Command> commands = make(office, mina, nth_id_at(office.now(), 0));
        commands.emplace_back(Recharge{stranger, Points{5}, ""});
        std::vector<Outcome> done;
        if (together)
            done = office->execute(commands);
        else
            for (const auto& command : commands) done.push_back(office->execute(std::span{&command, 1}).front());
        std::vector<std::string> words;
        for (const auto& one : done) words.push_back(outcome(one));
        dump = office.dump();
        CHECK(office.audit() == "");
        CHECK(office.balance(stranger) == 5);
        return words;
    }

    template <class Make>
    std::vector<std::string> in_one_batch(Make make) {
        const auto apart = outcomes(false, make);
        const auto apart_dump = dump;
        const auto together = outcomes(true, make);
        CHECK(together == apart);
        CHECK(dump.substr(0, dump.find("seats ")) == apart_dump.substr(0, apart_dump.find("seats ")));
        return together;
    }

    std::string dump;
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a hold is paid in the batch that makes it") {
    Guess guess;
    CHECK(guess.in_one_batch([](Office& office, const Buyer& mina, std::int64_t first) -> std::vector<Command> {
        return {HoldSeat{mina.user, mina.token, office.seat("1"), ""},
                Pay{mina.user, mina.token, ReservationId{first}, ""}};
    }) == Words{"ok", "ok", "ok"});
}

TEST_CASE("a stranger's guess at a hold of the same batch is refused, and nobody else is") {
    Guess guess;
    CHECK(guess.in_one_batch([](Office& office, const Buyer& mina, std::int64_t first) -> std::vector<Command> {
        const auto thief = office.comes_with("thief", 500);
        office.wait(seconds{1});
        const auto made = Guess::nth_id_at(office.now(), 0);
        CHECK(made != first);
        return {HoldSeat{mina.user, mina.token, office.seat("1"), ""},
                Pay{thief.user, thief.token, ReservationId{made}, ""}, ReleaseHold{thief.user, ReservationId{made}},
                BeginPayment{thief.user, mina.token, ReservationId{made}, ""}};
    }) == Words{"ok", "reservation_mismatch", "unknown_reservation", "invalid_token", "ok"});
}

TEST_CASE("a payment is begun and captured in the batch that makes its hold") {
    Guess guess;
    CHECK(guess.in_one_batch([](Office& office, const Buyer& mina, std::int64_t first) -> std::vector<Command> {
        return {HoldSeat{mina.user, mina.token, office.seat("1"), ""},
                BeginPayment{mina.user, mina.token, ReservationId{first}, ""},
                CapturePayment{mina.user, mina.token, ReservationId{first}, PaymentId{first + 1}, "tx", ""},
                ReleaseHold{mina.user, ReservationId{first}}};
    }) == Words{"ok", "ok", "ok", "already_paid", "ok"});
}

TEST_CASE("a seat is held and paid in the batch that adds it") {
    Guess guess;
    CHECK(guess.in_one_batch([](Office& office, const Buyer& mina, std::int64_t first) -> std::vector<Command> {
        return {AddSeats{office.last_concert(), {{"3", "", "", Points{20}}}},
                HoldSeat{mina.user, mina.token, SeatId{first}, ""},
                Pay{mina.user, mina.token, ReservationId{first + 1}, ""}, BlockSeat{SeatId{first}}};
    }) == Words{"ok", "ok", "ok", "seat_unavailable", "ok"});
}

TEST_CASE("a user, a room and a concert are used in the batch that makes them") {
    Guess guess;
    CHECK(guess.in_one_batch([](Office&, const Buyer&, std::int64_t first) -> std::vector<Command> {
        auto limits = room_for(1).main_room;
        return {CreateUser{"new"},                                                                             // first
                CreateRoom{"vip", limits},                                                                     // + 1
                Join{UserId{first}, RoomId{first + 1}},                                                        // + 2
                Recharge{UserId{first}, Points{50}, ""},                                                       // + 3
                CreateConcert{*parse_date("2026-12-25"), "x", RoomId{first + 1}, {{"1", "", "", Points{9}}}},  // + 4, 5
                HoldSeat{UserId{first}, TokenId{first + 2}, SeatId{first + 5}, ""},                            // + 6
                Pay{UserId{first}, TokenId{first + 2}, ReservationId{first + 6}, ""}};
    }) == Words{"ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok"});
}
