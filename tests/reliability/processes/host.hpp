#pragma once
/// A host in whose process threads sell, while it does to itself what hosts do. Each seller repeats a call with its key until it is
/// done, so that what must be in the store is known exactly whenever the sellers stand still.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "support/or_throw.hpp"

namespace boxoffice::testing {

/// The machine's clock, set wrong.
class WrongClock final : public Clock {
  public:
    Time wall() override { return right_.wall() + Duration{ahead_us.load()}; }
    Duration steady() override { return right_.steady(); }
    std::int64_t steady_origin() override { return right_.steady_origin(); }
    void wait(Duration span) override { right_.wait(span); }

    std::atomic<std::int64_t> ahead_us{0};

  private:
    SystemClock right_;
};

class Host {
  public:
    static constexpr std::size_t seller_count = 4;
    static constexpr std::int64_t price = 7;

    explicit Host(std::string path) : path_{std::move(path)} {
        open();
        room_ = office_->main_room();
        std::vector<NewSeat> hall;
        for (std::size_t i = 0; i < seller_count; ++i) hall.push_back({std::to_string(i), "", "", Points{price}});
        concert_ =
            or_throw(office_->execute(CreateConcert{*parse_date("2100-01-01"), "host", office_->main_room(), hall})).id;
        Terms terms;
        terms.refund_steps = {{never, 1'000}};
        or_throw(office_->execute(ChangeSale{concert_, terms, 1}));
        seats_ = or_throw(office_->available_seats(concert_));
        // One more: for the one who acts.
        for (std::size_t i = 0; i <= seller_count; ++i)
            users_.push_back(or_throw(office_->execute(CreateUser{"seller-" + std::to_string(i)})).id);
        for (std::size_t i = 0; i < seller_count; ++i) threads_.emplace_back([this, i] { sell(i); });
    }
    ~Host() {
        ends_ = true;
        paused_ = false;
        for (auto& thread : threads_) thread.join();
    }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // ---- for who acts -------------------------------------------------------------------------------------------

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] BoxOffice& office() { return *office_; }
    [[nodiscard]] UserId actor() const { return users_.back(); }
    [[nodiscard]] UserId seller(std::size_t i) const { return users_.at(i); }
    [[nodiscard]] std::int64_t expected(std::size_t i) const { return balances_.at(i).load(); }
    void expect_more(std::int64_t points) { balances_.at(seller_count) += points; }
    [[nodiscard]] std::int64_t done() const { return done_.load(); }
    [[nodiscard]] std::int64_t told() const { return told_.load(); }
    WrongClock& clock() { return *clock_; }

    [[nodiscard]] Result<std::unique_ptr<BoxOffice>> open_another(const std::string& path) const {
        SqliteOptions store;
        store.path = path;
        store.wal_size_max = 512 * 1024;
        store.busy_timeout = std::chrono::seconds{3};
        auto opened = open_sqlite_store(store);
        if (!opened) return tl::unexpected(opened.error());
        Options options;
        options.main_room.active_capacity = 1'000;
        options.main_room.active_ttl = std::chrono::hours{24 * 300};
        options.hold_ttl = std::chrono::hours{12};
        Ports ports;
        ports.clock = clock_;
        return BoxOffice::open(std::move(*opened), options, std::move(ports));
    }
    void open() { office_ = or_throw(open_another(path_)); }
    void close() { office_.reset(); }

    /// From here on these may be answered; none: nothing but what is right.
    void permit(std::vector<ErrorCode> codes) {
        const std::lock_guard lock{mutex_};
        permitted_ = std::move(codes);
    }
    /// Stands still: no call is under way, and every seller's last request is done.
    template <class Work>
    void while_still(Work work) {
        paused_ = true;
        const std::unique_lock lock{calls_};
        work();
        paused_ = false;
    }
    /// Between calls, but not at the end of anybody's request.
    template <class Work>
    void between_calls(Work work) {
        holds_calls_ = true;
        const std::unique_lock lock{one_call_};
        work();
        holds_calls_ = false;
    }
    /// Waits until `count` more requests are done.
    bool wait_for_sales(std::int64_t count, std::chrono::milliseconds most) const {
        const auto wanted = done_.load() + count;
        return wait_until([&] { return done_.load() >= wanted; }, most);
    }
    /// Until a seller was refused what is permitted.
    bool wait_until_told(std::chrono::milliseconds most) const {
        const auto before = told_.load();
        return wait_until([&] { return told_.load() > before; }, most);
    }

    std::vector<std::string> take_found() {
        const std::lock_guard lock{mutex_};
        return std::exchange(found_, {});
    }
    void find(std::string text) {
        const std::lock_guard lock{mutex_};
        found_.push_back(std::move(text));
    }

  private:
    template <class Is>
    static bool wait_until(Is is, std::chrono::milliseconds most) {
        const auto end = std::chrono::steady_clock::now() + most;
        while (!is()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::microseconds{200});
        }
        return true;
    }

    std::vector<ErrorCode> permitted() {
        const std::lock_guard lock{mutex_};
        return permitted_;
    }

    /// Asks again and again until it is done. What is refused must be permitted when it began or when it ended.
    template <class C>
    typename C::Answer until_done(const C& command) {
        for (;;) {
            while (holds_calls_) std::this_thread::sleep_for(std::chrono::microseconds{100});
            const std::shared_lock lock{one_call_};
            const auto before = permitted();
            auto answer = office_->execute(command);
            if (answer) return std::move(*answer);
            judge(answer.error(), before);
            if (gave_up_) return {};
        }
    }

    void judge(const Error& error, const std::vector<ErrorCode>& before) {
        const auto after = permitted();
        const auto has = [&](const std::vector<ErrorCode>& codes) {
            return std::find(codes.begin(), codes.end(), error.code) != codes.end();
        };
        ++told_;
        if (!has(before) && !has(after)) {
            find("an error where none was due: " + error.text());
            if (++strays_ > 50) gave_up_ = true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }

    void sell(std::size_t i) {
        const auto user = users_[i];
        std::int64_t number = 0;
        const auto key = [&] { return "k" + std::to_string(++number); };
        while (!ends_ && !gave_up_) {
            while (paused_ && !ends_) std::this_thread::sleep_for(std::chrono::microseconds{100});
            const std::shared_lock lock{calls_};
            if (number % 3 == 0 || balances_[i] < price) {
                until_done(Recharge{user, Points{price}, key()});
                balances_[i] += price;
            } else {
                const auto token = until_done(Join{user, room_}).claims.token;
                const auto held = until_done(HoldSeat{user, token, seats_[i].id, key()});
                until_done(Pay{user, token, held.reservation, key()});
                balances_[i] -= price;
                until_done(Cancel{user, {held.reservation}, key()});
                balances_[i] += price;
            }
            ++done_;
            look(i, expected(i));
        }
    }

    /// What it has been told is there.
    void look(std::size_t i, std::int64_t expected) {
        if (holds_calls_) return;
        const std::shared_lock lock{one_call_};
        const auto before = permitted();
        const auto balance = office_->balance(users_[i]);
        if (!balance) return judge(balance.error(), before);
        if (balance->value != expected)
            find("seller " + std::to_string(i) + " has " + std::to_string(balance->value) + ", and was told of " +
                 std::to_string(expected));
    }

    std::string path_;
    std::shared_ptr<WrongClock> clock_ = std::make_shared<WrongClock>();
    std::unique_ptr<BoxOffice> office_;
    RoomId room_;
    ConcertId concert_;
    std::vector<Seat> seats_;
    std::vector<UserId> users_;
    std::array<std::atomic<std::int64_t>, seller_count + 1> balances_{};
    std::vector<std::thread> threads_;
    std::shared_mutex calls_;     ///< shared by a whole request
    std::shared_mutex one_call_;  ///< shared by each call
    std::atomic<bool> paused_{false};
    std::atomic<bool> holds_calls_{false};
    std::atomic<bool> ends_{false};
    std::atomic<bool> gave_up_{false};
    std::atomic<std::int64_t> done_{0};
    std::atomic<std::int64_t> told_{0};
    std::atomic<std::int64_t> strays_{0};
    std::mutex mutex_;
    std::vector<ErrorCode> permitted_;
    std::vector<std::string> found_;
};

}  // namespace boxoffice::testing
