#pragma once
/// The side that is killed: buyers who do everything that buyers do, in batches, each outcome acknowledged through a pipe once
/// the engine has answered it. Each buyer has one request under way at a time, so what may come next is known exactly.

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"
#include "reliability/processes/trade.hpp"
#include "support/or_throw.hpp"

namespace boxoffice::testing {

/// The house that all of them buy in.
struct House {
    RoomId room;
    ConcertId concert;
    ConcertId called_off;  ///< its sales are given back while the others go on; none: there is no such concert
    std::vector<UserId> users;
    std::vector<SeatId> seats;
    std::int64_t price = 0;
};

inline std::unique_ptr<BoxOffice> open_big_office(std::unique_ptr<Store> store) {
    Options options;
    options.main_room.active_capacity = 100'000;
    return or_throw(BoxOffice::open(std::move(store), options));
}

/// A buyer, as far as it knows.
struct Buyer {
    std::int32_t index = 0;
    UserId user;
    std::int64_t token = 0;
    std::int64_t balance = 0;
    std::int64_t order = 0;  ///< what it holds; 0: nothing
    std::vector<std::int64_t> held;
    std::int64_t payment = 0;          ///< under way; 0: none
    std::vector<std::int64_t> bought;  ///< reservations
    bool is_known = false;             ///< it has looked
    std::vector<Request> retries;      ///< at most one: asked with a key, and not answered before the end
    std::vector<Request> keyed;        ///< answered with a key: to be asked again

    /// Learns from the store how it stands. Its place it learns by joining.
    void look(BoxOffice& office) {
        token = order = payment = 0;
        held.clear();
        bought.clear();
        balance = or_throw(office.balance(user)).value;
        for (ReservationId before{};;) {
            const auto page = or_throw(office.reservations(user, 200, before));
            for (const auto& one : page) {
                if (one.state == ReservationState::confirmed) bought.push_back(one.reservation.id.value);
                if (one.state != ReservationState::held) continue;
                order = one.reservation.order.value;
                held.push_back(one.reservation.id.value);
                if (one.reservation.payment &&
                    or_throw(office.payment(user, one.reservation.payment)).state == PaymentState::requested)
                    payment = one.reservation.payment.value;
            }
            if (page.size() < 200 || bought.size() > 50) break;
            before = page.back().reservation.id;
        }
    }

    /// What was asked stands: go on from there.
    void learn(const Request& request, const Reply& reply) {
        if (reply.code != 0) return;
        if (request.keyed != 0) {
            keyed.push_back(request);
            if (keyed.size() > 6) keyed.erase(keyed.begin());
        }
        const auto reservations = [&] {
            return std::vector<std::int64_t>(reply.reservations.begin(), reply.reservations.begin() + reply.count);
        };
        switch (request.op) {
            case Op::join: token = reply.token; break;
            case Op::leave: token = order = 0, held.clear(); break;
            case Op::recharge: balance = reply.balance; break;
            case Op::hold:
            case Op::hold_several:
                held = reservations();
                order = held.at(0);
                break;
            case Op::release:
                std::erase(held, request.reservation);
                if (held.empty()) order = 0;
                break;
            case Op::release_order: order = 0, held.clear(); break;
            case Op::begin: payment = reply.payment; break;
            case Op::fail:
                payment = 0;  // and the key with which it began is free
                std::erase_if(keyed, [](const Request& one) { return one.op == Op::begin; });
                break;
            case Op::pay:
            case Op::capture:
                bought.insert(bought.end(), held.begin(), held.end());
                held.clear();
                order = payment = 0;
                token = 0;  // the place is completed
                balance = reply.balance;
                break;
            case Op::cancel:
                std::erase(bought, request.reservation);
                balance = reply.balance;
                break;
            case Op::refund: balance += request.amount; break;
            case Op::tick:
            case Op::sweep: break;
        }
    }
};

/// How the buyers of a story behave.
struct Habits {
    std::size_t bought_max = 6;  ///< from then on it cancels
    bool everything = true;      ///< false: hold, pay, release, cancel, with points enough from the beginning
};

/// A thread's share of the buyers.
class Crowd {
  public:
    Crowd(const House& house, std::uint64_t seed, std::int64_t first_number, Habits habits)
        : house_{house}, random_{seed}, number_{first_number}, habits_{habits} {}

    std::vector<Buyer> buyers;

    [[nodiscard]] std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

    /// The next thing that it might do.
    Request next(Buyer& buyer) {
        Request request;
        request.buyer = buyer.index;
        request.user = buyer.user.value;
        request.token = buyer.token;
        request.number = ++number_;
        request.concert = house_.concert.value;
        request.keyed = below(3) != 0 ? 1 : 0;
        const auto dice = below(100);
        if (!buyer.keyed.empty() && dice < 8) return buyer.keyed[below(buyer.keyed.size())];
        const auto can_pay = buyer.balance >= house_.price * static_cast<std::int64_t>(seats_max);
        if (!can_pay || (habits_.everything && dice < 25)) {
            request.op = Op::recharge;
            request.amount = recharge_least + request.number;
        } else if (buyer.token == 0) {
            request.op = Op::join;
            request.concert = house_.room.value;
            request.keyed = 0;
        } else if (buyer.payment != 0) {
            request.op = dice < 75 ? Op::capture : Op::fail;
            request.reservation = buyer.order;
            request.payment = buyer.payment;
        } else if (buyer.order != 0) {
            request.op = dice < 65   ? Op::pay
                         : dice < 80 ? Op::begin
                         : dice < 90 ? Op::release
                         : dice < 96 ? Op::release_order
                                     : Op::leave;
            request.reservation = request.op == Op::release ? buyer.held[below(buyer.held.size())] : buyer.order;
        } else if (!buyer.bought.empty() && (buyer.bought.size() >= habits_.bought_max || dice < 35)) {
            request.op =
                !habits_.everything || buyer.bought.size() >= habits_.bought_max || dice < 30 ? Op::cancel : Op::refund;
            request.reservation = buyer.bought[below(buyer.bought.size())];
            request.amount = 1;
            if (request.op == Op::refund) request.keyed = 1;
        } else if (habits_.everything && dice > 97) {
            request.op = Op::leave;
        } else {
            request.op = dice < 70 ? Op::hold : Op::hold_several;
            request.seats[0] = house_.seats[below(house_.seats.size())].value;
            for (std::size_t i = 1; request.op == Op::hold_several && i < 2 + below(3); ++i) {
                const auto seat = house_.seats[below(house_.seats.size())].value;
                if (std::find(request.seats.begin(), request.seats.end(), seat) == request.seats.end())
                    request.seats.at(i) = seat;
                else
                    break;
            }
        }
        if (request.op == Op::leave || request.op == Op::release || request.op == Op::release_order ||
            request.op == Op::fail)
            request.keyed = 0;
        return request;
    }

    /// One batch: a request of each of some buyers. `tell` is told before and after.
    void trade(BoxOffice& office, const std::function<void(const std::vector<Record>&)>& tell) {
        std::vector<Record> records;
        std::vector<Buyer*> who;
        for (std::size_t i = 0; i < buyers.size() && records.size() < batch_max - 1; ++i) {
            auto& buyer = buyers[(first_ + i) % buyers.size()];
            if (!buyer.retries.empty()) {
                records.push_back({Phase::asked, buyer.retries.back(), {}});
            } else {
                if (!buyer.is_known) continue;
                records.push_back({Phase::asked, next(buyer), {}});
            }
            who.push_back(&buyer);
        }
        first_ += records.size();
        if (habits_.everything && below(16) == 0) {
            Request house;
            house.op = house_.called_off && below(2) == 0 ? Op::sweep : Op::tick;
            house.number = ++number_;
            house.concert = house_.called_off.value;
            house.amount = 3;
            records.push_back({Phase::asked, house, {}});
            who.push_back(nullptr);
        }
        std::vector<Command> commands;
        for (const auto& record : records) commands.push_back(command_of(record.request));
        tell(records);
        const auto outcomes = office.execute(commands);
        if (outcomes.size() != records.size()) throw std::runtime_error("no outcomes");
        for (std::size_t i = 0; i < records.size(); ++i) {
            records[i].phase = Phase::answered;
            records[i].reply = reply_of(outcomes[i]);
            if (records[i].reply.code != 0 && outcomes[i].error().code != ErrorCode::seat_unavailable)
                last_error = records[i].request.text() + ": " + outcomes[i].error().text();
        }
        tell(records);
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (who[i] == nullptr) continue;
            auto& buyer = *who[i];
            const auto code = static_cast<ErrorCode>(records[i].reply.code);
            if (!buyer.retries.empty()) {
                if (code != ErrorCode::busy) buyer.retries.clear();
            } else if (is_again(buyer, records[i].request)) {
                continue;
            } else {
                buyer.learn(records[i].request, records[i].reply);
            }
        }
        for (auto& buyer : buyers)
            if (!buyer.is_known && buyer.retries.empty()) buyer.look(office), buyer.is_known = true;
    }

    std::string last_error;  ///< of what was not refused for its seat

    static constexpr std::int64_t recharge_least = 1'000'000;

  private:
    static bool is_again(const Buyer& buyer, const Request& request) {
        for (const auto& one : buyer.keyed)
            if (one.number == request.number) return true;
        return false;
    }

    const House& house_;
    std::mt19937_64 random_;
    std::int64_t number_;
    Habits habits_;
    std::size_t first_ = 0;
};

}  // namespace boxoffice::testing
