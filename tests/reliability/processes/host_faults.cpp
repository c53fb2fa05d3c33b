/// Everything of tests/faults/README.md that a host can do to itself, drawn at random between the sales of several threads. What each
/// action permits stands in one table; whatever happens, what was acknowledged is there, and in the end the office opens and sells.

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "reliability/arguments.hpp"
#include "reliability/processes/host.hpp"
#include "support/allocation_faults.hpp"
#include "support/processes.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using boxoffice::reliability::Arguments;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

namespace {

constexpr auto about =
    "boxoffice_host_faults [--seed N] [--count STEPS] [--seconds S] [--plant lost|stray]\n\n"
    "Sells from several threads, and does to itself at random what hosts do to their files, clocks, forks, disks and memory. By\n"
    "default 150 steps. --plant lost: one recharge is expected that nobody made; stray: errors are permitted nowhere.\n";

struct Scene {
    Host& host;
    const TempDir& folder;
    std::mt19937_64& random;
    std::int64_t step;

    [[nodiscard]] std::size_t below(std::size_t count) const { return static_cast<std::size_t>(random() % count); }
    [[nodiscard]] std::string file(const std::string& name) const { return folder.file(name); }
    void rest() const { std::this_thread::sleep_for(milliseconds{static_cast<std::int64_t>(5 + random() % 30)}); }
};

/// What a host does, and what it may cost.
struct Action {
    const char* row;  ///< of tests/faults/README.md
    const char* name;
    std::vector<ErrorCode> permitted;  ///< that sellers are told while it lasts; never a loss
    bool must_tell;                    ///< silence would be a loss
    bool reopens;                      ///< the host closes its office then, and opens it again
    std::function<void(const Scene&)> act;
    std::function<void(const Scene&)> undo = {};
};

void close_after(const std::string& name, int flags) {
    const int descriptor = ::open(name.c_str(), flags | O_CLOEXEC);
    if (descriptor >= 0) ::close(descriptor);
}

void touch_own_files(const Scene& scene) {
    const auto path = scene.host.path();
    for (const auto* end : {"", "-wal", "-shm", "-lock"})
        close_after(path + end, scene.below(2) == 0 ? O_RDONLY : O_RDWR | O_APPEND);
    std::ifstream in{path, std::ios::binary};
    std::ofstream{scene.file("read"), std::ios::binary} << in.rdbuf();
}

int child_result(const std::function<int()>& work) {
    const auto child = start_child([&] {
        ::alarm(30);
        return work();
    });
    return wait_for(child);
}

void fork_and_look(const Scene& scene) {
    auto& host = scene.host;
    const auto result = child_result([&] {
        const auto is_forked = [](const auto& answer) { return !answer && answer.error().code == ErrorCode::forked; };
        if (!is_forked(host.office().balance(host.actor()))) return 1;
        if (!is_forked(host.office().execute(Recharge{host.actor(), Points{1}, {}}))) return 2;
        return is_forked(host.open_another(host.path())) ? 0 : 3;
    });
    if (result != 0) host.find("a child of fork was not told so: " + std::to_string(result));
}

void fork_and_sell_elsewhere(const Scene& scene) {
    const auto path = scene.file("child.db");
    const auto result = child_result([&] {
        const auto office = scene.host.open_another(path);
        if (!office) return 1;
        const auto user = (*office)->execute(CreateUser{"child-" + std::to_string(scene.step)});
        return user && (*office)->execute(Recharge{user->id, Points{1}, {}}) ? 0 : 2;
    });
    if (result != 0) scene.host.find("a child of fork cannot sell from its own file: " + std::to_string(result));
}

void run_program(const std::vector<std::string>& words) {
    std::vector<std::string> own = words;
    std::vector<char*> arguments;
    for (auto& word : own) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (::posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0) wait_for(child);
}

void use_sqlite3(const Scene& scene) {
    static constexpr std::array statements{"SELECT count(*) FROM events", "PRAGMA wal_checkpoint(PASSIVE)",
                                           "PRAGMA quick_check(1)",
                                           "BEGIN IMMEDIATE; SELECT count(*) FROM seats; ROLLBACK"};
    const std::string words = std::string{statements.at(scene.below(statements.size()))} + ";";
    run_program({"/bin/sh", "-c",
                 "command -v sqlite3 >/dev/null && exec sqlite3 -cmd '.timeout 2000' \"$0\" \"$1\" >/dev/null 2>&1",
                 scene.host.path(), words});
}

void sell_a_little(const Scene& scene, BoxOffice& office) {
    for (int i = 0; i < 3; ++i) {
        const auto key = "b" + std::to_string(scene.step) + "-" + std::to_string(i);
        const auto done = office.execute(Recharge{scene.host.actor(), Points{1}, key});
        if (done)
            scene.host.expect_more(1);
        else
            scene.host.find("another office on the file does not sell: " + done.error().text());
    }
}

void open_a_second(const Scene& scene, const std::string& path) {
    const auto second = scene.host.open_another(path);
    if (!second) return scene.host.find("a second office does not open: " + second.error().text());
    sell_a_little(scene, **second);
}

void copy_while_open(const Scene& scene) {
    std::array<std::int64_t, Host::seller_count> least{};
    for (std::size_t i = 0; i < least.size(); ++i) least[i] = scene.host.expected(i);
    const auto copy = scene.file("copy.db");
    fs::remove(copy);
    fs::copy_file(scene.host.path(), copy);
    const auto opened = scene.host.open_another(copy);
    if (!opened) {
        if (opened.error().code != ErrorCode::storage) scene.host.find("a copy is refused as " + opened.error().text());
    } else {
        for (std::size_t i = 0; i < least.size(); ++i)
            if (or_throw((*opened)->balance(scene.host.seller(i))).value < least[i] - Host::price)
                scene.host.find("a copy of a file in use opened as an older state");
    }
    for (const auto* end : {"", "-wal", "-shm", "-lock"}) fs::remove(copy + end);
}

void back_up(const Scene& scene) {
    auto& host = scene.host;
    std::array<std::int64_t, Host::seller_count> recharged{};
    const auto backup = scene.file("backup.db");
    const auto restored = scene.file("restored.db");
    for (const auto* end : {"", "-wal", "-shm", "-lock"}) fs::remove(backup + end), fs::remove(restored + end);
    for (std::size_t i = 0; i < recharged.size(); ++i)
        recharged[i] = host.expected(i) - Host::price;  // a sale may be under way
    if (const auto made = host.office().backup(backup, true); !made) return host.find("backup: " + made.error().text());
    // Nothing is restored over what is there.
    const auto over = restore_sqlite_file(backup, host.path());
    if (over || over.error().code != ErrorCode::invalid_argument) host.find("a backup was restored over a live file");
    if (const auto put = restore_sqlite_file(backup, restored); !put)
        return host.find("restore: " + put.error().text());
    const auto opened = host.open_another(restored);
    if (!opened) return host.find("what was restored does not open: " + opened.error().text());
    for (std::size_t i = 0; i < recharged.size(); ++i)
        if (or_throw((*opened)->balance(host.seller(i))).value < recharged[i])
            host.find("a backup lacks what was acknowledged before it");
    for (const auto& one : or_throw((*opened)->audit())) host.find("audit of a backup: " + one.rule + " " + one.detail);
}

void limit(int resource, rlim_t most) {
    rlimit limits{};
    ::getrlimit(static_cast<__rlimit_resource>(resource), &limits);
    limits.rlim_cur = std::min(most, limits.rlim_max);
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limits);
}

void run_out_of_memory(const Scene& scene) {
    for (int i = 0; i < 5; ++i) {
        const Command recharge =
            Recharge{scene.host.actor(), Points{1}, "m" + std::to_string(scene.step) + "-" + std::to_string(i)};
        {
            const AllocationFaults faults{static_cast<std::int64_t>(scene.below(300)),
                                          static_cast<std::int64_t>(1 + scene.below(4))};
            static_cast<void>(scene.host.office().execute(std::span{&recharge, 1}));
        }
        const auto again = scene.host.office().execute(std::span{&recharge, 1});  // the same key: one effect
        if (again.empty() || !again[0])
            scene.host.find("when there was memory again: " +
                            (again.empty() ? std::string{"nothing"} : again[0].error().text()));
        scene.host.expect_more(1);
    }
}

void keep_a_reader(const Scene& scene) {
    SQLite::Database reader{scene.host.path(), SQLite::OPEN_READONLY};
    SQLite::Statement rows{reader, "SELECT sequence FROM events"};
    static_cast<void>(rows.executeStep());
    scene.host.wait_for_sales(60, milliseconds{500});
}

void close_with_submissions(const Scene& scene) {
    auto& host = scene.host;
    std::atomic<int> closed{0};
    std::atomic<int> done{0};
    host.between_calls([&] {
        for (int i = 0; i < 4; ++i) {
            const auto taken = host.office().submit({Recharge{host.actor(), Points{1}, {}}}, [&](const auto& outcomes) {
                if (outcomes.empty()) return;
                if (outcomes[0]) ++done;
                if (!outcomes[0] && outcomes[0].error().code == ErrorCode::closed) ++closed;
            });
            if (!taken) host.find("submit: " + taken.error().text());
        }
        host.office().stop();
        host.close();
        host.open();
    });
    host.expect_more(done.load());
    if (closed + done != 4) host.find("of four submissions " + std::to_string(closed + done) + " were completed");
}

std::vector<Action> actions() {
    using enum ErrorCode;
    const auto take_away = [](const char* end) {
        return [end](const Scene& scene) {
            const auto name = scene.host.path() + end;
            std::error_code ignored;
            if (scene.below(2) == 0)
                fs::remove(name, ignored);
            else
                fs::rename(name, scene.file("away"), ignored);
            scene.host.wait_for_sales(8, milliseconds{5'000});
        };
    };
    const auto jump = [](std::int64_t seconds) {
        return [seconds](const Scene& scene) {
            scene.host.clock().ahead_us = seconds * 1'000'000;
            scene.rest();
        };
    };
    const auto set_right = [](const Scene& scene) { scene.host.clock().ahead_us = 0; };
    return {
        {"A1", "opens, reads and closes its own files", {}, false, false, touch_own_files},
        {"A2", "forks; the child uses the office, and opens the file", {}, false, false, fork_and_look},
        {"A2", "forks and execs", {}, false, false, [](const Scene&) { run_program({"/bin/true"}); }},
        {"B6", "forks; the child sells from a file of its own", {}, false, false, fork_and_sell_elsewhere},
        {"A3",
         "gives the file a second name",
         {storage},
         true,
         true,
         [](const Scene& scene) { fs::create_hard_link(scene.host.path(), scene.file("hard.db")); },
         [](const Scene& scene) { fs::remove(scene.file("hard.db")); }},
        {"A3",
         "opens it by a symbolic link too",
         {},
         false,
         false,
         [](const Scene& scene) {
             if (!fs::is_symlink(scene.file("link.db"))) fs::create_symlink(scene.host.path(), scene.file("link.db"));
             open_a_second(scene, scene.file("link.db"));
         }},
        {"A4",
         "moves the file away, and back",
         {storage},
         true,
         true,
         [](const Scene& scene) { fs::rename(scene.host.path(), scene.file("moved.db")); },
         [](const Scene& scene) { fs::rename(scene.file("moved.db"), scene.host.path()); }},
        {"A4", "takes the log away", {storage, busy}, false, false, take_away("-wal")},
        {"A4", "takes the log's index away", {storage, busy}, false, false, take_away("-shm")},
        {"A4", "takes the lock away", {storage, busy}, false, false, take_away("-lock")},
        {"A5", "copies the file, and opens the copy", {}, false, false, copy_while_open},
        {"A5", "backs up, restores over the file and elsewhere", {}, false, false, back_up},
        {"A6",
         "its clock goes ahead by two hours, and is set right",
         {clock_jump},
         false,
         false,
         jump(7'200),
         set_right},
        {"A6", "its clock goes ahead by three seconds, and back", {}, false, false, jump(3), set_right},
        {"A6", "its clock goes back by an hour, and is set right", {}, false, false, jump(-3'600), set_right},
        {"B3",
         "its disk is full",
         {storage},
         true,
         false,
         [](const Scene&) { limit(RLIMIT_FSIZE, 4'096); },
         [](const Scene&) { limit(RLIMIT_FSIZE, RLIM_INFINITY); }},
        {"B3",
         "its descriptors are used up",
         {storage},
         false,
         false,
         [](const Scene& scene) {
             limit(RLIMIT_NOFILE, 3);
             scene.rest();
         },
         [](const Scene&) { limit(RLIMIT_NOFILE, 4'096); }},
        {"B4", "a reader stays", {busy}, false, false, keep_a_reader},
        {"D12", "its memory runs out", {out_of_memory}, false, false, run_out_of_memory},
        {"W1", "closes the office over what was submitted, and opens it", {}, false, false, close_with_submissions},
        {"A2",
         "has two offices on the file",
         {},
         false,
         false,
         [](const Scene& scene) { open_a_second(scene, scene.host.path()); }},
        {"A1", "uses sqlite3 beside it", {busy}, false, false, use_sqlite3},
    };
}

/// With nobody selling: is all there that was acknowledged?
void judge(Host& host, bool with_audit, const std::string& plant) {
    host.while_still([&] {
        for (std::size_t i = 0; i <= Host::seller_count; ++i) {
            const auto balance = host.office().balance(i < Host::seller_count ? host.seller(i) : host.actor());
            const auto expected = host.expected(i) + (plant == "lost" && i == 0 ? 1 : 0);
            if (!balance)
                host.find("a balance cannot be read: " + balance.error().text());
            else if (balance->value != expected)
                host.find("user " + std::to_string(i) + " has " + std::to_string(balance->value) +
                          ", and was told of " + std::to_string(expected));
        }
        if (!with_audit) return;
        const auto violations = host.office().audit();
        if (!violations) return host.find("audit: " + violations.error().text());
        for (const auto& one : *violations) host.find("audit: " + one.rule + " " + one.detail);
    });
}

void do_one(const Action& action, const Scene& scene, const std::string& plant) {
    auto& host = scene.host;
    host.permit(plant == "stray" ? std::vector<ErrorCode>{} : action.permitted);
    action.act(scene);
    if (action.must_tell && !host.wait_until_told(milliseconds{20'000})) host.find("nobody was told");
    if (action.undo) action.undo(scene);
    if (action.reopens)
        host.between_calls([&] {
            host.close();
            host.open();
        });
    // Each seller's request under way comes to its end, and then nothing is permitted any more.
    if (!host.wait_for_sales(2 * static_cast<std::int64_t>(Host::seller_count), milliseconds{30'000}))
        host.find("it does not go on selling");
    host.permit({});
    if (!host.wait_for_sales(4, milliseconds{30'000})) host.find("it does not sell without a fault");
}

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, about, {.plants = {"lost", "stray"}}};
    ::signal(SIGXFSZ, SIG_IGN);
    constexpr std::int64_t by_default = 150;
    constexpr std::int64_t steps_a_file = 75;  // each of the actions some times
    auto table = actions();
    // For looking closer: only the actions of these rows, as "A1 A4".
    if (const char* const rows = std::getenv("BOXOFFICE_ROWS"); rows != nullptr)
        std::erase_if(
            table, [&](const Action& one) { return std::string_view{rows}.find(one.row) == std::string_view::npos; });
    std::int64_t steps = 0;
    std::int64_t found = 0;
    std::int64_t sales = 0;
    std::int64_t told = 0;
    std::map<std::string_view, std::int64_t> of_action;
    auto seed = arguments.seed;
    for (; found == 0 && !arguments.is_over(steps, by_default); ++seed) {
        std::mt19937_64 random{seed};
        const TempDir folder;
        Host host{folder.file("host.db")};
        std::string last = "nothing yet";
        const auto tell = [&] {
            for (const auto& text : host.take_found()) {
                if (++found > 20) continue;
                std::fprintf(stderr, "FOUND (seed %llu, step %lld, it %s): %s\n", static_cast<unsigned long long>(seed),
                             static_cast<long long>(steps), last.c_str(), text.c_str());
            }
        };
        for (std::int64_t i = 0; i < steps_a_file && found == 0 && !arguments.is_over(steps, by_default); ++i) {
            const auto& action = table[random() % table.size()];
            last = action.name;
            if (std::getenv("BOXOFFICE_TELL") != nullptr)
                std::fprintf(stderr, "step %lld: %s\n", static_cast<long long>(steps + 1), action.name);
            ++of_action[action.name];
            do_one(action, {host, folder, random, ++steps}, arguments.plant);
            judge(host, steps % 10 == 0, arguments.plant);
            tell();
        }
        // In the end it closes, opens and sells.
        host.between_calls([&] {
            host.close();
            host.open();
        });
        if (!host.wait_for_sales(10, milliseconds{30'000})) host.find("it does not sell in the end");
        judge(host, true, arguments.plant);
        last += ", and ended";
        tell();
        sales += host.done();
        told += host.told();
        if (found > 0)
            std::fprintf(stderr, "again (moments differ): boxoffice_host_faults --seed %llu --count %lld\n",
                         static_cast<unsigned long long>(seed), static_cast<long long>(steps_a_file));
        std::fprintf(stderr, "boxoffice_host_faults: %.0f s, steps %lld, sales %lld, next seed %llu\n",
                     arguments.elapsed(), static_cast<long long>(steps), static_cast<long long>(sales),
                     static_cast<unsigned long long>(seed + 1));
    }
    std::printf(
        "boxoffice_host_faults: seeds=%llu-%llu steps=%lld actions=%zu of=%zu requests=%lld told=%lld seconds=%.1f found=%lld\n",
        static_cast<unsigned long long>(arguments.seed), static_cast<unsigned long long>(seed - 1),
        static_cast<long long>(steps), of_action.size(), table.size(), static_cast<long long>(sales),
        static_cast<long long>(told), arguments.elapsed(), static_cast<long long>(found));
    return found == 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice_host_faults: %s\n", e.what());
    return 1;
}
