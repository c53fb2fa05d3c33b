// Who leads, who waits, and who is told what, on threads that the tests hold still where it matters. No store is needed for it.

#include "engine/commit_queue.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

namespace {

const Outcome done{Answer{Done{}}};

/// Answers those who were taken, each command with `done`.
void answer_all(CommitQueue& queue, const Calls& calls, Calls& submitted) {
    calls.for_each([](Call& call) {
        for (std::size_t i = 0; i < call.commands.size(); ++i) call.outcomes.push_back(done);
    });
    queue.answer(calls, {}, submitted);
}
void answer_all(CommitQueue& queue, const Calls& calls) {
    Calls submitted;
    answer_all(queue, calls, submitted);
    REQUIRE(submitted.empty());
}

/// Callers on threads of their own, who wait in the queue in the order in which they were added, and lead when it is their turn.
class Line {
  public:
    explicit Line(CommitQueue& queue) : queue_(queue) {}
    ~Line() {
        for (auto& caller : callers_) caller.thread.join();
    }

    /// Returns when the caller stands in line.
    Call& add(std::size_t command_count, Steady::duration patience = 1h) {
        auto& caller = callers_.emplace_back();
        caller.commands.assign(command_count, Command{CreateUser{"mina"}});
        caller.call.commands = caller.commands;
        caller.call.outcomes.reserve(command_count);
        caller.call.deadline = Steady::now() + patience;
        const auto before = queue_.waiting_count();
        caller.thread = std::thread{[this, &caller] {
            if (!queue_.enter(caller.call)) return;
            led_.push_back(&caller.call);  // one leads at a time
            while (caller.call.state != Call::State::over) answer_all(queue_, queue_.take(1));
            queue_.pass_on();
        }};
        while (queue_.waiting_count() == before && caller.call.state != Call::State::over) std::this_thread::yield();
        return caller.call;
    }
    void await_all() {
        for (auto& caller : callers_)
            while (caller.call.state != Call::State::over) std::this_thread::yield();
    }
    [[nodiscard]] const std::vector<Call*>& led() const { return led_; }

  private:
    struct Caller {
        std::vector<Command> commands;
        Call call;
        std::thread thread;
    };
    CommitQueue& queue_;
    std::deque<Caller> callers_;
    std::vector<Call*> led_;
};

std::unique_ptr<Call> submission(std::vector<Outcome>& told, std::size_t command_count = 1) {
    auto call = std::make_unique<Call>();
    call->owned.assign(command_count, Command{CreateUser{"mina"}});
    call->commands = call->owned;
    call->outcomes.reserve(command_count);
    call->completion = [&told](std::vector<Outcome> outcomes) { told = std::move(outcomes); };
    return call;
}

std::vector<Call*> list_of(const Calls& calls) {
    std::vector<Call*> list;
    calls.for_each([&](Call& call) { list.push_back(&call); });
    return list;
}

}  // namespace

TEST_CASE("Who comes while another leads is taken together with the others, in the order of coming", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    CHECK_FALSE(queue.try_lead());
    Line line(queue);
    const std::vector<Call*> came{&line.add(1), &line.add(3), &line.add(0), &line.add(2)};
    const auto taken = queue.take(1'000);
    CHECK(list_of(taken) == came);
    CHECK(queue.waiting_count() == 0);
    answer_all(queue, taken);
    line.await_all();
    for (const auto* call : came) CHECK(call->outcomes.size() == call->commands.size());
    CHECK(line.led().empty());
    queue.pass_on();
    CHECK(queue.try_lead());  // nobody is left
    queue.pass_on();
}

TEST_CASE("A batch ends before the caller whose commands would be too many for it", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    Line line(queue);
    auto& huge = line.add(9);
    auto& two = line.add(2);
    auto& three = line.add(3);
    auto& one = line.add(1);
    for (const auto& expected : {std::vector{&huge}, std::vector{&two, &three}, std::vector{&one}}) {
        const auto taken = queue.take(5);
        CHECK(list_of(taken) == expected);
        answer_all(queue, taken);
    }
    queue.pass_on();
}

TEST_CASE("The lead goes to whoever has waited longest, and then to the next", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    Line line(queue);
    const std::vector<Call*> came{&line.add(1), &line.add(1), &line.add(1)};
    queue.pass_on();
    line.await_all();
    while (!queue.try_lead()) std::this_thread::yield();
    CHECK(line.led() == came);
    queue.pass_on();
}

TEST_CASE("Who is not taken until its deadline is told busy, and the others keep their places", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    Line line(queue);
    auto& first = line.add(1);
    auto& hasty = line.add(2, 20ms);
    auto& last = line.add(1);
    while (hasty.state != Call::State::over || queue.waiting_count() != 2) std::this_thread::yield();
    REQUIRE(hasty.outcomes.size() == 2);
    CHECK(hasty.outcomes[1].error().code == ErrorCode::busy);
    const auto taken = queue.take(1'000);
    CHECK(list_of(taken) == std::vector{&first, &last});
    answer_all(queue, taken);
    queue.pass_on();
}

TEST_CASE("Who was taken in time gets its answer, however long that takes", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    Line line(queue);
    auto& hasty = line.add(1, 500ms);
    const auto taken = queue.take(1'000);
    REQUIRE(list_of(taken) == std::vector{&hasty});
    const auto late = hasty.deadline + 20ms;
    while (Steady::now() < late) std::this_thread::yield();
    CHECK(hasty.state == Call::State::taken);
    answer_all(queue, taken);
    line.await_all();
    CHECK(hasty.outcomes.at(0).has_value());
    queue.pass_on();
}

TEST_CASE("Where the store cannot be had, only the oldest hears of it", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    CHECK(queue.oldest_deadline() == Call::Deadline{});
    Line line(queue);
    auto& first = line.add(2);
    auto& second = line.add(1);
    CHECK(queue.oldest_deadline() == first.deadline);
    Calls submitted;
    queue.refuse_oldest(Error{ErrorCode::storage, "gone"}, submitted);
    while (first.state != Call::State::over) std::this_thread::yield();
    REQUIRE(first.outcomes.size() == 2);
    CHECK(first.outcomes[0].error().detail == "gone");
    CHECK(second.state == Call::State::waiting);
    queue.pass_on();
}

TEST_CASE("What is submitted is taken in its place, and told when nobody leads for it any more", "[commit_queue]") {
    CommitQueue queue;
    REQUIRE(queue.try_lead());
    Line line(queue);
    std::vector<Outcome> told;
    auto& before = line.add(1);
    queue.submit(submission(told, 2));
    auto& behind = line.add(1);
    const auto taken = queue.take(1'000);
    const auto list = list_of(taken);
    REQUIRE(list.size() == 3);
    CHECK(list.front() == &before);
    CHECK(list.back() == &behind);
    Calls submitted;
    answer_all(queue, taken, submitted);
    CHECK(told.empty());
    queue.pass_on();
    REQUIRE_FALSE(submitted.empty());
    const std::unique_ptr<Call> call{submitted.take_first()};
    call->complete();
    CHECK(told.size() == 2);
    CHECK(submitted.empty());
}

TEST_CASE("Who awaits submissions leads as soon as there is one and nobody else leads", "[commit_queue]") {
    CommitQueue queue;
    std::vector<Outcome> told;
    CHECK_FALSE(queue.await_lead(Steady::now() + 1ms));  // none
    std::atomic<int> led{0};
    std::thread driver{[&] {
        while (queue.await_lead(Steady::now() + 1h)) {
            Calls submitted;
            answer_all(queue, queue.take(1'000), submitted);
            queue.pass_on();
            while (!submitted.empty()) {
                const std::unique_ptr<Call> call{submitted.take_first()};
                call->complete();
            }
            ++led;
        }
    }};
    for (int i = 1; i <= 100; ++i) {
        queue.submit(submission(told));
        while (led < i) std::this_thread::yield();
        CHECK(std::exchange(told, {}).size() == 1);
    }
    queue.wake_all();
    driver.join();
    CHECK_FALSE(queue.await_lead(Steady::now() + 1h));
}

TEST_CASE("What was submitted and never decided is told closed", "[commit_queue]") {
    std::vector<Outcome> told;
    {
        CommitQueue queue;
        queue.submit(submission(told, 3));
    }
    REQUIRE(told.size() == 3);
    CHECK(told[2].error().code == ErrorCode::closed);
}

TEST_CASE("A completion that throws harms nobody", "[commit_queue]") {
    Call call;
    call.completion = [](std::vector<Outcome>) { throw 7; };
    call.complete();
}

TEST_CASE("Every call of many threads ends once, in time or not", "[commit_queue]") {
    constexpr int thread_count = 12, rounds = 300;
    CommitQueue queue;
    std::atomic<std::int64_t> taken_count{0}, answered{0}, busy{0}, told{0};
    const auto lead = [&](const Call* own) {
        Calls submitted;
        do {
            const auto calls = queue.take(3);
            calls.for_each([&](Call&) { ++taken_count; });
            answer_all(queue, calls, submitted);
        } while (own != nullptr && own->state != Call::State::over);
        queue.pass_on();
        while (!submitted.empty()) std::unique_ptr<Call> {
                submitted.take_first()
                } -> complete();
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 random(static_cast<unsigned>(t));
            const Command command{CreateUser{"mina"}};
            for (int i = 0; i < rounds; ++i) {
                if (random() % 4 == 0) {
                    auto call = std::make_unique<Call>();
                    call->owned.push_back(command);
                    call->commands = call->owned;
                    call->outcomes.reserve(1);
                    call->completion = [&](std::vector<Outcome> outcomes) {
                        told += outcomes.size() == 1 ? 1 : 1'000'000;
                    };
                    queue.submit(std::move(call));
                    continue;
                }
                Call call;
                call.commands = std::span{&command, 1};
                call.outcomes.reserve(1);
                call.deadline = Steady::now() + std::chrono::microseconds{random() % 300};
                if (queue.enter(call)) lead(&call);
                if (call.state != Call::State::over || call.outcomes.size() != 1) std::abort();
                ++(call.outcomes[0] ? answered : busy);
            }
        });
    for (auto& thread : threads) thread.join();
    while (queue.await_lead(Steady::now())) lead(nullptr);
    CHECK(answered + busy + told == thread_count * rounds);
    CHECK(taken_count == answered + told);
    CHECK(queue.waiting_count() == 0);
}
