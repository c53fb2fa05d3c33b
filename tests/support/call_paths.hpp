#pragma once
/// By which paths of calls one place of the program is come to.

#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

namespace boxoffice::testing {

/// Counts visits, and knows of each path (the return addresses of the stack) its first one. A fault at a later visit by the same path
/// meets the same code in the same order, one turn of a loop further on.
class CallPaths {
  public:
    CallPaths() = default;
    /// Paths differ only in what lies outside the library that has `inner`; of each the last visit counts, too.
    explicit CallPaths(const void* inner) {
        Dl_info library{};
        if (::dladdr(inner, &library) != 0) library_ = library.dli_fbase;
    }

    void note() {
        std::array<void*, 64> frames{};
        const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
        std::uint64_t path = 14'695'981'039'346'656'037ULL;  // FNV-1a, a word at a time
        for (int i = 0; i < depth; ++i) {
            auto* const frame = frames[static_cast<std::size_t>(i)];
            if (!is_inside(frame)) path = (path ^ reinterpret_cast<std::uintptr_t>(frame)) * 1'099'511'628'211ULL;
        }
        const auto [at, is_new] = visits_of_.try_emplace(path, Visits{visits_, visits_});
        if (!is_new) at->second.last = visits_;
        ++visits_;
    }

    /// Those that count, from 0, ascending.
    [[nodiscard]] std::vector<std::int64_t> places() const {
        std::set<std::int64_t> places;
        for (const auto& [path, visits] : visits_of_) {
            places.insert(visits.first);
            if (library_ != nullptr) places.insert(visits.last);
        }
        return {places.begin(), places.end()};
    }

  private:
    struct Visits {
        std::int64_t first;
        std::int64_t last;
    };

    bool is_inside(void* frame) {
        if (library_ == nullptr) return false;
        const auto [at, is_new] = inside_.try_emplace(frame, false);
        Dl_info library{};
        if (is_new) at->second = ::dladdr(frame, &library) != 0 && library.dli_fbase == library_;
        return at->second;
    }

    const void* library_ = nullptr;
    std::unordered_map<const void*, bool> inside_;
    std::unordered_map<std::uint64_t, Visits> visits_of_;
    std::int64_t visits_ = 0;
};

}  // namespace boxoffice::testing
