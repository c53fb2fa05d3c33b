#pragma once
/// A box office for stories: on a clock that stands still until it is moved, with short verbs. The verbs do what must
/// succeed and fail the test with the engine's own words if it does not; those that begin with `try_` return the
/// Result.

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"
#include "support/catch.hpp"
#include "support/dump.hpp"
#include "support/outcome.hpp"

namespace boxoffice::testing {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr Duration us{1};

/// When every story begins.
inline const Time opening = Time{*parse_date("2026-12-01")};

/// Who else commits to an office's store: others that its version() does not tell of, or none but those that it does.
enum class Others { untold, told };

/// Lends a store that others use too, as several processes use one file.
class LentStore final : public Store {
  public:
    explicit LentStore(std::shared_ptr<Store> store, Others others = Others::untold)
        : store_{std::move(store)}, others_{others} {}
    Result<std::unique_ptr<Transaction>> begin_until(Deadline deadline) override {
        return store_->begin_until(deadline);
    }
    [[nodiscard]] Duration wait_max() const override { return store_->wait_max(); }
    Result<std::unique_ptr<View>> read() override { return store_->read(); }
    Result<std::int64_t> version() override {
        if (others_ == Others::told) return store_->version();
        return ++asked_;  // somebody may have committed since
    }
    Result<void> backup(const std::string& path, bool with_keys) override { return store_->backup(path, with_keys); }

  private:
    std::shared_ptr<Store> store_;
    Others others_;
    std::atomic<std::int64_t> asked_{0};
};

/// The value, or the test fails with the error's text.
template <class T>
T must(Result<T> result, const std::string& what) {
    if (!result) {
        const auto text = what + ": " + result.error().text();
        FAIL(text);
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A user with a place in line.
struct Buyer {
    UserId user;
    TokenId token;
    std::string text;  ///< of the token
    Position position = 0;
};

struct SeatPrice {
    std::string number;
    std::int64_t price = 0;
};

class Office {
  public:
    explicit Office(Options options = {}, std::shared_ptr<PaymentGateway> gateway = nullptr,
                    std::shared_ptr<Store> store = std::make_shared<MemoryStore>(),
                    std::shared_ptr<VirtualClock> on_clock = std::make_shared<VirtualClock>(opening),
                    Others others = Others::untold)
        : store_{std::move(store)}, clock_{std::move(on_clock)} {
        Ports ports;
        ports.clock = clock_;
        ports.gateway = std::move(gateway);
        if (options.token_keys.empty()) options.token_keys.push_back({1, {1, 2, 3, 4, 5, 6, 7, 8}});
        box_ = must(BoxOffice::open(std::make_unique<LentStore>(store_, others), std::move(options), std::move(ports)),
                    "open");
    }

    [[nodiscard]] BoxOffice& box() { return *box_; }
    BoxOffice* operator->() { return box_.get(); }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] const std::shared_ptr<Store>& shared_store() const { return store_; }
    [[nodiscard]] const std::shared_ptr<VirtualClock>& shared_clock() const { return clock_; }
    [[nodiscard]] VirtualClock& clock() { return *clock_; }

    // ---- time ---------------------------------------------------------------------------------------------------

    [[nodiscard]] Time now() { return clock_->wall(); }
    void wait(Duration span) { clock_->advance(span); }
    /// Moves the clock on to `t`.
    void wait_until(Time t) {
        if (t < now()) throw std::logic_error("a story does not go back in time");
        clock_->advance(t - now());
    }

    // ---- the house ----------------------------------------------------------------------------------------------

    UserId user(const std::string& name) { return must(box_->execute(CreateUser{name}), "create user " + name).id; }

    RoomId room(const std::string& name, RoomLimits limits = {}) {
        return must(box_->execute(CreateRoom{name, limits}), "create room " + name).id;
    }

    void change_room(RoomLimits limits, RoomId id = {}) {
        must(box_->execute(ChangeRoom{id ? id : box_->main_room(), limits}), "change room");
    }

    /// A concert behind `id` (none: main); its seats become the ones that stories name by number.
    ConcertId concert(const std::string& date, const std::vector<SeatPrice>& seats, RoomId id = {}) {
        CreateConcert command{must(parse_date(date), date), "concert of " + date, id ? id : box_->main_room(), {}};
        for (const auto& seat : seats) command.seats.push_back({seat.number, "", "", Points{seat.price}});
        concert_ = must(box_->execute(std::move(command)), "create concert").id;
        return concert_;
    }

    [[nodiscard]] ConcertId last_concert() const { return concert_; }

    SeatId seat(const std::string& number, ConcertId concert = {}) {
        return must(box_->seat(concert ? concert : concert_, number), "seat " + number).seat.id;
    }

    /// The seat's state now, as a word.
    std::string state_of_seat(const std::string& number, ConcertId concert = {}) {
        return std::string{name_of(must(box_->seat(concert ? concert : concert_, number), "seat " + number).state)};
    }

    std::vector<std::string> available(ConcertId concert = {}) {
        std::vector<std::string> numbers;
        for (const auto& seat : must(box_->available_seats(concert ? concert : concert_), "available seats"))
            numbers.push_back(seat.facts.number);
        return numbers;
    }

    // ---- the waiting room ---------------------------------------------------------------------------------------

    Result<Joined> try_join(UserId user, RoomId id = {}) {
        return box_->execute(Join{user, id ? id : box_->main_room()});
    }

    Buyer join(UserId user, RoomId id = {}) {
        const auto joined = must(try_join(user, id), "join");
        return {user, joined.claims.token, box_->token_text(joined.claims), joined.claims.position};
    }

    /// A new user who joins.
    Buyer comes(const std::string& name, RoomId id = {}) { return join(user(name), id); }

    /// A new user with points who joins.
    Buyer comes_with(const std::string& name, std::int64_t points, RoomId id = {}) {
        auto buyer = comes(name, id);
        if (points > 0) recharge(buyer.user, points);
        return buyer;
    }

    Result<Peeked> peek(const Buyer& buyer) { return box_->peek(buyer.text); }
    bool is_turn(const Buyer& buyer) { return must(peek(buyer), "peek").is_turn; }
    Result<Arrived> try_arrive(const Buyer& buyer) { return box_->execute(Arrive{buyer.user, buyer.token}); }
    Result<Left> try_leave(const Buyer& buyer) { return box_->execute(Leave{buyer.user, buyer.token}); }
    std::int64_t leave(const Buyer& buyer) { return must(try_leave(buyer), "leave").released; }

    // ---- seats --------------------------------------------------------------------------------------------------

    Result<Held> try_hold(const Buyer& buyer, const std::string& number, const std::string& key = {}) {
        return box_->execute(HoldSeat{buyer.user, buyer.token, seat(number), key});
    }
    Held hold(const Buyer& buyer, const std::string& number, const std::string& key = {}) {
        return must(try_hold(buyer, number, key), "hold seat " + number);
    }
    Result<Done> try_release(const Buyer& buyer, ReservationId id) {
        return box_->execute(ReleaseHold{buyer.user, id});
    }
    Result<Done> try_block(const std::string& number) { return box_->execute(BlockSeat{seat(number)}); }
    Result<Done> try_unblock(const std::string& number) { return box_->execute(UnblockSeat{seat(number)}); }

    // ---- orders and terms ---------------------------------------------------------------------------------------

    /// The next version of the last concert's terms.
    std::int64_t change_sale(const Terms& terms, ConcertId concert = {}) {
        const auto id = concert ? concert : concert_;
        const auto before = must(box_->sale(id), "sale").id.version;
        return must(box_->execute(ChangeSale{id, terms, before}), "change sale").version;
    }
    /// Terms of up to `count` seats an order.
    std::int64_t sell_up_to(std::int64_t count) {
        Terms terms;
        terms.seats_per_order = count;
        return change_sale(terms);
    }
    std::int64_t set_tariff(std::vector<TariffRow> rows) {
        const auto before = must(box_->sale(concert_), "sale").id.version;
        return must(box_->execute(SetTariff{concert_, std::move(rows), before}), "set tariff").version;
    }
    TypeId type(const std::string& name, std::int64_t max_per_order = 0, TypeId needs = {}) {
        return must(box_->execute(CreateType{concert_, name, max_per_order, needs}), "type " + name).id;
    }
    /// A command to hold seats of the last concert, of no type.
    HoldSeats order_of(const Buyer& buyer, const std::vector<std::string>& numbers, const std::string& key = {}) {
        HoldSeats command{buyer.user, buyer.token, concert_, {}, {}, key};
        for (const auto& number : numbers) command.items.push_back({seat(number)});
        return command;
    }
    Result<HeldOrder> try_hold_all(const Buyer& buyer, const std::vector<std::string>& numbers,
                                   const std::string& key = {}) {
        return box_->execute(order_of(buyer, numbers, key));
    }
    HeldOrder hold_all(const Buyer& buyer, const std::vector<std::string>& numbers, const std::string& key = {}) {
        return must(try_hold_all(buyer, numbers, key), "hold an order");
    }
    Result<Left> try_release_order(const Buyer& buyer, OrderId id) {
        return box_->execute(ReleaseOrder{buyer.user, id});
    }
    Result<Cancelled> try_cancel(UserId user, std::vector<ReservationId> ids, const std::string& key = {}) {
        return box_->execute(Cancel{user, std::move(ids), key});
    }
    Result<Refunded> try_refund(ReservationId id, std::int64_t amount, bool cancel, const std::string& key,
                                const std::string& reason = {}) {
        return box_->execute(Refund{id, Points{amount}, cancel, key, reason});
    }
    Time call_off(ConcertId concert = {}) {
        return must(box_->execute(CallOff{concert ? concert : concert_, "rain"}), "call off").called_off_at;
    }
    Swept sweep(std::int64_t max = 10'000) { return must(box_->execute(SweepRefunds{concert_, max}), "sweep"); }
    std::int64_t sales() {
        const auto report = must(box_->sales_report(concert_), "report");
        return report.balance.value;
    }

    std::string state_of(const Buyer& buyer, ReservationId id) {
        return std::string{name_of(must(box_->reservation(buyer.user, id), "reservation").state)};
    }

    // ---- money --------------------------------------------------------------------------------------------------

    Result<Recharged> try_recharge(UserId user, std::int64_t amount, const std::string& key = {}) {
        return box_->execute(Recharge{user, Points{amount}, key});
    }
    std::int64_t recharge(UserId user, std::int64_t amount, const std::string& key = {}) {
        return must(try_recharge(user, amount, key), "recharge").balance.value;
    }
    std::int64_t balance(UserId user) { return must(box_->balance(user), "balance").value; }

    /// Through BoxOffice::pay: with a gateway, if the office has one.
    Result<Paid> try_pay(const Buyer& buyer, ReservationId id, const std::string& key = {}) {
        return box_->pay(buyer.user, buyer.token, id, key);
    }
    Paid pay(const Buyer& buyer, ReservationId id, const std::string& key = {}) {
        return must(try_pay(buyer, id, key), "pay");
    }
    Result<PaymentBegun> try_begin(const Buyer& buyer, ReservationId id, const std::string& key = {}) {
        return box_->execute(BeginPayment{buyer.user, buyer.token, id, key});
    }
    PaymentBegun begin(const Buyer& buyer, ReservationId id, const std::string& key = {}) {
        return must(try_begin(buyer, id, key), "begin payment");
    }
    Result<Paid> try_capture(const Buyer& buyer, const PaymentBegun& begun, const std::string& key = {},
                             const std::string& transaction = "tx") {
        return box_->execute(
            CapturePayment{buyer.user, buyer.token, begun.reservation, begun.payment, transaction, key});
    }
    Result<Done> try_fail(const Buyer& buyer, const PaymentBegun& begun, const std::string& transaction = {}) {
        return box_->execute(FailPayment{buyer.user, begun.reservation, begun.payment, transaction});
    }
    std::vector<std::string> history(const Buyer& buyer, PaymentId id) {
        std::vector<std::string> states;
        for (const auto& step : must(box_->payment(buyer.user, id), "payment").history)
            states.emplace_back(name_of(step.state));
        return states;
    }

    // ---- looking ------------------------------------------------------------------------------------------------

    Ticked tick(std::int64_t events_consumed = 0) { return must(box_->execute(Tick{events_consumed}), "tick"); }

    /// Every event after `sequence`.
    std::vector<Event> events(std::int64_t sequence = 0) {
        return must(box_->events_after(sequence, 100'000), "events");
    }
    std::int64_t last_sequence() {
        const auto all = events();
        return all.empty() ? 0 : all.back().sequence;
    }
    /// The kinds of the events after `sequence`, in order.
    std::vector<std::string> kinds(std::int64_t sequence = 0) {
        std::vector<std::string> names;
        for (const auto& event : events(sequence)) names.emplace_back(name_of(event.kind));
        return names;
    }
    /// The last event of a kind.
    Event last(EventKind kind) {
        const auto all = events();
        for (auto at = all.rbegin(); at != all.rend(); ++at)
            if (at->kind == kind) return *at;
        const std::string name{name_of(kind)};
        FAIL("no event " + name);
        return {};
    }

    /// Every row, as text.
    std::string dump() {
        auto view = must(store_->read(), "read");
        return must(testing::dump(*view), "dump");
    }

    /// What the audit finds, one rule and detail a line; empty: clean.
    std::string audit() {
        std::string text;
        for (const auto& violation : must(box_->audit(), "audit"))
            text += violation.rule + " " + violation.detail + "\n";
        return text;
    }

    /// Closes the office, as the end of a process does.
    void close() { box_.reset(); }

  private:
    std::shared_ptr<Store> store_;
    std::shared_ptr<VirtualClock> clock_;
    std::unique_ptr<BoxOffice> box_;
    ConcertId concert_;
};

/// Options with one change.
template <class Change>
Options options_with(Change change) {
    Options options;
    change(options);
    return options;
}

/// An office whose main room admits `capacity` at once.
inline Options room_for(std::int64_t capacity) {
    return options_with([&](Options& options) { options.main_room.active_capacity = capacity; });
}

}  // namespace boxoffice::testing
