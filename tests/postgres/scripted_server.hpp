#pragma once
/// Says what a test tells it to say, in PostgreSQL's protocol (version 3): a server that is too old, or out of its mind.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

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
/// `answers`; behind the last of them the connection is closed, or, with `hangs`, left without an answer.
class ScriptedServer {
  public:
    ScriptedServer(std::string greeting, std::vector<std::string> answers = {}, bool hangs = false)
        : greeting_(std::move(greeting)), answers_(std::move(answers)), hangs_(hangs) {
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::sockaddr_un name{};
        name.sun_family = AF_UNIX;
        const auto path = dir_.path().string() + "/.s.PGSQL.5432";
        if (path.size() >= sizeof name.sun_path) throw std::runtime_error("the socket's path is too long");
        std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
        if (::bind(listener_, reinterpret_cast<const ::sockaddr*>(&name), sizeof name) != 0 ||
            ::listen(listener_, 8) != 0)
            throw std::runtime_error("the server cannot listen");
        serving_ = std::thread([this] { serve_all(); });
    }
    ~ScriptedServer() {
        ends_ = true;
        serving_.join();
        ::close(listener_);
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
        while (!ends_) {
            if (!has_more(listener_)) return;
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) continue;
            serve(client);
            ::close(client);
        }
    }
    void serve(int client) {
        std::string asked;
        const auto take = [&](std::size_t length) {
            while (asked.size() < length) {
                char bytes[65'536];
                if (!has_more(client)) return false;
                const auto count = ::read(client, bytes, sizeof bytes);
                if (count <= 0) return false;
                asked.append(bytes, static_cast<std::size_t>(count));
            }
            return true;
        };
        /// The letter of the next whole message; 0: the client has gone.
        const auto next = [&](std::size_t letters) {
            if (!take(letters + 4)) return '\0';
            std::uint32_t length = 0;
            for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(asked[letters + i]);
            if (!take(letters + length)) return '\0';
            const char letter = letters == 0 ? 'B' : asked.front();
            asked.erase(0, letters + length);
            return letter;
        };
        const auto say = [&](const std::string& bytes) {
            (void)::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        };
        if (next(0) == '\0') return;
        ++greeted_;
        say(greeting_);
        auto answer = answers_.begin();
        for (;;) {
            const auto letter = next(1);
            if (letter == '\0') return;
            if (letter != 'S' && letter != 'Q') continue;
            if (answer != answers_.end())
                say(*answer++);
            else if (!hangs_)
                return;
        }
    }

    const TempDir dir_;
    const std::string greeting_;
    const std::vector<std::string> answers_;
    const bool hangs_;
    int listener_ = -1;
    std::atomic<int> greeted_{0};
    std::atomic<bool> ends_{false};
    std::thread serving_;
};

}  // namespace boxoffice::testing
