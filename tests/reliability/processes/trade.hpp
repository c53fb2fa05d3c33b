#pragma once
/// What a buyer or the house asks, and what it was answered, as records of fixed size that go through a pipe: a record that was
/// written before a kill is whole. Each request has a number of its own, from which its key and its points follow, so that
/// whoever reads the store afterwards knows which request made a row.

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "boxoffice/commands.hpp"

namespace boxoffice::testing {

enum class Op : std::int32_t {
    join,
    leave,
    recharge,
    hold,
    hold_several,
    release,
    release_order,
    pay,
    begin,
    capture,
    fail,
    cancel,
    refund,
    tick,
    sweep
};
inline constexpr std::array op_names{"join",    "leave",         "recharge", "hold",  "hold_several",
                                     "release", "release_order", "pay",      "begin", "capture",
                                     "fail",    "cancel",        "refund",   "tick",  "sweep"};

inline constexpr std::size_t seats_max = 4;

struct Request {
    Op op = Op::tick;
    std::int32_t buyer = -1;  ///< -1: the house
    std::int64_t number = 0;
    std::int64_t keyed = 0;
    std::int64_t user = 0;
    std::int64_t token = 0;
    std::int64_t concert = 0;
    std::int64_t reservation = 0;  ///< or the order
    std::int64_t payment = 0;
    std::int64_t amount = 0;
    std::array<std::int64_t, seats_max> seats{};

    [[nodiscard]] std::string key() const { return keyed != 0 ? "k" + std::to_string(number) : std::string{}; }
    [[nodiscard]] std::string text() const {
        return std::string{op_names.at(static_cast<std::size_t>(op))} + " #" + std::to_string(number) + " of buyer " +
               std::to_string(buyer) + (keyed != 0 ? " (keyed)" : "");
    }
};

struct Reply {
    std::int32_t code = 0;  ///< 0: done, else an ErrorCode
    std::int32_t count = 0;
    std::array<std::int64_t, seats_max> reservations{};
    std::int64_t payment = 0;
    std::int64_t transfer = 0;
    std::int64_t balance = 0;
    std::int64_t amount = 0;
    std::int64_t token = 0;
    std::uint64_t print = 0;  ///< of the whole answer: equal answers have equal prints
};

enum class Phase : std::int32_t { asked, answered };

struct Record {
    Phase phase = Phase::asked;
    Request request;
    Reply reply;
};
inline constexpr std::size_t batch_max = 4096 / sizeof(Record);  ///< a pipe takes so many at once or none

inline Command command_of(const Request& request) {
    const UserId user{request.user};
    const TokenId token{request.token};
    const ReservationId reservation{request.reservation};
    const PaymentId payment{request.payment};
    switch (request.op) {
        case Op::join: return Join{user, RoomId{request.concert}};
        case Op::leave: return Leave{user, token};
        case Op::recharge: return Recharge{user, Points{request.amount}, request.key()};
        case Op::hold: return HoldSeat{user, token, SeatId{request.seats[0]}, request.key()};
        case Op::hold_several: {
            HoldSeats command{user, token, ConcertId{request.concert}, {}, {}, request.key()};
            for (const auto seat : request.seats)
                if (seat != 0) command.items.push_back({SeatId{seat}});
            return command;
        }
        case Op::release: return ReleaseHold{user, reservation};
        case Op::release_order: return ReleaseOrder{user, reservation};
        case Op::pay: return Pay{user, token, reservation, request.key()};
        case Op::begin: return BeginPayment{user, token, reservation, request.key()};
        case Op::capture:
            return CapturePayment{user,         token, reservation, payment, "tx" + std::to_string(request.number),
                                  request.key()};
        case Op::fail: return FailPayment{user, reservation, payment, {}};
        case Op::cancel: return Cancel{user, {reservation}, request.key()};
        case Op::refund: return Refund{reservation, Points{request.amount}, false, request.key(), "sorry"};
        case Op::tick: return Tick{};
        case Op::sweep: return SweepRefunds{ConcertId{request.concert}, request.amount};
    }
    return Tick{};
}

/// Mixes the fields of an answer into one number (FNV-1a).
class Print {
  public:
    Print& operator<<(std::int64_t value) {
        for (int i = 0; i < 8; ++i) add(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
        return *this;
    }
    Print& operator<<(const std::string& text) {
        for (const char c : text) add(static_cast<std::uint8_t>(c));
        return *this << static_cast<std::int64_t>(text.size());
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

  private:
    void add(std::uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3ULL; }
    std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

inline Reply reply_of(const Outcome& outcome) {
    Reply reply;
    if (!outcome) {
        reply.code = static_cast<std::int32_t>(outcome.error().code);
        return reply;
    }
    Print print;
    print << static_cast<std::int64_t>(outcome->index());
    const auto add = [&](ReservationId id) {
        if (static_cast<std::size_t>(reply.count) < seats_max)
            reply.reservations.at(static_cast<std::size_t>(reply.count++)) = id.value;
    };
    if (const auto* joined = std::get_if<Joined>(&*outcome)) {
        reply.token = joined->claims.token.value;
        reply.amount = static_cast<std::int64_t>(joined->state);
        print << reply.token << reply.amount;
    } else if (const auto* held = std::get_if<Held>(&*outcome)) {
        add(held->reservation);
        reply.amount = held->price.value;
        print << held->reservation.value << held->seat.value << held->price.value << to_us(held->deadline);
    } else if (const auto* order = std::get_if<HeldOrder>(&*outcome)) {
        reply.amount = order->total.value;
        print << order->order.value << to_us(order->deadline) << order->total.value;
        for (const auto& item : order->items) {
            add(item.reservation);
            print << item.reservation.value << item.seat.value << item.type.value << item.price.value;
        }
    } else if (const auto* recharged = std::get_if<Recharged>(&*outcome)) {
        reply.transfer = recharged->transfer.value;
        reply.balance = recharged->balance.value;
        print << reply.transfer << reply.balance;
    } else if (const auto* paid = std::get_if<Paid>(&*outcome)) {
        reply.payment = paid->payment.value;
        reply.amount = paid->amount.value;
        reply.balance = paid->balance.value;
        print << reply.payment << paid->reservation.value << reply.amount << reply.balance << to_us(paid->paid_at);
        for (const auto& item : paid->items) {
            add(item.reservation);
            print << item.reservation.value << item.seat.value << item.type.value << item.price.value
                  << item.seat_number << item.seat_label;
        }
    } else if (const auto* begun = std::get_if<PaymentBegun>(&*outcome)) {
        reply.payment = begun->payment.value;
        reply.amount = begun->amount.value;
        print << reply.payment << begun->reservation.value << reply.amount << to_us(begun->deadline);
    } else if (const auto* cancelled = std::get_if<Cancelled>(&*outcome)) {
        reply.amount = cancelled->refund.value;
        reply.balance = cancelled->balance.value;
        print << reply.amount << reply.balance;
        for (const auto& item : cancelled->items) print << item.reservation.value << item.refund.value;
    } else if (const auto* refunded = std::get_if<Refunded>(&*outcome)) {
        reply.amount = refunded->refunded.value;
        print << refunded->reservation.value << refunded->amount.value << refunded->refunded.value;
    } else if (const auto* swept = std::get_if<Swept>(&*outcome)) {
        reply.amount = swept->refunded;
    } else if (const auto* left = std::get_if<Left>(&*outcome)) {
        reply.amount = left->released;
    }
    reply.print = print.value();
    return reply;
}

}  // namespace boxoffice::testing
