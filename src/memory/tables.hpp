#pragma once
/// The tables of the memory store with their indexes and back-stops, and a commit over all of them.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "memory/table.hpp"

namespace boxoffice::memory {

/// The traits of an entity's table. A kind of row without them does not compile.
template <class Entity>
struct TableOf;

/// Stands once.
template <>
struct TableOf<HouseRules> : NotCounted {
    using Entity = HouseRules;
    using Key = std::int32_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "house rules";
    static constexpr bool replaces = true;
    static Key key_of(const HouseRules&) { return 1; }
};

// ---- users, rooms, concerts ----------------------------------------------------------------------------------------

struct UserByExternalId {
    using Key = std::string;
    static constexpr auto name = "two users have one external id";
    static std::optional<Key> key_of(const User& user) { return user.external_id; }
};

template <>
struct TableOf<User> : NotCounted {
    using Entity = User;
    using Key = UserId;
    using Indexes = std::tuple<UserByExternalId>;
    static constexpr auto name = "users";
    static constexpr bool replaces = false;
    static Key key_of(const User& user) { return user.id; }
};

struct RoomByName {
    using Key = std::string;
    static constexpr auto name = "two rooms have one name";
    static std::optional<Key> key_of(const Room& room) { return room.name; }
};

struct RoomByDue {
    using Key = std::tuple<Time, RoomId>;
    static constexpr auto name = "two entries by due time";
    static std::optional<Key> key_of(const Room& room) { return Key{due_at(room), room.id}; }
};

template <>
struct TableOf<Room> : NotCounted {
    using Entity = Room;
    using Key = RoomId;
    using Indexes = std::tuple<RoomByName, RoomByDue>;
    static constexpr auto name = "rooms";
    static constexpr bool replaces = false;
    static Key key_of(const Room& room) { return room.id; }
    static const char* fault_in(const Room& next, const Room*) {
        return next.waiting_count < 0 || next.admitted_count < 0 ? "a count is below zero" : nullptr;
    }
};

struct ConcertByDate {
    using Key = std::tuple<Date, ConcertId>;
    static constexpr auto name = "two entries by date";
    static std::optional<Key> key_of(const Concert& concert) { return Key{concert.date, concert.id}; }
};

struct UnsettledConcert {
    using Key = ConcertId;
    static constexpr auto name = "a concert is unsettled twice";
    static std::optional<Key> key_of(const Concert& concert) {
        return concert.is_settled ? std::nullopt : std::optional{concert.id};
    }
};

template <>
struct TableOf<Concert> : NotCounted {
    using Entity = Concert;
    using Key = ConcertId;
    using Indexes = std::tuple<ConcertByDate, UnsettledConcert>;
    static constexpr auto name = "concerts";
    static constexpr bool replaces = false;
    static Key key_of(const Concert& concert) { return concert.id; }
};

// ---- terms of sale -------------------------------------------------------------------------------------------------

template <>
struct TableOf<Sale> : NotCounted {
    using Entity = Sale;
    using Key = SaleId;
    using Indexes = std::tuple<>;
    static constexpr auto name = "sales";
    static constexpr bool replaces = false;
    static Key key_of(const Sale& sale) { return sale.id; }
};

template <>
struct TableOf<TariffPrice> : NotCounted {
    using Entity = TariffPrice;
    using Key = std::tuple<SaleId, std::string, TypeId>;
    using Indexes = std::tuple<>;
    static constexpr auto name = "tariff prices";
    static constexpr bool replaces = false;
    static Key key_of(const TariffPrice& price) { return {price.sale, price.row.category, price.row.type}; }
    static const char* fault_in(const TariffPrice& next, const TariffPrice*) {
        return check_price(next.row.price) ? nullptr : "a price is out of range";
    }
};

struct TypeByName {
    using Key = std::tuple<ConcertId, std::string>;
    static constexpr auto name = "two ticket types of a concert have one name";
    static std::optional<Key> key_of(const TicketType& type) { return Key{type.concert, type.name}; }
};

template <>
struct TableOf<TicketType> : NotCounted {
    using Entity = TicketType;
    using Key = TypeId;
    using Indexes = std::tuple<TypeByName>;
    static constexpr auto name = "ticket types";
    static constexpr bool replaces = false;
    static Key key_of(const TicketType& type) { return type.id; }
};

// ---- seats ---------------------------------------------------------------------------------------------------------

struct SeatByNumber {
    /// The natural key first: the order of `seats_of`.
    using Key = std::tuple<ConcertId, std::string, std::string>;
    static constexpr auto name = "two seats of a concert have one number";
    static Key key_of(ConcertId concert, const std::string& number) { return {concert, natural_key(number), number}; }
    static std::optional<Key> key_of(const Seat& seat) { return key_of(seat.concert, seat.facts.number); }
};

struct HeldSeatByDeadline {
    using Key = std::tuple<ConcertId, Time, SeatId>;
    static constexpr auto name = "two entries by the end of the hold";
    static std::optional<Key> key_of(const Seat& seat) {
        if (seat.state != SeatState::held) return std::nullopt;
        return Key{seat.concert, seat.held_until, seat.id};
    }
};

template <>
struct TableOf<Seat> {
    using Entity = Seat;
    using Key = SeatId;
    using Indexes = std::tuple<SeatByNumber, HeldSeatByDeadline>;
    using CountKey = std::tuple<ConcertId, SeatState>;
    static constexpr auto name = "seats";
    static constexpr bool replaces = false;
    static constexpr bool counted = true;
    static Key key_of(const Seat& seat) { return seat.id; }
    static CountKey count_key(const Seat& seat) { return {seat.concert, seat.state}; }
    static const char* fault_in(const Seat& next, const Seat* row) {
        if (row != nullptr && row->version != next.version - 1) return "a seat has moved on to another version";
        if (!check_price(next.facts.price)) return "a price is out of range";
        if (next.facts.label.empty()) return "a seat has no label";
        const bool claimed = next.state == SeatState::held || next.state == SeatState::sold;
        return claimed != static_cast<bool>(next.claim) ? "a claim without its state, or the reverse" : nullptr;
    }
};

// ---- places --------------------------------------------------------------------------------------------------------

struct LivePlace {
    using Key = std::tuple<UserId, RoomId>;
    static constexpr auto name = "a user has two live places in a room";
    static std::optional<Key> key_of(const Place& place) {
        if (is_finished(place.state)) return std::nullopt;
        return Key{place.user, place.room};
    }
};

struct PlaceByPosition {
    using Key = std::tuple<RoomId, Position>;
    static constexpr auto name = "two places of a room have one position";
    static std::optional<Key> key_of(const Place& place) { return Key{place.room, place.position}; }
};

struct WaitingByPosition {
    using Key = std::tuple<RoomId, Position>;
    static constexpr auto name = "two waiting places have one position";
    static std::optional<Key> key_of(const Place& place) {
        if (place.state != PlaceState::waiting) return std::nullopt;
        return Key{place.room, place.position};
    }
};

/// By age. Nearly the order of positions, but not quite where several processes make tokens.
struct WaitingByToken {
    using Key = std::tuple<RoomId, TokenId>;
    static constexpr auto name = "two entries by token";
    static std::optional<Key> key_of(const Place& place) {
        if (place.state != PlaceState::waiting) return std::nullopt;
        return Key{place.room, place.token};
    }
};

struct AdmittedByDeadline {
    using Key = std::tuple<RoomId, Time, TokenId>;
    static constexpr auto name = "two entries by deadline";
    static std::optional<Key> key_of(const Place& place) {
        if (place.state != PlaceState::admitted || place.deadline == never) return std::nullopt;
        return Key{place.room, place.deadline, place.token};
    }
};

template <>
struct TableOf<Place> {
    using Entity = Place;
    using Key = TokenId;
    using Indexes = std::tuple<LivePlace, PlaceByPosition, WaitingByPosition, WaitingByToken, AdmittedByDeadline>;
    using CountKey = std::tuple<RoomId, PlaceState>;
    static constexpr auto name = "places";
    static constexpr bool replaces = false;
    static constexpr bool counted = true;
    static Key key_of(const Place& place) { return place.token; }
    static CountKey count_key(const Place& place) { return {place.room, place.state}; }
};

// ---- reservations --------------------------------------------------------------------------------------------------

struct ReservationByUser {
    using Key = std::tuple<UserId, ReservationId>;
    static constexpr auto name = "two entries by user";
    static std::optional<Key> key_of(const Reservation& reservation) { return Key{reservation.user, reservation.id}; }
};

struct HeldByUser {
    using Key = std::tuple<UserId, ReservationId>;
    static constexpr auto name = "two held entries by user";
    static std::optional<Key> key_of(const Reservation& reservation) {
        if (reservation.state != ReservationState::held) return std::nullopt;
        return Key{reservation.user, reservation.id};
    }
};

struct OtherOfOrder {
    using Key = std::tuple<OrderId, ReservationId>;
    static constexpr auto name = "two entries by order";
    static std::optional<Key> key_of(const Reservation& reservation) {
        if (reservation.order == reservation.id) return std::nullopt;
        return Key{reservation.order, reservation.id};
    }
};

struct HeldByDeadline {
    using Key = std::tuple<Time, ReservationId>;
    static constexpr auto name = "two entries by deadline";
    static std::optional<Key> key_of(const Reservation& reservation) {
        if (reservation.state != ReservationState::held) return std::nullopt;
        return Key{reservation.deadline, reservation.id};
    }
};

struct LiveClaim {
    using Key = SeatId;
    static constexpr auto name = "a seat has two live claims";
    static std::optional<Key> key_of(const Reservation& reservation) {
        const bool live =
            reservation.state == ReservationState::held || reservation.state == ReservationState::confirmed;
        return live ? std::optional{reservation.seat} : std::nullopt;
    }
};

template <>
struct TableOf<Reservation> : NotCounted {
    using Entity = Reservation;
    using Key = ReservationId;
    using Indexes = std::tuple<ReservationByUser, HeldByUser, HeldByDeadline, LiveClaim, OtherOfOrder>;
    static constexpr auto name = "reservations";
    static constexpr bool replaces = false;
    static Key key_of(const Reservation& reservation) { return reservation.id; }
    static const char* fault_in(const Reservation& next, const Reservation*) {
        if (!check_price(next.price)) return "a price is out of range";
        return next.refunded < Points{0} || next.refunded > next.price ? "more came back than was paid" : nullptr;
    }
};

// ---- ledger and payments -------------------------------------------------------------------------------------------

template <>
struct TableOf<Account> : NotCounted {
    using Entity = Account;
    using Key = AccountId;
    using Indexes = std::tuple<>;
    static constexpr auto name = "accounts";
    static constexpr bool replaces = false;
    static Key key_of(const Account& account) { return account.id; }
    static const char* fault_in(const Account& next, const Account*) {
        const bool sound = next.balance >= Points{0} && next.balance <= balance_max;
        return next.kind == AccountKind::user && !sound ? "a user's balance is out of range" : nullptr;
    }
};

struct TransferFrom {
    using Key = std::tuple<AccountId, TransferId>;
    static constexpr auto name = "two entries by payer";
    static std::optional<Key> key_of(const Transfer& transfer) { return Key{transfer.from, transfer.id}; }
};

struct TransferTo {
    using Key = std::tuple<AccountId, TransferId>;
    static constexpr auto name = "two entries by payee";
    static std::optional<Key> key_of(const Transfer& transfer) { return Key{transfer.to, transfer.id}; }
};

template <>
struct TableOf<Transfer> : NotCounted {
    using Entity = Transfer;
    using Key = TransferId;
    using Indexes = std::tuple<TransferFrom, TransferTo>;
    static constexpr auto name = "transfers";
    static constexpr bool replaces = false;
    static Key key_of(const Transfer& transfer) { return transfer.id; }
    static const char* fault_in(const Transfer& next, const Transfer*) {
        if (next.from == next.to) return "from an account to itself";
        return check_amount(next.amount) ? nullptr : "an amount is out of range";
    }
};

struct RequestedByDeadline {
    using Key = std::tuple<Time, PaymentId>;
    static constexpr auto name = "two entries by deadline";
    static std::optional<Key> key_of(const Payment& payment) {
        if (payment.state != PaymentState::requested) return std::nullopt;
        return Key{payment.deadline, payment.id};
    }
};

struct CapturedPayment {
    using Key = ReservationId;
    static constexpr auto name = "a reservation is paid twice";
    static std::optional<Key> key_of(const Payment& payment) {
        return payment.state == PaymentState::captured ? std::optional{payment.reservation} : std::nullopt;
    }
};

struct UnreconciledPayment {
    using Key = PaymentId;
    static constexpr auto name = "a payment is unreconciled twice";
    static std::optional<Key> key_of(const Payment& payment) {
        return payment.reconciled_at == never ? std::optional{payment.id} : std::nullopt;
    }
};

template <>
struct TableOf<Payment> : NotCounted {
    using Entity = Payment;
    using Key = PaymentId;
    using Indexes = std::tuple<RequestedByDeadline, CapturedPayment, UnreconciledPayment>;
    static constexpr auto name = "payments";
    static constexpr bool replaces = false;
    static Key key_of(const Payment& payment) { return payment.id; }
    static const char* fault_in(const Payment& next, const Payment*) {
        return check_price(next.amount) ? nullptr : "an amount is out of range";
    }
};

template <>
struct TableOf<PaymentStep> : NotCounted {
    using Entity = PaymentStep;
    using Key = std::tuple<PaymentId, std::int32_t>;
    using Indexes = std::tuple<>;
    static constexpr auto name = "payment steps";
    static constexpr bool replaces = false;
    static Key key_of(const PaymentStep& step) { return {step.payment, step.index}; }
};

// ---- the engine's own ----------------------------------------------------------------------------------------------

struct RecordByAge {
    using Key = std::tuple<Time, IdempotencyId>;
    static constexpr auto name = "two entries by age";
    static std::optional<Key> key_of(const IdempotencyRecord& record) { return Key{record.created_at, record.id}; }
};

template <>
struct TableOf<IdempotencyRecord> : NotCounted {
    using Entity = IdempotencyRecord;
    using Key = IdempotencyId;
    using Indexes = std::tuple<RecordByAge>;
    static constexpr auto name = "idempotency";
    static constexpr bool replaces = true;  // one that was let go may still be here
    static const Key& key_of(const IdempotencyRecord& record) { return record.id; }
};

template <>
struct TableOf<NodeLease> : NotCounted {
    using Entity = NodeLease;
    using Key = std::int32_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "leases";
    static constexpr bool replaces = false;
    static Key key_of(const NodeLease& lease) { return lease.node; }
};

template <>
struct TableOf<TokenKey> : NotCounted {
    using Entity = TokenKey;
    using Key = std::int32_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "token keys";
    static constexpr bool replaces = false;
    static Key key_of(const TokenKey& key) { return key.id; }
};

template <>
struct TableOf<Event> : NotCounted {
    using Entity = Event;
    using Key = std::int64_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "events";
    static constexpr bool replaces = false;
    static Key key_of(const Event& event) { return event.sequence; }
};

// ---- all of it -----------------------------------------------------------------------------------------------------

template <class Entity>
using TableFor = Table<TableOf<Entity>>;
template <class Entity>
using StagedFor = typename TableFor<Entity>::Staged;

/// One table for each kind of row.
class Tables {
  public:
    template <class Entity>
    [[nodiscard]] TableFor<Entity>& of() {
        return std::get<TableFor<Entity>>(tables_);
    }
    template <class Entity>
    [[nodiscard]] const TableFor<Entity>& of() const {
        return std::get<TableFor<Entity>>(tables_);
    }

    [[nodiscard]] LastEvent last_event() const {
        const auto* last = of<Event>().last();
        return last == nullptr ? LastEvent{} : LastEvent{last->sequence, last->at};
    }

  private:
    RowKinds::Each<TableFor> tables_;
};

/// A commit that was checked and has all the memory it needs. Used once, by the writer.
class StagedChanges {
  public:
    explicit StagedChanges(Tables& tables) : tables_{tables} {}

    /// Internal: a back-stop fired. May throw std::bad_alloc. The tables are as they were.
    Result<void> stage(const Changes& changes) {
        auto done = check_sequence(changes.events, tables_.last_event());
        changes.for_each([&](const auto& rows) {
            if (done) done = stage(rows);
        });
        return done;
    }

    /// Cannot fail. Nobody else may read the tables meanwhile.
    void apply() noexcept {
        RowKinds::for_each([&]<class Entity>(std::type_identity<Entity>) {
            tables_.of<Entity>().apply(std::get<StagedFor<Entity>>(staged_));
        });
        for (const auto concert : deleted_) erase(concert);
        if (prune_) prune(*prune_);
    }

  private:
    template <class Entity>
    Result<void> stage(const std::vector<Write<Entity>>& writes) {
        return tables_.of<Entity>().stage(writes, std::get<StagedFor<Entity>>(staged_));
    }
    template <class Entity>
    Result<void> stage(const std::vector<Entity>& added) {
        return tables_.of<Entity>().stage(added, std::get<StagedFor<Entity>>(staged_));
    }
    Result<void> stage(const std::optional<HouseRules>& rules) {
        if (!rules) return {};
        return stage(std::vector{Write<HouseRules>{*rules, true}});
    }
    Result<void> stage(const std::vector<ConcertId>& deleted) {
        const auto& seats = tables_.of<Seat>();
        for (const auto concert : deleted) {
            const auto* sales = tables_.of<Account>().find(sales_of(concert));
            if (tables_.of<Concert>().find(concert) == nullptr || sales == nullptr || sales->balance != Points{0})
                return refuse(ErrorCode::internal, "concerts: one to delete is not there, or has sales");
            if (seats.count_of({concert, SeatState::held}) + seats.count_of({concert, SeatState::sold}) > 0)
                return refuse(ErrorCode::internal, "seats: one to delete is claimed");
        }
        deleted_ = deleted;
        return {};
    }
    Result<void> stage(const std::optional<Prune>& prune) {
        prune_ = prune;
        return {};
    }

    void erase(ConcertId concert) noexcept {
        const auto is_its = [&](const auto& row) { return row.concert == concert; };
        tables_.of<TariffPrice>().erase_from({SaleId{concert, 0}, "", TypeId{}},
                                             [&](const TariffPrice& price) { return price.sale.concert == concert; });
        tables_.of<Sale>().erase_from({concert, 0}, [&](const Sale& sale) { return sale.id.concert == concert; });
        tables_.of<TicketType>().erase_along<TypeByName>({concert, ""}, is_its);
        tables_.of<Seat>().erase_along<SeatByNumber>({concert, "", ""}, is_its);
        tables_.of<Account>().erase_from(sales_of(concert),
                                         [&](const Account& account) { return account.id == sales_of(concert); });
        tables_.of<Concert>().erase_from(concert, [&](const Concert& row) { return row.id == concert; });
    }

    void prune(const Prune& prune) noexcept {
        tables_.of<Place>().erase_below(prune.tokens_below,
                                        [](const Place& place) { return is_finished(place.state); });
        tables_.of<IdempotencyRecord>().erase_while<RecordByAge>(
            [&](const IdempotencyRecord& record) { return record.created_at <= prune.idempotency_until; });
        const auto last = tables_.last_event();
        // The last event stays: sequences and time go on from it.
        const auto end = prune.events_through < last.sequence ? prune.events_through + 1 : last.sequence;
        tables_.of<Event>().erase_below(end, [](const Event& event) { return !is_lasting(event.kind); });
    }

    Tables& tables_;
    RowKinds::Each<StagedFor> staged_;
    std::vector<ConcertId> deleted_;
    std::optional<Prune> prune_;
};

}  // namespace boxoffice::memory
