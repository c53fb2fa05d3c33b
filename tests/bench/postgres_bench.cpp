/// The journey in PostgreSQL: postgres.sql over libpq, one connection a caller, prepared statements.
///
///     postgres_bench --server 'host=SOCKET_FOLDER user=postgres dbname=postgres' --server-pid PID --sql postgres.sql

#include <libpq-fe.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "journey.hpp"

namespace {

using namespace bench;

constexpr std::int64_t journeys_per_second_max = 10'000;
constexpr const char* room = "1";

struct CloseResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, CloseResult>;

class Connection {
  public:
    explicit Connection(const std::string& server) : handle_(PQconnectdb(server.c_str()), PQfinish) {
        require(PQstatus(handle_.get()) == CONNECTION_OK, PQerrorMessage(handle_.get()));
        PQsetNoticeProcessor(
            handle_.get(), [](void*, const char*) {}, nullptr);
    }
    std::string run(const std::string& sql) { return only_value(ResultPtr{PQexec(handle_.get(), sql.c_str())}); }
    void prepare(const char* name, const char* sql) {
        only_value(ResultPtr{PQprepare(handle_.get(), name, sql, 0, nullptr)});
    }
    template <std::size_t count>
    std::string call(const char* name, const std::array<std::string, count>& values) {
        std::array<const char*, count> pointers{};
        for (std::size_t i = 0; i < count; ++i) pointers[i] = values[i].c_str();
        return only_value(ResultPtr{
            PQexecPrepared(handle_.get(), name, static_cast<int>(count), pointers.data(), nullptr, nullptr, 0)});
    }

  private:
    std::string only_value(const ResultPtr& result) {
        const auto status = PQresultStatus(result.get());
        require(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK, PQerrorMessage(handle_.get()));
        return PQntuples(result.get()) == 1 ? PQgetvalue(result.get(), 0, 0) : "";
    }
    std::unique_ptr<PGconn, void (*)(PGconn*)> handle_;
};

class Buyer {
  public:
    explicit Buyer(const std::string& server) : connection_(server) {
        connection_.run("SET search_path = boxoffice");
        connection_.prepare("join", "SELECT join_room($1, $2)");
        connection_.prepare("peek", "SELECT peek($1, $2)");
        connection_.prepare("hold", "SELECT hold_seat($1, $2, $3, $4)");
        connection_.prepare("recharge", "SELECT recharge($1, $2, $3)");
        connection_.prepare("pay", "SELECT pay($1, $2, $3, $4)");
    }
    void operator()(const Ticket& ticket) {
        user_ = std::to_string(ticket.user + 1);
        token_ = connection_.call<2>("join", {user_, room});
        require(connection_.call<2>("peek", {user_, token_}) == "0", "not this user's turn");
        reservation_ = connection_.call<4>("hold", {user_, token_, std::to_string(ticket.seat + 1), ticket.key("h")});
        connection_.call<3>("recharge", {user_, std::to_string(price), ticket.key("r")});
        payment_ = pay(ticket);
    }
    /// A payment again with its key is the same; a seat that is sold is refused.
    void check_refusals(const Ticket& paid, const Ticket& other) {
        require(pay(paid) == payment_, "a payment repeated with its key is another one");
        const auto user = std::to_string(other.user + 1);
        const auto token = connection_.call<2>("join", {user, room});
        connection_.call<2>("peek", {user, token});
        bool is_refused = false;
        try {
            connection_.call<4>("hold", {user, token, std::to_string(paid.seat + 1), "again"});
        } catch (const std::exception& e) {
            is_refused = std::string_view{e.what()}.find("seat_unavailable") != std::string_view::npos;
        }
        require(is_refused, "a sold seat can be held");
    }

  private:
    std::string pay(const Ticket& ticket) {
        return connection_.call<4>("pay", {user_, token_, reservation_, ticket.key("p")});
    }
    Connection connection_;
    std::string user_;
    std::string token_;
    std::string reservation_;
    std::string payment_;
};

/// PostgreSQL makes each connection's process a session, and Linux gives each session a group of its own in which to share
/// processors: at the default niceness, whatever this program's is. On a busy machine that decides more than the work does.
void give_own_share(std::int64_t server) {
    const auto nice_of = [](const std::filesystem::path& process) {
        std::string group;
        std::string word;
        std::string niceness;
        std::ifstream(process / "autogroup") >> group >> word >> niceness;
        return niceness;
    };
    const auto own = nice_of("/proc/self");
    if (own.empty()) return;
    const auto pid = std::to_string(server);
    std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
    for (std::string child; children >> child;)
        if (nice_of("/proc/" + child) != own) std::ofstream("/proc/" + child + "/autogroup") << own;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    require(file.is_open(), path + ": cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void run(const Flags& flags) {
    const auto& server = flags.text("server");
    const auto pool = Pool::of(flags, journeys_per_second_max);
    Connection house{server};
    house.run(text_of(flags.text("sql")));
    house.run("INSERT INTO users SELECT i, 'user-' || i FROM generate_series(1, " + std::to_string(pool.users + 1) +
              ") i; INSERT INTO accounts SELECT id, 0 FROM users; INSERT INTO rooms VALUES (1, 1000000000);" +
              "INSERT INTO seats SELECT i, 1, 'A-' || i, " + std::to_string(price) + " FROM generate_series(1, " +
              std::to_string(pool.seats + 1) + ") i;");
    house.run("VACUUM (ANALYZE)");
    house.run("CHECKPOINT");

    const auto pid = flags.count("server-pid");
    const auto journeys = run_journeys(
        flags, pool,
        [&](int) { return [buyer = std::make_shared<Buyer>(server)](const Ticket& ticket) { (*buyer)(ticket); }; },
        [&] {
            give_own_share(pid);
            // The client's own writes are no part of it.
            return usage_of_server(pid) + Usage{own_usage().cpu_seconds, 0};
        });

    Buyer last{server};
    const Ticket ticket{pool.users, pool.seats};
    last(ticket);
    last.check_refusals(ticket, Ticket{0, 0});
    const auto complaint = house.run("SELECT complaint(" + std::to_string(journeys.paid + 1) + ")");
    require(complaint.empty(), complaint);
    journey_line(flags, "postgres", journeys).print();
}

}  // namespace

int main(int argc, char** argv) {
    return report_failure("postgres_bench", [&] {
        run(Flags{argc,
                  argv,
                  {{"name", "journeys"},
                   {"callers", "64"},
                   {"seconds", "3"},
                   {"seed", "1"},
                   {"server", ""},
                   {"server-pid", "0"},
                   {"sql", "tests/bench/postgres.sql"}}});
    });
}
