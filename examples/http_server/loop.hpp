#pragma once
/// A thread's event loop with its connections. Included by server.cpp alone, as session.hpp is.

#include <atomic>
#include <boost/asio.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "clients.hpp"
#include "front.hpp"
#include "server.hpp"
#include "worker_pool.hpp"

namespace http_server {

namespace net = boost::asio;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
using Socket = net::basic_stream_socket<net::ip::tcp, net::io_context::executor_type>;
using Timer = net::basic_waitable_timer<SteadyClock, net::wait_traits<SteadyClock>, net::io_context::executor_type>;

inline constexpr std::chrono::milliseconds tick_interval{200};
inline constexpr std::chrono::milliseconds drain_tick_interval{20};

/// What all threads share.
struct Shared {
    Router& router;
    const ServerOptions& options;
    WorkerPool& readers;
    WorkerPool& workers;
    Clients clients;
    std::atomic<bool> is_draining{false};
    std::atomic<std::int64_t> unsent{0};  ///< bytes of answers that wait for their readers
};

class Session;

/// One thread's event loop with its own connections: all that happens to a session happens on its loop's thread, so
/// that sessions need no lock and no strand.
class Loop {
    std::vector<Session*> sessions_;  // before the context, whose end is that of the last sessions

  public:
    explicit Loop(Shared& with) : shared(with), timer_(context.get_executor()) {}
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run();
    void adopt(Socket socket, Clients::Place place);
    /// On the loop's thread.
    void drain();
    void add(Session* session) { sessions_.push_back(session); }
    void remove(Session* session);
    /// Has it go on, on the loop's thread. From any thread; many that come together wake the loop once.
    void resume(Waiting& waiting) noexcept;
    /// On the loop's thread, or where that has ended.
    void resume_waiting();
    /// A deadline that is never early: the last tick may be almost one interval ago.
    [[nodiscard]] SteadyClock::time_point after(SteadyClock::duration span) const { return now + tick_interval + span; }

    Shared& shared;
    net::io_context context{1};
    std::string date;               ///< the Date header's value
    SteadyClock::time_point now{};  ///< of the last tick: exact enough for deadlines

  private:
    void tick();
    void renew_date();

    std::mutex mutex_;
    WaitingList waiting_;  // guarded by it
    Timer timer_;
    SteadyClock::time_point drain_until_ = SteadyClock::time_point::max();
};

}  // namespace http_server
