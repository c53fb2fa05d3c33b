#include "flags.hpp"

#include <array>
#include <utility>

#include "support/flags.hpp"
#include "support/store.hpp"

namespace http_server {
namespace {

using Flag = support::Flag<Flags>;
using Whole = support::RangedFlag<Flags, std::int64_t, std::int64_t>;
using MaybeWhole = support::RangedFlag<Flags, std::optional<std::int64_t>, std::int64_t>;

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t year_hours = 8'760;
constexpr std::int64_t count_max = 1'000'000'000;

const std::array known_flags{
    Flag{
        "--db", "FILE",
        "the box office's file, made if absent, or a PostgreSQL address (postgresql://HOST/DATABASE; give passwords by "
        "PGPASSFILE or PGPASSWORD); :memory: keeps nothing (default: :memory:)",
        &Flags::db},
    Flag{"--host", "ADDRESS", "the address to listen on, or localhost (default: 127.0.0.1)", &Flags::host},
    Flag{"--port", "N", "the port; 0 takes any free one, which is printed (default: 8080)",
         Whole{&Flags::port, 0, 65'535}},
    Flag{"--demo", "", "fill an empty box office: user-1 to user-100, three concerts with 50 seats each", &Flags::demo},
    Flag{"--plan", "FILE", "add a concert in this hall, a seating plan, unless one of its title and date is there",
         &Flags::plan},
    Flag{"--prices", "FILE", "what the plan's categories cost (CSV: category,points)", &Flags::prices},
    Flag{"--title", "TEXT", "of that concert (default: the plan's name)", &Flags::title},
    Flag{"--date", "YYYY-MM-DD", "of that concert (default: in a week)", &Flags::date},
    Flag{"--capacity", "N", "people in their turn at once (default: 200)", MaybeWhole{&Flags::capacity, 0, count_max}},
    Flag{"--queue-capacity", "N", "people waiting at once (default: 1000000)",
         MaybeWhole{&Flags::queue_capacity, 0, count_max}},
    Flag{"--admissions-per-second", "N", "how fast the room admits; 0: as fast as places free (default: 0)",
         MaybeWhole{&Flags::admissions_per_second, 0, 1'000'000}},
    Flag{"--hold-seconds", "N", "how long a held seat is kept (default: 300)",
         Whole{&Flags::hold_seconds, 1, day_seconds}},
    Flag{"--arrive-seconds", "N", "how long an admitted place may take to show up (default: 60)",
         MaybeWhole{&Flags::arrive_seconds, 1, day_seconds}},
    Flag{"--active-seconds", "N", "how long a turn lasts (default: 300)",
         MaybeWhole{&Flags::active_seconds, 1, day_seconds}},
    Flag{"--event-hours", "N",
         "how long events are kept for whoever reads them from the file; 0: for ever (default: 168, a week)",
         Whole{&Flags::event_hours, 0, year_hours}},
    Flag{"--auth", "HOW", "token: tokens prove users; none: a gateway in front vouches for userId (default: token)",
         &Flags::auth},
    Flag{"--allowed-host", "NAME",
         "a name that Host may have besides addresses and localhost, and a site whose page may call; "
         "repeatable; * takes any (default: names without a dot)",
         &Flags::allowed_hosts},
    Flag{"--time-zone", "ZONE", "the venue's, such as Asia/Seoul: says what day it is (default: the machine's)",
         &Flags::time_zone},
    Flag{"--admin-key-file", "FILE", "holds what X-Admin-Key must hold; without a key there are no admin paths",
         &Flags::admin_key_file},
    Flag{"--admin-key", "KEY", "the same; shows in the list of processes, unlike a file or BOXOFFICE_ADMIN_KEY",
         &Flags::admin_key},
    Flag{"--close-metrics", "", "/metrics wants the admin key, too (X-Admin-Key, or Authorization: Bearer)",
         &Flags::close_metrics},
    Flag{"--backup-dir", "DIR", "where POST /api/admin/backup puts its copies; without it there are none",
         &Flags::backup_directory},
    Flag{"--backup", "FILE", "copy --db to a new file, also while another process serves it, and exit", &Flags::backup},
    Flag{"--with-keys", "", "the copy has the token key, too; who can read it can forge tokens", &Flags::with_keys},
    Flag{"--restore", "FILE", "put the backup FILE at --db, where nothing may stand, and exit", &Flags::restore},
    Flag{"--accept-time", "", "go on from the file's time although this machine's clock is far from it",
         &Flags::accept_time},
    Flag{"--adopt-rules", "",
         "let --hold-seconds replace what the file was first opened with, while nobody else has it open",
         &Flags::adopt_rules},
    Flag{"--request-log", "FILE", "a line for each request; - is the standard output; SIGHUP opens the file anew",
         &Flags::request_log},
    Flag{"--turn-attempts", "N", "tries of a hold or payment until it is its turn (default: 3)",
         Whole{&Flags::turn_attempts, 1, 1'000}},
    Flag{"--turn-interval-ms", "N", "milliseconds between them (default: 50)",
         Whole{&Flags::turn_interval_ms, 1, 60'000}},
    Flag{"--io-threads", "N", "threads that read and write requests (default: 1)", Whole{&Flags::io_threads, 1, 64}},
    Flag{"--workers", "N", "threads for what takes long: audits, backups, plans, a gateway's payments (default: 4)",
         Whole{&Flags::workers, 1, 256}},
    Flag{"--read-workers", "N", "threads that ask the store, whatever commands wait for (default: 2)",
         Whole{&Flags::read_workers, 1, 256}},
    Flag{"--queue", "N", "commands, and jobs for either of these, that may wait; beyond it 503 (default: 1024)",
         Whole{&Flags::queue, 1, 1'000'000}},
    Flag{"--queue-timeout", "SECONDS", "that they may wait until they are begun; then 503 (default: 3)",
         Whole{&Flags::queue_timeout, 1, day_seconds}},
    Flag{"--connections", "N", "open at once; beyond it 503 (default: 4096)", Whole{&Flags::connections, 1, 1'000'000}},
    Flag{"--connections-per-client", "N",
         "of one address (IPv6: of its /64) at once; beyond it 503 (default: 512; of this "
         "machine, where a proxy may be, three quarters of --connections)",
         MaybeWhole{&Flags::connections_per_client, 1, 1'000'000}},
    Flag{"--unsent-mib", "N",
         "MiB of answers that wait for their readers, in all; beyond it large answers are 503 and "
         "slow readers are closed (default: 128)",
         Whole{&Flags::unsent_mib, 1, 1'000'000}},
    Flag{"--header-timeout", "SECONDS", "for a request's header, from its first byte or the connection (default: 10)",
         Whole{&Flags::header_timeout, 1, day_seconds}},
    Flag{"--idle-timeout", "SECONDS", "that a connection is kept between requests (default: 60)",
         Whole{&Flags::idle_timeout, 1, day_seconds}},
    Flag{"--drain-timeout", "SECONDS", "that requests under way may take to finish on SIGTERM (default: 10)",
         Whole{&Flags::drain_timeout, 1, day_seconds}},
    Flag{"--help", "", "print this and do nothing", &Flags::help},
};

}  // namespace

Flags read_flags(int argc, const char* const* argv) {
    auto out = support::read_flags<Flags>(known_flags, argc, argv);
    if (out.auth != "token" && out.auth != "none")
        throw support::BadInput("--auth: expected token or none, found " + support::in_quotes(out.auth));
    if (out.db == ":memory:") out.db.clear();
    if (out.plan.empty() != out.prices.empty())
        throw support::BadInput("--plan: expected --prices with it, and the other way round");
    if (out.plan.empty() && !(out.title.empty() && out.date.empty()))
        throw support::BadInput("--title, --date: expected --plan, whose concert they are of");
    for (const auto& [name, is_given] :
         {std::pair{"--backup", !out.backup.empty()}, std::pair{"--backup-dir", !out.backup_directory.empty()},
          std::pair{"--restore", !out.restore.empty()}})
        if (is_given && out.db.empty())
            throw support::BadInput(std::string{name} + ": expected --db, the box office's file");
    for (const auto& [name, is_given] :
         {std::pair{"--backup", !out.backup.empty()}, std::pair{"--backup-dir", !out.backup_directory.empty()},
          std::pair{"--restore", !out.restore.empty()}})
        if (is_given && !support::is_file(out.db))
            throw support::BadInput(std::string{name} +
                                    ": of a PostgreSQL database PostgreSQL makes it (pg_dump, pg_restore)");
    if (!out.backup.empty() && !out.restore.empty())
        throw support::BadInput("--restore: expected no --backup beside it");
    if (out.with_keys && out.backup.empty()) throw support::BadInput("--with-keys: expected --backup");
    return out;
}

std::string usage() {
    return "Usage: boxoffice_server [flags]\n"
           "Serves a box office over HTTP, and a page to buy a seat on.\n\n" +
           support::list_flags<Flags>(known_flags) +
           "\nSIGTERM and SIGINT let requests under way finish. Exit: 0 stopped; 1 failed while running; 2 a bad flag, "
           "database or address.\n";
}

}  // namespace http_server
