/// Journeys whose commands are submitted: as many under way as `--callers` says, from one thread that drives. Whoever has an
/// event loop peeks with a command, Arrive, and so it is here.

#include <deque>

#include "engine_bench.hpp"

namespace bench {

using namespace boxoffice;

namespace {

class SubmittedJourneys {
  public:
    SubmittedJourneys(House& house, Pool pool, std::int64_t under_way) : house_(house), pool_(pool) {
        for (std::int64_t user = 0; user < under_way; ++user) travellers_.push_back({.user = user});
    }

    /// Has all go on for a while until each has ended one, then for `seconds`. `before` and `after` run around that.
    Run run(double seconds, const std::function<void()>& before, const std::function<void()>& after) {
        for (auto& traveller : travellers_) set_out(traveller);
        const auto warm = paid_ + std::ssize(travellers_);
        drive([&] { return paid_ < warm; });
        before();
        begin_ = Clock::now();
        const auto end = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
        drive([&] { return Clock::now() < end; });
        run_.seconds = seconds_since(begin_);
        is_over_ = true;
        after();
        drive([&] { return under_way_ > 0; });
        require(failure_.empty(), failure_);
        require(run_.latencies.count() > 0, "nothing was done in the time");
        return run_;
    }

    [[nodiscard]] std::int64_t paid() const { return paid_; }

  private:
    struct Traveller {
        std::int64_t user;
        Ticket ticket{};
        TokenId token{};
        Clock::time_point from{};
    };

    template <class More>
    void drive(More more) {
        while (failure_.empty() && more()) house_.office().drive(std::chrono::milliseconds{10});
    }

    void set_out(Traveller& traveller) {
        require(next_seat_ < pool_.seats, "all seats were used up before the time was over");
        traveller.ticket = {traveller.user, next_seat_++};
        traveller.user = traveller.user + std::ssize(travellers_) < pool_.users
                             ? traveller.user + std::ssize(travellers_)
                             : traveller.user % std::ssize(travellers_);
        traveller.from = Clock::now();
        ++under_way_;
        const auto user = user_of(traveller);
        then<Join>(traveller, {user, house_.office().main_room()}, [this, user](Traveller& self, const Joined& joined) {
            self.token = joined.claims.token;
            then<Arrive>(self, {user, self.token},
                         [this, user](Traveller& there, const Arrived&) { hold(there, user); });
        });
    }

    void hold(Traveller& traveller, UserId user) {
        const auto seat = house_.seats[static_cast<std::size_t>(traveller.ticket.seat)];
        then<HoldSeat>(traveller, {user, traveller.token, seat, traveller.ticket.key("h")},
                       [this, user](Traveller& self, const Held& held) {
                           then<Recharge>(self, {user, Points{price}, self.ticket.key("r")},
                                          [this, user, reservation = held.reservation](
                                              Traveller& rich, const Recharged&) { pay(rich, user, reservation); });
                       });
    }

    void pay(Traveller& traveller, UserId user, ReservationId reservation) {
        then<Pay>(traveller, {user, traveller.token, reservation, traveller.ticket.key("p")},
                  [this](Traveller& self, const Paid&) {
                      ++paid_;
                      --under_way_;
                      if (begin_ != Clock::time_point{} && !is_over_) run_.latencies.add(Clock::now() - self.from);
                      if (!is_over_) set_out(self);
                  });
    }

    /// Submits a command; its answer goes to `next`. Any refusal ends the measurement.
    template <class C, class Next>
    void then(Traveller& traveller, C command, Next next) {
        std::vector<Command> commands;
        commands.emplace_back(std::move(command));
        must(house_.office().submit(std::move(commands), [this, &traveller, next](std::vector<Outcome> outcomes) {
            try {
                next(traveller, std::get<typename C::Answer>(must(std::move(outcomes.at(0)))));
            } catch (const std::exception& e) {
                failure_ = e.what();
            }
        }));
    }

    [[nodiscard]] UserId user_of(const Traveller& traveller) const {
        return house_.users[static_cast<std::size_t>(traveller.ticket.user)];
    }

    // All of the thread that drives, which is the one that completes.
    House& house_;
    const Pool pool_;
    std::deque<Traveller> travellers_;
    std::int64_t next_seat_ = 0;
    std::int64_t under_way_ = 0;
    std::int64_t paid_ = 0;
    Clock::time_point begin_{};
    bool is_over_ = false;
    std::string failure_;
    Run run_;
};

}  // namespace

Journeys submit_journeys(House& house, Pool pool, const Flags& flags, const std::function<void()>& before,
                         const std::function<void()>& after) {
    SubmittedJourneys travellers{house, pool, flags.count("callers")};
    Journeys journeys;
    Usage used;
    journeys.run = travellers.run(
        flags.number("seconds"),
        [&] {
            used = own_usage();
            before();
        },
        [&] {
            journeys.used = own_usage() - used;
            after();
        });
    journeys.paid = travellers.paid();
    return journeys;
}

void measure_submitted(const Flags& flags) {
    House house{flags};
    const auto pool = Pool::of(flags, journeys_per_second_max(house));
    house.add_users(pool.users);
    house.add_seats(pool.seats);
    std::int64_t syncs = 0;
    const auto journeys = submit_journeys(
        house, pool, flags, [&] { syncs = sync_count; }, [&] { syncs = sync_count - syncs; });
    house.check(journeys.paid);
    journey_line(flags, "engine-submit", journeys)
        .number("syncs_a_command",
                static_cast<double>(syncs) / static_cast<double>(journeys.run.latencies.count()) / commands_a_journey)
        .print();
}

}  // namespace bench
