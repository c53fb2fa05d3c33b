#pragma once
/// A small value that one thread at a time writes and any number read without waiting for anyone.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace boxoffice {

/// Readers copy the value, and copy again if it was written meanwhile (Boehm, "Can seqlocks get along with programming language
/// memory models?", 2012; without fences, which thread sanitizers do not understand). Writers keep each other out themselves.
template <class T>
class SequenceLock {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(std::uint64_t) == 0);

  public:
    [[nodiscard]] T read() const noexcept {
        Words words{};
        for (;;) {
            const auto before = sequence_.load(std::memory_order_acquire);
            // Acquired each, so that the second look at the sequence comes after them.
            for (std::size_t i = 0; i < words.size(); ++i) words[i] = words_[i].load(std::memory_order_acquire);
            if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) break;
        }
        return std::bit_cast<T>(words);
    }

    void write(const T& value) noexcept {
        const auto words = std::bit_cast<Words>(value);
        const auto before = sequence_.load(std::memory_order_relaxed);
        sequence_.store(before + 1, std::memory_order_relaxed);
        // Released each: whoever sees one of them sees that the sequence is odd, or beyond.
        for (std::size_t i = 0; i < words.size(); ++i) words_[i].store(words[i], std::memory_order_release);
        sequence_.store(before + 2, std::memory_order_release);
    }

  private:
    using Words = std::array<std::uint64_t, sizeof(T) / sizeof(std::uint64_t)>;
    std::atomic<std::uint64_t> sequence_{0};
    std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>> words_{};
};

}  // namespace boxoffice
