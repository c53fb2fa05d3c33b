/// What a host can ask of seats. What everybody sees of a concert's seats is on the board; asking the store costs a look at
/// its version, unless others have committed.

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/asking.hpp"
#include "engine/engine.hpp"

namespace boxoffice {
namespace {

/// The seats of the sheet that the user holds or has bought.
std::vector<std::uint32_t> seats_of(const SeatSheet& sheet, const std::set<ReservationId>& claims) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < sheet.size() && !claims.empty(); ++i)
        if (claims.contains(sheet[i].claim)) out.push_back(static_cast<std::uint32_t>(i));
    return out;
}

}  // namespace

/// The seats as they are now, and what has changed `since`, if that is asked: all that was committed before the call, by
/// whichever process, is in (as far as the store's version() tells). With a user, their own seats at the same moment.
Result<SeatChanges> BoxOffice::Engine::ask_seats(ConcertId concert, UserId user, const SeatVersion* since) {
    BOXOFFICE_TRY(check_process());
    std::unique_ptr<View> view;
    auto answer = look_at_seats(concert, user, since, view);
    if (answer || view == nullptr || !view->is_lost()) return answer;
    view.reset();
    return look_at_seats(concert, user, since, view);
}

/// `view` is where it asked the store, if it did.
Result<SeatChanges> BoxOffice::Engine::look_at_seats(ConcertId concert, UserId user, const SeatVersion* since,
                                                     std::unique_ptr<View>& view) {
    BOXOFFICE_TRY_VALUE(const auto version, store->version());
    const auto page = seat_board_.page_of(concert);
    SeatChanges answer;
    Time now;
    {
        SeatPage::Turn turn(*page);
        // In this order: what is committed after the version was asked for is in the news, or this call need not know it.
        if (!page->follow(seat_board_.news_of(*page)) || page->seen_version != version || user) {
            BOXOFFICE_TRY_VALUE(view, store->read());
            BOXOFFICE_TRY(catch_up(*page, *view));
            page->seen_version = version;
        }
        const auto drawn = timekeeper.now(page->roll->last().at);
        if (!drawn) {
            turn.is_over();  // the roll is right all the same
            return tl::unexpected(drawn.error());
        }
        now = *drawn;
        page->roll->lapse(now);
        if (since == nullptr)
            answer.sheet = page->roll->sheet();
        else
            answer = page->roll->since(*since);
        turn.is_over();
    }
    if (!user || is_called_off(answer.sheet->concert())) return answer;  // of that one nothing is anybody's any more
    BOXOFFICE_TRY_VALUE(const auto claims, claims_of(*view, user, now));
    answer.mine = seats_of(*answer.sheet, claims);
    return answer;
}

Result<void> BoxOffice::Engine::catch_up(SeatPage& page, View& view) {
    const auto* before = page.roll.get();
    auto done = page.catch_up(view);
    if (!done || page.roll.get() != before) seat_board_.settle(page);
    return done;
}

Result<std::shared_ptr<const SeatSheet>> BoxOffice::seats(ConcertId concert) {
    return guarded([&]() -> Result<std::shared_ptr<const SeatSheet>> {
        BOXOFFICE_TRY_VALUE(auto found, engine_->ask_seats(concert, {}, nullptr));
        return std::move(found.sheet);
    });
}

Result<SeatChanges> BoxOffice::seats_since(ConcertId concert, const SeatVersion& version, UserId user) {
    return guarded([&] { return engine_->ask_seats(concert, user, &version); });
}

Result<std::vector<Seat>> BoxOffice::available_seats(ConcertId concert) {
    return guarded([&]() -> Result<std::vector<Seat>> {
        BOXOFFICE_TRY_VALUE(const auto sheet, seats(concert));
        std::vector<Seat> out;
        out.reserve(static_cast<std::size_t>(sheet->counts().available));
        for (std::size_t i = 0; i < sheet->size(); ++i)
            if (sheet->state(i) == SeatState::available) out.push_back(sheet->row(i));
        return out;
    });
}

Result<std::vector<SeatNow>> BoxOffice::seat_map(ConcertId concert, UserId user) {
    return guarded([&]() -> Result<std::vector<SeatNow>> {
        BOXOFFICE_TRY_VALUE(const auto found, engine_->ask_seats(concert, user, nullptr));
        const auto& sheet = *found.sheet;
        std::vector<SeatNow> out;
        out.reserve(sheet.size());
        for (std::size_t i = 0; i < sheet.size(); ++i) out.push_back({sheet.row(i), sheet.state(i), false});
        for (const auto index : found.mine) out[index].is_mine = true;
        return out;
    });
}

Result<SeatNow> BoxOffice::seat(ConcertId concert, const std::string& number, UserId user) {
    return engine_->ask([&](View& view, Time now) -> Result<SeatNow> {
        BOXOFFICE_TRY_VALUE(auto found, one(view.seats(), SeatKeys{{}, {{concert, number}}}, ErrorCode::unknown_seat));
        BOXOFFICE_TRY_VALUE(const auto mine, claims_of(view, user, now));
        const auto state = state_at(found, now);
        const bool is_claimed = state == SeatState::held || state == SeatState::sold;
        const bool is_mine = is_claimed && mine.contains(found.claim);
        return SeatNow{std::move(found), state, is_mine};
    });
}

}  // namespace boxoffice
