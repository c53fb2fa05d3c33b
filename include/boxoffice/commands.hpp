#pragma once
/// Commands are values: everything that changes a box office is one of these, executed singly or in a batch. They
/// speak ids; names (external id, date, seat number) are resolved before, by queries of facts that never change.
///
/// `user` is whom the host has authenticated (BoxOffice::authenticate turns a token's text into user and token id).
/// Each command names its expected refusals; any can also end in a mistake about its arguments, or in a fault.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "boxoffice/domain/idempotency.hpp"
#include "boxoffice/domain/payment.hpp"
#include "boxoffice/domain/reservation.hpp"
#include "boxoffice/domain/sale.hpp"
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
    TokenClaims claims;     ///< sign with BoxOffice::token_text
    Time identity_until{};  ///< the token proves its user until then
    PlaceState state = PlaceState::waiting;
    bool again = false;  ///< the user had a live place, and this is it
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

struct HeldItem {
    ReservationId reservation;
    SeatId seat;
    TypeId type;
    Points price;
    friend bool operator==(const HeldItem&, const HeldItem&) = default;
};

struct HeldOrder {
    OrderId order;
    Time deadline{};
    Points total;
    std::vector<HeldItem> items;  ///< in the order in which they were asked for
    friend bool operator==(const HeldOrder&, const HeldOrder&) = default;
};

struct Recharged {
    TransferId transfer;
    Points balance;
    friend bool operator==(const Recharged&, const Recharged&) = default;
};

/// What was bought. Nothing of it ever changes, so a replay finds it in the rows.
struct PaidItem {
    ReservationId reservation;
    SeatId seat;
    TypeId type;
    Points price;
    std::string seat_number;  ///< names the seat
    std::string seat_label;   ///< what people read
    friend bool operator==(const PaidItem&, const PaidItem&) = default;
};

struct Paid {
    PaymentId payment;
    ReservationId reservation;  ///< the order's first
    Points amount;
    Points balance;
    Time paid_at{};
    std::vector<PaidItem> items;  ///< 1 to 50, in the order in which they were held
    friend bool operator==(const Paid&, const Paid&) = default;
};

struct PaymentBegun {
    PaymentId payment;
    ReservationId reservation;
    Points amount;
    Time deadline{};
    friend bool operator==(const PaymentBegun&, const PaymentBegun&) = default;
};

struct CancelledItem {
    ReservationId reservation;
    Points refund;  ///< of its price, in all
    friend bool operator==(const CancelledItem&, const CancelledItem&) = default;
};

struct Cancelled {
    Points refund;   ///< of all of them together
    Points balance;  ///< of who paid
    std::vector<CancelledItem> items;
    friend bool operator==(const Cancelled&, const Cancelled&) = default;
};

struct Refunded {
    ReservationId reservation;
    Points amount;
    Points refunded;  ///< of its price, in all
    friend bool operator==(const Refunded&, const Refunded&) = default;
};

struct CalledOff {
    Time called_off_at{};
    friend bool operator==(const CalledOff&, const CalledOff&) = default;
};

struct Swept {
    std::int64_t refunded = 0;  ///< sales cancelled, their price given back
    std::int64_t released = 0;  ///< holds ended
    std::int64_t stuck = 0;     ///< sales whose payer's balance has no room for the price
    bool more = false;          ///< there is more to do than one command does; sweep again
    friend bool operator==(const Swept&, const Swept&) = default;
};

/// A version of what can be changed, as it is in force now.
struct Changed {
    std::int64_t version = 0;
    friend bool operator==(const Changed&, const Changed&) = default;
};

struct Ticked {
    std::int64_t expired = 0;  ///< rows retired: places, holds, payments; and what was left of concerts called off
    bool more = false;         ///< there was more to do than one tick does; tick again
    friend bool operator==(const Ticked&, const Ticked&) = default;
};

using Answer = std::variant<Done, Created<UserId>, Created<RoomId>, Created<ConcertId>, SeatsAdded, Joined, Arrived,
                            Left, Held, Recharged, Paid, PaymentBegun, Ticked, HeldOrder, Cancelled, Refunded,
                            CalledOff, Swept, Changed, Created<TypeId>>;
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

/// The facts of a concert; `version` is the one that is changed. A hidden one is not in lists of concerts and dates. With `room` it
/// moves to another waiting room, which nobody may hold a seat for (or pay one: that keeps the hold). Places stay in their lines, for
/// a token names its room: who has one in the room that was joins the new one for this concert. What is sold stays sold. Costs a
/// walk over the live holds of all concerts. Refusals: stale_version, seats_held. Mistakes: unknown_room.
struct ChangeConcert {
    using Answer = Changed;
    ConcertId concert;
    Date date{};
    std::string title;
    Time starts_at = never;
    bool is_hidden = false;
    std::int64_t version = 0;
    std::optional<RoomId> room{};  ///< none: it stays
};

/// Takes a concert away with its seats, terms, prices, types and sales account, as if it had never been; its id is not used again,
/// and what happened to it stays in the outbox. Only where nothing of it was ever held, whatever became of that: else hide it.
/// `version` is the concert's, as in ChangeConcert. Costs a walk over the reservations, of whatever concert, that were made since it
/// was: little for one that was made by mistake, and the reason why this is for the house alone. Again: unknown_concert. Refusals:
/// stale_version, has_history.
struct DeleteConcert {
    using Answer = Done;
    ConcertId concert;
    std::int64_t version = 0;
};

/// The next version of the terms; `version` is the one that is changed, so that nobody undoes another's change unseen. What is held
/// or sold keeps the version under which it was. Refusals: stale_version.
struct ChangeSale {
    using Answer = Changed;
    ConcertId concert;
    Terms terms;
    std::int64_t version = 0;
};

/// The next version of the terms, with these prices in the place of all before; none: the seats' own. A category and type without a
/// price are not sold; without a type a seat's own price is for everybody. Refusals: stale_version. Mistakes: unknown_type.
struct SetTariff {
    using Answer = Changed;
    ConcertId concert;
    std::vector<TariffRow> rows;
    std::int64_t version = 0;
};

/// A type of ticket, for the tariff. Refusals: type_exists. Mistakes: unknown_type (the needed one).
struct CreateType {
    using Answer = Created<TypeId>;
    ConcertId concert;
    std::string name;
    std::int64_t max_per_order = 0;
    TypeId needs{};
};

/// The concert will not take place: from now on nothing of it is held or paid, holds read released and sales cancelled. Their
/// refunds, in full, follow by SweepRefunds or Tick. It cannot be taken back; called off already: the same answer.
struct CallOff {
    using Answer = CalledOff;
    ConcertId concert;
    std::string reason;
};

/// Gives back what was paid for a concert that was called off, and ends its holds, up to `max` (1 to 10,000) of them. However often:
/// each sale is refunded once. A payer whose balance has no room is left, and counted (where there are more such than `max`, a
/// larger `max` looks behind them). Not called off: nothing.
struct SweepRefunds {
    using Answer = Swept;
    ConcertId concert;
    std::int64_t max = 10'000;
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

/// An order of one seat, for who names no type. Refusals: not_your_turn, called_off, not_on_sale, hold_limit, purchase_limit,
/// seat_unavailable, idempotency_conflict.
struct HoldSeat {
    using Answer = Held;
    UserId user;
    TokenId token;
    SeatId seat;
    IdempotencyKey key;
};

struct OrderItem {
    SeatId seat;
    TypeId type{};  ///< none: for everybody
    friend bool operator==(const OrderItem&, const OrderItem&) = default;
};

/// Holds 1 to 50 seats of one concert together: all or none, until one deadline, for one payment. With `expect_total` their prices
/// must sum to it. Refusals: not_your_turn, called_off, not_on_sale, hold_limit, order_limit, purchase_limit, type_rule,
/// seat_unavailable (Error::about has each seat that cannot be had), price_changed, idempotency_conflict.
struct HoldSeats {
    using Answer = HeldOrder;
    UserId user;
    TokenId token;
    ConcertId concert;
    std::vector<OrderItem> items;
    std::optional<Points> expect_total{};
    IdempotencyKey key{};
};

/// Gives one reservation back; the others of its order stay. Released already: done. Refusals: already_paid, hold_expired,
/// hold_released (it was paid and cancelled), payment_pending (while the gateway is asked for the whole order's price, only all of
/// it can be given back).
struct ReleaseHold {
    using Answer = Done;
    UserId user;
    ReservationId reservation;
};

/// Gives back all of an order that is held. Released already: done. Refusals: already_paid, hold_expired.
struct ReleaseOrder {
    using Answer = Left;
    UserId user;
    OrderId order;
};

// ---- money ------------------------------------------------------------------------------------------------------

/// Refusals: balance_limit, issue_limit, idempotency_conflict.
struct Recharge {
    using Answer = Recharged;
    UserId user;
    Points amount;
    IdempotencyKey key;
};

/// Pays an order (what of it is still held) with points: begin and capture in one. Refusals: not_your_turn, reservation_mismatch,
/// called_off, hold_expired, hold_released, already_paid, payment_pending, insufficient_points, idempotency_conflict.
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
/// without one with the balance of now. Refusals: payment_failed, called_off, hold_expired, hold_released, insufficient_points,
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
    /// Whether the payer was charged is not known: the payment is listed until it is reconciled.
    bool is_unclear = false;
};

/// A payment failed, and its payer is charged nothing, or no more: the approval `transaction_key` was taken back, or (empty)
/// there is none. Reconciled already: done. Refusals: already_paid, payment_pending (its time has not run out). Mistakes:
/// unknown_payment, invalid_argument (another transaction key is written down).
struct ReconcilePayment {
    using Answer = Done;
    PaymentId payment;
    std::string transaction_key;
};

/// Gives up to 50 reservations of one user's back, all or none, for what the terms under which each was held say: the seats are on
/// sale again, the points with who paid. Cancelled already: what came back then. Of a concert that was called off: all of the
/// price. Refusals: not_paid, cancel_closed, balance_limit, idempotency_conflict.
struct Cancel {
    using Answer = Cancelled;
    UserId user;
    std::vector<ReservationId> reservations;
    IdempotencyKey key;
};

/// Whose keys the house's own commands have.
inline constexpr UserId the_house{1};

/// The house gives `amount` (0 to what is left of the price) back to who paid, and takes the seat back or leaves it sold. It must
/// have a key: two equal refunds are legitimate. `reason` (0 to 200 bytes; buyers see it) stays with the transfer, so that of a
/// refund of nothing is not kept. Refusals: not_paid, balance_limit, idempotency_conflict.
struct Refund {
    using Answer = Refunded;
    ReservationId reservation;
    Points amount;
    bool cancel = false;
    IdempotencyKey key;
    std::string reason{};
    static constexpr UserId user = the_house;
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
                             FailPayment, Tick, ReconcilePayment, HoldSeats, ReleaseOrder, ChangeConcert, ChangeSale,
                             SetTariff, CreateType, CallOff, SweepRefunds, Cancel, Refund, DeleteConcert>;

}  // namespace boxoffice
