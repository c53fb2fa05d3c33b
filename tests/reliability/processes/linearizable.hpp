#pragma once
/// Is a history linearizable: does every answer follow from one order of all requests, in which effects stand as they were
/// committed and nobody comes before who was answered before they asked? What left no trace (refusals, repetitions, looks) may
/// stand anywhere between its asking and its answer.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "reliability/processes/history.hpp"

namespace boxoffice::testing {

enum class Verdict : std::int32_t {
    good,
    lost,       ///< an acknowledged effect is not among the events
    ghost,      ///< an effect that nobody asked for, or that nobody was told of
    real_time,  ///< effects in an order in which they cannot have happened
    answer,     ///< an effect was answered otherwise than the model answers there
    nowhere,    ///< what left no trace was answered as it could not be at any moment between
    final_state
};
inline constexpr std::array verdict_names{"good", "lost", "ghost", "real_time", "answer", "nowhere", "final_state"};

struct Judgement {
    Verdict verdict = Verdict::good;
    std::string why;
};

class Judge {
  public:
    explicit Judge(const History& history) : history_{history} {}

    Judgement judge() {
        name_effects();
        if (worst_.verdict != Verdict::good) return worst_;
        find_lost();
        if (worst_.verdict != Verdict::good) return worst_;
        worst_ = {Verdict::real_time, "no order of the effects respects who was answered before whom asked"};
        order_.assign(effects_.size(), 0);
        if (choose(0, std::numeric_limits<std::int64_t>::min())) return {};
        return worst_;
    }

  private:
    /// A commit's mark of one request, and the requests that can have made it.
    struct Effect {
        std::int64_t sequence = 0;
        std::vector<std::size_t> candidates;
    };

    [[nodiscard]] static std::int64_t field(const Step& step, std::size_t at) {
        return at < step.said.fields.size() ? step.said.fields[at] : 0;
    }

    template <class Fits>
    std::vector<std::size_t> steps_that(Fits fits) const {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < history_.steps.size(); ++i)
            if (history_.steps[i].said.code == 0 && fits(history_.steps[i])) out.push_back(i);
        return out;
    }

    void add(const Event& event, std::vector<std::size_t> candidates) {
        if (candidates.empty() && worst_.verdict == Verdict::good)
            worst_ = {Verdict::ghost, "event " + std::to_string(event.sequence) + ", " +
                                          std::string{name_of(event.kind)} + ", was asked for by nobody"};
        effects_.push_back({event.sequence, std::move(candidates)});
    }

    void name_effects() {
        const auto& events = history_.events;
        std::vector<bool> is_of_leave(events.size());
        // What a leave released stands right before it.
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (events[i].kind != EventKind::place_left) continue;
            std::int64_t most = 0;
            for (const auto& step : history_.steps)
                if (step.call.act == Act::leave && step.call.token == events[i].token.value && step.said.code == 0)
                    most = std::max(most, field(step, 0));
            for (std::int64_t k = 1; k <= most && static_cast<std::size_t>(k) <= i; ++k)
                is_of_leave[i - static_cast<std::size_t>(k)] = true;
        }
        for (std::size_t i = 0; i < events.size(); ++i) {
            const auto& event = events[i];
            const auto id = event.reservation.value;
            switch (event.kind) {
                case EventKind::points_recharged:
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::recharge && s.call.user == event.user.value &&
                                   s.call.amount == event.amount;
                        }));
                    break;
                case EventKind::place_joined:
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::join && field(s, 0) == event.token.value && field(s, 2) == 0;
                        }));
                    break;
                case EventKind::place_left:
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::leave && s.call.token == event.token.value;
                        }));
                    break;
                case EventKind::seat_held:
                    if (order_of(event).value != id) break;  // the second of two
                    add(event, steps_that([&](const Step& s) {
                            return (s.call.act == Act::hold || s.call.act == Act::hold_two) && field(s, 0) == id;
                        }));
                    break;
                case EventKind::hold_released:
                    if (is_of_leave[i]) break;
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::release && s.call.reservation == id;
                        }));
                    break;
                case EventKind::payment_captured:
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::pay && field(s, 0) == event.payment.value;
                        }));
                    break;
                case EventKind::reservation_cancelled:
                    add(event, steps_that([&](const Step& s) {
                            return s.call.act == Act::cancel && s.call.reservation == id;
                        }));
                    break;
                default: break;
            }
        }
    }

    void find_lost() {
        const auto& events = history_.events;
        for (const auto& step : history_.steps) {
            if (step.said.code != 0) continue;
            const auto has = [&](EventKind kind, auto fits) {
                return std::any_of(events.begin(), events.end(),
                                   [&](const Event& e) { return e.kind == kind && fits(e); });
            };
            bool is_there = true;
            switch (step.call.act) {
                case Act::recharge:
                    is_there = has(EventKind::points_recharged, [&](const Event& e) {
                        return e.user.value == step.call.user && e.amount == step.call.amount;
                    });
                    break;
                case Act::join:
                    is_there = field(step, 2) != 0 || has(EventKind::place_joined, [&](const Event& e) {
                                   return e.token.value == field(step, 0);
                               });
                    break;
                case Act::leave:
                    is_there =
                        has(EventKind::place_left, [&](const Event& e) { return e.token.value == step.call.token; });
                    break;
                case Act::hold:
                case Act::hold_two:
                    is_there = has(EventKind::seat_held,
                                   [&](const Event& e) { return e.reservation.value == field(step, 0); });
                    break;
                case Act::release:
                    is_there = has(EventKind::hold_released,
                                   [&](const Event& e) { return e.reservation.value == step.call.reservation; });
                    break;
                case Act::pay:
                    is_there = has(EventKind::payment_captured,
                                   [&](const Event& e) { return e.payment.value == field(step, 0); });
                    break;
                case Act::cancel:
                    is_there = has(EventKind::reservation_cancelled,
                                   [&](const Event& e) { return e.reservation.value == step.call.reservation; });
                    break;
                default: break;
            }
            if (!is_there) {
                worst_ = {Verdict::lost, "acknowledged, and not among the events: " + text_of(step)};
                return;
            }
        }
    }

    /// Tries the candidates of each effect from `at` on. `asked`: the latest asking so far.
    bool choose(std::size_t at, std::int64_t asked) {
        if (at == effects_.size()) return ++tried_ <= tries_max && fits();
        for (const auto candidate : effects_[at].candidates) {
            const auto& step = history_.steps[candidate];
            if (step.answered < asked) continue;  // it was answered before an earlier one was asked
            if (std::find(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(at), candidate) !=
                order_.begin() + static_cast<std::ptrdiff_t>(at))
                continue;
            order_[at] = candidate;
            if (choose(at + 1, std::max(asked, step.asked))) return true;
        }
        return false;
    }

    /// Of several orders that do not do, what is told is what was wrong with the one that went furthest.
    bool say(Verdict verdict, std::string why) {
        if (verdict >= worst_.verdict) worst_ = {verdict, std::move(why)};
        return false;
    }

    /// Does every answer follow from this order?
    bool fits() {
        const auto& steps = history_.steps;
        std::vector<Model> states{history_.before};
        for (const auto chosen : order_) {
            auto next = states.back();
            bool has_effect = false;
            const auto said = next.apply(steps[chosen].call, steps[chosen].said, has_effect);
            if (said != steps[chosen].said || !has_effect)
                return say(Verdict::answer, "the model answers otherwise (" + std::to_string(said.code) +
                                                "): " + text_of(steps[chosen]));
            states.push_back(std::move(next));
        }
        std::vector<std::size_t> rest;
        for (std::size_t i = 0; i < steps.size(); ++i)
            if (std::find(order_.begin(), order_.end(), i) == order_.end()) rest.push_back(i);
        std::sort(rest.begin(), rest.end(), [&](auto a, auto b) { return steps[a].asked < steps[b].asked; });
        std::vector<std::pair<std::int64_t, std::size_t>> placed;  // answered at, stands at
        for (const auto one : rest) {
            const auto& step = steps[one];
            std::size_t least = 0;
            std::size_t most = order_.size();
            for (std::size_t i = 0; i < order_.size(); ++i) {
                if (steps[order_[i]].answered < step.asked) least = i + 1;
                if (steps[order_[i]].asked > step.answered) most = std::min(most, i);
            }
            for (const auto& [answered, position] : placed)
                if (answered < step.asked) least = std::max(least, position);
            bool stands = false;
            for (auto position = least; position <= most && !stands; ++position) {
                auto state = states[position];
                bool has_effect = false;
                const auto said = state.apply(step.call, step.said, has_effect);
                if (has_effect || said != step.said) continue;
                placed.emplace_back(step.answered, position);
                stands = true;
            }
            if (!stands)
                return say(Verdict::nowhere, "from " + std::to_string(least) + " to " + std::to_string(most) + " of " +
                                                 std::to_string(order_.size()) + ": " + text_of(step));
        }
        auto& last = states.back();
        for (const auto& [user, balance] : history_.balances)
            if (last.balances[user] != balance) return say(Verdict::final_state, "a balance in the end");
        for (const auto& [seat, state] : history_.seats)
            if (last.seats[seat] != state) return say(Verdict::final_state, "a seat in the end");
        if (last.holds.size() != history_.holds.size())
            return say(Verdict::final_state, "how many reservations there are");
        for (const auto& [id, state] : history_.holds)
            if (last.holds[id].state != state) return say(Verdict::final_state, "a reservation in the end");
        return true;
    }

    static constexpr int tries_max = 2'000;
    const History& history_;
    std::vector<Effect> effects_;
    std::vector<std::size_t> order_;
    int tried_ = 0;
    Judgement worst_;
};

}  // namespace boxoffice::testing
