#pragma once
/// Whole points, checked. A balance stays exact in JSON and JavaScript (up to 2^53 − 1).

#include <compare>
#include <cstdint>

#include "boxoffice/error.hpp"

namespace boxoffice {

struct Points {
    std::int64_t value = 0;
    friend constexpr auto operator<=>(const Points&, const Points&) = default;
};

inline constexpr Points amount_max{1'000'000'000'000};             // of one transfer, and of a price
inline constexpr Points balance_max{(std::int64_t{1} << 53) - 1};  // of a user
inline constexpr Points issued_max{std::int64_t{1} << 62};         // in all

/// The sum, or nothing where it would overflow. Callers compare with a limit that is far inside the range.
inline Result<Points> add(Points a, Points b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.value, b.value, &sum)) return refuse(ErrorCode::balance_limit);
    return Points{sum};
}

inline Result<Points> subtract(Points a, Points b) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a.value, b.value, &difference)) return refuse(ErrorCode::balance_limit);
    return Points{difference};
}

/// An amount to move: 1 … 10^12.
inline Result<void> check_amount(Points amount) {
    if (amount < Points{1} || amount > amount_max) return refuse(ErrorCode::invalid_argument, "amount: 1 to 10^12");
    return {};
}

/// A price: 0 … 10^12; a price of 0 is paid with no transfer.
inline Result<void> check_price(Points price) {
    if (price < Points{0} || price > amount_max) return refuse(ErrorCode::invalid_argument, "price: 0 to 10^12");
    return {};
}

}  // namespace boxoffice
