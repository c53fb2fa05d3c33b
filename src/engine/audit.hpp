#pragma once
/// The audit recomputes from the rows what must hold, and names what does not. It believes no counter and no balance.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "boxoffice/answers.hpp"

namespace boxoffice {

/// Sees every row of one consistent state, then reports. Memory grows with the rows: tens of bytes each.
class Audit final : public Visitor {
  public:
    explicit Audit(Time now) : now_(now) {}

    void visit(const HouseRules&) override {}
    void visit(const User& row) override { users_.insert(row.id); }
    void visit(const Room& row) override { rooms_.emplace(row.id, row); }
    void visit(const Concert& row) override { concerts_.emplace(row.id, row); }
    void visit(const Sale& row) override { sales_.emplace(row.id, row); }
    void visit(const TariffPrice& row) override { prices_[{row.sale, row.row.category, row.row.type}] = row.row.price; }
    void visit(const TicketType& row) override { types_.emplace(row.id, row.concert); }
    void visit(const Seat& row) override {
        seats_.emplace(row.id,
                       SeatRow{row.concert, row.state, row.claim, row.held_until, row.facts.price, row.facts.category});
    }
    void visit(const Place& row) override { places_.emplace(row.token, row); }
    void visit(const Reservation& row) override { reservations_.emplace(row.id, row); }
    void visit(const Account& row) override { accounts_.emplace(row.id, row); }
    void visit(const Payment& row) override { payments_.emplace(row.id, row); }
    void visit(const PaymentStep& row) override { steps_[row.payment].push_back(row); }
    void visit(const Transfer& row) override { transfers_.push_back(row); }
    void visit(const IdempotencyRecord&) override {}
    void visit(const Event& row) override {
        // Pruning leaves the last event and those about rooms: gaps stand between these only.
        if (row.sequence <= last_sequence_ || (is_unpruned_ && row.sequence != last_sequence_ + 1))
            report("E1", "event {}: its sequence does not follow the one before", row.sequence);
        if (row.at < last_event_at_) report("T1", "event {}: its time is before the one before", row.sequence);
        last_sequence_ = row.sequence;
        last_event_at_ = row.at;
        if (is_lasting(row.kind))
            capacities_[row.room].emplace_back(row.at, row.amount);
        else
            is_unpruned_ = true;
    }

    /// Everything wrong, in the order of the rules; empty: clean.
    std::vector<Violation> report_all() {
        check_seats();
        check_reservations();
        check_places();
        check_ledger();
        check_payments();
        check_orders();
        check_terms();
        check_refunds();
        check_concerts();
        return std::move(violations_);
    }

  private:
    struct SeatRow {
        ConcertId concert;
        SeatState state;
        ReservationId claim;
        Time held_until;
        Points price;
        std::string category;
    };
    __extension__ typedef __int128 Wide;  // sums of balances cannot overflow in it

    template <class... Args>
    void report(const char* rule, fmt::format_string<Args...> text, Args&&... args) {
        violations_.push_back({rule, fmt::format(text, std::forward<Args>(args)...)});
    }

    template <class Map, class Key>
    static const typename Map::mapped_type* find(const Map& map, const Key& key) {
        const auto at = map.find(key);
        return at == map.end() ? nullptr : &at->second;
    }

    /// S1: at most one live claim a seat. S2: a seat's state agrees with its reservation.
    void check_seats() {
        std::unordered_map<SeatId, ReservationId> claims;
        for (const auto& [id, reservation] : reservations_) {
            if (reservation.state != ReservationState::held && reservation.state != ReservationState::confirmed)
                continue;
            const auto [at, first] = claims.emplace(reservation.seat, id);
            if (!first)
                report("S1", "seat {}: claimed by reservations {} and {}", to_text(reservation.seat),
                       to_text(at->second), to_text(id));
        }
        for (const auto& [id, seat] : seats_) {
            const auto* claim = seat.claim ? find(reservations_, seat.claim) : nullptr;
            const bool claimed = seat.state == SeatState::held || seat.state == SeatState::sold;
            if (!claimed) {
                if (seat.claim) report("S2", "seat {}: {} but names a reservation", to_text(id), name_of(seat.state));
                if (claims.contains(id))
                    report("S2", "seat {}: {} but reservation {} claims it", to_text(id), name_of(seat.state),
                           to_text(claims.at(id)));
                continue;
            }
            const auto wanted = seat.state == SeatState::held ? ReservationState::held : ReservationState::confirmed;
            if (claim == nullptr || claim->seat != id || claim->state != wanted)
                report("S2", "seat {}: {} but no reservation of it is {}", to_text(id), name_of(seat.state),
                       name_of(wanted));
            else if (seat.state == SeatState::held && claim->deadline != seat.held_until)
                report("S2", "seat {}: held until another time than its reservation {}", to_text(id),
                       to_text(claim->id));
        }
    }

    /// H3: a live hold implies a live place. H1: a sale's hold was live at its commit.
    void check_reservations() {
        for (const auto& [id, reservation] : reservations_) {
            if (!users_.contains(reservation.user))
                report("H1", "reservation {}: its user does not exist", to_text(id));
            if (!seats_.contains(reservation.seat))
                report("H1", "reservation {}: its seat does not exist", to_text(id));
            const bool was_sold =
                reservation.state == ReservationState::confirmed || reservation.state == ReservationState::cancelled;
            if (was_sold &&
                (reservation.finished_at < reservation.held_at || reservation.finished_at >= reservation.deadline))
                report("H1", "reservation {}: confirmed when its hold was not live", to_text(id));
            if ((reservation.state == ReservationState::held) != (reservation.finished_at == never))
                report("H1", "reservation {}: {}, and its end says otherwise", to_text(id), name_of(reservation.state));
            if (!is_live_hold(reservation, now_)) continue;
            const auto* place = find(places_, reservation.token);
            const auto* room = place == nullptr ? nullptr : find(rooms_, place->room);
            if (room == nullptr || state_at(*place, room->limits, now_) != PlaceState::admitted ||
                place->deadline < reservation.deadline)
                report("H3", "reservation {}: a live hold without a live place", to_text(id));
            else if (place->user != reservation.user)
                report("H3", "reservation {}: held with another user's place", to_text(id));
        }
    }

    /// Q1: positions unique. Q2: admission in their order. Q3: never above the capacity then in force. Q4: one live place a
    /// user and room; what has ended has its end. Q5: a room's counts are its rows'.
    void check_places() {
        std::map<RoomId, std::vector<const Place*>> by_room;
        for (const auto& [token, place] : places_) by_room[place.room].push_back(&place);
        for (auto& [id, room] : rooms_) check_room(room, by_room[id]);
        for (const auto& [id, places] : by_room)
            if (!rooms_.contains(id)) report("Q1", "room {}: places without a room", to_text(id));
    }

    void check_room(const Room& room, std::vector<const Place*>& places) {
        std::sort(places.begin(), places.end(),
                  [](const Place* a, const Place* b) { return a->position < b->position; });
        std::int64_t waiting = 0;
        std::int64_t admitted = 0;
        Position serving = 0;
        Time last_admission = Time::min();
        std::set<UserId> live;
        const Place* before = nullptr;
        for (const auto* place : places) {
            const auto text = to_text(place->token);
            if (before != nullptr && before->position == place->position)
                report("Q1", "token {}: position {} of room {} is given twice", text, place->position, room.name);
            if (place->position < 1 || place->position > room.last_position)
                report("Q1", "token {}: position {} was never given in room {}", text, place->position, room.name);
            before = place;
            waiting += place->state == PlaceState::waiting;
            admitted += place->state == PlaceState::admitted;
            if (place->state == PlaceState::admitted && place->deadline < room.next_lapse_at)
                report("Q5", "room {}: expects nobody's time to run out before token {}'s does", room.name, text);
            if (is_finished(place->state) != (place->finished_at != never))
                report("Q4", "token {}: {}, and its end says otherwise", text, name_of(place->state));
            if (is_live(*place, room.limits, now_) && !live.insert(place->user).second)
                report("Q4", "token {}: the user has two live places in room {}", text, room.name);
            if (place->admitted_at == never) continue;
            if (place->admitted_at < last_admission)
                report("Q2", "token {}: position {} of room {} was admitted before one in front of it", text,
                       place->position, room.name);
            last_admission = place->admitted_at;
            serving = place->position;
        }
        if (serving > room.serving)
            report("Q2", "room {}: admitted position {} above serving {}", room.name, serving, room.serving);
        if (waiting != room.waiting_count)
            report("Q5", "room {}: counts {} waiting, has {}", room.name, room.waiting_count, waiting);
        if (admitted != room.admitted_count)
            report("Q5", "room {}: counts {} admitted, has {}", room.name, room.admitted_count, admitted);
        check_capacity(room, places);
    }

    static Time end_of(const Place& place) { return place.finished_at == never ? place.deadline : place.finished_at; }

    /// Sweeps over the times at which places were admitted and ended, and counts who was inside.
    void check_capacity(const Room& room, const std::vector<const Place*>& places) {
        std::vector<Time> ends;
        std::vector<const Place*> admissions;
        for (const auto* place : places) {
            if (place->admitted_at == never) continue;
            admissions.push_back(place);
            ends.push_back(end_of(*place));
        }
        // Of those admitted at one time the ones that ended first come first: who came and went at once held no slot.
        std::sort(admissions.begin(), admissions.end(), [](const Place* a, const Place* b) {
            return std::pair{a->admitted_at, end_of(*a)} < std::pair{b->admitted_at, end_of(*b)};
        });
        std::sort(ends.begin(), ends.end());
        std::size_t ended = 0;
        for (std::size_t inside = 0; inside < admissions.size(); ++inside) {
            const auto at = admissions[inside]->admitted_at;
            while (ended < ends.size() && passed(ends[ended], at)) ++ended;
            const auto live = static_cast<std::int64_t>(inside + 1) - static_cast<std::int64_t>(ended);
            if (live > capacity_at(room, at))
                report("Q3", "token {}: {} admitted in room {}, above the capacity {} then in force",
                       to_text(admissions[inside]->token), live, room.name, capacity_at(room, at));
        }
    }

    /// The largest capacity in force at `at` (several changes may have that time), as the events tell.
    std::int64_t capacity_at(const Room& room, Time at) const {
        const auto* history = find(capacities_, room.id);
        if (history == nullptr) return room.limits.active_capacity;
        std::int64_t in_force = -1;
        std::int64_t largest = -1;
        for (const auto& [when, capacity] : *history) {
            if (when > at) break;
            if (when == at) largest = std::max({largest, in_force, capacity});
            in_force = capacity;
        }
        return std::max(largest, in_force);
    }

    /// L1: all balances sum to zero. L2: each is the sum of its transfers. L3: users' are in range. L4: amounts are.
    void check_ledger() {
        std::unordered_map<AccountId, Wide> sums;
        for (const auto& transfer : transfers_) {
            if (!check_amount(transfer.amount) || transfer.from == transfer.to)
                report("L4", "transfer {}: an amount or a pair of accounts that cannot be", to_text(transfer.id));
            sums[transfer.from] -= transfer.amount.value;
            sums[transfer.to] += transfer.amount.value;
        }
        Wide total = 0;
        for (const auto& [id, account] : accounts_) {
            total += account.balance.value;
            const auto* sum = find(sums, id);
            if (account.balance.value != (sum == nullptr ? Wide{0} : *sum))
                report("L2", "account {}: its balance is not the sum of its transfers", to_text(id));
            if (account.kind == AccountKind::user && (account.balance < Points{0} || account.balance > balance_max))
                report("L3", "account {}: a user's balance out of range", to_text(id));
        }
        for (const auto& [id, sum] : sums)
            if (!accounts_.contains(id)) report("L2", "account {}: transfers without an account", to_text(id));
        for (const auto id : users_)
            if (!accounts_.contains(account_of(id))) report("L2", "user {}: has no account", to_text(id));
        if (total != 0) report("L1", "the balances do not sum to zero");
    }

    /// P1: a captured payment made one debit of its amount (if > 0), and each reservation that names it is confirmed or
    /// cancelled; no other made one. P2: the history ends as the payment. O3: its amount is the sum of the prices.
    void check_payments() {
        std::unordered_map<PaymentId, std::vector<const Transfer*>> debits;
        for (const auto& transfer : transfers_)
            if (transfer.kind == TransferKind::payment) debits[transfer.payment].push_back(&transfer);
        std::unordered_map<PaymentId, Sold> sold;
        for (const auto& [id, reservation] : reservations_) {
            if (reservation.state != ReservationState::confirmed && reservation.state != ReservationState::cancelled)
                continue;
            auto& sale = sold[reservation.payment];
            sale.total += reservation.price.value;
            ++sale.count;
            const auto* payment = find(payments_, reservation.payment);
            if (payment == nullptr || payment->state != PaymentState::captured ||
                payment->reservation != reservation.order)
                report("P1", "reservation {}: {} without a captured payment", to_text(id), name_of(reservation.state));
            const auto* seat = find(seats_, reservation.seat);
            if (reservation.state == ReservationState::confirmed &&
                (seat == nullptr || seat->state != SeatState::sold || seat->claim != id))
                report("P1", "reservation {}: confirmed, but its seat is not sold to it", to_text(id));
        }
        for (const auto& [id, payment] : payments_) check_payment(payment, debits[id], sold[id]);
        for (const auto& [id, rows] : debits)
            if (!rows.empty() && !payments_.contains(id))
                report("P1", "payment {}: a debit without a payment", to_text(id));
    }

    /// What names a payment, and is paid.
    struct Sold {
        Wide total = 0;
        std::int64_t count = 0;
    };

    void check_payment(const Payment& payment, const std::vector<const Transfer*>& debits, const Sold& sold) {
        const auto text = to_text(payment.id);
        const auto* reservation = find(reservations_, payment.reservation);
        const bool captured = payment.state == PaymentState::captured;
        if (captured && (reservation == nullptr || sold.count == 0))
            report("P1", "payment {}: captured, but no seat was sold for it", text);
        if (captured && sold.count > 0 && sold.total != payment.amount.value)
            report("O3", "payment {}: its amount is not the sum of what it paid", text);
        const std::size_t wanted = captured && payment.amount > Points{0} ? 1 : 0;
        if (debits.size() != wanted)
            report("P1", "payment {}: {} debits, {} expected", text, debits.size(), wanted);
        else if (wanted == 1 && (debits[0]->amount != payment.amount || debits[0]->from != account_of(payment.user) ||
                                 (reservation != nullptr && debits[0]->to != sales_of(reservation->concert))))
            report("P1", "payment {}: its debit is of another amount or account", text);
        if ((payment.state == PaymentState::requested) != (payment.finished_at == never))
            report("P2", "payment {}: {}, and its end says otherwise", text, name_of(payment.state));
        const auto* steps = find(steps_, payment.id);
        if (steps == nullptr || std::int64_t{steps->back().index} + 1 != payment.step_count ||
            !ends_as(*steps, payment))
            report("P2", "payment {}: its history does not end as the payment does", text);
    }

    /// What failed may have two steps more behind it, again and again: an approval came too late, and it was reconciled.
    static bool ends_as(const std::vector<PaymentStep>& steps, const Payment& payment) {
        const auto last = steps.back().state;
        if (payment.state != PaymentState::failed)
            return last == payment.state && (payment.reconciled_at != never) == (last == PaymentState::captured);
        const auto failed = [](const PaymentStep& step) { return step.state == PaymentState::failed; };
        if (std::count_if(steps.begin(), steps.end(), failed) != 1) return false;
        // Declined, it is reconciled by its failing.
        return last == PaymentState::failed ||
               last == (payment.reconciled_at == never ? PaymentState::approved : PaymentState::reconciled);
    }

    /// O1: the reservations of an order have one user, concert and turn, and while held one deadline.
    void check_orders() {
        for (const auto& [id, reservation] : reservations_) {
            const auto* first = find(reservations_, reservation.order);
            if (first == nullptr || first->order != first->id || first->id > id || first->user != reservation.user ||
                first->concert != reservation.concert || first->token != reservation.token)
                report("O1", "reservation {}: not of its order's user, concert or turn", to_text(id));
        }
        std::unordered_map<OrderId, Time> deadlines;
        for (const auto& [id, reservation] : reservations_)
            if (reservation.state == ReservationState::held &&
                deadlines.emplace(reservation.order, reservation.deadline).first->second != reservation.deadline)
                report("O1", "reservation {}: held until another time than its order", to_text(id));
    }

    /// V1: a price is the tariff's in force when it was held, or the seat's own. V3: nothing was held while its concert was not on
    /// sale under the version that it names. O4: nor above the limit a user under that version.
    void check_terms() {
        std::map<std::pair<UserId, ConcertId>, std::vector<const Reservation*>> of_users;
        for (const auto& [id, reservation] : reservations_) {
            const auto* sale = find(sales_, SaleId{reservation.concert, reservation.sale});
            if (sale == nullptr) {
                report("V3", "reservation {}: held under terms that do not exist", to_text(id));
                continue;
            }
            const auto next = sales_.upper_bound(SaleId{reservation.concert, reservation.sale});
            if (!check_on_sale(sale->terms, reservation.held_at) || sale->made_at > reservation.held_at ||
                (next != sales_.end() && next->first.concert == reservation.concert &&
                 next->second.made_at < reservation.held_at))
                report("V3", "reservation {}: held when its concert was not on sale under its terms", to_text(id));
            if (const auto price = price_of(reservation, *sale); price && *price != reservation.price)
                report("V1", "reservation {}: its price is not the tariff's", to_text(id));
            if (sale->terms.seats_per_user > 0) of_users[{reservation.user, reservation.concert}];
        }
        for (const auto& [id, reservation] : reservations_)
            if (const auto of_user = of_users.find({reservation.user, reservation.concert}); of_user != of_users.end())
                of_user->second.push_back(&reservation);
        for (const auto& [whose, reservations] : of_users) check_user_limit(reservations);
    }

    /// Nothing: its seat is not there to be asked.
    std::optional<Points> price_of(const Reservation& reservation, const Sale& sale) const {
        const auto* seat = find(seats_, reservation.seat);
        if (seat == nullptr) return std::nullopt;
        const auto* price =
            find(prices_, std::tuple{SaleId{sale.id.concert, sale.tariff}, seat->category, reservation.type});
        if (price != nullptr) return *price;
        return reservation.type ? Points{-1} : seat->price;
    }

    static Time end_of(const Reservation& reservation) {
        if (reservation.state == ReservationState::confirmed) return never;
        if (reservation.state == ReservationState::cancelled) return reservation.cancelled_at;
        return reservation.state == ReservationState::held ? reservation.deadline : reservation.finished_at;
    }

    /// Was `one` there when `other` was held, or is it the same? Ids of different nodes say nothing of the order within a moment.
    static bool was_held_before(const Reservation& one, const Reservation& other) {
        constexpr auto node_of = [](const Reservation& reservation) { return tsid::node_of(reservation.id.value); };
        if (one.held_at != other.held_at) return one.held_at < other.held_at;
        return one.id <= other.id && node_of(one) == node_of(other);
    }

    /// All of one user and concert.
    void check_user_limit(const std::vector<const Reservation*>& reservations) {
        for (const auto* one : reservations) {
            const auto limit = sales_.at({one->concert, one->sale}).terms.seats_per_user;
            if (limit == 0) continue;
            const auto claims = std::count_if(reservations.begin(), reservations.end(), [&](const Reservation* other) {
                return was_held_before(*other, *one) && !passed(end_of(*other), one->held_at);
            });
            if (claims > limit)
                report("O4", "reservation {}: its user then had {} seats of the concert, {} allowed", to_text(one->id),
                       claims, limit);
        }
    }

    /// R1: what came back of a price is at most that, and is what its row says. R2: a concert's sales are its captured payments
    /// less its refunds. R3: what is cancelled claims nothing. R4: of a concert that was called off nothing was made after that,
    /// and nothing is left once it is settled.
    void check_refunds() {
        std::unordered_map<ReservationId, Wide> refunds;
        std::unordered_map<ConcertId, Wide> sales;
        for (const auto& transfer : transfers_) {
            if (transfer.kind != TransferKind::refund) continue;
            refunds[transfer.reservation] += transfer.amount.value;
            const auto* reservation = find(reservations_, transfer.reservation);
            if (reservation == nullptr || transfer.payment != reservation->payment ||
                transfer.to != account_of(reservation->user) || transfer.from != sales_of(reservation->concert))
                report("R1", "transfer {}: a refund of nothing, or to another than who paid", to_text(transfer.id));
            else
                sales[reservation->concert] -= transfer.amount.value;
        }
        for (const auto& [id, reservation] : reservations_) {
            const auto* sum = find(refunds, id);
            if (reservation.refunded > reservation.price ||
                (sum == nullptr ? Wide{0} : *sum) != reservation.refunded.value)
                report("R1", "reservation {}: what came back is not what its row says, or above its price",
                       to_text(id));
            check_call_off(reservation);
        }
        for (const auto& [id, payment] : payments_) {
            const auto* reservation = find(reservations_, payment.reservation);
            if (payment.state == PaymentState::captured && reservation != nullptr)
                sales[reservation->concert] += payment.amount.value;
        }
        for (const auto& [id, concert] : concerts_) {
            const auto* account = find(accounts_, sales_of(id));
            if (account == nullptr || account->balance.value != sales[id])
                report("R2", "concert {}: its sales are not its payments less its refunds", to_text(id));
        }
        for (const auto& [id, seat] : seats_) {
            const auto* claim = seat.claim ? find(reservations_, seat.claim) : nullptr;
            if (claim != nullptr && claim->state == ReservationState::cancelled)
                report("R3", "seat {}: claimed by a cancelled reservation", to_text(id));
        }
    }

    void check_call_off(const Reservation& reservation) {
        const auto* concert = find(concerts_, reservation.concert);
        if (concert == nullptr || !is_called_off(*concert)) return;
        const auto text = to_text(reservation.id);
        if (reservation.held_at > concert->called_off_at ||
            (reservation.state == ReservationState::confirmed && reservation.finished_at > concert->called_off_at))
            report("R4", "reservation {}: made after its concert was called off", text);
        if (concert->is_settled && is_claim(reservation.state))
            report("R4", "reservation {}: {}, though all was given back", text, name_of(reservation.state));
    }

    /// S6: what is of a concert stands while the concert does.
    void check_concerts() {
        const auto check = [&](const char* what, std::int64_t id, ConcertId concert) {
            if (!concerts_.contains(concert))
                report("S6", "{} {}: its concert does not exist", what, tsid::to_text(id));
        };
        for (const auto& [id, seat] : seats_) check("seat", id.value, seat.concert);
        for (const auto& [id, type] : types_) check("ticket type", id.value, type);
        for (const auto& [id, reservation] : reservations_) check("reservation", id.value, reservation.concert);
        for (const auto& [id, account] : accounts_)
            if (account.kind == AccountKind::sales) check("account", id.value, ConcertId{id.value});
        for (const auto& [id, sale] : sales_) check("terms", id.concert.value, id.concert);
        for (const auto& [key, price] : prices_)
            if (!sales_.contains(std::get<SaleId>(key)))
                report("S6", "a price of concert {}: its terms do not exist", to_text(std::get<SaleId>(key).concert));
    }

    Time now_;
    std::set<UserId> users_;
    std::map<RoomId, Room> rooms_;
    std::map<ConcertId, Concert> concerts_;
    std::map<SaleId, Sale> sales_;
    std::map<std::tuple<SaleId, std::string, TypeId>, Points> prices_;
    std::map<TypeId, ConcertId> types_;
    std::map<SeatId, SeatRow> seats_;
    std::map<TokenId, Place> places_;
    std::map<ReservationId, Reservation> reservations_;
    std::map<AccountId, Account> accounts_;
    std::map<PaymentId, Payment> payments_;
    std::map<PaymentId, std::vector<PaymentStep>> steps_;
    std::vector<Transfer> transfers_;
    std::map<RoomId, std::vector<std::pair<Time, std::int64_t>>> capacities_;
    std::int64_t last_sequence_ = 0;
    bool is_unpruned_ = false;  // an event was seen behind which nothing was pruned
    Time last_event_at_ = Time::min();
    std::vector<Violation> violations_;
};

}  // namespace boxoffice
