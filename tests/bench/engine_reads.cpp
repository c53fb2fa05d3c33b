/// What everybody asks all the time: whose turn it is, and which seats are left.

#include <time.h>
#include <random>
#include <utility>

#include "engine_bench.hpp"

namespace bench {

using namespace boxoffice;

namespace {

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Threads beside what is measured, until the end of the scope. What one of them throws is thrown by stop().
class Others {
  public:
    Others(int count, const std::function<void(int)>& step) {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this, i, step] {
                try {
                    while (!is_over_) step(i);
                } catch (...) {
                    const std::lock_guard lock{mutex_};
                    failure_ = std::current_exception();
                }
            });
    }
    ~Others() { join(); }
    Others(const Others&) = delete;
    Others& operator=(const Others&) = delete;
    void stop() {
        join();
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    void join() {
        is_over_ = true;
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    std::atomic<bool> is_over_{false};
    std::mutex mutex_;
    std::exception_ptr failure_;
    std::vector<std::thread> threads_;
};

}  // namespace

void measure_peeks(const Flags& flags) {
    House house{flags};
    constexpr std::int64_t waiting_count = 10'000;
    constexpr int writer_count = 4;
    constexpr std::uint64_t sampled = 16;  // a reading of the clock takes a noticeable part of a peek
    house.add_users(waiting_count);
    const auto room = house.add_closed_room();
    std::vector<Command> joins;
    for (const auto user : house.users) joins.emplace_back(Join{user, room});
    std::vector<std::string> waiting;
    for (const auto& answer : house.execute(joins))
        waiting.push_back(house.office().token_text(std::get<Joined>(answer).claims));

    std::atomic<std::int64_t> written{0};
    Others writers{
        writer_count, [&](int writer) {
            must(house.office().execute(Recharge{house.users[static_cast<std::size_t>(writer)], Points{1}, {}}));
            written.fetch_add(1);
        }};
    std::mt19937_64 chance{static_cast<std::uint64_t>(flags.count("seed"))};
    Histogram latencies;
    std::uint64_t count = 0;
    const auto begin = Clock::now();
    const auto written_before = written.load();
    const auto cpu_before = thread_cpu_seconds();
    const auto seconds = flags.number("seconds");
    auto last = begin;
    while (std::chrono::duration<double>(last - begin).count() < seconds) {
        for (std::uint64_t i = 0; i + 1 < sampled; ++i)
            require(!must(house.office().peek(waiting[chance() % waiting.size()])).is_turn, "a turn in a closed room");
        const auto& token = waiting[chance() % waiting.size()];
        const auto from = Clock::now();
        require(!must(house.office().peek(token)).is_turn, "a turn in a closed room");
        last = Clock::now();
        latencies.add(last - from);
        count += sampled;
    }
    const auto cpu = thread_cpu_seconds() - cpu_before;
    const auto elapsed = std::chrono::duration<double>(last - begin).count();
    const auto writes = written - written_before;
    writers.stop();
    house.check(0);
    Line{"peeks", house.subject()}
        .number("callers", std::int64_t{1})
        .number("seed", flags.count("seed"))
        .number("value", static_cast<double>(count) / elapsed)
        .text("unit", "peeks/s")
        .number("per_cpu_second", static_cast<double>(count) / cpu)
        .number("count", static_cast<std::int64_t>(count))
        .number("seconds", elapsed)
        .number("p50_ms", latencies.quantile_ms(0.5))
        .number("p99_ms", latencies.quantile_ms(0.99))
        .number("p999_ms", latencies.quantile_ms(0.999))
        .number("writes_per_second", static_cast<double>(writes) / elapsed)
        .print();
}

void measure_seat_list(const Flags& flags) {
    House house{flags};
    constexpr std::int64_t seat_count = 50'000;
    constexpr auto change_gap = std::chrono::milliseconds{10};  // 100 a second
    constexpr std::int64_t changer_count = 6'000;
    house.add_users(changer_count);
    house.add_seats(seat_count);
    const auto tokens = house.join(0, house.users.size());
    const auto concert = house.concerts.back();
    const auto seconds = flags.number("seconds");

    // `ask` tells how many seats are available, and whether they are others than last time.
    struct Told {
        std::int64_t available = 0;
        bool is_other = false;
    };
    const auto lists = [&](const std::string& measurement, const std::function<Told()>& ask,
                           const std::function<std::int64_t()>& held_now) {
        Histogram latencies;
        Histogram changed;
        const auto begin = Clock::now();
        do {
            const auto held_before = held_now();
            const auto from = Clock::now();
            const auto told = ask();
            const auto took = Clock::now() - from;
            latencies.add(took);
            if (told.is_other) changed.add(took);
            const auto missing = seat_count - told.available;
            // A hold that is being answered may be in the list already.
            require(missing >= held_before && missing <= held_now() + 1, "the list is not what is left");
        } while (seconds_since(begin) < seconds);
        Line line{measurement, house.subject()};
        line.number("callers", std::int64_t{1})
            .number("seed", flags.count("seed"))
            .number("value", latencies.quantile_ms(0.5))
            .text("unit", "ms")
            .number("count", static_cast<std::int64_t>(latencies.count()))
            .number("p50_ms", latencies.quantile_ms(0.5))
            .number("p99_ms", latencies.quantile_ms(0.99))
            .number("p999_ms", latencies.quantile_ms(0.999));
        if (held_now() > 0)
            line.number("changed_p50_ms", changed.quantile_ms(0.5)).number("changed_p99_ms", changed.quantile_ms(0.99));
        line.print();
    };
    SeatVersion version;
    const auto sheet = [&]() -> Told {
        const auto seats = must(house.office().seats(concert));
        return {seats->counts().available, std::exchange(version, seats->version()) != seats->version()};
    };
    const auto since = [&]() -> Told {
        const auto seats = must(house.office().seats_since(concert, version));
        version = seats.sheet->version();
        return {seats.sheet->counts().available, !seats.changed.empty()};
    };
    const auto copy = [&]() -> Told {
        return {static_cast<std::int64_t>(must(house.office().available_seats(concert)).size()), false};
    };
    const auto none = [] { return std::int64_t{0}; };
    lists("seat-list-unchanged", sheet, none);
    lists("seat-since-unchanged", since, none);
    lists("seat-copy-unchanged", copy, none);

    std::atomic<std::int64_t> held{0};
    auto next = Clock::now();
    Others changer{1, [&](int) {
                       next += change_gap;
                       std::this_thread::sleep_until(next);
                       const auto i = static_cast<std::size_t>(held);
                       if (i >= tokens.size()) return;
                       must(house.office().execute(HoldSeat{house.users[i], tokens[i], house.seats[i * 7], {}}));
                       held.fetch_add(1);
                   }};
    const auto all_held = [&] { return held.load(); };
    lists("seat-list-changing", sheet, all_held);
    lists("seat-since-changing", since, all_held);
    lists("seat-copy-changing", copy, all_held);
    changer.stop();
    house.check(0);
}

}  // namespace bench
