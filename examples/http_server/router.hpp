#pragma once
/// From a request to a response, without sockets: the whole HTTP contract. A front asks check_header as soon as it has
/// a request's header; reads the body; asks handle_now, and where that has no answer, handle, which holds its thread no
/// longer than it works: what must wait goes on when it can, where the front says. A thread of the host's is in
/// commands().drive().

#include <chrono>
#include <cstddef>
#include <functional>
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

/// Too much waits already, or the commands were closed: nothing was done.
struct TurnedAway {
    std::size_t route = no_route;
};

using Reply = std::variant<Response, Again, TurnedAway>;

/// Takes the reply, on the front's thread; it must not throw.
using Completion = std::function<void(Reply)>;

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

    /// Answers what needs neither the store nor a lock that is held for long: unknown paths and methods, files, most
    /// peeks.
    [[nodiscard]] std::optional<Response> handle_now(const Request& request) const;

    /// Has the request answered: `completion` is called once, inside this call or later, as soon as the front has what was
    /// waited for go on. On the front's thread; request and front must live until then. `attempt` is 1, then counts up after each
    /// Again.
    void handle(const Request& request, int attempt, Front& front, Completion completion) const noexcept;

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
    /// Driven and closed by whoever serves the router.
    [[nodiscard]] Commands& commands() { return commands_; }

  private:
    struct Serving;
    [[nodiscard]] Reply reply_to(const Call& call, std::size_t route,
                                 boxoffice::Result<Response> answer) const noexcept;
    [[nodiscard]] Response fail(const boxoffice::Error& error, const Wording& wording) const;

    boxoffice::BoxOffice& office_;
    const Settings settings_;
    const Gate gate_;
    Health health_;
    Metrics metrics_;
    Commands commands_;
    SeatAnswers seats_;
    HallPlans plans_;
    Users users_;
    Programme programme_;
    Takings takings_;
    Host host_;
};

}  // namespace http_server
