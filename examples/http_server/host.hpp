#pragma once
/// What the endpoints work with: the box office, how this host is set up, and one request.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boxoffice/office.hpp"
#include "commands.hpp"
#include "front.hpp"
#include "hall_plan.hpp"
#include "health.hpp"
#include "http.hpp"
#include "metrics.hpp"
#include "programme.hpp"
#include "seat_answers.hpp"
#include "takings.hpp"
#include "time_zone.hpp"
#include "users.hpp"

namespace http_server {

/// May whoever sent this request act as `user_id`? Asked before a token is made for that user, from any thread; it must
/// not wait for long.
using Authenticator = std::function<bool(const Request&, std::string_view user_id)>;

enum class Auth {
    token,  ///< a token proves its user
    none,   ///< a gateway in front vouches for the userId of each request
};

struct Settings {
    Auth auth = Auth::token;
    std::optional<std::string> admin_key;  ///< none: there are no admin endpoints
    bool is_metrics_closed = false;        ///< /metrics wants the key, too
    int turn_attempts = 3;                 ///< tries before not_your_turn is answered
    std::chrono::milliseconds turn_interval{50};
    Authenticator authenticator;                        ///< none: `userId` is trusted
    std::function<void(const std::string&)> log_fault;  ///< one line; from any thread, and for every fault
    DayOf day_of = boxoffice::date_of;                  ///< what day it is at the venue
    std::vector<std::string> allowed_hosts;             ///< names that the server goes by (gate.hpp)
    std::string own_host;                               ///< what it listens on
    std::string database;                               ///< the file, for its health; empty: in memory
    std::string backup_directory;                       ///< where copies go; empty: there are none
    Commands::Limits commands;                          ///< of those that wait
};

struct Wording;

struct Host {
    boxoffice::BoxOffice& office;
    Commands& commands;
    const Settings& settings;
    Metrics& metrics;
    Health& health;
    SeatAnswers& seats;
    HallPlans& plans;
    Users& users;
    Programme& programme;
    Takings& takings;
};

/// One request on its way through an endpoint.
struct Call {
    const Host& host;
    const Request& request;
    const Wording& wording;               ///< the endpoint's
    std::string_view parameter;           ///< the part of the path that the route names {id}
    Front* front = nullptr;               ///< who serves it; none: it cannot wait
    int attempt = 1;                      ///< counts the tries of a turn
    mutable bool is_turned_away = false;  ///< too much waits: nothing was done, whatever the endpoint answers

    // ---- to be awaited, each with what has a name (task.hpp) ----------------------------------------------------------

    /// The command's answer.
    template <class C>
    [[nodiscard]] Execution<C> execute(const C& command) const {
        return {host.commands, *front, is_turned_away, command};
    }
    /// What `question`, which asks the store, returns.
    template <class Question>
    [[nodiscard]] Offloaded<Question> ask(const Question& question) const {
        return {*front, Staff::readers, is_turned_away, question};
    }
    /// What `work`, which may take long, returns.
    template <class Work>
    [[nodiscard]] Offloaded<Work> have_done(const Work& work) const {
        return {*front, Staff::workers, is_turned_away, work};
    }
};

}  // namespace http_server
