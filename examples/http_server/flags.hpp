#pragma once
/// The command line.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace http_server {

struct Flags {
    std::string db;  ///< empty: in memory
    std::string host = "127.0.0.1";
    std::int64_t port = 8080;
    bool demo = false;
    std::string plan;    ///< a seating plan's file; empty: no hall is added
    std::string prices;  ///< of its categories
    std::string title;   ///< of the concert in it; empty: the plan's name
    std::string date;    ///< of the concert in it; empty: in a week
    // Of the room main; one that is in the file already keeps what is not given.
    std::optional<std::int64_t> capacity;
    std::optional<std::int64_t> queue_capacity;
    std::optional<std::int64_t> admissions_per_second;
    std::optional<std::int64_t> arrive_seconds;
    std::optional<std::int64_t> active_seconds;
    std::int64_t hold_seconds = 300;
    std::int64_t event_hours = 168;
    std::string auth = "token";
    std::string admin_key;       ///< empty: none
    std::string admin_key_file;  ///< empty: none
    bool close_metrics = false;
    std::vector<std::string> allowed_hosts;
    std::string time_zone;    ///< empty: the machine's
    std::string request_log;  ///< empty: none
    std::string backup;       ///< empty: serve
    std::string restore;      ///< empty: serve
    bool accept_time = false;
    bool adopt_rules = false;
    bool with_keys = false;
    std::string backup_directory;  ///< empty: none
    std::int64_t turn_attempts = 3;
    std::int64_t turn_interval_ms = 50;
    std::int64_t io_threads = 1;
    std::int64_t workers = 4;
    std::int64_t read_workers = 2;
    std::int64_t queue = 1024;
    std::int64_t queue_timeout = 3;
    std::int64_t connections = 4096;
    std::optional<std::int64_t> connections_per_client;
    std::int64_t unsent_mib = 128;
    std::int64_t header_timeout = 10;
    std::int64_t idle_timeout = 60;
    std::int64_t drain_timeout = 10;
    bool help = false;
};

/// Later flags win. Throws BadInput.
Flags read_flags(int argc, const char* const* argv);

std::string usage();

}  // namespace http_server
