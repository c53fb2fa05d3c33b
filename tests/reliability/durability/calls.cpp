#include "reliability/durability/calls.hpp"

namespace boxoffice::reliability {
namespace {

using Kind = Call::Kind;

void add_commands(std::vector<Call>& calls) {
    const auto first = calls.size();
    for (std::size_t i = 0; i < std::variant_size_v<Command>; ++i)
        calls.push_back(batch_of(command_names().at(i),
                                 [i](const House& house) { return std::vector<Command>{all_examples(house)[i]}; }));
    // The same, and all of the log is folded behind it.
    for (const std::size_t i : {first + 12, first + 13}) {
        calls.push_back(calls[i]);
        calls.back().name += " and folding";
        calls.back().wal_size_max = 1;
    }
    calls.push_back(batch_of("a batch", [](const House& house) {
        return std::vector<Command>{Recharge{house.stranger, Points{7}, long_text}, CreateUser{long_text},
                                    HoldSeat{house.admitted.user, house.admitted.token, house.seats[8], long_text}};
    }));
    calls.push_back(submitted("submit", [](const House& house) {
        return std::vector<Command>{Recharge{house.stranger, Points{7}, long_text}, CreateUser{long_text}};
    }));
    calls.push_back(call_of(
        Kind::command, "pay",
        [](Trial& t) {
            return t.office->pay(t.house.holding.user, t.house.holding.token, t.house.holding.reservation, "p");
        },
        [](const Paid& paid) { return number(paid.balance.value); }));
    calls.back().is_in_parts = true;
    calls.push_back(call_of(
        Kind::command, "peek of who is admitted", [](Trial& t) { return t.office->peek(t.house.arriving.text); },
        [](const Peeked& peeked) { return number(peeked.is_turn); }));
    calls.push_back(batch_of("ticks until it rests", [](const House&) {
        return std::vector<Command>{Tick{}, Tick{}, Tick{}, Tick{}};
    }));
    calls.back().is_in_parts = true;
}

void add_queries(std::vector<Call>& calls) {
    const auto add = [&](const char* name, auto ask, auto text) {
        calls.push_back(call_of(Kind::query, name, ask, text));
    };
    add(
        "token_text",
        [](Trial& t) -> Result<std::string> {
            auto claims = t.office->authenticate(t.house.holding.text);
            if (!claims) return tl::unexpected(claims.error());
            auto text = t.office->token_text(*claims);
            if (text.empty()) return refuse(ErrorCode::out_of_memory);
            return text;
        },
        size_of);
    add(
        "peek", [](Trial& t) { return t.office->peek(t.house.waiting.text); },
        [](const Peeked& peeked) { return number(peeked.is_turn) + " " + number(peeked.ahead); });
    add(
        "peek_snapshot", [](Trial& t) { return t.office->peek_snapshot(t.house.waiting.text); },
        [](const std::optional<Peeked>&) { return std::string{"-"}; });
    add(
        "look", [](Trial& t) { return t.office->look(t.house.waiting.text); },
        [](const Looked& looked) { return number(looked.peeked.is_turn); });
    add(
        "await_turn", [](Trial& t) { return t.office->await_turn(t.house.holding.text, 2, Duration::zero()); },
        [](const Peeked& peeked) { return number(peeked.is_turn); });
    add(
        "user by name", [](Trial& t) { return t.office->user("holding"); }, id_of);
    add(
        "user", [](Trial& t) { return t.office->user(t.house.stranger); }, id_of);
    add(
        "room", [](Trial& t) { return t.office->room("small"); }, id_of);
    add(
        "concert", [](Trial& t) { return t.office->concert(t.house.concert); }, id_of);
    add(
        "concerts", [](Trial& t) { return t.office->concerts(house_date); }, size_of);
    add(
        "all_concerts", [](Trial& t) { return t.office->all_concerts(house_date); }, size_of);
    add(
        "dates", [](Trial& t) { return t.office->dates(house_date); }, size_of);
    add(
        "sale", [](Trial& t) { return t.office->sale(t.house.concert); },
        [](const Sale& sale) { return number(sale.id.version); });
    add(
        "tariff", [](Trial& t) { return t.office->tariff(t.house.concert); }, size_of);
    add(
        "ticket_types", [](Trial& t) { return t.office->ticket_types(t.house.concert); }, size_of);
    add(
        "seats", [](Trial& t) { return t.office->seats(t.house.concert); },
        [](const auto& sheet) { return number(sheet != nullptr); });
    add(
        "seats_since", [](Trial& t) { return t.office->seats_since(t.house.concert, {}, t.house.holding.user); },
        [](const SeatChanges& changes) { return size_of(changes.changed) + " " + size_of(changes.mine); });
    add(
        "available_seats", [](Trial& t) { return t.office->available_seats(t.house.concert); }, size_of);
    add(
        "seat_map", [](Trial& t) { return t.office->seat_map(t.house.concert, t.house.holding.user); }, size_of);
    add(
        "seat", [](Trial& t) { return t.office->seat(t.house.concert, "8"); },
        [](const SeatNow& seat) { return number(static_cast<std::int64_t>(seat.state)); });
    add(
        "reservation",
        [](Trial& t) { return t.office->reservation(t.house.holding.user, t.house.holding.reservation); },
        [](const ReservationNow& row) { return number(static_cast<std::int64_t>(row.state)); });
    add(
        "order", [](Trial& t) { return t.office->order(t.house.ordering.user, t.house.ordering.reservation); },
        [](const OrderNow& order) { return size_of(order.reservations); });
    add(
        "reservations", [](Trial& t) { return t.office->reservations(t.house.ordering.user, 10); }, size_of);
    add(
        "balance", [](Trial& t) { return t.office->balance(t.house.paid.user); },
        [](Points points) { return number(points.value); });
    add(
        "transfers", [](Trial& t) { return t.office->transfers(t.house.paid.user, 10); }, size_of);
    add(
        "payment", [](Trial& t) { return t.office->payment(t.house.paid.user, t.house.paid.payment); },
        [](const PaymentNow& payment) { return number(static_cast<std::int64_t>(payment.state)); });
    add(
        "unreconciled_payments", [](Trial& t) { return t.office->unreconciled_payments(10); }, size_of);
    add(
        "reconcile_payments", [](Trial& t) { return t.office->reconcile_payments(10); },
        [](const Reconciled& done) { return number(done.open); });
    add(
        "events_after", [](Trial& t) { return t.office->events_after(0, 1'000); }, size_of);
    add(
        "stats", [](Trial& t) { return t.office->stats(); }, [](const Stats&) { return std::string{"-"}; });
    add(
        "seat_counts", [](Trial& t) { return t.office->seat_counts(t.house.concert); },
        [](const SeatCounts& counts) { return number(counts.sold); });
    add(
        "sales_report", [](Trial& t) { return t.office->sales_report(t.house.concert); },
        [](const SalesReport& report) { return number(report.balance.value); });
    add(
        "cash_report", [](Trial& t) { return t.office->cash_report(Time{}, never); },
        [](const CashFlow&) { return std::string{"-"}; });
    add(
        "audit", [](Trial& t) { return t.office->audit(); }, size_of);
    add(
        "backup", [](Trial& t) { return t.office->backup(t.target, true); }, nothing);
    add(
        "check_health", [](Trial& t) { return t.office->check_health(); }, nothing);
    add(
        "now", [](Trial& t) { return t.office->now(); }, [](Time) { return std::string{"-"}; });
}

}  // namespace

std::vector<Call> all_calls() {
    std::vector<Call> calls;
    calls.push_back(
        {Kind::open, "open", [](Trial& trial) {
             const auto error = std::make_shared<std::optional<Error>>();
             return Asked{[error, &trial] { *error = trial.open(); }, [error]() -> Answered { return {*error, {}}; }};
         }});
    for (const auto& [on, name] :
         {std::pair{Call::On::crashed, "open after a crash"}, std::pair{Call::On::nothing, "open anew"}}) {
        auto call = calls.front();
        call.on = on;
        call.name = name;
        calls.push_back(std::move(call));
    }
    calls.push_back({Kind::close, "close", [](Trial& trial) {
                         return Asked{[&trial] { trial.close(); }, []() -> Answered { return {}; }};
                     }});
    add_commands(calls);
    add_queries(calls);
    return calls;
}

}  // namespace boxoffice::reliability
