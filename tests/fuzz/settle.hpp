#pragma once
/// The end of an office: an audit, and all that it acknowledged is there, once.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "boxoffice.h"
#include "functions.hpp"
#include "model.hpp"
#include "world.hpp"

namespace c_fuzz {

inline constexpr std::int32_t user_created = 1;
inline constexpr std::int32_t reservation_confirmed = 24;

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

inline void settle_money(boxoffice_office* h, const Model& model) {
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
            } else {
                const auto at = model.payments.find(row.payment);
                MUST(row.kind == BOXOFFICE_TRANSFER_KIND_PAYMENT && at != model.payments.end());
                MUST(at->second.user == user && at->second.amount == row.amount);
                ++payments;
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
}

inline void settle_holds(boxoffice_office* h, const Model& model, const boxoffice_stats& stats) {
    std::int64_t held = 0;
    std::int64_t confirmed = 0;
    std::size_t all = 0;
    for (const auto user : model.users)
        for (const auto& row :
             pages<boxoffice_reservation>(user, [&](auto whose, auto before, auto*out, auto most, auto*count) {
                 return boxoffice_list_reservations(h, whose, before, out, most, count, nullptr);
             })) {
            const auto at = model.holds.find(row.id);
            MUST(at != model.holds.end() && at->second.user == user && at->second.seat == row.seat &&
                 row.user == user);
            ++all;
            if (row.state == BOXOFFICE_RESERVATION_STATE_HELD) ++held;
            if (row.state == BOXOFFICE_RESERVATION_STATE_CONFIRMED) ++confirmed;
        }
    MUST(all == model.holds.size());
    MUST(held == stats.seats.held && confirmed == stats.seats.sold);
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
            if (event.kind == reservation_confirmed) ++sold;
        }
    }
    MUST(model.is_pruned || (users == model.users.size() && sold == model.payments.size()));
}

inline void settle(const Office& office) {
    world.wall_us = 0;  // what jumped ahead would be refused; time itself does not go back
    now_calling = "the end of an office";
    auto* const h = office.handle;
    const Model& model = *office.model;

    std::array<boxoffice_violation, 4> violations{};
    std::size_t broken = 0;
    MUST(boxoffice_audit(h, violations.data(), violations.size(), &broken, nullptr) == BOXOFFICE_OK);
    if (broken != 0) fail("the audit finds %zu: %s %s", broken, violations[0].rule, violations[0].detail);

    boxoffice_stats stats{};
    MUST(boxoffice_get_stats(h, &stats, nullptr) == BOXOFFICE_OK);
    MUST(stats.users == static_cast<std::int64_t>(model.users.size()));
    MUST(stats.seats.available + stats.seats.held + stats.seats.sold + stats.seats.blocked == model.seat_count);
    MUST(stats.seats.sold == static_cast<std::int64_t>(model.payments.size()));

    boxoffice_seat_counts sum{};
    for (const auto concert : model.concerts) {
        boxoffice_seat_counts one{};
        MUST(boxoffice_count_seats(h, concert, &one, nullptr) == BOXOFFICE_OK);
        sum.available += one.available;
        sum.held += one.held;
        sum.sold += one.sold;
        sum.blocked += one.blocked;
        std::vector<boxoffice_seat> seats(
            static_cast<std::size_t>(one.available + one.held + one.sold + one.blocked));
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
    settle_money(h, model);
    settle_holds(h, model, stats);
    settle_events(h, model);
}

}  // namespace c_fuzz
