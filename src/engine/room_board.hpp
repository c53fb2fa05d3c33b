#pragma once
/// What each process shows of its rooms to those who wait: the last committed state of every room, so that a waiting peek
/// asks neither the store nor the writer.

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "boxoffice/domain/waiting_room.hpp"

namespace boxoffice {

struct RoomNotice {
    Room room;
    std::optional<Duration> gap;  ///< from one admission to the next, lately; none: unknown
};

/// Thread-safe: readers copy a pointer, whoever posts puts another in its place.
class RoomBoard {
  public:
    using Notices = std::unordered_map<RoomId, RoomNotice>;

    [[nodiscard]] std::shared_ptr<const Notices> read() const {
        const std::lock_guard lock(mutex_);
        return notices_;
    }

    /// Shows rooms as they stand after a commit or a look at the store at `now`. What is older than what is shown is ignored.
    void post(const std::vector<Room>& rooms, Time now) {
        if (rooms.empty()) return;
        const std::lock_guard posting(post_mutex_);
        auto next = std::make_shared<Notices>(*read());
        for (const auto& room : rooms) {
            auto& notice = (*next)[room.id];
            if (room.last_position < notice.room.last_position || room.serving < notice.room.serving) continue;
            auto& rate = rates_[room.id];
            if (room.last_position > room.serving) rate.observe(room.serving, now);
            notice = {room, rate.gap()};
        }
        const std::lock_guard lock(mutex_);
        notices_ = std::move(next);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Notices> notices_ = std::make_shared<Notices>();
    std::mutex post_mutex_;
    std::unordered_map<RoomId, AdmissionRate> rates_;
};

}  // namespace boxoffice
