/// boxoffice_server: a box office over HTTP. See README.md beside this file.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "boxoffice/box_office.hpp"
#include "boxoffice/sqlite_store.hpp"
#include "demo.hpp"
#include "flags.hpp"
#include "router.hpp"
#include "server.hpp"
#include "support/input.hpp"

namespace {

using namespace boxoffice;
using namespace http_server;
using support::BadInput;

constexpr int exit_stopped = 0;
constexpr int exit_failed = 1;
constexpr int exit_bad_input = 2;

void complain(const std::string& what) { fmt::print(stderr, "boxoffice_server: {}\n", support::one_line(what)); }

template <class T>
T must(Result<T> result, const std::string& what) {
    if (!result) throw BadInput(fmt::format("{}: {}", what, result.error().text()));
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// What the flags change of a room's limits.
RoomLimits with_flags(RoomLimits limits, const Flags& flags) {
    limits.active_capacity = flags.capacity.value_or(limits.active_capacity);
    limits.queue_capacity = flags.queue_capacity.value_or(limits.queue_capacity);
    limits.admissions_per_second = flags.admissions_per_second.value_or(limits.admissions_per_second);
    if (flags.claim_seconds) limits.claim_ttl = std::chrono::seconds{*flags.claim_seconds};
    if (flags.active_seconds) limits.active_ttl = std::chrono::seconds{*flags.active_seconds};
    return limits;
}

std::unique_ptr<BoxOffice> open_office(const Flags& flags) {
    const auto name = flags.db.empty() ? std::string{":memory:"} : flags.db;
    Options options;
    options.main_room = with_flags({}, flags);
    options.hold_ttl = std::chrono::seconds{flags.hold_seconds};
    options.event_ttl = std::chrono::hours{flags.event_hours};
    SqliteOptions sqlite;
    sqlite.path = name;
    auto office = must(BoxOffice::open(must(open_sqlite_store(sqlite), name), options), name);
    const auto room = must(office->room("main"), name);
    if (const auto limits = with_flags(room.limits, flags); limits != room.limits)
        must(office->execute(ChangeRoom{room.id, limits}), name);
    if (flags.demo && !must(fill_demo(*office), name))
        complain(name + ": has users or concerts already; --demo left it alone");
    return office;
}

/// As many file descriptors as the connections need, or as many connections as there may be descriptors.
std::size_t make_room_for(std::size_t connections) {
    constexpr rlim_t others = 128;  // the database's, the listening socket's …
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return connections;
    const auto wanted = static_cast<rlim_t>(connections) + others;
    if (limit.rlim_cur >= wanted) return connections;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) return connections;
    const auto most = limit.rlim_cur > 2 * others ? limit.rlim_cur - others : others;
    complain(fmt::format("this process may open {} files: at most {} connections", limit.rlim_cur, most));
    return static_cast<std::size_t>(most);
}

/// Retires what has expired, so that counts and files stay tidy; nothing depends on it.
void sweep(Batcher& commands) {
    for (bool more = true; more;) {
        const auto ticked = commands.execute(Tick{});
        if (!ticked) complain("the sweeper: " + ticked.error().text());
        more = ticked && ticked->more;
    }
}

bool print_addresses(const std::string& host, std::uint16_t port, BoxOffice* demo) {
    const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const auto address = fmt::format("http://{}:{}", name, port);
    auto text = fmt::format("listening on {}\n", address);
    if (demo != nullptr) {
        text += fmt::format("open {}/ in a browser\n", address);
        text += fmt::format("curl -s {}/api/concert/date\n", address);
        text += fmt::format("curl -s {}/api/token -d '{{\"userId\":\"user-1\"}}'\n", address);
        const auto now = demo->now();
        const auto dates = demo->dates(date::floor<date::days>(now.value_or(Time{})));
        if (dates && !dates->empty())
            text += fmt::format("curl -s '{}/api/concert/seat?date={}'\n", address, to_text(dates->front()));
    }
    return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

int serve(const Flags& flags) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    const auto office = open_office(flags);

    Settings settings;
    settings.auth = flags.auth == "none" ? Auth::none : Auth::token;
    if (!flags.admin_key.empty()) settings.admin_key = flags.admin_key;
    settings.turn_attempts = static_cast<int>(flags.turn_attempts);
    settings.turn_interval = std::chrono::milliseconds{flags.turn_interval_ms};
    settings.log_fault = complain;
    Router router(*office, settings);

    ServerOptions options;
    options.host = flags.host;
    options.port = static_cast<std::uint16_t>(flags.port);
    options.io_threads = static_cast<std::size_t>(flags.io_threads);
    options.workers = static_cast<std::size_t>(flags.workers);
    options.queue_size_max = static_cast<std::size_t>(flags.queue);
    options.connections_max = make_room_for(static_cast<std::size_t>(flags.connections));
    options.header_timeout = std::chrono::seconds{flags.header_timeout};
    options.idle_timeout = std::chrono::seconds{flags.idle_timeout};
    options.every_second = [&router] { sweep(router.commands()); };
    std::unique_ptr<Server> server;
    try {
        server = std::make_unique<Server>(router, options);
    } catch (const std::exception& e) {
        throw BadInput(e.what());
    }
    if (flags.db.empty() && !flags.demo) complain("nothing is kept: --db FILE keeps it");
    if (!server->is_loopback() && !settings.authenticator)
        complain(flags.host + " is open to other machines, and POST /api/token believes any userId");
    if (!print_addresses(flags.host, server->port(), flags.demo ? office.get() : nullptr)) {
        complain("standard output cannot be written to");
        return exit_failed;
    }
    server->run();
    return exit_stopped;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto flags = read_flags(argc, argv);
        if (!flags.help) return serve(flags);
        return std::fputs(usage().c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? exit_stopped : exit_failed;
    } catch (const BadInput& e) {
        complain(e.what());
        return exit_bad_input;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_failed;
    }
}
