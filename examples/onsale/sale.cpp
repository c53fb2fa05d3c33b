#include "sale.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <new>
#include <span>
#include <thread>
#include <utility>

namespace onsale {

using namespace boxoffice;
using std::chrono::seconds;

namespace {

constexpr std::size_t join_batch_size = 500;
constexpr seconds sweep_interval{60};

// A buyer's patience: beyond it they go home, so that every sale ends.
constexpr int joins_max = 4;
constexpr int holds_max = 12;
constexpr int holds_per_look = 3;
constexpr int looks_in_vain_max = 6;
constexpr int busy_max = 10;

// How long a buyer who cancels is glad of the seats.
constexpr seconds glad_least{60};
constexpr seconds glad_most{600};

std::int64_t us_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

void Tally::add(const Tally& other) {
    for (const auto& [name, count] : other.refusals) refusals[name] += count;
    commands += other.commands;
    latencies_us.insert(latencies_us.end(), other.latencies_us.begin(), other.latencies_us.end());
}

OnSale::OnSale(House& house, const Hall& hall, const std::vector<Buyer>& buyers, std::shared_ptr<VirtualClock> clock,
               SaleOptions options, const std::atomic<bool>& interrupt)
    : house_(house),
      hall_(hall),
      office_(*house.office),
      clock_(std::move(clock)),
      options_(options),
      board_(house, hall, clock_),
      scheduler_(clock_, options.time_scale, interrupt),
      visits_(buyers.size()),
      sweeper_(buyers.size()),
      interrupt_(interrupt) {
    for (std::size_t i = 0; i < buyers.size(); ++i) {
        auto& visit = visits_[i];
        const auto& past = house.pasts[i];
        visit.buyer = &buyers[i];
        visit.user = past.user;
        visit.chance = Chance(options.seed, i);
        visit.order = past.bought ? past.bought : past.held;
        const bool will_cancel = buyers[i].behaviour == Behaviour::cancel;
        if (past.bought && will_cancel)
            visit.step = Step::cancel;
        else if (past.bought)
            visit.end = End::paid;
        else if (past.has_cancelled && will_cancel)
            visit.end = End::cancelled;
        else if (past.held && buyers[i].behaviour == Behaviour::abandon)
            visit.end = End::abandoned;
    }
    paid_count_ = std::count_if(visits_.begin(), visits_.end(), [](const Visit& visit) {
        return visit.end == End::paid || visit.end == End::cancelled || visit.step == Step::cancel;
    });
    open_visits_ =
        std::count_if(visits_.begin(), visits_.end(), [](const Visit& visit) { return visit.end == End::none; });
}

SaleReport OnSale::run() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<Tally> tallies(options_.thread_count);
    open_doors(tallies[0]);
    scheduler_.add(sweeper_, sweep_interval);
    if (open_visits_ == 0) scheduler_.end();
    {
        std::vector<std::jthread> workers;
        for (std::size_t i = 1; i < options_.thread_count; ++i)
            workers.emplace_back([this, &tallies, i] { work(tallies[i]); });
        work(tallies[0]);
    }
    if (!interrupt_) sweep(tallies[0]);
    show_progress(true);

    SaleReport report;
    for (const auto& tally : tallies) report.tally.add(tally);
    for (const auto& visit : visits_) {
        const bool has_seats = visit.paid.payment || visit.step == Step::cancel;
        if (visit.end == End::paid || (visit.end == End::none && has_seats))
            ++report.paid;
        else if (visit.end == End::cancelled)
            ++report.paid_and_cancelled;
        else if (visit.end == End::abandoned)
            ++report.abandoned;
        else if (visit.end == End::left)
            ++report.left;
        else
            ++report.unserved;
    }
    report.max_waiting = max_waiting_;
    report.seconds = static_cast<double>(us_since(start)) / 1e6;
    report.was_interrupted = interrupt_;
    report.failure = failure_;
    return report;
}

/// Everyone joins before anyone takes a step, in an order that the seed draws. Who bought in an earlier run and has only to
/// cancel does not.
void OnSale::open_doors(Tally& tally) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < visits_.size(); ++i) {
        if (visits_[i].end != End::none) continue;
        if (visits_[i].step == Step::cancel)
            scheduler_.add(i, *has_paid(visits_[i]));
        else
            order.push_back(i);
    }
    Chance chance(options_.seed, visits_.size());
    for (auto left = order.size(); left > 1; --left) std::swap(order[left - 1], order[chance.below(left)]);

    for (std::size_t begin = 0; begin < order.size() && !interrupt_; begin += join_batch_size) {
        const auto count = std::min(join_batch_size, order.size() - begin);
        std::vector<Command> commands;
        for (std::size_t i = 0; i < count; ++i)
            commands.push_back(Join{visits_[order[begin + i]].user, office_.main_room()});
        const auto outcomes = office_.execute(std::span<const Command>(commands));
        if (outcomes.size() < count) throw std::bad_alloc();
        tally.commands += static_cast<std::int64_t>(count);
        for (std::size_t i = 0; i < count; ++i) {
            auto& visit = visits_[order[begin + i]];
            auto delay = visit.chance.between(seconds{1}, seconds{20});
            ++visit.joins;
            if (outcomes[i]) {
                seated_in_line(visit, std::get<Joined>(*outcomes[i]));
                if (visit.step == Step::leave) delay = visit.chance.between(seconds{1}, seconds{120});
            } else {
                note(outcomes[i].error(), tally);
            }
            scheduler_.add(order[begin + i], delay);
        }
        note_waiting();
    }
}

void OnSale::work(Tally& tally) {
    while (const auto entry = scheduler_.next()) {
        if (*entry == sweeper_) {
            sweep(tally);
            scheduler_.add(sweeper_, sweep_interval);
        } else if (const auto delay = take_step(visits_[*entry], tally)) {
            scheduler_.add(*entry, *delay);
        } else if (--open_visits_ == 0) {
            scheduler_.end();
        }
        show_progress(false);
    }
}

/// Nothing depends on it: expired holds are on sale again at once. It keeps the file tidy, as a host should now and
/// then.
void OnSale::sweep(Tally& tally) {
    while (true) {
        const auto ticked = execute(Tick{}, tally);
        if (!ticked || !ticked->more) break;
    }
    note_waiting();
}

OnSale::Next OnSale::take_step(Visit& visit, Tally& tally) {
    switch (visit.step) {
        case Step::join: return join(visit, tally);
        case Step::wait: return wait(visit, tally);
        case Step::recharge: return recharge(visit, tally);
        case Step::list: return list(visit, tally);
        case Step::hold: return hold(visit, tally);
        case Step::pay: return pay(visit, tally);
        case Step::pay_again: return pay_again(visit, tally);
        case Step::cancel: return cancel(visit, tally);
        case Step::leave: return leave(visit, tally);
    }
    return std::nullopt;
}

// ---- in line ----------------------------------------------------------------------------------------------------

/// The line was full at the start, or the place was lost.
OnSale::Next OnSale::join(Visit& visit, Tally& tally) {
    if (visit.joins >= joins_max)
        return finish(visit, visit.buyer->behaviour == Behaviour::leave ? End::left : End::unserved);
    const auto joined = execute(Join{visit.user, office_.main_room()}, tally);
    ++visit.joins;
    if (!joined && joined.error().code == ErrorCode::queue_full) return visit.chance.between(seconds{20}, seconds{60});
    if (!joined) return after_refusal(visit, joined.error(), tally);
    seated_in_line(visit, *joined);
    return visit.chance.between(seconds{1}, seconds{20});
}

void OnSale::seated_in_line(Visit& visit, const Joined& joined) {
    visit.place = joined.claims;
    visit.token = office_.token_text(joined.claims);
    visit.step = visit.buyer->behaviour == Behaviour::leave ? Step::leave : Step::wait;
}

OnSale::Next OnSale::wait(Visit& visit, Tally& tally) {
    const auto start = std::chrono::steady_clock::now();
    const auto peeked = office_.peek(visit.token);
    if (!peeked) {
        note(peeked.error(), tally);
        return after_refusal(visit, peeked.error(), tally);
    }
    if (!peeked->is_turn) return peeked->next_poll;
    ++tally.commands;  // the first peek of an admitted place claims it
    tally.latencies_us.push_back(us_since(start));
    return go(visit, Step::recharge);
}

OnSale::Next OnSale::leave(Visit& visit, Tally& tally) {
    const auto left = execute(Leave{visit.user, visit.place.token}, tally);
    if (!left && left.error().code == ErrorCode::busy) return after_refusal(visit, left.error(), tally);
    return finish(visit, End::left);
}

/// A place that is gone: another run on the same file may have bought for this user; else they join again, at the end.
OnSale::Next OnSale::lose_place(Visit& visit, Tally& tally) {
    visit.order = {};
    const auto mine = office_.reservations(visit.user, 1'000);
    if (!mine) note(mine.error(), tally);
    if (mine)
        for (const auto& view : *mine) {
            if (view.reservation.concert != house_.concert) continue;
            visit.order = view.reservation.order;
            if (view.state == ReservationState::confirmed) return has_paid(visit);
            if (view.state == ReservationState::cancelled && visit.buyer->behaviour == Behaviour::cancel)
                return finish(visit, End::cancelled);
        }
    visit.order = {};
    return visit.joins < joins_max ? go(visit, Step::join) : finish(visit, End::unserved);
}

// ---- in their turn ----------------------------------------------------------------------------------------------

/// The whole of the points in a new sale. In one that goes on, what is missing of them: an earlier run may have
/// recharged.
OnSale::Next OnSale::recharge(Visit& visit, Tally& tally) {
    const auto balance = office_.balance(visit.user);
    if (!balance) {
        note(balance.error(), tally);
        return after_refusal(visit, balance.error(), tally);
    }
    visit.balance = balance->value;
    const auto amount = visit.buyer->points.value - (house_.is_continued ? balance->value : 0);
    if (amount > 0) {
        // Each amount once a concert: a retry, or another run at the same time, adds nothing.
        auto key = fmt::format("onsale-{}-{}", to_text(house_.concert), amount);
        const auto recharged = execute(Recharge{visit.user, Points{amount}, std::move(key)}, tally);
        if (!recharged && range_of(recharged.error().code) == ErrorRange::fault)
            return after_refusal(visit, recharged.error(), tally);
        if (recharged) visit.balance = recharged->balance.value;
    }
    return go(visit, visit.order ? Step::pay : Step::list);
}

OnSale::Next OnSale::list(Visit& visit, Tally& tally) {
    auto listing = board_.look();
    if (!listing) {
        note(listing.error(), tally);
        return after_refusal(visit, listing.error(), tally);
    }
    visit.listing = *std::move(listing);
    visit.tried.clear();
    return go(visit, Step::hold);
}

OnSale::Next OnSale::hold(Visit& visit, Tally& tally) {
    const auto seats = choose(visit, tally);
    if (seats.empty()) {
        if (!seats_may_come_back(visit) || ++visit.looks_in_vain > looks_in_vain_max) return give_up(visit, tally);
        visit.step = Step::list;
        return visit.chance.between(seconds{20}, seconds{60});
    }
    ++visit.holds_tried;
    const auto held = ask_for(visit, seats, tally);
    if (held) {
        visit.order = *held;
        return visit.buyer->behaviour == Behaviour::abandon ? finish(visit, End::abandoned) : go(visit, Step::pay);
    }
    if (held.error().code != ErrorCode::seat_unavailable) return after_refusal(visit, held.error(), tally);
    if (visit.holds_tried >= holds_max) return give_up(visit, tally);
    const auto& gone = held.error().about;
    for (const auto seat : seats)
        if (std::find(gone.begin(), gone.end(), house_.seat_ids[seat].value) != gone.end()) visit.tried.push_back(seat);
    return go(visit, visit.tried.size() < holds_per_look ? Step::hold : Step::list);
}

/// All of them or none.
Result<OrderId> OnSale::ask_for(const Visit& visit, const std::vector<std::size_t>& seats, Tally& tally) {
    const auto first = house_.seat_ids[seats.front()];
    if (seats.size() == 1)
        return execute(HoldSeat{visit.user, visit.place.token, first, {}}, tally).map(&Held::reservation);
    HoldSeats several{visit.user, visit.place.token, house_.concert, {}};
    for (const auto seat : seats) several.items.push_back({house_.seat_ids[seat]});
    return execute(std::move(several), tally).map(&HeldOrder::order);
}

/// As many as the visit wants? Holds of those who never pay do, and what is cancelled: worth another look while there
/// are any.
bool OnSale::seats_may_come_back(const Visit& visit) {
    const auto counts = office_.seat_counts(house_.concert);
    return counts &&
           counts->held + counts->available + seats_to_cancel_ >= static_cast<std::int64_t>(visit.buyer->count);
}

OnSale::Next OnSale::pay(Visit& visit, Tally& tally) {
    const auto paid = execute(Pay{visit.user, visit.place.token, visit.order, "pay-" + to_text(visit.order)}, tally);
    if (paid) {
        visit.paid = *paid;
        ++paid_count_;
        return visit.buyer->behaviour == Behaviour::retry ? go(visit, Step::pay_again) : has_paid(visit);
    }
    switch (paid.error().code) {
        case ErrorCode::insufficient_points: return give_up(visit, tally);
        case ErrorCode::already_paid: return has_paid(visit);
        case ErrorCode::hold_expired:
        case ErrorCode::hold_released:
            visit.order = {};
            return visit.holds_tried < holds_max ? go(visit, Step::list) : give_up(visit, tally);
        default: return after_refusal(visit, paid.error(), tally);
    }
}

/// The same request with the same key: the same answer, and nothing is paid twice.
OnSale::Next OnSale::pay_again(Visit& visit, Tally& tally) {
    const auto again = execute(Pay{visit.user, visit.place.token, visit.order, "pay-" + to_text(visit.order)}, tally);
    if (!again && again.error().code == ErrorCode::busy) return after_refusal(visit, again.error(), tally);
    if (!again)
        stop("a payment asked for again with its key was refused: " + again.error().text());
    else if (*again != visit.paid)
        stop("a payment asked for again with its key had another answer");
    return finish(visit, End::paid);
}

/// Goes home, or cancels after a while.
OnSale::Next OnSale::has_paid(Visit& visit) {
    if (visit.buyer->behaviour != Behaviour::cancel) return finish(visit, End::paid);
    seats_to_cancel_ += static_cast<std::int64_t>(visit.buyer->count);
    visit.listing.reset();
    visit.step = Step::cancel;
    return visit.chance.between(glad_least, glad_most);
}

/// All of the order. Where the box office refuses (an earlier run sold it for good, say) the seats stay theirs.
OnSale::Next OnSale::cancel(Visit& visit, Tally& tally) {
    const auto cancelled = [&]() -> Result<Cancelled> {
        Cancel command{visit.user, {}, "cancel-" + to_text(visit.order)};
        auto order = office_.order(visit.user, visit.order);
        if (!order) note(order.error(), tally);
        if (!order) return tl::unexpected(std::move(order).error());
        for (const auto& view : order->reservations)
            if (view.state == ReservationState::confirmed || view.state == ReservationState::cancelled)
                command.reservations.push_back(view.reservation.id);
        return execute(std::move(command), tally);
    }();
    if (!cancelled && cancelled.error().code == ErrorCode::busy && ++visit.busy_count <= busy_max)
        return visit.chance.between(seconds{1}, seconds{20});
    seats_to_cancel_ -= static_cast<std::int64_t>(visit.buyer->count);
    return finish(visit, cancelled ? End::cancelled : End::paid);
}

/// Goes home without a seat, and gives the place in line (and what is held) to others.
OnSale::Next OnSale::give_up(Visit& visit, Tally& tally) {
    (void)execute(Leave{visit.user, visit.place.token}, tally);
    return finish(visit, End::unserved);
}

// ---- choosing ---------------------------------------------------------------------------------------------------

std::optional<std::size_t> OnSale::wanted_category(const Visit& visit) const {
    if (visit.buyer->want == "any") return std::nullopt;
    if (const auto at = hall_.category_by_name.find(visit.buyer->want); at != hall_.category_by_name.end())
        return at->second;
    if (const auto at = hall_.seat_by_number.find(visit.buyer->want);
        at != hall_.seat_by_number.end() && hall_.category_of[at->second] != support::no_category)
        return hall_.category_of[at->second];
    return std::nullopt;
}

/// First the wanted seat or category, then another of the same category, then any, the affordable ones first. Of seats
/// that are listed one after another where possible; empty: not so many are listed.
std::vector<std::size_t> OnSale::choose(Visit& visit, Tally& tally) {
    const auto category = wanted_category(visit);
    if (visit.holds_tried == 0 && visit.buyer->want != "any") {
        const auto& want = visit.buyer->want;
        if (!category) {
            const auto unknown = office_.seat(house_.concert, want);
            if (!unknown) note(unknown.error(), tally);
            visit.holds_tried = 1;
        } else if (!hall_.category_by_name.contains(want)) {
            const auto wanted = hall_.seat_by_number.at(want);
            if (auto seats = beside(visit, wanted, visit.listing->by_category[*category]); !seats.empty()) return seats;
        }
    }
    if (category && visit.holds_tried < 2)
        if (auto seats = pick(visit, visit.listing->by_category[*category], false); !seats.empty()) return seats;
    if (auto seats = pick(visit, visit.listing->all, true); !seats.empty()) return seats;
    return pick(visit, visit.listing->all, false);
}

/// As many of the list as the visit wants, from a random one on, that were not tried yet. An affordable one costs no more
/// than its share of the points that are left, so that all of them together can be paid.
std::vector<std::size_t> OnSale::pick(Visit& visit, const std::vector<std::size_t>& seats, bool only_affordable) {
    const auto count = visit.buyer->count;
    if (seats.empty()) return {};
    const auto first = visit.chance.below(seats.size());
    auto points = visit.balance;
    std::vector<std::size_t> picked;
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto seat = seats[(first + i) % seats.size()];
        const auto price = hall_.seats[seat].price.value;
        if (only_affordable && price > points / static_cast<std::int64_t>(count - picked.size())) continue;
        if (std::find(visit.tried.begin(), visit.tried.end(), seat) != visit.tried.end()) continue;
        picked.push_back(seat);
        points -= price;
        if (picked.size() == count) return picked;
    }
    return {};
}

/// The wanted seat, listed or not, and those behind it in the list.
std::vector<std::size_t> OnSale::beside(const Visit& visit, std::size_t wanted, const std::vector<std::size_t>& seats) {
    std::vector<std::size_t> picked{wanted};
    const auto at = std::find(seats.begin(), seats.end(), wanted);
    for (auto next = at == seats.end() ? seats.begin() : at + 1; next != seats.end(); ++next) {
        if (picked.size() == visit.buyer->count) break;
        picked.push_back(*next);
    }
    if (picked.size() < visit.buyer->count) picked.clear();
    return picked;
}

// ---- what all steps share ---------------------------------------------------------------------------------------

OnSale::Next OnSale::go(Visit& visit, Step step) {
    visit.step = step;
    return visit.chance.between(seconds{1}, seconds{20});
}

OnSale::Next OnSale::finish(Visit& visit, End end) {
    visit.end = end;
    visit.listing.reset();
    return std::nullopt;
}

/// Refusals that are not the step's own business.
OnSale::Next OnSale::after_refusal(Visit& visit, const Error& error, Tally& tally) {
    switch (error.code) {
        case ErrorCode::busy:
            // Another process had the file for too long: the same step again, with the same keys.
            if (++visit.busy_count <= busy_max) return visit.chance.between(seconds{1}, seconds{20});
            return finish(visit, End::unserved);
        case ErrorCode::not_your_turn:
        case ErrorCode::place_expired:
        case ErrorCode::place_completed:
        case ErrorCode::place_left:
        case ErrorCode::invalid_token:
        case ErrorCode::hold_limit: return lose_place(visit, tally);
        default:
            return range_of(error.code) == ErrorRange::fault ? finish(visit, End::unserved) : give_up(visit, tally);
    }
}

template <class C>
Result<typename C::Answer> OnSale::execute(C command, Tally& tally) {
    const auto start = std::chrono::steady_clock::now();
    auto answer = office_.execute(std::move(command));
    ++tally.commands;
    tally.latencies_us.push_back(us_since(start));
    if (!answer) note(answer.error(), tally);
    return answer;
}

/// Counts a refusal. A fault other than `busy` ends the sale: the store cannot be relied on.
void OnSale::note(const Error& error, Tally& tally) {
    ++tally.refusals[std::string{name_of(error.code)}];
    if (range_of(error.code) == ErrorRange::fault && error.code != ErrorCode::busy) stop(error.text());
}

void OnSale::note_waiting() {
    const auto stats = office_.stats();
    if (!stats) return;
    auto most = max_waiting_.load();
    while (most < stats->waiting && !max_waiting_.compare_exchange_weak(most, stats->waiting)) {
    }
}

void OnSale::stop(const std::string& failure) {
    {
        const std::lock_guard lock(failure_mutex_);
        if (failure_.empty()) failure_ = failure;
    }
    scheduler_.end();
}

void OnSale::show_progress(bool is_last) {
    if (!options_.shows_progress) return;
    const auto now_us = us_since({});
    auto due_us = progress_due_us_.load();
    if (!is_last && (now_us < due_us || !progress_due_us_.compare_exchange_strong(due_us, now_us + 100'000))) return;
    const auto minutes = date::floor<std::chrono::minutes>(clock_->steady()).count();
    const auto line =
        fmt::format("{} of {} buyers done, {} paid, {} min into the sale",
                    static_cast<std::int64_t>(visits_.size()) - open_visits_, visits_.size(), paid_count_, minutes);
    // The last one wipes the line, so that the report stands alone.
    std::fputs(is_last ? "\r\x1b[K" : ("\r\x1b[K" + line).c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace onsale
