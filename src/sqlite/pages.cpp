#include "sqlite/pages.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "boxoffice/utf8.hpp"
#include "sqlite/rows.hpp"
#include "stores/prune_cut.hpp"

namespace boxoffice::sqlite {
namespace {

/// A page that goes on below `before`, or starts with the newest where that is none.
template <class IdType>
std::int64_t below(IdType before) {
    return before ? before.value : std::numeric_limits<std::int64_t>::max();
}

/// SQLite's check names a page that could not be read among what is damaged. Of such a page nothing is known, so it is a fault.
void throw_if_unread(const std::string& line) {
    constexpr std::string_view told = "unable to get the page. error code=";
    if (const auto at = line.find(told); at != std::string::npos) {
        const int code = std::atoi(line.c_str() + at + told.size());
        if ((code & 0xFF) != SQLITE_CORRUPT) throw SQLite::Exception{line, code};
    } else if (line.find("failed to get page") != std::string::npos) {
        throw SQLite::Exception{line, SQLITE_IOERR};
    }
}

/// A held seat whose hold has run out counts as available.
const std::string count_by_state =
    "SELECT count(*) FILTER (WHERE state = 'available' OR (state = 'held' AND held_until <= ?1)), "
    "count(*) FILTER (WHERE state = 'held' AND (held_until IS NULL OR held_until > ?1)), "
    "count(*) FILTER (WHERE state = 'sold'), count(*) FILTER (WHERE state = 'blocked') FROM seats";

SeatCounts read_seat_counts(Cursor cursor) {
    SeatCounts counts;
    if (cursor.next()) cursor.row() >> counts.available >> counts.held >> counts.sold >> counts.blocked;
    return counts;
}

std::int64_t read_count(Cursor cursor) {
    std::int64_t count = 0;
    if (cursor.next()) cursor.row() >> count;
    return count;
}

/// Newest first over both sides of the ledger; no transfer is on both for one account.
std::string transfers_page() {
    const auto side = [](const char* column) {
        return "SELECT * FROM (" + select<Transfer>("FROM point_usages WHERE ")
                                       .append(column)
                                       .append(" = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3)");
    };
    return side("from_id") + " UNION ALL " + side("to_id") + " ORDER BY id DESC LIMIT ?3";
}

}  // namespace

Pages::Pages(SQLite::Database& database)
    : database_(database),
      last_event_(database, "SELECT sequence, at FROM events ORDER BY sequence DESC LIMIT 1"),
      house_rules_(database, select<HouseRules>("FROM house_rules")),
      integrity_check_(database, "PRAGMA integrity_check(50)"),
      concerts_from_(database, select<Concert>("FROM concerts WHERE date >= ? ORDER BY date, id")),
      seats_of_(database, select<Seat>("FROM seats WHERE concert_id = ? ORDER BY number_key, number")),
      seat_counts_(database, count_by_state + " WHERE concert_id = ?2"),
      seat_counts_all_(database, count_by_state),
      reservations_of_(database,
                       select<Reservation>("FROM reservations WHERE user_id = ? AND id < ? ORDER BY id DESC LIMIT ?")),
      transfers_of_(database, transfers_page()),
      steps_of_(database, select<PaymentStep>("FROM payment_histories WHERE payment_id = ? ORDER BY step")),
      unreconciled_payments_(
          database, select<Payment>("FROM payments INDEXED BY payments_unreconciled WHERE reconciled_at IS NULL "
                                    "AND id > ? AND (state <> 'requested' OR deadline <= ?) ORDER BY id LIMIT ?")),
      events_after_(database, select<Event>("FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?")),
      sales_rows_(
          database,
          "SELECT seats.category, coalesce(type_id, 0), count(*) FILTER (WHERE reservations.state = 'confirmed'), "
          "count(*) FILTER (WHERE reservations.state = 'cancelled'), sum(reservations.price), sum(refunded) "
          "FROM reservations JOIN seats ON seats.id = reservations.seat_id WHERE reservations.concert_id = ? "
          "AND reservations.state IN ('confirmed', 'cancelled') GROUP BY 1, 2 ORDER BY 1, 2"),
      cash_(database,
            "SELECT count(*), coalesce(sum(amount), 0) FROM point_usages WHERE id >= ? AND id < ? "
            "AND kind = 'recharge' AND at >= ? AND at < ?"),
      user_count_(database, "SELECT count(*) FROM users"),
      rooms_(database, select<Room>("FROM rooms")),
      waiting_count_(database,
                     "SELECT count(*) FROM tokens INDEXED BY tokens_line_by_age "
                     "WHERE room_id = ? AND state = 'waiting' AND id >= ?"),
      admitted_count_(database,
                      "SELECT count(*) FROM tokens INDEXED BY tokens_lapsing "
                      "WHERE room_id = ? AND state = 'admitted' AND (deadline IS NULL OR deadline > ?)"),
      finished_places_(database, "SELECT id FROM tokens WHERE id < ? AND state NOT IN (" +
                                     sql::names_in(unfinished_places) +
                                     ") "
                                     "ORDER BY id LIMIT ?"),
      old_records_(database,
                   "SELECT created_at FROM idempotency INDEXED BY idempotency_by_age "
                   "WHERE created_at <= ? ORDER BY created_at"),
      first_events_(database, "SELECT sequence, at, kind IN (" + sql::names_in(lasting_events) +
                                  ") FROM events "
                                  "WHERE sequence < (SELECT max(sequence) FROM events) ORDER BY sequence") {}

LastEvent Pages::last_event() {
    LastEvent last;
    auto cursor = last_event_.run();
    if (cursor.next()) cursor.row() >> sql::bounded(last.sequence) >> last.at;
    return last;
}

std::optional<HouseRules> Pages::house_rules() {
    std::vector<HouseRules> rows;
    house_rules_.fetch(rows);
    if (rows.empty()) return std::nullopt;
    return rows.front();
}

std::vector<std::string> Pages::find_damage() {
    std::vector<std::string> lines;
    auto cursor = integrity_check_.run();
    while (cursor.next()) {
        std::string text;
        cursor.row() >> text;
        // What it says of pages is one text of several lines.
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            if (end > at) lines.push_back(plain(text.substr(at, end - at)));
            at = end + 1;
        }
    }
    for (const auto& line : lines) throw_if_unread(line);
    if (lines.size() == 1 && lines.front() == "ok") lines.clear();
    return lines;
}

std::vector<Concert> Pages::concerts_from(Date first) {
    std::vector<Concert> page;
    concerts_from_.fetch(page, first);
    return page;
}

std::vector<Seat> Pages::seats_of(ConcertId concert) {
    std::vector<Seat> page;
    seats_of_.fetch(page, concert);
    return page;
}

SeatCounts Pages::seat_counts(ConcertId concert, Time now) {
    return read_seat_counts(seat_counts_.run(to_us(now), concert));
}

std::vector<Reservation> Pages::reservations_of(UserId user, ReservationId before, std::int64_t limit) {
    std::vector<Reservation> page;
    reservations_of_.fetch(page, user, below(before), limit);
    return page;
}

std::vector<Transfer> Pages::transfers_of(AccountId account, TransferId before, std::int64_t limit) {
    std::vector<Transfer> page;
    transfers_of_.fetch(page, account, below(before), limit);
    return page;
}

std::vector<PaymentStep> Pages::steps_of(PaymentId payment) {
    std::vector<PaymentStep> page;
    steps_of_.fetch(page, payment);
    return page;
}

std::vector<Payment> Pages::unreconciled_payments(Time now, PaymentId after, std::int64_t limit) {
    std::vector<Payment> page;
    unreconciled_payments_.fetch(page, after, to_us(now), limit);
    return page;
}

std::vector<Event> Pages::events_after(std::int64_t sequence, std::int64_t limit) {
    std::vector<Event> page;
    events_after_.fetch(page, sequence, limit);
    return page;
}

std::vector<SalesRow> Pages::sales_of_concert(ConcertId concert) {
    std::vector<SalesRow> page;
    auto cursor = sales_rows_.run(concert);
    while (cursor.next()) {
        auto& row = page.emplace_back();
        cursor.row() >> row.category >> row.type >> row.sold >> row.cancelled >> row.gross >> row.refunds;
    }
    return page;
}

CashFlow Pages::cash_between(Time from, Time to) {
    CashFlow flow;
    // Ids are made with the time; a transfer's own is at most the length of a jump of the clock away.
    const auto slack = std::chrono::hours{48};
    auto cursor = cash_.run(tsid::first_at(from - std::min<Duration>(slack, from.time_since_epoch())),
                            tsid::first_at(later(to, slack)), to_us(from), to_us(to));
    if (cursor.next()) cursor.row() >> flow.recharge_count >> flow.recharged;
    return flow;
}

Stats Pages::counts(Time now) {
    Stats counts;
    counts.users = read_count(user_count_.run());
    std::vector<Room> rooms;
    rooms_.fetch(rooms);
    for (const auto& room : rooms) {
        counts.waiting += read_count(waiting_count_.run(room.id, first_still_waiting(room.limits, now)));
        counts.admitted += read_count(admitted_count_.run(room.id, to_us(now)));
    }
    counts.seats = read_seat_counts(seat_counts_all_.run(to_us(now)));
    return counts;
}

Prunable Pages::prunable(const PruneWish& wish, std::int64_t limit) {
    PruneCut cut{wish, limit};
    {
        TokenId token;
        auto cursor = finished_places_.run(wish.tokens_below, limit + 1);
        while (cursor.next()) {
            cursor.row() >> token;
            if (!cut.take_place(token)) break;
        }
    }
    {
        Time created_at{};
        auto cursor = old_records_.run(to_us(wish.idempotency_until));
        while (cursor.next()) {
            cursor.row() >> created_at;
            if (!cut.take_record(created_at)) break;
        }
    }
    std::int64_t sequence = 0;
    Time at{};
    std::int64_t is_lasting = 0;
    auto cursor = first_events_.run();
    while (cursor.next()) {
        cursor.row() >> sequence >> at >> is_lasting;
        if (!cut.take_event(sequence, at, is_lasting != 0)) break;
    }
    return cut.found();
}

template <class Entity>
void Pages::scan_table(Visitor& visitor) {
    Query query{database_, sql::select_all<Entity>()};
    auto cursor = query.run();
    while (cursor.next()) {
        Entity entity;
        auto row = cursor.row();
        read(row, entity);
        visitor.visit(entity);
    }
}

void Pages::scan(Visitor& visitor) {
    ScannedKinds::for_each([&]<class Entity>(std::type_identity<Entity>) {
        located(sql::table_of<Entity>, [&] { scan_table<Entity>(visitor); });
    });
}

}  // namespace boxoffice::sqlite
