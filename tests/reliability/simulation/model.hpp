#pragma once
/// The box office as its documents say it is, told once more and as simply as can be: rows in maps, one command after another, no
/// snapshots, no batches, no store. It shares the engine's entities (as plain data), ids of time and checks of shape, and none of
/// its decisions, so that an error of the engine is not repeated here.
///
/// What a command finds run out is written down by it (`meet`), since later answers may tell of it; waiting rooms move at the
/// beginning of a transaction and behind each command.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "boxoffice/commands.hpp"
#include "boxoffice/options.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice::simulation {

/// Every row that counts, by its key.
struct Rows {
    std::map<UserId, User> users;
    std::map<RoomId, Room> rooms;  ///< without the counts, which follow
    std::map<ConcertId, Concert> concerts;
    std::map<SeatId, Seat> seats;  ///< without the version, which counts commits
    std::map<TokenId, Place> places;
    std::map<ReservationId, Reservation> reservations;
    std::map<AccountId, Points> balances;
    std::map<PaymentId, Payment> payments;  ///< without the length of its history
    std::map<SaleId, Sale> sales;
    std::map<std::tuple<SaleId, std::string, TypeId>, Points> prices;
    std::map<TypeId, TicketType> types;
};

/// What a key was for, and what came of it.
struct Remembered {
    std::vector<std::int64_t> words;  ///< of the request
    std::string text;                 ///< of the request
    std::optional<Answer> answer;     ///< none: it was lost, and is learnt from the first repetition
    Time at{};
};

/// What the model says of a command: an answer, or the code of a refusal.
using Verdict = tl::expected<Answer, ErrorCode>;

class Model {
  public:
    Model(Options options, bool has_gateway) : options_{std::move(options)}, has_gateway_{has_gateway} {}

    /// A transaction begins at `now`: who waits and can be admitted is.
    void begin(Time now);

    /// The next command of the transaction. The ids of what it makes are those of `given`, the engine's answer; without one they
    /// are made up. The rooms move behind it.
    Verdict execute(const Command& command, const Answer* given);

    Rows rows;
    std::map<IdempotencyId, Remembered> remembered;
    /// Seats that were made, and whose ids no answer tells: whoever looks at the store gives them theirs.
    std::vector<Seat> unnamed_seats;

    /// At the model's time, with what a concert that was called off makes of it.
    [[nodiscard]] ReservationState state_of(const Reservation& one) const;

    [[nodiscard]] const Options& options() const { return options_; }

    /// An id that the engine gave to two things; none: it never did.
    [[nodiscard]] std::int64_t id_given_twice() const { return given_twice_; }

  private:
    template <class A>
    using Decided = tl::expected<A, ErrorCode>;

    // The shape of a command, what it meets, and what is decided. Those without a `meet` of their own meet nothing.
    template <class C>
    [[nodiscard]] Result<void> check_shape(const C& command) const;
    void meet(const auto&) {}
    void meet(const Join& command);
    void meet(const Arrive& command);
    void meet(const Leave& command);
    void meet(const HoldSeat& command);
    void meet(const HoldSeats& command);
    void meet(const ReleaseHold& command);
    void meet(const ReleaseOrder& command);
    void meet(const Pay& command);
    void meet(const BeginPayment& command);
    void meet(const CapturePayment& command);
    void meet(const ReconcilePayment& command);
    void meet(const BlockSeat& command);
    void meet(const Cancel& command);
    void meet(const Refund& command);
    Decided<Created<UserId>> decide(const CreateUser& command);
    Decided<Created<RoomId>> decide(const CreateRoom& command);
    Decided<Done> decide(const ChangeRoom& command);
    Decided<Created<ConcertId>> decide(const CreateConcert& command);
    Decided<SeatsAdded> decide(const AddSeats& command);
    Decided<Done> decide(const BlockSeat& command);
    Decided<Done> decide(const UnblockSeat& command);
    Decided<Joined> decide(const Join& command);
    Decided<Arrived> decide(const Arrive& command);
    Decided<Left> decide(const Leave& command);
    Decided<Held> decide(const HoldSeat& command);
    Decided<Done> decide(const ReleaseHold& command);
    Decided<Recharged> decide(const Recharge& command);
    Decided<Paid> decide(const Pay& command);
    Decided<PaymentBegun> decide(const BeginPayment& command);
    Decided<Paid> decide(const CapturePayment& command);
    Decided<Done> decide(const FailPayment& command);
    Decided<Ticked> decide(const Tick& command);
    Decided<Done> decide(const ReconcilePayment& command);
    Decided<HeldOrder> decide(const HoldSeats& command);
    Decided<Left> decide(const ReleaseOrder& command);
    Decided<Changed> decide(const ChangeConcert& command);
    Decided<Changed> decide(const ChangeSale& command);
    Decided<Changed> decide(const SetTariff& command);
    Decided<Created<TypeId>> decide(const CreateType& command);
    Decided<CalledOff> decide(const CallOff& command);
    Decided<Swept> decide(const SweepRefunds& command);
    Decided<Cancelled> decide(const Cancel& command);
    Decided<Refunded> decide(const Refund& command);
    Decided<Done> decide(const DeleteConcert& command);

    template <class C>
    Verdict judge(const C& command);
    template <class C>
    Decided<typename C::Answer> decide_keyed(const C& command);
    /// Whether the answer that a key had still is one.
    [[nodiscard]] bool stands(const Answer& before) const;
    template <class C>
    [[nodiscard]] bool may_stand(const C& command) const;

    // Time.
    [[nodiscard]] bool is_over(Time deadline) const { return deadline <= now_; }
    [[nodiscard]] bool is_held(const Reservation& one) const {
        return one.state == ReservationState::held && !is_over(one.deadline);
    }
    void expire(Reservation& reservation);
    void expire_holds_of(UserId user);
    void expire_claim(SeatId seat);
    void expire_payment(PaymentId payment);
    void settle(RoomId room);
    void settle_and_admit();

    // The waiting room.
    Place* place_of(UserId user, TokenId token);
    void meet_place(UserId user, TokenId token);
    void end(Place& place, PlaceState state, Time at);
    [[nodiscard]] bool has_turn(const Place& place) const;
    [[nodiscard]] std::int64_t count(RoomId room, PlaceState state) const;
    [[nodiscard]] bool may_admit(const Room& room) const;

    // Selling.
    struct Wanted {
        UserId user;
        TokenId token;
        ConcertId concert;
        const std::vector<OrderItem>& items;
        std::optional<Points> expect_total{};
    };
    Decided<HeldOrder> hold(const Wanted& wanted);
    Decided<std::vector<Points>> prices_of(const Wanted& wanted, const Sale& sale) const;
    [[nodiscard]] Decided<void> check_types_of(const Wanted& wanted) const;
    [[nodiscard]] const Sale* sale_in_force(ConcertId concert) const;
    [[nodiscard]] Duration hold_ttl_of(const Sale& sale) const;
    std::vector<Reservation*> order_of(OrderId order);
    std::vector<Reservation*> live_of(OrderId order);
    std::vector<Reservation*> live_of_turn(UserId user, TokenId token);
    Decided<void> check_not_over(OrderId order);
    void free_seat(const Reservation& reservation);
    void add_seats(ConcertId concert, const std::vector<NewSeat>& seats);

    // Money.
    template <class C>
    void meet_payment(const C& command);
    template <class C>
    Decided<std::vector<Reservation*>> payable(const C& command);
    template <class C>
    Decided<std::vector<Reservation*>> check_payment(const C& command);
    [[nodiscard]] bool is_pending(PaymentId payment) const;
    Payment& add_payment(OrderId order, UserId user, Points amount, Time deadline);
    Paid capture(const std::vector<Reservation*>& holds, Payment& payment);
    std::vector<PaidItem> items_of(const Payment& payment);
    void move(AccountId from, AccountId to, Points amount);
    void give_back(Reservation& reservation, Points amount);
    void cancel_sale(Reservation& reservation, Points amount);
    Decided<Points> refund_of(const Reservation& reservation) const;
    [[nodiscard]] bool has_room(UserId user, Points amount) const;
    void sweep(ConcertId concert, std::int64_t max, Swept& swept);
    void prune();

    template <class IdType>
    IdType fresh();

    Options options_;
    bool has_gateway_;
    Time now_{};
    const Answer* given_ = nullptr;
    std::vector<std::int64_t> given_ids_;  ///< those of the answer that is given, in the order in which they are made
    std::size_t given_used_ = 0;
    std::int64_t made_up_ = 0;
    std::set<std::int64_t> all_given_;
    std::int64_t given_twice_ = 0;
};

/// The ids that an answer tells of what was made, in order.
std::vector<std::int64_t> ids_in(const Answer& answer);

template <class IdType>
IdType Model::fresh() {
    if (given_used_ < given_ids_.size()) {
        const auto id = given_ids_[given_used_++];
        if (!all_given_.insert(id).second) given_twice_ = id;
        return IdType{id};
    }
    constexpr std::int64_t nobodys = std::int64_t{tsid::node_count - 1} << tsid::counter_bits;
    return IdType{(tsid::first_at(now_) | nobodys) + ++made_up_};
}

}  // namespace boxoffice::simulation
