/// What a host can ask. Each query reads one consistent state at one time.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/asking.hpp"
#include "engine/audit.hpp"
#include "engine/engine.hpp"

namespace boxoffice {
namespace {

Result<ReservationNow> describe(View& view, const Reservation& row, Time now) {
    BOXOFFICE_TRY_VALUE(const auto seat, one(view.seats(), SeatKeys{{row.seat}, {}}, ErrorCode::internal));
    BOXOFFICE_TRY_VALUE(const auto concert, one(view.concerts(), ConcertKeys{{row.concert}}, ErrorCode::internal));
    const auto state = state_at(row, concert.called_off_at, now);
    std::optional<Points> refund;
    if (row.state == ReservationState::confirmed && is_called_off(concert)) {
        refund = refundable(row);
    } else if (state == ReservationState::confirmed) {
        // The terms under which it was held, whatever they are by now.
        BOXOFFICE_TRY_VALUE(const auto sale,
                            one(view.sales(), SaleKeys{{{row.concert, row.sale}}, {}}, ErrorCode::internal));
        if (const auto amount = refund_at(sale.terms, row.price, now)) refund = std::min(*amount, refundable(row));
    }
    const auto& facts = seat.facts;
    return ReservationNow{row,           state,     facts.number,   concert.date, facts.label,
                          facts.section, facts.row, facts.category, refund};
}

Result<Account> find_account(View& view, UserId user) {
    BOXOFFICE_TRY_VALUE(const auto account,
                        one(view.accounts(), AccountKeys{{account_of(user)}}, ErrorCode::unknown_user));
    if (account.kind != AccountKind::user) return refuse(ErrorCode::unknown_user);
    return account;
}

}  // namespace

Result<User> BoxOffice::user(const std::string& external_id) {
    return engine_->ask([&](View& view, Time) -> Result<User> {
        return one(view.users(), UserKeys{{}, {external_id}}, ErrorCode::unknown_user);
    });
}

Result<User> BoxOffice::user(UserId id) {
    return engine_->ask([&](View& view, Time) -> Result<User> {
        return one(view.users(), UserKeys{{id}, {}}, ErrorCode::unknown_user);
    });
}

Result<Room> BoxOffice::room(const std::string& name) {
    return engine_->ask([&](View& view, Time) -> Result<Room> {
        RoomKeys keys;
        keys.names = {name};
        return one(view.rooms(), keys, ErrorCode::unknown_room);
    });
}

Result<Concert> BoxOffice::concert(Date date) {
    return engine_->ask([&](View& view, Time) -> Result<Concert> {
        BOXOFFICE_TRY_VALUE(auto found, view.concerts_from(date));
        std::erase_if(found, [&](const Concert& c) { return c.date != date || c.is_hidden; });
        if (found.empty()) return refuse(ErrorCode::unknown_concert);
        if (found.size() > 1) return refuse(ErrorCode::ambiguous_concert);
        return found.front();
    });
}

Result<Concert> BoxOffice::concert(ConcertId id) {
    return engine_->ask([&](View& view, Time) -> Result<Concert> {
        return one(view.concerts(), ConcertKeys{{id}}, ErrorCode::unknown_concert);
    });
}

Result<std::vector<Concert>> BoxOffice::all_concerts(Date from) {
    return engine_->ask([&](View& view, Time) { return view.concerts_from(from); });
}

Result<std::vector<Concert>> BoxOffice::concerts(Date from) {
    BOXOFFICE_TRY_VALUE(auto found, all_concerts(from));
    std::erase_if(found, [](const Concert& c) { return c.is_hidden; });
    return found;
}

Result<std::vector<Date>> BoxOffice::dates(Date from) {
    return engine_->ask([&](View& view, Time now) -> Result<std::vector<Date>> {
        BOXOFFICE_TRY_VALUE(const auto all, view.concerts_from(from));
        std::vector<Date> out;
        for (const auto& concert : all) {
            if (concert.is_hidden || is_called_off(concert)) continue;
            if (!out.empty() && out.back() == concert.date) continue;
            BOXOFFICE_TRY_VALUE(const auto counts, view.seat_counts(concert.id, now));
            if (counts.available > 0) out.push_back(concert.date);
        }
        return out;
    });
}

Result<ReservationNow> BoxOffice::reservation(UserId user, ReservationId id) {
    return engine_->ask([&](View& view, Time now) -> Result<ReservationNow> {
        BOXOFFICE_TRY_VALUE(auto found,
                            one(view.reservations(), ReservationKeys{{id}, {}, {}}, ErrorCode::unknown_reservation));
        if (found.user != user) return refuse(ErrorCode::unknown_reservation);
        return describe(view, found, now);
    });
}

Result<OrderNow> BoxOffice::order(UserId user, OrderId id) {
    return engine_->ask([&](View& view, Time now) -> Result<OrderNow> {
        ReservationKeys keys;
        keys.of_order = {id};
        std::vector<Reservation> rows;
        BOXOFFICE_TRY(view.reservations().load(keys, rows));
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        if (rows.empty() || rows.front().user != user || rows.front().order != id)
            return refuse(ErrorCode::unknown_reservation);
        OrderNow out;
        out.order = id;
        for (const auto& row : rows) {
            BOXOFFICE_TRY_VALUE(auto described, describe(view, row, now));
            if (is_claim(described.state)) out.total.value += row.price.value;
            if (described.state == ReservationState::held) out.deadline = row.deadline;
            out.reservations.push_back(std::move(described));
        }
        return out;
    });
}

Result<std::vector<ReservationNow>> BoxOffice::reservations(UserId user, std::int64_t limit, ReservationId before) {
    BOXOFFICE_TRY(check_limit(limit));
    return engine_->ask([&](View& view, Time now) -> Result<std::vector<ReservationNow>> {
        BOXOFFICE_TRY_VALUE(const auto rows, view.reservations_of(user, before, limit));
        std::vector<ReservationNow> out;
        for (const auto& row : rows) {
            BOXOFFICE_TRY_VALUE(auto described, describe(view, row, now));
            out.push_back(std::move(described));
        }
        return out;
    });
}

Result<Points> BoxOffice::balance(UserId user) {
    return engine_->ask([&](View& view, Time) -> Result<Points> {
        BOXOFFICE_TRY_VALUE(const auto account, find_account(view, user));
        return account.balance;
    });
}

Result<std::vector<Transfer>> BoxOffice::transfers(UserId user, std::int64_t limit, TransferId before) {
    BOXOFFICE_TRY(check_limit(limit));
    return engine_->ask([&](View& view, Time) -> Result<std::vector<Transfer>> {
        BOXOFFICE_TRY_VALUE(const auto account, find_account(view, user));
        return view.transfers_of(account.id, before, limit);
    });
}

Result<PaymentNow> BoxOffice::payment(UserId user, PaymentId id) {
    return engine_->ask([&](View& view, Time now) -> Result<PaymentNow> {
        BOXOFFICE_TRY_VALUE(auto found, one(view.payments(), PaymentKeys{{id}, {}}, ErrorCode::unknown_payment));
        if (found.user != user) return refuse(ErrorCode::unknown_payment);
        BOXOFFICE_TRY_VALUE(auto steps, view.steps_of(id));
        const auto state = state_at(found, now);
        return PaymentNow{std::move(found), state, std::move(steps)};
    });
}

Result<std::vector<PaymentNow>> BoxOffice::unreconciled_payments(std::int64_t limit, PaymentId after) {
    BOXOFFICE_TRY(check_limit(limit));
    return engine_->ask([&](View& view, Time now) -> Result<std::vector<PaymentNow>> {
        BOXOFFICE_TRY_VALUE(auto rows, view.unreconciled_payments(now, after, limit));
        std::vector<PaymentNow> out;
        for (auto& row : rows) {
            BOXOFFICE_TRY_VALUE(auto steps, view.steps_of(row.id));
            out.push_back({std::move(row), PaymentState::failed, std::move(steps)});
        }
        return out;
    });
}

Result<std::vector<Event>> BoxOffice::events_after(std::int64_t sequence, std::int64_t limit) {
    BOXOFFICE_TRY(check_limit(limit, 100'000));
    return engine_->ask([&](View& view, Time) { return view.events_after(sequence, limit); });
}

Result<Stats> BoxOffice::stats() {
    return engine_->ask([&](View& view, Time now) { return view.counts(now); });
}

Result<SeatCounts> BoxOffice::seat_counts(ConcertId concert) {
    return engine_->ask([&](View& view, Time now) -> Result<SeatCounts> {
        BOXOFFICE_TRY(one(view.concerts(), ConcertKeys{{concert}}, ErrorCode::unknown_concert));
        return view.seat_counts(concert, now);
    });
}

Result<std::vector<Violation>> BoxOffice::audit() {
    return engine_->ask([&](View& view, Time now) -> Result<std::vector<Violation>> {
        Audit audit(now);
        BOXOFFICE_TRY(view.scan(audit));
        auto violations = audit.report_all();
        BOXOFFICE_TRY_VALUE(const auto damage, view.find_damage());
        for (const auto& words : damage) violations.push_back({"D3", words});
        return violations;
    });
}

Result<void> BoxOffice::backup(const std::string& path, bool with_keys) {
    return guarded([&]() -> Result<void> {
        BOXOFFICE_TRY(engine_->check_process());
        return engine_->store->backup(path, with_keys);
    });
}

Result<void> BoxOffice::check_health() {
    return guarded([&]() -> Result<void> {
        BOXOFFICE_TRY(engine_->check_process());
        BOXOFFICE_TRY(engine_->timekeeper.now());
        return engine_->store->check_health();
    });
}

Result<Time> BoxOffice::now() {
    return guarded([&]() -> Result<Time> {
        BOXOFFICE_TRY(engine_->check_process());
        return engine_->timekeeper.now();
    });
}

const Options& BoxOffice::options() const { return engine_->options; }

RoomId BoxOffice::main_room() const { return engine_->main_room; }

}  // namespace boxoffice
