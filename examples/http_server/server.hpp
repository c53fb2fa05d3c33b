#pragma once
/// The front: sockets, HTTP/1.1, deadlines and limits, around a router. Threads that do I/O never wait for the store: one
/// thread of its own decides the commands, all that wait at a time, and pools behind bounded queues ask and do the rest.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "request_log.hpp"
#include "router.hpp"

namespace http_server {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;  ///< 0: any free one
    std::size_t io_threads = 1;
    std::size_t workers = 4;            ///< for what takes long: audits, backups, plans, a payment gateway
    std::size_t read_workers = 2;       ///< for what asks the store
    std::size_t queue_size_max = 1024;  ///< of each of the two
    std::chrono::seconds queue_timeout{3};
    std::size_t connections_max = 4096;
    /// Of one client. Nothing: 512; and of this machine, where a proxy may be, three quarters of all.
    std::optional<std::size_t> connections_per_client;
    std::int64_t unsent_max = 128 * 1024 * 1024;  ///< bytes of answers that wait for their readers, in all
    std::chrono::seconds header_timeout{10};
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds body_timeout{30};
    std::chrono::seconds write_timeout{30};
    std::chrono::seconds drain_timeout{10};
    RequestLog* log = nullptr;  ///< must outlive the server
    /// Runs on a worker about once a second, never twice at a time.
    std::function<void()> every_second;
};

class Server {
  public:
    /// Binds and listens. Throws std::runtime_error, with one line that says why not. The router must outlive the
    /// server.
    Server(Router& router, ServerOptions options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// The real one.
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] bool is_loopback() const;

    /// What an address begins with: "127.0.0.1", "[::1]", "localhost".
    [[nodiscard]] std::string name() const;

    /// Serves until SIGTERM or SIGINT; then stops accepting and lets requests under way finish for up to
    /// `drain_timeout`. Shortly before its end those that were not begun are answered that nothing was done; those that
    /// the store is at have no answer, since nobody can say what will become of them. A second signal cuts that short.
    /// False: a call of the store goes on, which may last, and the server must not be destroyed; end the process. The
    /// router's commands are closed then.
    [[nodiscard]] bool run();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http_server
