#pragma once
/// What the programs of this folder take: --seed N, --count N, --seconds S, and flags of their own. Anything else ends the
/// program with 2.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

namespace boxoffice::reliability {

struct Arguments {
    std::int64_t seed = 1;
    std::int64_t count = 0;    ///< 0: no limit
    std::int64_t seconds = 0;  ///< 0: no limit
    std::set<std::string, std::less<>> flags{};
    std::string only{};  ///< of --only NAME

    [[nodiscard]] bool has(std::string_view flag) const { return flags.contains(flag); }
};

/// `usage` is printed for --help, and for what is wrong.
inline Arguments read_arguments(int argc, char** argv, Arguments defaults,
                                std::initializer_list<std::string_view> flags, const char* usage) {
    const auto refuse_all = [&](std::string_view what) {
        std::fprintf(stderr, "%s: %.*s\n%s", argv[0], static_cast<int>(what.size()), what.data(), usage);
        std::exit(2);
    };
    for (int i = 1; i < argc; ++i) {
        const std::string_view name{argv[i]};
        if (name == "--help") {
            std::fputs(usage, stdout);
            std::exit(0);
        }
        bool is_flag = false;
        for (const auto flag : flags) is_flag = is_flag || flag == name;
        if (is_flag) {
            defaults.flags.emplace(name);
            continue;
        }
        auto* const number = name == "--seed"      ? &defaults.seed
                             : name == "--count"   ? &defaults.count
                             : name == "--seconds" ? &defaults.seconds
                                                   : nullptr;
        if (number == nullptr && name != "--only") refuse_all(std::string{"what is "}.append(name).append("?"));
        if (++i == argc) refuse_all(std::string{name}.append(" needs a value"));
        const std::string_view text{argv[i]};
        if (number == nullptr) {
            defaults.only = text;
            continue;
        }
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), *number);
        if (wrong != std::errc{} || end != text.data() + text.size() || *number < 0)
            refuse_all(std::string{name}.append(" takes a number from 0"));
    }
    return defaults;
}

/// When to stop, and when to say how far it is.
class Budget {
  public:
    explicit Budget(const Arguments& arguments)
        : seconds_(arguments.seconds), start_(Clock::now()), told_(Clock::now()) {}
    [[nodiscard]] double spent() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    [[nodiscard]] bool is_over() const { return seconds_ > 0 && spent() >= static_cast<double>(seconds_); }
    /// Once in ten seconds.
    bool may_tell() {
        if (Clock::now() - told_ < std::chrono::seconds{10}) return false;
        told_ = Clock::now();
        return true;
    }

  private:
    using Clock = std::chrono::steady_clock;
    std::int64_t seconds_;
    Clock::time_point start_;
    Clock::time_point told_;
};

}  // namespace boxoffice::reliability
