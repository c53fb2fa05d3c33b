#pragma once
/// Lines for a log that may come by the thousand a second when something breaks: some of them, and how many were left
/// out.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace http_server {

/// Thread-safe. It knows no clock.
class LogLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// The line if it is to be written, with the number of those left out before it; else nothing.
    std::optional<std::string> offer(const std::string& line, Time now) {
        const std::lock_guard lock(mutex_);
        if (!began_ || now - *began_ >= span) {
            began_ = now;
            written_ = 0;
        }
        if (written_ == lines_a_span) {
            ++left_out_;
            last_ = line;
            return std::nullopt;
        }
        ++written_;
        return take_rest() + line;
    }

    /// What was left out, once its span is over; to be asked now and then, since nothing else may come.
    std::optional<std::string> rest(Time now) {
        const std::lock_guard lock(mutex_);
        if (left_out_ == 0 || now - *began_ < span) return std::nullopt;
        const auto last = last_;
        return take_rest() + "the last: " + last;
    }

    static constexpr std::chrono::seconds span{10};
    static constexpr std::int64_t lines_a_span = 5;

  private:
    std::string take_rest() {
        if (left_out_ == 0) return {};
        auto text = "(" + std::to_string(left_out_) + " more were left out) ";
        left_out_ = 0;
        return text;
    }

    std::mutex mutex_;
    std::optional<Time> began_;
    std::int64_t written_ = 0;
    std::int64_t left_out_ = 0;
    std::string last_;
};

}  // namespace http_server
