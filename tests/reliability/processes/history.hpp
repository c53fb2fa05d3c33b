#pragma once
/// A history: what several threads asked of an office at a time and were answered, with the moments of asking and answering, and the
/// order in which the store says that its effects were committed. And the sequential specification: a small model of what a single
/// buyer after another would have been answered.

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/error.hpp"

namespace boxoffice::testing {

enum class Act : std::int32_t {
    recharge,
    join,
    leave,
    hold,
    hold_two,
    release,
    pay,
    cancel,
    read_balance,
    read_seat,
    read_free,
    read_reservation
};
inline constexpr std::array act_names{"recharge",     "join",      "leave",     "hold",
                                      "hold_two",     "release",   "pay",       "cancel",
                                      "read_balance", "read_seat", "read_free", "read_reservation"};

inline constexpr std::int64_t seat_price = 1'000;
inline constexpr std::size_t holds_at_once = 2;  ///< orders

struct Call {
    Act act = Act::recharge;
    std::int64_t user = 0;
    std::int64_t token = 0;
    std::int64_t seat = 0;
    std::int64_t second_seat = 0;
    std::int64_t reservation = 0;
    std::int64_t amount = 0;
    std::string key{};
};

/// What was answered: an error's number (0: none), and the fields.
struct Said {
    std::int32_t code = 0;
    std::vector<std::int64_t> fields{};
    friend bool operator==(const Said&, const Said&) = default;
};

struct Step {
    Call call;
    Said said;
    std::int64_t asked = 0;
    std::int64_t answered = 0;
};

inline std::string text_of(const Step& step) {
    std::string text{act_names.at(static_cast<std::size_t>(step.call.act))};
    text += "(user " + std::to_string(step.call.user % 100'000) + ", seat " + std::to_string(step.call.seat % 100'000) +
            ", reservation " + std::to_string(step.call.reservation % 100'000) + ", key '" + step.call.key + "') at " +
            std::to_string(step.asked) + "-" + std::to_string(step.answered) + ": " +
            (step.said.code == 0 ? "done" : std::string{name_of(static_cast<ErrorCode>(step.said.code))});
    for (const auto field : step.said.fields) text += " " + std::to_string(field);
    return text;
}

enum class SeatIs : std::int64_t { free, held, sold };
enum class HoldIs : std::int64_t { held, confirmed, released, cancelled };
enum class PlaceIs : std::int64_t { admitted, completed, left };

/// What all that is told of comes to. Ids are the engine's: who makes something is told its id by the answer, which must be new.
class Model {
  public:
    std::map<std::int64_t, std::int64_t> balances;  ///< by user
    std::map<std::int64_t, SeatIs> seats;
    std::int64_t last_position = 0;

    struct Hold {
        std::int64_t user = 0;
        std::int64_t seat = 0;
        std::int64_t order = 0;
        std::int64_t token = 0;
        HoldIs state = HoldIs::held;
        std::int64_t payment = 0;
    };
    std::map<std::int64_t, Hold> holds;

    /// Answers, and changes what the answer changes. `told` is what the engine answered, for the ids. `has_effect`: it left a trace.
    Said apply(const Call& call, const Said& told, bool& has_effect) {
        has_effect = false;
        if (!call.key.empty()) {
            const auto before = keys_.find({call.user, call.act, call.key});
            if (before != keys_.end())
                return same_request(before->second.first, call) ? before->second.second
                                                                : refuse_with(ErrorCode::idempotency_conflict);
        }
        auto said = decide(call, told, has_effect);
        if (!call.key.empty() && said.code == 0) keys_[{call.user, call.act, call.key}] = {call, said};
        return said;
    }

  private:
    struct Place {
        std::int64_t user = 0;
        std::int64_t position = 0;
        PlaceIs state = PlaceIs::admitted;
    };

    static Said refuse_with(ErrorCode code) { return {static_cast<std::int32_t>(code), {}}; }
    static bool same_request(const Call& a, const Call& b) {
        return a.seat == b.seat && a.second_seat == b.second_seat && a.reservation == b.reservation &&
               a.amount == b.amount;
    }
    static std::int64_t field(const Said& told, std::size_t at) {
        return at < told.fields.size() ? told.fields[at] : 0;
    }
    bool is_new(std::int64_t id) { return id > 0 && ids_.insert(id).second; }
    static Said not_new() { return {-1, {}}; }

    std::vector<std::int64_t> live_in(std::int64_t order) const {
        std::vector<std::int64_t> out;
        for (const auto& [id, hold] : holds)
            if (hold.order == order && hold.state == HoldIs::held) out.push_back(id);
        return out;
    }

    void open(Hold& hold, HoldIs state) {
        hold.state = state;
        seats[hold.seat] = SeatIs::free;
    }

    Said decide(const Call& call, const Said& told, bool& has_effect) {
        switch (call.act) {
            case Act::recharge:
                if (!is_new(field(told, 0))) return not_new();
                has_effect = true;
                return {0, {field(told, 0), balances[call.user] += call.amount}};
            case Act::join: return join(call, told, has_effect);
            case Act::leave: return leave(call, has_effect);
            case Act::hold:
            case Act::hold_two: return hold(call, told, has_effect);
            case Act::release: return release(call, has_effect);
            case Act::pay: return pay(call, told, has_effect);
            case Act::cancel: return cancel(call, has_effect);
            case Act::read_balance: return {0, {balances[call.user]}};
            case Act::read_seat: return {0, {static_cast<std::int64_t>(seats[call.seat])}};
            case Act::read_free: {
                Said said;
                for (const auto& [seat, state] : seats)
                    if (state == SeatIs::free) said.fields.push_back(seat);
                return said;
            }
            case Act::read_reservation: {
                const auto at = holds.find(call.reservation);
                if (at == holds.end() || at->second.user != call.user)
                    return refuse_with(ErrorCode::unknown_reservation);
                return {0, {static_cast<std::int64_t>(at->second.state)}};
            }
        }
        return {};
    }

    Said join(const Call& call, const Said& told, bool& has_effect) {
        for (const auto& [token, place] : places_)
            if (place.user == call.user && place.state == PlaceIs::admitted) return {0, {token, place.position, 1}};
        const auto token = field(told, 0);
        if (!is_new(token)) return not_new();
        has_effect = true;
        places_[token] = {call.user, ++last_position, PlaceIs::admitted};
        return {0, {token, last_position, 0}};
    }

    Said leave(const Call& call, bool& has_effect) {
        const auto at = places_.find(call.token);
        if (at == places_.end() || at->second.user != call.user) return refuse_with(ErrorCode::invalid_token);
        if (at->second.state == PlaceIs::left) return {0, {0}};
        if (at->second.state == PlaceIs::completed) return refuse_with(ErrorCode::place_completed);
        std::int64_t released = 0;
        for (auto& [id, hold] : holds)
            if (hold.token == call.token && hold.state == HoldIs::held) open(hold, HoldIs::released), ++released;
        at->second.state = PlaceIs::left;
        has_effect = true;
        return {0, {released}};
    }

    Said hold(const Call& call, const Said& told, bool& has_effect) {
        const auto place = places_.find(call.token);
        if (place == places_.end() || place->second.user != call.user) return refuse_with(ErrorCode::invalid_token);
        if (place->second.state != PlaceIs::admitted) return refuse_with(ErrorCode::not_your_turn);
        std::set<std::int64_t> orders;
        for (const auto& [id, one] : holds)
            if (one.user == call.user && one.state == HoldIs::held) orders.insert(one.order);
        if (orders.size() >= holds_at_once) return refuse_with(ErrorCode::hold_limit);
        std::vector<std::int64_t> wanted{call.seat};
        if (call.act == Act::hold_two) wanted.push_back(call.second_seat);
        for (const auto seat : wanted)
            if (seats[seat] != SeatIs::free) return refuse_with(ErrorCode::seat_unavailable);
        Said said;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto id = field(told, i);
            if (!is_new(id)) return not_new();
            holds[id] = {call.user, wanted[i], field(told, 0), call.token, HoldIs::held, 0};
            seats[wanted[i]] = SeatIs::held;
            said.fields.push_back(id);
        }
        said.fields.push_back(seat_price * static_cast<std::int64_t>(wanted.size()));
        has_effect = true;
        return said;
    }

    Said release(const Call& call, bool& has_effect) {
        const auto at = holds.find(call.reservation);
        if (at == holds.end() || at->second.user != call.user) return refuse_with(ErrorCode::unknown_reservation);
        if (at->second.state == HoldIs::released) return {};
        if (at->second.state == HoldIs::confirmed) return refuse_with(ErrorCode::already_paid);
        if (at->second.state == HoldIs::cancelled) return refuse_with(ErrorCode::hold_released);
        open(at->second, HoldIs::released);
        has_effect = true;
        return {};
    }

    Said pay(const Call& call, const Said& told, bool& has_effect) {
        const auto place = places_.find(call.token);
        if (place == places_.end() || place->second.user != call.user) return refuse_with(ErrorCode::invalid_token);
        if (place->second.state != PlaceIs::admitted) return refuse_with(ErrorCode::not_your_turn);
        const auto first = holds.find(call.reservation);
        if (first == holds.end() || first->second.user != call.user || first->second.order != call.reservation)
            return refuse_with(ErrorCode::reservation_mismatch);
        const auto live = live_in(call.reservation);
        if (live.empty()) {
            for (const auto& [id, hold] : holds)
                if (hold.order == call.reservation && hold.state == HoldIs::confirmed)
                    return refuse_with(ErrorCode::already_paid);
            return refuse_with(ErrorCode::hold_released);
        }
        if (first->second.token != call.token) return refuse_with(ErrorCode::not_your_turn);
        const auto total = seat_price * static_cast<std::int64_t>(live.size());
        if (balances[call.user] < total) return refuse_with(ErrorCode::insufficient_points);
        const auto payment = field(told, 0);
        if (!is_new(payment)) return not_new();
        has_effect = true;
        Said said{0, {payment, total, balances[call.user] -= total}};
        for (const auto id : live) {
            auto& hold = holds[id];
            hold.state = HoldIs::confirmed;
            hold.payment = payment;
            seats[hold.seat] = SeatIs::sold;
            said.fields.push_back(id);
        }
        bool has_more = false;
        for (const auto& [id, hold] : holds) has_more |= hold.token == call.token && hold.state == HoldIs::held;
        if (!has_more) place->second.state = PlaceIs::completed;
        return said;
    }

    Said cancel(const Call& call, bool& has_effect) {
        const auto at = holds.find(call.reservation);
        if (at == holds.end() || at->second.user != call.user) return refuse_with(ErrorCode::unknown_reservation);
        if (at->second.state == HoldIs::confirmed) {
            has_effect = true;
            open(at->second, HoldIs::cancelled);
            balances[call.user] += seat_price;
        } else if (at->second.state != HoldIs::cancelled) {
            return refuse_with(ErrorCode::not_paid);
        }
        return {0, {seat_price, balances[call.user]}};
    }

    std::map<std::int64_t, Place> places_;
    std::map<std::tuple<std::int64_t, Act, std::string>, std::pair<Call, Said>> keys_;
    std::set<std::int64_t> ids_;
};

struct History {
    Model before;  ///< all that was there when it began
    std::vector<Step> steps;
    std::vector<Event> events;                      ///< since then, in commit order
    std::map<std::int64_t, std::int64_t> balances;  ///< what the store says in the end
    std::map<std::int64_t, SeatIs> seats;
    std::map<std::int64_t, HoldIs> holds;
};

}  // namespace boxoffice::testing
