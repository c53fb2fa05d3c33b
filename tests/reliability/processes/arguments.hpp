#pragma once
/// The arguments that these programs share, and how long a run goes on.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::testing {

/// --seed N, --seconds S, --count N, --plant WORD, --help; anything else ends the program with 2.
struct Arguments {
    std::uint64_t seed = 20'261'126;
    std::int64_t seconds = 0;  ///< 0: no limit
    std::int64_t count = 0;    ///< 0: what the program does by default, or with --seconds no limit
    std::string plant;         ///< an error to be made on purpose, which must be found

    Arguments(int count_of, char** values, const char* about, const std::vector<std::string_view>& plants = {}) {
        const auto fail = [&](const std::string& text) {
            std::fprintf(stderr, "%s: %s\n\n%s", values[0], text.c_str(), about);
            std::exit(2);
        };
        for (int i = 1; i < count_of; ++i) {
            const std::string_view name{values[i]};
            if (name == "--help") {
                std::fputs(about, stdout);
                std::exit(0);
            }
            if (name != "--seed" && name != "--seconds" && name != "--count" && name != "--plant")
                fail("unknown argument " + std::string{name});
            if (i + 1 == count_of) fail(std::string{name} + " needs a value");
            const std::string_view text{values[++i]};
            if (name == "--plant") {
                for (const auto known : plants)
                    if (known == text) plant = text;
                if (plant.empty()) fail("--plant: not known here");
                continue;
            }
            std::int64_t value = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
            if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < (name == "--seed" ? 0 : 1))
                fail(std::string{name} + ": not a number that will do: " + std::string{text});
            if (name == "--seed") seed = static_cast<std::uint64_t>(value);
            if (name == "--seconds") seconds = value;
            if (name == "--count") count = value;
        }
    }

    /// Is a run that has done `done` at an end? `by_default`: how many where neither count nor seconds were given.
    [[nodiscard]] bool is_over(std::int64_t done, std::int64_t by_default) const {
        if (seconds > 0 && std::chrono::steady_clock::now() - start_ >= std::chrono::seconds{seconds}) return true;
        const auto most = count > 0 ? count : seconds > 0 ? 0 : by_default;
        return most > 0 && done >= most;
    }

    [[nodiscard]] double elapsed() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace boxoffice::testing
