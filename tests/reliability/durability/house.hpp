#pragma once
/// A house in which each command has something to do: an example of every command of the variant, of which each succeeds on the
/// house as it is made. A command without an example does not compile.

#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/or_throw.hpp"

namespace boxoffice::reliability {

struct Buyer {
    UserId user;
    TokenId token;
    ReservationId reservation{};
    PaymentId payment{};
    std::string text{};  ///< of the token
};

struct House {
    RoomId room;
    ConcertId concert;
    ConcertId spare;       ///< nothing was ever held
    ConcertId called_off;  ///< with a sale that is not refunded yet
    std::vector<SeatId> seats;
    SeatId blocked;
    UserId stranger;
    Buyer waiting;   ///< in the small room
    Buyer admitted;  ///< and has points
    Buyer arriving;
    Buyer holding;
    Buyer ordering;
    Buyer paying;  ///< the gateway is asked
    Buyer unclear;
    Buyer paid;
    RoomId small_room;
};

inline const Date house_date = *parse_date("2030-12-24");
inline const Date later_date = *parse_date("2030-12-25");

/// Fills a new office.
class HouseBuilder {
  public:
    explicit HouseBuilder(BoxOffice& office) : office_(office) {}

    House build() {
        House house;
        house.room = office_.main_room();
        house.concert = concert("Winter", 12, house_date);
        house.spare = concert("Spare", 2, later_date);
        house.called_off = concert("Rain", 2, later_date);
        for (const auto& seat : testing::or_throw(office_.available_seats(house.concert)))
            house.seats.push_back(seat.id);
        house.blocked = house.seats.back();
        run(BlockSeat{house.blocked});
        Terms terms;
        terms.seats_per_order = 4;
        terms.refund_steps = {{never, 900}};
        run(ChangeSale{house.concert, terms, testing::or_throw(office_.sale(house.concert)).id.version});

        house.stranger = run(CreateUser{"stranger"}).id;
        RoomLimits one;
        one.active_capacity = 1;
        house.small_room = run(CreateRoom{"small", one}).id;
        join("first", house.small_room);
        house.waiting = join("waiting", house.small_room);
        house.admitted = join("admitted", house.room);
        house.arriving = join("arriving", house.room);
        house.holding = hold("holding", house.seats[0]);
        house.ordering = join("ordering", house.room);
        house.ordering.reservation =
            run(HoldSeats{
                    house.ordering.user, house.ordering.token, house.concert, {{house.seats[1]}, {house.seats[2]}}})
                .items.front()
                .reservation;
        house.paying = begin(hold("paying", house.seats[3]));
        house.unclear = begin(hold("unclear", house.seats[4]));
        run(FailPayment{house.unclear.user, house.unclear.reservation, house.unclear.payment, "", true});
        house.paid = pay(hold("paid", house.seats[5]));
        pay(hold("rained", testing::or_throw(office_.available_seats(house.called_off)).front().id));
        run(CallOff{house.called_off, "rain"});
        return house;
    }

  private:
    template <class C>
    typename C::Answer run(C command) {
        return testing::or_throw(office_.execute(std::move(command)));
    }
    ConcertId concert(const std::string& title, int seat_count, Date date) {
        CreateConcert made{date, title, office_.main_room(), {}};
        for (int i = 0; i < seat_count; ++i) made.seats.push_back({std::to_string(i), "stalls", "A", Points{10}});
        return run(std::move(made)).id;
    }
    Buyer join(const std::string& name, RoomId room) {
        const auto user = run(CreateUser{name}).id;
        run(Recharge{user, Points{100}, name});
        const auto joined = run(Join{user, room});
        return {user, joined.claims.token, {}, {}, office_.token_text(joined.claims)};
    }
    Buyer hold(const std::string& name, SeatId seat) {
        auto buyer = join(name, office_.main_room());
        buyer.reservation = run(HoldSeat{buyer.user, buyer.token, seat, name + "-hold"}).reservation;
        return buyer;
    }
    Buyer begin(Buyer buyer) {
        buyer.payment = run(BeginPayment{buyer.user, buyer.token, buyer.reservation, "begin"}).payment;
        return buyer;
    }
    Buyer pay(Buyer buyer) {
        buyer.payment = run(Pay{buyer.user, buyer.token, buyer.reservation, "pay"}).payment;
        return buyer;
    }

    BoxOffice& office_;
};

inline const std::string long_text(60, 'k');  ///< too long to lie in a string itself

// One for each command. What is new says what can be done with it here.
inline CreateUser example(const House&, std::type_identity<CreateUser>) { return {long_text}; }
inline CreateRoom example(const House&, std::type_identity<CreateRoom>) { return {long_text, {}}; }
inline ChangeRoom example(const House& house, std::type_identity<ChangeRoom>) {
    RoomLimits limits;
    limits.active_capacity = 2;  // whoever waits is admitted
    return {house.small_room, limits};
}
inline CreateConcert example(const House& house, std::type_identity<CreateConcert>) {
    return {house_date, "New", house.room, {{"1", "", "", Points{1}}, {"2", "", "", Points{2}}}};
}
inline AddSeats example(const House& house, std::type_identity<AddSeats>) {
    return {house.concert, {{long_text, "", "", Points{1}}, {"102", "", "", Points{2}}}};
}
inline BlockSeat example(const House& house, std::type_identity<BlockSeat>) { return {house.seats[8]}; }
inline UnblockSeat example(const House& house, std::type_identity<UnblockSeat>) { return {house.blocked}; }
inline Join example(const House& house, std::type_identity<Join>) { return {house.stranger, house.room}; }
inline Arrive example(const House& house, std::type_identity<Arrive>) {
    return {house.arriving.user, house.arriving.token};
}
inline Leave example(const House& house, std::type_identity<Leave>) {
    return {house.holding.user, house.holding.token};
}
inline HoldSeat example(const House& house, std::type_identity<HoldSeat>) {
    return {house.admitted.user, house.admitted.token, house.seats[8], long_text};
}
inline ReleaseHold example(const House& house, std::type_identity<ReleaseHold>) {
    return {house.holding.user, house.holding.reservation};
}
inline Recharge example(const House& house, std::type_identity<Recharge>) {
    return {house.stranger, Points{7}, long_text};
}
inline Pay example(const House& house, std::type_identity<Pay>) {
    return {house.holding.user, house.holding.token, house.holding.reservation, long_text};
}
inline BeginPayment example(const House& house, std::type_identity<BeginPayment>) {
    return {house.holding.user, house.holding.token, house.holding.reservation, long_text};
}
inline CapturePayment example(const House& house, std::type_identity<CapturePayment>) {
    const auto& one = house.paying;
    return {one.user, one.token, one.reservation, one.payment, long_text, long_text};
}
inline FailPayment example(const House& house, std::type_identity<FailPayment>) {
    return {house.paying.user, house.paying.reservation, house.paying.payment, long_text, false};
}
inline Tick example(const House&, std::type_identity<Tick>) { return {}; }
inline ReconcilePayment example(const House& house, std::type_identity<ReconcilePayment>) {
    return {house.unclear.payment, ""};
}
inline HoldSeats example(const House& house, std::type_identity<HoldSeats>) {
    return {
        house.admitted.user, house.admitted.token, house.concert, {{house.seats[8]}, {house.seats[9]}}, {}, long_text};
}
inline ReleaseOrder example(const House& house, std::type_identity<ReleaseOrder>) {
    return {house.ordering.user, OrderId{house.ordering.reservation}};
}
inline ChangeConcert example(const House& house, std::type_identity<ChangeConcert>) {
    return {house.spare, house_date, long_text, never, true, 1, house.small_room};
}
inline ChangeSale example(const House& house, std::type_identity<ChangeSale>) { return {house.concert, {}, 2}; }
inline SetTariff example(const House& house, std::type_identity<SetTariff>) {
    return {house.concert, {{"", TypeId{}, Points{12}}}, 2};
}
inline CreateType example(const House& house, std::type_identity<CreateType>) {
    return {house.concert, long_text, 2, {}};
}
inline CallOff example(const House& house, std::type_identity<CallOff>) { return {house.concert, long_text}; }
inline SweepRefunds example(const House& house, std::type_identity<SweepRefunds>) { return {house.called_off, 10}; }
inline Cancel example(const House& house, std::type_identity<Cancel>) {
    return {house.paid.user, {house.paid.reservation}, long_text};
}
inline Refund example(const House& house, std::type_identity<Refund>) {
    return {house.paid.reservation, Points{3}, true, long_text, long_text};
}
inline DeleteConcert example(const House& house, std::type_identity<DeleteConcert>) { return {house.spare, 1}; }

template <std::size_t... index>
std::vector<Command> examples(const House& house, std::index_sequence<index...>) {
    return {Command{example(house, std::type_identity<std::variant_alternative_t<index, Command>>{})}...};
}
/// In the variant's order.
inline std::vector<Command> all_examples(const House& house) {
    return examples(house, std::make_index_sequence<std::variant_size_v<Command>>{});
}

}  // namespace boxoffice::reliability
