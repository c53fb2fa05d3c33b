#pragma once
/// The functions of terms, orders, cancelling and reports.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "batches.hpp"
#include "boxoffice.h"

namespace c_fuzz {

class Selling : protected Batches {
  protected:
    using Batches::Batches;

    /// False: it is none of these.
    bool sell(Function function) {
        handle_ = handle();
        switch (function) {
            case Function::change_concert: change_concert(); return true;
            case Function::delete_concert: delete_concert(); return true;
            case Function::get_sale: get_sale(); return true;
            case Function::change_sale: change_sale(); return true;
            case Function::set_tariff: set_tariff(); return true;
            case Function::list_tariff: list_tariff(); return true;
            case Function::create_type: create_type(); return true;
            case Function::list_types: list_types(); return true;
            case Function::hold_seats: hold_seats(); return true;
            case Function::release_order: release_order(); return true;
            case Function::get_order: get_order(); return true;
            case Function::cancel: cancel_some(); return true;
            case Function::refund: refund(); return true;
            case Function::call_off: call_off(); return true;
            case Function::get_call_off_reason: get_call_off_reason(); return true;
            case Function::sweep_refunds: sweep_refunds(); return true;
            case Function::get_sales_report: get_sales_report(); return true;
            case Function::get_cash_report: get_cash_report(); return true;
            default: return false;
        }
    }

  private:
    // ---- terms --------------------------------------------------------------------------------------------------

    void change_concert() {
        const auto which = id(4, concert(r_.d));
        const auto version = id(5, concert_version(which));
        const auto on = date(r_.a);
        const auto title = name(r_.b == 0 ? 1 : r_.b);
        const auto moves = r_.c < 128 ? 0 : room(r_.c);
        constexpr std::int32_t hidden[] = {0, 1, 2, -1};
        Out<std::int64_t> changed(1, no_answer());
        if (get(Function::change_concert, changed, [&](auto* h, auto* o, auto* e) {
                return boxoffice_change_concert(h, which, on.data(), on.size(), title.data(), title.size(),
                                                id(6, BOXOFFICE_NEVER), one_of(hidden, r_.c), moves, version, o, e);
            }) != nullptr)
            MUST(*changed == version + 1);
    }

    void delete_concert() {
        const auto which = id(4, concert(r_.d));
        const auto version = id(5, concert_version(which));
        if (auto* office = act(Function::delete_concert,
                               [&](auto* h, auto* e) { return boxoffice_delete_concert(h, which, version, e); }))
            office->model->deleted(which);
    }

    void get_sale() {
        Out<boxoffice_sale> out(1, no_answer());
        if (get(Function::get_sale, out, [&](auto* h, auto* o, auto* e) {
                return boxoffice_get_sale(h, id(4, concert(r_.a)), o, e);
            }) != nullptr)
            MUST(out->version > 0 && out->terms.struct_size == sizeof out->terms && out->terms.seats_per_order > 0);
    }

    void change_sale() {
        const auto which = id(4, concert(r_.a));
        const auto version = id(5, sale_version(which));
        const auto given = std::make_unique<boxoffice_terms>(terms());
        Out<std::int64_t> changed(1, no_answer());
        if (get(Function::change_sale, changed, [&](auto* h, auto* o, auto* e) {
                return boxoffice_change_sale(h, which, r_.spoil == 1 ? nullptr : given.get(), version, o, e);
            }) != nullptr)
            MUST(*changed == version + 1);
    }

    void set_tariff() {
        const auto which = id(4, concert(r_.d));
        const auto version = id(5, sale_version(which));
        const auto category = name(r_.c == 0 ? 254 : r_.c);  // none, for the seats that have none
        std::vector<boxoffice_new_price> prices;
        for (std::uint8_t i = 0; i < (r_.b + 1u) % 4; ++i)
            prices.push_back({category.data(), category.size(), type(i), id(6, 60 + r_.a), {}});
        if (!prices.empty() && r_.b == 200) prices.back().reserved[0] = 1;
        prices.shrink_to_fit();
        const auto count = r_.b == 201 ? SIZE_MAX : prices.size();
        Out<std::int64_t> changed(1, no_answer());
        if (get(Function::set_tariff, changed, [&](auto* h, auto* o, auto* e) {
                return boxoffice_set_tariff(h, which, r_.spoil == 1 ? nullptr : prices.data(), count, version, o, e);
            }) != nullptr)
            MUST(*changed == version + 1);
    }

    void list_tariff() {
        const auto n = capacity(r_.b);
        Out<boxoffice_price> out(n);
        list(Function::list_tariff, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
            return boxoffice_list_tariff(h, id(4, concert(r_.a)), o, most, c, e);
        });
    }

    void create_type() {
        const auto text = name(r_.a);
        Out<std::int64_t> out(1, no_answer());
        if (get(Function::create_type, out, [&](auto* h, auto* o, auto* e) {
                return boxoffice_create_type(h, id(4, concert(r_.d)), text.data(), text.size(), id(5, r_.b),
                                             id(6, type(r_.c)), o, e);
            }) != nullptr)
            types_.push_back(*out);
    }

    void list_types() {
        const auto n = capacity(r_.b);
        Out<boxoffice_ticket_type> out(n);
        list(Function::list_types, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
            return boxoffice_list_types(h, id(4, concert(r_.a)), o, most, c, e);
        });
    }

    // ---- orders -------------------------------------------------------------------------------------------------

    void hold_seats() {
        const Buyer& who = buyer();
        const auto user = id(0, who.user);
        const auto turn = id(1, who.claims.token);
        const auto items = order_items();
        const auto k = key(r_.d % 8);
        const auto total = odd_number(r_.d);
        const auto count = r_.c == 252 ? SIZE_MAX : items.size();
        Out<boxoffice_held_item> held(items.size(), r_.d == 9 || count != items.size());
        Out<boxoffice_held_order> out(1, no_answer());
        auto* const office = get(Function::hold_seats, out, [&](auto* h, auto* o, auto* e) {
            const auto status =
                boxoffice_hold_seats(h, user, turn, id(4, concert(r_.d / 8)), r_.spoil == 1 ? nullptr : items.data(),
                                     count, r_.c == 251 ? &total : nullptr, k.data(), k.size(), o, held.get(), e);
            if (status != BOXOFFICE_OK && !held.is_null() && count <= BOXOFFICE_ORDER_SIZE_MAX) MUST(held.all(0));
            if (count > BOXOFFICE_ORDER_SIZE_MAX) MUST(held.all(untouched));
            return status;
        });
        if (office == nullptr) return;
        learn_order(*office, user, out->order);
        std::int64_t sum = 0;
        for (std::size_t i = 0; !held.is_null() && i < items.size(); ++i) {
            MUST(held[i].seat == items[i].seat && held[i].type == items[i].type);
            MUST(office->model->holds.at(held[i].reservation).seat == held[i].seat);
            sum += held[i].price;
        }
        MUST(held.is_null() || sum == out->total);
    }

    void release_order() {
        const Buyer& who = buyer();
        Out<std::int64_t> out(1, no_answer());
        get(Function::release_order, out, [&](auto* h, auto* o, auto* e) {
            return boxoffice_release_order(h, id(0, who.user), id(2, who.reservation), o, e);
        });
    }

    void get_order() {
        const Buyer& who = buyer();
        const auto n = capacity(r_.b);
        Out<boxoffice_order> order(1, r_.c == 255);
        Out<boxoffice_reservation> out(n);
        list(Function::get_order, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
            const auto status =
                boxoffice_get_order(h, id(0, who.user), id(2, who.reservation), order.get(), o, most, c, e);
            MUST(order.is_null() || status == BOXOFFICE_OK || order.all(0));
            return status;
        });
    }

    // ---- cancelling ---------------------------------------------------------------------------------------------

    void cancel_some() {
        const auto user = id(0, buyer().user);
        const auto some = to_cancel();
        const auto k = key(r_.b);
        Out<boxoffice_cancelled_item> items(some.size(), r_.c == 1);
        Out<boxoffice_cancelled> out(1, no_answer());
        auto* const office = get(Function::cancel, out, [&](auto* h, auto* o, auto* e) {
            const auto status = boxoffice_cancel(h, user, r_.spoil == 1 ? nullptr : some.data(), some.size(), k.data(),
                                                 k.size(), o, items.get(), e);
            if (status != BOXOFFICE_OK && !items.is_null() && some.size() <= BOXOFFICE_ORDER_SIZE_MAX)
                MUST(items.all(0));
            return status;
        });
        if (office == nullptr) return;
        std::int64_t sum = 0;
        for (std::size_t i = 0; !items.is_null() && i < some.size(); ++i) {
            MUST(items[i].reservation == some[i] && items[i].refund >= 0);
            office->model->refunded(some[i], items[i].refund);
            sum += items[i].refund;
        }
        MUST(out->balance >= 0 && (items.is_null() || sum == out->refund));
        learn_refunds(*office, user);
    }

    void refund() {
        const auto reservation = id(2, buyer().reservation);
        const auto amount = id(4, r_.a);
        const auto k = key(static_cast<std::uint8_t>(r_.b + 1));
        const auto why = name(r_.c);
        constexpr std::int32_t takes_back[] = {0, 1, 2, -1};
        Out<boxoffice_refunded> out(1, no_answer());
        if (auto* office = get(Function::refund, out, [&](auto* h, auto* o, auto* e) {
                return boxoffice_refund(h, reservation, amount, one_of(takes_back, r_.c), why.data(), why.size(),
                                        k.data(), k.size(), o, e);
            })) {
            MUST(out->reservation == reservation && out->amount == amount && out->refunded >= amount);
            office->model->refunded(reservation, out->refunded);
        }
    }

    void call_off() {
        const auto which = id(4, concert(r_.a));
        const auto why = name(r_.b);
        Out<std::int64_t> out(1, no_answer());
        if (auto* office = get(Function::call_off, out, [&](auto* h, auto* o, auto* e) {
                const auto status = boxoffice_call_off(h, which, why.data(), why.size(), o, e);
                // Nobody asks since when, and it is done all the same.
                if (status == BOXOFFICE_OK && out.is_null()) office_of(h)->model->called_off.insert(which);
                return status;
            }))
            office->model->called_off.insert(which);
    }

    void get_call_off_reason() {
        constexpr std::size_t sizes[] = {256, 0, 1, 2, 3, 7, 208, 4};
        const auto n = one_of(sizes, r_.b);
        Out<char> text(n, r_.c == 255);
        Out<std::size_t> size(1, no_answer());
        boxoffice_status status = BOXOFFICE_OK;
        (void)ask(Function::get_call_off_reason, status, [&](auto* h, auto* e) {
            return boxoffice_get_call_off_reason(h, id(4, concert(r_.a)), text.get(), n, size.get(), e);
        });
        if (status != BOXOFFICE_OK) MUST(text.all(untouched));
        if (status == BOXOFFICE_OK) MUST(::strnlen(text.get(), n) < n);
        if (size.is_null()) return;
        if (status == BOXOFFICE_OK) MUST(*size == std::strlen(text.get()) + 1);
        MUST(status == BOXOFFICE_OK || (status == BOXOFFICE_TOO_SMALL ? *size > n : *size == 0));
    }

    void sweep_refunds() {
        Out<boxoffice_swept> out(1, no_answer());
        const auto most = r_.b == 0 ? 10'000 : odd_number(r_.b);
        if (get(Function::sweep_refunds, out, [&](auto* h, auto* o, auto* e) {
                return boxoffice_sweep_refunds(h, id(4, concert(r_.a)), most, o, e);
            }) != nullptr)
            MUST(out->refunded >= 0 && out->released >= 0 && out->stuck == 0 && out->reserved32 == 0);
    }

    // ---- reports ------------------------------------------------------------------------------------------------

    void get_sales_report() {
        const auto n = capacity(r_.b);
        Out<boxoffice_sales_report> report(1, r_.c == 255);
        Out<boxoffice_sales_row> out(n);
        list(Function::get_sales_report, out, n, [&](auto* h, auto* o, auto most, auto* c, auto* e) {
            const auto status = boxoffice_get_sales_report(h, id(4, concert(r_.a)), report.get(), o, most, c, e);
            MUST(report.is_null() || (status == BOXOFFICE_OK ? report->net == report->balance : report.all(0)));
            return status;
        });
    }

    void get_cash_report() {
        Out<boxoffice_cash_report> out(1, no_answer());
        const auto until = r_.b == 0 ? INT64_MAX : odd_number(r_.b);
        get(Function::get_cash_report, out,
            [&](auto* h, auto* o, auto* e) { return boxoffice_get_cash_report(h, id(4, r_.a), until, o, e); });
    }
};

}  // namespace c_fuzz
