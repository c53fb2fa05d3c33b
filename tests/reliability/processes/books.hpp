#pragma once
/// The side that stays: it writes down what was asked and what was acknowledged, and compares that with the rows of the store. Of
/// a buyer's request that was not answered either all is there or nothing, once; all else is there exactly.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "reliability/processes/buyers.hpp"
#include "reliability/processes/trade.hpp"
#include "support/or_throw.hpp"

namespace boxoffice::testing {

class Books {
  public:
    explicit Books(std::size_t buyers) : of_buyer_(buyers) {}

    std::vector<std::string> found;

    std::int64_t acknowledged = 0;
    std::int64_t replays = 0;
    std::int64_t busy = 0;
    std::int64_t unanswered = 0;
    std::int64_t swept = 0;
    bool may_be_busy = false;
    std::int64_t gift = 0;  ///< what each had been given before; 0: nothing

    /// What came through the pipe, in order.
    void write_down(const Record& record) {
        const auto& request = record.request;
        if (request.buyer < 0) {
            if (record.phase == Phase::asked) return;
            if (record.reply.code != 0) return judge_refusal(request, record.reply);
            ++acknowledged;
            if (request.op == Op::sweep) swept += record.reply.amount;
            return;
        }
        auto& entries = of_buyer_.at(static_cast<std::size_t>(request.buyer));
        if (record.phase == Phase::asked) {
            for (auto& entry : entries.all)
                if (entry.request.number == request.number) return;  // asked again
            entries.all.push_back({request, {}, false});
            return;
        }
        for (auto at = entries.all.rbegin(); at != entries.all.rend(); ++at) {
            if (at->request.number != request.number) continue;
            if (at->is_answered) {
                ++replays;
                ++acknowledged;
                if (record.reply.print != at->reply.print || record.reply.code != at->reply.code) {
                    if (may_be_busy && record.reply.code == static_cast<std::int32_t>(ErrorCode::busy)) return;
                    find(request, "asked again, it was answered otherwise: " + code_text(record.reply));
                }
                return;
            }
            if (record.reply.code != 0) judge_refusal(request, record.reply);
            if (record.reply.code == static_cast<std::int32_t>(ErrorCode::busy)) {
                if (request.keyed == 0) entries.all.erase(std::next(at).base());  // certainly not done
                return;
            }
            at->reply = record.reply;
            at->is_answered = true;
            ++acknowledged;
            return;
        }
        find(request, "answered and never asked");
    }

    /// The request of each buyer that has a key and no answer.
    [[nodiscard]] std::vector<Request> retries(std::size_t buyer) const {
        std::vector<Request> out;
        const auto& all = of_buyer_.at(buyer).all;
        if (!all.empty() && !all.back().is_answered && all.back().request.keyed != 0) out.push_back(all.back().request);
        return out;
    }
    /// Some that were answered, with a key. A payment that failed leaves the key with which it began free.
    [[nodiscard]] std::vector<Request> answered(std::size_t buyer) const {
        std::vector<Request> out;
        const auto& all = of_buyer_.at(buyer).all;
        bool has_failed = false;
        for (auto at = all.rbegin(); at != all.rend() && out.size() < 6; ++at) {
            has_failed = has_failed || at->request.op == Op::fail;
            if (has_failed && at->request.op == Op::begin) continue;
            if (at->is_answered && at->reply.code == 0 && at->request.keyed != 0) out.push_back(at->request);
        }
        return out;
    }
    [[nodiscard]] std::int64_t asked(std::size_t buyer) const {
        return static_cast<std::int64_t>(of_buyer_.at(buyer).all.size());
    }

    /// Compares all with what an office shows, audit included.
    void compare(BoxOffice& office, const House& house) {
        for (std::size_t i = 0; i < of_buyer_.size(); ++i) compare_buyer(office, house.users.at(i), of_buyer_[i].all);
        for (const auto& violation : or_throw(office.audit()))
            found.push_back("audit: " + violation.rule + " " + violation.detail);
    }

  private:
    struct Entry {
        Request request;
        Reply reply;
        bool is_answered = false;
    };
    struct Entries {
        std::vector<Entry> all;
    };
    using States = std::set<ReservationState>;
    /// A reservation as it must be.
    struct Expected {
        States may;
        std::int64_t order = 0;
        std::int64_t refunded_least = 0;
        std::int64_t refunded_most = 0;
    };

    void find(const Request& request, const std::string& text) { found.push_back(request.text() + ": " + text); }
    static std::string code_text(const Reply& reply) {
        return reply.code == 0 ? "done" : std::string{name_of(static_cast<ErrorCode>(reply.code))};
    }

    void judge_refusal(const Request& request, const Reply& reply) {
        const auto code = static_cast<ErrorCode>(reply.code);
        if (code == ErrorCode::busy && may_be_busy) {
            ++busy;
            return;
        }
        if (code == ErrorCode::seat_unavailable && (request.op == Op::hold || request.op == Op::hold_several)) return;
        find(request, "refused without need: " + code_text(reply));
    }

    void compare_buyer(BoxOffice& office, UserId user, const std::vector<Entry>& entries) {
        std::map<std::int64_t, ReservationNow> rows;
        for (ReservationId before{};;) {
            const auto page = or_throw(office.reservations(user, 1000, before));
            for (const auto& row : page) rows.emplace(row.reservation.id.value, row);
            if (page.size() < 1000) break;
            before = page.back().reservation.id;
        }
        compare_reservations(office, user, entries, rows);
        compare_money(office, user, entries, rows);
    }

    // ---- reservations and payments ------------------------------------------------------------------------------

    void compare_reservations(BoxOffice& office, UserId user, const std::vector<Entry>& entries,
                              const std::map<std::int64_t, ReservationNow>& rows) {
        std::map<std::int64_t, Expected> expected;
        std::set<std::int64_t> told;  // by an answer
        for (const auto& entry : entries)
            if (entry.is_answered && entry.reply.code == 0 &&
                (entry.request.op == Op::hold || entry.request.op == Op::hold_several))
                told.insert(entry.reply.reservations.begin(), entry.reply.reservations.begin() + entry.reply.count);
        std::map<std::int64_t, std::vector<std::int64_t>> untold;  // by order
        for (const auto& [id, row] : rows)
            if (!told.contains(id)) untold[row.reservation.order.value].push_back(id);

        for (const auto& entry : entries) {
            const auto& request = entry.request;
            const auto& reply = entry.reply;
            const bool is_answered = entry.is_answered;
            if (is_answered && reply.code != 0) continue;
            const auto hit = expected.find(request.reservation);
            const auto move = [&](std::int64_t id, ReservationState from, ReservationState to) {
                const auto at = expected.find(id);
                if (at == expected.end()) return find(request, "it names a reservation that nobody held");
                auto& may = at->second.may;
                if (!may.contains(from)) {
                    if (is_answered && !may.contains(to))
                        find(request, "what was acknowledged before it was not there");
                    return;
                }
                if (is_answered)
                    may = {to};
                else
                    may.insert(to);
            };
            const auto move_order = [&](ReservationState to) {
                for (auto& [id, one] : expected) {
                    if (one.order != request.reservation || !one.may.contains(ReservationState::held)) continue;
                    if (is_answered && one.may.contains(ReservationState::released) && to != ReservationState::released)
                        continue;  // a release that was not answered: the payment's answer says which
                    move(id, ReservationState::held, to);
                }
            };
            switch (request.op) {
                case Op::hold:
                case Op::hold_several: {
                    if (is_answered) {
                        for (int i = 0; i < reply.count; ++i)
                            expected[reply.reservations.at(static_cast<std::size_t>(i))] = {
                                {ReservationState::held}, reply.reservations[0], 0, 0};
                        break;
                    }
                    take_untold(request, rows, untold, expected);
                    break;
                }
                case Op::release: move(request.reservation, ReservationState::held, ReservationState::released); break;
                case Op::release_order: move_order(ReservationState::released); break;
                case Op::leave:  // what was paid, and not answered, stays
                    for (auto& [id, one] : expected) {
                        if (!one.may.contains(ReservationState::held)) continue;
                        if (is_answered) one.may.erase(ReservationState::held);
                        one.may.insert(ReservationState::released);
                    }
                    break;
                case Op::pay:
                case Op::capture:
                    if (is_answered) {
                        for (int i = 0; i < reply.count; ++i)
                            move(reply.reservations.at(static_cast<std::size_t>(i)), ReservationState::held,
                                 ReservationState::confirmed);
                        compare_payment(office, user, request, reply.payment, PaymentState::captured, reply.amount);
                    } else {
                        move_order(ReservationState::confirmed);
                    }
                    break;
                case Op::begin: break;
                case Op::fail:
                    if (is_answered) compare_payment(office, user, request, request.payment, PaymentState::failed, 0);
                    break;
                case Op::cancel:
                    move(request.reservation, ReservationState::confirmed, ReservationState::cancelled);
                    break;
                case Op::refund:
                    if (hit == expected.end()) {
                        find(request, "of a reservation that nobody held");
                        break;
                    }
                    hit->second.refunded_most += request.amount;
                    if (is_answered) hit->second.refunded_least += request.amount;
                    break;
                default: break;
            }
        }
        for (const auto& [id, one] : expected) {
            const auto row = rows.find(id);
            if (row == rows.end()) {
                found.push_back("user " + to_text(user) +
                                ": an acknowledged reservation is missing: " + tsid::to_text(id));
                continue;
            }
            const auto& stands = row->second;
            if (!one.may.contains(stands.state))
                found.push_back("reservation " + tsid::to_text(id) + " is " + std::string{name_of(stands.state)} +
                                ", which nobody was told; of its order: " + story(entries, one.order));
            const auto refunded = stands.reservation.refunded.value;
            const bool is_fit = stands.state == ReservationState::cancelled
                                    ? refunded == stands.reservation.price.value
                                    : refunded >= one.refunded_least && refunded <= one.refunded_most;
            if (!is_fit)
                found.push_back("reservation " + tsid::to_text(id) + ": " + std::to_string(refunded) + " came back");
        }
        for (const auto& [order, ids] : untold)
            if (!ids.empty()) found.push_back("an order that nobody asked for: " + tsid::to_text(order));
    }

    /// An order that was asked for and not answered: it may be there, whole and once.
    void take_untold(const Request& request, const std::map<std::int64_t, ReservationNow>& rows,
                     std::map<std::int64_t, std::vector<std::int64_t>>& untold,
                     std::map<std::int64_t, Expected>& expected) {
        std::multiset<std::int64_t> wanted;
        for (const auto seat : request.seats)
            if (seat != 0) wanted.insert(seat);
        for (auto& [order, ids] : untold) {
            std::multiset<std::int64_t> seats;
            for (const auto id : ids) seats.insert(rows.at(id).reservation.seat.value);
            if (ids.empty() || seats != wanted) continue;
            for (const auto id : ids) expected[id] = {{ReservationState::held}, order, 0, 0};
            ids.clear();
            return;
        }
    }

    /// What was asked about an order, in order.
    static std::string story(const std::vector<Entry>& entries, std::int64_t order) {
        std::string text;
        for (const auto& [request, reply, is_answered] : entries)
            if (request.reservation == order || (is_answered && reply.reservations[0] == order))
                text += "[" + request.text() + (is_answered ? ": " + code_text(reply) : ": no answer") + "] ";
        return text;
    }

    void compare_payment(BoxOffice& office, UserId user, const Request& request, std::int64_t id, PaymentState state,
                         std::int64_t amount) {
        const auto payment = office.payment(user, PaymentId{id});
        if (!payment) return find(request, "an acknowledged payment is missing: " + payment.error().text());
        if (payment->state != state) find(request, "its payment is " + std::string{name_of(payment->state)});
        if (amount != 0 && payment->payment.amount.value != amount) find(request, "its payment has another amount");
    }

    // ---- money --------------------------------------------------------------------------------------------------

    void compare_money(BoxOffice& office, UserId user, const std::vector<Entry>& entries,
                       const std::map<std::int64_t, ReservationNow>& rows) {
        std::map<std::int64_t, Transfer> transfers;
        for (TransferId before{};;) {
            const auto page = or_throw(office.transfers(user, 1000, before));
            for (const auto& transfer : page) transfers.emplace(transfer.id.value, transfer);
            if (page.size() < 1000) break;
            before = page.back().id;
        }
        const AccountId own{user.value};
        std::map<std::int64_t, std::int64_t> balance_after;  // by transfer
        std::map<std::int64_t, std::int64_t> of_amount;      // recharges: amounts are unique
        std::map<std::int64_t, std::int64_t> of_payment;
        std::map<std::int64_t, std::int64_t> given_back;  // by reservation
        std::map<std::int64_t, std::int64_t> last_back;   // the transfer
        std::int64_t balance = 0;
        for (const auto& [id, transfer] : transfers) {
            balance += transfer.to == own ? transfer.amount.value : -transfer.amount.value;
            balance_after[id] = balance;
            bool is_first = true;
            if (transfer.kind == TransferKind::recharge)
                is_first = of_amount.emplace(transfer.amount.value, id).second;
            else if (transfer.kind == TransferKind::payment)
                is_first = of_payment.emplace(transfer.payment.value, id).second;
            else
                given_back[transfer.reservation.value] += transfer.amount.value,
                    last_back[transfer.reservation.value] = id;
            if (!is_first) found.push_back("a second transfer for one request: " + to_text(transfer.id));
        }
        if (or_throw(office.balance(user)).value != balance)
            found.push_back("user " + to_text(user) + ": the balance is not the sum of the transfers");
        std::int64_t uncertain = 0;
        for (const auto& entry : entries) {
            const auto& request = entry.request;
            const auto& reply = entry.reply;
            const bool is_answered = entry.is_answered;
            const auto expect = [&](const std::map<std::int64_t, std::int64_t>& index, std::int64_t value) {
                const auto at = index.find(value);
                if (at == index.end()) return find(request, "an acknowledged transfer is missing");
                if (request.op == Op::recharge && at->second != reply.transfer) find(request, "it is another transfer");
                if (balance_after[at->second] != reply.balance)
                    find(request, "the balance was " + std::to_string(balance_after[at->second]) + ", not " +
                                      std::to_string(reply.balance));
            };
            if (is_answered && reply.code != 0) continue;
            switch (request.op) {
                case Op::recharge:
                    if (is_answered) expect(of_amount, request.amount);
                    of_amount.erase(request.amount);
                    break;
                case Op::pay:
                case Op::capture:
                    if (is_answered)
                        expect(of_payment, reply.payment), of_payment.erase(reply.payment);
                    else
                        ++uncertain;
                    break;
                case Op::cancel:
                    if (is_answered) expect(last_back, request.reservation);
                    break;
                default: break;
            }
        }
        of_amount.erase(gift);
        if (!of_amount.empty()) found.push_back("user " + to_text(user) + ": a recharge that nobody asked for");
        if (static_cast<std::int64_t>(of_payment.size()) > uncertain)
            found.push_back("user " + to_text(user) + ": a debit that nobody asked for");
        for (const auto& [id, row] : rows) {
            const auto back = given_back.find(id);
            if ((back == given_back.end() ? 0 : back->second) != row.reservation.refunded.value)
                found.push_back("reservation " + tsid::to_text(id) + ": its refunds are not its transfers");
            if (back != given_back.end()) given_back.erase(back);
        }
        if (!given_back.empty()) found.push_back("user " + to_text(user) + ": a refund of nothing");
    }

    std::vector<Entries> of_buyer_;
};

}  // namespace boxoffice::testing
