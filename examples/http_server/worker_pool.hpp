#pragma once
/// Threads that may wait, behind a queue that may be full.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace http_server {

/// Thread-safe.
class WorkerPool {
  public:
    using Task = std::function<void()>;
    using Clock = std::chrono::steady_clock;

    /// `queued` counts the tasks that wait, for the metrics; it must outlive the pool. A task that has waited for
    /// longer than `wait_max` is dropped instead of run: whoever asked has their answer sooner than a store that stands
    /// still would give it, and those behind them, too.
    WorkerPool(std::size_t thread_count, std::size_t queue_size_max, std::atomic<std::int64_t>& queued,
               Clock::duration wait_max = Clock::duration::max());
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool() { stop(); }

    /// False: the queue is full, memory is, or the pool was stopped. Either `run` or `drop` is called, once; neither may throw.
    [[nodiscard]] bool try_push(Task run, Task drop = nullptr) noexcept;

    /// Takes nothing more, and drops what waits. What runs goes on.
    void drop_queued();

    /// Finishes what is queued and joins the threads.
    void stop();

    /// The same, but not beyond `deadline`. False: a thread is still inside its task, which nobody can end from
    /// outside; then the pool must not be destroyed.
    [[nodiscard]] bool stop_by(Clock::time_point deadline);

  private:
    struct Queued {
        Task run;
        Task drop;
        Clock::time_point since;
    };

    void work();

    const std::size_t queue_size_max_;
    const Clock::duration wait_max_;
    std::atomic<std::int64_t>& queued_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable ended_;
    std::deque<Queued> queue_;
    bool is_stopped_ = false;
    std::size_t live_threads_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace http_server
