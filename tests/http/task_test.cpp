/// Coroutines that give a value: when they begin, what they throw, and that nothing of them is left.

#include "task.hpp"

#include <memory>
#include <new>
#include <string>

#include "support/allocation_faults.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using http_server::Detached;
using http_server::Task;

namespace {

using Text = Result<std::string>;

/// Lives as long as a coroutine has it.
using Sign = std::shared_ptr<int>;

Task<Text> say(std::string text, Sign) { co_return text; }

Task<Text> fail(Sign) {
    CO_TRY(Text{refuse(ErrorCode::busy)});
    co_return "not reached";
}

Task<Text> throw_up(Sign) {
    if (true) throw std::bad_alloc{};
    co_return "not reached";
}

Task<Text> say_twice(Sign sign) {
    CO_TRY_VALUE(const auto first, co_await say("a ", sign));
    CO_TRY_VALUE(const auto second, co_await say("b", sign));
    co_return first + second;
}

Task<Text> pass_on(Task<Text> task) { co_return co_await std::move(task); }

Task<Text> call_deep(int depth, Sign sign) {
    if (depth == 0) co_return "deep";
    co_return co_await call_deep(depth - 1, sign);
}

/// What the task gives: its text, its error's name, or "thrown".
std::string run(Task<Text> task) {
    std::string said = "nothing";
    const auto go = [](Task<Text> one, std::string& into) -> Detached {
        try {
            const auto text = co_await std::move(one);
            into = text ? *text : std::string{name_of(text.error().code)};
        } catch (const std::bad_alloc&) {
            into = "thrown";
        }
    };
    go(std::move(task), said);
    return said;
}

}  // namespace

TEST_CASE("a task gives its value, its error or what it throws, and is gone then", "[task]") {
    const auto sign = std::make_shared<int>();
    CHECK(run(say("hello", sign)) == "hello");
    CHECK(run(fail(sign)) == "busy");
    CHECK(run(throw_up(sign)) == "thrown");
    CHECK(run(say_twice(sign)) == "a b");
    CHECK(run(pass_on(fail(sign))) == "busy");
    CHECK(run(pass_on(throw_up(sign))) == "thrown");
    CHECK(run(call_deep(100, sign)) == "deep");
    CHECK(sign.use_count() == 1);
}

TEST_CASE("a task that nobody awaits does not begin, and is gone with its object", "[task]") {
    const auto sign = std::make_shared<int>();
    {
        const auto never = throw_up(sign);
        CHECK(sign.use_count() == 2);
    }
    CHECK(sign.use_count() == 1);
}

TEST_CASE("a task for which there is no memory throws where it is called", "[task]") {
    const auto sign = std::make_shared<int>();
    const AllocationFaults faults(0);
    bool has_thrown = false;
    try {
        const auto task = throw_up(sign);
    } catch (const std::bad_alloc&) {
        has_thrown = true;
    }
    CHECK(has_thrown);
    CHECK(sign.use_count() == 1);
}
