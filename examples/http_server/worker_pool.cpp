#include "worker_pool.hpp"

#include <new>
#include <utility>

namespace http_server {

WorkerPool::WorkerPool(std::size_t thread_count, std::size_t queue_size_max, std::atomic<std::int64_t>& queued,
                       Clock::duration wait_max)
    : queue_size_max_(queue_size_max), wait_max_(wait_max), queued_(queued), live_threads_(thread_count) {
    threads_.reserve(thread_count);
    for (std::size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { work(); });
}

bool WorkerPool::try_push(Task run, Task drop) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (is_stopped_ || queue_.size() >= queue_size_max_) return false;
        queue_.push_back({std::move(run), std::move(drop), Clock::now()});
        queued_.fetch_add(1, std::memory_order_relaxed);
    } catch (const std::bad_alloc&) {
        return false;
    }
    changed_.notify_one();
    return true;
}

void WorkerPool::drop_queued() {
    std::deque<Queued> dropped;
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        dropped.swap(queue_);
        queued_.fetch_sub(static_cast<std::int64_t>(dropped.size()), std::memory_order_relaxed);
    }
    changed_.notify_all();
    for (const auto& task : dropped)
        if (task.drop) task.drop();
}

void WorkerPool::stop() { (void)stop_by(Clock::time_point::max()); }

bool WorkerPool::stop_by(Clock::time_point deadline) {
    {
        std::unique_lock lock(mutex_);
        is_stopped_ = true;
        changed_.notify_all();
        const auto is_over = [this] { return live_threads_ == 0; };
        if (deadline == Clock::time_point::max())
            ended_.wait(lock, is_over);
        else if (!ended_.wait_until(lock, deadline, is_over))
            return false;
    }
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    return true;
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return is_stopped_ || !queue_.empty(); });
        if (queue_.empty()) break;
        {
            const auto task = std::exchange(queue_.front(), {});
            queue_.pop_front();
            queued_.fetch_sub(1, std::memory_order_relaxed);
            lock.unlock();
            const bool is_late = task.drop && Clock::now() - task.since > wait_max_;
            is_late ? task.drop() : task.run();
        }
        lock.lock();
    }
    --live_threads_;
    ended_.notify_all();
}

}  // namespace http_server
