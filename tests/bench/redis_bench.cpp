/// The journey in Redis: redis/*.lua by EVALSHA over hiredis, one connection a caller.
///
///     redis_bench --server SOCKET --server-pid PID --scripts FOLDER [--pipeline N]
///
/// With --pipeline each connection makes N journeys side by side.

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
using Words = std::vector<std::string>;

/// A call of a script: its keys, its arguments.
Words call_of(const Script& script, std::initializer_list<std::string> keys,
              std::initializer_list<std::string> arguments) {
    Words words{"EVALSHA", script.sha, std::to_string(keys.size())};
    words.insert(words.end(), keys);
    words.insert(words.end(), arguments);
    return words;
}

class Connection {
  public:
    explicit Connection(const std::string& path) : context_(redisConnectUnix(path.c_str()), redisFree) {
        require(context_ && context_->err == 0, "redis: " + std::string{context_ ? context_->errstr : "no memory"});
    }
    std::string run(const Words& words) {
        send(words);
        return receive();
    }
    /// Into the pipe; as many answers are received as were sent, in order.
    void send(const Words& words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> lengths;
        for (const auto& word : words) {
            texts.push_back(word.data());
            lengths.push_back(word.size());
        }
        require(redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), lengths.data()) ==
                    REDIS_OK,
                context_->errstr);
    }
    std::string receive() {
        void* received = nullptr;
        require(redisGetReply(context_.get(), &received) == REDIS_OK, context_->errstr);
        const std::unique_ptr<redisReply, void (*)(redisReply*)> reply{static_cast<redisReply*>(received),
                                                                       [](redisReply* r) { freeReplyObject(r); }};
        require(reply->type != REDIS_REPLY_ERROR, reply->str ? reply->str : "error");
        if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
        return reply->str ? std::string{reply->str, reply->len} : std::string{};
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

/// One journey on its way.
class Traveller {
  public:
    Traveller(const Scripts& scripts, const Ticket& ticket)
        : scripts_(scripts), ticket_(ticket), user_(std::to_string(ticket.user + 1)) {}

    [[nodiscard]] Words join() const { return call_of(scripts_.at("join"), {"live:" + user_, "room"}, {user_}); }
    void joined(std::string token) { token_ = std::move(token); }
    [[nodiscard]] Words peek() const {
        return call_of(scripts_.at("peek"), {"token:" + token_, "room"}, {user_, token_});
    }
    [[nodiscard]] Words hold() const { return hold(ticket_.seat); }
    [[nodiscard]] Words hold(std::int64_t seat) const {
        const auto number = std::to_string(seat + 1);
        return call_of(scripts_.at("hold"),
                       {"token:" + token_, "seat:" + number, "held:" + user_, key_of(ticket_.key("h"))},
                       {user_, token_, number});
    }
    void held(std::string reservation) { reservation_ = std::move(reservation); }
    [[nodiscard]] Words recharge() const {
        return call_of(scripts_.at("recharge"), {"balance:" + user_, "ledger", key_of(ticket_.key("r"))},
                       {user_, std::to_string(price)});
    }
    [[nodiscard]] Words pay() const {
        return call_of(scripts_.at("pay"),
                       {"token:" + token_, "reservation:" + reservation_, "balance:" + user_, "ledger", "held:" + user_,
                        "live:" + user_, "room", key_of(ticket_.key("p")), "takings:1"},
                       {user_, token_, reservation_});
    }
    void paid(std::string payment) { payment_ = std::move(payment); }
    [[nodiscard]] const std::string& payment() const { return payment_; }

  private:
    [[nodiscard]] std::string key_of(const std::string& key) const { return "idempotency:" + user_ + ":" + key; }

    const Scripts& scripts_;
    Ticket ticket_;
    std::string user_;
    std::string token_;
    std::string reservation_;
    std::string payment_;
};

/// Journeys side by side on one connection: a step of all of them is sent before any answer of it is read.
class Buyer {
  public:
    Buyer(const std::string& server, const Scripts& scripts) : connection_(server), scripts_(scripts) {}

    std::vector<Traveller> operator()(std::span<const Ticket> tickets) {
        std::vector<Traveller> all;
        for (const auto& ticket : tickets) all.emplace_back(scripts_, ticket);
        enter(all);
        step(
            all, [](auto& one) { return one.hold(); }, [](auto& one, auto said) { one.held(std::move(said)); });
        step(
            all, [](auto& one) { return one.recharge(); }, [](auto&, const auto&) {});
        step(
            all, [](auto& one) { return one.pay(); }, [](auto& one, auto said) { one.paid(std::move(said)); });
        return all;
    }
    /// A payment again with its key is the same; a seat that is sold is refused.
    void check_refusals(const Ticket& ticket, const Ticket& other) {
        const auto paid = operator()({&ticket, 1}).front();
        require(connection_.run(paid.pay()) == paid.payment(), "a payment repeated with its key is another one");
        std::vector<Traveller> late{{scripts_, other}};
        enter(late);
        bool is_refused = false;
        try {
            connection_.run(late.front().hold(ticket.seat));
        } catch (const std::exception& e) {
            is_refused = std::string_view{e.what()}.find("seat_unavailable") != std::string_view::npos;
        }
        require(is_refused, "a sold seat can be held");
    }

  private:
    void enter(std::vector<Traveller>& all) {
        step(
            all, [](auto& one) { return one.join(); }, [](auto& one, auto said) { one.joined(std::move(said)); });
        step(
            all, [](auto& one) { return one.peek(); },
            [](auto&, const auto& said) { require(said == "0", "not this user's turn"); });
    }
    template <class Ask, class Take>
    void step(std::vector<Traveller>& all, Ask ask, Take take) {
        for (auto& one : all) connection_.send(ask(one));
        for (auto& one : all) take(one, connection_.receive());
    }

    Connection connection_;
    const Scripts& scripts_;
};

void run(const Flags& flags) {
    const auto& server = flags.text("server");
    const auto width = flags.count("pipeline");
    require(width >= 1, "--pipeline: 1 at least");
    const auto pool = Pool::of(flags, journeys_per_second_max, width);
    Connection house{server};
    house.run({"FLUSHALL"});
    const auto scripts = load_scripts(house, flags.text("scripts"));
    constexpr std::int64_t seats_a_call = 10'000;  // a script blocks the server
    for (std::int64_t first = 1; first <= pool.seats + 1; first += seats_a_call)
        house.run(call_of(scripts.at("house"), {},
                          {std::to_string(pool.users), std::to_string(first),
                           std::to_string(std::min(first + seats_a_call - 1, pool.seats + 1)), std::to_string(price)}));

    const auto pid = flags.count("server-pid");
    const auto journeys = run_journeys(
        flags, pool,
        [&](int) {
            return [buyer = std::make_shared<Buyer>(server, scripts)](std::span<const Ticket> tickets) {
                (*buyer)(tickets);
            };
        },
        [&] {
            return usage_of_server(pid) + Usage{own_usage().cpu_seconds, 0};
        },
        width);

    Buyer last{server, scripts};
    const Ticket ticket{pool.users, pool.seats};
    last.check_refusals(ticket, Ticket{0, pool.seats + 1});
    const auto complaint = house.run(call_of(scripts.at("complaint"), {},
                                             {std::to_string(pool.users + 1), std::to_string(pool.seats + 1),
                                              std::to_string(journeys.paid + 1), std::to_string(price)}));
    require(complaint.empty(), complaint);
    journey_line(flags, "redis", journeys).number("pipeline", width).print();
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
                   {"pipeline", "1"},
                   {"server", ""},
                   {"server-pid", "0"},
                   {"scripts", "tests/bench/redis"}}});
    });
}
