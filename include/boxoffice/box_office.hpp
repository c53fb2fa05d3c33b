#pragma once
/// The box office: commands in, outcomes out. It owns the store, is the only place with clock and chance, and turns
/// commands into transactions. Open one per process and file, and call it from any thread.

#include <sodium.h>

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boxoffice/answers.hpp"
#include "boxoffice/audit.hpp"
#include "boxoffice/batch.hpp"
#include "boxoffice/fork_guard.hpp"
#include "boxoffice/ports.hpp"
#include "boxoffice/room_board.hpp"
#include "boxoffice/timekeeper.hpp"

namespace boxoffice {

/// Thread-safe: any function may be called from any thread at any time. The library starts no threads; admission and
/// expiry ride on callers. Functions block while another caller decides, and for a bounded time (the store's) while
/// another process does. Nothing throws: what goes wrong is in the Result.
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
            if (sodium_init() < 0) return refuse(ErrorCode::internal, "libsodium could not start");
            std::unique_ptr<BasicBoxOffice> office(new BasicBoxOffice(std::move(store), std::move(options), std::move(ports)));
            BOXOFFICE_TRY(office->prepare());
            return office;
        });
    }

    BasicBoxOffice(const BasicBoxOffice&) = delete;
    BasicBoxOffice& operator=(const BasicBoxOffice&) = delete;

    /// Closes the store. No call may be running.
    ~BasicBoxOffice() { give_node_back(); }

    // ---- commands -----------------------------------------------------------------------------------------------

    /// Executes the commands in order in one transaction, and returns one outcome each; a refused command changes nothing
    /// and does not stop the others. If the commit fails, every outcome is that fault, and nothing was acknowledged: retry
    /// with the same idempotency keys.
    std::vector<Outcome> execute(std::span<const Command> commands) {
        const auto faults = [&](const Error& error) { return std::vector<Outcome>(commands.size(), tl::unexpected(error)); };
        const auto outcomes = guarded([&]() -> Result<std::vector<Outcome>> {
            BOXOFFICE_TRY(check_process());
            const std::lock_guard lock(writer_);
            auto transaction = store_->begin();
            if (!transaction) return tl::unexpected(transaction.error());
            return run(**transaction, commands);
        });
        return outcomes ? std::move(*outcomes) : faults(outcomes.error());
    }

    /// One command, in a transaction of its own.
    template <class C>
    Result<typename C::Answer> execute(C command) {
        const Command one{std::move(command)};
        auto outcomes = execute(std::span{&one, 1});
        if (!outcomes[0]) return tl::unexpected(outcomes[0].error());
        return std::get<typename C::Answer>(std::move(*outcomes[0]));
    }

    /// Begins a payment, asks the gateway, captures; without a gateway the same as the command Pay. Retry with the same key:
    /// one effect, and the gateway is asked again for the same payment only while it is neither captured nor failed.
    /// Refusals: those of Pay, and payment_declined.
    Result<Paid> pay(UserId user, TokenId token, ReservationId reservation, IdempotencyKey key) {
        if (ports_.gateway == nullptr) return execute(Pay{user, token, reservation, std::move(key)});
        const auto begun = execute(BeginPayment{user, token, reservation, key});
        if (!begun) return tl::unexpected(begun.error());
        const CapturePayment capture{user, token, reservation, begun->payment, {}, std::move(key)};
        return guarded([&] { return ask_gateway(capture, {begun->payment, reservation, user, begun->amount}); });
    }

    // ---- tokens and turns ---------------------------------------------------------------------------------------

    /// The text of a token; 68 URL-safe characters. The store never holds it.
    [[nodiscard]] std::string token_text(const TokenClaims& claims) const { return sign(claims, keys_.front()); }

    /// Whose token this is. It says nothing of the turn. Mistakes: invalid_token (forged, or older than identity_ttl).
    Result<TokenClaims> authenticate(std::string_view token) {
        BOXOFFICE_TRY(check_process());
        const auto now = timekeeper_.now();
        if (!now) return tl::unexpected(now.error());
        return authenticate_at(token, *now);
    }

    /// Is it this token's turn, and if not, how long yet? The first peek of an admitted place claims it. While the place
    /// waits, this reads a snapshot only, and never waits for a writer. A place that was given up may read as waiting
    /// until its position is served. Refusals: token_expired, token_completed, token_left. Mistakes: invalid_token.
    Result<Peeked> peek(std::string_view token) {
        return guarded([&]() -> Result<Peeked> {
            BOXOFFICE_TRY(check_process());
            const auto now = timekeeper_.now();
            if (!now) return tl::unexpected(now.error());
            const auto claims = authenticate_at(token, *now);
            if (!claims) return tl::unexpected(claims.error());
            refresh_board();
            auto notice = notice_of(claims->room);
            if (!notice) {  // a room that another process has just made
                refresh_board(true);
                notice = notice_of(claims->room);
                if (!notice) return refuse(ErrorCode::invalid_token, "no such waiting room");
            }
            if (waits(*claims, *notice) && passed(due_at(notice->room), *now)) {
                try_advance();
                notice = notice_of(claims->room);
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
            if (is_board_old()) return std::nullopt;
            const auto notice = notice_of(claims->room);
            if (!notice || !waits(*claims, *notice) || passed(due_at(notice->room), *now)) return std::nullopt;
            return waiting_answer(*claims, *notice, *now);
        });
    }

    /// Peeks up to `max_attempts` times, `interval` apart on the office's clock, until it is this token's turn. Refusals:
    /// not_your_turn when the attempts run out; those of peek. (The seed's retry loop.)
    Result<Peeked> await_turn(std::string_view token, int max_attempts, Duration interval) {
        if (max_attempts < 1 || interval < Duration::zero())
            return refuse(ErrorCode::invalid_argument, "await_turn: at least one attempt, an interval of 0 or more");
        for (int attempt = 1;; ++attempt) {
            auto peeked = peek(token);
            if (!peeked || peeked->is_turn) return peeked;
            if (attempt == max_attempts) return refuse(ErrorCode::not_your_turn);
            ports_.clock->wait(interval);
        }
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
    Result<std::vector<MapSeat>> seat_map(ConcertId concert, UserId user = {}) {
        return ask([&](View& view, Time now) -> Result<std::vector<MapSeat>> {
            auto seats = seats_of(view, concert);
            if (!seats) return tl::unexpected(seats.error());
            auto mine = claims_of(view, user, now);
            if (!mine) return tl::unexpected(mine.error());
            std::vector<MapSeat> out;
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
    Result<MapSeat> seat(ConcertId concert, const std::string& number, UserId user = {}) {
        return ask([&](View& view, Time now) -> Result<MapSeat> {
            auto found = one(view.seats(), SeatKeys{{}, {{concert, number}}}, ErrorCode::unknown_seat);
            if (!found) return tl::unexpected(found.error());
            auto mine = claims_of(view, user, now);
            if (!mine) return tl::unexpected(mine.error());
            const auto state = state_at(*found, now);
            const bool claimed = state == SeatState::held || state == SeatState::sold;
            const bool is_mine = claimed && mine->contains(found->claim);
            return MapSeat{std::move(*found), state, is_mine};
        });
    }

    /// One of the user's own reservations. Mistakes: unknown_reservation (also for another's).
    Result<ReservationView> reservation(UserId user, ReservationId id) {
        return ask([&](View& view, Time now) -> Result<ReservationView> {
            auto found = one(view.reservations(), ReservationKeys{{id}, {}, {}}, ErrorCode::unknown_reservation);
            if (!found) return tl::unexpected(found.error());
            if (found->user != user) return refuse(ErrorCode::unknown_reservation);
            return describe(view, *found, now);
        });
    }

    /// A page of the user's reservations, newest first, older than `before` (none: from the newest); 1 to 1,000.
    Result<std::vector<ReservationView>> reservations(UserId user, std::int64_t limit, ReservationId before = {}) {
        BOXOFFICE_TRY(check_limit(limit));
        return ask([&](View& view, Time now) -> Result<std::vector<ReservationView>> {
            const auto rows = view.reservations_of(user, before, limit);
            if (!rows) return tl::unexpected(rows.error());
            std::vector<ReservationView> out;
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
    Result<PaymentView> payment(UserId user, PaymentId id) {
        return ask([&](View& view, Time now) -> Result<PaymentView> {
            auto found = one(view.payments(), PaymentKeys{{id}, {}}, ErrorCode::unknown_payment);
            if (!found) return tl::unexpected(found.error());
            if (found->user != user) return refuse(ErrorCode::unknown_payment);
            auto steps = view.steps_of(id);
            if (!steps) return tl::unexpected(steps.error());
            const auto state = state_at(*found, now);
            return PaymentView{std::move(*found), state, std::move(*steps)};
        });
    }

    /// Up to `limit` (1 to 100,000) events after `sequence`, in commit order. For consumers: they are everybody's data.
    Result<std::vector<Event>> events_after(std::int64_t sequence, std::int64_t limit) {
        BOXOFFICE_TRY(check_limit(limit, 100'000));
        return ask([&](View& view, Time) { return view.events_after(sequence, limit); });
    }

    /// Counts over all rooms and concerts, expiry included.
    Result<Stats> stats() {
        return ask([&](View& view, Time now) -> Result<Stats> {
            const auto counts = view.counts(now);
            if (!counts) return tl::unexpected(counts.error());
            return Stats{counts->users, counts->waiting, counts->admitted, counts->seats};
        });
    }

    Result<SeatCounts> seat_counts(ConcertId concert) {
        return ask([&](View& view, Time now) { return view.seat_counts(concert, now); });
    }

    /// Recomputes everything that must hold from the rows; empty: clean. Reads every row of one consistent state, and needs
    /// memory for them.
    Result<std::vector<Violation>> audit() {
        return ask([&](View& view, Time now) -> Result<std::vector<Violation>> {
            Audit audit(now);
            BOXOFFICE_TRY(view.scan(audit));
            return audit.report_all();
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

    /// The engine's time, as the next decision would see it or a little earlier.
    Result<Time> now() {
        BOXOFFICE_TRY(check_process());
        return timekeeper_.now();
    }

    [[nodiscard]] const Options& options() const { return options_; }

    /// The room `main`.
    [[nodiscard]] RoomId main_room() const { return main_room_; }

  private:
    BasicBoxOffice(std::unique_ptr<Store> store, Options options, Ports ports)
        : store_(std::move(store)),
          options_(std::move(options)),
          ports_(std::move(ports)),
          timekeeper_(ports_.clock, options_.clock_jump_max) {}

    /// Nothing throws out of the engine, whatever a store, a port or the allocator does.
    template <class F>
    static auto guarded(F work) -> decltype(work()) {
        try {
            return work();
        } catch (const std::bad_alloc&) {
            return refuse(ErrorCode::out_of_memory);
        } catch (const std::exception& e) {
            return refuse(ErrorCode::internal, e.what());
        } catch (...) {
            return refuse(ErrorCode::internal, "an exception of an unknown type");
        }
    }

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
        const auto now = timekeeper_.now(last->at);
        if (!now) return tl::unexpected(now.error());

        std::vector<NodeLease> leases;
        std::vector<TokenKey> kept;
        std::vector<Room> rooms;
        RoomKeys all_rooms;
        all_rooms.all = true;
        BOXOFFICE_TRY(view.leases().load({true}, leases));
        BOXOFFICE_TRY(view.token_keys().load({true}, kept));
        BOXOFFICE_TRY(view.rooms().load(all_rooms, rooms));

        const auto lease = take_lease(leases, *now);
        if (!lease) return tl::unexpected(lease.error());
        ids_.use_node(lease->node, lease->floor);
        WorkingSet set;
        set.put(*lease, !has_node(leases, lease->node));
        const auto main = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; });
        if (main == rooms.end()) rooms.push_back(make_main_room(set, *now));
        auto changes = set.take_changes(*last, *now);
        choose_keys(std::move(kept), changes);
        BOXOFFICE_TRY((*transaction)->commit(changes));
        lease_ = *lease;
        main_room_ = std::find_if(rooms.begin(), rooms.end(), [](const Room& room) { return room.name == "main"; })->id;
        board_.post(rooms, *now);
        return {};
    }

    static bool has_node(const std::vector<NodeLease>& leases, std::int32_t node) {
        return std::any_of(leases.begin(), leases.end(), [&](const NodeLease& lease) { return lease.node == node; });
    }

    Room make_main_room(WorkingSet& set, Time now) {
        Room room;
        room.id = ids_.next<RoomId>(now);
        room.name = "main";
        room.limits = options_.main_room;
        set.add(Event{.kind = EventKind::room_created, .room = room.id, .amount = room.limits.active_capacity});
        set.put(room);
        return room;
    }

    /// The options' keys, or those kept in the store, or a new one that is then kept.
    void choose_keys(std::vector<TokenKey> kept, Changes& changes) {
        keys_ = options_.token_keys;
        if (!keys_.empty()) return;
        keys_ = std::move(kept);
        std::sort(keys_.begin(), keys_.end(), [](const TokenKey& a, const TokenKey& b) { return a.id > b.id; });
        if (!keys_.empty()) return;
        TokenKey key;
        key.id = 1;
        ports_.random->fill(key.secret);
        keys_.push_back(key);
        changes.token_keys.push_back({key, true});
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
            changes.leases.push_back({NodeLease{lease_.node, Time{}, ids_.last()}, false});
            return (*transaction)->commit(changes);
        });
    }

    // ---- executing ----------------------------------------------------------------------------------------------

    /// Decides and commits on a transaction just begun; the writer's lock is held.
    Result<std::vector<Outcome>> run(Transaction& transaction, std::span<const Command> commands) {
        const auto last = transaction.last_event();
        if (!last) return tl::unexpected(last.error());
        const auto now = timekeeper_.now(last->at);
        if (!now) return tl::unexpected(now.error());
        Batch batch(commands, Moment{*now, ids_, options_, ports_.gateway != nullptr});
        const bool renew = is_lease_due(lease_, tsid::time_of(ids_.last()), *now);
        if (renew) batch.want_leases();
        BOXOFFICE_TRY(batch.load(transaction));
        auto lease = lease_;
        if (renew) {
            auto& set = batch.working_set();
            const auto renewal = renew_lease(set.leases(), *now);
            if (!renewal) return tl::unexpected(renewal.error());
            lease = *renewal;
            set.put(lease, !has_node(set.leases(), lease.node));
        }
        auto outcomes = batch.decide_all();
        const auto changes = batch.working_set().take_changes(*last, *now);
        if (!changes.empty()) BOXOFFICE_TRY(transaction.commit(changes));
        lease_ = lease;
        std::vector<Room> rooms;
        for (const auto& write : changes.rooms) rooms.push_back(write.entity);
        board_.post(rooms, *now);
        return outcomes;
    }

    /// Keeps the node, or takes another if the lease has lapsed: then someone else may have it.
    Result<NodeLease> renew_lease(const std::vector<NodeLease>& leases, Time now) {
        const auto ids_until = tsid::time_of(ids_.last());
        if (!passed(lease_.until, now)) return renewed(lease_, ids_until, now);
        auto taken = take_lease(leases, now);
        if (taken) ids_.use_node(taken->node, taken->floor);
        return taken;
    }

    Result<Paid> ask_gateway(CapturePayment capture, const PaymentRequest& request) {
        const auto known = payment(request.user, request.payment);
        if (!known) return tl::unexpected(known.error());
        if (known->payment.state == PaymentState::captured) return execute(std::move(capture));
        const auto fail = [&](const std::string& transaction_key) {
            return execute(FailPayment{request.user, request.reservation, request.payment, transaction_key});
        };
        const auto approval = ports_.gateway->approve(request);
        if (!approval) {
            const auto failed = fail({});
            if (!failed) return tl::unexpected(failed.error());
            return refuse(ErrorCode::payment_declined, approval.error().detail);
        }
        capture.transaction_key = approval->transaction_key;
        auto paid = execute(std::move(capture));
        // A refusal or mistake is final. After a fault the capture may still have been written: the caller retries with the
        // same key, and finds out.
        if (!paid && range_of(paid.error().code) != ErrorRange::fault) {
            // First, so that it is written down even if taking the approval back throws.
            (void)fail(check_transaction_key(approval->transaction_key) ? approval->transaction_key : std::string{});
            ports_.gateway->cancel(request, *approval);
        }
        return paid;
    }

    // ---- the waiting room ---------------------------------------------------------------------------------------

    Result<TokenClaims> authenticate_at(std::string_view token, Time now) const {
        auto claims = verify(token, keys_);
        if (claims) BOXOFFICE_TRY(check_identity(*claims, options_.identity_ttl, now));
        return claims;
    }

    [[nodiscard]] std::optional<RoomNotice> notice_of(RoomId room) const {
        const auto notices = board_.read();
        const auto at = notices->find(room);
        if (at == notices->end()) return std::nullopt;
        return at->second;
    }

    static bool waits(const TokenClaims& claims, const RoomNotice& notice) {
        return claims.position > notice.room.serving;
    }

    [[nodiscard]] bool is_board_old() const {
        const Duration refreshed_at{refreshed_at_us_.load(std::memory_order_relaxed)};
        return ports_.clock->steady() - refreshed_at >= options_.snapshot_age_max;
    }

    /// Looks whether other processes have committed, at most once in `snapshot_age_max`, one caller at a time; or at once.
    void refresh_board(bool at_once = false) {
        if (!at_once && !is_board_old()) return;
        std::unique_lock lock(refresh_, std::defer_lock);
        if (at_once)
            lock.lock();
        else if (!lock.try_lock())
            return;
        refreshed_at_us_.store(ports_.clock->steady().count(), std::memory_order_relaxed);
        const auto version = store_->version();
        if (!version || *version == seen_version_) return;
        (void)ask([&](View& view, Time now) -> Result<void> {
            RoomKeys keys;
            keys.all = true;
            std::vector<Room> rooms;
            BOXOFFICE_TRY(view.rooms().load(keys, rooms));
            board_.post(rooms, now);
            seen_version_ = *version;
            return {};
        });
    }

    /// Advances the rooms that are due, unless someone else is deciding just now (who then does it).
    void try_advance() {
        const std::unique_lock lock(writer_, std::try_to_lock);
        if (!lock) return;
        auto transaction = store_->try_begin();
        if (transaction) (void)run(**transaction, {});
    }

    /// The product of two numbers not below 0, or the largest there is: a host may sign any position.
    static std::int64_t times(std::int64_t a, std::int64_t b) {
        std::int64_t product = 0;
        return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
    }

    Result<Peeked> waiting_answer(const TokenClaims& claims, const RoomNotice& notice, Time now) const {
        Peeked answer;
        answer.deadline = waiting_until(claims.token, notice.room.limits);
        if (passed(answer.deadline, now)) return refuse(ErrorCode::token_expired);
        answer.occurred_at = now;
        answer.position = claims.position;
        answer.ahead = claims.position - notice.room.serving - 1;
        answer.estimated_wait_us = notice.gap_us < 0 ? -1 : times(answer.ahead + 1, notice.gap_us);
        // A third of claim_ttl, so that nobody sleeps through a turn; sooner when it is near; spread over the last half
        // so that those who joined together do not come back together.
        auto poll = notice.room.limits.claim_ttl / 3;
        if (answer.estimated_wait_us >= 0)
            poll = std::clamp(Duration{answer.estimated_wait_us / 2}, std::min(poll, Duration{500'000}), poll);
        const auto spread = std::hash<TokenId>{}(TokenId{claims.token.value ^ to_us(now)}) % 1024;
        answer.next_poll = poll / 2 + poll / 2 * static_cast<std::int64_t>(spread) / 1024;
        return answer;
    }

    /// A place whose position has been served: the store knows what became of it.
    Result<Peeked> peek_place(const TokenClaims& claims) {
        auto seen = ask([&](View& view, Time now) -> Result<std::pair<Place, Time>> {
            auto place = one(view.places(), PlaceKeys{{claims.token}, {}, {}}, ErrorCode::token_expired);
            if (!place) return tl::unexpected(place.error());
            return std::pair{std::move(*place), now};
        });
        if (!seen) return tl::unexpected(seen.error());
        const auto& [place, now] = *seen;
        const auto notice = notice_of(claims.room);
        if (!notice) return refuse(ErrorCode::internal, "a place in a room that is not shown");
        const auto state = state_at(place, notice->room.limits, now);
        if (state == PlaceState::waiting) return waiting_answer(claims, *notice, now);
        if (state != PlaceState::admitted) return refuse(reason_of(state));
        Peeked answer{true, now, claims.position, 0, 0, notice->room.limits.claim_ttl / 3, place.deadline};
        if (place.claimed_at != never) return answer;
        const auto claimed = execute(Claim{claims.user, claims.token});
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

    /// The first row that the keys name, or the error.
    template <class Entity, class KeysType>
    static Result<Entity> one(Repository<Entity, KeysType>& repository, const KeysType& keys, ErrorCode missing) {
        std::vector<Entity> rows;
        BOXOFFICE_TRY(repository.load(keys, rows));
        if (rows.empty()) return refuse(missing);
        return std::move(rows.front());
    }

    static Result<void> check_limit(std::int64_t limit, std::int64_t most = 1'000) {
        if (limit < 1 || limit > most)
            return refuse(ErrorCode::invalid_argument, "limit: 1 to " + std::to_string(most));
        return {};
    }

    static Result<std::vector<Seat>> seats_of(View& view, ConcertId concert) {
        const auto known = one(view.concerts(), ConcertKeys{{concert}}, ErrorCode::unknown_concert);
        if (!known) return tl::unexpected(known.error());
        return view.seats_of(concert);
    }

    /// The user's live holds and purchases.
    static Result<std::set<ReservationId>> claims_of(View& view, UserId user, Time now) {
        std::set<ReservationId> claims;
        ReservationId before{};
        while (user) {
            const auto page = view.reservations_of(user, before, 1'000);
            if (!page) return tl::unexpected(page.error());
            for (const auto& row : *page) {
                const auto state = state_at(row, now);
                if (state == ReservationState::held || state == ReservationState::confirmed) claims.insert(row.id);
            }
            if (page->size() < 1'000) break;
            before = page->back().id;
        }
        return claims;
    }

    static Result<ReservationView> describe(View& view, const Reservation& row, Time now) {
        const auto seat = one(view.seats(), SeatKeys{{row.seat}, {}}, ErrorCode::internal);
        if (!seat) return tl::unexpected(seat.error());
        const auto concert = one(view.concerts(), ConcertKeys{{row.concert}}, ErrorCode::internal);
        if (!concert) return tl::unexpected(concert.error());
        const auto& facts = seat->facts;
        return ReservationView{row,         state_at(row, now), facts.number, concert->date,
                               facts.label, facts.section,      facts.row};
    }

    const std::uint32_t opened_in_ = fork_epoch();
    std::unique_ptr<Store> store_;
    Options options_;
    Ports ports_;
    Timekeeper timekeeper_;
    std::vector<TokenKey> keys_;
    RoomId main_room_;
    RoomBoard board_;

    std::mutex writer_;  // held around a decision; guards ids_ and lease_
    IdSource ids_;
    NodeLease lease_;

    std::mutex refresh_;  // guards seen_version_
    std::int64_t seen_version_ = -1;
    std::atomic<std::int64_t> refreshed_at_us_{0};
};

using BoxOffice = BasicBoxOffice<>;

#ifdef BOXOFFICE_COMPILED
extern template class BasicBoxOffice<>;
#endif

}  // namespace boxoffice
