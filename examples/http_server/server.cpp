#include "server.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "session.hpp"

namespace http_server {

class Server::Impl {
  public:
    Impl(Router& router, ServerOptions options)
        : options_(std::move(options)),
          pool_(options_.workers, options_.queue_size_max, router.metrics().queued),
          shared_{router, options_, pool_},
          acceptor_((make_loops(), loops_.front()->context)),
          signals_(loops_.front()->context, SIGTERM, SIGINT),
          second_(loops_.front()->context.get_executor()),
          pause_(loops_.front()->context.get_executor()) {
        listen();
    }

    [[nodiscard]] net::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    void run() {
        accept();
        await_signal();
        await_second();
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([loop = loops_[i].get()] { loop->run(); });
        loops_.front()->run();
        for (auto& thread : threads) thread.join();
        pool_.stop();
    }

  private:
    using Acceptor = net::basic_socket_acceptor<net::ip::tcp, net::io_context::executor_type>;

    void make_loops() {
        for (std::size_t i = 0; i < options_.io_threads; ++i) loops_.push_back(std::make_unique<Loop>(shared_));
    }

    void listen() {
        error_code error;
        const auto address = net::ip::make_address(options_.host, error);
        if (error)
            throw std::runtime_error(
                fmt::format("--host: expected an address such as 127.0.0.1, found \"{}\"", options_.host));
        const net::ip::tcp::endpoint at(address, options_.port);
        acceptor_.open(at.protocol(), error);
        if (!error) acceptor_.set_option(Acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(at, error);
        if (!error) acceptor_.listen(Acceptor::max_listen_connections, error);
        if (error)
            throw std::runtime_error(fmt::format("{} port {}: {}", options_.host, options_.port, error.message()));
    }

    void accept() {
        auto& loop = *loops_[next_loop_++ % loops_.size()];
        acceptor_.async_accept(loop.context, [this, &loop](error_code error, Socket socket) {
            if (error == net::error::operation_aborted) return;
            if (error) {  // no more file descriptors: let some come back
                pause_.expires_after(std::chrono::milliseconds{100});
                pause_.async_wait([this](error_code aborted) {
                    if (!aborted) accept();
                });
                return;
            }
            take(loop, std::move(socket));
            accept();
        });
    }

    void take(Loop& loop, Socket socket) {
        const auto open = shared_.router.metrics().connections.load(std::memory_order_relaxed);
        if (open >= static_cast<std::int64_t>(options_.connections_max)) return turn_away(std::move(socket));
        net::dispatch(loop.context, [&loop, socket = std::move(socket)]() mutable { loop.adopt(std::move(socket)); });
    }

    /// Too many connections: says so if that fits into the socket's buffer, and closes.
    void turn_away(Socket socket) {
        std::string out;
        write_response(out, overloaded(), {false, false, false, loops_.front()->date});
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(net::buffer(out), ignored);
        socket.shutdown(Socket::shutdown_both, ignored);
        shared_.router.metrics().count(no_route, 503, {});
    }

    void await_signal() {
        signals_.async_wait([this](error_code error, int) {
            if (error) return;
            if (shared_.is_draining.exchange(true)) {  // the second one
                for (auto& loop : loops_) loop->context.stop();
                return;
            }
            error_code ignored;
            acceptor_.close(ignored);
            pause_.cancel();
            second_.cancel();
            for (auto& loop : loops_) net::post(loop->context, [&loop] { loop->drain(); });
            await_signal();
        });
    }

    void await_second() {
        second_.expires_after(std::chrono::seconds{1});
        second_.async_wait([this](error_code error) {
            if (error) return;
            if (options_.every_second && !is_second_running_.exchange(true)) {
                const bool is_taken = pool_.try_push([this] {
                    options_.every_second();
                    is_second_running_ = false;
                });
                if (!is_taken) is_second_running_ = false;
            }
            await_second();
        });
    }

    const ServerOptions options_;
    WorkerPool pool_;
    Shared shared_;
    std::vector<std::unique_ptr<Loop>> loops_;
    Acceptor acceptor_;
    net::signal_set signals_;
    Timer second_;
    Timer pause_;
    std::size_t next_loop_ = 0;
    std::atomic<bool> is_second_running_{false};
};

Server::Server(Router& router, ServerOptions options) : impl_(std::make_unique<Impl>(router, std::move(options))) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->endpoint().port(); }

bool Server::is_loopback() const { return impl_->endpoint().address().is_loopback(); }

void Server::run() { impl_->run(); }

}  // namespace http_server
