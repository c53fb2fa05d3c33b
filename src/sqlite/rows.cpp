#include "sqlite/rows.hpp"

#include <array>
#include <charconv>

namespace boxoffice::sqlite {
namespace {

constexpr std::string_view name_of(Operation operation) noexcept {
    switch (operation) {
        case Operation::hold: return "hold";
        case Operation::recharge: return "recharge";
        case Operation::pay: return "pay";
        case Operation::begin_payment: return "begin_payment";
        case Operation::capture: return "capture";
    }
    return "unknown";
}

template <class Enum>
struct Values;  // every value of an enum, for reading its names
template <>
struct Values<PlaceState> {
    static constexpr std::array all{PlaceState::waiting, PlaceState::admitted, PlaceState::completed, PlaceState::left,
                                    PlaceState::expired};
};
template <>
struct Values<SeatState> {
    static constexpr std::array all{SeatState::available, SeatState::held, SeatState::sold, SeatState::blocked};
};
template <>
struct Values<ReservationState> {
    static constexpr std::array all{ReservationState::held, ReservationState::confirmed, ReservationState::released,
                                    ReservationState::expired, ReservationState::cancelled};
};
template <>
struct Values<PaymentState> {
    static constexpr std::array all{PaymentState::requested, PaymentState::approved, PaymentState::captured,
                                    PaymentState::failed, PaymentState::reconciled};
};
template <>
struct Values<AccountKind> {
    static constexpr std::array all{AccountKind::user, AccountKind::cash, AccountKind::sales};
};
template <>
struct Values<TransferKind> {
    static constexpr std::array all{TransferKind::recharge, TransferKind::payment, TransferKind::refund};
};
template <>
struct Values<Operation> {
    static constexpr std::array all{Operation::hold, Operation::recharge, Operation::pay, Operation::begin_payment,
                                    Operation::capture};
};
template <>
struct Values<EventKind> {
    static constexpr std::array all{
#define X(name, number) EventKind::name,
        BOXOFFICE_EVENTS(X)
#undef X
    };
};

template <class Enum>
StaticText text_of(Enum value) {
    // Every name_of answers with a literal, so the text ends with a NUL and stays.
    return StaticText{name_of(value).data()};
}

template <class Enum>
void read_enum(Row& row, Enum& value) {
    std::string text;
    row >> text;
    for (const auto candidate : Values<Enum>::all)
        if (name_of(candidate) == text) {
            value = candidate;
            return;
        }
    throw Fault{ErrorCode::storage, "a row has the unknown state or kind '" + text + "'"};
}

std::string to_json(const std::vector<std::int64_t>& numbers) {
    std::string text{"["};
    for (const auto number : numbers) text.append(text.size() > 1 ? "," : "").append(std::to_string(number));
    return text.append("]");
}

std::vector<std::int64_t> from_json(const std::string& text) {
    const auto wrong = [] { return Fault{ErrorCode::storage, "an idempotency answer is not an array of integers"}; };
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') throw wrong();
    std::vector<std::int64_t> numbers;
    const char* at = text.data() + 1;
    const char* const end = text.data() + text.size() - 1;
    while (at != end) {
        if (!numbers.empty() && *at++ != ',') throw wrong();
        const auto [stop, error] = std::from_chars(at, end, numbers.emplace_back());
        if (error != std::errc{}) throw wrong();
        at = stop;
    }
    return numbers;
}

}  // namespace

StaticText text_of(Operation operation) { return StaticText{name_of(operation).data()}; }

// ---- read -------------------------------------------------------------------------------------------------------

void read(Row& row, User& user) { row >> user.id >> user.external_id >> user.created_at; }

void read(Row& row, Room& room) {
    auto& limits = room.limits;
    row >> room.id >> room.name >> limits.active_capacity >> limits.queue_capacity >> limits.admissions_per_second >>
        limits.arrive_ttl >> limits.active_ttl >> limits.waiting_ttl >> room.last_position >> room.serving >>
        room.waiting_count >> room.admitted_count >> room.next_admission_at >> room.next_lapse_at;
}

void read(Row& row, Concert& concert) {
    row >> concert.id >> concert.date >> concert.title >> concert.room >> concert.created_at;
}

void read(Row& row, Seat& seat) {
    auto& facts = seat.facts;
    row >> seat.id >> seat.concert >> facts.number >> facts.section >> facts.row >> facts.price >> facts.x >> facts.y >>
        facts.label;
    read_enum(row, seat.state);
    row >> seat.claim >> seat.held_until >> seat.version;
}

void read(Row& row, Place& place) {
    row >> place.token >> place.room >> place.user >> place.position;
    read_enum(row, place.state);
    row >> place.admitted_at >> place.arrived_at >> place.turn_until >> place.deadline >> place.finished_at;
}

void read(Row& row, Reservation& reservation) {
    row >> reservation.id >> reservation.user >> reservation.seat >> reservation.concert >> reservation.token >>
        reservation.price;
    read_enum(row, reservation.state);
    row >> reservation.held_at >> reservation.deadline >> reservation.finished_at >> reservation.payment;
}

void read(Row& row, Account& account) {
    row >> account.id;
    read_enum(row, account.kind);
    row >> account.balance >> account.created_at >> account.updated_at;
}

void read(Row& row, Payment& payment) {
    row >> payment.id >> payment.reservation >> payment.user >> payment.amount;
    read_enum(row, payment.state);
    row >> payment.requested_at >> payment.deadline >> payment.finished_at >> payment.transaction_key >>
        payment.reconciled_at >> payment.step_count;
}

void read(Row& row, PaymentStep& step) {
    row >> step.payment >> step.index;
    read_enum(row, step.state);
    row >> step.at >> step.transaction_key;
}

void read(Row& row, Transfer& transfer) {
    row >> transfer.id >> transfer.from >> transfer.to >> transfer.amount;
    read_enum(row, transfer.kind);
    row >> transfer.payment >> transfer.at;
}

void read(Row& row, IdempotencyRecord& record) {
    std::string answer;
    row >> record.id.user;
    read_enum(row, record.id.operation);
    row >> record.id.key >> record.request >> answer >> record.created_at;
    record.answer = from_json(answer);
}

void read(Row& row, Event& event) {
    row >> event.sequence >> event.at;
    read_enum(row, event.kind);
    row >> event.user >> event.room >> event.token >> event.concert >> event.seat >> event.reservation >>
        event.payment >> event.amount >> event.deadline;
}

void read(Row& row, NodeLease& lease) {
    row >> lease.node >> lease.until >> lease.floor >> lease.seen.at >> lease.seen.steady >> lease.seen.origin;
}

void read(Row& row, TokenKey& key) { row >> key.id >> key.secret; }

void read(Row& row, HouseRules& rules) {
    row >> rules.store >> rules.hold_ttl >> rules.holds_per_user >> rules.capture_ttl >> rules.identity_ttl >>
        rules.idempotency_ttl >> rules.issue_limit;
}

// ---- insert -----------------------------------------------------------------------------------------------------

void insert_values(Binder& binder, const HouseRules& rules) {
    binder << rules.store << rules.hold_ttl << rules.holds_per_user << rules.capture_ttl << rules.identity_ttl
           << rules.idempotency_ttl << rules.issue_limit;
}

void insert_values(Binder& binder, const User& user) { binder << user.id << user.external_id << user.created_at; }

void insert_values(Binder& binder, const Room& room) {
    const auto& limits = room.limits;
    binder << room.id << room.name << limits.active_capacity << limits.queue_capacity << limits.admissions_per_second
           << limits.arrive_ttl << limits.active_ttl << limits.waiting_ttl << room.last_position << room.serving
           << room.waiting_count << room.admitted_count << room.next_admission_at << room.next_lapse_at << due_at(room);
}

void insert_values(Binder& binder, const Concert& concert) {
    binder << concert.id << concert.date << concert.title << concert.room << concert.created_at;
}

void insert_values(Binder& binder, const Seat& seat) {
    const auto& facts = seat.facts;
    binder << seat.id << seat.concert << facts.number << facts.section << facts.row << facts.price << facts.x << facts.y
           << facts.label << text_of(seat.state) << or_null(seat.claim) << seat.held_until << seat.version
           << natural_key(facts.number);
}

void insert_values(Binder& binder, const Place& place) {
    binder << place.token << place.room << place.user << place.position << text_of(place.state) << place.admitted_at
           << place.arrived_at << place.turn_until << place.deadline << place.finished_at;
}

void insert_values(Binder& binder, const Reservation& reservation) {
    binder << reservation.id << reservation.user << reservation.seat << reservation.concert << reservation.token
           << reservation.price << text_of(reservation.state) << reservation.held_at << reservation.deadline
           << reservation.finished_at << or_null(reservation.payment);
}

void insert_values(Binder& binder, const Account& account) {
    binder << account.id << text_of(account.kind) << account.balance << account.created_at << account.updated_at;
}

void insert_values(Binder& binder, const Payment& payment) {
    binder << payment.id << payment.reservation << payment.user << payment.amount << text_of(payment.state)
           << payment.requested_at << payment.deadline << payment.finished_at << payment.transaction_key
           << payment.reconciled_at << payment.step_count;
}

void insert_values(Binder& binder, const PaymentStep& step) {
    binder << step.payment << step.index << text_of(step.state) << step.at << step.transaction_key;
}

void insert_values(Binder& binder, const Transfer& transfer) {
    binder << transfer.id << transfer.from << transfer.to << transfer.amount << text_of(transfer.kind)
           << or_null(transfer.payment) << transfer.at;
}

void insert_values(Binder& binder, const IdempotencyRecord& record) {
    binder << record.id.user << text_of(record.id.operation) << record.id.key << record.request
           << to_json(record.answer) << record.created_at;
}

void insert_values(Binder& binder, const Event& event) {
    binder << event.sequence << event.at << text_of(event.kind) << or_null(event.user) << or_null(event.room)
           << or_null(event.token) << or_null(event.concert) << or_null(event.seat) << or_null(event.reservation)
           << or_null(event.payment) << event.amount << event.deadline;
}

void insert_values(Binder& binder, const NodeLease& lease) {
    binder << lease.node << lease.until << lease.floor << lease.seen.at << lease.seen.steady << lease.seen.origin;
}

void insert_values(Binder& binder, const TokenKey& key) { binder << key.id << key.secret; }

// ---- update -----------------------------------------------------------------------------------------------------

void update_values(Binder& binder, const User& user) { binder << user.external_id << user.created_at << user.id; }

void update_values(Binder& binder, const Room& room) {
    const auto& limits = room.limits;
    binder << limits.active_capacity << limits.queue_capacity << limits.admissions_per_second << limits.arrive_ttl
           << limits.active_ttl << limits.waiting_ttl << room.last_position << room.serving << room.waiting_count
           << room.admitted_count << room.next_admission_at << room.next_lapse_at << due_at(room) << room.id;
}

void update_values(Binder& binder, const Concert& concert) {
    binder << concert.date << concert.title << concert.room << concert.created_at << concert.id;
}

void update_values(Binder& binder, const Seat& seat) {
    const auto& facts = seat.facts;
    binder << facts.section << facts.row << facts.price << facts.x << facts.y << facts.label << text_of(seat.state)
           << or_null(seat.claim) << seat.held_until << seat.version << seat.id << seat.version;
}

void update_values(Binder& binder, const Place& place) {
    binder << text_of(place.state) << place.admitted_at << place.arrived_at << place.turn_until << place.deadline
           << place.finished_at << place.token;
}

void update_values(Binder& binder, const Reservation& reservation) {
    binder << text_of(reservation.state) << reservation.deadline << reservation.finished_at
           << or_null(reservation.payment) << reservation.id;
}

void update_values(Binder& binder, const Account& account) {
    binder << account.balance << account.updated_at << account.id;
}

void update_values(Binder& binder, const Payment& payment) {
    binder << text_of(payment.state) << payment.deadline << payment.finished_at << payment.transaction_key
           << payment.reconciled_at << payment.step_count << payment.id;
}

void update_values(Binder& binder, const NodeLease& lease) {
    binder << lease.until << lease.floor << lease.seen.at << lease.seen.steady << lease.seen.origin << lease.node;
}

void update_values(Binder& binder, const TokenKey& key) { binder << key.secret << key.id; }

}  // namespace boxoffice::sqlite
