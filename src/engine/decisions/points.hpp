#pragma once
/// Decisions about prepaid points.

#include <utility>

#include "engine/decisions/decision.hpp"

namespace boxoffice {

template <>
struct Decision<Recharge> final : Deciding<Recharge> {
    [[nodiscard]] Operation operation() const override { return Operation::recharge; }

    [[nodiscard]] RequestHash hash(const Recharge& command) const override {
        return crypto::hash_request(Operation::recharge, {command.amount.value});
    }

    Result<void> check(const Recharge& command, const Options&) const override {
        BOXOFFICE_TRY(check_amount(command.amount));
        return check_idempotency_key(command.key);
    }

    void name_keys(const Recharge& command, const Moment&, Keys& keys) const override {
        keys.users.ids.push_back(command.user);
        keys.accounts.ids.push_back(account_of(command.user));
        keys.accounts.ids.push_back(cash_account);
    }

    Result<Recharged> decide(const Recharge& command, WorkingSet& set, const Moment& moment) const override {
        if (set.users.find(command.user) == nullptr) return refuse(ErrorCode::unknown_user);
        Account cash = cash_of(set, moment.now);
        Account account = set.accounts.get(account_of(command.user));
        BOXOFFICE_TRY(check_recharge(cash, account, command.amount, moment.options.issue_limit));

        const Transfer transfer{.id = moment.ids.next<TransferId>(moment.now),
                                .from = cash.id,
                                .to = account.id,
                                .amount = command.amount,
                                .kind = TransferKind::recharge,
                                .payment = {},
                                .at = moment.now};
        apply(transfer, cash, account);
        const Recharged answer{transfer.id, account.balance};
        set.add(Event{.kind = EventKind::points_recharged, .user = command.user, .amount = command.amount.value});
        set.add(transfer);
        set.put(std::move(cash));
        set.put(std::move(account));
        return answer;
    }

  private:
    /// The cash account, which is made by the first recharge.
    static Account cash_of(const WorkingSet& set, Time now) {
        if (const auto* account = set.accounts.find(cash_account)) return *account;
        return Account{cash_account, AccountKind::cash, Points{}, now, now};
    }
};

}  // namespace boxoffice
