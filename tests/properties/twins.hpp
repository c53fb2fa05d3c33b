#pragma once
/// Two offices that must stay alike: one gets its commands in batches, the other one by one. A world that commands can
/// speak of, any command by chance, and what is compared.

#include <random>
#include <sstream>

#include "support/office.hpp"

namespace boxoffice::testing {

inline Options small_world() {
    return options_with([](Options& o) {
        o.main_room.active_capacity = 5;
        o.main_room.queue_capacity = 12;
        o.main_room.arrive_ttl = seconds{20};
        o.main_room.active_ttl = seconds{90};
        o.main_room.waiting_ttl = minutes{5};
        o.hold_ttl = seconds{60};
        o.capture_ttl = seconds{30};
        o.holds_per_user = 2;
        o.identity_ttl = minutes{5};  // so that ticks find something to prune
        o.idempotency_ttl = minutes{3};
        o.event_ttl = minutes{4};
    });
}

/// A world, and what commands can speak of: everything that was made so far, and some things that were not.
struct World {
    explicit World(std::shared_ptr<Store> store = std::make_shared<MemoryStore>(), Others others = Others::untold)
        : office{small_world(), nullptr, std::move(store), std::make_shared<VirtualClock>(opening), others} {
        rooms = {office->main_room(), office.room("vip", small_world().main_room), RoomId{5}};
        for (int i = 0; i < 24; ++i) users.push_back(office.user("u" + std::to_string(i)));
        users.push_back(UserId{5});
        for (const auto room : {rooms[0], rooms[1], rooms[0]}) {
            concerts.push_back(
                office.concert("2026-12-24", {{"1", 0}, {"2", 30}, {"3", 70}, {"10", 70}, {"11", 30}}, room));
            for (const auto& seat : must(office->available_seats(concerts.back()), "seats")) seats.push_back(seat.id);
        }
        concerts.push_back(ConcertId{5});
        seats.push_back(SeatId{5});
        tokens.push_back({UserId{5}, TokenId{5}});
        holds.push_back({UserId{5}, TokenId{5}, ReservationId{5}, PaymentId{5}});
    }

    /// Remembers what outcomes name, for the commands after them.
    void learn(const std::vector<Command>& commands, const std::vector<Outcome>& outcomes) {
        for (std::size_t i = 0; i < commands.size(); ++i) {
            if (!outcomes[i]) continue;
            learn_of_house(commands[i], *outcomes[i]);
            if (const auto* joined = std::get_if<Joined>(&*outcomes[i]))
                tokens.push_back({joined->claims.user, joined->claims.token});
            if (const auto* order = std::get_if<HeldOrder>(&*outcomes[i])) {
                const auto& command = std::get<HoldSeats>(commands[i]);
                for (const auto& item : order->items)
                    holds.push_back({command.user, command.token, item.reservation, PaymentId{5}});
                holds.push_back({command.user, command.token, order->order, PaymentId{5}});
            }
            if (const auto* type = std::get_if<Created<TypeId>>(&*outcomes[i])) types.push_back(type->id);
            if (const auto* held = std::get_if<Held>(&*outcomes[i])) {
                const auto& command = std::get<HoldSeat>(commands[i]);
                holds.push_back({command.user, command.token, held->reservation, PaymentId{5}});
            }
            if (const auto* begun = std::get_if<PaymentBegun>(&*outcomes[i])) {
                const auto& command = std::get<BeginPayment>(commands[i]);
                holds.push_back({command.user, command.token, begun->reservation, begun->payment});
            }
        }
    }

    /// Users, rooms, concerts and seats that were made.
    void learn_of_house(const Command& command, const Answer& answer) {
        if (const auto* user = std::get_if<Created<UserId>>(&answer)) users.push_back(user->id);
        if (const auto* room = std::get_if<Created<RoomId>>(&answer)) rooms.push_back(room->id);
        if (const auto* made = std::get_if<Created<ConcertId>>(&answer)) {
            concerts.push_back(made->id);
            learn_seats(made->id, std::get<CreateConcert>(command).seats);
        }
        if (const auto* added = std::get_if<AddSeats>(&command)) learn_seats(added->concert, added->seats);
        if (const auto* deleted = std::get_if<DeleteConcert>(&command)) {
            std::erase(concerts, deleted->concert);
            gone.push_back(deleted->concert);
        }
    }
    void learn_seats(ConcertId concert, const std::vector<NewSeat>& made) {
        for (const auto& seat : made)
            if (const auto found = office->seat(concert, seat.number)) seats.push_back(found->seat.id);
    }

    struct Hold {
        UserId user;
        TokenId token;
        ReservationId reservation;
        PaymentId payment;
    };
    Office office;
    std::vector<UserId> users;
    std::vector<RoomId> rooms;
    std::vector<ConcertId> concerts;
    std::vector<ConcertId> gone;  ///< concerts that were deleted
    std::vector<SeatId> seats;
    std::vector<std::pair<UserId, TokenId>> tokens;
    std::vector<Hold> holds;
    std::vector<TypeId> types{TypeId{5}, TypeId{}};
};

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : engine_{seed} {}
    std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n)); }
    template <class T>
    const T& of(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
    }
    /// Rather one of the last made.
    template <class T>
    const T& recent_of(const std::vector<T>& values) {
        const auto size = static_cast<std::int64_t>(values.size());
        return values[static_cast<std::size_t>(below(3) == 0 ? below(size)
                                                             : size - 1 - below(std::min<std::int64_t>(size, 12)))];
    }
    /// One of the last few.
    template <class T>
    const T& last_of(const std::vector<T>& values) {
        const auto size = static_cast<std::int64_t>(values.size());
        return values[static_cast<std::size_t>(size - 1 - below(std::min<std::int64_t>(size, 1 + below(4))))];
    }
    IdempotencyKey key() { return below(3) > 0 ? "" : "k" + std::to_string(below(20)); }

  private:
    std::mt19937_64 engine_;
};

inline Terms any_terms(World& world, Chance& chance) {
    const auto now = world.office.now();
    Terms terms;
    terms.seats_per_order = 1 + chance.below(4);
    terms.seats_per_user = chance.below(3) == 0 ? 1 + chance.below(4) : 0;
    terms.is_paused = chance.below(12) == 0;
    if (chance.below(8) == 0) terms.opens_at = now + seconds{chance.below(60)};
    if (chance.below(8) == 0) terms.closes_at = now + seconds{60 + chance.below(120)};
    if (chance.below(3) == 0) terms.hold_ttl = seconds{20 + chance.below(60)};
    if (chance.below(3) > 0)
        terms.refund_steps = {{now + seconds{chance.below(90)}, 900}, {never, chance.below(1'001)}};
    return terms;
}

/// Rather of a concert that was made by a command than of the first ones, without which there would be little to sell.
inline Command any_deletion(World& world, Chance& chance) {
    const auto made = std::ssize(world.concerts) - 4;
    auto concert = chance.below(12) == 0 ? chance.of(world.concerts) : ConcertId{5};
    if (made > 0 && chance.below(8) > 0) concert = world.concerts[static_cast<std::size_t>(4 + chance.below(made))];
    const auto found = world.office->concert(concert);
    return DeleteConcert{concert, found && chance.below(8) > 0 ? found->version : chance.below(4)};
}

/// Those that sell by terms, and take back.
inline Command any_selling(World& world, Chance& chance) {
    const auto& [user, token] = chance.recent_of(world.tokens);
    const auto& hold = chance.recent_of(world.holds);
    const auto concert = chance.of(world.concerts);
    const auto sale = world.office->sale(concert);
    const auto version = sale && chance.below(8) > 0 ? sale->id.version : chance.below(4);
    switch (chance.below(14)) {
        case 0: return ChangeSale{concert, any_terms(world, chance), version};
        case 1: {
            SetTariff tariff{concert, {}, version};
            if (chance.below(4) > 0) tariff.rows.push_back({"", TypeId{}, Points{chance.below(50)}});
            if (chance.below(2) > 0) tariff.rows.push_back({"", chance.of(world.types), Points{chance.below(50)}});
            return tariff;
        }
        case 2:
            return CreateType{concert, "t" + std::to_string(chance.below(4)), chance.below(3), chance.of(world.types)};
        case 3: {
            const auto found = world.office->concert(concert);
            ChangeConcert change{
                concert, *parse_date("2026-12-26"), "moved",
                never,   chance.below(9) == 0,      found && chance.below(8) > 0 ? found->version : chance.below(4)};
            if (chance.below(4) == 0) return any_deletion(world, chance);
            if (chance.below(4) == 0) change.room = chance.of(world.rooms);
            return change;
        }
        case 4:
            if (chance.below(12) == 0) return CallOff{concert, "rain"};
            return SweepRefunds{concert, 1 + chance.below(3)};
        case 5: return ReleaseOrder{hold.user, hold.reservation};
        case 6:
        case 7: {
            Cancel cancel{hold.user, {hold.reservation}, chance.key()};
            if (chance.below(2) == 0) cancel.reservations.push_back(chance.recent_of(world.holds).reservation);
            return cancel;
        }
        case 8:
            return Refund{hold.reservation, Points{chance.below(40)}, chance.below(2) == 0,
                          "k" + std::to_string(chance.below(20)), chance.below(4) == 0 ? "draught" : ""};
        default: {
            HoldSeats hold_seats{user, token, concert, {}, std::nullopt, chance.key()};
            for (auto left = 1 + chance.below(3); left > 0; --left)
                hold_seats.items.push_back(
                    {chance.of(world.seats), chance.below(4) == 0 ? chance.of(world.types) : TypeId{}});
            if (chance.below(6) == 0) hold_seats.expect_total = Points{chance.below(200)};
            return hold_seats;
        }
    }
}

/// A test holds it to all of them.
inline Command any_command(World& world, Chance& chance) {
    if (chance.below(3) == 0) return any_selling(world, chance);
    const auto& [user, token] = chance.recent_of(world.tokens);
    const auto& hold = chance.recent_of(world.holds);
    const auto stranger = chance.of(world.users);
    switch (chance.below(24)) {
        case 0: return CreateUser{"u" + std::to_string(chance.below(60))};
        case 1:
            return AddSeats{chance.of(world.concerts),
                            {{std::to_string(chance.below(40)), "", "", Points{chance.below(90) - 2}}}};
        case 2: return BlockSeat{chance.of(world.seats)};
        case 3: return UnblockSeat{chance.of(world.seats)};
        case 4: return Arrive{user, token};
        case 5: return Leave{user, token};
        case 6: return ReleaseHold{hold.user, hold.reservation};
        case 7:
            if (chance.below(3) == 0) return ReconcilePayment{hold.payment, chance.below(2) == 0 ? "tx" : ""};
            return FailPayment{hold.user, hold.reservation, hold.payment, chance.below(3) > 0 ? "tx" : "",
                               chance.below(2) == 0};
        case 8: return Recharge{stranger, Points{chance.below(100)}, chance.key()};
        case 9:
        case 10: return Recharge{user, Points{50 + chance.below(100)}, chance.key()};
        case 11: return BeginPayment{hold.user, hold.token, hold.reservation, chance.key()};
        case 12: return CapturePayment{hold.user, hold.token, hold.reservation, hold.payment, "tx", chance.key()};
        case 13:
        case 14: return Pay{hold.user, hold.token, hold.reservation, chance.key()};
        case 15: {
            auto limits = small_world().main_room;
            limits.active_capacity = chance.below(9);
            limits.queue_capacity = 6 + chance.below(9);
            limits.admissions_per_second = chance.below(3) == 0 ? 1 : 0;
            return ChangeRoom{chance.of(world.rooms), limits};
        }
        case 16:
            return chance.below(3) > 0 ? Command{Tick{chance.below(4) == 0 ? chance.below(2'000) : 0}}
                                       : Command{HoldSeat{stranger, token, chance.of(world.seats), ""}};
        case 17:
            if (chance.below(2) == 0) return CreateRoom{"r" + std::to_string(chance.below(4)), small_world().main_room};
            return CreateConcert{*parse_date("2026-12-25"), "c", chance.of(world.rooms), {{"1", "", "", Points{10}}}};
        case 18:
        case 19:
        case 20: return HoldSeat{user, token, chance.of(world.seats), chance.key()};
        default: return Join{stranger, chance.of(world.rooms)};
    }
}

/// An outcome as text, answer included.
inline std::string text_of(const Outcome& done) {
    if (!done) return outcome(done) + " " + done.error().detail;
    std::ostringstream out;
    out << done->index();
    std::visit(
        [&]<class A>(const A& a) {
            if constexpr (requires { a.id; }) out << " " << a.id.value;
            if constexpr (std::same_as<A, Joined>)
                out << " " << a.claims.token.value << " " << a.claims.position << " " << name_of(a.state) << " "
                    << a.again;
            if constexpr (requires { a.reservation; }) out << " reservation " << a.reservation.value;
            if constexpr (requires { a.deadline; }) out << " until " << to_us(a.deadline);
            if constexpr (requires { a.paid_at; }) out << " at " << to_us(a.paid_at);
            if constexpr (requires { a.balance; }) out << " balance " << a.balance.value;
            if constexpr (requires { a.expired; }) out << " expired " << a.expired << " " << a.more;
            if constexpr (requires { a.released; }) out << " released " << a.released;
            if constexpr (requires { a.version; }) out << " version " << a.version;
            if constexpr (requires { a.refunded; } && !std::same_as<A, Swept>) out << " refunded " << a.refunded.value;
            if constexpr (std::same_as<A, HeldOrder>) {
                out << " order " << a.order.value << " total " << a.total.value;
                for (const auto& item : a.items)
                    out << " " << item.reservation.value << " " << item.seat.value << " " << item.type.value << " "
                        << item.price.value;
            }
            if constexpr (std::same_as<A, Cancelled>) {
                out << " refund " << a.refund.value;
                for (const auto& item : a.items) out << " " << item.reservation.value << " " << item.refund.value;
            }
            if constexpr (std::same_as<A, CalledOff>) out << " off " << to_us(a.called_off_at);
            if constexpr (std::same_as<A, Swept>)
                out << " swept " << a.refunded << " stuck " << a.stuck << " " << a.more;
        },
        *done);
    return out.str();
}

/// The dump without what is not law: the version of a seat, which counts commits, and a room's next_lapse_at, a lower
/// bound that whoever looks may raise. Each is the last field of its line.
inline std::string canonical_dump(Office& office) {
    std::istringstream lines{office.dump()};
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("seats ", 0) == 0 || line.rfind("rooms ", 0) == 0) line.resize(line.rfind(' '));
        out += line + "\n";
    }
    return out;
}

/// The first line in which two texts differ.
inline std::string difference(const std::string& a, const std::string& b) {
    std::istringstream in_a{a};
    std::istringstream in_b{b};
    std::string line_a;
    std::string line_b;
    for (;;) {
        const bool more_a = static_cast<bool>(std::getline(in_a, line_a));
        const bool more_b = static_cast<bool>(std::getline(in_b, line_b));
        if (!more_a && !more_b) return "";
        if (!more_a || !more_b || line_a != line_b)
            return "batch: " + (more_a ? line_a : "-") + "\none by one: " + (more_b ? line_b : "-");
    }
}

}  // namespace boxoffice::testing
