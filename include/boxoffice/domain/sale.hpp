#pragma once
/// The terms on which a concert is sold: when, how many, at which prices, and what comes back to who cancels. They stand in the
/// store by version: a change is a new version, and what was held under one keeps it, so that a promise is never changed behind
/// a buyer's back. Invariants V1 to V3.

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/ids.hpp"
#include "boxoffice/points.hpp"
#include "boxoffice/text.hpp"
#include "boxoffice/time.hpp"

namespace boxoffice {

inline constexpr std::int64_t order_items_max = 50;  ///< seats an order, whatever the terms say
inline constexpr std::int64_t seats_per_user_max = 10'000;
inline constexpr std::size_t refund_steps_max = 8;
inline constexpr std::size_t ticket_types_max = 100;  ///< of a concert
inline constexpr std::size_t tariff_rows_max = 500;   ///< of a version

/// Who cancels before `until` gets so many thousandths of the price back.
struct RefundStep {
    Time until = never;
    std::int64_t thousandths = 0;
    friend bool operator==(const RefundStep&, const RefundStep&) = default;
};

/// All times are instants; the engine knows no time zone. The defaults are the seed's: always on sale, one seat an order, paid
/// for good.
struct Terms {
    Time opens_at{};         ///< on sale from then on; 1970: always was
    Time closes_at = never;  ///< and until just before then
    bool is_paused = false;  ///< no new holds; what is held can be paid
    std::int64_t seats_per_order = 1;
    std::int64_t seats_per_user = 0;       ///< held or bought and not cancelled, of this concert; 0: no limit
    Duration hold_ttl = Duration::zero();  ///< zero: the house's
    /// In order of `until`; the first that has not passed counts. None, or all passed: nobody cancels.
    std::vector<RefundStep> refund_steps{};
    friend bool operator==(const Terms&, const Terms&) = default;
};

struct SaleId {
    ConcertId concert;
    std::int64_t version = 0;  ///< 1, 2, 3 …; the last one is in force
    friend auto operator<=>(const SaleId&, const SaleId&) = default;
};

/// One version. Never changed.
struct Sale {
    SaleId id;
    Time made_at{};  ///< in force from then on, until the next
    Terms terms;
    std::int64_t tariff = 0;  ///< the version whose prices are in force; 0: the seats' own
    friend bool operator==(const Sale&, const Sale&) = default;
};

/// Who a price is for: full, child …
struct TicketType {
    TypeId id;
    ConcertId concert;
    std::string name;                ///< unique in its concert (1 to 64 bytes)
    std::int64_t max_per_order = 0;  ///< 0: no limit
    TypeId needs{};                  ///< sold only beside one of this type; none: alone, too
    Time created_at{};
    friend bool operator==(const TicketType&, const TicketType&) = default;
};

/// The price of a category's seats for a type (none: for who names no type).
struct TariffRow {
    std::string category;
    TypeId type;
    Points price;
    friend bool operator==(const TariffRow&, const TariffRow&) = default;
};

/// One price of one version. Never changed.
struct TariffPrice {
    SaleId sale;
    TariffRow row;
    friend bool operator==(const TariffPrice&, const TariffPrice&) = default;
};

inline Result<void> check(const Terms& terms) {
    const auto& [opens_at, closes_at, is_paused, seats_per_order, seats_per_user, hold_ttl, refund_steps] = terms;
    if (opens_at < Time{} || opens_at >= closes_at)
        return refuse(ErrorCode::invalid_argument, "opens_at: from 1970 on, and before closes_at");
    if (seats_per_order < 1 || seats_per_order > order_items_max)
        return refuse(ErrorCode::invalid_argument, "seats_per_order: 1 to 50");
    if (seats_per_user < 0 || seats_per_user > seats_per_user_max)
        return refuse(ErrorCode::invalid_argument, "seats_per_user: 0 (no limit) to 10000");
    if (hold_ttl != Duration::zero() && (hold_ttl < std::chrono::seconds{1} || hold_ttl > std::chrono::hours{24}))
        return refuse(ErrorCode::invalid_argument, "hold_ttl: 0 (the house's), or 1 s to 24 h");
    if (refund_steps.size() > refund_steps_max) return refuse(ErrorCode::invalid_argument, "refund_steps: at most 8");
    for (std::size_t i = 0; i < refund_steps.size(); ++i) {
        if (refund_steps[i].thousandths < 0 || refund_steps[i].thousandths > 1'000)
            return refuse(ErrorCode::invalid_argument, "refund_steps: 0 to 1000 thousandths");
        if (i > 0 && refund_steps[i].until <= refund_steps[i - 1].until)
            return refuse(ErrorCode::invalid_argument, "refund_steps: each ends later than the one before");
    }
    return {};
}

/// Is it on sale at `now`? At opens_at exactly it is, at closes_at exactly it is not.
inline Result<void> check_on_sale(const Terms& terms, Time now) {
    if (terms.is_paused) return refuse(ErrorCode::not_on_sale, "the sale is paused");
    if (passed(terms.closes_at, now)) return refuse(ErrorCode::not_on_sale, "the sale has closed");
    if (!passed(terms.opens_at, now))
        return refuse(ErrorCode::not_on_sale, "the sale opens at " + to_text(terms.opens_at), {to_us(terms.opens_at)});
    return {};
}

/// What comes back of `price` to who cancels at `now`. Refusals: cancel_closed.
inline Result<Points> refund_at(const Terms& terms, Points price, Time now) {
    for (const auto& step : terms.refund_steps)
        if (!passed(step.until, now)) return Points{price.value * step.thousandths / 1'000};
    return refuse(ErrorCode::cancel_closed);
}

inline Result<void> check_category(std::string_view name) { return check_text(name, 0, 64, "category"); }

inline Result<void> check_type(std::string_view name, std::int64_t max_per_order) {
    BOXOFFICE_TRY(check_text(name, 1, 64, "name"));
    if (max_per_order < 0 || max_per_order > order_items_max)
        return refuse(ErrorCode::invalid_argument, "max_per_order: 0 (no limit) to 50");
    return {};
}

inline Result<void> check(std::span<const TariffRow> rows) {
    if (rows.size() > tariff_rows_max) return refuse(ErrorCode::invalid_argument, "tariff: at most 500 prices");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        BOXOFFICE_TRY(check_category(rows[i].category));
        BOXOFFICE_TRY(check_price(rows[i].price));
        for (std::size_t before = 0; before < i; ++before)
            if (rows[before].category == rows[i].category && rows[before].type == rows[i].type)
                return refuse(ErrorCode::invalid_argument, "tariff: two prices for one category and type");
    }
    return {};
}

/// Do the types of one order go together? At most so many of one, and only beside one of the type that it needs. `of_items`:
/// the type of each item, or null for none.
inline Result<void> check_types(std::span<const TicketType* const> of_items) {
    for (const auto* type : of_items) {
        if (type == nullptr) continue;
        const auto is_it = [&](const TicketType* other) { return other != nullptr && other->id == type->id; };
        if (type->max_per_order > 0 && std::count_if(of_items.begin(), of_items.end(), is_it) > type->max_per_order)
            return refuse(ErrorCode::type_rule,
                          "at most " + std::to_string(type->max_per_order) + " of '" + type->name + "' an order");
        const auto is_needed = [&](const TicketType* other) { return other != nullptr && other->id == type->needs; };
        if (type->needs && std::none_of(of_items.begin(), of_items.end(), is_needed))
            return refuse(ErrorCode::type_rule, "'" + type->name + "' is sold only beside another type");
    }
    return {};
}

}  // namespace boxoffice

template <>
struct std::hash<boxoffice::SaleId> {
    std::size_t operator()(const boxoffice::SaleId& id) const noexcept {
        return std::hash<boxoffice::ConcertId>{}(id.concert) ^ static_cast<std::size_t>(id.version);
    }
};
