#pragma once
/// Answers about a concert's seats that are the same for everybody, made once for as long as they are true. A hall of
/// 50,000 seats takes a fifth of a second to read and write down; to see that nothing happened takes a look at the
/// outbox.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "boxoffice/office.hpp"

namespace http_server {

/// Thread-safe. An answer is never older than the question: it is kept until an event touches the concert, or the next
/// hold of it lapses (which no event tells: expiry is lazy). One thread at a time makes an answer; who asked before it
/// began shares it.
class SeatAnswers {
  public:
    enum class Kind { map, list };

    struct Kept {
        std::string body;
        std::string etag;
    };
    using Write = std::function<std::string(const std::vector<boxoffice::SeatNow>&)>;

    explicit SeatAnswers(boxoffice::BoxOffice& office) : office_(office) {}

    /// What `write` makes of the seats. Mistakes: unknown_concert.
    boxoffice::Result<std::shared_ptr<const Kept>> get(boxoffice::ConcertId concert, Kind kind, const Write& write);

    /// How many answers were made, for tests.
    [[nodiscard]] std::int64_t made() const { return made_.load(std::memory_order_relaxed); }

  private:
    struct Entry {
        std::atomic<std::int64_t> begun{0};  ///< how many times the answer was begun to be made
        std::atomic<std::size_t> size{0};
        std::atomic<std::int64_t> used{0};  ///< the count of questions when it was last asked for
        std::mutex mutex;                   ///< guards what follows
        std::shared_ptr<const Kept> kept;
        std::int64_t kept_begun = 0;
        std::int64_t position = 0;  ///< the answer holds all events up to here
        boxoffice::Time lapses_at = boxoffice::never;
    };
    using Key = std::pair<boxoffice::ConcertId, Kind>;

    std::shared_ptr<Entry> entry_of(const Key& key);
    boxoffice::Result<bool> is_true(Entry& entry, boxoffice::ConcertId concert);
    boxoffice::Result<std::int64_t> last_position();
    void make_room(const Entry& newest);

    boxoffice::BoxOffice& office_;
    std::mutex mutex_;  // guards the map and position_
    std::map<Key, std::shared_ptr<Entry>> entries_;
    std::int64_t position_ = 0;  ///< an event that there was; the last was this one or a later one
    std::atomic<std::int64_t> asked_{0};
    std::atomic<std::int64_t> made_{0};
};

}  // namespace http_server
