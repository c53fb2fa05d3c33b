#include "engine/seat_roll.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

namespace boxoffice {
namespace {

constexpr std::size_t block_size = std::tuple_size_v<SeatSheet::Block>;

/// A host that asks every ten seconds is told of 1,600 changes a second. Never more than there are seats: then all are sent.
std::size_t steps_max(std::size_t seats) { return std::clamp<std::size_t>(seats, 1'024, 16'384); }

std::size_t bytes_of(const std::string& text) {
    constexpr std::size_t inside = 15;  // as long a text needs no memory of its own
    return text.capacity() > inside ? text.capacity() + 1 : 0;
}

}  // namespace

// ---- versions ---------------------------------------------------------------------------------------------------

std::string to_text(const SeatVersion& version) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        text[15 - i] = digits[version.high >> 4 * i & 15];
        text[31 - i] = digits[version.low >> 4 * i & 15];
    }
    return text;
}

std::optional<SeatVersion> parse_seat_version(std::string_view text) {
    if (text.size() != 32) return std::nullopt;
    std::array<std::uint64_t, 2> halves{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
        auto& half = halves[i / 16];
        half = half << 4 | static_cast<std::uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
    }
    return SeatVersion{halves[0], halves[1]};
}

// ---- making -----------------------------------------------------------------------------------------------------

SeatRoll::SeatRoll(Concert concert, std::vector<Seat> rows, LastEvent last) {
    const auto count = rows.size();
    auto plan = std::make_shared<SeatSheet::Plan>();
    plan->concert = std::move(concert);
    plan->ids.reserve(count);
    plan->facts.reserve(count);
    index_.reserve(count);
    version_ = seat_version::of(plan->concert.id);
    std::shared_ptr<Block> block;
    for (std::size_t i = 0; i < count; ++i) {
        auto& row = rows[i];
        if (i % block_size == 0) {
            block = std::make_shared<Block>();
            blocks_.push_back(block);
        }
        auto& one = (*block)[i % block_size];
        one = {row.claim, row.held_until, row.version, row.state, row.state};
        counts_.count(one.state);
        version_ = seat_version::plus(version_, seat_version::of(row.id, look_of(one)));
        if (one.state == SeatState::held) deadlines_.emplace(one.held_until, static_cast<std::uint32_t>(i));
        index_.emplace_back(row.id, static_cast<std::uint32_t>(i));
        plan->ids.push_back(row.id);
        plan->facts.push_back(std::move(row.facts));
    }
    std::sort(index_.begin(), index_.end());
    own_.resize(blocks_.size());
    plan_ = std::move(plan);
    move_on(last);
    lapse(last.at);
}

void SeatRoll::move_on(const LastEvent& last) {
    if (last.sequence > last_.sequence) last_ = last;
}

// ---- moving -----------------------------------------------------------------------------------------------------

void SeatRoll::lapse(Time now) {
    shown_at_ = std::max(shown_at_, now);
    while (!deadlines_.empty() && passed(deadlines_.top().first, shown_at_)) {
        const auto deadline = deadlines_.top();
        deadlines_.pop();
        if (!is_due(deadline)) continue;
        auto lapsed = at(deadline.second);
        lapsed.state = SeatState::available;
        show(deadline.second, lapsed);
    }
}

bool SeatRoll::put(const SeatMove& row) {
    const auto index = find(row.seat);
    if (index == size()) return false;
    put_at(index, row);
    return true;
}

bool SeatRoll::retrace(const Event& event) {
    lapse(event.at);
    const auto index = find(event.seat);
    if (index == size()) return false;
    const auto& one = at(index);
    const auto becomes = [&](SeatState state, ReservationId claim = {}, Time until = never) {
        put_at(index, {event.seat, state, claim, until, one.row_version});
        return true;
    };
    switch (event.kind) {
        case EventKind::seat_held:
        case EventKind::hold_kept: return becomes(SeatState::held, event.reservation, event.deadline);
        case EventKind::hold_released:
        case EventKind::hold_expired: return one.claim != event.reservation || becomes(SeatState::available);
        case EventKind::reservation_confirmed: return becomes(SeatState::sold, event.reservation);
        case EventKind::reservation_cancelled: return becomes(SeatState::available);
        case EventKind::seat_blocked: return becomes(SeatState::blocked);
        case EventKind::seat_unblocked: return becomes(SeatState::available);
        case EventKind::payment_requested:
        case EventKind::payment_captured:
        case EventKind::payment_failed:
        case EventKind::payment_approved:
        case EventKind::payment_reconciled:
        case EventKind::points_refunded:
        case EventKind::order_held: return true;  // what it does to the seat has an event of its own
        case EventKind::user_created:
        case EventKind::room_created:
        case EventKind::room_changed:
        case EventKind::concert_created:
        case EventKind::seats_added:
        case EventKind::place_joined:
        case EventKind::place_admitted:
        case EventKind::place_arrived:
        case EventKind::place_completed:
        case EventKind::place_left:
        case EventKind::place_expired:
        case EventKind::sale_changed:
        case EventKind::tariff_changed:
        case EventKind::type_created:
        case EventKind::concert_changed:
        case EventKind::concert_called_off:
        case EventKind::concert_settled:
        case EventKind::concert_deleted:
        case EventKind::points_recharged: break;  // of no seat
    }
    return false;
}

void SeatRoll::put(Concert concert) {
    if (concert == plan_->concert) return;
    auto plan = std::make_shared<SeatSheet::Plan>(*plan_);
    plan->concert = std::move(concert);
    plan_ = std::move(plan);
    sheet_ = nullptr;
}

bool SeatRoll::refresh(const std::vector<Seat>& rows, Time now) {
    if (rows.size() != size()) return false;
    lapse(now);
    return std::all_of(rows.begin(), rows.end(), [&](const Seat& row) { return put(move_of(row)); });
}

void SeatRoll::put_at(std::size_t index, const SeatMove& row) {
    Standing next{row.claim, row.held_until, row.row_version, row.state, row.state};
    if (row.state == SeatState::held && passed(row.held_until, shown_at_)) next.state = SeatState::available;
    if (next.state == SeatState::held && look_of(next) != look_of(at(index))) {
        if (deadlines_.size() > 2 * size()) clean_deadlines();
        deadlines_.emplace(row.held_until, static_cast<std::uint32_t>(index));
    }
    show(index, next);
}

/// The seat stands so from now on; the one place where anything changes.
void SeatRoll::show(std::size_t index, Standing next) {
    auto& one = change(index);
    const auto before = look_of(one);
    const auto after = look_of(next);
    if (before != after) {
        steps_.push_back({version_, before, static_cast<std::uint32_t>(index)});
        if (steps_.size() > steps_max(size())) steps_.pop_front();
        const auto seat = plan_->ids[index];
        version_ = seat_version::minus(version_, seat_version::of(seat, before));
        version_ = seat_version::plus(version_, seat_version::of(seat, after));
        counts_.count(before.state, -1);
        counts_.count(after.state);
    }
    one = next;
}

/// Is the hold that ends then still the one of the seat, and was its end not shown yet?
bool SeatRoll::is_due(const Deadline& deadline) const {
    const auto& one = at(deadline.second);
    return one.state == SeatState::held && one.held_until == deadline.first;
}

void SeatRoll::clean_deadlines() {
    std::vector<Deadline> left;
    for (std::size_t i = 0; i < size(); ++i)
        if (at(i).state == SeatState::held) left.emplace_back(at(i).held_until, static_cast<std::uint32_t>(i));
    deadlines_ = decltype(deadlines_){{}, std::move(left)};
}

std::size_t SeatRoll::find(SeatId seat) const {
    const auto found = std::lower_bound(index_.begin(), index_.end(), std::pair{seat, std::uint32_t{0}});
    return found == index_.end() || found->first != seat ? size() : found->second;
}

const SeatSheet::Standing& SeatRoll::at(std::size_t index) const {
    return (*blocks_[index / block_size])[index % block_size];
}

SeatSheet::Standing& SeatRoll::change(std::size_t index) {
    sheet_.reset();
    auto*& own = own_[index / block_size];
    if (own == nullptr) {
        auto& block = blocks_[index / block_size];
        auto copy = std::make_shared<Block>(*block);
        own = copy.get();
        block = std::move(copy);
    }
    return (*own)[index % block_size];
}

// ---- showing ----------------------------------------------------------------------------------------------------

std::shared_ptr<const SeatSheet> SeatRoll::sheet() {
    if (sheet_ == nullptr) {
        while (!deadlines_.empty() && !is_due(deadlines_.top())) deadlines_.pop();
        const auto lapses_at = deadlines_.empty() ? never : deadlines_.top().first;
        sheet_ = std::make_shared<const SeatSheet>(SeatSheet::Parts{plan_, blocks_, version_, counts_, lapses_at});
        std::fill(own_.begin(), own_.end(), nullptr);
    }
    return sheet_;
}

SeatChanges SeatRoll::since(const SeatVersion& version) {
    SeatChanges changes;
    changes.sheet = sheet();
    if (version == version_) return changes;
    const auto found =
        std::find_if(steps_.rbegin(), steps_.rend(), [&](const Step& step) { return step.version == version; });
    if (found == steps_.rend()) {
        changes.is_whole = true;
        changes.changed.resize(size());
        std::iota(changes.changed.begin(), changes.changed.end(), 0);
        return changes;
    }
    // A seat's first step since then has how it looked at that version; if it looks so again, it has not changed.
    std::vector<const Step*> since;
    for (auto step = found;; --step) {
        since.push_back(&*step);
        if (step == steps_.rbegin()) break;
    }
    std::stable_sort(since.begin(), since.end(), [](const Step* a, const Step* b) { return a->index < b->index; });
    const Step* last = nullptr;
    for (const auto* step : since) {
        const bool is_first = last == nullptr || last->index != step->index;
        last = step;
        if (is_first && step->look != look_of(at(step->index))) changes.changed.push_back(step->index);
    }
    return changes;
}

std::size_t SeatRoll::bytes() const {
    auto bytes =
        size() * (sizeof(SeatFacts) + sizeof(SeatId) + sizeof(Standing) + sizeof(index_[0]) + 2 * sizeof(Deadline));
    for (const auto& facts : plan_->facts)
        bytes += bytes_of(facts.number) + bytes_of(facts.section) + bytes_of(facts.row) + bytes_of(facts.label);
    return bytes + steps_max(size()) * sizeof(Step) + 4'096;
}

}  // namespace boxoffice
