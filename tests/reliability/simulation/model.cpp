/// Time, the waiting room and the house: see model.hpp.

#include "reliability/simulation/model.hpp"

#include <algorithm>
#include <utility>

#include "reliability/simulation/model_keys.hpp"

namespace boxoffice::simulation {

std::vector<std::int64_t> ids_in(const Answer& answer) {
    std::vector<std::int64_t> ids;
    std::visit(
        [&]<class A>(const A& a) {
            if constexpr (requires { a.id; }) ids = {a.id.value};
            if constexpr (std::same_as<A, Joined>) ids = {a.claims.token.value};
            if constexpr (std::same_as<A, Held>) ids = {a.reservation.value};
            if constexpr (std::same_as<A, Recharged>) ids = {a.transfer.value};
            if constexpr (std::same_as<A, Paid> || std::same_as<A, PaymentBegun>) ids = {a.payment.value};
            if constexpr (std::same_as<A, HeldOrder>)
                for (const auto& item : a.items) ids.push_back(item.reservation.value);
        },
        answer);
    return ids;
}

// ---- transactions -------------------------------------------------------------------------------------------------------

void Model::begin(Time now) {
    now_ = now;
    settle_and_admit();
}

Verdict Model::execute(const Command& command, const Answer* given) {
    given_ = given;
    given_ids_ = given != nullptr ? ids_in(*given) : std::vector<std::int64_t>{};
    given_used_ = 0;
    auto verdict = std::visit([&](const auto& one) { return judge(one); }, command);
    settle_and_admit();
    return verdict;
}

template <class C>
Result<void> Model::check_shape(const C& command) const {
    if constexpr (requires { command.key; }) BOXOFFICE_TRY(check_idempotency_key(command.key));
    if constexpr (std::same_as<C, CreateUser>) return check_external_id(command.external_id);
    if constexpr (std::same_as<C, CreateRoom>) BOXOFFICE_TRY(check_room_name(command.name));
    if constexpr (std::same_as<C, CreateRoom> || std::same_as<C, ChangeRoom>) {
        BOXOFFICE_TRY(check(command.limits));
        if (command.limits.waiting_ttl > options_.identity_ttl) return refuse(ErrorCode::invalid_argument);
    }
    if constexpr (std::same_as<C, CreateConcert> || std::same_as<C, ChangeConcert>) {
        BOXOFFICE_TRY(check_title(command.title));
        if (command.date < Date{} || command.date > last_date) return refuse(ErrorCode::invalid_date);
    }
    if constexpr (std::same_as<C, AddSeats>)
        if (command.seats.empty()) return refuse(ErrorCode::invalid_argument);
    if constexpr (std::same_as<C, AddSeats> || std::same_as<C, CreateConcert>)
        for (std::size_t i = 0; i < command.seats.size(); ++i) {
            BOXOFFICE_TRY(check(command.seats[i]));
            for (std::size_t before = 0; before < i; ++before)
                if (command.seats[before].number == command.seats[i].number) return refuse(ErrorCode::seat_exists);
        }
    if constexpr (std::same_as<C, ChangeSale>) return check(command.terms);
    if constexpr (std::same_as<C, SetTariff>) return check(std::span{command.rows});
    if constexpr (std::same_as<C, CreateType>) return check_type(command.name, command.max_per_order);
    if constexpr (std::same_as<C, CallOff>) return check_reason(command.reason);
    if constexpr (std::same_as<C, SweepRefunds>)
        if (command.max < 1 || command.max > 10'000) return refuse(ErrorCode::invalid_argument);
    if constexpr (std::same_as<C, Recharge>) return check_amount(command.amount);
    if constexpr (std::same_as<C, Tick>)
        if (command.events_consumed < 0) return refuse(ErrorCode::invalid_argument);
    if constexpr (requires { command.transaction_key; }) return check_transaction_key(command.transaction_key);
    if constexpr (std::same_as<C, Refund>) {
        if (command.key.empty()) return refuse(ErrorCode::invalid_argument);
        BOXOFFICE_TRY(check_price(command.amount));
        return check_reason(command.reason);
    }
    if constexpr (std::same_as<C, HoldSeats>) {
        if (command.items.empty() || command.items.size() > 50) return refuse(ErrorCode::invalid_argument);
        for (std::size_t i = 0; i < command.items.size(); ++i)
            for (std::size_t before = 0; before < i; ++before)
                if (command.items[before].seat == command.items[i].seat) return refuse(ErrorCode::invalid_argument);
    }
    if constexpr (std::same_as<C, Cancel>) {
        if (command.reservations.empty() || command.reservations.size() > 50)
            return refuse(ErrorCode::invalid_argument);
        for (std::size_t i = 0; i < command.reservations.size(); ++i)
            for (std::size_t before = 0; before < i; ++before)
                if (command.reservations[before] == command.reservations[i]) return refuse(ErrorCode::invalid_argument);
    }
    return {};
}

template <class C>
Verdict Model::judge(const C& command) {
    if (const auto shape = check_shape(command); !shape) return tl::unexpected(shape.error().code);
    meet(command);
    if constexpr (requires { command.key; }) {
        if constexpr (std::same_as<C, Pay>)
            if (has_gateway_) return tl::unexpected(ErrorCode::gateway_required);
        if constexpr (requires { command.token; })
            if (place_of(command.user, command.token) == nullptr) return tl::unexpected(ErrorCode::invalid_token);
        auto answer = decide_keyed(command);
        if (!answer) return tl::unexpected(answer.error());
        if constexpr (std::same_as<typename C::Answer, Paid>)
            answer->items = items_of(rows.payments.at(answer->payment));
        return Answer{std::move(*answer)};
    } else {
        auto answer = decide(command);
        if (!answer) return tl::unexpected(answer.error());
        return Answer{std::move(*answer)};
    }
}

template <class C>
Model::Decided<typename C::Answer> Model::decide_keyed(const C& command) {
    if (command.key.empty()) return decide(command);
    const auto [operation, words, text] = request_of(command);
    const IdempotencyId id{command.user, operation, command.key};
    const auto found = remembered.find(id);
    if (found != remembered.end() && !is_over(found->second.at + options_.idempotency_ttl)) {
        auto& before = found->second;
        if (before.words != words || before.text != text) return tl::unexpected(ErrorCode::idempotency_conflict);
        if (!before.answer && given_ != nullptr && std::holds_alternative<typename C::Answer>(*given_))
            before.answer = *given_;
        if (before.answer && stands(*before.answer)) return std::get<typename C::Answer>(*before.answer);
        // Lost twice: what it was is still not known, and nothing is done again.
        if (!before.answer && given_ == nullptr && may_stand(command))
            return tl::unexpected(ErrorCode::outcome_unknown);
    }
    auto answer = decide(command);
    if (answer) remembered[id] = {words, text, Answer{*answer}, now_};
    return answer;
}

/// A payment that failed leaves nothing to stand by. (Of an answer that was lost it may not be known.)
bool Model::stands(const Answer& before) const {
    const auto* begun = std::get_if<PaymentBegun>(&before);
    if (begun == nullptr) return true;
    const auto payment = rows.payments.find(begun->payment);
    return payment != rows.payments.end() &&
           (payment->second.state == PaymentState::captured || is_pending(begun->payment));
}

/// Of an answer that nobody has seen: a payment that began stands for as long as its reservation waits for it, or is paid.
template <class C>
bool Model::may_stand(const C& command) const {
    if constexpr (std::same_as<C, BeginPayment>) {
        const auto found = rows.reservations.find(command.reservation);
        return found != rows.reservations.end() &&
               (is_pending(found->second.payment) || found->second.state == ReservationState::confirmed);
    }
    return true;
}

// ---- the waiting room ---------------------------------------------------------------------------------------------------

Place* Model::place_of(UserId user, TokenId token) {
    const auto found = rows.places.find(token);
    return found == rows.places.end() || found->second.user != user ? nullptr : &found->second;
}

void Model::end(Place& place, PlaceState state, Time at) {
    place.state = state;
    place.finished_at = at;
}

void Model::settle(RoomId room) {
    const auto& limits = rows.rooms.at(room).limits;
    for (auto& [token, place] : rows.places) {
        if (place.room != room || place.finished_at != never) continue;
        const auto deadline =
            place.state == PlaceState::waiting ? later(issued_at(token), limits.waiting_ttl) : place.deadline;
        if (is_over(deadline)) end(place, PlaceState::expired, deadline);
    }
}

std::int64_t Model::count(RoomId room, PlaceState state) const {
    return std::count_if(rows.places.begin(), rows.places.end(),
                         [&](const auto& row) { return row.second.room == room && row.second.state == state; });
}

bool Model::may_admit(const Room& room) const {
    if (count(room.id, PlaceState::admitted) >= room.limits.active_capacity) return false;
    return room.limits.admissions_per_second == 0 || is_over(room.next_admission_at);
}

/// In order of position, as many as there are slots; with a rate one, and then not before its time.
void Model::settle_and_admit() {
    for (auto& [id, room] : rows.rooms) {
        settle(id);
        while (may_admit(room)) {
            Place* first = nullptr;
            for (auto& [token, place] : rows.places)
                if (place.room == id && place.state == PlaceState::waiting &&
                    (first == nullptr || place.position < first->position))
                    first = &place;
            if (first == nullptr) break;
            first->state = PlaceState::admitted;
            first->admitted_at = now_;
            first->deadline = later(now_, room.limits.arrive_ttl);
            room.serving = first->position;
            const auto rate = room.limits.admissions_per_second;
            room.next_admission_at = now_ + (rate == 0 ? Duration{0} : Duration{(1'000'000 + rate - 1) / rate});
        }
    }
}

/// Its first command is its arrival, also one that is refused.
void Model::meet_place(UserId user, TokenId token) {
    auto* place = place_of(user, token);
    if (place == nullptr) return;
    settle(place->room);
    if (place->state != PlaceState::admitted || place->arrived_at != never) return;
    place->arrived_at = now_;
    place->turn_until = later(now_, rows.rooms.at(place->room).limits.active_ttl);
    place->deadline = place->turn_until;
}

bool Model::has_turn(const Place& place) const {
    return place.state == PlaceState::admitted && !is_over(place.deadline);
}

void Model::meet(const Join& command) {
    if (rows.rooms.contains(command.room)) settle(command.room);
}
void Model::meet(const Arrive& command) { meet_place(command.user, command.token); }
void Model::meet(const Leave& command) {
    if (place_of(command.user, command.token) != nullptr) expire_holds_of(command.user);
}

Model::Decided<Joined> Model::decide(const Join& command) {
    if (!rows.users.contains(command.user)) return tl::unexpected(ErrorCode::unknown_user);
    const auto found = rows.rooms.find(command.room);
    if (found == rows.rooms.end()) return tl::unexpected(ErrorCode::unknown_room);
    auto& room = found->second;
    const auto answer = [&](const Place& place, bool again) {
        return Joined{{place.token, place.user, place.room, place.position},
                      later(issued_at(place.token), options_.identity_ttl),
                      place.state,
                      again};
    };
    for (const auto& [token, place] : rows.places)
        if (place.user == command.user && place.room == command.room && place.finished_at == never)
            return answer(place, true);
    const auto waiting = count(room.id, PlaceState::waiting);
    if ((waiting > 0 || !may_admit(room)) && waiting >= room.limits.queue_capacity)
        return tl::unexpected(ErrorCode::queue_full);
    Place place;
    place.token = fresh<TokenId>();
    place.room = room.id;
    place.user = command.user;
    place.position = ++room.last_position;
    rows.places[place.token] = place;
    settle_and_admit();
    return answer(rows.places.at(place.token), false);
}

Model::Decided<Arrived> Model::decide(const Arrive& command) {
    const auto* place = place_of(command.user, command.token);
    if (place == nullptr) return tl::unexpected(ErrorCode::invalid_token);
    switch (place->state) {
        case PlaceState::admitted: return Arrived{place->deadline, place->turn_until};
        case PlaceState::completed: return tl::unexpected(ErrorCode::place_completed);
        case PlaceState::left: return tl::unexpected(ErrorCode::place_left);
        case PlaceState::expired: return tl::unexpected(ErrorCode::place_expired);
        default: return tl::unexpected(ErrorCode::not_your_turn);
    }
}

Model::Decided<Left> Model::decide(const Leave& command) {
    auto* place = place_of(command.user, command.token);
    if (place == nullptr) return tl::unexpected(ErrorCode::invalid_token);
    if (place->state == PlaceState::left) return Left{};
    if (place->state == PlaceState::completed) return tl::unexpected(ErrorCode::place_completed);
    if (place->state == PlaceState::expired) return tl::unexpected(ErrorCode::place_expired);
    const auto holds = live_of_turn(command.user, command.token);
    for (auto* one : holds) {
        one->state = ReservationState::released;
        one->finished_at = now_;
        free_seat(*one);
    }
    end(*place, PlaceState::left, now_);
    return Left{static_cast<std::int64_t>(holds.size())};
}

// ---- the house ----------------------------------------------------------------------------------------------------------

Model::Decided<Created<UserId>> Model::decide(const CreateUser& command) {
    for (const auto& [id, user] : rows.users)
        if (user.external_id == command.external_id) return tl::unexpected(ErrorCode::user_exists);
    const auto id = fresh<UserId>();
    rows.users[id] = {id, command.external_id, now_};
    rows.balances[account_of(id)] = Points{};
    return Created<UserId>{id};
}

Model::Decided<Created<RoomId>> Model::decide(const CreateRoom& command) {
    for (const auto& [id, room] : rows.rooms)
        if (room.name == command.name) return tl::unexpected(ErrorCode::room_exists);
    const auto id = fresh<RoomId>();
    Room room;
    room.id = id;
    room.name = command.name;
    room.limits = command.limits;
    rows.rooms[id] = std::move(room);
    return Created<RoomId>{id};
}

Model::Decided<Done> Model::decide(const ChangeRoom& command) {
    const auto found = rows.rooms.find(command.room);
    if (found == rows.rooms.end()) return tl::unexpected(ErrorCode::unknown_room);
    found->second.limits = command.limits;
    return Done{};
}

void Model::add_seats(ConcertId concert, const std::vector<NewSeat>& seats) {
    for (const auto& one : seats) {
        Seat seat;
        seat.concert = concert;
        seat.facts = facts_of(one);
        if (one.is_blocked) seat.state = SeatState::blocked;
        unnamed_seats.push_back(std::move(seat));
    }
}

Model::Decided<Created<ConcertId>> Model::decide(const CreateConcert& command) {
    if (!rows.rooms.contains(command.room)) return tl::unexpected(ErrorCode::unknown_room);
    Concert concert;
    concert.id = fresh<ConcertId>();
    concert.date = command.date;
    concert.title = command.title;
    concert.room = command.room;
    concert.created_at = now_;
    const auto id = concert.id;
    rows.concerts[id] = std::move(concert);
    rows.sales[{id, 1}] = Sale{{id, 1}, now_, {}, 0};
    rows.balances[sales_of(id)] = Points{};
    add_seats(id, command.seats);
    return Created<ConcertId>{id};
}

Model::Decided<SeatsAdded> Model::decide(const AddSeats& command) {
    if (!rows.concerts.contains(command.concert)) return tl::unexpected(ErrorCode::unknown_concert);
    for (const auto& wanted : command.seats) {
        const auto is_it = [&](const Seat& seat) {
            return seat.concert == command.concert && seat.facts.number == wanted.number;
        };
        const bool is_named =
            std::any_of(rows.seats.begin(), rows.seats.end(), [&](const auto& row) { return is_it(row.second); });
        if (is_named || std::any_of(unnamed_seats.begin(), unnamed_seats.end(), is_it))
            return tl::unexpected(ErrorCode::seat_exists);
    }
    add_seats(command.concert, command.seats);
    return SeatsAdded{static_cast<std::int64_t>(command.seats.size())};
}

Model::Decided<Changed> Model::decide(const ChangeConcert& command) {
    const auto found = rows.concerts.find(command.concert);
    if (found == rows.concerts.end()) return tl::unexpected(ErrorCode::unknown_concert);
    auto& concert = found->second;
    if (concert.version != command.version) return tl::unexpected(ErrorCode::stale_version);
    if (command.room) {
        if (!rows.rooms.contains(*command.room)) return tl::unexpected(ErrorCode::unknown_room);
        if (*command.room != concert.room)
            for (const auto& [id, one] : rows.reservations)
                if (one.concert == concert.id && is_held(one)) return tl::unexpected(ErrorCode::seats_held);
        concert.room = *command.room;
    }
    concert.date = command.date;
    concert.title = command.title;
    concert.starts_at = command.starts_at;
    concert.is_hidden = command.is_hidden;
    return Changed{++concert.version};
}

Model::Decided<Done> Model::decide(const DeleteConcert& command) {
    const auto found = rows.concerts.find(command.concert);
    if (found == rows.concerts.end()) return tl::unexpected(ErrorCode::unknown_concert);
    const auto id = command.concert;
    if (found->second.version != command.version) return tl::unexpected(ErrorCode::stale_version);
    for (const auto& [reservation, one] : rows.reservations)
        if (one.concert == id) return tl::unexpected(ErrorCode::has_history);
    std::erase_if(rows.seats, [&](const auto& row) { return row.second.concert == id; });
    std::erase_if(unnamed_seats, [&](const auto& seat) { return seat.concert == id; });
    std::erase_if(rows.sales, [&](const auto& row) { return row.first.concert == id; });
    std::erase_if(rows.prices, [&](const auto& row) { return std::get<SaleId>(row.first).concert == id; });
    std::erase_if(rows.types, [&](const auto& row) { return row.second.concert == id; });
    rows.balances.erase(sales_of(id));
    rows.concerts.erase(found);
    return Done{};
}

Model::Decided<Done> Model::decide(const BlockSeat& command) {
    const auto found = rows.seats.find(command.seat);
    if (found == rows.seats.end()) return tl::unexpected(ErrorCode::unknown_seat);
    auto& seat = found->second;
    if (seat.state == SeatState::held || seat.state == SeatState::sold)
        return tl::unexpected(ErrorCode::seat_unavailable);
    seat.state = SeatState::blocked;
    return Done{};
}

Model::Decided<Done> Model::decide(const UnblockSeat& command) {
    const auto found = rows.seats.find(command.seat);
    if (found == rows.seats.end()) return tl::unexpected(ErrorCode::unknown_seat);
    if (found->second.state == SeatState::blocked) found->second.state = SeatState::available;
    return Done{};
}

Model::Decided<Changed> Model::decide(const ChangeSale& command) {
    const auto* before = sale_in_force(command.concert);
    if (before == nullptr) return tl::unexpected(ErrorCode::unknown_concert);
    if (before->id.version != command.version) return tl::unexpected(ErrorCode::stale_version);
    const SaleId next{command.concert, command.version + 1};
    rows.sales[next] = Sale{next, now_, command.terms, before->tariff};
    return Changed{next.version};
}

Model::Decided<Changed> Model::decide(const SetTariff& command) {
    const auto* before = sale_in_force(command.concert);
    if (before == nullptr) return tl::unexpected(ErrorCode::unknown_concert);
    if (before->id.version != command.version) return tl::unexpected(ErrorCode::stale_version);
    for (const auto& row : command.rows) {
        const auto type = rows.types.find(row.type);
        if (row.type && (type == rows.types.end() || type->second.concert != command.concert))
            return tl::unexpected(ErrorCode::unknown_type);
    }
    const SaleId next{command.concert, command.version + 1};
    const Sale sale{next, now_, before->terms, command.rows.empty() ? 0 : next.version};
    for (const auto& row : command.rows) rows.prices[{next, row.category, row.type}] = row.price;
    rows.sales[next] = sale;
    return Changed{next.version};
}

Model::Decided<Created<TypeId>> Model::decide(const CreateType& command) {
    if (!rows.concerts.contains(command.concert)) return tl::unexpected(ErrorCode::unknown_concert);
    std::size_t of_concert = 0;
    bool has_needed = !command.needs;
    for (const auto& [id, type] : rows.types) {
        if (type.concert != command.concert) continue;
        if (type.name == command.name) return tl::unexpected(ErrorCode::type_exists);
        has_needed = has_needed || id == command.needs;
        ++of_concert;
    }
    if (of_concert >= 100) return tl::unexpected(ErrorCode::invalid_argument);
    if (!has_needed) return tl::unexpected(ErrorCode::unknown_type);
    const auto id = fresh<TypeId>();
    rows.types[id] = {id, command.concert, command.name, command.max_per_order, command.needs, now_};
    return Created<TypeId>{id};
}

Model::Decided<CalledOff> Model::decide(const CallOff& command) {
    const auto found = rows.concerts.find(command.concert);
    if (found == rows.concerts.end()) return tl::unexpected(ErrorCode::unknown_concert);
    auto& concert = found->second;
    if (concert.called_off_at == never) {
        concert.called_off_at = now_;
        concert.call_off_reason = command.reason;
        concert.is_settled = false;
        ++concert.version;
    }
    return CalledOff{concert.called_off_at};
}

// ---- housekeeping -------------------------------------------------------------------------------------------------------

Model::Decided<Ticked> Model::decide(const Tick&) {
    for (auto& [id, payment] : rows.payments) expire_payment(id);
    for (auto& [id, reservation] : rows.reservations)
        if (reservation.state == ReservationState::held && is_over(reservation.deadline)) expire(reservation);
    for (auto& [id, room] : rows.rooms) settle(id);
    std::vector<ConcertId> unsettled;
    for (const auto& [id, concert] : rows.concerts)
        if (!concert.is_settled) unsettled.push_back(id);
    for (const auto id : unsettled) {
        Swept swept;
        sweep(id, 1'000'000, swept);
    }
    prune();
    return Ticked{};
}

/// Places that are over once their token proves nothing, keys that are free again.
void Model::prune() {
    const auto first_kept = tsid::first_at(now_ - options_.identity_ttl);
    std::erase_if(rows.places,
                  [&](const auto& row) { return row.second.finished_at != never && row.first.value < first_kept; });
    std::erase_if(remembered, [&](const auto& row) { return is_over(row.second.at + options_.idempotency_ttl); });
}

}  // namespace boxoffice::simulation
