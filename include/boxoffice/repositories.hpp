#pragma once
/// What the engine asks of a store. One small interface an aggregate (load by keys), a few pages for queries, and
/// transactions over all of them. `Changes` is the whole of a commit: a store can put it in tables, in a journal, or on
/// another host, and nothing above may depend on when rows reach the tables.
///
/// Load, decide, write: keys of a whole batch are loaded together (at most two loads a repository a batch), decisions
/// run in memory on a WorkingSet, one `commit` follows.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/domain/house_rules.hpp"
#include "boxoffice/domain/idempotency.hpp"
#include "boxoffice/domain/ledger.hpp"
#include "boxoffice/domain/node_lease.hpp"
#include "boxoffice/domain/payment.hpp"
#include "boxoffice/domain/reservation.hpp"
#include "boxoffice/domain/sale.hpp"
#include "boxoffice/domain/seating.hpp"
#include "boxoffice/domain/token.hpp"
#include "boxoffice/domain/user.hpp"
#include "boxoffice/domain/waiting_room.hpp"
#include "boxoffice/member_count.hpp"

namespace boxoffice {

/// The most rows one named look-up returns, so that a batch stays bounded; what is left over waits for the next.
inline constexpr std::int64_t lookup_max = 10'000;

/// The most rows that one tick retires, and of each kind the most that it prunes: buyers wait while it works, so it is
/// short, and is asked again while there is more.
inline constexpr std::int64_t tick_max = 500;

// ---- keys: what a load names ------------------------------------------------------------------------------------
// (and the repository that it is asked of, for those who tell what was loaded)

struct UserKeys {
    static constexpr auto repository = "users";
    std::vector<UserId> ids;
    std::vector<std::string> external_ids;
    [[nodiscard]] bool any() const { return !ids.empty() || !external_ids.empty(); }
};

struct RoomKeys {
    static constexpr auto repository = "rooms";
    std::vector<RoomId> ids;
    std::vector<std::string> names;
    std::optional<Time> due;  ///< all rooms whose due_at has passed at this time
    bool all = false;
    [[nodiscard]] bool any() const { return !ids.empty() || !names.empty() || due || all; }
};

struct ConcertKeys {
    static constexpr auto repository = "concerts";
    std::vector<ConcertId> ids;
    bool unsettled = false;  ///< those called off of which something is held or sold yet
    [[nodiscard]] bool any() const { return !ids.empty() || unsettled; }
};

struct SaleKeys {
    static constexpr auto repository = "sales";
    std::vector<SaleId> ids;
    std::vector<ConcertId> in_force;  ///< the last version of each
    [[nodiscard]] bool any() const { return !ids.empty() || !in_force.empty(); }
};

/// Whole tariffs, by the version that made them.
struct TariffKeys {
    static constexpr auto repository = "tariffs";
    std::vector<SaleId> of;
    [[nodiscard]] bool any() const { return !of.empty(); }
};

struct TypeKeys {
    static constexpr auto repository = "ticket_types";
    std::vector<ConcertId> of;  ///< all of a concert
    [[nodiscard]] bool any() const { return !of.empty(); }
};

/// How many reservations of a concert a user has whose rows are held or confirmed, whether or not lapsed.
struct Claims {
    UserId user;
    ConcertId concert;
    std::int64_t count = 0;
    friend bool operator==(const Claims&, const Claims&) = default;
};

struct ClaimKeys {
    static constexpr auto repository = "claims";
    std::vector<std::pair<UserId, ConcertId>> of;  ///< each is answered, also with 0
    [[nodiscard]] bool any() const { return !of.empty(); }
};

struct SeatKeys {
    static constexpr auto repository = "seats";
    std::vector<SeatId> ids;
    std::vector<std::pair<ConcertId, std::string>> numbers;
    [[nodiscard]] bool any() const { return !ids.empty() || !numbers.empty(); }
};

/// The front of a room's line: what has lapsed, and who is next.
struct LineKey {
    RoomId room;
    Time now{};             ///< admitted places whose deadline has passed at `now` (at most lapsed_max, earliest first)
                            ///< and the one whose deadline is next
    TokenId still_waiting;  ///< waiting places with a token below it (at most lapsed_max, by position)
    std::int64_t next = 0;  ///< and the first `next` of those not below it, by position
    std::int64_t lapsed_max = lookup_max;  ///< at most lookup_max
};

struct PlaceKeys {
    static constexpr auto repository = "places";
    std::vector<TokenId> tokens;
    std::vector<std::pair<UserId, RoomId>> live_of;  ///< rows waiting or admitted, whether or not lapsed (at most one)
    std::vector<LineKey> lines;
    [[nodiscard]] bool any() const { return !tokens.empty() || !live_of.empty() || !lines.empty(); }
};

struct ReservationKeys {
    static constexpr auto repository = "reservations";
    std::vector<ReservationId> ids;
    std::vector<UserId> held_by;  ///< rows in state held, whether or not lapsed
    std::optional<Time> lapsed;   ///< rows in state held whose deadline has passed (at most tick_max, earliest first)
    std::vector<OrderId> of_order{};
    /// Rows held or confirmed of the concert, those of the least seats first, as many at most.
    std::vector<std::pair<ConcertId, std::int64_t>> claims_in{};
    /// Of each concert one row in state held whose deadline is after that time, if there is one. May walk all such, whatever their
    /// concert: there are no more than people inside hold.
    std::vector<std::pair<ConcertId, Time>> held_in{};
    /// Of each concert one row, whatever became of it, whose id is not below that one, if there is one. May walk all from there on.
    std::vector<std::pair<ConcertId, ReservationId>> any_in{};
    [[nodiscard]] bool any() const {
        return !ids.empty() || !held_by.empty() || lapsed || !of_order.empty() || !claims_in.empty() ||
               !held_in.empty() || !any_in.empty();
    }
};

struct AccountKeys {
    static constexpr auto repository = "accounts";
    std::vector<AccountId> ids;
    [[nodiscard]] bool any() const { return !ids.empty(); }
};

struct PaymentKeys {
    static constexpr auto repository = "payments";
    std::vector<PaymentId> ids;
    /// Rows in state requested whose deadline has passed (at most tick_max, earliest first).
    std::optional<Time> lapsed;
    [[nodiscard]] bool any() const { return !ids.empty() || lapsed; }
};

struct IdempotencyKeys {
    static constexpr auto repository = "idempotency";
    std::vector<IdempotencyId> ids;
    [[nodiscard]] bool any() const { return !ids.empty(); }
};

struct LeaseKeys {
    static constexpr auto repository = "leases";
    bool all = false;
    [[nodiscard]] bool any() const { return all; }
};

struct TokenKeyKeys {
    static constexpr auto repository = "token_keys";
    bool all = false;
    [[nodiscard]] bool any() const { return all; }
};

/// The keys of one stage of loading, over all repositories that the engine loads from while it decides.
struct StageKeys {
    UserKeys users;
    RoomKeys rooms;
    ConcertKeys concerts;
    SeatKeys seats;
    PlaceKeys places;
    ReservationKeys reservations;
    AccountKeys accounts;
    PaymentKeys payments;
    IdempotencyKeys idempotency;
    LeaseKeys leases;
    SaleKeys sales;
    TariffKeys tariffs;
    TypeKeys types;
    ClaimKeys claims;
};

/// And what they find.
struct StageRows {
    std::vector<User> users;
    std::vector<Room> rooms;
    std::vector<Concert> concerts;
    std::vector<Seat> seats;
    std::vector<Place> places;
    std::vector<Reservation> reservations;
    std::vector<Account> accounts;
    std::vector<Payment> payments;
    std::vector<IdempotencyRecord> idempotency;
    std::vector<NodeLease> leases;
    std::vector<Sale> sales;
    std::vector<TariffPrice> tariffs;
    std::vector<TicketType> types;
    std::vector<Claims> claims;
};

/// Calls `visit(keys, rows)` for each kind of keys and the rows that they find, in the order above.
template <class Visit>
void for_each_loaded(const StageKeys& keys, StageRows& rows, Visit visit) {
    visit(keys.users, rows.users);
    visit(keys.rooms, rows.rooms);
    visit(keys.concerts, rows.concerts);
    visit(keys.seats, rows.seats);
    visit(keys.places, rows.places);
    visit(keys.reservations, rows.reservations);
    visit(keys.accounts, rows.accounts);
    visit(keys.payments, rows.payments);
    visit(keys.idempotency, rows.idempotency);
    visit(keys.leases, rows.leases);
    visit(keys.sales, rows.sales);
    visit(keys.tariffs, rows.tariffs);
    visit(keys.types, rows.types);
    visit(keys.claims, rows.claims);
    static_assert(member_count<StageKeys>() == 14 && member_count<StageRows>() == 14, "and of every new kind");
}

/// Appends the rows found, in no promised order (a LineKey's by position or deadline); what is absent is not there. A row
/// that two keys name may appear twice.
template <class Entity, class Keys>
class Repository {
  public:
    virtual ~Repository() = default;
    virtual Result<void> load(const Keys& keys, std::vector<Entity>& into) = 0;
};

template <class... Each>
class RepositoryList : public Each... {
  public:
    using Each::load...;
};

/// All that a View can load from.
using Repositories =
    RepositoryList<Repository<User, UserKeys>, Repository<Room, RoomKeys>, Repository<Concert, ConcertKeys>,
                   Repository<Seat, SeatKeys>, Repository<Place, PlaceKeys>, Repository<Reservation, ReservationKeys>,
                   Repository<Account, AccountKeys>, Repository<Payment, PaymentKeys>,
                   Repository<IdempotencyRecord, IdempotencyKeys>, Repository<NodeLease, LeaseKeys>,
                   Repository<TokenKey, TokenKeyKeys>, Repository<Sale, SaleKeys>, Repository<TariffPrice, TariffKeys>,
                   Repository<TicketType, TypeKeys>, Repository<Claims, ClaimKeys>>;

// ---- changes: what a commit writes ------------------------------------------------------------------------------

/// A row to write: `fresh` ones must not be there yet, the others must.
template <class Entity>
struct Write {
    Entity entity;
    bool fresh = false;
};

/// What a tick takes away. The ledger is never pruned; of events, the last and those about rooms stay (the audit reads the
/// history of capacities).
struct Prune {
    TokenId tokens_below;                  ///< finished places
    Time idempotency_until = Time::min();  ///< records created before this or then
    std::int64_t events_through = 0;
    friend bool operator==(const Prune&, const Prune&) = default;
};

/// What a tick would like to take away.
struct PruneWish {
    TokenId tokens_below;                  ///< as in Prune
    Time idempotency_until = Time::min();  ///< as in Prune
    std::int64_t events_through = 0;       ///< as in Prune
    Time events_until = Time::min();       ///< and events of this time or before it
};

/// What of a wish there is, cut to so many rows of each kind (or of records, as many more as were made in the very same
/// moment as the last of them).
struct Prunable {
    Prune prune;        ///< takes away no other rows than those, unless more are finished in the same commit
    bool any = false;   ///< it takes away something
    bool more = false;  ///< the wish would take away more than it does
};

struct Changes {
    std::optional<HouseRules> house_rules;  ///< in the place of those that were
    std::vector<Write<User>> users;
    std::vector<Write<Room>> rooms;
    std::vector<Write<Concert>> concerts;
    std::vector<Sale> sales;
    std::vector<TariffPrice> tariff_prices;
    std::vector<TicketType> ticket_types;
    std::vector<Write<Seat>> seats;  ///< one that is not fresh: its row must stand at version − 1
    std::vector<Write<Place>> places;
    std::vector<Write<Reservation>> reservations;
    std::vector<Write<Account>> accounts;
    std::vector<Write<Payment>> payments;
    std::vector<PaymentStep> payment_steps;
    std::vector<Transfer> transfers;
    std::vector<Write<IdempotencyRecord>> idempotency;  ///< may replace a record that was let go
    std::vector<Event> events;                          ///< with their sequence and time
    std::vector<Write<NodeLease>> leases;
    std::vector<Write<TokenKey>> token_keys;
    /// Each goes with its seats, sales, tariff prices, ticket types and sales account. It and the account must be there, the account
    /// empty, no seat claimed; nothing else of it is written in the same commit.
    std::vector<ConcertId> deleted_concerts;
    std::optional<Prune> prune;

    // The one list of the kinds of rows. Stores, the working set, scans and dumps fold over it, so that a kind which is in
    // it is nowhere left out; one that is not does not compile (below).

    /// What a scan shows, in its order.
    static constexpr auto scanned =
        std::tuple{&Changes::house_rules,   &Changes::users,         &Changes::rooms,        &Changes::concerts,
                   &Changes::sales,         &Changes::tariff_prices, &Changes::ticket_types, &Changes::seats,
                   &Changes::places,        &Changes::reservations,  &Changes::accounts,     &Changes::payments,
                   &Changes::payment_steps, &Changes::transfers,     &Changes::idempotency,  &Changes::events};
    /// And what it does not: who has the store open just now, and what must stay secret.
    static constexpr auto rows = std::tuple_cat(scanned, std::tuple{&Changes::leases, &Changes::token_keys});
    static constexpr auto members = std::tuple_cat(rows, std::tuple{&Changes::deleted_concerts, &Changes::prune});

    /// Calls `visit(member)` for each of them: a std::vector of Write, of rows only added or of what is deleted, or a std::optional.
    template <class Visit>
    void for_each(Visit visit) const {
        std::apply([&](auto... member) { (visit(this->*member), ...); }, members);
    }
    template <class Visit>
    void for_each(Visit visit) {
        std::apply([&](auto... member) { (visit(this->*member), ...); }, members);
    }

    [[nodiscard]] bool empty() const {
        bool is_empty = true;
        for_each([&](const auto& member) { is_empty = is_empty && is_none(member); });
        return is_empty;
    }

  private:
    template <class Row>
    static bool is_none(const std::vector<Row>& list) {
        return list.empty();
    }
    template <class Row>
    static bool is_none(const std::optional<Row>& row) {
        return !row;
    }
};

static_assert(std::tuple_size_v<decltype(Changes::members)> == member_count<Changes>(),
              "a member of Changes is in none of its lists, or in two");

// ---- kinds of rows ----------------------------------------------------------------------------------------------

/// A list of entities, for what stands once a kind of row.
template <class... Entities>
struct Kinds {
    /// A tuple of one `Of` for each.
    template <template <class> class Of>
    using Each = std::tuple<Of<Entities>...>;
    /// All of them made from the same arguments.
    template <template <class> class Of, class... Arguments>
    static Each<Of> make(Arguments&... arguments) {
        return Each<Of>{Of<Entities>(arguments...)...};
    }
    /// Calls `visit(std::type_identity<Entity>{})` for each, in order.
    template <class Visit>
    static void for_each(Visit visit) {
        (visit(std::type_identity<Entities>{}), ...);
    }
};

namespace kinds {

template <class Entity>
std::type_identity<Entity> entity_of(std::vector<Write<Entity>> Changes::*);
template <class Entity>
std::type_identity<Entity> entity_of(std::vector<Entity> Changes::*);
template <class Entity>
std::type_identity<Entity> entity_of(std::optional<Entity> Changes::*);
template <class... Members>
auto of(const std::tuple<Members...>&) -> Kinds<typename decltype(entity_of(std::declval<Members>()))::type...>;

}  // namespace kinds

/// Every kind of row, from HouseRules to TokenKey.
using RowKinds = decltype(kinds::of(Changes::rows));
/// Those that a scan shows.
using ScannedKinds = decltype(kinds::of(Changes::scanned));

// ---- stores -----------------------------------------------------------------------------------------------------

/// Sees every row of one kind.
template <class Entity>
class Sees {
  public:
    virtual ~Sees() = default;
    virtual void visit(const Entity& row) = 0;
};

template <class List>
class SeesEach;
template <class... Entities>
class SeesEach<Kinds<Entities...>> : public Sees<Entities>... {
  public:
    using Sees<Entities>::visit...;
};

/// Sees every row of ScannedKinds, table by table in key order. For audits and canonical dumps. It has no defaults: one that
/// has not heard of a kind does not compile, rather than being blind to it.
class Visitor : public SeesEach<ScannedKinds> {};

/// What was sold of one category for one type.
struct SalesRow {
    std::string category;
    TypeId type;
    std::int64_t sold = 0;  ///< confirmed, and not cancelled
    std::int64_t cancelled = 0;
    Points gross;    ///< the prices of both
    Points refunds;  ///< what of them went back
    friend bool operator==(const SalesRow&, const SalesRow&) = default;
};

struct CashFlow {
    std::int64_t recharge_count = 0;
    Points recharged;
    friend bool operator==(const CashFlow&, const CashFlow&) = default;
};

/// Counts over all rooms and concerts, expiry included.
struct Stats {
    std::int64_t users = 0;
    std::int64_t waiting = 0;
    std::int64_t admitted = 0;
    SeatCounts seats;
};

/// One consistent state. Used by one thread at a time, for a short while: hold none across waits or other store calls.
class View : public Repositories {
  public:
    Repository<User, UserKeys>& users() { return *this; }
    Repository<Room, RoomKeys>& rooms() { return *this; }
    Repository<Concert, ConcertKeys>& concerts() { return *this; }
    Repository<Seat, SeatKeys>& seats() { return *this; }
    Repository<Place, PlaceKeys>& places() { return *this; }
    Repository<Reservation, ReservationKeys>& reservations() { return *this; }
    Repository<Account, AccountKeys>& accounts() { return *this; }
    Repository<Payment, PaymentKeys>& payments() { return *this; }
    Repository<IdempotencyRecord, IdempotencyKeys>& idempotency() { return *this; }
    Repository<NodeLease, LeaseKeys>& leases() { return *this; }
    Repository<TokenKey, TokenKeyKeys>& token_keys() { return *this; }
    Repository<Sale, SaleKeys>& sales() { return *this; }
    Repository<TariffPrice, TariffKeys>& tariffs() { return *this; }
    Repository<TicketType, TypeKeys>& ticket_types() { return *this; }
    Repository<Claims, ClaimKeys>& claims() { return *this; }

    /// Loads all that one stage asks for, appending to `into`. Where each load is a round trip, a store makes them one.
    virtual Result<void> load_stage(const StageKeys& keys, StageRows& into) {
        Result<void> done;
        for_each_loaded(keys, into, [&](const auto& some, auto& rows) {
            if (done && some.any()) done = load(some, rows);
        });
        return done;
    }

    virtual Result<LastEvent> last_event() = 0;
    virtual Result<std::optional<HouseRules>> house_rules() = 0;  ///< none: a store that no office was opened on yet

    // Pages, in the order told. `limit` is at least 1.
    virtual Result<std::vector<Concert>> concerts_from(Date first) = 0;  ///< by date, then id
    virtual Result<std::vector<Seat>> seats_of(ConcertId concert) = 0;   ///< natural order of their numbers
    virtual Result<SeatCounts> seat_counts(ConcertId concert, Time now) = 0;
    virtual Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before,
                                                             std::int64_t limit) = 0;  ///< newest first
    virtual Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before,
                                                       std::int64_t limit) = 0;  ///< newest first
    virtual Result<std::vector<PaymentStep>> steps_of(PaymentId payment) = 0;    ///< by index
    virtual Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after,
                                                               std::int64_t limit) = 0;  ///< oldest first
    virtual Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) = 0;
    /// What was sold of a concert, by category and type, in that order. Reads all of its reservations.
    virtual Result<std::vector<SalesRow>> sales_of_concert(ConcertId concert) = 0;
    /// Points issued and taken out from `from` on and before `to`.
    virtual Result<CashFlow> cash_between(Time from, Time to) = 0;
    virtual Result<Stats> counts(Time now) = 0;
    /// Costs what it finds (up to `limit`, at least 1, of each kind), and what stays among it.
    virtual Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) = 0;
    virtual Result<void> scan(Visitor& visitor) = 0;
    /// Has its connection been lost, so that another view, asked the same, may well answer?
    [[nodiscard]] virtual bool is_lost() const { return false; }
    /// What is broken below the rows (pages, indexes), in the store's words; empty: nothing is, or nothing is below them.
    virtual Result<std::vector<std::string>> find_damage() { return std::vector<std::string>{}; }
};

/// A View that holds the writer's lock. Destroyed uncommitted, it is rolled back. `commit` is called at most once and ends it.
class Transaction : public View {
  public:
    /// All of it or nothing. Fails with `internal` where a back-stop fires (the engine has a bug), with `busy` where it was
    /// certainly not written and can be decided anew, with a storage fault otherwise; then nothing is acknowledged.
    virtual Result<void> commit(const Changes& changes) = 0;
};

/// A View (or Transaction: `Base`) that answers every load with one function template of `Derived`, load_rows(keys, into): what
/// a store, or a decorator of one, derives its views from.
template <class Derived, class Base, class Left = Repositories>
class LoadsBy;
template <class Derived, class Base>
class LoadsBy<Derived, Base, RepositoryList<>> : public Base {};
template <class Derived, class Base, class Entity, class Keys, class... Left>
class LoadsBy<Derived, Base, RepositoryList<Repository<Entity, Keys>, Left...>>
    : public LoadsBy<Derived, Base, RepositoryList<Left...>> {
  public:
    using Base::load;
    Result<void> load(const Keys& keys, std::vector<Entity>& into) override {
        return static_cast<Derived&>(*this).load_rows(keys, into);
    }
};

/// Thread-safe. Transactions are one at a time, over all threads and processes that use the same data.
class Store {
  public:
    using Deadline = std::chrono::steady_clock::time_point;

    virtual ~Store() = default;
    /// Waits for the writer's lock until `deadline` at most, whoever holds it; then `busy`. One that has passed: no wait.
    virtual Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) = 0;
    /// How long whoever wishes to write waits in all, from the call on.
    [[nodiscard]] virtual Duration wait_max() const = 0;
    [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + wait_max(); }
    Result<std::unique_ptr<Transaction>> begin() { return begin_until(deadline()); }
    /// `busy` at once where another holds the lock.
    Result<std::unique_ptr<Transaction>> try_begin() { return begin_until(Deadline{}); }
    /// The last committed state; does not wait for a decision.
    virtual Result<std::unique_ptr<View>> read() = 0;
    /// A number that changes when another process has committed; always the same where there is none. What was committed before
    /// the call is in it (across a network: some milliseconds before it). Cheap, and waits for no commit.
    virtual Result<std::int64_t> version() = 0;
    /// Does another office have this data open now? Asked within a transaction, so that none opens meanwhile.
    virtual Result<bool> has_others() { return false; }
    /// There is nothing to do just now (a tick found nothing): a store puts its house in order. Never waits for anyone.
    virtual void rest() {}
    /// Could a commit be made now, as far as the store knows without making one? A fault says what stands in the way.
    virtual Result<void> check_health() { return {}; }
    /// Copies the live data to a new file at `path`, without the kept token keys unless `with_keys`.
    virtual Result<void> backup(const std::string& path, bool with_keys) {
        (void)path;
        (void)with_keys;
        return refuse(ErrorCode::unsupported, "backup: this store has no file");
    }
};

}  // namespace boxoffice
