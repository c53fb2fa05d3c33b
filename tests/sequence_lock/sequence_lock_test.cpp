#include "engine/sequence_lock.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using boxoffice::SequenceLock;

namespace {

struct Wide {
    std::array<std::int64_t, 32> words{};
};

}  // namespace

TEST_CASE("a sequence lock gives back what was written last") {
    SequenceLock<Wide> lock;
    CHECK(lock.read().words == Wide{}.words);
    Wide value;
    for (std::size_t i = 0; i < value.words.size(); ++i) value.words[i] = static_cast<std::int64_t>(i) - 5;
    lock.write(value);
    CHECK(lock.read().words == value.words);
}

TEST_CASE("a reader of a sequence lock never sees half of one value and half of another", "[threads]") {
    SequenceLock<Wide> lock;
    std::atomic<bool> is_over{false};
    std::atomic<int> torn{0};
    std::atomic<int> values_seen{0};
    const auto read = [&] {
        std::int64_t last = 0;
        while (!is_over) {
            const auto words = lock.read().words;
            if (std::any_of(words.begin(), words.end(), [&](std::int64_t word) { return word != words[0]; }) ||
                words[0] < last)
                ++torn;
            if (words[0] != last) ++values_seen;
            last = words[0];
        }
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) readers.emplace_back(read);
    constexpr std::int64_t most = 100'000'000;
    for (std::int64_t value = 1; value < 100'000 || (values_seen < 1'000 && value < most); ++value) {
        Wide next;
        next.words.fill(value);
        lock.write(next);
    }
    is_over = true;
    for (auto& reader : readers) reader.join();
    CHECK(torn == 0);
    CHECK(values_seen >= 1'000);
}
