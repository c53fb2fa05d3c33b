#pragma once
/// What the stories of several processes share: a house to trade in, the pipe of records, and processes full of buyers.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"
#include "reliability/processes/books.hpp"
#include "reliability/processes/buyers.hpp"
#include "support/or_throw.hpp"
#include "support/processes.hpp"

namespace boxoffice::testing {

/// A pipe of batches of records; each batch is whole or not there.
class TradePipe {
  public:
    TradePipe() {
        if (::pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        ::fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
    }
    ~TradePipe() {
        close_end(0);
        close_end(1);
    }
    TradePipe(const TradePipe&) = delete;
    TradePipe& operator=(const TradePipe&) = delete;

    void write(const std::vector<Record>& records) {
        const auto bytes = records.size() * sizeof(Record);
        if (::write(ends_[1], records.data(), bytes) != static_cast<ssize_t>(bytes)) ::_exit(3);
    }
    void close_reading() { close_end(0); }
    void close_writing() { close_end(1); }

    enum class Read { some, none_yet, ended };
    /// What is there, waiting `wait` at most.
    Read read(std::vector<Record>& out, std::chrono::milliseconds wait) {
        ::pollfd poll{ends_[0], POLLIN, 0};
        const int ready = ::poll(&poll, 1, static_cast<int>(wait.count()));
        if (ready == 0 || (ready < 0 && errno == EINTR)) return Read::none_yet;
        std::vector<char> bytes(256 * sizeof(Record));
        const auto count = ::read(ends_[0], bytes.data(), bytes.size() - rest_.size());
        if (count <= 0) return rest_.empty() ? Read::ended : throw std::runtime_error("half a record");
        rest_.insert(rest_.end(), bytes.begin(), bytes.begin() + count);
        const auto whole = rest_.size() / sizeof(Record);
        out.resize(whole);
        std::memcpy(static_cast<void*>(out.data()), rest_.data(), whole * sizeof(Record));
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(whole * sizeof(Record)));
        return Read::some;
    }

  private:
    void close_end(int end) {
        if (ends_[end] >= 0) ::close(ends_[end]);
        ends_[end] = -1;
    }
    int ends_[2]{-1, -1};
    std::vector<char> rest_;
};

using Opener = std::function<std::unique_ptr<Store>()>;

/// Outcomes of a batch, each of which must be there.
template <class Answer, class Make>
std::vector<Answer> do_all(BoxOffice& office, std::size_t count, Make make) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < count; ++i) commands.emplace_back(make(i));
    std::vector<Answer> out;
    for (auto& outcome : office.execute(commands)) out.push_back(std::get<Answer>(or_throw(std::move(outcome))));
    return out;
}

/// Makes the house: `buyers` users with points, a concert of `seats` seats that gives all back to who cancels, and, if
/// `has_rain`, one that was called off with 200 sales.
inline House build_house(BoxOffice& office, std::size_t buyers, std::size_t seats, bool has_rain) {
    House house;
    house.room = office.main_room();
    house.price = 1'000;
    const auto concert = [&](const char* date, std::size_t count) {
        std::vector<NewSeat> hall;
        for (std::size_t i = 0; i < count; ++i) hall.push_back({std::to_string(i), "", "", Points{house.price}});
        const auto id = or_throw(office.execute(CreateConcert{*parse_date(date), "trade", house.room, hall})).id;
        Terms terms;
        terms.seats_per_order = order_items_max;
        terms.refund_steps = {{never, 1'000}};
        or_throw(office.execute(ChangeSale{id, terms, 1}));
        return id;
    };
    house.concert = concert("2030-01-01", seats);
    for (const auto& seat : or_throw(office.available_seats(house.concert))) house.seats.push_back(seat.id);
    const auto users =
        do_all<Created<UserId>>(office, buyers, [](std::size_t i) { return CreateUser{"buyer-" + std::to_string(i)}; });
    for (const auto& user : users) house.users.push_back(user.id);
    if (!has_rain) return house;
    house.called_off = concert("2030-01-02", 200);
    const auto free = or_throw(office.available_seats(house.called_off));
    for (std::size_t i = 0; i < free.size(); i += 50) {
        const auto user = or_throw(office.execute(CreateUser{"rain-" + std::to_string(i)})).id;
        or_throw(office.execute(Recharge{user, Points{50 * house.price}, {}}));
        const auto token = or_throw(office.execute(Join{user, house.room})).claims.token;
        HoldSeats order{user, token, house.called_off, {}};
        for (std::size_t k = i; k < i + 50; ++k) order.items.push_back({free[k].id});
        const auto held = or_throw(office.execute(std::move(order))).order;
        or_throw(office.execute(Pay{user, token, held, {}}));
    }
    or_throw(office.execute(CallOff{house.called_off, "rain"}));
    return house;
}

/// The buyers of a process, and its threads.
struct Share {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t threads = 1;
    std::uint64_t seed = 0;
    std::int64_t first_number = 0;
    Habits habits;
};

/// The planted error: releases are acknowledged before they are done, and not when they are.
inline void promise_early(TradePipe& pipe, std::vector<Record>& records) {
    std::vector<Record> early;
    for (const auto& record : records)
        if (record.request.op == Op::release) early.push_back(record);
    if (early.empty()) return;
    if (records[0].phase == Phase::answered) {
        std::erase_if(records, [](const Record& one) { return one.request.op == Op::release; });
        return;
    }
    pipe.write(early);
    for (auto& record : early) record.phase = Phase::answered;
    pipe.write(early);
    std::erase_if(records, [](const Record& one) { return one.request.op == Op::release; });
}

/// Trades until it is killed. `around` is called around each execute, with the batch to be done.
inline int trade_until_killed(const Opener& open, const House& house, const Books& books, const Share& share,
                              TradePipe& pipe, const std::string& plant,
                              const std::function<void(const std::function<void()>&)>& around) {
    pipe.close_reading();
    try {
        const auto office = open_big_office(open());
        std::vector<std::thread> threads;
        std::mutex failing;
        for (std::size_t t = 0; t < share.threads; ++t)
            threads.emplace_back([&, t] {
                try {
                    Crowd crowd{house, share.seed + t, share.first_number + static_cast<std::int64_t>(t) * 1'000'000,
                                share.habits};
                    for (std::size_t i = share.first + t; i < share.first + share.count; i += share.threads) {
                        Buyer buyer;
                        buyer.index = static_cast<std::int32_t>(i);
                        buyer.user = house.users.at(i);
                        buyer.retries = books.retries(i);
                        buyer.keyed = books.answered(i);
                        crowd.buyers.push_back(std::move(buyer));
                    }
                    for (;;)
                        around([&] {
                            crowd.trade(*office, [&](std::vector<Record> records) {
                                if (plant == "early") promise_early(pipe, records);
                                if (records.empty()) return;
                                pipe.write(records);
                            });
                        });
                } catch (const std::exception& e) {
                    const std::lock_guard lock{failing};
                    std::fprintf(stderr, "child: %s\n", e.what());
                    ::_exit(7);
                }
            });
        for (auto& thread : threads) thread.join();
        return 0;
    } catch (const std::exception& e) {
        if (!std::string_view{e.what()}.starts_with("busy")) std::fprintf(stderr, "child: %s\n", e.what());
        return 7;
    }
}

}  // namespace boxoffice::testing
