// On SQLite before 3.51.3 a checkpoint beside another connection's commit can lose that commit (the WAL-reset bug). So
// no commit of one process may overlap a checkpoint of another, closing included. Two processes note when each section
// begins and ends; a checker looks for overlaps. That the checker can fail is shown on planted histories, and by the
// same run without the file lock.

#include "boxoffice/sqlite_store.hpp"

#include <sqlite3.h>
#include <sys/mman.h>
#include <time.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

#include "sqlite/trace.hpp"
#include "support.hpp"

using namespace boxoffice;
using namespace boxoffice::sqlite_testing;
using sqlite::Section;

namespace {

/// Nanoseconds of CLOCK_MONOTONIC, which all processes share.
struct Interval {
    Section section;
    std::int64_t begin;
    std::int64_t end;
};
using History = std::vector<Interval>;

std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// How many commits of `one` overlap a checkpoint of `other`.
int overlap_count(const History& one, const History& other) {
    int count = 0;
    for (const auto& commit : one)
        for (const auto& checkpoint : other)
            if (commit.section == Section::commit && checkpoint.section == Section::checkpoint &&
                commit.begin < checkpoint.end && checkpoint.begin < commit.end)
                ++count;
    return count;
}

int overlap_count_both(const History& one, const History& other) {
    return overlap_count(one, other) + overlap_count(other, one);
}

int count_of(const History& history, Section section) {
    int count = 0;
    for (const auto& interval : history) count += interval.section == section ? 1 : 0;
    return count;
}

/// What one process noted, in memory that the parent sees.
struct Notes {
    static constexpr int interval_max = 4096;
    Interval intervals[interval_max];
    std::atomic<int> count;
    std::atomic<int> inside;  // of which section this process is inside (a Section), or 0
    std::atomic<bool> ready;
};

class SharedNotes {
  public:
    SharedNotes() {
        void* memory = ::mmap(nullptr, sizeof(Notes) * 2, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory != MAP_FAILED);
        notes_ = static_cast<Notes*>(memory);  // zero pages, which are empty Notes
    }
    ~SharedNotes() { ::munmap(notes_, sizeof(Notes) * 2); }
    SharedNotes(const SharedNotes&) = delete;
    SharedNotes& operator=(const SharedNotes&) = delete;

    [[nodiscard]] Notes* of(int process) const { return notes_ + process; }
    /// Returns when both processes have come here.
    void meet(int process) const {
        of(process)->ready = true;
        while (!of(1 - process)->ready) ::usleep(50);
    }
    [[nodiscard]] History history(int process) const {
        const auto* notes = of(process);
        return {notes->intervals, notes->intervals + notes->count.load()};
    }

  private:
    Notes* notes_;
};

Notes* own_notes = nullptr;          // of this process
const Notes* other_notes = nullptr;  // of the other
std::int64_t section_begin_ns = 0;   // each process is single-threaded, and its sections do not nest

/// Keeps a section open until the other process is inside a section of the other kind, for 2 ms at most. What could overlap
/// thereby does, however fast the disk and however slow the build.
void await_overlap(Section section) {
    const int wanted = static_cast<int>(section == Section::commit ? Section::checkpoint : Section::commit);
    const auto deadline = now_ns() + 2'000'000;
    while (other_notes->inside != wanted && now_ns() < deadline) ::usleep(20);
}

void note(Section section, bool begins) {
    if (begins) {
        section_begin_ns = now_ns();
        own_notes->inside = static_cast<int>(section);
        await_overlap(section);
        return;
    }
    own_notes->inside = 0;
    const int at = own_notes->count.load();
    if (at == Notes::interval_max) return;
    own_notes->intervals[at] = {section, section_begin_ns, now_ns()};
    own_notes->count.store(at + 1);
}

/// Commits, checkpoints after each commit, and now and then closes and opens. Returns how many commits succeeded. The first
/// opening has the lock in any case: without it one process often finds the other's log half made, refuses, and there is
/// nothing left to overlap.
int write_much(const std::string& path, const SharedNotes& notes, int process, bool with_lock) {
    own_notes = notes.of(process);
    other_notes = notes.of(1 - process);
    sqlite::trace_hook = note;
    auto options = options_for(path);
    options.busy_timeout = std::chrono::seconds{20};
    options.wal_size_max = 1;
    int done = 0;
    for (int round = 0; round < 5; ++round) {
        auto store = open_sqlite_store(options);
        if (round == 0) {
            notes.meet(process);
            sqlite::trace_without_file_lock = !with_lock;
        }
        if (!store) continue;
        for (int i = 0; i < 30; ++i) done += commit_event(**store) ? 1 : 0;
    }
    return done;
}

struct Run {
    History first;
    History second;
    bool all_committed = false;
};

Run run_two_processes(bool with_lock) {
    const TemporaryFolder folder;
    const SharedNotes notes;
    const auto path = folder / "house.db";
    open_sqlite_store(options_for(path)).value();
    const auto work = [&](int process) {
        return [&, process] { return write_much(path, notes, process, with_lock) == 150 ? 0 : 1; };
    };
    const pid_t first = start_child(work(0));
    const pid_t second = start_child(work(1));
    const int first_status = status_of(first);
    const int second_status = status_of(second);
    Run run{notes.history(0), notes.history(1), first_status == 0 && second_status == 0};
    if (with_lock) {
        auto store = open_sqlite_store(options_for(path)).value();
        CHECK(store->read().value()->last_event().value().sequence == 300);
    }
    return run;
}

}  // namespace

TEST_CASE("The overlap checker finds a planted overlap and no other", "[sqlite][overlap]") {
    const History commits{{Section::commit, 10, 20}, {Section::commit, 30, 40}};
    CHECK(overlap_count_both(commits, {{Section::checkpoint, 20, 30}}) == 0);
    CHECK(overlap_count_both(commits, {{Section::commit, 15, 35}}) == 0);
    CHECK(overlap_count_both(commits, {{Section::checkpoint, 19, 21}}) == 1);
    CHECK(overlap_count_both({{Section::checkpoint, 12, 13}}, commits) == 1);
    CHECK(overlap_count_both(commits, {{Section::checkpoint, 0, 100}}) == 2);
}

TEST_CASE("Commits and checkpoints of two processes never overlap", "[sqlite][overlap][processes]") {
    INFO("SQLite " << sqlite3_libversion());
    const auto run = run_two_processes(true);
    CHECK(run.all_committed);
    for (const auto* history : {&run.first, &run.second}) {
        CHECK(count_of(*history, Section::commit) >= 150);
        CHECK(count_of(*history, Section::checkpoint) >= 100);
    }
    CHECK(overlap_count_both(run.first, run.second) == 0);
}

TEST_CASE("Without the file lock the same run does overlap", "[sqlite][overlap][processes]") {
    // The control. What becomes of its file does not matter; where it goes wrong early there is little to see, so there
    // are several tries.
    int seen = 0;
    for (int attempt = 0; attempt < 10 && seen == 0; ++attempt) {
        const auto run = run_two_processes(false);
        seen = overlap_count_both(run.first, run.second);
    }
    CHECK(seen > 0);
}
