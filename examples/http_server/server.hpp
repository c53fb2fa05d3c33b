#pragma once
/// The front: sockets, HTTP/1.1, deadlines and limits, around a router. Threads that do I/O never wait for the store;
/// what may wait runs on a pool of workers behind a bounded queue.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "router.hpp"

namespace http_server {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;  ///< 0: any free one
    std::size_t io_threads = 1;
    std::size_t workers = 4;
    std::size_t queue_size_max = 1024;
    std::size_t connections_max = 4096;
    std::chrono::seconds header_timeout{10};
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds body_timeout{30};
    std::chrono::seconds write_timeout{30};
    std::chrono::seconds drain_timeout{10};
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

    /// Serves until SIGTERM or SIGINT; then stops accepting, lets requests under way finish for up to `drain_timeout`,
    /// and returns when no worker runs. A second signal cuts that short.
    void run();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http_server
