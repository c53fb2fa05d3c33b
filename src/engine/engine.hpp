#pragma once
/// What is behind BoxOffice: the store, the clock, the writer's mutex, and what of the store's state this process keeps. Its
/// bodies are in the files named after what they do: opening, executing, turns, seats, queries, paying.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"
#include "engine/commit_queue.hpp"
#include "engine/fork_guard.hpp"
#include "engine/in_order.hpp"
#include "engine/no_throw.hpp"
#include "engine/seat_board.hpp"
#include "engine/timekeeper.hpp"
#include "engine/turn_board.hpp"

namespace boxoffice {

/// For the seats of some twenty halls of 50,000 that are looked at in turn.
inline constexpr std::size_t seat_board_bytes_max = std::size_t{256} << 20;

class BoxOffice::Engine {
  public:
    Engine(std::unique_ptr<Store> store, Options options, Ports ports);

    /// Before any lock: in a child of fork() its holder may not exist.
    [[nodiscard]] Result<void> check_process() const {
        if (fork_epoch() != opened_in_) return refuse(ErrorCode::forked);
        return {};
    }

    // ---- opening and closing (opening.cpp) ----------------------------------------------------------------------

    Result<void> prepare();
    /// Lets another process have the node at once; without this it waits for the lease to lapse.
    void give_node_back();

    // ---- executing (executing.cpp) ------------------------------------------------------------------------------

    std::vector<Outcome> execute(std::span<const Command> commands) noexcept;
    [[nodiscard]] CommitStats commit_stats() { return check_process() ? queue_.stats() : CommitStats{}; }
    Result<void> submit(std::vector<Command> commands, Completion completion);
    bool drive(Duration wait);
    void stop();

    // ---- the waiting room (turns.cpp) ---------------------------------------------------------------------------

    [[nodiscard]] Result<TokenClaims> authenticate_at(std::string_view token, Time now) const;
    Result<Peeked> peek(std::string_view token);
    Result<Looked> look(std::string_view token);
    Result<std::optional<Peeked>> peek_snapshot(std::string_view token);

    // ---- asking -------------------------------------------------------------------------------------------------

    /// Runs a query on one consistent state, at a time not before its last commit. Where the view is lost under it, it is asked
    /// once more, from its beginning.
    template <class Question>
    auto ask(Question question) -> decltype(question(std::declval<View&>(), Time{})) {
        using Told = decltype(question(std::declval<View&>(), Time{}));
        return guarded([&]() -> Told {
            BOXOFFICE_TRY(check_process());
            bool was_lost = false;
            auto answer = ask_once(question, was_lost);
            return answer || !was_lost ? std::move(answer) : ask_once(question, was_lost);
        });
    }
    template <class Question>
    auto ask_once(Question& question, bool& was_lost) -> decltype(question(std::declval<View&>(), Time{})) {
        BOXOFFICE_TRY_VALUE(const auto view, store->read());
        BOXOFFICE_TRY_VALUE(const auto last, view->last_event());
        BOXOFFICE_TRY_VALUE(const auto now, timekeeper.now(last.at));
        auto answer = question(*view, now);
        was_lost = view->is_lost();
        return answer;
    }

    // ---- seats (seats.cpp) --------------------------------------------------------------------------------------

    Result<SeatChanges> ask_seats(ConcertId concert, UserId user, const SeatVersion* since);
    Result<SeatChanges> look_at_seats(ConcertId concert, UserId user, const SeatVersion* since,
                                      std::unique_ptr<View>& view);

    std::unique_ptr<Store> store;
    Options options;
    Ports ports;
    Timekeeper timekeeper;
    std::vector<TokenKey> keys;
    StoreId store_id{};
    RoomId main_room;
    std::atomic<bool> is_stopped{false};

  private:
    [[nodiscard]] ClockReading read_clock(Time now) const;
    void lead_once(Calls& submitted);
    void stop_leading(const Calls& submitted) noexcept;
    void decide(const Calls& calls, std::unique_ptr<Transaction> transaction, Calls& submitted);
    Result<void> run(Transaction& transaction, CommandList commands, std::vector<Outcome>& outcomes, Stage& stage,
                     Riding riding);
    Result<NodeLease> renew_lease(const std::vector<NodeLease>& leases, Time now);
    void refresh_board(bool at_once = false);
    void try_advance();
    Result<Looked> look_at_place(const TokenClaims& claims);
    Result<void> catch_up(SeatPage& page, View& view);

    const std::uint32_t opened_in_ = fork_epoch();
    TurnBoard board_;
    SeatBoard seat_board_{seat_board_bytes_max};

    CommitQueue queue_;

    // Of who leads in the queue.
    IdSource ids_;
    NodeLease lease_;
};

}  // namespace boxoffice
