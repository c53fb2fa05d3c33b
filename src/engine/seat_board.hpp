#pragma once
/// What each process shows of concerts to those who look at seats: a SeatRoll for each that was asked for lately, moved on by
/// what this process commits and, where others commit, by the events since.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "boxoffice/repositories.hpp"
#include "engine/seat_roll.hpp"

namespace boxoffice {

/// What this process committed to a concert's seats, in one go.
struct SeatCommit {
    LastEvent last;
    std::vector<SeatMove> rows;
};

/// What a page has not seen yet.
struct SeatNews {
    std::vector<SeatCommit> commits;  ///< of this process, in order
    std::int64_t own_from = 1;        ///< the events from here
    LastEvent own_last;               ///< up to here are of this process' commits, without a gap
    bool is_under_way = false;        ///< a commit is being made: the store may have it already, and may not
    bool must_reread = false;         ///< more has happened than is kept here
};

/// A concert's place on the board. Whoever has the turn may use the roll; the rest is the board's.
struct SeatPage {
    explicit SeatPage(ConcertId id) : concert(id) {}

    /// One user's turn. If it does not come to its end, what the roll has missed or half done is not known: it goes.
    class Turn {
      public:
        explicit Turn(SeatPage& page) : page_(page), lock_(page.mutex_) {}
        ~Turn() {
            if (!is_over_) page_.roll.reset();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        void is_over() noexcept { is_over_ = true; }

      private:
        SeatPage& page_;
        const std::lock_guard<std::mutex> lock_;
        bool is_over_ = false;
    };

    const ConcertId concert;
    std::unique_ptr<SeatRoll> roll;  ///< none: not read yet, or it went wrong
    std::int64_t seen_version = 0;   ///< Store::version() before the last look at the store

    /// Takes in what this process has committed. False: that is not all, or may not be; look at the store.
    [[nodiscard]] bool follow(const SeatNews& news);
    /// Makes it as the view shows it, by the events since where they tell it. Mistakes: unknown_concert. The roll must not be
    /// ahead of the view.
    Result<void> catch_up(View& view);

  private:
    friend class SeatBoard;
    Result<bool> follow_events(View& view, const LastEvent& last);

    std::mutex mutex_;
    bool has_missed_ = false;  ///< of the roll: something that no events may tell

    // The board's.
    std::vector<SeatCommit> commits_;
    std::size_t commit_rows_ = 0;
    std::size_t commit_rows_max_ = 16'384;  ///< where this process commits more and nobody asks, nobody will soon
    bool must_reread_ = false;
    bool is_gone_ = false;  ///< it is on the board no more, so nobody tells it anything
    std::size_t bytes_ = 0;
    std::uint64_t used_ = 0;
};

/// Thread-safe. A host that never asks pays a look at the concerts of what it commits.
class SeatBoard {
  public:
    /// Keeps about so much; what was not asked for longest goes first, and the newest always stays.
    explicit SeatBoard(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// From before a commit until it was made, or has failed. One at a time; `changes` must outlive it.
    class Commit {
      public:
        Commit(SeatBoard& board, const Changes& changes) : board_(board), changes_(changes) { board_.begin(changes); }
        ~Commit() { board_.end(changes_, is_made_); }
        Commit(const Commit&) = delete;
        Commit& operator=(const Commit&) = delete;
        void is_made() noexcept { is_made_ = true; }

      private:
        SeatBoard& board_;
        const Changes& changes_;
        bool is_made_ = false;
    };

    /// The concert's page; from now on it is told of commits, so ask for it before you look at the store.
    std::shared_ptr<SeatPage> page_of(ConcertId concert);
    /// Of the page's user: what it has not seen.
    SeatNews news_of(SeatPage& page);
    /// Of the page's user, after all of it was read from the store (or was not): makes room.
    void settle(SeatPage& page);

    /// What a page takes at most.
    [[nodiscard]] static std::size_t bytes_of(const SeatRoll& roll);

  private:
    using Pages = std::unordered_map<ConcertId, std::shared_ptr<SeatPage>>;

    void begin(const Changes& changes);
    void end(const Changes& changes, bool is_made) noexcept;
    void tell(const Changes& changes);
    void forget(Pages::iterator page);

    const std::size_t bytes_max_;
    std::mutex mutex_;
    Pages pages_;
    std::uint64_t asked_ = 0;
    std::vector<ConcertId> under_way_;  ///< whose seats the commit that is being made changes
    std::int64_t own_from_ = 1;
    LastEvent own_last_;
};

}  // namespace boxoffice
