#pragma once
/// Rows for tests of stores, sound by themselves: what the engine could have written.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "support/catch.hpp"

namespace boxoffice::testing {

/// The time at which the tests' box office opens.
inline constexpr Time first_moment = Time{std::chrono::seconds{1'767'000'000}};

constexpr Time after_first_moment(std::int64_t count) { return first_moment + std::chrono::seconds{count}; }

template <class Entity>
void add(std::vector<Write<Entity>>& writes, Entity entity) {
    writes.push_back({std::move(entity), true});
}
template <class Entity>
void change(std::vector<Write<Entity>>& writes, Entity entity) {
    writes.push_back({std::move(entity), false});
}

inline HouseRules sample_house_rules() {
    HouseRules rules;
    rules.store.fill(0xA5);
    rules.hold_ttl = std::chrono::seconds{1};
    rules.holds_per_user = 2;
    rules.capture_ttl = std::chrono::seconds{3};
    rules.identity_ttl = std::chrono::seconds{4};
    rules.idempotency_ttl = std::chrono::seconds{5};
    rules.issue_limit = Points{6};
    return rules;
}

inline User sample_user(std::int64_t id) {
    User user;
    user.id = UserId{id};
    user.external_id = "user-" + std::to_string(id);
    user.created_at = first_moment;
    return user;
}

inline Room sample_room(std::int64_t id, std::string name) {
    Room room;
    room.id = RoomId{id};
    room.name = std::move(name);
    return room;
}

inline Concert sample_concert(std::int64_t id, RoomId room, Date day) {
    Concert concert;
    concert.id = ConcertId{id};
    concert.date = day;
    concert.title = "concert " + std::to_string(id);
    concert.room = room;
    concert.created_at = first_moment;
    return concert;
}

inline Sale sample_sale(ConcertId concert, std::int64_t version) {
    Sale sale;
    sale.id = {concert, version};
    sale.made_at = first_moment;
    return sale;
}

inline TicketType sample_type(std::int64_t id, ConcertId concert, std::string name) {
    TicketType type;
    type.id = TypeId{id};
    type.concert = concert;
    type.name = std::move(name);
    type.created_at = first_moment;
    return type;
}

inline Seat sample_seat(std::int64_t id, ConcertId concert, std::string number) {
    Seat seat;
    seat.id = SeatId{id};
    seat.concert = concert;
    seat.facts.label = number;
    seat.facts.number = std::move(number);
    seat.facts.price = Points{50'000};
    seat.version = 1;
    return seat;
}

/// The seat as the next commit writes it: held by `claim`, whoever held it before.
inline Seat held_seat(Seat seat, ReservationId claim, Time until) {
    if (seat.state == SeatState::held) open(seat);
    take(seat, claim, until);
    ++seat.version;
    return seat;
}

inline Place waiting_place(std::int64_t token, RoomId room, UserId user, Position position) {
    Place place;
    place.token = TokenId{token};
    place.room = room;
    place.user = user;
    place.position = position;
    return place;
}

inline Place admitted_place(std::int64_t token, RoomId room, UserId user, Position position, Time deadline) {
    auto place = waiting_place(token, room, user, position);
    place.state = PlaceState::admitted;
    place.admitted_at = first_moment;
    place.deadline = deadline;
    return place;
}

inline Place finished_place(Place place, PlaceState end, Time at) {
    place.state = end;
    place.finished_at = at;
    return place;
}

inline Reservation held_reservation(std::int64_t id, UserId user, const Seat& seat, TokenId token, Time deadline) {
    Reservation reservation;
    reservation.id = ReservationId{id};
    reservation.user = user;
    reservation.seat = seat.id;
    reservation.concert = seat.concert;
    reservation.token = token;
    reservation.price = seat.facts.price;
    reservation.order = reservation.id;
    reservation.sale = 1;
    reservation.held_at = first_moment;
    reservation.deadline = deadline;
    return reservation;
}

inline Account sample_account(std::int64_t id, AccountKind kind, std::int64_t balance) {
    Account account;
    account.id = AccountId{id};
    account.kind = kind;
    account.balance = Points{balance};
    account.created_at = first_moment;
    account.updated_at = first_moment;
    return account;
}

inline Transfer sample_transfer(std::int64_t id, AccountId from, AccountId to, std::int64_t amount) {
    Transfer transfer;
    transfer.id = TransferId{id};
    transfer.from = from;
    transfer.to = to;
    transfer.amount = Points{amount};
    transfer.at = first_moment;
    return transfer;
}

inline Payment requested_payment(std::int64_t id, const Reservation& reservation, Time deadline) {
    Payment payment;
    payment.id = PaymentId{id};
    payment.reservation = reservation.id;
    payment.user = reservation.user;
    payment.amount = reservation.price;
    payment.requested_at = first_moment;
    payment.deadline = deadline;
    return payment;
}

inline IdempotencyRecord sample_record(UserId user, Operation operation, std::string key, Time created_at) {
    IdempotencyRecord record;
    record.id = {user, operation, std::move(key)};
    for (std::size_t i = 0; i < record.request.size(); ++i) record.request[i] = static_cast<std::uint8_t>(i * 17);
    record.answer = {1, 2, 3};
    record.created_at = created_at;
    return record;
}

inline Event sample_event(std::int64_t sequence, EventKind kind, Time at = first_moment) {
    Event event;
    event.sequence = sequence;
    event.kind = kind;
    event.at = at;
    return event;
}

// ---- calls that must succeed ------------------------------------------------------------------------------------

inline void must(const Result<void>& result) {
    if (!result) FAIL(result.error().text());
}
template <class T>
T must(Result<T> result) {
    if (!result) FAIL(result.error().text());
    return std::move(*result);
}

inline void commit(Store& store, const Changes& changes) { must(must(store.begin())->commit(changes)); }

/// The error of a commit that must fail.
inline ErrorCode failed_commit(Store& store, const Changes& changes) {
    const auto done = must(store.begin())->commit(changes);
    if (done) FAIL("a commit that must fail did not");
    return done.error().code;
}

template <class Entity, class Keys>
std::vector<Entity> load(Repository<Entity, Keys>& repository, const Keys& keys) {
    std::vector<Entity> rows;
    must(repository.load(keys, rows));
    return rows;
}

}  // namespace boxoffice::testing
