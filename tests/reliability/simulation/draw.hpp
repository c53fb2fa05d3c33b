#pragma once
/// Commands by chance: of every kind that the variant has (one without a `Drawn` does not compile), about what there is, and now
/// and then about what there is not, or of a wrong shape.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "reliability/simulation/model.hpp"

namespace boxoffice::simulation {

/// SplitMix64: the same numbers on every machine.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next() {
        auto z = state_ += 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)); }
    /// True once in `n` times.
    bool once_in(std::int64_t n) { return below(n) == 0; }
    /// One of those from `first` on.
    template <class T>
    const T& of(const std::vector<T>& values, std::int64_t first = 0) {
        return values[static_cast<std::size_t>(first + below(std::ssize(values) - first))];
    }

  private:
    std::uint64_t state_;
};

/// What commands can speak of. Each list begins with something that is not there.
struct Known {
    struct Turn {
        UserId user;
        TokenId token;
    };
    struct Hold {
        UserId user;
        TokenId token;
        ReservationId reservation;
        OrderId order;
        PaymentId payment;
    };
    std::vector<UserId> users;
    std::vector<RoomId> rooms;
    std::vector<ConcertId> concerts;
    std::vector<SeatId> seats;
    std::vector<TypeId> types;
    std::vector<Turn> turns;
    std::vector<Hold> holds;
    std::vector<PaymentId> payments;

    void look_at(const Rows& rows);
};

struct Draw {
    const Known& known;
    const Rows& rows;
    Chance& chance;
    Time now;
    const Options& options;

    /// One of a list of what is known, and rarely the first, which is not there.
    template <class T>
    const T& any(const std::vector<T>& list) {
        return list.size() == 1 || chance.once_in(12) ? list.front() : chance.of(list, 1);
    }
    /// Rather one of the last.
    template <class T>
    const T& recent(const std::vector<T>& list) {
        const auto size = std::ssize(list);
        return chance.once_in(4) ? any(list) : chance.of(list, std::max<std::int64_t>(size - 8, size > 1 ? 1 : 0));
    }

    IdempotencyKey key();
    RoomLimits limits();
    Terms terms();
    std::int64_t sale_version(ConcertId concert);
    std::int64_t concert_version(ConcertId concert);
};

Command any_command(Draw& draw);

/// The name of its type.
std::string kind_of(const Command& command);

}  // namespace boxoffice::simulation
