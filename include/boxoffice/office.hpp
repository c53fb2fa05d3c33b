#pragma once
/// The box office: commands in, outcomes out. It owns the store, is the only place with clock and chance, and turns
/// commands into transactions. Open one per process and file, and call it from any thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/answers.hpp"
#include "boxoffice/commands.hpp"
#include "boxoffice/options.hpp"
#include "boxoffice/ports.hpp"
#include "boxoffice/repositories.hpp"
#include "boxoffice/seat_sheet.hpp"

namespace boxoffice {

/// The longest interval of await_turn: whoever sleeps longer sleeps through a turn.
inline constexpr Duration await_interval_max = std::chrono::seconds{60};

/// What look() sees.
struct Looked {
    Peeked peeked;
    std::optional<Arrive> arrive;  ///< the place has its turn and has not shown up
};

/// Takes the outcomes of submitted commands, one each and in order.
using Completion = std::function<void(std::vector<Outcome>)>;

/// Thread-safe: any function may be called from any thread at any time. The library starts no threads; admission and
/// expiry ride on callers. Functions block while other callers decide, or another
/// process does, for a bounded time in all (the store's), first come, first served. Nothing throws: what goes wrong is in the Result. Where memory runs out after a commit, its answer
/// is given all the same.
///
/// After fork(), a child's use of a handle that the parent opened answers `forked`.
class BoxOffice {
  public:
    /// Opens the office on `store`, which it then owns. On a new store it makes the room `main` and, where the options bring
    /// no keys, a token key. Mistakes: invalid_options. Faults: of the store.
    static Result<std::unique_ptr<BoxOffice>> open(std::unique_ptr<Store> store, Options options = {},
                                                   Ports ports = {});

    BoxOffice(const BoxOffice&) = delete;
    BoxOffice& operator=(const BoxOffice&) = delete;

    /// Closes the store. No call may be running: stop() ends those that would still wait long.
    ~BoxOffice();

    /// Ends the waits of await_turn, those under way (on the system's clock within a tenth of a second, on a host's when its
    /// wait ends) and those to come, with `closed`. Other calls go on. For whoever is about to close and waits for the calls
    /// inside.
    void stop() noexcept;

    // ---- commands -----------------------------------------------------------------------------------------------

    /// Executes the commands in order, and returns one outcome each; a refused command changes nothing and does not stop
    /// the others. They share one transaction, and that also with the commands of other callers who wait, the first come
    /// first; with these exceptions: a sweep (Tick, SweepRefunds) and a concert that moves or goes have one of their own, and where a command
    /// cannot be decided (a damaged row, an engine's bug, no memory) the batch is divided until that command is alone with
    /// its fault, and the others are done. Outcomes are in order always: if a commit fails, or the store cannot be had,
    /// that fault is the outcome of every command that was to be in it and of all behind it, and none of those was
    /// acknowledged: retry with the same idempotency keys. No outcomes at all: memory ran out before anything was done.
    std::vector<Outcome> execute(std::span<const Command> commands) noexcept;

    /// Executes them as execute() does, but returns at once: for event loops. `completion` gets the outcomes once they stand, on
    /// the thread that decided: one in drive(), execute() or peek(), or ~BoxOffice with `closed` for what was never decided. It is
    /// called once, must be quick, and may submit, but what it throws is lost. As many commands share a commit as are under way.
    /// Refused with `out_of_memory` or `forked`: then it is not called.
    Result<void> submit(std::vector<Command> commands, Completion completion);

    /// Decides on this thread for all who have submitted, in one go; where none has, waits for one for `wait` (a day at most).
    /// False: none came, or stop() ended it. An event loop has a thread that calls it again and again.
    bool drive(Duration wait) noexcept;

    /// One command; it may share its transaction with those of other callers.
    template <class C>
    Result<typename C::Answer> execute(C command);

    /// Begins a payment, asks the gateway, captures; without a gateway the same as the command Pay. Retry with the same key:
    /// one effect, and the gateway is asked again for the same payment only while it is neither captured nor failed.
    /// Refusals: those of Pay, and payment_declined. What is left if the process dies meanwhile: see PaymentGateway.
    Result<Paid> pay(UserId user, TokenId token, ReservationId reservation, IdempotencyKey key);

    /// Asks the gateway about up to `limit` (1 to 1,000) of the payments after `after` that are not reconciled, has it take
    /// back what it charged for them, and writes that down; go on after the answer's `next`. Outside any transaction, and as
    /// long as the gateway takes. Several callers and processes may do it at a time: then an approval may be cancelled twice.
    /// Without a gateway all stay open. See PaymentGateway.
    Result<Reconciled> reconcile_payments(std::int64_t limit, PaymentId after = {});

    // ---- tokens and turns ---------------------------------------------------------------------------------------

    /// The text of a token; 68 URL-safe characters, or empty where memory ran out. The store never holds it.
    [[nodiscard]] std::string token_text(const TokenClaims& claims) const noexcept;

    /// Whose token this is. It says nothing of the turn. Mistakes: invalid_token (forged, or older than identity_ttl).
    Result<TokenClaims> authenticate(std::string_view token);

    /// Is it this token's turn, and if not, how long yet? With its first peek an admitted place arrives. While the place
    /// waits, this reads a snapshot only, and never waits for a writer. A place that was given up may read as waiting
    /// until its position is served. Refusals: place_expired, place_completed, place_left. Mistakes: invalid_token.
    Result<Peeked> peek(std::string_view token);

    /// The answer of peek() as far as this process's snapshot has it: for event loops, since it neither asks the store nor
    /// waits for anyone. Empty: ask peek(), on a thread that may wait; so it is for places whose turn may have come, when an
    /// admission is due, and once in `snapshot_age_max`, when other processes' admissions are to be looked for.
    Result<std::optional<Peeked>> peek_snapshot(std::string_view token);

    /// The answer of peek() for event loops that arrive by submit(): it asks the store, but waits for no writer. Where `arrive` is
    /// set, peek() would have executed it: the deadline is then that of its answer, and what refuses it refuses the peek.
    Result<Looked> look(std::string_view token);

    /// Peeks up to `attempts_max` times, `interval` (0 to await_interval_max) apart on the office's clock, until it is this
    /// token's turn. stop() ends it. Refusals: not_your_turn when the attempts run out; those of peek. Mistakes: closed.
    /// (The seed's retry loop.)
    Result<Peeked> await_turn(std::string_view token, int attempts_max, Duration interval);

    // ---- queries ------------------------------------------------------------------------------------------------

    /// Mistakes: unknown_user.
    Result<User> user(const std::string& external_id);
    Result<User> user(UserId id);

    /// Mistakes: unknown_room.
    Result<Room> room(const std::string& name);

    /// The only concert on a date. Mistakes: unknown_concert, ambiguous_concert.
    Result<Concert> concert(Date date);
    Result<Concert> concert(ConcertId id);

    /// Every concert from a date on that is not hidden, by date.
    Result<std::vector<Concert>> concerts(Date from);
    /// The hidden ones too: for who runs the house.
    Result<std::vector<Concert>> all_concerts(Date from);

    /// The dates from `from` (often today) on that have a seat available now, ascending, each once. Hidden concerts, and those
    /// called off, do not count.
    Result<std::vector<Date>> dates(Date from);

    /// The terms in force. Mistakes: unknown_concert.
    Result<Sale> sale(ConcertId concert);

    /// The prices in force, by category and type; none: the seats' own. Mistakes: unknown_concert.
    Result<std::vector<TariffRow>> tariff(ConcertId concert);

    /// The types of ticket that the concert has, by name. Mistakes: unknown_concert.
    Result<std::vector<TicketType>> ticket_types(ConcertId concert);

    /// Every seat as everybody sees it now, expiry included. It is a snapshot that this process keeps and all callers share, so
    /// that asking again costs a glance at whether anything was committed, and after a change the seats that changed. The
    /// concerts asked for last are kept, up to 256 MiB; another costs reading all of its seats. Mistakes: unknown_concert.
    Result<std::shared_ptr<const SeatSheet>> seats(ConcertId concert);

    /// The same, and which seats look different now than at `version`, wherever and whenever that was had; all of them where it is
    /// not known here (none, of before this process first looked, or some 16,000 changes ago). With a user, also which are theirs
    /// at the same moment; that costs reading their reservations. Mistakes: unknown_concert.
    Result<SeatChanges> seats_since(ConcertId concert, const SeatVersion& version, UserId user = {});

    // These copy every seat that they answer with.

    /// Seats that can be held now, in natural order of their numbers (2 before 10). Mistakes: unknown_concert.
    Result<std::vector<Seat>> available_seats(ConcertId concert);

    /// Every seat with its state, as `user` sees it (none: nobody's), in natural order. Mistakes: unknown_concert.
    Result<std::vector<SeatNow>> seat_map(ConcertId concert, UserId user = {});

    /// One seat by its number. Mistakes: unknown_seat.
    Result<SeatNow> seat(ConcertId concert, const std::string& number, UserId user = {});

    /// One of the user's own reservations. Mistakes: unknown_reservation (also for another's).
    Result<ReservationNow> reservation(UserId user, ReservationId id);

    /// One of the user's own orders. Mistakes: unknown_reservation (also for another's, or where it is no order's first).
    Result<OrderNow> order(UserId user, OrderId id);

    /// A page of the user's reservations, newest first, older than `before` (none: from the newest); 1 to 1,000.
    Result<std::vector<ReservationNow>> reservations(UserId user, std::int64_t limit, ReservationId before = {});

    /// The user's own balance. Mistakes: unknown_user.
    Result<Points> balance(UserId user);

    /// A page of the transfers of the user's account, newest first, older than `before`; 1 to 1,000. Mistakes: unknown_user.
    Result<std::vector<Transfer>> transfers(UserId user, std::int64_t limit, TransferId before = {});

    /// One of the user's own payments with its history. Mistakes: unknown_payment (also for another's).
    Result<PaymentNow> payment(UserId user, PaymentId id);

    /// A page of everybody's payments that failed and are not reconciled, the oldest first, after `after`; 1 to 1,000. For those
    /// who look after the money: each may have charged its payer for nothing. See PaymentGateway.
    Result<std::vector<PaymentNow>> unreconciled_payments(std::int64_t limit, PaymentId after = {});

    /// Up to `limit` (1 to 100,000) events after `sequence`, in commit order. For consumers: they are everybody's data.
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit);

    /// Counts over all rooms and concerts, expiry included.
    Result<Stats> stats();

    /// How many commands share a commit, and how long that takes. It asks no store and waits for nobody.
    [[nodiscard]] CommitStats commit_stats() const noexcept;

    /// Counts over the seats of a concert, expiry included. Mistakes: unknown_concert.
    Result<SeatCounts> seat_counts(ConcertId concert);

    /// What was sold of a concert, cancelled, and given back. Reads all of its reservations. Mistakes: unknown_concert.
    Result<SalesReport> sales_report(ConcertId concert);

    /// Points issued from `from` on and before `to`. Reads all transfers of that time.
    Result<CashFlow> cash_report(Time from, Time to);

    // ---- the house ----------------------------------------------------------------------------------------------

    /// Recomputes everything that must hold from the rows, and has the store look below them (an SQLite file's pages and
    /// indexes); empty: clean. Reads every row of one consistent state, and needs memory for them.
    Result<std::vector<Violation>> audit();

    /// Copies the live data to a new file, without the kept token keys unless `with_keys` (who has those can forge
    /// tokens). Mistakes: unsupported (in-memory store), invalid_argument (the file exists).
    Result<void> backup(const std::string& path, bool with_keys = false);

    /// Could a command be executed now, as far as is known without trying one? A fault says what stands in the way: for those who
    /// watch over the host. It asks no disk and waits for nobody.
    Result<void> check_health();

    /// The engine's time, as the next decision would see it or a little earlier.
    Result<Time> now();

    [[nodiscard]] const Options& options() const;

    /// The room `main`.
    [[nodiscard]] RoomId main_room() const;

  private:
    class Engine;
    explicit BoxOffice(std::unique_ptr<Engine> engine);
    std::unique_ptr<Engine> engine_;
};

template <class C>
Result<typename C::Answer> BoxOffice::execute(C command) {
    const Command one{std::move(command)};
    auto outcomes = execute(std::span{&one, 1});
    if (outcomes.empty()) return refuse(ErrorCode::out_of_memory);
    if (!outcomes[0]) return tl::unexpected(std::move(outcomes[0]).error());
    return std::get<typename C::Answer>(std::move(*outcomes[0]));
}

}  // namespace boxoffice
