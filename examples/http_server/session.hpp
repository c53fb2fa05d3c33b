#pragma once
/// One connection. Included by server.cpp alone, since it brings in Boost.Beast, which takes long to compile.

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "framing.hpp"
#include "loop.hpp"

namespace http_server {

namespace http = boost::beast::http;

inline constexpr std::size_t header_size_max = 16 * 1024;
inline constexpr std::size_t target_size_max = 8 * 1024;
inline constexpr std::size_t read_size = 8 * 1024;
inline constexpr std::size_t body_read_size = 64 * 1024;
inline constexpr std::size_t kept_buffer_size = 64 * 1024;  ///< larger ones are given back between requests
inline constexpr std::chrono::seconds linger_timeout{2};
inline constexpr std::chrono::seconds drain_read_timeout{1};
inline constexpr std::size_t small_answer = 16 * 1024;  ///< always sent, however much waits to be
inline constexpr std::chrono::seconds slow_reader_after{5};

/// One connection: reads a request, has it answered, writes the answer, reads the next. Requests that come while
/// another is under way wait in the socket, so answers go out in order.
class Session final : public std::enable_shared_from_this<Session>, public Front {
  public:
    Session(Loop& loop, Socket socket, Clients::Place place)
        : loop_(loop), shared_(loop.shared), socket_(std::move(socket)), place_(std::move(place)) {
        loop_.add(this);
        shared_.router.metrics().connections.fetch_add(1, std::memory_order_relaxed);
    }
    ~Session() {
        count_unsent(0);
        shared_.router.metrics().connections.fetch_sub(1, std::memory_order_relaxed);
        loop_.remove(this);
    }

    void start() {
        error_code ignored;
        socket_.set_option(net::ip::tcp::no_delay(true), ignored);
        expect_request();
        deadline_ = loop_.after(shared_.options.header_timeout);
        read();
    }

    void check_deadline(SteadyClock::time_point now) {
        // With half of the room for answers taken, who is slow to take theirs makes way.
        if (phase_ == Phase::write && now - wrote_at_ >= slow_reader_after &&
            shared_.unsent.load(std::memory_order_relaxed) > shared_.options.unsent_max / 2)
            return close();
        if (now < deadline_) return;
        deadline_ = SteadyClock::time_point::max();
        if (phase_ == Phase::header || phase_ == Phase::body) {
            is_late_ = true;  // told by on_read, once the read has ended
            error_code ignored;
            socket_.cancel(ignored);
        } else {
            close();
        }
    }

    /// Nothing is under way: close. What has been sent already is still answered.
    void drain() {
        // Half a request is not worth waiting for long.
        if (phase_ == Phase::header || phase_ == Phase::body)
            deadline_ = std::min(deadline_, loop_.after(drain_read_timeout));
        error_code error;
        if (phase_ == Phase::idle && (socket_.available(error) == 0 || error)) close();
    }

  private:
    enum class Phase {
        idle,    ///< between requests
        header,  ///< some of a request has been read
        body,
        work,  ///< being answered; no deadline: commands are bounded by the store's own waits
        write,
        linger,  ///< answered for the last time; waits for the peer to have read it
        closed,
    };

    void expect_request() {
        request_ = {};
        parser_.emplace();
        parser_->header_limit(header_size_max);
        parser_->body_limit(boost::none);  // accept_header knows it; Beast's own is too small for a plan
        parser_->eager(false);
        phase_ = Phase::idle;
        deadline_ = loop_.after(shared_.options.idle_timeout);
    }

    // ---- reading ------------------------------------------------------------------------------------------------

    void read() {
        const auto size = phase_ == Phase::body ? body_read_size : read_size;
        socket_.async_read_some(
            buffer_.prepare(size),
            [self = shared_from_this()](error_code error, std::size_t count) { self->on_read(error, count); });
    }

    void on_read(error_code error, std::size_t count) {
        if (phase_ == Phase::closed) return;
        if (is_late_) return refuse(unreadable(408, "the request took too long to arrive"));
        if (error) return close();
        buffer_.commit(count);
        parse();
    }

    void parse() {
        if (phase_ == Phase::idle) {
            phase_ = Phase::header;
            deadline_ = loop_.after(shared_.options.header_timeout);
            skip_empty_line();
            if (buffer_.size() == 0) return read();
        }
        while (true) {
            error_code error;
            const auto used = parser_->put(buffer_.data(), error);
            buffer_.consume(used);
            if (error && error != http::error::need_more) return refuse_unparsed(error);
            if (phase_ == Phase::header && parser_->is_header_done()) {
                if (!accept_header()) return;
            } else if (parser_->is_done()) {
                return dispatch();
            } else if (error || used == 0 || buffer_.size() == 0) {
                return read();
            }
            if (parser_->is_done()) return dispatch();
            if (buffer_.size() == 0) return read();
        }
    }

    /// Some clients send one after a body (RFC 9112, 2.2).
    void skip_empty_line() {
        const std::string_view text{static_cast<const char*>(buffer_.data().data()), buffer_.size()};
        if (text.starts_with("\r\n")) buffer_.consume(2);
    }

    void refuse_unparsed(error_code error) {
        if (error == http::error::header_limit)
            // Beast takes in the request line first; without one, that was what was too long.
            return parser_->get().target().empty() ? refuse(unreadable(414, "the request target is too long"))
                                                   : refuse(unreadable(431, "the header is too large"));
        if (error == http::error::body_limit) return refuse(payload_too_large());
        refuse(unreadable(400, "this is not an HTTP/1.1 request: " + error.message()));
    }

    /// What the header alone decides. False: the request was refused, or goes on after "100 Continue".
    bool accept_header() {
        const auto& message = parser_->get();
        phase_ = Phase::body;
        deadline_ = loop_.after(shared_.options.body_timeout);
        // Now, and not when the body is there: what follows chunks is no header (RFC 9110, 6.5.1).
        headers_.clear();
        for (const auto& field : message) headers_.push_back({field.name_string(), field.value()});
        request_.method = message.method_string();
        request_.headers = headers_;
        request_.body = {};
        is_head_ = request_.method == "HEAD";
        is_http_1_0_ = message.version() < 11;
        if (message.target().size() > target_size_max) {
            refuse(unreadable(414, "the request target is too long"));
            return false;
        }
        is_target_good_ = read_target(message.target(), request_);
        if (const auto mistake = framing_mistake(message.version(), headers_)) {
            refuse(unreadable(400, *mistake));
            return false;
        }
        if (auto response = shared_.router.check_header(request_)) {
            refuse(*std::move(response));
            return false;
        }
        const auto most = shared_.router.body_size_max(request_);
        parser_->body_limit(most);
        parser_->eager(true);
        if (const auto length = parser_->content_length(); length && *length > most) {
            refuse(payload_too_large());
            return false;
        }
        const auto expectation = message[http::field::expect];
        if (expectation.empty()) return true;
        if (!equals_ignoring_case(expectation, "100-continue")) {
            refuse(unreadable(417, "Expect: 100-continue is all that is understood"));
            return false;
        }
        if (parser_->is_done() || buffer_.size() > 0 || message.version() < 11) return true;
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        net::async_write(socket_, net::buffer(go_on), [self = shared_from_this()](error_code error, std::size_t) {
            if (self->phase_ == Phase::closed) return;
            if (error) return self->close();
            self->read();
        });
        return false;
    }

    // ---- answering ----------------------------------------------------------------------------------------------

    void dispatch() {
        phase_ = Phase::work;
        deadline_ = SteadyClock::time_point::max();
        began_ = SteadyClock::now();
        const auto& message = parser_->get();
        request_.body = message.body();
        keep_alive_ = message.keep_alive();
        attempt_ = 1;
        if (!is_target_good_) return answer(unreadable(400, "the request target is malformed"));
        if (auto response = shared_.router.handle_now(request_)) return answer(*std::move(response));
        handle();
    }

    /// The router's reply keeps this alive; what waits is resumed by the loop, and so the last reference is always dropped
    /// on the loop's thread.
    void handle() {
        shared_.router.handle(request_, attempt_, *this,
                              [self = shared_from_this()](Reply reply) { self->on_reply(std::move(reply)); });
    }

    void resume(Waiting& waiting) noexcept override { loop_.resume(waiting); }

    bool offload(Staff staff, Job& job) noexcept override {
        auto& pool = staff == Staff::readers ? shared_.readers : shared_.workers;
        return pool.try_push([&job] { job.run(); }, [&job] { job.drop(); });
    }

    void on_reply(Reply reply) {
        if (auto* response = std::get_if<Response>(&reply)) return answer(std::move(*response));
        if (const auto* turned_away = std::get_if<TurnedAway>(&reply)) {
            auto response = shared_.is_draining.load(std::memory_order_relaxed) ? shutting_down() : overloaded();
            response.route = turned_away->route;
            return answer(std::move(response));
        }
        if (!timer_) timer_.emplace(loop_.context.get_executor());
        timer_->expires_after(std::get<Again>(reply).after);
        timer_->async_wait([self = shared_from_this()](error_code) {
            ++self->attempt_;
            self->handle();
        });
    }

    void answer(Response response) {
        if (phase_ == Phase::closed) return;
        if (response.body.size() > small_answer && !is_head_ &&
            shared_.unsent.load(std::memory_order_relaxed) > shared_.options.unsent_max) {
            const auto route = response.route;
            response = overloaded();
            response.route = route;
        }
        const auto took = SteadyClock::now() - began_;
        shared_.router.metrics().count(response.route, response.status, took, response.refused);
        if (shared_.is_draining.load(std::memory_order_relaxed)) keep_alive_ = false;
        out_.clear();
        write_response(out_, response, {is_head_, keep_alive_, is_http_1_0_, loop_.date});
        count_unsent(out_.size());
        log(response.status, took);
        phase_ = Phase::write;
        wrote_at_ = SteadyClock::now();
        deadline_ = loop_.after(shared_.options.write_timeout);
        net::async_write(socket_, net::buffer(out_),
                         [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
    }

    /// How many bytes this session's answer is of those that wait for their readers.
    void count_unsent(std::size_t size) {
        const auto now = static_cast<std::int64_t>(size);
        shared_.unsent.fetch_add(now - unsent_, std::memory_order_relaxed);
        unsent_ = now;
    }

    void log(int status, SteadyClock::duration took) {
        if (shared_.options.log == nullptr) return;
        if (client_.empty()) {
            error_code error;
            const auto peer = socket_.remote_endpoint(error);
            if (!error) client_ = peer.address().to_string();
        }
        const auto at = std::chrono::time_point_cast<boxoffice::Duration>(std::chrono::system_clock::now());
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took);
        shared_.options.log->write(
            {at, client_, request_.method, request_.path, request_.query, status, us, out_.size()});
    }

    /// Answers something that cannot be a request or is not read to its end; nothing that follows can be trusted.
    void refuse(Response response) {
        began_ = SteadyClock::now();
        keep_alive_ = false;
        answer(std::move(response));
    }

    void on_written(error_code error) {
        if (phase_ == Phase::closed) return;
        count_unsent(0);
        if (error) return close();
        if (!keep_alive_) return linger();
        if (out_.capacity() > kept_buffer_size) out_ = {};
        if (buffer_.capacity() > kept_buffer_size && buffer_.size() == 0) buffer_ = {};
        expect_request();
        if (buffer_.size() > 0) return parse();
        if (shared_.is_draining.load(std::memory_order_relaxed)) return drain_or_read();
        read();
    }

    void drain_or_read() {
        drain();
        if (phase_ != Phase::closed) read();
    }

    // ---- closing ------------------------------------------------------------------------------------------------

    /// Closing a socket with unread data resets the connection, and the peer may never see the answer: say that this
    /// was all, and read on a little until the peer closes.
    void linger() {
        phase_ = Phase::linger;
        deadline_ = loop_.after(linger_timeout);
        error_code error;
        socket_.shutdown(Socket::shutdown_send, error);
        if (error) return close();
        discard();
    }

    void discard() {
        buffer_.clear();
        socket_.async_read_some(buffer_.prepare(read_size), [self = shared_from_this()](error_code error, std::size_t) {
            if (self->phase_ == Phase::closed) return;
            error ? self->close() : self->discard();
        });
    }

    void close() {
        phase_ = Phase::closed;
        deadline_ = SteadyClock::time_point::max();
        error_code ignored;
        socket_.close(ignored);
    }

    Loop& loop_;
    Shared& shared_;
    Socket socket_;
    Clients::Place place_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Request request_;  ///< views of what the parser holds
    std::vector<Header> headers_;
    std::string out_;
    std::int64_t unsent_ = 0;  ///< what this session adds to Shared::unsent
    std::string client_;       ///< the peer's address, for the log
    std::optional<Timer> timer_;
    Phase phase_ = Phase::idle;
    SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
    SteadyClock::time_point began_{};
    SteadyClock::time_point wrote_at_{};
    int attempt_ = 1;
    bool is_target_good_ = true;
    bool is_head_ = false;
    bool is_http_1_0_ = false;
    bool keep_alive_ = true;
    bool is_late_ = false;
};

// ---- the loop ---------------------------------------------------------------------------------------------------

inline void Loop::run() {
    tick();
    context.run();
}

inline void Loop::adopt(Socket socket, Clients::Place place) {
    std::make_shared<Session>(*this, std::move(socket), std::move(place))->start();
}

inline void Loop::resume(Waiting& waiting) noexcept {
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        is_first = waiting_.empty();
        waiting_.add(waiting);
    }
    if (!is_first) return;
    try {
        net::post(context, [this] { resume_waiting(); });
    } catch (const std::bad_alloc&) {  // the next tick does it
    }
}

inline void Loop::resume_waiting() {
    WaitingList waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting = std::exchange(waiting_, {});
    }
    while (auto* const one = waiting.take_first()) one->coroutine.resume();
}

inline void Loop::remove(Session* session) {
    const auto at = std::find(sessions_.begin(), sessions_.end(), session);
    *at = sessions_.back();
    sessions_.pop_back();
}

inline void Loop::renew_date() {
    const auto seconds = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    date.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
}

inline void Loop::tick() {
    now = SteadyClock::now();
    renew_date();
    resume_waiting();
    const bool is_draining = drain_until_ != SteadyClock::time_point::max();
    for (auto* session : sessions_) {  // a session that closes is gone only when its handlers have run
        session->check_deadline(now);
        if (is_draining) session->drain();
    }
    if (is_draining && (sessions_.empty() || now >= drain_until_)) return context.stop();
    timer_.expires_after(is_draining ? drain_tick_interval : tick_interval);
    timer_.async_wait([this](error_code error) {
        if (!error) tick();
    });
}

inline void Loop::drain() {
    drain_until_ = SteadyClock::now() + shared.options.drain_timeout;
    timer_.cancel();
    tick();
}

}  // namespace http_server
