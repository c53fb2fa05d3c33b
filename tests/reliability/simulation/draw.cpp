#include "reliability/simulation/draw.hpp"

#include <array>
#include <chrono>
#include <numeric>
#include <utility>

namespace boxoffice::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

void Known::look_at(const Rows& rows) {
    const auto fill = [](auto& list, const auto& table) {
        list.clear();
        list.push_back({5});
        for (const auto& [id, row] : table) list.push_back(id);
    };
    fill(users, rows.users);
    fill(rooms, rows.rooms);
    fill(concerts, rows.concerts);
    fill(seats, rows.seats);
    fill(types, rows.types);
    fill(payments, rows.payments);
    turns.assign(1, {UserId{5}, TokenId{5}});
    for (const auto& [token, place] : rows.places) turns.push_back({place.user, token});
    holds.assign(1, {UserId{5}, TokenId{5}, ReservationId{5}, OrderId{5}, PaymentId{5}});
    for (const auto& [id, one] : rows.reservations) holds.push_back({one.user, one.token, id, one.order, one.payment});
}

IdempotencyKey Draw::key() {
    if (chance.below(3) > 0) return "";
    return chance.once_in(60) ? "no good" : "k" + std::to_string(chance.below(12));
}

RoomLimits Draw::limits() {
    RoomLimits limits = options.main_room;
    limits.active_capacity = chance.once_in(60) ? -1 : chance.below(7);
    limits.queue_capacity = chance.below(8);
    limits.admissions_per_second = chance.once_in(4) ? 1 + chance.below(3) : 0;
    limits.arrive_ttl = seconds{1 + chance.below(40)};
    limits.active_ttl = seconds{20 + chance.below(120)};
    limits.waiting_ttl = seconds{60 + chance.below(240)};
    return limits;
}

Terms Draw::terms() {
    Terms terms;
    terms.seats_per_order = chance.once_in(40) ? 0 : 1 + chance.below(4);
    if (chance.once_in(3)) terms.seats_per_user = 1 + chance.below(5);
    terms.is_paused = chance.once_in(15);
    if (chance.once_in(10)) terms.opens_at = now + seconds{chance.below(60)};
    if (chance.once_in(10)) terms.closes_at = now + seconds{60 + chance.below(120)};
    if (chance.once_in(3)) terms.hold_ttl = seconds{5 + chance.below(60)};
    if (chance.below(4) > 0)
        terms.refund_steps = {{now + seconds{chance.below(90)}, 900}, {now + seconds{90 + chance.below(900)}, 333}};
    if (chance.once_in(3)) terms.refund_steps.push_back({never, chance.below(1'001)});
    return terms;
}

std::int64_t Draw::sale_version(ConcertId concert) {
    std::int64_t version = 0;
    for (auto at = rows.sales.lower_bound({concert, 0}); at != rows.sales.end() && at->first.concert == concert; ++at)
        version = at->first.version;
    return chance.once_in(8) ? chance.below(4) : version;
}

std::int64_t Draw::concert_version(ConcertId concert) {
    const auto found = rows.concerts.find(concert);
    return found == rows.concerts.end() || chance.once_in(8) ? chance.below(4) : found->second.version;
}

namespace {

template <class C>
struct Drawn;

std::string number(Chance& chance, std::int64_t below) { return std::to_string(1 + chance.below(below)); }
const char* category(Chance& chance) { return chance.once_in(3) ? "A" : ""; }

Date day(Chance& chance) { return Date{std::chrono::days{chance.once_in(40) ? 3'000'000 : 20'800 + chance.below(3)}}; }

NewSeat seat(Chance& chance, std::string named) {
    NewSeat seat;
    seat.number = std::move(named);
    seat.price = Points{chance.once_in(40) ? -1 : chance.once_in(30) ? 1'000'000'000'000 : 10 * chance.below(9)};
    seat.is_blocked = chance.once_in(8);
    seat.category = category(chance);
    return seat;
}

template <>
struct Drawn<CreateUser> {
    static constexpr int weight = 2;
    static CreateUser draw(Draw& d) { return {d.chance.once_in(30) ? "" : "u" + std::to_string(d.chance.below(14))}; }
};
template <>
struct Drawn<CreateRoom> {
    static constexpr int weight = 1;
    static CreateRoom draw(Draw& d) { return {"r" + std::to_string(d.chance.below(4)), d.limits()}; }
};
template <>
struct Drawn<ChangeRoom> {
    static constexpr int weight = 3;
    static ChangeRoom draw(Draw& d) { return {d.any(d.known.rooms), d.limits()}; }
};
template <>
struct Drawn<CreateConcert> {
    static constexpr int weight = 1;
    static CreateConcert draw(Draw& d) {
        CreateConcert made{day(d.chance), "c" + std::to_string(d.chance.below(4)), d.any(d.known.rooms), {}};
        for (auto left = d.chance.below(5); left > 0; --left)
            made.seats.push_back(seat(d.chance, d.chance.once_in(20) ? "1" : std::to_string(left)));
        return made;
    }
};
template <>
struct Drawn<AddSeats> {
    static constexpr int weight = 1;
    static AddSeats draw(Draw& d) {
        AddSeats added{d.any(d.known.concerts), {}};
        for (auto left = d.chance.below(3); left > 0; --left)
            added.seats.push_back(seat(d.chance, number(d.chance, 30)));
        return added;
    }
};
template <>
struct Drawn<BlockSeat> {
    static constexpr int weight = 2;
    static BlockSeat draw(Draw& d) { return {d.any(d.known.seats)}; }
};
template <>
struct Drawn<UnblockSeat> {
    static constexpr int weight = 3;
    static UnblockSeat draw(Draw& d) { return {d.any(d.known.seats)}; }
};
template <>
struct Drawn<Join> {
    static constexpr int weight = 20;
    static Join draw(Draw& d) { return {d.any(d.known.users), d.any(d.known.rooms)}; }
};
template <>
struct Drawn<Arrive> {
    static constexpr int weight = 3;
    static Arrive draw(Draw& d) {
        const auto& turn = d.recent(d.known.turns);
        return {turn.user, turn.token};
    }
};
template <>
struct Drawn<Leave> {
    static constexpr int weight = 3;
    static Leave draw(Draw& d) {
        const auto& turn = d.recent(d.known.turns);
        return {turn.user, turn.token};
    }
};
template <>
struct Drawn<HoldSeat> {
    static constexpr int weight = 14;
    static HoldSeat draw(Draw& d) {
        const auto& turn = d.recent(d.known.turns);
        const auto user = d.chance.once_in(30) ? d.any(d.known.users) : turn.user;
        return {user, turn.token, d.any(d.known.seats), d.key()};
    }
};
template <>
struct Drawn<HoldSeats> {
    static constexpr int weight = 14;
    static HoldSeats draw(Draw& d) {
        const auto& turn = d.recent(d.known.turns);
        HoldSeats wanted{turn.user, turn.token, {}, {}, std::nullopt, d.key()};
        const auto first = d.any(d.known.seats);
        const auto row = d.rows.seats.find(first);
        wanted.concert =
            row == d.rows.seats.end() || d.chance.once_in(12) ? d.any(d.known.concerts) : row->second.concert;
        auto at = row;
        for (auto left = d.chance.once_in(20) ? 0 : 1 + d.chance.below(3); left > 0 && at != d.rows.seats.end();
             --left, ++at)
            wanted.items.push_back({at->first, d.chance.once_in(5) ? d.any(d.known.types) : TypeId{}});
        if (d.chance.once_in(30)) wanted.items.push_back({first});
        if (d.chance.once_in(8)) wanted.expect_total = Points{10 * d.chance.below(20)};
        return wanted;
    }
};
template <>
struct Drawn<ReleaseHold> {
    static constexpr int weight = 3;
    static ReleaseHold draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        return {d.chance.once_in(20) ? d.any(d.known.users) : hold.user, hold.reservation};
    }
};
template <>
struct Drawn<ReleaseOrder> {
    static constexpr int weight = 3;
    static ReleaseOrder draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        return {hold.user, d.chance.once_in(10) ? hold.reservation : hold.order};
    }
};
template <>
struct Drawn<Recharge> {
    static constexpr int weight = 8;
    static Recharge draw(Draw& d) {
        // In some sales the first user is so rich that nothing more can be given to it, nor given back.
        if (d.known.users.size() > 1 && d.chance.once_in(8)) return {d.known.users[1], Points{50}, ""};
        const auto amount = d.chance.once_in(30) ? 0 : 50 + d.chance.below(150);
        return {d.any(d.known.users), Points{amount}, d.key()};
    }
};
template <>
struct Drawn<Pay> {
    static constexpr int weight = 12;
    static Pay draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        return {hold.user, d.chance.once_in(20) ? d.any(d.known.turns).token : hold.token,
                d.chance.once_in(15) ? hold.reservation : hold.order, d.key()};
    }
};
template <>
struct Drawn<BeginPayment> {
    static constexpr int weight = 8;
    static BeginPayment draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        return {hold.user, hold.token, hold.order, d.key()};
    }
};
template <>
struct Drawn<CapturePayment> {
    static constexpr int weight = 8;
    static CapturePayment draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        const auto payment = hold.payment && !d.chance.once_in(10) ? hold.payment : d.any(d.known.payments);
        return {hold.user, hold.token, hold.order, payment, "tx", d.key()};
    }
};
template <>
struct Drawn<FailPayment> {
    static constexpr int weight = 3;
    static FailPayment draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        return {hold.user, hold.order, hold.payment, d.chance.once_in(2) ? "tx" : "", d.chance.once_in(2)};
    }
};
template <>
struct Drawn<ReconcilePayment> {
    static constexpr int weight = 2;
    static ReconcilePayment draw(Draw& d) { return {d.recent(d.known.payments), d.chance.once_in(2) ? "tx" : ""}; }
};
template <>
struct Drawn<Tick> {
    static constexpr int weight = 3;
    static Tick draw(Draw& d) { return {d.chance.once_in(30) ? -1 : d.chance.once_in(3) ? 0 : 1'000'000'000}; }
};
template <>
struct Drawn<ChangeConcert> {
    static constexpr int weight = 1;
    static ChangeConcert draw(Draw& d) {
        const auto concert = d.any(d.known.concerts);
        ChangeConcert change{concert, day(d.chance), "moved", never, d.chance.once_in(6), d.concert_version(concert)};
        if (d.chance.once_in(2)) change.room = d.any(d.known.rooms);
        return change;
    }
};
template <>
struct Drawn<DeleteConcert> {
    static constexpr int weight = 1;
    static DeleteConcert draw(Draw& d) {
        const auto concert = d.any(d.known.concerts);
        return {concert, d.concert_version(concert)};
    }
};
template <>
struct Drawn<ChangeSale> {
    static constexpr int weight = 3;
    static ChangeSale draw(Draw& d) {
        const auto concert = d.any(d.known.concerts);
        return {concert, d.terms(), d.sale_version(concert)};
    }
};
template <>
struct Drawn<SetTariff> {
    static constexpr int weight = 2;
    static SetTariff draw(Draw& d) {
        const auto concert = d.any(d.known.concerts);
        SetTariff tariff{concert, {}, d.sale_version(concert)};
        for (auto left = d.chance.below(4); left > 0; --left)
            tariff.rows.push_back({category(d.chance), d.chance.once_in(3) ? TypeId{} : d.any(d.known.types),
                                   Points{10 * d.chance.below(6)}});
        return tariff;
    }
};
template <>
struct Drawn<CreateType> {
    static constexpr int weight = 2;
    static CreateType draw(Draw& d) {
        return {d.any(d.known.concerts), "t" + std::to_string(d.chance.below(4)), d.chance.below(3),
                d.chance.once_in(2) ? TypeId{} : d.any(d.known.types)};
    }
};
/// Rarely of one that is there: nothing of it is sold from then on.
template <>
struct Drawn<CallOff> {
    static constexpr int weight = 1;
    static CallOff draw(Draw& d) {
        return {d.chance.once_in(4) ? d.any(d.known.concerts) : d.known.concerts.front(), "rain"};
    }
};
template <>
struct Drawn<SweepRefunds> {
    static constexpr int weight = 2;
    static SweepRefunds draw(Draw& d) { return {d.any(d.known.concerts), d.chance.below(4)}; }
};
template <>
struct Drawn<Cancel> {
    static constexpr int weight = 6;
    static Cancel draw(Draw& d) {
        const auto& hold = d.recent(d.known.holds);
        Cancel cancel{hold.user, {hold.reservation}, d.key()};
        if (d.chance.once_in(2))
            for (const auto& [id, one] : d.rows.reservations)
                if (one.order == hold.order && (id != hold.reservation || d.chance.once_in(20)))
                    cancel.reservations.push_back(id);
        if (d.chance.once_in(30)) cancel.reservations.clear();
        return cancel;
    }
};
template <>
struct Drawn<Refund> {
    static constexpr int weight = 4;
    static Refund draw(Draw& d) {
        return {d.recent(d.known.holds).reservation, Points{d.chance.below(40)}, d.chance.once_in(2),
                d.chance.once_in(20) ? "" : "k" + std::to_string(d.chance.below(20)),
                d.chance.once_in(4) ? "draught" : ""};
    }
};

template <class Variant>
struct Drawing;
template <class... C>
struct Drawing<std::variant<C...>> {
    static constexpr std::array<int, sizeof...(C)> weights{Drawn<C>::weight...};
    static constexpr std::array<Command (*)(Draw&), sizeof...(C)> functions{
        +[](Draw& draw) -> Command { return Drawn<C>::draw(draw); }...};
};

/// "CreateUser", as the compiler writes it.
template <class C>
std::string type_name() {
    std::string name = __PRETTY_FUNCTION__;
    name.resize(name.find_first_of(";]", name.find("C = ")));
    return name.substr(name.rfind(':') + 1);
}

}  // namespace

std::string kind_of(const Command& command) {
    return std::visit([]<class C>(const C&) { return type_name<C>(); }, command);
}

Command any_command(Draw& draw) {
    constexpr auto& weights = Drawing<Command>::weights;
    constexpr auto sum = std::accumulate(weights.begin(), weights.end(), 0);
    auto left = draw.chance.below(sum);
    std::size_t kind = 0;
    while (left >= weights[kind]) left -= weights[kind++];
    return Drawing<Command>::functions[kind](draw);
}

}  // namespace boxoffice::simulation
