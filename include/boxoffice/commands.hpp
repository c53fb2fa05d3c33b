#pragma once
/// Commands are values: everything that changes a box office is one of these, executed singly or in a batch. They
/// speak ids; names (external id, date, seat number) are resolved before, by queries of facts that never change.
///
/// `user` is whom the host has authenticated (BoxOffice::authenticate turns a token's text into user and token id).
/// Each command names its expected refusals; any can also end in a mistake about its arguments, or in a fault.

#include <string>
#include <variant>
#include <vector>

#include "boxoffice/domain/idempotency.hpp"
#include "boxoffice/domain/payment.hpp"
#include "boxoffice/domain/reservation.hpp"
#include "boxoffice/domain/seating.hpp"
#include "boxoffice/domain/token.hpp"
#include "boxoffice/domain/waiting_room.hpp"

namespace boxoffice {

// ---- answers ----------------------------------------------------------------------------------------------------

/// Nothing to tell beside that it was done.
struct Done {
    friend bool operator==(const Done&, const Done&) = default;
};

template <class IdType>
struct Created {
    IdType id;
    friend bool operator==(const Created&, const Created&) = default;
};

struct SeatsAdded {
    std::int64_t count = 0;
    friend bool operator==(const SeatsAdded&, const SeatsAdded&) = default;
};

struct Joined {
    TokenClaims claims;         ///< sign with BoxOffice::token_text
    Time identity_until{};      ///< the token proves its user until then
    PlaceState state = PlaceState::waiting;
    bool again = false;         ///< the user had a live place, and this is it
    friend bool operator==(const Joined&, const Joined&) = default;
};

struct Arrived {
    Time deadline{};    ///< of the place
    Time turn_until{};  ///< no new hold from then on
    friend bool operator==(const Arrived&, const Arrived&) = default;
};

struct Left {
    std::int64_t released = 0;  ///< holds given back
    friend bool operator==(const Left&, const Left&) = default;
};

struct Held {
    ReservationId reservation;
    SeatId seat;
    Points price;
    Time deadline{};
    friend bool operator==(const Held&, const Held&) = default;
};

struct Recharged {
    TransferId transfer;
    Points balance;
    friend bool operator==(const Recharged&, const Recharged&) = default;
};

struct Paid {
    PaymentId payment;
    ReservationId reservation;
    Points amount;
    Points balance;
    Time paid_at{};
    friend bool operator==(const Paid&, const Paid&) = default;
};

struct PaymentBegun {
    PaymentId payment;
    ReservationId reservation;
    Points amount;
    Time deadline{};
    friend bool operator==(const PaymentBegun&, const PaymentBegun&) = default;
};

struct Ticked {
    std::int64_t expired = 0;  ///< rows retired: places, holds, payments
    bool more = false;         ///< there was more to do than one tick does; tick again
    friend bool operator==(const Ticked&, const Ticked&) = default;
};

using Answer = std::variant<Done, Created<UserId>, Created<RoomId>, Created<ConcertId>, SeatsAdded, Joined, Arrived,
                            Left, Held, Recharged, Paid, PaymentBegun, Ticked>;
using Outcome = Result<Answer>;

// ---- the house --------------------------------------------------------------------------------------------------

/// Refusals: user_exists.
struct CreateUser {
    using Answer = Created<UserId>;
    std::string external_id;
};

/// Refusals: room_exists.
struct CreateRoom {
    using Answer = Created<RoomId>;
    std::string name;
    RoomLimits limits;
};

/// Lowering a capacity only stops admission; nobody is sent away.
struct ChangeRoom {
    using Answer = Done;
    RoomId room;
    RoomLimits limits;
};

/// With its first seats, so that a concert is never seen half-made. Refusals: seat_exists.
struct CreateConcert {
    using Answer = Created<ConcertId>;
    Date date{};
    std::string title;
    RoomId room;
    std::vector<NewSeat> seats;
};

/// All or none. Refusals: seat_exists.
struct AddSeats {
    using Answer = SeatsAdded;
    ConcertId concert;
    std::vector<NewSeat> seats;
};

/// Takes a seat off sale; blocked already: done. Refusals: seat_unavailable (held or sold).
struct BlockSeat {
    using Answer = Done;
    SeatId seat;
};

/// Puts a blocked seat back on sale; not blocked: done.
struct UnblockSeat {
    using Answer = Done;
    SeatId seat;
};

// ---- the waiting room -------------------------------------------------------------------------------------------

/// A place in line, admitted at once while there is room. Joining again returns the live place. Refusals: queue_full.
struct Join {
    using Answer = Joined;
    UserId user;
    RoomId room;
};

/// Shows up: starts the clock of the turn. Peeking does this by itself. Refusals: not_your_turn, token_*.
struct Arrive {
    using Answer = Arrived;
    UserId user;
    TokenId token;
};

/// Gives the place up and releases its holds. Given up already: done, with nothing released. Refusals: place_completed,
/// place_expired.
struct Leave {
    using Answer = Left;
    UserId user;
    TokenId token;
};

// ---- seats ------------------------------------------------------------------------------------------------------

/// Refusals: not_your_turn, seat_unavailable, hold_limit, idempotency_conflict.
struct HoldSeat {
    using Answer = Held;
    UserId user;
    TokenId token;
    SeatId seat;
    IdempotencyKey key;
};

/// Released already: done. Refusals: already_paid, hold_expired.
struct ReleaseHold {
    using Answer = Done;
    UserId user;
    ReservationId reservation;
};

// ---- money ------------------------------------------------------------------------------------------------------

/// Refusals: balance_limit, issue_limit, idempotency_conflict.
struct Recharge {
    using Answer = Recharged;
    UserId user;
    Points amount;
    IdempotencyKey key;
};

/// Pays a hold with points: begin and capture in one. Refusals: not_your_turn, reservation_mismatch, hold_expired,
/// hold_released, already_paid, payment_pending, insufficient_points, idempotency_conflict.
struct Pay {
    using Answer = Paid;
    UserId user;
    TokenId token;
    ReservationId reservation;
    IdempotencyKey key;
};

/// Keeps the seat for `capture_ttl` while a gateway is asked. Refusals as of Pay.
struct BeginPayment {
    using Answer = PaymentBegun;
    UserId user;
    TokenId token;
    ReservationId reservation;
    IdempotencyKey key;
};

/// The gateway approved: points move, the seat is sold. Captured already: answers again, with the same key the very same,
/// without one with the balance of now. Refusals: payment_failed, hold_expired, hold_released, insufficient_points,
/// idempotency_conflict.
struct CapturePayment {
    using Answer = Paid;
    UserId user;
    TokenId token;
    ReservationId reservation;
    PaymentId payment;
    std::string transaction_key;
    IdempotencyKey key;
};

/// The gateway declined (no transaction key), or it approved and the payment cannot be captured (the approval's key: it is now
/// to be taken back, and then to be reconciled). Failed already: done, and what is new of it is written down. Refusals:
/// already_paid.
struct FailPayment {
    using Answer = Done;
    UserId user;
    ReservationId reservation;
    PaymentId payment;
    std::string transaction_key;
    bool is_unclear = false;  ///< whether the payer was charged is not known: the payment is listed until it is reconciled
};

/// A payment failed, and its payer is charged nothing, or no more: the approval `transaction_key` was taken back, or (empty)
/// there is none. Reconciled already: done. Refusals: already_paid, payment_pending (its time has not run out). Mistakes:
/// unknown_payment, invalid_argument (another transaction key is written down).
struct ReconcilePayment {
    using Answer = Done;
    PaymentId payment;
    std::string transaction_key;
};

// ---- housekeeping -----------------------------------------------------------------------------------------------

/// Retires what has expired and nobody has met, and prunes: finished tokens after identity_ttl, idempotency keys after
/// idempotency_ttl, events up to the one that the host has consumed (0: none). Without ticks nothing is wrong, only untidy.
struct Tick {
    using Answer = Ticked;
    std::int64_t events_consumed = 0;
};

using Command = std::variant<CreateUser, CreateRoom, ChangeRoom, CreateConcert, AddSeats, BlockSeat, UnblockSeat, Join,
                             Arrive, Leave, HoldSeat, ReleaseHold, Recharge, Pay, BeginPayment, CapturePayment,
                             FailPayment, Tick, ReconcilePayment>;

}  // namespace boxoffice
