/// The journey in Redis: redis/*.lua by EVALSHA over hiredis, one connection a caller.
///
///     redis_bench --server SOCKET --server-pid PID --scripts FOLDER

#include <hiredis/hiredis.h>

#include <fstream>
#include <initializer_list>
#include <memory>
#include <sstream>

#include "journey.hpp"

namespace {

using namespace bench;

constexpr std::int64_t journeys_per_second_max = 20'000;

struct Script {
    std::string text;
    std::string sha;
};
using Scripts = std::map<std::string, Script>;

class Connection {
  public:
    explicit Connection(const std::string& path) : context_(redisConnectUnix(path.c_str()), redisFree) {
        require(context_ && context_->err == 0, "redis: " + std::string{context_ ? context_->errstr : "no memory"});
    }
    std::string run(const std::vector<std::string>& words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> lengths;
        for (const auto& word : words) {
            texts.push_back(word.data());
            lengths.push_back(word.size());
        }
        const std::unique_ptr<redisReply, void (*)(redisReply*)> reply{
            static_cast<redisReply*>(
                redisCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), lengths.data())),
            [](redisReply* r) { freeReplyObject(r); }};
        require(reply != nullptr, context_->errstr);
        require(reply->type != REDIS_REPLY_ERROR, reply->str ? reply->str : "error");
        if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
        return reply->str ? std::string{reply->str, reply->len} : std::string{};
    }
    std::string call(const Script& script, std::initializer_list<std::string> keys,
                     std::initializer_list<std::string> arguments) {
        std::vector<std::string> words{"EVALSHA", script.sha, std::to_string(keys.size())};
        words.insert(words.end(), keys);
        words.insert(words.end(), arguments);
        return run(words);
    }

  private:
    std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

Scripts load_scripts(Connection& house, const std::string& folder) {
    Scripts scripts;
    for (const auto* name : {"join", "peek", "hold", "recharge", "pay", "house", "complaint"}) {
        std::ifstream file(folder + "/" + name + ".lua");
        require(file.is_open(), folder + ": no script " + name);
        std::ostringstream text;
        text << file.rdbuf();
        scripts[name] = {text.str(), house.run({"SCRIPT", "LOAD", text.str()})};
    }
    return scripts;
}

class Buyer {
  public:
    Buyer(const std::string& server, const Scripts& scripts)
        : connection_(server),
          join_(scripts.at("join")),
          peek_(scripts.at("peek")),
          hold_(scripts.at("hold")),
          recharge_(scripts.at("recharge")),
          pay_(scripts.at("pay")) {}

    void operator()(const Ticket& ticket) {
        enter(ticket.user);
        reservation_ = hold(ticket, ticket.seat);
        connection_.call(recharge_, {"balance:" + user_, "ledger", key_of(ticket.key("r"))},
                         {user_, std::to_string(price)});
        payment_ = pay(ticket);
    }
    /// A payment again with its key is the same; a seat that is sold is refused.
    void check_refusals(const Ticket& paid, const Ticket& other) {
        require(pay(paid) == payment_, "a payment repeated with its key is another one");
        enter(other.user);
        bool is_refused = false;
        try {
            hold(Ticket{other.user, other.seat}, paid.seat);
        } catch (const std::exception& e) {
            is_refused = std::string_view{e.what()}.find("seat_unavailable") != std::string_view::npos;
        }
        require(is_refused, "a sold seat can be held");
    }

  private:
    [[nodiscard]] std::string key_of(const std::string& key) const { return "idempotency:" + user_ + ":" + key; }
    void enter(std::int64_t user) {
        user_ = std::to_string(user + 1);
        token_ = connection_.call(join_, {"live:" + user_, "room"}, {user_});
        require(connection_.call(peek_, {"token:" + token_, "room"}, {user_, token_}) == "0", "not this user's turn");
    }
    std::string hold(const Ticket& ticket, std::int64_t seat) {
        const auto number = std::to_string(seat + 1);
        return connection_.call(hold_, {"token:" + token_, "seat:" + number, "held:" + user_, key_of(ticket.key("h"))},
                                {user_, token_, number});
    }
    std::string pay(const Ticket& ticket) {
        return connection_.call(pay_,
                                {"token:" + token_, "reservation:" + reservation_, "balance:" + user_, "ledger",
                                 "held:" + user_, "live:" + user_, "room", key_of(ticket.key("p")), "takings:1"},
                                {user_, token_, reservation_});
    }
    Connection connection_;
    const Script& join_;
    const Script& peek_;
    const Script& hold_;
    const Script& recharge_;
    const Script& pay_;
    std::string user_;
    std::string token_;
    std::string reservation_;
    std::string payment_;
};

void run(const Flags& flags) {
    const auto& server = flags.text("server");
    const auto pool = Pool::of(flags, journeys_per_second_max);
    Connection house{server};
    house.run({"FLUSHALL"});
    const auto scripts = load_scripts(house, flags.text("scripts"));
    constexpr std::int64_t seats_a_call = 10'000;  // a script blocks the server
    for (std::int64_t first = 1; first <= pool.seats + 1; first += seats_a_call)
        house.call(scripts.at("house"), {},
                   {std::to_string(pool.users), std::to_string(first),
                    std::to_string(std::min(first + seats_a_call - 1, pool.seats + 1)), std::to_string(price)});

    const auto pid = flags.count("server-pid");
    const auto journeys = run_journeys(
        flags, pool,
        [&](int) {
            return [buyer = std::make_shared<Buyer>(server, scripts)](const Ticket& ticket) { (*buyer)(ticket); };
        },
        [&] {
            return usage_of_server(pid) + Usage{own_usage().cpu_seconds, 0};
        });

    Buyer last{server, scripts};
    const Ticket ticket{pool.users, pool.seats};
    last(ticket);
    last.check_refusals(ticket, Ticket{0, pool.seats + 1});
    const auto complaint = house.call(scripts.at("complaint"), {},
                                      {std::to_string(pool.users + 1), std::to_string(pool.seats + 1),
                                       std::to_string(journeys.paid + 1), std::to_string(price)});
    require(complaint.empty(), complaint);
    journey_line(flags, "redis", journeys).print();
}

}  // namespace

int main(int argc, char** argv) {
    return report_failure("redis_bench", [&] {
        run(Flags{argc,
                  argv,
                  {{"name", "journeys"},
                   {"callers", "64"},
                   {"seconds", "3"},
                   {"seed", "1"},
                   {"server", ""},
                   {"server-pid", "0"},
                   {"scripts", "tests/bench/redis"}}});
    });
}
