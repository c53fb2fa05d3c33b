#pragma once
/// The tables of the memory store with their indexes and back-stops, and a commit over all of them.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "memory/table.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice::memory {

// ---- users, rooms, concerts ----------------------------------------------------------------------------------------

struct UserByExternalId {
    using Key = std::string;
    static constexpr auto name = "two users have one external id";
    static std::optional<Key> key_of(const User& user) { return user.external_id; }
};

struct UserTable : NotCounted {
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

struct RoomTable : NotCounted {
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

struct ConcertTable : NotCounted {
    using Entity = Concert;
    using Key = ConcertId;
    using Indexes = std::tuple<ConcertByDate>;
    static constexpr auto name = "concerts";
    static constexpr bool replaces = false;
    static Key key_of(const Concert& concert) { return concert.id; }
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

struct SeatTable {
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
        if (place.state != PlaceState::waiting && place.state != PlaceState::admitted) return std::nullopt;
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

struct PlaceTable {
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

struct ReservationTable : NotCounted {
    using Entity = Reservation;
    using Key = ReservationId;
    using Indexes = std::tuple<ReservationByUser, HeldByUser, HeldByDeadline, LiveClaim>;
    static constexpr auto name = "reservations";
    static constexpr bool replaces = false;
    static Key key_of(const Reservation& reservation) { return reservation.id; }
    static const char* fault_in(const Reservation& next, const Reservation*) {
        return check_price(next.price) ? nullptr : "a price is out of range";
    }
};

// ---- ledger and payments -------------------------------------------------------------------------------------------

struct AccountTable : NotCounted {
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

struct TransferTable : NotCounted {
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

struct PaymentTable : NotCounted {
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

struct PaymentStepTable : NotCounted {
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

struct IdempotencyTable : NotCounted {
    using Entity = IdempotencyRecord;
    using Key = IdempotencyId;
    using Indexes = std::tuple<RecordByAge>;
    static constexpr auto name = "idempotency";
    static constexpr bool replaces = true;  // one that was let go may still be here
    static const Key& key_of(const IdempotencyRecord& record) { return record.id; }
};

struct LeaseTable : NotCounted {
    using Entity = NodeLease;
    using Key = std::int32_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "leases";
    static constexpr bool replaces = false;
    static Key key_of(const NodeLease& lease) { return lease.node; }
};

struct TokenKeyTable : NotCounted {
    using Entity = TokenKey;
    using Key = std::int32_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "token keys";
    static constexpr bool replaces = false;
    static Key key_of(const TokenKey& key) { return key.id; }
};

struct EventTable : NotCounted {
    using Entity = Event;
    using Key = std::int64_t;
    using Indexes = std::tuple<>;
    static constexpr auto name = "events";
    static constexpr bool replaces = false;
    static Key key_of(const Event& event) { return event.sequence; }
};

// ---- all of it -----------------------------------------------------------------------------------------------------

struct Tables {
    Table<UserTable> users;
    Table<RoomTable> rooms;
    Table<ConcertTable> concerts;
    Table<SeatTable> seats;
    Table<PlaceTable> places;
    Table<ReservationTable> reservations;
    Table<AccountTable> accounts;
    Table<PaymentTable> payments;
    Table<IdempotencyTable> idempotency;
    Table<LeaseTable> leases;
    Table<TokenKeyTable> token_keys;
    Table<PaymentStepTable> payment_steps;
    Table<TransferTable> transfers;
    Table<EventTable> events;
    std::optional<HouseRules> house_rules;
};

inline bool is_finished(const Place& place) {
    return place.state != PlaceState::waiting && place.state != PlaceState::admitted;
}

/// Events about rooms are kept: the audit reads the history of capacities.
inline bool is_of_rooms(const Event& event) {
    return event.kind == EventKind::room_created || event.kind == EventKind::room_changed;
}

/// A commit that was checked and has all the memory it needs. Used once, by the writer.
class StagedChanges {
  public:
    explicit StagedChanges(Tables& tables) : tables_{tables} {}

    /// Internal: a back-stop fired. May throw std::bad_alloc. The tables are as they were.
    Result<void> stage(const Changes& changes) {
        BOXOFFICE_TRY(check_sequence(changes.events));
        BOXOFFICE_TRY(tables_.users.stage(changes.users, users_));
        BOXOFFICE_TRY(tables_.rooms.stage(changes.rooms, rooms_));
        BOXOFFICE_TRY(tables_.concerts.stage(changes.concerts, concerts_));
        BOXOFFICE_TRY(tables_.seats.stage(changes.seats, seats_));
        BOXOFFICE_TRY(tables_.places.stage(changes.places, places_));
        BOXOFFICE_TRY(tables_.reservations.stage(changes.reservations, reservations_));
        BOXOFFICE_TRY(tables_.accounts.stage(changes.accounts, accounts_));
        BOXOFFICE_TRY(tables_.payments.stage(changes.payments, payments_));
        BOXOFFICE_TRY(tables_.idempotency.stage(changes.idempotency, idempotency_));
        BOXOFFICE_TRY(tables_.leases.stage(changes.leases, leases_));
        BOXOFFICE_TRY(tables_.token_keys.stage(changes.token_keys, token_keys_));
        BOXOFFICE_TRY(tables_.payment_steps.stage(changes.payment_steps, payment_steps_));
        BOXOFFICE_TRY(tables_.transfers.stage(changes.transfers, transfers_));
        BOXOFFICE_TRY(tables_.events.stage(changes.events, events_));
        house_rules_ = changes.house_rules;
        prune_ = changes.prune;
        return {};
    }

    /// Cannot fail. Nobody else may read the tables meanwhile.
    void apply() noexcept {
        tables_.users.apply(users_);
        tables_.rooms.apply(rooms_);
        tables_.concerts.apply(concerts_);
        tables_.seats.apply(seats_);
        tables_.places.apply(places_);
        tables_.reservations.apply(reservations_);
        tables_.accounts.apply(accounts_);
        tables_.payments.apply(payments_);
        tables_.idempotency.apply(idempotency_);
        tables_.leases.apply(leases_);
        tables_.token_keys.apply(token_keys_);
        tables_.payment_steps.apply(payment_steps_);
        tables_.transfers.apply(transfers_);
        tables_.events.apply(events_);
        if (house_rules_) tables_.house_rules = house_rules_;
        if (prune_) prune(*prune_);
    }

  private:
    /// Sequences go on without a gap, and time never runs backwards.
    Result<void> check_sequence(const std::vector<Event>& events) const {
        const auto* last = tables_.events.last();
        for (const auto& event : events) {
            if (event.sequence != (last == nullptr ? 1 : last->sequence + 1))
                return refuse(ErrorCode::internal, "events: a sequence does not follow the last one");
            if (last != nullptr && event.at < last->at)
                return refuse(ErrorCode::internal, "events: a time is before the last one");
            last = &event;
        }
        return {};
    }

    void prune(const Prune& prune) noexcept {
        tables_.places.erase_below(prune.tokens_below, is_finished);
        tables_.idempotency.erase_while<RecordByAge>(
            [&](const IdempotencyRecord& record) { return record.created_at <= prune.idempotency_until; });
        if (const auto* last = tables_.events.last()) {
            // The last event stays: sequences and time go on from it.
            const auto end = prune.events_through < last->sequence ? prune.events_through + 1 : last->sequence;
            tables_.events.erase_below(end, [](const Event& event) { return !is_of_rooms(event); });
        }
    }

    Tables& tables_;
    Table<UserTable>::Staged users_;
    Table<RoomTable>::Staged rooms_;
    Table<ConcertTable>::Staged concerts_;
    Table<SeatTable>::Staged seats_;
    Table<PlaceTable>::Staged places_;
    Table<ReservationTable>::Staged reservations_;
    Table<AccountTable>::Staged accounts_;
    Table<PaymentTable>::Staged payments_;
    Table<IdempotencyTable>::Staged idempotency_;
    Table<LeaseTable>::Staged leases_;
    Table<TokenKeyTable>::Staged token_keys_;
    Table<PaymentStepTable>::Staged payment_steps_;
    Table<TransferTable>::Staged transfers_;
    Table<EventTable>::Staged events_;
    std::optional<HouseRules> house_rules_;
    std::optional<Prune> prune_;
};

}  // namespace boxoffice::memory
