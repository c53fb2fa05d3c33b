/// Linearizability: several threads ask one office, or several offices on one file, for the same few seats, points and places; each
/// answer must follow from the order in which the effects were committed, by a model of one buyer after another (C2, I1, S1, S4,
/// L2, W1). Of good histories bad ones are made, and each must be rejected.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "boxoffice/memory_store.hpp"
#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "reliability/arguments.hpp"
#include "reliability/processes/linearizable.hpp"
#include "reliability/processes/planted.hpp"
#include "support/or_throw.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::reliability::Arguments;

namespace {

constexpr auto about =
    "boxoffice_histories [--seed N] [--count HISTORIES] [--seconds S] [--plant read]\n\n"
    "Records what threads ask and are answered, and looks for an answer that no order explains. By default 150 histories: three of\n"
    "five in memory, one on a file, one with three offices on it. --plant read: looks at balances tell of one point more.\n";

constexpr std::size_t thread_count = 4;
constexpr std::size_t user_count = 3;
constexpr std::size_t hall_size = 4;
constexpr std::size_t steps_a_thread = 12;
constexpr std::int64_t histories_a_house = 60;  ///< then a fresh store

/// The offices that are asked, and their store.
struct House {
    std::string name;
    std::unique_ptr<TempDir> folder;
    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>(Time{*parse_date("2026-12-01")}, 1);
    std::vector<std::unique_ptr<BoxOffice>> offices;
    std::int64_t histories = 0;
};

House make_house(const std::string& name) {
    House house;
    house.name = name;
    const std::size_t count = name == "offices" ? 3 : 1;
    if (name != "memory") house.folder = std::make_unique<TempDir>();
    for (std::size_t i = 0; i < count; ++i) {
        std::unique_ptr<Store> store = std::make_unique<MemoryStore>();
        if (house.folder) {
            SqliteOptions options;
            options.path = house.folder->file("history.db");
            options.durability = Durability::normal;
            options.busy_timeout = std::chrono::seconds{30};
            store = or_throw(open_sqlite_store(options));
        }
        Options options;
        options.main_room.active_capacity = 1'000'000;
        options.holds_per_user = holds_at_once;
        Ports ports;
        ports.clock = house.clock;
        house.offices.push_back(or_throw(BoxOffice::open(std::move(store), options, ports)));
    }
    return house;
}

/// What threads know of each other's doings.
struct Known {
    std::mutex mutex;
    std::map<std::int64_t, std::vector<std::int64_t>> tokens;  ///< by user
    struct Hold {
        std::int64_t user = 0;
        std::int64_t token = 0;
        std::int64_t order = 0;
        std::int64_t reservation = 0;
    };
    std::vector<Hold> holds;
};

class Recorder {
  public:
    Recorder(House& house, std::uint64_t seed, bool reads_wrong)
        : house_{house}, random_{seed}, reads_wrong_{reads_wrong} {}

    History record() {
        set_up();
        std::vector<std::thread> threads;
        std::vector<std::vector<Step>> steps(thread_count);
        std::atomic<std::size_t> ready{0};
        for (std::size_t t = 0; t < thread_count; ++t)
            threads.emplace_back([&, t, seed = random_()] {
                std::mt19937_64 random{seed};
                ++ready;
                while (ready < thread_count) std::this_thread::yield();
                for (std::size_t i = 0; i < steps_a_thread; ++i) {
                    if (random() % 4 == 0) std::this_thread::yield();
                    Step step;
                    step.call = choose(random, t, i);
                    step.asked = ++ticket_;
                    if (random() % 4 == 0) std::this_thread::yield();  // others come in between
                    step.said = ask(*house_.offices[t % house_.offices.size()], step.call);
                    step.answered = ++ticket_;
                    learn(step);
                    steps[t].push_back(std::move(step));
                }
            });
        for (auto& thread : threads) thread.join();
        for (auto& own : steps)
            for (auto& step : own) history_.steps.push_back(std::move(step));
        look_at_the_end();
        house_.clock->advance(std::chrono::hours{1});  // what is held lapses, and no id is made in the same millisecond
        ++house_.histories;
        return std::move(history_);
    }

  private:
    BoxOffice& office() { return *house_.offices[0]; }

    void set_up() {
        std::vector<NewSeat> hall;
        for (std::size_t i = 0; i < hall_size; ++i) hall.push_back({std::to_string(i), "", "", Points{seat_price}});
        concert_ =
            or_throw(office().execute(CreateConcert{*parse_date("2030-01-01"), "history", office().main_room(), hall}))
                .id;
        Terms terms;
        terms.seats_per_order = 2;
        terms.refund_steps = {{never, 1'000}};
        or_throw(office().execute(ChangeSale{concert_, terms, 1}));
        for (const auto& seat : or_throw(office().available_seats(concert_))) {
            seats_.push_back(seat.id);
            history_.before.seats[seat.id.value] = SeatIs::free;
        }
        std::sort(seats_.begin(), seats_.end());
        for (std::size_t i = 0; i < user_count; ++i) {
            const auto name = std::to_string(house_.histories) + "-" + std::to_string(i);
            users_.push_back(or_throw(office().execute(CreateUser{name})).id);
            history_.before.balances[users_.back().value] = 0;
        }
        history_.before.last_position = or_throw(office().room("main")).last_position;
        const auto stats =
            or_throw(office().events_after(house_.histories == 0 ? 0 : last_sequence_of(house_), 100'000));
        first_sequence_ = stats.empty() ? last_sequence_of(house_) : stats.back().sequence;
    }

    static std::int64_t last_sequence_of(const House& house) {
        std::int64_t last = 0;
        for (;;) {
            const auto page = or_throw(house.offices[0]->events_after(last, 100'000));
            if (page.empty()) return last;
            last = page.back().sequence;
        }
    }

    Call choose(std::mt19937_64& random, std::size_t thread, std::size_t step) {
        const std::lock_guard lock{known_.mutex};
        Call call;
        call.user = users_[random() % user_count].value;
        const auto& tokens = known_.tokens[call.user];
        if (!tokens.empty()) call.token = random() % 5 == 0 ? tokens[random() % tokens.size()] : tokens.back();
        const auto dice = random() % 100;
        // Keys are few, so that threads meet at them.
        const auto key = [&] { return random() % 2 == 0 ? "k" + std::to_string(random() % 3) : std::string{}; };
        const auto pick_hold = [&] {
            if (known_.holds.empty()) return false;
            const auto back = std::min<std::size_t>(known_.holds.size(), 4);
            const auto& hold = known_.holds[known_.holds.size() - 1 - random() % back];
            call.user = hold.user;
            call.token = hold.token;
            call.reservation = hold.reservation;
            if (random() % 2 == 0) call.reservation = hold.order;
            return true;
        };
        if (dice < 12) {
            call.act = Act::recharge;
            call.key = key();
            // With a key: what all others ask with it, or now and then something else.
            call.amount = call.key.empty()
                              ? static_cast<std::int64_t>(1'000 + 100 * thread + step)
                              : 2'000 + static_cast<std::int64_t>(call.key.back()) + (random() % 8 == 0 ? 500 : 0);
            return call;
        }
        if (call.token == 0 || dice < 18) return call.act = Act::join, call;
        if (dice < 40) {
            call.act = random() % 3 == 0 ? Act::hold_two : Act::hold;
            call.seat = seats_[random() % hall_size].value;
            if (call.act == Act::hold_two) do
                    call.second_seat = seats_[random() % hall_size].value;
                while (call.second_seat == call.seat);
            call.key = random() % 3 == 0 ? key() : std::string{};
            return call;
        }
        if (dice < 58 && pick_hold()) {
            call.act = Act::pay;
            call.reservation = order_of_hold(call.reservation);
            if (random() % 2 == 0) call.key = "p" + std::to_string(call.reservation % 2);
            return call;
        }
        if (dice < 64 && pick_hold()) return call.act = Act::release, call;
        // Without a key: one that cancels what was cancelled already is remembered too, and leaves no event that says when.
        if (dice < 72 && pick_hold()) return call.act = Act::cancel, call;
        if (dice < 75) return call.act = Act::leave, call;
        if (dice < 82) return call.act = Act::read_balance, call;
        if (dice < 88) return call.act = Act::read_seat, call.seat = seats_[random() % hall_size].value, call;
        if (dice < 94 || !pick_hold()) return call.act = Act::read_free, call;
        return call.act = Act::read_reservation, call;
    }

    [[nodiscard]] std::int64_t order_of_hold(std::int64_t reservation) const {
        for (const auto& hold : known_.holds)
            if (hold.reservation == reservation) return hold.order;
        return reservation;
    }

    void learn(const Step& step) {
        if (step.said.code != 0) return;
        const std::lock_guard lock{known_.mutex};
        if (step.call.act == Act::join) known_.tokens[step.call.user].push_back(step.said.fields[0]);
        if (step.call.act == Act::hold || step.call.act == Act::hold_two)
            for (std::size_t i = 0; i + 1 < step.said.fields.size(); ++i)
                known_.holds.push_back({step.call.user, step.call.token, step.said.fields[0], step.said.fields[i]});
    }

    template <class T>
    static bool refused(const Result<T>& result, Said& said) {
        if (!result) said.code = static_cast<std::int32_t>(result.error().code);
        return !result;
    }

    static SeatIs seat_is(SeatState state) {
        return state == SeatState::available ? SeatIs::free : state == SeatState::held ? SeatIs::held : SeatIs::sold;
    }
    static HoldIs hold_is(ReservationState state) {
        switch (state) {
            case ReservationState::held: return HoldIs::held;
            case ReservationState::confirmed: return HoldIs::confirmed;
            case ReservationState::cancelled: return HoldIs::cancelled;
            default: return HoldIs::released;
        }
    }

    Said ask(BoxOffice& office, const Call& call) {
        const UserId user{call.user};
        const TokenId token{call.token};
        const ReservationId reservation{call.reservation};
        Said said;
        switch (call.act) {
            case Act::recharge: {
                const auto done = office.execute(Recharge{user, Points{call.amount}, call.key});
                if (!refused(done, said)) said.fields = {done->transfer.value, done->balance.value};
                break;
            }
            case Act::join: {
                const auto done = office.execute(Join{user, office.main_room()});
                if (!refused(done, said))
                    said.fields = {done->claims.token.value, done->claims.position, done->again ? 1 : 0};
                break;
            }
            case Act::leave: {
                const auto done = office.execute(Leave{user, token});
                if (!refused(done, said)) said.fields = {done->released};
                break;
            }
            case Act::hold: {
                const auto done = office.execute(HoldSeat{user, token, SeatId{call.seat}, call.key});
                if (!refused(done, said)) said.fields = {done->reservation.value, done->price.value};
                break;
            }
            case Act::hold_two: {
                const auto done = office.execute(
                    HoldSeats{user, token, concert_, {{SeatId{call.seat}}, {SeatId{call.second_seat}}}, {}, call.key});
                if (refused(done, said)) break;
                for (const auto& item : done->items) said.fields.push_back(item.reservation.value);
                said.fields.push_back(done->total.value);
                break;
            }
            case Act::release: refused(office.execute(ReleaseHold{user, reservation}), said); break;
            case Act::pay: {
                const auto done = office.execute(Pay{user, token, reservation, call.key});
                if (refused(done, said)) break;
                said.fields = {done->payment.value, done->amount.value, done->balance.value};
                for (const auto& item : done->items) said.fields.push_back(item.reservation.value);
                break;
            }
            case Act::cancel: {
                const auto done = office.execute(Cancel{user, {reservation}, call.key});
                if (!refused(done, said)) said.fields = {done->refund.value, done->balance.value};
                break;
            }
            case Act::read_balance: {
                const auto done = office.balance(user);
                if (!refused(done, said)) said.fields = {done->value + (reads_wrong_ ? 1 : 0)};
                break;
            }
            case Act::read_seat: {
                const auto number =
                    std::to_string(std::find(seats_.begin(), seats_.end(), SeatId{call.seat}) - seats_.begin());
                const auto done = office.seat(concert_, number);
                if (refused(done, said)) break;
                if (done->seat.id.value != call.seat) said.code = -2;
                said.fields = {static_cast<std::int64_t>(seat_is(done->state))};
                break;
            }
            case Act::read_free: {
                const auto done = office.available_seats(concert_);
                if (refused(done, said)) break;
                for (const auto& seat : *done) said.fields.push_back(seat.id.value);
                std::sort(said.fields.begin(), said.fields.end());
                break;
            }
            case Act::read_reservation: {
                const auto done = office.reservation(user, reservation);
                if (!refused(done, said)) said.fields = {static_cast<std::int64_t>(hold_is(done->state))};
                break;
            }
        }
        return said;
    }

    void look_at_the_end() {
        history_.events = or_throw(office().events_after(first_sequence_, 100'000));
        for (const auto user : users_) {
            history_.balances[user.value] = or_throw(office().balance(user)).value;
            for (const auto& one : or_throw(office().reservations(user, 1'000)))
                history_.holds[one.reservation.id.value] = hold_is(one.state);
        }
        for (const auto& seat : or_throw(office().seat_map(concert_)))
            history_.seats[seat.seat.id.value] = seat_is(seat.state);
    }

    House& house_;
    std::mt19937_64 random_;
    bool reads_wrong_;
    ConcertId concert_;
    std::vector<SeatId> seats_;
    std::vector<UserId> users_;
    Known known_;
    std::atomic<std::int64_t> ticket_{0};
    std::int64_t first_sequence_ = 0;
    History history_;
};

struct Totals {
    std::int64_t histories = 0;
    std::int64_t steps = 0;
    std::int64_t overlaps = 0;  ///< pairs that were under way at a time
    std::int64_t planted = 0;
    std::int64_t found = 0;
    std::map<std::string_view, std::int64_t> of_plant;
};

void tell(const History& history) {
    auto steps = history.steps;
    std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.asked < b.asked; });
    for (const auto& step : steps) std::fprintf(stderr, "  %s\n", text_of(step).c_str());
    for (const auto& event : history.events)
        std::fprintf(stderr, "  event %lld %s user %lld reservation %lld amount %lld\n",
                     static_cast<long long>(event.sequence), std::string{name_of(event.kind)}.c_str(),
                     static_cast<long long>(event.user.value % 100'000),
                     static_cast<long long>(event.reservation.value % 100'000), static_cast<long long>(event.amount));
}

/// Each bad history that can be made of this good one must be rejected.
void plant(const History& good, std::uint64_t seed, Totals& totals) {
    for (const auto& one : plants()) {
        auto bad = good;
        if (!one.make(bad)) continue;
        const auto judged = Judge{bad}.judge();
        if (std::find(one.reasons.begin(), one.reasons.end(), judged.verdict) == one.reasons.end()) {
            ++totals.found;
            std::fprintf(stderr, "FOUND (seed %llu): a planted bad history, %s, is judged %s: %s\n",
                         static_cast<unsigned long long>(seed), std::string{one.name}.c_str(),
                         verdict_names.at(static_cast<std::size_t>(judged.verdict)), judged.why.c_str());
        }
        ++totals.planted;
        ++totals.of_plant[one.name];
    }
}

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, about, {.plants = {"read"}}};
    constexpr std::int64_t by_default = 150;
    constexpr std::array kinds{"memory", "memory", "memory", "sqlite", "offices"};
    constexpr std::int64_t planted_from = 40;
    Totals totals;
    std::map<std::string, House> houses;
    auto seed = arguments.seed;
    for (; totals.found == 0 && !arguments.is_over(totals.histories, by_default); ++seed) {
        const std::string kind = kinds.at(static_cast<std::size_t>(seed % kinds.size()));
        if (const auto at = houses.find(kind); at != houses.end() && at->second.histories >= histories_a_house) {
            const auto violations = or_throw(at->second.offices[0]->audit());
            totals.found += static_cast<std::int64_t>(violations.size());
            for (const auto& one : violations)
                std::fprintf(stderr, "FOUND (before seed %llu): audit: %s %s\n", static_cast<unsigned long long>(seed),
                             one.rule.c_str(), one.detail.c_str());
            houses.erase(at);
        }
        if (!houses.contains(kind)) houses.emplace(kind, make_house(kind));
        auto& house = houses.at(kind);
        const auto history = Recorder{house, seed, arguments.plant == "read"}.record();
        const auto judged = Judge{history}.judge();
        ++totals.histories;
        totals.steps += static_cast<std::int64_t>(history.steps.size());
        for (const auto& a : history.steps)
            for (const auto& b : history.steps) totals.overlaps += a.asked < b.asked && b.asked < a.answered ? 1 : 0;
        if (judged.verdict != Verdict::good) {
            ++totals.found;
            std::fprintf(stderr, "FOUND (seed %llu, %s): %s: %s\n", static_cast<unsigned long long>(seed), kind.c_str(),
                         verdict_names.at(static_cast<std::size_t>(judged.verdict)), judged.why.c_str());
            tell(history);
            std::fprintf(stderr, "again (moments differ): boxoffice_histories --seed %llu --count 1\n",
                         static_cast<unsigned long long>(seed));
            break;
        }
        if (totals.histories <= planted_from || totals.histories % 100 == 0) plant(history, seed, totals);
        if (totals.histories % 500 == 0)
            std::fprintf(stderr, "boxoffice_histories: %.0f s, histories %lld, next seed %llu\n", arguments.elapsed(),
                         static_cast<long long>(totals.histories), static_cast<unsigned long long>(seed + 1));
    }
    for (const auto& [kind, house] : houses)
        for (const auto& one : or_throw(house.offices[0]->audit())) {
            ++totals.found;
            std::fprintf(stderr, "FOUND: audit of %s: %s %s\n", kind.c_str(), one.rule.c_str(), one.detail.c_str());
        }
    // Of each kind at least one bad history must have been made, or nothing is known of its check.
    if (totals.histories >= planted_from)
        for (const auto& one : plants())
            if (!totals.of_plant.contains(one.name)) {
                ++totals.found;
                std::fprintf(stderr, "FOUND: no history could be made bad by: %s\n", std::string{one.name}.c_str());
            }
    std::printf(
        "boxoffice_histories: seeds=%llu-%llu histories=%lld steps=%lld overlaps=%lld planted=%lld planted_kinds=%zu seconds=%.1f found=%lld\n",
        static_cast<unsigned long long>(arguments.seed), static_cast<unsigned long long>(seed - 1),
        static_cast<long long>(totals.histories), static_cast<long long>(totals.steps),
        static_cast<long long>(totals.overlaps), static_cast<long long>(totals.planted), totals.of_plant.size(),
        arguments.elapsed(), static_cast<long long>(totals.found));
    return totals.found == 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice_histories: %s\n", e.what());
    return 1;
}
