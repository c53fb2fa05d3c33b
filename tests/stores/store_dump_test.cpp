// The same commits make the same rows in every store.

#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/store_contract.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;

namespace {

/// Commits made up from a seed: people join, are admitted, hold, pay, leave; and now and then a commit that must fail.
class Season {
  public:
    explicit Season(unsigned seed) : random_{seed} {
        changes_ = town(user_count);
        for (std::int64_t n = 0; n < seat_count; ++n) {
            seats_.push_back(sample_seat(300 + n, concert, "S" + std::to_string(n)));
            add(changes_.seats, seats_.back());
        }
        claims_.resize(seat_count);
        add(changes_.accounts, cash_);
        add(changes_.accounts, sales_);
        for (std::int64_t n = 1; n <= user_count; ++n) {
            accounts_.push_back(sample_account(100 + n, AccountKind::user, 0));
            add(changes_.accounts, accounts_.back());
        }
        places_.resize(user_count);
    }

    /// The next commit. True: it must be accepted.
    std::pair<Changes, bool> next() {
        if (sound_) return {*std::exchange(sound_, std::nullopt), true};
        now_ += Duration{static_cast<std::int64_t>(random_() % 5'000'000)};
        auto changes = std::exchange(changes_, {});
        std::set<std::size_t> seen_users;
        std::set<std::size_t> seen_seats;
        bool cash_moved = false;
        for (int i = 0; i < 4; ++i) {
            const auto user = random_() % user_count;
            const auto seat = random_() % seat_count;
            if (!seen_users.insert(user).second || !seen_seats.insert(seat).second) continue;
            if (is_first_) continue;
            act(changes, user, seat, cash_moved);
        }
        is_first_ = false;
        changes.events.push_back(sample_event(++sequence_, EventKind::place_joined, now_));
        if (sequence_ % 7 == 0)
            visit(changes);
        else if (sequence_ % 7 == 3 && visiting_)
            changes.deleted_concerts = {*std::exchange(visiting_, std::nullopt)};
        if (sequence_ % 10 == 0)
            changes.prune = Prune{TokenId{next_id_ - 20}, now_ - Duration{60'000'000}, sequence_ - 5};
        if (random_() % 5 != 0) return {changes, true};
        auto broken = changes;
        broken.events.push_back(broken.events.front());
        sound_ = std::move(changes);  // it comes next
        return {broken, false};
    }

  private:
    static constexpr std::int64_t user_count = 12;
    static constexpr std::int64_t seat_count = 20;

    /// A concert that nobody will buy, until it is deleted.
    void visit(Changes& changes) {
        visiting_ = ConcertId{++next_id_};
        add(changes.concerts, sample_concert(visiting_->value, main_room, day(2027, 1, 1)));
        add(changes.accounts, sample_account(visiting_->value, AccountKind::sales, 0));
        changes.sales = {sample_sale(*visiting_, 1)};
        changes.tariff_prices = {{SaleId{*visiting_, 1}, {"A", TypeId{}, Points{1}}}};
        changes.ticket_types = {sample_type(++next_id_, *visiting_, "full")};
        add(changes.seats, sample_seat(++next_id_, *visiting_, "1"));
    }

    void act(Changes& changes, std::size_t user, std::size_t seat, bool& cash_moved) {
        auto& place = places_[user];
        const UserId user_id{101 + static_cast<std::int64_t>(user)};
        if (!place) {
            place = waiting_place(++next_id_, main_room, user_id, ++position_);
            add(changes.places, *place);
        } else if (place->state == PlaceState::waiting) {
            place->state = PlaceState::admitted;
            place->admitted_at = now_;
            place->deadline = now_ + Duration{300'000'000};
            change(changes.places, *place);
        } else if (claims_[seat]) {
            auto claim = *std::exchange(claims_[seat], std::nullopt);
            is_live_hold(claim, now_) ? release(claim, now_) : expire(claim);
            open(seats_[seat]);
            ++seats_[seat].version;
            change(changes.seats, seats_[seat]);
            change(changes.reservations, claim);
        } else if (random_() % 2 == 0) {
            claims_[seat] = held_reservation(++next_id_, user_id, seats_[seat], place->token, place->deadline);
            seats_[seat] = held_seat(seats_[seat], claims_[seat]->id, place->deadline);
            change(changes.seats, seats_[seat]);
            add(changes.reservations, *claims_[seat]);
            add(changes.idempotency, sample_record(user_id, Operation::hold, "k" + std::to_string(next_id_), now_));
        } else if (!std::exchange(cash_moved, true)) {
            auto transfer = sample_transfer(++next_id_, cash_account, account_of(user_id), 10);
            transfer.at = now_;
            apply(transfer, cash_, accounts_[user]);
            change(changes.accounts, cash_);
            change(changes.accounts, accounts_[user]);
            changes.transfers.push_back(transfer);
        } else {
            change(changes.places, finished_place(*place, PlaceState::completed, now_));
            place.reset();
        }
    }

    std::mt19937 random_;
    Changes changes_;
    std::optional<Changes> sound_;
    std::optional<ConcertId> visiting_;
    bool is_first_ = true;
    Time now_ = first_moment;
    std::int64_t next_id_ = 10'000;
    std::int64_t sequence_ = 0;
    Position position_ = 0;
    std::vector<Seat> seats_;
    std::vector<std::optional<Reservation>> claims_;
    std::vector<std::optional<Place>> places_;
    std::vector<Account> accounts_;
    Account cash_ = sample_account(1, AccountKind::cash, 0);
    Account sales_ = sample_account(concert.value, AccountKind::sales, 0);
};

}  // namespace

TEST_CASE("the same commits give the same dump in every store", "[store][scan]") {
    const auto seed = GENERATE(1U, 2U, 3U);
    CAPTURE(seed);
    std::vector<std::string> dumps;
    for (const auto& factory : store_factories()) {
        CAPTURE(factory.name);
        auto store = factory.open();
        Season season{seed};
        for (int i = 0; i < 150; ++i) {
            const auto [changes, is_sound] = season.next();
            const auto done = must(store->begin())->commit(changes);
            if (done.has_value() != is_sound) FAIL("commit " << i << (done ? " accepted" : done.error().text()));
        }
        if (factory.durable) {
            store.reset();
            store = factory.reopen();
        }
        dumps.push_back(dump_of(*store));
    }
    REQUIRE(dumps.size() > 1);
    CHECK(dumps.front().size() > 5000);
    for (const auto& text : dumps) CHECK(text == dumps.front());
}
