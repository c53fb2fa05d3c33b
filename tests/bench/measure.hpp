#pragma once
/// What the bench programs share: flags, latencies, callers that start together, what the kernel says a process has used, and
/// the JSON line that each measurement prints.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A bench that measured something wrong must not give a figure.
inline void require(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
}

/// `--name value` pairs, of the names that the program knows.
class Flags {
  public:
    Flags(int argc, char** argv, std::map<std::string, std::string> defaults) : values_(std::move(defaults)) {
        for (int i = 1; i < argc; i += 2) {
            const std::string name = argv[i];
            require(name.starts_with("--") && values_.contains(name.substr(2)), "unknown flag " + name);
            require(i + 1 < argc, name + ": a value is missing");
            values_[name.substr(2)] = argv[i + 1];
        }
    }
    [[nodiscard]] const std::string& text(const std::string& name) const { return values_.at(name); }
    [[nodiscard]] double number(const std::string& name) const {
        std::size_t used = 0;
        const auto& value = text(name);
        const auto result = std::stod(value, &used);
        require(used == value.size() && result >= 0, "--" + name + ": not a number: " + value);
        return result;
    }
    [[nodiscard]] std::int64_t count(const std::string& name) const { return static_cast<std::int64_t>(number(name)); }

  private:
    std::map<std::string, std::string> values_;
};

/// Latencies in ns, to within 1/64 of each: 64 buckets for every power of two.
class Histogram {
  public:
    void add(Clock::duration latency, std::uint64_t times = 1) {
        const auto ns = static_cast<std::uint64_t>(
            std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::nanoseconds>(latency).count()));
        counts_[index_of(ns)] += times;
        count_ += times;
    }
    void add(const Histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        count_ += other.count_;
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// In ms: `part` of all took no longer.
    [[nodiscard]] double quantile_ms(double part) const {
        const auto rank = static_cast<std::uint64_t>(part * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (counts_[i] > 0 && seen > std::min(rank, count_ - 1)) return static_cast<double>(upper_of(i)) / 1e6;
        }
        return 0;
    }

  private:
    static constexpr unsigned step_bits = 6;
    static constexpr std::uint64_t step_count = 1U << step_bits;
    static std::size_t index_of(std::uint64_t ns) {
        if (ns < step_count) return ns;
        const auto shift = static_cast<unsigned>(std::bit_width(ns)) - step_bits - 1;
        return (shift + 1) * step_count + ((ns >> shift) - step_count);
    }
    static std::uint64_t upper_of(std::size_t index) {
        if (index < step_count) return index;
        const auto shift = index / step_count - 1;
        return ((index % step_count + step_count + 1) << shift) - 1;
    }
    std::array<std::uint64_t, 59 * step_count> counts_{};
    std::uint64_t count_ = 0;
};

/// What processes have used since they began.
struct Usage {
    double cpu_seconds = 0;
    double bytes_written = 0;  ///< to the disk, as pages: the kernel's write_bytes
    friend Usage operator-(const Usage& a, const Usage& b) {
        return {a.cpu_seconds - b.cpu_seconds, a.bytes_written - b.bytes_written};
    }
    friend Usage operator+(const Usage& a, const Usage& b) {
        return {a.cpu_seconds + b.cpu_seconds, a.bytes_written + b.bytes_written};
    }
};

inline double bytes_written_by(const std::string& pid) {
    std::ifstream io("/proc/" + pid + "/io");
    for (std::string name; io >> name;) {
        double value = 0;
        io >> value;
        if (name == "write_bytes:") return value;
    }
    return 0;
}

inline Usage own_usage() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), bytes_written_by("self")};
}

/// A server's process and its children, as long as they live. (Its connections' processes are ended after the measurement.)
inline Usage usage_of_server(std::int64_t server) {
    Usage sum;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto pid = entry.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "stat");
        std::string line;
        if (!std::getline(file, line)) continue;
        // The name in brackets may hold anything, a bracket too: the fields are counted from the last one.
        long long parent = 0;
        unsigned long long user = 0;
        unsigned long long system = 0;
        if (std::sscanf(line.c_str() + line.rfind(')') + 1, " %*c %lld %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
                        &parent, &user, &system) != 3)
            continue;
        if (parent != server && pid != std::to_string(server)) continue;
        sum = sum + Usage{static_cast<double>(user + system) / ticks, bytes_written_by(pid)};
    }
    return sum;
}

/// What the callers of a measurement did.
struct Run {
    Histogram latencies;
    double seconds = 0;
    [[nodiscard]] double per_second() const { return static_cast<double>(latencies.count()) / seconds; }
};

/// Has `callers` threads each make a caller and call it again and again, until `stop` or until a call says that nothing is left
/// (0, or false); else it says how much it did. The time begins when each has been called once, or a while after: then all are at work, and what ends within the
/// time counts, wherever in a call each was at the begin. It is `seconds`, and longer (up to ten times) until as many calls
/// have ended as there are callers, since a shorter one may see none or all of them. `before` and `after` run at the begin and at the end, while all
/// callers are there: for readings of usage.
template <class Make>
Run run_callers(int callers, double seconds, const Make& make, const std::function<void()>& before = {},
                const std::function<void()>& after = {}) {
    constexpr auto not_yet = std::numeric_limits<Clock::rep>::max();
    const auto span = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    std::atomic<int> made{0};
    std::atomic<int> called{0};
    std::atomic<Clock::rep> begin{not_yet};
    std::atomic<std::int64_t> counted{0};
    std::atomic<bool> is_exhausted{false};
    std::atomic<bool> stop{false};
    std::atomic<bool> may_leave{false};
    std::atomic<bool> all_made{false};
    std::mutex making;
    std::mutex mutex;
    std::exception_ptr failure;
    Run run;
    Clock::rep last = 0;
    const auto work = [&](int index) {
        try {
            // One after the other: a server that a thousand ask at once for a connection lets some of them wait too long.
            auto call = [&] {
                const std::lock_guard lock{making};
                return make(index);
            }();
            made.fetch_add(1);
            all_made.wait(false);
            Histogram latencies;
            Clock::rep last_of_mine = 0;
            for (bool is_first = true; !stop; is_first = false) {
                const auto from = Clock::now();
                const auto done = static_cast<std::int64_t>(call());
                if (done == 0) {
                    is_exhausted = true;
                    break;
                }
                const auto to = Clock::now();
                if (is_first) called.fetch_add(1);
                const auto at = to.time_since_epoch().count();
                if (stop || at < begin.load()) continue;
                counted.fetch_add(1, std::memory_order_relaxed);
                latencies.add(to - from, static_cast<std::uint64_t>(done));
                last_of_mine = at;
            }
            // Its connection stays until usage has been read.
            may_leave.wait(false);
            const std::lock_guard lock{mutex};
            run.latencies.add(latencies);
            last = std::max(last, last_of_mine);
        } catch (...) {
            const std::lock_guard lock{mutex};
            if (!failure) failure = std::current_exception();
            stop = true;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i) threads.emplace_back(work, i);
    const auto wait_for = [&](const std::atomic<int>& count, Clock::time_point until) {
        while (count < callers && !stop && !is_exhausted && Clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
    };
    wait_for(made, Clock::time_point::max());
    all_made = true;
    all_made.notify_all();
    wait_for(called, Clock::now() + 2 * span);
    const bool is_too_early = is_exhausted;
    if (before) before();
    begin = Clock::now().time_since_epoch().count();
    const auto elapsed = [&] { return Clock::duration{Clock::now().time_since_epoch().count() - begin}; };
    while (!stop && !is_exhausted && (elapsed() < span || (counted < callers && elapsed() < 10 * span)))
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    const auto end = elapsed();
    stop = true;
    if (after) after();
    may_leave = true;
    may_leave.notify_all();
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
    require(!is_too_early, "all was used up before the time began");
    require(run.latencies.count() > 0, "nothing was done in the time");
    run.seconds = std::chrono::duration<double>(is_exhausted ? Clock::duration{last - begin} : end).count();
    return run;
}

/// One measurement's line.
class Line {
  public:
    Line(std::string_view measurement, std::string_view subject) {
        text("measurement", measurement);
        text("subject", subject);
    }
    Line& text(std::string_view name, std::string_view value) {
        return raw(name, std::string{"\""}.append(value).append("\""));
    }
    Line& number(std::string_view name, double value) {
        std::array<char, 32> digits{};
        std::snprintf(digits.data(), digits.size(), "%.6g", value);
        return raw(name, digits.data());
    }
    Line& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
    /// Pairs of a size and a cost, for a curve.
    Line& points(std::string_view name, const std::vector<std::pair<double, double>>& values) {
        std::string list;
        for (const auto& [x, y] : values) {
            std::array<char, 64> pair{};
            std::snprintf(pair.data(), pair.size(), "%s[%.9g,%.6g]", list.empty() ? "" : ",", x, y);
            list += pair.data();
        }
        return raw(name, std::string{"["}.append(list).append("]"));
    }
    Line& run(const Run& run, std::string_view unit) {
        return number("value", run.per_second())
            .text("unit", unit)
            .number("count", static_cast<std::int64_t>(run.latencies.count()))
            .number("seconds", run.seconds)
            .number("p50_ms", run.latencies.quantile_ms(0.5))
            .number("p99_ms", run.latencies.quantile_ms(0.99))
            .number("p999_ms", run.latencies.quantile_ms(0.999));
    }
    Line& usage(const Usage& used) {
        return number("cpu_seconds", used.cpu_seconds).number("bytes_written", used.bytes_written);
    }
    void print() const {
        std::printf("{%s}\n", fields_.c_str());
        std::fflush(stdout);
    }

  private:
    Line& raw(std::string_view name, std::string_view value) {
        if (!fields_.empty()) fields_ += ",";
        fields_.append("\"").append(name).append("\":").append(value);
        return *this;
    }
    std::string fields_;
};

/// A program's main: what went wrong is said, and is the exit status.
inline int report_failure(const char* program, const std::function<void()>& body) {
    try {
        body();
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", program, e.what());
        return 1;
    }
}

}  // namespace bench
