/// Faults of the disk and of memory, at the Nth call for N = 1, 2, 3 … until the call under test gets by without: every function
/// of BoxOffice, on a house in which each has something to do. It answers an error or succeeds; what it acknowledged is there and
/// what it refused is absent or whole, in the office that goes on, on the disk if the process ends there or the power fails there,
/// and after closing and opening again; and once the fault is over the very next commands succeed.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <random>
#include <set>
#include <stdexcept>

#include "reliability/arguments.hpp"
#include "reliability/durability/c_functions.hpp"
#include "reliability/durability/calls.hpp"
#include "reliability/durability/disk.hpp"
#include "reliability/durability/faults.hpp"
#include "reliability/durability/watched_store.hpp"
#include "support/temp_dir.hpp"

using namespace boxoffice;
using namespace boxoffice::reliability;
using boxoffice::testing::or_throw;

namespace {

constexpr const char* database = "sale.db";
constexpr const char* lock_name = "sale.db-lock";
constexpr std::int64_t passing_max = 100'000;
constexpr unsigned trial_seconds_max = 60;

/// Those of a short run.
constexpr std::array<std::string_view, 12> core_calls{"open after a crash",
                                                      "close",
                                                      "HoldSeats",
                                                      "Pay",
                                                      "CapturePayment",
                                                      "Recharge and folding",
                                                      "Cancel",
                                                      "submit",
                                                      "ticks until it rests",
                                                      "backup",
                                                      "peek of who is admitted",
                                                      "seats_since"};

constexpr const char* usage =
    "boxoffice_io_faults [--memory] [--short] [--count N] [--seed N] [--seconds S] [--only CALL]\n"
    "  Faults beneath every call: of the disk at each of its calls to it, or with --memory of allocations, the first one\n"
    "  by each path of calls. --count N: one place in N, of which --seed says where they begin. --short: some calls, one place in some.\n"
    "  --seconds: a limit; calls are then taken in an order that the seed says. --only CALL: that call; 'C' with --memory: the C ABI.\n";

[[noreturn]] void lost(const std::string& what) { throw std::runtime_error(what); }

/// For the signal: what hangs.
char under_way[256] = "";

void tell_hang(int) {
    constexpr char words[] = "io_faults: hangs: ";
    (void)!::write(2, words, sizeof words - 1);
    (void)!::write(2, under_way, std::strlen(under_way));
    (void)!::write(2, "\n", 1);
    ::_exit(1);
}

/// Ids of the house's year, among times (16 digits) and limits (2^62 and above).
constexpr std::int64_t id_min = 100'000'000'000'000'000;
constexpr std::int64_t id_max = std::int64_t{1} << 61;

template <class Use>
void for_each_id(const std::string& text, Use&& use) {
    for (std::size_t at = 0; (at = text.find_first_of("0123456789", at)) != std::string::npos;) {
        const auto end = std::min(text.find_first_not_of("0123456789", at), text.size());
        std::int64_t value = 0;
        std::from_chars(text.data() + at, text.data() + end, value);
        if (value >= id_min && value < id_max) use(at, value);
        at = end;
    }
}

std::int64_t newest_id_in(const std::string& text) {
    std::int64_t newest = 0;
    for_each_id(text, [&](std::size_t, std::int64_t id) { newest = std::max(newest, id); });
    return newest;
}

/// Ids above `newest` by their order: a batch that is divided, or decided again, makes others.
std::string with_ranks(const std::string& text, std::int64_t newest) {
    std::set<std::int64_t> made;
    for_each_id(text, [&](std::size_t, std::int64_t id) {
        if (id > newest) made.insert(id);
    });
    std::string out;
    std::size_t done = 0;
    for_each_id(text, [&](std::size_t at, std::int64_t id) {
        if (id <= newest) return;
        out.append(text, done, at - done)
            .append("new-")
            .append(std::to_string(std::distance(made.begin(), made.find(id))));
        done = text.find_first_not_of("0123456789", at);
    });
    return out.append(text, std::min(done, text.size()));
}

/// Without what opening and closing change by themselves.
std::string rows_of(Store& store) {
    const auto dump = dump_of(store);
    std::string out;
    for (std::size_t at = 0; at < dump.size();) {
        const auto end = dump.find('\n', at) + 1;
        if (dump.compare(at, 11, "node_leases") != 0) out.append(dump, at, end - at);
        at = end;
    }
    return out;
}

std::string state_of(Store& store, std::int64_t newest) { return with_ranks(rows_of(store), newest); }

/// The first line in which they differ.
std::string difference(const std::string& is, const std::string& due) {
    const auto at =
        static_cast<std::size_t>(std::mismatch(is.begin(), is.end(), due.begin(), due.end()).first - is.begin());
    const auto line_of = [&](const std::string& text) {
        const auto from = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
        return text.substr(from, text.find('\n', from) - from);
    };
    return "\n  it is:      " + line_of(is) + "\n  and should: " + line_of(due);
}

/// Before and after the call, without faults.
struct Baseline {
    std::string before;
    std::string after;
    Answered answered;
};

class Program {
  public:
    explicit Program(const Arguments& arguments) : arguments_(arguments), only_(arguments.text("--only")) {}

    int run() {
        make_house();
        const bool c_first = arguments_.seconds > 0 && std::mt19937_64{arguments_.seed}() % 2 == 0;
        if (c_first) strike_c();
        for (const auto& call : calls_in_order()) {
            if (!is_wanted(call)) continue;
            ++calls_;
            const auto baseline = baseline_of(call);
            for (const auto& fault : is_of_memory_ ? memory_faults() : io_faults()) strike(call, *fault, baseline);
            if (progress_.is_due())
                std::fprintf(stderr, "io_faults: %s, %.0f s, %lld trials, %lld found\n", call.name.c_str(),
                             arguments_.elapsed(), static_cast<long long>(trials_), static_cast<long long>(found_));
        }
        if (!c_first) strike_c();
        if (trials_ + c_trials_ == 0) found("nothing was tried");
        if (arguments_.has("--short") && !is_over() && calls_ != static_cast<std::int64_t>(core_calls.size()))
            found("a call of the short run is none of all calls");
        std::printf(
            "%s: seed=%lld stride=%lld calls=%lld trials=%lld c_trials=%lld struck=%lld errors=%lld succeeded=%lld "
            "whole_at_end=%lld ended=%lld power_lost=%lld cut_short=%d seconds=%.0f found=%lld\n",
            is_of_memory_ ? "memory_faults" : "io_faults", static_cast<long long>(arguments_.seed),
            static_cast<long long>(stride()), static_cast<long long>(calls_), static_cast<long long>(trials_),
            static_cast<long long>(c_trials_), static_cast<long long>(struck_), static_cast<long long>(errors_),
            static_cast<long long>(succeeded_), static_cast<long long>(whole_at_end_), static_cast<long long>(ended_),
            static_cast<long long>(power_lost_), is_over() ? 1 : 0, arguments_.elapsed(),
            static_cast<long long>(found_));
        return found_ == 0 ? 0 : 1;
    }

  private:
    [[nodiscard]] bool is_over() const { return arguments_.is_out_of_time() || found_ >= 20; }
    [[nodiscard]] std::int64_t stride() const {
        if (arguments_.count > 0) return arguments_.count;
        if (!arguments_.has("--short")) return 1;
        return is_of_memory_ ? 37 : 17;
    }
    /// Of the first place.
    [[nodiscard]] std::int64_t first() const { return static_cast<std::int64_t>(arguments_.seed) % stride(); }
    /// A run that has not the time for all begins with others each time.
    [[nodiscard]] std::vector<Call> calls_in_order() const {
        auto calls = all_calls();
        if (arguments_.seconds > 0) std::shuffle(calls.begin(), calls.end(), std::mt19937_64{arguments_.seed});
        return calls;
    }
    void strike_c() {
        if (!is_of_memory_ || is_over() || !(only_.empty() || only_ == "C")) return;
        c_trials_ = strike_c_functions({folder("c"), closed_, house_, clock_->wall(), stride(), first(),
                                        arguments_.has("--short") ? 6 : 1, [&] { return is_over(); },
                                        [&](const std::string& what) { found(what); }});
    }
    [[nodiscard]] bool is_wanted(const Call& call) const {
        if (is_over()) return false;
        if (!only_.empty()) return call.name == only_;
        if (!arguments_.has("--short")) return true;
        return std::find(core_calls.begin(), core_calls.end(), call.name) != core_calls.end();
    }
    void found(const std::string& what) {
        ++found_;
        std::fprintf(stderr, "io_faults: %s\n", what.c_str());
    }

    [[nodiscard]] SqliteOptions file(const std::string& folder, const Call* call = nullptr) const {
        SqliteOptions options;
        options.path = (temp_.path() / folder / database).string();
        options.busy_timeout = std::chrono::milliseconds{30};
        options.quiet_before_fold = Duration::zero();
        if (call != nullptr) options.wal_size_max = call->wal_size_max;
        return options;
    }
    [[nodiscard]] std::string folder(const std::string& name) const { return (temp_.path() / name).string(); }

    void make_house() {
        write_files(folder("trial"), {});
        Trial trial{file("trial"), house_, clock_};
        if (const auto error = trial.open()) lost(error->text());
        house_ = HouseBuilder{*trial.office}.build();
        newest_id_ = newest_id_in(rows_of(*trial.store));
        crashed_ = read_files(folder("trial"));
        trial.close();
        closed_ = read_files(folder("trial"));
    }

    /// The newest id before the call.
    [[nodiscard]] std::int64_t newest_of(const Call& call) const {
        return call.on == Call::On::nothing ? 0 : newest_id_;
    }

    void start(const Call& call) {
        write_files(folder("trial"), call.on == Call::On::closed    ? closed_
                                     : call.on == Call::On::crashed ? crashed_
                                                                    : Files{});
    }

    Baseline baseline_of(const Call& call) {
        Baseline baseline;
        start(call);
        Trial trial{file("trial", &call), house_, clock_};
        if (call.kind != Call::Kind::open) {
            if (const auto error = trial.open()) lost(error->text());
            baseline.before = state_of(*trial.store, newest_of(call));
        }
        const auto asked = call.prepare(trial);
        asked.ask();
        baseline.answered = asked.answer();
        if (baseline.answered.error) lost(call.name + " fails without a fault: " + baseline.answered.error->text());
        if (call.kind == Call::Kind::close)
            if (const auto error = trial.open()) lost(error->text());
        baseline.after = state_of(*trial.store, newest_of(call));
        if (call.kind == Call::Kind::open && call.on != Call::On::nothing) baseline.before = baseline.after;
        if (call.kind == Call::Kind::command && baseline.before == baseline.after) lost(call.name + " changes nothing");
        return baseline;
    }

    void strike(const Call& call, Fault& fault, const Baseline& baseline) {
        const auto places = places_of(call, fault);
        for (auto place = first(); !is_over(); place += stride() * fault.one_in()) {
            if (places && place >= std::ssize(*places)) break;
            const auto passing = places ? (*places)[static_cast<std::size_t>(place)] : place;
            const auto where = call.name + ", " + fault.name() + " after " + std::to_string(passing);
            if (passing > passing_max) return found(where + ": never gets by");
            std::snprintf(under_way, sizeof under_way, "%s", where.c_str());
            ::alarm(trial_seconds_max);
            try {
                if (!try_once(call, fault, baseline, passing, place / stride()) && !places) break;
            } catch (const std::exception& wrong) {
                fault.disarm();
                observe_beside(nullptr);
                found(where + ": " + wrong.what() + "\n  again: boxoffice_io_faults" +
                      (is_of_memory_ ? " --memory" : "") + " --only '" + call.name + "' --count " +
                      std::to_string(stride()) + " --seed " + std::to_string(arguments_.seed));
            }
        }
        ::alarm(0);
    }

    std::optional<std::vector<std::int64_t>> places_of(const Call& call, Fault& fault) {
        start(call);
        Trial trial{file("trial", &call), house_, clock_};
        if (call.kind != Call::Kind::open)
            if (const auto error = trial.open()) lost("open: " + error->text());
        const auto asked = call.prepare(trial);
        return fault.places_in(asked.ask);
    }

    /// False: nothing failed. Then it looks at what a process that ended there would leave, and of the disk's faults at every second
    /// place at what a power cut would, instead.
    bool try_once(const Call& call, Fault& fault, const Baseline& baseline, std::int64_t passing, std::int64_t turn) {
        ++trials_;
        start(call);
        Recorder recorder{folder("trial"), lock_name};
        const bool is_recorded = !is_of_memory_;  // the record takes memory of its own
        if (is_recorded) observe_beside(&recorder);
        Trial trial{file("trial", &call), house_, clock_};
        if (call.kind != Call::Kind::open)
            if (const auto error = trial.open()) lost("open: " + error->text());
        const auto asked = call.prepare(trial);
        const bool threw = ask(asked, fault, passing);
        const bool struck = fault.struck();
        const auto crashed = read_files(folder("trial"));
        const auto cut = recorder.now();
        observe_beside(nullptr);
        if (threw) lost("it threw");
        const auto answered = asked.answer();
        if (!struck && answered.error) lost("an error without a fault: " + answered.error->text());
        check_answer(answered, baseline);
        struck_ += struck;
        ++(answered.error ? errors_ : succeeded_);

        check_backup(trial, answered, call);
        const bool may_be_before = answered.error.has_value() || call.kind == Call::Kind::open;
        if (call.kind != Call::Kind::close) go_on(trial, call, baseline, answered, may_be_before);
        const auto told = trial.store == nullptr ? std::string{} : state_of(*trial.store, 0);
        trial.close();
        check_closed(told);
        if (struck && (!is_recorded || turn % 2 == 0)) {
            ++ended_;
            const bool is_after = check_files(crashed, call, baseline, may_be_before, "had the process ended");
            if (is_after && answered.error && call.kind == Call::Kind::command) ++whole_at_end_;
        }
        if (struck && is_recorded && turn % 2 == 1) {
            ++power_lost_;
            std::mt19937_64 random{static_cast<std::uint64_t>(passing)};
            const auto loss = static_cast<Loss>(random() % loss_names.size());
            Disk disk{recorder};
            disk.go_to(cut);
            check_files(disk.files_after(loss, random), call, baseline, may_be_before, "had the power failed");
        }
        return struck;
    }

    /// True: an exception came out.
    static bool ask(const Asked& asked, Fault& fault, std::int64_t passing) {
        bool threw = false;
        fault.arm(passing);
        try {
            asked.ask();
        } catch (...) {
            threw = true;
        }
        fault.disarm();
        return threw;
    }

    static void check_answer(const Answered& answered, const Baseline& baseline) {
        if (!answered.error) {
            if (answered.text != baseline.answered.text)
                lost("another answer: " + answered.text + ", not " + baseline.answered.text);
            return;
        }
        switch (answered.error->code) {
            case ErrorCode::storage:
            case ErrorCode::busy:
            case ErrorCode::out_of_memory:
            case ErrorCode::outcome_unknown: return;
            default: lost("an error of another kind: " + answered.error->text());
        }
    }

    /// The very next calls find an office as good as before.
    void go_on(Trial& trial, const Call& call, const Baseline& baseline, const Answered& answered, bool may_be_before) {
        if (trial.office == nullptr)
            if (const auto error = trial.open()) lost("open afterwards: " + error->text());
        const auto state = state_of(*trial.store, newest_of(call));
        const bool is_after = state == baseline.after;
        if (!is_after && !(may_be_before && state == baseline.before))
            lost(std::string{answered.error ? "after " + answered.error->text() : "after its success"} +
                 " the state is neither before nor after" + difference(state, baseline.after));
        if (is_after && answered.error && call.kind == Call::Kind::command && !call.is_in_parts &&
            answered.error->code != ErrorCode::outcome_unknown)
            lost("it was done, and told was " + answered.error->text());
        if (call.kind != Call::Kind::open) {
            std::filesystem::remove(trial.target);
            const auto asked = call.prepare(trial);
            asked.ask();
            const auto again = asked.answer();
            const bool is_due = is_after && call.kind == Call::Kind::command;  // it was done, and may be refused now
            if (again.error && !(is_due && range_of(again.error->code) == ErrorRange::refused) &&
                !(is_due && range_of(again.error->code) == ErrorRange::mistake))
                lost("again, after " + (answered.error ? answered.error->text() : std::string{"success"}) + ": " +
                     again.error->text());
        }
        const auto probe = trial.office->execute(Recharge{house_.stranger, Points{1}, "probe"});
        if (!probe && call.on != Call::On::nothing) lost("the next command: " + probe.error().text());
        if (const auto health = trial.office->check_health(); !health) lost("health: " + health.error().text());
    }

    /// The state of what is opened from `files`.
    std::string state_in(const Files& files, std::int64_t newest, const char* when) {
        write_files(folder("look"), files);
        Trial look{file("look"), house_, clock_};
        if (const auto error = look.open()) lost(std::string{when} + ": " + error->text());
        const auto violations = or_throw(look.office->audit());
        if (!violations.empty()) lost(std::string{when} + ": " + violations[0].rule + ": " + violations[0].detail);
        return state_of(*look.store, newest);
    }

    /// What was there before closing is there after it, row by row.
    void check_closed(const std::string& told) {
        const auto state = state_in(read_files(folder("trial")), 0, "after closing");
        if (!told.empty() && state != told) lost("after closing: other rows than before" + difference(state, told));
    }

    /// True: it is the state after the call, and not that before.
    bool check_files(const Files& files, const Call& call, const Baseline& baseline, bool may_be_before,
                     const char* when) {
        const auto state = state_in(files, newest_of(call), when);
        if (state != baseline.after && !(may_be_before && state == baseline.before))
            lost(std::string{when} + ": the state is not the one that was acknowledged" +
                 difference(state, baseline.after));
        return state == baseline.after;
    }

    void check_backup(const Trial& trial, const Answered& answered, const Call& call) {
        if (call.name != "backup") return;
        const bool is_there = std::filesystem::exists(trial.target);
        if (std::filesystem::exists(trial.target + "-partial")) lost("a backup left a part of itself");
        if (answered.error.has_value() == is_there)
            lost(is_there ? "a backup that failed is there" : "a backup that is not there");
    }

    const Arguments& arguments_;
    std::string only_;
    bool is_of_memory_ = arguments_.has("--memory");
    Progress progress_;
    testing::TempDir temp_;
    VfsLayer layer_;
    std::shared_ptr<VirtualClock> clock_ = std::make_shared<VirtualClock>(Time{*parse_date("2030-12-01")});
    House house_{};
    std::int64_t newest_id_ = 0;
    Files closed_;
    Files crashed_;
    std::int64_t calls_ = 0;
    std::int64_t trials_ = 0;
    std::int64_t c_trials_ = 0;
    std::int64_t struck_ = 0;
    std::int64_t errors_ = 0;
    std::int64_t succeeded_ = 0;
    std::int64_t whole_at_end_ =
        0;  ///< an error was told, and had the process ended it were done: a COMMIT whose sync failed
    std::int64_t ended_ = 0;
    std::int64_t power_lost_ = 0;
    std::int64_t found_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
    const Arguments arguments{argc, argv, usage, {.flags = {"--memory", "--short"}, .options = {"--only"}}};
    if (std::getenv("TMPDIR") == nullptr && std::filesystem::exists("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    std::signal(SIGALRM, tell_hang);
    prepare_for_faults();
    return Program{arguments}.run();
} catch (const std::exception& wrong) {
    std::fprintf(stderr, "io_faults: %s\n", wrong.what());
    return 1;
}
