#pragma once
/// From a request to a response, without sockets: the whole HTTP contract. A front asks check_header as soon as it has
/// a request's header; reads the body; asks handle_now on the thread that reads, and where that has no answer, handle
/// on a thread that may wait: one of those kept for reads, if is_read says so, since commands may all wait for a
/// writer.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "gate.hpp"
#include "health.hpp"
#include "host.hpp"
#include "http.hpp"
#include "metrics.hpp"

namespace http_server {

/// The caller's turn has not come: ask again after that time, with the attempt counted up, and hold no thread
/// meanwhile.
struct Again {
    std::chrono::milliseconds after;
};

using Reply = std::variant<Response, Again>;

/// Thread-safe. It knows no clock but the office's, and starts no threads. Nothing throws; faults become 500 and 503.
class Router {
  public:
    /// The office must outlive the router.
    explicit Router(boxoffice::BoxOffice& office, Settings settings = {});
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// The refusal that the header alone decides: another host's name, another site's page, a body that is no JSON, an
    /// admin path without the key. Nothing: go on.
    [[nodiscard]] std::optional<Response> check_header(const Request& request) const;

    /// Is it answered from what is committed, whatever writers do?
    [[nodiscard]] bool is_read(const Request& request) const;

    /// Answers what needs neither the store nor a lock that is held for long: unknown paths and methods, files, most
    /// peeks.
    [[nodiscard]] std::optional<Response> handle_now(const Request& request) const;

    /// Answers, waiting for the store where it must. `attempt` is 1, then counts up after each Again.
    [[nodiscard]] Reply handle(const Request& request, int attempt = 1) const;

    /// How many bytes of body the request may have; beyond that it is payload_too_large().
    [[nodiscard]] std::size_t body_size_max(const Request& request) const;

    struct Name {
        std::string_view method;
        std::string_view pattern;  ///< "/api/reservations/{id}"
        bool is_admin = false;
    };
    /// Every route, in the order that Response::route counts in.
    [[nodiscard]] static std::vector<Name> routes();

    [[nodiscard]] Metrics& metrics() { return metrics_; }
    /// For the commands that the host itself executes.
    [[nodiscard]] Commands& commands() { return commands_; }

  private:
    [[nodiscard]] Response fail(const boxoffice::Error& error, const Wording& wording) const;

    boxoffice::BoxOffice& office_;
    const Settings settings_;
    const Gate gate_;
    Health health_;
    Commands commands_;
    Metrics metrics_;
    SeatAnswers seats_;
    Host host_;
};

}  // namespace http_server
