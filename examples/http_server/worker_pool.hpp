#pragma once
/// Threads that may wait, behind a queue that may be full.

#include <atomic>
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

    /// `queued` is kept at the number of tasks that wait, for the metrics; it must outlive the pool.
    WorkerPool(std::size_t thread_count, std::size_t queue_size_max, std::atomic<std::int64_t>& queued);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool() { stop(); }

    /// False: the queue is full, or the pool was stopped. A task must not throw.
    [[nodiscard]] bool try_push(Task task);

    /// Finishes what is queued and joins the threads.
    void stop();

  private:
    void work();

    const std::size_t queue_size_max_;
    std::atomic<std::int64_t>& queued_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> queue_;
    bool is_stopped_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace http_server
