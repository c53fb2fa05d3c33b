/// One measurement of the engine; prints its JSON lines.
///
///     engine_bench --measure journeys --store sqlite --folder /var/tmp --callers 64 --seconds 3

#include "engine_bench.hpp"

namespace {

using namespace bench;

const std::map<std::string, void (*)(const Flags&)>& measurements() {
    static const std::map<std::string, void (*)(const Flags&)> all{
        {"journeys", measure_journeys},      {"holds", measure_holds},   {"batches", measure_batches},
        {"memory", measure_memory_commands}, {"peeks", measure_peeks},   {"seat-list", measure_seat_list},
        {"waiting", measure_waiting},        {"growth", measure_growth}, {"submitted", measure_submitted},
        {"folding", measure_folding},
    };
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    return report_failure("engine_bench", [&] {
        const Flags flags{argc,
                          argv,
                          {{"measure", "journeys"},
                           {"name", "journeys"},
                           {"store", "sqlite"},
                           {"folder", "."},
                           {"address", ""},
                           {"hosts", "1"},
                           {"callers", "64"},
                           {"seconds", "3"},
                           {"seed", "1"},
                           {"batches", "10"},
                           {"places", "1000000"},
                           {"users", "1000000"},
                           {"repeats", "5"}}};
        const auto found = measurements().find(flags.text("measure"));
        require(found != measurements().end(), "unknown measurement " + flags.text("measure"));
        const auto& store = flags.text("store");
        require(store == "sqlite" || store == "memory" || store == "postgres", "--store: sqlite, memory or postgres");
        require((store == "postgres") == !flags.text("address").empty(),
                "--address: of a database, with --store postgres");
        found->second(flags);
    });
}
