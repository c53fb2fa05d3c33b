#pragma once
/// Opens the box office and loads the hall and the buyers into it, or goes on with those it has from an earlier run.

#include <memory>
#include <string>
#include <vector>

#include "boxoffice/office.hpp"
#include "buyers.hpp"
#include "flags.hpp"
#include "plan.hpp"

namespace onsale {

/// Removes a database that this run made, unless kept: a run that fails before its sale leaves nothing behind. A
/// database that was there before is never touched, nor what stands beside it: others may be using it.
class FreshFiles {
  public:
    explicit FreshFiles(const std::string& db);
    FreshFiles(const FreshFiles&) = delete;
    FreshFiles& operator=(const FreshFiles&) = delete;
    ~FreshFiles();
    void keep() { made_.clear(); }

  private:
    std::vector<std::string> made_;
};

/// What an earlier run left of a buyer.
struct Past {
    boxoffice::UserId user;
    boxoffice::OrderId bought;   ///< an order of this concert that has a seat; none: 0
    boxoffice::OrderId held;     ///< an order of this concert that can still be paid; none: 0
    bool has_cancelled = false;  ///< a seat of this concert
};

struct House {
    std::unique_ptr<boxoffice::BoxOffice> office;
    boxoffice::ConcertId concert;
    bool is_continued = false;                ///< the concert was there before
    std::vector<boxoffice::SeatId> seat_ids;  ///< of the hall's seats, in its order
    std::vector<Past> pasts;                  ///< of the buyers, in their order
};

/// Throws BadInput: the database cannot be opened, or its concert of that date has another hall.
House open_house(const Flags& flags, const Hall& hall, const std::vector<Buyer>& buyers,
                 std::shared_ptr<boxoffice::Clock> clock);

}  // namespace onsale
