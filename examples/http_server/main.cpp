/// boxoffice_server: a box office over HTTP. See README.md beside this file.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "admin_key.hpp"
#include "boxoffice/office.hpp"
#include "flags.hpp"
#include "house.hpp"
#include "log_limit.hpp"
#include "request_log.hpp"
#include "router.hpp"
#include "server.hpp"
#include "support/input.hpp"
#include "support/store.hpp"

namespace {

using namespace boxoffice;
using namespace http_server;
using support::BadInput;

constexpr int exit_stopped = 0;
constexpr int exit_failed = 1;
constexpr int exit_bad_input = 2;

void complain(const std::string& what) { fmt::print(stderr, "boxoffice_server: {}\n", support::one_line(what)); }

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
void sweep(Commands& commands, const std::function<void(const std::string&)>& log_fault) {
    for (bool more = true; more;) {
        const auto ticked = commands.execute_now(Tick{});
        if (!ticked) log_fault("the sweeper: " + ticked.error().text());
        more = ticked && ticked->more;
    }
}

bool print_addresses(const std::string& name, std::uint16_t port, BoxOffice* demo, const DayOf& day_of) {
    const auto address = fmt::format("http://{}:{}", name, port);
    auto text = fmt::format("listening on {}\n", address);
    if (demo != nullptr) {
        text += fmt::format("open {}/ in a browser\n", address);
        text += fmt::format("curl -s {}/api/concert/date\n", address);
        text += fmt::format("curl -s {}/api/token -d '{{\"userId\":\"user-1\"}}'\n", address);
        const auto now = demo->now();
        const auto dates = demo->dates(day_of(now.value_or(Time{})));
        if (dates && !dates->empty())
            text += fmt::format("curl -s '{}/api/concert/seat?date={}'\n", address, to_text(dates->front()));
    }
    return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

Settings settings_of(const Flags& flags, const DayOf& day_of) {
    Settings settings;
    settings.auth = flags.auth == "none" ? Auth::none : Auth::token;
    settings.admin_key =
        read_admin_key({flags.admin_key, flags.admin_key_file, std::getenv(admin_key_variable)}, complain);
    if (flags.close_metrics && !settings.admin_key)
        throw support::BadInput("--close-metrics: expected an admin key (--admin-key-file), or nobody could see them");
    settings.is_metrics_closed = flags.close_metrics;
    settings.turn_attempts = static_cast<int>(flags.turn_attempts);
    settings.turn_interval = std::chrono::milliseconds{flags.turn_interval_ms};
    settings.day_of = day_of;
    settings.allowed_hosts = flags.allowed_hosts;
    settings.own_host = flags.host;
    if (support::is_file(flags.db)) settings.database = flags.db;
    settings.backup_directory = flags.backup_directory;
    settings.commands = {static_cast<std::size_t>(flags.queue), std::chrono::seconds{flags.queue_timeout}};
    if (!flags.backup_directory.empty() && !std::filesystem::is_directory(flags.backup_directory))
        throw BadInput("--backup-dir: expected a directory, found " + support::in_quotes(flags.backup_directory));
    return settings;
}

ServerOptions options_of(const Flags& flags) {
    ServerOptions options;
    options.host = flags.host;
    options.port = static_cast<std::uint16_t>(flags.port);
    options.io_threads = static_cast<std::size_t>(flags.io_threads);
    options.workers = static_cast<std::size_t>(flags.workers);
    options.read_workers = static_cast<std::size_t>(flags.read_workers);
    options.queue_size_max = static_cast<std::size_t>(flags.queue);
    options.queue_timeout = std::chrono::seconds{flags.queue_timeout};
    options.connections_max = make_room_for(static_cast<std::size_t>(flags.connections));
    if (flags.connections_per_client)
        options.connections_per_client = static_cast<std::size_t>(*flags.connections_per_client);
    options.unsent_max = flags.unsent_mib * 1024 * 1024;
    options.header_timeout = std::chrono::seconds{flags.header_timeout};
    options.idle_timeout = std::chrono::seconds{flags.idle_timeout};
    options.drain_timeout = std::chrono::seconds{flags.drain_timeout};
    return options;
}

/// A call of the store goes on that nobody can end from here, and its command has no answer. What was answered is in
/// the database, and on the disk: the end of the process takes nothing from it.
[[noreturn]] void leave_at_once() {
    complain("the store did not answer in time: what waited for it was left undone or unanswered");
    (void)std::fflush(nullptr);
    std::_Exit(exit_stopped);
}

int serve(const Flags& flags) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    const auto day_of = flags.time_zone.empty() ? day_here() : day_in(flags.time_zone);
    auto settings = settings_of(flags, day_of);
    LogLimit limit;
    const auto log_fault = [&limit](const std::string& text) {
        if (const auto line = limit.offer(text, LogLimit::Time::clock::now())) complain(*line);
    };
    settings.log_fault = log_fault;
    std::optional<RequestLog> log;
    if (!flags.request_log.empty()) log.emplace(flags.request_log);
    const auto office = open_house(flags, day_of, complain);
    Router router(*office, settings);

    auto options = options_of(flags);
    options.log = log ? &*log : nullptr;
    options.every_second = [&] {
        sweep(router.commands(), log_fault);
        if (const auto line = limit.rest(LogLimit::Time::clock::now())) complain(*line);
    };
    std::unique_ptr<Server> server;
    try {
        server = std::make_unique<Server>(router, options);
    } catch (const std::exception& e) {
        throw BadInput(e.what());
    }
    if (flags.db.empty() && !flags.demo) complain("nothing is kept: --db FILE keeps it");
    if (!server->is_loopback() && !settings.authenticator)
        complain(flags.host + " is open to other machines, and POST /api/token believes any userId");
    if (!print_addresses(server->name(), server->port(), flags.demo ? office.get() : nullptr, day_of)) {
        complain("standard output cannot be written to");
        return exit_failed;
    }
    if (server->run()) return exit_stopped;
    if (log) log->flush();
    leave_at_once();
}

int copy(const Flags& flags) {
    copy_house(flags);
    fmt::print("copied {} to {}\n", flags.db, flags.backup);
    return std::fflush(stdout) == 0 ? exit_stopped : exit_failed;
}

int restore(const Flags& flags) {
    restore_house(flags);
    fmt::print("restored {} from {}\n", flags.db, flags.restore);
    return std::fflush(stdout) == 0 ? exit_stopped : exit_failed;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto flags = read_flags(argc, argv);
        if (!flags.help)
            return !flags.backup.empty() ? copy(flags) : !flags.restore.empty() ? restore(flags) : serve(flags);
        return std::fputs(usage().c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? exit_stopped : exit_failed;
    } catch (const BadInput& e) {
        complain(e.what());
        return exit_bad_input;
    } catch (const std::exception& e) {
        complain(e.what());
        return exit_failed;
    }
}
