/// Simulated sales by the thousand: each from a seed, beside a sequential model, with the audit. See README.md of this folder's parent.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <thread>

#include "reliability/arguments.hpp"
#include "reliability/simulation/probes.hpp"
#include "reliability/simulation/simulation.hpp"

using namespace boxoffice;
using namespace boxoffice::simulation;
using boxoffice::reliability::Arguments;

namespace {

constexpr const char* help = R"(boxoffice_simulation: sales by chance, beside a model of the rules and the audit.

  --seed N       the first seed (1)
  --count N      how many sales (200)
  --seconds S    or as many as fit
  --length N     steps of a sale, of 1 to 12 commands (160)
  --store NAME   memory, sqlite or postgres (memory)
  --compare A,B  each sale on all of these stores: equal answers and rows
  --twice        each sale twice: equal answers and rows
  --audit N      the audit after every N transactions (4)
  --jobs N       threads (2)
  --steps LIST   of one sale, only these steps: 3,17:2,40 (of step 17 only its third command)
  --plant        makes the model wrong: that must be found
  --tell         each command, with what came of it
  --errors       which errors were answered, and how often; and those that were not are an error

What is found is told with its seed, and with as few steps as still show it. Exit: 0 nothing, 1 something, 2 not understood.
)";

struct Settings {
    std::uint64_t seed = 1;
    std::int64_t jobs = 2;
    bool is_twice = false;
    bool wants_errors = false;
    std::vector<std::string> stores;
    Run run;
};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    for (;;) {
        const auto comma = text.find(',');
        words.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return words;
        text.remove_prefix(comma + 1);
    }
}

std::vector<Kept> steps_of(const Arguments& arguments) {
    std::vector<Kept> kept;
    if (!arguments.has("--steps")) return kept;
    for (const auto& word : split(arguments.text("--steps"))) {
        const auto colon = word.find(':');
        const std::string_view step{word};
        kept.push_back({arguments.read("--steps", step.substr(0, colon), 0),
                        colon == std::string::npos ? -1 : arguments.read("--steps", step.substr(colon + 1), 0)});
    }
    return kept;
}

std::string text_of(const std::vector<Kept>& kept) {
    std::vector<std::string> words;
    for (const auto& one : kept)
        words.push_back(one.command < 0 ? fmt::format("{}", one.step) : fmt::format("{}:{}", one.step, one.command));
    return fmt::format("{}", fmt::join(words, ","));
}

Settings settings_of(const Arguments& arguments) {
    Settings settings;
    settings.seed = arguments.seed;
    settings.is_twice = arguments.has("--twice");
    settings.wants_errors = arguments.has("--errors");
    settings.jobs = arguments.number("--jobs", settings.jobs);
    settings.run.is_planted = arguments.has("--plant");
    settings.run.is_told = arguments.has("--tell");
    settings.run.length = arguments.number("--length", settings.run.length);
    settings.run.audit_every = arguments.number("--audit", settings.run.audit_every);
    settings.run.store = arguments.text("--store", settings.run.store);
    settings.run.kept = steps_of(arguments);
    settings.stores = split(arguments.text("--compare", settings.run.store));
    for (const auto& store : settings.stores)
        if (store != "memory" && store != "sqlite" && store != "postgres") arguments.refuse("no such store: " + store);
    if (!settings.run.kept.empty()) settings.jobs = 1;
    return settings;
}

/// Runs a seed on each store, and tells what it finds.
bool is_well(const Settings& settings, std::uint64_t seed, Tally& tally, std::mutex& printing) {
    Run run = settings.run;
    run.seed = seed;
    std::uint64_t trace = 0;
    for (std::size_t i = 0; i < settings.stores.size() * (settings.is_twice ? 2 : 1); ++i) {
        run.store = settings.stores[i % settings.stores.size()];
        auto found = simulate(run, tally);
        if (found.what.empty() && i > 0 && found.trace != trace)
            found.what = fmt::format("other answers or rows on {} than on {}", run.store, settings.stores[0]);
        run.is_told = false;
        if (i == 0) trace = found.trace;
        if (found.what.empty()) continue;
        const std::lock_guard lock{printing};
        fmt::print("seed {} on {}, step {}: {}; the shortest:\n", seed, run.store, found.step, found.what);
        std::fflush(stdout);
        if (i > 0) {  // each alone finds nothing
            fmt::print("  again: boxoffice_simulation --seed {} --count 1 --length {} --compare {}{}\n", seed,
                       run.length, fmt::join(settings.stores, ","), settings.is_twice ? " --twice" : "");
            return false;
        }
        const auto steps = settings.run.kept.empty() ? shrink(run, found.what) : run.kept;
        Tally ignored;
        run.kept = steps;
        run.is_told = true;
        const auto again = simulate(run, ignored);
        fmt::print("  {} steps: {}\n  again: boxoffice_simulation --seed {} --length {} --store {} --steps {}\n",
                   steps.size(), again.what, seed, run.length, run.store, text_of(steps));
        std::fflush(stdout);
        return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments{argc,
                              argv,
                              help,
                              {.flags = {"--twice", "--plant", "--tell", "--errors"},
                               .options = {"--length", "--store", "--compare", "--audit", "--jobs", "--steps"}}};
    const auto settings = settings_of(arguments);
    const auto elapsed = [&] { return static_cast<std::int64_t>(arguments.elapsed()); };
    Tally tally;
    std::mutex mutex;
    std::atomic<std::uint64_t> next{settings.seed};
    std::atomic<std::int64_t> found{0};
    const auto is_over = [&](std::uint64_t seed) {
        const auto done = static_cast<std::int64_t>(seed - settings.seed);
        return found >= 3 || arguments.is_over(done, 200) || (!settings.run.kept.empty() && done > 0);
    };
    std::vector<std::thread> threads;
    for (std::int64_t job = 0; job < settings.jobs; ++job)
        threads.emplace_back([&] {
            Tally mine;
            for (;;) {
                const auto seed = next++;
                if (is_over(seed)) break;
                if (!is_well(settings, seed, mine, mutex)) ++found;
                if (seed % 10'000 == 0) fmt::print(stderr, "simulation: seed {}, {} s\n", seed, elapsed());
            }
            const std::lock_guard lock{mutex};
            tally.add(mine);
        });
    for (auto& thread : threads) thread.join();

    if (settings.wants_errors) {
        const auto beyond = probe_errors(tally);
        for (const auto& [code, name] : all_errors()) {
            fmt::print("  {:<22}{:>12}{}\n", name, tally.errors[code],
                       beyond.contains(code) ? " (needs PostgreSQL)" : "");
            if (tally.errors[code] > 0 || beyond.contains(code)) continue;
            fmt::print("never answered: {}\n", name);
            ++found;
        }
        for (std::size_t kind = 0; kind < tally.done.size(); ++kind)
            if (tally.done[kind] == 0) {
                fmt::print("never done: the command of index {}\n", kind);
                ++found;
            }
    }
    fmt::print(
        "simulation: store={} seeds={}..{} sales={} steps={} transactions={} audits={} faults={} seconds={} found={}\n",
        fmt::join(settings.stores, "+"), settings.seed, next.load() - static_cast<std::uint64_t>(settings.jobs) - 1,
        tally.sales, tally.steps, tally.transactions, tally.audits, tally.faults, elapsed(), found.load());
    return found > 0 ? 1 : 0;
}
