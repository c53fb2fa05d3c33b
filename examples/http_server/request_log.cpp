#include "request_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "support/input.hpp"

namespace http_server {
namespace {

constexpr std::size_t waiting_max = 1024 * 1024;
constexpr std::size_t text_max = 256;

/// One word, whatever it was: what is not visible ASCII becomes %XX, and a long one is cut.
void append_word(std::string& out, std::string_view text) {
    const bool is_cut = text.size() > text_max;
    for (const char c : text.substr(0, text_max)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7F && c != '"' && c != '%')
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    }
    if (is_cut) out += "...";
    if (text.empty()) out += '-';
}

void append_query(std::string& out, std::string_view query) {
    char separator = '?';
    query = query.substr(0, text_max);
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto name = pair.substr(0, pair.find('='));
        if (name.empty()) continue;
        out += separator;
        append_word(out, name == "date" || name == "concertId" ? pair : name);
        separator = '&';
    }
}

}  // namespace

std::string log_line(const LoggedRequest& request) {
    auto line = fmt::format("time={} client=", boxoffice::to_text(request.at));
    append_word(line, request.client);
    line += " method=";
    append_word(line, request.method.substr(0, 16));
    line += " path=";
    append_word(line, request.path);
    append_query(line, request.query);
    fmt::format_to(std::back_inserter(line), " status={} us={} bytes={}\n", request.status, request.took.count(),
                   request.bytes);
    return line;
}

RequestLog::RequestLog(std::string path) : path_(std::move(path)), file_(open()) {
    if (file_ == nullptr) throw support::BadInput("--request-log: " + path_ + ": " + std::strerror(errno));
    thread_ = std::thread([this] { run(); });
}

RequestLog::~RequestLog() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    if (file_ != stdout) (void)std::fclose(file_);
}

std::FILE* RequestLog::open() const {
    if (path_ == "-") return stdout;
    const int descriptor = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    return descriptor < 0 ? nullptr : ::fdopen(descriptor, "a");
}

void RequestLog::write(const LoggedRequest& request) {
    const auto line = log_line(request);
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() + line.size() > waiting_max) {
            ++left_out_;
            return;
        }
        waiting_ += line;
    }
    changed_.notify_one();
}

void RequestLog::reopen() {
    {
        const std::lock_guard lock(mutex_);
        must_reopen_ = true;
    }
    changed_.notify_one();
}

void RequestLog::flush() {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, std::chrono::seconds{1}, [this] { return waiting_.empty() && !is_writing_; });
}

void RequestLog::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return is_over_ || must_reopen_ || !waiting_.empty(); });
        if (std::exchange(must_reopen_, false) && file_ != stdout) {
            // The old one stays where the new one cannot be opened: better a line in a moved file than none.
            if (auto* const again = open()) {
                (void)std::fclose(file_);
                file_ = again;
            }
        }
        if (waiting_.empty() && is_over_) return;
        auto text = std::exchange(waiting_, {});
        if (const auto count = std::exchange(left_out_, 0); count > 0) text += fmt::format("left-out={}\n", count);
        is_writing_ = true;
        lock.unlock();
        (void)std::fwrite(text.data(), 1, text.size(), file_);
        (void)std::fflush(file_);
        lock.lock();
        is_writing_ = false;
        idle_.notify_all();
    }
}

}  // namespace http_server
