#pragma once
/// The box office: commands in, outcomes out. It owns the store, is the only place with clock and chance, and turns
/// commands into transactions. Open one per process and file, and call it from any thread.

#include <sodium.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/answers.hpp"
#include "boxoffice/asking.hpp"
#include "boxoffice/audit.hpp"
#include "boxoffice/batch.hpp"
#include "boxoffice/fork_guard.hpp"
#include "boxoffice/gateway.hpp"
#include "boxoffice/in_order.hpp"
#include "boxoffice/no_throw.hpp"
#include "boxoffice/ports.hpp"
#include "boxoffice/setup.hpp"
#include "boxoffice/timekeeper.hpp"
#include "boxoffice/turns.hpp"

namespace boxoffice {

/// The longest interval of await_turn: whoever sleeps longer sleeps through a turn.
inline constexpr Duration await_interval_max = std::chrono::seconds{60};

/// Thread-safe: any function may be called from any thread at any time. The library starts no threads; admission and
/// expiry ride on callers. Functions block while another caller decides, and for a bounded time (the store's) while
/// another process does. Nothing throws: what goes wrong is in the Result. Where memory runs out after a commit, its answer
/// is given all the same.
///
/// After fork(), a child's use of a handle that the parent opened answers `forked`.
///
/// BasicBoxOffice is a template for the reason that BasicBatch is (batch.hpp); it is always written BoxOffice.
template <class = void>
class BasicBoxOffice {
  public:
    /// Opens the office on `store`, which it then owns. On a new store it makes the room `main` and, where the options bring
    /// no keys, a token key. Mistakes: invalid_options. Faults: of the store.
    static Result<std::unique_ptr<BasicBoxOffice>> open(std::unique_ptr<Store> store, Options options = {}, Ports ports = {}) {
        return guarded([&]() -> Result<std::unique_ptr<BasicBoxOffice>> {
            BOXOFFICE_TRY(check(options));
            if (store == nullptr || ports.clock == nullptr || ports.random == nullptr)
                return refuse(ErrorCode::invalid_argument, "open: a store, a clock and a source of chance");
            if (const ForkBarrier barrier; sodium_init() < 0) return refuse(ErrorCode::internal, "libsodium could not start");
            std::unique_ptr<BasicBoxOffice> office(new BasicBoxOffice(std::move(store), std::move(options), std::move(ports)));
            BOXOFFICE_TRY(office->prepare());
            return office;
        });
    }

    BasicBoxOffice(const BasicBoxOffice&) = delete;
    BasicBoxOffice& operator=(const BasicBoxOffice&) = delete;

    /// Closes the store. No call may be running: stop() ends those that would still wait long.
    ~BasicBoxOffice() { give_node_back(); }

    /// Ends the waits of await_turn, those under way (on the system's clock within a tenth of a second, on a host's when its
    /// wait ends) and those to come, with `closed`. Other calls go on. For whoever is about to close and waits for the calls
    /// inside.
    void stop() noexcept { is_stopped_ = true; }

    // ---- commands -----------------------------------------------------------------------------------------------

    /// Executes the commands in order, and returns one outcome each; a refused command changes nothing and does not stop
    /// the others. They share one transaction, with these exceptions: a Tick has one of its own, and where a command
    /// cannot be decided (a damaged row, an engine's bug, no memory) the batch is divided until that command is alone with
    /// its fault, and the others are done. Outcomes are in order always: if a commit fails, or the store cannot be had,
    /// that fault is the outcome of every command that was to be in it and of all behind it, and none of those was
    /// acknowledged: retry with the same idempotency keys. No outcomes at all: memory ran out before anything was done.
    std::vector<Outcome> execute(std::span<const Command> commands) noexcept {
        std::vector<Outcome> outcomes;
        const auto done = guarded([&]() -> Result<void> {
            outcomes.reserve(commands.size());  // from here on, no outcome is lost for want of memory
            BOXOFFICE_TRY(check_process());
            const std::lock_guard lock(writer_);
            return execute_in_order(commands, outcomes,
                                    [&](auto some, auto& into, Stage& stage, Riding riding) -> Result<void> {
                                        auto transaction = store_->begin();
                                        if (!transaction) return tl::unexpected(transaction.error());
                                        return run(**transaction, some, into, stage, riding);
                                    });
        });
        if (std::any_of(commands.begin(), commands.end(), [](const auto& one) { return std::holds_alternative<Tick>(one); }))
            (void)guarded([&]() -> Result<void> { return store_->rest(), Result<void>{}; });
        if (outcomes.capacity() < commands.size()) return outcomes;
        while (outcomes.size() < commands.size()) outcomes.push_back(tl::unexpected(copy_of(done.error())));
        return outcomes;
    }

    /// One command, in a transaction of its own.
    template <class C>
    Result<typename C::Answer> execute(C command) {
        const Command one{std::move(command)};
        auto outcomes = execute(std::span{&one, 1});
        if (outcomes.empty()) return refuse(ErrorCode::out_of_memory);
        if (!outcomes[0]) return tl::unexpected(std::move(outcomes[0]).error());
        return std::get<typename C::Answer>(std::move(*outcomes[0]));
    }

    /// Begins a payment, asks the gateway, captures; without a gateway the same as the command Pay. Retry with the same key:
    /// one effect, and the gateway is asked again for the same payment only while it is neither captured nor failed.
    /// Refusals: those of Pay, and payment_declined. What is left if the process dies meanwhile: see PaymentGateway.
    Result<Paid> pay(UserId user, TokenId token, ReservationId reservation, IdempotencyKey key) {
        if (ports_.gateway == nullptr) return execute(Pay{user, token, reservation, std::move(key)});
        const auto begun = execute(BeginPayment{user, token, reservation, key});
        if (!begun) return tl::unexpected(begun.error());
        const CapturePayment capture{user, token, reservation, begun->payment, {}, std::move(key)};
        return guarded([&] {
            return gateway::pay(*this, *ports_.gateway, capture, {begun->payment, reservation, user, begun->amount});
        });
    }

    /// Asks the gateway about up to `limit` (1 to 1,000) of the payments after `after` that are not reconciled, has it take
    /// back what it charged for them, and writes that down; go on after the answer's `next`. Outside any transaction, and as
    /// long as the gateway takes. Several callers and processes may do it at a time: then an approval may be cancelled twice.
    /// Without a gateway all stay open. See PaymentGateway.
    Result<Reconciled> reconcile_payments(std::int64_t limit, PaymentId after = {}) {
        return guarded([&] { return gateway::sweep(*this, ports_.gateway.get(), limit, after); });
    }

    // ---- tokens and turns ---------------------------------------------------------------------------------------

    /// The text of a token; 68 URL-safe characters, or empty where memory ran out. The store never holds it.
    [[nodiscard]] std::string token_text(const TokenClaims& claims) const noexcept {
        return guarded([&]() -> Result<std::string> { return sign(claims, keys_.front(), store_id_); }).value_or(std::string{});
    }

    /// Whose token this is. It says nothing of the turn. Mistakes: invalid_token (forged, or older than identity_ttl).
    Result<TokenClaims> authenticate(std::string_view token) {
        return guarded([&]() -> Result<TokenClaims> {
            BOXOFFICE_TRY(check_process());
            const auto now = timekeeper_.now();
            if (!now) return tl::unexpected(now.error());
            return authenticate_at(token, *now);
        });
    }

    /// Is it this token's turn, and if not, how long yet? The first peek of an admitted place claims it. While the place
    /// waits, this reads a snapshot only, and never waits for a writer. A place that was given up may read as waiting
    /// until its position is served. Refusals: place_expired, place_completed, place_left. Mistakes: invalid_token.
    Result<Peeked> peek(std::string_view token) {
        return guarded([&]() -> Result<Peeked> {
            BOXOFFICE_TRY(check_process());
            const auto now = timekeeper_.now();
            if (!now) return tl::unexpected(now.error());
            const auto claims = authenticate_at(token, *now);
            if (!claims) return tl::unexpected(claims.error());
            refresh_board();
            auto notice = board_.notice_of(claims->room);
            if (!notice) {  // a room that another process has just made
                refresh_board(true);
                notice = board_.notice_of(claims->room);
                if (!notice) return refuse(ErrorCode::invalid_token, "no such waiting room");
            }
            if (waits(*claims, *notice) && passed(due_at(notice->room), *now)) {
                try_advance();
                notice = board_.notice_of(claims->room);
            }
            if (waits(*claims, *notice)) return waiting_answer(*claims, *notice, *now);
            return peek_place(*claims);
        });
    }

    /// The answer of peek() as far as this process's snapshot has it: for event loops, since it neither asks the store nor
    /// waits for anyone. Empty: ask peek(), on a thread that may wait; so it is for places whose turn may have come, when an
    /// admission is due, and once in `snapshot_age_max`, when other processes' admissions are to be looked for.
    Result<std::optional<Peeked>> peek_snapshot(std::string_view token) {
        return guarded([&]() -> Result<std::optional<Peeked>> {
            BOXOFFICE_TRY(check_process());
            const auto now = timekeeper_.now();
            if (!now) return tl::unexpected(now.error());
            const auto claims = authenticate_at(token, *now);
            if (!claims) return tl::unexpected(claims.error());
            if (board_.is_old()) return std::nullopt;
            const auto notice = board_.notice_of(claims->room);
            if (!notice || !waits(*claims, *notice) || passed(due_at(notice->room), *now)) return std::nullopt;
            return waiting_answer(*claims, *notice, *now);
        });
    }

    /// Peeks up to `attempts_max` times, `interval` (0 to await_interval_max) apart on the office's clock, until it is this
    /// token's turn. stop() ends it. Refusals: not_your_turn when the attempts run out; those of peek. Mistakes: closed.
    /// (The seed's retry loop.)
    Result<Peeked> await_turn(std::string_view token, int attempts_max, Duration interval) {
        return guarded([&]() -> Result<Peeked> {
            if (attempts_max < 1 || interval < Duration::zero() || interval > await_interval_max)
                return refuse(ErrorCode::invalid_argument, "await_turn: at least one attempt, an interval of 0 to 60 s");
            for (int attempt = 1;; ++attempt) {
                auto peeked = peek(token);
                if (!peeked || peeked->is_turn) return peeked;
                if (attempt == attempts_max) return refuse(ErrorCode::not_your_turn);
                if (!is_stopped_) ports_.clock->wait_or_stop(interval, is_stopped_);
                if (is_stopped_) return refuse(ErrorCode::closed);
            }
        });
    }

    // ---- queries ------------------------------------------------------------------------------------------------

    /// Mistakes: unknown_user.
    Result<User> user(const std::string& external_id) {
        return ask([&](View& view, Time) -> Result<User> {
            return one(view.users(), UserKeys{{}, {external_id}}, ErrorCode::unknown_user);
        });
    }

    Result<User> user(UserId id) {
        return ask([&](View& view, Time) -> Result<User> {
            return one(view.users(), UserKeys{{id}, {}}, ErrorCode::unknown_user);
        });
    }

    /// Mistakes: unknown_room.
    Result<Room> room(const std::string& name) {
        return ask([&](View& view, Time) -> Result<Room> {
            RoomKeys keys;
            keys.names = {name};
            return one(view.rooms(), keys, ErrorCode::unknown_room);
        });
    }

    /// The only concert on a date. Mistakes: unknown_concert, ambiguous_concert.
    Result<Concert> concert(Date date) {
        return ask([&](View& view, Time) -> Result<Concert> {
            auto found = view.concerts_from(date);
            if (!found) return tl::unexpected(found.error());
            std::erase_if(*found, [&](const Concert& c) { return c.date != date; });
            if (found->empty()) return refuse(ErrorCode::unknown_concert);
            if (found->size() > 1) return refuse(ErrorCode::ambiguous_concert);
            return found->front();
        });
    }

    Result<Concert> concert(ConcertId id) {
        return ask([&](View& view, Time) -> Result<Concert> {
            return one(view.concerts(), ConcertKeys{{id}}, ErrorCode::unknown_concert);
        });
    }

    /// Every concert from a date on, by date.
    Result<std::vector<Concert>> concerts(Date from) {
        return ask([&](View& view, Time) { return view.concerts_from(from); });
    }

    /// The dates from `from` (often today) on that have a seat available now, ascending, each once.
    Result<std::vector<Date>> dates(Date from) {
        return ask([&](View& view, Time now) -> Result<std::vector<Date>> {
            const auto all = view.concerts_from(from);
            if (!all) return tl::unexpected(all.error());
            std::vector<Date> out;
            for (const auto& concert : *all) {
                if (!out.empty() && out.back() == concert.date) continue;
                const auto counts = view.seat_counts(concert.id, now);
                if (!counts) return tl::unexpected(counts.error());
                if (counts->available > 0) out.push_back(concert.date);
            }
            return out;
        });
    }

    /// Seats that can be held now, in natural order of their numbers (2 before 10). Mistakes: unknown_concert.
    Result<std::vector<Seat>> available_seats(ConcertId concert) {
        return ask([&](View& view, Time now) -> Result<std::vector<Seat>> {
            auto seats = seats_of(view, concert);
            if (seats) std::erase_if(*seats, [&](const Seat& seat) { return state_at(seat, now) != SeatState::available; });
            return seats;
        });
    }

    /// Every seat with its state, as `user` sees it (none: nobody's), in natural order. Mistakes: unknown_concert.
    Result<std::vector<SeatNow>> seat_map(ConcertId concert, UserId user = {}) {
        return ask([&](View& view, Time now) -> Result<std::vector<SeatNow>> {
            auto seats = seats_of(view, concert);
            if (!seats) return tl::unexpected(seats.error());
            auto mine = claims_of(view, user, now);
            if (!mine) return tl::unexpected(mine.error());
            std::vector<SeatNow> out;
            out.reserve(seats->size());
            for (auto& seat : *seats) {
                const auto state = state_at(seat, now);
                const bool claimed = state == SeatState::held || state == SeatState::sold;
                const bool is_mine = claimed && mine->contains(seat.claim);
                out.push_back({std::move(seat), state, is_mine});
            }
            return out;
        });
    }

    /// One seat by its number. Mistakes: unknown_seat.
    Result<SeatNow> seat(ConcertId concert, const std::string& number, UserId user = {}) {
        return ask([&](View& view, Time now) -> Result<SeatNow> {
            auto found = one(view.seats(), SeatKeys{{}, {{concert, number}}}, ErrorCode::unknown_seat);
            if (!found) return tl::unexpected(found.error());
            auto mine = claims_of(view, user, now);
            if (!mine) return tl::unexpected(mine.error());
            const auto state = state_at(*found, now);
            const bool claimed = state == SeatState::held || state == SeatState::sold;
            const bool is_mine = claimed && mine->contains(found->claim);
            return SeatNow{std::move(*found), state, is_mine};
        });
    }

    /// One of the user's own reservations. Mistakes: unknown_reservation (also for another's).
    Result<ReservationNow> reservation(UserId user, ReservationId id) {
        return ask([&](View& view, Time now) -> Result<ReservationNow> {
            auto found = one(view.reservations(), ReservationKeys{{id}, {}, {}}, ErrorCode::unknown_reservation);
            if (!found) return tl::unexpected(found.error());
            if (found->user != user) return refuse(ErrorCode::unknown_reservation);
            return describe(view, *found, now);
        });
    }

    /// A page of the user's reservations, newest first, older than `before` (none: from the newest); 1 to 1,000.
    Result<std::vector<ReservationNow>> reservations(UserId user, std::int64_t limit, ReservationId before = {}) {
        BOXOFFICE_TRY(check_limit(limit));
        return ask([&](View& view, Time now) -> Result<std::vector<ReservationNow>> {
            const auto rows = view.reservations_of(user, before, limit);
            if (!rows) return tl::unexpected(rows.error());
            std::vector<ReservationNow> out;
            for (const auto& row : *rows) {
                auto described = describe(view, row, now);
                if (!described) return tl::unexpected(described.error());
                out.push_back(std::move(*described));
            }
            return out;
        });
    }

    /// The user's own balance. Mistakes: unknown_user.
    Result<Points> balance(UserId user) {
        return ask([&](View& view, Time) -> Result<Points> {
            const auto account = one(view.accounts(), AccountKeys{{account_of(user)}}, ErrorCode::unknown_user);
            if (!account) return tl::unexpected(account.error());
            if (account->kind != AccountKind::user) return refuse(ErrorCode::unknown_user);
            return account->balance;
        });
    }

    /// A page of the transfers of the user's account, newest first, older than `before`; 1 to 1,000. Mistakes: unknown_user.
    Result<std::vector<Transfer>> transfers(UserId user, std::int64_t limit, TransferId before = {}) {
        BOXOFFICE_TRY(check_limit(limit));
        return ask([&](View& view, Time) -> Result<std::vector<Transfer>> {
            const auto account = one(view.accounts(), AccountKeys{{account_of(user)}}, ErrorCode::unknown_user);
            if (!account) return tl::unexpected(account.error());
            if (account->kind != AccountKind::user) return refuse(ErrorCode::unknown_user);
            return view.transfers_of(account->id, before, limit);
        });
    }

    /// One of the user's own payments with its history. Mistakes: unknown_payment (also for another's).
    Result<PaymentNow> payment(UserId user, PaymentId id) {
        return ask([&](View& view, Time now) -> Result<PaymentNow> {
            auto found = one(view.payments(), PaymentKeys{{id}, {}}, ErrorCode::unknown_payment);
            if (!found) return tl::unexpected(found.error());
            if (found->user != user) return refuse(ErrorCode::unknown_payment);
            auto steps = view.steps_of(id);
            if (!steps) return tl::unexpected(steps.error());
            const auto state = state_at(*found, now);
            return PaymentNow{std::move(*found), state, std::move(*steps)};
        });
    }

    /// A page of everybody's payments that failed and are not reconciled, the oldest first, after `after`; 1 to 1,000. For those
    /// who look after the money: each may have charged its payer for nothing. See PaymentGateway.
    Result<std::vector<PaymentNow>> unreconciled_payments(std::int64_t limit, PaymentId after = {}) {
        BOXOFFICE_TRY(check_limit(limit));
        return ask([&](View& view, Time now) -> Result<std::vector<PaymentNow>> {
            auto rows = view.unreconciled_payments(now, after, limit);
            if (!rows) return tl::unexpected(rows.error());
            std::vector<PaymentNow> out;
            for (auto& row : *rows) {
                auto steps = view.steps_of(row.id);
                if (!steps) return tl::unexpected(steps.error());
                out.push_back({std::move(row), PaymentState::failed, std::move(*steps)});
            }
            return out;
        });
    }

    /// Up to `limit` (1 to 100,000) events after `sequence`, in commit order. For consumers: they are everybody's data.
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) {
        BOXOFFICE_TRY(check_limit(limit, 100'000));
        return ask([&](View& view, Time) { return view.events_after(sequence, limit); });
    }

    /// Counts over all rooms and concerts, expiry included.
    Result<Stats> stats() {
        return ask([&](View& view, Time now) { return view.counts(now); });
    }

    Result<SeatCounts> seat_counts(ConcertId concert) {
        return ask([&](View& view, Time now) { return view.seat_counts(concert, now); });
    }

    /// Recomputes everything that must hold from the rows, and has the store look below them (an SQLite file's pages and
    /// indexes); empty: clean. Reads every row of one consistent state, and needs memory for them.
    Result<std::vector<Violation>> audit() {
        return ask([&](View& view, Time now) -> Result<std::vector<Violation>> {
            Audit audit(now);
            BOXOFFICE_TRY(view.scan(audit));
            auto violations = audit.report_all();
            const auto damage = view.find_damage();
            if (!damage) return tl::unexpected(damage.error());
            for (const auto& words : *damage) violations.push_back({"D3", words});
            return violations;
        });
    }

    /// Copies the live data to a new file, without the kept token keys unless `with_keys` (who has those can forge
    /// tokens). Mistakes: unsupported (in-memory store), invalid_argument (the file exists).
    Result<void> backup(const std::string& path, bool with_keys = false) {
        return guarded([&]() -> Result<void> {
            BOXOFFICE_TRY(check_process());
            return store_->backup(path, with_keys);
        });
    }

    /// Could a command be executed now, as far as is known without trying one? A fault says what stands in the way: for those who
    /// watch over the host. It asks no disk and waits for nobody.
    Result<void> check_health() {
        return guarded([&]() -> Result<void> {
            BOXOFFICE_TRY(check_process());
            const auto now = timekeeper_.now();
            if (!now) return tl::unexpected(now.error());
            return store_->check_health();
        });
    }

    /// The engine's time, as the next decision would see it or a little earlier.
    Result<Time> now() {
        return guarded([&]() -> Result<Time> {
            BOXOFFICE_TRY(check_process());
            return timekeeper_.now();
        });
    }

    [[nodiscard]] const Options& options() const { return options_; }

    /// The room `main`.
    [[nodiscard]] RoomId main_room() const { return main_room_; }

  private:
    BasicBoxOffice(std::unique_ptr<Store> store, Options options, Ports ports)
        : store_(std::move(store)),
          options_(std::move(options)),
          ports_(std::move(ports)),
          timekeeper_(ports_.clock, options_.clock_jump_max),
          board_(ports_.clock, options_.snapshot_age_max) {}

    /// Before any lock: in a child of fork() its holder may not exist.
    Result<void> check_process() const {
        if (fork_epoch() != opened_in_) return refuse(ErrorCode::forked);
        return {};
    }

    // ---- opening and closing ------------------------------------------------------------------------------------

    Result<void> prepare() {
        auto transaction = store_->begin();
        if (!transaction) return tl::unexpected(transaction.error());
        View& view = **transaction;
        const auto last = view.last_event();
        if (!last) return tl::unexpected(last.error());
        std::vector<NodeLease> leases;
        std::vector<TokenKey> kept;
        std::vector<Room> rooms;
        RoomKeys all_rooms;
        all_rooms.all = true;
        BOXOFFICE_TRY(view.leases().load({true}, leases));
        const auto has_others = store_->has_others();
        if (!has_others) return tl::unexpected(has_others.error());
        const auto reading = read_clock({});
        if (!options_.accept_time)
            BOXOFFICE_TRY(check_opening(leases, last->at, ports_.clock->wall(), reading,
                                        {options_.clock_jump_max, options_.clock_skew_max, *has_others}));
        const auto now = timekeeper_.now(last->at);
        if (!now) return tl::unexpected(now.error());
        auto rules = view.house_rules();
        if (!rules) return tl::unexpected(rules.error());
        auto agreed = setup::agree(*rules, options_, *has_others, *ports_.random);
        if (!agreed) return tl::unexpected(agreed.error());
        BOXOFFICE_TRY(view.token_keys().load({true}, kept));
        BOXOFFICE_TRY(view.rooms().load(all_rooms, rooms));

        auto lease = take_lease(leases, *now);
        if (!lease) return tl::unexpected(lease.error());
        lease->seen = read_clock(*now);
        ids_.use_node(lease->node, lease->floor);
        WorkingSet set;
        set.put(*lease, !has_node(leases, lease->node));
        const auto main = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; });
        if (main == rooms.end()) rooms.push_back(setup::make_main_room(set, options_.main_room, ids_, *now));
        auto changes = set.take_changes(*last, *now);
        keys_ = setup::choose_keys(options_, std::move(kept), *ports_.random, changes);
        store_id_ = agreed->store;
        if (*agreed != *rules) changes.house_rules = *agreed;
        BOXOFFICE_TRY((*transaction)->commit(changes));
        lease_ = *lease;
        main_room_ = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; })->id;
        board_.post(rooms, *now);
        return {};
    }

    [[nodiscard]] ClockReading read_clock(Time now) const {
        return {now, ports_.clock->steady(), ports_.clock->steady_origin()};
    }

    static bool has_node(const std::vector<NodeLease>& leases, std::int32_t node) {
        return std::any_of(leases.begin(), leases.end(), [&](const NodeLease& lease) { return lease.node == node; });
    }

    /// Lets another process have the node at once; without this it waits for the lease to lapse.
    void give_node_back() {
        (void)guarded([&]() -> Result<void> {
            BOXOFFICE_TRY(check_process());
            const std::lock_guard lock(writer_);
            if (lease_.until == Time{}) return {};
            auto transaction = store_->try_begin();
            if (!transaction) return {};
            Changes changes;
            changes.leases.push_back({NodeLease{lease_.node, Time{}, std::max(lease_.floor, ids_.last()), lease_.seen}, false});
            return (*transaction)->commit(changes);
        });
    }

    // ---- executing ----------------------------------------------------------------------------------------------

    /// Decides and commits on a transaction just begun; the writer's lock is held, and `outcomes` has room for all. Nothing
    /// behind the commit can fail.
    Result<void> run(Transaction& transaction, std::span<const Command> commands, std::vector<Outcome>& outcomes,
                     Stage& stage, Riding riding) {
        const auto last = transaction.last_event();
        if (!last) return tl::unexpected(last.error());
        const auto now = timekeeper_.now(last->at);
        if (!now) return tl::unexpected(now.error());
        stage = Stage::deciding;
        Batch batch(commands, Moment{*now, ids_, options_, ports_.gateway != nullptr});
        const bool renew = is_lease_due(lease_, tsid::time_of(ids_.last()), *now);
        if (renew) batch.want_leases();
        if (riding == Riding::left_behind) batch.leave_due_rooms();
        BOXOFFICE_TRY(batch.load(transaction));
        auto lease = lease_;
        if (renew) {
            auto& set = batch.working_set();
            const auto renewal = renew_lease(set.leases(), *now);
            if (!renewal) {
                stage = Stage::beginning;  // no fault of a command's
                return tl::unexpected(renewal.error());
            }
            lease = *renewal;
            lease.seen = read_clock(*now);
            set.put(lease, !has_node(set.leases(), lease.node));
        }
        for (auto& outcome : batch.decide_all()) outcomes.push_back(std::move(outcome));
        const auto changes = batch.working_set().take_changes(*last, *now);
        std::vector<Room> rooms;
        for (const auto& write : changes.rooms) rooms.push_back(write.entity);
        stage = Stage::committing;
        if (!changes.empty()) BOXOFFICE_TRY(transaction.commit(changes));
        lease_ = lease;
        board_.post(rooms, *now);
        return {};
    }

    /// Keeps the node, or takes another if the lease has lapsed: then someone else may have it.
    Result<NodeLease> renew_lease(const std::vector<NodeLease>& leases, Time now) {
        const auto ids_until = tsid::time_of(ids_.last());
        if (!passed(lease_.until, now)) return renewed(lease_, ids_until, now);
        auto taken = take_lease(leases, now);
        if (taken) ids_.use_node(taken->node, taken->floor);
        return taken;
    }

    // ---- the waiting room ---------------------------------------------------------------------------------------

    Result<TokenClaims> authenticate_at(std::string_view token, Time now) const {
        auto claims = verify(token, keys_, store_id_);
        if (claims) BOXOFFICE_TRY(check_identity(*claims, options_.identity_ttl, now));
        return claims;
    }

    void refresh_board(bool at_once = false) {
        board_.refresh(at_once, [&] { return store_->version(); }, [&](const auto& post) {
            (void)ask([&](View& view, Time now) -> Result<void> {
                RoomKeys keys;
                keys.all = true;
                std::vector<Room> rooms;
                BOXOFFICE_TRY(view.rooms().load(keys, rooms));
                post(rooms, now);
                return {};
            });
        });
    }

    /// Advances the rooms that are due, unless someone else is deciding just now (who then does it). That it cannot is no
    /// fault of who peeks.
    void try_advance() {
        (void)guarded([&]() -> Result<void> {
            const std::unique_lock lock(writer_, std::try_to_lock);
            if (!lock) return {};
            auto transaction = store_->try_begin();
            if (!transaction) return {};
            std::vector<Outcome> none;
            auto stage = Stage::beginning;
            return run(**transaction, {}, none, stage, Riding::along);
        });
    }

    /// A place whose position has been served: the store knows what became of it.
    Result<Peeked> peek_place(const TokenClaims& claims) {
        auto seen = ask([&](View& view, Time now) -> Result<std::pair<Place, Time>> {
            auto place = one(view.places(), PlaceKeys{{claims.token}, {}, {}}, ErrorCode::place_expired);
            if (!place) return tl::unexpected(place.error());
            return std::pair{std::move(*place), now};
        });
        if (!seen) return tl::unexpected(seen.error());
        const auto& [place, now] = *seen;
        const auto notice = board_.notice_of(claims.room);
        if (!notice) return refuse(ErrorCode::internal, "a place in a room that is not shown");
        const auto state = state_at(place, notice->room.limits, now);
        if (state == PlaceState::waiting) return waiting_answer(claims, *notice, now);
        if (state != PlaceState::admitted) return refuse(reason_of(state));
        Peeked answer{true, now, claims.position, 0, {}, notice->room.limits.arrive_ttl / 3, place.deadline};
        if (place.arrived_at != never) return answer;
        const auto claimed = execute(Arrive{claims.user, claims.token});
        if (!claimed) return tl::unexpected(claimed.error());
        answer.deadline = claimed->deadline;
        return answer;
    }

    // ---- asking -------------------------------------------------------------------------------------------------

    /// Runs a query on one consistent state, at a time not before its last commit.
    template <class Question>
    auto ask(Question question) -> decltype(question(std::declval<View&>(), Time{})) {
        return guarded([&]() -> decltype(question(std::declval<View&>(), Time{})) {
            BOXOFFICE_TRY(check_process());
            auto view = store_->read();
            if (!view) return tl::unexpected(view.error());
            const auto last = (*view)->last_event();
            if (!last) return tl::unexpected(last.error());
            const auto now = timekeeper_.now(last->at);
            if (!now) return tl::unexpected(now.error());
            return question(**view, *now);
        });
    }

    static Result<std::vector<Seat>> seats_of(View& view, ConcertId concert) {
        const auto known = one(view.concerts(), ConcertKeys{{concert}}, ErrorCode::unknown_concert);
        if (!known) return tl::unexpected(known.error());
        return view.seats_of(concert);
    }

    static Result<ReservationNow> describe(View& view, const Reservation& row, Time now) {
        const auto seat = one(view.seats(), SeatKeys{{row.seat}, {}}, ErrorCode::internal);
        if (!seat) return tl::unexpected(seat.error());
        const auto concert = one(view.concerts(), ConcertKeys{{row.concert}}, ErrorCode::internal);
        if (!concert) return tl::unexpected(concert.error());
        const auto& facts = seat->facts;
        return ReservationNow{row,         state_at(row, now), facts.number, concert->date,
                               facts.label, facts.section,      facts.row};
    }

    const std::uint32_t opened_in_ = fork_epoch();
    std::unique_ptr<Store> store_;
    Options options_;
    Ports ports_;
    Timekeeper timekeeper_;
    std::vector<TokenKey> keys_;
    StoreId store_id_{};
    RoomId main_room_;
    TurnBoard board_;
    std::atomic<bool> is_stopped_{false};

    std::mutex writer_;  // held around a decision; guards ids_ and lease_
    IdSource ids_;
    NodeLease lease_;
};

using BoxOffice = BasicBoxOffice<>;

#ifdef BOXOFFICE_COMPILED
extern template class BasicBoxOffice<>;
#endif

}  // namespace boxoffice
