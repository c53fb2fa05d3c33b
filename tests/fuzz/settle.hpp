#pragma once
/// The end of an office: an audit, and all that it acknowledged is there, once.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <vector>

#include "boxoffice.h"
#include "functions.hpp"
#include "model.hpp"
#include "world.hpp"

namespace c_fuzz {

inline constexpr std::int32_t user_created = 1;
inline constexpr std::int32_t payment_captured = 32;

template <class T, class Page>
std::vector<T> pages(std::int64_t user, Page page) {
    std::vector<T> all;
    std::int64_t before = 0;
    for (;;) {
        std::array<T, 8> rows{};
        std::size_t count = 0;
        MUST(page(user, before, rows.data(), rows.size(), &count) == BOXOFFICE_OK);
        for (std::size_t i = 0; i < count; ++i) {
            MUST(before == 0 || rows[i].id < before);
            before = rows[i].id;
            all.push_back(rows[i]);
        }
        if (count < rows.size()) return all;
    }
}

/// Sums of the ledger, of everybody together.
struct Moved {
    std::int64_t paid = 0;
    std::int64_t refunded = 0;
    std::map<std::int64_t, std::int64_t> refunds;  // by reservation
};

inline Moved settle_money(boxoffice_office* h, const Model& model) {
    Moved moved;
    std::int64_t recharges = 0;
    std::int64_t payments = 0;
    for (const auto user : model.users) {
        std::int64_t balance = -1;
        std::int64_t sum = 0;
        MUST(boxoffice_balance(h, user, &balance, nullptr) == BOXOFFICE_OK && balance >= 0);
        const auto rows =
            pages<boxoffice_transfer>(user, [&](auto whose, auto before, auto* out, auto most, auto* count) {
                return boxoffice_list_transfers(h, whose, before, out, most, count, nullptr);
            });
        for (const auto& row : rows) {
            MUST((row.from == user) != (row.to == user) && row.amount > 0);
            sum += row.to == user ? row.amount : -row.amount;
            if (row.kind == BOXOFFICE_TRANSFER_KIND_RECHARGE) {
                const auto at = model.recharges.find(row.id);
                MUST(at != model.recharges.end() && at->second.user == user && at->second.amount == row.amount);
                ++recharges;
                continue;
            }
            const auto at = model.payments.find(row.payment);
            MUST(at != model.payments.end() && at->second.user == user);
            if (row.kind == BOXOFFICE_TRANSFER_KIND_PAYMENT) {
                MUST(at->second.amount == row.amount && row.from == user);
                moved.paid += row.amount;
                ++payments;
            } else {
                MUST(row.kind == BOXOFFICE_TRANSFER_KIND_REFUND && row.to == user);
                MUST(model.holds.count(row.reservation) == 1);
                moved.refunded += row.amount;
                moved.refunds[row.reservation] += row.amount;
            }
        }
        MUST(sum == balance);
    }
    MUST(recharges == static_cast<std::int64_t>(model.recharges.size()));
    MUST(payments == std::count_if(model.payments.begin(), model.payments.end(),
                                   [](const auto& one) { return one.second.amount > 0; }));
    for (const auto& [id, one] : model.payments) {
        boxoffice_payment payment{};
        MUST(boxoffice_get_payment(h, one.user, id, &payment, nullptr) == BOXOFFICE_OK);
        MUST(payment.state == BOXOFFICE_PAYMENT_STATE_CAPTURED && payment.amount == one.amount);
        MUST(payment.reservation == one.reservation && payment.step_count >= 3);
    }
    return moved;
}

/// What reports say of all concerts together is what the ledger says of all users.
inline void settle_reports(boxoffice_office* h, const Model& model, const Moved& moved) {
    std::int64_t gross = 0;
    std::int64_t refunds = 0;
    for (const auto concert : model.concerts) {
        boxoffice_sales_report report{};
        std::array<boxoffice_sales_row, 64> rows{};
        std::size_t count = 0;
        MUST(boxoffice_get_sales_report(h, concert, &report, rows.data(), rows.size(), &count, nullptr) ==
             BOXOFFICE_OK);
        MUST(report.net == report.gross - report.refunds && report.net == report.balance);
        for (std::size_t i = 0; i < count; ++i) {
            report.sold -= rows[i].sold;
            report.gross -= rows[i].gross;
            report.cancelled -= rows[i].cancelled;
            gross += rows[i].gross;
            refunds += rows[i].refunds;
        }
        MUST(report.sold == 0 && report.gross == 0 && report.cancelled == 0);
    }
    MUST(gross == moved.paid && refunds == moved.refunded);
}

/// What is left of concerts that were called off is given back, and then nothing is.
inline void sweep(boxoffice_office* h, const Model& model) {
    for (const auto concert : model.called_off) {
        boxoffice_swept swept{};
        do {
            MUST(boxoffice_sweep_refunds(h, concert, 10'000, &swept, nullptr) == BOXOFFICE_OK);
        } while (swept.more != 0);
        MUST(swept.stuck == 0);  // nobody has as many points
        boxoffice_seat_counts left{};
        MUST(boxoffice_count_seats(h, concert, &left, nullptr) == BOXOFFICE_OK);
        MUST(left.held == 0 && left.sold == 0);
    }
}

inline void settle_holds(boxoffice_office* h, const Model& model, const Moved& moved, const boxoffice_stats& stats,
                         bool is_swept) {
    std::int64_t held = 0;
    std::int64_t confirmed = 0;
    std::size_t all = 0;
    for (const auto user : model.users)
        for (const auto& row :
             pages<boxoffice_reservation>(user, [&](auto whose, auto before, auto*out, auto most, auto*count) {
                 return boxoffice_list_reservations(h, whose, before, out, most, count, nullptr);
             })) {
            const auto at = model.holds.find(row.id);
            MUST(at != model.holds.end() && at->second.user == user && at->second.seat == row.seat && row.user == user);
            MUST(model.concerts.count(row.concert) == 1);  // it stays where anything was held
            ++all;
            if (row.state == BOXOFFICE_RESERVATION_STATE_HELD) ++held;
            if (row.state == BOXOFFICE_RESERVATION_STATE_CONFIRMED) ++confirmed;
            const auto back = moved.refunds.find(row.id);
            MUST(row.refunded == (back == moved.refunds.end() ? 0 : back->second) && row.refunded <= row.price);
            const auto said = model.refunds.find(row.id);
            const auto least = said == model.refunds.end() ? 0 : said->second;
            MUST(model.called_off.count(row.concert) == 1 ? row.refunded >= least : row.refunded == least);
            const bool is_cancelled = row.state == BOXOFFICE_RESERVATION_STATE_CANCELLED;
            MUST(!is_swept || is_cancelled == (row.cancelled_at_us != BOXOFFICE_NEVER));
        }
    MUST(all == model.holds.size());
    // What is left of a concert that was called off reads given back before its seats are.
    if (is_swept) MUST(held == stats.seats.held && confirmed == stats.seats.sold);
    MUST(held <= stats.seats.held && confirmed <= stats.seats.sold);
}

inline void settle_events(boxoffice_office* h, const Model& model) {
    std::array<boxoffice_event, 32> events{};
    std::size_t count = events.size();
    std::size_t users = 0;
    std::size_t sold = 0;
    std::int64_t sequence = 0;
    std::int64_t at_us = INT64_MIN;
    while (count == events.size()) {
        MUST(boxoffice_list_events(h, sequence, events.data(), events.size(), &count, nullptr) == BOXOFFICE_OK);
        for (std::size_t i = 0; i < count; ++i) {
            const auto& event = events[i];
            MUST(std::string_view{boxoffice_event_name(event.kind)} != "unknown");
            MUST(model.is_pruned ? event.sequence > sequence : event.sequence == sequence + 1);
            MUST(event.at_us >= at_us);
            sequence = event.sequence;
            at_us = event.at_us;
            if (event.kind == user_created) ++users;
            if (event.kind == payment_captured) ++sold;
        }
    }
    MUST(model.is_pruned || (users == model.users.size() && sold == model.payments.size()));
}

/// `may_sweep`: nobody has submitted what is not decided yet.
inline void settle(const Office& office, bool may_sweep) {
    world.wall_us = 0;  // what jumped ahead would be refused; time itself does not go back
    now_calling = "the end of an office";
    auto* const h = office.handle;
    const Model& model = *office.model;

    std::array<boxoffice_violation, 4> violations{};
    std::size_t broken = 0;
    MUST(boxoffice_audit(h, violations.data(), violations.size(), &broken, nullptr) == BOXOFFICE_OK);
    if (broken != 0) fail("the audit finds %zu: %s %s", broken, violations[0].rule, violations[0].detail);
    if (may_sweep && !model.called_off.empty()) {
        sweep(h, model);
        MUST(boxoffice_audit(h, violations.data(), violations.size(), &broken, nullptr) == BOXOFFICE_OK);
        if (broken != 0) fail("after a sweep the audit finds %zu: %s", broken, violations[0].detail);
    }

    boxoffice_stats stats{};
    MUST(boxoffice_get_stats(h, &stats, nullptr) == BOXOFFICE_OK);
    MUST(stats.users == static_cast<std::int64_t>(model.users.size()));
    std::int64_t seat_count = 0;
    for (const auto& [concert, count] : model.seat_counts) seat_count += count;
    MUST(stats.seats.available + stats.seats.held + stats.seats.sold + stats.seats.blocked == seat_count);

    boxoffice_seat_counts sum{};
    for (const auto concert : model.concerts) {
        boxoffice_seat_counts one{};
        MUST(boxoffice_count_seats(h, concert, &one, nullptr) == BOXOFFICE_OK);
        sum.available += one.available;
        sum.held += one.held;
        sum.sold += one.sold;
        sum.blocked += one.blocked;
        std::vector<boxoffice_seat> seats(static_cast<std::size_t>(one.available + one.held + one.sold + one.blocked));
        std::size_t count = 0;
        MUST(boxoffice_list_seats(h, concert, 0, seats.data(), seats.size(), &count, nullptr) == BOXOFFICE_OK);
        MUST(count == seats.size());
        for (const auto& seat : seats) MUST(seat.number[0] != 0 && seat.label[0] != 0);
        const auto in = [&](std::int32_t state) {
            return std::count_if(seats.begin(), seats.end(), [&](const auto& seat) { return seat.state == state; });
        };
        MUST(in(BOXOFFICE_SEAT_STATE_AVAILABLE) == one.available && in(BOXOFFICE_SEAT_STATE_HELD) == one.held);
        MUST(in(BOXOFFICE_SEAT_STATE_SOLD) == one.sold && in(BOXOFFICE_SEAT_STATE_BLOCKED) == one.blocked);
    }
    MUST(std::memcmp(&sum, &stats.seats, sizeof sum) == 0);
    const auto moved = settle_money(h, model);
    settle_reports(h, model, moved);
    settle_holds(h, model, moved, stats, may_sweep || model.called_off.empty());
    settle_events(h, model);
}

}  // namespace c_fuzz
