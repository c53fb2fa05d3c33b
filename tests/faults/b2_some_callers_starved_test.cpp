/// Of 64 threads one committed twice while another committed 111 times; a process that commits without a pause kept another waiting
/// for 9.5 s. First come, first served: within a process by its queue, between processes by the turnstile before the lock.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <new>
#include <string>
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
    // Both begin when both are there, and end when one does: a machine that does other things must not decide.
    struct Race {
        std::atomic<int> ready{0};
        std::atomic<bool> is_over{false};
    };
    void* const memory = ::mmap(nullptr, sizeof(Race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto* const race = new (memory) Race;
    /// Commits for a second and a half, `command_count` commands at a time; tells how often.
    const auto commits = [&](const std::string& name, std::size_t command_count) {
        return [path, name, command_count, race]() -> Actor::Part {
            auto office = std::make_shared<std::unique_ptr<BoxOffice>>(open_office(path).value());
            return [office, name, command_count, race](char) -> std::int64_t {
                const auto user = (*office)->execute(CreateUser{name}).value().id;
                const std::vector<Command> commands(command_count, Recharge{user, Points{1}, {}});
                std::int64_t count = 0;
                for (++race->ready; race->ready < 2;) std::this_thread::yield();
                for (const auto end = Steady::now() + 1500ms; !race->is_over && Steady::now() < end; ++count)
                    for (const auto& outcome : (*office)->execute(commands))
                        if (!outcome) return answer_of(outcome.error());
                race->is_over = true;
                return count;
            };
        };
    };
    // In turn. Who is not run for a while, on a machine that does other things, is gone round: then it is tried again; a lock that
    // lets one starve does so every time (it was one in hundreds).
    bool is_fair = false;
    std::string told;
    for (int attempt = 0; attempt < 3 && !is_fair; ++attempt) {
        race->ready = 0;
        race->is_over = false;
        Actor hog{commits("mina" + std::to_string(attempt), 200)};  // holds the lock nearly always
        Actor guest{commits("yuna" + std::to_string(attempt), 1)};
        hog.tell('g');
        guest.tell('g');
        const auto hog_commits = hog.answer();
        const auto guest_commits = guest.answer();
        told += std::to_string(hog_commits) + " and " + std::to_string(guest_commits) + " commits; ";
        REQUIRE(hog_commits > 0);
        REQUIRE(guest_commits > 0);
        is_fair = 2 * std::max(hog_commits, guest_commits) <= 3 * std::min(hog_commits, guest_commits);
    }
    ::munmap(memory, sizeof(Race));
    INFO(told);
    CHECK(is_fair);
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
