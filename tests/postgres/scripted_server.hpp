#pragma once
/// Says what a test tells it to say, in PostgreSQL's protocol (version 3): a server that is too old, or out of its mind.

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "postgres/unix_sockets.hpp"
#include "support/temp_dir.hpp"

namespace boxoffice::testing {

/// A message of the protocol: its letter, its length, its text.
inline std::string message(char letter, std::string_view text = {}) {
    std::string bytes(1, letter);
    const auto length = static_cast<std::uint32_t>(text.size() + 4);
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
    return bytes.append(text);
}

/// A text of the protocol ends in a zero.
inline std::string zeroed(std::string_view text) { return std::string{text} + '\0'; }

inline std::string parameter(std::string_view name, std::string_view value) {
    return message('S', zeroed(name) + zeroed(value));
}

inline std::string server_error(std::string_view severity, std::string_view sqlstate, std::string_view words) {
    return message('E', zeroed(std::string{"S"}.append(severity)) + zeroed(std::string{"V"}.append(severity)) +
                            zeroed(std::string{"C"}.append(sqlstate)) + zeroed(std::string{"M"}.append(words)) + '\0');
}

inline const std::string ready = message('Z', "I");
inline const std::string command_done = message('C', zeroed("SET"));

/// What a server says once it has let somebody in.
inline std::string welcome(std::string_view version = "15.1", std::string_view encoding = "UTF8") {
    return message('R', std::string(4, '\0')) + parameter("server_version", version) +
           parameter("in_hot_standby", "off") + parameter("default_transaction_read_only", "off") +
           (encoding.empty() ? std::string{} : parameter("server_encoding", encoding)) + message('K', "12345678") +
           ready;
}

/// Thread-safe. Each connection gets `greeting`, then for each request (what ends in a Sync, or a simple query) the next of
/// `answers`; behind the last of them, and behind a greeting that lets nobody in, the connection is closed, or, with `hangs`, left
/// without an answer.
class ScriptedServer {
  public:
    ScriptedServer(std::string greeting, std::vector<std::string> answers = {}, bool hangs = false)
        : greeting_(std::move(greeting)), answers_(std::move(answers)), hangs_(hangs) {
        serving_ = std::thread([this] { serve_all(); });
    }
    ~ScriptedServer() {
        ends_ = true;
        serving_.join();
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::string address() const {
        return "postgresql:///box?host=" + dir_.path().string() + "&user=ann&password=s3cret";
    }
    [[nodiscard]] int greeted() const { return greeted_; }

  private:
    bool has_more(int client) const {
        while (!ends_) {
            ::pollfd one{client, POLLIN, 0};
            if (::poll(&one, 1, 10) > 0) return true;
        }
        return false;
    }
    void serve_all() {
        for (;;) {
            const int client = listener_.accept_unless(ends_);
            if (client < 0) return;
            serve(client);
            ::close(client);
        }
    }
    void serve(int client) {
        std::string asked;
        const auto take = [&](std::size_t length) {
            while (asked.size() < length)
                if (!has_more(client) || !read_some(client, asked)) return false;
            return true;
        };
        /// The letter of the next whole message; 0: the client has gone.
        const auto next = [&](std::size_t letters) {
            if (!take(letters + 4)) return '\0';
            const auto length = length_at(asked, letters);
            if (!take(letters + length)) return '\0';
            const char letter = letters == 0 ? 'B' : asked.front();
            asked.erase(0, letters + length);
            return letter;
        };
        if (next(0) == '\0') return;
        ++greeted_;
        (void)write_all(client, greeting_);
        if (!greeting_.ends_with(ready) && !hangs_) return;
        auto answer = answers_.begin();
        for (;;) {
            const auto letter = next(1);
            if (letter == '\0') return;
            if (letter != 'S' && letter != 'Q') continue;
            if (answer != answers_.end())
                (void)write_all(client, *answer++);
            else if (!hangs_)
                return;
        }
    }

    const TempDir dir_;
    const std::string greeting_;
    const std::vector<std::string> answers_;
    const bool hangs_;
    const UnixListener listener_{dir_.path().string()};
    std::atomic<int> greeted_{0};
    std::atomic<bool> ends_{false};
    std::thread serving_;
};

}  // namespace boxoffice::testing
