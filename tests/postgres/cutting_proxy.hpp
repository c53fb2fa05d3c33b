#pragma once
/// Stands between a store and its database and cuts the connection where a test says: the network, on a bad day.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "postgres/unix_sockets.hpp"
#include "support/postgres_cluster.hpp"
#include "support/temp_dir.hpp"

namespace boxoffice::testing {

/// Where the request is lost: on its way there, or its answer on the way back.
enum class Cut { request, answer };

/// Thread-safe. A request is what a client sends up to a Sync (or a simple query): one round trip.
class CuttingProxy {
  public:
    /// For the socket that `address` (a PostgresSchema's) names.
    explicit CuttingProxy(const std::string& address) : upstream_{socket_in(folder_of(address))} {
        const auto at = address.find("host=") + 5;
        address_ = address.substr(0, at) + dir_.path().string() + address.substr(address.find('&', at));
        accepting_ = std::thread([this] { accept_all(); });
    }
    ~CuttingProxy() {
        ends_ = true;
        accepting_.join();
        for (auto& one : serving_) one.join();
    }
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    [[nodiscard]] const std::string& address() const { return address_; }

    /// Cuts every connection with the `request`-th request from now on, 1 being the next; `down`: and takes no new one, until
    /// come_back().
    void cut_at(std::int64_t request, Cut cut, bool down = false) {
        cut_ = cut;
        goes_down_ = down;
        left_ = request;
    }
    /// False: there were not so many requests.
    [[nodiscard]] bool has_cut() const { return left_ <= 0; }
    void go_down() { is_down_ = true; }
    void come_back() { is_down_ = false; }
    /// How often somebody has connected, or tried to while it was down.
    [[nodiscard]] std::int64_t clients() const { return clients_; }

  private:
    void accept_all() {
        for (;;) {
            const int client = listener_.accept_unless(ends_);
            if (client < 0) return;
            ++clients_;
            if (is_down_)
                ::close(client);
            else
                serving_.emplace_back([this, client] { serve(client); });
        }
    }

    /// One connection, until either side ends it or it is cut.
    void serve(int client) {
        const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto name = socket_named(upstream_);
        bool is_up = ::connect(server, reinterpret_cast<const ::sockaddr*>(&name), sizeof name) == 0;
        std::string asked;  // by the client, not sent on yet
        bool has_started = false;
        while (is_up && !ends_ && !is_down_) {
            ::pollfd ends[2]{{client, POLLIN, 0}, {server, POLLIN, 0}};
            if (::poll(ends, 2, 10) <= 0) continue;
            if (ends[1].revents != 0) is_up = pass(server, client);
            if (is_up && ends[0].revents != 0)
                is_up = read_some(client, asked) && send_requests(server, asked, has_started);
        }
        ::close(client);
        ::close(server);
    }
    static bool pass(int from, int to) {
        std::string bytes;
        return read_some(from, bytes) && write_all(to, bytes);
    }

    /// Sends on every whole message, and looks for the ends of requests. False: it was cut there.
    bool send_requests(int server, std::string& asked, bool& has_started) {
        std::size_t whole = 0;  // bytes before the message looked at
        for (;;) {
            const std::size_t type = has_started ? 1 : 0;  // the first message has none
            if (asked.size() < whole + type + 4) break;
            const auto length = type + length_at(asked, whole + type);
            if (asked.size() < whole + length) break;
            const char what = has_started ? asked[whole] : 0;
            has_started = true;
            whole += length;
            if (what != 'S' && what != 'Q') continue;
            if (left_ > 0 && --left_ == 0) return cut(server, asked.substr(0, whole));
        }
        const bool is_sent = write_all(server, std::string_view{asked}.substr(0, whole));
        asked.erase(0, whole);
        return is_sent;
    }
    bool cut(int server, const std::string& request) {
        if (goes_down_) is_down_ = true;
        if (cut_ == Cut::answer && write_all(server, request)) {
            // Until the server is ready for the next: it has done this one.
            std::string answered;
            const auto is_ready = [&] {
                for (std::size_t at = 0; at + 5 <= answered.size(); at += 1 + length_at(answered, at + 1))
                    if (answered[at] == 'Z') return true;
                return false;
            };
            while (!is_ready() && read_some(server, answered)) continue;
        }
        return false;
    }

    const TempDir dir_;
    const std::string upstream_;
    std::string address_;
    const UnixListener listener_{dir_.path().string()};
    std::atomic<std::int64_t> clients_{0};
    std::atomic<bool> ends_{false};
    std::atomic<bool> is_down_{false};
    std::atomic<bool> goes_down_{false};
    std::atomic<Cut> cut_{Cut::request};
    std::atomic<std::int64_t> left_{0};
    std::vector<std::thread> serving_;  // the accepting thread's
    std::thread accepting_;
};

}  // namespace boxoffice::testing
