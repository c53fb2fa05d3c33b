#pragma once
/// Holding an order: one seat or several, all or none.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/commands.hpp"
#include "engine/steps/naming.hpp"
#include "engine/steps/places.hpp"

namespace boxoffice::steps {

struct OrderRequest {
    UserId user;
    TokenId token;
    ConcertId concert;
    std::span<const OrderItem> items;
    std::optional<Points> expect_total{};
};

/// The prices in force, and how much the user has already where that is limited: of a concert whose terms are loaded.
inline void name_terms(UserId user, ConcertId concert, const WorkingSet& set, Keys& keys) {
    if (const auto* sale = set.find_sale_in_force(concert)) {
        if (sale->tariff > 0) keys.tariffs.of.push_back({concert, sale->tariff});
        if (sale->terms.seats_per_user > 0) keys.claims.of.emplace_back(user, concert);
    }
    for (const auto touched : set.touched()) {
        keys.claims.of.emplace_back(user, touched);
        if (const auto* sale = set.find_sale_in_force(touched)) keys.tariffs.of.push_back({touched, sale->tariff});
    }
}

/// What of an order was checked. It takes no memory: most orders are of one seat.
struct CheckedOrder {
    Place place;
    const Sale* sale = nullptr;
    std::array<const Seat*, order_items_max> seats{};  ///< of each item
    std::array<Points, order_items_max> prices{};      ///< of each item
    Points total;
};

inline Result<void> check_seats_of(const OrderRequest& order, const WorkingSet& set, CheckedOrder& checked) {
    for (std::size_t i = 0; i < order.items.size(); ++i) {
        checked.seats[i] = set.seats.find(order.items[i].seat);
        if (checked.seats[i] == nullptr || checked.seats[i]->concert != order.concert)
            return refuse(ErrorCode::unknown_seat);
    }
    return {};
}

/// H2, O4 and the terms' own limit.
inline Result<void> check_limits(const OrderRequest& order, const WorkingSet& set, const Moment& moment,
                                 const Terms& terms) {
    std::set<OrderId> held;
    for (const auto id : set.held_by(order.user)) held.insert(set.reservations.get(id).order);
    if (static_cast<std::int64_t>(held.size()) >= moment.options.holds_per_user) return refuse(ErrorCode::hold_limit);
    const auto count = static_cast<std::int64_t>(order.items.size());
    if (count > terms.seats_per_order)
        return refuse(ErrorCode::order_limit, "at most " + std::to_string(terms.seats_per_order));
    if (terms.seats_per_user > 0 && set.claim_count(order.user, order.concert) + count > terms.seats_per_user)
        return refuse(ErrorCode::purchase_limit, "at most " + std::to_string(terms.seats_per_user));
    return {};
}

/// Are the types that it names the concert's, and do they go together?
inline Result<void> check_types_of(const OrderRequest& order, const WorkingSet& set) {
    const auto has_type = [](const OrderItem& item) { return static_cast<bool>(item.type); };
    if (std::none_of(order.items.begin(), order.items.end(), has_type)) return {};
    std::vector<const TicketType*> types;
    for (const auto& item : order.items) {
        const auto* type = item.type ? set.find_type(order.concert, item.type) : nullptr;
        if (item.type && type == nullptr) return refuse(ErrorCode::unknown_type);
        types.push_back(type);
    }
    return check_types(types);
}

/// V1: an item costs what the tariff says of its category and type; without a type, where it says nothing, what the seat does.
inline Result<void> check_prices(const OrderRequest& order, const WorkingSet& set, CheckedOrder& checked) {
    const SaleId tariff{order.concert, checked.sale->tariff};
    for (std::size_t i = 0; i < order.items.size(); ++i) {
        const auto& facts = checked.seats[i]->facts;
        const auto type = order.items[i].type;
        const auto price = is_set(tariff) ? set.price_in(tariff, facts.category, type) : std::nullopt;
        if (!price && type)
            return refuse(ErrorCode::type_rule,
                          "'" + set.ticket_types.get(type).name + "' has no price in '" + facts.category + "'");
        checked.prices[i] = price.value_or(facts.price);
        checked.total.value += checked.prices[i].value;
    }
    return {};
}

/// Names every seat that cannot be had, not only the first.
inline Result<void> check_all_available(const OrderRequest& order, const CheckedOrder& checked, const Moment& moment) {
    std::string numbers;
    std::vector<std::int64_t> ids;
    for (const auto* seat : std::span{checked.seats.data(), order.items.size()}) {
        if (check_available(*seat, moment.now)) continue;
        numbers.append(numbers.empty() ? "" : ", ").append(seat->facts.number);
        ids.push_back(seat->id.value);
    }
    if (ids.empty()) return {};
    return refuse(ErrorCode::seat_unavailable, std::move(numbers), std::move(ids));
}

/// In the design's order: turn, on sale, existence, limits, seats, price.
inline Result<void> check_order(const OrderRequest& order, const WorkingSet& set, const Moment& moment,
                                CheckedOrder& checked) {
    checked.place = set.places.get(order.token);
    BOXOFFICE_TRY(check_turn_for_hold(checked.place, set.rooms.get(checked.place.room).limits, moment.now));
    const auto* concert = set.concerts.find(order.concert);
    if (concert == nullptr) return refuse(ErrorCode::unknown_concert);
    if (concert->room != checked.place.room)
        return refuse(ErrorCode::not_your_turn, "the concert is behind another waiting room");
    if (is_called_off(*concert)) return refuse(ErrorCode::called_off);
    checked.sale = &set.sale_in_force(order.concert);
    const auto& terms = checked.sale->terms;
    BOXOFFICE_TRY(check_on_sale(terms, moment.now));
    BOXOFFICE_TRY(check_seats_of(order, set, checked));
    BOXOFFICE_TRY(check_limits(order, set, moment, terms));
    BOXOFFICE_TRY(check_types_of(order, set));
    BOXOFFICE_TRY(check_prices(order, set, checked));
    BOXOFFICE_TRY(check_all_available(order, checked, moment));
    if (checked.total > amount_max) return refuse(ErrorCode::invalid_argument, "total: at most 10^12");
    if (order.expect_total && *order.expect_total != checked.total)
        return refuse(ErrorCode::price_changed, "it is " + std::to_string(checked.total.value), {checked.total.value});
    return {};
}

/// How long a hold lasts under those terms.
inline Duration hold_ttl_of(const Sale& sale, const Moment& moment) {
    return sale.terms.hold_ttl > Duration::zero() ? sale.terms.hold_ttl : moment.options.hold_ttl;
}

/// Holds what was asked for, or refuses before it holds anything (O2).
inline Result<HeldOrder> hold_order(const OrderRequest& order, WorkingSet& set, const Moment& moment) {
    CheckedOrder checked;
    BOXOFFICE_TRY(check_order(order, set, moment, checked));
    auto& place = checked.place;
    HeldOrder answer;
    answer.total = checked.total;
    answer.items.reserve(order.items.size());
    const bool is_several = order.items.size() > 1;
    for (std::size_t i = 0; i < order.items.size(); ++i) {
        Seat seat = *checked.seats[i];
        auto reservation = hold(moment.ids.next<ReservationId>(moment.now),
                                {order.user, seat.id, seat.concert, place.token, checked.prices[i], answer.order,
                                 checked.sale->id.version, order.items[i].type},
                                moment.now, hold_ttl_of(*checked.sale, moment));
        if (i == 0) {
            answer.order = reservation.id;
            answer.deadline = reservation.deadline;
        }
        take(seat, reservation.id, reservation.deadline);
        set.add(Event{.kind = EventKind::seat_held,
                      .user = order.user,
                      .token = place.token,
                      .concert = seat.concert,
                      .seat = seat.id,
                      .reservation = reservation.id,
                      .amount = reservation.price.value,
                      .deadline = reservation.deadline,
                      .order = is_several ? answer.order : OrderId{}});
        answer.items.push_back({reservation.id, seat.id, reservation.type, reservation.price});
        set.put(std::move(seat));
        set.put_new(std::move(reservation));
    }
    if (is_several)
        set.add(Event{.kind = EventKind::order_held,
                      .user = order.user,
                      .token = place.token,
                      .concert = order.concert,
                      .amount = answer.total.value,
                      .deadline = answer.deadline,
                      .order = answer.order});
    extend(place, answer.deadline);
    set.put(std::move(place));
    return answer;
}

}  // namespace boxoffice::steps
