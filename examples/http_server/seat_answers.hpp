#pragma once
/// What is written about a concert's seats for everybody, once for each version of them: a hall of 50,000 seats takes some
/// twenty milliseconds to write down, and its version none.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "boxoffice/office.hpp"

namespace http_server {

/// Thread-safe. One thread at a time writes a text; those who ask meanwhile wait for it and share it.
class SeatAnswers {
  public:
    enum class Kind { map, list, sections, states, states_gzip, offer };
    using Write = std::function<std::string(const boxoffice::SeatSheet&)>;

    explicit SeatAnswers(boxoffice::BoxOffice& office) : office_(office) {}

    /// The seats now; with a version what has changed since, and with a user what is theirs. Mistakes: unknown_concert.
    boxoffice::Result<boxoffice::SeatChanges> look(boxoffice::ConcertId concert,
                                                   const std::optional<boxoffice::SeatVersion>& since,
                                                   boxoffice::UserId user);

    /// What `write` makes of the sheet, or made of one like it; `terms` is what else it is made of, by version.
    std::shared_ptr<const std::string> text(const boxoffice::SeatSheet& sheet, Kind kind, const Write& write,
                                            const std::string& terms = {});

    /// How many texts were written, for tests.
    [[nodiscard]] std::int64_t made() const { return made_.load(std::memory_order_relaxed); }

  private:
    struct Entry {
        std::mutex mutex;  ///< guards version, terms and text
        boxoffice::SeatVersion version;
        std::string terms;
        std::shared_ptr<const std::string> text;
        std::atomic<std::size_t> size{0};
        std::int64_t used = 0;  ///< the count of questions when it was last asked for
    };
    using Key = std::pair<boxoffice::ConcertId, Kind>;

    std::shared_ptr<Entry> entry_of(const Key& key);
    void make_room(const Entry& newest);

    boxoffice::BoxOffice& office_;
    std::mutex mutex_;  // guards the map, what was used when, and the count
    std::map<Key, std::shared_ptr<Entry>> entries_;
    std::int64_t asked_ = 0;
    std::atomic<std::int64_t> made_{0};
};

}  // namespace http_server
