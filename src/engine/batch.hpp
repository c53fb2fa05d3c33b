#pragma once
/// Runs a batch of commands on one consistent state at one time: load, decide, and hand back the commit to be written.
/// Pure of clocks, locks and chance, so that it can be run again on a conflict, replayed or simulated. Its outcomes equal
/// those of the same commands one after another (C2), also where one names what another makes; each repository is loaded
/// at most twice (C4). A Tick has a batch of its own (BoxOffice sees to it): what it looks for and leaves is in the store.

#include <vector>

#include "boxoffice/commands.hpp"
#include "engine/in_order.hpp"
#include "engine/working_set.hpp"

namespace boxoffice {

class Batch {
  public:
    Batch(CommandList commands, Moment moment) : commands_(commands), moment_(moment) {}

    /// Wishes to load every process's lease on a node, for a renewal.
    void want_leases() { wants_leases_ = true; }

    /// Does not advance the rooms that are due, beside those that the commands name.
    void leave_due_rooms() { advances_due_rooms_ = false; }

    /// Loads everything the commands name, in three stages.
    Result<void> load(View& view);

    /// Decides the commands in order. Throws std::logic_error if a decision breaks a rule of the engine; then nothing of
    /// the batch may be written.
    std::vector<Outcome> decide_all();

    [[nodiscard]] WorkingSet& working_set() { return set_; }

  private:
    void judge_shapes();
    [[nodiscard]] const Tick* tick_of() const;
    template <class Then>
    void for_each_shaped(Then then);
    Keys first_keys();
    Keys second_keys();
    Keys last_keys();
    LineKey line_key(const Room& room);
    template <class C>
    Outcome decide_one(const C& command);

    CommandList commands_;
    Moment moment_;
    bool wants_leases_ = false;
    bool advances_due_rooms_ = true;
    std::vector<Result<void>> shapes_;
    WorkingSet set_;
};

}  // namespace boxoffice
