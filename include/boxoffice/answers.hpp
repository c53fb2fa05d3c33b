#pragma once
/// What queries answer with. (Commands' answers stand beside the commands.)

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "boxoffice/domain/payment.hpp"
#include "boxoffice/repositories.hpp"

namespace boxoffice {

/// Where a token's place stands.
struct Peeked {
    bool is_turn = false;
    Time occurred_at{};
    Position position = 0;
    std::int64_t ahead = 0;                  ///< people in front; 0 when it is one's turn
    std::optional<Duration> estimated_wait;  ///< from recent admissions; none: unknown
    Duration next_poll{};                    ///< when to ask again: at most arrive_ttl / 3, jittered
    Time deadline{};                         ///< of the turn, or of waiting
};

/// A seat as one user sees it; `is_mine` is that user's hold or purchase.
struct SeatNow {
    Seat seat;
    SeatState state = SeatState::available;  ///< now, expiry included
    bool is_mine = false;
};

/// A reservation as it stands now: its row, and in `state` what has become of it, expiry and a called-off concert included,
/// whether or not that is written down. A sale of a concert that was called off reads cancelled at once; until its points have
/// moved, `refunded` does not have them and `refund` does. The number names the seat; people read its label, beside section and row.
struct ReservationNow {
    Reservation reservation;
    ReservationState state = ReservationState::held;
    std::string seat_number;
    Date date{};
    std::string seat_label;
    std::string seat_section;
    std::string seat_row;
    std::string seat_category;
    std::optional<Points> refund{};  ///< what comes back to who cancels it now, or is still to come; none: nothing is
};

/// An order as it stands now: all that was held together, in order.
struct OrderNow {
    OrderId order;
    Points total;           ///< of what is held or confirmed
    Time deadline = never;  ///< of what is held
    std::vector<ReservationNow> reservations;
};

/// What was sold of a concert, computed from its reservations; refunds are booked when they happen.
struct SalesReport {
    std::vector<SalesRow> rows;  ///< by category, then type
    SalesRow total;              ///< of no category and type
    Points net;                  ///< gross less refunds
    Points balance;              ///< of the concert's sales account: the same (R2)
};

struct PaymentNow {
    Payment payment;
    PaymentState state = PaymentState::requested;  ///< now, expiry included
    std::vector<PaymentStep> history;
};

/// What a sweep over the payments that are not reconciled came to.
struct Reconciled {
    std::int64_t taken_back = 0;  ///< approvals that the gateway took back
    std::int64_t uncharged = 0;   ///< payments that the gateway never approved, nor will
    std::int64_t open = 0;        ///< still listed: not known yet, or the gateway failed
    PaymentId next{};             ///< go on after this one; none: that was the last
    friend bool operator==(const Reconciled&, const Reconciled&) = default;
};

/// How this office's batches went since it was opened: one transaction each, with the commands of all who waited for it.
struct CommitStats {
    static constexpr std::array<std::int64_t, 10> command_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
    static constexpr std::array<Duration, 10> latency_bounds{
        Duration{250},   Duration{500},    Duration{1'000},  Duration{2'000},   Duration{4'000},
        Duration{8'000}, Duration{16'000}, Duration{32'000}, Duration{128'000}, Duration{1'000'000}};

    std::array<std::int64_t, command_bounds.size() + 1> by_commands{};  ///< how many had up to so many; the last: more
    std::array<std::int64_t, latency_bounds.size() + 1>
        by_latency{};           ///< how many took up to so long; the last: longer
    std::int64_t commands = 0;  ///< in all of them
    Duration spent{};           ///< deciding and committing, in all of them
};

/// One broken rule that the audit found.
struct Violation {
    std::string rule;    ///< as numbered in src/README.md: "S1"
    std::string detail;  ///< which row, and what is wrong with it
};

}  // namespace boxoffice
