#pragma once
/// Commands that arrive while another transaction runs go into the next one together: one commit, and so one wait for
/// the disk, for all of them.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/office.hpp"
#include "health.hpp"

namespace http_server {

/// How many batches had up to 1, 2, 4 … commands.
class BatchSizes {
  public:
    static constexpr std::array<std::int64_t, 8> bounds{1, 2, 4, 8, 16, 32, 64, 128};
    void count(std::size_t size);
    [[nodiscard]] std::int64_t at(std::size_t bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t commands() const { return commands_.load(std::memory_order_relaxed); }

  private:
    std::array<std::atomic<std::int64_t>, bounds.size() + 1> counts_{};
    std::atomic<std::int64_t> commands_{0};
};

/// Thread-safe. Callers block until their command's batch is committed; the first to come leads, and executes for those
/// who came after. So no more commands share a batch than there are callers.
///
/// The store's wait for another process is bounded, and so is a caller's: when a batch ends busy, those who have waited
/// behind it for most of that time are busy, too, instead of each waiting for as long again.
class Batcher {
  public:
    /// `health`, if there is one, is told of every batch; it must outlive the batcher.
    explicit Batcher(boxoffice::BoxOffice& office, Health* health = nullptr) : office_(office), health_(health) {}

    template <class C>
    boxoffice::Result<typename C::Answer> execute(C command) {
        auto outcome = run(boxoffice::Command{std::move(command)});
        if (!outcome) return tl::unexpected(outcome.error());
        return std::get<typename C::Answer>(std::move(*outcome));
    }

    [[nodiscard]] const BatchSizes& sizes() const { return sizes_; }

    /// How many commands wait for the transaction under way to end.
    [[nodiscard]] std::size_t waiting() {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }

  private:
    using Clock = std::chrono::steady_clock;

    struct Waiting {
        boxoffice::Command command;
        Clock::time_point since;
        std::optional<boxoffice::Outcome> outcome;
    };

    boxoffice::Outcome run(boxoffice::Command command);
    void lead(const std::vector<Waiting*>& batch);
    void refuse_the_patient(Clock::time_point began, const boxoffice::Error& error);

    boxoffice::BoxOffice& office_;
    Health* const health_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::vector<Waiting*> waiting_;
    bool is_led_ = false;
    BatchSizes sizes_;
};

}  // namespace http_server
