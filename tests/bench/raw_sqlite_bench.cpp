/// Holds and pays in SQLite by hand: the engine's own tables and indexes, prepared statements, a transaction a thousand.
/// What the tables themselves cost, and so what rows written one by one can reach at most.
///
///     raw_sqlite_bench --folder /var/tmp --batches 10

#include <sqlite3.h>

#include <filesystem>

#include "measure.hpp"
#include "sqlite/schema.sql.hpp"

namespace {

using namespace bench;

constexpr std::int64_t batch_size = 1'000;
constexpr std::int64_t price = 100;
// Ids in ranges of their own, as the engine's never meet either.
constexpr std::int64_t concert = 1;
constexpr std::int64_t first_user = 1'000'000'000;
constexpr std::int64_t first_seat = 2'000'000'000;
constexpr std::int64_t first_reservation = 3'000'000'000;
constexpr std::int64_t first_payment = 4'000'000'000;
constexpr std::int64_t first_transfer = 5'000'000'000;

class Database {
  public:
    explicit Database(const std::string& path) {
        require(sqlite3_open(path.c_str(), &handle_) == SQLITE_OK, "cannot open " + path);
    }
    ~Database() { sqlite3_close_v2(handle_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    void run(const char* sql) {
        require(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(handle_));
    }
    sqlite3* handle() { return handle_; }

  private:
    sqlite3* handle_ = nullptr;
};

class Statement {
  public:
    Statement(Database& database, const char* sql) : database_(database) {
        require(
            sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) == SQLITE_OK,
            sqlite3_errmsg(database.handle()));
    }
    ~Statement() { sqlite3_finalize(handle_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Must change one row.
    template <class... Values>
    void run(Values... values) {
        int index = 0;
        (sqlite3_bind_int64(handle_, ++index, values), ...);
        require(sqlite3_step(handle_) == SQLITE_DONE, sqlite3_errmsg(database_.handle()));
        sqlite3_reset(handle_);
        require(sqlite3_changes(database_.handle()) == 1, "not one row was changed");
    }
    std::int64_t number() {
        require(sqlite3_step(handle_) == SQLITE_ROW, sqlite3_errmsg(database_.handle()));
        return sqlite3_column_int64(handle_, 0);
    }

  private:
    Database& database_;
    sqlite3_stmt* handle_ = nullptr;
};

void fill(Database& database, std::int64_t count) {
    std::string made{"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < "};
    made.append(std::to_string(count)).append(") ");
    database.run("BEGIN IMMEDIATE");
    database.run(boxoffice::sqlite::schema_v1);
    database.run("INSERT INTO points VALUES (1, 'sales', 0, 0, 0)");
    database.run(
        (made + "INSERT INTO users SELECT " + std::to_string(first_user) + " + i, 'user-' || i, 0 FROM n").c_str());
    database.run((made + "INSERT INTO points SELECT " + std::to_string(first_user) + " + i, 'user', " +
                  std::to_string(price) + ", 0, 0 FROM n")
                     .c_str());
    database.run((made + "INSERT INTO seats SELECT " + std::to_string(first_seat) +
                  " + i, 1, 'A-' || i, 'A-' || i, printf('A-%09d', i), '', '', " + std::to_string(price) +
                  ", 0, 0, '', 'available', NULL, NULL, 1 FROM n")
                     .c_str());
    database.run("COMMIT");
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

template <class Step>
double timed_batches(Database& database, std::int64_t count, const Step& step) {
    const auto begin = Clock::now();
    for (std::int64_t at = 0; at < count; at += batch_size) {
        database.run("BEGIN IMMEDIATE");
        for (auto i = at; i < at + batch_size; ++i) step(i);
        database.run("COMMIT");
    }
    return seconds_since(begin);
}

double measure_holds(Database& database, std::int64_t count) {
    Statement seat(database,
                   "UPDATE seats SET state = 'held', claim_id = ?2, held_until = ?3, version = version + 1 "
                   "WHERE id = ?1 AND state = 'available'");
    Statement reservation(database,
                          "INSERT INTO reservations VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'held', ?7, ?8, NULL, NULL, ?1, 1, "
                          "NULL, 0, NULL)");
    Statement event(database,
                    "INSERT INTO events (at, kind, user_id, concert_id, seat_id, reservation_id, amount, deadline, "
                    "subject) VALUES (?1, 'seat_held', ?2, ?3, ?4, ?5, ?6, ?7, 0)");
    return timed_batches(database, count, [&](std::int64_t i) {
        const auto until = i + 300;
        seat.run(first_seat + i, first_reservation + i, until);
        reservation.run(first_reservation + i, first_user + i, first_seat + i, concert, std::int64_t{1}, price, i,
                        until);
        event.run(i, first_user + i, concert, first_seat + i, first_reservation + i, price, until);
    });
}

double measure_pays(Database& database, std::int64_t count) {
    Statement reservation(database,
                          "UPDATE reservations SET state = 'confirmed', finished_at = ?3, payment_id = ?2 "
                          "WHERE id = ?1 AND state = 'held' AND deadline > ?3");
    Statement seat(database,
                   "UPDATE seats SET state = 'sold', held_until = NULL, version = version + 1 "
                   "WHERE id = ?1 AND state = 'held' AND claim_id = ?2");
    Statement account(database, "UPDATE points SET balance = balance + ?2, updated_at = ?3 WHERE id = ?1");
    Statement payment(database, "INSERT INTO payments VALUES (?1, ?2, ?3, ?4, 'captured', ?5, NULL, ?5, '', ?5, 1)");
    Statement history(database, "INSERT INTO payment_histories VALUES (?1, 0, 'captured', ?2, '')");
    Statement transfer(database, "INSERT INTO point_usages VALUES (?1, ?2, ?3, ?4, 'payment', ?5, ?6, NULL, '')");
    Statement event(database,
                    "INSERT INTO events (at, kind, user_id, concert_id, seat_id, reservation_id, payment_id, amount, "
                    "subject) VALUES (?1, 'paid', ?2, ?3, ?4, ?5, ?6, ?7, 0)");
    return timed_batches(database, count, [&](std::int64_t i) {
        const auto user = first_user + i;
        reservation.run(first_reservation + i, first_payment + i, i);
        seat.run(first_seat + i, first_reservation + i);
        account.run(user, -price, i);
        account.run(concert, price, i);
        payment.run(first_payment + i, first_reservation + i, user, price, i);
        history.run(first_payment + i, i);
        transfer.run(first_transfer + i, user, concert, price, first_payment + i, i);
        event.run(i, user, concert, first_seat + i, first_reservation + i, first_payment + i, price);
    });
}

void print(const Flags& flags, const char* measurement, const char* unit, std::int64_t count, double seconds) {
    Line{measurement, "raw-sqlite"}
        .number("callers", std::int64_t{1})
        .number("seed", flags.count("seed"))
        .number("value", static_cast<double>(count) / seconds)
        .text("unit", unit)
        .number("count", count)
        .number("seconds", seconds)
        .print();
}

void run(const Flags& flags) {
    const auto path = flags.text("folder") + "/raw.db";
    const auto remove = [&] {
        for (const auto* beside : {"", "-wal", "-shm"}) std::filesystem::remove(path + beside);
    };
    remove();
    const auto count = flags.count("batches") * batch_size;
    {
        Database database{path};
        database.run("PRAGMA journal_mode = WAL");
        database.run("PRAGMA synchronous = FULL");
        require(Statement(database, "PRAGMA synchronous").number() == 2, "synchronous is not FULL");
        fill(database, count);
        const auto hold_seconds = measure_holds(database, count);
        const auto pay_seconds = measure_pays(database, count);
        require(Statement(database, "SELECT count(*) FROM seats WHERE state = 'sold'").number() == count,
                "not all sold");
        require(Statement(database, "SELECT sum(balance) FROM points").number() == count * price, "points were lost");
        print(flags, "batch-holds", "holds/s", count, hold_seconds);
        print(flags, "batch-pays", "pays/s", count, pay_seconds);
    }
    remove();
}

}  // namespace

int main(int argc, char** argv) {
    return report_failure("raw_sqlite_bench", [&] {
        run(Flags{argc, argv, {{"folder", "."}, {"batches", "10"}, {"seed", "1"}}});
    });
}
