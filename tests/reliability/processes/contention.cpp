/// Eight processes want a hundred seats of one file, over and over, while some are stopped or killed, often just while they have the
/// file's lock (S1, S2, L1, D1, W2). Each seat is sold to one at a time, each call ends within its bound, and in the end every seat
/// that is not sold can be.

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "boxoffice/sqlite_store.hpp"
#include "reliability/arguments.hpp"
#include "reliability/processes/shop.hpp"
#include "sqlite/files.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::reliability::Arguments;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr auto about =
    "boxoffice_contention [--seed N] [--count ATTEMPTS] [--seconds S] [--plant twice|wait]\n\n"
    "Eight processes want a hundred seats of one file; some are stopped or killed while they hold its lock. By default until 50,000\n"
    "attempts to hold a seat were answered. --plant twice: one sale is written down as two; wait: the bound of a wait is 1 ms.\n";

constexpr std::size_t process_count = 8;
constexpr std::size_t buyers_a_process = 30;
constexpr std::size_t seat_count = 100;
constexpr auto wait_max = milliseconds{700};      ///< what the store is told
constexpr auto slack = milliseconds{1'000};       ///< a machine that is busy with other things
constexpr std::int64_t attempts_a_file = 50'000;  ///< then a fresh one, so that it stays quick

/// Shared by all processes: what each waited at most, and how often it was stopped.
struct Board {
    std::array<std::atomic<std::int64_t>, process_count> longest_us{};
    std::array<std::atomic<std::int64_t>, process_count> stops{};
    std::atomic<std::int64_t> calls{0};
    std::atomic<std::int64_t> too_long{0};
};

Board& make_board() {
    void* const memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("mmap");
    return *new (memory) Board;
}

struct Totals {
    std::int64_t files = 0;
    std::int64_t attempts = 0;
    std::int64_t sold = 0;
    std::int64_t acknowledged = 0;
    std::int64_t busy = 0;
    std::int64_t stops = 0;
    std::int64_t stops_with_lock = 0;
    std::int64_t kills = 0;
    std::int64_t kills_with_lock = 0;
    std::int64_t found = 0;
};

/// The process that has an flock on the file now; 0: nobody, or the system does not tell.
pid_t holder_of(const std::string& path) {
    const auto status = sqlite::look_at(path);
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);) {
        if (line.find("FLOCK") == std::string::npos || line.find("->") != std::string::npos) continue;
        std::istringstream words{line};
        std::string number, kind, advice, access, file;
        pid_t process = 0;
        words >> number >> kind >> advice >> access >> process >> file;
        const auto inode = file.substr(file.rfind(':') + 1);
        if (inode == std::to_string(status.id.inode)) return process;
    }
    return 0;
}

class Story {
  public:
    Story(std::uint64_t seed, std::int64_t wanted, const Arguments& arguments, Totals& totals)
        : random_{seed}, wanted_{wanted}, arguments_{arguments}, totals_{totals} {
        options_.path = folder_.file("hot.db");
        options_.busy_timeout = wait_max;
        options_.wal_size_max = 8 * 1024 * 1024;
        books_.may_be_busy = true;
        books_.gift = 1'000'000'000;
        const auto office = open_big_office(or_throw(open_sqlite_store(options_)));
        house_ = build_house(*office, process_count * buyers_a_process, seat_count, false);
        const auto rich = do_all<Recharged>(*office, house_.users.size(), [&](std::size_t i) {
            return Recharge{house_.users[i], Points{books_.gift}, {}};
        });
    }

    std::vector<std::string> run() {
        for (std::size_t i = 0; i < process_count; ++i) start(i);
        auto next_trouble = steady_clock::now() + milliseconds{50};
        auto heard_at = steady_clock::now();
        while (attempts_ < wanted_ && books_.found.empty()) {
            if (listen()) heard_at = steady_clock::now();
            if (steady_clock::now() - heard_at > std::chrono::seconds{30}) {
                books_.found.emplace_back("nobody was answered for half a minute: it hangs");
                break;
            }
            for (auto& process : processes_)
                if (process->continues_at <= steady_clock::now()) go_on(*process);
            if (steady_clock::now() < next_trouble) continue;
            make_trouble();
            next_trouble = steady_clock::now() + milliseconds{static_cast<std::int64_t>(10 + random_() % 150)};
        }
        for (auto& process : processes_) {
            ::kill(process->id, SIGKILL);
            drain(*process);
        }
        judge();
        return std::move(books_.found);
    }

    [[nodiscard]] const TempDir& folder() const { return folder_; }
    [[nodiscard]] Board& board() { return board_; }

  private:
    struct Process {
        std::size_t index = 0;
        pid_t id = 0;
        TradePipe pipe;
        steady_clock::time_point continues_at = steady_clock::time_point::max();
    };

    void start(std::size_t index) {
        auto process = std::make_unique<Process>();
        process->index = index;
        Share share;
        share.first = index * buyers_a_process;
        share.count = buyers_a_process;
        share.threads = 2;
        share.seed = random_();
        share.first_number = ++starts_ * 10'000'000LL;
        share.habits.everything = false;
        share.habits.bought_max = 2;
        const auto open = [this] { return or_throw(open_sqlite_store(options_)); };
        const auto limit = arguments_.plant == "wait" ? milliseconds{1} : wait_max + slack;
        const auto around = [this, index, limit](const std::function<void()>& work) {
            const auto stops = board_.stops.at(index).load();
            const auto from = steady_clock::now();
            work();
            const auto took = std::chrono::duration_cast<microseconds>(steady_clock::now() - from);
            if (board_.stops.at(index).load() != stops) return;  // it was stopped itself
            ++board_.calls;
            auto longest = board_.longest_us.at(index).load();
            while (longest < took.count() && !board_.longest_us.at(index).compare_exchange_weak(longest, took.count()))
                continue;
            if (took > limit) ++board_.too_long;
        };
        auto& pipe = process->pipe;
        process->id = start_child([&] {
            for (int tries = 0;; ++tries) {
                const int ended = trade_until_killed(open, house_, books_, share, pipe, {}, around);
                if (ended != 7 || tries > 20) return ended;  // busy while it opened: it tries again
            }
        });
        process->pipe.close_writing();
        if (processes_.size() <= index)
            processes_.push_back(std::move(process));
        else
            processes_[index] = std::move(process);
    }

    void write_down(const std::vector<Record>& records) {
        for (const auto& record : records) {
            books_.write_down(record);
            if (record.phase == Phase::answered &&
                (record.request.op == Op::hold || record.request.op == Op::hold_several) &&
                record.reply.code != static_cast<std::int32_t>(ErrorCode::busy))
                ++attempts_;
        }
    }

    bool listen() {
        bool heard = false;
        for (auto& process : processes_) {
            std::vector<Record> records;
            const auto read = process->pipe.read(records, milliseconds{1});
            if (read == TradePipe::Read::some) {
                heard = true;
                write_down(records);
            } else if (read == TradePipe::Read::ended) {
                books_.found.push_back("a process ended by itself: " + std::to_string(wait_for(process->id)));
                start(process->index);
            }
        }
        return heard;
    }

    void drain(Process& process) {
        std::vector<Record> records;
        for (;;) {
            const auto read = process.pipe.read(records, milliseconds{1'000});
            if (read == TradePipe::Read::ended) break;
            if (read == TradePipe::Read::some) write_down(records);
        }
        wait_for(process.id);
    }

    /// Stops or kills a process: who has the lock, most times.
    void make_trouble() {
        Process* victim = nullptr;
        const bool wants_holder = random_() % 4 != 0;
        for (int tries = 0; wants_holder && victim == nullptr && tries < 20; ++tries) {
            const auto holder = holder_of(options_.path + "-lock");
            for (auto& process : processes_)
                if (process->id == holder) victim = process.get();
        }
        if (victim == nullptr) victim = processes_[random_() % process_count].get();
        if (victim->continues_at != steady_clock::time_point::max()) return;  // stopped already
        ++board_.stops.at(victim->index);
        ::kill(victim->id, SIGSTOP);
        for (int tries = 0; tries < 1'000 && state_of(victim->id) != 'T'; ++tries) std::this_thread::yield();
        const bool has_lock = holder_of(options_.path + "-lock") == victim->id;
        if (random_() % 3 == 0) {
            ++totals_.kills;
            totals_.kills_with_lock += has_lock ? 1 : 0;
            ::kill(victim->id, SIGKILL);
            const auto index = victim->index;
            drain(*victim);
            start(index);
            return;
        }
        ++totals_.stops;
        totals_.stops_with_lock += has_lock ? 1 : 0;
        // Most for a moment; some for longer than anybody waits.
        const auto long_one = random_() % 15 == 0;
        victim->continues_at =
            steady_clock::now() +
            (long_one ? wait_max + milliseconds{300} : milliseconds{static_cast<std::int64_t>(random_() % 60)});
    }

    void go_on(Process& process) {
        process.continues_at = steady_clock::time_point::max();
        ::kill(process.id, SIGCONT);
        ++board_.stops.at(process.index);
    }

    static char state_of(pid_t process) {
        std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
        std::string text;
        std::getline(file, text);
        const auto end = text.rfind(')');
        return end == std::string::npos || end + 2 >= text.size() ? '?' : text[end + 2];
    }

    // ---- what must hold -----------------------------------------------------------------------------------------

    void judge() {
        if (board_.too_long > 0)
            books_.found.push_back(std::to_string(board_.too_long) + " calls took longer than the wait and its slack");
        const auto office = open_big_office(or_throw(open_sqlite_store(options_)));
        books_.compare(*office, house_);
        judge_seats(*office);
        sell_the_rest(*office);
        const auto report = or_throw(office->sales_report(house_.concert));
        if (report.net != report.balance) books_.found.emplace_back("the report is not what the ledger has");
        totals_.attempts += attempts_;
        totals_.acknowledged += books_.acknowledged;
        totals_.busy += books_.busy;
    }

    /// By the events, in the order of commits: each seat is held by one, then sold to it or free again.
    void judge_seats(BoxOffice& office) {
        std::map<std::int64_t, std::int64_t> claimed;  // by seat: the reservation
        std::int64_t last = 0;
        std::int64_t net = 0;
        for (;;) {
            const auto events = or_throw(office.events_after(last, 10'000));
            if (events.empty()) break;
            for (const auto& event : events) {
                last = event.sequence;
                const auto seat = event.seat.value;
                const auto own = [&] { return claimed.contains(seat) && claimed[seat] == event.reservation.value; };
                const auto find = [&](const char* what) {
                    books_.found.push_back("event " + std::to_string(last) + ": seat " + tsid::to_text(seat) + what);
                };
                if (event.kind == EventKind::seat_held) {
                    if (claimed.contains(seat)) find(" is held twice");
                    claimed[seat] = event.reservation.value;
                } else if (event.kind == EventKind::reservation_confirmed) {
                    ++totals_.sold;
                    if (!own()) find(" is sold to who did not hold it");
                    net += event.amount;
                    if (arguments_.plant == "twice" && totals_.sold == 100) net += event.amount;
                } else if (event.kind == EventKind::hold_released || event.kind == EventKind::hold_expired ||
                           event.kind == EventKind::reservation_cancelled) {
                    if (!own()) find(" is given back by who did not have it");
                    claimed.erase(seat);
                    if (event.kind == EventKind::reservation_cancelled) net -= event.amount;
                }
            }
        }
        if (or_throw(office.sales_report(house_.concert)).balance.value != net)
            books_.found.emplace_back("the ledger has another sum than what was sold");
    }

    /// Every seat that is neither held nor sold can be bought, and in the end all are sold.
    void sell_the_rest(BoxOffice& office) {
        for (std::size_t i = 0; i < house_.users.size(); ++i) {
            const auto user = house_.users[i];
            for (const auto& one : or_throw(office.reservations(user, 5)))
                if (one.state == ReservationState::held)
                    or_throw(office.execute(ReleaseOrder{user, one.reservation.order}));
        }
        std::size_t next = 0;
        for (const auto& seat : or_throw(office.available_seats(house_.concert))) {
            const auto user = house_.users.at(next++ % house_.users.size());
            const auto token = or_throw(office.execute(Join{user, house_.room})).claims.token;
            const auto held = office.execute(HoldSeat{user, token, seat.id, {}});
            const auto paid = held ? office.execute(Pay{user, token, held->reservation, {}})
                                   : Result<Paid>{tl::unexpected(held.error())};
            if (!paid) books_.found.push_back("a free seat cannot be sold: " + paid.error().text());
        }
        const auto counts = or_throw(office.seat_counts(house_.concert));
        if (counts.sold != static_cast<std::int64_t>(seat_count))
            books_.found.emplace_back("not every seat is sold in the end");
        for (const auto& violation : or_throw(office.audit()))
            books_.found.push_back("audit: " + violation.rule + " " + violation.detail);
    }

    TempDir folder_;
    SqliteOptions options_;
    House house_;
    Books books_{process_count * buyers_a_process};
    Board& board_ = make_board();
    std::vector<std::unique_ptr<Process>> processes_;
    std::mt19937_64 random_;
    std::int64_t wanted_;
    std::int64_t attempts_ = 0;
    std::int64_t starts_ = 0;
    const Arguments& arguments_;
    Totals& totals_;
};

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, about, {.plants = {"twice", "wait"}}};
    constexpr std::int64_t by_default = 50'000;
    Totals totals;
    std::int64_t longest_us = 0;
    auto seed = arguments.seed;
    for (; totals.found == 0 && !arguments.is_over(totals.attempts, by_default); ++seed) {
        const bool goes_by_time = arguments.count == 0 && arguments.seconds > 0;
        const auto left = (arguments.count > 0 ? arguments.count : by_default) - totals.attempts;
        Story story{seed, goes_by_time ? attempts_a_file : std::min(attempts_a_file, left), arguments, totals};
        const auto found = story.run();
        for (const auto& longest : story.board().longest_us) longest_us = std::max(longest_us, longest.load());
        ++totals.files;
        totals.found += static_cast<std::int64_t>(found.size());
        for (std::size_t i = 0; i < found.size() && i < 20; ++i)
            std::fprintf(stderr, "FOUND (seed %llu): %s\n", static_cast<unsigned long long>(seed), found[i].c_str());
        if (!found.empty()) {
            const auto kept = story.folder().path().string() + "-found";
            std::filesystem::copy(story.folder().path(), kept);
            std::fprintf(stderr, "the file is in %s; again (moments differ): boxoffice_contention --seed %llu\n",
                         kept.c_str(), static_cast<unsigned long long>(seed));
        }
        std::fprintf(stderr, "boxoffice_contention: %.0f s, attempts %lld, next seed %llu\n", arguments.elapsed(),
                     static_cast<long long>(totals.attempts), static_cast<unsigned long long>(seed + 1));
    }
    std::printf(
        "boxoffice_contention: seeds=%llu-%llu files=%lld attempts=%lld sold=%lld acknowledged=%lld busy=%lld stops=%lld "
        "stops_with_lock=%lld kills=%lld kills_with_lock=%lld longest_wait_ms=%lld seconds=%.1f found=%lld\n",
        static_cast<unsigned long long>(arguments.seed), static_cast<unsigned long long>(seed - 1),
        static_cast<long long>(totals.files), static_cast<long long>(totals.attempts),
        static_cast<long long>(totals.sold), static_cast<long long>(totals.acknowledged),
        static_cast<long long>(totals.busy), static_cast<long long>(totals.stops),
        static_cast<long long>(totals.stops_with_lock), static_cast<long long>(totals.kills),
        static_cast<long long>(totals.kills_with_lock), static_cast<long long>(longest_us / 1'000), arguments.elapsed(),
        static_cast<long long>(totals.found));
    return totals.found == 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice_contention: %s\n", e.what());
    return 1;
}
