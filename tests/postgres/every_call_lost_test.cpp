/// A connection is lost in every request of every command and every question: each is done as if it had not been.

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "postgres/cutting_proxy.hpp"
#include "postgres/support.hpp"
#include "reliability/durability/every_call.hpp"
#include "support/failing_calls.hpp"
#include "support/office.hpp"

using namespace boxoffice;
using namespace boxoffice::testing;
using reliability::every_command;
using reliability::every_question;
using reliability::House;
using reliability::HouseBuilder;

namespace {

/// A house on a store behind the proxy.
struct RemoteHouse {
    RemoteHouse()
        : office{{}, nullptr, std::shared_ptr<Store>{open_host(behind(proxy))}},
          house{HouseBuilder{office.box()}.build()} {}

    [[nodiscard]] PostgresOptions behind(const CuttingProxy& its) const {
        auto options = options_of(schema);
        options.address = its.address();
        return options;
    }

    PostgresSchema schema;
    CuttingProxy proxy{schema.address()};
    Office office;
    House house;
};

/// All commands, one after another in one house, each with its outcome.
std::vector<std::string> run_all(Office& office, const House& house) {
    std::vector<std::string> outcomes;
    for (const auto& command : every_command(house)) outcomes.push_back(command.ask(office.box()));
    return outcomes;
}

}  // namespace

TEST_CASE("every question is answered wherever the connection is lost", "[postgres]") {
    const auto cut = GENERATE(Cut::request, Cut::answer);
    RemoteHouse remote;
    std::int64_t cuts = 0;
    for (const auto& question : every_question(remote.house)) {
        if (question.name == "pay") continue;  // a command, and done after the first time
        for (std::int64_t request = 1;; ++request) {
            CAPTURE(cut, question.name, request);
            remote.proxy.cut_at(request, cut);
            CHECK(question.ask(remote.office.box()) == "ok");
            if (!remote.proxy.has_cut()) break;
            ++cuts;
        }
        remote.proxy.cut_at(0, cut);
    }
    CHECK(cuts > 100);
    CHECK(remote.office.audit() == "");
}

TEST_CASE("every command is done once wherever the connection is lost", "[postgres]") {
    const auto cut = GENERATE(Cut::request, Cut::answer);
    Office local;
    const auto local_house = HouseBuilder{local.box()}.build();
    const auto expected = run_all(local, local_house);
    const auto events = must(local->events_after(0, 1'000), "events").size();
    std::int64_t cuts = 0;
    for (std::int64_t request = 1;; ++request) {
        RemoteHouse remote;
        const auto before = cuts;
        for (std::size_t i = 0; const auto& command : every_command(remote.house)) {
            CAPTURE(cut, command.name, request);
            remote.proxy.cut_at(request, cut);
            CHECK(command.ask(remote.office.box()) == expected.at(i++));
            if (remote.proxy.has_cut()) ++cuts;
            remote.proxy.cut_at(0, cut);
        }
        CHECK(must(remote.office->events_after(0, 1'000), "events").size() == events);
        CHECK(remote.office.audit() == "");
        if (cuts == before) break;
    }
    CHECK(cuts > 80);
}

TEST_CASE("a store that a call of libpq fails while it opens is not there, and the next one is", "[postgres]") {
    const PostgresSchema schema;
    REQUIRE(open_postgres_store(options_of(schema)));
    for (const std::string function :
         {"PQconnectStartParams", "PQconsumeInput", "PQenterPipelineMode", "PQexitPipelineMode", "PQflush",
          "PQpipelineSync", "PQsendPrepare", "PQsendQuery", "PQsendQueryPrepared", "poll"})
        for (std::int64_t passing = 0;; ++passing) {
            CAPTURE(function, passing);
            const FailingCalls one{function, ENOMEM, passing, 1};
            const auto store = open_postgres_store(options_of(schema));
            if (!FailingCalls::struck()) {
                CHECK(passing > 0);
                break;  // what is struck now is its good-bye
            }
            CHECK(outcome(store) == (function == "PQconnectStartParams" ? "out_of_memory" : "storage"));
        }
    CHECK(outcome(open_postgres_store(options_of(schema))) == "ok");
}

TEST_CASE("whatever call of libpq fails, a command is done once", "[postgres]") {
    RemoteHouse remote;
    const auto user = remote.house.stranger;
    std::int64_t points = 0;
    for (const std::string function :
         {"PQconsumeInput", "PQflush", "PQpipelineSync", "PQsendQueryParams", "PQsendQueryPrepared", "poll"}) {
        // A statement is prepared anew (PQsendQueryParams) in its sixteenth run on a connection.
        const int commands = function == "PQsendQueryParams" ? 20 : 1;
        for (std::int64_t passing = 0;; ++passing) {
            CAPTURE(function, passing);
            bool has_struck = false;
            {
                const FailingCalls one{function, EIO, passing, 1};
                for (int i = 0; i < commands; ++i) {
                    const auto key = function + std::to_string(passing) + "." + std::to_string(i);
                    CHECK(outcome(remote.office->execute(Recharge{user, Points{1}, key})) == "ok");
                    ++points;
                }
                has_struck = FailingCalls::struck();
            }
            CHECK(remote.office.balance(user) == points);
            // A connection that was struck makes place for another, whose statements are all new: 30 places are enough.
            if (has_struck && passing < 30) continue;
            CHECK(passing > 0);
            break;
        }
    }
    CHECK(remote.office.audit() == "");
}

TEST_CASE("a signal that comes while the database is waited for changes nothing", "[postgres]") {
    RemoteHouse remote;
    const FailingCalls five{"poll", EINTR, 0, 5};
    CHECK(outcome(remote.office->execute(Recharge{remote.house.stranger, Points{1}, {}})) == "ok");
    CHECK(FailingCalls::struck());
}
