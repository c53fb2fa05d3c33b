#pragma once
/// Every error the engine can answer with, in one table: a stable number, a stable name, a range, a message.
///
/// - *refused* (100 …): an expected answer to a well-formed request; the caller tells its user.
/// - *mistake* (200 …): the caller asked for something that cannot be right; fix the request.
/// - *fault*   (300 …): the engine or its storage could not do its work; nothing was acknowledged. Of outcome_unknown alone it
///   may have been done all the same.
///
/// Numbers and names are part of the C ABI and of stored data: rows are only ever added.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "boxoffice/utf8.hpp"

#ifndef __cpp_exceptions
#error "boxoffice needs exceptions, which never leave it: no -fno-exceptions here, or use the C API (boxoffice.h)"
#endif

namespace boxoffice {

// clang-format off
#define BOXOFFICE_ERRORS(X)                                                                                     \
    X(not_your_turn,        100, "the place in the waiting room is not admitted; peek and try again when it is")  \
    X(queue_full,           101, "the waiting room is full; try again later")                                     \
    X(seat_unavailable,     102, "the seat is held, sold or blocked; choose another")                             \
    X(hold_limit,           103, "the user already holds as many seats as allowed; pay or release one first")     \
    X(hold_expired,         104, "the hold's deadline has passed; hold a seat again")                             \
    X(hold_released,        105, "the hold was released; hold a seat again")                                      \
    X(already_paid,         106, "the reservation is already paid")                                               \
    X(insufficient_points,  107, "the balance is below the price; recharge first")                                \
    X(reservation_mismatch, 108, "no reservation of this user has that id")                                       \
    X(idempotency_conflict, 109, "the idempotency key was used for another request; choose a new key")            \
    X(place_expired,        110, "the place in the waiting room has expired; join again")                         \
    X(place_completed,      111, "the place in the waiting room is completed; join again to buy more")            \
    X(place_left,           112, "the place in the waiting room was given up; join again")                        \
    X(balance_limit,        113, "the balance would exceed the largest allowed")                                  \
    X(issue_limit,          114, "the points issued in all would exceed the limit")                               \
    X(user_exists,          115, "a user with that external id exists")                                           \
    X(room_exists,          116, "a waiting room with that name exists")                                          \
    X(seat_exists,          117, "the concert has a seat with that number")                                       \
    X(payment_pending,      118, "a payment of this reservation is under way; capture or fail it first")          \
    X(payment_declined,     119, "the payment gateway declined the payment")                                      \
    X(payment_failed,       120, "the payment has failed; begin a new one")                                       \
    X(not_on_sale,          121, "the concert is not on sale now")                                                \
    X(order_limit,          122, "the order has more seats than one order may have; choose fewer")                \
    X(purchase_limit,       123, "the user would have more seats of this concert than one user may have")         \
    X(price_changed,        124, "the total is not the one that was expected; look at the prices again")          \
    X(type_rule,            125, "the ticket types do not go together, or are not sold there; choose others")     \
    X(cancel_closed,        126, "the reservation can no longer be cancelled")                                    \
    X(called_off,           127, "the concert was called off")                                                    \
    X(stale_version,        128, "it was changed meanwhile; look at it again")                                    \
    X(not_paid,             129, "the reservation is not paid, so there is nothing to cancel or refund")          \
    X(type_exists,          130, "the concert has a ticket type with that name")                                  \
    X(seats_held,           131, "seats of the concert are held; try again when nobody holds one")                \
    X(has_history,          132, "seats of the concert were held before, so it stays; hide it instead")           \
    X(invalid_argument,     200, "an argument is out of range or malformed")                                      \
    X(invalid_token,        201, "the token is not one of this box office, or too old; join for a new one")       \
    X(unknown_user,         202, "no such user")                                                                  \
    X(unknown_room,         203, "no such waiting room")                                                          \
    X(unknown_concert,      204, "no such concert")                                                               \
    X(unknown_seat,         205, "no such seat")                                                                  \
    X(unknown_reservation,  206, "no reservation of this user has that id")                                       \
    X(unknown_payment,      207, "no payment of this user has that id")                                           \
    X(invalid_date,         208, "a date must be a day of the calendar, written yyyy-mm-dd")                      \
    X(ambiguous_concert,    209, "several concerts are on that date; name one by its id")                         \
    X(gateway_required,     210, "this box office has a payment gateway; begin and capture the payment")          \
    X(invalid_options,      211, "an option is out of range")                                                     \
    X(unsupported,          212, "this store cannot do that")                                                     \
    X(too_small,            213, "the caller's buffer is too small; the size needed was written")                 \
    X(invalid_handle,       214, "the handle was closed, or never was one")                                       \
    X(closed,               215, "the box office is being closed")                                                \
    X(unknown_type,         216, "no such ticket type")                                                           \
    X(storage,              300, "the store failed; nothing was acknowledged")                                    \
    X(busy,                 301, "another process held the store for too long; try again")                        \
    X(clock_jump,           302, "the wall clock jumped ahead; set it right or open the box office again")        \
    X(internal,             303, "the engine broke one of its own rules; nothing was committed")                  \
    X(not_a_boxoffice,      304, "the file is not a box office database")                                         \
    X(newer_schema,         305, "the file was written by a newer version of boxoffice")                          \
    X(forked,               306, "the handle was opened before fork(); open one in this process")                 \
    X(out_of_memory,        307, "memory ran out; nothing was acknowledged")                                      \
    X(weak_durability,      308, "the store cannot promise the durability that was asked for")                    \
    X(outcome_unknown,      309, "the store was lost while committing: ask again with the same idempotency key")
// clang-format on

enum class ErrorCode : std::int32_t {
#define X(name, number, message) name = number,
    BOXOFFICE_ERRORS(X)
#undef X
};

enum class ErrorRange : std::int32_t { refused = 1, mistake = 2, fault = 3 };

constexpr ErrorRange range_of(ErrorCode code) noexcept {
    const auto number = static_cast<std::int32_t>(code);
    return number < 200 ? ErrorRange::refused : number < 300 ? ErrorRange::mistake : ErrorRange::fault;
}

/// The stable name, as in the table; "unknown" for a number that is not in it.
constexpr std::string_view name_of(ErrorCode code) noexcept {
    switch (code) {
#define X(name, number, message) \
    case ErrorCode::name: return #name;
        BOXOFFICE_ERRORS(X)
#undef X
    }
    return "unknown";
}

/// One English sentence that says what to do; it never holds another user's data.
constexpr std::string_view message_of(ErrorCode code) noexcept {
    switch (code) {
#define X(name, number, message) \
    case ErrorCode::name: return message;
        BOXOFFICE_ERRORS(X)
#undef X
    }
    return "unknown error";
}

/// What went wrong. `detail` names the argument or the storage's own words, or is empty; it is for
/// developers and logs, while `code` is for programs. It is valid UTF-8 without control characters (`refuse` and the
/// stores see to that, whatever bytes they quote).
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string detail;
    /// What a program wants to know of it: the ids of all seats that cannot be had (seat_unavailable), the total now
    /// (price_changed), when the sale opens, in microseconds (not_on_sale, where it will). Empty for the others.
    std::vector<std::int64_t> about{};

    /// "seat_unavailable: the seat is held, sold or blocked; choose another (detail)".
    [[nodiscard]] std::string text() const {
        std::string out{name_of(code)};
        out.append(": ").append(message_of(code));
        if (!detail.empty()) out.append(" (").append(detail).append(")");
        return out;
    }
    friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> refuse(ErrorCode code, std::string detail = {}, std::vector<std::int64_t> about = {}) {
    return tl::unexpected<Error>(Error{code, plain(std::move(detail)), std::move(about)});
}

}  // namespace boxoffice

/// Returns the error of `expression` from the function around it; otherwise goes on.
#define BOXOFFICE_TRY(expression)                                                        \
    do {                                                                                 \
        if (auto boxoffice_try = (expression); !boxoffice_try)                           \
            return tl::unexpected<::boxoffice::Error>(std::move(boxoffice_try).error()); \
    } while (false)

#define BOXOFFICE_JOIN_NAMES(a, b) a##b
#define BOXOFFICE_JOIN(a, b) BOXOFFICE_JOIN_NAMES(a, b)

/// `declaration` with the value of `expression`, or its error is returned from the function around it:
/// BOXOFFICE_TRY_VALUE(const auto seat, find(id));
#define BOXOFFICE_TRY_VALUE(declaration, expression)                                                            \
    auto BOXOFFICE_JOIN(boxoffice_try_, __LINE__) = (expression);                                               \
    if (!BOXOFFICE_JOIN(boxoffice_try_, __LINE__))                                                              \
        return tl::unexpected<::boxoffice::Error>(std::move(BOXOFFICE_JOIN(boxoffice_try_, __LINE__)).error()); \
    declaration = *std::move(BOXOFFICE_JOIN(boxoffice_try_, __LINE__))
