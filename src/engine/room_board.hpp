#pragma once
/// What each process shows of its rooms to those who wait: the last committed state of every room, so that a waiting peek
/// asks neither the store nor the writer.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "boxoffice/domain/waiting_room.hpp"
#include "boxoffice/member_count.hpp"
#include "engine/sequence_lock.hpp"

namespace boxoffice {

struct RoomNotice {
    Room room;                    ///< without its name, which nobody who waits is told
    std::optional<Duration> gap;  ///< from one admission to the next, lately; none: unknown
};

/// Thread-safe. Readers take no lock: a room has a slot of its own for ever, and is found through a hash index, which is
/// replaced when it is half full. Old indexes are kept for those who still read them; together they are smaller than the last.
class RoomBoard {
  public:
    RoomBoard() {
        constexpr std::size_t first = 64;
        index_ = indexes_.emplace_back(std::make_unique<Index>(first)).get();
    }

    /// The room as it was posted last; none: never.
    [[nodiscard]] std::optional<RoomNotice> find(RoomId room) const noexcept {
        const auto* slot = index_.load(std::memory_order_acquire)->find(room);
        if (slot == nullptr) return std::nullopt;
        return told(room, slot->shown.read());
    }

    /// Shows rooms as they stand after a commit or a look at the store at `now`. What is older than what is shown is ignored.
    void post(const std::vector<Room>& rooms, Time now) {
        const std::lock_guard posting(mutex_);
        for (const auto& room : rooms) {
            auto* slot = index_.load(std::memory_order_relaxed)->find(room.id);
            if (slot == nullptr) {
                add(room, now);
                continue;
            }
            const auto shown = slot->shown.read();
            if (room.last_position < shown.last_position || room.serving < shown.serving) continue;
            observe(slot->rate, room, now);
            slot->shown.write(shown_of(room, slot->rate.gap()));
        }
    }

  private:
    /// What is shown of a room, as plain words.
    struct Shown {
        RoomLimits limits;
        Position last_position = 0;
        Position serving = 0;
        std::int64_t waiting_count = 0;
        std::int64_t admitted_count = 0;
        Time next_admission_at{};
        Time next_lapse_at{};
        Duration gap{};
    };
    static constexpr Duration unknown = Duration::min();

    static_assert(member_count<Room>() == 9, "a new member of Room is shown too, unless nobody who waits needs it");
    static Shown shown_of(const Room& room, std::optional<Duration> gap) {
        return {room.limits,         room.last_position,     room.serving,       room.waiting_count,
                room.admitted_count, room.next_admission_at, room.next_lapse_at, gap.value_or(unknown)};
    }
    static RoomNotice told(RoomId id, const Shown& shown) {
        const auto gap = shown.gap == unknown ? std::nullopt : std::optional{shown.gap};
        return {{id,
                 {},
                 shown.limits,
                 shown.last_position,
                 shown.serving,
                 shown.waiting_count,
                 shown.admitted_count,
                 shown.next_admission_at,
                 shown.next_lapse_at},
                gap};
    }

    struct Slot {
        Slot(RoomId id, AdmissionRate seen) : room(id), rate(std::move(seen)) {}
        const RoomId room;
        SequenceLock<Shown> shown;
        AdmissionRate rate;  // the poster's
    };

    /// From a room to its slot: open addressing, at most half full.
    class Index {
      public:
        explicit Index(std::size_t size) : places_(size) {}

        [[nodiscard]] std::size_t size() const { return places_.size(); }

        [[nodiscard]] Slot* find(RoomId room) const noexcept {
            for (auto at = home(room);; at = (at + 1) % places_.size()) {
                auto* slot = places_[at].load(std::memory_order_acquire);
                if (slot == nullptr || slot->room == room) return slot;
            }
        }

        void add(Slot& slot) noexcept {
            auto at = home(slot.room);
            while (places_[at].load(std::memory_order_relaxed) != nullptr) at = (at + 1) % places_.size();
            places_[at].store(&slot, std::memory_order_release);
        }

      private:
        [[nodiscard]] std::size_t home(RoomId room) const noexcept {
            return std::hash<RoomId>{}(room) % places_.size();
        }

        std::vector<std::atomic<Slot*>> places_;
    };

    static void observe(AdmissionRate& rate, const Room& room, Time now) {
        if (room.last_position > room.serving) rate.observe(room.serving, now);
    }

    /// A room is found once all of it is there; where memory runs out, nothing of it is.
    void add(const Room& room, Time now) {
        AdmissionRate rate;
        observe(rate, room, now);
        if (2 * (slots_.size() + 1) > indexes_.back()->size()) widen();
        auto& slot = slots_.emplace_back(room.id, std::move(rate));
        slot.shown.write(shown_of(room, slot.rate.gap()));
        indexes_.back()->add(slot);
    }

    void widen() {
        auto& wider = indexes_.emplace_back(std::make_unique<Index>(2 * indexes_.back()->size()));
        for (auto& slot : slots_) wider->add(slot);
        index_.store(wider.get(), std::memory_order_release);
    }

    std::mutex mutex_;  // the poster's
    std::deque<Slot> slots_;
    std::vector<std::unique_ptr<Index>> indexes_;
    std::atomic<const Index*> index_;
};

}  // namespace boxoffice
