#pragma once
/// Coroutines that give one value to whoever awaits them: what an endpoint is where it has to wait without a thread.
///
///     Task<Answer> leave(const Call& call) {
///         CO_TRY_VALUE(const auto claims, bearer(call));
///         CO_TRY(co_await call.execute(Leave{claims.user, claims.token}));
///         co_return no_content();
///     }
///
/// A task begins when it is awaited and not before, on the thread that awaits it, and dies with its Task object. What its
/// parameters refer to must outlive it. What it throws (memory ran out; its frame may be what there is no memory for)
/// comes out where it is awaited or called.
///
/// GCC 12 destroys some of the temporaries of an expression with co_await twice. So what such an expression needs that is
/// not trivial has a name before it, and parameters are references.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "boxoffice/error.hpp"

namespace http_server {

template <class T>
class [[nodiscard]] Task {
  public:
    class promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle_.promise().awaiting = awaiting;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

  private:
    explicit Task(Handle handle) noexcept : handle_(handle) {}
    Handle handle_;
};

template <class T>
class Task<T>::promise_type {
  public:
    Task get_return_object() noexcept { return Task{Handle::from_promise(*this)}; }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] auto final_suspend() const noexcept {
        struct GoOn {
            [[nodiscard]] bool await_ready() const noexcept { return false; }
            [[nodiscard]] std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
                return ended.promise().awaiting;
            }
            void await_resume() const noexcept {}
        };
        return GoOn{};
    }
    template <class Value>
    void return_value(Value&& value) {
        value_.emplace(std::forward<Value>(value));
    }
    void unhandled_exception() noexcept { failure_ = std::current_exception(); }

    T take() {
        if (failure_) std::rethrow_exception(failure_);
        return *std::move(value_);
    }

    std::coroutine_handle<> awaiting;

  private:
    std::optional<T> value_;
    std::exception_ptr failure_;
};

/// A coroutine that nobody awaits: it begins at once, and frees itself when it ends. It must not throw.
struct Detached {
    struct promise_type {
        [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

}  // namespace http_server

/// BOXOFFICE_TRY and BOXOFFICE_TRY_VALUE for coroutines; the expression may await.
#define CO_TRY(expression)                                                                    \
    do {                                                                                      \
        auto co_try = (expression);                                                           \
        if (!co_try) co_return tl::unexpected<::boxoffice::Error>(std::move(co_try).error()); \
    } while (false)

#define CO_TRY_VALUE(declaration, expression)                                                               \
    auto BOXOFFICE_JOIN(co_try_, __LINE__) = (expression);                                                  \
    if (!BOXOFFICE_JOIN(co_try_, __LINE__))                                                                 \
        co_return tl::unexpected<::boxoffice::Error>(std::move(BOXOFFICE_JOIN(co_try_, __LINE__)).error()); \
    declaration = *std::move(BOXOFFICE_JOIN(co_try_, __LINE__))
