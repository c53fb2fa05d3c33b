#include "worker_pool.hpp"

#include <utility>

namespace http_server {

WorkerPool::WorkerPool(std::size_t thread_count, std::size_t queue_size_max, std::atomic<std::int64_t>& queued)
    : queue_size_max_(queue_size_max), queued_(queued) {
    threads_.reserve(thread_count);
    for (std::size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { work(); });
}

bool WorkerPool::try_push(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopped_ || queue_.size() >= queue_size_max_) return false;
        queue_.push_back(std::move(task));
        queued_.store(static_cast<std::int64_t>(queue_.size()), std::memory_order_relaxed);
    }
    changed_.notify_one();
    return true;
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return is_stopped_ || !queue_.empty(); });
        if (queue_.empty()) return;
        {
            const Task task = std::exchange(queue_.front(), nullptr);
            queue_.pop_front();
            queued_.store(static_cast<std::int64_t>(queue_.size()), std::memory_order_relaxed);
            lock.unlock();
            task();
        }
        lock.lock();
    }
}

}  // namespace http_server
