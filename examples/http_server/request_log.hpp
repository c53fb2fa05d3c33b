#pragma once
/// One line for each request that was answered: who asked what, and how it went. Never a token, a key, or whom it was
/// about.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "boxoffice/time.hpp"

namespace http_server {

struct LoggedRequest {
    boxoffice::Time at;
    std::string_view client;  ///< the address that connected; a proxy's, where one is in front
    std::string_view method;  ///< empty: what came was no request
    std::string_view path;    ///< decoded
    std::string_view query;   ///< as it came
    int status = 0;
    std::chrono::microseconds took{};
    std::size_t bytes = 0;  ///< of the answer, its header included
};

/// time=2026-11-25T10:00:00.000Z client=127.0.0.1 method=GET path=/api/balance?userId status=200 us=312 bytes=298, and
/// a line end. Of the query, names stay and values go, but for dates and concerts.
std::string log_line(const LoggedRequest& request);

/// Thread-safe; writing is a thread's of its own, so that a slow disk or a full pipe holds up no request: where more
/// than a MiB waits, lines are left out, and a line says how many.
class RequestLog {
  public:
    /// Appends to the file, which is made if absent, for its owner and group; "-" is the standard output. Throws
    /// BadInput.
    explicit RequestLog(std::string path);
    RequestLog(const RequestLog&) = delete;
    RequestLog& operator=(const RequestLog&) = delete;
    /// Writes what waits.
    ~RequestLog();

    void write(const LoggedRequest& request);

    /// Opens the path anew before the next line: the file was moved away.
    void reopen();

    /// Waits until what was written so far is with the operating system, but not for long.
    void flush();

  private:
    void run();
    [[nodiscard]] std::FILE* open() const;

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable idle_;
    std::string waiting_;
    std::int64_t left_out_ = 0;
    bool is_writing_ = false;
    bool must_reopen_ = false;
    bool is_over_ = false;
    std::FILE* file_;
    std::thread thread_;
};

}  // namespace http_server
