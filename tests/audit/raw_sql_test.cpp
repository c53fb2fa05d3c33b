/// The audit is proved able to fail on a real file: each thing it checks is corrupted by hand, with the schema's back-stops
/// taken away first, and must be named.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

#include "boxoffice/boxoffice.hpp"
#include "support/catch.hpp"
#include "support/or_throw.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

std::unique_ptr<BoxOffice> open_office(const std::string& path) {
    SqliteOptions sqlite;
    sqlite.path = path;
    Options options;
    options.main_room.active_capacity = 1;
    return or_throw(BoxOffice::open(or_throw(open_sqlite_store(sqlite)), options));
}

/// A small sale: one user has paid, one holds a seat, one waits.
void make_sale(const std::string& path) {
    const auto office = open_office(path);
    const auto concert = or_throw(office->execute(CreateConcert{*parse_date("2030-01-01"),
                                                                "audit",
                                                                office->main_room(),
                                                                {{"1", "", "", Points{100}},
                                                                 {"2", "", "", Points{100}},
                                                                 {"3", "", "", Points{100}},
                                                                 {"4", "", "", Points{100}}}}));
    std::vector<UserId> users;
    std::vector<TokenId> tokens;
    for (const auto* name : {"paid", "holds", "waits"}) {
        users.push_back(or_throw(office->execute(CreateUser{name})).id);
        tokens.push_back(or_throw(office->execute(Join{users.back(), office->main_room()})).claims.token);
        or_throw(office->execute(Recharge{users.back(), Points{500}, {}}));
    }
    const auto seats = or_throw(office->available_seats(concert.id));
    const auto hold = or_throw(office->execute(HoldSeat{users[0], tokens[0], seats[0].id, {}}));
    or_throw(office->execute(Pay{users[0], tokens[0], hold.reservation, {}}));
    or_throw(office->execute(HoldSeat{users[1], tokens[1], seats[1].id, {}}));
}

struct Corruption {
    const char* rule;
    const char* what;
    const char* sql;
};

// clang-format off
const Corruption corruptions[] = {
    {"S1", "a second live claim on a seat",
     "INSERT INTO reservations SELECT id + 1, user_id, seat_id, concert_id, token_id, price, 'held', held_at, deadline, NULL, NULL, "
     "id + 1, 1, NULL, 0, NULL FROM reservations WHERE state = 'confirmed'"},
    {"S2", "a sold seat put back on sale", "UPDATE seats SET state = 'available', claim_id = NULL WHERE state = 'sold'"},
    {"S2", "an available seat marked sold", "UPDATE seats SET state = 'sold', claim_id = 99 WHERE number = '4'"},
    {"S2", "a seat held longer than its reservation", "UPDATE seats SET held_until = held_until + 1 WHERE state = 'held'"},
    {"S6", "a seat of no concert", "UPDATE seats SET concert_id = 99 WHERE state = 'available'"},
    {"S6", "a concert taken away", "DELETE FROM concerts"},
    {"S6", "terms of no concert", "UPDATE sales SET concert_id = 99"},
    {"H1", "a sale after its hold's deadline", "UPDATE reservations SET finished_at = deadline WHERE state = 'confirmed'"},
    {"H1", "a sale before its hold", "UPDATE reservations SET finished_at = held_at - 1 WHERE state = 'confirmed'"},
    {"H1", "a reservation of nobody", "UPDATE reservations SET user_id = 99 WHERE state = 'held'"},
    {"H3", "a live hold whose place has left", "UPDATE tokens SET state = 'left', finished_at = admitted_at WHERE state = 'admitted'"},
    {"H3", "a live hold that outlives its place", "UPDATE tokens SET deadline = deadline - 1 WHERE state = 'admitted'"},
    {"H3", "a live hold of another user's place",
     "UPDATE tokens SET user_id = (SELECT id FROM users WHERE external_id = 'paid') WHERE state = 'admitted'"},
    {"Q1", "a position given twice", "UPDATE tokens SET position = 2 WHERE state = 'waiting'"},
    {"Q1", "a position never given", "UPDATE tokens SET position = 9 WHERE state = 'waiting'"},
    {"Q2", "an admission out of order", "UPDATE tokens SET admitted_at = admitted_at - 3600000000 WHERE position = 2"},
    {"Q2", "an admission beyond serving", "UPDATE rooms SET serving = 1"},
    {"Q3", "an admission above the capacity",
     "UPDATE tokens SET state = 'admitted', admitted_at = (SELECT max(admitted_at) FROM tokens), deadline = 4000000000000000 "
     "WHERE state = 'waiting'"},
    {"Q4", "two live places of one user",
     "UPDATE tokens SET user_id = (SELECT user_id FROM tokens WHERE state = 'admitted') WHERE state = 'waiting'"},
    {"Q5", "a wrong count of those waiting", "UPDATE rooms SET waiting_count = 7"},
    {"Q5", "a wrong count of those admitted", "UPDATE rooms SET admitted_count = 0"},
    {"L1", "points from nowhere", "UPDATE points SET balance = balance + 1 WHERE kind = 'user'"},
    {"L2", "a balance that is not its transfers' sum",
     "UPDATE points SET balance = balance + CASE id WHEN (SELECT min(id) FROM points WHERE kind = 'user') THEN 5 ELSE -5 END "
     "WHERE id IN (SELECT id FROM points WHERE kind = 'user' ORDER BY id LIMIT 2)"},
    {"L2", "a transfer taken away", "DELETE FROM point_usages WHERE kind = 'payment'"},
    {"L2", "a user without an account", "DELETE FROM points WHERE id = (SELECT id FROM users WHERE external_id = 'waits')"},
    {"L3", "a user's balance below zero", "UPDATE points SET balance = -1 WHERE id = (SELECT id FROM users WHERE external_id = 'waits')"},
    {"L4", "a transfer of nothing", "UPDATE point_usages SET amount = 0 WHERE kind = 'payment'"},
    {"L4", "a transfer to itself", "UPDATE point_usages SET to_id = from_id WHERE kind = 'payment'"},
    {"P1", "a captured payment without its debit", "DELETE FROM point_usages WHERE kind = 'payment'"},
    {"P1", "a debit of another amount", "UPDATE point_usages SET amount = 99 WHERE kind = 'payment'"},
    {"P1", "a captured payment of an unsold seat", "UPDATE seats SET state = 'blocked', claim_id = NULL WHERE state = 'sold'"},
    {"P1", "a confirmed reservation without a payment", "UPDATE reservations SET payment_id = NULL WHERE state = 'confirmed'"},
    {"P1", "a debit of a payment that is not there", "DELETE FROM payments"},
    {"P1", "a cancelled reservation without a payment", "UPDATE reservations SET state = 'cancelled', payment_id = NULL WHERE state = 'confirmed'"},
    {"O1", "an order of another user", "UPDATE reservations SET order_id = (SELECT min(id) FROM reservations) WHERE state = 'held'"},
    {"O1", "an order that is not there", "UPDATE reservations SET order_id = 99 WHERE state = 'held'"},
    {"O3", "a payment of more than its seats", "UPDATE payments SET amount = amount + 1"},
    {"O4", "more than a user may have", "UPDATE sales SET seats_per_user = 1, seats_per_order = 2; "
     "UPDATE reservations SET user_id = (SELECT user_id FROM reservations WHERE state = 'confirmed') WHERE state = 'held'"},
    {"V1", "a price that is not the tariff's", "UPDATE reservations SET price = price - 1 WHERE state = 'held'"},
    {"V3", "a hold before the sale opened", "UPDATE sales SET opens_at = 3000000000000000, closes_at = NULL"},
    {"V3", "a hold under terms that came later", "UPDATE sales SET made_at = made_at + 3600000000"},
    {"V3", "a hold under terms that do not exist", "UPDATE reservations SET sale_version = 7 WHERE state = 'held'"},
    {"R1", "a row that says more came back", "UPDATE reservations SET refunded = 1 WHERE state = 'confirmed'"},
    {"R2", "sales that are not the payments", "UPDATE points SET balance = balance + 1 WHERE kind = 'sales'"},
    {"R3", "a seat of a cancelled reservation", "UPDATE reservations SET state = 'cancelled' WHERE state = 'confirmed'"},
    {"R4", "a hold after the calling off", "UPDATE concerts SET called_off_at = 1, is_settled = 0"},
    {"R4", "a sale that was not given back", "UPDATE concerts SET called_off_at = 4000000000000000, is_settled = 1"},
    {"P2", "a history that ends otherwise", "DELETE FROM payment_histories WHERE state = 'captured'"},
    {"E1", "a gap in the events", "DELETE FROM events WHERE sequence = (SELECT max(sequence) - 1 FROM events)"},
    {"T1", "an event before the one before it", "UPDATE events SET at = at - 1000000 WHERE sequence = (SELECT max(sequence) FROM events)"},
};
// clang-format on

/// Takes away what would stop the corruption, then does it.
void corrupt(const std::string& path, const char* sql) {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA ignore_check_constraints = ON");
    std::vector<std::string> drops;
    SQLite::Statement names(
        database, "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'index', 'view') AND sql NOT NULL");
    while (names.executeStep())
        drops.push_back("DROP " + names.getColumn(0).getString() + " " + names.getColumn(1).getString());
    names.reset();
    for (const auto& drop : drops) database.exec(drop);
    // The UNIQUE of a table cannot be dropped: make the table anew without it.
    database.exec(
        "CREATE TABLE tokens_bare AS SELECT * FROM tokens; DROP TABLE tokens; "
        "ALTER TABLE tokens_bare RENAME TO tokens");
    REQUIRE(database.exec(sql) > 0);
}

std::vector<std::string> rules_named(const std::string& path) {
    std::vector<std::string> rules;
    for (const auto& violation : or_throw(open_office(path)->audit())) rules.push_back(violation.rule);
    return rules;
}

}  // namespace

TEST_CASE("the audit of an untouched file is clean", "[audit]") {
    const TempDir dir;
    make_sale(dir.file("clean.db"));
    CHECK(rules_named(dir.file("clean.db")).empty());
}

TEST_CASE("the audit names what was corrupted by hand", "[audit]") {
    const TempDir dir;
    make_sale(dir.file("sale.db"));
    for (const auto& one : corruptions) {
        INFO(one.rule << ": " << one.what);
        const auto path = dir.file("bent.db");
        std::filesystem::copy_file(dir.file("sale.db"), path, std::filesystem::copy_options::overwrite_existing);
        corrupt(path, one.sql);
        const auto rules = rules_named(path);
        CHECK(std::find(rules.begin(), rules.end(), one.rule) != rules.end());
    }
}
