#pragma once
/// What the engine asks of a store. One small interface an aggregate (load by keys), a few pages for queries, and
/// transactions over all of them. `Changes` is the whole of a commit: a store can put it in tables, in a journal, or on
/// another host, and nothing above may depend on when rows reach the tables.
///
/// Load, decide, write: keys of a whole batch are loaded together (at most two loads a repository a batch), decisions
/// run in memory on a WorkingSet, one `commit` follows.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/domain/house_rules.hpp"
#include "boxoffice/domain/idempotency.hpp"
#include "boxoffice/domain/ledger.hpp"
#include "boxoffice/domain/node_lease.hpp"
#include "boxoffice/domain/payment.hpp"
#include "boxoffice/domain/reservation.hpp"
#include "boxoffice/domain/seating.hpp"
#include "boxoffice/domain/token.hpp"
#include "boxoffice/domain/user.hpp"
#include "boxoffice/domain/waiting_room.hpp"

namespace boxoffice {

/// The most rows one named look-up returns, so that a batch stays bounded; what is left over waits for the next.
inline constexpr std::int64_t lookup_max = 10'000;

/// The most rows that one tick retires, and of each kind the most that it prunes: buyers wait while it works, so it is
/// short, and is asked again while there is more.
inline constexpr std::int64_t tick_max = 500;

// ---- keys: what a load names ------------------------------------------------------------------------------------

struct UserKeys {
    std::vector<UserId> ids;
    std::vector<std::string> external_ids;
};

struct RoomKeys {
    std::vector<RoomId> ids;
    std::vector<std::string> names;
    std::optional<Time> due;  ///< all rooms whose due_at has passed at this time
    bool all = false;
};

struct ConcertKeys {
    std::vector<ConcertId> ids;
};

struct SeatKeys {
    std::vector<SeatId> ids;
    std::vector<std::pair<ConcertId, std::string>> numbers;
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
    std::vector<TokenId> tokens;
    std::vector<std::pair<UserId, RoomId>> live_of;  ///< rows waiting or admitted, whether or not lapsed (at most one)
    std::vector<LineKey> lines;
};

struct ReservationKeys {
    std::vector<ReservationId> ids;
    std::vector<UserId> held_by;  ///< rows in state held, whether or not lapsed
    std::optional<Time> lapsed;   ///< rows in state held whose deadline has passed (at most tick_max, earliest first)
};

struct AccountKeys {
    std::vector<AccountId> ids;
};

struct PaymentKeys {
    std::vector<PaymentId> ids;
    std::optional<Time> lapsed;  ///< rows in state requested whose deadline has passed (at most tick_max, earliest first)
};

struct IdempotencyKeys {
    std::vector<IdempotencyId> ids;
};

struct LeaseKeys {
    bool all = false;
};

struct TokenKeyKeys {
    bool all = false;
};

/// Appends the rows found, in no promised order (a LineKey's by position or deadline); what is absent is not there. A row
/// that two keys name may appear twice.
template <class Entity, class Keys>
class Repository {
  public:
    virtual ~Repository() = default;
    virtual Result<void> load(const Keys& keys, std::vector<Entity>& into) = 0;
};

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
    TokenId tokens_below;           ///< finished places
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
    Prune prune;       ///< takes away no other rows than those, unless more are finished in the same commit
    bool any = false;  ///< it takes away something
    bool more = false; ///< the wish would take away more than it does
};

struct Changes {
    std::vector<Write<User>> users;
    std::vector<Write<Room>> rooms;
    std::vector<Write<Concert>> concerts;
    std::vector<Write<Seat>> seats;  ///< one that is not fresh: its row must stand at version − 1
    std::vector<Write<Place>> places;
    std::vector<Write<Reservation>> reservations;
    std::vector<Write<Account>> accounts;
    std::vector<Write<Payment>> payments;
    std::vector<Write<IdempotencyRecord>> idempotency;  ///< may replace a record that was let go
    std::vector<Write<NodeLease>> leases;
    std::vector<Write<TokenKey>> token_keys;
    std::optional<HouseRules> house_rules;  ///< in the place of those that were
    std::vector<PaymentStep> payment_steps;
    std::vector<Transfer> transfers;
    std::vector<Event> events;  ///< with their sequence and time
    std::optional<Prune> prune;

    [[nodiscard]] bool empty() const {
        return users.empty() && rooms.empty() && concerts.empty() && seats.empty() && places.empty() &&
               reservations.empty() && accounts.empty() && payments.empty() && idempotency.empty() && leases.empty() &&
               token_keys.empty() && !house_rules && payment_steps.empty() && transfers.empty() && events.empty() && !prune;
    }
};

// ---- stores -----------------------------------------------------------------------------------------------------

/// Where the outbox stands: the last event's sequence (0: none yet) and time, which is the last committed time.
struct LastEvent {
    std::int64_t sequence = 0;
    Time at{};
};

/// Sees every row, table by table in key order. For audits and canonical dumps.
class Visitor {
  public:
    virtual ~Visitor() = default;
    virtual void visit(const HouseRules&) {}
    virtual void visit(const User&) {}
    virtual void visit(const Room&) {}
    virtual void visit(const Concert&) {}
    virtual void visit(const Seat&) {}
    virtual void visit(const Place&) {}
    virtual void visit(const Reservation&) {}
    virtual void visit(const Account&) {}
    virtual void visit(const Payment&) {}
    virtual void visit(const PaymentStep&) {}
    virtual void visit(const Transfer&) {}
    virtual void visit(const IdempotencyRecord&) {}
    virtual void visit(const Event&) {}
};

/// Counts over all rooms and concerts, expiry included.
struct Stats {
    std::int64_t users = 0;
    std::int64_t waiting = 0;
    std::int64_t admitted = 0;
    SeatCounts seats;
};

/// One consistent state. Used by one thread at a time, for a short while: hold none across waits or other store calls.
class View {
  public:
    virtual ~View() = default;

    virtual Repository<User, UserKeys>& users() = 0;
    virtual Repository<Room, RoomKeys>& rooms() = 0;
    virtual Repository<Concert, ConcertKeys>& concerts() = 0;
    virtual Repository<Seat, SeatKeys>& seats() = 0;
    virtual Repository<Place, PlaceKeys>& places() = 0;
    virtual Repository<Reservation, ReservationKeys>& reservations() = 0;
    virtual Repository<Account, AccountKeys>& accounts() = 0;
    virtual Repository<Payment, PaymentKeys>& payments() = 0;
    virtual Repository<IdempotencyRecord, IdempotencyKeys>& idempotency() = 0;
    virtual Repository<NodeLease, LeaseKeys>& leases() = 0;
    virtual Repository<TokenKey, TokenKeyKeys>& token_keys() = 0;

    virtual Result<LastEvent> last_event() = 0;
    virtual Result<std::optional<HouseRules>> house_rules() = 0;  ///< none: a store that no office was opened on yet

    // Pages, in the order told. `limit` is at least 1.
    virtual Result<std::vector<Concert>> concerts_from(Date first) = 0;   ///< by date, then id
    virtual Result<std::vector<Seat>> seats_of(ConcertId concert) = 0;    ///< natural order of their numbers
    virtual Result<SeatCounts> seat_counts(ConcertId concert, Time now) = 0;
    virtual Result<std::vector<Reservation>> reservations_of(UserId user, ReservationId before, std::int64_t limit) = 0;  ///< newest first
    virtual Result<std::vector<Transfer>> transfers_of(AccountId account, TransferId before, std::int64_t limit) = 0;     ///< newest first
    virtual Result<std::vector<PaymentStep>> steps_of(PaymentId payment) = 0;  ///< by index
    virtual Result<std::vector<Payment>> unreconciled_payments(Time now, PaymentId after, std::int64_t limit) = 0;  ///< oldest first
    virtual Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) = 0;
    virtual Result<Stats> counts(Time now) = 0;
    /// Costs what it finds (up to `limit`, at least 1, of each kind), and what stays among it.
    virtual Result<Prunable> prunable(const PruneWish& wish, std::int64_t limit) = 0;
    virtual Result<void> scan(Visitor& visitor) = 0;
    /// What is broken below the rows (pages, indexes), in the store's words; empty: nothing is, or nothing is below them.
    virtual Result<std::vector<std::string>> find_damage() { return std::vector<std::string>{}; }
};

/// A View that holds the writer's lock. Destroyed uncommitted, it is rolled back. `commit` is called at most once and ends it.
class Transaction : public View {
  public:
    /// All of it or nothing. Fails with `internal` where a back-stop fires (the engine has a bug), with a storage fault
    /// otherwise; then nothing is acknowledged.
    virtual Result<void> commit(const Changes& changes) = 0;
};

/// Thread-safe. Transactions are one at a time, over all threads and processes that use the same data.
class Store {
  public:
    virtual ~Store() = default;
    /// Waits for the writer's lock, for a bounded time; then `busy`.
    virtual Result<std::unique_ptr<Transaction>> begin() = 0;
    /// The same, without waiting: `busy` at once where another holds the lock.
    virtual Result<std::unique_ptr<Transaction>> try_begin() = 0;
    /// The last committed state; does not wait for a decision.
    virtual Result<std::unique_ptr<View>> read() = 0;
    /// A number that changes when another process has committed; always the same where there is none. Cheap.
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
