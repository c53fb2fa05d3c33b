#pragma once
/// What the targets share: saying that something is wrong, counting what was reached, chance that can be told again, a directory in memory.

#include <stdlib.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "boxoffice/ports.hpp"

namespace fuzz {

/// Says what was found, and ends as a crash does: libFuzzer keeps the input and prints the command that repeats it.
[[noreturn]] __attribute__((format(printf, 1, 2))) inline void found(const char* format, ...) {
    std::fputs("FOUND: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::abort();
}

/// BOXOFFICE_FUZZ_PLANT=1 has a target break what it looks at, so that one sees it found (run.sh --planted).
inline bool is_planted() {
    static const bool it = std::getenv("BOXOFFICE_FUZZ_PLANT") != nullptr;
    return it;
}

/// How often a thing happened, written to the file that BOXOFFICE_FUZZ_COUNTS names when the process ends: run.sh looks there
/// whether enough was reached. Thread-safe.
class Tally {
  public:
    void count(const std::string& what) {
        const std::lock_guard lock(mutex_);
        ++counts_[what];
    }
    /// It must happen: run.sh finds it where it has not.
    void expect(const std::string& what) {
        const std::lock_guard lock(mutex_);
        counts_.try_emplace(what, 0);
    }
    void write() {
        const std::lock_guard lock(mutex_);
        const char* const path = std::getenv("BOXOFFICE_FUZZ_COUNTS");
        if (path == nullptr) return;
        std::FILE* const file = std::fopen(path, "w");
        if (file == nullptr) return;
        for (const auto& [what, count] : counts_)
            std::fprintf(file, "%s %lld\n", what.c_str(), static_cast<long long>(count));
        std::fclose(file);
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::int64_t> counts_;
};
inline Tally& tally() {
    static auto* const it = [] {
        auto* const made = new Tally;  // never destroyed: it is read at the very end
        std::atexit([] { tally().write(); });
        return made;
    }();
    return *it;
}

/// The same ids and keys each time.
class FixedRandom final : public boxoffice::Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard lock(mutex_);
        for (auto& byte : bytes) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            byte = static_cast<std::uint8_t>(state_ >> 56);
        }
    }

  private:
    std::mutex mutex_;
    std::uint64_t state_ = 1;
};

/// A directory of this process's own, in memory if the system has such a file system, so that nothing waits for a disk.
class Directory {
  public:
    Directory() {
        for (std::string name : {"/dev/shm/boxoffice-fuzz-XXXXXX", "/tmp/boxoffice-fuzz-XXXXXX"})
            if (path_.empty() && ::mkdtemp(name.data()) != nullptr) path_ = name;
        if (path_.empty()) found("no directory can be made");
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// The bytes of an input from front to back; behind its end all are 0.
class Bytes {
  public:
    Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    [[nodiscard]] bool empty() const { return at_ >= size_; }
    std::uint8_t u8() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
    std::uint16_t u16() {
        const auto high = u8();
        return static_cast<std::uint16_t>(high << 8 | u8());
    }
    std::uint32_t u24() {
        const std::uint32_t high = u8();
        return high << 16 | u16();
    }
    std::vector<std::uint8_t> take(std::size_t count) {
        std::vector<std::uint8_t> out(count);
        for (auto& byte : out) byte = u8();
        return out;
    }
    std::string_view rest() {
        const auto from = std::exchange(at_, size_);
        return from >= size_ ? std::string_view{}
                             : std::string_view{reinterpret_cast<const char*>(data_) + from, size_ - from};
    }

  private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

}  // namespace fuzz
