#include "reliability/simulation/simulation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "engine/in_order.hpp"
#include "reliability/simulation/compare.hpp"
#include "support/dump.hpp"

namespace boxoffice::simulation {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FaultKind;
using testing::FaultPoint;

bool is_fault(const Outcome& outcome) { return !outcome && range_of(outcome.error().code) == ErrorRange::fault; }

House::Plan plan_of(std::uint64_t seed) {
    Chance chance{seed ^ 0xB0C5};
    House::Plan plan;
    plan.seed = seed;
    plan.has_gateway = chance.once_in(6);
    plan.offices = chance.once_in(3) ? 2 : 1;
    auto& o = plan.options;
    o.main_room.active_capacity = 1 + chance.below(6);
    o.main_room.queue_capacity = 2 + chance.below(10);
    o.main_room.admissions_per_second = chance.once_in(5) ? 1 : 0;
    o.main_room.arrive_ttl = seconds{20};
    o.main_room.active_ttl = seconds{90};
    o.main_room.waiting_ttl = minutes{4};
    o.hold_ttl = seconds{30 + chance.below(60)};
    o.capture_ttl = seconds{10 + chance.below(40)};
    o.holds_per_user = 1 + chance.below(3);
    o.identity_ttl = minutes{5};
    o.idempotency_ttl = minutes{3};
    o.event_ttl = chance.once_in(2) ? minutes{4} : minutes{0};
    if (chance.once_in(4) && seed % 500 != 7) o.issue_limit = Points{3'000};
    o.snapshot_age_max = std::chrono::milliseconds{1};
    o.token_keys = {{1, {1, 2, 3, 4, 5, 6, 7, 8}}};
    return plan;
}

testing::StoreFactory factory_of(const std::string& store) {
    if (store == "memory") return testing::memory_factory();
    if (store == "sqlite") return testing::sqlite_factory();
#ifdef BOXOFFICE_HAS_POSTGRES
    if (store == "postgres") return testing::postgres_factory();
#endif
    throw std::runtime_error("no such store: " + store);
}

/// The first line in which two texts differ; empty: none.
std::string first_difference(const std::string& a, const std::string& b) {
    for (std::size_t at = 0; a != b;) {
        const auto line_a = a.substr(at, a.find('\n', at) - at);
        const auto line_b = b.substr(at, b.find('\n', at) - at);
        if (line_a != line_b) return "'" + line_a + "', by the model '" + line_b + "'";
        at += line_a.size() + 1;
    }
    return {};
}

/// What is found, as a way out of a sale.
struct Finding : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Sale {
  public:
    Sale(const Run& run, Tally& tally)
        : run_{run},
          tally_{tally},
          plan_{plan_of(run.seed)},
          house_{plan_, factory_of(run.store)},
          model_{plan_.options, plan_.has_gateway} {
        model_.rows = rows_of(*house_.look());
        ++tally_.sales;
    }

    void open_sale();
    void step(std::uint64_t seed, std::int64_t command);
    std::uint64_t finish();

  private:
    using Commands = std::vector<Command>;
    using Outcomes = std::vector<Outcome>;

    /// Whether what was planned to fail may have had its effect.
    struct Plot {
        bool has_fault = false;
        bool may_be_done = false;  ///< the first transaction, of which no answer came
    };

    /// A few sales have somebody whose balance has hardly any room; that takes thousands of recharges.
    [[nodiscard]] bool is_of_the_rich() const { return run_.seed % 500 == 7; }
    void group(Chance& chance, std::int64_t only);
    void execute(House::Desk& desk, const std::vector<Commands>& calls, const Plot& plot, bool is_jump = false);
    static std::string replay(Model& model, const Commands& commands, const Outcomes& outcomes, Time now, bool is_done);
    Plot plan_fault(Chance& chance, testing::Faults& faults, const Commands& commands) const;
    void wait(Chance& chance);
    void set_clock(Chance& chance);
    void look(Chance& chance);
    void look_at_turn(BoxOffice& office, Chance& chance, Time now);
    void look_at_seats(BoxOffice& office, Chance& chance, Time now);
    void look_at_user(BoxOffice& office, Chance& chance, Time now);
    void tell(const char* what);
    static void tell(Time now, const Command& command, const Outcome& outcome);
    void check(Time now);
    void audit();

    template <class T>
    void expect(const Result<T>& got, std::optional<ErrorCode> wanted, const char* what) {
        if (!got) ++tally_.errors[got.error().code];
        if (got.has_value() == !wanted && (got || got.error().code == *wanted)) return;
        throw Finding(fmt::format("{}: {}, expected {}", what, got ? "done" : got.error().text(),
                                  wanted ? name_of(*wanted) : "an answer"));
    }
    static void expect(bool is_so, const std::string& what) {
        if (!is_so) throw Finding(what);
    }
    void mix(std::uint64_t word) { trace_ = (trace_ ^ word) * 0x100000001B3ULL; }

    const Run& run_;
    Tally& tally_;
    House::Plan plan_;
    House house_;
    Model model_;
    Known known_;
    std::int64_t since_audit_ = 0;
    std::uint64_t trace_ = 0xCBF29CE484222325ULL;
};

// ---- commands -----------------------------------------------------------------------------------------------------------

void Sale::open_sale() {
    Chance chance{run_.seed};
    std::vector<Commands> calls(1);
    for (int i = 0; i < 6; ++i) calls[0].emplace_back(CreateUser{"u" + std::to_string(i)});
    calls[0].emplace_back(CreateRoom{"vip", plan_.options.main_room});
    execute(house_.at(0), calls, {});
    known_.look_at(model_.rows);
    calls.assign(1, {});
    for (int i = 0; i < 2; ++i) {
        CreateConcert made{Date{std::chrono::days{20'800}}, "c" + std::to_string(i), known_.rooms.back(), {}};
        made.room = known_.rooms[static_cast<std::size_t>(1 + i)];
        for (int number = 1; number <= 6; ++number)
            made.seats.push_back({std::to_string(number), "", "", Points{10 * chance.below(6)}});
        calls[0].emplace_back(std::move(made));
    }
    for (const auto user : known_.users)
        if (chance.below(3) > 0) calls[0].emplace_back(Recharge{user, Points{300}, ""});
    if (is_of_the_rich())
        for (auto left = balance_max.value - 400; left > 0; left -= amount_max.value)
            calls[0].emplace_back(Recharge{known_.users[1], Points{std::min(left, amount_max.value)}, ""});
    execute(house_.at(0), calls, {});
    known_.look_at(model_.rows);
    calls.assign(1, {});
    for (const auto concert : known_.concerts) {
        Terms terms;
        terms.seats_per_order = 4;
        terms.refund_steps = {{never, 900}};
        calls[0].emplace_back(ChangeSale{concert, terms, 1});
    }
    execute(house_.at(0), calls, {});
}

void Sale::step(std::uint64_t seed, std::int64_t command) {
    Chance chance{seed};
    // What one office has seen of the clock the other has seen, too. Else one could show as over what is not for the other, once
    // the clock is set back: nobody promises that they agree before anything is written.
    for (std::int64_t i = 0; i < house_.count(); ++i) (void)house_.at(i).office->now();
    const auto kind = chance.below(100);
    if (kind < 72) return group(chance, command);
    ++tally_.steps;
    if (kind < 86) {
        wait(chance);
        return tell("later");
    }
    if (kind < 88) {
        set_clock(chance);
        return tell("another wall clock");
    }
    if (kind >= 90) {
        tell("a look");
        return look(chance);
    }
    const auto desk = chance.below(house_.count());
    tell(fmt::format("office {} is closed and opened", desk).c_str());
    // What was seen and not written down is forgotten: a clock that was set back would show what had run out as live again.
    if (const auto now = house_.at(desk).office->now()) house_.clock().set_wall(std::max(house_.clock().wall(), *now));
    house_.reopen(desk);
}

void Sale::group(Chance& chance, std::int64_t only) {
    known_.look_at(model_.rows);
    auto& desk = house_.at(chance.below(house_.count()));
    Draw draw{known_, model_.rows, chance, house_.clock().wall(), plan_.options};
    std::vector<Commands> calls(static_cast<std::size_t>(1 + chance.below(3)));
    for (auto& call : calls)
        for (auto left = 1 + chance.below(4); left > 0; --left) call.push_back(any_command(draw));
    if (only >= 0) {
        Commands all;
        for (auto& call : calls) std::move(call.begin(), call.end(), std::back_inserter(all));
        if (only >= std::ssize(all)) return;
        calls = {{all[static_cast<std::size_t>(only)]}};
    }
    Plot plot;
    if (chance.once_in(12)) plot = plan_fault(chance, *desk.faults, calls.front());
    execute(desk, calls, plot);
    desk.faults->clear();
}

/// Something that fails once, or for as long as the commands last.
Sale::Plot Sale::plan_fault(Chance& chance, testing::Faults& faults, const Commands& commands) const {
    constexpr std::array kinds{FaultKind::storage,   FaultKind::busy,          FaultKind::out_of_memory,
                               FaultKind::bad_alloc, FaultKind::runtime_error, FaultKind::thrown_number};
    const auto kind = kinds[static_cast<std::size_t>(chance.below(std::ssize(kinds)))];
    const auto times = chance.once_in(2) ? 1 : 1'000;
    switch (chance.below(5)) {
        case 0: faults.plan(FaultPoint::begin, kind, times); break;
        case 1:
            // What fails once is tried again, and if it was a command alone, without those who wait being admitted.
            faults.plan(
                FaultPoint::load, kind,
                commands.size() > 1 && !stands_alone(commands[0]) && !stands_alone(commands[1]) ? times : 1'000);
            break;
        case 2: faults.plan(FaultPoint::before_commit, kind, times); break;
        case 3: faults.plan(FaultPoint::before_commit, FaultKind::unknown, times); break;
        default: faults.plan(FaultPoint::after_commit, FaultKind::unknown, 1); return {true, true};
    }
    return {true, false};
}

/// `is_jump`: the wall clock is so far ahead that nothing may be decided.
void Sale::execute(House::Desk& desk, const std::vector<Commands>& calls, const Plot& plot, bool is_jump) {
    Commands commands;
    for (const auto& call : calls) commands.insert(commands.end(), call.begin(), call.end());
    const auto engine_now = desk.office->now();
    Time last{};
    if (const auto event = house_.look()->last_event()) last = event->at;
    const auto now = std::max(engine_now.value_or(Time{}), last);
    expect(engine_now, is_jump ? std::optional{ErrorCode::clock_jump} : std::nullopt, "now");

    const auto struck = desk.faults->struck();
    Outcomes outcomes;
    std::size_t completed = 0;
    for (const auto& call : calls) {
        const auto submitted = desk.office->submit(call, [&](Outcomes some) {
            ++completed;
            std::move(some.begin(), some.end(), std::back_inserter(outcomes));
        });
        expect(submitted, std::nullopt, "submit");
    }
    while (completed < calls.size() && desk.office->drive(Duration::zero())) {
    }
    tally_.faults += desk.faults->struck() - struck;
    expect(completed == calls.size() && outcomes.size() == commands.size(), "not every command has an outcome");
    tally_.steps += std::ssize(commands);
    ++tally_.transactions;
    tell(fmt::format("office {}, {}", &desk - &house_.at(0), plot.has_fault ? "failing" : "well").c_str());
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const auto& outcome = outcomes[i];
        mix(outcome ? outcome->index() : 1'000 + static_cast<std::uint64_t>(outcome.error().code));
        if (outcome)
            for (const auto id : ids_in(*outcome)) mix(static_cast<std::uint64_t>(id));
        ++(outcome ? tally_.done[commands[i].index()] : tally_.errors[outcome.error().code]);
        if (run_.is_told) tell(now, commands[i], outcome);
        if (!is_fault(outcome)) continue;
        if (is_jump && outcome.error().code == ErrorCode::clock_jump) continue;
        const bool has_struck = plot.has_fault && desk.faults->struck() > struck;
        expect(has_struck, "a fault where none was planned: " + outcome.error().text());
        // What may be done must not be told as what was not.
        expect(!plot.may_be_done || outcome.error().code == ErrorCode::outcome_unknown,
               "what was done was told as not done: " + outcome.error().text());
    }
    if (is_jump)
        return expect(std::all_of(outcomes.begin(), outcomes.end(), is_fault), "done while the clock is wrong");
    if (plot.may_be_done && desk.faults->struck() > struck) {
        desk.shared->tell_of_another();
        // It was done, and nobody was told: the same as the model does it, but for the ids.
        auto difference = replay(model_, commands, outcomes, now, true);
        expect(difference.empty(), difference);
        auto rows = rows_of(*house_.look());
        const auto line = first_difference(outline(rows, {}, now), outline(model_.rows, model_.unnamed_seats, now));
        expect(line.empty(), "what was done and not told is not what was asked for: " + line);
        model_.rows = std::move(rows);
        model_.unnamed_seats.clear();
    } else {
        const auto difference = replay(model_, commands, outcomes, now, false);
        expect(difference.empty(), difference);
    }
    expect(model_.id_given_twice() == 0, fmt::format("the id {} was given twice", model_.id_given_twice()));
    if (run_.is_planted && tally_.transactions >= 5) ++model_.rows.balances.begin()->second.value;
    check(now);
}

void Sale::tell(const char* what) {
    if (run_.is_told) fmt::print("  {}: {}\n", to_text(house_.clock().wall()), what);
}

void Sale::tell(Time now, const Command& command, const Outcome& outcome) {
    std::string line = fmt::format("{} {}:", to_text(now), kind_of(command));
    std::visit(
        [&]<class C>(const C& c) {
            if constexpr (requires { c.user; }) line += fmt::format(" user {}", c.user.value);
            if constexpr (requires { c.token; }) line += fmt::format(" token {}", c.token.value);
            if constexpr (requires { c.room.value; }) line += fmt::format(" room {}", c.room.value);
            if constexpr (requires { c.concert; }) line += fmt::format(" concert {}", c.concert.value);
            if constexpr (requires { c.seat; }) line += fmt::format(" seat {}", c.seat.value);
            if constexpr (requires { c.reservation; }) line += fmt::format(" reservation {}", c.reservation.value);
            if constexpr (requires { c.order; }) line += fmt::format(" order {}", c.order.value);
            if constexpr (requires { c.payment; }) line += fmt::format(" payment {}", c.payment.value);
            if constexpr (requires { c.amount; }) line += fmt::format(" amount {}", c.amount.value);
            if constexpr (requires { c.key; }) line += fmt::format(" key '{}'", c.key);
            if constexpr (requires { c.limits; })
                line +=
                    fmt::format(" capacity {} queue {} rate {} waiting {}", c.limits.active_capacity,
                                c.limits.queue_capacity, c.limits.admissions_per_second, c.limits.waiting_ttl.count());
        },
        command);
    line += outcome ? fmt::format(" -> {}", fmt::join(ids_in(*outcome), " ")) : " -> " + outcome.error().text();
    fmt::print("    {}\n", line);
}

/// `is_done`: the first transaction of which no answer came was made. (The ids of what it made are not known.)
std::string Sale::replay(Model& model, const Commands& commands, const Outcomes& outcomes, Time now, bool is_done) {
    bool has_lost = false;
    for (std::size_t begin = 0, end = 0; begin < commands.size(); begin = end) {
        end = begin + 1;
        if (!stands_alone(commands[begin]))
            while (end < commands.size() && !stands_alone(commands[end])) ++end;
        const auto first = outcomes.begin();
        const bool is_failed =
            std::all_of(first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end), is_fault);
        const bool is_lost = is_failed && std::exchange(is_done, false);
        if (is_failed && !is_lost) continue;
        model.begin(now);
        for (auto i = begin; i < end; ++i) {
            const auto& outcome = outcomes[i];
            if (is_lost) {
                (void)model.execute(commands[i], nullptr);
                has_lost = true;
                continue;
            }
            if (is_fault(outcome)) continue;
            const auto verdict = model.execute(commands[i], outcome ? &*outcome : nullptr);
            const auto kind = kind_of(commands[i]);
            if (outcome.has_value() != verdict.has_value() || (!outcome && outcome.error().code != verdict.error()))
                return fmt::format("command {} ({}): {}, but by the model {}", i, kind,
                                   outcome ? "done" : outcome.error().text(),
                                   verdict ? "done" : name_of(verdict.error()));
            if (outcome && !std::holds_alternative<Ticked>(*outcome) && *outcome != *verdict)
                return fmt::format("command {} ({}): another answer than the model's", i, kind);
        }
    }
    // Answers that were lost are learnt when they come again.
    if (has_lost)
        for (auto& [id, record] : model.remembered)
            if (record.at == now) record.answer.reset();
    return {};
}

// ---- time ---------------------------------------------------------------------------------------------------------------

/// For a while, or until something ends: just before, at that very moment, or just behind it.
void Sale::wait(Chance& chance) {
    const auto now = house_.at(0).office->now();
    if (!now || chance.once_in(2)) return house_.clock().advance(Duration{chance.below(20'000'000)});
    std::vector<Time> ends;
    for (const auto& [id, one] : model_.rows.reservations)
        if (one.state == ReservationState::held) ends.push_back(one.deadline);
    for (const auto& [id, one] : model_.rows.payments)
        if (one.state == PaymentState::requested) ends.push_back(one.deadline);
    for (const auto& [token, place] : model_.rows.places) {
        if (place.finished_at != never) continue;
        ends.push_back(place.state == PlaceState::admitted ? place.deadline : later(issued_at(token), minutes{4}));
        ends.push_back(place.turn_until);
    }
    for (const auto& [id, sale] : model_.rows.sales) {
        ends.push_back(sale.terms.opens_at);
        ends.push_back(sale.terms.closes_at);
        for (const auto& step : sale.terms.refund_steps) ends.push_back(step.until);
    }
    for (const auto& [id, record] : model_.remembered) ends.push_back(record.at + plan_.options.idempotency_ttl);
    std::erase_if(ends, [&](Time end) { return end <= *now || end > *now + minutes{10}; });
    if (ends.empty()) return house_.clock().advance(Duration{chance.below(20'000'000)});
    const auto until = chance.of(ends) + Duration{chance.below(3) - 1};
    house_.clock().advance(until - *now);
}

/// An operator sets the wall clock: back, on, or so far that the offices refuse to go on.
void Sale::set_clock(Chance& chance) {
    auto& clock = house_.clock();
    const auto before = clock.wall();
    if (chance.once_in(2)) return clock.set_wall(before + seconds{chance.below(240) - 120});
    clock.set_wall(before + hours{3});
    execute(house_.at(chance.below(house_.count())), {{Tick{}, Join{UserId{5}, RoomId{5}}}}, {}, true);
    clock.set_wall(before);
}

// ---- looking ------------------------------------------------------------------------------------------------------------

void Sale::check(Time now) {
    auto view = house_.look();
    const auto found = difference(model_, *view, now);
    expect(found.empty(), "the store is not as the model: " + found);
    view.reset();
    if (++since_audit_ < run_.audit_every) return;
    since_audit_ = 0;
    audit();
}

void Sale::audit() {
    const auto violations = house_.at(0).office->audit();
    ++tally_.audits;
    expect(violations, std::nullopt, "audit");
    if (!violations->empty()) throw Finding("audit: " + violations->front().rule + " " + violations->front().detail);
}

void Sale::look(Chance& chance) {
    house_.clock().advance(std::chrono::milliseconds{2});
    auto& desk = house_.at(chance.below(house_.count()));
    const auto engine_now = desk.office->now();
    expect(engine_now, std::nullopt, "now");
    Time last{};
    if (const auto event = house_.look()->last_event()) last = event->at;
    const auto now = std::max(*engine_now, last);
    // An empty transaction, so that whoever can be admitted is.
    (void)desk.office->execute(std::span<const Command>{});
    model_.begin(now);
    known_.look_at(model_.rows);
    look_at_turn(*desk.office, chance, now);
    look_at_seats(*desk.office, chance, now);
    look_at_user(*desk.office, chance, now);
    expect(desk.office->room("nowhere"), ErrorCode::unknown_room, "room");
    check(now);
}

void Sale::look_at_turn(BoxOffice& office, Chance& chance, Time now) {
    expect(office.peek("forged"), ErrorCode::invalid_token, "peek, forged");
    const auto [user, token] = chance.of(known_.turns);
    const auto found = model_.rows.places.find(token);
    if (found == model_.rows.places.end()) return;
    const auto place = found->second;
    const auto& room = model_.rows.rooms.at(place.room);
    const auto text = office.token_text({token, user, place.room, place.position});
    const auto peeked = office.peek(text);
    if (issued_at(token) + plan_.options.identity_ttl <= now)
        return expect(peeked, ErrorCode::invalid_token, "peek, old");
    switch (place.state) {
        case PlaceState::admitted: {
            expect(peeked, std::nullopt, "peek, admitted");
            const auto verdict = model_.execute(Arrive{user, token}, nullptr);
            expect(peeked->is_turn && verdict && std::get<Arrived>(*verdict).deadline == peeked->deadline,
                   "peek: it is its turn, until another time");
            return;
        }
        case PlaceState::waiting:
            expect(peeked, std::nullopt, "peek, waiting");
            return expect(!peeked->is_turn && peeked->position == place.position, "peek: it is not its turn yet");
        default:
            // As long as its position has not been served it may read as waiting, or as having waited too long.
            if (peeked && place.position > room.serving) return expect(!peeked->is_turn, "peek: it has no turn");
            if (!peeked && place.position > room.serving && peeked.error().code == ErrorCode::place_expired) return;
            expect(peeked,
                   place.state == PlaceState::completed ? ErrorCode::place_completed
                   : place.state == PlaceState::left    ? ErrorCode::place_left
                                                        : ErrorCode::place_expired,
                   "peek, over");
    }
}

void Sale::look_at_seats(BoxOffice& office, Chance& chance, Time now) {
    const auto concert = chance.of(known_.concerts);
    const auto sheet = office.seats(concert);
    if (!model_.rows.concerts.contains(concert)) return expect(sheet, ErrorCode::unknown_concert, "seats");
    expect(sheet, std::nullopt, "seats");
    SeatCounts counts;
    std::size_t of_concert = 0;
    for (const auto& [id, seat] : model_.rows.seats) {
        if (seat.concert != concert) continue;
        counts.count(seat.state == SeatState::held && seat.held_until <= now ? SeatState::available : seat.state);
        ++of_concert;
    }
    expect((*sheet)->counts() == counts && (*sheet)->size() == of_concert, "seats: other counts than the model's");
    for (std::size_t i = 0; i < (*sheet)->size(); ++i) {
        const auto shown = (**sheet)[i];
        const auto& seat = model_.rows.seats.at(shown.id);
        const bool has_lapsed = seat.state == SeatState::held && seat.held_until <= now;
        expect(shown.state == (has_lapsed ? SeatState::available : seat.state) &&
                   shown.claim == (has_lapsed ? ReservationId{} : seat.claim),
               "seats: a seat is not as the model's");
    }
    const auto counted = office.seat_counts(concert);
    expect(counted, std::nullopt, "seat_counts");
    expect(*counted == counts, "seat_counts: not the model's");
    const auto report = office.sales_report(concert);
    expect(report, std::nullopt, "sales_report");
    expect(report->balance == model_.rows.balances.at(sales_of(concert)), "sales_report: not the model's");
}

void Sale::look_at_user(BoxOffice& office, Chance& chance, Time now) {
    const auto user = chance.of(known_.users);
    const auto balance = office.balance(user);
    if (!model_.rows.users.contains(user)) return expect(balance, ErrorCode::unknown_user, "balance");
    expect(balance, std::nullopt, "balance");
    expect(*balance == model_.rows.balances.at(account_of(user)), "balance: not the model's");
    const auto id = chance.of(known_.holds).reservation;
    const auto found = model_.rows.reservations.find(id);
    const auto reservation = office.reservation(user, id);
    if (found == model_.rows.reservations.end() || found->second.user != user)
        return expect(reservation, ErrorCode::unknown_reservation, "reservation of another");
    expect(reservation, std::nullopt, "reservation");
    expect(
        reservation->state == model_.state_of(found->second) && reservation->reservation.price == found->second.price,
        "reservation: not the model's");
    const auto stats = office.stats();
    expect(stats, std::nullopt, "stats");
    expect(stats->users == std::ssize(model_.rows.users), "stats: not the model's");
    (void)now;
}

std::uint64_t Sale::finish() {
    audit();
    auto view = house_.look();
    const auto rows = testing::dump(*view);
    expect(rows, std::nullopt, "dump");
    for (const auto letter : *rows) mix(static_cast<unsigned char>(letter));
    return trace_;
}

}  // namespace

void Tally::add(const Tally& other) {
    sales += other.sales;
    steps += other.steps;
    transactions += other.transactions;
    audits += other.audits;
    faults += other.faults;
    for (std::size_t i = 0; i < done.size(); ++i) done[i] += other.done[i];
    for (const auto& [code, count] : other.errors) errors[code] += count;
}

Found simulate(const Run& run, Tally& tally) {
    Found found;
    try {
        Sale sale{run, tally};
        sale.open_sale();
        const auto take = [&](std::int64_t step, std::int64_t command) {
            found.step = step;
            sale.step(Chance{run.seed * 1'000'003 + static_cast<std::uint64_t>(step)}.next(), command);
        };
        if (run.kept.empty())
            for (std::int64_t step = 0; step < run.length; ++step) take(step, -1);
        else
            for (const auto& kept : run.kept) take(kept.step, kept.command);
        found.trace = sale.finish();
    } catch (const std::exception& e) {
        found.what = e.what();
    }
    return found;
}

std::vector<Kept> shrink(Run run, const std::string& what) {
    Tally ignored;
    // The same thing must be found, whatever numbers are in it.
    const auto words = [](const std::string& text) {
        return text.substr(text.find(": ") + 1,
                           text.find_first_of("0123456789(", text.find(": ")) - text.find(": ") - 1);
    };
    const auto fails = [&](const std::vector<Kept>& kept) {
        run.kept = kept;
        return !kept.empty() && words(simulate(run, ignored).what) == words(what);
    };
    std::vector<Kept> kept = run.kept;
    if (kept.empty())
        for (std::int64_t step = 0; step < run.length; ++step) kept.push_back({step, -1});
    // Leaves out ever smaller pieces for as long as it fails without them.
    for (auto piece = std::max<std::size_t>(kept.size() / 2, 1);;) {
        bool is_shorter = false;
        for (std::size_t begin = 0; begin < kept.size();) {
            auto without = kept;
            const auto end = std::min(begin + piece, without.size());
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(begin),
                          without.begin() + static_cast<std::ptrdiff_t>(end));
            if (fails(without)) {
                kept = std::move(without);
                is_shorter = true;
            } else {
                begin += piece;
            }
        }
        if (piece == 1 && !is_shorter) break;
        piece = std::max<std::size_t>(piece / 2, 1);
    }
    // Of each step one command, where that is enough.
    for (auto& one : kept)
        for (std::int64_t command = 0; command < 12 && one.command < 0; ++command) {
            one.command = command;
            if (!fails(kept)) one.command = -1;
        }
    return kept;
}

}  // namespace boxoffice::simulation
