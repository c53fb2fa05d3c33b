/// kill -9, over and over (D1, I1, L1, S1, P1): a process full of buyers acknowledges each outcome through a pipe and is killed at a
/// random moment, sometimes while it opens the store and recovers what the kill before left. The next one asks again what was not
/// answered, if it has a key, and some of what was. After some kills all that was acknowledged is compared with the rows.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "boxoffice/sqlite_store.hpp"
#include "reliability/arguments.hpp"
#include "reliability/processes/shop.hpp"
#include "support/temp_dir.hpp"

#ifdef BOXOFFICE_HAS_POSTGRES
#include "boxoffice/postgres_store.hpp"
#include "support/postgres_cluster.hpp"
#endif

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::reliability::Arguments;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr auto about =
    "boxoffice_kill [--seed N] [--count KILLS] [--seconds S] [--plant early]\n\n"
    "Kills processes that sell, and looks for what was acknowledged and is not there. By default 200 kills of processes on a file,\n"
    "and a twentieth of them on a private PostgreSQL (BOXOFFICE_TEST_POSTGRES=off: without). Each store has a seed of its own,\n"
    "told on the way: a run that was ended goes on from there. --plant early: acknowledges releases before they are done.\n";

constexpr std::size_t buyer_count = 240;
constexpr std::size_t seat_count = 4'000;
constexpr std::size_t thread_count = 16;
constexpr int kills_a_store = 25;  // and 3 while it is made

struct Totals {
    std::int64_t stores = 0;
    std::int64_t kills = 0;
    std::int64_t postgres_kills = 0;
    std::int64_t early_kills = 0;  ///< before anything was asked: while the store was opened
    std::int64_t acknowledged = 0;
    std::int64_t replays = 0;
    std::int64_t found = 0;
};

/// One process, until it is killed. False: something was found.
void kill_one(const Opener& open, const House& house, Books& books, std::mt19937_64& random, int round,
              const std::string& plant, Totals& totals) {
    TradePipe pipe;
    Share share;
    share.count = buyer_count;
    share.threads = thread_count;
    share.seed = random();
    share.first_number = (round + 1) * 100'000'000LL;
    const auto pick = random() % 8;
    // From the fork on, while it opens the store; or from so many answers on.
    const auto answers_before = books.acknowledged + static_cast<std::int64_t>(random() % 800);
    const auto patience = microseconds{random() % (pick == 0 ? 1'000 : pick == 1 ? 30'000 : 8'000)};
    const pid_t child = start_child(
        [&] { return trade_until_killed(open, house, books, share, pipe, plant, [](const auto& work) { work(); }); });
    pipe.close_writing();
    auto killed_at = pick <= 1 ? steady_clock::now() + patience : steady_clock::time_point::max();
    const auto give_up = steady_clock::now() + std::chrono::seconds{60};
    bool is_killed = false;
    bool has_asked = false;
    std::vector<Record> records;
    for (;;) {
        const auto now = steady_clock::now();
        if (!is_killed && now >= give_up) books.found.emplace_back("no answer for a minute: it hangs");
        if (!is_killed && (now >= killed_at || now >= give_up)) {
            ::kill(child, SIGKILL);
            is_killed = true;
        }
        const auto left =
            is_killed ? milliseconds{1'000} : std::chrono::ceil<milliseconds>(std::min(killed_at, give_up) - now);
        if (!is_killed && killed_at - now < milliseconds{2}) {
            std::this_thread::sleep_until(killed_at);
            continue;
        }
        const auto read = pipe.read(records, std::min(left, milliseconds{1'000}));
        if (read == TradePipe::Read::ended) break;
        if (read == TradePipe::Read::none_yet) continue;
        has_asked = true;
        for (const auto& record : records) books.write_down(record);
        if (killed_at == steady_clock::time_point::max() && books.acknowledged >= answers_before)
            killed_at = steady_clock::now() + patience;
    }
    const int ended = wait_for(child);
    if (ended != -SIGKILL) books.found.push_back("the process ended by itself: " + std::to_string(ended));
    ++totals.kills;
    if (!has_asked) ++totals.early_kills;
}

/// Processes that are killed while they make the store.
void kill_makers(const Opener& open, std::mt19937_64& random, Totals& totals) {
    for (int i = 0; i < 3; ++i) {
        const auto patience = microseconds{random() % 40'000};
        const pid_t child = start_child([&] {
            try {
                const auto office = open_big_office(open());
                ::pause();
                return 0;
            } catch (const std::exception& e) {
                std::fprintf(stderr, "child: %s\n", e.what());
                return 7;
            }
        });
        std::this_thread::sleep_for(patience);
        ::kill(child, SIGKILL);
        if (wait_for(child) != -SIGKILL)
            throw std::runtime_error("a store that was killed while it was made does not open");
        ++totals.kills;
        ++totals.early_kills;
    }
}

/// A store, `kills` processes that trade in it, and what they leave.
void run_store(const Opener& open, std::uint64_t seed, int kills, const Arguments& arguments, const char* name,
               Totals& totals) {
    std::mt19937_64 random{seed};
    House house;
    kill_makers(open, random, totals);
    {
        const auto office = open_big_office(open());
        house = build_house(*office, buyer_count, seat_count, true);
    }
    Books books{buyer_count};
    int round = 0;
    for (; round < kills && books.found.empty(); ++round) {
        kill_one(open, house, books, random, round, arguments.plant, totals);
        if (round % 10 == 9 || round + 1 == kills || !books.found.empty()) try {
                const auto office = open_big_office(open());
                books.compare(*office, house);
                const auto back = or_throw(office->sales_report(house.called_off)).total;
                if (back.refunds.value < books.swept * house.price)
                    books.found.emplace_back("a sweep was acknowledged and is not there");
            } catch (const std::exception& e) {
                books.found.push_back(std::string{"the store cannot be looked at: "} + e.what());
            }
    }
    ++totals.stores;
    totals.acknowledged += books.acknowledged;
    totals.replays += books.replays;
    totals.found += static_cast<std::int64_t>(books.found.size());
    for (std::size_t i = 0; i < books.found.size() && i < 20; ++i)
        std::fprintf(stderr, "FOUND (%s, seed %llu, kill %d): %s\n", name, static_cast<unsigned long long>(seed), round,
                     books.found[i].c_str());
    if (!books.found.empty())
        std::fprintf(stderr, "again (moments differ): boxoffice_kill --seed %llu --count %d\n",
                     static_cast<unsigned long long>(seed), kills);
}

Opener file_opener(const std::string& path) {
    return [path] {
        SqliteOptions options;
        options.path = path;
        options.busy_timeout = std::chrono::seconds{30};
        options.wal_size_max = 2 * 1024 * 1024;  // is folded now and then
        return or_throw(open_sqlite_store(options));
    };
}

#ifdef BOXOFFICE_HAS_POSTGRES
bool has_postgres() {
    const char* const wish = std::getenv("BOXOFFICE_TEST_POSTGRES");
    return wish == nullptr || std::string{wish} != "off";
}

void run_postgres(std::uint64_t seed, int kills, const Arguments& arguments, const PostgresCluster& cluster,
                  Totals& totals) {
    const PostgresSchema schema{cluster};
    const Opener open = [&] {
        PostgresOptions options;
        options.address = schema.address();
        options.busy_timeout = std::chrono::seconds{30};
        return or_throw(open_postgres_store(options));
    };
    const auto before = totals.kills;
    run_store(open, seed, kills, arguments, "postgres", totals);
    totals.postgres_kills += totals.kills - before;
}
#endif

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, about, {.plants = {"early"}}};
    constexpr std::int64_t by_default = 200;
    Totals totals;
    auto seed = arguments.seed;
#ifdef BOXOFFICE_HAS_POSTGRES
    std::unique_ptr<PostgresCluster> cluster;
#endif
    for (; totals.found == 0 && !arguments.is_over(totals.kills - totals.postgres_kills, by_default); ++seed) {
        const auto wanted = arguments.count > 0 ? arguments.count : by_default;
        const auto left = std::min<std::int64_t>(kills_a_store, arguments.seconds > 0 && arguments.count == 0
                                                                    ? kills_a_store
                                                                    : wanted - totals.kills + totals.postgres_kills);
        const TempDir folder;
        run_store(file_opener(folder.file("kill.db")), seed, static_cast<int>(left), arguments, "sqlite", totals);
        if (totals.found > 0) {
            const auto kept = folder.path().string() + "-found";
            std::filesystem::copy(folder.path(), kept);
            std::fprintf(stderr, "the file is in %s\n", kept.c_str());
        }
#ifdef BOXOFFICE_HAS_POSTGRES
        if (has_postgres() && totals.found == 0 &&
            totals.postgres_kills * 20 < totals.kills - totals.postgres_kills - 150) {
            if (!cluster) cluster = std::make_unique<PostgresCluster>(std::vector<std::string>{"fsync=on"});
            run_postgres(seed, 9, arguments, *cluster, totals);
        }
#endif
        std::fprintf(stderr, "boxoffice_kill: %.0f s, kills %lld, acknowledged %lld, next seed %llu\n",
                     arguments.elapsed(), static_cast<long long>(totals.kills),
                     static_cast<long long>(totals.acknowledged), static_cast<unsigned long long>(seed + 1));
    }
    std::printf(
        "boxoffice_kill: seeds=%llu-%llu stores=%lld kills=%lld postgres_kills=%lld while_opening=%lld acknowledged=%lld "
        "replays=%lld seconds=%.1f found=%lld\n",
        static_cast<unsigned long long>(arguments.seed), static_cast<unsigned long long>(seed - 1),
        static_cast<long long>(totals.stores), static_cast<long long>(totals.kills),
        static_cast<long long>(totals.postgres_kills), static_cast<long long>(totals.early_kills),
        static_cast<long long>(totals.acknowledged), static_cast<long long>(totals.replays), arguments.elapsed(),
        static_cast<long long>(totals.found));
    return totals.found == 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice_kill: %s\n", e.what());
    return 1;
}
