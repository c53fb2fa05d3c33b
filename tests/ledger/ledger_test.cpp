#include "boxoffice/domain/ledger.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using boxoffice::testing::outcome;

namespace {

constexpr auto int_max = std::numeric_limits<std::int64_t>::max();

Account user_with(std::int64_t balance) { return {AccountId{9}, AccountKind::user, Points{balance}, {}, {}}; }
Account cash_issued(std::int64_t issued) { return {cash_account, AccountKind::cash, Points{-issued}, {}, {}}; }

std::string recharge(std::int64_t issued, std::int64_t balance, std::int64_t amount, Points limit = issued_max) {
    return outcome(check_recharge(cash_issued(issued), user_with(balance), Points{amount}, limit));
}

}  // namespace

TEST_CASE("an amount to recharge is positive and at most 10^12") {
    CHECK(recharge(0, 0, 1) == "ok");
    CHECK(recharge(0, 0, amount_max.value) == "ok");
    CHECK(recharge(0, 0, 0) == "invalid_argument");
    CHECK(recharge(0, 0, -1) == "invalid_argument");
    CHECK(recharge(0, 0, amount_max.value + 1) == "invalid_argument");
    CHECK(recharge(0, 0, int_max) == "invalid_argument");
}

TEST_CASE("a user's balance is at most 2^53 - 1") {
    CHECK(recharge(0, balance_max.value - 1, 1) == "ok");
    CHECK(recharge(0, balance_max.value, 1) == "balance_limit");
    CHECK(recharge(0, balance_max.value - amount_max.value, amount_max.value) == "ok");
    CHECK(recharge(0, balance_max.value - amount_max.value + 1, amount_max.value) == "balance_limit");
    CHECK(recharge(0, int_max, 1) == "balance_limit");  // would overflow
}

TEST_CASE("the points issued in all are at most the limit, 2^62 and no more") {
    CHECK(recharge(issued_max.value - 1, 0, 1) == "ok");
    CHECK(recharge(issued_max.value, 0, 1) == "issue_limit");
    CHECK(recharge(int_max, 0, 1) == "issue_limit");  // would overflow
    CHECK(recharge(0, 0, 100, Points{100}) == "ok");
    CHECK(recharge(1, 0, 100, Points{100}) == "issue_limit");
    CHECK(recharge(0, 0, 1, Points{0}) == "issue_limit");
    CHECK(issued(cash_issued(123)) == Points{123});
}

TEST_CASE("the amount is checked first, then the balance, then the issue") {
    CHECK(recharge(issued_max.value, balance_max.value, 0) == "invalid_argument");
    CHECK(recharge(issued_max.value, balance_max.value, 1) == "balance_limit");
}

TEST_CASE("a balance of exactly the price is enough") {
    CHECK(outcome(check_funds(user_with(100), Points{100})) == "ok");
    CHECK(outcome(check_funds(user_with(99), Points{100})) == "insufficient_points");
    CHECK(outcome(check_funds(user_with(101), Points{100})) == "ok");
    CHECK(outcome(check_funds(user_with(0), Points{0})) == "ok");
}

TEST_CASE("a transfer moves one amount, and the sum stays what it was") {
    Account cash = cash_issued(50);
    Account user = user_with(50);
    const Transfer transfer{TransferId{1}, cash.id, user.id, Points{70}, TransferKind::recharge, {}, from_us(5)};
    apply(transfer, cash, user);
    CHECK(cash.balance == Points{-120});
    CHECK(user.balance == Points{120});
    CHECK(cash.updated_at == from_us(5));
    CHECK(user.updated_at == from_us(5));
}

TEST_CASE("an account bears its owner's id") {
    CHECK(account_of(UserId{17}) == AccountId{17});
    CHECK(sales_of(ConcertId{18}) == AccountId{18});
    CHECK(cash_account == AccountId{1});
}

TEST_CASE("kinds of accounts and transfers have stable numbers and names") {
    CHECK(static_cast<int>(AccountKind::user) == 1);
    CHECK(static_cast<int>(AccountKind::cash) == 2);
    CHECK(static_cast<int>(AccountKind::sales) == 3);
    CHECK(static_cast<int>(TransferKind::recharge) == 1);
    CHECK(static_cast<int>(TransferKind::payment) == 2);
    CHECK(static_cast<int>(TransferKind::refund) == 3);
    CHECK(name_of(AccountKind::user) == "user");
    CHECK(name_of(AccountKind::cash) == "cash");
    CHECK(name_of(AccountKind::sales) == "sales");
    CHECK(name_of(TransferKind::recharge) == "recharge");
    CHECK(name_of(TransferKind::payment) == "payment");
    CHECK(name_of(TransferKind::refund) == "refund");
}
