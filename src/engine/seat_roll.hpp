#pragma once
/// One concert's seats as this process knows them: the working copy behind its sheets, moved on by what is committed and by
/// time, with how it looked lately. It knows no store, clock or lock.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "boxoffice/domain/event.hpp"
#include "boxoffice/seat_sheet.hpp"
#include "engine/seat_version.hpp"

namespace boxoffice {

/// A seat's row as a commit left it, without what never changes.
struct SeatMove {
    SeatId seat;
    SeatState state = SeatState::available;
    ReservationId claim;
    Time held_until = never;
    std::int64_t row_version = 0;
};

inline SeatMove move_of(const Seat& row) { return {row.id, row.state, row.claim, row.held_until, row.version}; }

/// For one thread at a time. Where one of its functions throws, it is of no use any more.
class SeatRoll {
  public:
    /// All seats of the concert, in natural order, after the commits up to `last`.
    SeatRoll(Concert concert, std::vector<Seat> rows, LastEvent last);

    [[nodiscard]] std::size_t size() const { return plan_->ids.size(); }
    /// It has what the commits up to this event did.
    [[nodiscard]] const LastEvent& last() const { return last_; }
    void move_on(const LastEvent& last);

    /// It is `now` or later: holds whose deadline has passed are over (lazy expiry: nobody writes that down at once).
    void lapse(Time now);
    /// What a commit wrote. False: it is not one of these seats, so there are more than are known here.
    [[nodiscard]] bool put(const SeatMove& row);
    /// What another process' commit did to these seats, as its events tell it in their order; the rows are put afterwards. It
    /// makes the versions in between known here too. False: it tells of none of these seats, or what is not known here.
    [[nodiscard]] bool retrace(const Event& event);
    /// The concert's row, which may have changed; no seat looks different for it, and the version stays.
    void put(Concert concert);
    /// All rows, as they stand at `now`. False: they are not of these seats.
    [[nodiscard]] bool refresh(const std::vector<Seat>& rows, Time now);

    [[nodiscard]] std::shared_ptr<const SeatSheet> sheet();
    [[nodiscard]] SeatChanges since(const SeatVersion& version);

    /// About how much memory it takes at most.
    [[nodiscard]] std::size_t bytes() const;

  private:
    using Block = SeatSheet::Block;
    using Standing = SeatSheet::Standing;
    using Deadline = std::pair<Time, std::uint32_t>;

    /// A seat that looked different, and the version until then.
    struct Step {
        SeatVersion version;
        SeatLook look;
        std::uint32_t index = 0;
    };

    static SeatLook look_of(const Standing& one) {
        const bool is_held = one.state == SeatState::held;
        const bool is_claimed = is_held || one.state == SeatState::sold;
        return {one.state, is_held ? one.held_until : never, is_claimed ? one.claim : ReservationId{}};
    }
    /// Its place among the seats, or `size()`.
    [[nodiscard]] std::size_t find(SeatId seat) const;
    [[nodiscard]] const Standing& at(std::size_t index) const;
    Standing& change(std::size_t index);
    void put_at(std::size_t index, const SeatMove& row);
    void show(std::size_t index, Standing next);
    void clean_deadlines();
    [[nodiscard]] bool is_due(const Deadline& deadline) const;

    std::shared_ptr<const SeatSheet::Plan> plan_;
    std::vector<std::pair<SeatId, std::uint32_t>> index_;  ///< by id
    LastEvent last_;
    Time shown_at_ = Time::min();
    SeatVersion version_;
    SeatCounts counts_;
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;  ///< of holds; some are long over
    std::deque<Step> steps_;                                                          ///< the newest last

    std::vector<std::shared_ptr<const Block>> blocks_;
    std::vector<Block*> own_;                 ///< those of them that no sheet has yet, or null
    std::shared_ptr<const SeatSheet> sheet_;  ///< none: something has changed since
};

}  // namespace boxoffice
