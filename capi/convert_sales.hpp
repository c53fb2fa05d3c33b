#pragma once
/// The terms on which concerts are sold, orders, and what came of them, between the engine's types and the C structures.

#include <cstddef>
#include <cstdint>

#include "convert.hpp"

namespace boxoffice::capi {

static_assert(BOXOFFICE_ORDER_SIZE_MAX == order_items_max);
static_assert(BOXOFFICE_REFUND_STEPS_MAX == refund_steps_max);

/// A member that says yes or no.
inline Result<bool> yes_or_no(std::int64_t given, const char* what) {
    if (given != 0 && given != 1) return refuse(ErrorCode::invalid_argument, std::string{what} + ": 0 or 1");
    return given == 1;
}

/// Of the caller's size and version, wherever they stand.
inline Result<Terms> terms_from_c(const void* given) {
    BOXOFFICE_TRY(check_given(given, "terms"));
    BOXOFFICE_TRY_VALUE(const auto c, read_struct<boxoffice_terms>(given, BOXOFFICE_TERMS_INIT, "terms"));
    BOXOFFICE_TRY(check_reserved(c, "terms"));
    Terms terms;
    BOXOFFICE_TRY_VALUE(terms.is_paused, yes_or_no(c.is_paused, "is_paused"));
    terms.opens_at = from_us(c.opens_at_us);
    terms.closes_at = from_us(c.closes_at_us);
    terms.seats_per_order = c.seats_per_order;
    terms.seats_per_user = c.seats_per_user;
    terms.hold_ttl = Duration{c.hold_ttl_us};
    if (c.refund_step_count < 0 || c.refund_step_count > BOXOFFICE_REFUND_STEPS_MAX)
        return refuse(ErrorCode::invalid_argument, "refund_step_count: 0 to 8");
    for (std::int64_t i = 0; i < c.refund_step_count; ++i) {
        const auto& step = c.refund_steps[i];
        BOXOFFICE_TRY(check_reserved(step, "a refund step"));
        terms.refund_steps.push_back({from_us(step.until_us), step.thousandths});
    }
    return terms;
}

inline void to_c(const Terms& terms, boxoffice_terms& c) {
    const auto& [opens_at, closes_at, is_paused, seats_per_order, seats_per_user, hold_ttl, refund_steps] = terms;
    c = BOXOFFICE_TERMS_INIT;
    c.is_paused = is_paused ? 1 : 0;
    c.opens_at_us = to_us(opens_at);
    c.closes_at_us = to_us(closes_at);
    c.seats_per_order = seats_per_order;
    c.seats_per_user = seats_per_user;
    c.hold_ttl_us = hold_ttl.count();
    c.refund_step_count = static_cast<std::int64_t>(std::min(refund_steps.size(), std::size(c.refund_steps)));
    for (std::int64_t i = 0; i < c.refund_step_count; ++i) {
        const auto& step = refund_steps[static_cast<std::size_t>(i)];
        c.refund_steps[i] = {to_us(step.until), step.thousandths, {}};
    }
}

inline void to_c(const Sale& sale, boxoffice_sale& c) {
    c.concert = sale.id.concert.value;
    c.version = sale.id.version;
    c.made_at_us = to_us(sale.made_at);
    c.tariff = sale.tariff;
    to_c(sale.terms, c.terms);
}

inline void to_c(const TicketType& type, boxoffice_ticket_type& c) {
    c.id = type.id.value;
    c.concert = type.concert.value;
    c.max_per_order = type.max_per_order;
    c.needs = type.needs.value;
    c.created_at_us = to_us(type.created_at);
    copy_text(c.name, type.name);
}

/// `c` is a boxoffice_new_price or a boxoffice_price_item, whose category has been found.
template <class Struct>
Result<TariffRow> price(const Struct& c, std::string_view category) {
    BOXOFFICE_TRY(check_reserved(c, "a price"));
    return TariffRow{std::string{category}, TypeId{c.type}, Points{c.price}};
}

inline void to_c(const TariffRow& row, boxoffice_price& c) {
    c.type = row.type.value;
    c.price = row.price.value;
    copy_text(c.category, row.category);
}

inline Result<std::vector<OrderItem>> from_c(const boxoffice_order_item* items, std::size_t count) {
    std::vector<OrderItem> out;
    for (std::size_t i = 0; i < count; ++i) {
        BOXOFFICE_TRY(check_reserved(items[i], "an item"));
        out.push_back({SeatId{items[i].seat}, TypeId{items[i].type}});
    }
    return out;
}

inline void to_c(const HeldOrder& held, boxoffice_held_order& c) {
    c = {held.order.value, to_us(held.deadline), held.total.value, {}};
}

inline void to_c(const OrderNow& order, boxoffice_order& c) {
    c = {order.order.value, order.total.value, to_us(order.deadline), {}};
}

inline void to_c(const Paid& paid, boxoffice_paid& c) {
    const auto& [payment, reservation, amount, balance, paid_at, items] = paid;
    c = {payment.value, reservation.value, amount.value, balance.value, to_us(paid_at), std::ssize(items), {}};
}

inline void to_c(const PaidItem& item, boxoffice_paid_item& c) {
    const auto& [reservation, seat, type, price, number, label] = item;
    c.reservation = reservation.value;
    c.seat = seat.value;
    c.type = type.value;
    c.price = price.value;
    copy_text(c.seat_number, number);
    copy_text(c.seat_label, label);
}

inline void to_c(const Cancelled& cancelled, boxoffice_cancelled& c) {
    c = {cancelled.refund.value, cancelled.balance.value, {}};
}

inline void to_c(const Swept& swept, boxoffice_swept& c) {
    c = {swept.refunded, swept.released, swept.stuck, swept.more ? 1 : 0, 0, {}};
}

inline void to_c(const SalesRow& row, boxoffice_sales_row& c) {
    c.type = row.type.value;
    c.sold = row.sold;
    c.cancelled = row.cancelled;
    c.gross = row.gross.value;
    c.refunds = row.refunds.value;
    copy_text(c.category, row.category);
}

inline void to_c(const SalesReport& report, boxoffice_sales_report& c) {
    const auto& total = report.total;
    c = {total.sold, total.cancelled, total.gross.value, total.refunds.value, report.net.value, report.balance.value,
         {}};
}

}  // namespace boxoffice::capi
