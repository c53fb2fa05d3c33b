#include <time.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "boxoffice/ports.hpp"

namespace boxoffice {

Time SystemClock::wall() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

Duration SystemClock::steady() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<Duration>(std::chrono::seconds{now.tv_sec} +
                                                std::chrono::nanoseconds{now.tv_nsec});
}

std::int64_t SystemClock::steady_origin() {
    std::ifstream in{"/proc/sys/kernel/random/boot_id"};
    std::string name;
    if (!(in >> name) || name.empty()) return 0;
    const auto hash = static_cast<std::int64_t>(std::hash<std::string>{}(name));
    return hash == 0 ? 1 : hash;
}

void SystemClock::wait(Duration span) { std::this_thread::sleep_for(span); }

void SystemClock::wait_or_stop(Duration span, const std::atomic<bool>& stopped) {
    constexpr Duration slice = std::chrono::milliseconds{100};
    for (; span > Duration::zero() && !stopped; span -= std::min(span, slice))
        std::this_thread::sleep_for(std::min(span, slice));
}

}  // namespace boxoffice
