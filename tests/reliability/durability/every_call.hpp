#pragma once
/// Every command and every question that an office takes, each with what makes it go well in a house (house.hpp).

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "reliability/durability/house.hpp"
#include "support/outcome.hpp"

namespace boxoffice::reliability {

struct Asked {
    std::string name;                            ///< of a command: its place in the variant
    std::function<std::string(BoxOffice&)> ask;  ///< its outcome
};

template <std::size_t Index = 0>
void add_commands(std::vector<Asked>& all, const House& house) {
    if constexpr (Index < std::variant_size_v<Command>) {
        using C = std::variant_alternative_t<Index, Command>;
        all.push_back({"command " + std::to_string(Index), [&house](BoxOffice& office) {
                           return testing::outcome(office.execute(example(house, std::type_identity<C>{})));
                       }});
        add_commands<Index + 1>(all, house);
    }
}

/// A command each, in the order of the variant.
inline std::vector<Asked> every_command(const House& house) {
    std::vector<Asked> all;
    add_commands(all, house);
    return all;
}

inline std::vector<Asked> every_question(const House& house) {
    const auto& h = house;
    std::vector<Asked> all;
    const auto add = [&](std::string name, auto ask) {
        all.push_back({std::move(name), [ask](BoxOffice& office) { return testing::outcome(ask(office)); }});
    };
    add("peek", [&h](BoxOffice& o) { return o.peek(h.admitted.text); });
    add("peek of who waits", [&h](BoxOffice& o) { return o.peek(h.waiting.text); });
    add("peek of who comes", [&h](BoxOffice& o) { return o.peek(h.arriving.text); });
    add("look", [&h](BoxOffice& o) { return o.look(h.admitted.text); });
    add("await_turn", [&h](BoxOffice& o) { return o.await_turn(h.admitted.text, 1, Duration{1}); });
    add("user by name", [](BoxOffice& o) { return o.user("stranger"); });
    add("user", [&h](BoxOffice& o) { return o.user(h.stranger); });
    add("room", [](BoxOffice& o) { return o.room("main"); });
    add("concert on", [](BoxOffice& o) { return o.concert(house_date); });
    add("concert", [&h](BoxOffice& o) { return o.concert(h.concert); });
    add("concerts", [](BoxOffice& o) { return o.concerts({}); });
    add("all_concerts", [](BoxOffice& o) { return o.all_concerts({}); });
    add("dates", [](BoxOffice& o) { return o.dates({}); });
    add("sale", [&h](BoxOffice& o) { return o.sale(h.concert); });
    add("tariff", [&h](BoxOffice& o) { return o.tariff(h.concert); });
    add("ticket_types", [&h](BoxOffice& o) { return o.ticket_types(h.concert); });
    add("seats", [&h](BoxOffice& o) { return o.seats(h.concert); });
    add("seats_since", [&h](BoxOffice& o) { return o.seats_since(h.concert, {}, h.holding.user); });
    add("available_seats", [&h](BoxOffice& o) { return o.available_seats(h.concert); });
    add("seat_map", [&h](BoxOffice& o) { return o.seat_map(h.concert, h.holding.user); });
    add("seat", [&h](BoxOffice& o) { return o.seat(h.concert, "1", h.holding.user); });
    add("reservation", [&h](BoxOffice& o) { return o.reservation(h.holding.user, h.holding.reservation); });
    add("order", [&h](BoxOffice& o) { return o.order(h.ordering.user, OrderId{h.ordering.reservation}); });
    add("reservations", [&h](BoxOffice& o) { return o.reservations(h.paid.user, 10); });
    add("balance", [&h](BoxOffice& o) { return o.balance(h.paid.user); });
    add("transfers", [&h](BoxOffice& o) { return o.transfers(h.paid.user, 10); });
    add("payment", [&h](BoxOffice& o) { return o.payment(h.paid.user, h.paid.payment); });
    add("unreconciled_payments", [](BoxOffice& o) { return o.unreconciled_payments(10); });
    add("events_after", [](BoxOffice& o) { return o.events_after(0, 10); });
    add("stats", [](BoxOffice& o) { return o.stats(); });
    add("seat_counts", [&h](BoxOffice& o) { return o.seat_counts(h.concert); });
    add("sales_report", [&h](BoxOffice& o) { return o.sales_report(h.concert); });
    add("cash_report", [](BoxOffice& o) { return o.cash_report(Time{}, never); });
    add("now", [](BoxOffice& o) { return o.now(); });
    add("check_health", [](BoxOffice& o) { return o.check_health(); });
    add("audit", [](BoxOffice& o) { return o.audit(); });
    add("reconcile_payments", [](BoxOffice& o) { return o.reconcile_payments(10); });
    add("pay", [&h](BoxOffice& o) { return o.pay(h.holding.user, h.holding.token, h.holding.reservation, "pay"); });
    return all;
}

}  // namespace boxoffice::reliability
