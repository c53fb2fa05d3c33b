#pragma once
/// For tests only: lets them see when this process commits and when it checkpoints, and take the lock that keeps the
/// two apart out of the way. Without a hook it costs one relaxed load a section.

#include <atomic>
#include <cstdint>

namespace boxoffice::sqlite {

enum class Section : std::int32_t { commit = 1, checkpoint = 2 };

/// Called on the thread that enters (`begins`) or leaves the section, inside it. It must not throw.
using TraceHook = void (*)(Section section, bool begins);

inline std::atomic<TraceHook> trace_hook{nullptr};

/// True: the file lock is not taken, and the store is unsafe across processes. The control of the overlap test.
inline std::atomic<bool> trace_without_file_lock{false};

/// Marks a section for its own lifetime.
class TracedSection {
  public:
    explicit TracedSection(Section section) : section_(section), hook_(trace_hook.load(std::memory_order_relaxed)) {
        if (hook_ != nullptr) hook_(section_, true);
    }
    ~TracedSection() {
        if (hook_ != nullptr) hook_(section_, false);
    }
    TracedSection(const TracedSection&) = delete;
    TracedSection& operator=(const TracedSection&) = delete;

  private:
    Section section_;
    TraceHook hook_;
};

}  // namespace boxoffice::sqlite
