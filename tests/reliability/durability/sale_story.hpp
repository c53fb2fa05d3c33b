#pragma once
/// Buyers at a sale, by a seed: commands of all that moves seats and points, alone, in batches and submitted together, with
/// ticks and times at which the office is closed and opened again. What was answered is kept.

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "reliability/durability/watched_store.hpp"

namespace boxoffice::reliability {

inline constexpr int buyer_count = 6;
inline const Time story_begins = Time{*parse_date("2026-12-01")};

inline Options story_options() {
    Options options;
    options.main_room.active_capacity = 50;
    options.holds_per_user = 3;
    options.token_keys.push_back({1, {1, 2, 3, 4, 5, 6, 7, 8}});
    return options;
}

inline Ports ports_with(std::shared_ptr<Clock> clock) {
    Ports ports;
    ports.clock = std::move(clock);
    return ports;
}

/// All rows after a commit had answered, and when that was on the disk's clock.
struct State {
    std::string dump;
    std::size_t at = 0;
};

/// What a call was told, when, and how many states there were by then.
struct Told {
    Command command;
    Outcome outcome;
    std::size_t at = 0;
    std::size_t state_count = 0;
    Time time{};
};

class SaleStory {
  public:
    using Now = std::function<std::size_t()>;

    /// `now` is the time on the disk.
    SaleStory(SqliteOptions file, std::uint64_t seed, Now now)
        : file_{std::move(file)}, random_{seed}, now_{std::move(now)} {
        states_.push_back({"", 0});
    }

    void open() {
        auto store = std::shared_ptr<Store>{testing::or_throw(open_sqlite_store(file_))};
        auto watched = std::make_unique<WatchedStore>(std::move(store), [this](Store& inner) {
            // Where the commit had answered, before anything is read.
            const auto at = now_();
            states_.push_back({dump_of(inner), at});
        });
        office_ = testing::or_throw(BoxOffice::open(std::move(watched), story_options(), ports_with(clock_)));
    }

    void make_house() {
        CreateConcert concert{*parse_date("2026-12-24"), "Winter", office_->main_room(), {}};
        for (int i = 0; i < 24; ++i)
            concert.seats.push_back({"A-" + std::to_string(i), "stalls", "A", Points{10 + i % 7}});
        concert_ = std::get<Created<ConcertId>>(*tell(std::move(concert))).id;
        Terms terms;
        terms.seats_per_order = 4;
        terms.refund_steps = {{never, 900}};
        tell(ChangeSale{concert_, terms, testing::or_throw(office_->sale(concert_)).id.version});
        for (int i = 0; i < buyer_count; ++i)
            buyers_.push_back(
                {std::get<Created<UserId>>(*tell(CreateUser{"buyer-" + std::to_string(i)})).id, {}, {}, {}, {}});
    }

    void step() {
        clock_->advance(Duration{50'000 + pick(400'000)});
        switch (pick(24)) {
            case 0:
            case 1: {
                std::vector<Command> batch;
                for (auto left = 2 + pick(6); left > 0; --left) batch.push_back(any_command());
                return learn(batch, office_->execute(batch));
            }
            case 2:
            case 3: return submit_some();
            case 4: return static_cast<void>(tell(Tick{}));
            case 5:
                if (pick(3) == 0) clock_->advance(std::chrono::minutes{2});
                return static_cast<void>(tell(Tick{}));
            case 6:
                if (pick(3) > 0) return;
                office_.reset();
                return open();
            case 7: {
                AddSeats more{concert_, {}};
                for (int i = 0; i < 12; ++i)
                    more.seats.push_back({"B-" + std::to_string(++added_), "balcony", "B", Points{5}});
                return static_cast<void>(tell(std::move(more)));
            }
            default: tell(any_command());
        }
    }

    void close() { office_.reset(); }

    [[nodiscard]] const std::vector<State>& states() const { return states_; }
    [[nodiscard]] const std::vector<Told>& told() const { return told_; }
    [[nodiscard]] Time time() const { return clock_->wall(); }

  private:
    struct Begun {
        ReservationId reservation;
        PaymentId payment;
    };
    struct Buyer {
        UserId user;
        TokenId token;
        std::vector<ReservationId> held;
        std::vector<Begun> begun;
        std::vector<ReservationId> sold;
    };

    std::int64_t pick(std::int64_t below) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
    }
    std::string new_key() { return "key-" + std::to_string(++keys_); }
    SeatId any_seat() {
        const auto seats = testing::or_throw(office_->available_seats(concert_));
        if (seats.empty()) return SeatId{5};
        return seats[static_cast<std::size_t>(pick(std::ssize(seats)))].id;
    }
    template <class T>
    T any_of(const std::vector<T>& list) {
        return list[static_cast<std::size_t>(pick(std::ssize(list)))];
    }

    Command any_command() {
        auto& buyer = buyers_[static_cast<std::size_t>(pick(buyer_count))];
        if (!buyer.token) return Join{buyer.user, office_->main_room()};
        const auto choice = pick(20);
        if (!buyer.begun.empty() && choice < 8) {
            const auto [reservation, payment] = any_of(buyer.begun);
            if (choice == 0) return FailPayment{buyer.user, reservation, payment, "tx", false};
            return CapturePayment{buyer.user, buyer.token, reservation, payment, "tx", new_key()};
        }
        if (!buyer.held.empty() && choice < 12) {
            const auto reservation = any_of(buyer.held);
            if (choice == 0) return ReleaseHold{buyer.user, reservation};
            if (choice < 4) return BeginPayment{buyer.user, buyer.token, reservation, new_key()};
            return Pay{buyer.user, buyer.token, reservation, new_key()};
        }
        if (!buyer.sold.empty() && choice < 2) return Cancel{buyer.user, {any_of(buyer.sold)}, new_key()};
        if (!buyer.sold.empty() && choice == 2)
            return Refund{any_of(buyer.sold), Points{pick(4)}, false, new_key(), "draught"};
        if (choice == 3) return Leave{buyer.user, buyer.token};
        if (choice == 4) return Join{buyer.user, office_->main_room()};
        if (choice < 10) return Recharge{buyer.user, Points{1 + pick(60)}, new_key()};
        if (choice < 15) return HoldSeat{buyer.user, buyer.token, any_seat(), new_key()};
        HoldSeats order{buyer.user, buyer.token, concert_, {}, std::nullopt, new_key()};
        for (auto left = 1 + pick(4); left > 0; --left) order.items.push_back({any_seat()});
        return order;
    }

    void submit_some() {
        std::vector<std::vector<Command>> lists;
        for (auto left = 2 + pick(4); left > 0; --left) {
            lists.emplace_back();
            for (auto commands = 1 + pick(2); commands > 0; --commands) lists.back().push_back(any_command());
        }
        std::size_t answered = 0;
        for (const auto& list : lists) {
            const auto taken = office_->submit(list, [this, &list, &answered](std::vector<Outcome> outcomes) {
                learn(list, outcomes);
                ++answered;
            });
            if (!taken) throw std::runtime_error(taken.error().text());
        }
        while (answered < lists.size()) office_->drive(Duration::zero());
    }

    Outcome tell(Command command) {
        std::vector<Command> one;
        one.push_back(std::move(command));
        const auto outcomes = office_->execute(one);
        learn(one, outcomes);
        return outcomes.at(0);
    }

    void learn(const std::vector<Command>& commands, const std::vector<Outcome>& outcomes) {
        const auto at = now_();
        for (std::size_t i = 0; i < commands.size(); ++i) {
            const auto& outcome = outcomes.at(i);
            if (!outcome && range_of(outcome.error().code) == ErrorRange::fault)
                throw std::runtime_error("a fault where none was: " + outcome.error().text());
            told_.push_back({commands[i], outcome, at, states_.size(), clock_->wall()});
            if (outcome) learn_one(commands[i], *outcome);
        }
    }

    void learn_one(const Command& command, const Answer& answer) {
        for (auto& buyer : buyers_) {
            if (const auto* joined = std::get_if<Joined>(&answer); joined && joined->claims.user == buyer.user)
                buyer.token = joined->claims.token;
            if (const auto* left = std::get_if<Leave>(&command); left && left->user == buyer.user) buyer.token = {};
            if (const auto* hold = std::get_if<HoldSeat>(&command); hold && hold->user == buyer.user)
                buyer.held.push_back(std::get<Held>(answer).reservation);
            if (const auto* hold = std::get_if<HoldSeats>(&command); hold && hold->user == buyer.user)
                buyer.held.push_back(std::get<HeldOrder>(answer).items.front().reservation);
            if (const auto* begin = std::get_if<BeginPayment>(&command); begin && begin->user == buyer.user)
                buyer.begun.push_back({begin->reservation, std::get<PaymentBegun>(answer).payment});
            if (const auto* paid = std::get_if<Paid>(&answer)) {
                const bool is_theirs = std::visit(
                    [&](const auto& c) {
                        if constexpr (requires {
                                          c.token;
                                          c.reservation;
                                      })
                            return c.user == buyer.user;
                        return false;
                    },
                    command);
                if (!is_theirs) continue;
                for (const auto& item : paid->items) {
                    buyer.sold.push_back(item.reservation);
                    std::erase(buyer.held, item.reservation);
                    std::erase_if(buyer.begun, [&](const Begun& one) { return one.reservation == item.reservation; });
                }
                buyer.token = {};  // a place that has bought is completed
            }
        }
    }

    SqliteOptions file_;
    std::mt19937_64 random_;
    Now now_;
    std::shared_ptr<VirtualClock> clock_ = std::make_shared<VirtualClock>(story_begins);
    std::unique_ptr<BoxOffice> office_;
    ConcertId concert_;
    std::vector<Buyer> buyers_;
    std::vector<State> states_;
    std::vector<Told> told_;
    int keys_ = 0;
    int added_ = 0;
};

}  // namespace boxoffice::reliability
