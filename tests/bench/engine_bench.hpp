#pragma once
/// What the engine's measurements share: a box office on the store that `--store` names, filled by batches.

#include <boxoffice/boxoffice.hpp>

#include <memory>

#include "journey.hpp"
#include "sync_count.hpp"

namespace bench {

/// The result's value; throws on an error, so that no refusal is measured unseen.
template <class T>
T must(boxoffice::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline constexpr std::size_t batch_size = 1'000;

/// A box office that admits whoever comes. The file, or the schema, goes with it.
class House {
  public:
    explicit House(const Flags& flags, boxoffice::Durability durability = boxoffice::Durability::full);
    /// On a store in memory that is not reopened.
    explicit House(std::unique_ptr<boxoffice::Store> store);
    ~House();
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    boxoffice::BoxOffice& office() { return *office_; }
    /// Of the host that the caller asks: with `--hosts N`, as many offices have the same database open.
    boxoffice::BoxOffice& office_of(int caller) {
        const auto host = static_cast<std::size_t>(caller) % (others_.size() + 1);
        return host == 0 ? *office_ : *others_[host - 1];
    }
    [[nodiscard]] const char* subject() const {
        if (!address_.empty()) return others_.empty() ? "engine-postgres" : "engine-postgres-hosts";
        return path_.empty() ? "engine-memory" : "engine-sqlite";
    }

    void add_users(std::int64_t count);
    /// Seats of a new concert, as many as `count`; the index of its first in seats.
    std::size_t add_seats(std::int64_t count);
    /// A room that admits nobody.
    boxoffice::RoomId add_closed_room();
    /// Has users `from` to `to` join, their tokens in that order.
    std::vector<boxoffice::TokenId> join(std::size_t from, std::size_t to);

    /// Executes in batches of 1,000; any refusal throws.
    std::vector<boxoffice::Answer> execute(const std::vector<boxoffice::Command>& commands);
    /// What must hold: the audit, and as many seats sold as payments acknowledged.
    void check(std::int64_t paid);
    /// Closes and opens the file again, with a limit more: a measurement that begins with a cold cache.
    void reopen();
    /// Leaves the file to others until reopen().
    void close() {
        others_.clear();
        office_.reset();
    }
    [[nodiscard]] const std::string& path() const { return path_; }

    std::vector<boxoffice::UserId> users;
    std::vector<boxoffice::SeatId> seats;
    std::vector<boxoffice::ConcertId> concerts;

  private:
    std::unique_ptr<boxoffice::BoxOffice> open(std::unique_ptr<boxoffice::Store> store);
    std::unique_ptr<boxoffice::Store> open_store();

    std::string path_;
    std::string address_;  // of a PostgreSQL database
    std::int64_t host_count_ = 1;
    boxoffice::Durability durability_ = boxoffice::Durability::full;
    std::unique_ptr<boxoffice::BoxOffice> office_;
    std::vector<std::unique_ptr<boxoffice::BoxOffice>> others_;
};

/// For how many journeys a second seats are made.
std::int64_t journeys_per_second_max(const House& house);

/// Journeys whose commands are submitted, as many under way as `--callers`, driven by this thread; `before` and `after` run
/// around what counts.
Journeys submit_journeys(House& house, Pool pool, const Flags& flags, const std::function<void()>& before,
                         const std::function<void()>& after);

/// The file and what lies beside it, if it is there.
void remove_database(const std::string& path);

void measure_journeys(const Flags& flags);
void measure_submitted(const Flags& flags);
void measure_holds(const Flags& flags);
void measure_batches(const Flags& flags);
void measure_memory_commands(const Flags& flags);
void measure_peeks(const Flags& flags);
void measure_seat_list(const Flags& flags);
void measure_waiting(const Flags& flags);
void measure_growth(const Flags& flags);
void measure_folding(const Flags& flags);

}  // namespace bench
