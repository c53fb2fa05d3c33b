#pragma once
/// What a request under way asks of the front that serves it: a thread to go on, and others that may wait meanwhile.

#include <coroutine>
#include <exception>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "boxoffice/error.hpp"

namespace http_server {

/// A coroutine that waits. It is made by what waits, inside the coroutine, so that handing it over needs no memory.
struct Waiting {
    std::coroutine_handle<> coroutine;
    Waiting* next = nullptr;  ///< for whoever has it
};

/// Waiting in line.
class WaitingList {
  public:
    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    void add(Waiting& one) {
        one.next = nullptr;
        (first_ == nullptr ? first_ : last_->next) = &one;
        last_ = &one;
    }
    Waiting* take_first() {
        auto* const one = first_;
        if (one != nullptr) first_ = one->next;
        return one;
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (auto* one = first_; one != nullptr; one = one->next) visit(*one);
    }

  private:
    Waiting* first_ = nullptr;
    Waiting* last_ = nullptr;
};

/// Work for a thread that may wait. Either function is called, once.
class Job {
  public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual void run() noexcept = 0;
    virtual void drop() noexcept = 0;  ///< it waited for too long, or the server stops

  protected:
    ~Job() = default;
};

/// Who does a job.
enum class Staff {
    readers,  ///< what asks the store, whatever writers do
    workers,  ///< what may take long: audits, backups, seating plans, a payment gateway
};

/// A request is served on one thread, its front's; `resume` and the ends of jobs come from any.
class Front {
  public:
    Front() = default;
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    /// Has it go on, on the front's thread and not inside this call. It may be gone by the time this returns.
    virtual void resume(Waiting& waiting) noexcept = 0;
    /// False: too many jobs wait, or the server stops.
    [[nodiscard]] virtual bool offload(Staff staff, Job& job) noexcept = 0;

  protected:
    ~Front() = default;
};

/// Runs it; what it throws (memory ran out) is a fault like the engine's.
template <class Work>
auto guarded(Work&& work) noexcept -> decltype(work()) {
    using boxoffice::ErrorCode;
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return boxoffice::refuse(ErrorCode::out_of_memory);
    } catch (const std::exception& e) {
        return boxoffice::refuse(ErrorCode::internal, e.what());
    }
}

/// Awaited, it has `work` done by the staff, and gives what that returns: a Result. Turned away, it gives `busy` and sets
/// `is_turned_away`.
template <class Work>
class Offloaded final : public Job, private Waiting {
  public:
    Offloaded(Front& front, Staff staff, bool& is_turned_away, const Work& work)
        : front_(front), staff_(staff), is_turned_away_(is_turned_away), work_(work) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
        coroutine = awaiting;
        return front_.offload(staff_, *this);
    }
    auto await_resume() {
        if (result_) return *std::move(result_);
        is_turned_away_ = true;
        return std::invoke_result_t<Work>{boxoffice::refuse(boxoffice::ErrorCode::busy)};
    }

    void run() noexcept override {
        result_.emplace(guarded(work_));
        front_.resume(*this);
    }
    void drop() noexcept override { front_.resume(*this); }

  private:
    Front& front_;
    const Staff staff_;
    bool& is_turned_away_;
    Work work_;
    std::optional<std::invoke_result_t<Work>> result_;
};

}  // namespace http_server
