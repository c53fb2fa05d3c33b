#include "http_front.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "server.hpp"
#include "session.hpp"
#include "support.hpp"

namespace fuzz {
namespace {

namespace host = http_server;

/// Threads that do what may wait; they outlive the inputs.
struct Staff {
    std::atomic<std::int64_t> queued{0};
    host::WorkerPool readers{1, 64, queued};
    host::WorkerPool workers{1, 64, queued};
};
Staff& staff() {
    static Staff it;
    return it;
}

}  // namespace

std::string converse(http_server::Router& router, std::string_view bytes, std::size_t piece) {
    using Clock = std::chrono::steady_clock;
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) found("socketpair: errno %d", errno);
    const int peer = ends[0];
    const host::ServerOptions options;
    host::Shared shared{router, options, staff().readers, staff().workers, {}};
    std::string answer;
    {
        host::Loop loop(shared);
        host::Socket socket(loop.context);
        socket.assign(host::net::ip::tcp::v4(), ends[1]);
        loop.adopt(std::move(socket), {});
        bool is_sent = false;
        bool is_closed = false;
        const auto give_up = Clock::now() + std::chrono::seconds{10};
        while (!is_closed) {
            loop.context.restart();
            bool is_busy = loop.context.poll() > 0;
            is_busy = router.commands().drive_waiting() || is_busy;
            if (!is_sent && bytes.empty()) {
                ::shutdown(peer, SHUT_WR);
                is_sent = true;
            } else if (!is_sent) {
                const auto count = ::send(peer, bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
                if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
                if (count < 0 && errno != EAGAIN) bytes = {};  // the server has closed
                is_busy = is_busy || count > 0;
            }
            std::array<char, 16 * 1024> room;
            const auto count = ::recv(peer, room.data(), room.size(), 0);
            if (count > 0) answer.append(room.data(), static_cast<std::size_t>(count));
            // The server says that this was all, and waits for us to have read it.
            if (count == 0 || (count < 0 && errno != EAGAIN)) {
                ::shutdown(peer, SHUT_WR);
                is_closed = true;
            }
            if (is_busy || count > 0) continue;
            if (Clock::now() > give_up) found("the server neither answers nor closes");
            pollfd wait{peer, POLLIN, 0};
            ::poll(&wait, 1, 1);
        }
        // Until the session has gone.
        while (router.metrics().connections.load() > 0) {
            loop.context.restart();
            if (loop.context.poll() == 0 && !router.commands().drive_waiting()) ::usleep(100);
            if (Clock::now() > give_up) found("a session does not end");
        }
    }
    ::close(peer);
    return answer;
}

void check_stream(std::string_view text, bool may_be_head) {
    static const std::set<int> known{200, 201, 204, 304, 400, 401, 403, 404, 405,
                                     409, 413, 414, 415, 417, 421, 422, 429, 431};
    while (!text.empty()) {
        constexpr std::string_view version = "HTTP/1.1 ";
        if (!text.starts_with(version) || text.size() < 12) found("no status line: %.80s", std::string{text}.c_str());
        const auto status = std::atoi(std::string{text.substr(version.size(), 3)}.c_str());
        const auto end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) found("a header without an end");
        const auto head = text.substr(0, end + 2);
        text.remove_prefix(end + 4);
        tally().count("front " + std::to_string(status));
        if (status == 100) continue;
        if (!known.contains(status)) found("the front answers %d: %s", status, std::string{text}.c_str());
        std::size_t length = 0;
        if (const auto at = head.find("Content-Length: "); at != std::string_view::npos)
            length = std::strtoul(std::string{head.substr(at + 16, 20)}.c_str(), nullptr, 10);
        else if (status != 204 && status != 304)
            found("an answer without a length: %d", status);
        if (status == 204 || status == 304) continue;
        if (may_be_head && (text.size() < length || text.starts_with(version))) continue;
        if (text.size() < length) found("an answer that ends before its length");
        const auto body = text.substr(0, length);
        text.remove_prefix(length);
        if (head.find("application/json") != std::string_view::npos && !nlohmann::json::accept(body))
            found("no JSON: %s", std::string{body}.c_str());
    }
}

}  // namespace fuzz
