#pragma once
/// The rows of a scan, handed from the thread that scans to another, piece by piece: so two scans can be walked side by side.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "boxoffice/repositories.hpp"

namespace copying {

template <class List>
struct AnyOf;
template <class... Entities>
struct AnyOf<boxoffice::Kinds<Entities...>> {
    using Type = std::variant<Entities...>;
};
/// A row of any kind that a scan shows.
using AnyRow = AnyOf<boxoffice::ScannedKinds>::Type;

/// For one thread that puts and one that takes.
class RowFeed {
  public:
    /// Waits while much is not taken yet. False: nobody will take any more.
    bool put(AnyRow row) {
        filling_.push_back(std::move(row));
        return filling_.size() < piece_size || pass_on();
    }
    /// There are no more.
    void end() {
        pass_on();
        const std::lock_guard lock{mutex_};
        has_ended_ = true;
        changed_.notify_all();
    }
    /// The next, which stays until the one after it is asked for; nullptr: there are no more.
    const AnyRow* next() {
        if (++at_ < taking_.size()) return &taking_[at_];
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return !pieces_.empty() || has_ended_; });
        taking_.clear();
        if (!pieces_.empty()) {
            taking_ = std::move(pieces_.front());
            pieces_.pop_front();
        }
        at_ = 0;
        changed_.notify_all();
        return taking_.empty() ? nullptr : taking_.data();
    }
    /// Nobody takes any more.
    void leave() {
        const std::lock_guard lock{mutex_};
        is_left_ = true;
        changed_.notify_all();
    }

  private:
    static constexpr std::size_t piece_size = 1'000;
    static constexpr std::size_t pieces_max = 8;

    bool pass_on() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return pieces_.size() < pieces_max || is_left_; });
        if (!filling_.empty()) pieces_.push_back(std::exchange(filling_, {}));
        changed_.notify_all();
        return !is_left_;
    }

    std::vector<AnyRow> filling_;  // the putting thread's
    std::vector<AnyRow> taking_;   // the taking thread's
    std::size_t at_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::vector<AnyRow>> pieces_;
    bool has_ended_ = false;
    bool is_left_ = false;
};

}  // namespace copying
