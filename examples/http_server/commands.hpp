#pragma once
/// The host's way to the office for commands. Those that come while others are decided wait in line, without a thread,
/// and go in together: as many share a transaction and its wait for the disk as there are requests under way.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "boxoffice/office.hpp"
#include "front.hpp"
#include "health.hpp"

namespace http_server {

/// Thread-safe. A thread that the host gives is in drive().
///
/// BoxOffice::submit would take commands from an event loop as well, but not give one back. Here what the office has not
/// begun can still be dropped, and its caller be told that nothing was done: when it has waited too long behind a store
/// that stands still, and when the server stops.
class Commands {
  public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        std::size_t waiting_max = 1024;                     ///< beyond it they are turned away
        Clock::duration wait_max = Clock::duration::max();  ///< for the office to begin; then they are turned away
    };

    /// `waiting` counts those that wait, for the metrics; it and `health`, which is told of every command, must outlive
    /// this.
    Commands(boxoffice::BoxOffice& office, Health& health, std::atomic<std::int64_t>& waiting, Limits limits)
        : office_(office), health_(health), limits_(limits), waiting_count_(waiting) {}
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    /// Executes it on this thread, and blocks as long as that takes: for what the host does itself.
    template <class C>
    boxoffice::Result<typename C::Answer> execute_now(C command);

    /// Decides what waits, in one go, and has those who asked go on; where nothing waits, waits for something. False: it
    /// was closed, and nothing waits.
    bool drive() noexcept;
    /// The same without waiting. False: nothing waited.
    bool drive_waiting() noexcept;

    /// Takes nothing more, and turns away what waits. What the office has begun goes on.
    void close() noexcept;

    /// One command that waits, and what becomes of it.
    struct Pending : Waiting {
        Pending(Front& with, boxoffice::Command what) : front(with), command(std::move(what)) {}
        Front& front;
        boxoffice::Command command;
        Clock::time_point since{};
        std::optional<boxoffice::Outcome> outcome;  ///< nothing: it was turned away
    };
    /// False: it is turned away at once. Otherwise its front resumes it.
    [[nodiscard]] bool try_add(Pending& pending) noexcept;

  private:
    template <class T>
    void tell_health(const boxoffice::Result<T>& outcome, bool is_housekeeping);
    void decide(WaitingList batch) noexcept;
    static void resume_all(WaitingList list) noexcept;

    boxoffice::BoxOffice& office_;
    Health& health_;
    const Limits limits_;
    std::atomic<std::int64_t>& waiting_count_;
    std::mutex mutex_;
    std::condition_variable changed_;
    WaitingList waiting_;
    std::size_t count_ = 0;  ///< of those that wait
    bool is_closed_ = false;
};

/// Awaited, it has the command executed, and gives its answer. Turned away, it gives `busy` and sets `is_turned_away`.
template <class C>
class Execution {
  public:
    Execution(Commands& commands, Front& front, bool& is_turned_away, const C& command)
        : commands_(commands), is_turned_away_(is_turned_away), pending_(front, command) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
        pending_.coroutine = awaiting;
        return commands_.try_add(pending_);
    }
    boxoffice::Result<typename C::Answer> await_resume() {
        is_turned_away_ = is_turned_away_ || !pending_.outcome;
        if (!pending_.outcome) return boxoffice::refuse(boxoffice::ErrorCode::busy);
        if (!*pending_.outcome) return tl::unexpected(std::move(*pending_.outcome).error());
        return std::get<typename C::Answer>(**std::move(pending_.outcome));
    }

  private:
    Commands& commands_;
    bool& is_turned_away_;
    Commands::Pending pending_;
};

template <class C>
boxoffice::Result<typename C::Answer> Commands::execute_now(C command) {
    health_.began(Clock::now());
    auto answer = office_.execute(std::move(command));
    tell_health(answer, std::is_same_v<C, boxoffice::Tick>);
    return answer;
}

template <class T>
void Commands::tell_health(const boxoffice::Result<T>& outcome, bool is_housekeeping) {
    const bool is_fault = !outcome && range_of(outcome.error().code) == boxoffice::ErrorRange::fault;
    const auto fault = is_fault ? std::optional{boxoffice::Error{outcome.error().code, {}}} : std::nullopt;
    health_.ended(fault, is_housekeeping, Clock::now());
}

}  // namespace http_server
