#pragma once
/// What the programs of these rooms take: --seed N, --count N, --seconds S, --help, and options of their own; and how long a run
/// goes on. What is not understood ends the program with 2.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::reliability {

/// What one program takes beside what all do.
struct OwnOptions {
    std::vector<std::string_view> flags{};    ///< without a value
    std::vector<std::string_view> options{};  ///< with one
    std::vector<std::string_view> plants{};   ///< what --plant may name: errors made on purpose, which must be found
};

class Arguments {
  public:
    std::uint64_t seed = 1;
    std::int64_t count = 0;    ///< 0: what the program does by default, or with --seconds no limit
    std::int64_t seconds = 0;  ///< 0: no limit
    std::string plant{};

    /// `usage` is printed for --help.
    Arguments(int argc, char** argv, const char* usage, const OwnOptions& own = {}) : program_(argv[0]) {
        auto options = own.options;
        options.insert(options.end(), {"--seed", "--count", "--seconds"});
        if (!own.plants.empty()) options.emplace_back("--plant");
        const auto is_among = [](const std::vector<std::string_view>& names, std::string_view name) {
            for (const auto known : names)
                if (known == name) return true;
            return false;
        };
        for (int i = 1; i < argc; ++i) {
            const std::string name{argv[i]};
            if (name == "--help" || name == "-h") {
                std::fputs(usage, stdout);
                std::exit(0);
            }
            if (is_among(own.flags, name)) {
                values_[name].clear();
                continue;
            }
            if (!is_among(options, name)) refuse(std::string{"unknown option "}.append(name));
            if (i + 1 == argc) refuse(std::string{name}.append(" needs a value"));
            values_[name] = argv[++i];
        }
        seed = static_cast<std::uint64_t>(number("--seed", 1, 0));
        count = number("--count", 0);
        seconds = number("--seconds", 0);
        plant = text("--plant");
        if (!plant.empty() && !is_among(own.plants, plant))
            refuse(std::string{"--plant: not known here: "}.append(plant));
    }

    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    [[nodiscard]] std::string text(std::string_view name, std::string by_default = {}) const {
        const auto found = values_.find(name);
        return found == values_.end() ? std::move(by_default) : found->second;
    }
    [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t by_default, std::int64_t least = 1) const {
        return has(name) ? read(name, text(name), least) : by_default;
    }
    [[nodiscard]] std::int64_t read(std::string_view name, std::string_view text, std::int64_t least) const {
        std::int64_t value = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (wrong != std::errc{} || end != text.data() + text.size() || value < least)
            refuse(std::string{name}
                       .append(": expected a whole number from ")
                       .append(std::to_string(least))
                       .append(" on, found ")
                       .append(text));
        return value;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        std::fprintf(stderr, "%s: %s (--help)\n", program_.c_str(), what.c_str());
        std::exit(2);
    }

    [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    [[nodiscard]] bool is_out_of_time() const { return seconds > 0 && elapsed() >= static_cast<double>(seconds); }
    /// Is a run that has done `done` at an end? `by_default`: how many where neither count nor seconds were given.
    [[nodiscard]] bool is_over(std::int64_t done, std::int64_t by_default) const {
        const auto most = count > 0 ? count : seconds > 0 ? 0 : by_default;
        return is_out_of_time() || (most > 0 && done >= most);
    }

  private:
    using Clock = std::chrono::steady_clock;
    std::string program_;
    std::map<std::string, std::string, std::less<>> values_;
    Clock::time_point start_ = Clock::now();
};

/// When to say how far a run is: once in ten seconds.
class Progress {
  public:
    bool is_due() {
        const auto now = Clock::now();
        if (now - told_ < std::chrono::seconds{10}) return false;
        told_ = now;
        return true;
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point told_ = Clock::now();
};

}  // namespace boxoffice::reliability
