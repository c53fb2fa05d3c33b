#pragma once
/// Bad histories, made of good ones: each must be rejected, for its own reason.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "reliability/processes/linearizable.hpp"

namespace boxoffice::testing {

/// Makes a history bad; nothing where it has not what that needs.
struct Plant {
    std::string_view name;
    std::vector<Verdict> reasons;  ///< for any of which it may be rejected
    std::function<bool(History&)> make;
};

inline Step* find_step(History& history, Act act, std::int32_t code = 0) {
    for (auto& step : history.steps)
        if (step.call.act == act && step.said.code == code) return &step;
    return nullptr;
}

inline std::int64_t end_of(const History& history) {
    std::int64_t end = 0;
    for (const auto& step : history.steps) end = std::max(end, step.answered);
    return end;
}

/// Asked when all others had been answered.
inline void append(History& history, Call call, Said said) {
    const auto at = end_of(history);
    history.steps.push_back({std::move(call), std::move(said), at + 1, at + 2});
}

inline Event& add_event(History& history, EventKind kind) {
    Event event;
    event.kind = kind;
    event.sequence = history.events.empty() ? 1 : history.events.back().sequence + 1;
    history.events.push_back(event);
    return history.events.back();
}

inline std::int64_t any_user(const History& history) { return history.balances.begin()->first; }
constexpr std::int64_t new_id = 77;

constexpr std::int64_t stranger = new_id + 5;  ///< of whom nothing was known

/// A stranger comes, when all others have been answered. Her token.
inline std::int64_t join_stranger(History& history) {
    auto position = history.before.last_position + 1;
    for (const auto& event : history.events) position += event.kind == EventKind::place_joined ? 1 : 0;
    append(history, {.act = Act::join, .user = stranger}, {0, {new_id, position, 0}});
    add_event(history, EventKind::place_joined).token = TokenId{new_id};
    return new_id;
}

inline const std::vector<Plant>& plants() {
    static const std::vector<Plant> all{
        {"a recharge answered with another balance",
         {Verdict::answer},
         [](History& h) {
             auto* const step = find_step(h, Act::recharge);
             if (step == nullptr || !step->call.key.empty()) return false;
             return step->said.fields[1] += 1, true;
         }},
        {"a hold at another price",
         {Verdict::answer},
         [](History& h) {
             auto* const step = find_step(h, Act::hold);
             if (step == nullptr || !step->call.key.empty()) return false;
             return step->said.fields.back() -= 1, true;
         }},
        {"a place in line given twice",
         {Verdict::answer},
         [](History& h) {
             Step* first = nullptr;
             for (auto& step : h.steps) {
                 if (step.call.act != Act::join || step.said.code != 0 || step.said.fields[2] != 0) continue;
                 if (first == nullptr)
                     first = &step;
                 else
                     return step.said.fields[1] = first->said.fields[1], true;
             }
             return false;
         }},
        {"two effects in the other order than they happened",
         {Verdict::real_time},
         [](History& h) {
             // The first effect and the last, each at the other's time.
             Step* first = nullptr;
             Step* last = nullptr;
             for (const auto& event : h.events)
                 for (auto& step : h.steps)
                     if (event.kind == EventKind::points_recharged && step.call.act == Act::recharge &&
                         step.call.key.empty() && step.said.code == 0 && step.call.user == event.user.value &&
                         step.call.amount == event.amount) {
                         if (first == nullptr) first = &step;
                         last = &step;
                     }
             if (first == last || first == nullptr || first->answered >= last->asked) return false;
             std::swap(first->asked, last->asked);
             std::swap(first->answered, last->answered);
             return true;
         }},
        {"a seat sold twice",
         {Verdict::answer},
         [](History& h) {
             const auto sold =
                 std::find_if(h.seats.begin(), h.seats.end(), [](const auto& s) { return s.second == SeatIs::sold; });
             const auto* const pay = find_step(h, Act::pay);
             if (sold == h.seats.end() || pay == nullptr) return false;
             const auto token = join_stranger(h);
             append(h, {.act = Act::hold, .user = stranger, .token = token, .seat = sold->first},
                    {0, {new_id + 1, seat_price}});
             add_event(h, EventKind::seat_held).reservation = ReservationId{new_id + 1};
             return true;
         }},
        {"a lost sale",
         {Verdict::lost},
         [](History& h) {
             return std::erase_if(h.events, [](const Event& e) { return e.kind == EventKind::payment_captured; }) > 0;
         }},
        {"a lost hold",
         {Verdict::lost},
         [](History& h) {
             return std::erase_if(h.events, [](const Event& e) { return e.kind == EventKind::seat_held; }) > 0;
         }},
        {"a stale look at a balance",
         {Verdict::nowhere},
         [](History& h) {
             const auto user = any_user(h);
             append(h, {.act = Act::recharge, .user = user, .amount = 123'456},
                    {0, {new_id, h.balances[user] + 123'456}});
             auto& event = add_event(h, EventKind::points_recharged);
             event.user = UserId{user};
             event.amount = 123'456;
             append(h, {.act = Act::read_balance, .user = user}, {0, {h.balances[user]}});
             h.balances[user] += 123'456;
             return true;
         }},
        {"a balance that ran backwards",
         {Verdict::nowhere},
         [](History& h) {
             // Both values are right at some moment of the recharge; one after the other they are not.
             const auto user = any_user(h);
             const auto at = end_of(h);
             const auto before = h.balances[user];
             h.steps.push_back({{.act = Act::recharge, .user = user, .amount = 123'456},
                                {0, {new_id, before + 123'456}},
                                at + 1,
                                at + 9});
             auto& event = add_event(h, EventKind::points_recharged);
             event.user = UserId{user};
             event.amount = 123'456;
             h.steps.push_back({{.act = Act::read_balance, .user = user}, {0, {before + 123'456}}, at + 2, at + 3});
             h.steps.push_back({{.act = Act::read_balance, .user = user}, {0, {before}}, at + 4, at + 5});
             h.balances[user] += 123'456;
             return true;
         }},
        {"one key with two effects",
         {Verdict::answer},
         [](History& h) {
             for (const auto& step : h.steps) {
                 if (step.call.act != Act::recharge || step.said.code != 0 || step.call.key.empty()) continue;
                 auto call = step.call;
                 const auto user = call.user;
                 const auto amount = call.amount;
                 append(h, std::move(call), {0, {new_id, h.balances[user] + amount}});
                 auto& event = add_event(h, EventKind::points_recharged);
                 event.user = UserId{user};
                 event.amount = amount;
                 h.balances[user] += amount;
                 return true;
             }
             return false;
         }},
        {"a key answered otherwise the second time",
         {Verdict::nowhere},
         [](History& h) {
             for (const auto& step : h.steps) {
                 if (step.call.act != Act::recharge || step.said.code != 0 || step.call.key.empty()) continue;
                 auto call = step.call;
                 auto said = step.said;
                 said.fields[1] += 5;
                 append(h, std::move(call), std::move(said));
                 return true;
             }
             return false;
         }},
        {"points from nowhere",
         {Verdict::ghost},
         [](History& h) {
             auto& event = add_event(h, EventKind::points_recharged);
             event.user = UserId{any_user(h)};
             event.amount = 999'999;
             return true;
         }},
        {"a free seat that looks sold",
         {Verdict::nowhere},
         [](History& h) {
             const auto free =
                 std::find_if(h.seats.begin(), h.seats.end(), [](const auto& s) { return s.second == SeatIs::free; });
             if (free == h.seats.end()) return false;
             append(h, {.act = Act::read_seat, .seat = free->first}, {0, {static_cast<std::int64_t>(SeatIs::sold)}});
             return true;
         }},
        {"one seat of an order seen without the other",
         {Verdict::nowhere},
         [](History& h) {
             std::vector<std::int64_t> free;
             for (const auto& [seat, state] : h.seats)
                 if (state == SeatIs::free) free.push_back(seat);
             if (free.size() < 2) return false;
             const auto token = join_stranger(h);
             const auto at = end_of(h);
             append(h,
                    {.act = Act::hold_two, .user = stranger, .token = token, .seat = free[0], .second_seat = free[1]},
                    {0, {new_id + 1, new_id + 2, 2 * seat_price}});
             add_event(h, EventKind::seat_held).reservation = ReservationId{new_id + 1};
             // While the two were held, and just before and after: the first taken, the other free.
             h.steps.push_back({{.act = Act::read_free}, {0, {free.begin() + 1, free.end()}}, at, at + 9});
             return true;
         }},
        {"a reservation seen that nobody made",
         {Verdict::nowhere},
         [](History& h) {
             const auto user = any_user(h);
             append(h, {.act = Act::read_reservation, .user = user, .reservation = new_id}, {0, {0}});
             return true;
         }},
        {"a balance in the end that no order gives",
         {Verdict::final_state},
         [](History& h) { return h.balances.begin()->second -= 1, true; }},
        {"a seat in the end that nobody sold",
         {Verdict::final_state},
         [](History& h) {
             auto& state = h.seats.begin()->second;
             return state = state == SeatIs::sold ? SeatIs::free : SeatIs::sold, true;
         }},
        {"a reservation that has gone",
         {Verdict::final_state},
         [](History& h) {
             if (h.holds.empty()) return false;
             return h.holds.erase(h.holds.begin()), true;
         }},
        {"an answer to one that another was given",
         {Verdict::nowhere, Verdict::answer},
         [](History& h) {
             auto* const paid = find_step(h, Act::pay);
             if (paid == nullptr) return false;
             auto call = paid->call;
             call.user = -call.user;
             append(h, std::move(call), paid->said);
             return true;
         }},
    };
    return all;
}

}  // namespace boxoffice::testing
