/// The journey over HTTP: the example server in a process of its own, one connection a caller, kept alive.
///
///     http_bench --server build/release/examples/boxoffice_server --folder /var/tmp --callers 256 --seconds 3

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "engine_bench.hpp"

namespace {

using namespace bench;

constexpr std::int64_t journeys_per_second_max = 10'000;

/// Serves a file until it is told to end.
class Server {
  public:
    Server(const std::string& program, const std::string& file) {
        std::array<int, 2> out{};
        require(::pipe(out.data()) == 0, "pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(out[1], STDOUT_FILENO);
            // A hold must not run out because its machine is slow.
            ::execl(program.c_str(), program.c_str(), "--db", file.c_str(), "--port", "0", "--hold-seconds", "3600",
                    "--connections-per-client", "4096", nullptr);
            ::_exit(127);
        }
        ::close(out[1]);
        std::string said;
        for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) said += c;
        ::close(out[0]);
        const auto colon = said.rfind(':');
        const auto* const end = said.data() + said.size();
        require(pid_ > 0 && colon != std::string::npos &&
                    std::from_chars(said.data() + colon + 1, end, port_).ec == std::errc{},
                "the server did not start: " + program);
    }
    ~Server() {
        if (pid_ > 0) (void)stop();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Its exit status.
    int stop() {
        int status = 0;
        ::kill(pid_, SIGTERM);
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

/// One request at a time; what is not 200 throws.
class Connection {
  public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        (void)::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        require(::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "connect");
    }
    ~Connection() { ::close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::string_view post(std::string_view path, const std::string& body, const std::string& headers = {}) {
        request_.assign("POST ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
        request_.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
        request_.append("\r\n\r\n").append(body);
        for (std::size_t at = 0; at < request_.size();) {
            const auto sent = ::send(socket_, request_.data() + at, request_.size() - at, MSG_NOSIGNAL);
            require(sent > 0, "send");
            at += static_cast<std::size_t>(sent);
        }
        const auto answer = receive();
        require(std::string_view{answer_}.starts_with("HTTP/1.1 200 "), std::string{path} + ": " + answer_);
        return answer;
    }

  private:
    /// The answer's body.
    std::string_view receive() {
        constexpr std::string_view length = "\r\nContent-Length: ";
        answer_.clear();
        while (true) {
            std::array<char, 4096> some{};
            const auto count = ::recv(socket_, some.data(), some.size(), 0);
            require(count > 0, "recv");
            answer_.append(some.data(), static_cast<std::size_t>(count));
            const auto end = answer_.find("\r\n\r\n");
            const auto at = answer_.find(length);
            if (end == std::string::npos) continue;
            require(at < end, "an answer without a length");
            const auto begin = at + length.size();
            std::size_t size = 0;
            std::from_chars(answer_.data() + begin, answer_.data() + end, size);
            if (answer_.size() >= end + 4 + size) return std::string_view{answer_}.substr(end + 4, size);
        }
    }

    const int socket_;
    std::string request_;
    std::string answer_;
};

/// The text of a member.
std::string text_of(std::string_view body, std::string_view name) {
    const auto at = body.find("\"" + std::string{name} + "\":\"");
    require(at != std::string_view::npos, "no " + std::string{name} + " in " + std::string{body});
    const auto begin = at + name.size() + 4;
    return std::string{body.substr(begin, body.find('"', begin) - begin)};
}

class Buyer {
  public:
    Buyer(std::uint16_t port, const std::string& concert) : connection_(port), concert_(concert) {}
    void operator()(const Ticket& ticket) {
        const auto user = R"({"userId":"user-)" + std::to_string(ticket.user) + "\"";
        const auto token = text_of(connection_.post("/api/token", user + "}"), "token");
        const auto seen = connection_.post("/api/token/peek", R"({"tokenId":")" + token + "\"}");
        require(seen.find(R"("isTurn":true)") != std::string_view::npos, "not this user's turn");
        const auto hold = user + R"(,"date":"2030-12-24","concertId":")" + concert_ + R"(","seatNumber":"A-)" +
                          std::to_string(ticket.seat + 1) + R"(","token":")" + token + "\"}";
        const auto held = text_of(connection_.post("/api/reservations", hold, key(ticket, "h")), "reservationId");
        (void)connection_.post("/api/payment/recharge", user + R"(,"amount":)" + std::to_string(price) + "}",
                               key(ticket, "r") + "Authorization: Bearer " + token + "\r\n");
        const auto pay = user + R"(,"reservationId":")" + held + R"(","token":")" + token + "\"}";
        (void)connection_.post("/api/payment", pay, key(ticket, "p"));
    }

  private:
    static std::string key(const Ticket& ticket, const char* of) {
        return "Idempotency-Key: " + ticket.key(of) + "\r\n";
    }

    Connection connection_;
    const std::string concert_;
};

void run(const Flags& flags) {
    House house{flags};
    const auto pool = Pool::of(flags, journeys_per_second_max);
    house.add_users(pool.users);
    house.add_seats(pool.seats);
    house.close();
    Server server{flags.text("server"), house.path()};
    const auto journeys = run_journeys(
        flags, pool,
        [&](int) {
            const auto buyer = std::make_shared<Buyer>(server.port(), to_text(house.concerts.front()));
            return [buyer](const Ticket& ticket) { (*buyer)(ticket); };
        },
        [&] {
            return usage_of_server(server.pid()) + Usage{own_usage().cpu_seconds, 0};
        });
    require(server.stop() == 0, "the server did not end well");
    house.reopen();
    house.check(journeys.paid);
    journey_line(flags, "http", journeys).print();
}

}  // namespace

int main(int argc, char** argv) {
    return report_failure("http_bench", [&] {
        run(Flags{argc,
                  argv,
                  {{"name", "http"},
                   {"store", "sqlite"},
                   {"folder", "."},
                   {"callers", "256"},
                   {"seconds", "3"},
                   {"seed", "1"},
                   {"server", "build/release/examples/boxoffice_server"}}});
    });
}
