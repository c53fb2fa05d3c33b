#include "reliability/simulation/compare.hpp"

#include <algorithm>
#include <stdexcept>

namespace boxoffice::simulation {

namespace {

// What is seen of a row at a time, whether or not somebody has written down that something ran out.

Room seen(Room row) {
    row.waiting_count = row.admitted_count = 0;  // the audit counts
    row.next_lapse_at = never;                   // a lower bound
    return row;
}

Place seen(Place row, const RoomLimits& limits, Time now) {
    const auto deadline =
        row.state == PlaceState::waiting ? later(issued_at(row.token), limits.waiting_ttl) : row.deadline;
    if (row.finished_at == never && deadline <= now) {
        row.state = PlaceState::expired;
        row.finished_at = deadline;
    }
    return row;
}

Seat seen(Seat row, Time now) {
    row.version = 0;  // counts commits
    if (row.state == SeatState::held && row.held_until <= now) {
        row.state = SeatState::available;
        row.claim = {};
        row.held_until = never;
    }
    return row;
}

Reservation seen(Reservation row, Time now) {
    if (row.state == ReservationState::held && row.deadline <= now) {
        row.state = ReservationState::expired;
        row.finished_at = row.deadline;
    }
    return row;
}

Payment seen(Payment row, Time now) {
    row.step_count = 0;  // whether a late word came before or after its time was written down
    if (row.state == PaymentState::requested && row.deadline <= now) {
        row.state = PaymentState::failed;
        row.finished_at = row.deadline;
    }
    return row;
}

/// Walks through the model's rows beside a scan, which shows each table in the order of its keys.
class Comparison final : public Visitor {
  public:
    Comparison(Model& model, Time now) : model_{model}, now_{now} {}

    void visit(const HouseRules&) override {}
    void visit(const User& row) override {
        match("user", users_, row.id, [&](const User& mine) { return mine == row; });
    }
    void visit(const Room& row) override {
        match("room", rooms_, row.id, [&](const Room& mine) {
            if (seen(mine) == seen(row)) return true;
            detail_ = " (store: last " + std::to_string(row.last_position) + " serving " + std::to_string(row.serving) +
                      " next " + std::to_string(to_us(row.next_admission_at)) +
                      "; model: " + std::to_string(mine.last_position) + " " + std::to_string(mine.serving) + " " +
                      std::to_string(to_us(mine.next_admission_at)) + ")";
            return false;
        });
    }
    void visit(const Concert& row) override {
        match("concert", concerts_, row.id, [&](const Concert& mine) { return mine == row; });
    }
    void visit(const Sale& row) override {
        match("terms", sales_, row.id, [&](const Sale& mine) { return mine == row; });
    }
    void visit(const TariffPrice& row) override {
        const auto mine = model_.rows.prices.find({row.sale, row.row.category, row.row.type});
        if (mine == model_.rows.prices.end() || mine->second != row.row.price) report("price", row.sale.concert.value);
        ++prices_;
    }
    void visit(const TicketType& row) override {
        match("type", types_, row.id, [&](const TicketType& mine) { return mine == row; });
    }
    void visit(const Seat& row) override {
        if (seats_.at == model_.rows.seats.end() || seats_.at->first != row.id) name(row);
        match("seat", seats_, row.id, [&](const Seat& mine) { return seen(mine, now_) == seen(row, now_); });
    }
    void visit(const Place& row) override {
        match("place", places_, row.token, [&](const Place& mine) {
            const auto& limits = model_.rows.rooms.at(mine.room).limits;
            return seen(mine, limits, now_) == seen(row, limits, now_);
        });
    }
    void visit(const Reservation& row) override {
        match("reservation", reservations_, row.id,
              [&](const Reservation& mine) { return seen(mine, now_) == seen(row, now_); });
    }
    void visit(const Account& row) override {
        match("account", balances_, row.id, [&](Points mine) { return mine == row.balance; });
    }
    void visit(const Payment& row) override {
        match("payment", payments_, row.id, [&](const Payment& mine) { return seen(mine, now_) == seen(row, now_); });
    }
    void visit(const PaymentStep&) override {}
    void visit(const Transfer&) override {}
    void visit(const IdempotencyRecord& row) override {
        if (row.created_at + model_.options().idempotency_ttl <= now_) return;
        if (!model_.remembered.contains(row.id)) report("key of user", row.id.user.value);
        ++keys_;
    }
    void visit(const Event&) override {}

    /// What the store lacks.
    std::string finish() {
        const auto& rows = model_.rows;
        end("user", users_);
        end("room", rooms_);
        end("concert", concerts_);
        end("terms", sales_);
        end("type", types_);
        end("seat", seats_);
        end("place", places_);
        end("reservation", reservations_);
        end("account", balances_);
        end("payment", payments_);
        const auto is_kept = [&](const auto& one) { return one.second.at + model_.options().idempotency_ttl > now_; };
        if (prices_ != std::ssize(rows.prices)) report("number of prices", prices_);
        if (keys_ != std::count_if(model_.remembered.begin(), model_.remembered.end(), is_kept))
            report("number of keys", keys_);
        if (!model_.unnamed_seats.empty()) report("seat without an id", 0);
        return std::move(difference_);
    }

  private:
    template <class Map>
    struct Walk {
        explicit Walk(Map& of) : map{of}, at{of.begin()} {}
        Map& map;
        typename Map::iterator at;
    };

    template <class Map, class IsIt>
    void match(const char* what, Walk<Map>& walk, const typename Map::key_type& key, IsIt is_it) {
        const auto number = number_of(key);
        if (walk.at == walk.map.end() || walk.at->first != key) {
            if (const auto behind = walk.map.find(key); behind == walk.map.end())
                return report((std::string{"only the store has "} + what).c_str(), number);
            report((std::string{"the store lacks "} + what).c_str(), number_of(walk.at->first));
            walk.at = walk.map.find(key);
        }
        if (!is_it(walk.at->second)) report(what, number);
        ++walk.at;
    }
    template <class Map>
    void end(const char* what, Walk<Map>& walk) {
        if (walk.at != walk.map.end())
            report((std::string{"the store lacks "} + what).c_str(), number_of(walk.at->first));
    }
    static std::int64_t number_of(const SaleId& id) { return id.concert.value; }
    template <class Tag>
    static std::int64_t number_of(Id<Tag> id) {
        return id.value;
    }
    void report(const char* what, std::int64_t id) {
        if (difference_.empty()) difference_ = std::string{what} + " " + std::to_string(id) + " differs" + detail_;
    }

    /// Gives a seat that the model has made its id.
    void name(const Seat& row) {
        auto& unnamed = model_.unnamed_seats;
        const auto found = std::find_if(unnamed.begin(), unnamed.end(), [&](const Seat& seat) {
            return seat.concert == row.concert && seat.facts.number == row.facts.number;
        });
        if (found == unnamed.end()) return;
        found->id = row.id;
        seats_.at = model_.rows.seats.emplace_hint(seats_.at, row.id, *found);
        unnamed.erase(found);
    }

    Model& model_;
    Time now_;
    Walk<decltype(Rows::users)> users_{model_.rows.users};
    Walk<decltype(Rows::rooms)> rooms_{model_.rows.rooms};
    Walk<decltype(Rows::concerts)> concerts_{model_.rows.concerts};
    Walk<decltype(Rows::sales)> sales_{model_.rows.sales};
    Walk<decltype(Rows::types)> types_{model_.rows.types};
    Walk<decltype(Rows::seats)> seats_{model_.rows.seats};
    Walk<decltype(Rows::places)> places_{model_.rows.places};
    Walk<decltype(Rows::reservations)> reservations_{model_.rows.reservations};
    Walk<decltype(Rows::balances)> balances_{model_.rows.balances};
    Walk<decltype(Rows::payments)> payments_{model_.rows.payments};
    std::int64_t prices_ = 0;
    std::int64_t keys_ = 0;
    std::string difference_;
    std::string detail_;
};

class Reading final : public Visitor {
  public:
    Rows rows;
    void visit(const HouseRules&) override {}
    void visit(const User& row) override { rows.users[row.id] = row; }
    void visit(const Room& row) override { rows.rooms[row.id] = seen(row); }
    void visit(const Concert& row) override { rows.concerts[row.id] = row; }
    void visit(const Sale& row) override { rows.sales[row.id] = row; }
    void visit(const TariffPrice& row) override {
        rows.prices[{row.sale, row.row.category, row.row.type}] = row.row.price;
    }
    void visit(const TicketType& row) override { rows.types[row.id] = row; }
    void visit(const Seat& row) override {
        auto& seat = rows.seats[row.id] = row;
        seat.version = 0;
    }
    void visit(const Place& row) override { rows.places[row.token] = row; }
    void visit(const Reservation& row) override { rows.reservations[row.id] = row; }
    void visit(const Account& row) override { rows.balances[row.id] = row.balance; }
    void visit(const Payment& row) override {
        auto& payment = rows.payments[row.id] = row;
        payment.step_count = 0;
    }
    void visit(const PaymentStep&) override {}
    void visit(const Transfer&) override {}
    void visit(const IdempotencyRecord&) override {}
    void visit(const Event&) override {}
};

}  // namespace

std::string difference(Model& model, View& view, Time now) {
    Comparison comparison{model, now};
    if (const auto scanned = view.scan(comparison); !scanned) return "scan: " + scanned.error().text();
    return comparison.finish();
}

Rows rows_of(View& view) {
    Reading reading;
    if (const auto scanned = view.scan(reading); !scanned) throw std::runtime_error(scanned.error().text());
    return std::move(reading.rows);
}

std::string outline(const Rows& rows, const std::vector<Seat>& unnamed_seats, Time now) {
    std::vector<std::string> lines;
    const auto say = [&](const auto&... words) {
        std::string line;
        const auto add = [&](const auto& word) {
            if constexpr (std::is_convertible_v<decltype(word), std::string_view>)
                line += std::string{word} + " ";
            else
                line += std::to_string(word) + " ";
        };
        (add(words), ...);
        lines.push_back(std::move(line));
    };
    const auto user = [&](UserId id) { return rows.users.at(id).external_id; };
    const auto room = [&](RoomId id) { return rows.rooms.at(id).name; };
    const auto concert = [&](ConcertId id) {
        const auto& one = rows.concerts.at(id);
        return one.title + "/" + std::to_string(to_us(one.created_at));
    };
    const auto say_seat = [&](const Seat& row) {
        const auto one = seen(row, now);
        say("seat", concert(one.concert), one.facts.number, name_of(one.state), to_us(one.held_until));
    };
    for (const auto& [id, one] : rows.users) say("user", one.external_id, rows.balances.at(account_of(id)).value);
    for (const auto& [id, one] : rows.rooms) say("room", one.name, one.last_position, one.serving);
    for (const auto& [id, one] : rows.concerts)
        say("concert", concert(id), one.version, room(one.room), to_us(one.called_off_at), one.is_settled,
            rows.balances.at(sales_of(id)).value);
    for (const auto& [id, one] : rows.sales) say("terms", concert(id.concert), id.version, one.tariff);
    for (const auto& [key, price] : rows.prices)
        say("price", concert(std::get<0>(key).concert), std::get<0>(key).version, std::get<1>(key), price.value);
    for (const auto& [id, one] : rows.types) say("type", concert(one.concert), one.name);
    for (const auto& [id, one] : rows.seats) say_seat(one);
    for (const auto& one : unnamed_seats) say_seat(one);
    for (const auto& [id, row] : rows.places) {
        const auto one = seen(row, rows.rooms.at(row.room).limits, now);
        say("place", user(one.user), room(one.room), one.position, name_of(one.state), to_us(one.admitted_at),
            to_us(one.arrived_at));
    }
    for (const auto& [id, row] : rows.reservations) {
        const auto one = seen(row, now);
        say("reservation", user(one.user), concert(one.concert), name_of(one.state), one.price.value,
            to_us(one.deadline), one.refunded.value, to_us(one.finished_at), to_us(one.cancelled_at));
    }
    for (const auto& [id, row] : rows.payments) {
        const auto one = seen(row, now);
        say("payment", user(one.user), one.amount.value, name_of(one.state), to_us(one.deadline), one.transaction_key,
            to_us(one.reconciled_at));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

}  // namespace boxoffice::simulation
