#pragma once
/// The point ledger: accounts, and transfers between them. Every transfer moves one amount from one account to
/// another, so all balances always sum to zero: what users hold is what the cash account lacks. Rows are only
/// ever added. Invariants L1 to L5 of src/README.md.

#include <array>
#include <cstdint>
#include <string>

#include "boxoffice/ids.hpp"
#include "boxoffice/names.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

enum class AccountKind : std::int32_t { user = 1, cash = 2, sales = 3 };

template <>
inline constexpr std::array enum_names<AccountKind>{
    EnumName{AccountKind::user, "user"},
    EnumName{AccountKind::cash, "cash"},
    EnumName{AccountKind::sales, "sales"},
};

/// A user's prepaid balance, or a system account. An account bears its owner's id, so that no look-up is needed:
/// a user's is the user's id, a concert's sales are the concert's, and cash (where points come from) is 1.
struct Account {
    AccountId id;
    AccountKind kind = AccountKind::user;
    Points balance;
    Time created_at{};
    Time updated_at{};
    friend bool operator==(const Account&, const Account&) = default;
};

constexpr AccountId account_of(UserId user) { return AccountId{user.value}; }
constexpr AccountId sales_of(ConcertId concert) { return AccountId{concert.value}; }
inline constexpr AccountId cash_account{1};

enum class TransferKind : std::int32_t { recharge = 1, payment = 2, refund = 3 };

template <>
inline constexpr std::array enum_names<TransferKind>{
    EnumName{TransferKind::recharge, "recharge"},
    EnumName{TransferKind::payment, "payment"},
    EnumName{TransferKind::refund, "refund"},
};

/// One immutable row: `amount` (1 … 10^12) went from one account to another.
struct Transfer {
    TransferId id;
    AccountId from;
    AccountId to;
    Points amount;
    TransferKind kind = TransferKind::recharge;
    PaymentId payment;  ///< of a payment or refund
    Time at{};
    ReservationId reservation{};  ///< of a refund
    std::string reason{};         ///< of a refund by the house, where it gave one
    friend bool operator==(const Transfer&, const Transfer&) = default;
};

/// Points issued in all; the cash account lacks just that.
constexpr Points issued(const Account& cash) { return Points{-cash.balance.value}; }

/// May `amount` be issued to `user`? Checks the amount, the user's balance after it, and the limit on all points.
inline Result<void> check_recharge(const Account& cash, const Account& user, Points amount, Points limit) {
    BOXOFFICE_TRY(check_amount(amount));
    const auto after = add(user.balance, amount);
    if (!after || *after > balance_max) return refuse(ErrorCode::balance_limit);
    const auto in_all = add(issued(cash), amount);
    if (!in_all || *in_all > limit) return refuse(ErrorCode::issue_limit);
    return {};
}

/// Has the user enough for `price`? A balance of exactly the price is enough.
inline Result<void> check_funds(const Account& user, Points price) {
    if (user.balance < price) return refuse(ErrorCode::insufficient_points);
    return {};
}

/// Has the user's balance room for `amount` that comes back?
inline Result<void> check_room_for(const Account& user, Points amount) {
    const auto after = add(user.balance, amount);
    if (!after || *after > balance_max) return refuse(ErrorCode::balance_limit);
    return {};
}

/// Moves `transfer.amount`, which was checked. (Cannot overflow: users' balances and points in all are bounded.)
inline void apply(const Transfer& transfer, Account& from, Account& to) {
    from.balance.value -= transfer.amount.value;
    to.balance.value += transfer.amount.value;
    from.updated_at = transfer.at;
    to.updated_at = transfer.at;
}

}  // namespace boxoffice
