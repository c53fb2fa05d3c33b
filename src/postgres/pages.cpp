#include "postgres/pages.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "postgres/errors.hpp"
#include "sql/statements.hpp"
#include "stores/prune_cut.hpp"

namespace boxoffice::postgres {
namespace {

using sql::select;

/// A report over a large table takes its time; a server that has gone is noticed all the same.
constexpr auto page_wait_max = std::chrono::seconds{60};

/// A page that goes on below `before`, or starts with the newest where that is none.
template <class IdType>
std::int64_t below(IdType before) {
    return before ? before.value : std::numeric_limits<std::int64_t>::max();
}

/// A held seat whose hold has run out counts as available.
const char* const count_by_state =
    "SELECT count(*) FILTER (WHERE state = 'available' OR (state = 'held' AND held_until <= $1::int8)), "
    "count(*) FILTER (WHERE state = 'held' AND (held_until IS NULL OR held_until > $1::int8)), "
    "count(*) FILTER (WHERE state = 'sold'), count(*) FILTER (WHERE state = 'blocked') FROM seats";

Pipeline::Then read_seat_counts(SeatCounts& counts) {
    return [&counts](const Results& rows) {
        rows.row() >> counts.available >> counts.held >> counts.sold >> counts.blocked;
    };
}

Pipeline::Then add_count(std::int64_t& count) {
    return [&count](const Results& rows) {
        std::int64_t more = 0;
        rows.row() >> more;
        count += more;
    };
}

/// Newest first over both sides of the ledger; no transfer is on both for one account.
std::string transfers_page() {
    const auto side = [](const char* column) {
        return "(" + select<Transfer>("FROM point_usages WHERE ")
                         .append(column)
                         .append(" = $1::int8 AND id < $2::int8 ORDER BY id DESC LIMIT $3::int8)");
    };
    return side("from_id") + " UNION ALL " + side("to_id") + " ORDER BY id DESC LIMIT $3::int8";
}

/// For Pages::walk.
std::string walk_over(const std::string& query) { return "DECLARE walk NO SCROLL CURSOR FOR " + query; }

}  // namespace

void Pages::run(const Pipeline& pipeline) {
    if (!pipeline.empty()) connection_.run(pipeline, Clock::now() + page_wait_max);
}

template <class Entity>
std::vector<Entity> Pages::fetch(const Statement& statement, Parameters parameters) {
    std::vector<Entity> rows;
    Pipeline pipeline;
    pipeline.fetch(rows, statement, std::move(parameters));
    run(pipeline);
    return rows;
}

template <class Visit>
void Pages::walk(const Statement& declare, const Parameters& parameters, Visit visit) {
    static const Statement fetch_some{"FETCH 2000 FROM walk"};
    static const Statement close{"CLOSE walk"};
    bool goes_on = true;
    const auto take = [&](const Results& rows) {
        for (int i = 0; i < rows.size() && goes_on; ++i) goes_on = visit(rows.row(i));
        goes_on = goes_on && rows.size() > 0;
    };
    Pipeline first;
    first.add(declare, parameters);
    first.add(fetch_some, {}, take);
    run(first);
    while (goes_on) {
        Pipeline more;
        more.add(fetch_some, {}, take);
        run(more);
    }
    Pipeline last;
    last.add(close);
    run(last);
}

std::optional<HouseRules> Pages::house_rules() {
    static const Statement statement{select<HouseRules>("FROM house_rules")};
    const auto rows = fetch<HouseRules>(statement);
    if (rows.empty()) return std::nullopt;
    return rows.front();
}

std::vector<Concert> Pages::concerts_from(Date first) {
    static const Statement statement{select<Concert>("FROM concerts WHERE date >= $1::text ORDER BY date, id")};
    return fetch<Concert>(statement, given(first));
}

std::vector<Seat> Pages::seats_of(ConcertId concert) {
    static const Statement statement{
        select<Seat>("FROM seats WHERE concert_id + 0 = $1::int8 ORDER BY number_key, number")};
    return fetch<Seat>(statement, given(concert));
}

SeatCounts Pages::seat_counts(ConcertId concert, Time now) {
    static const Statement statement{std::string{count_by_state} + " WHERE concert_id = $2::int8"};
    SeatCounts counts;
    Pipeline pipeline;
    pipeline.add(statement, given(to_us(now), concert), read_seat_counts(counts));
    run(pipeline);
    return counts;
}

std::vector<Reservation> Pages::reservations_of(UserId user, ReservationId before, std::int64_t limit) {
    static const Statement statement{select<Reservation>(
        "FROM reservations WHERE user_id = $1::int8 AND id < $2::int8 ORDER BY id DESC LIMIT $3::int8")};
    return fetch<Reservation>(statement, given(user, below(before), limit));
}

std::vector<Transfer> Pages::transfers_of(AccountId account, TransferId before, std::int64_t limit) {
    static const Statement statement{transfers_page()};
    return fetch<Transfer>(statement, given(account, below(before), limit));
}

std::vector<PaymentStep> Pages::steps_of(PaymentId payment) {
    static const Statement statement{
        select<PaymentStep>("FROM payment_histories WHERE payment_id = $1::int8 ORDER BY step")};
    return fetch<PaymentStep>(statement, given(payment));
}

std::vector<Payment> Pages::unreconciled_payments(Time now, PaymentId after, std::int64_t limit) {
    static const Statement statement{
        select<Payment>("FROM payments WHERE reconciled_at IS NULL AND id > $1::int8 "
                        "AND (state <> 'requested' OR deadline <= $2::int8) ORDER BY id LIMIT $3::int8")};
    return fetch<Payment>(statement, given(after, to_us(now), limit));
}

std::vector<Event> Pages::events_after(std::int64_t sequence, std::int64_t limit) {
    static const Statement statement{
        select<Event>("FROM events WHERE sequence > $1::int8 ORDER BY sequence LIMIT $2::int8")};
    return fetch<Event>(statement, given(sequence, limit));
}

std::vector<SalesRow> Pages::sales_of_concert(ConcertId concert) {
    static const Statement statement{
        "SELECT seats.category, coalesce(type_id, 0), count(*) FILTER (WHERE reservations.state = 'confirmed'), "
        "count(*) FILTER (WHERE reservations.state = 'cancelled'), sum(reservations.price)::int8, sum(refunded)::int8 "
        "FROM reservations JOIN seats ON seats.id = reservations.seat_id WHERE reservations.concert_id = $1::int8 "
        "AND reservations.state IN ('confirmed', 'cancelled') GROUP BY 1, 2 ORDER BY 1, 2"};
    std::vector<SalesRow> page;
    Pipeline pipeline;
    pipeline.add(statement, given(concert), [&](const Results& rows) {
        for (int i = 0; i < rows.size(); ++i) {
            auto& row = page.emplace_back();
            rows.row(i) >> row.category >> row.type >> row.sold >> row.cancelled >> row.gross >> row.refunds;
        }
    });
    run(pipeline);
    return page;
}

CashFlow Pages::cash_between(Time from, Time to) {
    static const Statement statement{
        "SELECT count(*), coalesce(sum(amount), 0)::int8 FROM point_usages WHERE id >= $1::int8 AND id < $2::int8 "
        "AND kind = 'recharge' AND at >= $3::int8 AND at < $4::int8"};
    // Ids are made with the time; a transfer's own is at most the length of a jump of the clock away.
    const auto slack = std::chrono::hours{48};
    const auto first = tsid::first_at(from - std::min<Duration>(slack, from.time_since_epoch()));
    CashFlow flow;
    Pipeline pipeline;
    pipeline.add(statement, given(first, tsid::first_at(later(to, slack)), to_us(from), to_us(to)),
                 [&](const Results& rows) { rows.row() >> flow.recharge_count >> flow.recharged; });
    run(pipeline);
    return flow;
}

Stats Pages::counts(Time now) {
    static const Statement rooms_all{select<Room>("FROM rooms")};
    static const Statement users{"SELECT count(*) FROM users"};
    static const Statement seats{count_by_state};
    static const Statement waiting{
        "SELECT count(*) FROM tokens WHERE room_id = $1::int8 AND state = 'waiting' AND id >= $2::int8"};
    static const Statement admitted{
        "SELECT count(*) FROM tokens WHERE room_id = $1::int8 AND state = 'admitted' "
        "AND (deadline IS NULL OR deadline > $2::int8)"};
    Stats counts;
    Pipeline pipeline;
    pipeline.add(users, {}, add_count(counts.users));
    pipeline.add(seats, given(to_us(now)), read_seat_counts(counts.seats));
    for (const auto& room : fetch<Room>(rooms_all)) {
        pipeline.add(waiting, given(room.id, first_still_waiting(room.limits, now)), add_count(counts.waiting));
        pipeline.add(admitted, given(room.id, to_us(now)), add_count(counts.admitted));
    }
    run(pipeline);
    return counts;
}

Prunable Pages::prunable(const PruneWish& wish, std::int64_t limit) {
    static const Statement places{walk_over("SELECT id FROM tokens WHERE id < $1::int8 AND state NOT IN (" +
                                            sql::names_in(unfinished_places) + ") ORDER BY id LIMIT $2::int8 + 1")};
    static const Statement records{
        walk_over("SELECT created_at FROM idempotency WHERE created_at <= $1::int8 ORDER BY created_at")};
    static const Statement events{
        walk_over("SELECT sequence, at, (kind IN (" + sql::names_in(lasting_events) +
                  "))::int::int8 FROM events WHERE sequence < (SELECT max(sequence) FROM events) "
                  "ORDER BY sequence")};
    PruneCut cut{wish, limit};
    walk(places, given(wish.tokens_below, limit), [&](Row row) {
        TokenId token;
        row >> token;
        return cut.take_place(token);
    });
    walk(records, given(to_us(wish.idempotency_until)), [&](Row row) {
        Time created_at{};
        row >> created_at;
        return cut.take_record(created_at);
    });
    walk(events, {}, [&](Row row) {
        std::int64_t sequence = 0;
        Time at{};
        bool is_lasting = false;
        row >> sequence >> at >> is_lasting;
        return cut.take_event(sequence, at, is_lasting);
    });
    return cut.found();
}

template <class Entity>
void Pages::scan_table(Visitor& visitor) {
    static const Statement all{walk_over(sql::select_all<Entity>())};
    walk(all, {}, [&](Row row) {
        Entity entity;
        sql::Reader io{row};
        sql::fields(io, entity);
        visitor.visit(entity);
        return true;
    });
}

void Pages::scan(Visitor& visitor) {
    ScannedKinds::for_each([&]<class Entity>(std::type_identity<Entity>) {
        located(sql::table_of<Entity>, [&] { scan_table<Entity>(visitor); });
    });
}

}  // namespace boxoffice::postgres
