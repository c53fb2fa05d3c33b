#pragma once
/// One simulated sale: everything that happens follows from a seed and from which of its steps are taken, so that a failure can be
/// had again, and made short.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "boxoffice/commands.hpp"
#include "reliability/simulation/house.hpp"

namespace boxoffice::simulation {

/// What was seen in all.
struct Tally {
    std::int64_t sales = 0;
    std::int64_t steps = 0;  ///< commands, and what else was done one at a time
    std::int64_t transactions = 0;
    std::int64_t audits = 0;
    std::int64_t faults = 0;
    std::array<std::int64_t, std::variant_size_v<Command>> done{};  ///< by kind
    std::map<ErrorCode, std::int64_t> errors;
    void add(const Tally& other);
};

/// A step that is taken, and of its commands which: all, or one.
struct Kept {
    std::int64_t step = 0;
    std::int64_t command = -1;
    friend auto operator<=>(const Kept&, const Kept&) = default;
};

struct Run {
    std::uint64_t seed = 1;
    std::int64_t length = 160;     ///< steps
    std::vector<Kept> kept;        ///< none: all of them
    std::string store = "memory";  ///< memory, sqlite or postgres
    std::int64_t audit_every = 4;  ///< transactions
    bool is_told = false;          ///< each command, with what came of it
    bool is_planted = false;  ///< a balance of the model's is wrong from its fifth transaction on: it must be found
};

struct Found {
    std::string what;  ///< empty: nothing
    std::int64_t step = 0;
    std::uint64_t trace = 0;  ///< equal for equal answers and rows
};

/// Never throws: what is thrown is found.
Found simulate(const Run& run, Tally& tally);

/// As few steps as still show the same.
std::vector<Kept> shrink(Run run, const std::string& what);

}  // namespace boxoffice::simulation
