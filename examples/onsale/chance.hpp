#pragma once
/// A buyer's chance: the same numbers for the same seed on every platform, which the distributions of <random> do not
/// promise. SplitMix64 (Steele, Lea, Flood, 2014): eight bytes a buyer.

#include <cstdint>

#include "boxoffice/time.hpp"

namespace onsale {

class Chance {
  public:
    /// Streams with different numbers are independent for our purpose.
    Chance(std::uint64_t seed, std::uint64_t stream) : state_(mix(seed + golden) ^ mix(stream * golden + 1)) {}

    /// From 0 to `count` - 1, each as likely; `count` is at least 1.
    std::uint64_t below(std::uint64_t count) {
        const auto tail = (0 - count) % count;  // 2^64 mod count: numbers below it would come up once too often
        while (true)
            if (const auto drawn = next(); drawn >= tail) return drawn % count;
    }

    /// To the millisecond, both ends included.
    boxoffice::Duration between(std::chrono::seconds least, std::chrono::seconds most) {
        const auto steps = static_cast<std::uint64_t>((most - least).count()) * 1'000 + 1;
        return least + std::chrono::milliseconds{below(steps)};
    }

  private:
    static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15U;

    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    std::uint64_t next() { return mix(state_ += golden); }

    std::uint64_t state_;
};

}  // namespace onsale
