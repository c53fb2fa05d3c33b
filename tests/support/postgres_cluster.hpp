#pragma once
/// A PostgreSQL of the tests' own: postgres_cluster.sh, started when it is first asked for, ended with this process.

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace boxoffice::testing {

class PostgresCluster {
  public:
    /// `settings` of postgresql.conf, as "fsync=on".
    explicit PostgresCluster(const std::vector<std::string>& settings = {}) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
        child_ = ::fork();
        if (child_ < 0) throw std::runtime_error("fork");
        if (child_ == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            std::string script = BOXOFFICE_SOURCE_DIR "/tests/support/postgres_cluster.sh";
            std::vector<std::string> words = settings;
            words.insert(words.begin(), script);
            std::vector<char*> arguments;
            for (auto& word : words) arguments.push_back(word.data());
            arguments.push_back(nullptr);
            ::execv(script.c_str(), arguments.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        hold_ = in[1];
        char byte = 0;
        while (::read(out[0], &byte, 1) == 1 && byte != '\n') address_ += byte;
        ::close(out[0]);
        if (address_.empty())
            throw std::runtime_error("postgres_cluster.sh did not start; BOXOFFICE_TEST_POSTGRES=off: without it");
    }
    ~PostgresCluster() {
        if (::getpid() != owner_) return;
        ::close(hold_);
        ::waitpid(child_, nullptr, 0);
    }
    PostgresCluster(const PostgresCluster&) = delete;
    PostgresCluster& operator=(const PostgresCluster&) = delete;

    /// "postgresql:///postgres?host=…&user=postgres".
    [[nodiscard]] const std::string& address() const { return address_; }

    /// The one that most tests share.
    static const PostgresCluster& shared() {
        static const PostgresCluster cluster;
        return cluster;
    }

  private:
    const ::pid_t owner_ = ::getpid();
    ::pid_t child_ = -1;
    int hold_ = -1;
    std::string address_;
};

/// Runs a script over a connection of its own, as somebody with psql would. The first column of the first row of its last answer,
/// or nothing.
inline std::string run_sql(const std::string& address, const std::string& script) {
    const std::unique_ptr<::PGconn, decltype(&::PQfinish)> connection{::PQconnectdb(address.c_str()), &::PQfinish};
    ::PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    const std::unique_ptr<::PGresult, decltype(&::PQclear)> result{::PQexec(connection.get(), script.c_str()),
                                                                   &::PQclear};
    const auto status = ::PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(::PQerrorMessage(connection.get()));
    return ::PQntuples(result.get()) > 0 ? ::PQgetvalue(result.get(), 0, 0) : std::string{};
}

/// A schema for one test, dropped with it.
class PostgresSchema {
  public:
    explicit PostgresSchema(const PostgresCluster& cluster = PostgresCluster::shared()) : address_{cluster.address()} {
        static int count = 0;
        name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    }
    ~PostgresSchema() {
        try {
            run_sql(address_, "DROP SCHEMA IF EXISTS " + name_ + " CASCADE");
        } catch (const std::exception&) {
            // It goes with the cluster.
        }
    }
    PostgresSchema(const PostgresSchema&) = delete;
    PostgresSchema& operator=(const PostgresSchema&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Of the database, without the schema.
    [[nodiscard]] const std::string& database() const { return address_; }
    /// For open_postgres_store.
    [[nodiscard]] std::string address() const { return address_ + "&schema=" + name_; }
    std::string run(const std::string& script) const {
        return run_sql(address_, "SET search_path = " + name_ + "; " + script);
    }

  private:
    std::string address_;
    std::string name_;
};

}  // namespace boxoffice::testing
