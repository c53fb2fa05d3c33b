/// beast_hello: the least that Boost.Beast needs to answer "hello", asynchronously with keep-alive. The load test runs
/// it beside boxoffice_server, to see what the box office costs on top of HTTP itself.
///
///     beast_hello [--port N] [--io-threads N]

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using boost::system::error_code;
using Executor = net::io_context::executor_type;
using Socket = net::basic_stream_socket<net::ip::tcp, Executor>;
using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Executor>;

class Session : public std::enable_shared_from_this<Session> {
  public:
    explicit Session(Socket socket) : socket_(std::move(socket)) {}

    void read() {
        parser_.emplace();
        http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->answer();
        });
    }

  private:
    void answer() {
        const auto& request = parser_->get();
        response_ = {};
        response_.version(request.version());
        response_.keep_alive(request.keep_alive());
        response_.set(http::field::content_type, "text/plain; charset=utf-8");
        response_.body() = "hello\n";
        response_.prepare_payload();
        http::async_write(socket_, response_, [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return;
            if (self->response_.keep_alive()) return self->read();
            self->socket_.shutdown(Socket::shutdown_send, error);
        });
    }

    Socket socket_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
};

/// Connections go round the loops; each loop has one thread, so nothing is shared between threads.
void accept(Acceptor& acceptor, std::vector<std::unique_ptr<net::io_context>>& loops, std::size_t next) {
    auto& loop = *loops[next % loops.size()];
    acceptor.async_accept(loop, [&, next](error_code error, Socket socket) {
        if (error) return;
        socket.set_option(net::ip::tcp::no_delay(true), error);
        net::dispatch(loop,
                      [socket = std::move(socket)]() mutable { std::make_shared<Session>(std::move(socket))->read(); });
        accept(acceptor, loops, next + 1);
    });
}

int run(unsigned short port, int io_threads) {
    std::vector<std::unique_ptr<net::io_context>> loops;
    for (int i = 0; i < io_threads; ++i) loops.push_back(std::make_unique<net::io_context>(1));
    Acceptor acceptor(*loops.front(), {net::ip::make_address("127.0.0.1"), port});
    accept(acceptor, loops, 0);
    net::signal_set signals(*loops.front(), SIGTERM, SIGINT);
    signals.async_wait([&](error_code, int) {
        for (auto& loop : loops) loop->stop();
    });
    std::printf("listening on http://127.0.0.1:%d\n", static_cast<int>(acceptor.local_endpoint().port()));
    std::fflush(stdout);
    std::vector<std::thread> threads;
    std::vector<net::executor_work_guard<Executor>> busy;
    for (auto& loop : loops) busy.push_back(net::make_work_guard(*loop));
    for (std::size_t i = 1; i < loops.size(); ++i) threads.emplace_back([&, i] { loops[i]->run(); });
    loops.front()->run();
    for (auto& thread : threads) thread.join();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    int port = 8081;
    int io_threads = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view flag = argv[i];
        if (flag == "--port") port = std::atoi(argv[i + 1]);
        if (flag == "--io-threads") io_threads = std::atoi(argv[i + 1]);
    }
    try {
        return run(static_cast<unsigned short>(port), io_threads);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "beast_hello: %s\n", e.what());
        return 2;
    }
}
