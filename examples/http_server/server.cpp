#include "server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "session.hpp"

namespace http_server {

class Server::Impl {
  public:
    Impl(Router& router, ServerOptions options)
        : options_(std::move(options)),
          readers_(options_.read_workers, options_.queue_size_max, router.metrics().queued, options_.queue_timeout),
          workers_(options_.workers, options_.queue_size_max, router.metrics().queued, options_.queue_timeout),
          driver_(1, 1, undriven_),
          shared_{router, options_, readers_, workers_, {}},
          acceptor_((make_loops(), loops_.front()->context)),
          signals_(loops_.front()->context, SIGTERM, SIGINT),
          hangup_(loops_.front()->context),
          second_(loops_.front()->context.get_executor()),
          drop_(loops_.front()->context.get_executor()),
          pause_(loops_.front()->context.get_executor()) {
        listen();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { shared_.router.commands().close(); }  // which ends the driver, if run() has not

    [[nodiscard]] net::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    [[nodiscard]] std::string name() const {
        if (options_.host == "localhost") return options_.host;
        const auto address = endpoint().address();
        return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    }

    bool run() {
        accept();
        await_signal();
        if (options_.log != nullptr) await_hangup();
        await_second();
        drive();
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([loop = loops_[i].get()] { loop->run(); });
        loops_.front()->run();
        for (auto& thread : threads) thread.join();
        // Nobody is left to answer. What is under way in the store may still end in time, and then so does the store, in
        // good order.
        drop_waiting();
        const auto until = std::max(drain_until_, SteadyClock::now()) + std::chrono::milliseconds{100};
        if (!driver_.stop_by(until) || !workers_.stop_by(until) || !readers_.stop_by(until)) return false;
        for (auto& loop : loops_) loop->resume_waiting();  // each ends here: nobody is left to wait for
        return true;
    }

  private:
    using Acceptor = net::basic_socket_acceptor<net::ip::tcp, net::io_context::executor_type>;

    void make_loops() {
        for (std::size_t i = 0; i < options_.io_threads; ++i) loops_.push_back(std::make_unique<Loop>(shared_));
    }

    void listen() {
        error_code error;
        const auto address = net::ip::make_address(address_text(), error);
        if (error)
            throw std::runtime_error(fmt::format(
                "--host: expected an address such as 127.0.0.1 or [::1], or localhost, found \"{}\"", options_.host));
        const net::ip::tcp::endpoint at(address, options_.port);
        acceptor_.open(at.protocol(), error);
        if (!error) acceptor_.set_option(Acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(at, error);
        if (!error) acceptor_.listen(Acceptor::max_listen_connections, error);
        if (error)
            throw std::runtime_error(fmt::format("{} port {}: {}", options_.host, options_.port, error.message()));
    }

    /// As an address is written outside of URLs. Not what a resolver says of localhost: browsers know it, too.
    [[nodiscard]] std::string address_text() const {
        if (options_.host == "localhost") return "127.0.0.1";
        const bool is_bracketed = options_.host.starts_with('[') && options_.host.ends_with(']');
        return is_bracketed ? options_.host.substr(1, options_.host.size() - 2) : options_.host;
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
        error_code error;
        const auto peer = socket.remote_endpoint(error).address();
        if (error) return;  // it has gone
        auto place = shared_.clients.enter(key_of(peer), most_of(peer));
        if (!place) return turn_away(std::move(socket));
        net::dispatch(loop.context, [&loop, socket = std::move(socket), place = std::move(*place)]() mutable {
            loop.adopt(std::move(socket), std::move(place));
        });
    }

    static ClientKey key_of(const net::ip::address& address) {
        if (address.is_v4()) return ClientKey::of(address.to_v4().to_bytes());
        const auto v6 = address.to_v6();
        if (v6.is_v4_mapped()) return ClientKey::of(net::ip::make_address_v4(net::ip::v4_mapped, v6).to_bytes());
        return ClientKey::of(v6.to_bytes());
    }

    /// How many connections a client may have. Many buyers may come from one address, of a company or a mobile network;
    /// and behind a proxy on this machine, all of them.
    [[nodiscard]] std::size_t most_of(const net::ip::address& address) const {
        constexpr std::size_t usual = 512;
        if (options_.connections_per_client) return *options_.connections_per_client;
        if (!address.is_loopback()) return usual;
        return std::max(options_.connections_max - options_.connections_max / 4, std::size_t{1});
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
            drain_until_ = SteadyClock::now() + options_.drain_timeout;
            for (auto& loop : loops_) net::post(loop->context, [&loop] { loop->drain(); });
            await_drop();
            await_signal();
        });
    }

    /// What still waits for a thread shortly before the end of the drain is answered, while there is time to send it.
    void await_drop() {
        const auto margin = std::min<SteadyClock::duration>(std::chrono::seconds{1}, options_.drain_timeout / 2);
        drop_.expires_at(drain_until_ - margin);
        drop_.async_wait([this](error_code error) {
            if (!error) drop_waiting();
        });
    }

    void drop_waiting() {
        shared_.router.commands().close();
        workers_.drop_queued();
        readers_.drop_queued();
    }

    /// One thread: while it decides, the next commands gather.
    void drive() {
        (void)driver_.try_push([&commands = shared_.router.commands()] {
            while (commands.drive()) {
            }
        });
    }

    void await_hangup() {
        error_code ignored;
        hangup_.add(SIGHUP, ignored);
        hangup_.async_wait([this](error_code error, int) {
            if (error) return;
            options_.log->reopen();
            await_hangup();
        });
    }

    void await_second() {
        second_.expires_after(std::chrono::seconds{1});
        second_.async_wait([this](error_code error) {
            if (error) return;
            if (options_.every_second && !is_second_running_.exchange(true)) {
                const bool is_taken = workers_.try_push(
                    [this] {
                        options_.every_second();
                        is_second_running_ = false;
                    },
                    [this] { is_second_running_ = false; });
                if (!is_taken) is_second_running_ = false;
            }
            await_second();
        });
    }

    const ServerOptions options_;
    std::atomic<std::int64_t> undriven_{0};
    WorkerPool readers_;
    WorkerPool workers_;
    WorkerPool driver_;  // last, so that it ends first: it has no end of its own but run()'s
    Shared shared_;
    std::vector<std::unique_ptr<Loop>> loops_;
    Acceptor acceptor_;
    net::signal_set signals_;
    net::signal_set hangup_;
    Timer second_;
    Timer drop_;
    Timer pause_;
    std::size_t next_loop_ = 0;
    SteadyClock::time_point drain_until_{};
    std::atomic<bool> is_second_running_{false};
};

Server::Server(Router& router, ServerOptions options) : impl_(std::make_unique<Impl>(router, std::move(options))) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->endpoint().port(); }

bool Server::is_loopback() const { return impl_->endpoint().address().is_loopback(); }

std::string Server::name() const { return impl_->name(); }

bool Server::run() { return impl_->run(); }

}  // namespace http_server
