/// Of 64 threads one committed twice while another committed 111 times; a process that commits without a pause kept another waiting
/// for 9.5 s. First come, first served: within a process by its queue, between processes by the turnstile before the lock.

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "faults/actors.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

TEST_CASE("of many threads that commit without a pause each commits as often as the others", "[faults][B2]") {
    constexpr int thread_count = 64;
    const TempDir dir;
    const auto office = open_office(dir.file("box.office")).value();
    std::array<std::atomic<int>, thread_count> done{};
    std::atomic<int> ready{0}, all{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < thread_count; ++t)
        threads.emplace_back([&, t] {
            const auto user = office->execute(CreateUser{"u" + std::to_string(t)}).value().id;
            ++ready;
            while (ready < thread_count) std::this_thread::yield();
            while (all < 40 * thread_count && office->execute(Recharge{user, Points{1}, {}})) ++done[t], ++all;
        });
    for (auto& thread : threads) thread.join();
    const auto [least, most] = std::minmax_element(done.begin(), done.end());
    INFO("least " << *least << ", most " << *most);
    CHECK(*least >= 20);
    CHECK(*most <= 80);
    CHECK(office->audit().value().empty());
}

TEST_CASE("a process that commits without a pause lets others in", "[faults][B2][processes]") {
    const TempDir dir;
    const auto path = dir.file("box.office");
    const auto hog_for = [&](const char* name, Steady::duration span) {
        return [path, name, span]() -> Actor::Part {
            auto office = std::make_shared<std::unique_ptr<BoxOffice>>(open_office(path).value());
            return [office, name, span](char) -> std::int64_t {
                const auto user = (*office)->execute(CreateUser{name});
                std::int64_t count = 0;
                for (const auto end = Steady::now() + span; user && Steady::now() < end; ++count)
                    if (!(*office)->execute(Recharge{user->id, Points{1}, {}})) return -1;
                return count;
            };
        };
    };
    Actor one{hog_for("mina", 1500ms)};
    Actor other{hog_for("yuna", 1500ms)};
    one.tell('g');
    other.tell('g');
    const auto first = one.answer();
    const auto second = other.answer();
    INFO(first << " and " << second << " commits");
    CHECK(first > 0);
    CHECK(second > 0);
    CHECK(std::max(first, second) <= 2 * std::min(first, second));
}

TEST_CASE("who stands in the turnstile and does not move on is gone round", "[faults][B2]") {
    const TempDir dir;
    const auto path = dir.file("box.office");
    const auto office = open_office(path).value();
    const int stopped = ::open((path + "-lock").c_str(), O_RDWR | O_CLOEXEC);
    struct flock turnstile {};
    turnstile.l_type = F_WRLCK;
    turnstile.l_start = 1;
    turnstile.l_len = 1;
    REQUIRE(::fcntl(stopped, F_OFD_SETLK, &turnstile) == 0);
    const auto begin = Steady::now();
    for (int i = 0; i < 10; ++i) CHECK(office->execute(CreateUser{"u" + std::to_string(i)}));
    const auto took = Steady::now() - begin;
    CHECK(took >= 250ms);  // it was waited for, once
    CHECK(took < 2s);
    ::close(stopped);
}
